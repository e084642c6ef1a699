-- 0031_sourcing.sql: what decides from which locations an order comes.
CREATE TABLE sourcing_site (
    merchant         BIGINT NOT NULL,
    location         TEXT   NOT NULL,
    has_point        BIGINT NOT NULL,
    latitude         BIGINT NOT NULL,
    longitude        BIGINT NOT NULL,
    postal_code      TEXT   NOT NULL,
    methods          TEXT   NOT NULL,
    hours            TEXT   NOT NULL,
    preparation      BIGINT NOT NULL,
    capacity         BIGINT NOT NULL,
    parcel_cost      BIGINT NOT NULL,
    unit_cost        BIGINT NOT NULL,
    same_day_radius  BIGINT NOT NULL,
    same_day_minutes BIGINT NOT NULL,
    PRIMARY KEY (merchant, location)
);
CREATE TABLE shipping_zone (
    merchant BIGINT NOT NULL,
    code     TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    PRIMARY KEY (merchant, code)
);
CREATE TABLE shipping_area (
    merchant BIGINT NOT NULL,
    country  TEXT   NOT NULL,
    region   TEXT   NOT NULL,
    postal   TEXT   NOT NULL,
    origin   TEXT   NOT NULL,
    zone     TEXT   NOT NULL,
    PRIMARY KEY (merchant, country, region, postal, origin)
);
CREATE INDEX shipping_area_by_zone ON shipping_area (merchant, zone);
CREATE TABLE shipping_service (
    merchant BIGINT NOT NULL,
    code     TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    carrier  TEXT   NOT NULL,
    method   TEXT   NOT NULL CHECK (method IN ('ship', 'same_day', 'ship_to_store')),
    weekdays BIGINT NOT NULL,
    until    BIGINT NOT NULL,
    active   BIGINT NOT NULL,
    PRIMARY KEY (merchant, code)
);
CREATE TABLE shipping_rate (
    merchant   BIGINT NOT NULL,
    service    TEXT   NOT NULL,
    zone       TEXT   NOT NULL,
    base       BIGINT NOT NULL,
    per_kg     BIGINT NOT NULL,
    days       BIGINT NOT NULL,
    weight_max BIGINT NOT NULL,
    PRIMARY KEY (merchant, service, zone)
);
CREATE INDEX shipping_rate_by_zone ON shipping_rate (merchant, zone);
CREATE TABLE sourcing_rule (
    merchant BIGINT NOT NULL,
    code     TEXT   NOT NULL,
    kind     TEXT   NOT NULL CHECK (kind IN ('never', 'prefer', 'keep', 'risk')),
    channel  TEXT   NOT NULL,
    method   TEXT   NOT NULL,
    location TEXT   NOT NULL,
    item     BYTEA,
    category TEXT   NOT NULL,
    amount   BIGINT NOT NULL,
    qty      BIGINT NOT NULL,
    PRIMARY KEY (merchant, code)
);
CREATE TABLE sourcing_policy (
    merchant      BIGINT NOT NULL,
    channel       TEXT   NOT NULL,
    objective     TEXT   NOT NULL CHECK (objective IN ('cost', 'time', 'balanced')),
    hour_value    BIGINT NOT NULL,
    split_penalty BIGINT NOT NULL,
    max_splits    BIGINT NOT NULL,
    PRIMARY KEY (merchant, channel)
);
