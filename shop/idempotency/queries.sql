-- name: idempotency_find
-- in: merchant:i64 name:text
-- out: fingerprint:blob status:i64 body:text
SELECT fingerprint, status, body FROM idempotency_key WHERE merchant = :merchant AND name = :name;

-- name: idempotency_put
-- in: merchant:i64 name:text fingerprint:blob status:i64 body:text made_at_ms:i64
INSERT INTO idempotency_key (merchant, name, fingerprint, status, body, made_at_ms)
VALUES (:merchant, :name, :fingerprint, :status, :body, :made_at_ms);

-- name: idempotency_answer
-- in: merchant:i64 name:text status:i64 body:text
UPDATE idempotency_key SET status = :status, body = :body
WHERE merchant = :merchant AND name = :name AND status = 0;

-- name: idempotency_prune
-- in: merchant:i64 before_ms:i64 limit:i64
DELETE FROM idempotency_key WHERE merchant = :merchant AND name IN (
    SELECT name FROM idempotency_key
    WHERE merchant = :merchant AND made_at_ms < :before_ms AND status > 0 LIMIT :limit);
