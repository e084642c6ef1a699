-- 0016_tracking.sql: what the stock of an item is told apart by, and how long it keeps; kits and their parts.
ALTER TABLE item ADD COLUMN tracking TEXT NOT NULL DEFAULT 'none';
ALTER TABLE item ADD COLUMN shelf_days BIGINT NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN least_days BIGINT NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN kit TEXT NOT NULL DEFAULT '';
CREATE TABLE kit_part (
    merchant   BIGINT NOT NULL,
    kit        BYTEA  NOT NULL,
    n          BIGINT NOT NULL,
    part       BYTEA  NOT NULL,
    qty        BIGINT NOT NULL CHECK (qty > 0),
    returnable BIGINT NOT NULL,
    value_ppm  BIGINT NOT NULL,
    PRIMARY KEY (merchant, kit, n)
);
CREATE UNIQUE INDEX kit_part_once ON kit_part (merchant, kit, part);
CREATE INDEX kit_part_by_part ON kit_part (merchant, part);
