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

-- name: audit_page
-- in: merchant:i64 before_ms:i64 before_stream:i64 before_seq:i64 count:i64
-- out: stream:i64 seq:i64 at_ms:i64 actor:id action:text subject:id detail:text
SELECT stream, seq, at_ms, actor, action, subject, detail FROM audit_log
WHERE merchant = :merchant AND (at_ms, stream, seq) < (:before_ms, :before_stream, :before_seq)
ORDER BY at_ms DESC, stream DESC, seq DESC LIMIT :count;

-- name: audit_of
-- in: merchant:i64 subject:id before_ms:i64 before_stream:i64 before_seq:i64 count:i64
-- out: stream:i64 seq:i64 at_ms:i64 actor:id action:text subject:id detail:text
SELECT stream, seq, at_ms, actor, action, subject, detail FROM audit_log
WHERE merchant = :merchant AND subject = :subject
  AND (at_ms, stream, seq) < (:before_ms, :before_stream, :before_seq)
ORDER BY at_ms DESC, stream DESC, seq DESC LIMIT :count;
