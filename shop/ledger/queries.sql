-- name: ledger_put
-- in: merchant:i64 document_id:id n:i64 debit:text credit:text amount:i64 currency:text code:text at_ms:i64 location:text debit_of:id credit_of:id
INSERT INTO ledger_entry (merchant, document_id, n, debit, credit, amount, currency, code, at_ms, location,
    debit_of, credit_of)
VALUES (:merchant, :document_id, :n, :debit, :credit, :amount, :currency, :code, :at_ms, :location,
    :debit_of, :credit_of);

-- name: ledger_balances
-- in: merchant:i64 location:text until_ms:i64
-- out: account:text currency:text debits:i64 credits:i64
SELECT account, currency, CAST(SUM(debits) AS BIGINT), CAST(SUM(credits) AS BIGINT) FROM (
    SELECT debit AS account, currency, amount AS debits, 0 AS credits FROM ledger_entry
    WHERE merchant = :merchant AND at_ms < :until_ms AND (:location = '' OR location = :location)
    UNION ALL
    SELECT credit, currency, 0, amount FROM ledger_entry
    WHERE merchant = :merchant AND at_ms < :until_ms AND (:location = '' OR location = :location)
) AS both_sides GROUP BY account, currency ORDER BY account, currency;

-- name: ledger_part
-- in: merchant:i64 account:text part:id currency:text
-- out: balance:i64
SELECT CAST(coalesce((SELECT SUM(amount) FROM ledger_entry
        WHERE merchant = :merchant AND debit_of = :part AND debit = :account AND currency = :currency), 0)
    - coalesce((SELECT SUM(amount) FROM ledger_entry
        WHERE merchant = :merchant AND credit_of = :part AND credit = :account AND currency = :currency), 0)
    AS BIGINT);

-- Sums of a day, or of some days, in the books of one location.
-- name: ledger_journal
-- in: merchant:i64 location:text from_ms:i64 until_ms:i64
-- out: debit:text credit:text code:text currency:text amount:i64 entries:i64
SELECT debit, credit, code, currency, CAST(SUM(amount) AS BIGINT), COUNT(*) FROM ledger_entry
WHERE merchant = :merchant AND location = :location AND at_ms >= :from_ms AND at_ms < :until_ms
GROUP BY debit, credit, code, currency ORDER BY currency, debit, credit, code;

-- Entries of an account, backwards from (before_ms, before_id, before_n).
-- name: ledger_entries
-- in: merchant:i64 account:text location:text from_ms:i64 before_ms:i64 before_id:id before_n:i64 count:i64
-- out: document_id:id n:i64 debit:text credit:text amount:i64 currency:text code:text at_ms:i64 location:text debit_of:id credit_of:id
SELECT document_id, n, debit, credit, amount, currency, code, at_ms, location, debit_of, credit_of FROM ledger_entry
WHERE merchant = :merchant AND location = :location AND at_ms >= :from_ms
  AND (at_ms, document_id, n) < (:before_ms, :before_id, :before_n)
  AND (:account = '' OR debit = :account OR credit = :account)
ORDER BY at_ms DESC, document_id DESC, n DESC LIMIT :count;

-- name: ledger_part_entries
-- in: merchant:i64 part:id before_ms:i64 before_id:id before_n:i64 count:i64
-- out: document_id:id n:i64 debit:text credit:text amount:i64 currency:text code:text at_ms:i64 location:text debit_of:id credit_of:id
SELECT document_id, n, debit, credit, amount, currency, code, at_ms, location, debit_of, credit_of FROM ledger_entry
WHERE merchant = :merchant AND debit_of = :part
  AND (at_ms, document_id, n) < (:before_ms, :before_id, :before_n)
UNION
SELECT document_id, n, debit, credit, amount, currency, code, at_ms, location, debit_of, credit_of FROM ledger_entry
WHERE merchant = :merchant AND credit_of = :part
  AND (at_ms, document_id, n) < (:before_ms, :before_id, :before_n)
ORDER BY 8 DESC, 1 DESC, 2 DESC LIMIT :count;

-- name: ledger_of_document
-- in: merchant:i64 document_id:id
-- out: document_id:id n:i64 debit:text credit:text amount:i64 currency:text code:text at_ms:i64 location:text debit_of:id credit_of:id
SELECT document_id, n, debit, credit, amount, currency, code, at_ms, location, debit_of, credit_of FROM ledger_entry
WHERE merchant = :merchant AND document_id = :document_id ORDER BY n;

-- name: ledger_mappings
-- in: merchant:i64
-- out: account:text code:text name:text
SELECT account, code, name FROM ledger_mapping WHERE merchant = :merchant ORDER BY account;

-- name: ledger_mapping_put
-- in: merchant:i64 account:text code:text name:text
INSERT INTO ledger_mapping (merchant, account, code, name) VALUES (:merchant, :account, :code, :name)
ON CONFLICT (merchant, account) DO UPDATE SET code = excluded.code, name = excluded.name;

-- name: ledger_mapping_drop
-- in: merchant:i64 account:text
DELETE FROM ledger_mapping WHERE merchant = :merchant AND account = :account;

-- name: verify_accounts
-- in: merchant:i64
-- out: account:text entries:i64
SELECT account, COUNT(*) FROM (
    SELECT debit AS account FROM ledger_entry WHERE merchant = :merchant
    UNION ALL SELECT credit FROM ledger_entry WHERE merchant = :merchant
) AS both_sides GROUP BY account ORDER BY account;
