-- 0076_adjusted_goods.sql: adjustments name lots and serial numbers.
ALTER TABLE stock_adjustment_line ADD COLUMN lot TEXT NOT NULL DEFAULT '';
ALTER TABLE stock_adjustment_line ADD COLUMN expires_day BIGINT NOT NULL DEFAULT 0;
ALTER TABLE stock_adjustment_line ADD COLUMN serials TEXT NOT NULL DEFAULT '';
