-- 0133_profiles.sql — one profile of a customer over all channels: what other systems call it, profiles that became one,
-- and what was erased.
ALTER TABLE customer ADD COLUMN phone_key TEXT NOT NULL DEFAULT '';
ALTER TABLE customer ADD COLUMN merged_into BYTEA;
ALTER TABLE customer ADD COLUMN erased_at_ms BIGINT NOT NULL DEFAULT 0;
UPDATE customer SET phone_key = replace(phone, '+', '') WHERE length(phone) < 10;
UPDATE customer SET phone_key = substr(phone, length(phone) - 8) WHERE length(phone) >= 10;
DROP INDEX customer_by_phone;
CREATE INDEX customer_by_phone_key ON customer (merchant, phone_key);
CREATE INDEX customer_merged ON customer (merchant, merged_into) WHERE merged_into IS NOT NULL;
-- customer_external: what other systems call a customer
CREATE TABLE customer_external (
    merchant    BIGINT NOT NULL,
    system      TEXT   NOT NULL, -- code of the other system, e.g. webshop
    external_id TEXT   NOT NULL, -- there
    customer    BYTEA  NOT NULL,
    PRIMARY KEY (merchant, system, external_id)
);
CREATE INDEX customer_external_by_customer ON customer_external (merchant, customer, system);
-- customer_merge: two profiles that became one; with customer_merge_row all that is needed to part them again
CREATE TABLE customer_merge (
    merchant BIGINT NOT NULL,
    id       BYTEA  NOT NULL,
    gone     BYTEA  NOT NULL, -- the customer that is no more
    remains  BYTEA  NOT NULL, -- the customer that it became then
    profile  TEXT   NOT NULL, -- JSON of the one that is gone, as it was; empty: was erased
    reason   TEXT   NOT NULL, -- how it was known, or who demanded it
    made_by  BYTEA,           -- the API key, or NULL: the program itself
    at_ms    BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE INDEX customer_merge_by_remains ON customer_merge (merchant, remains, id);
-- customer_merge_row: what changed hands by it
CREATE TABLE customer_merge_row (
    merchant BIGINT NOT NULL,
    merge    BYTEA  NOT NULL, -- id of the merge
    kind     TEXT   NOT NULL, -- order, return, fulfilment, consent, certificate, external …
    document BYTEA  NOT NULL, -- its id
    PRIMARY KEY (merchant, merge, kind, document)
);
-- customer_erasure: personal data that was removed on somebody's demand
CREATE TABLE customer_erasure (
    merchant BIGINT NOT NULL,
    id       BYTEA  NOT NULL,
    customer BYTEA  NOT NULL,
    reason   TEXT   NOT NULL, -- who demanded it
    removed  TEXT   NOT NULL, -- JSON: how many rows of what
    made_by  BYTEA,           -- the API key, or NULL: the program itself
    at_ms    BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE INDEX customer_erasure_by_customer ON customer_erasure (merchant, customer);
