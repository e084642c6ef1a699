-- tax_rate: what a zone takes on a class of goods; several rates add up
CREATE TABLE tax_rate (
    merchant   BIGINT NOT NULL,
    zone       TEXT   NOT NULL, -- e.g. GB
    tax_class  TEXT   NOT NULL, -- e.g. standard
    n          BIGINT NOT NULL, -- order of the rates of a class
    from_ms    BIGINT NOT NULL,
    until_ms   BIGINT NOT NULL,
    name       TEXT   NOT NULL, -- printed on receipts, e.g. VAT 20 %
    ppm        BIGINT NOT NULL CHECK (ppm BETWEEN 0 AND 1000000), -- parts per million
    compound   BIGINT NOT NULL, -- 1: on top of the rates before it
    kind       TEXT   NOT NULL, -- whose it is, for exemptions, or empty
    mark       TEXT   NOT NULL, -- printed beside each line that pays it, or empty
    per_unit   BIGINT NOT NULL, -- minor units on each whole unit, instead of a rate
    unit_from  BIGINT NOT NULL, -- only what a unit costs above this, minor units
    unit_to    BIGINT NOT NULL, -- only what a unit costs up to this; 0: no end
    unit_whole BIGINT NOT NULL, -- 1: units from unit_from to below unit_to pay in full
    source     TEXT   NOT NULL, -- where it is written, or empty
    PRIMARY KEY (merchant, zone, tax_class, n, from_ms)
);
-- tax_certificate: a customer does not pay some taxes
CREATE TABLE tax_certificate (
    merchant   BIGINT NOT NULL,
    id         BYTEA  NOT NULL,
    customer   BYTEA  NOT NULL,
    number     TEXT   NOT NULL, -- as it stands on the paper
    zone       TEXT   NOT NULL, -- where it holds, with all below it
    tax_class  TEXT   NOT NULL, -- or empty: of all classes
    kind       TEXT   NOT NULL, -- or empty: of all kinds
    reason     TEXT   NOT NULL, -- or empty
    from_ms    BIGINT NOT NULL,
    until_ms   BIGINT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE INDEX tax_certificate_by_customer ON tax_certificate (merchant, customer, id);
-- order_exemption: the certificates that an order was taxed with, as they were then
CREATE TABLE order_exemption (
    merchant  BIGINT NOT NULL,
    order_id  BYTEA  NOT NULL,
    n         BIGINT NOT NULL,
    number    TEXT   NOT NULL, -- of the certificate
    tax_class TEXT   NOT NULL, -- or empty: of all classes
    kind      TEXT   NOT NULL, -- or empty: of all kinds
    PRIMARY KEY (merchant, order_id, n)
);
