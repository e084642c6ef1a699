-- name: audit_head
-- in: merchant:i64 stream:i64
-- out: seq:i64 hash:blob
SELECT seq, hash FROM audit_log WHERE merchant = :merchant AND stream = :stream
ORDER BY seq DESC LIMIT 1;

-- name: audit_put
-- in: merchant:i64 stream:i64 seq:i64 at_ms:i64 actor:id action:text subject:id detail:text hash:blob
INSERT INTO audit_log (merchant, stream, seq, at_ms, actor, action, subject, detail, hash)
VALUES (:merchant, :stream, :seq, :at_ms, :actor, :action, :subject, :detail, :hash);

-- name: audit_rows
-- in: merchant:i64
-- out: stream:i64 seq:i64 at_ms:i64 actor:id action:text subject:id detail:text hash:blob
SELECT stream, seq, at_ms, actor, action, subject, detail, hash
FROM audit_log WHERE merchant = :merchant ORDER BY stream, seq;
