-- 0173_loyalty_events.sql — what customers do besides buying, for which rules may give points.
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
