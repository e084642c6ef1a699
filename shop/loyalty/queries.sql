-- name: loyalty_programme_find
-- in: merchant:i64
-- out: name:text currency:text worth_amount:i64 worth_points:i64 pending_days:i64 expiry_days:i64 earn_on_points:bool tier_by:text tier_days:i64 grace_days:i64 join_offer:text join_offer_days:i64 terms:text marketing:text active:bool pending_by:text
SELECT name, currency, worth_amount, worth_points, pending_days, expiry_days, earn_on_points, tier_by, tier_days,
    grace_days, join_offer, join_offer_days, terms, marketing, active, pending_by
FROM loyalty_programme WHERE merchant = :merchant;

-- name: loyalty_programme_put
-- in: merchant:i64 name:text currency:text worth_amount:i64 worth_points:i64 pending_days:i64 expiry_days:i64 earn_on_points:bool tier_by:text tier_days:i64 grace_days:i64 join_offer:text join_offer_days:i64 terms:text marketing:text active:bool now_ms:i64 pending_by:text
INSERT INTO loyalty_programme (merchant, name, currency, worth_amount, worth_points, pending_days, expiry_days,
    earn_on_points, tier_by, tier_days, grace_days, join_offer, join_offer_days, terms, marketing, active, revalue,
    updated_at_ms, pending_by)
VALUES (:merchant, :name, :currency, :worth_amount, :worth_points, :pending_days, :expiry_days,
    :earn_on_points, :tier_by, :tier_days, :grace_days, :join_offer, :join_offer_days, :terms, :marketing,
    :active, 1, :now_ms, :pending_by)
ON CONFLICT (merchant) DO UPDATE SET name = excluded.name, currency = excluded.currency,
    worth_amount = excluded.worth_amount, worth_points = excluded.worth_points,
    pending_days = excluded.pending_days, expiry_days = excluded.expiry_days,
    earn_on_points = excluded.earn_on_points, tier_by = excluded.tier_by, tier_days = excluded.tier_days,
    grace_days = excluded.grace_days, join_offer = excluded.join_offer,
    join_offer_days = excluded.join_offer_days, terms = excluded.terms, marketing = excluded.marketing,
    active = excluded.active, pending_by = excluded.pending_by, revalue = 1, updated_at_ms = excluded.updated_at_ms;

-- name: loyalty_programme_used
-- in: merchant:i64
-- out: one:i64
SELECT 1 FROM loyalty_account WHERE merchant = :merchant LIMIT 1;

-- name: loyalty_rule_put
-- in: merchant:i64 code:text rule:text now_ms:i64
INSERT INTO loyalty_rule (merchant, code, rule, updated_at_ms) VALUES (:merchant, :code, :rule, :now_ms)
ON CONFLICT (merchant, code) DO UPDATE SET rule = excluded.rule, updated_at_ms = excluded.updated_at_ms;

-- name: loyalty_rules_all
-- in: merchant:i64
-- out: code:text rule:text
SELECT code, rule FROM loyalty_rule WHERE merchant = :merchant ORDER BY code LIMIT 200;

-- name: loyalty_tier_put
-- in: merchant:i64 code:text name:text threshold:i64
INSERT INTO loyalty_tier (merchant, code, name, threshold) VALUES (:merchant, :code, :name, :threshold)
ON CONFLICT (merchant, code) DO UPDATE SET name = excluded.name, threshold = excluded.threshold;

-- name: loyalty_tier_at
-- in: merchant:i64 threshold:i64
-- out: code:text
SELECT code FROM loyalty_tier WHERE merchant = :merchant AND threshold = :threshold;

-- name: loyalty_tier_drop
-- in: merchant:i64 code:text
DELETE FROM loyalty_tier WHERE merchant = :merchant AND code = :code;

-- name: loyalty_tiers_all
-- in: merchant:i64
-- out: code:text name:text threshold:i64
SELECT code, name, threshold FROM loyalty_tier WHERE merchant = :merchant ORDER BY threshold LIMIT 50;

-- Everybody's tier is looked at again.
-- name: loyalty_review_all
-- in: merchant:i64
UPDATE loyalty_account SET review_at_ms = 1 WHERE merchant = :merchant;

-- name: loyalty_reward_put
-- in: merchant:i64 code:text name:text points:i64 promotion:text days:i64 active:bool
INSERT INTO loyalty_reward (merchant, code, name, points, promotion, days, active)
VALUES (:merchant, :code, :name, :points, :promotion, :days, :active)
ON CONFLICT (merchant, code) DO UPDATE SET name = excluded.name, points = excluded.points,
    promotion = excluded.promotion, days = excluded.days, active = excluded.active;

-- name: loyalty_rewards_all
-- in: merchant:i64
-- out: code:text name:text points:i64 promotion:text days:i64 active:bool
SELECT code, name, points, promotion, days, active FROM loyalty_reward
WHERE merchant = :merchant ORDER BY code LIMIT 200;

-- name: loyalty_reward_find
-- in: merchant:i64 code:text
-- out: code:text name:text points:i64 promotion:text days:i64 active:bool
SELECT code, name, points, promotion, days, active FROM loyalty_reward WHERE merchant = :merchant AND code = :code;

-- name: loyalty_account_put
-- in: merchant:i64 customer:id number:text worth_amount:i64 worth_points:i64 joined_at_ms:i64 joined_how:text
INSERT INTO loyalty_account (merchant, customer, number, available, pending, owed, value, worth_amount,
    worth_points, tier, below_since_ms, review_at_ms, birthday_year, joined_at_ms, joined_how)
VALUES (:merchant, :customer, :number, 0, 0, 0, 0, :worth_amount, :worth_points, '', 0, 0, 0, :joined_at_ms,
    :joined_how)
ON CONFLICT (merchant, customer) DO NOTHING;

-- name: loyalty_account_find
-- in: merchant:i64 customer:id
-- out: number:text available:i64 pending:i64 owed:i64 value:i64 worth_amount:i64 worth_points:i64 tier:text below_since_ms:i64 review_at_ms:i64 birthday_year:i64 joined_at_ms:i64 joined_how:text
SELECT number, available, pending, owed, value, worth_amount, worth_points, tier, below_since_ms, review_at_ms,
    birthday_year, joined_at_ms, joined_how
FROM loyalty_account WHERE merchant = :merchant AND customer = :customer;

-- The same, and nobody else changes it until the transaction ends.
-- name: loyalty_account_lock
-- in: merchant:i64 customer:id
-- out: number:text available:i64 pending:i64 owed:i64 value:i64 worth_amount:i64 worth_points:i64 tier:text below_since_ms:i64 review_at_ms:i64 birthday_year:i64 joined_at_ms:i64 joined_how:text
UPDATE loyalty_account SET value = value WHERE merchant = :merchant AND customer = :customer
RETURNING number, available, pending, owed, value, worth_amount, worth_points, tier, below_since_ms, review_at_ms,
    birthday_year, joined_at_ms, joined_how;

-- name: loyalty_account_by_number
-- in: merchant:i64 number:text
-- out: customer:id
SELECT customer FROM loyalty_account WHERE merchant = :merchant AND number = :number;

-- Writes new sums, when the old ones are as they were read.
-- name: loyalty_account_set
-- in: merchant:i64 customer:id was_available:i64 was_pending:i64 was_owed:i64 was_value:i64 available:i64 pending:i64 owed:i64 value:i64 worth_amount:i64 worth_points:i64
UPDATE loyalty_account SET available = :available, pending = :pending, owed = :owed, value = :value,
    worth_amount = :worth_amount, worth_points = :worth_points
WHERE merchant = :merchant AND customer = :customer AND available = :was_available AND pending = :was_pending
  AND owed = :was_owed AND value = :was_value;

-- name: loyalty_standing_set
-- in: merchant:i64 customer:id tier:text below_since_ms:i64 review_at_ms:i64
UPDATE loyalty_account SET tier = :tier, below_since_ms = :below_since_ms, review_at_ms = :review_at_ms
WHERE merchant = :merchant AND customer = :customer;

-- name: loyalty_birthday_set
-- in: merchant:i64 customer:id year:i64
UPDATE loyalty_account SET birthday_year = :year
WHERE merchant = :merchant AND customer = :customer AND birthday_year < :year;

-- name: loyalty_lot_put
-- in: merchant:i64 id:id customer:id kind:text document:id points:i64 rest:i64 state:text available_at_ms:i64 expires_at_ms:i64 made_at_ms:i64
INSERT INTO loyalty_lot (merchant, id, customer, kind, document, points, rest, expired, forgiven, state,
    available_at_ms, expires_at_ms, made_at_ms)
VALUES (:merchant, :id, :customer, :kind, :document, :points, :rest, 0, 0, :state, :available_at_ms,
    :expires_at_ms, :made_at_ms);

-- Those that can be spent from now on, and those that expire.
-- name: loyalty_lots_due
-- in: merchant:i64 customer:id now_ms:i64
-- out: id:id rest:i64 state:text expires_at_ms:i64
SELECT id, rest, state, expires_at_ms FROM loyalty_lot
WHERE merchant = :merchant AND customer = :customer AND rest > 0 AND state = 'pending' AND available_at_ms <= :now_ms
UNION ALL
SELECT id, rest, state, expires_at_ms FROM loyalty_lot
WHERE merchant = :merchant AND customer = :customer AND rest > 0 AND state = 'available' AND expires_at_ms <= :now_ms
ORDER BY 4, 1;

-- What is left, first what expires first; what can be spent before what waits.
-- name: loyalty_lots_open
-- in: merchant:i64 customer:id
-- out: id:id rest:i64 state:text expires_at_ms:i64
SELECT id, rest, state, expires_at_ms FROM loyalty_lot
WHERE merchant = :merchant AND customer = :customer AND rest > 0
ORDER BY CASE WHEN state = 'available' THEN 0 ELSE 1 END, expires_at_ms, id;

-- name: loyalty_lot_find
-- in: merchant:i64 id:id
-- out: customer:id points:i64 rest:i64 expired:i64 forgiven:i64 state:text expires_at_ms:i64
SELECT customer, points, rest, expired, forgiven, state, expires_at_ms FROM loyalty_lot
WHERE merchant = :merchant AND id = :id;

-- name: loyalty_lot_add
-- in: merchant:i64 id:id points:i64
UPDATE loyalty_lot SET rest = rest + :points
WHERE merchant = :merchant AND id = :id AND rest + :points >= 0;

-- name: loyalty_lot_release
-- in: merchant:i64 id:id
UPDATE loyalty_lot SET state = 'available' WHERE merchant = :merchant AND id = :id AND state = 'pending';

-- name: loyalty_lot_expire
-- in: merchant:i64 id:id
UPDATE loyalty_lot SET expired = expired + rest, rest = 0 WHERE merchant = :merchant AND id = :id;

-- name: loyalty_lot_forgive
-- in: merchant:i64 id:id points:i64
UPDATE loyalty_lot SET forgiven = forgiven + :points WHERE merchant = :merchant AND id = :id;

-- name: loyalty_move_put
-- in: merchant:i64 op:id n:i64 customer:id lot:id kind:text points:i64 document:id at_ms:i64
INSERT INTO loyalty_move (merchant, op, n, customer, lot, kind, points, document, at_ms)
VALUES (:merchant, :op, :n, :customer, :lot, :kind, :points, :document, :at_ms);

-- What a payment took of lots and has not given back; what expires last first.
-- name: loyalty_spent_lots
-- in: merchant:i64 document:id
-- out: lot:id points:i64
SELECT m.lot, CAST(-SUM(m.points) AS BIGINT) FROM loyalty_move m
JOIN loyalty_lot l ON l.merchant = m.merchant AND l.id = m.lot
WHERE m.merchant = :merchant AND m.document = :document AND m.kind IN ('spend', 'reward', 'back')
GROUP BY m.lot, l.expires_at_ms HAVING SUM(m.points) < 0 ORDER BY l.expires_at_ms DESC, m.lot DESC;

-- name: loyalty_moves_page
-- in: merchant:i64 customer:id before_ms:i64 before_op:id before_n:i64 count:i64
-- out: op:id n:i64 kind:text points:i64 document:id at_ms:i64
SELECT op, n, kind, points, document, at_ms FROM loyalty_move
WHERE merchant = :merchant AND customer = :customer AND (at_ms, op, n) < (:before_ms, :before_op, :before_n)
ORDER BY at_ms DESC, op DESC, n DESC LIMIT :count;

-- name: loyalty_next_expiry
-- in: merchant:i64 customer:id
-- out: at_ms:i64 points:i64
SELECT expires_at_ms, CAST(SUM(rest) AS BIGINT) FROM loyalty_lot
WHERE merchant = :merchant AND customer = :customer AND rest > 0 AND state = 'available'
GROUP BY expires_at_ms ORDER BY expires_at_ms LIMIT 1;

-- name: loyalty_order_put
-- in: merchant:i64 order_id:id customer:id lot:id points:i64 money:i64 at_ms:i64
INSERT INTO loyalty_order (merchant, order_id, customer, lot, points, points_back, money, money_back, at_ms)
VALUES (:merchant, :order_id, :customer, :lot, :points, 0, :money, 0, :at_ms);

-- name: loyalty_order_find
-- in: merchant:i64 order_id:id
-- out: customer:id lot:id points:i64 points_back:i64 money:i64 money_back:i64 at_ms:i64
SELECT customer, lot, points, points_back, money, money_back, at_ms FROM loyalty_order
WHERE merchant = :merchant AND order_id = :order_id;

-- name: loyalty_order_back
-- in: merchant:i64 order_id:id points:i64 money:i64
UPDATE loyalty_order SET points_back = points_back + :points, money_back = money_back + :money
WHERE merchant = :merchant AND order_id = :order_id;

-- name: loyalty_share_put
-- in: merchant:i64 order_id:id line:i64 part:i64 qty:i64 points:i64 money:i64
INSERT INTO loyalty_share (merchant, order_id, line, part, qty, back, points, money)
VALUES (:merchant, :order_id, :line, :part, :qty, 0, :points, :money);

-- name: loyalty_shares_of
-- in: merchant:i64 order_id:id
-- out: line:i64 part:i64 qty:i64 back:i64 points:i64 money:i64
SELECT line, part, qty, back, points, money FROM loyalty_share
WHERE merchant = :merchant AND order_id = :order_id ORDER BY line, part;

-- name: loyalty_share_back
-- in: merchant:i64 order_id:id line:i64 part:i64 back:i64
UPDATE loyalty_share SET back = :back
WHERE merchant = :merchant AND order_id = :order_id AND line = :line AND part = :part;

-- What counts for tiers since a time, and when the first of it was.
-- name: loyalty_reached
-- in: merchant:i64 customer:id from_ms:i64
-- out: points:i64 money:i64 first_ms:i64
SELECT CAST(coalesce(SUM(points - points_back), 0) AS BIGINT), CAST(coalesce(SUM(money - money_back), 0) AS BIGINT),
    CAST(coalesce(MIN(at_ms), 0) AS BIGINT)
FROM loyalty_order WHERE merchant = :merchant AND customer = :customer AND at_ms > :from_ms;

-- name: loyalty_spend_put
-- in: merchant:i64 id:id customer:id reward:text batch:i64 amount:i64 points:i64 at_ms:i64
INSERT INTO loyalty_spend (merchant, id, customer, reward, batch, amount, amount_back, points, points_back, at_ms)
VALUES (:merchant, :id, :customer, :reward, :batch, :amount, 0, :points, 0, :at_ms);

-- name: loyalty_spend_find
-- in: merchant:i64 id:id
-- out: customer:id amount:i64 amount_back:i64 points:i64 points_back:i64
SELECT customer, amount, amount_back, points, points_back FROM loyalty_spend
WHERE merchant = :merchant AND id = :id;

-- name: loyalty_spend_back
-- in: merchant:i64 id:id amount:i64 points:i64
UPDATE loyalty_spend SET amount_back = amount_back + :amount, points_back = points_back + :points
WHERE merchant = :merchant AND id = :id AND amount_back + :amount <= amount AND points_back + :points <= points;

-- name: loyalty_spends_of
-- in: merchant:i64 customer:id
-- out: id:id reward:text batch:i64 points:i64 at_ms:i64
SELECT id, reward, batch, points, at_ms FROM loyalty_spend
WHERE merchant = :merchant AND customer = :customer AND reward <> '' ORDER BY id DESC LIMIT 200;

-- --- what customers did ---

-- name: loyalty_event_put
-- in: merchant:i64 id:id customer:id event:text reference:text points:i64 at_ms:i64
INSERT INTO loyalty_event (merchant, id, customer, event, reference, points, at_ms)
VALUES (:merchant, :id, :customer, :event, :reference, :points, :at_ms);

-- name: loyalty_event_find
-- in: merchant:i64 customer:id event:text reference:text
-- out: points:i64 at_ms:i64
SELECT points, at_ms FROM loyalty_event
WHERE merchant = :merchant AND customer = :customer AND event = :event AND reference = :reference;

-- How many of them gave something.
-- name: loyalty_event_count
-- in: merchant:i64 customer:id event:text
-- out: count:i64
SELECT COUNT(*) FROM loyalty_event
WHERE merchant = :merchant AND customer = :customer AND event = :event AND points > 0;

-- name: loyalty_events_page
-- in: merchant:i64 customer:id after:blob count:i64
-- out: id:id event:text reference:text points:i64 at_ms:i64
SELECT id, event, reference, points, at_ms FROM loyalty_event
WHERE merchant = :merchant AND customer = :customer AND id > :after ORDER BY id LIMIT :count;

-- --- what the jobs look for, of all merchants ---

-- name: loyalty_due_customers
-- in: now_ms:i64 count:i64
-- out: merchant:i64 customer:id
SELECT merchant, customer FROM (
    SELECT merchant, customer FROM (SELECT merchant, customer FROM loyalty_lot
        WHERE rest > 0 AND state = 'pending' AND available_at_ms <= :now_ms
        ORDER BY available_at_ms LIMIT :count) AS waiting
    UNION SELECT merchant, customer FROM (SELECT merchant, customer FROM loyalty_lot
        WHERE rest > 0 AND state = 'available' AND expires_at_ms <= :now_ms
        ORDER BY expires_at_ms LIMIT :count) AS old
) AS due ORDER BY merchant, customer;

-- name: loyalty_due_reviews
-- in: now_ms:i64 count:i64
-- out: merchant:i64 customer:id
SELECT merchant, customer FROM loyalty_account WHERE review_at_ms > 0 AND review_at_ms <= :now_ms
ORDER BY review_at_ms LIMIT :count;

-- name: loyalty_due_merchants
-- in: now_ms:i64
-- out: merchant:i64 revalue:bool
SELECT merchant, revalue FROM loyalty_programme WHERE active = 1 AND updated_at_ms <= :now_ms ORDER BY merchant;

-- name: loyalty_to_revalue
-- in: merchant:i64 count:i64
-- out: customer:id
SELECT a.customer FROM loyalty_account a JOIN loyalty_programme p ON p.merchant = a.merchant
WHERE a.merchant = :merchant
  AND (a.worth_amount <> p.worth_amount OR a.worth_points <> p.worth_points) LIMIT :count;

-- name: loyalty_revalued
-- in: merchant:i64
UPDATE loyalty_programme SET revalue = 0 WHERE merchant = :merchant
  AND NOT EXISTS (SELECT 1 FROM loyalty_account a WHERE a.merchant = :merchant
      AND (a.worth_amount <> loyalty_programme.worth_amount OR a.worth_points <> loyalty_programme.worth_points));

-- name: loyalty_birthdays
-- in: merchant:i64 day:i64 other_day:i64 year:i64 count:i64
-- out: customer:id
SELECT a.customer FROM customer c JOIN loyalty_account a ON a.merchant = c.merchant AND a.customer = c.id
WHERE c.merchant = :merchant AND c.birthday IN (:day, :other_day) AND a.birthday_year < :year
ORDER BY a.customer LIMIT :count;

-- --- joining ---

-- name: loyalty_join_put
-- in: merchant:i64 id:id hash:blob location:text channel:text made_at_ms:i64 expires_at_ms:i64 known:id
INSERT INTO loyalty_join (merchant, id, hash, location, channel, customer, fresh, made_at_ms, expires_at_ms,
    joined_at_ms, known)
VALUES (:merchant, :id, :hash, :location, :channel, NULL, 0, :made_at_ms, :expires_at_ms, 0, :known);

-- name: loyalty_join_find
-- in: merchant:i64 id:id
-- out: location:text channel:text customer:id fresh:bool made_at_ms:i64 expires_at_ms:i64 joined_at_ms:i64
SELECT location, channel, customer, fresh, made_at_ms, expires_at_ms, joined_at_ms FROM loyalty_join
WHERE merchant = :merchant AND id = :id;

-- name: loyalty_join_by_hash
-- in: hash:blob
-- out: merchant:i64 id:id location:text channel:text expires_at_ms:i64 joined_at_ms:i64 known:id
SELECT merchant, id, location, channel, expires_at_ms, joined_at_ms, known FROM loyalty_join WHERE hash = :hash;

-- The link is used up; nothing changes when it was already.
-- name: loyalty_join_use
-- in: merchant:i64 id:id customer:id fresh:bool now_ms:i64
UPDATE loyalty_join SET customer = :customer, fresh = :fresh, joined_at_ms = :now_ms
WHERE merchant = :merchant AND id = :id AND joined_at_ms = 0 AND expires_at_ms > :now_ms;

-- --- merging two customers ---

-- name: loyalty_lots_move
-- in: merchant:i64 customer:id into:id
UPDATE loyalty_lot SET customer = :into WHERE merchant = :merchant AND customer = :customer;

-- name: loyalty_orders_move
-- in: merchant:i64 customer:id into:id
UPDATE loyalty_order SET customer = :into WHERE merchant = :merchant AND customer = :customer;

-- name: loyalty_spends_move
-- in: merchant:i64 customer:id into:id
UPDATE loyalty_spend SET customer = :into WHERE merchant = :merchant AND customer = :customer;

-- name: loyalty_joins_move
-- in: merchant:i64 customer:id into:id
UPDATE loyalty_join SET customer = :into WHERE merchant = :merchant AND customer = :customer;

-- What both did goes first: it counts once.
-- name: loyalty_events_twice
-- in: merchant:i64 customer:id into:id
DELETE FROM loyalty_event WHERE merchant = :merchant AND customer = :customer
  AND EXISTS (SELECT 1 FROM loyalty_event o WHERE o.merchant = :merchant AND o.customer = :into
      AND o.event = loyalty_event.event AND o.reference = loyalty_event.reference);

-- name: loyalty_events_move
-- in: merchant:i64 customer:id into:id
UPDATE loyalty_event SET customer = :into WHERE merchant = :merchant AND customer = :customer;

-- name: loyalty_joins_known_move
-- in: merchant:i64 customer:id into:id
UPDATE loyalty_join SET known = :into WHERE merchant = :merchant AND known = :customer AND joined_at_ms = 0;
