-- name: location_find
-- in: merchant:i64 code:text
-- out: code:text name:text kind:text country:text time_zone:text address:text tax_zone:text region:text active:bool
SELECT code, name, kind, country, time_zone, address, tax_zone, region, active
FROM location WHERE merchant = :merchant AND code = :code;

-- name: location_page
-- in: merchant:i64 after:text count:i64
-- out: code:text name:text kind:text country:text time_zone:text address:text tax_zone:text region:text active:bool
SELECT code, name, kind, country, time_zone, address, tax_zone, region, active
FROM location WHERE merchant = :merchant AND code > :after ORDER BY code LIMIT :count;

-- name: location_put
-- in: merchant:i64 code:text name:text kind:text country:text time_zone:text address:text tax_zone:text region:text active:bool
INSERT INTO location (merchant, code, name, kind, country, time_zone, address, tax_zone, region, active)
VALUES (:merchant, :code, :name, :kind, :country, :time_zone, :address, :tax_zone, :region, :active)
ON CONFLICT (merchant, code) DO UPDATE SET name = excluded.name, kind = excluded.kind,
    country = excluded.country, time_zone = excluded.time_zone, address = excluded.address,
    tax_zone = excluded.tax_zone, region = excluded.region,
    active = excluded.active;

-- name: channel_find
-- in: merchant:i64 code:text
-- out: code:text name:text kind:text currency:text prices_include_tax:bool tax_per_document:bool cash_step:i64 keeps_safety:bool active:bool
SELECT code, name, kind, currency, prices_include_tax, tax_per_document, cash_step, keeps_safety, active
FROM channel WHERE merchant = :merchant AND code = :code;

-- name: channel_page
-- in: merchant:i64 after:text count:i64
-- out: code:text name:text kind:text currency:text prices_include_tax:bool tax_per_document:bool cash_step:i64 keeps_safety:bool active:bool
SELECT code, name, kind, currency, prices_include_tax, tax_per_document, cash_step, keeps_safety, active
FROM channel WHERE merchant = :merchant AND code > :after ORDER BY code LIMIT :count;

-- name: channel_put
-- in: merchant:i64 code:text name:text kind:text currency:text prices_include_tax:bool tax_per_document:bool cash_step:i64 keeps_safety:bool active:bool
INSERT INTO channel (merchant, code, name, kind, currency, prices_include_tax, tax_per_document,
                     cash_step, keeps_safety, active)
VALUES (:merchant, :code, :name, :kind, :currency, :prices_include_tax, :tax_per_document,
        :cash_step, :keeps_safety, :active)
ON CONFLICT (merchant, code) DO UPDATE SET name = excluded.name, kind = excluded.kind,
    currency = excluded.currency, prices_include_tax = excluded.prices_include_tax,
    tax_per_document = excluded.tax_per_document, cash_step = excluded.cash_step,
    keeps_safety = excluded.keeps_safety, active = excluded.active;

-- name: channel_serve
-- in: merchant:i64 channel:text location:text priority:i64
INSERT INTO channel_location (merchant, channel, location, priority)
VALUES (:merchant, :channel, :location, :priority)
ON CONFLICT (merchant, channel, location) DO UPDATE SET priority = excluded.priority;

-- name: channel_served
-- in: merchant:i64 channel:text location:text
-- out: priority:i64
SELECT priority FROM channel_location
WHERE merchant = :merchant AND channel = :channel AND location = :location;

-- name: channel_locations
-- in: merchant:i64 channel:text
-- out: location:text priority:i64
SELECT location, priority FROM channel_location
WHERE merchant = :merchant AND channel = :channel ORDER BY priority, location;
