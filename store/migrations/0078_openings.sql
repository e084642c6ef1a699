-- 0078_openings.sql: templates of locations, what was opened from them, and registers.
CREATE TABLE location_template (
    merchant BIGINT NOT NULL,
    code     TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    body     TEXT   NOT NULL,
    PRIMARY KEY (merchant, code)
);
CREATE TABLE location_opening (
    merchant     BIGINT NOT NULL,
    code         TEXT   NOT NULL,
    template     TEXT   NOT NULL,
    state        TEXT   NOT NULL CHECK (state IN ('open', 'closing', 'closed')),
    channel      TEXT   NOT NULL,
    price_list   TEXT   NOT NULL,
    opened_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, code)
);
CREATE TABLE register (
    merchant   BIGINT NOT NULL,
    location   TEXT   NOT NULL,
    code       TEXT   NOT NULL,
    channel    TEXT   NOT NULL,
    api_key    BYTEA  NOT NULL,
    role       TEXT   NOT NULL,
    made_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, location, code)
);
