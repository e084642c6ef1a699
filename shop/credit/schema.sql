-- customer_account: what we owe a customer (store credit), or a customer owes us (on account)
CREATE TABLE customer_account (
    merchant BIGINT NOT NULL,
    customer BYTEA  NOT NULL,
    kind     TEXT   NOT NULL CHECK (kind IN ('store_credit', 'invoice')),
    currency TEXT   NOT NULL, -- ISO 4217
    balance  BIGINT NOT NULL CHECK (balance >= 0), -- left, or owed; minor units
    most     BIGINT NOT NULL, -- invoice: may owe so much; store_credit: 0
    PRIMARY KEY (merchant, customer, kind, currency)
);
-- account_event: what happened to an account beside sales and returns, with the entries of the ledger that belong to it
CREATE TABLE account_event (
    merchant BIGINT NOT NULL,
    id       BYTEA  NOT NULL,
    customer BYTEA  NOT NULL,
    kind     TEXT   NOT NULL CHECK (kind IN ('store_credit', 'invoice')), -- of the account
    currency TEXT   NOT NULL,
    amount   BIGINT NOT NULL, -- minor units: store credit given or, below zero, taken away; or paid of what is owed
    account  TEXT   NOT NULL, -- of the ledger, where it came from or went to
    reason   TEXT   NOT NULL, -- why, or empty
    made_by  BYTEA,           -- the API key, or NULL: the program itself
    at_ms    BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE INDEX account_event_by_customer ON account_event (merchant, customer, id);
