-- 0017_counts.sql: counts, adjustments with reasons; regions of locations; stock by location.
CREATE TABLE stock_count (
    merchant        BIGINT NOT NULL,
    id              BYTEA  NOT NULL,
    location        TEXT   NOT NULL,
    zone            TEXT   NOT NULL,
    scope           TEXT   NOT NULL CHECK (scope IN ('skus', 'category', 'all', 'import', 'movement')),
    category        TEXT   NOT NULL,
    blind           BIGINT NOT NULL,
    state           TEXT   NOT NULL CHECK (state IN ('draft', 'counting', 'recount', 'review', 'approved', 'cancelled')),
    pass            BIGINT NOT NULL,
    note            TEXT   NOT NULL,
    reference       TEXT   NOT NULL,
    made_by         BYTEA,
    made_at_ms      BIGINT NOT NULL,
    started_at_ms   BIGINT NOT NULL,
    submitted_at_ms BIGINT NOT NULL,
    decided_by      BYTEA,
    decided_at_ms   BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE INDEX stock_count_by_state ON stock_count (merchant, state, id);
CREATE UNIQUE INDEX stock_count_by_reference ON stock_count (merchant, reference) WHERE reference <> '';
CREATE TABLE stock_count_line (
    merchant  BIGINT NOT NULL,
    count_id  BYTEA  NOT NULL,
    item      BYTEA  NOT NULL,
    location  TEXT   NOT NULL,
    zone      TEXT   NOT NULL,
    state     TEXT   NOT NULL CHECK (state IN
        ('open', 'counted', 'recount', 'skipped', 'approved', 'superseded', 'moved')),
    counted   BIGINT NOT NULL CHECK (counted >= -1),
    first_ms  BIGINT NOT NULL,
    ref_ms    BIGINT NOT NULL,
    moved     BIGINT NOT NULL,
    ledger    BIGINT NOT NULL,
    diff      BIGINT NOT NULL,
    cost      BIGINT NOT NULL,
    posted_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, count_id, item, location, zone)
);
CREATE INDEX stock_count_line_by_item ON stock_count_line (merchant, item, location, zone, ref_ms)
    WHERE state IN ('approved', 'moved');
CREATE TABLE stock_count_entry (
    merchant BIGINT NOT NULL,
    count_id BYTEA  NOT NULL,
    item     BYTEA  NOT NULL,
    id       BYTEA  NOT NULL,
    pass     BIGINT NOT NULL,
    qty      BIGINT NOT NULL,
    code     TEXT   NOT NULL,
    shelf    TEXT   NOT NULL,
    made_by  BYTEA,
    ref_ms   BIGINT NOT NULL,
    at_ms    BIGINT NOT NULL,
    PRIMARY KEY (merchant, count_id, item, id)
);
CREATE TABLE stock_adjustment (
    merchant      BIGINT NOT NULL,
    id            BYTEA  NOT NULL,
    location      TEXT   NOT NULL,
    reason        TEXT   NOT NULL,
    state         TEXT   NOT NULL CHECK (state IN ('pending', 'posted', 'refused')),
    value         BIGINT NOT NULL CHECK (value >= 0),
    note          TEXT   NOT NULL,
    made_by       BYTEA,
    made_at_ms    BIGINT NOT NULL,
    decided_by    BYTEA,
    decided_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE INDEX stock_adjustment_by_state ON stock_adjustment (merchant, state, id);
CREATE TABLE stock_adjustment_line (
    merchant      BIGINT NOT NULL,
    adjustment_id BYTEA  NOT NULL,
    n             BIGINT NOT NULL,
    item          BYTEA  NOT NULL,
    from_state    TEXT   NOT NULL,
    to_state      TEXT   NOT NULL,
    qty           BIGINT NOT NULL CHECK (qty > 0),
    cost          BIGINT NOT NULL,
    PRIMARY KEY (merchant, adjustment_id, n)
);
CREATE INDEX stock_level_by_location ON stock_level (merchant, location, item);
ALTER TABLE location ADD COLUMN region TEXT NOT NULL DEFAULT '';
