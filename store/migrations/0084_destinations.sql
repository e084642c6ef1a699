-- 0084_destinations.sql: deliveries know where on the map their destination is.
ALTER TABLE fulfilment ADD COLUMN latitude BIGINT NOT NULL DEFAULT 0;
ALTER TABLE fulfilment ADD COLUMN longitude BIGINT NOT NULL DEFAULT 0;
