-- name: event_put
-- in: merchant:i64 id:id kind:text subject:id at_ms:i64 body:text
-- only: sqlite
INSERT INTO event (merchant, tx, id, kind, subject, at_ms, body)
VALUES (:merchant, coalesce((SELECT max(tx) FROM event WHERE merchant = :merchant), 0) + 1,
        :id, :kind, :subject, :at_ms, :body);

-- A transaction gets its number with its first write, but may have waited for a later one to commit. What it
-- could see must come before it, so it takes the highest number that it sees if that is above its own.
-- name: event_put
-- in: merchant:i64 id:id kind:text subject:id at_ms:i64 body:text
-- only: pg
INSERT INTO event (merchant, tx, id, kind, subject, at_ms, body)
VALUES (:merchant, greatest(pg_current_xact_id()::text::bigint,
                            (SELECT max(tx) FROM event WHERE merchant = :merchant)),
        :id, :kind, :subject, :at_ms, :body);

-- name: event_after
-- in: merchant:i64 tx:i64 id:id limit:i64
-- out: tx:i64 id:id kind:text subject:id at_ms:i64 body:text
-- only: sqlite
SELECT tx, id, kind, subject, at_ms, body FROM event
WHERE merchant = :merchant AND (tx, id) > (:tx, :id)
ORDER BY tx, id LIMIT :limit;

-- Rows of transactions that may still run, or that began after such a one, are left for later: then nothing
-- can appear behind a cursor that was given out.
-- name: event_after
-- in: merchant:i64 tx:i64 id:id limit:i64
-- out: tx:i64 id:id kind:text subject:id at_ms:i64 body:text
-- only: pg
SELECT tx, id, kind, subject, at_ms, body FROM event
WHERE merchant = :merchant AND (tx, id) > (:tx, :id)
  AND tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
ORDER BY tx, id LIMIT :limit;

-- name: event_head
-- in: merchant:i64
-- out: tx:i64 id:id
-- only: sqlite
SELECT tx, id FROM event WHERE merchant = :merchant ORDER BY tx DESC, id DESC LIMIT 1;

-- name: event_head
-- in: merchant:i64
-- out: tx:i64 id:id
-- only: pg
SELECT tx, id FROM event
WHERE merchant = :merchant AND tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
ORDER BY tx DESC, id DESC LIMIT 1;

-- The last of the next `limit` events, and how old it is: the end of one step of pruning.
-- name: event_step
-- in: merchant:i64 tx:i64 id:id limit:i64
-- out: tx:i64 id:id at_ms:i64
SELECT x.tx, x.id, x.at_ms
FROM (SELECT tx, id, at_ms FROM event WHERE merchant = :merchant AND (tx, id) > (:tx, :id)
      ORDER BY tx, id LIMIT :limit) AS x
ORDER BY x.tx DESC, x.id DESC LIMIT 1;

-- The newest event stays, so that the numbers go on from it.
-- name: event_prune
-- in: merchant:i64 from_tx:i64 from_id:id to_tx:i64 to_id:id before_ms:i64
DELETE FROM event
WHERE merchant = :merchant AND (tx, id) > (:from_tx, :from_id) AND (tx, id) <= (:to_tx, :to_id)
  AND at_ms < :before_ms
  AND tx < (SELECT max(n.tx) FROM event n WHERE n.merchant = :merchant)
  AND NOT EXISTS (SELECT 1 FROM webhook w WHERE w.merchant = event.merchant
                  AND (w.at_tx, w.at_id) < (event.tx, event.id))
  AND NOT EXISTS (SELECT 1 FROM webhook_parked p WHERE p.merchant = event.merchant
                  AND p.tx = event.tx AND p.id = event.id);

-- name: webhook_put
-- in: merchant:i64 id:id url:text secret:text kinds:text at_tx:i64 at_id:blob none:blob made_at_ms:i64
INSERT INTO webhook (merchant, id, url, secret, kinds, active, at_tx, at_id, attempts, first_ms, next_ms,
                     last_error, lease, lease_ms, made_at_ms)
VALUES (:merchant, :id, :url, :secret, :kinds, 1, :at_tx, :at_id, 0, 0, 0, '', :none, 0, :made_at_ms);

-- name: webhook_page
-- in: merchant:i64 after:blob limit:i64
-- out: id:id url:text kinds:text active:bool attempts:i64 next_ms:i64 last_error:text made_at_ms:i64 lag:i64 parked:i64
SELECT w.id, w.url, w.kinds, w.active, w.attempts, w.next_ms, w.last_error, w.made_at_ms,
       (SELECT count(*) FROM (SELECT 1 AS one FROM event e WHERE e.merchant = w.merchant
                              AND (e.tx, e.id) > (w.at_tx, w.at_id) LIMIT 10000) AS x) AS lag,
       (SELECT count(*) FROM (SELECT 1 AS one FROM webhook_parked p WHERE p.merchant = w.merchant
                              AND p.webhook_id = w.id LIMIT 10000) AS y) AS parked
FROM webhook w WHERE w.merchant = :merchant AND w.id > :after
ORDER BY w.id LIMIT :limit;

-- name: webhook_known
-- in: merchant:i64 id:id
-- out: id:id
SELECT id FROM webhook WHERE merchant = :merchant AND id = :id;

-- name: webhook_remove
-- in: merchant:i64 id:id
DELETE FROM webhook WHERE merchant = :merchant AND id = :id;

-- name: webhook_forget_parked
-- in: merchant:i64 webhook_id:id
DELETE FROM webhook_parked WHERE merchant = :merchant AND webhook_id = :webhook_id;

-- name: webhook_switch_on
-- in: merchant:i64 id:id
UPDATE webhook SET active = 1, attempts = 0, first_ms = 0, next_ms = 0
WHERE merchant = :merchant AND id = :id AND active = 0;

-- Those of all merchants that have something to be told and nobody tells.
-- name: webhook_due
-- in: now_ms:i64 limit:i64
-- out: merchant:i64 id:id
-- only: sqlite
SELECT w.merchant, w.id FROM webhook w
WHERE w.active = 1 AND w.next_ms <= :now_ms AND w.lease_ms <= :now_ms
  AND (EXISTS (SELECT 1 FROM event e WHERE e.merchant = w.merchant AND (e.tx, e.id) > (w.at_tx, w.at_id))
       OR EXISTS (SELECT 1 FROM webhook_parked p
                  WHERE p.merchant = w.merchant AND p.webhook_id = w.id AND p.again = 1))
ORDER BY w.next_ms, w.id LIMIT :limit;

-- name: webhook_due
-- in: now_ms:i64 limit:i64
-- out: merchant:i64 id:id
-- only: pg
SELECT w.merchant, w.id FROM webhook w
WHERE w.active = 1 AND w.next_ms <= :now_ms AND w.lease_ms <= :now_ms
  AND (EXISTS (SELECT 1 FROM event e WHERE e.merchant = w.merchant AND (e.tx, e.id) > (w.at_tx, w.at_id)
               AND e.tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
       OR EXISTS (SELECT 1 FROM webhook_parked p
                  WHERE p.merchant = w.merchant AND p.webhook_id = w.id AND p.again = 1))
ORDER BY w.next_ms, w.id LIMIT :limit;

-- Only one of several at once gets a row back.
-- name: webhook_lease
-- in: merchant:i64 id:id lease:id until_ms:i64 now_ms:i64
-- out: url:text secret:text kinds:text at_tx:i64 at_id:id attempts:i64 first_ms:i64
UPDATE webhook SET lease = :lease, lease_ms = :until_ms
WHERE merchant = :merchant AND id = :id AND active = 1 AND next_ms <= :now_ms AND lease_ms <= :now_ms
RETURNING url, secret, kinds, at_tx, at_id, attempts, first_ms;

-- name: webhook_passed
-- in: merchant:i64 id:id lease:id at_tx:i64 at_id:id now_ms:i64
UPDATE webhook SET at_tx = :at_tx, at_id = :at_id, attempts = 0, first_ms = 0, next_ms = :now_ms, last_error = ''
WHERE merchant = :merchant AND id = :id AND lease = :lease;

-- name: webhook_failed
-- in: merchant:i64 id:id lease:id at_tx:i64 at_id:blob active:bool attempts:i64 first_ms:i64 next_ms:i64 last_error:text
UPDATE webhook SET at_tx = :at_tx, at_id = :at_id, active = :active, attempts = :attempts, first_ms = :first_ms,
                   next_ms = :next_ms, last_error = :last_error, lease_ms = 0
WHERE merchant = :merchant AND id = :id AND lease = :lease;

-- name: webhook_release
-- in: merchant:i64 id:id lease:id
UPDATE webhook SET lease_ms = 0 WHERE merchant = :merchant AND id = :id AND lease = :lease;

-- name: parked_put
-- in: merchant:i64 webhook_id:id tx:i64 id:id why:text at_ms:i64
INSERT INTO webhook_parked (merchant, webhook_id, tx, id, why, again, at_ms)
VALUES (:merchant, :webhook_id, :tx, :id, :why, 0, :at_ms)
ON CONFLICT (merchant, webhook_id, tx, id) DO UPDATE SET why = excluded.why, again = 0, at_ms = excluded.at_ms;

-- name: parked_page
-- in: merchant:i64 webhook_id:id tx:i64 id:id limit:i64
-- out: tx:i64 id:id kind:text subject:id at_ms:i64 parked_at_ms:i64 why:text again:bool
SELECT p.tx, p.id, e.kind, e.subject, e.at_ms, p.at_ms, p.why, p.again
FROM webhook_parked p JOIN event e ON e.merchant = p.merchant AND e.tx = p.tx AND e.id = p.id
WHERE p.merchant = :merchant AND p.webhook_id = :webhook_id AND (p.tx, p.id) > (:tx, :id)
ORDER BY p.tx, p.id LIMIT :limit;

-- name: parked_again
-- in: merchant:i64 webhook_id:id
UPDATE webhook_parked SET again = 1 WHERE merchant = :merchant AND webhook_id = :webhook_id AND again = 0;

-- name: parked_next
-- in: merchant:i64 webhook_id:id
-- out: tx:i64 id:id kind:text subject:id at_ms:i64 body:text
SELECT e.tx, e.id, e.kind, e.subject, e.at_ms, e.body
FROM webhook_parked p JOIN event e ON e.merchant = p.merchant AND e.tx = p.tx AND e.id = p.id
WHERE p.merchant = :merchant AND p.webhook_id = :webhook_id AND p.again = 1
ORDER BY p.tx, p.id LIMIT 1;

-- name: parked_done
-- in: merchant:i64 webhook_id:id tx:i64 id:id
DELETE FROM webhook_parked
WHERE merchant = :merchant AND webhook_id = :webhook_id AND tx = :tx AND id = :id;
