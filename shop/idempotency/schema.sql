-- idempotency_key: the answer to each write, by the key its caller chose
CREATE TABLE idempotency_key ( -- rowid: the answers are long
    merchant    BIGINT NOT NULL,
    name        TEXT   NOT NULL, -- the caller's key
    fingerprint BYTEA  NOT NULL, -- SHA-256 of method, path and body
    status      BIGINT NOT NULL, -- HTTP status of the answer; 0: not answered yet
    body        TEXT   NOT NULL, -- the answer, byte for byte; while there is none: the id of the document
    made_at_ms  BIGINT NOT NULL,
    PRIMARY KEY (merchant, name)
);
