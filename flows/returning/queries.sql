-- When the goods of an order's lines were handed over that were delivered.
-- name: return_handed_over
-- in: merchant:i64 order_id:id
-- out: line:i64 at_ms:i64
SELECT l.order_line, CAST(MAX(f.state_at_ms) AS BIGINT)
FROM fulfilment f JOIN fulfilment_line l ON l.merchant = f.merchant AND l.fulfilment_id = f.id
WHERE f.merchant = :merchant AND f.order_id = :order_id AND f.state IN ('delivered', 'handed_over')
GROUP BY l.order_line;

-- How often and how much a customer gave back since then.
-- name: return_velocity
-- in: merchant:i64 customer:id since_ms:i64
-- out: returns:i64 paid:i64
SELECT COUNT(*), CAST(coalesce(SUM(total), 0) AS BIGINT) FROM sale_return
WHERE merchant = :merchant AND customer = :customer AND made_at_ms >= :since_ms;

-- The same of all that was paid with the cards of an order.
-- name: return_velocity_card
-- in: merchant:i64 order_id:id since_ms:i64
-- out: returns:i64 paid:i64
SELECT COUNT(*), CAST(coalesce(SUM(r.total), 0) AS BIGINT) FROM sale_return r
WHERE r.merchant = :merchant AND r.made_at_ms >= :since_ms AND r.order_id IN (
    SELECT also.order_id FROM payment p
    JOIN payment_route mine ON mine.merchant = p.merchant AND mine.payment = p.id AND mine.card <> ''
    JOIN payment_route also ON also.merchant = mine.merchant AND also.card = mine.card
    WHERE p.merchant = :merchant AND p.order_id = :order_id);

-- How often a customer gave back used goods since then.
-- name: return_used_before
-- in: merchant:i64 customer:id since_ms:i64
-- out: returns:i64
SELECT COUNT(DISTINCT r.id) FROM sale_return r
JOIN return_line l ON l.merchant = r.merchant AND l.return_id = r.id AND l.grade IN ('used', 'opened')
WHERE r.merchant = :merchant AND r.customer = :customer AND r.made_at_ms >= :since_ms;

-- What a customer gave back without a receipt since then.
-- name: return_loose_before
-- in: merchant:i64 customer:id currency:text since_ms:i64
-- out: returns:i64 paid:i64
SELECT COUNT(*), CAST(coalesce(SUM(total), 0) AS BIGINT) FROM sale_return
WHERE merchant = :merchant AND customer = :customer AND made_at_ms >= :since_ms AND order_id IS NULL
  AND currency = :currency;

-- Whether a key made a sale.
-- name: return_sold_by
-- in: merchant:i64 order_id:id api_key:id
-- out: one:i64
SELECT 1 FROM audit_log WHERE merchant = :merchant AND subject = :order_id AND actor = :api_key
  AND action IN ('order.placed', 'order.paid') LIMIT 1;

-- The sales of a piece, the newest first.
-- name: return_serial_sales
-- in: merchant:i64 serial:text
-- out: order_id:id line:i64 n:i64 item:id sku:text returned:i64 state:text
SELECT order_id, line, n, item, sku, returned, state FROM order_goods
WHERE merchant = :merchant AND serial = :serial AND serial <> '' ORDER BY order_id DESC, n LIMIT 20;

-- A piece of a line was swapped for another one.
-- name: return_piece_swapped
-- in: merchant:i64 order_id:id line:i64 serial:text new_serial:text lot:text
UPDATE order_goods SET serial = :new_serial, lot = :lot
WHERE merchant = :merchant AND order_id = :order_id AND line = :line AND serial = :serial AND state = 'gone' AND returned = 0;

-- name: return_order_by_number
-- in: merchant:i64 location:text number:i64
-- out: id:id
SELECT id FROM sale_order WHERE merchant = :merchant AND location = :location AND number = :number;

-- name: return_orders_of_customer
-- in: merchant:i64 customer:id before:blob count:i64
-- out: id:id
SELECT id FROM sale_order WHERE merchant = :merchant AND customer = :customer AND id < :before AND state = 'paid'
ORDER BY id DESC LIMIT :count;

-- Orders that were paid with a card; a payment is as old as its order.
-- name: return_orders_of_card
-- in: merchant:i64 card:text before:blob count:i64
-- out: id:id
SELECT DISTINCT r.order_id FROM payment_route r JOIN sale_order o ON o.merchant = r.merchant AND o.id = r.order_id
WHERE r.merchant = :merchant AND r.card = :card AND r.order_id < :before AND o.state = 'paid'
ORDER BY r.order_id DESC LIMIT :count;

-- RMAs whose numbers have gaps, that moved other goods than their steps say, or that are of nobody.
-- name: verify_rmas
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT CAST(NULL AS BYTEA), 'numbers of RMAs', s.last, (SELECT COUNT(DISTINCT number) FROM rma WHERE merchant = :merchant)
FROM rma_series s WHERE s.merchant = :merchant
  AND (s.last <> (SELECT COUNT(DISTINCT number) FROM rma WHERE merchant = :merchant)
    OR s.last <> (SELECT MAX(number) FROM rma WHERE merchant = :merchant))
UNION ALL
SELECT id, way || ' of RMA ' || CAST(MAX(number) AS TEXT), CAST(SUM(due) AS BIGINT), CAST(SUM(moved) AS BIGINT) FROM (
    SELECT r.id, r.number, x.way, CASE
        WHEN x.way = 'to customer' AND (r.kind = 'swap' AND r.state = 'swapped'
            OR r.kind = 'advance' AND r.state IN ('sent', 'overdue', 'received', 'lost')) THEN r.qty
        WHEN x.way = 'from customer' AND (r.kind = 'swap' AND r.state = 'swapped'
            OR r.kind = 'advance' AND r.state = 'received') THEN r.qty
        WHEN x.way = 'to vendor' AND r.kind = 'claim' AND r.state NOT IN ('open', 'cancelled') THEN r.qty
        WHEN x.way = 'from vendor' AND r.kind = 'claim' AND r.state IN ('replaced', 'closed') THEN r.qty
        ELSE 0 END AS due, 0 AS moved
    FROM rma r JOIN item i ON i.merchant = r.merchant AND i.id = r.item AND i.stocked = 1
        CROSS JOIN (SELECT 'to customer' AS way UNION ALL SELECT 'from customer' UNION ALL SELECT 'to vendor'
            UNION ALL SELECT 'from vendor') AS x
    WHERE r.merchant = :merchant
    UNION ALL
    SELECT m.document_id, 0, 'to ' || m.to_state, 0, m.qty FROM stock_move m
    WHERE m.merchant = :merchant AND m.cause LIKE 'rma.%' AND m.to_location = ''
    UNION ALL
    SELECT m.document_id, 0, 'from ' || m.from_state, 0, m.qty FROM stock_move m
    WHERE m.merchant = :merchant AND m.cause LIKE 'rma.%' AND m.from_location = ''
) AS both_sides GROUP BY id, way HAVING SUM(due) <> SUM(moved)
UNION ALL
SELECT r.id, 'RMA of no order', 1, 0 FROM rma r LEFT JOIN sale_order o ON o.merchant = r.merchant AND o.id = r.order_id
WHERE r.merchant = :merchant AND r.kind <> 'claim' AND o.id IS NULL
UNION ALL
SELECT r.id, 'RMA that was settled, without its return', 1, 0
FROM rma r LEFT JOIN sale_return s ON s.merchant = r.merchant AND s.id = r.return_id
WHERE r.merchant = :merchant AND s.id IS NULL AND (r.state = 'settled' OR r.return_id IS NOT NULL)
UNION ALL
SELECT g.order_id, 'gift receipt of no order', 1, 0
FROM gift_receipt g LEFT JOIN sale_order o ON o.merchant = g.merchant AND o.id = g.order_id
WHERE g.merchant = :merchant AND o.id IS NULL;

-- What goods that came back were to pay for was given up: the money is owed again.
-- name: exchange_refund_undone
-- in: merchant:i64 return_id:id n:i64
UPDATE refund SET state = 'refused', reason = 'the sale was given up'
WHERE merchant = :merchant AND return_id = :return_id AND n = :n AND kind = 'exchange' AND state = 'done';

-- Exchanges whose two sides differ.
-- name: verify_exchanges
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT id, 'exchange, ' || side, CAST(SUM(due) AS BIGINT), CAST(SUM(is_there) AS BIGINT) FROM (
    SELECT return_id AS id, 'of the return' AS side, amount AS due, 0 AS is_there FROM return_exchange WHERE merchant = :merchant
    UNION ALL SELECT return_id, 'of the return', 0, amount FROM refund WHERE merchant = :merchant AND kind = 'exchange'
    UNION ALL SELECT order_id, 'of the sale', amount, 0 FROM return_exchange WHERE merchant = :merchant
    UNION ALL SELECT order_id, 'of the sale', 0, amount FROM payment WHERE merchant = :merchant AND kind = 'exchange'
) AS both_sides GROUP BY id, side HAVING SUM(due) <> SUM(is_there);

-- Work whose goods moved otherwise, and flags and work of no return.
-- name: verify_return_work
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT id, 'work with goods that came back, to ' || went, CAST(SUM(due) AS BIGINT), CAST(SUM(moved) AS BIGINT) FROM (
    SELECT id, went, qty AS due, 0 AS moved FROM return_work
    WHERE merchant = :merchant AND state = 'done' AND work IN ('inspect', 'refurbish', 'destroy') AND went <> stands
    UNION ALL SELECT document_id, to_state, 0, qty FROM stock_move WHERE merchant = :merchant AND cause = 'return_work'
) AS both_sides GROUP BY id, went HAVING SUM(due) <> SUM(moved)
UNION ALL
SELECT x.return_id, x.what || ' of no return', 1, 0 FROM (
    SELECT return_id, 'work' AS what FROM return_work WHERE merchant = :merchant
    UNION SELECT return_id, 'a flag' FROM return_flag WHERE merchant = :merchant
    UNION SELECT return_id, 'an exchange' FROM return_exchange WHERE merchant = :merchant
) AS x LEFT JOIN sale_return r ON r.merchant = :merchant AND r.id = x.return_id WHERE r.id IS NULL;

-- The least that one unit of an item cost in a channel since then, by its lists.
-- name: return_lowest_price
-- in: merchant:i64 item:id channel:text currency:text since_ms:i64 now_ms:i64
-- out: amount:i64
SELECT p.amount FROM price p JOIN price_list l ON l.merchant = p.merchant AND l.code = p.list
WHERE p.merchant = :merchant AND p.item = :item AND p.min_qty <= 1000 AND l.currency = :currency
  AND (l.channel = '' OR l.channel = :channel) AND p.from_ms <= :now_ms AND l.from_ms <= :now_ms
  AND p.until_ms > :since_ms AND l.until_ms > :since_ms
ORDER BY p.amount LIMIT 1;
