-- name: return_rule_put
-- in: merchant:i64 code:text rule:text now_ms:i64
INSERT INTO return_rule (merchant, code, rule, updated_at_ms) VALUES (:merchant, :code, :rule, :now_ms)
ON CONFLICT (merchant, code) DO UPDATE SET rule = excluded.rule, updated_at_ms = excluded.updated_at_ms;

-- name: return_rule_drop
-- in: merchant:i64 code:text
DELETE FROM return_rule WHERE merchant = :merchant AND code = :code;

-- name: return_rules_all
-- in: merchant:i64
-- out: rule:text
SELECT rule FROM return_rule WHERE merchant = :merchant ORDER BY code LIMIT 500;

-- name: disposition_rule_put
-- in: merchant:i64 code:text rule:text now_ms:i64
INSERT INTO disposition_rule (merchant, code, rule, updated_at_ms) VALUES (:merchant, :code, :rule, :now_ms)
ON CONFLICT (merchant, code) DO UPDATE SET rule = excluded.rule, updated_at_ms = excluded.updated_at_ms;

-- name: disposition_rule_drop
-- in: merchant:i64 code:text
DELETE FROM disposition_rule WHERE merchant = :merchant AND code = :code;

-- name: disposition_rules_all
-- in: merchant:i64
-- out: rule:text
SELECT rule FROM disposition_rule WHERE merchant = :merchant ORDER BY code LIMIT 500;

-- name: return_staff_put
-- in: merchant:i64 api_key:id customer:id
INSERT INTO return_staff (merchant, api_key, customer) VALUES (:merchant, :api_key, :customer) ON CONFLICT DO NOTHING;

-- name: return_staff_drop
-- in: merchant:i64 api_key:id customer:id
DELETE FROM return_staff WHERE merchant = :merchant AND api_key = :api_key AND customer = :customer;

-- name: return_staff_all
-- in: merchant:i64
-- out: api_key:id customer:id
SELECT api_key, customer FROM return_staff WHERE merchant = :merchant ORDER BY api_key, customer LIMIT 1000;

-- name: return_staff_is
-- in: merchant:i64 api_key:id customer:id
-- out: one:i64
SELECT 1 FROM return_staff WHERE merchant = :merchant AND api_key = :api_key AND customer = :customer;

-- What the merchant set differently for returns.
-- name: return_settings
-- in: merchant:i64
-- out: name:text value:i64
SELECT name, value FROM setting WHERE merchant = :merchant AND name >= 'return.' AND name < 'return/';
