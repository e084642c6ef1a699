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
    tracked     BIGINT NOT NULL, -- 1: what stands here is told apart by lots or serial numbers
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
-- lot: goods of an item that were made together, and keep as long
CREATE TABLE lot (
    merchant       BIGINT NOT NULL,
    item           BYTEA  NOT NULL,
    lot            TEXT   NOT NULL, -- its number, as printed
    expires_day    BIGINT NOT NULL, -- last day on which it may be sold, in days since 1970; 0: it does not expire
    made_at_ms     BIGINT NOT NULL, -- when it came in first
    recalled_at_ms BIGINT NOT NULL, -- not sold any more from then on; 0: not called back
    recall_reason  TEXT   NOT NULL, -- or empty
    PRIMARY KEY (merchant, item, lot)
);
CREATE INDEX lot_by_expiry ON lot (merchant, expires_day) WHERE expires_day > 0;
-- stock_lot: how much of a lot stands at a location by state; the lots of an item add up to its level
CREATE TABLE stock_lot (
    merchant   BIGINT NOT NULL,
    item       BYTEA  NOT NULL,
    location   TEXT   NOT NULL,
    lot        TEXT   NOT NULL, -- as in lot
    floor      BIGINT NOT NULL CHECK (floor >= 0), -- thousandths, as all below
    backroom   BIGINT NOT NULL CHECK (backroom >= 0),
    picked     BIGINT NOT NULL CHECK (picked >= 0),
    in_transit BIGINT NOT NULL CHECK (in_transit >= 0),
    damaged    BIGINT NOT NULL CHECK (damaged >= 0),
    quarantine BIGINT NOT NULL CHECK (quarantine >= 0),
    expires_day BIGINT NOT NULL, -- as in lot
    PRIMARY KEY (merchant, item, location, lot)
);
CREATE INDEX stock_lot_by_lot ON stock_lot (merchant, item, lot);
CREATE INDEX stock_lot_to_expire ON stock_lot (merchant, expires_day) WHERE expires_day > 0 AND floor + backroom > 0;
CREATE INDEX stock_move_by_lot ON stock_move (merchant, item, lot) WHERE lot <> '';
-- lot_override: an expired lot that a person let go
CREATE TABLE lot_override (
    merchant    BIGINT NOT NULL,
    document_id BYTEA  NOT NULL, -- what it went with
    item        BYTEA  NOT NULL,
    lot         TEXT   NOT NULL, -- as in lot
    expires_day BIGINT NOT NULL, -- as in lot
    reason      TEXT   NOT NULL, -- why
    given_by    BYTEA,           -- the API key, or NULL: the program itself
    at_ms       BIGINT NOT NULL,
    PRIMARY KEY (merchant, document_id, item, lot)
);
-- serial: one piece that has a number of its own, and where it is
CREATE TABLE serial (
    merchant      BIGINT NOT NULL,
    item          BYTEA  NOT NULL,
    serial        TEXT   NOT NULL, -- as printed
    location      TEXT   NOT NULL, -- or empty: outside
    state         TEXT   NOT NULL, -- floor, backroom … or an outside place
    lot           TEXT   NOT NULL, -- or empty
    moves         BIGINT NOT NULL, -- how often it moved: n of its last move
    document_id   BYTEA  NOT NULL, -- that moved it last
    updated_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, item, serial)
);
CREATE INDEX serial_by_number ON serial (merchant, serial);
CREATE INDEX serial_by_place ON serial (merchant, item, location, state);
-- serial_move: where a piece was, step by step; each begins where the one before ended; append-only
CREATE TABLE serial_move (
    merchant      BIGINT NOT NULL,
    item          BYTEA  NOT NULL,
    serial        TEXT   NOT NULL, -- its number
    n             BIGINT NOT NULL, -- 1, 2 … of this piece
    from_location TEXT   NOT NULL, -- as in stock_move
    from_state    TEXT   NOT NULL, -- as in stock_move
    to_location   TEXT   NOT NULL, -- as in stock_move
    to_state      TEXT   NOT NULL, -- as in stock_move
    document_id   BYTEA  NOT NULL, -- that moved it
    cause         TEXT   NOT NULL, -- sale, receipt …
    at_ms         BIGINT NOT NULL,
    PRIMARY KEY (merchant, item, serial, n)
);
-- serial_due: pieces that were sold without their numbers, which are still to be named
CREATE TABLE serial_due (
    merchant    BIGINT NOT NULL,
    document_id BYTEA  NOT NULL, -- the sale
    item        BYTEA  NOT NULL,
    location    TEXT   NOT NULL, -- which they left
    state       TEXT   NOT NULL, -- which they left
    qty         BIGINT NOT NULL CHECK (qty >= 0), -- thousandths still to be named
    at_ms       BIGINT NOT NULL,
    PRIMARY KEY (merchant, document_id, item, location, state)
);
CREATE INDEX claim_backordered ON claim (merchant, item, location, made_at_ms) WHERE state = 'backordered';
-- channel_share: what is kept of an item at a location for one channel; level.kept is the sum of what is left of them
CREATE TABLE channel_share (
    merchant BIGINT NOT NULL,
    item     BYTEA  NOT NULL,
    location TEXT   NOT NULL,
    channel  TEXT   NOT NULL,
    kind     TEXT   NOT NULL CHECK (kind IN ('hard', 'soft', 'protected')), -- protected: the last so many, never used up
    priority BIGINT NOT NULL, -- when there is less than all shares keep: the lower the earlier, then by channel
    granted  BIGINT NOT NULL CHECK (granted > 0), -- thousandths
    used     BIGINT NOT NULL CHECK (used BETWEEN 0 AND granted), -- sold and claimed out of it
    until_ms BIGINT NOT NULL, -- given up from then on; 0: stays
    PRIMARY KEY (merchant, item, location, channel)
);
CREATE INDEX channel_share_by_end ON channel_share (merchant, until_ms) WHERE until_ms > 0;
CREATE INDEX channel_share_hard ON channel_share (merchant, channel) WHERE kind = 'hard';
-- stock_feed: the channels that are told when what they may promise has changed
CREATE TABLE stock_feed (
    merchant    BIGINT NOT NULL,
    channel     TEXT   NOT NULL,
    by_location BIGINT NOT NULL, -- 1: told for each location too
    sweeping    BIGINT NOT NULL, -- 1: all items are gone through, as a rule has changed
    sweep_after BYTEA  NOT NULL, -- items up to this one are done; empty: none
    PRIMARY KEY (merchant, channel)
);
-- stock_changed: levels that have changed since the feed looked at them; a row for each change, so that nobody waits
CREATE TABLE stock_changed (
    merchant BIGINT NOT NULL,
    id       BYTEA  NOT NULL,
    item     BYTEA  NOT NULL,
    location TEXT   NOT NULL,
    PRIMARY KEY (merchant, id)
);
