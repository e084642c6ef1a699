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
    template     TEXT   NOT NULL, -- from which it was opened
    state        TEXT   NOT NULL CHECK (state IN ('open', 'closing', 'closed')),
    channel      TEXT   NOT NULL, -- of its own, or empty
    price_list   TEXT   NOT NULL, -- of its own channel, or empty
    opened_at_ms BIGINT NOT NULL, -- when it was opened
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
