-- transfer_series: the last number given; numbers have no gap
CREATE TABLE transfer_series (
    merchant BIGINT NOT NULL,
    last     BIGINT NOT NULL, -- the last number given
    PRIMARY KEY (merchant)
);
-- stock_transfer: goods that go from one location to another
CREATE TABLE stock_transfer (
    merchant       BIGINT NOT NULL,
    id             BYTEA  NOT NULL,
    number         BIGINT NOT NULL, -- 1, 2, 3 … of the merchant, without gaps
    from_location  TEXT   NOT NULL, -- code
    to_location    TEXT   NOT NULL, -- code
    state          TEXT   NOT NULL, -- see docs/reference/states.md
    ref            TEXT   NOT NULL, -- the caller's own number, or empty
    reason         TEXT   NOT NULL, -- why, for people, or empty
    carrier        TEXT   NOT NULL, -- or empty
    tracking       TEXT   NOT NULL, -- the carrier's number, or empty
    expected_at_ms BIGINT NOT NULL, -- when it should arrive; 0: not known
    units          BIGINT NOT NULL, -- asked for over all lines, thousandths
    worth          BIGINT NOT NULL, -- the same at cost, minor units of the merchant's currency
    made_at_ms     BIGINT NOT NULL,
    shipped_at_ms  BIGINT NOT NULL, -- 0: not yet
    ended_at_ms    BIGINT NOT NULL, -- received, closed or cancelled; 0: not yet
    made_by        BYTEA,           -- id of the API key, or NULL: the program itself
    approved_by    BYTEA,           -- id of the API key, or NULL: needed no approval, or has none yet
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX stock_transfer_by_number ON stock_transfer (merchant, number);
CREATE INDEX stock_transfer_under_way ON stock_transfer (merchant, to_location, state);
-- transfer_line: one item of a transfer; on the way is shipped less received, damaged, lost and sent_back
CREATE TABLE transfer_line (
    merchant    BIGINT NOT NULL,
    transfer_id BYTEA  NOT NULL, -- the transfer
    n           BIGINT NOT NULL,
    item        BYTEA  NOT NULL,
    sku         TEXT   NOT NULL,
    location    TEXT   NOT NULL, -- code: where it goes
    qty         BIGINT NOT NULL CHECK (qty > 0),        -- asked for, thousandths, as all below
    claimed     BIGINT NOT NULL CHECK (claimed >= 0),   -- set aside for it when picking began
    shipped     BIGINT NOT NULL CHECK (shipped >= 0),   -- sent
    received    BIGINT NOT NULL CHECK (received >= 0),  -- arrived in good order
    damaged     BIGINT NOT NULL CHECK (damaged >= 0),   -- arrived damaged
    lost        BIGINT NOT NULL CHECK (lost >= 0),      -- never arrived
    sent_back   BIGINT NOT NULL CHECK (sent_back >= 0), -- stayed at, or went back to, where it came from
    over_qty    BIGINT NOT NULL CHECK (over_qty >= 0),  -- arrived without having been sent
    is_open     BIGINT NOT NULL, -- 1: some of it is on the way
    PRIMARY KEY (merchant, transfer_id, n),
    CHECK (received + damaged + lost + sent_back <= shipped)
);
CREATE INDEX transfer_line_open ON transfer_line (merchant, item, location) WHERE is_open = 1;
-- floor_min: how much of an item should stand on the floor of a location
CREATE TABLE floor_min (
    merchant BIGINT NOT NULL,
    location TEXT   NOT NULL,
    item     BYTEA  NOT NULL,
    sku      TEXT   NOT NULL,
    low      BIGINT NOT NULL CHECK (low > 0),     -- below that it is filled up, thousandths
    full_qty BIGINT NOT NULL CHECK (full_qty >= low), -- up to that
    PRIMARY KEY (merchant, location, item)
);
-- transfer_piece: of a transfer's goods that are told apart, some of one lot or one piece with its number
CREATE TABLE transfer_piece (
    merchant    BIGINT NOT NULL,
    transfer_id BYTEA  NOT NULL, -- the transfer
    line        BIGINT NOT NULL, -- of the transfer
    n           BIGINT NOT NULL, -- 1, 2 … within the line
    lot         TEXT   NOT NULL, -- or empty
    serial      TEXT   NOT NULL, -- or empty
    qty         BIGINT NOT NULL CHECK (qty > 0), -- thousandths that left
    on_way      BIGINT NOT NULL CHECK (on_way >= 0), -- of them, not accounted for yet
    PRIMARY KEY (merchant, transfer_id, line, n)
);
CREATE INDEX stock_transfer_to_send ON stock_transfer (merchant, from_location, state);
