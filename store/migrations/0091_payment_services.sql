-- 0091_payment_services.sql: several payment services for one merchant, their terminals, which of them each payment
-- went to, and what they said by themselves.
CREATE TABLE payment_service (
    merchant             BIGINT NOT NULL,
    code                 TEXT   NOT NULL,
    kind                 TEXT   NOT NULL CHECK (kind IN ('simulator', 'stripe', 'adyen')),
    url                  TEXT   NOT NULL,
    account              TEXT   NOT NULL,
    secret               TEXT   NOT NULL,
    webhook_secret       TEXT   NOT NULL,
    terminal_url         TEXT   NOT NULL,
    terminal_secret      TEXT   NOT NULL,
    terminal_key         TEXT   NOT NULL,
    terminal_key_version BIGINT NOT NULL,
    active               BIGINT NOT NULL,
    PRIMARY KEY (merchant, code)
);
CREATE TABLE payment_service_use (
    merchant BIGINT NOT NULL,
    location TEXT   NOT NULL,
    channel  TEXT   NOT NULL,
    service  TEXT   NOT NULL,
    PRIMARY KEY (merchant, location, channel)
);
CREATE TABLE terminal (
    merchant BIGINT NOT NULL,
    code     TEXT   NOT NULL,
    location TEXT   NOT NULL,
    service  TEXT   NOT NULL,
    reader   TEXT   NOT NULL,
    url      TEXT   NOT NULL,
    active   BIGINT NOT NULL,
    PRIMARY KEY (merchant, code)
);
CREATE TABLE payment_route (
    merchant BIGINT NOT NULL,
    payment  BYTEA  NOT NULL,
    order_id BYTEA  NOT NULL,
    n        BIGINT NOT NULL,
    service  TEXT   NOT NULL,
    terminal TEXT   NOT NULL,
    card     TEXT   NOT NULL,
    at_ms    BIGINT NOT NULL,
    PRIMARY KEY (merchant, payment)
);
CREATE INDEX payment_route_card ON payment_route (merchant, card) WHERE card <> '';
CREATE TABLE payment_notice (
    merchant  BIGINT NOT NULL,
    about     BYTEA  NOT NULL,
    event     TEXT   NOT NULL,
    service   TEXT   NOT NULL,
    reference TEXT   NOT NULL,
    amount    BIGINT NOT NULL,
    reason    TEXT   NOT NULL,
    at_ms     BIGINT NOT NULL,
    PRIMARY KEY (merchant, about, event, reference)
);
