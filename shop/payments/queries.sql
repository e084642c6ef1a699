-- name: payment_put
-- in: merchant:i64 order_id:id n:i64 id:id kind:text state:text amount:i64 tendered:i64 change:i64 reference:text brand:text last4:text reason:text at_ms:i64 next_ask_ms:i64 account:text account_of:id deposited:i64 rounding:i64 tip:i64 surcharge:i64 coin:text coins:i64 service:text
INSERT INTO payment (merchant, order_id, n, id, kind, state, amount, tendered, change, refunded, reference,
    brand, last4, reason, at_ms, next_ask_ms, account, account_of, deposited, rounding, tip, surcharge, coin, coins,
    service)
VALUES (:merchant, :order_id, :n, :id, :kind, :state, :amount, :tendered, :change, 0, :reference,
    :brand, :last4, :reason, :at_ms, :next_ask_ms, :account, :account_of, :deposited, :rounding, :tip, :surcharge, :coin,
    :coins, :service);

-- name: payment_of
-- in: merchant:i64 order_id:id
-- out: n:i64 id:id kind:text state:text amount:i64 tendered:i64 change:i64 refunded:i64 reference:text brand:text last4:text reason:text next_ask_ms:i64 hold_state:text captured:i64 released:i64 failed:i64 forgiven:i64 expires_at_ms:i64 at_ms:i64 account:text account_of:id deposited:i64 rounding:i64 tip:i64 surcharge:i64 coin:text coins:i64 service:text
SELECT p.n, p.id, p.kind, p.state, p.amount, p.tendered, p.change, p.refunded, p.reference, p.brand, p.last4,
    p.reason, p.next_ask_ms, coalesce(h.state, ''), coalesce(h.captured, 0), coalesce(h.released, 0),
    coalesce(h.failed, 0), coalesce(h.forgiven, 0), coalesce(h.expires_at_ms, 0),
    p.at_ms, p.account, p.account_of, p.deposited, p.rounding, p.tip, p.surcharge, p.coin, p.coins, p.service
FROM payment p LEFT JOIN payment_hold h ON h.merchant = p.merchant AND h.order_id = p.order_id AND h.n = p.n
WHERE p.merchant = :merchant AND p.order_id = :order_id ORDER BY p.n;

-- name: payment_step
-- in: merchant:i64 order_id:id n:i64 from_state:text to_state:text reference:text brand:text last4:text reason:text next_ask_ms:i64 deposited:i64 account:text service:text
UPDATE payment SET state = :to_state, reference = :reference, brand = :brand, last4 = :last4,
    reason = :reason, next_ask_ms = :next_ask_ms, deposited = :deposited, account = :account, service = :service
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

-- name: payment_unrefund
-- in: merchant:i64 order_id:id n:i64 amount:i64
UPDATE payment SET refunded = refunded - :amount
WHERE merchant = :merchant AND order_id = :order_id AND n = :n AND refunded >= :amount;

-- name: refund_put
-- in: merchant:i64 return_id:id n:i64 id:id order_id:id payment_n:i64 kind:text state:text amount:i64 at_ms:i64 next_ask_ms:i64 account:text account_of:id
INSERT INTO refund (merchant, return_id, n, id, order_id, payment_n, kind, state, amount, at_ms, next_ask_ms,
    account, account_of, reason)
VALUES (:merchant, :return_id, :n, :id, :order_id, :payment_n, :kind, :state, :amount, :at_ms, :next_ask_ms,
    :account, :account_of, '');

-- name: refund_of
-- in: merchant:i64 return_id:id
-- out: n:i64 id:id order_id:id payment_n:i64 kind:text state:text amount:i64 next_ask_ms:i64 account:text account_of:id reason:text
SELECT n, id, order_id, payment_n, kind, state, amount, next_ask_ms, account, account_of, reason
FROM refund WHERE merchant = :merchant AND return_id = :return_id ORDER BY n;

-- name: refund_end
-- in: merchant:i64 return_id:id n:i64 state:text reason:text
UPDATE refund SET state = :state, reason = :reason, next_ask_ms = 0
WHERE merchant = :merchant AND return_id = :return_id AND n = :n AND state = 'pending';

-- name: refund_replaced
-- in: merchant:i64 return_id:id n:i64
UPDATE refund SET state = 'replaced' WHERE merchant = :merchant AND return_id = :return_id AND n = :n AND state = 'refused';

-- name: refund_ask_at
-- in: merchant:i64 return_id:id n:i64 at_ms:i64
UPDATE refund SET next_ask_ms = :at_ms
WHERE merchant = :merchant AND return_id = :return_id AND n = :n AND next_ask_ms > 0;

-- name: refund_due
-- in: now_ms:i64 limit:i64
-- out: merchant:i64 return_id:id
SELECT DISTINCT merchant, return_id FROM refund
WHERE next_ask_ms > 0 AND next_ask_ms <= :now_ms LIMIT :limit;

-- name: payment_hold_put
-- in: merchant:i64 order_id:id n:i64 held:i64
INSERT INTO payment_hold (merchant, order_id, n, state, held, captured, released, failed, forgiven,
    expires_at_ms, next_ask_ms)
VALUES (:merchant, :order_id, :n, 'wanted', :held, 0, 0, 0, 0, 0, 0);

-- name: payment_hold_lock
-- in: merchant:i64 order_id:id
UPDATE payment_hold SET held = held WHERE merchant = :merchant AND order_id = :order_id;

-- name: payment_hold_open
-- in: merchant:i64 order_id:id n:i64 expires_at_ms:i64
UPDATE payment_hold SET state = 'open', expires_at_ms = :expires_at_ms, next_ask_ms = :expires_at_ms
WHERE merchant = :merchant AND order_id = :order_id AND n = :n AND state = 'wanted';

-- name: payment_hold_step
-- in: merchant:i64 order_id:id n:i64 to_state:text from_state:text next_ask_ms:i64
UPDATE payment_hold SET state = :to_state, next_ask_ms = :next_ask_ms
WHERE merchant = :merchant AND order_id = :order_id AND n = :n AND state = :from_state;

-- name: payment_hold_drop
-- in: merchant:i64 order_id:id
UPDATE payment_hold SET state = 'closed', next_ask_ms = 0
WHERE merchant = :merchant AND order_id = :order_id AND state IN ('wanted', 'open', 'expired') AND captured = 0;

-- name: payment_hold_capture
-- in: merchant:i64 order_id:id n:i64 amount:i64
UPDATE payment_hold SET captured = captured + :amount
WHERE merchant = :merchant AND order_id = :order_id AND n = :n AND state IN ('open', 'expired')
  AND captured + released + failed + :amount <= held;

-- name: payment_hold_release
-- in: merchant:i64 order_id:id n:i64 amount:i64
UPDATE payment_hold SET released = released + :amount
WHERE merchant = :merchant AND order_id = :order_id AND n = :n AND state IN ('open', 'expired')
  AND captured + released + failed + :amount <= held;

-- name: payment_hold_forgive
-- in: merchant:i64 order_id:id n:i64 amount:i64
UPDATE payment_hold SET forgiven = forgiven + :amount
WHERE merchant = :merchant AND order_id = :order_id AND n = :n AND forgiven + :amount <= failed;

-- name: payment_hold_fail
-- in: merchant:i64 order_id:id n:i64 amount:i64
UPDATE payment_hold SET captured = captured - :amount, failed = failed + :amount
WHERE merchant = :merchant AND order_id = :order_id AND n = :n AND captured >= :amount;

-- name: payment_hold_due
-- in: now_ms:i64 limit:i64
-- out: merchant:i64 order_id:id n:i64 state:text held:i64 captured:i64
SELECT merchant, order_id, n, state, held, captured FROM payment_hold
WHERE next_ask_ms > 0 AND next_ask_ms <= :now_ms ORDER BY next_ask_ms LIMIT :limit;

-- name: payment_capture_put
-- in: merchant:i64 order_id:id payment_n:i64 id:id amount:i64 at_ms:i64
INSERT INTO payment_capture (merchant, order_id, payment_n, id, state, amount, reason, at_ms, next_ask_ms)
VALUES (:merchant, :order_id, :payment_n, :id, 'pending', :amount, '', :at_ms, :at_ms);

-- name: payment_capture_end
-- in: merchant:i64 order_id:id payment_n:i64 id:id state:text reason:text
UPDATE payment_capture SET state = :state, reason = :reason, next_ask_ms = 0
WHERE merchant = :merchant AND order_id = :order_id AND payment_n = :payment_n AND id = :id AND state = 'pending';

-- name: payment_capture_ask_at
-- in: merchant:i64 order_id:id payment_n:i64 id:id at_ms:i64
UPDATE payment_capture SET next_ask_ms = :at_ms
WHERE merchant = :merchant AND order_id = :order_id AND payment_n = :payment_n AND id = :id AND next_ask_ms > 0;

-- name: payment_capture_pending
-- in: merchant:i64 order_id:id payment_n:i64
-- out: number:i64
SELECT COUNT(*) FROM payment_capture
WHERE merchant = :merchant AND order_id = :order_id AND payment_n = :payment_n AND state = 'pending';

-- name: payment_capture_due
-- in: now_ms:i64 limit:i64
-- out: merchant:i64 order_id:id payment_n:i64 id:id amount:i64 at_ms:i64
SELECT merchant, order_id, payment_n, id, amount, at_ms FROM payment_capture
WHERE next_ask_ms > 0 AND next_ask_ms <= :now_ms ORDER BY next_ask_ms LIMIT :limit;

-- name: payment_hurry
-- in: merchant:i64 id:id now_ms:i64
UPDATE payment SET next_ask_ms = :now_ms
WHERE merchant = :merchant AND id = :id AND next_ask_ms > :now_ms;

-- name: payment_capture_hurry
-- in: merchant:i64 id:id now_ms:i64
UPDATE payment_capture SET next_ask_ms = :now_ms
WHERE merchant = :merchant AND id = :id AND next_ask_ms > :now_ms;

-- name: refund_hurry
-- in: merchant:i64 id:id now_ms:i64
UPDATE refund SET next_ask_ms = :now_ms
WHERE merchant = :merchant AND id = :id AND next_ask_ms > :now_ms;

-- name: payment_hold_hurry
-- in: merchant:i64 order_id:id n:i64 now_ms:i64
UPDATE payment_hold SET next_ask_ms = :now_ms
WHERE merchant = :merchant AND order_id = :order_id AND n = :n AND state = 'closing' AND next_ask_ms > :now_ms;

-- name: payment_by_service
-- in: merchant:i64 reference:text service:text
-- out: order_id:id n:i64 id:id
SELECT p.order_id, p.n, p.id FROM payment p JOIN payment_route r ON r.merchant = p.merchant AND r.payment = p.id
WHERE p.merchant = :merchant AND p.reference = :reference AND r.service = :service ORDER BY p.at_ms LIMIT 1;

-- name: exchange_rates_of
-- in: merchant:i64 currency:text
-- out: currency:text coin:text coins:i64 worth:i64 updated_at_ms:i64
SELECT currency, coin, coins, worth, updated_at_ms FROM exchange_rate
WHERE merchant = :merchant AND (:currency = '' OR currency = :currency) ORDER BY currency, coin;

-- name: exchange_rate_put
-- in: merchant:i64 currency:text coin:text coins:i64 worth:i64 updated_at_ms:i64
INSERT INTO exchange_rate (merchant, currency, coin, coins, worth, updated_at_ms)
VALUES (:merchant, :currency, :coin, :coins, :worth, :updated_at_ms)
ON CONFLICT (merchant, currency, coin) DO UPDATE SET coins = excluded.coins, worth = excluded.worth,
    updated_at_ms = excluded.updated_at_ms;

-- name: exchange_rate_remove
-- in: merchant:i64 currency:text coin:text
DELETE FROM exchange_rate WHERE merchant = :merchant AND currency = :currency AND coin = :coin;

-- name: surcharges_of
-- in: merchant:i64
-- out: code:text kind:text brand:text location:text channel:text ppm:i64 amount:i64 most:i64
SELECT code, kind, brand, location, channel, ppm, amount, most FROM surcharge WHERE merchant = :merchant ORDER BY code;

-- name: surcharge_put
-- in: merchant:i64 code:text kind:text brand:text location:text channel:text ppm:i64 amount:i64 most:i64
INSERT INTO surcharge (merchant, code, kind, brand, location, channel, ppm, amount, most)
VALUES (:merchant, :code, :kind, :brand, :location, :channel, :ppm, :amount, :most)
ON CONFLICT (merchant, code) DO UPDATE SET kind = excluded.kind, brand = excluded.brand, location = excluded.location,
    channel = excluded.channel, ppm = excluded.ppm, amount = excluded.amount, most = excluded.most;

-- name: surcharge_remove
-- in: merchant:i64 code:text
DELETE FROM surcharge WHERE merchant = :merchant AND code = :code;
