-- name: customer_account_add
-- in: merchant:i64 customer:id kind:text currency:text amount:i64
INSERT INTO customer_account (merchant, customer, kind, currency, balance, most)
VALUES (:merchant, :customer, :kind, :currency, :amount, 0)
ON CONFLICT (merchant, customer, kind, currency) DO UPDATE SET balance = customer_account.balance + :amount;

-- name: customer_account_take
-- in: merchant:i64 customer:id kind:text currency:text amount:i64
UPDATE customer_account SET balance = balance - :amount
WHERE merchant = :merchant AND customer = :customer AND kind = :kind AND currency = :currency AND balance >= :amount;

-- name: customer_account_owe
-- in: merchant:i64 customer:id currency:text amount:i64
UPDATE customer_account SET balance = balance + :amount
WHERE merchant = :merchant AND customer = :customer AND kind = 'invoice' AND currency = :currency
  AND balance + :amount <= most;

-- name: customer_account_limit
-- in: merchant:i64 customer:id currency:text most:i64
INSERT INTO customer_account (merchant, customer, kind, currency, balance, most)
VALUES (:merchant, :customer, 'invoice', :currency, 0, :most)
ON CONFLICT (merchant, customer, kind, currency) DO UPDATE SET most = excluded.most;

-- name: customer_accounts_of
-- in: merchant:i64 customer:id
-- out: kind:text currency:text balance:i64 most:i64
SELECT kind, currency, balance, most FROM customer_account
WHERE merchant = :merchant AND customer = :customer ORDER BY kind, currency;

-- name: account_event_put
-- in: merchant:i64 id:id customer:id kind:text currency:text amount:i64 account:text reason:text made_by:id at_ms:i64
INSERT INTO account_event (merchant, id, customer, kind, currency, amount, account, reason, made_by, at_ms)
VALUES (:merchant, :id, :customer, :kind, :currency, :amount, :account, :reason, :made_by, :at_ms);

-- --- one customer becomes another, or is forgotten ---

-- name: customer_accounts_join
-- in: merchant:i64 customer:id into:id
INSERT INTO customer_account (merchant, customer, kind, currency, balance, most)
SELECT merchant, :into, kind, currency, balance, most FROM customer_account
WHERE merchant = :merchant AND customer = :customer
ON CONFLICT (merchant, customer, kind, currency) DO UPDATE SET balance = customer_account.balance + excluded.balance,
    most = CASE WHEN excluded.most > customer_account.most THEN excluded.most ELSE customer_account.most END;

-- name: customer_accounts_end
-- in: merchant:i64 customer:id
DELETE FROM customer_account WHERE merchant = :merchant AND customer = :customer;

-- name: account_events_move
-- in: merchant:i64 customer:id into:id
UPDATE account_event SET customer = :into WHERE merchant = :merchant AND customer = :customer;

-- name: account_events_of
-- in: merchant:i64 customer:id
-- out: id:id kind:text currency:text amount:i64 reason:text at_ms:i64
SELECT id, kind, currency, amount, reason, at_ms FROM account_event
WHERE merchant = :merchant AND customer = :customer ORDER BY id LIMIT 1000;

-- name: account_events_blank
-- in: merchant:i64 customer:id
UPDATE account_event SET reason = '' WHERE merchant = :merchant AND customer = :customer AND reason <> '';
