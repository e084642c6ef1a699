-- name: receipt_next
-- in: merchant:i64 location:text kind:text
-- out: last:i64
INSERT INTO receipt_series (merchant, location, kind, last) VALUES (:merchant, :location, :kind, 1)
ON CONFLICT (merchant, location, kind) DO UPDATE SET last = receipt_series.last + 1
RETURNING last;

-- name: order_put
-- in: merchant:i64 id:id location:text channel:text number:i64 state:text customer:id ref:text note:text currency:text prices_include_tax:bool subtotal:i64 discount:i64 net:i64 tax:i64 total:i64 cash_rounding:i64 made_at_ms:i64 state_at_ms:i64
INSERT INTO sale_order (merchant, id, location, channel, number, state, customer, ref, note, currency,
    prices_include_tax, subtotal, discount, net, tax, total, cash_rounding, made_at_ms, state_at_ms)
VALUES (:merchant, :id, :location, :channel, :number, :state, :customer, :ref, :note, :currency,
    :prices_include_tax, :subtotal, :discount, :net, :tax, :total, :cash_rounding, :made_at_ms, :state_at_ms);

-- name: order_line_put
-- in: merchant:i64 order_id:id n:i64 item:id sku:text name:text tax_class:text price_list:text qty:i64 unit_price:i64 discount:i64 net:i64 tax:i64 total:i64
INSERT INTO order_line (merchant, order_id, n, item, sku, name, tax_class, price_list, qty, unit_price,
    discount, net, tax, total, returned, refunded)
VALUES (:merchant, :order_id, :n, :item, :sku, :name, :tax_class, :price_list, :qty, :unit_price,
    :discount, :net, :tax, :total, 0, 0);

-- name: order_tax_put
-- in: merchant:i64 order_id:id n:i64 name:text ppm:i64 base:i64 amount:i64
INSERT INTO order_tax (merchant, order_id, n, name, ppm, base, amount)
VALUES (:merchant, :order_id, :n, :name, :ppm, :base, :amount);

-- name: order_get
-- in: merchant:i64 id:id
-- out: location:text channel:text number:i64 state:text customer:id ref:text note:text currency:text prices_include_tax:bool subtotal:i64 discount:i64 net:i64 tax:i64 total:i64 cash_rounding:i64 made_at_ms:i64 state_at_ms:i64
SELECT location, channel, number, state, customer, ref, note, currency, prices_include_tax, subtotal,
    discount, net, tax, total, cash_rounding, made_at_ms, state_at_ms
FROM sale_order WHERE merchant = :merchant AND id = :id;

-- name: order_lines_of
-- in: merchant:i64 order_id:id
-- out: n:i64 item:id sku:text name:text tax_class:text price_list:text qty:i64 unit_price:i64 discount:i64 net:i64 tax:i64 total:i64 returned:i64 refunded:i64
SELECT n, item, sku, name, tax_class, price_list, qty, unit_price, discount, net, tax, total, returned, refunded
FROM order_line WHERE merchant = :merchant AND order_id = :order_id ORDER BY n;

-- name: order_taxes_of
-- in: merchant:i64 order_id:id
-- out: name:text ppm:i64 base:i64 amount:i64
SELECT name, ppm, base, amount FROM order_tax WHERE merchant = :merchant AND order_id = :order_id ORDER BY n;

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
