-- name: receipt_template_put
-- in: merchant:i64 location:text language:text header:text footer:text legal:text optin:text logo:text hide:text standard:bool columns:i64 pages:text no_pictures:bool
INSERT INTO receipt_template (merchant, location, language, header, footer, legal, optin, logo, hide, standard, columns,
    pages, no_pictures)
VALUES (:merchant, :location, :language, :header, :footer, :legal, :optin, :logo, :hide, :standard, :columns,
    :pages, :no_pictures)
ON CONFLICT (merchant, location, language) DO UPDATE SET header = excluded.header, footer = excluded.footer,
    legal = excluded.legal, optin = excluded.optin, logo = excluded.logo, hide = excluded.hide,
    standard = excluded.standard, columns = excluded.columns, pages = excluded.pages,
    no_pictures = excluded.no_pictures;

-- name: receipt_template_find
-- in: merchant:i64 location:text language:text
-- out: header:text footer:text legal:text optin:text logo:text hide:text standard:bool columns:i64 pages:text no_pictures:bool
SELECT header, footer, legal, optin, logo, hide, standard, columns, pages, no_pictures FROM receipt_template
WHERE merchant = :merchant AND location = :location AND language = :language;

-- name: receipt_template_standard
-- in: merchant:i64 location:text
-- out: language:text
SELECT language FROM receipt_template
WHERE merchant = :merchant AND standard = 1 AND location IN (:location, '*')
ORDER BY CASE WHEN location = '*' THEN 1 ELSE 0 END LIMIT 1;

-- name: receipt_template_unstandard
-- in: merchant:i64 location:text
UPDATE receipt_template SET standard = 0 WHERE merchant = :merchant AND location = :location;

-- name: receipt_template_page
-- in: merchant:i64 after:text count:i64
-- out: location:text language:text header:text footer:text legal:text optin:text logo:text hide:text standard:bool columns:i64 pages:text no_pictures:bool
SELECT location, language, header, footer, legal, optin, logo, hide, standard, columns, pages, no_pictures
FROM receipt_template WHERE merchant = :merchant AND location || '/' || language > :after
ORDER BY location || '/' || language LIMIT :count;

-- name: receipt_template_drop
-- in: merchant:i64 location:text language:text
DELETE FROM receipt_template WHERE merchant = :merchant AND location = :location AND language = :language;

-- name: receipt_key_put
-- in: merchant:i64 n:i64 secret:blob made_at_ms:i64
INSERT INTO receipt_key (merchant, n, secret, made_at_ms) VALUES (:merchant, :n, :secret, :made_at_ms)
ON CONFLICT (merchant, n) DO NOTHING;

-- name: receipt_key_last
-- in: merchant:i64
-- out: n:i64 secret:blob
SELECT n, secret FROM receipt_key WHERE merchant = :merchant ORDER BY n DESC LIMIT 1;

-- name: receipt_keys_missing
-- in: count:i64
-- out: merchant:i64
SELECT m.merchant FROM merchant m
WHERE NOT EXISTS (SELECT 1 FROM receipt_key k WHERE k.merchant = m.merchant) ORDER BY m.merchant LIMIT :count;

-- name: receipt_key_find
-- in: merchant:i64 n:i64
-- out: secret:blob
SELECT secret FROM receipt_key WHERE merchant = :merchant AND n = :n;

-- name: receipt_mail_put
-- in: merchant:i64 id:id kind:text document:id customer:id address:text language:text now_ms:i64
INSERT INTO receipt_mail (merchant, id, kind, document, customer, address, language, state, attempts, next_at_ms, reason,
    made_at_ms, settled_at_ms)
VALUES (:merchant, :id, :kind, :document, :customer, :address, :language, 'waiting', 0, :now_ms, '', :now_ms, 0)
ON CONFLICT (merchant, document, kind, address) WHERE address <> '' DO NOTHING;

-- name: receipt_mail_same
-- in: merchant:i64 document:id kind:text address:text
-- out: id:id
SELECT id FROM receipt_mail
WHERE merchant = :merchant AND document = :document AND kind = :kind AND address = :address AND address <> '';

-- name: receipt_mail_count
-- in: merchant:i64 document:id
-- out: n:i64
SELECT count(*) AS n FROM receipt_mail WHERE merchant = :merchant AND document = :document;

-- name: receipt_mail_find
-- in: merchant:i64 id:id
-- out: id:id kind:text document:id customer:id address:text language:text state:text attempts:i64 next_at_ms:i64 reason:text made_at_ms:i64 settled_at_ms:i64
SELECT id, kind, document, customer, address, language, state, attempts, next_at_ms, reason, made_at_ms, settled_at_ms
FROM receipt_mail WHERE merchant = :merchant AND id = :id;

-- name: receipt_mail_page
-- in: merchant:i64 state:text document:id any:bool before:blob count:i64
-- out: id:id kind:text document:id customer:id address:text language:text state:text attempts:i64 next_at_ms:i64 reason:text made_at_ms:i64 settled_at_ms:i64
SELECT id, kind, document, customer, address, language, state, attempts, next_at_ms, reason, made_at_ms, settled_at_ms
FROM receipt_mail
WHERE merchant = :merchant AND id < :before AND (:state = '' OR state = :state)
  AND (:any = 1 OR document = :document)
ORDER BY id DESC LIMIT :count;

-- name: receipt_mail_due
-- in: now_ms:i64 count:i64
-- out: merchant:i64 id:id next_at_ms:i64
SELECT merchant, id, next_at_ms FROM receipt_mail WHERE state = 'waiting' AND next_at_ms <= :now_ms
ORDER BY next_at_ms LIMIT :count;

-- name: receipt_mail_take
-- in: merchant:i64 id:id seen_ms:i64 until_ms:i64
UPDATE receipt_mail SET attempts = attempts + 1, next_at_ms = :until_ms
WHERE merchant = :merchant AND id = :id AND state = 'waiting' AND next_at_ms = :seen_ms;

-- name: receipt_mail_step
-- in: merchant:i64 id:id was:text state:text next_at_ms:i64 reason:text settled_at_ms:i64
UPDATE receipt_mail SET state = :state, attempts = CASE WHEN state = 'failed' THEN 0 ELSE attempts END,
    next_at_ms = :next_at_ms, reason = :reason, settled_at_ms = :settled_at_ms
WHERE merchant = :merchant AND id = :id AND state = :was;

-- name: receipt_mail_forget_old
-- in: merchant:i64 before_ms:i64
UPDATE receipt_mail SET address = '', reason = ''
WHERE merchant = :merchant AND address <> '' AND settled_at_ms > 0 AND settled_at_ms < :before_ms;

-- name: receipt_mail_forget
-- in: merchant:i64 customer:id email:text now_ms:i64
UPDATE receipt_mail SET address = '', state = CASE WHEN state = 'waiting' THEN 'failed' ELSE state END,
    reason = CASE WHEN state = 'waiting' THEN 'the customer was forgotten' ELSE '' END,
    settled_at_ms = CASE WHEN state = 'waiting' THEN :now_ms ELSE settled_at_ms END
WHERE merchant = :merchant AND (customer = :customer OR (:email <> '' AND address = :email));
