-- customer: who buys; one profile over all channels
CREATE TABLE customer (
    merchant      BIGINT NOT NULL,
    id            BYTEA  NOT NULL,
    ref           TEXT   NOT NULL, -- the merchant's own number, unique; or the id as text
    name          TEXT   NOT NULL,
    email         TEXT   NOT NULL, -- or empty
    phone         TEXT   NOT NULL, -- digits with +, or empty
    country       TEXT   NOT NULL, -- ISO 3166-1 alpha-2, or empty
    note          TEXT   NOT NULL,
    birthday      BIGINT NOT NULL, -- month times 100 plus day; 0: not known
    groups        TEXT   NOT NULL, -- JSON list of texts; or empty
    tier          TEXT   NOT NULL, -- of loyalty, or empty
    made_at_ms    BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    phone_key     TEXT   NOT NULL DEFAULT '', -- last nine digits of the phone number: by what it is found
    merged_into   BYTEA,           -- the customer that this one became; NULL: none
    erased_at_ms  BIGINT NOT NULL DEFAULT 0, -- when what was known was erased, UTC milliseconds; 0: it was not
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX customer_by_ref ON customer (merchant, ref);
CREATE INDEX customer_by_email ON customer (merchant, email);
CREATE INDEX customer_by_phone_key ON customer (merchant, phone_key);
-- who became somebody
CREATE INDEX customer_merged ON customer (merchant, merged_into) WHERE merged_into IS NOT NULL;
-- whose birthday it is
CREATE INDEX customer_by_birthday ON customer (merchant, birthday, id) WHERE birthday > 0;
-- customer_word: the words of a customer's name, number, e-mail address and phone, for search by prefix
CREATE TABLE customer_word (
    merchant BIGINT NOT NULL,
    word     BYTEA  NOT NULL, -- lower case, UTF-8; as bytes, so that both engines order it alike
    customer BYTEA  NOT NULL,
    PRIMARY KEY (merchant, word, customer)
);
CREATE INDEX customer_word_by_customer ON customer_word (merchant, customer, word);
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
