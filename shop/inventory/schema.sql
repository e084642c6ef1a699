-- stock_move: every movement of stock, from one place to another; append-only.
-- A place is a location and a state. Outside places have no location: vendor, customer, adjustment (counts),
-- loss, production (made of or taken apart into other items). What is promised is kept in the same way:
-- from the outside place `promise` into held, committed, backordered, on_order, and back.
CREATE TABLE stock_move (
    merchant      BIGINT NOT NULL,
    item          BYTEA  NOT NULL,
    at_ms         BIGINT NOT NULL,
    document_id   BYTEA  NOT NULL, -- the order, receipt, count … that moved it
    n             BIGINT NOT NULL, -- 1, 2 … within the document
    from_location TEXT   NOT NULL, -- code, or empty for an outside place
    from_state    TEXT   NOT NULL, -- floor, backroom … or an outside place
    to_location   TEXT   NOT NULL, -- as from_location
    to_state      TEXT   NOT NULL, -- as from_state
    qty           BIGINT NOT NULL CHECK (qty > 0), -- thousandths of the unit
    lot           TEXT   NOT NULL, -- or empty: not kept by lots
    cause         TEXT   NOT NULL, -- sale, receipt, transfer, return, count, claim …
    PRIMARY KEY (merchant, item, at_ms, document_id, n)
);
-- stock_level: how much of an item stands at a location by state, and what is promised of it: the sum of
-- its moves, written in the same transaction
CREATE TABLE stock_level (
    merchant    BIGINT NOT NULL,
    item        BYTEA  NOT NULL,
    location    TEXT   NOT NULL,
    floor       BIGINT NOT NULL, -- thousandths, as all below
    backroom    BIGINT NOT NULL, -- not in sight, can be put on the floor
    picked      BIGINT NOT NULL, -- taken for an order or a transfer, not gone yet
    in_transit  BIGINT NOT NULL, -- on the way to this location
    damaged     BIGINT NOT NULL, -- cannot be sold
    quarantine  BIGINT NOT NULL, -- waits to be looked at
    held        BIGINT NOT NULL CHECK (held >= 0),        -- claimed by carts
    committed   BIGINT NOT NULL CHECK (committed >= 0),   -- claimed by orders and transfers
    backordered BIGINT NOT NULL CHECK (backordered >= 0), -- promised to orders out of what is to come
    on_order    BIGINT NOT NULL CHECK (on_order >= 0),    -- ordered from vendors, not here yet
    kept        BIGINT NOT NULL CHECK (kept >= 0),        -- what channels' shares keep from the others
    safety      BIGINT NOT NULL CHECK (safety >= -1),     -- its own safety stock; -1: by the rules
    PRIMARY KEY (merchant, item, location)
);
CREATE INDEX stock_level_by_location ON stock_level (merchant, location, item);
-- claim: stock that somebody has a right to; it has an owner, and an end
CREATE TABLE claim (
    merchant      BIGINT NOT NULL,
    owner_id      BYTEA  NOT NULL, -- the cart, order, fulfilment, transfer
    n             BIGINT NOT NULL, -- 1, 2 … within its owner
    owner         TEXT   NOT NULL CHECK (owner IN ('cart', 'order', 'fulfilment', 'transfer')),
    item          BYTEA  NOT NULL,
    location      TEXT   NOT NULL,
    channel       TEXT   NOT NULL, -- whose share it came out of, or empty
    qty           BIGINT NOT NULL CHECK (qty > 0),
    taken         BIGINT NOT NULL CHECK (taken >= 0),    -- picked or sold out of it
    released      BIGINT NOT NULL CHECK (released >= 0), -- given back
    share         BIGINT NOT NULL CHECK (share >= 0),    -- of what is open: so much out of the channel's share
    state         TEXT   NOT NULL CHECK (state IN ('held', 'committed', 'backordered', 'closed')),
    made_at_ms    BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL, -- released from then on; 0: ends with its owner
    PRIMARY KEY (merchant, owner_id, n)
);
CREATE INDEX claim_open ON claim (merchant, item, location) WHERE state <> 'closed';
CREATE INDEX claim_by_expiry ON claim (merchant, expires_at_ms) WHERE state = 'held';
