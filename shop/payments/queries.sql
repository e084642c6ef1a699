-- name: payment_put
-- in: merchant:i64 order_id:id n:i64 id:id kind:text state:text amount:i64 tendered:i64 change:i64 reference:text brand:text last4:text reason:text at_ms:i64 next_ask_ms:i64
INSERT INTO payment (merchant, order_id, n, id, kind, state, amount, tendered, change, refunded, reference,
    brand, last4, reason, at_ms, next_ask_ms)
VALUES (:merchant, :order_id, :n, :id, :kind, :state, :amount, :tendered, :change, 0, :reference,
    :brand, :last4, :reason, :at_ms, :next_ask_ms);

-- name: payment_of
-- in: merchant:i64 order_id:id
-- out: n:i64 id:id kind:text state:text amount:i64 tendered:i64 change:i64 refunded:i64 reference:text brand:text last4:text reason:text next_ask_ms:i64
SELECT n, id, kind, state, amount, tendered, change, refunded, reference, brand, last4, reason, next_ask_ms
FROM payment WHERE merchant = :merchant AND order_id = :order_id ORDER BY n;

-- name: payment_step
-- in: merchant:i64 order_id:id n:i64 from_state:text to_state:text reference:text brand:text last4:text reason:text next_ask_ms:i64
UPDATE payment SET state = :to_state, reference = :reference, brand = :brand, last4 = :last4,
    reason = :reason, next_ask_ms = :next_ask_ms
WHERE merchant = :merchant AND order_id = :order_id AND n = :n AND state = :from_state;

-- name: payment_ask_at
-- in: merchant:i64 order_id:id n:i64 at_ms:i64
UPDATE payment SET next_ask_ms = :at_ms
WHERE merchant = :merchant AND order_id = :order_id AND n = :n AND next_ask_ms > 0;

-- name: payment_due
-- in: now_ms:i64 limit:i64
-- out: merchant:i64 order_id:id
SELECT DISTINCT merchant, order_id FROM payment
WHERE next_ask_ms > 0 AND next_ask_ms <= :now_ms LIMIT :limit;

-- name: payment_refund
-- in: merchant:i64 order_id:id n:i64 amount:i64
UPDATE payment SET refunded = refunded + :amount
WHERE merchant = :merchant AND order_id = :order_id AND n = :n AND state = 'captured'
  AND refunded + :amount <= amount;

-- name: refund_put
-- in: merchant:i64 return_id:id n:i64 id:id order_id:id payment_n:i64 kind:text state:text amount:i64 at_ms:i64 next_ask_ms:i64
INSERT INTO refund (merchant, return_id, n, id, order_id, payment_n, kind, state, amount, at_ms, next_ask_ms)
VALUES (:merchant, :return_id, :n, :id, :order_id, :payment_n, :kind, :state, :amount, :at_ms, :next_ask_ms);

-- name: refund_of
-- in: merchant:i64 return_id:id
-- out: n:i64 id:id order_id:id payment_n:i64 kind:text state:text amount:i64 next_ask_ms:i64
SELECT n, id, order_id, payment_n, kind, state, amount, next_ask_ms
FROM refund WHERE merchant = :merchant AND return_id = :return_id ORDER BY n;

-- name: refund_done
-- in: merchant:i64 return_id:id n:i64
UPDATE refund SET state = 'done', next_ask_ms = 0
WHERE merchant = :merchant AND return_id = :return_id AND n = :n AND state = 'pending';

-- name: refund_ask_at
-- in: merchant:i64 return_id:id n:i64 at_ms:i64
UPDATE refund SET next_ask_ms = :at_ms
WHERE merchant = :merchant AND return_id = :return_id AND n = :n AND next_ask_ms > 0;

-- name: refund_due
-- in: now_ms:i64 limit:i64
-- out: merchant:i64 return_id:id
SELECT DISTINCT merchant, return_id FROM refund
WHERE next_ask_ms > 0 AND next_ask_ms <= :now_ms LIMIT :limit;
