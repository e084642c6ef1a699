-- 0097_return_rules.sql: on what terms goods are taken back and where they go, who takes them back; in which state they
-- came and why; the returns of a customer and of an order.
-- return_rule: on what terms goods are taken back
CREATE TABLE return_rule (
    merchant      BIGINT NOT NULL,
    code          TEXT   NOT NULL,
    rule          TEXT   NOT NULL, -- JSON of what it says
    updated_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, code)
);
-- disposition_rule: where goods go that come back
CREATE TABLE disposition_rule (
    merchant      BIGINT NOT NULL,
    code          TEXT   NOT NULL,
    rule          TEXT   NOT NULL, -- JSON of what it says
    updated_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, code)
);
-- return_staff: the customer's profile of somebody who takes goods back, so that nobody takes back what is his own
CREATE TABLE return_staff (
    merchant BIGINT NOT NULL,
    api_key  BYTEA  NOT NULL, -- what the person works with
    customer BYTEA  NOT NULL, -- who that is as a customer
    PRIMARY KEY (merchant, api_key, customer)
);
ALTER TABLE return_line ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE return_line ADD COLUMN grade TEXT NOT NULL DEFAULT '';
CREATE INDEX sale_return_by_customer ON sale_return (merchant, customer, made_at_ms) WHERE customer IS NOT NULL;
CREATE INDEX sale_return_by_order ON sale_return (merchant, order_id) WHERE order_id IS NOT NULL;
