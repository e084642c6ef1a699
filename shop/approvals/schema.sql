-- approval: one person's consent to what another does; good once and for a short time
CREATE TABLE approval (
    merchant      BIGINT NOT NULL,
    id            BYTEA  NOT NULL,
    subject       TEXT   NOT NULL, -- what is approved: SHA-256 of it, as the refusal or the quote says
    amount        BIGINT NOT NULL, -- at most so much, minor units
    reason        TEXT   NOT NULL, -- or empty
    approver      BYTEA,           -- the API key that gave it, or NULL: the program itself
    made_at_ms    BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL, -- cannot be used from then on
    used_for      BYTEA,           -- the order, shift … it was used for, or NULL
    kind          TEXT   NOT NULL DEFAULT 'discount', -- see core/approval.def
    PRIMARY KEY (merchant, id)
);
