-- 0137_return_terms.sql: fees that are kept, what was said of returns and who approved them, what is to be done with
-- goods that came back.
ALTER TABLE sale_return ADD COLUMN fee BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sale_return ADD COLUMN fee_tax BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sale_return ADD COLUMN approved_by BYTEA;
ALTER TABLE return_line ADD COLUMN fee BIGINT NOT NULL DEFAULT 0;
ALTER TABLE return_line ADD COLUMN fee_tax BIGINT NOT NULL DEFAULT 0;
-- return_flag: what was said of a return by rules, and what was suspicious
CREATE TABLE return_flag (
    merchant  BIGINT NOT NULL,
    return_id BYTEA  NOT NULL, -- the return
    n         BIGINT NOT NULL,
    flag      TEXT   NOT NULL, -- rule, late, grade …, or a code of return_flag.def
    outcome   TEXT   NOT NULL CHECK (outcome IN ('warn', 'manager', 'refuse')), -- what followed from it
    why       TEXT   NOT NULL, -- for people
    PRIMARY KEY (merchant, return_id, n)
);
-- return_work: goods that came back and stand apart until something is done with them; or parts that are missing
CREATE TABLE return_work (
    merchant   BIGINT NOT NULL,
    id         BYTEA  NOT NULL,
    return_id  BYTEA  NOT NULL, -- the return
    line       BIGINT NOT NULL, -- n of its line
    item       BYTEA  NOT NULL,
    sku        TEXT   NOT NULL,
    qty        BIGINT NOT NULL CHECK (qty > 0), -- thousandths
    lot        TEXT   NOT NULL, -- or empty
    serial     TEXT   NOT NULL, -- or empty
    location   TEXT   NOT NULL,
    work       TEXT   NOT NULL CHECK (work IN ('inspect', 'refurbish', 'vendor', 'destroy', 'order')), -- what is to be done
    stands     TEXT   NOT NULL, -- the state of the stock until then; empty: nothing is there
    state      TEXT   NOT NULL, -- see the machine return_work of the reference
    went       TEXT   NOT NULL, -- where they went: a state of the stock, loss, vendor; or empty
    document   BYTEA,           -- vendor: the return to the vendor; order: the purchase order
    note       TEXT   NOT NULL,
    made_at_ms BIGINT NOT NULL,
    done_at_ms BIGINT NOT NULL, -- 0: not yet
    PRIMARY KEY (merchant, id)
);
CREATE INDEX return_work_open ON return_work (merchant, location, id) WHERE state = 'open';
CREATE INDEX return_work_by_return ON return_work (merchant, return_id);
-- return_exchange: goods that came back and paid for others in the same document
CREATE TABLE return_exchange (
    merchant  BIGINT NOT NULL,
    return_id BYTEA  NOT NULL, -- the return
    order_id  BYTEA  NOT NULL, -- the sale that was paid with it
    amount    BIGINT NOT NULL CHECK (amount >= 0), -- so much of it, minor units
    PRIMARY KEY (merchant, return_id)
);
CREATE UNIQUE INDEX return_exchange_by_order ON return_exchange (merchant, order_id);
