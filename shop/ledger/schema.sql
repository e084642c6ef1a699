-- ledger_entry: money moved from one account to another; append-only, balances are sums
CREATE TABLE ledger_entry (
    merchant    BIGINT NOT NULL,
    document_id BYTEA  NOT NULL, -- the order, return … that moved it
    n           BIGINT NOT NULL, -- 1, 2 … within the document
    debit       TEXT   NOT NULL, -- account, e.g. cash:LON
    credit      TEXT   NOT NULL, -- account, e.g. sales
    amount      BIGINT NOT NULL CHECK (amount > 0), -- minor units
    currency    TEXT   NOT NULL,
    code        TEXT   NOT NULL, -- why: sale, tax, rounding …
    at_ms       BIGINT NOT NULL,
    location    TEXT   NOT NULL DEFAULT '', -- whose books it belongs to; empty: none's
    debit_of    BYTEA,           -- whose part of the account: gift card, drawer, customer …; NULL: not kept apart
    credit_of   BYTEA,           -- the same of the other account
    PRIMARY KEY (merchant, document_id, n)
);
-- the journal of a location's day
CREATE INDEX ledger_entry_by_day ON ledger_entry (merchant, location, at_ms);
-- what is kept apart for a gift card, a drawer, a customer
CREATE INDEX ledger_entry_debit_of ON ledger_entry (merchant, debit_of, at_ms) WHERE debit_of IS NOT NULL;
CREATE INDEX ledger_entry_credit_of ON ledger_entry (merchant, credit_of, at_ms) WHERE credit_of IS NOT NULL;
-- money that went to the bank: deposits beside bank statements
CREATE INDEX ledger_entry_bank ON ledger_entry (merchant, at_ms) WHERE debit = 'bank';
-- ledger_mapping: what an account is called in the books of the merchant
CREATE TABLE ledger_mapping (
    merchant BIGINT NOT NULL,
    account  TEXT   NOT NULL, -- one account, e.g. tax:GB20, or all of a kind, e.g. tax
    code     TEXT   NOT NULL, -- its number in those books
    name     TEXT   NOT NULL, -- its name there, or empty
    PRIMARY KEY (merchant, account)
);
