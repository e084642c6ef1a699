-- name: campaign_promotion
-- in: merchant:i64 code:text
-- out: body:text
SELECT v.body FROM promotion p JOIN promotion_version v ON v.merchant = p.merchant AND v.code = p.code
    AND v.version = CASE WHEN p.draft > 0 THEN p.draft ELSE p.in_force END
WHERE p.merchant = :merchant AND p.code = :code;

-- name: campaign_customer
-- in: merchant:i64 id:id
-- out: yes:i64
SELECT 1 AS yes FROM customer WHERE merchant = :merchant AND id = :id;

-- name: budget_put
-- in: merchant:i64 promotion:text max_uses:i64 max_amount:i64 customer_uses:i64
INSERT INTO promotion_budget (merchant, promotion, max_uses, max_amount, customer_uses, uses, amount)
VALUES (:merchant, :promotion, :max_uses, :max_amount, :customer_uses, 0, 0)
ON CONFLICT (merchant, promotion) DO UPDATE SET max_uses = excluded.max_uses, max_amount = excluded.max_amount,
    customer_uses = excluded.customer_uses
WHERE promotion_budget.uses <= excluded.max_uses AND promotion_budget.amount <= excluded.max_amount;

-- name: budget_find
-- in: merchant:i64 promotion:text
-- out: max_uses:i64 max_amount:i64 customer_uses:i64 uses:i64 amount:i64
SELECT max_uses, max_amount, customer_uses, uses, amount
FROM promotion_budget WHERE merchant = :merchant AND promotion = :promotion;

-- What is left of the budget of each promotion that is published, for one customer (NULL: nobody we know); the largest number: no limit.

-- name: budget_left
-- in: merchant:i64 customer:id
-- out: promotion:text max_uses:i64 max_amount:i64 customer_uses:i64 uses:i64 amount:i64 used:i64
SELECT b.promotion, b.max_uses, b.max_amount, b.customer_uses, b.uses, b.amount, COALESCE(c.uses, 0)
FROM promotion_budget b LEFT JOIN promotion_customer c ON c.merchant = b.merchant AND c.promotion = b.promotion
    AND c.customer = :customer
WHERE b.merchant = :merchant AND EXISTS (SELECT 1 FROM promotion_version v WHERE v.merchant = b.merchant
    AND v.code = b.promotion AND v.state = 'published')
ORDER BY b.promotion;

-- name: budget_use
-- in: merchant:i64 promotion:text amount:i64
-- out: customer_uses:i64
UPDATE promotion_budget SET uses = uses + 1, amount = amount + :amount
WHERE merchant = :merchant AND promotion = :promotion AND uses < max_uses AND amount <= max_amount - :amount
RETURNING customer_uses;

-- name: budget_give_back
-- in: merchant:i64 promotion:text amount:i64
UPDATE promotion_budget SET uses = uses - 1, amount = amount - :amount
WHERE merchant = :merchant AND promotion = :promotion;

-- name: promotion_customer_use
-- in: merchant:i64 promotion:text customer:id most:i64
INSERT INTO promotion_customer (merchant, promotion, customer, uses) VALUES (:merchant, :promotion, :customer, 1)
ON CONFLICT (merchant, promotion, customer) DO UPDATE SET uses = promotion_customer.uses + 1
WHERE promotion_customer.uses < :most;

-- name: promotion_customer_give_back
-- in: merchant:i64 promotion:text customer:id
UPDATE promotion_customer SET uses = uses - 1
WHERE merchant = :merchant AND promotion = :promotion AND customer = :customer;

-- name: promotion_use_put
-- in: merchant:i64 order_id:id promotion:text version:i64 times:i64 amount:i64 customer:id batch:i64 coupon:i64 coupon_limit:bool now_ms:i64
INSERT INTO promotion_use (merchant, order_id, promotion, version, times, amount, customer, counted, batch, coupon,
                           coupon_limit, at_ms, undone_at_ms)
VALUES (:merchant, :order_id, :promotion, :version, :times, :amount, :customer, 0, :batch, :coupon, :coupon_limit,
        :now_ms, 0)
ON CONFLICT (merchant, order_id, promotion) DO NOTHING;

-- name: promotion_use_counted
-- in: merchant:i64 order_id:id promotion:text counted:i64
UPDATE promotion_use SET counted = :counted
WHERE merchant = :merchant AND order_id = :order_id AND promotion = :promotion;

-- name: promotion_use_undo
-- in: merchant:i64 order_id:id promotion:text now_ms:i64
UPDATE promotion_use SET undone_at_ms = :now_ms
WHERE merchant = :merchant AND order_id = :order_id AND promotion = :promotion AND undone_at_ms = 0;

-- name: promotion_uses
-- in: merchant:i64 order_id:id
-- out: promotion:text version:i64 times:i64 amount:i64 customer:id counted:i64 batch:i64 coupon:i64 coupon_limit:bool undone_at_ms:i64 prefix:text length:i64
SELECT u.promotion, u.version, u.times, u.amount, u.customer, u.counted, u.batch, u.coupon, u.coupon_limit,
    u.undone_at_ms, COALESCE(b.prefix, ''), COALESCE(b.length, 0)
FROM promotion_use u LEFT JOIN coupon_batch b ON b.merchant = u.merchant AND b.id = u.batch
WHERE u.merchant = :merchant AND u.order_id = :order_id ORDER BY u.promotion;

-- name: coupon_key_find
-- in: merchant:i64
-- out: secret:blob
SELECT secret FROM coupon_key WHERE merchant = :merchant;

-- name: coupon_key_put
-- in: merchant:i64 secret:blob
INSERT INTO coupon_key (merchant, secret) VALUES (:merchant, :secret) ON CONFLICT (merchant) DO NOTHING;

-- name: coupon_batch_last
-- in: merchant:i64
-- out: id:i64
SELECT CAST(COALESCE(MAX(id), 0) AS BIGINT) FROM coupon_batch WHERE merchant = :merchant;

-- name: coupon_batch_total
-- in: merchant:i64 prefix:text length:i64
-- out: coupons:i64
SELECT CAST(COALESCE(SUM(coupons), 0) AS BIGINT) FROM coupon_batch
WHERE merchant = :merchant AND prefix = :prefix AND length = :length;

-- name: coupon_batch_put
-- in: merchant:i64 id:i64 promotion:text prefix:text length:i64 coupons:i64 max_uses:i64 customer_uses:i64 from_ms:i64 until_ms:i64 now_ms:i64
INSERT INTO coupon_batch (merchant, id, promotion, prefix, length, coupons, max_uses, customer_uses, from_ms, until_ms,
                          made_at_ms)
VALUES (:merchant, :id, :promotion, :prefix, :length, :coupons, :max_uses, :customer_uses, :from_ms, :until_ms, :now_ms);

-- name: coupon_batch_page
-- in: merchant:i64 promotion:text after:i64 count:i64
-- out: id:i64 prefix:text length:i64 coupons:i64 max_uses:i64 customer_uses:i64 from_ms:i64 until_ms:i64 made_at_ms:i64 used:i64
SELECT b.id, b.prefix, b.length, b.coupons, b.max_uses, b.customer_uses, b.from_ms, b.until_ms, b.made_at_ms,
    (SELECT CAST(COALESCE(SUM(c.uses), 0) AS BIGINT) FROM coupon c WHERE c.merchant = b.merchant AND c.batch = b.id)
FROM coupon_batch b WHERE b.merchant = :merchant AND b.promotion = :promotion AND b.id > :after
ORDER BY b.id LIMIT :count;

-- name: coupon_batch_find
-- in: merchant:i64 promotion:text id:i64
-- out: id:i64 prefix:text length:i64 coupons:i64
SELECT id, prefix, length, coupons FROM coupon_batch
WHERE merchant = :merchant AND promotion = :promotion AND id = :id;

-- name: coupon_rows
-- in: merchant:i64 batch:i64 first:i64 behind:i64
-- out: number:i64 uses:i64 blocked:bool
SELECT number, uses, blocked FROM coupon
WHERE merchant = :merchant AND batch = :batch AND number >= :first AND number < :behind ORDER BY number;

-- The coupon of a text: one given by hand, or number :number of batch :batch when that has such a form. With the
-- promotion that is published for it (or not). Whether there is one or not, this is all that is asked.

-- name: coupon_find
-- in: merchant:i64 text:text prefix:text length:i64 batch:i64 number:i64 customer:id
-- out: batch:i64 number:i64 promotion:text max_uses:i64 customer_uses:i64 from_ms:i64 until_ms:i64 uses:i64 blocked:bool used:i64 state:text promotion_from_ms:i64 promotion_until_ms:i64
SELECT b.id, b.number, b.promotion, b.max_uses, b.customer_uses, b.from_ms, b.until_ms, COALESCE(c.uses, 0),
    COALESCE(c.blocked, 0), COALESCE(k.uses, 0), COALESCE(v.state, 'draft'), COALESCE(v.from_ms, 0),
    COALESCE(v.until_ms, 0)
FROM (SELECT id, CAST(0 AS BIGINT) AS number, promotion, max_uses, customer_uses, from_ms, until_ms FROM coupon_batch
      WHERE merchant = :merchant AND prefix = :text AND length = 0
      UNION ALL
      SELECT id, CAST(:number AS BIGINT), promotion, max_uses, customer_uses, from_ms, until_ms FROM coupon_batch
      WHERE merchant = :merchant AND id = :batch AND length > 0 AND length = :length AND prefix = :prefix
        AND coupons > :number) b
LEFT JOIN coupon c ON c.merchant = :merchant AND c.batch = b.id AND c.number = b.number
LEFT JOIN coupon_customer k ON k.merchant = :merchant AND k.batch = b.id AND k.customer = :customer
LEFT JOIN promotion p ON p.merchant = :merchant AND p.code = b.promotion
LEFT JOIN promotion_version v ON v.merchant = p.merchant AND v.code = p.code AND v.version = p.in_force
LIMIT 1;

-- name: coupon_use
-- in: merchant:i64 batch:i64 number:i64 most:i64
INSERT INTO coupon (merchant, batch, number, uses, blocked) VALUES (:merchant, :batch, :number, 1, 0)
ON CONFLICT (merchant, batch, number) DO UPDATE SET uses = coupon.uses + 1
WHERE coupon.uses < :most AND coupon.blocked = 0;

-- name: coupon_give_back
-- in: merchant:i64 batch:i64 number:i64
UPDATE coupon SET uses = uses - 1 WHERE merchant = :merchant AND batch = :batch AND number = :number;

-- name: coupon_block
-- in: merchant:i64 batch:i64 number:i64
INSERT INTO coupon (merchant, batch, number, uses, blocked) VALUES (:merchant, :batch, :number, 0, 1)
ON CONFLICT (merchant, batch, number) DO UPDATE SET blocked = 1;

-- name: coupon_customer_use
-- in: merchant:i64 batch:i64 customer:id most:i64
INSERT INTO coupon_customer (merchant, batch, customer, uses) VALUES (:merchant, :batch, :customer, 1)
ON CONFLICT (merchant, batch, customer) DO UPDATE SET uses = coupon_customer.uses + 1
WHERE coupon_customer.uses < :most;

-- name: coupon_customer_give_back
-- in: merchant:i64 batch:i64 customer:id
UPDATE coupon_customer SET uses = uses - 1
WHERE merchant = :merchant AND batch = :batch AND customer = :customer;

-- name: offer_put
-- in: merchant:i64 customer:id promotion:text from_ms:i64 until_ms:i64 now_ms:i64
INSERT INTO promotion_offer (merchant, customer, promotion, from_ms, until_ms, made_at_ms)
VALUES (:merchant, :customer, :promotion, :from_ms, :until_ms, :now_ms)
ON CONFLICT (merchant, customer, promotion) DO UPDATE SET from_ms = excluded.from_ms, until_ms = excluded.until_ms;

-- name: offer_drop
-- in: merchant:i64 customer:id promotion:text
DELETE FROM promotion_offer WHERE merchant = :merchant AND customer = :customer AND promotion = :promotion;

-- name: offers_of
-- in: merchant:i64 customer:id at_ms:i64
-- out: promotion:text
SELECT promotion FROM promotion_offer
WHERE merchant = :merchant AND customer = :customer AND from_ms <= :at_ms AND until_ms > :at_ms
ORDER BY promotion LIMIT 200;

-- name: offer_page
-- in: merchant:i64 promotion:text after:blob count:i64
-- out: customer:id from_ms:i64 until_ms:i64 made_at_ms:i64
SELECT customer, from_ms, until_ms, made_at_ms FROM promotion_offer
WHERE merchant = :merchant AND promotion = :promotion AND customer > :after ORDER BY customer LIMIT :count;

-- name: offer_page_of
-- in: merchant:i64 customer:id after:text count:i64
-- out: promotion:text from_ms:i64 until_ms:i64 made_at_ms:i64
SELECT promotion, from_ms, until_ms, made_at_ms FROM promotion_offer
WHERE merchant = :merchant AND customer = :customer AND promotion > :after ORDER BY promotion LIMIT :count;

-- name: verify_promotion_budgets
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT CAST(NULL AS BYTEA), x.promotion || ': uses', CAST(SUM(x.made) AS BIGINT), CAST(SUM(x.counted) AS BIGINT) FROM (
    SELECT promotion, 1 AS made, 0 AS counted FROM promotion_use
    WHERE merchant = :merchant AND undone_at_ms = 0 AND counted IN (1, 3)
    UNION ALL SELECT promotion, 0, uses FROM promotion_budget WHERE merchant = :merchant
) AS x GROUP BY x.promotion HAVING SUM(x.made) <> SUM(x.counted)
UNION ALL
SELECT CAST(NULL AS BYTEA), x.promotion || ': amount', CAST(SUM(x.made) AS BIGINT), CAST(SUM(x.counted) AS BIGINT) FROM (
    SELECT promotion, amount AS made, 0 AS counted FROM promotion_use
    WHERE merchant = :merchant AND undone_at_ms = 0 AND counted IN (1, 3)
    UNION ALL SELECT promotion, 0, amount FROM promotion_budget WHERE merchant = :merchant
) AS x GROUP BY x.promotion HAVING SUM(x.made) <> SUM(x.counted)
UNION ALL
SELECT x.customer, x.promotion || ': uses of a customer', CAST(SUM(x.made) AS BIGINT), CAST(SUM(x.counted) AS BIGINT)
FROM (
    SELECT promotion, customer, 1 AS made, 0 AS counted FROM promotion_use
    WHERE merchant = :merchant AND undone_at_ms = 0 AND counted IN (2, 3)
    UNION ALL SELECT promotion, customer, 0, uses FROM promotion_customer WHERE merchant = :merchant
) AS x GROUP BY x.customer, x.promotion HAVING SUM(x.made) <> SUM(x.counted)
UNION ALL
SELECT CAST(NULL AS BYTEA), promotion || ': more uses than allowed', max_uses, uses FROM promotion_budget
WHERE merchant = :merchant AND (uses > max_uses OR uses < 0)
UNION ALL
SELECT CAST(NULL AS BYTEA), promotion || ': more taken off than allowed', max_amount, amount FROM promotion_budget
WHERE merchant = :merchant AND (amount > max_amount OR amount < 0);

-- name: verify_coupons
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT CAST(NULL AS BYTEA), 'coupon ' || x.number || ' of batch ' || x.batch, CAST(SUM(x.made) AS BIGINT),
    CAST(SUM(x.counted) AS BIGINT)
FROM (
    SELECT batch, coupon AS number, 1 AS made, 0 AS counted FROM promotion_use
    WHERE merchant = :merchant AND undone_at_ms = 0 AND batch > 0
    UNION ALL SELECT batch, number, 0, uses FROM coupon WHERE merchant = :merchant
) AS x GROUP BY x.batch, x.number HAVING SUM(x.made) <> SUM(x.counted)
UNION ALL
SELECT CAST(NULL AS BYTEA), 'coupon ' || c.number || ' of batch ' || c.batch || ': used too often', b.max_uses, c.uses
FROM coupon c LEFT JOIN coupon_batch b ON b.merchant = c.merchant AND b.id = c.batch
WHERE c.merchant = :merchant AND (b.id IS NULL OR c.uses > b.max_uses OR c.number >= b.coupons)
UNION ALL
SELECT x.customer, 'coupons of batch ' || x.batch || ' of a customer', CAST(SUM(x.made) AS BIGINT),
    CAST(SUM(x.counted) AS BIGINT)
FROM (
    SELECT batch, customer, 1 AS made, 0 AS counted FROM promotion_use
    WHERE merchant = :merchant AND undone_at_ms = 0 AND coupon_limit = 1
    UNION ALL SELECT batch, customer, 0, uses FROM coupon_customer WHERE merchant = :merchant
) AS x GROUP BY x.customer, x.batch HAVING SUM(x.made) <> SUM(x.counted)
UNION ALL
SELECT k.customer, 'coupons of batch ' || k.batch || ' of a customer: too many', b.customer_uses, k.uses
FROM coupon_customer k JOIN coupon_batch b ON b.merchant = k.merchant AND b.id = k.batch
WHERE k.merchant = :merchant AND k.uses > b.customer_uses;
