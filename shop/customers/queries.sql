-- name: customer_by_ref
-- in: merchant:i64 ref:text
-- out: id:id
SELECT coalesce(merged_into, id) FROM customer WHERE merchant = :merchant AND ref = :ref;

-- name: customer_put
-- in: merchant:i64 id:id ref:text name:text email:text phone:text phone_key:text country:text note:text birthday:i64 now_ms:i64
-- out: id:id
INSERT INTO customer (merchant, id, ref, name, email, phone, phone_key, country, note, birthday, groups, tier, made_at_ms,
    updated_at_ms)
VALUES (:merchant, :id, :ref, :name, :email, :phone, :phone_key, :country, :note, :birthday, '', '',
    :now_ms, :now_ms)
ON CONFLICT (merchant, ref) DO UPDATE SET name = excluded.name, email = excluded.email,
    phone = excluded.phone, phone_key = excluded.phone_key, country = excluded.country, note = excluded.note,
    birthday = CASE WHEN excluded.birthday > 0 THEN excluded.birthday ELSE customer.birthday END,
    updated_at_ms = excluded.updated_at_ms
WHERE customer.merged_into IS NULL AND customer.erased_at_ms = 0
RETURNING id;

-- name: customer_find
-- in: merchant:i64 id:id
-- out: id:id ref:text name:text email:text phone:text country:text note:text birthday:i64 groups:text tier:text made_at_ms:i64 updated_at_ms:i64 merged_into:id erased_at_ms:i64
SELECT id, ref, name, email, phone, country, note, birthday, groups, tier, made_at_ms, updated_at_ms, merged_into,
    erased_at_ms
FROM customer WHERE merchant = :merchant AND id = :id;

-- name: customer_change
-- in: merchant:i64 id:id ref:text name:text email:text phone:text phone_key:text country:text note:text birthday:i64 now_ms:i64
UPDATE customer SET ref = :ref, name = :name, email = :email, phone = :phone, phone_key = :phone_key, country = :country,
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
-- out: birthday:i64 groups:text tier:text gone:bool
SELECT birthday, groups, tier,
    CAST(CASE WHEN merged_into IS NULL AND erased_at_ms = 0 THEN 0 ELSE 1 END AS BIGINT)
FROM customer WHERE merchant = :merchant AND id = :id;

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
        AND merchant = :merchant AND merged_into IS NULL AND id > :after ORDER BY id LIMIT :count) AS everything
    UNION ALL SELECT id FROM customer WHERE :ref <> '' AND merchant = :merchant AND ref = :ref
    UNION ALL SELECT id FROM customer
    WHERE :ref = '' AND :email <> '' AND merchant = :merchant AND email = :email
    UNION ALL SELECT id FROM customer
    WHERE :ref = '' AND :email = '' AND :phone <> '' AND merchant = :merchant AND phone_key = :phone
    ) AS page CROSS JOIN customer c
WHERE c.merchant = :merchant AND c.id = page.id
  AND c.id > :after AND (:email = '' OR c.email = :email) AND (:phone = '' OR c.phone_key = :phone)
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
  AND (:ref = '' OR c.ref = :ref) AND (:email = '' OR c.email = :email) AND (:phone = '' OR c.phone_key = :phone)
ORDER BY w.word, w.customer LIMIT :count;

-- name: customer_external_put
-- in: merchant:i64 system:text external_id:text customer:id
INSERT INTO customer_external (merchant, system, external_id, customer)
VALUES (:merchant, :system, :external_id, :customer) ON CONFLICT (merchant, system, external_id) DO NOTHING;

-- name: customer_external_drop
-- in: merchant:i64 system:text customer:id
DELETE FROM customer_external WHERE merchant = :merchant AND system = :system AND customer = :customer;

-- name: customer_external_find
-- in: merchant:i64 system:text external_id:text
-- out: customer:id
SELECT customer FROM customer_external
WHERE merchant = :merchant AND system = :system AND external_id = :external_id;

-- name: customer_externals_of
-- in: merchant:i64 customer:id
-- out: system:text external_id:text
SELECT system, external_id FROM customer_external WHERE merchant = :merchant AND customer = :customer
ORDER BY system, external_id LIMIT 100;

-- Who has the address or the number of a customer, or the same name, and is another one.
-- name: customer_alike
-- in: merchant:i64 id:id email:text phone_key:text name:text
-- out: id:id same_email:bool same_phone:bool same_name:bool
SELECT c.id, CAST(CASE WHEN :email <> '' AND c.email = :email THEN 1 ELSE 0 END AS BIGINT),
    CAST(CASE WHEN :phone_key <> '' AND c.phone_key = :phone_key THEN 1 ELSE 0 END AS BIGINT),
    CAST(CASE WHEN lower(c.name) = lower(:name) THEN 1 ELSE 0 END AS BIGINT)
FROM (
    SELECT id FROM customer WHERE :email <> '' AND merchant = :merchant AND email = :email
    UNION SELECT id FROM customer WHERE :phone_key <> '' AND merchant = :merchant AND phone_key = :phone_key
) AS near JOIN customer c ON c.merchant = :merchant AND c.id = near.id
WHERE c.id <> :id AND c.merged_into IS NULL AND c.erased_at_ms = 0
ORDER BY 2 DESC, 3 DESC, 4 DESC, c.id LIMIT 50;

-- name: customer_twins_email
-- in: merchant:i64 after:text count:i64
-- out: word:text n:i64
SELECT email, COUNT(*) FROM customer WHERE merchant = :merchant AND email > :after
GROUP BY email HAVING COUNT(*) > 1 ORDER BY email LIMIT :count;

-- name: customer_twins_phone
-- in: merchant:i64 after:text count:i64
-- out: word:text n:i64
SELECT phone_key, COUNT(*) FROM customer WHERE merchant = :merchant AND phone_key > :after
GROUP BY phone_key HAVING COUNT(*) > 1 ORDER BY phone_key LIMIT :count;

-- name: customer_twin_first
-- in: merchant:i64 email:text phone_key:text
-- out: id:id
SELECT id FROM customer WHERE merchant = :merchant AND ((:email <> '' AND email = :email)
    OR (:phone_key <> '' AND phone_key = :phone_key)) ORDER BY id LIMIT 1;

-- What of the customer that is gone the one that remains did not have.
-- name: customer_fill
-- in: merchant:i64 id:id email:text phone:text phone_key:text country:text birthday:i64 groups:text now_ms:i64
UPDATE customer SET email = CASE WHEN email = '' THEN :email ELSE email END,
    phone_key = CASE WHEN phone = '' THEN :phone_key ELSE phone_key END,
    phone = CASE WHEN phone = '' THEN :phone ELSE phone END,
    country = CASE WHEN country = '' THEN :country ELSE country END,
    birthday = CASE WHEN birthday = 0 THEN :birthday ELSE birthday END,
    groups = :groups, updated_at_ms = :now_ms
WHERE merchant = :merchant AND id = :id;

-- The profile that is gone; it is found by nobody any more but by its id and number.
-- name: customer_become
-- in: merchant:i64 id:id into:id now_ms:i64
UPDATE customer SET merged_into = :into, email = '', phone = '', phone_key = '', note = '', birthday = 0, groups = '',
    tier = '', updated_at_ms = :now_ms
WHERE merchant = :merchant AND (id = :id OR merged_into = :id);

-- name: customer_merge_put
-- in: merchant:i64 id:id gone:id remains:id profile:text reason:text made_by:id at_ms:i64
INSERT INTO customer_merge (merchant, id, gone, remains, profile, reason, made_by, at_ms)
VALUES (:merchant, :id, :gone, :remains, :profile, :reason, :made_by, :at_ms);

-- Of the customer and all who became one with it.
-- name: customer_blank
-- in: merchant:i64 id:id now_ms:i64
-- out: id:id
UPDATE customer SET name = 'erased', email = '', phone = '', phone_key = '', note = '', birthday = 0, groups = '',
    tier = '', erased_at_ms = :now_ms, updated_at_ms = :now_ms
WHERE merchant = :merchant AND (id = :id OR merged_into = :id) RETURNING id;

-- name: customer_rename
-- in: merchant:i64 id:id ref:text
UPDATE customer SET ref = :ref WHERE merchant = :merchant AND id = :id;

-- name: customer_erase_externals
-- in: merchant:i64 customer:id
DELETE FROM customer_external WHERE merchant = :merchant AND customer = :customer;

-- name: customer_erase_merges
-- in: merchant:i64 customer:id
UPDATE customer_merge SET profile = '', reason = ''
WHERE merchant = :merchant AND (remains = :customer OR gone = :customer);

-- name: customer_erasure_put
-- in: merchant:i64 id:id customer:id reason:text removed:text made_by:id at_ms:i64
INSERT INTO customer_erasure (merchant, id, customer, reason, removed, made_by, at_ms)
VALUES (:merchant, :id, :customer, :reason, :removed, :made_by, :at_ms);
