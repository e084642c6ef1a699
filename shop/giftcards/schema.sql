-- gift_card: a card that pays with what was put on it
CREATE TABLE gift_card (
    merchant     BIGINT NOT NULL,
    id           BYTEA  NOT NULL,
    hash         BYTEA  NOT NULL, -- SHA-256 of the code; the code itself is not kept
    last4        TEXT   NOT NULL, -- of the code
    pin          BYTEA,           -- SHA-256 of id and PIN; NULL: it has none
    tries        BIGINT NOT NULL, -- wrong PINs since the last right one
    locked_until_ms BIGINT NOT NULL, -- no PIN is heard before; 0: not locked
    state        TEXT   NOT NULL CHECK (state IN ('inactive', 'active', 'blocked', 'expired')),
    currency     TEXT   NOT NULL, -- ISO 4217
    balance      BIGINT NOT NULL CHECK (balance >= 0), -- minor units
    location     TEXT   NOT NULL, -- whose books it is in
    customer     BYTEA,           -- whose it is, or NULL
    note         TEXT   NOT NULL,
    made_at_ms   BIGINT NOT NULL,
    active_at_ms BIGINT NOT NULL, -- when something was put on it first; 0: never
    expires_at_ms BIGINT NOT NULL, -- cannot pay from then on; 0: never
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX gift_card_by_hash ON gift_card (merchant, hash);
CREATE INDEX gift_card_by_customer ON gift_card (merchant, customer, id) WHERE customer IS NOT NULL;
-- the cards that expire: what the jobs look for
CREATE INDEX gift_card_expiring ON gift_card (expires_at_ms) WHERE expires_at_ms > 0 AND state = 'active';
-- gift_card_event: what happened to a card beside sales, with the entries of the ledger that belong to it
CREATE TABLE gift_card_event (
    merchant BIGINT NOT NULL,
    id       BYTEA  NOT NULL,
    card     BYTEA  NOT NULL, -- the card
    kind     TEXT   NOT NULL CHECK (kind IN ('issue', 'transfer', 'expire', 'block', 'unblock', 'cash_out')),
    amount   BIGINT NOT NULL CHECK (amount >= 0), -- minor units that moved
    other    BYTEA,           -- transfer: the card that got it; or NULL
    account  TEXT   NOT NULL, -- of the ledger, from which or to which it went; or empty
    reason   TEXT   NOT NULL, -- why, or empty
    made_by  BYTEA,           -- the API key, or NULL: the program itself
    at_ms    BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE INDEX gift_card_event_by_card ON gift_card_event (merchant, card, id);
-- order_gift_card: what an order puts on gift cards when it is paid
CREATE TABLE order_gift_card (
    merchant BIGINT NOT NULL,
    order_id BYTEA  NOT NULL,
    n        BIGINT NOT NULL, -- 1, 2 … within the order
    card     BYTEA  NOT NULL, -- the gift card
    amount   BIGINT NOT NULL CHECK (amount > 0), -- minor units
    PRIMARY KEY (merchant, order_id, n)
);
