-- consent: what a person allowed the shop to do, in which words, when and where; never changed but for its end
CREATE TABLE consent (
    merchant        BIGINT NOT NULL,
    id              BYTEA  NOT NULL,
    customer        BYTEA  NOT NULL,
    what            TEXT   NOT NULL, -- what for: loyalty, email_marketing, digital_receipt …
    wording         TEXT   NOT NULL, -- exactly as it was read
    language        TEXT   NOT NULL, -- of the wording, e.g. en; or empty
    channel         TEXT   NOT NULL, -- how it was given: pos, web, join_page, receipt …
    document        BYTEA,           -- the join, order … with which it was given; or NULL
    given_at_ms     BIGINT NOT NULL, -- UTC milliseconds
    withdrawn_at_ms BIGINT NOT NULL, -- UTC milliseconds; 0: it holds
    withdrawn_how   TEXT   NOT NULL, -- the channel of that, or empty
    PRIMARY KEY (merchant, id)
);
-- a purpose is consented to once at a time
CREATE UNIQUE INDEX consent_in_force ON consent (merchant, customer, what) WHERE withdrawn_at_ms = 0;
CREATE INDEX consent_by_customer ON consent (merchant, customer, id);
