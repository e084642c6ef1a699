-- name: receipt_next
-- in: merchant:i64 location:text kind:text
-- out: last:i64
INSERT INTO receipt_series (merchant, location, kind, last) VALUES (:merchant, :location, :kind, 1)
ON CONFLICT (merchant, location, kind) DO UPDATE SET last = receipt_series.last + 1
RETURNING last;

-- name: order_put
-- in: merchant:i64 id:id location:text channel:text number:i64 state:text customer:id ref:text note:text currency:text prices_include_tax:bool subtotal:i64 discount:i64 fees:i64 net:i64 tax:i64 total:i64 cash_rounding:i64 made_at_ms:i64 state_at_ms:i64 extras:i64 tax_zone:text tax_source:text
INSERT INTO sale_order (merchant, id, location, channel, number, state, customer, ref, note, currency,
    prices_include_tax, subtotal, discount, fees, net, tax, total, cash_rounding, made_at_ms, state_at_ms, extras,
    tax_zone, tax_source)
VALUES (:merchant, :id, :location, :channel, :number, :state, :customer, :ref, :note, :currency,
    :prices_include_tax, :subtotal, :discount, :fees, :net, :tax, :total, :cash_rounding, :made_at_ms,
    :state_at_ms, :extras, :tax_zone, :tax_source);

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
-- out: location:text channel:text number:i64 state:text customer:id ref:text note:text currency:text prices_include_tax:bool subtotal:i64 discount:i64 fees:i64 net:i64 tax:i64 total:i64 cash_rounding:i64 made_at_ms:i64 state_at_ms:i64 extras:i64 tax_zone:text tax_source:text
SELECT location, channel, number, state, customer, ref, note, currency, prices_include_tax, subtotal,
    discount, fees, net, tax, total, cash_rounding, made_at_ms, state_at_ms, extras, tax_zone, tax_source
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
UPDATE sale_order SET state = :state, state_at_ms = :at_ms
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

-- name: approval_put
-- in: merchant:i64 id:id subject:text amount:i64 reason:text approver:id made_at_ms:i64 expires_at_ms:i64
INSERT INTO approval (merchant, id, subject, amount, reason, approver, made_at_ms, expires_at_ms, used_for)
VALUES (:merchant, :id, :subject, :amount, :reason, :approver, :made_at_ms, :expires_at_ms, NULL);

-- name: approval_get
-- in: merchant:i64 id:id
-- out: subject:text amount:i64 approver:id expires_at_ms:i64 used_for:id
SELECT subject, amount, approver, expires_at_ms, used_for FROM approval WHERE merchant = :merchant AND id = :id;

-- name: approval_use
-- in: merchant:i64 id:id order_id:id
UPDATE approval SET used_for = :order_id WHERE merchant = :merchant AND id = :id AND used_for IS NULL;
