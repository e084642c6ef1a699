-- 0015_receiving.sql: vendors, purchase orders, receipts, vendor returns, consignment; transfers.
CREATE TABLE purchase_series (
    merchant BIGINT NOT NULL,
    kind     TEXT   NOT NULL CHECK (kind IN ('purchase', 'receipt', 'vendor_return', 'settlement')),
    last     BIGINT NOT NULL,
    PRIMARY KEY (merchant, kind)
);
CREATE TABLE vendor (
    merchant  BIGINT NOT NULL,
    code      TEXT   NOT NULL,
    name      TEXT   NOT NULL,
    contact   TEXT   NOT NULL,
    lead_days BIGINT NOT NULL CHECK (lead_days >= 0),
    currency  TEXT   NOT NULL,
    active    BIGINT NOT NULL,
    PRIMARY KEY (merchant, code)
);
CREATE TABLE vendor_item (
    merchant   BIGINT NOT NULL,
    item       BYTEA  NOT NULL,
    vendor     TEXT   NOT NULL,
    sku        TEXT   NOT NULL,
    vendor_sku TEXT   NOT NULL,
    pack_qty   BIGINT NOT NULL CHECK (pack_qty > 0),
    min_qty    BIGINT NOT NULL CHECK (min_qty >= 0),
    cost       BIGINT NOT NULL CHECK (cost >= 0),
    rank       BIGINT NOT NULL,
    active     BIGINT NOT NULL,
    PRIMARY KEY (merchant, item, vendor)
);
CREATE INDEX vendor_item_by_vendor ON vendor_item (merchant, vendor, sku);
CREATE TABLE purchase_order (
    merchant       BIGINT NOT NULL,
    id             BYTEA  NOT NULL,
    number         BIGINT NOT NULL,
    vendor         TEXT   NOT NULL,
    location       TEXT   NOT NULL,
    state          TEXT   NOT NULL,
    ref            TEXT   NOT NULL,
    note           TEXT   NOT NULL,
    currency       TEXT   NOT NULL,
    expected_at_ms BIGINT NOT NULL,
    made_at_ms     BIGINT NOT NULL,
    sent_at_ms     BIGINT NOT NULL,
    ended_at_ms    BIGINT NOT NULL,
    made_by        BYTEA,
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX purchase_order_by_number ON purchase_order (merchant, number);
CREATE INDEX purchase_order_by_vendor ON purchase_order (merchant, vendor, number);
CREATE TABLE purchase_line (
    merchant  BIGINT NOT NULL,
    order_id  BYTEA  NOT NULL,
    n         BIGINT NOT NULL,
    item      BYTEA  NOT NULL,
    sku       TEXT   NOT NULL,
    location  TEXT   NOT NULL,
    qty       BIGINT NOT NULL CHECK (qty > 0),
    pack_qty  BIGINT NOT NULL CHECK (pack_qty > 0),
    cost      BIGINT NOT NULL CHECK (cost >= 0),
    received  BIGINT NOT NULL CHECK (received >= 0),
    damaged   BIGINT NOT NULL CHECK (damaged >= 0),
    cancelled BIGINT NOT NULL CHECK (cancelled >= 0),
    is_open   BIGINT NOT NULL,
    PRIMARY KEY (merchant, order_id, n)
);
CREATE INDEX purchase_line_open ON purchase_line (merchant, item, location) WHERE is_open = 1;
CREATE TABLE asn (
    merchant       BIGINT NOT NULL,
    id             BYTEA  NOT NULL,
    order_id       BYTEA  NOT NULL,
    vendor         TEXT   NOT NULL,
    location       TEXT   NOT NULL,
    state          TEXT   NOT NULL,
    ref            TEXT   NOT NULL,
    carrier        TEXT   NOT NULL,
    tracking       TEXT   NOT NULL,
    expected_at_ms BIGINT NOT NULL,
    made_at_ms     BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX asn_by_ref ON asn (merchant, vendor, ref);
CREATE INDEX asn_by_order ON asn (merchant, order_id);
CREATE TABLE asn_parcel (
    merchant BIGINT NOT NULL,
    sscc     TEXT   NOT NULL,
    asn_id   BYTEA  NOT NULL,
    PRIMARY KEY (merchant, sscc)
);
CREATE INDEX asn_parcel_by_asn ON asn_parcel (merchant, asn_id, sscc);
CREATE TABLE asn_line (
    merchant   BIGINT NOT NULL,
    asn_id     BYTEA  NOT NULL,
    n          BIGINT NOT NULL,
    order_line BIGINT NOT NULL,
    item       BYTEA  NOT NULL,
    sku        TEXT   NOT NULL,
    qty        BIGINT NOT NULL CHECK (qty > 0),
    received   BIGINT NOT NULL CHECK (received >= 0),
    lot        TEXT   NOT NULL,
    expires    TEXT   NOT NULL,
    serials    TEXT   NOT NULL,
    sscc       TEXT   NOT NULL,
    PRIMARY KEY (merchant, asn_id, n)
);
CREATE INDEX asn_line_by_item ON asn_line (merchant, item);
CREATE TABLE goods_receipt (
    merchant   BIGINT NOT NULL,
    id         BYTEA  NOT NULL,
    number     BIGINT NOT NULL,
    order_id   BYTEA,
    asn_id     BYTEA,
    vendor     TEXT   NOT NULL,
    location   TEXT   NOT NULL,
    ref        TEXT   NOT NULL,
    note       TEXT   NOT NULL,
    blind      BIGINT NOT NULL,
    over_qty   BIGINT NOT NULL,
    short_qty  BIGINT NOT NULL,
    damaged    BIGINT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    made_by    BYTEA,
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX goods_receipt_by_number ON goods_receipt (merchant, number);
CREATE INDEX goods_receipt_by_order ON goods_receipt (merchant, order_id, number);
CREATE TABLE receipt_line (
    merchant   BIGINT NOT NULL,
    receipt_id BYTEA  NOT NULL,
    n          BIGINT NOT NULL,
    order_line BIGINT NOT NULL,
    asn_line   BIGINT NOT NULL,
    item       BYTEA  NOT NULL,
    sku        TEXT   NOT NULL,
    expected   BIGINT NOT NULL CHECK (expected >= 0),
    qty        BIGINT NOT NULL CHECK (qty >= 0),
    damaged    BIGINT NOT NULL CHECK (damaged >= 0),
    state      TEXT   NOT NULL,
    reason     TEXT   NOT NULL,
    lot        TEXT   NOT NULL,
    expires    TEXT   NOT NULL,
    serials    TEXT   NOT NULL,
    PRIMARY KEY (merchant, receipt_id, n)
);
CREATE TABLE vendor_return (
    merchant       BIGINT NOT NULL,
    id             BYTEA  NOT NULL,
    number         BIGINT NOT NULL,
    vendor         TEXT   NOT NULL,
    location       TEXT   NOT NULL,
    state          TEXT   NOT NULL,
    ref            TEXT   NOT NULL,
    reason         TEXT   NOT NULL,
    carrier        TEXT   NOT NULL,
    tracking       TEXT   NOT NULL,
    currency       TEXT   NOT NULL,
    claimed        BIGINT NOT NULL,
    credited       BIGINT NOT NULL,
    credit_ref     TEXT   NOT NULL,
    made_at_ms     BIGINT NOT NULL,
    shipped_at_ms  BIGINT NOT NULL,
    credited_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX vendor_return_by_number ON vendor_return (merchant, number);
CREATE TABLE vendor_return_line (
    merchant  BIGINT NOT NULL,
    return_id BYTEA  NOT NULL,
    n         BIGINT NOT NULL,
    item      BYTEA  NOT NULL,
    sku       TEXT   NOT NULL,
    qty       BIGINT NOT NULL CHECK (qty > 0),
    state     TEXT   NOT NULL,
    cost      BIGINT NOT NULL CHECK (cost >= 0),
    lot       TEXT   NOT NULL,
    serials   TEXT   NOT NULL,
    PRIMARY KEY (merchant, return_id, n)
);
CREATE TABLE consignment (
    merchant   BIGINT NOT NULL,
    item       BYTEA  NOT NULL,
    since_ms   BIGINT NOT NULL,
    vendor     TEXT   NOT NULL,
    sku        TEXT   NOT NULL,
    until_ms   BIGINT NOT NULL,
    cost       BIGINT NOT NULL CHECK (cost >= 0),
    settles    TEXT   NOT NULL CHECK (settles IN ('sold', 'sold_and_lost')),
    settled    BIGINT NOT NULL,
    PRIMARY KEY (merchant, item, since_ms)
);
CREATE INDEX consignment_by_vendor ON consignment (merchant, vendor, sku);
CREATE TABLE settlement (
    merchant   BIGINT NOT NULL,
    id         BYTEA  NOT NULL,
    number     BIGINT NOT NULL,
    vendor     TEXT   NOT NULL,
    from_ms    BIGINT NOT NULL,
    until_ms   BIGINT NOT NULL,
    currency   TEXT   NOT NULL,
    total      BIGINT NOT NULL,
    ref        TEXT   NOT NULL,
    made_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX settlement_by_number ON settlement (merchant, number);
CREATE UNIQUE INDEX settlement_by_period ON settlement (merchant, vendor, from_ms);
CREATE TABLE settlement_line (
    merchant      BIGINT NOT NULL,
    settlement_id BYTEA  NOT NULL,
    n             BIGINT NOT NULL,
    item          BYTEA  NOT NULL,
    sku           TEXT   NOT NULL,
    since_ms      BIGINT NOT NULL,
    sold          BIGINT NOT NULL,
    returned      BIGINT NOT NULL,
    lost          BIGINT NOT NULL,
    qty           BIGINT NOT NULL,
    cost          BIGINT NOT NULL,
    total         BIGINT NOT NULL,
    PRIMARY KEY (merchant, settlement_id, n)
);
CREATE INDEX settlement_line_by_item ON settlement_line (merchant, item, since_ms);
CREATE TABLE transfer_series (
    merchant BIGINT NOT NULL,
    last     BIGINT NOT NULL,
    PRIMARY KEY (merchant)
);
CREATE TABLE stock_transfer (
    merchant       BIGINT NOT NULL,
    id             BYTEA  NOT NULL,
    number         BIGINT NOT NULL,
    from_location  TEXT   NOT NULL,
    to_location    TEXT   NOT NULL,
    state          TEXT   NOT NULL,
    ref            TEXT   NOT NULL,
    reason         TEXT   NOT NULL,
    carrier        TEXT   NOT NULL,
    tracking       TEXT   NOT NULL,
    expected_at_ms BIGINT NOT NULL,
    units          BIGINT NOT NULL,
    worth          BIGINT NOT NULL,
    made_at_ms     BIGINT NOT NULL,
    shipped_at_ms  BIGINT NOT NULL,
    ended_at_ms    BIGINT NOT NULL,
    made_by        BYTEA,
    approved_by    BYTEA,
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX stock_transfer_by_number ON stock_transfer (merchant, number);
CREATE INDEX stock_transfer_under_way ON stock_transfer (merchant, to_location, state);
CREATE TABLE transfer_line (
    merchant    BIGINT NOT NULL,
    transfer_id BYTEA  NOT NULL,
    n           BIGINT NOT NULL,
    item        BYTEA  NOT NULL,
    sku         TEXT   NOT NULL,
    location    TEXT   NOT NULL,
    qty         BIGINT NOT NULL CHECK (qty > 0),
    claimed     BIGINT NOT NULL CHECK (claimed >= 0),
    shipped     BIGINT NOT NULL CHECK (shipped >= 0),
    received    BIGINT NOT NULL CHECK (received >= 0),
    damaged     BIGINT NOT NULL CHECK (damaged >= 0),
    lost        BIGINT NOT NULL CHECK (lost >= 0),
    sent_back   BIGINT NOT NULL CHECK (sent_back >= 0),
    over_qty    BIGINT NOT NULL CHECK (over_qty >= 0),
    is_open     BIGINT NOT NULL,
    PRIMARY KEY (merchant, transfer_id, n),
    CHECK (received + damaged + lost + sent_back <= shipped)
);
CREATE INDEX transfer_line_open ON transfer_line (merchant, item, location) WHERE is_open = 1;
CREATE TABLE floor_min (
    merchant BIGINT NOT NULL,
    location TEXT   NOT NULL,
    item     BYTEA  NOT NULL,
    sku      TEXT   NOT NULL,
    low      BIGINT NOT NULL CHECK (low > 0),
    full_qty BIGINT NOT NULL CHECK (full_qty >= low),
    PRIMARY KEY (merchant, location, item)
);
CREATE TABLE transfer_piece (
    merchant    BIGINT NOT NULL,
    transfer_id BYTEA  NOT NULL,
    line        BIGINT NOT NULL,
    n           BIGINT NOT NULL,
    lot         TEXT   NOT NULL,
    serial      TEXT   NOT NULL,
    qty         BIGINT NOT NULL CHECK (qty > 0),
    on_way      BIGINT NOT NULL CHECK (on_way >= 0),
    PRIMARY KEY (merchant, transfer_id, line, n)
);
