-- 0011_weights.sql: what an item weighs, for the cost of a parcel.
ALTER TABLE item ADD COLUMN weight BIGINT NOT NULL DEFAULT 0 CHECK (weight >= 0);
