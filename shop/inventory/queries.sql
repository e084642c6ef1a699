-- name: stock_sell
-- in: merchant:i64 item:id location:text qty:i64 keeps_safety:i64 safety:i64 buffer:i64
UPDATE stock_level SET floor = floor - :qty
WHERE merchant = :merchant AND item = :item AND location = :location AND floor >= :qty AND kept = 0 AND tracked = 0
  AND backordered = 0
  AND floor + backroom - held - committed - :buffer
      - :keeps_safety * (CASE WHEN safety < 0 THEN :safety ELSE safety END) >= :qty;

-- name: stock_claim
-- in: merchant:i64 item:id location:text held:i64 committed:i64 keeps_safety:i64 safety:i64 buffer:i64
UPDATE stock_level SET held = held + :held, committed = committed + :committed
WHERE merchant = :merchant AND item = :item AND location = :location AND kept = 0 AND backordered = 0
  AND floor + backroom - held - committed - :buffer
      - :keeps_safety * (CASE WHEN safety < 0 THEN :safety ELSE safety END) >= :held + :committed;

-- name: stock_lock
-- in: merchant:i64 item:id location:text
-- out: floor:i64 backroom:i64 picked:i64 in_transit:i64 damaged:i64 quarantine:i64 held:i64 committed:i64 backordered:i64 on_order:i64 kept:i64 safety:i64 tracked:bool
UPDATE stock_level SET floor = floor WHERE merchant = :merchant AND item = :item AND location = :location
RETURNING floor, backroom, picked, in_transit, damaged, quarantine, held, committed, backordered, on_order, kept,
    safety, tracked;

-- name: stock_get
-- in: merchant:i64 item:id location:text
-- out: floor:i64 backroom:i64 picked:i64 in_transit:i64 damaged:i64 quarantine:i64 held:i64 committed:i64 backordered:i64 on_order:i64 kept:i64 safety:i64
SELECT floor, backroom, picked, in_transit, damaged, quarantine, held, committed, backordered, on_order, kept, safety
FROM stock_level WHERE merchant = :merchant AND item = :item AND location = :location;

-- name: stock_open
-- in: merchant:i64 item:id location:text
INSERT INTO stock_level (merchant, item, location, floor, backroom, picked, in_transit, damaged, quarantine, held,
    committed, backordered, on_order, kept, safety, tracked)
VALUES (:merchant, :item, :location, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 0)
ON CONFLICT (merchant, item, location) DO NOTHING;

-- name: stock_change
-- in: merchant:i64 item:id location:text floor:i64 backroom:i64 picked:i64 in_transit:i64 damaged:i64 quarantine:i64 held:i64 committed:i64 backordered:i64 on_order:i64 kept:i64 tracked:i64
UPDATE stock_level SET floor = floor + :floor, backroom = backroom + :backroom, picked = picked + :picked,
    in_transit = in_transit + :in_transit, damaged = damaged + :damaged, quarantine = quarantine + :quarantine,
    held = held + :held, committed = committed + :committed, backordered = backordered + :backordered,
    on_order = on_order + :on_order, kept = kept + :kept,
    tracked = CASE WHEN :tracked < 0 THEN tracked ELSE :tracked END
WHERE merchant = :merchant AND item = :item AND location = :location;

-- name: stock_set_safety
-- in: merchant:i64 item:id location:text safety:i64
UPDATE stock_level SET safety = :safety WHERE merchant = :merchant AND item = :item AND location = :location;

-- name: stock_move_put
-- in: merchant:i64 item:id at_ms:i64 document_id:id n:i64 from_location:text from_state:text to_location:text to_state:text qty:i64 lot:text cause:text
INSERT INTO stock_move (merchant, item, at_ms, document_id, n, from_location, from_state, to_location, to_state,
    qty, lot, cause)
VALUES (:merchant, :item, :at_ms, :document_id, :n, :from_location, :from_state, :to_location, :to_state, :qty,
    :lot, :cause)
ON CONFLICT (merchant, item, at_ms, document_id, n) DO NOTHING;

-- name: claim_put
-- in: merchant:i64 owner_id:id n:i64 owner:text item:id location:text channel:text qty:i64 share:i64 state:text made_at_ms:i64 expires_at_ms:i64
INSERT INTO claim (merchant, owner_id, n, owner, item, location, channel, qty, taken, released, share, state,
    made_at_ms, expires_at_ms)
VALUES (:merchant, :owner_id, :n, :owner, :item, :location, :channel, :qty, 0, 0, :share, :state, :made_at_ms,
    :expires_at_ms);

-- By owner: with state <> 'closed' SQLite would go through all open claims of the merchant instead.
-- name: claims_open
-- in: merchant:i64 owner_id:id
-- out: n:i64 owner:text item:id location:text channel:text state:text qty:i64 taken:i64 released:i64 expires_at_ms:i64
SELECT n, owner, item, location, channel, state, qty, taken, released, expires_at_ms FROM claim
WHERE merchant = :merchant AND owner_id = :owner_id AND taken + released < qty ORDER BY item, n;

-- name: claim_lock
-- in: merchant:i64 owner_id:id n:i64
-- out: owner:text item:id location:text channel:text state:text qty:i64 taken:i64 released:i64 share:i64
UPDATE claim SET taken = taken
WHERE merchant = :merchant AND owner_id = :owner_id AND n = :n AND state <> 'closed'
RETURNING owner, item, location, channel, state, qty, taken, released, share;

-- name: claim_use
-- in: merchant:i64 owner_id:id n:i64 taken:i64 released:i64 share:i64
UPDATE claim SET taken = taken + :taken, released = released + :released, share = share - :share,
    state = CASE WHEN taken + :taken + released + :released = qty THEN 'closed' ELSE state END
WHERE merchant = :merchant AND owner_id = :owner_id AND n = :n;

-- name: claims_expired
-- in: merchant:i64 now_ms:i64 limit:i64
-- out: owner_id:id n:i64
SELECT owner_id, n FROM claim WHERE merchant = :merchant AND state = 'held' AND expires_at_ms <= :now_ms
  AND expires_at_ms > 0
ORDER BY item, owner_id, n LIMIT :limit;

-- name: stock_page
-- in: merchant:i64 region:text after_item:blob after_location:text limit:i64
-- out: item:id sku:text location:text floor:i64 backroom:i64 picked:i64 in_transit:i64 damaged:i64 quarantine:i64 held:i64 committed:i64 backordered:i64 on_order:i64 kept:i64 safety:i64
SELECT s.item, i.sku, s.location, s.floor, s.backroom, s.picked, s.in_transit, s.damaged, s.quarantine, s.held,
    s.committed, s.backordered, s.on_order, s.kept, s.safety
FROM stock_level s JOIN item i ON i.merchant = s.merchant AND i.id = s.item
WHERE s.merchant = :merchant AND s.item >= :after_item
  AND (s.item > :after_item OR s.location > :after_location)
  AND (:region = '' OR s.location IN (SELECT code FROM location WHERE merchant = :merchant AND region = :region))
ORDER BY s.item, s.location LIMIT :limit;

-- name: stock_page_at
-- in: merchant:i64 location:text after_item:blob limit:i64
-- out: item:id sku:text location:text floor:i64 backroom:i64 picked:i64 in_transit:i64 damaged:i64 quarantine:i64 held:i64 committed:i64 backordered:i64 on_order:i64 kept:i64 safety:i64
SELECT s.item, i.sku, s.location, s.floor, s.backroom, s.picked, s.in_transit, s.damaged, s.quarantine, s.held,
    s.committed, s.backordered, s.on_order, s.kept, s.safety
FROM stock_level s JOIN item i ON i.merchant = s.merchant AND i.id = s.item
WHERE s.merchant = :merchant AND s.location = :location AND s.item > :after_item
ORDER BY s.item LIMIT :limit;

-- What came and went since a time, by place.
-- name: stock_since
-- in: merchant:i64 item:id after_ms:i64
-- out: location:text state:text change:i64
SELECT location, state, CAST(SUM(change) AS BIGINT) FROM (
    SELECT to_location AS location, to_state AS state, qty AS change FROM stock_move
    WHERE merchant = :merchant AND item = :item AND at_ms > :after_ms AND to_location <> ''
    UNION ALL
    SELECT from_location, from_state, -qty FROM stock_move
    WHERE merchant = :merchant AND item = :item AND at_ms > :after_ms AND from_location <> ''
) AS both_sides GROUP BY location, state;

-- name: stock_items_page
-- in: merchant:i64 after_item:blob limit:i64
-- out: item:id sku:text
SELECT i.id, i.sku FROM item i
WHERE i.merchant = :merchant AND i.id > :after_item
  AND EXISTS (SELECT 1 FROM stock_level s WHERE s.merchant = i.merchant AND s.item = i.id)
ORDER BY i.id LIMIT :limit;

-- name: stock_regions
-- in: merchant:i64
-- out: code:text region:text
SELECT code, region FROM location WHERE merchant = :merchant ORDER BY code;

-- name: stock_values
-- in: merchant:i64 location:text region:text
-- out: location:text region:text rows:i64 unknown:i64 sellable:i64 picked:i64 in_transit:i64 damaged:i64 quarantine:i64
SELECT s.location, MAX(l.region), CAST(SUM(CASE WHEN s.floor + s.backroom + s.picked + s.in_transit + s.damaged
        + s.quarantine <> 0 THEN 1 ELSE 0 END) AS BIGINT),
    CAST(SUM(CASE WHEN i.cost = 0 AND s.floor + s.backroom + s.picked + s.in_transit + s.damaged
        + s.quarantine <> 0 THEN 1 ELSE 0 END) AS BIGINT),
    CAST(SUM((s.floor + s.backroom) * i.cost) AS BIGINT), CAST(SUM(s.picked * i.cost) AS BIGINT),
    CAST(SUM(s.in_transit * i.cost) AS BIGINT), CAST(SUM(s.damaged * i.cost) AS BIGINT),
    CAST(SUM(s.quarantine * i.cost) AS BIGINT)
FROM stock_level s JOIN item i ON i.merchant = s.merchant AND i.id = s.item
    JOIN location l ON l.merchant = s.merchant AND l.code = s.location
WHERE s.merchant = :merchant AND (:location = '' OR s.location = :location) AND (:region = '' OR l.region = :region)
GROUP BY s.location ORDER BY s.location;

-- What the same have become worth since a time.
-- name: stock_values_since
-- in: merchant:i64 after_ms:i64
-- out: location:text state:text change:i64
SELECT m.location, m.state, CAST(SUM(m.change * i.cost) AS BIGINT) FROM (
    SELECT item, to_location AS location, to_state AS state, qty AS change FROM stock_move
    WHERE merchant = :merchant AND at_ms > :after_ms AND to_location <> ''
    UNION ALL
    SELECT item, from_location, from_state, -qty FROM stock_move
    WHERE merchant = :merchant AND at_ms > :after_ms AND from_location <> ''
) AS m JOIN item i ON i.merchant = :merchant AND i.id = m.item GROUP BY m.location, m.state;

-- name: stock_of_item
-- in: merchant:i64 item:id
-- out: location:text floor:i64 backroom:i64 picked:i64 in_transit:i64 damaged:i64 quarantine:i64 held:i64 committed:i64 backordered:i64 on_order:i64 kept:i64 safety:i64
SELECT location, floor, backroom, picked, in_transit, damaged, quarantine, held, committed, backordered, on_order,
    kept, safety
FROM stock_level WHERE merchant = :merchant AND item = :item ORDER BY location;

-- name: stock_item_of
-- in: merchant:i64 sku:text
-- out: id:id stocked:i64
SELECT id, stocked FROM item WHERE merchant = :merchant AND sku = :sku;

-- name: stock_counted
-- in: merchant:i64 id:id
-- out: stocked:i64
SELECT stocked FROM item WHERE merchant = :merchant AND id = :id;

-- name: stock_moves_of
-- in: merchant:i64 item:id location:text region:text state:text from_ms:i64 before_ms:i64 before_document:blob before_n:i64 by_document:i64 document:id cause:text limit:i64
-- out: at_ms:i64 document_id:id n:i64 from_location:text from_state:text to_location:text to_state:text qty:i64 lot:text cause:text
SELECT at_ms, document_id, n, from_location, from_state, to_location, to_state, qty, lot, cause
FROM stock_move
WHERE merchant = :merchant AND item = :item AND at_ms >= :from_ms AND at_ms <= :before_ms
  AND (at_ms < :before_ms OR document_id < :before_document OR (document_id = :before_document AND n < :before_n))
  AND ((:location = '' AND :state = '' AND :region = '')
       OR (from_location <> '' AND (:location = '' OR from_location = :location) AND (:state = '' OR from_state = :state)
           AND (:region = '' OR from_location IN (SELECT code FROM location WHERE merchant = :merchant AND region = :region)))
       OR (to_location <> '' AND (:location = '' OR to_location = :location) AND (:state = '' OR to_state = :state)
           AND (:region = '' OR to_location IN (SELECT code FROM location WHERE merchant = :merchant AND region = :region))))
  AND (:by_document = 0 OR document_id = :document) AND (:cause = '' OR cause = :cause)
ORDER BY at_ms DESC, document_id DESC, n DESC LIMIT :limit;

-- name: stock_tracking
-- in: merchant:i64 item:id
-- out: tracking:text least_days:i64
SELECT tracking, least_days FROM item WHERE merchant = :merchant AND id = :item;

-- name: stock_time_zone
-- in: merchant:i64 code:text
-- out: time_zone:text
SELECT time_zone FROM location WHERE merchant = :merchant AND code = :code;

-- name: lot_find
-- in: merchant:i64 item:id lot:text
-- out: expires_day:i64 made_at_ms:i64 recalled_at_ms:i64 recall_reason:text
SELECT expires_day, made_at_ms, recalled_at_ms, recall_reason FROM lot
WHERE merchant = :merchant AND item = :item AND lot = :lot;

-- name: lot_put
-- in: merchant:i64 item:id lot:text expires_day:i64 made_at_ms:i64
INSERT INTO lot (merchant, item, lot, expires_day, made_at_ms, recalled_at_ms, recall_reason)
VALUES (:merchant, :item, :lot, :expires_day, :made_at_ms, 0, '')
ON CONFLICT (merchant, item, lot) DO UPDATE SET
    expires_day = CASE WHEN lot.expires_day = 0 THEN excluded.expires_day ELSE lot.expires_day END;

-- name: stock_lot_date
-- in: merchant:i64 item:id lot:text expires_day:i64
UPDATE stock_lot SET expires_day = :expires_day WHERE merchant = :merchant AND item = :item AND lot = :lot;

-- name: lot_recall
-- in: merchant:i64 item:id lot:text at_ms:i64 reason:text
UPDATE lot SET recalled_at_ms = :at_ms, recall_reason = :reason
WHERE merchant = :merchant AND item = :item AND lot = :lot;

-- name: lot_override_put
-- in: merchant:i64 document_id:id item:id lot:text expires_day:i64 reason:text given_by:id at_ms:i64
INSERT INTO lot_override (merchant, document_id, item, lot, expires_day, reason, given_by, at_ms)
VALUES (:merchant, :document_id, :item, :lot, :expires_day, :reason, :given_by, :at_ms)
ON CONFLICT (merchant, document_id, item, lot) DO NOTHING;

-- name: stock_lots_at
-- in: merchant:i64 item:id location:text lot:text
-- out: lot:text expires_day:i64 recalled_at_ms:i64 floor:i64 backroom:i64 picked:i64 in_transit:i64 damaged:i64 quarantine:i64
SELECT s.lot, l.expires_day, l.recalled_at_ms, s.floor, s.backroom, s.picked, s.in_transit, s.damaged, s.quarantine
FROM stock_lot s JOIN lot l ON l.merchant = s.merchant AND l.item = s.item AND l.lot = s.lot
WHERE s.merchant = :merchant AND s.item = :item AND s.location = :location AND (:lot = '' OR s.lot = :lot)
  AND s.floor + s.backroom + s.picked + s.in_transit + s.damaged + s.quarantine > 0
ORDER BY s.lot;

-- name: stock_lot_open
-- in: merchant:i64 item:id location:text lot:text
INSERT INTO stock_lot (merchant, item, location, lot, floor, backroom, picked, in_transit, damaged, quarantine,
    expires_day)
SELECT l.merchant, l.item, :location, l.lot, 0, 0, 0, 0, 0, 0, l.expires_day FROM lot l
WHERE l.merchant = :merchant AND l.item = :item AND l.lot = :lot
ON CONFLICT (merchant, item, location, lot) DO NOTHING;

-- name: stock_lot_change
-- in: merchant:i64 item:id location:text lot:text floor:i64 backroom:i64 picked:i64 in_transit:i64 damaged:i64 quarantine:i64
UPDATE stock_lot SET floor = floor + :floor, backroom = backroom + :backroom, picked = picked + :picked,
    in_transit = in_transit + :in_transit, damaged = damaged + :damaged, quarantine = quarantine + :quarantine
WHERE merchant = :merchant AND item = :item AND location = :location AND lot = :lot;

-- name: lots_of
-- in: merchant:i64 item:id after:text limit:i64
-- out: lot:text expires_day:i64 made_at_ms:i64 recalled_at_ms:i64 recall_reason:text
SELECT lot, expires_day, made_at_ms, recalled_at_ms, recall_reason FROM lot
WHERE merchant = :merchant AND item = :item AND lot > :after ORDER BY lot LIMIT :limit;

-- name: lot_places
-- in: merchant:i64 item:id lot:text
-- out: location:text floor:i64 backroom:i64 picked:i64 in_transit:i64 damaged:i64 quarantine:i64
SELECT location, floor, backroom, picked, in_transit, damaged, quarantine FROM stock_lot
WHERE merchant = :merchant AND item = :item AND lot = :lot
  AND floor + backroom + picked + in_transit + damaged + quarantine > 0
ORDER BY location;

-- name: lots_expiring
-- in: merchant:i64 until_day:i64 location:text after_day:i64 after_item:blob after_lot:text after_location:text limit:i64
-- out: item:id sku:text name:text lot:text expires_day:i64 location:text floor:i64 backroom:i64 picked:i64
SELECT l.item, i.sku, i.name, l.lot, l.expires_day, s.location, s.floor, s.backroom, s.picked
FROM lot l JOIN stock_lot s ON s.merchant = l.merchant AND s.item = l.item AND s.lot = l.lot
    JOIN item i ON i.merchant = l.merchant AND i.id = l.item
WHERE l.merchant = :merchant AND l.expires_day > 0 AND l.expires_day <= :until_day
  AND (:location = '' OR s.location = :location) AND s.floor + s.backroom + s.picked > 0
  AND (l.expires_day, l.item, l.lot, s.location) > (:after_day, :after_item, :after_lot, :after_location)
ORDER BY l.expires_day, l.item, l.lot, s.location LIMIT :limit;

-- name: lots_expired
-- in: merchant:i64 before_day:i64 limit:i64
-- out: item:id sku:text lot:text expires_day:i64 location:text floor:i64 backroom:i64
SELECT item, sku, lot, expires_day, location, floor, backroom FROM (
SELECT s.item, i.sku, s.lot, s.expires_day, s.location, s.floor, s.backroom
FROM stock_lot s JOIN item i ON i.merchant = s.merchant AND i.id = s.item
WHERE s.merchant = :merchant AND s.expires_day > 0 AND s.expires_day < :before_day AND s.floor + s.backroom > 0
ORDER BY s.expires_day LIMIT :limit) AS oldest ORDER BY item, lot, location;

-- name: lot_moves
-- in: merchant:i64 item:id lot:text before_ms:i64 before_document:blob before_n:i64 limit:i64
-- out: at_ms:i64 document_id:id n:i64 from_location:text from_state:text to_location:text to_state:text qty:i64 cause:text
SELECT at_ms, document_id, n, from_location, from_state, to_location, to_state, qty, cause
FROM stock_move
WHERE merchant = :merchant AND item = :item AND lot = :lot AND lot <> '' AND at_ms <= :before_ms
  AND (at_ms < :before_ms OR document_id < :before_document OR (document_id = :before_document AND n < :before_n))
ORDER BY at_ms DESC, document_id DESC, n DESC LIMIT :limit;

-- name: serial_find
-- in: merchant:i64 item:id serial:text
-- out: location:text state:text lot:text moves:i64 document_id:id updated_at_ms:i64
SELECT location, state, lot, moves, document_id, updated_at_ms FROM serial
WHERE merchant = :merchant AND item = :item AND serial = :serial;

-- name: serial_put
-- in: merchant:i64 item:id serial:text location:text state:text lot:text document_id:id at_ms:i64
INSERT INTO serial (merchant, item, serial, location, state, lot, moves, document_id, updated_at_ms)
VALUES (:merchant, :item, :serial, :location, :state, :lot, 1, :document_id, :at_ms)
ON CONFLICT (merchant, item, serial) DO NOTHING;

-- name: serial_step
-- in: merchant:i64 item:id serial:text moves:i64 location:text state:text lot:text document_id:id at_ms:i64
UPDATE serial SET location = :location, state = :state, lot = :lot, moves = moves + 1, document_id = :document_id,
    updated_at_ms = :at_ms
WHERE merchant = :merchant AND item = :item AND serial = :serial AND moves = :moves;

-- name: serial_move_put
-- in: merchant:i64 item:id serial:text n:i64 from_location:text from_state:text to_location:text to_state:text document_id:id cause:text at_ms:i64
INSERT INTO serial_move (merchant, item, serial, n, from_location, from_state, to_location, to_state, document_id,
    cause, at_ms)
VALUES (:merchant, :item, :serial, :n, :from_location, :from_state, :to_location, :to_state, :document_id, :cause,
    :at_ms);

-- name: serials_at
-- in: merchant:i64 item:id location:text state:text lot:text limit:i64
-- out: serial:text lot:text
SELECT serial, lot FROM serial
WHERE merchant = :merchant AND item = :item AND location = :location AND state = :state AND (:lot = '' OR lot = :lot)
ORDER BY serial LIMIT :limit;

-- name: serials_of
-- in: merchant:i64 item:id location:text state:text after:text limit:i64
-- out: serial:text location:text state:text lot:text document_id:id updated_at_ms:i64
SELECT serial, location, state, lot, document_id, updated_at_ms FROM serial
WHERE merchant = :merchant AND item = :item AND (:location = '' OR location = :location)
  AND (:state = '' OR state = :state) AND serial > :after
ORDER BY serial LIMIT :limit;

-- name: serials_named
-- in: merchant:i64 serial:text
-- out: item:id sku:text name:text location:text state:text lot:text document_id:id updated_at_ms:i64
SELECT s.item, i.sku, i.name, s.location, s.state, s.lot, s.document_id, s.updated_at_ms
FROM serial s JOIN item i ON i.merchant = s.merchant AND i.id = s.item
WHERE s.merchant = :merchant AND s.serial = :serial ORDER BY i.sku LIMIT 100;

-- name: serial_history
-- in: merchant:i64 item:id serial:text
-- out: n:i64 from_location:text from_state:text to_location:text to_state:text document_id:id cause:text at_ms:i64
SELECT n, from_location, from_state, to_location, to_state, document_id, cause, at_ms FROM serial_move
WHERE merchant = :merchant AND item = :item AND serial = :serial ORDER BY n DESC LIMIT 500;

-- name: serial_due_add
-- in: merchant:i64 document_id:id item:id location:text state:text qty:i64 at_ms:i64
INSERT INTO serial_due (merchant, document_id, item, location, state, qty, at_ms)
VALUES (:merchant, :document_id, :item, :location, :state, :qty, :at_ms)
ON CONFLICT (merchant, document_id, item, location, state) DO UPDATE SET qty = serial_due.qty + excluded.qty;

-- name: serial_due_of
-- in: merchant:i64 document_id:id item:id
-- out: location:text state:text qty:i64
SELECT location, state, qty FROM serial_due
WHERE merchant = :merchant AND document_id = :document_id AND item = :item AND qty > 0 ORDER BY location, state;

-- name: serial_due_take
-- in: merchant:i64 document_id:id item:id location:text state:text
UPDATE serial_due SET qty = qty - 1000
WHERE merchant = :merchant AND document_id = :document_id AND item = :item AND location = :location
  AND state = :state AND qty >= 1000;

-- name: serials_due
-- in: merchant:i64 limit:i64
-- out: document_id:id item:id sku:text location:text qty:i64 at_ms:i64
SELECT d.document_id, d.item, i.sku, d.location, d.qty, d.at_ms
FROM serial_due d JOIN item i ON i.merchant = d.merchant AND i.id = d.item
WHERE d.merchant = :merchant AND d.qty > 0
ORDER BY d.at_ms, d.document_id, d.item, d.location, d.state LIMIT :limit;

-- Each step of a piece begins where the one before ended, and the last one ends where the piece is.

-- name: verify_serial_paths
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT item, serial || ' step ' || CAST(n AS TEXT), before_n + 1, n FROM (
    SELECT item, serial, n, from_location, from_state,
        coalesce(LAG(n) OVER way, 0) AS before_n,
        LAG(to_location) OVER way AS before_location, LAG(to_state) OVER way AS before_state
    FROM serial_move WHERE merchant = :merchant
    WINDOW way AS (PARTITION BY item, serial ORDER BY n)
) AS steps WHERE n <> before_n + 1
    OR (n > 1 AND (from_location <> before_location OR from_state <> before_state))
UNION ALL
SELECT s.item, s.serial || ' is elsewhere than it went', s.moves, coalesce(m.n, 0)
FROM serial s LEFT JOIN serial_move m ON m.merchant = s.merchant AND m.item = s.item AND m.serial = s.serial
    AND m.n = s.moves AND m.to_location = s.location AND m.to_state = s.state
WHERE s.merchant = :merchant AND (m.n IS NULL OR EXISTS (SELECT 1 FROM serial_move o WHERE o.merchant = s.merchant
    AND o.item = s.item AND o.serial = s.serial AND o.n > s.moves));

-- name: verify_serial_levels
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT item, location || ' ' || state, CAST(SUM(level) AS BIGINT), CAST(SUM(pieces) AS BIGINT) FROM (
    SELECT l.item, l.location, s.state, CASE s.state WHEN 'floor' THEN l.floor WHEN 'backroom' THEN l.backroom
        WHEN 'picked' THEN l.picked WHEN 'in_transit' THEN l.in_transit WHEN 'damaged' THEN l.damaged
        ELSE l.quarantine END AS level, 0 AS pieces
    FROM stock_level l JOIN item i ON i.merchant = l.merchant AND i.id = l.item
        CROSS JOIN (SELECT 'floor' AS state UNION ALL SELECT 'backroom' UNION ALL SELECT 'picked'
            UNION ALL SELECT 'in_transit' UNION ALL SELECT 'damaged' UNION ALL SELECT 'quarantine') AS s
    WHERE l.merchant = :merchant AND i.tracking IN ('serial', 'lot_serial')
    UNION ALL SELECT item, location, state, 0, 1000 FROM serial WHERE merchant = :merchant AND location <> ''
    UNION ALL SELECT item, location, state, 0, -qty FROM serial_due WHERE merchant = :merchant
) AS both_sides GROUP BY item, location, state HAVING SUM(level) <> SUM(pieces);

-- name: verify_lots
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT item, location || ' ' || state, CAST(SUM(level) AS BIGINT), CAST(SUM(lots) AS BIGINT) FROM (
    SELECT l.item, l.location, s.state, CASE s.state WHEN 'floor' THEN l.floor WHEN 'backroom' THEN l.backroom
        WHEN 'picked' THEN l.picked WHEN 'in_transit' THEN l.in_transit WHEN 'damaged' THEN l.damaged
        ELSE l.quarantine END AS level, 0 AS lots
    FROM stock_level l JOIN item i ON i.merchant = l.merchant AND i.id = l.item
        CROSS JOIN (SELECT 'floor' AS state UNION ALL SELECT 'backroom' UNION ALL SELECT 'picked'
            UNION ALL SELECT 'in_transit' UNION ALL SELECT 'damaged' UNION ALL SELECT 'quarantine') AS s
    WHERE l.merchant = :merchant AND i.tracking IN ('lot', 'lot_serial')
    UNION ALL
    SELECT l.item, l.location, s.state, 0, CASE s.state WHEN 'floor' THEN l.floor WHEN 'backroom' THEN l.backroom
        WHEN 'picked' THEN l.picked WHEN 'in_transit' THEN l.in_transit WHEN 'damaged' THEN l.damaged
        ELSE l.quarantine END
    FROM stock_lot l
        CROSS JOIN (SELECT 'floor' AS state UNION ALL SELECT 'backroom' UNION ALL SELECT 'picked'
            UNION ALL SELECT 'in_transit' UNION ALL SELECT 'damaged' UNION ALL SELECT 'quarantine') AS s
    WHERE l.merchant = :merchant
) AS both_sides GROUP BY item, location, state HAVING SUM(level) <> SUM(lots);

-- name: verify_lot_moves
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT item, location || ' ' || state || ' lot ' || lot, CAST(SUM(moved) AS BIGINT), CAST(SUM(level) AS BIGINT) FROM (
    SELECT item, lot, to_location AS location, to_state AS state, qty AS moved, 0 AS level
    FROM stock_move WHERE merchant = :merchant AND to_location <> '' AND lot <> ''
    UNION ALL
    SELECT item, lot, from_location, from_state, -qty, 0
    FROM stock_move WHERE merchant = :merchant AND from_location <> '' AND lot <> ''
    UNION ALL
    SELECT l.item, l.lot, l.location, s.state, 0, CASE s.state WHEN 'floor' THEN l.floor WHEN 'backroom' THEN l.backroom
        WHEN 'picked' THEN l.picked WHEN 'in_transit' THEN l.in_transit WHEN 'damaged' THEN l.damaged
        ELSE l.quarantine END
    FROM stock_lot l
        CROSS JOIN (SELECT 'floor' AS state UNION ALL SELECT 'backroom' UNION ALL SELECT 'picked'
            UNION ALL SELECT 'in_transit' UNION ALL SELECT 'damaged' UNION ALL SELECT 'quarantine') AS s
    WHERE l.merchant = :merchant
) AS both_sides GROUP BY item, location, state, lot HAVING SUM(moved) <> SUM(level);

-- A day is over nowhere before it is over 14 hours ahead of UTC, so that two days of it are certainly too many.

-- name: verify_expired_sold
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT m.document_id, 'lot ' || m.lot || ' was sold after its last day', l.expires_day, m.at_ms / 86400000
FROM stock_move m JOIN lot l ON l.merchant = m.merchant AND l.item = m.item AND l.lot = m.lot
WHERE m.merchant = :merchant AND m.lot <> '' AND m.to_state = 'customer' AND l.expires_day > 0
  AND m.from_state IN ('floor', 'backroom') AND m.at_ms / 86400000 > l.expires_day + 1
  AND NOT EXISTS (SELECT 1 FROM lot_override o WHERE o.merchant = m.merchant AND o.document_id = m.document_id
      AND o.item = m.item AND o.lot = m.lot);

-- What moves from a point on have changed, by place.
-- name: stock_moved_from
-- in: merchant:i64 item:id from_ms:i64 from_document:blob from_n:i64
-- out: location:text state:text change:i64
SELECT location, state, CAST(SUM(change) AS BIGINT) FROM (
    SELECT to_location AS location, to_state AS state, qty AS change FROM stock_move
    WHERE merchant = :merchant AND item = :item AND at_ms >= :from_ms AND to_location <> ''
      AND (at_ms > :from_ms OR document_id > :from_document OR (document_id = :from_document AND n >= :from_n))
    UNION ALL
    SELECT from_location, from_state, -qty FROM stock_move
    WHERE merchant = :merchant AND item = :item AND at_ms >= :from_ms AND from_location <> ''
      AND (at_ms > :from_ms OR document_id > :from_document OR (document_id = :from_document AND n >= :from_n))
) AS both_sides GROUP BY location, state;

-- name: stock_places_of
-- in: merchant:i64 item:id
-- out: location:text
SELECT location FROM stock_level
WHERE merchant = :merchant AND item = :item AND floor + backroom > 0 ORDER BY location;

-- name: share_find
-- in: merchant:i64 item:id location:text
-- out: location:text channel:text kind:text priority:i64 granted:i64 used:i64 until_ms:i64
SELECT location, channel, kind, priority, granted, used, until_ms FROM channel_share
WHERE merchant = :merchant AND item = :item AND (location = :location OR :location = '')
ORDER BY location, channel;

-- name: share_put
-- in: merchant:i64 item:id location:text channel:text kind:text priority:i64 granted:i64 used:i64 until_ms:i64
INSERT INTO channel_share (merchant, item, location, channel, kind, priority, granted, used, until_ms)
VALUES (:merchant, :item, :location, :channel, :kind, :priority, :granted, :used, :until_ms)
ON CONFLICT (merchant, item, location, channel) DO UPDATE SET kind = excluded.kind, priority = excluded.priority,
    granted = excluded.granted, used = excluded.used, until_ms = excluded.until_ms;

-- name: share_use
-- in: merchant:i64 item:id location:text channel:text qty:i64
UPDATE channel_share SET used = used + :qty
WHERE merchant = :merchant AND item = :item AND location = :location AND channel = :channel;

-- name: share_back
-- in: merchant:i64 item:id location:text channel:text qty:i64
UPDATE channel_share SET used = used - :qty
WHERE merchant = :merchant AND item = :item AND location = :location AND channel = :channel
  AND kind <> 'protected' AND used >= :qty;

-- name: share_remove
-- in: merchant:i64 item:id location:text channel:text
DELETE FROM channel_share
WHERE merchant = :merchant AND item = :item AND location = :location AND channel = :channel;

-- name: share_ended
-- in: merchant:i64 now_ms:i64 limit:i64
-- out: item:id location:text channel:text
SELECT item, location, channel FROM channel_share
WHERE merchant = :merchant AND until_ms > 0 AND until_ms <= :now_ms ORDER BY item, location, channel LIMIT :limit;

-- name: share_claimed
-- in: merchant:i64 item:id location:text channel:text
-- out: qty:i64
SELECT CAST(coalesce(SUM(share), 0) AS BIGINT) FROM claim
WHERE merchant = :merchant AND item = :item AND location = :location AND channel = :channel AND state <> 'closed';

-- name: claims_waiting
-- in: merchant:i64 item:id location:text limit:i64
-- out: owner_id:id n:i64 owner:text channel:text open:i64 made_at_ms:i64
SELECT owner_id, n, owner, channel, qty - taken - released, made_at_ms FROM claim
WHERE merchant = :merchant AND item = :item AND location = :location AND state = 'backordered'
ORDER BY made_at_ms, owner_id, n LIMIT :limit;

-- name: claims_waited_for
-- in: merchant:i64 item:blob location:text limit:i64
-- out: item:id location:text
SELECT DISTINCT item, location FROM claim
WHERE merchant = :merchant AND state = 'backordered' AND (item > :item OR (item = :item AND location > :location))
ORDER BY item, location LIMIT :limit;

-- name: claim_serve
-- in: merchant:i64 owner_id:id n:i64
UPDATE claim SET state = 'committed' WHERE merchant = :merchant AND owner_id = :owner_id AND n = :n
  AND state = 'backordered';

-- name: claims_extend
-- in: merchant:i64 owner_id:id expires_at_ms:i64
UPDATE claim SET expires_at_ms = :expires_at_ms
WHERE merchant = :merchant AND owner_id = :owner_id AND state = 'held';

-- name: feed_put
-- in: merchant:i64 channel:text by_location:bool none:blob
INSERT INTO stock_feed (merchant, channel, by_location, sweeping, sweep_after)
VALUES (:merchant, :channel, :by_location, 1, :none)
ON CONFLICT (merchant, channel) DO UPDATE SET by_location = excluded.by_location, sweeping = 1,
    sweep_after = excluded.sweep_after;

-- name: feed_remove
-- in: merchant:i64 channel:text
DELETE FROM stock_feed WHERE merchant = :merchant AND channel = :channel;

-- name: feed_all
-- in: merchant:i64
-- out: channel:text by_location:bool sweeping:bool sweep_after:blob
SELECT channel, by_location, sweeping, sweep_after FROM stock_feed WHERE merchant = :merchant ORDER BY channel;

-- name: feed_lock
-- in: merchant:i64
-- out: channel:text by_location:bool sweeping:bool sweep_after:blob
-- only: sqlite
SELECT channel, by_location, sweeping, sweep_after FROM stock_feed WHERE merchant = :merchant ORDER BY channel;

-- name: feed_lock
-- in: merchant:i64
-- out: channel:text by_location:bool sweeping:bool sweep_after:blob
-- only: pg
SELECT channel, by_location, sweeping, sweep_after FROM stock_feed
WHERE merchant = :merchant AND pg_try_advisory_xact_lock(730500000000000 + :merchant) ORDER BY channel FOR UPDATE;

-- Waits for all who are changing levels: whoever changes one later sees the feed.
-- name: feed_settle
-- only: pg
LOCK TABLE stock_level IN SHARE MODE;

-- name: feed_sweep
-- in: merchant:i64 none:blob
UPDATE stock_feed SET sweeping = 1, sweep_after = :none WHERE merchant = :merchant;

-- name: feed_swept
-- in: merchant:i64 channel:text after:blob sweeping:bool
UPDATE stock_feed SET sweep_after = :after, sweeping = :sweeping
WHERE merchant = :merchant AND channel = :channel;

-- name: feed_note
-- in: merchant:i64 id:id item:id location:text
INSERT INTO stock_changed (merchant, id, item, location)
SELECT f.merchant, :id, :item, :location FROM stock_feed f WHERE f.merchant = :merchant LIMIT 1;

-- name: feed_changes
-- in: merchant:i64 limit:i64
-- out: id:id item:id
SELECT id, item FROM stock_changed WHERE merchant = :merchant ORDER BY id LIMIT :limit;

-- name: feed_forget
-- in: merchant:i64 id:id
DELETE FROM stock_changed WHERE merchant = :merchant AND id = :id;

-- name: feed_items
-- in: merchant:i64 after:blob limit:i64
-- out: id:id
SELECT id FROM item WHERE merchant = :merchant AND id > :after AND stocked = 1 ORDER BY id LIMIT :limit;

-- name: region_locations
-- in: merchant:i64 region:text
-- out: code:text
SELECT code FROM location WHERE merchant = :merchant AND region = :region ORDER BY code;
