-- warranty_plan: what is warranted, for how long and where
CREATE TABLE warranty_plan (
    merchant      BIGINT NOT NULL,
    code          TEXT   NOT NULL,
    plan          TEXT   NOT NULL, -- JSON of what it says
    updated_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, code)
);
-- rma_series: the last number given; numbers have no gap
CREATE TABLE rma_series (
    merchant BIGINT NOT NULL,
    last     BIGINT NOT NULL, -- the last number given
    PRIMARY KEY (merchant)
);
-- rma: goods that come back to be repaired, swapped, claimed from their vendor, or given back by mail
CREATE TABLE rma (
    merchant     BIGINT NOT NULL,
    id           BYTEA  NOT NULL,
    number       BIGINT NOT NULL, -- 1, 2, 3 … of the merchant, without gaps
    kind         TEXT   NOT NULL CHECK (kind IN ('mail', 'repair', 'swap', 'advance', 'claim')),
    state        TEXT   NOT NULL, -- see the machines rma_… of the reference
    state_at_ms  BIGINT NOT NULL, -- when it came into its state
    location     TEXT   NOT NULL, -- who works at it
    order_id     BYTEA,           -- the sale, or NULL: goods of ours
    order_line   BIGINT NOT NULL, -- n of its line; 0: none
    customer     BYTEA,
    item         BYTEA  NOT NULL,
    sku          TEXT   NOT NULL,
    qty          BIGINT NOT NULL CHECK (qty > 0),
    serial       TEXT   NOT NULL, -- of the piece, or empty
    lot          TEXT   NOT NULL, -- or empty
    new_serial   TEXT   NOT NULL, -- of the piece given instead, or empty
    reason       TEXT   NOT NULL, -- a word of return_rule.def, or empty
    grade        TEXT   NOT NULL, -- in which state it came, or empty
    fault        TEXT   NOT NULL, -- what is wrong with it, for people
    plan         TEXT   NOT NULL, -- code of the warranty plan by which it is done; empty: out of warranty
    vendor       TEXT   NOT NULL, -- code, or empty
    cost         BIGINT NOT NULL, -- repair: what the customer pays; claim: what the vendor gave, minor units
    currency     TEXT   NOT NULL,
    due_at_ms    BIGINT NOT NULL, -- advance, mail: when the old one should be here; 0: no time
    return_id    BYTEA,           -- mail: the return it became
    contact_name TEXT   NOT NULL, -- who sends it, or empty, as all below
    contact_email TEXT  NOT NULL, -- or empty
    contact_phone TEXT  NOT NULL, -- or empty
    street       TEXT   NOT NULL, -- lines of the address
    city         TEXT   NOT NULL, -- of the address
    region       TEXT   NOT NULL, -- state or province
    postal_code  TEXT   NOT NULL, -- of the address
    country      TEXT   NOT NULL, -- ISO 3166-1 alpha-2
    note         TEXT   NOT NULL,
    made_at_ms   BIGINT NOT NULL,
    made_by      BYTEA,           -- the API key, or NULL: the program itself
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX rma_by_number ON rma (merchant, number);
CREATE INDEX rma_by_state ON rma (merchant, state, id);
CREATE INDEX rma_by_order ON rma (merchant, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX rma_by_customer ON rma (merchant, customer) WHERE customer IS NOT NULL;
CREATE INDEX rma_by_serial ON rma (merchant, serial) WHERE serial <> '';
-- the ones that are awaited: what the jobs look for
CREATE INDEX rma_due ON rma (due_at_ms) WHERE due_at_ms > 0;
