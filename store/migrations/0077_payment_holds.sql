-- 0077_payment_holds.sql: cards that are only authorised at the sale, and captured as goods leave.
CREATE TABLE payment_hold (
    merchant      BIGINT NOT NULL,
    order_id      BYTEA  NOT NULL,
    n             BIGINT NOT NULL,
    state         TEXT   NOT NULL CHECK (state IN ('wanted', 'open', 'expired', 'closing', 'closed')),
    held          BIGINT NOT NULL CHECK (held > 0),
    captured      BIGINT NOT NULL CHECK (captured >= 0),
    released      BIGINT NOT NULL CHECK (released >= 0),
    failed        BIGINT NOT NULL CHECK (failed >= 0),
    forgiven      BIGINT NOT NULL CHECK (forgiven BETWEEN 0 AND failed),
    expires_at_ms BIGINT NOT NULL,
    next_ask_ms   BIGINT NOT NULL,
    PRIMARY KEY (merchant, order_id, n),
    CHECK (captured + released + failed <= held)
);
CREATE INDEX payment_hold_open ON payment_hold (next_ask_ms) WHERE next_ask_ms > 0;
CREATE TABLE payment_capture (
    merchant    BIGINT NOT NULL,
    order_id    BYTEA  NOT NULL,
    payment_n   BIGINT NOT NULL,
    id          BYTEA  NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('pending', 'done', 'declined')),
    amount      BIGINT NOT NULL CHECK (amount > 0),
    reason      TEXT   NOT NULL,
    at_ms       BIGINT NOT NULL,
    next_ask_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, order_id, payment_n, id)
);
CREATE INDEX payment_capture_open ON payment_capture (next_ask_ms) WHERE next_ask_ms > 0;
ALTER TABLE refund ADD COLUMN account TEXT NOT NULL DEFAULT '';
