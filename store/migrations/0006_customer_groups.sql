-- 0006_customer_groups.sql: what promotions ask about a customer.
ALTER TABLE customer ADD COLUMN birthday BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customer ADD COLUMN groups TEXT NOT NULL DEFAULT '';
ALTER TABLE customer ADD COLUMN tier TEXT NOT NULL DEFAULT '';
