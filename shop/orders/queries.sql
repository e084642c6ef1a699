-- name: receipt_next
-- in: merchant:i64 location:text kind:text
-- out: last:i64
INSERT INTO receipt_series (merchant, location, kind, last) VALUES (:merchant, :location, :kind, 1)
ON CONFLICT (merchant, location, kind) DO UPDATE SET last = receipt_series.last + 1
RETURNING last;

-- name: order_put
-- in: merchant:i64 id:id location:text channel:text number:i64 state:text customer:id ref:text note:text currency:text prices_include_tax:bool subtotal:i64 discount:i64 fees:i64 net:i64 tax:i64 total:i64 cash_rounding:i64 made_at_ms:i64 state_at_ms:i64 extras:i64 tax_zone:text tax_source:text gift_cards:i64 pay_by_ms:i64
INSERT INTO sale_order (merchant, id, location, channel, number, state, customer, ref, note, currency,
    prices_include_tax, subtotal, discount, fees, net, tax, total, cash_rounding, made_at_ms, state_at_ms, extras,
    tax_zone, tax_source, gift_cards, pay_by_ms)
VALUES (:merchant, :id, :location, :channel, :number, :state, :customer, :ref, :note, :currency,
    :prices_include_tax, :subtotal, :discount, :fees, :net, :tax, :total, :cash_rounding, :made_at_ms,
    :state_at_ms, :extras, :tax_zone, :tax_source, :gift_cards,
    :pay_by_ms);

-- name: order_line_put
-- in: merchant:i64 order_id:id n:i64 item:id sku:text name:text tax_class:text price_list:text qty:i64 unit_price:i64 discount:i64 net:i64 tax:i64 total:i64 fees:i64 fee_list:text cost:i64 reduced:bool taxes:text
INSERT INTO order_line (merchant, order_id, n, item, sku, name, tax_class, price_list, qty, unit_price,
    discount, net, tax, total, returned, refunded, fees, fee_list, cost, reduced, taxes)
VALUES (:merchant, :order_id, :n, :item, :sku, :name, :tax_class, :price_list, :qty, :unit_price,
    :discount, :net, :tax, :total, 0, 0, :fees, :fee_list, :cost, :reduced, :taxes);

-- name: order_tax_put
-- in: merchant:i64 order_id:id n:i64 name:text ppm:i64 base:i64 amount:i64 mark:text exempt:text
INSERT INTO order_tax (merchant, order_id, n, name, ppm, base, amount, mark, exempt)
VALUES (:merchant, :order_id, :n, :name, :ppm, :base, :amount, :mark, :exempt);

-- name: order_get
-- in: merchant:i64 id:id
-- out: location:text channel:text number:i64 state:text customer:id ref:text note:text currency:text prices_include_tax:bool subtotal:i64 discount:i64 fees:i64 net:i64 tax:i64 total:i64 cash_rounding:i64 made_at_ms:i64 state_at_ms:i64 extras:i64 tax_zone:text tax_source:text gift_cards:i64 pay_by_ms:i64
SELECT location, channel, number, state, customer, ref, note, currency, prices_include_tax, subtotal,
    discount, fees, net, tax, total, cash_rounding, made_at_ms, state_at_ms, extras, tax_zone, tax_source,
    gift_cards, pay_by_ms
FROM sale_order WHERE merchant = :merchant AND id = :id;

-- name: order_lines_of
-- in: merchant:i64 order_id:id
-- out: n:i64 item:id sku:text name:text tax_class:text price_list:text qty:i64 unit_price:i64 discount:i64 net:i64 tax:i64 total:i64 returned:i64 refunded:i64 fees:i64 fee_list:text taxes:text
SELECT n, item, sku, name, tax_class, price_list, qty, unit_price, discount, net, tax, total, returned, refunded,
    fees, fee_list, taxes
FROM order_line WHERE merchant = :merchant AND order_id = :order_id ORDER BY n;

-- name: order_taxes_of
-- in: merchant:i64 order_id:id
-- out: n:i64 name:text ppm:i64 base:i64 amount:i64 mark:text exempt:text
SELECT n, name, ppm, base, amount, mark, exempt FROM order_tax WHERE merchant = :merchant AND order_id = :order_id ORDER BY n;

-- name: order_settle
-- in: merchant:i64 id:id state:text at_ms:i64
UPDATE sale_order SET state = :state, state_at_ms = :at_ms, pay_by_ms = 0
WHERE merchant = :merchant AND id = :id AND state = 'placed';

-- name: order_line_return
-- in: merchant:i64 order_id:id n:i64 qty:i64 amount:i64
UPDATE order_line SET returned = returned + :qty, refunded = refunded + :amount
WHERE merchant = :merchant AND order_id = :order_id AND n = :n AND returned + :qty <= qty;

-- name: order_by_ref
-- in: merchant:i64 ref:text
-- out: id:id
SELECT id FROM sale_order WHERE merchant = :merchant AND ref = :ref AND ref <> '' ORDER BY id LIMIT 1;

-- name: order_page
-- in: merchant:i64 location:text state:text before:blob limit:i64
-- out: id:id location:text channel:text number:i64 state:text customer:id ref:text currency:text total:i64 made_at_ms:i64
SELECT id, location, channel, number, state, customer, ref, currency, total, made_at_ms
FROM sale_order
WHERE merchant = :merchant AND id < :before AND (:location = '' OR location = :location)
  AND (:state = '' OR state = :state)
ORDER BY id DESC LIMIT :limit;

-- name: order_page_of_customer
-- in: merchant:i64 customer:id before:blob limit:i64 state:text
-- out: id:id location:text channel:text number:i64 state:text customer:id ref:text currency:text total:i64 made_at_ms:i64
SELECT id, location, channel, number, state, customer, ref, currency, total, made_at_ms
FROM sale_order
WHERE merchant = :merchant AND customer = :customer AND customer IS NOT NULL AND id < :before
  AND (:state = '' OR state = :state)
ORDER BY id DESC LIMIT :limit;

-- name: order_page_of_ref
-- in: merchant:i64 ref:text before:blob limit:i64
-- out: id:id location:text channel:text number:i64 state:text customer:id ref:text currency:text total:i64 made_at_ms:i64
SELECT id, location, channel, number, state, customer, ref, currency, total, made_at_ms
FROM sale_order
WHERE merchant = :merchant AND ref = :ref AND ref <> '' AND id < :before
ORDER BY id DESC LIMIT :limit;

-- name: order_page_of_number
-- in: merchant:i64 location:text number:i64 before:blob limit:i64
-- out: id:id location:text channel:text number:i64 state:text customer:id ref:text currency:text total:i64 made_at_ms:i64
SELECT id, location, channel, number, state, customer, ref, currency, total, made_at_ms
FROM sale_order
WHERE merchant = :merchant AND location = :location AND number = :number AND id < :before
ORDER BY id DESC LIMIT :limit;

-- name: order_part_put
-- in: merchant:i64 order_id:id line:i64 n:i64 qty:i64 discount:i64 net:i64 tax:i64 total:i64
INSERT INTO order_part (merchant, order_id, line, n, qty, discount, net, tax, total, returned, refunded)
VALUES (:merchant, :order_id, :line, :n, :qty, :discount, :net, :tax, :total, 0, 0);

-- name: order_parts_of
-- in: merchant:i64 order_id:id
-- out: line:i64 n:i64 qty:i64 discount:i64 net:i64 tax:i64 total:i64 returned:i64 refunded:i64
SELECT line, n, qty, discount, net, tax, total, returned, refunded FROM order_part
WHERE merchant = :merchant AND order_id = :order_id ORDER BY line, n;

-- name: order_part_return
-- in: merchant:i64 order_id:id line:i64 n:i64 qty:i64 amount:i64
UPDATE order_part SET returned = returned + :qty, refunded = refunded + :amount
WHERE merchant = :merchant AND order_id = :order_id AND line = :line AND n = :n AND returned + :qty <= qty;

-- name: order_manual_put
-- in: merchant:i64 order_id:id line:i64 ppm:i64 amount:i64 price:i64 reason:text given_by:id approved_by:id
INSERT INTO order_manual (merchant, order_id, line, ppm, amount, price, reason, given_by, approved_by)
VALUES (:merchant, :order_id, :line, :ppm, :amount, :price, :reason, :given_by, :approved_by);

-- name: order_manuals_of
-- in: merchant:i64 order_id:id
-- out: line:i64 ppm:i64 amount:i64 price:i64 reason:text given_by:id approved_by:id
SELECT line, ppm, amount, price, reason, given_by, approved_by FROM order_manual
WHERE merchant = :merchant AND order_id = :order_id ORDER BY line;

-- name: order_shipping_put
-- in: merchant:i64 order_id:id tax_class:text amount:i64 discount:i64 net:i64 tax:i64 total:i64 taxes:text
INSERT INTO order_shipping (merchant, order_id, tax_class, amount, discount, net, tax, total, refunded, taxes)
VALUES (:merchant, :order_id, :tax_class, :amount, :discount, :net, :tax, :total, 0, :taxes);

-- name: order_shipping_of
-- in: merchant:i64 order_id:id
-- out: tax_class:text amount:i64 discount:i64 net:i64 tax:i64 total:i64 refunded:i64 taxes:text
SELECT tax_class, amount, discount, net, tax, total, refunded, taxes FROM order_shipping
WHERE merchant = :merchant AND order_id = :order_id;

-- name: order_shipping_return
-- in: merchant:i64 order_id:id amount:i64
UPDATE order_shipping SET refunded = refunded + :amount
WHERE merchant = :merchant AND order_id = :order_id AND refunded + :amount <= total;

-- name: order_explanation_put
-- in: merchant:i64 order_id:id steps:text
INSERT INTO order_explanation (merchant, order_id, steps) VALUES (:merchant, :order_id, :steps);

-- name: order_explanation_of
-- in: merchant:i64 order_id:id
-- out: steps:text
SELECT steps FROM order_explanation WHERE merchant = :merchant AND order_id = :order_id;

-- name: order_of_customer
-- in: merchant:i64 customer:id
-- out: yes:i64
SELECT 1 AS yes FROM sale_order
WHERE merchant = :merchant AND customer = :customer AND customer IS NOT NULL AND state <> 'cancelled' LIMIT 1;

-- name: order_kit_part_put
-- in: merchant:i64 order_id:id line:i64 n:i64 part:id sku:text name:text qty:i64 value_ppm:i64 returnable:bool moved:bool
INSERT INTO order_kit_part (merchant, order_id, line, n, part, sku, name, qty, value_ppm, returnable, moved, returned)
VALUES (:merchant, :order_id, :line, :n, :part, :sku, :name, :qty, :value_ppm, :returnable, :moved, 0);

-- name: order_kit_parts_of
-- in: merchant:i64 order_id:id
-- out: line:i64 n:i64 part:id sku:text name:text qty:i64 value_ppm:i64 returnable:bool moved:bool returned:i64
SELECT line, n, part, sku, name, qty, value_ppm, returnable, moved, returned FROM order_kit_part
WHERE merchant = :merchant AND order_id = :order_id ORDER BY line, n;

-- name: order_kit_part_return
-- in: merchant:i64 order_id:id line:i64 n:i64 qty:i64
UPDATE order_kit_part SET returned = returned + :qty
WHERE merchant = :merchant AND order_id = :order_id AND line = :line AND n = :n
  AND returned + :qty <= qty * (SELECT l.qty / 1000 FROM order_line l WHERE l.merchant = :merchant
      AND l.order_id = :order_id AND l.n = :line);

-- name: order_goods_put
-- in: merchant:i64 order_id:id line:i64 item:id sku:text lot:text serial:text qty:i64 holder:id state:text
INSERT INTO order_goods (merchant, order_id, line, n, item, sku, lot, serial, qty, returned, holder, state)
VALUES (:merchant, :order_id, :line,
    (SELECT coalesce(MAX(g.n), 0) + 1 FROM order_goods g WHERE g.merchant = :merchant AND g.order_id = :order_id),
    :item, :sku, :lot, :serial, :qty, 0, :holder, :state);

-- name: order_goods_of
-- in: merchant:i64 order_id:id
-- out: line:i64 n:i64 item:id sku:text lot:text serial:text qty:i64 returned:i64 holder:id state:text
SELECT line, n, item, sku, lot, serial, qty, returned, holder, state FROM order_goods
WHERE merchant = :merchant AND order_id = :order_id ORDER BY line, n;

-- name: order_goods_held
-- in: merchant:i64 holder:id
-- out: order_id:id line:i64 n:i64 item:id sku:text lot:text serial:text qty:i64
SELECT order_id, line, n, item, sku, lot, serial, qty FROM order_goods
WHERE merchant = :merchant AND holder = :holder AND state = 'picked' ORDER BY item, order_id, n;

-- name: order_goods_go
-- in: merchant:i64 order_id:id n:i64
UPDATE order_goods SET state = 'gone'
WHERE merchant = :merchant AND order_id = :order_id AND n = :n AND state = 'picked';

-- name: order_goods_drop
-- in: merchant:i64 order_id:id n:i64
DELETE FROM order_goods WHERE merchant = :merchant AND order_id = :order_id AND n = :n AND state = 'picked';

-- name: order_goods_return
-- in: merchant:i64 order_id:id n:i64 qty:i64
UPDATE order_goods SET returned = returned + :qty
WHERE merchant = :merchant AND order_id = :order_id AND n = :n AND state = 'gone' AND returned + :qty <= qty;

-- name: order_keeps
-- in: merchant:i64 id:id extras:i64
UPDATE sale_order SET extras = extras | :extras WHERE merchant = :merchant AND id = :id;

-- name: order_goods_of_lot
-- in: merchant:i64 item:id lot:text after_order:blob after_n:i64 limit:i64
-- out: order_id:id n:i64 line:i64 serial:text qty:i64 returned:i64 location:text number:i64 customer:id made_at_ms:i64
SELECT g.order_id, g.n, g.line, g.serial, g.qty, g.returned, o.location, o.number, o.customer, o.made_at_ms
FROM order_goods g JOIN sale_order o ON o.merchant = g.merchant AND o.id = g.order_id
WHERE g.merchant = :merchant AND g.item = :item AND g.lot = :lot AND g.lot <> '' AND g.state = 'gone'
  AND (g.order_id, g.n) > (:after_order, :after_n)
ORDER BY g.order_id, g.n LIMIT :limit;

-- name: order_line_unnamed
-- in: merchant:i64 order_id:id item:id
-- out: line:i64 missing:i64 sku:text
SELECT l.n, l.qty - coalesce((SELECT CAST(SUM(g.qty) AS BIGINT) FROM order_goods g WHERE g.merchant = l.merchant
    AND g.order_id = l.order_id AND g.line = l.n AND g.item = :item), 0), l.sku
FROM order_line l WHERE l.merchant = :merchant AND l.order_id = :order_id AND l.item = :item
UNION ALL
SELECT k.line, k.qty * (l.qty / 1000) - coalesce((SELECT CAST(SUM(g.qty) AS BIGINT) FROM order_goods g
    WHERE g.merchant = k.merchant AND g.order_id = k.order_id AND g.line = k.line AND g.item = :item), 0), k.sku
FROM order_kit_part k JOIN order_line l ON l.merchant = k.merchant AND l.order_id = k.order_id AND l.n = k.line
WHERE k.merchant = :merchant AND k.order_id = :order_id AND k.part = :item AND k.moved = 1;

-- What is kept with an order of lots, pieces and parts is no more than its lines.

-- name: verify_order_goods
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT order_id, 'line ' || CAST(line AS TEXT) || ' ' || MAX(sku), CAST(SUM(sold) AS BIGINT), CAST(SUM(kept) AS BIGINT)
FROM (
    SELECT order_id, line, item, sku, 0 AS sold, qty AS kept FROM order_goods WHERE merchant = :merchant
    UNION ALL
    SELECT g.order_id, g.line, g.item, g.sku, l.qty, 0
    FROM (SELECT DISTINCT order_id, line, item, sku FROM order_goods WHERE merchant = :merchant) AS g
        JOIN order_line l ON l.merchant = :merchant AND l.order_id = g.order_id AND l.n = g.line AND l.item = g.item
    UNION ALL
    SELECT g.order_id, g.line, g.item, g.sku, k.qty * (l.qty / 1000), 0
    FROM (SELECT DISTINCT order_id, line, item, sku FROM order_goods WHERE merchant = :merchant) AS g
        JOIN order_line l ON l.merchant = :merchant AND l.order_id = g.order_id AND l.n = g.line
        JOIN order_kit_part k ON k.merchant = :merchant AND k.order_id = g.order_id AND k.line = g.line
            AND k.part = g.item AND k.moved = 1
    UNION ALL
    SELECT f.order_id, s.order_line, s.item, s.sku, s.picked, 0 FROM fulfilment f
        JOIN fulfilment_line s ON s.merchant = f.merchant AND s.fulfilment_id = f.id
    WHERE f.merchant = :merchant AND s.instead_of > 0
) AS both_sides GROUP BY order_id, line, item HAVING SUM(kept) > SUM(sold)
UNION ALL
SELECT k.order_id, 'line ' || CAST(k.line AS TEXT) || ' ' || k.sku || ' came back', k.qty * (l.qty / 1000), k.returned
FROM order_kit_part k JOIN order_line l ON l.merchant = k.merchant AND l.order_id = k.order_id AND l.n = k.line
WHERE k.merchant = :merchant AND k.returned > k.qty * (l.qty / 1000);

-- name: order_tenders
-- in: merchant:i64 id:id cash_rounding:i64 pay_by_ms:i64
UPDATE sale_order SET cash_rounding = :cash_rounding, pay_by_ms = :pay_by_ms
WHERE merchant = :merchant AND id = :id AND state = 'placed';

-- name: order_lock
-- in: merchant:i64 id:id
UPDATE sale_order SET state_at_ms = state_at_ms WHERE merchant = :merchant AND id = :id;

-- name: order_unpaid
-- in: now_ms:i64 limit:i64
-- out: merchant:i64 id:id
SELECT merchant, id FROM sale_order WHERE pay_by_ms > 0 AND pay_by_ms <= :now_ms ORDER BY pay_by_ms LIMIT :limit;

-- name: basket_put
-- in: merchant:i64 id:id location:text note:text customer:id body:text parked_by:id made_at_ms:i64 expires_at_ms:i64
INSERT INTO parked_basket (merchant, id, location, state, note, customer, body, parked_by, made_at_ms, expires_at_ms,
    ended_by, ended_at_ms)
VALUES (:merchant, :id, :location, 'parked', :note, :customer, :body, :parked_by, :made_at_ms, :expires_at_ms, NULL, 0);

-- name: basket_get
-- in: merchant:i64 id:id
-- out: id:id location:text state:text note:text customer:id body:text parked_by:id made_at_ms:i64 expires_at_ms:i64 ended_by:id ended_at_ms:i64
SELECT id, location, state, note, customer, body, parked_by, made_at_ms, expires_at_ms, ended_by, ended_at_ms
FROM parked_basket WHERE merchant = :merchant AND id = :id;

-- name: basket_page
-- in: merchant:i64 location:text before:blob all:i64 now_ms:i64 count:i64
-- out: id:id location:text state:text note:text customer:id body:text parked_by:id made_at_ms:i64 expires_at_ms:i64 ended_by:id ended_at_ms:i64
SELECT id, location, state, note, customer, '', parked_by, made_at_ms, expires_at_ms, ended_by, ended_at_ms
FROM parked_basket WHERE merchant = :merchant AND location = :location AND id < :before
  AND (:all = 1 OR (state = 'parked' AND expires_at_ms > :now_ms)) ORDER BY id DESC LIMIT :count;

-- Once, and in time.
-- name: basket_end
-- in: merchant:i64 id:id state:text ended_by:id now_ms:i64
UPDATE parked_basket SET state = :state, ended_by = :ended_by, ended_at_ms = :now_ms
WHERE merchant = :merchant AND id = :id AND state = 'parked' AND expires_at_ms > :now_ms;
