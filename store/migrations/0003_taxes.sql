-- 0003_taxes.sql: rates per unit, with limits, marks and sources; certificates of exemption, and which of them an
-- order was taxed with.
ALTER TABLE tax_rate ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE tax_rate ADD COLUMN mark TEXT NOT NULL DEFAULT '';
ALTER TABLE tax_rate ADD COLUMN per_unit BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tax_rate ADD COLUMN unit_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tax_rate ADD COLUMN unit_to BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tax_rate ADD COLUMN unit_whole BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tax_rate ADD COLUMN source TEXT NOT NULL DEFAULT '';
CREATE TABLE tax_certificate (
    merchant   BIGINT NOT NULL,
    id         BYTEA  NOT NULL,
    customer   BYTEA  NOT NULL,
    number     TEXT   NOT NULL,
    zone       TEXT   NOT NULL,
    tax_class  TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    reason     TEXT   NOT NULL,
    from_ms    BIGINT NOT NULL,
    until_ms   BIGINT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE INDEX tax_certificate_by_customer ON tax_certificate (merchant, customer, id);
CREATE TABLE order_exemption (
    merchant  BIGINT NOT NULL,
    order_id  BYTEA  NOT NULL,
    n         BIGINT NOT NULL,
    number    TEXT   NOT NULL,
    tax_class TEXT   NOT NULL,
    kind      TEXT   NOT NULL,
    PRIMARY KEY (merchant, order_id, n)
);
