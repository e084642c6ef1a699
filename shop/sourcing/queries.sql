-- name: sourcing_site_find
-- in: merchant:i64 location:text
-- out: location:text has_point:bool latitude:i64 longitude:i64 postal_code:text methods:text hours:text preparation:i64 capacity:i64 parcel_cost:i64 unit_cost:i64 same_day_radius:i64 same_day_minutes:i64
SELECT location, has_point, latitude, longitude, postal_code, methods, hours, preparation, capacity, parcel_cost,
    unit_cost, same_day_radius, same_day_minutes
FROM sourcing_site WHERE merchant = :merchant AND location = :location;

-- name: sourcing_site_page
-- in: merchant:i64 after:text count:i64
-- out: location:text has_point:bool latitude:i64 longitude:i64 postal_code:text methods:text hours:text preparation:i64 capacity:i64 parcel_cost:i64 unit_cost:i64 same_day_radius:i64 same_day_minutes:i64
SELECT location, has_point, latitude, longitude, postal_code, methods, hours, preparation, capacity, parcel_cost,
    unit_cost, same_day_radius, same_day_minutes
FROM sourcing_site WHERE merchant = :merchant AND location > :after ORDER BY location LIMIT :count;

-- name: sourcing_site_put
-- in: merchant:i64 location:text has_point:bool latitude:i64 longitude:i64 postal_code:text methods:text hours:text preparation:i64 capacity:i64 parcel_cost:i64 unit_cost:i64 same_day_radius:i64 same_day_minutes:i64
INSERT INTO sourcing_site (merchant, location, has_point, latitude, longitude, postal_code, methods, hours,
    preparation, capacity, parcel_cost, unit_cost, same_day_radius, same_day_minutes)
VALUES (:merchant, :location, :has_point, :latitude, :longitude, :postal_code, :methods, :hours, :preparation,
    :capacity, :parcel_cost, :unit_cost, :same_day_radius, :same_day_minutes)
ON CONFLICT (merchant, location) DO UPDATE SET has_point = excluded.has_point, latitude = excluded.latitude,
    longitude = excluded.longitude, postal_code = excluded.postal_code, methods = excluded.methods,
    hours = excluded.hours, preparation = excluded.preparation, capacity = excluded.capacity,
    parcel_cost = excluded.parcel_cost, unit_cost = excluded.unit_cost,
    same_day_radius = excluded.same_day_radius, same_day_minutes = excluded.same_day_minutes;

-- name: sourcing_site_clear
-- in: merchant:i64 location:text
DELETE FROM sourcing_site WHERE merchant = :merchant AND location = :location;

-- name: sourcing_channel_of
-- in: merchant:i64 code:text
-- out: code:text
SELECT code FROM channel WHERE merchant = :merchant AND code = :code;

-- name: sourcing_item_of
-- in: merchant:i64 sku:text
-- out: id:id
SELECT id FROM item WHERE merchant = :merchant AND sku = :sku;

-- name: shipping_zone_find
-- in: merchant:i64 code:text
-- out: code:text name:text
SELECT code, name FROM shipping_zone WHERE merchant = :merchant AND code = :code;

-- name: shipping_zone_page
-- in: merchant:i64 after:text count:i64
-- out: code:text name:text
SELECT code, name FROM shipping_zone WHERE merchant = :merchant AND code > :after ORDER BY code LIMIT :count;

-- name: shipping_zone_put
-- in: merchant:i64 code:text name:text
INSERT INTO shipping_zone (merchant, code, name) VALUES (:merchant, :code, :name)
ON CONFLICT (merchant, code) DO UPDATE SET name = excluded.name;

-- name: shipping_zone_clear
-- in: merchant:i64 code:text
DELETE FROM shipping_zone WHERE merchant = :merchant AND code = :code;

-- name: shipping_zone_used
-- in: merchant:i64 zone:text
-- out: service:text
SELECT service FROM shipping_rate WHERE merchant = :merchant AND zone = :zone ORDER BY service LIMIT 1;

-- name: shipping_areas_of
-- in: merchant:i64 zone:text
-- out: country:text region:text postal:text origin:text
SELECT country, region, postal, origin FROM shipping_area WHERE merchant = :merchant AND zone = :zone
ORDER BY country, region, postal, origin;

-- name: shipping_areas_clear
-- in: merchant:i64 zone:text
DELETE FROM shipping_area WHERE merchant = :merchant AND zone = :zone;

-- name: shipping_area_put
-- in: merchant:i64 country:text region:text postal:text origin:text zone:text
INSERT INTO shipping_area (merchant, country, region, postal, origin, zone)
VALUES (:merchant, :country, :region, :postal, :origin, :zone)
ON CONFLICT (merchant, country, region, postal, origin) DO NOTHING;

-- The areas that a destination is in, the one that says most first. Its postal code is upper case, without blanks.
-- name: shipping_areas_at
-- in: merchant:i64 country:text region:text postal:text
-- out: origin:text zone:text
SELECT origin, zone FROM shipping_area
WHERE merchant = :merchant AND country IN ('', :country) AND region IN ('', :region)
  AND (postal = '' OR postal = substr(:postal, 1, length(postal)))
ORDER BY CASE WHEN origin = '' THEN 1 ELSE 0 END, length(postal) DESC, length(region) DESC, length(country) DESC,
    origin LIMIT 2000;

-- name: shipping_service_find
-- in: merchant:i64 code:text
-- out: code:text name:text carrier:text method:text weekdays:i64 until:i64 active:bool
SELECT code, name, carrier, method, weekdays, until, active FROM shipping_service
WHERE merchant = :merchant AND code = :code;

-- name: shipping_service_page
-- in: merchant:i64 after:text count:i64
-- out: code:text name:text carrier:text method:text weekdays:i64 until:i64 active:bool
SELECT code, name, carrier, method, weekdays, until, active FROM shipping_service
WHERE merchant = :merchant AND code > :after ORDER BY code LIMIT :count;

-- name: shipping_service_put
-- in: merchant:i64 code:text name:text carrier:text method:text weekdays:i64 until:i64 active:bool
INSERT INTO shipping_service (merchant, code, name, carrier, method, weekdays, until, active)
VALUES (:merchant, :code, :name, :carrier, :method, :weekdays, :until, :active)
ON CONFLICT (merchant, code) DO UPDATE SET name = excluded.name, carrier = excluded.carrier,
    method = excluded.method, weekdays = excluded.weekdays, until = excluded.until, active = excluded.active;

-- name: shipping_service_clear
-- in: merchant:i64 code:text
DELETE FROM shipping_service WHERE merchant = :merchant AND code = :code;

-- name: shipping_rates_of
-- in: merchant:i64 service:text
-- out: zone:text base:i64 per_kg:i64 days:i64 weight_max:i64
SELECT zone, base, per_kg, days, weight_max FROM shipping_rate
WHERE merchant = :merchant AND service = :service ORDER BY zone;

-- name: shipping_rates_clear
-- in: merchant:i64 service:text
DELETE FROM shipping_rate WHERE merchant = :merchant AND service = :service;

-- name: shipping_rate_put
-- in: merchant:i64 service:text zone:text base:i64 per_kg:i64 days:i64 weight_max:i64
INSERT INTO shipping_rate (merchant, service, zone, base, per_kg, days, weight_max)
VALUES (:merchant, :service, :zone, :base, :per_kg, :days, :weight_max)
ON CONFLICT (merchant, service, zone) DO NOTHING;

-- Every rate for a method, service by service; within one the rate for all other zones last.
-- name: shipping_rates_for
-- in: merchant:i64 method:text
-- out: service:text weekdays:i64 until:i64 zone:text base:i64 per_kg:i64 days:i64 weight_max:i64
SELECT r.service, s.weekdays, s.until, r.zone, r.base, r.per_kg, r.days, r.weight_max
FROM shipping_service s JOIN shipping_rate r ON r.merchant = s.merchant AND r.service = s.code
WHERE s.merchant = :merchant AND s.method = :method AND s.active = 1
ORDER BY r.service, r.zone DESC;

-- name: sourcing_rule_find
-- in: merchant:i64 code:text
-- out: code:text kind:text channel:text method:text location:text sku:text category:text amount:i64 qty:i64
SELECT r.code, r.kind, r.channel, r.method, r.location, coalesce(i.sku, ''), r.category, r.amount, r.qty
FROM sourcing_rule r LEFT JOIN item i ON i.merchant = r.merchant AND i.id = r.item
WHERE r.merchant = :merchant AND r.code = :code;

-- name: sourcing_rule_page
-- in: merchant:i64 after:text count:i64
-- out: code:text kind:text channel:text method:text location:text sku:text category:text amount:i64 qty:i64
SELECT r.code, r.kind, r.channel, r.method, r.location, coalesce(i.sku, ''), r.category, r.amount, r.qty
FROM sourcing_rule r LEFT JOIN item i ON i.merchant = r.merchant AND i.id = r.item
WHERE r.merchant = :merchant AND r.code > :after ORDER BY r.code LIMIT :count;

-- name: sourcing_rule_put
-- in: merchant:i64 code:text kind:text channel:text method:text location:text item:id category:text amount:i64 qty:i64
INSERT INTO sourcing_rule (merchant, code, kind, channel, method, location, item, category, amount, qty)
VALUES (:merchant, :code, :kind, :channel, :method, :location, :item, :category, :amount, :qty)
ON CONFLICT (merchant, code) DO UPDATE SET kind = excluded.kind, channel = excluded.channel,
    method = excluded.method, location = excluded.location, item = excluded.item, category = excluded.category,
    amount = excluded.amount, qty = excluded.qty;

-- name: sourcing_rule_clear
-- in: merchant:i64 code:text
DELETE FROM sourcing_rule WHERE merchant = :merchant AND code = :code;

-- What may hold for an order, the rule that says most first.
-- name: sourcing_rules_for
-- in: merchant:i64 channel:text method:text
-- out: code:text kind:text location:text item:id category:text amount:i64 qty:i64
SELECT code, kind, location, item, category, amount, qty FROM sourcing_rule
WHERE merchant = :merchant AND channel IN ('', :channel) AND method IN ('', :method)
ORDER BY CASE WHEN item IS NOT NULL THEN 0 WHEN category <> '' THEN 1 ELSE 2 END,
    CASE WHEN location = '' THEN 1 ELSE 0 END, CASE WHEN channel = '' THEN 1 ELSE 0 END,
    CASE WHEN method = '' THEN 1 ELSE 0 END, code LIMIT 2000;

-- name: sourcing_policy_find
-- in: merchant:i64 channel:text
-- out: channel:text objective:text hour_value:i64 split_penalty:i64 max_splits:i64
SELECT channel, objective, hour_value, split_penalty, max_splits FROM sourcing_policy
WHERE merchant = :merchant AND channel = :channel;

-- name: sourcing_policy_page
-- in: merchant:i64 after:text count:i64
-- out: channel:text objective:text hour_value:i64 split_penalty:i64 max_splits:i64
SELECT channel, objective, hour_value, split_penalty, max_splits FROM sourcing_policy
WHERE merchant = :merchant AND channel > :after ORDER BY channel LIMIT :count;

-- name: sourcing_policy_put
-- in: merchant:i64 channel:text objective:text hour_value:i64 split_penalty:i64 max_splits:i64
INSERT INTO sourcing_policy (merchant, channel, objective, hour_value, split_penalty, max_splits)
VALUES (:merchant, :channel, :objective, :hour_value, :split_penalty, :max_splits)
ON CONFLICT (merchant, channel) DO UPDATE SET objective = excluded.objective, hour_value = excluded.hour_value,
    split_penalty = excluded.split_penalty, max_splits = excluded.max_splits;

-- name: sourcing_policy_clear
-- in: merchant:i64 channel:text
DELETE FROM sourcing_policy WHERE merchant = :merchant AND channel = :channel;

-- name: sourcing_policy_for
-- in: merchant:i64 channel:text
-- out: channel:text objective:text hour_value:i64 split_penalty:i64 max_splits:i64
SELECT channel, objective, hour_value, split_penalty, max_splits FROM sourcing_policy
WHERE merchant = :merchant AND channel IN ('*', :channel) ORDER BY CASE WHEN channel = '*' THEN 1 ELSE 0 END LIMIT 1;

-- What flows/sourcing.h reads across capabilities.

-- Locations that serve a channel, as sourcing asks; the earlier ones first.
-- name: sourcing_candidates
-- in: merchant:i64 channel:text count:i64
-- out: code:text kind:text country:text time_zone:text has_point:bool latitude:i64 longitude:i64 postal_code:text methods:text hours:text preparation:i64 capacity:i64 parcel_cost:i64 unit_cost:i64 same_day_radius:i64 same_day_minutes:i64
SELECT l.code, l.kind, l.country, l.time_zone, coalesce(s.has_point, 0), coalesce(s.latitude, 0), coalesce(s.longitude, 0),
    coalesce(s.postal_code, ''), coalesce(s.methods, ''), coalesce(s.hours, ''), coalesce(s.preparation, -1),
    coalesce(s.capacity, 0), coalesce(s.parcel_cost, 0), coalesce(s.unit_cost, 0), coalesce(s.same_day_radius, 0),
    coalesce(s.same_day_minutes, 120)
FROM channel_location c JOIN location l ON l.merchant = c.merchant AND l.code = c.location
    LEFT JOIN sourcing_site s ON s.merchant = l.merchant AND s.location = l.code
WHERE c.merchant = :merchant AND c.channel = :channel AND l.active = 1
ORDER BY c.priority, l.code LIMIT :count;

-- What stands where of an item.
-- name: sourcing_levels
-- in: merchant:i64 item:id
-- out: location:text floor:i64 backroom:i64 held:i64 committed:i64 kept:i64 safety:i64
SELECT location, floor, backroom, held, committed, kept, safety FROM stock_level
WHERE merchant = :merchant AND item = :item AND floor + backroom > 0;

-- How many orders a channel's locations have to get ready, hour by hour.
-- name: sourcing_load
-- in: merchant:i64 channel:text from_ms:i64 until_ms:i64
-- out: location:text hour_ms:i64 orders:i64
SELECT f.location, f.due_at_ms / 3600000 * 3600000 AS hour_ms, COUNT(*)
FROM channel_location c JOIN fulfilment f ON f.merchant = c.merchant AND f.location = c.location
WHERE c.merchant = :merchant AND c.channel = :channel AND f.state IN ('waiting', 'open', 'picking')
  AND f.due_at_ms >= :from_ms AND f.due_at_ms < :until_ms
GROUP BY f.location, f.due_at_ms / 3600000;

-- What points to nothing.
-- name: verify_sourcing
-- in: merchant:i64
-- out: id:id what:text expected:i64 found:i64
SELECT CAST(NULL AS BYTEA), x.what || ' ' || x.code, 1, 0 FROM (
    SELECT 'rate of a service to an unknown zone' AS what, r.zone AS code FROM shipping_rate r
        LEFT JOIN shipping_zone z ON z.merchant = r.merchant AND z.code = r.zone
    WHERE r.merchant = :merchant AND r.zone <> '' AND z.code IS NULL
    UNION SELECT 'rate of an unknown service', r.service FROM shipping_rate r
        LEFT JOIN shipping_service s ON s.merchant = r.merchant AND s.code = r.service
    WHERE r.merchant = :merchant AND s.code IS NULL
    UNION SELECT 'area of an unknown zone', a.zone FROM shipping_area a
        LEFT JOIN shipping_zone z ON z.merchant = a.merchant AND z.code = a.zone
    WHERE a.merchant = :merchant AND z.code IS NULL
    UNION SELECT 'site of an unknown location', s.location FROM sourcing_site s
        LEFT JOIN location l ON l.merchant = s.merchant AND l.code = s.location
    WHERE s.merchant = :merchant AND l.code IS NULL
    UNION SELECT 'rule for an unknown location', r.location FROM sourcing_rule r
        LEFT JOIN location l ON l.merchant = r.merchant AND l.code = r.location
    WHERE r.merchant = :merchant AND r.location <> '' AND l.code IS NULL
    UNION SELECT 'rule for an unknown item', r.code FROM sourcing_rule r
        LEFT JOIN item i ON i.merchant = r.merchant AND i.id = r.item
    WHERE r.merchant = :merchant AND r.item IS NOT NULL AND i.id IS NULL
) AS x;
