-- name: event_put
-- in: merchant:i64 id:id kind:text subject:id at_ms:i64 body:text
-- only: sqlite
INSERT INTO event (merchant, tx, id, kind, subject, at_ms, body)
VALUES (:merchant, coalesce((SELECT max(tx) FROM event WHERE merchant = :merchant), 0) + 1,
        :id, :kind, :subject, :at_ms, :body);

-- name: event_put
-- in: merchant:i64 id:id kind:text subject:id at_ms:i64 body:text
-- only: pg
INSERT INTO event (merchant, tx, id, kind, subject, at_ms, body)
VALUES (:merchant, pg_current_xact_id()::text::bigint, :id, :kind, :subject, :at_ms, :body);
