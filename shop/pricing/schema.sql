-- price_list: a set of prices for one channel (or all), currency and period
CREATE TABLE price_list (
    merchant BIGINT NOT NULL,
    code     TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    currency TEXT   NOT NULL, -- ISO 4217
    channel  TEXT   NOT NULL, -- code, or empty for every channel
    priority BIGINT NOT NULL, -- where several lists have a price, the highest wins
    from_ms  BIGINT NOT NULL, -- UTC; in force from
    until_ms BIGINT NOT NULL, -- UTC; until before this
    reduced  BIGINT NOT NULL, -- 1: its prices are reduced ones already; promotions may leave them out
    PRIMARY KEY (merchant, code)
);
-- price: what one whole unit of an item costs on a list, from a quantity on, in a period
CREATE TABLE price (
    merchant BIGINT NOT NULL,
    item     BYTEA  NOT NULL,
    list     TEXT   NOT NULL, -- code of its price list
    min_qty  BIGINT NOT NULL, -- thousandths; holds from this quantity on
    from_ms  BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    amount   BIGINT NOT NULL CHECK (amount >= 0), -- minor units
    PRIMARY KEY (merchant, item, list, min_qty, from_ms)
);
