-- 0008_tax_places.sql: where an order was taxed, and whose rates those were.
ALTER TABLE sale_order ADD COLUMN tax_zone TEXT NOT NULL DEFAULT '';
ALTER TABLE sale_order ADD COLUMN tax_source TEXT NOT NULL DEFAULT 'table';
