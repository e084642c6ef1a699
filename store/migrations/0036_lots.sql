-- 0036_lots.sql: stock told apart by lots with their last day, and by serial numbers.
ALTER TABLE stock_level ADD COLUMN tracked BIGINT NOT NULL DEFAULT 0;
CREATE TABLE lot (
    merchant       BIGINT NOT NULL,
    item           BYTEA  NOT NULL,
    lot            TEXT   NOT NULL,
    expires_day    BIGINT NOT NULL,
    made_at_ms     BIGINT NOT NULL,
    recalled_at_ms BIGINT NOT NULL,
    recall_reason  TEXT   NOT NULL,
    PRIMARY KEY (merchant, item, lot)
);
CREATE INDEX lot_by_expiry ON lot (merchant, expires_day) WHERE expires_day > 0;
CREATE TABLE stock_lot (
    merchant   BIGINT NOT NULL,
    item       BYTEA  NOT NULL,
    location   TEXT   NOT NULL,
    lot        TEXT   NOT NULL,
    floor      BIGINT NOT NULL CHECK (floor >= 0),
    backroom   BIGINT NOT NULL CHECK (backroom >= 0),
    picked     BIGINT NOT NULL CHECK (picked >= 0),
    in_transit BIGINT NOT NULL CHECK (in_transit >= 0),
    damaged    BIGINT NOT NULL CHECK (damaged >= 0),
    quarantine BIGINT NOT NULL CHECK (quarantine >= 0),
    PRIMARY KEY (merchant, item, location, lot)
);
CREATE INDEX stock_lot_by_lot ON stock_lot (merchant, item, lot);
CREATE INDEX stock_move_by_lot ON stock_move (merchant, item, lot) WHERE lot <> '';
CREATE TABLE lot_override (
    merchant    BIGINT NOT NULL,
    document_id BYTEA  NOT NULL,
    item        BYTEA  NOT NULL,
    lot         TEXT   NOT NULL,
    expires_day BIGINT NOT NULL,
    reason      TEXT   NOT NULL,
    given_by    BYTEA,
    at_ms       BIGINT NOT NULL,
    PRIMARY KEY (merchant, document_id, item, lot)
);
CREATE TABLE serial (
    merchant      BIGINT NOT NULL,
    item          BYTEA  NOT NULL,
    serial        TEXT   NOT NULL,
    location      TEXT   NOT NULL,
    state         TEXT   NOT NULL,
    lot           TEXT   NOT NULL,
    moves         BIGINT NOT NULL,
    document_id   BYTEA  NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, item, serial)
);
CREATE INDEX serial_by_number ON serial (merchant, serial);
CREATE INDEX serial_by_place ON serial (merchant, item, location, state);
CREATE TABLE serial_move (
    merchant      BIGINT NOT NULL,
    item          BYTEA  NOT NULL,
    serial        TEXT   NOT NULL,
    n             BIGINT NOT NULL,
    from_location TEXT   NOT NULL,
    from_state    TEXT   NOT NULL,
    to_location   TEXT   NOT NULL,
    to_state      TEXT   NOT NULL,
    document_id   BYTEA  NOT NULL,
    cause         TEXT   NOT NULL,
    at_ms         BIGINT NOT NULL,
    PRIMARY KEY (merchant, item, serial, n)
);
CREATE TABLE serial_due (
    merchant    BIGINT NOT NULL,
    document_id BYTEA  NOT NULL,
    item        BYTEA  NOT NULL,
    location    TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    qty         BIGINT NOT NULL CHECK (qty >= 0),
    at_ms       BIGINT NOT NULL,
    PRIMARY KEY (merchant, document_id, item, location, state)
);
CREATE TABLE order_kit_part (
    merchant   BIGINT NOT NULL,
    order_id   BYTEA  NOT NULL,
    line       BIGINT NOT NULL,
    n          BIGINT NOT NULL,
    part       BYTEA  NOT NULL,
    sku        TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    qty        BIGINT NOT NULL CHECK (qty > 0),
    value_ppm  BIGINT NOT NULL,
    returnable BIGINT NOT NULL,
    moved      BIGINT NOT NULL,
    returned   BIGINT NOT NULL CHECK (returned >= 0),
    PRIMARY KEY (merchant, order_id, line, n)
);
CREATE TABLE order_goods (
    merchant BIGINT NOT NULL,
    order_id BYTEA  NOT NULL,
    line     BIGINT NOT NULL,
    n        BIGINT NOT NULL,
    item     BYTEA  NOT NULL,
    sku      TEXT   NOT NULL,
    lot      TEXT   NOT NULL,
    serial   TEXT   NOT NULL,
    qty      BIGINT NOT NULL CHECK (qty > 0),
    returned BIGINT NOT NULL CHECK (returned BETWEEN 0 AND qty),
    holder   BYTEA  NOT NULL,
    state    TEXT   NOT NULL CHECK (state IN ('picked', 'gone')),
    PRIMARY KEY (merchant, order_id, n)
);
CREATE INDEX order_goods_by_lot ON order_goods (merchant, item, lot, order_id) WHERE lot <> '';
CREATE INDEX order_goods_by_holder ON order_goods (merchant, holder);
CREATE TABLE return_goods (
    merchant    BIGINT NOT NULL,
    return_id   BYTEA  NOT NULL,
    line        BIGINT NOT NULL,
    n           BIGINT NOT NULL,
    item        BYTEA  NOT NULL,
    sku         TEXT   NOT NULL,
    qty         BIGINT NOT NULL CHECK (qty > 0),
    lot         TEXT   NOT NULL,
    serial      TEXT   NOT NULL,
    disposition TEXT   NOT NULL CHECK (disposition IN ('floor', 'backroom', 'damaged', 'quarantine', 'missing')),
    PRIMARY KEY (merchant, return_id, n)
);
