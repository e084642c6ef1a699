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
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX customer_by_ref ON customer (merchant, ref);
CREATE INDEX customer_by_email ON customer (merchant, email);
CREATE INDEX customer_by_phone ON customer (merchant, phone);
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
