-- 0213_pending_by.sql — points of a sale may wait until the return rules let none of its goods be given back any more.
ALTER TABLE loyalty_programme ADD COLUMN pending_by TEXT NOT NULL DEFAULT 'days'
    CHECK (pending_by IN ('days', 'returns'));
