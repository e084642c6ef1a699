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
