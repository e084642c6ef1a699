-- 0079_closings.sql: locations that close: where their stock goes, and the tills that were settled.
ALTER TABLE location_opening ADD COLUMN stock_to TEXT NOT NULL DEFAULT '';
ALTER TABLE location_opening ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE location_opening ADD COLUMN closing_at_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE location_opening ADD COLUMN closed_at_ms BIGINT NOT NULL DEFAULT 0;
CREATE TABLE till_settlement (
    merchant BIGINT NOT NULL,
    id       BYTEA  NOT NULL,
    location TEXT   NOT NULL,
    currency TEXT   NOT NULL,
    expected BIGINT NOT NULL,
    counted  BIGINT NOT NULL CHECK (counted >= 0),
    account  TEXT   NOT NULL,
    at_ms    BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE INDEX till_settlement_by_location ON till_settlement (merchant, location, at_ms);
