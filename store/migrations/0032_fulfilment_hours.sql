-- 0032_fulfilment_hours.sql: what locations have to pick, hour by hour.
CREATE INDEX fulfilment_to_pick ON fulfilment (merchant, location, due_at_ms) WHERE state IN ('waiting', 'open', 'picking');
