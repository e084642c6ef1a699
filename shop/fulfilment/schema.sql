-- fulfilment: what one location does for one delivery of an order: picks, packs, sends or hands over
CREATE TABLE fulfilment (
    merchant        BIGINT NOT NULL,
    id              BYTEA  NOT NULL,
    order_id        BYTEA  NOT NULL,
    number          BIGINT NOT NULL, -- 1, 2 … within the order
    delivery        TEXT   NOT NULL, -- which delivery of the order, by the caller's own label
    method          TEXT   NOT NULL CHECK (method IN ('ship', 'pickup', 'curbside', 'same_day', 'ship_to_store')),
    location        TEXT   NOT NULL, -- whose stock it is
    store           TEXT   NOT NULL, -- where it is handed over; empty: at the customer's address
    channel         TEXT   NOT NULL,
    customer        BYTEA,
    state           TEXT   NOT NULL, -- see the machines fulfilment_… of the reference
    state_at_ms     BIGINT NOT NULL, -- when it came into its state
    made_at_ms      BIGINT NOT NULL,
    promised_at_ms  BIGINT NOT NULL, -- to the customer: delivered, or ready to be fetched; 0: no time
    due_at_ms       BIGINT NOT NULL, -- packed or staged by then
    window_from_ms  BIGINT NOT NULL, -- the courier comes from …
    window_until_ms BIGINT NOT NULL, -- … to before; 0: no window
    expires_at_ms   BIGINT NOT NULL, -- staged: a no-show from then on; 0: not staged yet
    remind_at_ms    BIGINT NOT NULL, -- staged: the customer is reminded then; 0: was, or is not
    substitutes     BIGINT NOT NULL, -- 1: the customer takes substitutes
    contact_name    TEXT   NOT NULL, -- who gets it
    contact_email   TEXT   NOT NULL, -- or empty
    contact_phone   TEXT   NOT NULL, -- or empty
    street          TEXT   NOT NULL, -- lines of the address, as all below empty when it is fetched
    city            TEXT   NOT NULL, -- or empty
    region          TEXT   NOT NULL, -- state or province
    postal_code     TEXT   NOT NULL, -- or empty
    country         TEXT   NOT NULL, -- ISO 3166-1 alpha-2
    latitude        BIGINT NOT NULL DEFAULT 0, -- of the address, millionths of a degree; 0, 0: not known
    longitude       BIGINT NOT NULL DEFAULT 0, -- of the address, millionths of a degree
    note            TEXT   NOT NULL,
    code            TEXT   NOT NULL, -- the customer's secret for handing over; empty: nothing is handed over
    code_tries      BIGINT NOT NULL, -- wrong codes given so far
    shelf           TEXT   NOT NULL, -- where it is staged, or empty
    bay             TEXT   NOT NULL, -- curbside: where the customer waits, or empty
    car             TEXT   NOT NULL, -- curbside: what to look for, or empty
    arrived_at_ms   BIGINT NOT NULL, -- curbside: since when the customer waits; 0: does not
    waited_ms       BIGINT NOT NULL, -- curbside: how long the customer waited until it was handed over
    alert_at_ms     BIGINT NOT NULL, -- curbside: too long a wait is told then; 0: was, or is not to be
    handed_to       TEXT   NOT NULL, -- the name of who took it, or empty
    checked         TEXT   NOT NULL, -- how that was checked: code, id, or empty
    signature       TEXT   NOT NULL, -- path data of an SVG, or empty
    reason          TEXT   NOT NULL, -- why it was rejected, failed or called off
    PRIMARY KEY (merchant, id)
);
CREATE INDEX fulfilment_to_pick ON fulfilment (merchant, location, due_at_ms) WHERE state IN ('waiting', 'open', 'picking');
CREATE UNIQUE INDEX fulfilment_by_order ON fulfilment (merchant, order_id, number);
CREATE INDEX fulfilment_by_due ON fulfilment (merchant, location, state, due_at_ms, id);
CREATE INDEX fulfilment_by_store ON fulfilment (merchant, store, state, id) WHERE store <> '';
-- what the jobs look for
CREATE INDEX fulfilment_expiring ON fulfilment (expires_at_ms) WHERE expires_at_ms > 0;
CREATE INDEX fulfilment_reminding ON fulfilment (remind_at_ms) WHERE remind_at_ms > 0;
CREATE INDEX fulfilment_waiting ON fulfilment (alert_at_ms) WHERE alert_at_ms > 0;
-- fulfilment_line: so much of a line of the order; what is still to be picked is qty less picked, moved_on, dropped,
-- and substituted, and exactly that is claimed by the claim of the same number
CREATE TABLE fulfilment_line (
    merchant      BIGINT NOT NULL,
    fulfilment_id BYTEA  NOT NULL,
    n             BIGINT NOT NULL,
    order_line    BIGINT NOT NULL, -- n of the line of the order
    instead_of    BIGINT NOT NULL, -- n of the line that it substitutes; 0: none
    item          BYTEA  NOT NULL,
    sku           TEXT   NOT NULL,
    name          TEXT   NOT NULL,
    qty           BIGINT NOT NULL CHECK (qty > 0), -- thousandths, as all below
    picked        BIGINT NOT NULL CHECK (picked >= 0),      -- taken from the shelf
    moved_on      BIGINT NOT NULL CHECK (moved_on >= 0),    -- was not there: is in other fulfilments now
    dropped       BIGINT NOT NULL CHECK (dropped >= 0),     -- will not be delivered at all
    substituted   BIGINT NOT NULL CHECK (substituted >= 0), -- is another item now
    gone          BIGINT NOT NULL CHECK (gone >= 0),        -- of picked: with the carrier or the customer
    put_back      BIGINT NOT NULL CHECK (put_back >= 0),    -- of picked: back in the stock
    PRIMARY KEY (merchant, fulfilment_id, n)
);
-- package: what is sent as one piece
CREATE TABLE package (
    merchant      BIGINT NOT NULL,
    fulfilment_id BYTEA  NOT NULL,
    n             BIGINT NOT NULL,
    state         TEXT   NOT NULL CHECK (state IN ('packed', 'labelled', 'gone', 'delivered', 'failed', 'undone')),
    weight        BIGINT NOT NULL, -- grams; 0: not weighed
    carrier       TEXT   NOT NULL, -- or empty
    service       TEXT   NOT NULL, -- of the carrier, or empty
    tracking      TEXT   NOT NULL, -- the carrier's number, or empty
    label         TEXT   NOT NULL, -- the carrier's own name of the label, or empty
    PRIMARY KEY (merchant, fulfilment_id, n)
);
CREATE INDEX package_by_tracking ON package (merchant, tracking) WHERE tracking <> '';
-- package_line: what is in a package
CREATE TABLE package_line (
    merchant      BIGINT NOT NULL,
    fulfilment_id BYTEA  NOT NULL,
    package       BIGINT NOT NULL, -- n of the package
    line          BIGINT NOT NULL, -- n of the line of the fulfilment
    qty           BIGINT NOT NULL CHECK (qty > 0), -- thousandths
    PRIMARY KEY (merchant, fulfilment_id, package, line)
);
-- bin: where in a location an item stands
CREATE TABLE bin (
    merchant BIGINT NOT NULL,
    location TEXT   NOT NULL,
    item     BYTEA  NOT NULL,
    zone     TEXT   NOT NULL, -- one person's round, e.g. cold
    bin      TEXT   NOT NULL, -- in the order in which one walks, e.g. A-03-2
    PRIMARY KEY (merchant, location, item)
);
-- substitute: what may be given when an item is not there
CREATE TABLE substitute (
    merchant BIGINT NOT NULL,
    item     BYTEA  NOT NULL,
    n        BIGINT NOT NULL, -- 1: the first choice
    instead  BYTEA  NOT NULL, -- id of the item that may be given
    PRIMARY KEY (merchant, item, n)
);
-- owed: money that a customer is to get back for a delivery and that no refund could give by itself
CREATE TABLE owed (
    merchant      BIGINT NOT NULL,
    id            BYTEA  NOT NULL,
    order_id      BYTEA  NOT NULL,
    fulfilment_id BYTEA  NOT NULL,
    order_line    BIGINT NOT NULL, -- n of the line of the order
    qty           BIGINT NOT NULL CHECK (qty > 0), -- thousandths of that line that it is for
    amount        BIGINT NOT NULL CHECK (amount > 0), -- minor units
    currency      TEXT   NOT NULL,
    reason        TEXT   NOT NULL CHECK (reason IN ('short', 'no_show', 'failed', 'cheaper')),
    state         TEXT   NOT NULL CHECK (state IN ('open', 'settled')),
    made_at_ms    BIGINT NOT NULL,
    settled_at_ms BIGINT NOT NULL, -- 0: it is open
    note          TEXT   NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE INDEX owed_by_order ON owed (merchant, order_id);
CREATE INDEX owed_open ON owed (merchant, id) WHERE state = 'open';
-- package_label: a label that is bought from a carrier's service, and where its parcel is
CREATE TABLE package_label (
    merchant      BIGINT NOT NULL,
    id            BYTEA  NOT NULL, -- our key at the service
    fulfilment_id BYTEA  NOT NULL,
    package       BIGINT NOT NULL, -- n of the package; 0: fulfilment_id is that of an RMA, whose goods come back
    state         TEXT   NOT NULL, -- see the machine label of the reference
    service       TEXT   NOT NULL, -- of the carrier, as it was asked for
    weight        BIGINT NOT NULL, -- grams; 0: not weighed
    carrier       TEXT   NOT NULL, -- who brings it; as all below empty before it is bought
    tracking      TEXT   NOT NULL, -- the carrier's number
    label         TEXT   NOT NULL, -- the carrier's own name of it
    reason        TEXT   NOT NULL, -- why it was refused, or could not be delivered
    at_ms         BIGINT NOT NULL, -- when it was asked for
    next_ask_ms   BIGINT NOT NULL, -- when to ask the service again; 0: never
    PRIMARY KEY (merchant, id)
);
CREATE INDEX package_label_of ON package_label (merchant, fulfilment_id, package);
-- the labels that the jobs ask about
CREATE INDEX package_label_open ON package_label (next_ask_ms) WHERE next_ask_ms > 0;
