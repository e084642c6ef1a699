-- purchase_series: the last number given, per kind of document; numbers have no gap
CREATE TABLE purchase_series (
    merchant BIGINT NOT NULL,
    kind     TEXT   NOT NULL CHECK (kind IN ('purchase', 'receipt', 'vendor_return', 'settlement')),
    last     BIGINT NOT NULL, -- the last number given
    PRIMARY KEY (merchant, kind)
);
-- vendor: who goods are bought from
CREATE TABLE vendor (
    merchant  BIGINT NOT NULL,
    code      TEXT   NOT NULL,
    name      TEXT   NOT NULL,
    contact   TEXT   NOT NULL, -- whom to ask and how, or empty
    lead_days BIGINT NOT NULL CHECK (lead_days >= 0), -- from order to delivery
    currency  TEXT   NOT NULL,
    active    BIGINT NOT NULL, -- 0: nothing new is ordered there
    PRIMARY KEY (merchant, code)
);
-- vendor_item: on what terms a vendor has an item
CREATE TABLE vendor_item (
    merchant   BIGINT NOT NULL,
    item       BYTEA  NOT NULL,
    vendor     TEXT   NOT NULL, -- code
    sku        TEXT   NOT NULL,
    vendor_sku TEXT   NOT NULL, -- the vendor's own number of it, or empty
    pack_qty   BIGINT NOT NULL CHECK (pack_qty > 0),  -- thousandths of the unit in what the vendor sells as one
    min_qty    BIGINT NOT NULL CHECK (min_qty >= 0),  -- the least that can be ordered, thousandths; 0: any
    cost       BIGINT NOT NULL CHECK (cost >= 0),     -- of one whole unit, minor units of the vendor's currency
    rank       BIGINT NOT NULL, -- the lower, the earlier this vendor is asked
    active     BIGINT NOT NULL, -- 0: not ordered there any more
    PRIMARY KEY (merchant, item, vendor)
);
CREATE INDEX vendor_item_by_vendor ON vendor_item (merchant, vendor, sku);
-- purchase_order: what was ordered from a vendor for a location
CREATE TABLE purchase_order (
    merchant       BIGINT NOT NULL,
    id             BYTEA  NOT NULL,
    number         BIGINT NOT NULL, -- 1, 2, 3 … of the merchant, without gaps
    vendor         TEXT   NOT NULL, -- code
    location       TEXT   NOT NULL,
    state          TEXT   NOT NULL, -- see docs/reference/states.md
    ref            TEXT   NOT NULL, -- the vendor's or a caller's own number, or empty
    note           TEXT   NOT NULL,
    currency       TEXT   NOT NULL,
    expected_at_ms BIGINT NOT NULL, -- when the goods should come; 0: not known
    made_at_ms     BIGINT NOT NULL,
    sent_at_ms     BIGINT NOT NULL, -- 0: not yet
    ended_at_ms    BIGINT NOT NULL, -- received, closed or cancelled; 0: not yet
    made_by        BYTEA,           -- id of the API key, or NULL: the program itself
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX purchase_order_by_number ON purchase_order (merchant, number);
CREATE INDEX purchase_order_by_vendor ON purchase_order (merchant, vendor, number);
CREATE INDEX purchase_order_to_receive ON purchase_order (merchant, location, state);
-- purchase_line: one item of a purchase order
CREATE TABLE purchase_line (
    merchant  BIGINT NOT NULL,
    order_id  BYTEA  NOT NULL, -- the purchase order
    n         BIGINT NOT NULL,
    item      BYTEA  NOT NULL,
    sku       TEXT   NOT NULL,
    location  TEXT   NOT NULL,
    qty       BIGINT NOT NULL CHECK (qty > 0),        -- ordered, thousandths
    pack_qty  BIGINT NOT NULL CHECK (pack_qty > 0),   -- thousandths in one pack; 1000: by units
    cost      BIGINT NOT NULL CHECK (cost >= 0),      -- of one whole unit, minor units
    received  BIGINT NOT NULL CHECK (received >= 0),  -- came, the damaged ones too
    damaged   BIGINT NOT NULL CHECK (damaged >= 0),   -- of those received
    cancelled BIGINT NOT NULL CHECK (cancelled >= 0), -- will not come
    is_open   BIGINT NOT NULL, -- 1: the order is sent and some of it is still to come
    PRIMARY KEY (merchant, order_id, n)
);
CREATE INDEX purchase_line_open ON purchase_line (merchant, item, location) WHERE is_open = 1;
-- asn: advance ship notice: what a vendor has sent
CREATE TABLE asn (
    merchant       BIGINT NOT NULL,
    id             BYTEA  NOT NULL,
    order_id       BYTEA  NOT NULL, -- the purchase order
    vendor         TEXT   NOT NULL, -- code
    location       TEXT   NOT NULL,
    state          TEXT   NOT NULL, -- see docs/reference/states.md
    ref            TEXT   NOT NULL, -- the vendor's number of it
    carrier        TEXT   NOT NULL, -- or empty
    tracking       TEXT   NOT NULL, -- the carrier's number, or empty
    expected_at_ms BIGINT NOT NULL, -- when it should arrive; 0: not known
    made_at_ms     BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX asn_by_ref ON asn (merchant, vendor, ref);
CREATE INDEX asn_by_order ON asn (merchant, order_id);
-- asn_parcel: a carton or pallet of an advance ship notice
CREATE TABLE asn_parcel (
    merchant BIGINT NOT NULL,
    sscc     TEXT   NOT NULL, -- 18 digits, GS1 serial shipping container code
    asn_id   BYTEA  NOT NULL, -- the notice
    PRIMARY KEY (merchant, sscc)
);
CREATE INDEX asn_parcel_by_asn ON asn_parcel (merchant, asn_id, sscc);
-- asn_line: one item of an advance ship notice
CREATE TABLE asn_line (
    merchant   BIGINT NOT NULL,
    asn_id     BYTEA  NOT NULL, -- the notice
    n          BIGINT NOT NULL,
    order_line BIGINT NOT NULL, -- line of the purchase order
    item       BYTEA  NOT NULL,
    sku        TEXT   NOT NULL,
    qty        BIGINT NOT NULL CHECK (qty > 0),       -- sent, thousandths
    received   BIGINT NOT NULL CHECK (received >= 0), -- came of it, thousandths
    lot        TEXT   NOT NULL, -- or empty
    expires    TEXT   NOT NULL, -- last day, YYYY-MM-DD, or empty
    serials    TEXT   NOT NULL, -- JSON list of serial numbers, or empty
    sscc       TEXT   NOT NULL, -- the parcel it is in, or empty
    PRIMARY KEY (merchant, asn_id, n)
);
CREATE INDEX asn_line_by_item ON asn_line (merchant, item);
-- goods_receipt: goods that came, on a purchase order or without one
CREATE TABLE goods_receipt (
    merchant   BIGINT NOT NULL,
    id         BYTEA  NOT NULL,
    number     BIGINT NOT NULL, -- 1, 2, 3 … of the merchant, without gaps
    order_id   BYTEA,           -- the purchase order, or NULL: without one
    asn_id     BYTEA,           -- the advance ship notice, or NULL
    vendor     TEXT   NOT NULL, -- code, or empty: not known
    location   TEXT   NOT NULL,
    ref        TEXT   NOT NULL, -- number of the delivery note, or empty
    note       TEXT   NOT NULL,
    blind      BIGINT NOT NULL, -- 1: who received was not told what to expect
    over_qty   BIGINT NOT NULL, -- more than expected, thousandths over all lines
    short_qty  BIGINT NOT NULL, -- less than expected
    damaged    BIGINT NOT NULL, -- came damaged
    made_at_ms BIGINT NOT NULL,
    made_by    BYTEA,           -- id of the API key, or NULL: the program itself
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX goods_receipt_by_number ON goods_receipt (merchant, number);
CREATE INDEX goods_receipt_by_order ON goods_receipt (merchant, order_id, number);
-- receipt_line: one item that came, or that was expected and did not
CREATE TABLE receipt_line (
    merchant   BIGINT NOT NULL,
    receipt_id BYTEA  NOT NULL, -- the receipt
    n          BIGINT NOT NULL,
    order_line BIGINT NOT NULL, -- line of the purchase order; 0: not ordered
    asn_line   BIGINT NOT NULL, -- line of the advance ship notice; 0: none
    item       BYTEA  NOT NULL,
    sku        TEXT   NOT NULL,
    expected   BIGINT NOT NULL CHECK (expected >= 0), -- should have come with this delivery, thousandths
    qty        BIGINT NOT NULL CHECK (qty >= 0),      -- came, the damaged ones too; 0: nothing of it did
    damaged    BIGINT NOT NULL CHECK (damaged >= 0),  -- of those
    state      TEXT   NOT NULL, -- floor, backroom or quarantine: where the good ones were put
    reason     TEXT   NOT NULL, -- what is damaged, for people, or empty
    lot        TEXT   NOT NULL, -- or empty
    expires    TEXT   NOT NULL, -- last day, YYYY-MM-DD, or empty
    serials    TEXT   NOT NULL, -- JSON list of serial numbers, or empty
    PRIMARY KEY (merchant, receipt_id, n)
);
-- vendor_return: goods that go back to a vendor
CREATE TABLE vendor_return (
    merchant       BIGINT NOT NULL,
    id             BYTEA  NOT NULL,
    number         BIGINT NOT NULL, -- 1, 2, 3 … of the merchant, without gaps
    vendor         TEXT   NOT NULL, -- code
    location       TEXT   NOT NULL,
    state          TEXT   NOT NULL, -- see docs/reference/states.md
    ref            TEXT   NOT NULL, -- the vendor's permission number, or empty
    reason         TEXT   NOT NULL, -- for people, or empty
    carrier        TEXT   NOT NULL, -- or empty
    tracking       TEXT   NOT NULL, -- the carrier's number, or empty
    currency       TEXT   NOT NULL,
    claimed        BIGINT NOT NULL, -- asked back: its lines at cost, minor units
    credited       BIGINT NOT NULL, -- given back by the vendor, minor units
    credit_ref     TEXT   NOT NULL, -- number of the credit note, or empty
    made_at_ms     BIGINT NOT NULL,
    shipped_at_ms  BIGINT NOT NULL, -- 0: not yet
    credited_at_ms BIGINT NOT NULL, -- 0: not yet
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX vendor_return_by_number ON vendor_return (merchant, number);
-- vendor_return_line: one item that goes back to a vendor
CREATE TABLE vendor_return_line (
    merchant  BIGINT NOT NULL,
    return_id BYTEA  NOT NULL, -- the vendor return
    n         BIGINT NOT NULL,
    item      BYTEA  NOT NULL,
    sku       TEXT   NOT NULL,
    qty       BIGINT NOT NULL CHECK (qty > 0),
    state     TEXT   NOT NULL, -- damaged, quarantine, backroom or floor: where it stands before
    cost      BIGINT NOT NULL CHECK (cost >= 0), -- of one whole unit, minor units
    lot       TEXT   NOT NULL, -- or empty
    serials   TEXT   NOT NULL, -- JSON list of serial numbers, or empty
    PRIMARY KEY (merchant, return_id, n)
);
-- consignment: goods that stand with us and belong to a vendor until they are sold
CREATE TABLE consignment (
    merchant   BIGINT NOT NULL,
    item       BYTEA  NOT NULL,
    since_ms   BIGINT NOT NULL, -- sales from then on are owed, UTC milliseconds
    vendor     TEXT   NOT NULL, -- code
    sku        TEXT   NOT NULL,
    until_ms   BIGINT NOT NULL, -- and before then; the largest number: it holds
    cost       BIGINT NOT NULL CHECK (cost >= 0), -- owed for one whole unit, minor units of the vendor's currency
    settles    TEXT   NOT NULL CHECK (settles IN ('sold', 'sold_and_lost')), -- what is owed for
    settled    BIGINT NOT NULL, -- thousandths that settlements counted so far
    PRIMARY KEY (merchant, item, since_ms)
);
CREATE INDEX consignment_by_vendor ON consignment (merchant, vendor, sku);
-- settlement: what is owed to a vendor for consigned goods of a period
CREATE TABLE settlement (
    merchant   BIGINT NOT NULL,
    id         BYTEA  NOT NULL,
    number     BIGINT NOT NULL, -- 1, 2, 3 … of the merchant, without gaps
    vendor     TEXT   NOT NULL, -- code
    from_ms    BIGINT NOT NULL, -- where the settlement before ended; 0: the first
    until_ms   BIGINT NOT NULL, -- what happened from then on is not in it
    currency   TEXT   NOT NULL,
    total      BIGINT NOT NULL, -- owed; below zero: the vendor owes it
    ref        TEXT   NOT NULL, -- the vendor's invoice, or empty
    made_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX settlement_by_number ON settlement (merchant, number);
CREATE UNIQUE INDEX settlement_by_period ON settlement (merchant, vendor, from_ms);
-- settlement_line: one item of a settlement
CREATE TABLE settlement_line (
    merchant      BIGINT NOT NULL,
    settlement_id BYTEA  NOT NULL, -- the settlement
    n             BIGINT NOT NULL,
    item          BYTEA  NOT NULL,
    sku           TEXT   NOT NULL,
    since_ms      BIGINT NOT NULL, -- of the agreement
    sold          BIGINT NOT NULL, -- thousandths sold that were not settled before
    returned      BIGINT NOT NULL, -- came back
    lost          BIGINT NOT NULL, -- got lost and is owed as well
    qty           BIGINT NOT NULL, -- owed for: sold less returned, and lost
    cost          BIGINT NOT NULL, -- of one whole unit, minor units
    total         BIGINT NOT NULL, -- minor units
    PRIMARY KEY (merchant, settlement_id, n)
);
CREATE INDEX settlement_line_by_item ON settlement_line (merchant, item, since_ms);
