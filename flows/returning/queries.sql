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
