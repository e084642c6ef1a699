-- 0018_work.sql: who of the staff has taken which task.
CREATE TABLE work_claim (
    merchant      BIGINT NOT NULL,
    document_id   BYTEA  NOT NULL,
    kind          TEXT   NOT NULL,
    made_by       BYTEA  NOT NULL,
    made_at_ms    BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, document_id, kind)
);
CREATE INDEX work_claim_ended ON work_claim (merchant, expires_at_ms);
CREATE INDEX stock_transfer_to_send ON stock_transfer (merchant, from_location, state);
CREATE INDEX purchase_order_to_receive ON purchase_order (merchant, location, state);
