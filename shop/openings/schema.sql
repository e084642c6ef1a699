-- location_template: what locations of one sort have in common, from which new ones are opened
CREATE TABLE location_template (
    merchant BIGINT NOT NULL,
    code     TEXT   NOT NULL, -- for ever
    name     TEXT   NOT NULL,
    body     TEXT   NOT NULL, -- all of it as a JSON object
    PRIMARY KEY (merchant, code)
);
-- location_opening: a location that was opened in one go, and how far it is in its life
CREATE TABLE location_opening (
    merchant     BIGINT NOT NULL,
    code         TEXT   NOT NULL, -- of the location
    template     TEXT   NOT NULL, -- from which it was opened, or empty
    state        TEXT   NOT NULL CHECK (state IN ('open', 'closing', 'closed')),
    channel      TEXT   NOT NULL, -- of its own, or empty
    price_list   TEXT   NOT NULL, -- of its own channel, or empty
    opened_at_ms BIGINT NOT NULL, -- 0: it was not opened from a template
    stock_to     TEXT   NOT NULL DEFAULT '', -- location that gets its stock when it closes, or empty
    note         TEXT   NOT NULL DEFAULT '', -- why it closes, or empty
    closing_at_ms BIGINT NOT NULL DEFAULT 0, -- when it stopped selling; 0: not yet
    closed_at_ms  BIGINT NOT NULL DEFAULT 0, -- when nothing was left there; 0: not yet
    PRIMARY KEY (merchant, code)
);
-- register: a till or other device of a location, with the key by which it asks
CREATE TABLE register (
    merchant   BIGINT NOT NULL,
    location   TEXT   NOT NULL,
    code       TEXT   NOT NULL, -- that of the location and a number
    channel    TEXT   NOT NULL, -- through which it sells
    api_key    BYTEA  NOT NULL, -- id of its key
    role       TEXT   NOT NULL, -- of the key
    made_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, location, code)
);
-- till_settlement: the cash of a location that was counted and taken out when it closed
CREATE TABLE till_settlement (
    merchant BIGINT NOT NULL,
    id       BYTEA  NOT NULL, -- document of its entries in the ledger
    location TEXT   NOT NULL,
    currency TEXT   NOT NULL, -- ISO 4217
    expected BIGINT NOT NULL, -- what the ledger had, minor units
    counted  BIGINT NOT NULL CHECK (counted >= 0), -- what was there
    account  TEXT   NOT NULL, -- where it went: bank, or cash: and a location
    at_ms    BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE INDEX till_settlement_by_location ON till_settlement (merchant, location, at_ms);
