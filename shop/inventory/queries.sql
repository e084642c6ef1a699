-- name: stock_sell
-- in: merchant:i64 item:id location:text qty:i64 keeps_safety:i64
UPDATE stock_level SET floor = floor - :qty
WHERE merchant = :merchant AND item = :item AND location = :location AND floor >= :qty
  AND floor + backroom - claimed - safety * :keeps_safety >= :qty;

-- name: stock_take
-- in: merchant:i64 item:id location:text from_floor:i64 from_backroom:i64 from_claimed:i64 keeps_safety:i64
UPDATE stock_level SET floor = floor - :from_floor, backroom = backroom - :from_backroom,
    claimed = claimed - :from_claimed
WHERE merchant = :merchant AND item = :item AND location = :location
  AND floor >= :from_floor AND backroom >= :from_backroom AND claimed >= :from_claimed
  AND floor + backroom - claimed + :from_claimed - safety * :keeps_safety >= :from_floor + :from_backroom;

-- name: stock_claim
-- in: merchant:i64 item:id location:text qty:i64 keeps_safety:i64
UPDATE stock_level SET claimed = claimed + :qty
WHERE merchant = :merchant AND item = :item AND location = :location
  AND floor + backroom - claimed - safety * :keeps_safety >= :qty;

-- name: stock_unclaim
-- in: merchant:i64 item:id location:text qty:i64
UPDATE stock_level SET claimed = claimed - :qty
WHERE merchant = :merchant AND item = :item AND location = :location;

-- name: stock_get
-- in: merchant:i64 item:id location:text
-- out: floor:i64 backroom:i64 in_transit:i64 damaged:i64 quarantine:i64 claimed:i64 safety:i64
SELECT floor, backroom, in_transit, damaged, quarantine, claimed, safety FROM stock_level
WHERE merchant = :merchant AND item = :item AND location = :location;

-- name: stock_add
-- in: merchant:i64 item:id location:text floor:i64 backroom:i64 in_transit:i64 damaged:i64 quarantine:i64
INSERT INTO stock_level (merchant, item, location, floor, backroom, in_transit, damaged, quarantine,
    claimed, safety)
VALUES (:merchant, :item, :location, :floor, :backroom, :in_transit, :damaged, :quarantine, 0, 0)
ON CONFLICT (merchant, item, location) DO UPDATE SET
    floor = stock_level.floor + excluded.floor, backroom = stock_level.backroom + excluded.backroom,
    in_transit = stock_level.in_transit + excluded.in_transit,
    damaged = stock_level.damaged + excluded.damaged,
    quarantine = stock_level.quarantine + excluded.quarantine;

-- name: stock_remove
-- in: merchant:i64 item:id location:text floor:i64 backroom:i64 in_transit:i64 damaged:i64 quarantine:i64
UPDATE stock_level SET floor = floor - :floor, backroom = backroom - :backroom,
    in_transit = in_transit - :in_transit, damaged = damaged - :damaged, quarantine = quarantine - :quarantine
WHERE merchant = :merchant AND item = :item AND location = :location
  AND floor >= :floor AND backroom >= :backroom AND in_transit >= :in_transit AND damaged >= :damaged
  AND quarantine >= :quarantine AND floor + backroom - :floor - :backroom >= claimed;

-- name: stock_set_safety
-- in: merchant:i64 item:id location:text safety:i64
INSERT INTO stock_level (merchant, item, location, floor, backroom, in_transit, damaged, quarantine,
    claimed, safety)
VALUES (:merchant, :item, :location, 0, 0, 0, 0, 0, 0, :safety)
ON CONFLICT (merchant, item, location) DO UPDATE SET safety = excluded.safety;

-- name: stock_move_put
-- in: merchant:i64 document_id:id n:i64 item:id from_location:text from_state:text to_location:text to_state:text qty:i64 cause:text at_ms:i64
INSERT INTO stock_move (merchant, document_id, n, item, from_location, from_state, to_location, to_state,
    qty, cause, at_ms)
VALUES (:merchant, :document_id, :n, :item, :from_location, :from_state, :to_location, :to_state,
    :qty, :cause, :at_ms);

-- name: claim_put
-- in: merchant:i64 order_id:id n:i64 item:id location:text qty:i64 made_at_ms:i64
INSERT INTO claim (merchant, order_id, n, item, location, qty, state, made_at_ms)
VALUES (:merchant, :order_id, :n, :item, :location, :qty, 'held', :made_at_ms);

-- name: claim_held
-- in: merchant:i64 order_id:id
-- out: n:i64 item:id location:text qty:i64
SELECT n, item, location, qty FROM claim
WHERE merchant = :merchant AND order_id = :order_id AND state = 'held' ORDER BY item, n;

-- name: claim_end
-- in: merchant:i64 order_id:id n:i64 state:text
UPDATE claim SET state = :state
WHERE merchant = :merchant AND order_id = :order_id AND n = :n AND state = 'held';

-- name: stock_page
-- in: merchant:i64 location:text after_item:blob after_location:text limit:i64
-- out: item:id sku:text location:text floor:i64 backroom:i64 in_transit:i64 damaged:i64 quarantine:i64 claimed:i64 safety:i64
SELECT s.item, i.sku, s.location, s.floor, s.backroom, s.in_transit, s.damaged, s.quarantine, s.claimed,
    s.safety
FROM stock_level s JOIN item i ON i.merchant = s.merchant AND i.id = s.item
WHERE s.merchant = :merchant AND (:location = '' OR s.location = :location)
  AND (s.item > :after_item OR (s.item = :after_item AND s.location > :after_location))
ORDER BY s.item, s.location LIMIT :limit;

-- name: stock_of_sku
-- in: merchant:i64 sku:text
-- out: item:id location:text floor:i64 backroom:i64 in_transit:i64 damaged:i64 quarantine:i64 claimed:i64 safety:i64
SELECT i.id, coalesce(s.location, ''), coalesce(s.floor, 0), coalesce(s.backroom, 0),
    coalesce(s.in_transit, 0), coalesce(s.damaged, 0), coalesce(s.quarantine, 0), coalesce(s.claimed, 0),
    coalesce(s.safety, 0)
FROM item i LEFT JOIN stock_level s ON s.merchant = i.merchant AND s.item = i.id
WHERE i.merchant = :merchant AND i.sku = :sku ORDER BY s.location;

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
-- in: merchant:i64 item:id before_document:blob before_n:i64 limit:i64
-- out: document_id:id n:i64 from_location:text from_state:text to_location:text to_state:text qty:i64 cause:text at_ms:i64
SELECT document_id, n, from_location, from_state, to_location, to_state, qty, cause, at_ms
FROM stock_move
WHERE merchant = :merchant AND item = :item
  AND (document_id < :before_document OR (document_id = :before_document AND n < :before_n))
ORDER BY document_id DESC, n DESC LIMIT :limit;
