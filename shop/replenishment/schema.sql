-- replenish_rule: how much of an item, a category or all a location should have, and from where it comes
CREATE TABLE replenish_rule (
    merchant    BIGINT NOT NULL,
    location    TEXT   NOT NULL,
    scope       TEXT   NOT NULL CHECK (scope IN ('item', 'category', 'all')),
    code        TEXT   NOT NULL, -- SKU of the item, code of the category, or * for all
    min         BIGINT NOT NULL CHECK (min >= 0),        -- thousandths: asked for at this position; 0: none
    max         BIGINT NOT NULL CHECK (max >= 0),        -- thousandths: never more than this; 0: no limit
    floor_min   BIGINT NOT NULL CHECK (floor_min >= 0),  -- thousandths: put out from the backroom below this
    lead_days   BIGINT NOT NULL CHECK (lead_days >= 0),  -- until goods come
    cover_days  BIGINT NOT NULL CHECK (cover_days >= 0), -- for how long they should last then
    pack        BIGINT NOT NULL CHECK (pack > 0),        -- thousandths: goods come in multiples of this
    source      TEXT   NOT NULL CHECK (source IN ('vendor', 'location', 'none')),
    source_code TEXT   NOT NULL, -- code of the vendor or location, or empty
    PRIMARY KEY (merchant, location, scope, code)
);
