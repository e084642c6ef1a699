-- 0037_replenishment.sql: rules of how much a location should have.
CREATE TABLE replenish_rule (
    merchant    BIGINT NOT NULL,
    location    TEXT   NOT NULL,
    scope       TEXT   NOT NULL CHECK (scope IN ('item', 'category', 'all')),
    code        TEXT   NOT NULL,
    min         BIGINT NOT NULL CHECK (min >= 0),
    max         BIGINT NOT NULL CHECK (max >= 0),
    floor_min   BIGINT NOT NULL CHECK (floor_min >= 0),
    lead_days   BIGINT NOT NULL CHECK (lead_days >= 0),
    cover_days  BIGINT NOT NULL CHECK (cover_days >= 0),
    pack        BIGINT NOT NULL CHECK (pack > 0),
    source      TEXT   NOT NULL CHECK (source IN ('vendor', 'location', 'none')),
    source_code TEXT   NOT NULL,
    PRIMARY KEY (merchant, location, scope, code)
);
