-- event: the outbox; what happened, written in the transaction in which it happened
CREATE TABLE event (
    merchant BIGINT NOT NULL,
    tx       BIGINT NOT NULL, -- transaction number on PostgreSQL; 0 on SQLite, where ids are in order
    id       BYTEA  NOT NULL,
    kind     TEXT   NOT NULL, -- e.g. order.paid
    subject  BYTEA  NOT NULL, -- id of the document; order is kept within it
    at_ms    BIGINT NOT NULL,
    body     TEXT   NOT NULL, -- JSON
    PRIMARY KEY (merchant, tx, id)
);
