-- availability_rule: what is kept back, offered, or sold before it is there; for which items, places and channels.
-- Of several that match, the most specific holds (core/scope.h).
CREATE TABLE availability_rule (
    merchant   BIGINT NOT NULL,
    item       BYTEA  NOT NULL, -- or empty: not for one item
    category   TEXT   NOT NULL, -- code, or empty: not for one category
    kind       TEXT   NOT NULL CHECK (kind IN ('safety', 'buffer', 'offer', 'policy')), -- what it says
    location   TEXT   NOT NULL, -- or empty: all
    channel    TEXT   NOT NULL, -- or empty: all
    mode       TEXT   NOT NULL CHECK (mode IN ('', 'yes', 'no', 'none', 'backorder', 'preorder')), -- of offer and policy
    quantity   BIGINT NOT NULL CHECK (quantity >= 0),  -- thousandths kept back; of a policy: the most sold ahead, 0: no limit
    lead_days  BIGINT NOT NULL CHECK (lead_days >= 0), -- of a policy: till it is there when nothing is expected
    release_ms BIGINT NOT NULL, -- of a preorder: goes out from then on; 0: no date
    PRIMARY KEY (merchant, item, category, kind, location, channel)
);
-- location_reach: whether a location can be reached; no row: it can
CREATE TABLE location_reach (
    merchant     BIGINT NOT NULL,
    location     TEXT   NOT NULL,
    offline      BIGINT NOT NULL, -- 1: out of reach
    since_ms     BIGINT NOT NULL, -- in this state since
    heartbeat_ms BIGINT NOT NULL, -- when it last told that it is there; 0: never
    PRIMARY KEY (merchant, location)
);
-- stock_hold: what a cart holds for a while; the goods are its claims
CREATE TABLE stock_hold (
    merchant      BIGINT NOT NULL,
    id            BYTEA  NOT NULL,
    channel       TEXT   NOT NULL,
    location      TEXT   NOT NULL, -- or empty: any that serves the channel
    state         TEXT   NOT NULL CHECK (state IN ('open', 'used', 'released', 'expired')), -- how it is, or how it ended
    order_id      BYTEA,           -- that used it, or NULL
    made_at_ms    BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL, -- ends from then on
    ended_at_ms   BIGINT NOT NULL, -- when it ended; 0: it is open
    PRIMARY KEY (merchant, id)
);
CREATE INDEX stock_hold_by_expiry ON stock_hold (merchant, expires_at_ms) WHERE state = 'open';
-- promise: the date that was promised for a backordered claim
CREATE TABLE promise (
    merchant    BIGINT NOT NULL,
    owner_id    BYTEA  NOT NULL, -- of the claim
    n           BIGINT NOT NULL, -- of the claim
    item        BYTEA  NOT NULL,
    location    TEXT   NOT NULL,
    channel     TEXT   NOT NULL,
    qty         BIGINT NOT NULL,
    promised_ms BIGINT NOT NULL, -- 0: no date
    made_at_ms  BIGINT NOT NULL,
    PRIMARY KEY (merchant, owner_id, n)
);
CREATE INDEX promise_by_item ON promise (merchant, item, location, made_at_ms);
-- availability_told: the figures that the feed of a channel told last
CREATE TABLE availability_told (
    merchant  BIGINT NOT NULL,
    channel   TEXT   NOT NULL,
    item      BYTEA  NOT NULL,
    location  TEXT   NOT NULL, -- or empty: the sum over the channel's locations
    available BIGINT NOT NULL, -- thousandths
    PRIMARY KEY (merchant, channel, item, location)
);
