-- sale_return: goods given back, wholly or in part, and the money returned for them
CREATE TABLE sale_return (
    merchant   BIGINT NOT NULL,
    id         BYTEA  NOT NULL,
    order_id   BYTEA,           -- the sale; NULL: without receipt
    location   TEXT   NOT NULL, -- where it was given back
    number     BIGINT NOT NULL, -- unique per location, without gaps
    customer   BYTEA,
    ref        TEXT   NOT NULL, -- the caller's own number, or empty
    reason     TEXT   NOT NULL, -- for people, or empty
    currency   TEXT   NOT NULL,
    shipping   BIGINT NOT NULL, -- of the total: given back of the shipping, with tax
    shipping_tax BIGINT NOT NULL, -- of the tax: that of the shipping
    net        BIGINT NOT NULL, -- minor units given back, positive, as below
    tax        BIGINT NOT NULL,
    total      BIGINT NOT NULL,
    cash_rounding BIGINT NOT NULL, -- what giving back in cash added or took off
    made_at_ms BIGINT NOT NULL,
    fee BIGINT NOT NULL DEFAULT 0, -- kept of what was paid, with tax: net, tax and total are without it
    fee_tax BIGINT NOT NULL DEFAULT 0, -- of that the tax
    approved_by BYTEA,          -- the API key of who approved it, or NULL
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX sale_return_by_number ON sale_return (merchant, location, number);
CREATE INDEX sale_return_by_ref ON sale_return (merchant, ref) WHERE ref <> '';
CREATE INDEX sale_return_by_customer ON sale_return (merchant, customer, made_at_ms) WHERE customer IS NOT NULL;
CREATE INDEX sale_return_by_order ON sale_return (merchant, order_id) WHERE order_id IS NOT NULL;
-- return_line: one line of a return
CREATE TABLE return_line (
    merchant    BIGINT NOT NULL,
    return_id   BYTEA  NOT NULL, -- the return
    n           BIGINT NOT NULL,
    order_line  BIGINT NOT NULL, -- line of the sale; 0: without receipt
    item        BYTEA  NOT NULL,
    sku         TEXT   NOT NULL,
    qty         BIGINT NOT NULL CHECK (qty > 0),
    net         BIGINT NOT NULL,
    tax         BIGINT NOT NULL,
    total       BIGINT NOT NULL,
    disposition TEXT   NOT NULL CHECK (disposition IN ('floor', 'backroom', 'damaged', 'quarantine', 'none')),
    reason TEXT NOT NULL DEFAULT '', -- a word of return_rule.def, or empty
    grade TEXT NOT NULL DEFAULT '', -- in which state it came, or empty
    fee BIGINT NOT NULL DEFAULT 0, -- kept of total, minor units
    fee_tax BIGINT NOT NULL DEFAULT 0, -- of that the tax
    PRIMARY KEY (merchant, return_id, n)
);
-- return_goods: what came back of a line, where it is a kit or told apart by lots or numbers; and what is missing
CREATE TABLE return_goods (
    merchant    BIGINT NOT NULL,
    return_id   BYTEA  NOT NULL, -- the return
    line        BIGINT NOT NULL, -- n of its line
    n           BIGINT NOT NULL, -- 1, 2 … within the return
    item        BYTEA  NOT NULL, -- of the line, or a part of its kit
    sku         TEXT   NOT NULL,
    qty         BIGINT NOT NULL CHECK (qty > 0), -- thousandths
    lot         TEXT   NOT NULL, -- or empty
    serial      TEXT   NOT NULL, -- or empty
    disposition TEXT   NOT NULL CHECK (disposition IN ('floor', 'backroom', 'damaged', 'quarantine', 'missing')),
    PRIMARY KEY (merchant, return_id, n)
);
-- gift_receipt: a receipt without prices, by which somebody else can give goods back
CREATE TABLE gift_receipt (
    merchant   BIGINT NOT NULL,
    hash       BYTEA  NOT NULL, -- SHA-256 of what stands on it
    order_id   BYTEA  NOT NULL,
    lines      TEXT   NOT NULL, -- the lines it is for, a blank between; empty: all
    made_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, hash)
);
CREATE INDEX gift_receipt_by_order ON gift_receipt (merchant, order_id);
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
