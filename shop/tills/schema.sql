-- drawer: a drawer for cash; its id in the ledger is made of location and code
CREATE TABLE drawer (
    merchant BIGINT NOT NULL,
    location TEXT   NOT NULL,
    code     TEXT   NOT NULL, -- unique at its location, for ever
    name     TEXT   NOT NULL,
    active   BIGINT NOT NULL, -- 0: no shift can be opened at it
    PRIMARY KEY (merchant, location, code)
);
-- till_policy: what the tills of a location may do alone; limits are minor units, -1: no limit
CREATE TABLE till_policy (
    merchant         BIGINT NOT NULL,
    location         TEXT   NOT NULL,
    shift_needed     BIGINT NOT NULL, -- 1: cash is taken and given in a shift only
    pay_in_over      BIGINT NOT NULL, -- above it another person approves
    pay_out_over     BIGINT NOT NULL, -- the same
    drop_over        BIGINT NOT NULL, -- the same
    void_line_over   BIGINT NOT NULL, -- the same
    void_sale_over   BIGINT NOT NULL, -- the same
    difference_over  BIGINT NOT NULL, -- over or short, when a shift is closed
    no_sale_approval BIGINT NOT NULL, -- 1: a drawer opened without a sale is approved
    PRIMARY KEY (merchant, location)
);
-- shift: a period of a drawer, from its float to its Z report
CREATE TABLE shift (
    merchant     BIGINT NOT NULL,
    id           BYTEA  NOT NULL,
    location     TEXT   NOT NULL,
    drawer       TEXT   NOT NULL, -- its code
    till         TEXT   NOT NULL, -- the till at which it is, or empty
    cashier      TEXT   NOT NULL, -- who, as the shop calls them, or empty
    opened_by    BYTEA,           -- the API key, or NULL: the program itself
    state        TEXT   NOT NULL CHECK (state IN ('open', 'counting', 'closed')),
    opened_at_ms BIGINT NOT NULL, -- by the clock of the till when it was offline
    closed_at_ms BIGINT NOT NULL, -- the same; 0: it is not
    z_number     BIGINT NOT NULL, -- of its Z report, 0: there is none yet
    offline      BIGINT NOT NULL, -- 1: it was brought in by a register that had been offline
    number       BIGINT NOT NULL, -- the register's own number of it, 0: none
    documents    BIGINT NOT NULL, -- how many sales and returns the register made in it; -1: it did not say
    PRIMARY KEY (merchant, id)
);
-- a drawer has one shift at a time
CREATE UNIQUE INDEX shift_of_drawer ON shift (merchant, location, drawer) WHERE state <> 'closed' AND offline = 0;
CREATE UNIQUE INDEX shift_of_register ON shift (merchant, location, till, number) WHERE number > 0;
CREATE INDEX shift_by_location ON shift (merchant, location, id);
-- shift_key: who works at a shift that is not closed: what they sell there belongs to it
CREATE TABLE shift_key (
    merchant BIGINT NOT NULL,
    api_key  BYTEA  NOT NULL, -- id of the key
    location TEXT   NOT NULL,
    shift    BYTEA  NOT NULL, -- the shift
    PRIMARY KEY (merchant, api_key, location)
);
CREATE INDEX shift_key_by_shift ON shift_key (merchant, shift);
-- shift_later: at which shift a payment was taken, or a refund made, that was not settled at once
CREATE TABLE shift_later (
    merchant BIGINT NOT NULL,
    id       BYTEA  NOT NULL, -- the payment or refund
    shift    BYTEA  NOT NULL, -- the shift
    PRIMARY KEY (merchant, id)
);
-- shift_action: what is done at a till besides sales; append-only
CREATE TABLE shift_action (
    merchant    BIGINT NOT NULL,
    id          BYTEA  NOT NULL, -- document of its entries in the ledger
    shift       BYTEA  NOT NULL, -- the shift
    kind        TEXT   NOT NULL CHECK (kind IN ('float', 'pay_in', 'pay_out', 'drop', 'no_sale', 'void_line',
        'void_sale', 'late')),
    currency    TEXT   NOT NULL, -- ISO 4217
    amount      BIGINT NOT NULL, -- minor units; of late below zero when cash was given
    from_safe   BIGINT NOT NULL, -- of a float: so much of it came from the safe, the rest was in the drawer
    reason      TEXT   NOT NULL, -- or empty
    reference   TEXT   NOT NULL, -- number of a slip, item that was taken out …, or empty
    done_by     BYTEA,           -- the API key, or NULL
    approved_by BYTEA,           -- the API key of another person, or NULL
    at_ms       BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE INDEX shift_action_by_shift ON shift_action (merchant, shift, id);
-- shift_count: what was counted in a drawer, before anybody was told what there should be
CREATE TABLE shift_count (
    merchant BIGINT NOT NULL,
    shift    BYTEA  NOT NULL, -- the shift
    n        BIGINT NOT NULL, -- 1, 2 …: the count; the last one holds
    tender   TEXT   NOT NULL, -- cash, or what slips and vouchers were counted of
    currency TEXT   NOT NULL,
    amount   BIGINT NOT NULL, -- minor units
    coins    TEXT   NOT NULL, -- JSON of how many of which coins and notes, or empty
    done_by  BYTEA,           -- the API key, or NULL
    at_ms    BIGINT NOT NULL,
    PRIMARY KEY (merchant, shift, n, tender, currency)
);
-- shift_total: over and short of a closed shift, by tender
CREATE TABLE shift_total (
    merchant BIGINT NOT NULL,
    shift    BYTEA  NOT NULL, -- the shift
    tender   TEXT   NOT NULL, -- cash, voucher …
    currency TEXT   NOT NULL,
    expected BIGINT NOT NULL, -- minor units, as all below
    counted  BIGINT NOT NULL, -- by the last count
    kept     BIGINT NOT NULL, -- of cash: stayed in the drawer; the rest went to the safe
    PRIMARY KEY (merchant, shift, tender, currency)
);
-- shift_sale: a sale or return of a shift; one row for each rate of its tax, the sums are in the first
CREATE TABLE shift_sale (
    merchant   BIGINT NOT NULL,
    shift      BYTEA  NOT NULL, -- the shift
    document   BYTEA  NOT NULL, -- the order or return
    n          BIGINT NOT NULL, -- 1, 2 … within the document
    location   TEXT   NOT NULL,
    kind       TEXT   NOT NULL CHECK (kind IN ('sale', 'return')),
    number     BIGINT NOT NULL, -- of its receipt; 0 behind the first row, as all sums
    currency   TEXT   NOT NULL,
    gross      BIGINT NOT NULL, -- goods and fees at their list prices, minor units, as all below
    discount   BIGINT NOT NULL,
    net        BIGINT NOT NULL,
    tax        BIGINT NOT NULL,
    rounding   BIGINT NOT NULL, -- of cash
    gift_cards BIGINT NOT NULL, -- put on gift cards
    overrides  BIGINT NOT NULL, -- how many prices and discounts were given by hand
    tax_name   TEXT   NOT NULL, -- of the rate
    tax_ppm    BIGINT NOT NULL, -- parts per million
    tax_base   BIGINT NOT NULL, -- what it is taken on
    tax_amount BIGINT NOT NULL, -- the tax of it
    at_ms      BIGINT NOT NULL,
    z          BIGINT NOT NULL, -- 0: in the Z report of its shift; -1: came after it, in none yet; else in that one
    PRIMARY KEY (merchant, shift, document, n)
);
-- what came after the Z report of its shift, and is in none yet
CREATE INDEX shift_sale_late ON shift_sale (merchant, location) WHERE z = -1;
-- shift_tender: what was taken or given at a shift, of any kind
CREATE TABLE shift_tender (
    merchant BIGINT NOT NULL,
    shift    BYTEA  NOT NULL, -- the shift
    id       BYTEA  NOT NULL, -- the payment or refund
    undone   BIGINT NOT NULL, -- 1: it was taken back before the sale was done
    document BYTEA  NOT NULL, -- its order or return
    location TEXT   NOT NULL,
    kind     TEXT   NOT NULL, -- see core/tender.def
    currency TEXT   NOT NULL, -- of the document
    amount   BIGINT NOT NULL, -- minor units with tip and surcharge; below zero: given
    tip      BIGINT NOT NULL, -- of it
    at_ms    BIGINT NOT NULL,
    z        BIGINT NOT NULL, -- as in shift_sale
    PRIMARY KEY (merchant, shift, id, undone)
);
CREATE INDEX shift_tender_late ON shift_tender (merchant, location) WHERE z = -1;
-- z_series: the last Z number of a location and the hash of that report
CREATE TABLE z_series (
    merchant BIGINT NOT NULL,
    location TEXT   NOT NULL,
    last     BIGINT NOT NULL, -- 0: there was none
    hash     BYTEA  NOT NULL, -- SHA-256; empty before the first
    PRIMARY KEY (merchant, location)
);
-- z_report: the report that closed a shift; numbers have no gap, each report is chained to the one before
CREATE TABLE z_report (
    merchant BIGINT NOT NULL,
    location TEXT   NOT NULL,
    number   BIGINT NOT NULL, -- 1, 2 … at its location
    shift    BYTEA  NOT NULL, -- the shift
    at_ms    BIGINT NOT NULL,
    body     TEXT   NOT NULL, -- JSON of the report
    hash     BYTEA  NOT NULL, -- SHA-256 of the hash before, merchant, location, number, time and body
    PRIMARY KEY (merchant, location, number)
);
CREATE UNIQUE INDEX z_report_of_shift ON z_report (merchant, shift);
-- safe_move: cash that came to a safe or was counted in it; gather: all cash of a location that closes came together
CREATE TABLE safe_move (
    merchant BIGINT NOT NULL,
    id       BYTEA  NOT NULL, -- document of its entries in the ledger
    location TEXT   NOT NULL,
    kind     TEXT   NOT NULL CHECK (kind IN ('from_bank', 'from_till', 'count', 'gather')),
    currency TEXT   NOT NULL,
    amount   BIGINT NOT NULL, -- minor units that came; of a count: over, or below zero short
    counted  BIGINT NOT NULL, -- of a count, otherwise 0
    reason   TEXT   NOT NULL, -- or empty
    done_by  BYTEA,           -- the API key, or NULL
    at_ms    BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE INDEX safe_move_by_location ON safe_move (merchant, location, id);
-- bank_bag: cash on its way from a safe to the bank
CREATE TABLE bank_bag (
    merchant       BIGINT NOT NULL,
    id             BYTEA  NOT NULL, -- document of its entries in the ledger
    location       TEXT   NOT NULL,
    bag            TEXT   NOT NULL, -- the number on it
    currency       TEXT   NOT NULL,
    amount         BIGINT NOT NULL CHECK (amount > 0), -- put into it, minor units
    state          TEXT   NOT NULL CHECK (state IN ('deposited', 'credited')),
    credited       BIGINT NOT NULL, -- what the bank counted, 0 before
    reference      TEXT   NOT NULL, -- of the bank, or empty
    deposited_by   BYTEA,           -- the API key, or NULL
    made_at_ms     BIGINT NOT NULL,
    credited_at_ms BIGINT NOT NULL, -- 0: not yet
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX bank_bag_by_number ON bank_bag (merchant, bag);
CREATE INDEX bank_bag_by_location ON bank_bag (merchant, location, id);
