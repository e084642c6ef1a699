-- 0007_sale_parts.sql: deposits and fees of items; what an order keeps of how its price was made: units that cost
-- differently, tax by rates of each line, shipping, discounts by hand with their approvals, the explanation.
ALTER TABLE item ADD COLUMN fees TEXT NOT NULL DEFAULT '';
ALTER TABLE sale_order ADD COLUMN fees BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sale_order ADD COLUMN extras BIGINT NOT NULL DEFAULT 0;
ALTER TABLE order_line ADD COLUMN fees BIGINT NOT NULL DEFAULT 0;
ALTER TABLE order_line ADD COLUMN fee_list TEXT NOT NULL DEFAULT '';
ALTER TABLE order_line ADD COLUMN cost BIGINT NOT NULL DEFAULT 0;
ALTER TABLE order_line ADD COLUMN reduced BIGINT NOT NULL DEFAULT 0;
ALTER TABLE order_line ADD COLUMN taxes TEXT NOT NULL DEFAULT '';
ALTER TABLE order_tax ADD COLUMN mark TEXT NOT NULL DEFAULT '';
ALTER TABLE order_tax ADD COLUMN exempt TEXT NOT NULL DEFAULT '';
ALTER TABLE sale_return ADD COLUMN shipping BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sale_return ADD COLUMN shipping_tax BIGINT NOT NULL DEFAULT 0;
CREATE TABLE order_part (
    merchant BIGINT NOT NULL,
    order_id BYTEA  NOT NULL,
    line     BIGINT NOT NULL,
    n        BIGINT NOT NULL,
    qty      BIGINT NOT NULL CHECK (qty > 0),
    discount BIGINT NOT NULL,
    net      BIGINT NOT NULL,
    tax      BIGINT NOT NULL,
    total    BIGINT NOT NULL,
    returned BIGINT NOT NULL CHECK (returned BETWEEN 0 AND qty),
    refunded BIGINT NOT NULL,
    PRIMARY KEY (merchant, order_id, line, n)
);
CREATE TABLE order_manual (
    merchant    BIGINT NOT NULL,
    order_id    BYTEA  NOT NULL,
    line        BIGINT NOT NULL,
    ppm         BIGINT NOT NULL,
    amount      BIGINT NOT NULL,
    price       BIGINT NOT NULL,
    reason      TEXT   NOT NULL,
    given_by    BYTEA,
    approved_by BYTEA,
    PRIMARY KEY (merchant, order_id, line)
);
CREATE TABLE order_shipping (
    merchant  BIGINT NOT NULL,
    order_id  BYTEA  NOT NULL,
    tax_class TEXT   NOT NULL,
    amount    BIGINT NOT NULL,
    discount  BIGINT NOT NULL,
    net       BIGINT NOT NULL,
    tax       BIGINT NOT NULL,
    total     BIGINT NOT NULL,
    refunded  BIGINT NOT NULL CHECK (refunded BETWEEN 0 AND total),
    taxes     TEXT   NOT NULL,
    PRIMARY KEY (merchant, order_id)
);
CREATE TABLE order_explanation (
    merchant BIGINT NOT NULL,
    order_id BYTEA  NOT NULL,
    steps    TEXT   NOT NULL,
    PRIMARY KEY (merchant, order_id)
);
CREATE TABLE approval (
    merchant      BIGINT NOT NULL,
    id            BYTEA  NOT NULL,
    subject       TEXT   NOT NULL,
    amount        BIGINT NOT NULL,
    reason        TEXT   NOT NULL,
    approver      BYTEA,
    made_at_ms    BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    used_for      BYTEA,
    PRIMARY KEY (merchant, id)
);
CREATE INDEX sale_order_by_time ON sale_order (merchant, made_at_ms, id);
