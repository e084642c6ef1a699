-- promotion: a promotion by its code; what it says stands in its versions
CREATE TABLE promotion (
    merchant  BIGINT NOT NULL,
    code      TEXT   NOT NULL,
    newest    BIGINT NOT NULL, -- the last version number given; none is given twice
    in_force  BIGINT NOT NULL, -- the version that was published last; 0: none yet
    draft     BIGINT NOT NULL, -- the version that is not published yet; 0: none
    PRIMARY KEY (merchant, code)
);
-- promotion_version: what a promotion says; never changed, so that an order can always show the rules of its time
CREATE TABLE promotion_version (
    merchant        BIGINT NOT NULL,
    code            TEXT   NOT NULL,
    version         BIGINT NOT NULL, -- 1, 2, 3 … with each change
    state           TEXT   NOT NULL CHECK (state IN ('draft', 'published', 'paused', 'ended')),
    body            TEXT   NOT NULL, -- the Promotion of core/price.def as JSON, without its version
    from_ms         BIGINT NOT NULL, -- of the body: 0 when it has none
    until_ms        BIGINT NOT NULL, -- of the body: the largest number when it has none
    author          BYTEA,           -- the API key that wrote it, or NULL: the program itself
    approver        BYTEA,           -- the API key that approved it, or NULL
    made_at_ms      BIGINT NOT NULL,
    published_at_ms BIGINT NOT NULL, -- or 0
    state_at_ms     BIGINT NOT NULL, -- when it came into its state
    PRIMARY KEY (merchant, code, version)
);
CREATE INDEX promotion_version_by_state ON promotion_version (merchant, state, until_ms);
-- promotion_set: a number that grows with each change of the published promotions or of the guardrails
CREATE TABLE promotion_set (
    merchant BIGINT NOT NULL,
    version  BIGINT NOT NULL, -- only ever grows
    PRIMARY KEY (merchant)
);
-- guardrail_version: the merchant's limits over all discounts; the newest holds, all are kept
CREATE TABLE guardrail_version (
    merchant   BIGINT NOT NULL,
    version    BIGINT NOT NULL, -- 1, 2, 3 … with each change
    body       TEXT   NOT NULL, -- the GuardrailSettings of api.def as JSON
    author     BYTEA,           -- the API key that set it, or NULL: the program itself
    made_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, version)
);
