-- loyalty_programme: what points are worth and how long they live; one of a merchant
CREATE TABLE loyalty_programme (
    merchant       BIGINT NOT NULL,
    name           TEXT   NOT NULL,
    currency       TEXT   NOT NULL, -- in which points are worth something, ISO 4217
    worth_amount   BIGINT NOT NULL CHECK (worth_amount > 0), -- minor units that worth_points are worth
    worth_points   BIGINT NOT NULL CHECK (worth_points > 0), -- so many points are worth worth_amount
    pending_days   BIGINT NOT NULL, -- days until points of a sale can be spent: the return period
    expiry_days    BIGINT NOT NULL, -- days until points that can be spent expire; 0: never
    earn_on_points BIGINT NOT NULL, -- 1: what is paid with points earns points too
    tier_by        TEXT   NOT NULL CHECK (tier_by IN ('points', 'spend')), -- what tiers measure
    tier_days      BIGINT NOT NULL, -- over so many days back
    grace_days     BIGINT NOT NULL, -- a tier is kept so many days when less is reached
    join_offer     TEXT   NOT NULL, -- promotion that is offered to who joins; or empty
    join_offer_days BIGINT NOT NULL, -- for so many days
    terms          TEXT   NOT NULL, -- what who joins consents to, word by word
    marketing      TEXT   NOT NULL, -- what may be consented to besides; empty: it is not asked
    active         BIGINT NOT NULL,
    revalue        BIGINT NOT NULL, -- 1: there may be accounts that are valued at a former rate
    updated_at_ms  BIGINT NOT NULL,
    pending_by     TEXT   NOT NULL DEFAULT 'days' CHECK (pending_by IN ('days', 'returns')), -- for what points of a sale wait
    PRIMARY KEY (merchant)
);
-- loyalty_rule: how points are earned
CREATE TABLE loyalty_rule (
    merchant      BIGINT NOT NULL,
    code          TEXT   NOT NULL,
    rule          TEXT   NOT NULL, -- JSON of what it says
    updated_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, code)
);
-- loyalty_tier: what members reach
CREATE TABLE loyalty_tier (
    merchant  BIGINT NOT NULL,
    code      TEXT   NOT NULL,
    name      TEXT   NOT NULL,
    threshold BIGINT NOT NULL CHECK (threshold > 0), -- points, or minor units spent, as the programme says
    PRIMARY KEY (merchant, code)
);
CREATE UNIQUE INDEX loyalty_tier_by_threshold ON loyalty_tier (merchant, threshold);
-- loyalty_reward: what points are given for besides money
CREATE TABLE loyalty_reward (
    merchant  BIGINT NOT NULL,
    code      TEXT   NOT NULL,
    name      TEXT   NOT NULL,
    points    BIGINT NOT NULL CHECK (points > 0), -- what it costs
    promotion TEXT   NOT NULL, -- of which a coupon is given; it must ask for a coupon
    days      BIGINT NOT NULL, -- for so many days
    active    BIGINT NOT NULL,
    PRIMARY KEY (merchant, code)
);
-- loyalty_account: what a member has; sums of the moves, written in the transaction of each move
CREATE TABLE loyalty_account (
    merchant       BIGINT NOT NULL,
    customer       BYTEA  NOT NULL,
    number         TEXT   NOT NULL, -- of the member, unguessable, with a check sign
    available      BIGINT NOT NULL CHECK (available >= 0), -- points that can be spent
    pending        BIGINT NOT NULL CHECK (pending >= 0), -- points of sales that may still be returned
    owed           BIGINT NOT NULL CHECK (owed >= 0), -- points that returns took and that were spent before; the next points pay them
    value          BIGINT NOT NULL, -- minor units that the ledger says we owe for available and pending
    worth_amount   BIGINT NOT NULL, -- the rate of that: so many minor units …
    worth_points   BIGINT NOT NULL, -- … for so many points
    tier           TEXT   NOT NULL, -- or empty
    below_since_ms BIGINT NOT NULL, -- since when less than the tier asks for is reached, UTC milliseconds; 0: it is
    review_at_ms   BIGINT NOT NULL, -- when the tier may change by time alone; 0: it cannot
    birthday_year  BIGINT NOT NULL, -- the last year of which points for the birthday were given
    joined_at_ms   BIGINT NOT NULL, -- UTC milliseconds
    joined_how     TEXT   NOT NULL, -- the channel: api, join_page, merge …
    PRIMARY KEY (merchant, customer)
);
CREATE UNIQUE INDEX loyalty_account_by_number ON loyalty_account (merchant, number);
-- the tiers to look at: what the jobs look for
CREATE INDEX loyalty_account_review ON loyalty_account (review_at_ms) WHERE review_at_ms > 0;
-- loyalty_lot: points that came together and expire together
CREATE TABLE loyalty_lot (
    merchant        BIGINT NOT NULL,
    id              BYTEA  NOT NULL,
    customer        BYTEA  NOT NULL,
    kind            TEXT   NOT NULL CHECK (kind IN ('order', 'join', 'birthday', 'given')),
    document        BYTEA  NOT NULL, -- the order, or what else gave them
    points          BIGINT NOT NULL CHECK (points > 0), -- when they came
    rest            BIGINT NOT NULL CHECK (rest >= 0 AND rest <= points), -- what is left of them
    expired         BIGINT NOT NULL, -- of them
    forgiven        BIGINT NOT NULL CHECK (forgiven BETWEEN 0 AND expired), -- of those: their goods came back later
    state           TEXT   NOT NULL CHECK (state IN ('pending', 'available')),
    available_at_ms BIGINT NOT NULL, -- can be spent from then on, UTC milliseconds
    expires_at_ms   BIGINT NOT NULL, -- cannot be spent from then on, UTC milliseconds; the largest number: never
    made_at_ms      BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE INDEX loyalty_lot_open ON loyalty_lot (merchant, customer, expires_at_ms, id) WHERE rest > 0;
-- what of a member's points can be spent soon
CREATE INDEX loyalty_lot_waiting ON loyalty_lot (merchant, customer, available_at_ms, id)
    WHERE rest > 0 AND state = 'pending';
-- the lots that can be spent or expire: what the jobs look for
CREATE INDEX loyalty_lot_pending ON loyalty_lot (available_at_ms) WHERE rest > 0 AND state = 'pending';
CREATE INDEX loyalty_lot_expiring ON loyalty_lot (expires_at_ms) WHERE rest > 0 AND state = 'available';
-- loyalty_move: points that came, went or waited; append-only, balances are sums
CREATE TABLE loyalty_move (
    merchant BIGINT NOT NULL,
    op       BYTEA  NOT NULL, -- what happened at once; the ledger's document
    n        BIGINT NOT NULL, -- 1, 2 … within it
    customer BYTEA  NOT NULL,
    lot      BYTEA,           -- whose points; NULL: owe, value
    kind     TEXT   NOT NULL CHECK (kind IN ('earn', 'release', 'spend', 'back', 'expire', 'reverse', 'owe', 'owed', 'take', 'reward', 'move_out', 'move_in', 'value')), -- owe: could not be taken, is owed; owed: paid for that
    points   BIGINT NOT NULL, -- more, or below zero less
    document BYTEA,           -- the order, payment, return … for which; or NULL
    at_ms    BIGINT NOT NULL,
    PRIMARY KEY (merchant, op, n)
);
CREATE INDEX loyalty_move_by_customer ON loyalty_move (merchant, customer, at_ms, op, n);
CREATE INDEX loyalty_move_by_document ON loyalty_move (merchant, document) WHERE document IS NOT NULL;
-- loyalty_order: what an order earned, and what of it is gone again
CREATE TABLE loyalty_order (
    merchant    BIGINT NOT NULL,
    order_id    BYTEA  NOT NULL,
    customer    BYTEA  NOT NULL,
    lot         BYTEA,           -- its points; NULL: it earned none
    points      BIGINT NOT NULL, -- earned
    points_back BIGINT NOT NULL CHECK (points_back BETWEEN 0 AND points), -- taken back by returns
    money       BIGINT NOT NULL, -- minor units that count for tiers
    money_back  BIGINT NOT NULL CHECK (money_back BETWEEN 0 AND money), -- of goods that came back
    at_ms       BIGINT NOT NULL,
    PRIMARY KEY (merchant, order_id)
);
CREATE INDEX loyalty_order_by_customer ON loyalty_order (merchant, customer, at_ms);
-- loyalty_share: what one line of an order, or one part of it, earned
CREATE TABLE loyalty_share (
    merchant BIGINT NOT NULL,
    order_id BYTEA  NOT NULL,
    line     BIGINT NOT NULL, -- n of the line
    part     BIGINT NOT NULL, -- n of the part; 0: the line as a whole
    qty      BIGINT NOT NULL CHECK (qty > 0), -- thousandths
    back     BIGINT NOT NULL CHECK (back BETWEEN 0 AND qty), -- thousandths whose points were taken back
    points   BIGINT NOT NULL, -- earned
    money    BIGINT NOT NULL, -- minor units that count for tiers
    PRIMARY KEY (merchant, order_id, line, part)
);
-- loyalty_spend: points that paid, or bought a reward
CREATE TABLE loyalty_spend (
    merchant    BIGINT NOT NULL,
    id          BYTEA  NOT NULL, -- the payment; of a reward its own
    customer    BYTEA  NOT NULL,
    reward      TEXT   NOT NULL, -- code of the reward; empty: it is a payment
    batch       BIGINT NOT NULL, -- of the coupon that was given; 0: none
    amount      BIGINT NOT NULL CHECK (amount >= 0), -- minor units that were paid
    amount_back BIGINT NOT NULL CHECK (amount_back BETWEEN 0 AND amount), -- given back since
    points      BIGINT NOT NULL CHECK (points > 0),
    points_back BIGINT NOT NULL CHECK (points_back BETWEEN 0 AND points), -- given back since
    at_ms       BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE INDEX loyalty_spend_by_customer ON loyalty_spend (merchant, customer, id);
-- loyalty_join: somebody at a till who is about to join by phone; its link can be used once
CREATE TABLE loyalty_join (
    merchant      BIGINT NOT NULL,
    id            BYTEA  NOT NULL,
    hash          BYTEA  NOT NULL, -- SHA-256 of what the link holds
    location      TEXT   NOT NULL,
    channel       TEXT   NOT NULL,
    customer      BYTEA,           -- who joined, or NULL: nobody yet
    fresh         BIGINT NOT NULL, -- 1: the profile was made by it
    made_at_ms    BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL, -- the link leads nowhere from then on, UTC milliseconds
    joined_at_ms  BIGINT NOT NULL, -- UTC milliseconds; 0: not yet
    known         BYTEA,           -- the customer whom the till knows, who only consents; NULL: whoever opens it
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX loyalty_join_by_hash ON loyalty_join (hash);
CREATE INDEX loyalty_join_by_customer ON loyalty_join (merchant, customer) WHERE customer IS NOT NULL;
-- loyalty_event: something that a customer did besides buying, for which rules may give points; told by other systems
CREATE TABLE loyalty_event (
    merchant  BIGINT NOT NULL,
    id        BYTEA  NOT NULL,
    customer  BYTEA  NOT NULL,
    event     TEXT   NOT NULL, -- which, as rules call it
    reference TEXT   NOT NULL, -- what whoever told it calls it: the same is told once
    points    BIGINT NOT NULL CHECK (points >= 0), -- that it gave
    at_ms     BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX loyalty_event_once ON loyalty_event (merchant, customer, event, reference);
CREATE INDEX loyalty_event_by_customer ON loyalty_event (merchant, customer, id);
