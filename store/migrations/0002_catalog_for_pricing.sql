-- 0002_catalog_for_pricing.sql: what promotions ask of an item and of a price list. An item that was never
-- counted in stock is a service.
ALTER TABLE item ADD COLUMN brand TEXT NOT NULL DEFAULT '';
ALTER TABLE item ADD COLUMN tags TEXT NOT NULL DEFAULT '';
ALTER TABLE item ADD COLUMN kind TEXT NOT NULL DEFAULT 'goods';
ALTER TABLE item ADD COLUMN cost BIGINT NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN discountable BIGINT NOT NULL DEFAULT 1;
ALTER TABLE price_list ADD COLUMN reduced BIGINT NOT NULL DEFAULT 0;
UPDATE item SET kind = 'service' WHERE stocked = 0;
