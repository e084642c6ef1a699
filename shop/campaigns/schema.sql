-- promotion_budget: how often a promotion may be used and what it may cost in all; counts from when it was set
CREATE TABLE promotion_budget (
    merchant      BIGINT NOT NULL,
    promotion     TEXT   NOT NULL, -- code of the promotion
    max_uses      BIGINT NOT NULL, -- orders; the largest number: no limit, as below
    max_amount    BIGINT NOT NULL, -- minor units taken off
    customer_uses BIGINT NOT NULL, -- orders of one customer
    uses          BIGINT NOT NULL, -- so far
    amount        BIGINT NOT NULL, -- so far
    PRIMARY KEY (merchant, promotion)
);
-- promotion_customer: how often a customer has used a promotion with a limit per customer
CREATE TABLE promotion_customer (
    merchant  BIGINT NOT NULL,
    promotion TEXT   NOT NULL, -- code of the promotion
    customer  BYTEA  NOT NULL,
    uses      BIGINT NOT NULL, -- orders
    PRIMARY KEY (merchant, promotion, customer)
);
-- promotion_use: which promotions an order was given; with their version, so that it can always be explained
CREATE TABLE promotion_use (
    merchant     BIGINT NOT NULL,
    order_id     BYTEA  NOT NULL,
    promotion    TEXT   NOT NULL, -- code of the promotion
    version      BIGINT NOT NULL, -- of the promotion
    times        BIGINT NOT NULL, -- bundles made; 1 for others
    amount       BIGINT NOT NULL, -- taken off, minor units
    customer     BYTEA,           -- or NULL
    counted      BIGINT NOT NULL, -- 1: in the budget; 2: for the customer; 3: both; 0: there was no limit
    batch        BIGINT NOT NULL, -- of the coupon that unlocked it, or 0
    coupon       BIGINT NOT NULL, -- its number in the batch
    coupon_limit BIGINT NOT NULL, -- 1: it was counted for the customer too
    at_ms        BIGINT NOT NULL,
    undone_at_ms BIGINT NOT NULL, -- when the order was cancelled and all was given back; 0: it holds
    PRIMARY KEY (merchant, order_id, promotion)
);
-- coupon_key: what makes the codes of a merchant's coupons unguessable; made once
CREATE TABLE coupon_key (
    merchant BIGINT NOT NULL,
    secret   BYTEA  NOT NULL, -- 32 random bytes
    PRIMARY KEY (merchant)
);
-- coupon_batch: coupons of a promotion that were made together; the codes themselves are computed, not stored
CREATE TABLE coupon_batch (
    merchant      BIGINT NOT NULL,
    id            BIGINT NOT NULL, -- 1, 2, 3 … of the merchant
    promotion     TEXT   NOT NULL, -- code of the promotion
    prefix        TEXT   NOT NULL, -- before the '-' of each code, or empty; the whole code when length is 0
    length        BIGINT NOT NULL, -- random signs of each code; 0: one code that was given by hand
    coupons       BIGINT NOT NULL, -- how many: those with the numbers 0 … coupons - 1
    max_uses      BIGINT NOT NULL, -- of one coupon
    customer_uses BIGINT NOT NULL, -- of this batch, by one customer; the largest number: no limit
    from_ms       BIGINT NOT NULL,
    until_ms      BIGINT NOT NULL,
    made_at_ms    BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX coupon_batch_by_hand ON coupon_batch (merchant, prefix) WHERE length = 0;
CREATE INDEX coupon_batch_by_promotion ON coupon_batch (merchant, promotion, id);
-- coupon: a coupon that was used or blocked; of all others there is no row
CREATE TABLE coupon (
    merchant BIGINT NOT NULL,
    batch    BIGINT NOT NULL, -- id of its batch
    number   BIGINT NOT NULL, -- in the batch
    uses     BIGINT NOT NULL, -- orders that hold
    blocked  BIGINT NOT NULL, -- 1: takes off nothing any more
    PRIMARY KEY (merchant, batch, number)
);
-- coupon_customer: how often a customer has used coupons of a batch with a limit per customer
CREATE TABLE coupon_customer (
    merchant BIGINT NOT NULL,
    batch    BIGINT NOT NULL, -- id of its batch
    customer BYTEA  NOT NULL,
    uses     BIGINT NOT NULL, -- orders
    PRIMARY KEY (merchant, batch, customer)
);
-- promotion_offer: a personal promotion that was offered to a customer
CREATE TABLE promotion_offer (
    merchant   BIGINT NOT NULL,
    customer   BYTEA  NOT NULL,
    promotion  TEXT   NOT NULL, -- code of the promotion
    from_ms    BIGINT NOT NULL,
    until_ms   BIGINT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, customer, promotion)
);
CREATE INDEX promotion_offer_by_promotion ON promotion_offer (merchant, promotion, customer);
