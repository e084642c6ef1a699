-- work_claim: who has taken a task; it is free again when the claim has ended
CREATE TABLE work_claim (
    merchant      BIGINT NOT NULL,
    document_id   BYTEA  NOT NULL, -- the fulfilment, transfer, purchase order, count
    kind          TEXT   NOT NULL, -- pick, pack, stage, ship, hand_over, receive or count
    made_by       BYTEA  NOT NULL, -- API key of who has it
    made_at_ms    BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL, -- free again from then on
    PRIMARY KEY (merchant, document_id, kind)
);
CREATE INDEX work_claim_ended ON work_claim (merchant, expires_at_ms);
