-- name: return_put
-- in: merchant:i64 id:id order_id:id location:text number:i64 customer:id ref:text reason:text currency:text shipping:i64 shipping_tax:i64 net:i64 tax:i64 total:i64 cash_rounding:i64 made_at_ms:i64 fee:i64 fee_tax:i64 approved_by:id
INSERT INTO sale_return (merchant, id, order_id, location, number, customer, ref, reason, currency, shipping, shipping_tax, net, tax,
    total, cash_rounding, made_at_ms, fee, fee_tax, approved_by)
VALUES (:merchant, :id, :order_id, :location, :number, :customer, :ref, :reason, :currency, :shipping, :shipping_tax, :net, :tax,
    :total, :cash_rounding, :made_at_ms, :fee, :fee_tax, :approved_by);

-- name: return_line_put
-- in: merchant:i64 return_id:id n:i64 order_line:i64 item:id sku:text qty:i64 net:i64 tax:i64 total:i64 disposition:text reason:text grade:text fee:i64 fee_tax:i64
INSERT INTO return_line (merchant, return_id, n, order_line, item, sku, qty, net, tax, total, disposition, reason, grade, fee, fee_tax)
VALUES (:merchant, :return_id, :n, :order_line, :item, :sku, :qty, :net, :tax, :total, :disposition, :reason, :grade, :fee,
    :fee_tax);

-- name: return_get
-- in: merchant:i64 id:id
-- out: order_id:id location:text number:i64 customer:id ref:text reason:text currency:text shipping:i64 shipping_tax:i64 net:i64 tax:i64 total:i64 cash_rounding:i64 made_at_ms:i64 fee:i64 fee_tax:i64 approved_by:id
SELECT order_id, location, number, customer, ref, reason, currency, shipping, shipping_tax, net, tax, total, cash_rounding, made_at_ms, fee,
    fee_tax, approved_by
FROM sale_return WHERE merchant = :merchant AND id = :id;

-- name: return_lines_of
-- in: merchant:i64 return_id:id
-- out: n:i64 order_line:i64 sku:text qty:i64 net:i64 tax:i64 total:i64 disposition:text reason:text grade:text fee:i64 fee_tax:i64
SELECT n, order_line, sku, qty, net, tax, total, disposition, reason, grade, fee, fee_tax
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
-- name: return_fees_of_order
-- in: merchant:i64 order_id:id
-- out: fee:i64
SELECT CAST(coalesce(SUM(fee), 0) AS BIGINT) FROM sale_return WHERE merchant = :merchant AND order_id = :order_id;

-- name: return_flag_put
-- in: merchant:i64 return_id:id n:i64 flag:text outcome:text why:text
INSERT INTO return_flag (merchant, return_id, n, flag, outcome, why) VALUES (:merchant, :return_id, :n, :flag, :outcome, :why);

-- name: return_flags_of
-- in: merchant:i64 return_id:id
-- out: flag:text outcome:text why:text
SELECT flag, outcome, why FROM return_flag WHERE merchant = :merchant AND return_id = :return_id ORDER BY n;

-- name: return_work_put
-- in: merchant:i64 id:id return_id:id line:i64 item:id sku:text qty:i64 lot:text serial:text location:text work:text stands:text state:text document:id made_at_ms:i64
INSERT INTO return_work (merchant, id, return_id, line, item, sku, qty, lot, serial, location, work, stands, state, went,
    document, note, made_at_ms, done_at_ms)
VALUES (:merchant, :id, :return_id, :line, :item, :sku, :qty, :lot, :serial, :location, :work, :stands, :state, '',
    :document, '', :made_at_ms, 0);

-- name: return_work_lock
-- in: merchant:i64 id:id
UPDATE return_work SET state = state WHERE merchant = :merchant AND id = :id;

-- name: return_work_get
-- in: merchant:i64 id:id
-- out: id:id return_id:id line:i64 item:id sku:text qty:i64 lot:text serial:text location:text work:text stands:text state:text went:text document:id note:text made_at_ms:i64 done_at_ms:i64
SELECT id, return_id, line, item, sku, qty, lot, serial, location, work, stands, state, went, document, note, made_at_ms,
    done_at_ms
FROM return_work WHERE merchant = :merchant AND id = :id;

-- name: return_work_page
-- in: merchant:i64 location:text work:text state:text before:blob count:i64
-- out: id:id
SELECT id FROM return_work WHERE merchant = :merchant AND (:location = '' OR location = :location)
  AND (:work = '' OR work = :work) AND state = :state AND id < :before ORDER BY id DESC LIMIT :count;

-- name: return_work_step
-- in: merchant:i64 id:id work:text stands:text state:text went:text document:id note:text done_at_ms:i64
UPDATE return_work SET work = :work, stands = :stands, state = :state, went = :went, document = :document, note = :note,
    done_at_ms = :done_at_ms
WHERE merchant = :merchant AND id = :id AND state = 'open';

-- name: return_exchange_put
-- in: merchant:i64 return_id:id order_id:id amount:i64
INSERT INTO return_exchange (merchant, return_id, order_id, amount) VALUES (:merchant, :return_id, :order_id, :amount);

-- name: return_exchange_of
-- in: merchant:i64 return_id:id
-- out: order_id:id
SELECT order_id FROM return_exchange WHERE merchant = :merchant AND return_id = :return_id;

-- name: return_exchange_for
-- in: merchant:i64 order_id:id
-- out: return_id:id
SELECT return_id FROM return_exchange WHERE merchant = :merchant AND order_id = :order_id;
