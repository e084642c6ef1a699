-- 0136_till_sales.sql — at which shift something was taken that is settled later; baskets that are put aside.
-- shift_later: at which shift a payment was taken, or a refund made, that was not settled at once
CREATE TABLE shift_later (
    merchant BIGINT NOT NULL,
    id       BYTEA  NOT NULL, -- the payment or refund
    shift    BYTEA  NOT NULL, -- the shift
    PRIMARY KEY (merchant, id)
);
-- parked_basket: a basket that was put aside, to go on with it at any till; one of them goes on with it
CREATE TABLE parked_basket (
    merchant      BIGINT NOT NULL,
    id            BYTEA  NOT NULL,
    location      TEXT   NOT NULL, -- where it was begun
    state         TEXT   NOT NULL CHECK (state IN ('parked', 'resumed', 'given_up')),
    note          TEXT   NOT NULL, -- by which it is found again, or empty
    customer      BYTEA,           -- or NULL
    body          TEXT   NOT NULL, -- JSON of it, as it was put aside
    parked_by     BYTEA,           -- the API key, or NULL: the program itself
    made_at_ms    BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL, -- nobody goes on with it from then on
    ended_by      BYTEA,           -- the API key of who went on with it or gave it up, or NULL
    ended_at_ms   BIGINT NOT NULL, -- 0: not yet
    PRIMARY KEY (merchant, id)
);
CREATE INDEX parked_basket_by_location ON parked_basket (merchant, location, id);
