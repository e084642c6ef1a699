-- name: transfer_item_of
-- in: merchant:i64 sku:text
-- out: id:id name:text stocked:bool qty_step:i64 cost:i64
SELECT id, name, stocked, qty_step, cost FROM item WHERE merchant = :merchant AND sku = :sku;

-- name: transfer_number_next
-- in: merchant:i64
-- out: last:i64
INSERT INTO transfer_series (merchant, last) VALUES (:merchant, 1)
ON CONFLICT (merchant) DO UPDATE SET last = transfer_series.last + 1 RETURNING last;

-- name: transfer_put
-- in: merchant:i64 id:id number:i64 from_location:text to_location:text state:text ref:text reason:text expected_at_ms:i64 units:i64 worth:i64 made_at_ms:i64 made_by:id
INSERT INTO stock_transfer (merchant, id, number, from_location, to_location, state, ref, reason, carrier, tracking,
    expected_at_ms, units, worth, made_at_ms, shipped_at_ms, ended_at_ms, made_by, approved_by)
VALUES (:merchant, :id, :number, :from_location, :to_location, :state, :ref, :reason, '', '',
    :expected_at_ms, :units, :worth, :made_at_ms, 0, 0, :made_by, NULL);

-- name: transfer_lock
-- in: merchant:i64 id:id
UPDATE stock_transfer SET state = state WHERE merchant = :merchant AND id = :id;

-- name: transfer_keep
-- in: merchant:i64 id:id state:text ref:text reason:text carrier:text tracking:text expected_at_ms:i64 units:i64 worth:i64 shipped_at_ms:i64 ended_at_ms:i64 approved_by:id
UPDATE stock_transfer SET state = :state, ref = :ref, reason = :reason, carrier = :carrier, tracking = :tracking,
    expected_at_ms = :expected_at_ms, units = :units, worth = :worth, shipped_at_ms = :shipped_at_ms,
    ended_at_ms = :ended_at_ms, approved_by = :approved_by
WHERE merchant = :merchant AND id = :id;

-- name: transfer_get
-- in: merchant:i64 id:id
-- out: id:id number:i64 from_location:text to_location:text state:text ref:text reason:text carrier:text tracking:text expected_at_ms:i64 units:i64 worth:i64 made_at_ms:i64 shipped_at_ms:i64 ended_at_ms:i64 made_by:id approved_by:id
SELECT id, number, from_location, to_location, state, ref, reason, carrier, tracking, expected_at_ms, units, worth,
    made_at_ms, shipped_at_ms, ended_at_ms, made_by, approved_by
FROM stock_transfer WHERE merchant = :merchant AND id = :id;

-- name: transfer_page
-- in: merchant:i64 from_location:text to_location:text state:text before:blob count:i64
-- out: id:id number:i64 from_location:text to_location:text state:text ref:text reason:text carrier:text tracking:text expected_at_ms:i64 units:i64 worth:i64 made_at_ms:i64 shipped_at_ms:i64 ended_at_ms:i64 made_by:id approved_by:id
SELECT id, number, from_location, to_location, state, ref, reason, carrier, tracking, expected_at_ms, units, worth,
    made_at_ms, shipped_at_ms, ended_at_ms, made_by, approved_by
FROM stock_transfer WHERE merchant = :merchant AND (:from_location = '' OR from_location = :from_location)
  AND (:to_location = '' OR to_location = :to_location) AND (:state = '' OR state = :state)
  AND id < :before ORDER BY id DESC LIMIT :count;

-- name: transfer_line_put
-- in: merchant:i64 transfer_id:id n:i64 item:id sku:text location:text qty:i64
INSERT INTO transfer_line (merchant, transfer_id, n, item, sku, location, qty, claimed, shipped, received, damaged, lost,
    sent_back, over_qty, is_open)
VALUES (:merchant, :transfer_id, :n, :item, :sku, :location, :qty, 0, 0, 0, 0, 0, 0, 0, 0);

-- name: transfer_line_clear
-- in: merchant:i64 transfer_id:id
DELETE FROM transfer_line WHERE merchant = :merchant AND transfer_id = :transfer_id;

-- name: transfer_line_keep
-- in: merchant:i64 transfer_id:id n:i64 claimed:i64 shipped:i64 received:i64 damaged:i64 lost:i64 sent_back:i64 over_qty:i64 is_open:bool
UPDATE transfer_line SET claimed = :claimed, shipped = :shipped, received = :received, damaged = :damaged, lost = :lost,
    sent_back = :sent_back, over_qty = :over_qty, is_open = :is_open
WHERE merchant = :merchant AND transfer_id = :transfer_id AND n = :n;

-- name: transfer_lines_of
-- in: merchant:i64 transfer_id:id
-- out: n:i64 item:id sku:text qty:i64 claimed:i64 shipped:i64 received:i64 damaged:i64 lost:i64 sent_back:i64 over_qty:i64
SELECT n, item, sku, qty, claimed, shipped, received, damaged, lost, sent_back, over_qty
FROM transfer_line WHERE merchant = :merchant AND transfer_id = :transfer_id ORDER BY n;

-- name: transfer_piece_put
-- in: merchant:i64 transfer_id:id line:i64 n:i64 lot:text serial:text qty:i64
INSERT INTO transfer_piece (merchant, transfer_id, line, n, lot, serial, qty, on_way)
VALUES (:merchant, :transfer_id, :line, :n, :lot, :serial, :qty, :qty);

-- name: transfer_piece_take
-- in: merchant:i64 transfer_id:id line:i64 n:i64 qty:i64
UPDATE transfer_piece SET on_way = on_way - :qty
WHERE merchant = :merchant AND transfer_id = :transfer_id AND line = :line AND n = :n;

-- name: transfer_pieces_of
-- in: merchant:i64 transfer_id:id line:i64
-- out: n:i64 lot:text serial:text qty:i64 on_way:i64
SELECT n, lot, serial, qty, on_way FROM transfer_piece
WHERE merchant = :merchant AND transfer_id = :transfer_id AND line = :line ORDER BY n;

-- name: transfer_expected
-- in: merchant:i64 item:id location:text
-- out: qty:i64 expected_at_ms:i64
SELECT l.shipped - l.received - l.damaged - l.lost - l.sent_back, t.expected_at_ms
FROM transfer_line l JOIN stock_transfer t ON t.merchant = l.merchant AND t.id = l.transfer_id
WHERE l.merchant = :merchant AND l.item = :item AND l.location = :location AND l.is_open = 1
ORDER BY CASE t.expected_at_ms WHEN 0 THEN 1 ELSE 0 END, t.expected_at_ms LIMIT 1000;

-- name: floor_min_put
-- in: merchant:i64 location:text item:id sku:text low:i64 full_qty:i64
INSERT INTO floor_min (merchant, location, item, sku, low, full_qty)
VALUES (:merchant, :location, :item, :sku, :low, :full_qty)
ON CONFLICT (merchant, location, item) DO UPDATE SET low = excluded.low, full_qty = excluded.full_qty;

-- name: floor_min_remove
-- in: merchant:i64 location:text item:id
DELETE FROM floor_min WHERE merchant = :merchant AND location = :location AND item = :item;

-- name: floor_min_page
-- in: merchant:i64 location:text after:blob count:i64
-- out: item:id sku:text low:i64 full_qty:i64
SELECT item, sku, low, full_qty FROM floor_min
WHERE merchant = :merchant AND location = :location AND item > :after ORDER BY item LIMIT :count;

-- What stands below its minimum on the floor while the backroom has some.
-- name: putaway_page
-- in: merchant:i64 location:text after:blob count:i64
-- out: item:id sku:text name:text floor:i64 backroom:i64 full_qty:i64
SELECT f.item, f.sku, i.name, s.floor, s.backroom, f.full_qty
FROM floor_min f JOIN stock_level s ON s.merchant = f.merchant AND s.item = f.item AND s.location = f.location
JOIN item i ON i.merchant = f.merchant AND i.id = f.item
WHERE f.merchant = :merchant AND f.location = :location AND f.item > :after AND s.floor < f.low AND s.backroom > 0
ORDER BY f.item LIMIT :count;

-- Invariants, for flows/verify.def: rows that break one.

-- name: verify_transfers
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT l.transfer_id, 'on the way of line ' || CAST(l.n AS TEXT), 0,
    l.shipped - l.received - l.damaged - l.lost - l.sent_back
FROM transfer_line l JOIN stock_transfer t ON t.merchant = l.merchant AND t.id = l.transfer_id
WHERE l.merchant = :merchant AND (l.shipped > l.claimed OR l.claimed > l.qty
    OR l.is_open <> CASE WHEN l.shipped > l.received + l.damaged + l.lost + l.sent_back THEN 1 ELSE 0 END
    OR (l.is_open = 1 AND t.state NOT IN ('shipped', 'receiving')))
UNION ALL
SELECT p.transfer_id, 'pieces on the way of line ' || CAST(p.line AS TEXT),
    CAST(MAX(l.shipped - l.received - l.damaged - l.lost - l.sent_back) AS BIGINT), CAST(SUM(p.on_way) AS BIGINT)
FROM transfer_piece p JOIN transfer_line l ON l.merchant = p.merchant AND l.transfer_id = p.transfer_id AND l.n = p.line
WHERE p.merchant = :merchant GROUP BY p.transfer_id, p.line
HAVING MAX(l.shipped - l.received - l.damaged - l.lost - l.sent_back) <> SUM(p.on_way) OR MAX(l.shipped) <> SUM(p.qty)
UNION ALL
SELECT id, kind, CAST(SUM(said) AS BIGINT), CAST(SUM(moved) AS BIGINT) FROM (
    SELECT transfer_id AS id, item, 'sent' AS kind, shipped AS said, 0 AS moved FROM transfer_line WHERE merchant = :merchant
    UNION ALL SELECT transfer_id, item, 'received', received, 0 FROM transfer_line WHERE merchant = :merchant
    UNION ALL SELECT transfer_id, item, 'damaged', damaged, 0 FROM transfer_line WHERE merchant = :merchant
    UNION ALL SELECT transfer_id, item, 'lost', lost, 0 FROM transfer_line WHERE merchant = :merchant
    UNION ALL SELECT transfer_id, item, 'sent back', sent_back, 0 FROM transfer_line WHERE merchant = :merchant
    UNION ALL SELECT transfer_id, item, 'over', over_qty, 0 FROM transfer_line WHERE merchant = :merchant
    UNION ALL SELECT m.document_id, m.item, CASE WHEN m.to_state = 'in_transit' THEN 'sent'
        WHEN m.to_state = 'loss' THEN 'lost' WHEN m.from_state = 'adjustment' THEN 'over'
        WHEN m.to_location = t.from_location THEN 'sent back' WHEN m.to_state = 'damaged' THEN 'damaged'
        ELSE 'received' END, 0, m.qty
    FROM stock_move m JOIN stock_transfer t ON t.merchant = m.merchant AND t.id = m.document_id
    WHERE m.merchant = :merchant AND m.cause = 'transfer'
) AS both_sides GROUP BY id, item, kind HAVING SUM(said) <> SUM(moved)
UNION ALL
SELECT t.id, 'approved by who made it', 0, t.number FROM stock_transfer t
WHERE t.merchant = :merchant AND t.approved_by IS NOT NULL AND t.approved_by = t.made_by;
