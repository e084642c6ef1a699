-- merchant: a tenant; its number is the first key of every other table
CREATE TABLE merchant (
    merchant BIGINT NOT NULL,
    name     TEXT   NOT NULL, -- printed on receipts
    currency TEXT   NOT NULL, -- ISO 4217
    address  TEXT   NOT NULL, -- printed on receipts
    tax_number TEXT NOT NULL, -- printed on receipts
    PRIMARY KEY (merchant)
);
-- role: a name for a set of permissions
CREATE TABLE role (
    merchant BIGINT NOT NULL,
    role     TEXT   NOT NULL, -- its name, e.g. cashier
    perms    TEXT   NOT NULL, -- permission codes, one blank between, or *
    PRIMARY KEY (merchant, role)
);
-- api_key: who may call; the key itself is never stored
CREATE TABLE api_key (
    merchant   BIGINT NOT NULL,
    id         BYTEA  NOT NULL,
    hash       BYTEA  NOT NULL, -- SHA-256 of the key
    role       TEXT   NOT NULL, -- what its holder may do
    label      TEXT   NOT NULL, -- what it is for
    made_at_ms BIGINT NOT NULL,
    revoked_at_ms BIGINT NOT NULL, -- 0: in force
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX api_key_by_hash ON api_key (hash);
