-- 0010_stock.sql: more states of stock; promises are moves too; claims have an owner, an end, and are used in parts.
CREATE TABLE stock_move_new (
    merchant      BIGINT NOT NULL,
    item          BYTEA  NOT NULL,
    at_ms         BIGINT NOT NULL,
    document_id   BYTEA  NOT NULL,
    n             BIGINT NOT NULL,
    from_location TEXT   NOT NULL,
    from_state    TEXT   NOT NULL,
    to_location   TEXT   NOT NULL,
    to_state      TEXT   NOT NULL,
    qty           BIGINT NOT NULL CHECK (qty > 0),
    lot           TEXT   NOT NULL,
    cause         TEXT   NOT NULL,
    PRIMARY KEY (merchant, item, at_ms, document_id, n)
);
INSERT INTO stock_move_new (merchant, item, at_ms, document_id, n, from_location, from_state, to_location,
to_state,
    qty, lot, cause)
SELECT merchant, item, at_ms, document_id, n, from_location, from_state, to_location, to_state, qty, '', cause
FROM stock_move;
-- what is claimed now was claimed some time: a claim of an order's line is its n-th move, behind its sale's
INSERT INTO stock_move_new (merchant, item, at_ms, document_id, n, from_location, from_state, to_location,
to_state,
    qty, lot, cause)
SELECT merchant, item, made_at_ms, order_id, 1000000 + n, '', 'promise', location, 'committed', qty, '', 'claim'
FROM claim WHERE state = 'held';
DROP TABLE stock_move;
CREATE TABLE stock_move (
    merchant      BIGINT NOT NULL,
    item          BYTEA  NOT NULL,
    at_ms         BIGINT NOT NULL,
    document_id   BYTEA  NOT NULL,
    n             BIGINT NOT NULL,
    from_location TEXT   NOT NULL,
    from_state    TEXT   NOT NULL,
    to_location   TEXT   NOT NULL,
    to_state      TEXT   NOT NULL,
    qty           BIGINT NOT NULL CHECK (qty > 0),
    lot           TEXT   NOT NULL,
    cause         TEXT   NOT NULL,
    PRIMARY KEY (merchant, item, at_ms, document_id, n)
);
INSERT INTO stock_move SELECT merchant, item, at_ms, document_id, n, from_location, from_state, to_location,
to_state, qty, lot, cause FROM stock_move_new;
DROP TABLE stock_move_new;
CREATE TABLE stock_level_new (
    merchant    BIGINT NOT NULL,
    item        BYTEA  NOT NULL,
    location    TEXT   NOT NULL,
    floor       BIGINT NOT NULL,
    backroom    BIGINT NOT NULL,
    picked      BIGINT NOT NULL,
    in_transit  BIGINT NOT NULL,
    damaged     BIGINT NOT NULL,
    quarantine  BIGINT NOT NULL,
    held        BIGINT NOT NULL CHECK (held >= 0),
    committed   BIGINT NOT NULL CHECK (committed >= 0),
    backordered BIGINT NOT NULL CHECK (backordered >= 0),
    on_order    BIGINT NOT NULL CHECK (on_order >= 0),
    kept        BIGINT NOT NULL CHECK (kept >= 0),
    safety      BIGINT NOT NULL CHECK (safety >= -1),
    PRIMARY KEY (merchant, item, location)
);
INSERT INTO stock_level_new (merchant, item, location, floor, backroom, picked, in_transit, damaged, quarantine,
    held, committed, backordered, on_order, kept, safety)
SELECT merchant, item, location, floor, backroom, 0, in_transit, damaged, quarantine, 0, claimed, 0, 0, 0,
    CASE WHEN safety = 0 THEN -1 ELSE safety END
FROM stock_level;
DROP TABLE stock_level;
CREATE TABLE stock_level (
    merchant    BIGINT NOT NULL,
    item        BYTEA  NOT NULL,
    location    TEXT   NOT NULL,
    floor       BIGINT NOT NULL,
    backroom    BIGINT NOT NULL,
    picked      BIGINT NOT NULL,
    in_transit  BIGINT NOT NULL,
    damaged     BIGINT NOT NULL,
    quarantine  BIGINT NOT NULL,
    held        BIGINT NOT NULL CHECK (held >= 0),
    committed   BIGINT NOT NULL CHECK (committed >= 0),
    backordered BIGINT NOT NULL CHECK (backordered >= 0),
    on_order    BIGINT NOT NULL CHECK (on_order >= 0),
    kept        BIGINT NOT NULL CHECK (kept >= 0),
    safety      BIGINT NOT NULL CHECK (safety >= -1),
    PRIMARY KEY (merchant, item, location)
);
INSERT INTO stock_level SELECT merchant, item, location, floor, backroom, picked, in_transit, damaged, quarantine,
held, committed, backordered, on_order, kept, safety FROM stock_level_new;
DROP TABLE stock_level_new;
CREATE TABLE claim_new (
    merchant      BIGINT NOT NULL,
    owner_id      BYTEA  NOT NULL,
    n             BIGINT NOT NULL,
    owner         TEXT   NOT NULL CHECK (owner IN ('cart', 'order', 'fulfilment', 'transfer')),
    item          BYTEA  NOT NULL,
    location      TEXT   NOT NULL,
    channel       TEXT   NOT NULL,
    qty           BIGINT NOT NULL CHECK (qty > 0),
    taken         BIGINT NOT NULL CHECK (taken >= 0),
    released      BIGINT NOT NULL CHECK (released >= 0),
    share         BIGINT NOT NULL CHECK (share >= 0),
    state         TEXT   NOT NULL CHECK (state IN ('held', 'committed', 'backordered', 'closed')),
    made_at_ms    BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, owner_id, n)
);
INSERT INTO claim_new (merchant, owner_id, n, owner, item, location, channel, qty, taken, released, share, state,
    made_at_ms, expires_at_ms)
SELECT merchant, order_id, n, 'order', item, location, '', qty, CASE WHEN state = 'consumed' THEN qty ELSE 0 END,
    CASE WHEN state = 'released' THEN qty ELSE 0 END, 0, CASE WHEN state = 'held' THEN 'committed' ELSE 'closed'
END,
    made_at_ms, 0
FROM claim;
DROP TABLE claim;
CREATE TABLE claim (
    merchant      BIGINT NOT NULL,
    owner_id      BYTEA  NOT NULL,
    n             BIGINT NOT NULL,
    owner         TEXT   NOT NULL CHECK (owner IN ('cart', 'order', 'fulfilment', 'transfer')),
    item          BYTEA  NOT NULL,
    location      TEXT   NOT NULL,
    channel       TEXT   NOT NULL,
    qty           BIGINT NOT NULL CHECK (qty > 0),
    taken         BIGINT NOT NULL CHECK (taken >= 0),
    released      BIGINT NOT NULL CHECK (released >= 0),
    share         BIGINT NOT NULL CHECK (share >= 0),
    state         TEXT   NOT NULL CHECK (state IN ('held', 'committed', 'backordered', 'closed')),
    made_at_ms    BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, owner_id, n)
);
INSERT INTO claim SELECT merchant, owner_id, n, owner, item, location, channel, qty, taken, released, share,
state, made_at_ms, expires_at_ms FROM claim_new;
DROP TABLE claim_new;
CREATE INDEX claim_open ON claim (merchant, item, location) WHERE state <> 'closed';
CREATE INDEX claim_by_expiry ON claim (merchant, expires_at_ms) WHERE state = 'held';
