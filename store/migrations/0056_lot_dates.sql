-- 0056_lot_dates.sql: what expires next is found without looking at all that ever expired.
ALTER TABLE stock_lot ADD COLUMN expires_day BIGINT NOT NULL DEFAULT 0;
UPDATE stock_lot SET expires_day = (SELECT l.expires_day FROM lot l WHERE l.merchant = stock_lot.merchant AND l.item = stock_lot.item AND l.lot = stock_lot.lot);
CREATE INDEX stock_lot_to_expire ON stock_lot (merchant, expires_day) WHERE expires_day > 0 AND floor + backroom > 0;
