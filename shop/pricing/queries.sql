-- name: price_find
-- in: merchant:i64 item:id channel:text currency:text qty_milli:i64 at_ms:i64
-- out: amount:i64 list:text reduced:bool
SELECT p.amount, p.list, l.reduced
FROM price p CROSS JOIN price_list l
WHERE p.merchant = :merchant AND p.item = :item AND l.merchant = p.merchant AND l.code = p.list
  AND p.min_qty <= :qty_milli AND p.from_ms <= :at_ms AND p.until_ms > :at_ms
  AND l.currency = :currency AND l.channel IN ('', :channel)
  AND l.from_ms <= :at_ms AND l.until_ms > :at_ms
ORDER BY l.priority DESC, l.channel DESC, l.code, p.min_qty DESC, p.from_ms DESC LIMIT 1;

-- name: price_steps
-- in: merchant:i64 item:id channel:text currency:text at_ms:i64 most:i64
-- out: amount:i64 list:text reduced:bool min_qty:i64 from_ms:i64 until_ms:i64 list_from_ms:i64 list_until_ms:i64
SELECT p.amount, p.list, l.reduced, p.min_qty, p.from_ms, p.until_ms, l.from_ms, l.until_ms
FROM price p CROSS JOIN price_list l
WHERE p.merchant = :merchant AND p.item = :item AND l.merchant = p.merchant AND l.code = p.list
  AND p.until_ms > :at_ms AND l.until_ms > :at_ms
  AND l.currency = :currency AND l.channel IN ('', :channel)
ORDER BY l.priority DESC, l.channel DESC, l.code, p.min_qty DESC, p.from_ms DESC LIMIT :most;

-- name: price_list_find
-- in: merchant:i64 code:text
-- out: code:text name:text currency:text channel:text priority:i64 from_ms:i64 until_ms:i64 reduced:bool
SELECT code, name, currency, channel, priority, from_ms, until_ms, reduced
FROM price_list WHERE merchant = :merchant AND code = :code;

-- name: price_list_page
-- in: merchant:i64 after:text count:i64
-- out: code:text name:text currency:text channel:text priority:i64 from_ms:i64 until_ms:i64 reduced:bool
SELECT code, name, currency, channel, priority, from_ms, until_ms, reduced
FROM price_list WHERE merchant = :merchant AND code > :after ORDER BY code LIMIT :count;

-- name: price_list_put
-- in: merchant:i64 code:text name:text currency:text channel:text priority:i64 from_ms:i64 until_ms:i64 reduced:bool
INSERT INTO price_list (merchant, code, name, currency, channel, priority, from_ms, until_ms, reduced)
VALUES (:merchant, :code, :name, :currency, :channel, :priority, :from_ms, :until_ms, :reduced)
ON CONFLICT (merchant, code) DO UPDATE SET name = excluded.name, channel = excluded.channel,
    priority = excluded.priority, from_ms = excluded.from_ms, until_ms = excluded.until_ms,
    reduced = excluded.reduced;

-- name: price_put
-- in: merchant:i64 item:id list:text min_qty:i64 from_ms:i64 until_ms:i64 amount:i64
INSERT INTO price (merchant, item, list, min_qty, from_ms, until_ms, amount)
VALUES (:merchant, :item, :list, :min_qty, :from_ms, :until_ms, :amount)
ON CONFLICT (merchant, item, list, min_qty, from_ms) DO UPDATE SET until_ms = excluded.until_ms,
    amount = excluded.amount;

-- name: price_item_of
-- in: merchant:i64 sku:text
-- out: id:id
SELECT id FROM item WHERE merchant = :merchant AND sku = :sku;

-- name: price_channel_of
-- in: merchant:i64 code:text
-- out: currency:text
SELECT currency FROM channel WHERE merchant = :merchant AND code = :code;

-- name: price_page
-- in: merchant:i64 item:id after_list:text after_qty:i64 after_from_ms:i64 count:i64
-- out: list:text currency:text channel:text amount:i64 min_qty:i64 from_ms:i64 until_ms:i64
SELECT p.list, l.currency, l.channel, p.amount, p.min_qty, p.from_ms, p.until_ms
FROM price p JOIN price_list l ON l.merchant = p.merchant AND l.code = p.list
WHERE p.merchant = :merchant AND p.item = :item
  AND (p.list, p.min_qty, p.from_ms) > (:after_list, :after_qty, :after_from_ms)
ORDER BY p.list, p.min_qty, p.from_ms LIMIT :count;

-- name: price_copy
-- in: merchant:i64 from_list:text to_list:text at_ms:i64 ppm:i64 step:i64
INSERT INTO price (merchant, item, list, min_qty, from_ms, until_ms, amount)
SELECT merchant, item, :to_list, min_qty, from_ms, until_ms,
       ((amount * :ppm + 500000) / 1000000 + :step / 2) / :step * :step
FROM price WHERE merchant = :merchant AND list = :from_list AND until_ms > :at_ms;
