-- The profile that was made on the page of a receipt for an address, when there is one.
-- name: receipt_optin_profile
-- in: merchant:i64 document:id email:text
-- out: id:id
SELECT c.id FROM customer c
WHERE c.merchant = :merchant AND c.email = :email AND c.erased_at_ms = 0 AND EXISTS (
    SELECT 1 FROM consent k
    WHERE k.merchant = c.merchant AND k.customer = c.id AND k.document = :document AND k.channel = 'receipt')
ORDER BY c.id LIMIT 1;

-- A mail is settled exactly when it is sent or has failed, and waits for an address that is known.
-- name: verify_receipt_mails
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT id, 'settled, and ' || state, CAST(0 AS BIGINT), settled_at_ms FROM receipt_mail
WHERE merchant = :merchant AND (state = 'waiting') <> (settled_at_ms = 0)
UNION ALL
SELECT id, 'waits without address', CAST(1 AS BIGINT), CAST(0 AS BIGINT) FROM receipt_mail
WHERE merchant = :merchant AND state = 'waiting' AND address = ''
UNION ALL
SELECT m.id, 'a receipt of what is not there', CAST(1 AS BIGINT), CAST(0 AS BIGINT) FROM receipt_mail m
WHERE m.merchant = :merchant
  AND NOT EXISTS (SELECT 1 FROM sale_order o WHERE o.merchant = m.merchant AND o.id = m.document)
  AND NOT EXISTS (SELECT 1 FROM sale_return r WHERE r.merchant = m.merchant AND r.id = m.document);
