-- audit_log: what was done by whom; each row's hash covers the row before it in its stream
CREATE TABLE audit_log (
    merchant BIGINT NOT NULL,
    stream   BIGINT NOT NULL, -- the database connection that wrote it; 0 on SQLite
    seq      BIGINT NOT NULL, -- 1, 2, 3 … within the stream
    at_ms    BIGINT NOT NULL,
    actor    BYTEA  NOT NULL, -- API key id
    action   TEXT   NOT NULL, -- what was done, e.g. item.put
    subject  BYTEA  NOT NULL, -- id of the document
    detail   TEXT   NOT NULL, -- more about it, or empty
    hash     BYTEA  NOT NULL, -- SHA-256 of the previous hash and this row
    PRIMARY KEY (merchant, stream, seq)
);
CREATE INDEX audit_log_by_time ON audit_log (merchant, at_ms, stream, seq);
CREATE INDEX audit_log_by_subject ON audit_log (merchant, subject, at_ms, stream, seq);
