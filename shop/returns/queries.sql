-- name: return_put
-- in: merchant:i64 id:id order_id:id location:text number:i64 customer:id ref:text reason:text currency:text shipping:i64 shipping_tax:i64 net:i64 tax:i64 total:i64 cash_rounding:i64 made_at_ms:i64
INSERT INTO sale_return (merchant, id, order_id, location, number, customer, ref, reason, currency, shipping, shipping_tax, net, tax,
    total, cash_rounding, made_at_ms)
VALUES (:merchant, :id, :order_id, :location, :number, :customer, :ref, :reason, :currency, :shipping, :shipping_tax, :net, :tax,
    :total, :cash_rounding, :made_at_ms);

-- name: return_line_put
-- in: merchant:i64 return_id:id n:i64 order_line:i64 item:id sku:text qty:i64 net:i64 tax:i64 total:i64 disposition:text
INSERT INTO return_line (merchant, return_id, n, order_line, item, sku, qty, net, tax, total, disposition)
VALUES (:merchant, :return_id, :n, :order_line, :item, :sku, :qty, :net, :tax, :total, :disposition);

-- name: return_get
-- in: merchant:i64 id:id
-- out: order_id:id location:text number:i64 customer:id ref:text reason:text currency:text shipping:i64 shipping_tax:i64 net:i64 tax:i64 total:i64 cash_rounding:i64 made_at_ms:i64
SELECT order_id, location, number, customer, ref, reason, currency, shipping, shipping_tax, net, tax, total, cash_rounding, made_at_ms
FROM sale_return WHERE merchant = :merchant AND id = :id;

-- name: return_lines_of
-- in: merchant:i64 return_id:id
-- out: n:i64 order_line:i64 sku:text qty:i64 net:i64 tax:i64 total:i64 disposition:text
SELECT n, order_line, sku, qty, net, tax, total, disposition
FROM return_line WHERE merchant = :merchant AND return_id = :return_id ORDER BY n;

-- name: return_by_ref
-- in: merchant:i64 ref:text
-- out: id:id
SELECT id FROM sale_return WHERE merchant = :merchant AND ref = :ref AND ref <> '' ORDER BY id LIMIT 1;

-- name: return_goods_put
-- in: merchant:i64 return_id:id line:i64 n:i64 item:id sku:text qty:i64 lot:text serial:text disposition:text
INSERT INTO return_goods (merchant, return_id, line, n, item, sku, qty, lot, serial, disposition)
VALUES (:merchant, :return_id, :line, :n, :item, :sku, :qty, :lot, :serial, :disposition);

-- name: return_goods_of
-- in: merchant:i64 return_id:id
-- out: line:i64 n:i64 sku:text qty:i64 lot:text serial:text disposition:text
SELECT line, n, sku, qty, lot, serial, disposition FROM return_goods
WHERE merchant = :merchant AND return_id = :return_id ORDER BY line, n;

-- name: return_lock
-- in: merchant:i64 id:id
UPDATE sale_return SET number = number WHERE merchant = :merchant AND id = :id;
-- name: gift_receipt_put
-- in: merchant:i64 hash:blob order_id:id lines:text made_at_ms:i64
INSERT INTO gift_receipt (merchant, hash, order_id, lines, made_at_ms)
VALUES (:merchant, :hash, :order_id, :lines, :made_at_ms);

-- name: gift_receipt_find
-- in: merchant:i64 hash:blob
-- out: order_id:id lines:text
SELECT order_id, lines FROM gift_receipt WHERE merchant = :merchant AND hash = :hash;
