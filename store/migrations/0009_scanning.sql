-- 0009_scanning.sql: barcodes of packs; patterns of barcodes that scales print.
ALTER TABLE barcode ADD COLUMN qty BIGINT NOT NULL DEFAULT 1000;
CREATE TABLE scan_pattern (
    merchant BIGINT NOT NULL,
    prefix   TEXT   NOT NULL,
    layout   TEXT   NOT NULL,
    decimals BIGINT NOT NULL,
    PRIMARY KEY (merchant, prefix)
);
