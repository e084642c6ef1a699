-- sourcing_site: how a location takes part in sourcing; none: the standards
CREATE TABLE sourcing_site (
    merchant         BIGINT NOT NULL,
    location         TEXT   NOT NULL,
    has_point        BIGINT NOT NULL, -- 1: its place on the map is known
    latitude         BIGINT NOT NULL, -- micro-degrees, north above zero
    longitude        BIGINT NOT NULL, -- micro-degrees, east above zero
    postal_code      TEXT   NOT NULL, -- where parcels to this store go, or empty
    methods          TEXT   NOT NULL, -- what it does: words `method` or `method:cut-off minute`; empty: the standards
    hours            TEXT   NOT NULL, -- when it works: words `weekday or date:from-until`; empty: always
    preparation      BIGINT NOT NULL, -- minutes to pick and pack an order
    capacity         BIGINT NOT NULL, -- orders in an hour; 0: no limit
    parcel_cost      BIGINT NOT NULL, -- handling of a parcel, minor units of the own currency
    unit_cost        BIGINT NOT NULL, -- handling of a whole unit
    same_day_radius  BIGINT NOT NULL, -- metres; 0: none is set
    same_day_minutes BIGINT NOT NULL, -- which the courier takes
    PRIMARY KEY (merchant, location)
);
-- shipping_zone: a name for destinations that cost the same
CREATE TABLE shipping_zone (
    merchant BIGINT NOT NULL,
    code     TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    PRIMARY KEY (merchant, code)
);
-- shipping_area: which destinations are in which zone; the most specific row holds
CREATE TABLE shipping_area (
    merchant BIGINT NOT NULL,
    country  TEXT   NOT NULL, -- ISO 3166-1 alpha-2, or empty: all
    region   TEXT   NOT NULL, -- state or province, or empty: all
    postal   TEXT   NOT NULL, -- how the postal code begins, upper case without blanks, or empty: all
    origin   TEXT   NOT NULL, -- location that sends, or empty: all
    zone     TEXT   NOT NULL, -- its code
    PRIMARY KEY (merchant, country, region, postal, origin)
);
CREATE INDEX shipping_area_by_zone ON shipping_area (merchant, zone);
-- shipping_service: what a carrier offers
CREATE TABLE shipping_service (
    merchant BIGINT NOT NULL,
    code     TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    carrier  TEXT   NOT NULL, -- who carries
    method   TEXT   NOT NULL CHECK (method IN ('ship', 'same_day', 'ship_to_store')),
    weekdays BIGINT NOT NULL, -- on which it carries and delivers: bit 0 Monday … bit 6 Sunday
    until    BIGINT NOT NULL, -- minute of the day by which it delivers
    active   BIGINT NOT NULL,
    PRIMARY KEY (merchant, code)
);
-- shipping_rate: what a service costs, and how long it takes
CREATE TABLE shipping_rate (
    merchant   BIGINT NOT NULL,
    service    TEXT   NOT NULL, -- its code
    zone       TEXT   NOT NULL, -- or empty: wherever no other rate of the service holds
    base       BIGINT NOT NULL, -- minor units of the own currency, for a parcel
    per_kg     BIGINT NOT NULL, -- for 1000 g
    days       BIGINT NOT NULL, -- on the way, counted in days on which the service carries
    weight_max BIGINT NOT NULL, -- grams; 0: no limit
    PRIMARY KEY (merchant, service, zone)
);
CREATE INDEX shipping_rate_by_zone ON shipping_rate (merchant, zone);
-- sourcing_rule: what the retailer wants or does not want; of those that hold, the most specific decides
CREATE TABLE sourcing_rule (
    merchant BIGINT NOT NULL,
    code     TEXT   NOT NULL,
    kind     TEXT   NOT NULL CHECK (kind IN ('never', 'prefer', 'keep', 'risk')),
    channel  TEXT   NOT NULL, -- or empty: all
    method   TEXT   NOT NULL, -- or empty: all
    location TEXT   NOT NULL, -- or empty: all
    item     BYTEA,           -- or none: all
    category TEXT   NOT NULL, -- of the item, itself or above it; or empty: all
    amount   BIGINT NOT NULL, -- prefer: bonus; keep: price of taking one, -1 never; risk: of a whole unit; minor units
    qty      BIGINT NOT NULL, -- keep: thousandths
    PRIMARY KEY (merchant, code)
);
-- sourcing_policy: how plans of a channel are compared
CREATE TABLE sourcing_policy (
    merchant      BIGINT NOT NULL,
    channel       TEXT   NOT NULL, -- or *: those that have none of their own
    objective     TEXT   NOT NULL CHECK (objective IN ('cost', 'time', 'balanced')),
    hour_value    BIGINT NOT NULL, -- minor units that an hour is worth, for balanced
    split_penalty BIGINT NOT NULL, -- minor units for each parcel but the first
    max_splits    BIGINT NOT NULL, -- parcels but the first
    PRIMARY KEY (merchant, channel)
);
