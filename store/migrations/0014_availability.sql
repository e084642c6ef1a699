-- 0014_availability.sql: rules of what channels may promise, their shares, holds of carts, promised dates, the feed of changes.
CREATE INDEX claim_backordered ON claim (merchant, item, location, made_at_ms) WHERE state = 'backordered';
CREATE TABLE channel_share (
    merchant BIGINT NOT NULL,
    item     BYTEA  NOT NULL,
    location TEXT   NOT NULL,
    channel  TEXT   NOT NULL,
    kind     TEXT   NOT NULL CHECK (kind IN ('hard', 'soft', 'protected')),
    priority BIGINT NOT NULL,
    granted  BIGINT NOT NULL CHECK (granted > 0),
    used     BIGINT NOT NULL CHECK (used BETWEEN 0 AND granted),
    until_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, item, location, channel)
);
CREATE INDEX channel_share_by_end ON channel_share (merchant, until_ms) WHERE until_ms > 0;
CREATE INDEX channel_share_hard ON channel_share (merchant, channel) WHERE kind = 'hard';
CREATE TABLE stock_feed (
    merchant    BIGINT NOT NULL,
    channel     TEXT   NOT NULL,
    by_location BIGINT NOT NULL,
    sweeping    BIGINT NOT NULL,
    sweep_after BYTEA  NOT NULL,
    PRIMARY KEY (merchant, channel)
);
CREATE TABLE stock_changed (
    merchant BIGINT NOT NULL,
    id       BYTEA  NOT NULL,
    item     BYTEA  NOT NULL,
    location TEXT   NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE TABLE availability_rule (
    merchant   BIGINT NOT NULL,
    item       BYTEA  NOT NULL,
    category   TEXT   NOT NULL,
    kind       TEXT   NOT NULL CHECK (kind IN ('safety', 'buffer', 'offer', 'policy')),
    location   TEXT   NOT NULL,
    channel    TEXT   NOT NULL,
    mode       TEXT   NOT NULL CHECK (mode IN ('', 'yes', 'no', 'none', 'backorder', 'preorder')),
    quantity   BIGINT NOT NULL CHECK (quantity >= 0),
    lead_days  BIGINT NOT NULL CHECK (lead_days >= 0),
    release_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, item, category, kind, location, channel)
);
CREATE TABLE location_reach (
    merchant     BIGINT NOT NULL,
    location     TEXT   NOT NULL,
    offline      BIGINT NOT NULL,
    since_ms     BIGINT NOT NULL,
    heartbeat_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, location)
);
CREATE TABLE stock_hold (
    merchant      BIGINT NOT NULL,
    id            BYTEA  NOT NULL,
    channel       TEXT   NOT NULL,
    location      TEXT   NOT NULL,
    state         TEXT   NOT NULL CHECK (state IN ('open', 'used', 'released', 'expired')),
    order_id      BYTEA,
    made_at_ms    BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    ended_at_ms   BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE INDEX stock_hold_by_expiry ON stock_hold (merchant, expires_at_ms) WHERE state = 'open';
CREATE TABLE promise (
    merchant    BIGINT NOT NULL,
    owner_id    BYTEA  NOT NULL,
    n           BIGINT NOT NULL,
    item        BYTEA  NOT NULL,
    location    TEXT   NOT NULL,
    channel     TEXT   NOT NULL,
    qty         BIGINT NOT NULL,
    promised_ms BIGINT NOT NULL,
    made_at_ms  BIGINT NOT NULL,
    PRIMARY KEY (merchant, owner_id, n)
);
CREATE INDEX promise_by_item ON promise (merchant, item, location, made_at_ms);
CREATE TABLE availability_told (
    merchant  BIGINT NOT NULL,
    channel   TEXT   NOT NULL,
    item      BYTEA  NOT NULL,
    location  TEXT   NOT NULL,
    available BIGINT NOT NULL,
    PRIMARY KEY (merchant, channel, item, location)
);
