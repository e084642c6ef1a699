-- name: location_template_put
-- in: merchant:i64 code:text name:text body:text
INSERT INTO location_template (merchant, code, name, body) VALUES (:merchant, :code, :name, :body)
ON CONFLICT (merchant, code) DO UPDATE SET name = excluded.name, body = excluded.body;

-- name: location_template_get
-- in: merchant:i64 code:text
-- out: body:text
SELECT body FROM location_template WHERE merchant = :merchant AND code = :code;

-- name: location_template_page
-- in: merchant:i64 after:text count:i64
-- out: code:text body:text
SELECT code, body FROM location_template
WHERE merchant = :merchant AND code > :after ORDER BY code LIMIT :count;

-- name: location_template_remove
-- in: merchant:i64 code:text
DELETE FROM location_template WHERE merchant = :merchant AND code = :code;

-- name: location_opening_put
-- in: merchant:i64 code:text template:text state:text channel:text price_list:text opened_at_ms:i64
INSERT INTO location_opening (merchant, code, template, state, channel, price_list, opened_at_ms)
VALUES (:merchant, :code, :template, :state, :channel, :price_list, :opened_at_ms);

-- name: location_opening_get
-- in: merchant:i64 code:text
-- out: template:text state:text channel:text price_list:text opened_at_ms:i64 stock_to:text note:text closing_at_ms:i64 closed_at_ms:i64
SELECT template, state, channel, price_list, opened_at_ms, stock_to, note, closing_at_ms, closed_at_ms
FROM location_opening WHERE merchant = :merchant AND code = :code;

-- name: register_put
-- in: merchant:i64 location:text code:text channel:text api_key:id role:text made_at_ms:i64
INSERT INTO register (merchant, location, code, channel, api_key, role, made_at_ms)
VALUES (:merchant, :location, :code, :channel, :api_key, :role, :made_at_ms);

-- name: register_list
-- in: merchant:i64 location:text
-- out: code:text channel:text api_key:id role:text
SELECT code, channel, api_key, role FROM register
WHERE merchant = :merchant AND location = :location ORDER BY made_at_ms, code;

-- name: location_opening_step
-- in: merchant:i64 code:text was:text state:text stock_to:text note:text closing_at_ms:i64 closed_at_ms:i64
UPDATE location_opening SET state = :state, stock_to = :stock_to, note = :note, closing_at_ms = :closing_at_ms,
    closed_at_ms = :closed_at_ms
WHERE merchant = :merchant AND code = :code AND state = :was;

-- name: till_settlement_put
-- in: merchant:i64 id:id location:text currency:text expected:i64 counted:i64 account:text at_ms:i64
INSERT INTO till_settlement (merchant, id, location, currency, expected, counted, account, at_ms)
VALUES (:merchant, :id, :location, :currency, :expected, :counted, :account, :at_ms);

-- name: till_settlement_list
-- in: merchant:i64 location:text
-- out: id:id currency:text expected:i64 counted:i64 account:text at_ms:i64
SELECT id, currency, expected, counted, account, at_ms FROM till_settlement
WHERE merchant = :merchant AND location = :location ORDER BY at_ms, id;
