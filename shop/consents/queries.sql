-- name: consent_put
-- in: merchant:i64 id:id customer:id what:text wording:text language:text channel:text document:id given_at_ms:i64
INSERT INTO consent (merchant, id, customer, what, wording, language, channel, document, given_at_ms,
    withdrawn_at_ms, withdrawn_how)
VALUES (:merchant, :id, :customer, :what, :wording, :language, :channel, :document, :given_at_ms, 0, '')
ON CONFLICT (merchant, customer, what) WHERE withdrawn_at_ms = 0 DO NOTHING;

-- name: consent_in_force
-- in: merchant:i64 customer:id what:text
-- out: id:id wording:text
SELECT id, wording FROM consent
WHERE merchant = :merchant AND customer = :customer AND what = :what AND withdrawn_at_ms = 0;

-- name: consent_withdraw
-- in: merchant:i64 customer:id what:text channel:text now_ms:i64
UPDATE consent SET withdrawn_at_ms = :now_ms, withdrawn_how = :channel
WHERE merchant = :merchant AND customer = :customer AND what = :what AND withdrawn_at_ms = 0;

-- name: consents_of
-- in: merchant:i64 customer:id after:blob count:i64
-- out: id:id what:text wording:text language:text channel:text document:id given_at_ms:i64 withdrawn_at_ms:i64 withdrawn_how:text
SELECT id, what, wording, language, channel, document, given_at_ms, withdrawn_at_ms, withdrawn_how FROM consent
WHERE merchant = :merchant AND customer = :customer AND id > :after ORDER BY id LIMIT :count;
