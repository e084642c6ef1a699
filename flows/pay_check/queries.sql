-- What `onetill verify` asks about card payments and their services.
-- name: verify_payment_routes
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT r.payment, 'card payment of a route', 1, COUNT(p.id)
FROM payment_route r LEFT JOIN payment p ON p.merchant = r.merchant AND p.order_id = r.order_id AND p.n = r.n
    AND p.id = r.payment AND p.kind = 'card'
WHERE r.merchant = :merchant GROUP BY r.payment HAVING COUNT(p.id) <> 1
UNION ALL SELECT r.payment, 'service of a route', 1, 0 FROM payment_route r
WHERE r.merchant = :merchant AND r.service <> 'psp' AND NOT EXISTS (
    SELECT 1 FROM payment_service s WHERE s.merchant = r.merchant AND s.code = r.service);

-- A capture or refund that was done.
-- name: payment_part_done
-- in: merchant:i64 id:id
-- out: order_id:id what:text
SELECT order_id, 'capture' FROM payment_capture WHERE merchant = :merchant AND id = :id AND state = 'done'
UNION ALL SELECT order_id, 'refund' FROM refund
WHERE merchant = :merchant AND id = :id AND state = 'done' AND order_id IS NOT NULL;
