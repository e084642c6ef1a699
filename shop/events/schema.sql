-- event: the outbox; what happened, written in the transaction in which it happened
CREATE TABLE event (
    merchant BIGINT NOT NULL,
    tx       BIGINT NOT NULL, -- SQLite: 1, 2, 3 …; PostgreSQL: the number of the transaction
    id       BYTEA  NOT NULL,
    kind     TEXT   NOT NULL, -- e.g. order.paid
    subject  BYTEA  NOT NULL, -- id of the document; order is kept within it
    at_ms    BIGINT NOT NULL,
    body     TEXT   NOT NULL, -- JSON object
    PRIMARY KEY (merchant, tx, id)
);
-- webhook: who is told of events, and how far
CREATE TABLE webhook (
    merchant    BIGINT NOT NULL,
    id          BYTEA  NOT NULL,
    url         TEXT   NOT NULL, -- where it is called
    secret      TEXT   NOT NULL, -- key of the HMAC
    kinds       TEXT   NOT NULL, -- event kinds, one blank between, or *
    active      BIGINT NOT NULL,
    at_tx       BIGINT NOT NULL, -- the last event delivered or parked
    at_id       BYTEA  NOT NULL, -- and the id of that event
    attempts    BIGINT NOT NULL, -- failures of the next event so far
    first_ms    BIGINT NOT NULL, -- when it failed first; 0: never
    next_ms     BIGINT NOT NULL, -- not before
    last_error  TEXT   NOT NULL, -- why the last call failed, or empty
    made_at_ms  BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
-- webhook_parked: events given up after too many failures; can be sent again
CREATE TABLE webhook_parked (
    merchant   BIGINT NOT NULL,
    webhook_id BYTEA  NOT NULL, -- whose it is
    tx         BIGINT NOT NULL, -- of the event, as its id
    id         BYTEA  NOT NULL,
    why        TEXT   NOT NULL, -- the last failure
    at_ms      BIGINT NOT NULL,
    PRIMARY KEY (merchant, webhook_id, tx, id)
);
