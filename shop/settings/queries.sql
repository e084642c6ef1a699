-- name: setting_find
-- in: merchant:i64 name:text
-- out: value:i64
SELECT value FROM setting WHERE merchant = :merchant AND name = :name;

-- name: setting_put
-- in: merchant:i64 name:text value:i64
INSERT INTO setting (merchant, name, value) VALUES (:merchant, :name, :value)
ON CONFLICT (merchant, name) DO UPDATE SET value = excluded.value;

-- name: setting_all
-- in: merchant:i64
-- out: name:text value:i64
SELECT name, value FROM setting WHERE merchant = :merchant;
