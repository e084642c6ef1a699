-- payment_service: who takes cards for the merchant; never a secret, only what a secret is called
CREATE TABLE payment_service (
    merchant             BIGINT NOT NULL,
    code                 TEXT   NOT NULL, -- short and for ever; names its account, clearing:CODE
    kind                 TEXT   NOT NULL CHECK (kind IN ('simulator', 'stripe', 'adyen')),
    url                  TEXT   NOT NULL, -- of its API; empty: the service's own
    account              TEXT   NOT NULL, -- ours at the service, or empty
    secret               TEXT   NOT NULL, -- name of the API key
    webhook_secret       TEXT   NOT NULL, -- name of what its webhooks are signed with, or empty
    terminal_url         TEXT   NOT NULL, -- where its terminals are reached through the service; empty: its own
    terminal_secret      TEXT   NOT NULL, -- name of the passphrase of terminals that are called directly, or empty
    terminal_key         TEXT   NOT NULL, -- what the service calls that passphrase, or empty
    terminal_key_version BIGINT NOT NULL, -- its version
    active               BIGINT NOT NULL, -- 0: takes no new payments
    PRIMARY KEY (merchant, code)
);
-- payment_service_use: where and through what a service takes cards
CREATE TABLE payment_service_use (
    merchant BIGINT NOT NULL,
    location TEXT   NOT NULL, -- empty: any
    channel  TEXT   NOT NULL, -- empty: any
    service  TEXT   NOT NULL, -- its code
    PRIMARY KEY (merchant, location, channel)
);
-- terminal: a card reader
CREATE TABLE terminal (
    merchant BIGINT NOT NULL,
    code     TEXT   NOT NULL, -- short and for ever, e.g. LON-1
    location TEXT   NOT NULL, -- where it stands
    service  TEXT   NOT NULL, -- code of the payment service it belongs to
    reader   TEXT   NOT NULL, -- what the service calls it
    url      TEXT   NOT NULL, -- where it is called directly; empty: through the service
    active   BIGINT NOT NULL, -- 0: takes no payments
    PRIMARY KEY (merchant, code)
);
-- payment_route: which service a card payment goes to, whatever the settings become later
CREATE TABLE payment_route (
    merchant BIGINT NOT NULL,
    payment  BYTEA  NOT NULL, -- our key of the payment
    order_id BYTEA  NOT NULL,
    n        BIGINT NOT NULL, -- of the payment within the order
    service  TEXT   NOT NULL, -- code of the payment service
    terminal TEXT   NOT NULL, -- code of the reader that asks for the card, or empty
    card     TEXT   NOT NULL, -- what the service calls the card, the same at each sale; empty: not said
    at_ms    BIGINT NOT NULL,
    entry_mode TEXT NOT NULL DEFAULT '', -- chip, contactless, swipe, keyed, ecommerce; empty: not said
    wallet   TEXT   NOT NULL DEFAULT '', -- apple_pay, google_pay …; empty: none
    PRIMARY KEY (merchant, payment)
);
-- by the card: a customer without a receipt
CREATE INDEX payment_route_card ON payment_route (merchant, card) WHERE card <> '';
-- payment_notice: what a payment service said by itself, signed, of something we asked for: some tell what became of
-- it in no other way. Twice the same is one row.
CREATE TABLE payment_notice (
    merchant  BIGINT NOT NULL,
    about     BYTEA  NOT NULL, -- our key: of the payment, the capture or the refund
    event     TEXT   NOT NULL, -- charge, charge_failed, capture, capture_failed, refund, refund_failed, cancel, dispute …
    service   TEXT   NOT NULL, -- code of the payment service
    reference TEXT   NOT NULL, -- the service's own for it
    amount    BIGINT NOT NULL, -- minor units
    reason    TEXT   NOT NULL, -- the service's words, or empty
    at_ms     BIGINT NOT NULL,
    PRIMARY KEY (merchant, about, event, reference)
);
