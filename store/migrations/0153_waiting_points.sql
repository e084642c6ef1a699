-- 0153_waiting_points.sql — the points of a member that wait, by when they can be spent: however many wait,
-- those that are due are found at once.
CREATE INDEX loyalty_lot_waiting ON loyalty_lot (merchant, customer, available_at_ms, id)
    WHERE rest > 0 AND state = 'pending';
