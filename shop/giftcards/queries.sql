-- name: gift_card_put
-- in: merchant:i64 id:id hash:blob last4:text pin:blob state:text currency:text location:text customer:id note:text made_at_ms:i64 expires_at_ms:i64
INSERT INTO gift_card (merchant, id, hash, last4, pin, tries, locked_until_ms, state, currency, balance, location,
    customer, note, made_at_ms, active_at_ms, expires_at_ms)
VALUES (:merchant, :id, :hash, :last4, :pin, 0, 0, :state, :currency, 0, :location, :customer, :note, :made_at_ms, 0,
    :expires_at_ms)
ON CONFLICT (merchant, hash) DO NOTHING;

-- name: gift_card_by_hash
-- in: merchant:i64 hash:blob
-- out: id:id
SELECT id FROM gift_card WHERE merchant = :merchant AND hash = :hash;

-- name: gift_card_get
-- in: merchant:i64 id:id
-- out: last4:text pin:blob tries:i64 locked_until_ms:i64 state:text currency:text balance:i64 location:text customer:id note:text made_at_ms:i64 active_at_ms:i64 expires_at_ms:i64
SELECT last4, pin, tries, locked_until_ms, state, currency, balance, location, customer, note, made_at_ms, active_at_ms,
    expires_at_ms
FROM gift_card WHERE merchant = :merchant AND id = :id;

-- name: gift_card_list
-- in: merchant:i64 before:id last4:text customer:id limit:i64
-- out: id:id last4:text state:text currency:text balance:i64 location:text customer:id note:text made_at_ms:i64 active_at_ms:i64 expires_at_ms:i64
SELECT id, last4, state, currency, balance, location, customer, note, made_at_ms, active_at_ms, expires_at_ms
FROM gift_card WHERE merchant = :merchant AND id < :before AND (:last4 = '' OR last4 = :last4)
  AND (:customer IS NULL OR customer = :customer)
ORDER BY id DESC LIMIT :limit;

-- name: gift_card_take
-- in: merchant:i64 id:id amount:i64 currency:text now_ms:i64
UPDATE gift_card SET balance = balance - :amount
WHERE merchant = :merchant AND id = :id AND state = 'active' AND currency = :currency AND balance >= :amount
  AND (expires_at_ms = 0 OR expires_at_ms > :now_ms);

-- name: gift_card_add
-- in: merchant:i64 id:id amount:i64 now_ms:i64 expires_at_ms:i64
UPDATE gift_card SET balance = balance + :amount,
    state = CASE state WHEN 'inactive' THEN 'active' WHEN 'expired' THEN 'active' ELSE state END,
    active_at_ms = CASE active_at_ms WHEN 0 THEN :now_ms ELSE active_at_ms END,
    expires_at_ms = CASE WHEN :expires_at_ms > expires_at_ms OR :expires_at_ms = 0 AND state <> 'active'
        THEN :expires_at_ms ELSE expires_at_ms END
WHERE merchant = :merchant AND id = :id;

-- name: gift_card_state
-- in: merchant:i64 id:id from_state:text to_state:text
UPDATE gift_card SET state = :to_state WHERE merchant = :merchant AND id = :id AND state = :from_state;

-- name: gift_card_empty
-- in: merchant:i64 id:id balance:i64 state:text
UPDATE gift_card SET balance = 0, state = :state
WHERE merchant = :merchant AND id = :id AND balance = :balance;

-- name: gift_card_tries
-- in: merchant:i64 id:id tries:i64 locked_until_ms:i64
UPDATE gift_card SET tries = :tries, locked_until_ms = :locked_until_ms WHERE merchant = :merchant AND id = :id;

-- name: gift_card_expired
-- in: now_ms:i64 limit:i64
-- out: merchant:i64 id:id
SELECT merchant, id FROM gift_card
WHERE expires_at_ms > 0 AND expires_at_ms <= :now_ms AND state = 'active' ORDER BY expires_at_ms LIMIT :limit;

-- name: gift_card_event_put
-- in: merchant:i64 id:id card:id kind:text amount:i64 other:id account:text reason:text made_by:id at_ms:i64
INSERT INTO gift_card_event (merchant, id, card, kind, amount, other, account, reason, made_by, at_ms)
VALUES (:merchant, :id, :card, :kind, :amount, :other, :account, :reason, :made_by, :at_ms);

-- name: gift_card_events_of
-- in: merchant:i64 card:id before:id limit:i64
-- out: id:id kind:text amount:i64 other:id reason:text made_by:id at_ms:i64
SELECT id, kind, amount, other, reason, made_by, at_ms FROM gift_card_event
WHERE merchant = :merchant AND card = :card AND id < :before ORDER BY id DESC LIMIT :limit;

-- name: order_gift_card_put
-- in: merchant:i64 order_id:id n:i64 card:id amount:i64
INSERT INTO order_gift_card (merchant, order_id, n, card, amount) VALUES (:merchant, :order_id, :n, :card, :amount);

-- name: order_gift_cards_of
-- in: merchant:i64 order_id:id
-- out: n:i64 card:id amount:i64 last4:text
SELECT o.n, o.card, o.amount, g.last4 FROM order_gift_card o
JOIN gift_card g ON g.merchant = o.merchant AND g.id = o.card
WHERE o.merchant = :merchant AND o.order_id = :order_id ORDER BY o.n;
