-- name: purchase_item_of
-- in: merchant:i64 sku:text
-- out: id:id name:text stocked:bool qty_step:i64 cost:i64
SELECT id, name, stocked, qty_step, cost FROM item WHERE merchant = :merchant AND sku = :sku;

-- name: purchase_number_next
-- in: merchant:i64 kind:text
-- out: last:i64
INSERT INTO purchase_series (merchant, kind, last) VALUES (:merchant, :kind, 1)
ON CONFLICT (merchant, kind) DO UPDATE SET last = purchase_series.last + 1 RETURNING last;

-- name: vendor_find
-- in: merchant:i64 code:text
-- out: code:text name:text contact:text lead_days:i64 currency:text active:bool
SELECT code, name, contact, lead_days, currency, active FROM vendor WHERE merchant = :merchant AND code = :code;

-- name: vendor_lock
-- in: merchant:i64 code:text
UPDATE vendor SET active = active WHERE merchant = :merchant AND code = :code;

-- name: vendor_page
-- in: merchant:i64 after:text count:i64
-- out: code:text name:text contact:text lead_days:i64 currency:text active:bool
SELECT code, name, contact, lead_days, currency, active FROM vendor
WHERE merchant = :merchant AND code > :after ORDER BY code LIMIT :count;

-- name: vendor_put
-- in: merchant:i64 code:text name:text contact:text lead_days:i64 currency:text active:bool
INSERT INTO vendor (merchant, code, name, contact, lead_days, currency, active)
VALUES (:merchant, :code, :name, :contact, :lead_days, :currency, :active)
ON CONFLICT (merchant, code) DO UPDATE SET name = excluded.name, contact = excluded.contact,
    lead_days = excluded.lead_days, active = excluded.active
WHERE vendor.currency = excluded.currency;

-- name: vendor_item_put
-- in: merchant:i64 item:id vendor:text sku:text vendor_sku:text pack_qty:i64 min_qty:i64 cost:i64 rank:i64 active:bool
INSERT INTO vendor_item (merchant, item, vendor, sku, vendor_sku, pack_qty, min_qty, cost, rank, active)
VALUES (:merchant, :item, :vendor, :sku, :vendor_sku, :pack_qty, :min_qty, :cost, :rank, :active)
ON CONFLICT (merchant, item, vendor) DO UPDATE SET vendor_sku = excluded.vendor_sku, pack_qty = excluded.pack_qty,
    min_qty = excluded.min_qty, cost = excluded.cost, rank = excluded.rank, active = excluded.active;

-- name: vendor_item_find
-- in: merchant:i64 item:id vendor:text
-- out: vendor_sku:text pack_qty:i64 min_qty:i64 cost:i64 rank:i64 active:bool
SELECT vendor_sku, pack_qty, min_qty, cost, rank, active
FROM vendor_item WHERE merchant = :merchant AND item = :item AND vendor = :vendor;

-- name: vendor_item_page
-- in: merchant:i64 vendor:text after:text count:i64
-- out: sku:text vendor_sku:text pack_qty:i64 min_qty:i64 cost:i64 rank:i64 active:bool
SELECT sku, vendor_sku, pack_qty, min_qty, cost, rank, active
FROM vendor_item WHERE merchant = :merchant AND vendor = :vendor AND sku > :after ORDER BY sku LIMIT :count;

-- name: vendor_item_of
-- in: merchant:i64 item:id
-- out: vendor:text sku:text vendor_sku:text pack_qty:i64 min_qty:i64 cost:i64 rank:i64 active:bool lead_days:i64 vendor_active:bool
SELECT i.vendor, i.sku, i.vendor_sku, i.pack_qty, i.min_qty, i.cost, i.rank, i.active, v.lead_days, v.active
FROM vendor_item i JOIN vendor v ON v.merchant = i.merchant AND v.code = i.vendor
WHERE i.merchant = :merchant AND i.item = :item ORDER BY i.rank, i.cost, i.vendor LIMIT 200;

-- name: purchase_put
-- in: merchant:i64 id:id number:i64 vendor:text location:text state:text ref:text note:text currency:text expected_at_ms:i64 made_at_ms:i64 made_by:id
INSERT INTO purchase_order (merchant, id, number, vendor, location, state, ref, note, currency, expected_at_ms,
    made_at_ms, sent_at_ms, ended_at_ms, made_by)
VALUES (:merchant, :id, :number, :vendor, :location, :state, :ref, :note, :currency, :expected_at_ms,
    :made_at_ms, 0, 0, :made_by);

-- name: purchase_edit
-- in: merchant:i64 id:id ref:text note:text expected_at_ms:i64
UPDATE purchase_order SET ref = :ref, note = :note, expected_at_ms = :expected_at_ms
WHERE merchant = :merchant AND id = :id;

-- name: purchase_step
-- in: merchant:i64 id:id state:text sent_at_ms:i64 ended_at_ms:i64
UPDATE purchase_order SET state = :state, sent_at_ms = :sent_at_ms, ended_at_ms = :ended_at_ms
WHERE merchant = :merchant AND id = :id;

-- name: purchase_lock
-- in: merchant:i64 id:id
UPDATE purchase_order SET state = state WHERE merchant = :merchant AND id = :id;

-- name: purchase_get
-- in: merchant:i64 id:id
-- out: number:i64 vendor:text location:text state:text ref:text note:text currency:text expected_at_ms:i64 made_at_ms:i64 sent_at_ms:i64 ended_at_ms:i64
SELECT number, vendor, location, state, ref, note, currency, expected_at_ms, made_at_ms, sent_at_ms, ended_at_ms
FROM purchase_order WHERE merchant = :merchant AND id = :id;

-- name: purchase_page
-- in: merchant:i64 vendor:text location:text state:text before:blob count:i64
-- out: id:id number:i64 vendor:text location:text state:text expected_at_ms:i64 made_at_ms:i64
SELECT id, number, vendor, location, state, expected_at_ms, made_at_ms FROM purchase_order
WHERE merchant = :merchant AND (:vendor = '' OR vendor = :vendor) AND (:location = '' OR location = :location)
  AND (:state = '' OR state = :state) AND id < :before ORDER BY id DESC LIMIT :count;

-- name: purchase_line_put
-- in: merchant:i64 order_id:id n:i64 item:id sku:text location:text qty:i64 pack_qty:i64 cost:i64
INSERT INTO purchase_line (merchant, order_id, n, item, sku, location, qty, pack_qty, cost, received, damaged, cancelled,
    is_open)
VALUES (:merchant, :order_id, :n, :item, :sku, :location, :qty, :pack_qty, :cost, 0, 0, 0, 0);

-- name: purchase_line_clear
-- in: merchant:i64 order_id:id
DELETE FROM purchase_line WHERE merchant = :merchant AND order_id = :order_id;

-- name: purchase_line_change
-- in: merchant:i64 order_id:id n:i64 received:i64 damaged:i64 cancelled:i64 is_open:bool
UPDATE purchase_line SET received = :received, damaged = :damaged, cancelled = :cancelled, is_open = :is_open
WHERE merchant = :merchant AND order_id = :order_id AND n = :n;

-- name: purchase_lines_of
-- in: merchant:i64 order_id:id
-- out: n:i64 item:id sku:text qty:i64 pack_qty:i64 cost:i64 received:i64 damaged:i64 cancelled:i64 is_open:bool
SELECT n, item, sku, qty, pack_qty, cost, received, damaged, cancelled, is_open
FROM purchase_line WHERE merchant = :merchant AND order_id = :order_id ORDER BY n;

-- name: purchase_sheet_lines
-- in: merchant:i64 order_id:id vendor:text
-- out: n:i64 sku:text name:text vendor_sku:text open:i64
SELECT l.n, l.sku, i.name, coalesce(v.vendor_sku, ''), CASE WHEN l.qty - l.received - l.cancelled > 0
    THEN l.qty - l.received - l.cancelled ELSE 0 END
FROM purchase_line l JOIN item i ON i.merchant = l.merchant AND i.id = l.item
LEFT JOIN vendor_item v ON v.merchant = l.merchant AND v.item = l.item AND v.vendor = :vendor
WHERE l.merchant = :merchant AND l.order_id = :order_id ORDER BY l.n;

-- What is to come of an item: on notices with their date, the rest with that of its purchase order.
-- name: purchase_expected
-- in: merchant:i64 item:id location:text
-- out: order_id:id n:i64 open:i64 expected_at_ms:i64 asn_qty:i64 asn_at_ms:i64
SELECT l.order_id, l.n, l.qty - l.received - l.cancelled, o.expected_at_ms, coalesce(a.qty - a.received, 0),
    coalesce(a.expected_at_ms, 0)
FROM purchase_line l JOIN purchase_order o ON o.merchant = l.merchant AND o.id = l.order_id
LEFT JOIN (SELECT n.order_id, x.order_line, x.qty, x.received, n.expected_at_ms
    FROM asn_line x JOIN asn n ON n.merchant = x.merchant AND n.id = x.asn_id
    WHERE x.merchant = :merchant AND x.item = :item AND n.state IN ('announced', 'arriving') AND x.qty > x.received
) AS a ON a.order_id = l.order_id AND a.order_line = l.n
WHERE l.merchant = :merchant AND l.item = :item AND l.location = :location AND l.is_open = 1
ORDER BY l.order_id, l.n, 6 LIMIT 1000;

-- name: asn_put
-- in: merchant:i64 id:id order_id:id vendor:text location:text state:text ref:text carrier:text tracking:text expected_at_ms:i64 made_at_ms:i64
INSERT INTO asn (merchant, id, order_id, vendor, location, state, ref, carrier, tracking, expected_at_ms, made_at_ms)
VALUES (:merchant, :id, :order_id, :vendor, :location, :state, :ref, :carrier, :tracking, :expected_at_ms, :made_at_ms)
ON CONFLICT (merchant, vendor, ref) DO NOTHING;

-- name: asn_parcel_put
-- in: merchant:i64 sscc:text asn_id:id
INSERT INTO asn_parcel (merchant, sscc, asn_id) VALUES (:merchant, :sscc, :asn_id)
ON CONFLICT (merchant, sscc) DO NOTHING;

-- name: asn_line_put
-- in: merchant:i64 asn_id:id n:i64 order_line:i64 item:id sku:text qty:i64 lot:text expires:text serials:text sscc:text
INSERT INTO asn_line (merchant, asn_id, n, order_line, item, sku, qty, received, lot, expires, serials, sscc)
VALUES (:merchant, :asn_id, :n, :order_line, :item, :sku, :qty, 0, :lot, :expires, :serials, :sscc);

-- name: asn_get
-- in: merchant:i64 id:id
-- out: order_id:id vendor:text location:text state:text ref:text carrier:text tracking:text expected_at_ms:i64 made_at_ms:i64
SELECT order_id, vendor, location, state, ref, carrier, tracking, expected_at_ms, made_at_ms
FROM asn WHERE merchant = :merchant AND id = :id;

-- name: asn_of_order
-- in: merchant:i64 order_id:id
-- out: id:id order_id:id vendor:text location:text state:text ref:text carrier:text tracking:text expected_at_ms:i64 made_at_ms:i64
SELECT id, order_id, vendor, location, state, ref, carrier, tracking, expected_at_ms, made_at_ms
FROM asn WHERE merchant = :merchant AND order_id = :order_id ORDER BY id LIMIT 200;

-- name: asn_parcels_of
-- in: merchant:i64 asn_id:id
-- out: sscc:text
SELECT sscc FROM asn_parcel WHERE merchant = :merchant AND asn_id = :asn_id ORDER BY sscc;

-- name: asn_of_parcel
-- in: merchant:i64 sscc:text
-- out: asn_id:id
SELECT asn_id FROM asn_parcel WHERE merchant = :merchant AND sscc = :sscc;

-- name: asn_lines_of
-- in: merchant:i64 asn_id:id
-- out: n:i64 order_line:i64 item:id sku:text qty:i64 received:i64 lot:text expires:text serials:text sscc:text
SELECT n, order_line, item, sku, qty, received, lot, expires, serials, sscc
FROM asn_line WHERE merchant = :merchant AND asn_id = :asn_id ORDER BY n;

-- name: asn_line_receive
-- in: merchant:i64 asn_id:id n:i64 received:i64
UPDATE asn_line SET received = :received WHERE merchant = :merchant AND asn_id = :asn_id AND n = :n;

-- name: asn_step
-- in: merchant:i64 id:id state:text
UPDATE asn SET state = :state WHERE merchant = :merchant AND id = :id;

-- name: goods_receipt_put
-- in: merchant:i64 id:id number:i64 order_id:id asn_id:id vendor:text location:text ref:text note:text blind:bool over_qty:i64 short_qty:i64 damaged:i64 made_at_ms:i64 made_by:id
INSERT INTO goods_receipt (merchant, id, number, order_id, asn_id, vendor, location, ref, note, blind, over_qty,
    short_qty, damaged, made_at_ms, made_by)
VALUES (:merchant, :id, :number, :order_id, :asn_id, :vendor, :location, :ref, :note, :blind, :over_qty,
    :short_qty, :damaged, :made_at_ms, :made_by);

-- name: goods_receipt_line_put
-- in: merchant:i64 receipt_id:id n:i64 order_line:i64 asn_line:i64 item:id sku:text expected:i64 qty:i64 damaged:i64 state:text reason:text lot:text expires:text serials:text
INSERT INTO receipt_line (merchant, receipt_id, n, order_line, asn_line, item, sku, expected, qty, damaged, state, reason,
    lot, expires, serials)
VALUES (:merchant, :receipt_id, :n, :order_line, :asn_line, :item, :sku, :expected, :qty, :damaged, :state, :reason,
    :lot, :expires, :serials);

-- name: goods_receipt_get
-- in: merchant:i64 id:id
-- out: id:id number:i64 order_id:id asn_id:id vendor:text location:text ref:text note:text blind:bool over_qty:i64 short_qty:i64 damaged:i64 made_at_ms:i64 made_by:id order_state:text
SELECT r.id, r.number, r.order_id, r.asn_id, r.vendor, r.location, r.ref, r.note, r.blind, r.over_qty, r.short_qty,
    r.damaged, r.made_at_ms, r.made_by, coalesce(o.state, '')
FROM goods_receipt r LEFT JOIN purchase_order o ON o.merchant = r.merchant AND o.id = r.order_id
WHERE r.merchant = :merchant AND r.id = :id;

-- name: goods_receipt_page
-- in: merchant:i64 order_id:id vendor:text location:text differs:bool before:blob count:i64
-- out: id:id number:i64 order_id:id asn_id:id vendor:text location:text ref:text note:text blind:bool over_qty:i64 short_qty:i64 damaged:i64 made_at_ms:i64 made_by:id order_state:text
SELECT id, number, order_id, asn_id, vendor, location, ref, note, blind, over_qty, short_qty, damaged, made_at_ms, made_by, ''
FROM goods_receipt
WHERE merchant = :merchant AND (:order_id IS NULL OR order_id = :order_id) AND (:vendor = '' OR vendor = :vendor)
  AND (:location = '' OR location = :location) AND (:differs = 0 OR over_qty + short_qty + damaged > 0)
  AND id < :before ORDER BY id DESC LIMIT :count;

-- name: goods_receipt_lines_of
-- in: merchant:i64 receipt_id:id
-- out: n:i64 order_line:i64 item:id sku:text expected:i64 qty:i64 damaged:i64 state:text reason:text lot:text expires:text serials:text
SELECT n, order_line, item, sku, expected, qty, damaged, state, reason, lot, expires, serials
FROM receipt_line WHERE merchant = :merchant AND receipt_id = :receipt_id ORDER BY n;

-- name: vendor_return_put
-- in: merchant:i64 id:id number:i64 vendor:text location:text state:text ref:text reason:text currency:text claimed:i64 made_at_ms:i64
INSERT INTO vendor_return (merchant, id, number, vendor, location, state, ref, reason, carrier, tracking, currency,
    claimed, credited, credit_ref, made_at_ms, shipped_at_ms, credited_at_ms)
VALUES (:merchant, :id, :number, :vendor, :location, :state, :ref, :reason, '', '', :currency,
    :claimed, 0, '', :made_at_ms, 0, 0);

-- name: vendor_return_line_put
-- in: merchant:i64 return_id:id n:i64 item:id sku:text qty:i64 state:text cost:i64 lot:text serials:text
INSERT INTO vendor_return_line (merchant, return_id, n, item, sku, qty, state, cost, lot, serials)
VALUES (:merchant, :return_id, :n, :item, :sku, :qty, :state, :cost, :lot, :serials);

-- name: vendor_return_lock
-- in: merchant:i64 id:id
UPDATE vendor_return SET claimed = claimed WHERE merchant = :merchant AND id = :id;

-- name: vendor_return_step
-- in: merchant:i64 id:id state:text carrier:text tracking:text credited:i64 credit_ref:text shipped_at_ms:i64 credited_at_ms:i64
UPDATE vendor_return SET state = :state, carrier = :carrier, tracking = :tracking, credited = :credited,
    credit_ref = :credit_ref, shipped_at_ms = :shipped_at_ms, credited_at_ms = :credited_at_ms
WHERE merchant = :merchant AND id = :id;

-- name: vendor_return_get
-- in: merchant:i64 id:id
-- out: id:id number:i64 vendor:text location:text state:text ref:text reason:text carrier:text tracking:text currency:text claimed:i64 credited:i64 credit_ref:text made_at_ms:i64 shipped_at_ms:i64 credited_at_ms:i64
SELECT id, number, vendor, location, state, ref, reason, carrier, tracking, currency, claimed, credited, credit_ref,
    made_at_ms, shipped_at_ms, credited_at_ms
FROM vendor_return WHERE merchant = :merchant AND id = :id;

-- name: vendor_return_page
-- in: merchant:i64 vendor:text state:text before:blob count:i64
-- out: id:id number:i64 vendor:text location:text state:text ref:text reason:text carrier:text tracking:text currency:text claimed:i64 credited:i64 credit_ref:text made_at_ms:i64 shipped_at_ms:i64 credited_at_ms:i64
SELECT id, number, vendor, location, state, ref, reason, carrier, tracking, currency, claimed, credited, credit_ref,
    made_at_ms, shipped_at_ms, credited_at_ms
FROM vendor_return WHERE merchant = :merchant AND (:vendor = '' OR vendor = :vendor)
  AND (:state = '' OR state = :state) AND id < :before ORDER BY id DESC LIMIT :count;

-- name: vendor_return_lines_of
-- in: merchant:i64 return_id:id
-- out: n:i64 item:id sku:text qty:i64 state:text cost:i64 lot:text serials:text
SELECT n, item, sku, qty, state, cost, lot, serials
FROM vendor_return_line WHERE merchant = :merchant AND return_id = :return_id ORDER BY n;

-- name: consignment_put
-- in: merchant:i64 item:id since_ms:i64 vendor:text sku:text cost:i64 settles:text
INSERT INTO consignment (merchant, item, since_ms, vendor, sku, until_ms, cost, settles, settled)
VALUES (:merchant, :item, :since_ms, :vendor, :sku, 9223372036854775807, :cost, :settles, 0);

-- name: consignment_in_force
-- in: merchant:i64 item:id
-- out: since_ms:i64 vendor:text cost:i64 settles:text settled:i64
SELECT since_ms, vendor, cost, settles, settled FROM consignment
WHERE merchant = :merchant AND item = :item AND until_ms = 9223372036854775807;

-- name: consignment_end
-- in: merchant:i64 item:id until_ms:i64
UPDATE consignment SET until_ms = :until_ms
WHERE merchant = :merchant AND item = :item AND until_ms = 9223372036854775807;

-- name: consignment_page
-- in: merchant:i64 vendor:text after:text after_ms:i64 count:i64
-- out: sku:text since_ms:i64 until_ms:i64 cost:i64 settles:text settled:i64
SELECT sku, since_ms, until_ms, cost, settles, settled FROM consignment
WHERE merchant = :merchant AND vendor = :vendor AND (sku > :after OR (sku = :after AND since_ms > :after_ms))
ORDER BY sku, since_ms LIMIT :count;

-- What happened to consigned goods of a vendor since the agreement, and what of that was settled.
-- name: consignment_state
-- in: merchant:i64 vendor:text until_ms:i64
-- out: item:id sku:text since_ms:i64 cost:i64 settles:text settled:i64 sold:i64 returned:i64 lost:i64 was_sold:i64 was_returned:i64 was_lost:i64
SELECT c.item, c.sku, c.since_ms, c.cost, c.settles, c.settled,
    CAST(coalesce((SELECT SUM(m.qty) FROM stock_move m WHERE m.merchant = c.merchant AND m.item = c.item
        AND m.at_ms >= c.since_ms AND m.at_ms < c.until_ms AND m.at_ms < :until_ms
        AND m.to_location = '' AND m.to_state = 'customer'), 0) AS BIGINT),
    CAST(coalesce((SELECT SUM(m.qty) FROM stock_move m WHERE m.merchant = c.merchant AND m.item = c.item
        AND m.at_ms >= c.since_ms AND m.at_ms < c.until_ms AND m.at_ms < :until_ms
        AND m.from_location = '' AND m.from_state = 'customer'), 0) AS BIGINT),
    CAST(coalesce((SELECT SUM(CASE WHEN m.to_state = 'loss' THEN m.qty ELSE -m.qty END) FROM stock_move m
        WHERE m.merchant = c.merchant AND m.item = c.item AND c.settles = 'sold_and_lost'
        AND m.at_ms >= c.since_ms AND m.at_ms < c.until_ms AND m.at_ms < :until_ms
        AND ((m.to_location = '' AND m.to_state = 'loss') OR (m.from_location = '' AND m.from_state = 'loss'))), 0)
        AS BIGINT),
    CAST(coalesce((SELECT SUM(s.sold) FROM settlement_line s WHERE s.merchant = c.merchant AND s.item = c.item
        AND s.since_ms = c.since_ms), 0) AS BIGINT),
    CAST(coalesce((SELECT SUM(s.returned) FROM settlement_line s WHERE s.merchant = c.merchant AND s.item = c.item
        AND s.since_ms = c.since_ms), 0) AS BIGINT),
    CAST(coalesce((SELECT SUM(s.lost) FROM settlement_line s WHERE s.merchant = c.merchant AND s.item = c.item
        AND s.since_ms = c.since_ms), 0) AS BIGINT)
FROM consignment c WHERE c.merchant = :merchant AND c.vendor = :vendor AND c.since_ms < :until_ms
ORDER BY c.sku, c.since_ms LIMIT 10001;

-- name: consignment_settle
-- in: merchant:i64 item:id since_ms:i64 qty:i64
UPDATE consignment SET settled = settled + :qty WHERE merchant = :merchant AND item = :item AND since_ms = :since_ms;

-- name: settlement_last
-- in: merchant:i64 vendor:text
-- out: until_ms:i64
SELECT until_ms FROM settlement WHERE merchant = :merchant AND vendor = :vendor ORDER BY from_ms DESC LIMIT 1;

-- name: settlement_put
-- in: merchant:i64 id:id number:i64 vendor:text from_ms:i64 until_ms:i64 currency:text total:i64 ref:text made_at_ms:i64
INSERT INTO settlement (merchant, id, number, vendor, from_ms, until_ms, currency, total, ref, made_at_ms)
VALUES (:merchant, :id, :number, :vendor, :from_ms, :until_ms, :currency, :total, :ref, :made_at_ms);

-- name: settlement_line_put
-- in: merchant:i64 settlement_id:id n:i64 item:id sku:text since_ms:i64 sold:i64 returned:i64 lost:i64 qty:i64 cost:i64 total:i64
INSERT INTO settlement_line (merchant, settlement_id, n, item, sku, since_ms, sold, returned, lost, qty, cost, total)
VALUES (:merchant, :settlement_id, :n, :item, :sku, :since_ms, :sold, :returned, :lost, :qty, :cost, :total);

-- name: settlement_get
-- in: merchant:i64 id:id
-- out: id:id number:i64 vendor:text from_ms:i64 until_ms:i64 currency:text total:i64 ref:text made_at_ms:i64
SELECT id, number, vendor, from_ms, until_ms, currency, total, ref, made_at_ms
FROM settlement WHERE merchant = :merchant AND id = :id;

-- name: settlement_page
-- in: merchant:i64 vendor:text before:blob count:i64
-- out: id:id number:i64 vendor:text from_ms:i64 until_ms:i64 currency:text total:i64 ref:text made_at_ms:i64
SELECT id, number, vendor, from_ms, until_ms, currency, total, ref, made_at_ms FROM settlement
WHERE merchant = :merchant AND (:vendor = '' OR vendor = :vendor) AND id < :before ORDER BY id DESC LIMIT :count;

-- name: settlement_lines_of
-- in: merchant:i64 settlement_id:id
-- out: sku:text sold:i64 returned:i64 lost:i64 qty:i64 cost:i64 total:i64
SELECT sku, sold, returned, lost, qty, cost, total
FROM settlement_line WHERE merchant = :merchant AND settlement_id = :settlement_id ORDER BY n;

-- name: asn_end_of_order
-- in: merchant:i64 order_id:id
UPDATE asn SET state = CASE state WHEN 'announced' THEN 'cancelled' ELSE 'received' END
WHERE merchant = :merchant AND order_id = :order_id AND state IN ('announced', 'arriving');

-- Invariants, for flows/verify.def: rows that break one.

-- name: verify_on_order
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT item, location || ' on order', CAST(SUM(due) AS BIGINT), CAST(SUM(moved) AS BIGINT) FROM (
    SELECT l.item, l.location, l.qty - l.received - l.cancelled AS due, 0 AS moved
    FROM purchase_line l JOIN purchase_order o ON o.merchant = l.merchant AND o.id = l.order_id
    WHERE l.merchant = :merchant AND o.state IN ('sent', 'receiving') AND l.qty > l.received + l.cancelled
    UNION ALL SELECT m.item, m.to_location, 0, m.qty FROM stock_move m JOIN (
        SELECT id FROM purchase_order WHERE merchant = :merchant
        UNION ALL SELECT id FROM goods_receipt WHERE merchant = :merchant) AS d ON d.id = m.document_id
    WHERE m.merchant = :merchant AND m.to_state = 'on_order'
    UNION ALL SELECT m.item, m.from_location, 0, -m.qty FROM stock_move m JOIN (
        SELECT id FROM purchase_order WHERE merchant = :merchant
        UNION ALL SELECT id FROM goods_receipt WHERE merchant = :merchant) AS d ON d.id = m.document_id
    WHERE m.merchant = :merchant AND m.from_state = 'on_order'
) AS both_sides GROUP BY item, location HAVING SUM(due) <> SUM(moved)
UNION ALL
SELECT l.order_id, 'line ' || CAST(l.n AS TEXT) || ' is open', 1 - l.is_open, l.is_open
FROM purchase_line l JOIN purchase_order o ON o.merchant = l.merchant AND o.id = l.order_id
WHERE l.merchant = :merchant AND (l.damaged > l.received OR l.is_open <> CASE WHEN o.state IN ('sent', 'receiving')
    AND l.qty > l.received + l.cancelled THEN 1 ELSE 0 END);

-- name: verify_receipts
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT id, 'came to ' || state, CAST(SUM(said) AS BIGINT), CAST(SUM(moved) AS BIGINT) FROM (
    SELECT receipt_id AS id, item, state, qty - damaged AS said, 0 AS moved FROM receipt_line WHERE merchant = :merchant
    UNION ALL SELECT receipt_id, item, 'damaged', damaged, 0 FROM receipt_line WHERE merchant = :merchant
    UNION ALL SELECT m.document_id, m.item, m.to_state, 0, m.qty
    FROM stock_move m JOIN goods_receipt r ON r.merchant = m.merchant AND r.id = m.document_id
    WHERE m.merchant = :merchant AND m.from_state = 'vendor'
) AS both_sides GROUP BY id, item, state HAVING SUM(said) <> SUM(moved)
UNION ALL
SELECT id, 'received on line ' || CAST(n AS TEXT), CAST(SUM(received) AS BIGINT), CAST(SUM(came) AS BIGINT) FROM (
    SELECT order_id AS id, n, received, damaged, 0 AS came, 0 AS bad FROM purchase_line WHERE merchant = :merchant
    UNION ALL SELECT r.order_id, l.order_line, 0, 0, l.qty, l.damaged
    FROM receipt_line l JOIN goods_receipt r ON r.merchant = l.merchant AND r.id = l.receipt_id
    WHERE l.merchant = :merchant AND l.order_line > 0
) AS both_sides GROUP BY id, n HAVING SUM(received) <> SUM(came) OR SUM(damaged) <> SUM(bad)
UNION ALL
SELECT id, 'over, short, damaged', CAST(SUM(said) AS BIGINT), CAST(SUM(told) AS BIGINT) FROM (
    SELECT id, over_qty + short_qty + damaged AS said, 0 AS told FROM goods_receipt WHERE merchant = :merchant
    UNION ALL SELECT receipt_id, 0, ABS(qty - expected) + damaged FROM receipt_line WHERE merchant = :merchant
) AS both_sides GROUP BY id HAVING SUM(said) <> SUM(told);

-- name: verify_vendor_returns
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT id, 'left out of ' || state, CAST(SUM(said) AS BIGINT), CAST(SUM(moved) AS BIGINT) FROM (
    SELECT l.return_id AS id, l.item, l.state, l.qty AS said, 0 AS moved
    FROM vendor_return_line l JOIN vendor_return r ON r.merchant = l.merchant AND r.id = l.return_id
    WHERE l.merchant = :merchant AND r.state IN ('shipped', 'credited')
    UNION ALL SELECT m.document_id, m.item, m.from_state, 0, m.qty
    FROM stock_move m JOIN vendor_return r ON r.merchant = m.merchant AND r.id = m.document_id
    WHERE m.merchant = :merchant AND m.to_state = 'vendor'
) AS both_sides GROUP BY id, item, state HAVING SUM(said) <> SUM(moved);

-- name: verify_consignment
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT item, 'settled since ' || CAST(since_ms AS TEXT), CAST(SUM(settled) AS BIGINT), CAST(SUM(qty) AS BIGINT) FROM (
    SELECT item, since_ms, settled, 0 AS qty FROM consignment WHERE merchant = :merchant
    UNION ALL SELECT item, since_ms, 0, qty FROM settlement_line WHERE merchant = :merchant
) AS both_sides GROUP BY item, since_ms HAVING SUM(settled) <> SUM(qty)
UNION ALL
SELECT id, 'lines of the settlement', CAST(SUM(said) AS BIGINT), CAST(SUM(told) AS BIGINT) FROM (
    SELECT id, total AS said, 0 AS told, 0 AS odd FROM settlement WHERE merchant = :merchant
    UNION ALL SELECT settlement_id, 0, total, ABS(sold - returned + lost - qty) FROM settlement_line WHERE merchant = :merchant
) AS both_sides GROUP BY id HAVING SUM(said) <> SUM(told) OR SUM(odd) <> 0
UNION ALL
SELECT s.id, 'begins where the one before ended', CAST(coalesce(MAX(p.until_ms), 0) AS BIGINT), s.from_ms
FROM settlement s LEFT JOIN settlement p ON p.merchant = s.merchant AND p.vendor = s.vendor AND p.from_ms < s.from_ms
WHERE s.merchant = :merchant GROUP BY s.id, s.from_ms HAVING s.from_ms <> coalesce(MAX(p.until_ms), 0);

-- name: verify_purchase_numbers
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT CAST(NULL AS BYTEA), kind, CAST(SUM(last) AS BIGINT), CAST(SUM(numbers) AS BIGINT) FROM (
    SELECT kind, last, 0 AS high, 0 AS numbers FROM purchase_series WHERE merchant = :merchant
    UNION ALL SELECT 'transfer', last, 0, 0 FROM transfer_series WHERE merchant = :merchant
    UNION ALL SELECT 'purchase', 0, MAX(number), COUNT(*) FROM purchase_order WHERE merchant = :merchant
    UNION ALL SELECT 'receipt', 0, MAX(number), COUNT(*) FROM goods_receipt WHERE merchant = :merchant
    UNION ALL SELECT 'vendor_return', 0, MAX(number), COUNT(*) FROM vendor_return WHERE merchant = :merchant
    UNION ALL SELECT 'settlement', 0, MAX(number), COUNT(*) FROM settlement WHERE merchant = :merchant
    UNION ALL SELECT 'transfer', 0, MAX(number), COUNT(*) FROM stock_transfer WHERE merchant = :merchant
) AS both_sides GROUP BY kind HAVING SUM(last) <> SUM(numbers) OR SUM(last) <> coalesce(SUM(high), 0);

-- name: verify_purchase_rows
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT x.id, x.what, 1, 0 FROM (
    SELECT l.order_id AS id, 'purchase_line without order' AS what FROM purchase_line l LEFT JOIN purchase_order o
        ON o.merchant = l.merchant AND o.id = l.order_id WHERE l.merchant = :merchant AND o.id IS NULL
    UNION SELECT l.asn_id, 'asn_line without notice' FROM asn_line l LEFT JOIN asn a
        ON a.merchant = l.merchant AND a.id = l.asn_id WHERE l.merchant = :merchant AND a.id IS NULL
    UNION SELECT l.receipt_id, 'receipt_line without receipt' FROM receipt_line l LEFT JOIN goods_receipt r
        ON r.merchant = l.merchant AND r.id = l.receipt_id WHERE l.merchant = :merchant AND r.id IS NULL
    UNION SELECT l.return_id, 'vendor_return_line without return' FROM vendor_return_line l LEFT JOIN vendor_return r
        ON r.merchant = l.merchant AND r.id = l.return_id WHERE l.merchant = :merchant AND r.id IS NULL
    UNION SELECT l.transfer_id, 'transfer_line without transfer' FROM transfer_line l LEFT JOIN stock_transfer t
        ON t.merchant = l.merchant AND t.id = l.transfer_id WHERE l.merchant = :merchant AND t.id IS NULL
    UNION SELECT o.id, 'purchase order of an unknown vendor' FROM purchase_order o LEFT JOIN vendor v
        ON v.merchant = o.merchant AND v.code = o.vendor WHERE o.merchant = :merchant AND v.code IS NULL
    UNION SELECT o.id, 'purchase order for an unknown location' FROM purchase_order o LEFT JOIN location l
        ON l.merchant = o.merchant AND l.code = o.location WHERE o.merchant = :merchant AND l.code IS NULL
    UNION SELECT v.item, 'terms for an unknown item' FROM vendor_item v LEFT JOIN item i
        ON i.merchant = v.merchant AND i.id = v.item WHERE v.merchant = :merchant AND i.id IS NULL
) AS x
UNION ALL
SELECT d.id, 'audit row ' || d.action, 1, 0 FROM (
    SELECT id, 'purchase.create' AS action FROM purchase_order WHERE merchant = :merchant
    UNION ALL SELECT id, 'goods.received' FROM goods_receipt WHERE merchant = :merchant
    UNION ALL SELECT id, 'vendor_return.create' FROM vendor_return WHERE merchant = :merchant
    UNION ALL SELECT id, 'consignment.settle' FROM settlement WHERE merchant = :merchant
    UNION ALL SELECT id, 'transfer.create' FROM stock_transfer WHERE merchant = :merchant
) AS d LEFT JOIN audit_log a ON a.merchant = :merchant AND a.subject = d.id AND a.action = d.action
WHERE a.action IS NULL;
