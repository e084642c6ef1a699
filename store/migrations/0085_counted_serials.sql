-- 0085_counted_serials.sql: who counts pieces with serial numbers names them.
ALTER TABLE stock_count_entry ADD COLUMN serials TEXT NOT NULL DEFAULT '';
