-- name: merchant_put
-- in: merchant:i64 name:text currency:text address:text tax_number:text
INSERT INTO merchant (merchant, name, currency, address, tax_number)
VALUES (:merchant, :name, :currency, :address, :tax_number);

-- name: merchant_get
-- in: merchant:i64
-- out: name:text currency:text address:text tax_number:text
SELECT name, currency, address, tax_number FROM merchant WHERE merchant = :merchant;

-- name: role_put
-- in: merchant:i64 role:text perms:text
INSERT INTO role (merchant, role, perms) VALUES (:merchant, :role, :perms)
ON CONFLICT (merchant, role) DO UPDATE SET perms = excluded.perms;

-- name: api_key_put
-- in: merchant:i64 id:id hash:blob role:text label:text made_at_ms:i64
INSERT INTO api_key (merchant, id, hash, role, label, made_at_ms, revoked_at_ms)
VALUES (:merchant, :id, :hash, :role, :label, :made_at_ms, 0);

-- name: api_key_find
-- in: hash:blob
-- out: merchant:i64 id:id role:text perms:text revoked_at_ms:i64
SELECT k.merchant, k.id, k.role, r.perms, k.revoked_at_ms
FROM api_key k JOIN role r ON r.merchant = k.merchant AND r.role = k.role
WHERE k.hash = :hash;

-- name: api_key_revoke
-- in: merchant:i64 id:id now_ms:i64
UPDATE api_key SET revoked_at_ms = :now_ms
WHERE merchant = :merchant AND id = :id AND revoked_at_ms = 0;

-- name: role_find
-- in: merchant:i64 role:text
-- out: perms:text
SELECT perms FROM role WHERE merchant = :merchant AND role = :role;

-- name: role_page
-- in: merchant:i64 after:text count:i64
-- out: role:text perms:text
SELECT role, perms FROM role WHERE merchant = :merchant AND role > :after ORDER BY role LIMIT :count;

-- name: api_key_page
-- in: merchant:i64 after:blob count:i64
-- out: id:id role:text label:text made_at_ms:i64 revoked_at_ms:i64
SELECT id, role, label, made_at_ms, revoked_at_ms FROM api_key
WHERE merchant = :merchant AND id > :after ORDER BY id LIMIT :count;

-- name: merchant_all
-- in: after:i64 limit:i64
-- out: merchant:i64
SELECT merchant FROM merchant WHERE merchant > :after ORDER BY merchant LIMIT :limit;
