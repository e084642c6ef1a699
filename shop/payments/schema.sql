-- payment: one tender of an order; never a card number, only what the payment service calls it
CREATE TABLE payment (
    merchant    BIGINT NOT NULL,
    order_id    BYTEA  NOT NULL,
    n           BIGINT NOT NULL, -- 1, 2 … within the order
    id          BYTEA  NOT NULL, -- our key at the payment service
    kind        TEXT   NOT NULL, -- see core/tender.def
    state       TEXT   NOT NULL CHECK (state IN ('pending', 'captured', 'declined', 'reversing', 'reversed')),
    amount      BIGINT NOT NULL CHECK (amount >= 0), -- minor units that count towards the order
    tendered    BIGINT NOT NULL, -- cash handed over
    change      BIGINT NOT NULL, -- cash given back
    refunded    BIGINT NOT NULL CHECK (refunded BETWEEN 0 AND amount), -- given back since, pending or done
    reference   TEXT   NOT NULL, -- of the payment service, or empty
    brand       TEXT   NOT NULL, -- of the card, or empty
    last4       TEXT   NOT NULL, -- of the card, or empty
    reason      TEXT   NOT NULL, -- why declined
    at_ms       BIGINT NOT NULL,
    next_ask_ms BIGINT NOT NULL, -- when to ask the payment service again; 0: settled
    account     TEXT   NOT NULL, -- of the ledger, where its money is, e.g. cash:LON
    account_of  BYTEA,           -- whose part of that: gift card, customer, shift; NULL: nobody's
    deposited   BIGINT NOT NULL, -- 1: booked when it came, the order was not paid yet
    rounding    BIGINT NOT NULL, -- of `amount`: what paying in coins that are there added or took off
    tip         BIGINT NOT NULL, -- taken on top, minor units
    surcharge   BIGINT NOT NULL, -- the same, for paying this way
    coin        TEXT   NOT NULL, -- currency of foreign cash that was handed over, or empty
    coins       BIGINT NOT NULL, -- how much of it, in its minor units
    service     TEXT   NOT NULL, -- code of the payment service, or empty
    PRIMARY KEY (merchant, order_id, n)
);
CREATE INDEX payment_by_reference ON payment (merchant, reference) WHERE reference <> '';
-- the payments that are not settled: what the jobs look for
CREATE INDEX payment_open ON payment (next_ask_ms) WHERE next_ask_ms > 0;
-- refund: money given back for a return
CREATE TABLE refund (
    merchant    BIGINT NOT NULL,
    return_id   BYTEA  NOT NULL, -- the return it pays for
    n           BIGINT NOT NULL, -- 1, 2 … within the return
    id          BYTEA  NOT NULL, -- our key at the payment service
    order_id    BYTEA,           -- the sale, or NULL without receipt
    payment_n   BIGINT NOT NULL, -- the payment it goes back to; 0: none of ours
    kind        TEXT   NOT NULL, -- where it goes, see core/tender.def
    state       TEXT   NOT NULL CHECK (state IN ('pending', 'done', 'refused', 'replaced')),
    amount      BIGINT NOT NULL CHECK (amount > 0), -- minor units
    at_ms       BIGINT NOT NULL,
    next_ask_ms BIGINT NOT NULL, -- when to send it again; 0: done
    account     TEXT   NOT NULL, -- of the ledger, from which it is taken
    account_of  BYTEA,           -- whose part of that; NULL: nobody's
    reason      TEXT   NOT NULL, -- why the service refused it, or empty
    PRIMARY KEY (merchant, return_id, n)
);
-- the refunds that are not done: what the jobs look for
CREATE INDEX refund_open ON refund (next_ask_ms) WHERE next_ask_ms > 0;
-- by our key: what a settlement file tells of
CREATE INDEX refund_by_id ON refund (merchant, id);
CREATE INDEX refund_by_order ON refund (merchant, order_id) WHERE order_id IS NOT NULL;
-- payment_hold: a card that is only authorised at the sale; its payment is captured as far as this says
CREATE TABLE payment_hold (
    merchant      BIGINT NOT NULL,
    order_id      BYTEA  NOT NULL,
    n             BIGINT NOT NULL, -- of the payment
    state         TEXT   NOT NULL CHECK (state IN ('wanted', 'open', 'expired', 'closing', 'closed')),
    held          BIGINT NOT NULL CHECK (held > 0), -- minor units, as all below; the payment's amount
    captured      BIGINT NOT NULL CHECK (captured >= 0), -- asked for and not declined
    released      BIGINT NOT NULL CHECK (released >= 0), -- never captured: the goods were given up
    failed        BIGINT NOT NULL CHECK (failed >= 0), -- declined after the goods had left: the customer owes it
    forgiven      BIGINT NOT NULL CHECK (forgiven BETWEEN 0 AND failed), -- of that: the goods came back
    expires_at_ms BIGINT NOT NULL, -- until when the service holds it
    next_ask_ms   BIGINT NOT NULL, -- when something is to be done; 0: nothing
    PRIMARY KEY (merchant, order_id, n),
    CHECK (captured + released + failed <= held)
);
-- the holds that end by time or are to be given up: what the jobs look for
CREATE INDEX payment_hold_open ON payment_hold (next_ask_ms) WHERE next_ask_ms > 0;
-- payment_capture: a part of a hold that was asked for when goods left
CREATE TABLE payment_capture (
    merchant    BIGINT NOT NULL,
    order_id    BYTEA  NOT NULL,
    payment_n   BIGINT NOT NULL, -- the payment that is held
    id          BYTEA  NOT NULL, -- our key at the payment service
    state       TEXT   NOT NULL CHECK (state IN ('pending', 'done', 'declined')),
    amount      BIGINT NOT NULL CHECK (amount > 0), -- minor units
    reason      TEXT   NOT NULL, -- why declined
    at_ms       BIGINT NOT NULL,
    next_ask_ms BIGINT NOT NULL, -- when to send it again; 0: settled
    PRIMARY KEY (merchant, order_id, payment_n, id)
);
-- the captures that are not settled: what the jobs look for
CREATE INDEX payment_capture_open ON payment_capture (next_ask_ms) WHERE next_ask_ms > 0;
-- exchange_rate: what foreign cash is taken for
CREATE TABLE exchange_rate (
    merchant   BIGINT NOT NULL,
    currency   TEXT   NOT NULL, -- in which is paid, ISO 4217
    coin       TEXT   NOT NULL, -- of the cash that is handed over, ISO 4217
    coins      BIGINT NOT NULL CHECK (coins > 0), -- so much of it, in its minor units …
    worth      BIGINT NOT NULL CHECK (worth > 0), -- … is taken for so much, in those of `currency`
    updated_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, currency, coin)
);
-- surcharge: what paying with some tender costs on top
CREATE TABLE surcharge (
    merchant BIGINT NOT NULL,
    code     TEXT   NOT NULL, -- for ever
    kind     TEXT   NOT NULL, -- of the tender
    brand    TEXT   NOT NULL, -- of the card; empty: any
    location TEXT   NOT NULL, -- where; empty: anywhere
    channel  TEXT   NOT NULL, -- through what; empty: any
    ppm      BIGINT NOT NULL CHECK (ppm BETWEEN 0 AND 1000000), -- of what is paid with it, parts per million
    amount   BIGINT NOT NULL CHECK (amount >= 0), -- and so much, minor units of the merchant's currency
    most     BIGINT NOT NULL CHECK (most >= 0), -- no more than that; 0: no limit
    PRIMARY KEY (merchant, code)
);
-- of some time: what no settlement file has
CREATE INDEX payment_capture_by_time ON payment_capture (merchant, at_ms);
