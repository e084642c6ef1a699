-- payment: one tender of an order; never a card number, only what the payment service calls it
CREATE TABLE payment (
    merchant    BIGINT NOT NULL,
    order_id    BYTEA  NOT NULL,
    n           BIGINT NOT NULL, -- 1, 2 … within the order
    id          BYTEA  NOT NULL, -- our key at the payment service
    kind        TEXT   NOT NULL CHECK (kind IN ('cash', 'card')),
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
    PRIMARY KEY (merchant, order_id, n)
);
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
    kind        TEXT   NOT NULL CHECK (kind IN ('cash', 'card')),
    state       TEXT   NOT NULL CHECK (state IN ('pending', 'done')),
    amount      BIGINT NOT NULL CHECK (amount > 0), -- minor units
    at_ms       BIGINT NOT NULL,
    next_ask_ms BIGINT NOT NULL, -- when to send it again; 0: done
    account     TEXT   NOT NULL DEFAULT '', -- booked to this one: card_held or customer_owes; empty: money went back
    PRIMARY KEY (merchant, return_id, n)
);
-- the refunds that are not done: what the jobs look for
CREATE INDEX refund_open ON refund (next_ask_ms) WHERE next_ask_ms > 0;
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
