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
