-- 0090_books.sql: entries of the money ledger say whose books they belong to and whose part of an account moved.
ALTER TABLE ledger_entry ADD COLUMN location TEXT NOT NULL DEFAULT '';
ALTER TABLE ledger_entry ADD COLUMN debit_of BYTEA;
ALTER TABLE ledger_entry ADD COLUMN credit_of BYTEA;
UPDATE ledger_entry SET location = coalesce(
    (SELECT o.location FROM sale_order o WHERE o.merchant = ledger_entry.merchant AND o.id = ledger_entry.document_id),
    (SELECT r.location FROM sale_return r WHERE r.merchant = ledger_entry.merchant AND r.id = ledger_entry.document_id),
    (SELECT r.location FROM refund f JOIN sale_return r ON r.merchant = f.merchant AND r.id = f.return_id
     WHERE f.merchant = ledger_entry.merchant AND f.id = ledger_entry.document_id),
    (SELECT o.location FROM payment_capture c JOIN sale_order o ON o.merchant = c.merchant AND o.id = c.order_id
     WHERE c.merchant = ledger_entry.merchant AND c.id = ledger_entry.document_id), '');
CREATE INDEX ledger_entry_by_day ON ledger_entry (merchant, location, at_ms);
CREATE INDEX ledger_entry_debit_of ON ledger_entry (merchant, debit_of, at_ms) WHERE debit_of IS NOT NULL;
CREATE INDEX ledger_entry_credit_of ON ledger_entry (merchant, credit_of, at_ms) WHERE credit_of IS NOT NULL;
CREATE TABLE ledger_mapping (
    merchant BIGINT NOT NULL,
    account  TEXT   NOT NULL,
    code     TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    PRIMARY KEY (merchant, account)
);
