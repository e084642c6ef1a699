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
    PRIMARY KEY (merchant, document_id, n)
);
