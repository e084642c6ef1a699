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
    discount           BIGINT NOT NULL, -- off the goods
    fees               BIGINT NOT NULL, -- deposits and fees on top of the goods
    net                BIGINT NOT NULL,
    tax                BIGINT NOT NULL,
    total              BIGINT NOT NULL,
    cash_rounding      BIGINT NOT NULL, -- what paying in cash added or took off
    made_at_ms         BIGINT NOT NULL,
    state_at_ms        BIGINT NOT NULL, -- when it came into its state
    extras             BIGINT NOT NULL, -- what more is kept of it: 1 parts, 2 manual discounts, 4 shipping, 8 explanation, 16 promotions, 32 kits, 64 lots and serial numbers
    tax_zone           TEXT   NOT NULL, -- where it was taxed; empty: as its location is
    tax_source         TEXT   NOT NULL, -- whose rates: table, service, or fallback
    gift_cards         BIGINT NOT NULL DEFAULT 0, -- put on gift cards that were sold with it: to pay beside the total
    pay_by_ms          BIGINT NOT NULL DEFAULT 0, -- may be paid little by little until then; 0: all at once
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX sale_order_by_number ON sale_order (merchant, location, number);
CREATE INDEX sale_order_by_time ON sale_order (merchant, made_at_ms, id);
-- the orders that are paid little by little: what the jobs look for
CREATE INDEX sale_order_unpaid ON sale_order (pay_by_ms) WHERE pay_by_ms > 0;
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
    fees       BIGINT NOT NULL, -- deposits and fees, part of net, tax and total
    fee_list   TEXT   NOT NULL, -- JSON of them by name; or empty
    cost       BIGINT NOT NULL, -- of one whole unit to the merchant when it was sold; 0: not known
    reduced    BIGINT NOT NULL, -- 1: the price was a reduced one
    taxes      TEXT   NOT NULL, -- its tax by rates: n:amount of order_tax; empty: all of it on the only one; 0:0: none
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
    mark     TEXT   NOT NULL, -- printed beside each line that pays it, or empty
    exempt   TEXT   NOT NULL, -- why this customer does not pay it, or empty
    PRIMARY KEY (merchant, order_id, n)
);
CREATE INDEX sale_order_by_customer ON sale_order (merchant, customer, id) WHERE customer IS NOT NULL;
CREATE INDEX sale_order_by_ref ON sale_order (merchant, ref) WHERE ref <> '';
-- order_part: units of a line that were treated alike, of lines whose units cost differently
CREATE TABLE order_part (
    merchant BIGINT NOT NULL,
    order_id BYTEA  NOT NULL,
    line     BIGINT NOT NULL, -- n of the line
    n        BIGINT NOT NULL, -- 1, 2 … within the line; the dearest first
    qty      BIGINT NOT NULL CHECK (qty > 0), -- thousandths
    discount BIGINT NOT NULL,
    net      BIGINT NOT NULL,
    tax      BIGINT NOT NULL,
    total    BIGINT NOT NULL,
    returned BIGINT NOT NULL CHECK (returned BETWEEN 0 AND qty), -- thousandths given back
    refunded BIGINT NOT NULL, -- of total, minor units
    PRIMARY KEY (merchant, order_id, line, n)
);
-- order_manual: a discount that a person gave
CREATE TABLE order_manual (
    merchant    BIGINT NOT NULL,
    order_id    BYTEA  NOT NULL,
    line        BIGINT NOT NULL, -- n of the line; 0: off the whole order
    ppm         BIGINT NOT NULL, -- parts per million off, or 0
    amount      BIGINT NOT NULL, -- minor units off, or 0
    price       BIGINT NOT NULL, -- the new price of one whole unit, or -1
    reason      TEXT   NOT NULL, -- as it was given
    given_by    BYTEA,           -- the API key, or NULL: the program itself
    approved_by BYTEA,           -- the API key of another person, or NULL
    PRIMARY KEY (merchant, order_id, line)
);
-- order_shipping: the shipping charge of an order
CREATE TABLE order_shipping (
    merchant  BIGINT NOT NULL,
    order_id  BYTEA  NOT NULL,
    tax_class TEXT   NOT NULL,
    amount    BIGINT NOT NULL, -- before discounts, minor units
    discount  BIGINT NOT NULL,
    net       BIGINT NOT NULL,
    tax       BIGINT NOT NULL,
    total     BIGINT NOT NULL,
    refunded  BIGINT NOT NULL CHECK (refunded BETWEEN 0 AND total), -- of total
    taxes     TEXT   NOT NULL, -- as in order_line
    PRIMARY KEY (merchant, order_id)
);
-- order_explanation: how the price of an order was made, step by step, where there was more than prices and taxes
CREATE TABLE order_explanation (
    merchant BIGINT NOT NULL,
    order_id BYTEA  NOT NULL,
    steps    TEXT   NOT NULL, -- JSON of the steps
    PRIMARY KEY (merchant, order_id)
);
-- order_kit_part: what a kit consisted of when it was sold
CREATE TABLE order_kit_part (
    merchant   BIGINT NOT NULL,
    order_id   BYTEA  NOT NULL,
    line       BIGINT NOT NULL, -- n of the line that sold the kit
    n          BIGINT NOT NULL, -- 1, 2 … within the line
    part       BYTEA  NOT NULL, -- the item that was in it
    sku        TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    qty        BIGINT NOT NULL CHECK (qty > 0), -- thousandths of the part in one kit
    value_ppm  BIGINT NOT NULL, -- its share of the kit's price; 0 for all: not said
    returnable BIGINT NOT NULL, -- 0: is not taken back without the rest
    moved      BIGINT NOT NULL, -- 1: a sale took it out of the stock; 0: it was in the box, or is a service
    returned   BIGINT NOT NULL CHECK (returned >= 0), -- thousandths that came back, of all kits of the line
    PRIMARY KEY (merchant, order_id, line, n)
);
-- order_goods: which lots and which pieces went with a line
CREATE TABLE order_goods (
    merchant BIGINT NOT NULL,
    order_id BYTEA  NOT NULL,
    line     BIGINT NOT NULL, -- n of the line
    n        BIGINT NOT NULL, -- 1, 2 … within the order
    item     BYTEA  NOT NULL, -- of the line, or a part of its kit
    sku      TEXT   NOT NULL,
    lot      TEXT   NOT NULL, -- or empty
    serial   TEXT   NOT NULL, -- or empty
    qty      BIGINT NOT NULL CHECK (qty > 0), -- thousandths
    returned BIGINT NOT NULL CHECK (returned BETWEEN 0 AND qty), -- thousandths that came back
    holder   BYTEA  NOT NULL, -- who took them out of the stock: the order, or one of its fulfilments
    state    TEXT   NOT NULL CHECK (state IN ('picked', 'gone')), -- gone: the customer has them
    PRIMARY KEY (merchant, order_id, n)
);
CREATE INDEX order_goods_by_lot ON order_goods (merchant, item, lot, order_id) WHERE lot <> '';
CREATE INDEX order_goods_by_holder ON order_goods (merchant, holder);
-- parked_basket: a basket that was put aside, to go on with it at any till; one of them goes on with it
CREATE TABLE parked_basket (
    merchant      BIGINT NOT NULL,
    id            BYTEA  NOT NULL,
    location      TEXT   NOT NULL, -- where it was begun
    state         TEXT   NOT NULL CHECK (state IN ('parked', 'resumed', 'given_up')),
    note          TEXT   NOT NULL, -- by which it is found again, or empty
    customer      BYTEA,           -- or NULL
    body          TEXT   NOT NULL, -- JSON of it, as it was put aside
    parked_by     BYTEA,           -- the API key, or NULL: the program itself
    made_at_ms    BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL, -- nobody goes on with it from then on
    ended_by      BYTEA,           -- the API key of who went on with it or gave it up, or NULL
    ended_at_ms   BIGINT NOT NULL, -- 0: not yet
    PRIMARY KEY (merchant, id)
);
CREATE INDEX parked_basket_by_location ON parked_basket (merchant, location, id);
CREATE INDEX order_goods_by_serial ON order_goods (merchant, serial) WHERE serial <> '';
