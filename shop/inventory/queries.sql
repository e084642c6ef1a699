-- name: stock_sell
-- in: merchant:i64 item:id location:text qty:i64 keeps_safety:i64 safety:i64 buffer:i64
UPDATE stock_level SET floor = floor - :qty
WHERE merchant = :merchant AND item = :item AND location = :location AND floor >= :qty AND kept = 0
  AND floor + backroom - held - committed - :buffer
      - :keeps_safety * (CASE WHEN safety < 0 THEN :safety ELSE safety END) >= :qty;

-- name: stock_claim
-- in: merchant:i64 item:id location:text held:i64 committed:i64 keeps_safety:i64 safety:i64 buffer:i64
UPDATE stock_level SET held = held + :held, committed = committed + :committed
WHERE merchant = :merchant AND item = :item AND location = :location AND kept = 0
  AND floor + backroom - held - committed - :buffer
      - :keeps_safety * (CASE WHEN safety < 0 THEN :safety ELSE safety END) >= :held + :committed;

-- name: stock_lock
-- in: merchant:i64 item:id location:text
-- out: floor:i64 backroom:i64 picked:i64 in_transit:i64 damaged:i64 quarantine:i64 held:i64 committed:i64 backordered:i64 on_order:i64 kept:i64 safety:i64
UPDATE stock_level SET floor = floor WHERE merchant = :merchant AND item = :item AND location = :location
RETURNING floor, backroom, picked, in_transit, damaged, quarantine, held, committed, backordered, on_order, kept,
    safety;

-- name: stock_get
-- in: merchant:i64 item:id location:text
-- out: floor:i64 backroom:i64 picked:i64 in_transit:i64 damaged:i64 quarantine:i64 held:i64 committed:i64 backordered:i64 on_order:i64 kept:i64 safety:i64
SELECT floor, backroom, picked, in_transit, damaged, quarantine, held, committed, backordered, on_order, kept, safety
FROM stock_level WHERE merchant = :merchant AND item = :item AND location = :location;

-- name: stock_open
-- in: merchant:i64 item:id location:text
INSERT INTO stock_level (merchant, item, location, floor, backroom, picked, in_transit, damaged, quarantine, held,
    committed, backordered, on_order, kept, safety)
VALUES (:merchant, :item, :location, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1)
ON CONFLICT (merchant, item, location) DO NOTHING;

-- name: stock_change
-- in: merchant:i64 item:id location:text floor:i64 backroom:i64 picked:i64 in_transit:i64 damaged:i64 quarantine:i64 held:i64 committed:i64 backordered:i64 on_order:i64 kept:i64
UPDATE stock_level SET floor = floor + :floor, backroom = backroom + :backroom, picked = picked + :picked,
    in_transit = in_transit + :in_transit, damaged = damaged + :damaged, quarantine = quarantine + :quarantine,
    held = held + :held, committed = committed + :committed, backordered = backordered + :backordered,
    on_order = on_order + :on_order, kept = kept + :kept
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

-- name: claims_open
-- in: merchant:i64 owner_id:id
-- out: n:i64 owner:text item:id location:text channel:text state:text qty:i64 taken:i64 released:i64 expires_at_ms:i64
SELECT n, owner, item, location, channel, state, qty, taken, released, expires_at_ms FROM claim
WHERE merchant = :merchant AND owner_id = :owner_id AND state <> 'closed' ORDER BY item, n;

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
-- in: merchant:i64 location:text after_item:blob after_location:text limit:i64
-- out: item:id sku:text location:text floor:i64 backroom:i64 picked:i64 in_transit:i64 damaged:i64 quarantine:i64 held:i64 committed:i64 backordered:i64 on_order:i64 kept:i64 safety:i64
SELECT s.item, i.sku, s.location, s.floor, s.backroom, s.picked, s.in_transit, s.damaged, s.quarantine, s.held,
    s.committed, s.backordered, s.on_order, s.kept, s.safety
FROM stock_level s JOIN item i ON i.merchant = s.merchant AND i.id = s.item
WHERE s.merchant = :merchant AND (:location = '' OR s.location = :location)
  AND (s.item > :after_item OR (s.item = :after_item AND s.location > :after_location))
ORDER BY s.item, s.location LIMIT :limit;

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

-- name: stock_location_there
-- in: merchant:i64 code:text
-- out: code:text
SELECT code FROM location WHERE merchant = :merchant AND code = :code;

-- name: stock_moves_of
-- in: merchant:i64 item:id before_ms:i64 before_document:blob before_n:i64 limit:i64
-- out: at_ms:i64 document_id:id n:i64 from_location:text from_state:text to_location:text to_state:text qty:i64 lot:text cause:text
SELECT at_ms, document_id, n, from_location, from_state, to_location, to_state, qty, lot, cause
FROM stock_move
WHERE merchant = :merchant AND item = :item AND at_ms <= :before_ms
  AND (at_ms < :before_ms OR document_id < :before_document OR (document_id = :before_document AND n < :before_n))
ORDER BY at_ms DESC, document_id DESC, n DESC LIMIT :limit;
