-- stock_move: every movement of stock, from one place to another; append-only.
-- A place is a location and a state; outside places have no location: customer, vendor, adjustment.
CREATE TABLE stock_move (
    merchant      BIGINT NOT NULL,
    document_id   BYTEA  NOT NULL, -- the order, receipt, count … that moved it
    n             BIGINT NOT NULL, -- 1, 2 … within the document
    item          BYTEA  NOT NULL,
    from_location TEXT   NOT NULL, -- code, or empty for an outside place
    from_state    TEXT   NOT NULL, -- floor, backroom … or vendor, customer, adjustment
    to_location   TEXT   NOT NULL, -- as from_location
    to_state      TEXT   NOT NULL, -- as from_state
    qty           BIGINT NOT NULL CHECK (qty > 0), -- thousandths of the unit
    cause         TEXT   NOT NULL, -- sale, receipt, transfer, return, adjustment, opening …
    at_ms         BIGINT NOT NULL,
    PRIMARY KEY (merchant, item, document_id, n)
);
-- stock_level: how much of an item stands at a location by state: the sum of its moves, written in
-- the same transaction; and what is claimed of it by orders that are not paid yet
CREATE TABLE stock_level (
    merchant   BIGINT NOT NULL,
    item       BYTEA  NOT NULL,
    location   TEXT   NOT NULL,
    floor      BIGINT NOT NULL, -- thousandths, as all below
    backroom   BIGINT NOT NULL, -- not in sight, can be put on the floor
    in_transit BIGINT NOT NULL, -- on the way to this location
    damaged    BIGINT NOT NULL, -- cannot be sold
    quarantine BIGINT NOT NULL, -- waits to be looked at
    claimed    BIGINT NOT NULL CHECK (claimed >= 0), -- the sum of the open claims
    safety     BIGINT NOT NULL CHECK (safety >= 0),  -- not sold by channels that keep the safety stock
    PRIMARY KEY (merchant, item, location)
);
-- claim: stock that an order has a right to until it is paid or given up
CREATE TABLE claim (
    merchant   BIGINT NOT NULL,
    order_id   BYTEA  NOT NULL,
    n          BIGINT NOT NULL, -- line of the order
    item       BYTEA  NOT NULL,
    location   TEXT   NOT NULL,
    qty        BIGINT NOT NULL CHECK (qty > 0),
    state      TEXT   NOT NULL CHECK (state IN ('held', 'consumed', 'released')),
    made_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, order_id, n)
);
