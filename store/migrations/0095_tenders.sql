-- 0095_tenders.sql: more kinds of tenders, where each is booked, tips, surcharges, foreign coins; orders that are
-- paid little by little; clearing accounts for each payment service.
CREATE TABLE payment_before (
    merchant    BIGINT NOT NULL,
    order_id    BYTEA  NOT NULL,
    n           BIGINT NOT NULL,
    id          BYTEA  NOT NULL,
    kind        TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    amount      BIGINT NOT NULL,
    tendered    BIGINT NOT NULL,
    change      BIGINT NOT NULL,
    refunded    BIGINT NOT NULL,
    reference   TEXT   NOT NULL,
    brand       TEXT   NOT NULL,
    last4       TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    at_ms       BIGINT NOT NULL,
    next_ask_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, order_id, n)
);
INSERT INTO payment_before SELECT merchant, order_id, n, id, kind, state, amount, tendered, change, refunded, reference,
    brand, last4, reason, at_ms, next_ask_ms FROM payment;
DROP TABLE payment;
CREATE TABLE payment (
    merchant    BIGINT NOT NULL,
    order_id    BYTEA  NOT NULL,
    n           BIGINT NOT NULL,
    id          BYTEA  NOT NULL,
    kind        TEXT   NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('pending', 'captured', 'declined', 'reversing', 'reversed')),
    amount      BIGINT NOT NULL CHECK (amount >= 0),
    tendered    BIGINT NOT NULL,
    change      BIGINT NOT NULL,
    refunded    BIGINT NOT NULL CHECK (refunded BETWEEN 0 AND amount),
    reference   TEXT   NOT NULL,
    brand       TEXT   NOT NULL,
    last4       TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    at_ms       BIGINT NOT NULL,
    next_ask_ms BIGINT NOT NULL,
    account     TEXT   NOT NULL,
    account_of  BYTEA,
    deposited   BIGINT NOT NULL,
    rounding    BIGINT NOT NULL,
    tip         BIGINT NOT NULL,
    surcharge   BIGINT NOT NULL,
    coin        TEXT   NOT NULL,
    coins       BIGINT NOT NULL,
    service     TEXT   NOT NULL,
    PRIMARY KEY (merchant, order_id, n)
);
INSERT INTO payment (merchant, order_id, n, id, kind, state, amount, tendered, change, refunded, reference, brand, last4,
    reason, at_ms, next_ask_ms, account, deposited, rounding, tip, surcharge, coin, coins, service)
SELECT p.merchant, p.order_id, p.n, p.id, p.kind, p.state, p.amount, p.tendered, p.change, p.refunded, p.reference,
    p.brand, p.last4, p.reason, p.at_ms, p.next_ask_ms,
    CASE p.kind WHEN 'cash' THEN 'cash:' || o.location ELSE 'clearing:psp' END, 0,
    CASE p.kind WHEN 'cash' THEN o.cash_rounding ELSE 0 END, 0, 0, '', 0,
    CASE p.kind WHEN 'cash' THEN '' ELSE coalesce(r.service, 'psp') END
FROM payment_before p JOIN sale_order o ON o.merchant = p.merchant AND o.id = p.order_id
LEFT JOIN payment_route r ON r.merchant = p.merchant AND r.payment = p.id;
DROP TABLE payment_before;
CREATE INDEX payment_open ON payment (next_ask_ms) WHERE next_ask_ms > 0;
CREATE INDEX payment_by_reference ON payment (merchant, reference) WHERE reference <> '';
CREATE TABLE refund_before (
    merchant    BIGINT NOT NULL,
    return_id   BYTEA  NOT NULL,
    n           BIGINT NOT NULL,
    id          BYTEA  NOT NULL,
    order_id    BYTEA,
    payment_n   BIGINT NOT NULL,
    kind        TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    amount      BIGINT NOT NULL,
    at_ms       BIGINT NOT NULL,
    next_ask_ms BIGINT NOT NULL,
    account     TEXT   NOT NULL,
    PRIMARY KEY (merchant, return_id, n)
);
INSERT INTO refund_before SELECT merchant, return_id, n, id, order_id, payment_n, kind, state, amount, at_ms, next_ask_ms,
    account FROM refund;
DROP TABLE refund;
CREATE TABLE refund (
    merchant    BIGINT NOT NULL,
    return_id   BYTEA  NOT NULL,
    n           BIGINT NOT NULL,
    id          BYTEA  NOT NULL,
    order_id    BYTEA,
    payment_n   BIGINT NOT NULL,
    kind        TEXT   NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('pending', 'done', 'refused', 'replaced')),
    amount      BIGINT NOT NULL CHECK (amount > 0),
    at_ms       BIGINT NOT NULL,
    next_ask_ms BIGINT NOT NULL,
    account     TEXT   NOT NULL,
    account_of  BYTEA,
    reason      TEXT   NOT NULL,
    PRIMARY KEY (merchant, return_id, n)
);
INSERT INTO refund (merchant, return_id, n, id, order_id, payment_n, kind, state, amount, at_ms, next_ask_ms, account,
    reason)
SELECT f.merchant, f.return_id, f.n, f.id, f.order_id, f.payment_n, f.kind, f.state, f.amount, f.at_ms, f.next_ask_ms,
    CASE WHEN f.account <> '' THEN f.account WHEN f.kind = 'cash' THEN 'cash:' || r.location ELSE 'clearing:psp' END, ''
FROM refund_before f JOIN sale_return r ON r.merchant = f.merchant AND r.id = f.return_id;
DROP TABLE refund_before;
CREATE INDEX refund_open ON refund (next_ask_ms) WHERE next_ask_ms > 0;
CREATE INDEX refund_by_order ON refund (merchant, order_id) WHERE order_id IS NOT NULL;
UPDATE ledger_entry SET debit = 'clearing:psp' WHERE debit = 'card';
UPDATE ledger_entry SET credit = 'clearing:psp' WHERE credit = 'card';
ALTER TABLE sale_order ADD COLUMN gift_cards BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sale_order ADD COLUMN pay_by_ms BIGINT NOT NULL DEFAULT 0;
CREATE INDEX sale_order_unpaid ON sale_order (pay_by_ms) WHERE pay_by_ms > 0;
CREATE TABLE exchange_rate (
    merchant   BIGINT NOT NULL,
    currency   TEXT   NOT NULL,
    coin       TEXT   NOT NULL,
    coins      BIGINT NOT NULL CHECK (coins > 0),
    worth      BIGINT NOT NULL CHECK (worth > 0),
    updated_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, currency, coin)
);
CREATE TABLE surcharge (
    merchant BIGINT NOT NULL,
    code     TEXT   NOT NULL,
    kind     TEXT   NOT NULL,
    brand    TEXT   NOT NULL,
    location TEXT   NOT NULL,
    channel  TEXT   NOT NULL,
    ppm      BIGINT NOT NULL CHECK (ppm BETWEEN 0 AND 1000000),
    amount   BIGINT NOT NULL CHECK (amount >= 0),
    most     BIGINT NOT NULL CHECK (most >= 0),
    PRIMARY KEY (merchant, code)
);
CREATE TABLE gift_card (
    merchant     BIGINT NOT NULL,
    id           BYTEA  NOT NULL,
    hash         BYTEA  NOT NULL,
    last4        TEXT   NOT NULL,
    pin          BYTEA,
    tries        BIGINT NOT NULL,
    locked_until_ms BIGINT NOT NULL,
    state        TEXT   NOT NULL CHECK (state IN ('inactive', 'active', 'blocked', 'expired')),
    currency     TEXT   NOT NULL,
    balance      BIGINT NOT NULL CHECK (balance >= 0),
    location     TEXT   NOT NULL,
    customer     BYTEA,
    note         TEXT   NOT NULL,
    made_at_ms   BIGINT NOT NULL,
    active_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX gift_card_by_hash ON gift_card (merchant, hash);
CREATE INDEX gift_card_by_customer ON gift_card (merchant, customer, id) WHERE customer IS NOT NULL;
CREATE INDEX gift_card_expiring ON gift_card (expires_at_ms) WHERE expires_at_ms > 0 AND state = 'active';
CREATE TABLE gift_card_event (
    merchant BIGINT NOT NULL,
    id       BYTEA  NOT NULL,
    card     BYTEA  NOT NULL,
    kind     TEXT   NOT NULL CHECK (kind IN ('issue', 'transfer', 'expire', 'block', 'unblock', 'cash_out')),
    amount   BIGINT NOT NULL CHECK (amount >= 0),
    other    BYTEA,
    account  TEXT   NOT NULL,
    reason   TEXT   NOT NULL,
    made_by  BYTEA,
    at_ms    BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE INDEX gift_card_event_by_card ON gift_card_event (merchant, card, id);
CREATE TABLE order_gift_card (
    merchant BIGINT NOT NULL,
    order_id BYTEA  NOT NULL,
    n        BIGINT NOT NULL,
    card     BYTEA  NOT NULL,
    amount   BIGINT NOT NULL CHECK (amount > 0),
    PRIMARY KEY (merchant, order_id, n)
);
CREATE TABLE customer_account (
    merchant BIGINT NOT NULL,
    customer BYTEA  NOT NULL,
    kind     TEXT   NOT NULL CHECK (kind IN ('store_credit', 'invoice')),
    currency TEXT   NOT NULL,
    balance  BIGINT NOT NULL CHECK (balance >= 0),
    most     BIGINT NOT NULL,
    PRIMARY KEY (merchant, customer, kind, currency)
);
CREATE TABLE account_event (
    merchant BIGINT NOT NULL,
    id       BYTEA  NOT NULL,
    customer BYTEA  NOT NULL,
    kind     TEXT   NOT NULL CHECK (kind IN ('store_credit', 'invoice')),
    currency TEXT   NOT NULL,
    amount   BIGINT NOT NULL,
    account  TEXT   NOT NULL,
    reason   TEXT   NOT NULL,
    made_by  BYTEA,
    at_ms    BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE INDEX account_event_by_customer ON account_event (merchant, customer, id);
