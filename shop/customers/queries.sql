-- name: customer_by_ref
-- in: merchant:i64 ref:text
-- out: id:id
SELECT id FROM customer WHERE merchant = :merchant AND ref = :ref;

-- name: customer_put
-- in: merchant:i64 id:id ref:text name:text email:text phone:text country:text note:text birthday:i64 now_ms:i64
-- out: id:id
INSERT INTO customer (merchant, id, ref, name, email, phone, country, note, birthday, groups, tier, made_at_ms,
    updated_at_ms)
VALUES (:merchant, :id, :ref, :name, :email, :phone, :country, :note, :birthday, '', '',
    :now_ms, :now_ms)
ON CONFLICT (merchant, ref) DO UPDATE SET name = excluded.name, email = excluded.email,
    phone = excluded.phone, country = excluded.country, note = excluded.note,
    birthday = CASE WHEN excluded.birthday > 0 THEN excluded.birthday ELSE customer.birthday END,
    updated_at_ms = excluded.updated_at_ms
RETURNING id;

-- name: customer_find
-- in: merchant:i64 id:id
-- out: id:id ref:text name:text email:text phone:text country:text note:text birthday:i64 groups:text tier:text made_at_ms:i64 updated_at_ms:i64
SELECT id, ref, name, email, phone, country, note, birthday, groups, tier, made_at_ms, updated_at_ms
FROM customer WHERE merchant = :merchant AND id = :id;

-- name: customer_change
-- in: merchant:i64 id:id ref:text name:text email:text phone:text country:text note:text birthday:i64 now_ms:i64
UPDATE customer SET ref = :ref, name = :name, email = :email, phone = :phone, country = :country,
    note = :note, birthday = :birthday, updated_at_ms = :now_ms
WHERE merchant = :merchant AND id = :id;

-- name: customer_groups_put
-- in: merchant:i64 id:id groups:text tier:text now_ms:i64
UPDATE customer SET groups = :groups, tier = :tier, updated_at_ms = :now_ms WHERE merchant = :merchant AND id = :id;

-- name: customer_tier_set
-- in: merchant:i64 id:id tier:text now_ms:i64
UPDATE customer SET tier = :tier, updated_at_ms = :now_ms WHERE merchant = :merchant AND id = :id;

-- name: customer_for_cart
-- in: merchant:i64 id:id
-- out: birthday:i64 groups:text tier:text
SELECT birthday, groups, tier FROM customer WHERE merchant = :merchant AND id = :id;

-- name: customer_word_put
-- in: merchant:i64 customer:id words:text
-- only: sqlite
INSERT INTO customer_word (merchant, word, customer)
SELECT :merchant, CAST(value AS BLOB), :customer FROM json_each(:words);

-- name: customer_word_put
-- in: merchant:i64 customer:id words:text
-- only: pg
INSERT INTO customer_word (merchant, word, customer)
SELECT :merchant, convert_to(value, 'UTF8'), :customer
FROM jsonb_array_elements_text(CAST(:words AS jsonb)) AS value;

-- name: customer_word_clear
-- in: merchant:i64 customer:id
DELETE FROM customer_word WHERE merchant = :merchant AND customer = :customer;

-- name: customer_word_count
-- in: merchant:i64 low:blob high:blob most:i64
-- out: n:i64
SELECT count(*) AS n FROM (
    SELECT 1 AS one FROM customer_word
    WHERE merchant = :merchant AND word >= :low AND word < :high LIMIT :most) AS found;

-- name: customer_page
-- in: merchant:i64 ref:text email:text phone:text after:blob count:i64
-- out: id:id ref:text name:text email:text phone:text country:text note:text birthday:i64 groups:text tier:text made_at_ms:i64 updated_at_ms:i64
SELECT c.id, c.ref, c.name, c.email, c.phone, c.country, c.note, c.birthday, c.groups, c.tier,
    c.made_at_ms, c.updated_at_ms
FROM (
    SELECT id FROM (SELECT id FROM customer WHERE :ref = '' AND :email = '' AND :phone = ''
        AND merchant = :merchant AND id > :after ORDER BY id LIMIT :count) AS everything
    UNION ALL SELECT id FROM customer WHERE :ref <> '' AND merchant = :merchant AND ref = :ref
    UNION ALL SELECT id FROM customer
    WHERE :ref = '' AND :email <> '' AND merchant = :merchant AND email = :email
    UNION ALL SELECT id FROM customer
    WHERE :ref = '' AND :email = '' AND :phone <> '' AND merchant = :merchant AND phone = :phone
    ) AS page CROSS JOIN customer c
WHERE c.merchant = :merchant AND c.id = page.id
  AND c.id > :after AND (:email = '' OR c.email = :email) AND (:phone = '' OR c.phone = :phone)
ORDER BY c.id LIMIT :count;

-- name: customer_word_edge
-- in: merchant:i64 after_word:blob after:blob high:blob skip:i64
-- out: word:blob id:id
SELECT word, customer FROM customer_word
WHERE merchant = :merchant AND (word, customer) > (:after_word, :after) AND word < :high
ORDER BY word, customer LIMIT 1 OFFSET :skip;

-- name: customer_search
-- in: merchant:i64 low:blob low2:blob high2:blob low3:blob high3:blob low4:blob high4:blob after_word:blob after:blob until_word:blob until:blob ref:text email:text phone:text count:i64
-- out: word:blob id:id ref:text name:text email:text phone:text country:text note:text birthday:i64 groups:text tier:text made_at_ms:i64 updated_at_ms:i64
SELECT w.word, c.id, c.ref, c.name, c.email, c.phone, c.country, c.note, c.birthday, c.groups, c.tier,
    c.made_at_ms, c.updated_at_ms
FROM customer_word w JOIN customer c ON c.merchant = w.merchant AND c.id = w.customer
WHERE w.merchant = :merchant AND (w.word, w.customer) > (:after_word, :after)
  AND (w.word, w.customer) <= (:until_word, :until)
  AND (SELECT f.word FROM customer_word f WHERE f.merchant = w.merchant AND f.customer = w.customer
                  AND f.word >= :low AND f.word < w.word LIMIT 1) IS NULL
  AND (length(:low2) = 0 OR (SELECT f.word FROM customer_word f WHERE f.merchant = w.merchant
                  AND f.customer = w.customer AND f.word >= :low2 AND f.word < :high2 LIMIT 1) IS NOT NULL)
  AND (length(:low3) = 0 OR (SELECT f.word FROM customer_word f WHERE f.merchant = w.merchant
                  AND f.customer = w.customer AND f.word >= :low3 AND f.word < :high3 LIMIT 1) IS NOT NULL)
  AND (length(:low4) = 0 OR (SELECT f.word FROM customer_word f WHERE f.merchant = w.merchant
                  AND f.customer = w.customer AND f.word >= :low4 AND f.word < :high4 LIMIT 1) IS NOT NULL)
  AND (:ref = '' OR c.ref = :ref) AND (:email = '' OR c.email = :email) AND (:phone = '' OR c.phone = :phone)
ORDER BY w.word, w.customer LIMIT :count;
