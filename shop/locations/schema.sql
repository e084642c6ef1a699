-- location: a store, warehouse or pop-up that holds stock and sells
CREATE TABLE location (
    merchant  BIGINT NOT NULL,
    code      TEXT   NOT NULL, -- short and for ever, e.g. LON
    name      TEXT   NOT NULL,
    kind      TEXT   NOT NULL CHECK (kind IN ('store', 'warehouse', 'popup')),
    country   TEXT   NOT NULL, -- ISO 3166-1 alpha-2
    time_zone TEXT   NOT NULL, -- IANA name
    address   TEXT   NOT NULL, -- printed on receipts
    tax_zone  TEXT   NOT NULL, -- whose tax rates hold here
    region    TEXT   NOT NULL, -- by which stock is summed up, or empty
    active    BIGINT NOT NULL, -- 0: sells nothing more
    PRIMARY KEY (merchant, code)
);
-- channel: a way to sell, with its money and tax rules
CREATE TABLE channel (
    merchant           BIGINT NOT NULL,
    code               TEXT   NOT NULL, -- e.g. pos, web
    name               TEXT   NOT NULL,
    kind               TEXT   NOT NULL CHECK (kind IN ('pos', 'web', 'kiosk', 'marketplace')),
    currency           TEXT   NOT NULL, -- ISO 4217
    prices_include_tax BIGINT NOT NULL,
    tax_per_document   BIGINT NOT NULL, -- 1: the tax is rounded once per rate, not on every line
    cash_step          BIGINT NOT NULL, -- smallest coin in minor units; 0: no cash rounding
    keeps_safety       BIGINT NOT NULL, -- 1: never sells the safety stock
    active             BIGINT NOT NULL,
    PRIMARY KEY (merchant, code)
);
-- channel_location: which locations serve a channel
CREATE TABLE channel_location (
    merchant BIGINT NOT NULL,
    channel  TEXT   NOT NULL,
    location TEXT   NOT NULL,
    priority BIGINT NOT NULL, -- the lower the earlier
    PRIMARY KEY (merchant, channel, location)
);
