-- 0111_payment_facts.sql: how a card was read, and of which wallet, as the payment service said.
ALTER TABLE payment_route ADD COLUMN entry_mode TEXT NOT NULL DEFAULT '';
ALTER TABLE payment_route ADD COLUMN wallet TEXT NOT NULL DEFAULT '';
