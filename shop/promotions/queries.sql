-- name: promotion_take_number
-- in: merchant:i64 code:text
-- out: newest:i64 in_force:i64 draft:i64
INSERT INTO promotion (merchant, code, newest, in_force, draft) VALUES (:merchant, :code, 1, 0, 0)
ON CONFLICT (merchant, code) DO UPDATE SET newest = promotion.newest + 1
RETURNING newest, in_force, draft;

-- name: promotion_head
-- in: merchant:i64 code:text
-- out: newest:i64 in_force:i64 draft:i64
SELECT newest, in_force, draft FROM promotion WHERE merchant = :merchant AND code = :code;

-- name: promotion_head_set
-- in: merchant:i64 code:text in_force:i64 draft:i64
UPDATE promotion SET in_force = :in_force, draft = :draft WHERE merchant = :merchant AND code = :code;

-- name: promotion_drop
-- in: merchant:i64 code:text
DELETE FROM promotion WHERE merchant = :merchant AND code = :code AND in_force = 0;

-- name: promotion_version_put
-- in: merchant:i64 code:text version:i64 body:text from_ms:i64 until_ms:i64 author:id now_ms:i64
INSERT INTO promotion_version (merchant, code, version, state, body, from_ms, until_ms, author, approver, made_at_ms,
                               published_at_ms, state_at_ms)
VALUES (:merchant, :code, :version, 'draft', :body, :from_ms, :until_ms, :author, NULL, :now_ms, 0, :now_ms);

-- name: promotion_version_drop
-- in: merchant:i64 code:text version:i64
DELETE FROM promotion_version
WHERE merchant = :merchant AND code = :code AND version = :version AND state = 'draft';

-- name: promotion_version_find
-- in: merchant:i64 code:text version:i64
-- out: version:i64 state:text body:text from_ms:i64 until_ms:i64 author:id approver:id made_at_ms:i64 published_at_ms:i64 state_at_ms:i64
SELECT version, state, body, from_ms, until_ms, author, approver, made_at_ms, published_at_ms, state_at_ms
FROM promotion_version WHERE merchant = :merchant AND code = :code AND version = :version;

-- name: promotion_version_page
-- in: merchant:i64 code:text before:i64 count:i64
-- out: version:i64 state:text from_ms:i64 until_ms:i64 author:id approver:id made_at_ms:i64 published_at_ms:i64 state_at_ms:i64
SELECT version, state, from_ms, until_ms, author, approver, made_at_ms, published_at_ms, state_at_ms
FROM promotion_version WHERE merchant = :merchant AND code = :code AND version < :before
ORDER BY version DESC LIMIT :count;

-- name: promotion_version_move
-- in: merchant:i64 code:text version:i64 was:text state:text published_at_ms:i64 now_ms:i64
UPDATE promotion_version SET state = :state, state_at_ms = :now_ms, published_at_ms = :published_at_ms
WHERE merchant = :merchant AND code = :code AND version = :version AND state = :was;

-- name: promotion_version_approve
-- in: merchant:i64 code:text version:i64 approver:id
UPDATE promotion_version SET approver = :approver
WHERE merchant = :merchant AND code = :code AND version = :version AND state = 'draft';

-- name: promotion_page
-- in: merchant:i64 after:text state:text now_ms:i64 count:i64
-- out: code:text in_force:i64 draft:i64 version:i64 state:text body:text from_ms:i64 until_ms:i64
SELECT p.code, p.in_force, p.draft, v.version, v.state, v.body, v.from_ms, v.until_ms
FROM promotion p JOIN promotion_version v ON v.merchant = p.merchant AND v.code = p.code
    AND v.version = CASE WHEN p.in_force > 0 THEN p.in_force ELSE p.draft END
WHERE p.merchant = :merchant AND p.code > :after
  AND (:state = '' OR :state = CASE WHEN v.state = 'draft' THEN 'draft'
       WHEN v.state = 'ended' OR v.until_ms <= :now_ms THEN 'ended' WHEN v.state = 'paused' THEN 'paused'
       WHEN v.from_ms > :now_ms THEN 'scheduled' ELSE 'live' END)
ORDER BY p.code LIMIT :count;

-- name: promotion_published
-- in: merchant:i64 at_ms:i64
-- out: code:text version:i64 body:text
SELECT code, version, body FROM promotion_version
WHERE merchant = :merchant AND state = 'published' AND until_ms > :at_ms ORDER BY code;

-- name: promotion_published_count
-- in: merchant:i64 at_ms:i64
-- out: count:i64
SELECT COUNT(*) FROM promotion_version WHERE merchant = :merchant AND state = 'published' AND until_ms > :at_ms;

-- Whether anybody can have a promotion that asks for a coupon, or that is offered personally.

-- name: promotion_reaches
-- in: merchant:i64 code:text
-- out: coupons:bool offers:bool
SELECT CASE WHEN EXISTS (SELECT 1 FROM coupon_batch WHERE merchant = :merchant AND promotion = :code) THEN 1 ELSE 0 END,
    CASE WHEN EXISTS (SELECT 1 FROM promotion_offer WHERE merchant = :merchant AND promotion = :code) THEN 1 ELSE 0 END;

-- What each promotion says newest, where that has not ended: for the checks of a whole set and for files.

-- name: promotion_said
-- in: merchant:i64 at_ms:i64
-- out: code:text version:i64 state:text body:text
SELECT p.code, v.version, v.state, v.body
FROM promotion p JOIN promotion_version v ON v.merchant = p.merchant AND v.code = p.code
    AND v.version = CASE WHEN p.draft > 0 THEN p.draft ELSE p.in_force END
WHERE p.merchant = :merchant AND v.state <> 'ended' AND v.until_ms > :at_ms
ORDER BY p.code;

-- name: promotion_set_grow
-- in: merchant:i64
INSERT INTO promotion_set (merchant, version) VALUES (:merchant, 1)
ON CONFLICT (merchant) DO UPDATE SET version = promotion_set.version + 1;

-- name: promotion_set_version
-- in: merchant:i64
-- out: version:i64
SELECT version FROM promotion_set WHERE merchant = :merchant;

-- name: guardrail_newest
-- in: merchant:i64
-- out: version:i64 body:text author:id made_at_ms:i64
SELECT version, body, author, made_at_ms FROM guardrail_version
WHERE merchant = :merchant ORDER BY version DESC LIMIT 1;

-- name: guardrail_page
-- in: merchant:i64 before:i64 count:i64
-- out: version:i64 body:text author:id made_at_ms:i64
SELECT version, body, author, made_at_ms FROM guardrail_version
WHERE merchant = :merchant AND version < :before ORDER BY version DESC LIMIT :count;

-- name: guardrail_put
-- in: merchant:i64 version:i64 body:text author:id now_ms:i64
INSERT INTO guardrail_version (merchant, version, body, author, made_at_ms)
VALUES (:merchant, :version, :body, :author, :now_ms);

-- What a customer was given by all discounts since a time; cancelled orders do not count.

-- name: guardrail_given
-- in: merchant:i64 customer:id since_ms:i64
-- out: given:i64
SELECT CAST(COALESCE(SUM(discount), 0) AS BIGINT) FROM sale_order
WHERE merchant = :merchant AND customer = :customer AND state <> 'cancelled' AND made_at_ms >= :since_ms;

-- Each promotion_no_… statement takes a JSON list of names and gives those that are not there.

-- name: promotion_no_sku
-- in: merchant:i64 list:text
-- out: name:text
-- only: sqlite
SELECT CAST(value AS TEXT) FROM json_each(:list)
WHERE NOT EXISTS (SELECT 1 FROM item WHERE merchant = :merchant AND sku = value);

-- name: promotion_no_sku
-- in: merchant:i64 list:text
-- out: name:text
-- only: pg
SELECT value FROM json_array_elements_text(CAST(:list AS json)) AS named (value)
WHERE NOT EXISTS (SELECT 1 FROM item WHERE merchant = :merchant AND sku = value);

-- name: promotion_no_category
-- in: merchant:i64 list:text
-- out: name:text
-- only: sqlite
SELECT CAST(value AS TEXT) FROM json_each(:list)
WHERE NOT EXISTS (SELECT 1 FROM category WHERE merchant = :merchant AND code = value);

-- name: promotion_no_category
-- in: merchant:i64 list:text
-- out: name:text
-- only: pg
SELECT value FROM json_array_elements_text(CAST(:list AS json)) AS named (value)
WHERE NOT EXISTS (SELECT 1 FROM category WHERE merchant = :merchant AND code = value);

-- name: promotion_no_brand
-- in: merchant:i64 list:text
-- out: name:text
-- only: sqlite
SELECT CAST(value AS TEXT) FROM json_each(:list)
WHERE value NOT IN (SELECT brand FROM item WHERE merchant = :merchant
                    AND brand IN (SELECT value FROM json_each(:list)));

-- name: promotion_no_brand
-- in: merchant:i64 list:text
-- out: name:text
-- only: pg
SELECT value FROM json_array_elements_text(CAST(:list AS json)) AS named (value)
WHERE value NOT IN (SELECT brand FROM item WHERE merchant = :merchant
                    AND brand IN (SELECT json_array_elements_text(CAST(:list AS json))));

-- name: promotion_no_channel
-- in: merchant:i64 list:text
-- out: name:text
-- only: sqlite
SELECT CAST(value AS TEXT) FROM json_each(:list)
WHERE NOT EXISTS (SELECT 1 FROM channel WHERE merchant = :merchant AND code = value);

-- name: promotion_no_channel
-- in: merchant:i64 list:text
-- out: name:text
-- only: pg
SELECT value FROM json_array_elements_text(CAST(:list AS json)) AS named (value)
WHERE NOT EXISTS (SELECT 1 FROM channel WHERE merchant = :merchant AND code = value);

-- name: promotion_no_location
-- in: merchant:i64 list:text
-- out: name:text
-- only: sqlite
SELECT CAST(value AS TEXT) FROM json_each(:list)
WHERE NOT EXISTS (SELECT 1 FROM location WHERE merchant = :merchant AND code = value);

-- name: promotion_no_location
-- in: merchant:i64 list:text
-- out: name:text
-- only: pg
SELECT value FROM json_array_elements_text(CAST(:list AS json)) AS named (value)
WHERE NOT EXISTS (SELECT 1 FROM location WHERE merchant = :merchant AND code = value);

-- name: promotion_no_group
-- in: merchant:i64 list:text
-- out: name:text
-- only: sqlite
SELECT CAST(named.value AS TEXT) FROM json_each(:list) AS named WHERE NOT EXISTS (
    SELECT 1 FROM customer c, json_each(CASE WHEN c.groups = '' THEN '[]' ELSE c.groups END) AS own
    WHERE c.merchant = :merchant AND own.value = named.value);

-- name: promotion_no_group
-- in: merchant:i64 list:text
-- out: name:text
-- only: pg
SELECT value FROM json_array_elements_text(CAST(:list AS json)) AS named (value) WHERE NOT EXISTS (
    SELECT 1 FROM customer c, json_array_elements_text(CAST(CASE WHEN c.groups = '' THEN '[]' ELSE c.groups END AS json))
        AS own (word) WHERE c.merchant = :merchant AND own.word = named.value);

-- name: promotion_no_tier
-- in: merchant:i64 list:text
-- out: name:text
-- only: sqlite
SELECT CAST(value AS TEXT) FROM json_each(:list)
WHERE NOT EXISTS (SELECT 1 FROM customer WHERE merchant = :merchant AND tier = value);

-- name: promotion_no_tier
-- in: merchant:i64 list:text
-- out: name:text
-- only: pg
SELECT value FROM json_array_elements_text(CAST(:list AS json)) AS named (value)
WHERE NOT EXISTS (SELECT 1 FROM customer WHERE merchant = :merchant AND tier = value);

-- The currencies of the channels with these codes, or of all when the list is empty.

-- name: promotion_currencies
-- in: merchant:i64 list:text
-- out: currencies:i64
-- only: sqlite
SELECT COUNT(DISTINCT currency) FROM channel WHERE merchant = :merchant AND active = 1
  AND (:list = '[]' OR code IN (SELECT value FROM json_each(:list)));

-- name: promotion_currencies
-- in: merchant:i64 list:text
-- out: currencies:i64
-- only: pg
SELECT COUNT(DISTINCT currency) FROM channel WHERE merchant = :merchant AND active = 1
  AND (:list = '[]' OR code IN (SELECT json_array_elements_text(CAST(:list AS json))));

-- name: verify_promotion_states
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT CAST(NULL AS BYTEA), p.code || ': the version in force', p.in_force, CAST(COALESCE(MAX(v.version), 0) AS BIGINT)
FROM promotion p LEFT JOIN promotion_version v ON v.merchant = p.merchant AND v.code = p.code
    AND v.published_at_ms > 0
WHERE p.merchant = :merchant GROUP BY p.code, p.in_force HAVING p.in_force <> COALESCE(MAX(v.version), 0)
UNION ALL
SELECT CAST(NULL AS BYTEA), p.code || ': drafts', CASE WHEN p.draft > 0 THEN 1 ELSE 0 END, COUNT(v.version)
FROM promotion p LEFT JOIN promotion_version v ON v.merchant = p.merchant AND v.code = p.code AND v.state = 'draft'
WHERE p.merchant = :merchant GROUP BY p.code, p.draft
HAVING COUNT(v.version) <> CASE WHEN p.draft > 0 THEN 1 ELSE 0 END
UNION ALL
SELECT CAST(NULL AS BYTEA), code || ': versions in force', 1, COUNT(*) FROM promotion_version
WHERE merchant = :merchant AND state IN ('published', 'paused') GROUP BY code HAVING COUNT(*) > 1;

-- name: verify_promotion_uses
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT u.order_id, u.promotion || ' v' || u.version, 1, 0 FROM promotion_use u
LEFT JOIN promotion_version v ON v.merchant = u.merchant AND v.code = u.promotion AND v.version = u.version
WHERE u.merchant = :merchant AND COALESCE(v.published_at_ms, 0) = 0
UNION ALL
SELECT u.order_id, u.promotion || ' of an order that is not there or was cancelled', 0, 1 FROM promotion_use u
LEFT JOIN sale_order o ON o.merchant = u.merchant AND o.id = u.order_id
WHERE u.merchant = :merchant AND u.undone_at_ms = 0 AND COALESCE(o.state, 'cancelled') = 'cancelled';
