-- name: approval_put
-- in: merchant:i64 id:id kind:text subject:text amount:i64 reason:text approver:id made_at_ms:i64 expires_at_ms:i64
INSERT INTO approval (merchant, id, kind, subject, amount, reason, approver, made_at_ms, expires_at_ms, used_for)
VALUES (:merchant, :id, :kind, :subject, :amount, :reason, :approver, :made_at_ms, :expires_at_ms, NULL);

-- name: approval_get
-- in: merchant:i64 id:id
-- out: kind:text subject:text amount:i64 reason:text approver:id made_at_ms:i64 expires_at_ms:i64 used_for:id
SELECT kind, subject, amount, reason, approver, made_at_ms, expires_at_ms, used_for FROM approval
WHERE merchant = :merchant AND id = :id;

-- name: approval_use
-- in: merchant:i64 id:id used_for:id
UPDATE approval SET used_for = :used_for WHERE merchant = :merchant AND id = :id AND used_for IS NULL;
