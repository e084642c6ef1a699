-- 0001_first.sql: the tables of the first version. Never changed; what comes later is a file of its own.
-- audit_log: what was done by whom; each row's hash covers the row before it in its stream
CREATE TABLE audit_log (
    merchant BIGINT NOT NULL,
    stream   BIGINT NOT NULL, -- the database connection that wrote it; 0 on SQLite
    seq      BIGINT NOT NULL, -- 1, 2, 3 … within the stream
    at_ms    BIGINT NOT NULL,
    actor    BYTEA  NOT NULL, -- API key id
    action   TEXT   NOT NULL, -- what was done, e.g. item.put
    subject  BYTEA  NOT NULL, -- id of the document
    detail   TEXT   NOT NULL, -- more about it, or empty
    hash     BYTEA  NOT NULL, -- SHA-256 of the previous hash and this row
    PRIMARY KEY (merchant, stream, seq)
);
CREATE INDEX audit_log_by_time ON audit_log (merchant, at_ms, stream, seq);
CREATE INDEX audit_log_by_subject ON audit_log (merchant, subject, at_ms, stream, seq);
-- category: a shelf of the catalog; a tree
CREATE TABLE category (
    merchant BIGINT NOT NULL,
    code     TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    parent   TEXT   NOT NULL, -- code of the category above, or empty
    PRIMARY KEY (merchant, code)
);
-- item: what can be sold; a variant is an item with the SKU of its parent and its options
CREATE TABLE item (
    merchant      BIGINT NOT NULL,
    id            BYTEA  NOT NULL,
    sku           TEXT   NOT NULL,
    name          TEXT   NOT NULL,
    description   TEXT   NOT NULL, -- for people, or empty
    category      TEXT   NOT NULL, -- code, or empty
    tax_class     TEXT   NOT NULL,
    unit          TEXT   NOT NULL, -- each, kg, m …
    qty_step      BIGINT NOT NULL CHECK (qty_step > 0), -- thousandths; 1000: whole units only
    stocked       BIGINT NOT NULL, -- 0: a service, never counted
    active        BIGINT NOT NULL, -- 0: not sold any more
    parent        TEXT   NOT NULL, -- SKU of the item this is a variant of, or empty
    options       TEXT   NOT NULL, -- JSON list of {name, value}, e.g. size and colour; or empty
    media         TEXT   NOT NULL, -- JSON list of {url, alt}; or empty
    version       BIGINT NOT NULL, -- 1, 2, 3 … with each change
    updated_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX item_by_sku ON item (merchant, sku);
CREATE INDEX item_by_parent ON item (merchant, parent, sku);
CREATE INDEX item_by_category ON item (merchant, category, sku);
-- barcode: GTIN to item; an item may have several
CREATE TABLE barcode (
    merchant BIGINT NOT NULL,
    gtin     TEXT   NOT NULL, -- 14 digits, with zeros in front
    item     BYTEA  NOT NULL,
    printed  TEXT   NOT NULL, -- as it stands on the goods: 8, 12, 13 or 14 digits
    PRIMARY KEY (merchant, gtin)
);
CREATE INDEX barcode_by_item ON barcode (merchant, item);
-- item_word: the words of an item's SKU, name, barcodes, options and description, for search by prefix
CREATE TABLE item_word (
    merchant BIGINT NOT NULL,
    word     BYTEA  NOT NULL, -- lower case, UTF-8; as bytes, so that both engines order it alike
    item     BYTEA  NOT NULL,
    PRIMARY KEY (merchant, word, item)
);
CREATE INDEX item_word_by_item ON item_word (merchant, item, word);
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
    made_at_ms    BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX customer_by_ref ON customer (merchant, ref);
CREATE INDEX customer_by_email ON customer (merchant, email);
CREATE INDEX customer_by_phone ON customer (merchant, phone);
-- customer_word: the words of a customer's name, number, e-mail address and phone, for search by prefix
CREATE TABLE customer_word (
    merchant BIGINT NOT NULL,
    word     BYTEA  NOT NULL, -- lower case, UTF-8; as bytes, so that both engines order it alike
    customer BYTEA  NOT NULL,
    PRIMARY KEY (merchant, word, customer)
);
CREATE INDEX customer_word_by_customer ON customer_word (merchant, customer, word);
-- event: the outbox; what happened, written in the transaction in which it happened
CREATE TABLE event (
    merchant BIGINT NOT NULL,
    tx       BIGINT NOT NULL, -- SQLite: 1, 2, 3 …; PostgreSQL: number of the transaction, or of a later one
    id       BYTEA  NOT NULL,
    kind     TEXT   NOT NULL, -- e.g. order.paid
    subject  BYTEA  NOT NULL, -- id of the document; order is kept within it
    at_ms    BIGINT NOT NULL,
    body     TEXT   NOT NULL, -- JSON object
    PRIMARY KEY (merchant, tx, id)
);
-- webhook: who is told of events, and how far
CREATE TABLE webhook (
    merchant    BIGINT NOT NULL,
    id          BYTEA  NOT NULL,
    url         TEXT   NOT NULL, -- where events are posted to
    secret      TEXT   NOT NULL, -- key of the HMAC: whsec_ and base64
    kinds       TEXT   NOT NULL, -- event kinds, one blank between, or *
    active      BIGINT NOT NULL, -- 0: it answered 410 Gone
    at_tx       BIGINT NOT NULL, -- the last event delivered or parked
    at_id       BYTEA  NOT NULL, -- of the same
    attempts    BIGINT NOT NULL, -- failures of the next event so far
    first_ms    BIGINT NOT NULL, -- since when it has only failed; 0: the last try was good
    next_ms     BIGINT NOT NULL, -- not before
    last_error  TEXT   NOT NULL, -- why the last try failed, or empty
    lease       BYTEA  NOT NULL, -- who is telling it at the moment: a random id
    lease_ms    BIGINT NOT NULL, -- until when nobody else may; 0: nobody is
    made_at_ms  BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
-- webhook_parked: events given up after too many failures; can be sent again
CREATE TABLE webhook_parked (
    merchant   BIGINT NOT NULL,
    webhook_id BYTEA  NOT NULL, -- for whom
    tx         BIGINT NOT NULL, -- of the event
    id         BYTEA  NOT NULL, -- of the event
    why        TEXT   NOT NULL, -- why the last try failed
    again      BIGINT NOT NULL, -- 1: to be sent again
    at_ms      BIGINT NOT NULL,
    PRIMARY KEY (merchant, webhook_id, tx, id)
);
-- idempotency_key: the answer to each write, by the key its caller chose
CREATE TABLE idempotency_key ( -- rowid: the answers are long
    merchant    BIGINT NOT NULL,
    name        TEXT   NOT NULL, -- the caller's key
    fingerprint BYTEA  NOT NULL, -- SHA-256 of method, path and body
    status      BIGINT NOT NULL, -- HTTP status of the answer; 0: not answered yet
    body        TEXT   NOT NULL, -- the answer, byte for byte; while there is none: the id of the document
    made_at_ms  BIGINT NOT NULL,
    PRIMARY KEY (merchant, name)
);
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
-- import_invoice: which invoices of other systems are in, written in the transaction of their effects,
-- so that an import can stop at any moment and go on, and no invoice comes in twice
CREATE TABLE import_invoice (
    merchant   BIGINT NOT NULL,
    number     TEXT   NOT NULL, -- of the invoice in the other system
    lines      BIGINT NOT NULL, -- of the invoice that are in, from its first on
    digest     BYTEA  NOT NULL, -- SHA-256 of what these lines say
    made_at_ms BIGINT NOT NULL, -- when it was imported
    PRIMARY KEY (merchant, number)
);
-- stock_move: every movement of stock, from one place to another; append-only.
-- A place is a location and a state; outside places have no location: customer, vendor, adjustment.
CREATE TABLE stock_move (
    merchant      BIGINT NOT NULL,
    document_id   BYTEA  NOT NULL, -- the order, receipt, count … that moved it
    n             BIGINT NOT NULL, -- 1, 2 … within the document
    item          BYTEA  NOT NULL,
    from_location TEXT   NOT NULL, -- code, or empty for an outside place
    from_state    TEXT   NOT NULL, -- floor, backroom … or vendor, customer, adjustment
    to_location   TEXT   NOT NULL, -- as from_location
    to_state      TEXT   NOT NULL, -- as from_state
    qty           BIGINT NOT NULL CHECK (qty > 0), -- thousandths of the unit
    cause         TEXT   NOT NULL, -- sale, receipt, transfer, return, adjustment, opening …
    at_ms         BIGINT NOT NULL,
    PRIMARY KEY (merchant, item, document_id, n)
);
-- stock_level: how much of an item stands at a location by state: the sum of its moves, written in
-- the same transaction; and what is claimed of it by orders that are not paid yet
CREATE TABLE stock_level (
    merchant   BIGINT NOT NULL,
    item       BYTEA  NOT NULL,
    location   TEXT   NOT NULL,
    floor      BIGINT NOT NULL, -- thousandths, as all below
    backroom   BIGINT NOT NULL, -- not in sight, can be put on the floor
    in_transit BIGINT NOT NULL, -- on the way to this location
    damaged    BIGINT NOT NULL, -- cannot be sold
    quarantine BIGINT NOT NULL, -- waits to be looked at
    claimed    BIGINT NOT NULL CHECK (claimed >= 0), -- the sum of the open claims
    safety     BIGINT NOT NULL CHECK (safety >= 0),  -- not sold by channels that keep the safety stock
    PRIMARY KEY (merchant, item, location)
);
-- claim: stock that an order has a right to until it is paid or given up
CREATE TABLE claim (
    merchant   BIGINT NOT NULL,
    order_id   BYTEA  NOT NULL,
    n          BIGINT NOT NULL, -- line of the order
    item       BYTEA  NOT NULL,
    location   TEXT   NOT NULL,
    qty        BIGINT NOT NULL CHECK (qty > 0),
    state      TEXT   NOT NULL CHECK (state IN ('held', 'consumed', 'released')),
    made_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, order_id, n)
);
-- ledger_entry: money moved from one account to another; append-only, balances are sums
CREATE TABLE ledger_entry (
    merchant    BIGINT NOT NULL,
    document_id BYTEA  NOT NULL, -- the order, return … that moved it
    n           BIGINT NOT NULL, -- 1, 2 … within the document
    debit       TEXT   NOT NULL, -- account, e.g. cash:LON
    credit      TEXT   NOT NULL, -- account, e.g. sales
    amount      BIGINT NOT NULL CHECK (amount > 0), -- minor units
    currency    TEXT   NOT NULL,
    code        TEXT   NOT NULL, -- why: sale, tax, rounding …
    at_ms       BIGINT NOT NULL,
    PRIMARY KEY (merchant, document_id, n)
);
-- location: a store, warehouse or pop-up that holds stock and sells
CREATE TABLE location (
    merchant  BIGINT NOT NULL,
    code      TEXT   NOT NULL, -- short and for ever, e.g. LON
    name      TEXT   NOT NULL,
    kind      TEXT   NOT NULL CHECK (kind IN ('store', 'warehouse', 'popup')),
    country   TEXT   NOT NULL, -- ISO 3166-1 alpha-2
    time_zone TEXT   NOT NULL, -- IANA name
    address   TEXT   NOT NULL, -- printed on receipts
    tax_zone  TEXT   NOT NULL, -- whose tax rates hold here
    active    BIGINT NOT NULL, -- 0: sells nothing more
    PRIMARY KEY (merchant, code)
);
-- channel: a way to sell, with its money and tax rules
CREATE TABLE channel (
    merchant           BIGINT NOT NULL,
    code               TEXT   NOT NULL, -- e.g. pos, web
    name               TEXT   NOT NULL,
    kind               TEXT   NOT NULL CHECK (kind IN ('pos', 'web', 'kiosk', 'marketplace')),
    currency           TEXT   NOT NULL, -- ISO 4217
    prices_include_tax BIGINT NOT NULL,
    tax_per_document   BIGINT NOT NULL, -- 1: the tax is rounded once per rate, not on every line
    cash_step          BIGINT NOT NULL, -- smallest coin in minor units; 0: no cash rounding
    keeps_safety       BIGINT NOT NULL, -- 1: never sells the safety stock
    active             BIGINT NOT NULL,
    PRIMARY KEY (merchant, code)
);
-- channel_location: which locations serve a channel
CREATE TABLE channel_location (
    merchant BIGINT NOT NULL,
    channel  TEXT   NOT NULL,
    location TEXT   NOT NULL,
    priority BIGINT NOT NULL, -- the lower the earlier
    PRIMARY KEY (merchant, channel, location)
);
-- receipt_series: the last number given, per location and kind of document; numbers have no gap
CREATE TABLE receipt_series (
    merchant BIGINT NOT NULL,
    location TEXT   NOT NULL,
    kind     TEXT   NOT NULL CHECK (kind IN ('sale', 'return')),
    last     BIGINT NOT NULL, -- the last number given
    PRIMARY KEY (merchant, location, kind)
);
-- sale_order: one sale: what was ordered where, what it costs, how far it is
CREATE TABLE sale_order (
    merchant           BIGINT NOT NULL,
    id                 BYTEA  NOT NULL,
    location           TEXT   NOT NULL,
    channel            TEXT   NOT NULL,
    number             BIGINT NOT NULL, -- receipt number, unique per location
    state              TEXT   NOT NULL CHECK (state IN ('placed', 'paid', 'cancelled')),
    customer           BYTEA,           -- or NULL
    ref                TEXT   NOT NULL, -- the caller's own number, or empty
    note               TEXT   NOT NULL,
    currency           TEXT   NOT NULL,
    prices_include_tax BIGINT NOT NULL,
    subtotal           BIGINT NOT NULL, -- minor units, as all below
    discount           BIGINT NOT NULL,
    net                BIGINT NOT NULL,
    tax                BIGINT NOT NULL,
    total              BIGINT NOT NULL,
    cash_rounding      BIGINT NOT NULL, -- what paying in cash added or took off
    made_at_ms         BIGINT NOT NULL,
    state_at_ms        BIGINT NOT NULL, -- when it came into its state
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX sale_order_by_number ON sale_order (merchant, location, number);
-- order_line: one line of an order, as priced
CREATE TABLE order_line (
    merchant   BIGINT NOT NULL,
    order_id   BYTEA  NOT NULL,
    n          BIGINT NOT NULL, -- 1, 2 … within the order
    item       BYTEA  NOT NULL,
    sku        TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    tax_class  TEXT   NOT NULL,
    price_list TEXT   NOT NULL,
    qty        BIGINT NOT NULL CHECK (qty > 0), -- thousandths
    unit_price BIGINT NOT NULL,
    discount   BIGINT NOT NULL,
    net        BIGINT NOT NULL,
    tax        BIGINT NOT NULL,
    total      BIGINT NOT NULL,
    returned   BIGINT NOT NULL CHECK (returned BETWEEN 0 AND qty), -- thousandths given back
    refunded   BIGINT NOT NULL, -- of total, minor units
    PRIMARY KEY (merchant, order_id, n)
);
-- order_tax: the taxes of an order, one row per rate
CREATE TABLE order_tax (
    merchant BIGINT NOT NULL,
    order_id BYTEA  NOT NULL,
    n        BIGINT NOT NULL,
    name     TEXT   NOT NULL,
    ppm      BIGINT NOT NULL, -- the rate, parts per million
    base     BIGINT NOT NULL, -- net amount it is taken on, minor units
    amount   BIGINT NOT NULL, -- the tax, minor units
    PRIMARY KEY (merchant, order_id, n)
);
CREATE INDEX sale_order_by_customer ON sale_order (merchant, customer, id) WHERE customer IS NOT NULL;
CREATE INDEX sale_order_by_ref ON sale_order (merchant, ref) WHERE ref <> '';
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
    PRIMARY KEY (merchant, return_id, n)
);
-- the refunds that are not done: what the jobs look for
CREATE INDEX refund_open ON refund (next_ask_ms) WHERE next_ask_ms > 0;
-- price_list: a set of prices for one channel (or all), currency and period
CREATE TABLE price_list (
    merchant BIGINT NOT NULL,
    code     TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    currency TEXT   NOT NULL, -- ISO 4217
    channel  TEXT   NOT NULL, -- code, or empty for every channel
    priority BIGINT NOT NULL, -- where several lists have a price, the highest wins
    from_ms  BIGINT NOT NULL, -- UTC; in force from
    until_ms BIGINT NOT NULL, -- UTC; until before this
    PRIMARY KEY (merchant, code)
);
-- price: what one whole unit of an item costs on a list, from a quantity on, in a period
CREATE TABLE price (
    merchant BIGINT NOT NULL,
    item     BYTEA  NOT NULL,
    list     TEXT   NOT NULL, -- code of its price list
    min_qty  BIGINT NOT NULL, -- thousandths; holds from this quantity on
    from_ms  BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    amount   BIGINT NOT NULL CHECK (amount >= 0), -- minor units
    PRIMARY KEY (merchant, item, list, min_qty, from_ms)
);
-- sale_return: goods given back, wholly or in part, and the money returned for them
CREATE TABLE sale_return (
    merchant   BIGINT NOT NULL,
    id         BYTEA  NOT NULL,
    order_id   BYTEA,           -- the sale; NULL: without receipt
    location   TEXT   NOT NULL, -- where it was given back
    number     BIGINT NOT NULL, -- unique per location, without gaps
    customer   BYTEA,
    ref        TEXT   NOT NULL, -- the caller's own number, or empty
    reason     TEXT   NOT NULL, -- for people, or empty
    currency   TEXT   NOT NULL,
    net        BIGINT NOT NULL, -- minor units given back, positive, as below
    tax        BIGINT NOT NULL,
    total      BIGINT NOT NULL,
    cash_rounding BIGINT NOT NULL, -- what giving back in cash added or took off
    made_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX sale_return_by_number ON sale_return (merchant, location, number);
CREATE INDEX sale_return_by_ref ON sale_return (merchant, ref) WHERE ref <> '';
-- return_line: one line of a return
CREATE TABLE return_line (
    merchant    BIGINT NOT NULL,
    return_id   BYTEA  NOT NULL, -- the return
    n           BIGINT NOT NULL,
    order_line  BIGINT NOT NULL, -- line of the sale; 0: without receipt
    item        BYTEA  NOT NULL,
    sku         TEXT   NOT NULL,
    qty         BIGINT NOT NULL CHECK (qty > 0),
    net         BIGINT NOT NULL,
    tax         BIGINT NOT NULL,
    total       BIGINT NOT NULL,
    disposition TEXT   NOT NULL CHECK (disposition IN ('floor', 'backroom', 'damaged', 'quarantine', 'none')),
    PRIMARY KEY (merchant, return_id, n)
);
-- setting: what a merchant set differently from the standard value
CREATE TABLE setting (
    merchant BIGINT NOT NULL,
    name     TEXT   NOT NULL, -- key of a SETTING row
    value    BIGINT NOT NULL, -- within the limits of the row
    PRIMARY KEY (merchant, name)
);
-- tax_rate: what a zone takes on a class of goods; several rates add up
CREATE TABLE tax_rate (
    merchant  BIGINT NOT NULL,
    zone      TEXT   NOT NULL, -- e.g. GB
    tax_class TEXT   NOT NULL, -- e.g. standard
    n         BIGINT NOT NULL, -- order of the rates of a class
    from_ms   BIGINT NOT NULL,
    until_ms  BIGINT NOT NULL,
    name      TEXT   NOT NULL, -- printed on receipts, e.g. VAT 20 %
    ppm       BIGINT NOT NULL CHECK (ppm BETWEEN 0 AND 1000000), -- parts per million
    compound  BIGINT NOT NULL, -- 1: on top of the rates before it
    PRIMARY KEY (merchant, zone, tax_class, n, from_ms)
);
