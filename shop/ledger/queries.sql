-- name: ledger_put
-- in: merchant:i64 document_id:id n:i64 debit:text credit:text amount:i64 currency:text code:text at_ms:i64
INSERT INTO ledger_entry (merchant, document_id, n, debit, credit, amount, currency, code, at_ms)
VALUES (:merchant, :document_id, :n, :debit, :credit, :amount, :currency, :code, :at_ms);

-- name: ledger_balances
-- in: merchant:i64
-- out: account:text currency:text balance:i64
SELECT account, currency, CAST(SUM(amount) AS BIGINT) FROM (
    SELECT debit AS account, currency, amount FROM ledger_entry WHERE merchant = :merchant
    UNION ALL
    SELECT credit AS account, currency, -amount FROM ledger_entry WHERE merchant = :merchant
) AS both_sides GROUP BY account, currency ORDER BY account, currency;
