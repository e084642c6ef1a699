-- stock_count: goods counted by people or by another system, to be compared with the ledger; or brought in
-- as movements by another system
CREATE TABLE stock_count (
    merchant        BIGINT NOT NULL,
    id              BYTEA  NOT NULL,
    location        TEXT   NOT NULL, -- code; empty: each line has its own
    zone            TEXT   NOT NULL, -- floor, backroom, damaged or quarantine; empty: each line has its own
    scope           TEXT   NOT NULL CHECK (scope IN ('skus', 'category', 'all', 'import', 'movement')),
    category        TEXT   NOT NULL, -- code, or empty
    blind           BIGINT NOT NULL, -- 1: who counts does not see what the ledger has
    state           TEXT   NOT NULL CHECK (state IN ('draft', 'counting', 'recount', 'review', 'approved', 'cancelled')),
    pass            BIGINT NOT NULL, -- 1, 2 … with each recount
    note            TEXT   NOT NULL,
    reference       TEXT   NOT NULL, -- of another system, brought in once; or empty
    made_by         BYTEA,           -- API key that made it
    made_at_ms      BIGINT NOT NULL,
    started_at_ms   BIGINT NOT NULL, -- nothing can have been counted before; 0: not yet
    submitted_at_ms BIGINT NOT NULL, -- when it was last handed in; 0: not yet
    decided_by      BYTEA,           -- API key that approved or cancelled it
    decided_at_ms   BIGINT NOT NULL, -- 0: not yet
    PRIMARY KEY (merchant, id)
);
CREATE INDEX stock_count_by_state ON stock_count (merchant, state, id);
CREATE UNIQUE INDEX stock_count_by_reference ON stock_count (merchant, reference) WHERE reference <> '';
-- stock_count_line: one item at one place of a count: what was counted, and what the ledger had at that time
CREATE TABLE stock_count_line (
    merchant  BIGINT NOT NULL,
    count_id  BYTEA  NOT NULL, -- the count
    item      BYTEA  NOT NULL,
    location  TEXT   NOT NULL,
    zone      TEXT   NOT NULL, -- floor, backroom, damaged or quarantine
    state     TEXT   NOT NULL CHECK (state IN
        ('open', 'counted', 'recount', 'skipped', 'approved', 'superseded', 'moved')),
    counted   BIGINT NOT NULL CHECK (counted >= -1), -- thousandths; -1: not yet, or a movement
    first_ms  BIGINT NOT NULL, -- of its first entry
    ref_ms    BIGINT NOT NULL, -- reference time: of its last entry; what moves later is not in `counted`
    moved     BIGINT NOT NULL, -- thousandths that came or went between its first and its last entry
    ledger    BIGINT NOT NULL, -- what the ledger had at ref_ms
    diff      BIGINT NOT NULL, -- counted less ledger: what was adjusted; of a movement: what it moved
    cost      BIGINT NOT NULL, -- of one whole unit then, minor units of the own currency; 0: not known
    posted_ms BIGINT NOT NULL, -- when diff was written to the ledger; 0: not yet
    PRIMARY KEY (merchant, count_id, item, location, zone)
);
CREATE INDEX stock_count_line_by_item ON stock_count_line (merchant, item, location, zone, ref_ms)
    WHERE state IN ('approved', 'moved');
-- stock_count_entry: what somebody counted at one shelf; the entries of a pass add up
CREATE TABLE stock_count_entry (
    merchant BIGINT NOT NULL,
    count_id BYTEA  NOT NULL, -- the count
    item     BYTEA  NOT NULL,
    id       BYTEA  NOT NULL,
    pass     BIGINT NOT NULL, -- of the count
    qty      BIGINT NOT NULL, -- below zero: takes back part of an entry before
    code     TEXT   NOT NULL, -- as scanned, or empty
    shelf    TEXT   NOT NULL, -- where, or empty
    made_by  BYTEA,           -- API key of who counted
    ref_ms   BIGINT NOT NULL, -- when it was counted
    at_ms    BIGINT NOT NULL,
    serials  TEXT   NOT NULL DEFAULT '', -- JSON list of the serial numbers that were seen; or empty
    PRIMARY KEY (merchant, count_id, item, id)
);
-- stock_adjustment: stock that is written off, found, put apart or released, with a reason
CREATE TABLE stock_adjustment (
    merchant      BIGINT NOT NULL,
    id            BYTEA  NOT NULL,
    location      TEXT   NOT NULL,
    reason        TEXT   NOT NULL, -- damaged, theft, lost …
    state         TEXT   NOT NULL CHECK (state IN ('pending', 'posted', 'refused')),
    value         BIGINT NOT NULL CHECK (value >= 0), -- what it changes at cost, minor units of the own currency
    note          TEXT   NOT NULL,
    made_by       BYTEA,           -- API key that made it
    made_at_ms    BIGINT NOT NULL,
    decided_by    BYTEA,           -- API key that approved or refused it; NULL: nobody had to
    decided_at_ms BIGINT NOT NULL, -- 0: not yet, or nobody had to
    PRIMARY KEY (merchant, id)
);
CREATE INDEX stock_adjustment_by_state ON stock_adjustment (merchant, state, id);
-- stock_adjustment_line: one item of an adjustment
CREATE TABLE stock_adjustment_line (
    merchant      BIGINT NOT NULL,
    adjustment_id BYTEA  NOT NULL, -- the adjustment
    n             BIGINT NOT NULL,
    item          BYTEA  NOT NULL,
    from_state    TEXT   NOT NULL, -- floor … or the outside place that it comes from
    to_state      TEXT   NOT NULL, -- damaged … or the outside place that it goes to
    qty           BIGINT NOT NULL CHECK (qty > 0),
    cost          BIGINT NOT NULL, -- of one whole unit then, minor units of the own currency; 0: not known
    lot           TEXT   NOT NULL, -- or empty: not named
    expires_day   BIGINT NOT NULL, -- last day of a lot that comes in, in days since 1970; 0: not named
    serials       TEXT   NOT NULL, -- JSON list of serial numbers; or empty
    PRIMARY KEY (merchant, adjustment_id, n)
);
