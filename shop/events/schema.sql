-- event: the outbox; what happened, written in the transaction in which it happened
CREATE TABLE event (
    merchant BIGINT NOT NULL,
    tx       BIGINT NOT NULL, -- SQLite: 1, 2, 3 …; PostgreSQL: number of the transaction, or of a later one
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
    url         TEXT   NOT NULL, -- where events are posted to
    secret      TEXT   NOT NULL, -- key of the HMAC: whsec_ and base64
    kinds       TEXT   NOT NULL, -- event kinds, one blank between, or *
    active      BIGINT NOT NULL, -- 0: it answered 410 Gone
    at_tx       BIGINT NOT NULL, -- the last event delivered or parked
    at_id       BYTEA  NOT NULL, -- of the same
    attempts    BIGINT NOT NULL, -- failures of the next event so far
    first_ms    BIGINT NOT NULL, -- since when it has only failed; 0: the last try was good
    next_ms     BIGINT NOT NULL, -- not before
    last_error  TEXT   NOT NULL, -- why the last try failed, or empty
    lease       BYTEA  NOT NULL, -- who is telling it at the moment: a random id
    lease_ms    BIGINT NOT NULL, -- until when nobody else may; 0: nobody is
    made_at_ms  BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
-- webhook_parked: events given up after too many failures; can be sent again
CREATE TABLE webhook_parked (
    merchant   BIGINT NOT NULL,
    webhook_id BYTEA  NOT NULL, -- for whom
    tx         BIGINT NOT NULL, -- of the event
    id         BYTEA  NOT NULL, -- of the event
    why        TEXT   NOT NULL, -- why the last try failed
    again      BIGINT NOT NULL, -- 1: to be sent again
    at_ms      BIGINT NOT NULL,
    PRIMARY KEY (merchant, webhook_id, tx, id)
);
