-- name: count_put
-- in: merchant:i64 id:id location:text zone:text scope:text category:text blind:bool state:text pass:i64 note:text reference:text made_by:id made_at_ms:i64
INSERT INTO stock_count (merchant, id, location, zone, scope, category, blind, state, pass, note, reference, made_by,
    made_at_ms, started_at_ms, submitted_at_ms, decided_by, decided_at_ms)
VALUES (:merchant, :id, :location, :zone, :scope, :category, :blind, :state, :pass, :note, :reference, :made_by,
    :made_at_ms, 0, 0, NULL, 0);

-- name: count_get
-- in: merchant:i64 id:id
-- out: id:id location:text zone:text scope:text category:text blind:bool state:text pass:i64 note:text reference:text made_by:id made_at_ms:i64 started_at_ms:i64 submitted_at_ms:i64 decided_by:id decided_at_ms:i64
SELECT id, location, zone, scope, category, blind, state, pass, note, reference, made_by, made_at_ms, started_at_ms,
    submitted_at_ms, decided_by, decided_at_ms
FROM stock_count WHERE merchant = :merchant AND id = :id;

-- name: count_page
-- in: merchant:i64 location:text state:text before:blob limit:i64
-- out: id:id location:text zone:text scope:text category:text blind:bool state:text pass:i64 note:text reference:text made_by:id made_at_ms:i64 started_at_ms:i64 submitted_at_ms:i64 decided_by:id decided_at_ms:i64
SELECT id, location, zone, scope, category, blind, state, pass, note, reference, made_by, made_at_ms, started_at_ms,
    submitted_at_ms, decided_by, decided_at_ms
FROM stock_count
WHERE merchant = :merchant AND (:location = '' OR location = :location) AND (:state = '' OR state = :state)
  AND id < :before ORDER BY id DESC LIMIT :limit;

-- name: count_by_reference
-- in: merchant:i64 reference:text
-- out: id:id
SELECT id FROM stock_count WHERE merchant = :merchant AND reference = :reference AND reference <> '';

-- name: count_lock
-- in: merchant:i64 id:id
-- out: id:id
UPDATE stock_count SET state = state WHERE merchant = :merchant AND id = :id RETURNING id;

-- name: count_move_on
-- in: merchant:i64 id:id state:text pass:i64 started_at_ms:i64 submitted_at_ms:i64 decided_by:id decided_at_ms:i64
UPDATE stock_count SET state = :state, pass = :pass, started_at_ms = :started_at_ms,
    submitted_at_ms = :submitted_at_ms, decided_by = :decided_by, decided_at_ms = :decided_at_ms
WHERE merchant = :merchant AND id = :id;

-- name: count_figures
-- in: merchant:i64 count_id:id
-- out: lines:i64 open:i64 compared:i64 exact:i64 counted:i64 over:i64 missing:i64 over_value:i64 missing_value:i64
SELECT COUNT(*), CAST(coalesce(SUM(CASE WHEN state IN ('open', 'recount') THEN 1 ELSE 0 END), 0) AS BIGINT),
    CAST(coalesce(SUM(CASE WHEN state IN ('counted', 'approved', 'superseded') THEN 1 ELSE 0 END), 0) AS BIGINT),
    CAST(coalesce(SUM(CASE WHEN state IN ('counted', 'approved', 'superseded') AND diff = 0 THEN 1 ELSE 0 END), 0)
        AS BIGINT),
    CAST(coalesce(SUM(CASE WHEN counted > 0 THEN counted ELSE 0 END), 0) AS BIGINT),
    CAST(coalesce(SUM(CASE WHEN diff > 0 THEN diff ELSE 0 END), 0) AS BIGINT),
    CAST(coalesce(SUM(CASE WHEN diff < 0 THEN -diff ELSE 0 END), 0) AS BIGINT),
    CAST(coalesce(SUM(CASE WHEN diff > 0 THEN diff * cost / 1000 ELSE 0 END), 0) AS BIGINT),
    CAST(coalesce(SUM(CASE WHEN diff < 0 THEN -diff * cost / 1000 ELSE 0 END), 0) AS BIGINT)
FROM stock_count_line WHERE merchant = :merchant AND count_id = :count_id;

-- name: count_line_page
-- in: merchant:i64 count_id:id state:text different:i64 after_item:blob after_location:text after_zone:text limit:i64
-- out: item:id sku:text name:text location:text zone:text state:text counted:i64 ref_ms:i64 moved:i64 ledger:i64 diff:i64 cost:i64 now:i64
SELECT l.item, i.sku, i.name, l.location, l.zone, l.state, l.counted, l.ref_ms, l.moved, l.ledger, l.diff, l.cost,
    coalesce(CASE l.zone WHEN 'floor' THEN s.floor WHEN 'backroom' THEN s.backroom WHEN 'damaged' THEN s.damaged
        ELSE s.quarantine END, 0)
FROM stock_count_line l JOIN item i ON i.merchant = l.merchant AND i.id = l.item
    LEFT JOIN stock_level s ON s.merchant = l.merchant AND s.item = l.item AND s.location = l.location
WHERE l.merchant = :merchant AND l.count_id = :count_id AND (:state = '' OR l.state = :state)
  AND (:different = 0 OR l.diff <> 0) AND l.item >= :after_item
  AND (l.item > :after_item OR l.location > :after_location
       OR (l.location = :after_location AND l.zone > :after_zone))
ORDER BY l.item, l.location, l.zone LIMIT :limit;

-- name: count_line_get
-- in: merchant:i64 count_id:id item:id location:text zone:text
-- out: state:text
SELECT state FROM stock_count_line
WHERE merchant = :merchant AND count_id = :count_id AND item = :item AND location = :location AND zone = :zone;

-- name: count_line_put
-- in: merchant:i64 count_id:id item:id location:text zone:text state:text counted:i64 ref_ms:i64 diff:i64 posted_ms:i64
INSERT INTO stock_count_line (merchant, count_id, item, location, zone, state, counted, first_ms, ref_ms, moved,
    ledger, diff, cost, posted_ms)
VALUES (:merchant, :count_id, :item, :location, :zone, :state, :counted, :ref_ms, :ref_ms, 0, 0, :diff,
    coalesce((SELECT cost FROM item WHERE merchant = :merchant AND id = :item), 0), :posted_ms)
ON CONFLICT (merchant, count_id, item, location, zone) DO NOTHING;

-- All that stands in a zone of a location.
-- name: count_fill_all
-- in: merchant:i64 count_id:id location:text zone:text limit:i64
INSERT INTO stock_count_line (merchant, count_id, item, location, zone, state, counted, first_ms, ref_ms, moved,
    ledger, diff, cost, posted_ms)
SELECT s.merchant, :count_id, s.item, s.location, :zone, 'open', -1, 0, 0, 0, 0, 0, i.cost, 0
FROM stock_level s JOIN item i ON i.merchant = s.merchant AND i.id = s.item
WHERE s.merchant = :merchant AND s.location = :location AND i.stocked = 1
  AND CASE :zone WHEN 'floor' THEN s.floor WHEN 'backroom' THEN s.backroom WHEN 'damaged' THEN s.damaged
        ELSE s.quarantine END <> 0
ORDER BY s.item LIMIT :limit;

-- What was ever at a location, of a category and those below it.
-- name: count_fill_category
-- in: merchant:i64 count_id:id location:text zone:text category:text limit:i64
INSERT INTO stock_count_line (merchant, count_id, item, location, zone, state, counted, first_ms, ref_ms, moved,
    ledger, diff, cost, posted_ms)
WITH RECURSIVE tree AS (
    SELECT code FROM category WHERE merchant = :merchant AND code = :category
    UNION SELECT c.code FROM category c JOIN tree t ON c.parent = t.code WHERE c.merchant = :merchant
)
SELECT s.merchant, :count_id, s.item, s.location, :zone, 'open', -1, 0, 0, 0, 0, 0, i.cost, 0
FROM tree t JOIN item i ON i.merchant = :merchant AND i.category = t.code
    JOIN stock_level s ON s.merchant = i.merchant AND s.item = i.id AND s.location = :location
WHERE i.stocked = 1
ORDER BY s.item LIMIT :limit;

-- name: count_in_category
-- in: merchant:i64 item:id category:text
-- out: code:text
WITH RECURSIVE tree AS (
    SELECT code FROM category WHERE merchant = :merchant AND code = :category
    UNION SELECT c.code FROM category c JOIN tree t ON c.parent = t.code WHERE c.merchant = :merchant
)
SELECT t.code FROM tree t JOIN item i ON i.merchant = :merchant AND i.id = :item AND i.category = t.code;

-- name: count_category_there
-- in: merchant:i64 code:text
-- out: code:text
SELECT code FROM category WHERE merchant = :merchant AND code = :code;

-- name: count_item_of
-- in: merchant:i64 sku:text
-- out: id:id stocked:bool qty_step:i64 cost:i64
SELECT id, stocked, qty_step, cost FROM item WHERE merchant = :merchant AND sku = :sku;

-- name: count_entry_put
-- in: merchant:i64 count_id:id item:id id:id pass:i64 qty:i64 code:text shelf:text made_by:id ref_ms:i64 at_ms:i64 serials:text
INSERT INTO stock_count_entry (merchant, count_id, item, id, pass, qty, code, shelf, made_by, ref_ms, at_ms, serials)
VALUES (:merchant, :count_id, :item, :id, :pass, :qty, :code, :shelf, :made_by, :ref_ms, :at_ms, :serials);

-- name: count_entry_page
-- in: merchant:i64 count_id:id after_item:blob after_id:blob limit:i64
-- out: item:id id:id sku:text pass:i64 qty:i64 code:text shelf:text made_by:id ref_ms:i64 serials:text
SELECT e.item, e.id, i.sku, e.pass, e.qty, e.code, e.shelf, e.made_by, e.ref_ms, e.serials
FROM stock_count_entry e JOIN item i ON i.merchant = e.merchant AND i.id = e.item
WHERE e.merchant = :merchant AND e.count_id = :count_id AND e.item >= :after_item
  AND (e.item > :after_item OR e.id > :after_id)
ORDER BY e.item, e.id LIMIT :limit;

-- name: count_counted_by
-- in: merchant:i64 count_id:id made_by:id
-- out: pass:i64
SELECT pass FROM stock_count_entry WHERE merchant = :merchant AND count_id = :count_id AND made_by = :made_by LIMIT 1;

-- name: count_negative
-- in: merchant:i64 count_id:id pass:i64
-- out: sku:text
SELECT i.sku FROM stock_count_entry e JOIN item i ON i.merchant = e.merchant AND i.id = e.item
WHERE e.merchant = :merchant AND e.count_id = :count_id AND e.pass = :pass
GROUP BY i.sku HAVING SUM(e.qty) < 0 ORDER BY i.sku LIMIT 1;

-- What was entered in this pass becomes what was counted; its time is that of the last entry.
-- name: count_take
-- in: merchant:i64 count_id:id pass:i64
UPDATE stock_count_line AS l SET state = 'counted',
    counted = (SELECT CAST(SUM(e.qty) AS BIGINT) FROM stock_count_entry e
        WHERE e.merchant = l.merchant AND e.count_id = l.count_id AND e.item = l.item AND e.pass = :pass),
    first_ms = (SELECT MIN(e.ref_ms) FROM stock_count_entry e
        WHERE e.merchant = l.merchant AND e.count_id = l.count_id AND e.item = l.item AND e.pass = :pass),
    ref_ms = (SELECT MAX(e.ref_ms) FROM stock_count_entry e
        WHERE e.merchant = l.merchant AND e.count_id = l.count_id AND e.item = l.item AND e.pass = :pass)
WHERE l.merchant = :merchant AND l.count_id = :count_id AND l.state IN ('open', 'recount')
  AND EXISTS (SELECT 1 FROM stock_count_entry e
        WHERE e.merchant = l.merchant AND e.count_id = l.count_id AND e.item = l.item AND e.pass = :pass);

-- name: count_left_open
-- in: merchant:i64 count_id:id
-- out: n:i64 sku:text
SELECT COUNT(*), coalesce(MIN(i.sku), '') FROM stock_count_line l
    JOIN item i ON i.merchant = l.merchant AND i.id = l.item
WHERE l.merchant = :merchant AND l.count_id = :count_id AND l.state IN ('open', 'recount');

-- Without an entry: nothing was there; or it is left as it is (again: as it was counted before).
-- name: count_nothing_there
-- in: merchant:i64 count_id:id now_ms:i64
UPDATE stock_count_line SET state = 'counted', counted = 0, first_ms = :now_ms, ref_ms = :now_ms
WHERE merchant = :merchant AND count_id = :count_id AND state IN ('open', 'recount');

-- name: count_skip
-- in: merchant:i64 count_id:id
UPDATE stock_count_line SET state = CASE WHEN counted >= 0 THEN 'counted' ELSE 'skipped' END
WHERE merchant = :merchant AND count_id = :count_id AND state IN ('open', 'recount');

-- What the ledger had at the reference time of each line: what it has now, less what came and went since. What
-- was adjusted since for an earlier reference time was right then already, so it is not taken off.
-- name: count_compare
-- in: merchant:i64 count_id:id
UPDATE stock_count_line AS l SET
    ledger = coalesce((SELECT CASE l.zone WHEN 'floor' THEN s.floor WHEN 'backroom' THEN s.backroom
            WHEN 'damaged' THEN s.damaged ELSE s.quarantine END FROM stock_level s
            WHERE s.merchant = l.merchant AND s.item = l.item AND s.location = l.location), 0)
        - coalesce((SELECT CAST(SUM(CASE WHEN m.to_location = l.location AND m.to_state = l.zone THEN m.qty ELSE 0 END
            - CASE WHEN m.from_location = l.location AND m.from_state = l.zone THEN m.qty ELSE 0 END) AS BIGINT)
            FROM stock_move m WHERE m.merchant = l.merchant AND m.item = l.item AND m.at_ms > l.ref_ms), 0)
        + coalesce((SELECT CAST(SUM(c.diff) AS BIGINT) FROM stock_count_line c
            WHERE c.merchant = l.merchant AND c.item = l.item AND c.location = l.location AND c.zone = l.zone
              AND c.state IN ('approved', 'moved') AND c.ref_ms <= l.ref_ms AND c.posted_ms > l.ref_ms), 0),
    moved = coalesce((SELECT CAST(SUM(m.qty) AS BIGINT) FROM stock_move m
        WHERE m.merchant = l.merchant AND m.item = l.item AND m.at_ms > l.first_ms AND m.at_ms <= l.ref_ms
          AND m.cause <> 'count' AND ((m.to_location = l.location AND m.to_state = l.zone)
               OR (m.from_location = l.location AND m.from_state = l.zone))), 0),
    cost = coalesce((SELECT i.cost FROM item i WHERE i.merchant = l.merchant AND i.id = l.item), 0)
WHERE l.merchant = :merchant AND l.count_id = :count_id AND l.state = 'counted';

-- name: count_differ
-- in: merchant:i64 count_id:id
UPDATE stock_count_line SET diff = counted - ledger
WHERE merchant = :merchant AND count_id = :count_id AND state = 'counted';

-- name: count_mark_recount
-- in: merchant:i64 count_id:id quantity:i64 value:i64
UPDATE stock_count_line SET state = 'recount'
WHERE merchant = :merchant AND count_id = :count_id AND state = 'counted'
  AND (moved > 0 OR ABS(diff) > :quantity OR ABS(diff) * cost / 1000 > :value);

-- name: count_mark_again
-- in: merchant:i64 count_id:id item:id
UPDATE stock_count_line SET state = 'recount'
WHERE merchant = :merchant AND count_id = :count_id AND item = :item AND state IN ('counted', 'skipped');

-- Approvals at one location wait for each other.
-- name: count_lock_places
-- in: merchant:i64 count_id:id
-- out: code:text
-- only: pg
SELECT code FROM location
WHERE merchant = :merchant AND code IN (SELECT location FROM stock_count_line
    WHERE merchant = :merchant AND count_id = :count_id)
ORDER BY code FOR NO KEY UPDATE;

-- name: count_lock_levels
-- in: merchant:i64 count_id:id
-- out: item:id
-- only: pg
SELECT s.item FROM stock_level s JOIN stock_count_line l ON l.merchant = s.merchant AND l.item = s.item
    AND l.location = s.location
WHERE s.merchant = :merchant AND l.count_id = :count_id AND l.state = 'counted'
ORDER BY s.item, s.location FOR NO KEY UPDATE OF s;

-- name: count_supersede
-- in: merchant:i64 count_id:id
UPDATE stock_count_line AS l SET state = 'superseded'
WHERE l.merchant = :merchant AND l.count_id = :count_id AND l.state = 'counted'
  AND EXISTS (SELECT 1 FROM stock_count_line c WHERE c.merchant = l.merchant AND c.item = l.item
        AND c.location = l.location AND c.zone = l.zone AND c.state = 'approved' AND c.ref_ms > l.ref_ms);

-- name: count_later
-- in: merchant:i64 item:id location:text zone:text ref_ms:i64
-- out: ref_ms:i64
SELECT ref_ms FROM stock_count_line
WHERE merchant = :merchant AND item = :item AND location = :location AND zone = :zone AND state = 'approved'
  AND ref_ms >= :ref_ms LIMIT 1;

-- name: count_differences
-- in: merchant:i64 count_id:id
-- out: item:id sku:text location:text zone:text diff:i64
SELECT l.item, i.sku, l.location, l.zone, l.diff FROM stock_count_line l
    JOIN item i ON i.merchant = l.merchant AND i.id = l.item
WHERE l.merchant = :merchant AND l.count_id = :count_id AND l.state = 'counted' AND l.diff <> 0
ORDER BY l.item, l.location, l.zone;

-- name: count_posted
-- in: merchant:i64 count_id:id now_ms:i64
UPDATE stock_count_line SET state = 'approved', posted_ms = :now_ms
WHERE merchant = :merchant AND count_id = :count_id AND state = 'counted';

-- name: adjustment_put
-- in: merchant:i64 id:id location:text reason:text state:text value:i64 note:text made_by:id made_at_ms:i64
INSERT INTO stock_adjustment (merchant, id, location, reason, state, value, note, made_by, made_at_ms, decided_by,
    decided_at_ms)
VALUES (:merchant, :id, :location, :reason, :state, :value, :note, :made_by, :made_at_ms, NULL, 0);

-- name: adjustment_line_put
-- in: merchant:i64 adjustment_id:id n:i64 item:id from_state:text to_state:text qty:i64 cost:i64 lot:text expires_day:i64 serials:text
INSERT INTO stock_adjustment_line (merchant, adjustment_id, n, item, from_state, to_state, qty, cost, lot,
    expires_day, serials)
VALUES (:merchant, :adjustment_id, :n, :item, :from_state, :to_state, :qty, :cost, :lot, :expires_day, :serials);

-- name: adjustment_get
-- in: merchant:i64 id:id
-- out: id:id location:text reason:text state:text value:i64 note:text made_by:id made_at_ms:i64 decided_by:id decided_at_ms:i64
SELECT id, location, reason, state, value, note, made_by, made_at_ms, decided_by, decided_at_ms
FROM stock_adjustment WHERE merchant = :merchant AND id = :id;

-- name: adjustment_page
-- in: merchant:i64 location:text state:text before:blob limit:i64
-- out: id:id location:text reason:text state:text value:i64 note:text made_by:id made_at_ms:i64 decided_by:id decided_at_ms:i64
SELECT id, location, reason, state, value, note, made_by, made_at_ms, decided_by, decided_at_ms
FROM stock_adjustment
WHERE merchant = :merchant AND (:location = '' OR location = :location) AND (:state = '' OR state = :state)
  AND id < :before ORDER BY id DESC LIMIT :limit;

-- name: adjustment_lines
-- in: merchant:i64 adjustment_id:id
-- out: n:i64 item:id sku:text from_state:text to_state:text qty:i64 cost:i64 lot:text expires_day:i64 serials:text
SELECT l.n, l.item, i.sku, l.from_state, l.to_state, l.qty, l.cost, l.lot, l.expires_day, l.serials
FROM stock_adjustment_line l JOIN item i ON i.merchant = l.merchant AND i.id = l.item
WHERE l.merchant = :merchant AND l.adjustment_id = :adjustment_id ORDER BY l.n;

-- name: adjustment_decide
-- in: merchant:i64 id:id state:text decided_by:id decided_at_ms:i64
UPDATE stock_adjustment SET state = :state, decided_by = :decided_by, decided_at_ms = :decided_at_ms
WHERE merchant = :merchant AND id = :id AND state = 'pending';

-- Lines after whose adjustment less than nothing would stand there now.
-- name: count_impossible
-- in: merchant:i64 count_id:id
-- out: item:id sku:text
SELECT l.item, i.sku FROM stock_count_line l JOIN item i ON i.merchant = l.merchant AND i.id = l.item
    LEFT JOIN stock_level s ON s.merchant = l.merchant AND s.item = l.item AND s.location = l.location
WHERE l.merchant = :merchant AND l.count_id = :count_id AND l.state = 'counted' AND l.diff < 0
  AND l.diff + coalesce(CASE l.zone WHEN 'floor' THEN s.floor WHEN 'backroom' THEN s.backroom
        WHEN 'damaged' THEN s.damaged ELSE s.quarantine END, 0) < 0
ORDER BY l.item;

-- name: count_skip_impossible
-- in: merchant:i64 count_id:id
UPDATE stock_count_line AS l SET state = 'skipped', diff = 0
WHERE l.merchant = :merchant AND l.count_id = :count_id AND l.state = 'counted' AND l.diff < 0
  AND l.diff + coalesce((SELECT CASE l.zone WHEN 'floor' THEN s.floor WHEN 'backroom' THEN s.backroom
        WHEN 'damaged' THEN s.damaged ELSE s.quarantine END FROM stock_level s
        WHERE s.merchant = l.merchant AND s.item = l.item AND s.location = l.location), 0) < 0;

-- name: count_superseded
-- in: merchant:i64 count_id:id
-- out: n:i64
SELECT COUNT(*) FROM stock_count_line
WHERE merchant = :merchant AND count_id = :count_id AND state = 'superseded';

-- The serial numbers that were named in the last pass, by item.
-- name: count_named
-- in: merchant:i64 count_id:id
-- out: item:id sku:text location:text zone:text ref_ms:i64 counted:i64 serials:text
SELECT e.item, i.sku, l.location, l.zone, l.ref_ms, l.counted, e.serials
FROM stock_count_entry e
    JOIN stock_count_line l ON l.merchant = e.merchant AND l.count_id = e.count_id AND l.item = e.item
    JOIN item i ON i.merchant = e.merchant AND i.id = e.item
WHERE e.merchant = :merchant AND e.count_id = :count_id AND e.serials <> '' AND l.state = 'counted'
  AND e.pass = (SELECT MAX(x.pass) FROM stock_count_entry x
                WHERE x.merchant = e.merchant AND x.count_id = e.count_id AND x.item = e.item)
ORDER BY e.item, l.location, l.zone, e.id;
