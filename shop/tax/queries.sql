-- name: tax_in_force
-- in: merchant:i64 zone:text at_ms:i64
-- out: tax_class:text n:i64 name:text ppm:i64 compound:bool kind:text mark:text per_unit:i64 unit_from:i64 unit_to:i64 unit_whole:bool
SELECT tax_class, n, name, ppm, compound, kind, mark, per_unit, unit_from, unit_to, unit_whole FROM tax_rate
WHERE merchant = :merchant AND zone = :zone AND from_ms <= :at_ms AND until_ms > :at_ms
ORDER BY tax_class, n, from_ms DESC;

-- name: tax_next
-- in: merchant:i64 zone:text at_ms:i64
-- out: at_ms:i64
SELECT COALESCE(MIN(CASE WHEN from_ms > :at_ms THEN from_ms ELSE until_ms END), :at_ms) FROM tax_rate
WHERE merchant = :merchant AND zone = :zone AND (from_ms > :at_ms OR until_ms > :at_ms);

-- name: tax_put
-- in: merchant:i64 zone:text tax_class:text n:i64 from_ms:i64 until_ms:i64 name:text ppm:i64 compound:bool kind:text mark:text per_unit:i64 unit_from:i64 unit_to:i64 unit_whole:bool source:text
INSERT INTO tax_rate (merchant, zone, tax_class, n, from_ms, until_ms, name, ppm, compound, kind, mark, per_unit,
    unit_from, unit_to, unit_whole, source)
VALUES (:merchant, :zone, :tax_class, :n, :from_ms, :until_ms, :name, :ppm, :compound, :kind, :mark, :per_unit,
    :unit_from, :unit_to, :unit_whole, :source)
ON CONFLICT (merchant, zone, tax_class, n, from_ms) DO UPDATE SET until_ms = excluded.until_ms,
    name = excluded.name, ppm = excluded.ppm, compound = excluded.compound, kind = excluded.kind,
    mark = excluded.mark, per_unit = excluded.per_unit, unit_from = excluded.unit_from,
    unit_to = excluded.unit_to, unit_whole = excluded.unit_whole, source = excluded.source;

-- name: tax_page
-- in: merchant:i64 zone:text after_zone:text after_class:text after_n:i64 after_from_ms:i64 count:i64
-- out: zone:text tax_class:text n:i64 from_ms:i64 until_ms:i64 name:text ppm:i64 compound:bool kind:text mark:text per_unit:i64 unit_from:i64 unit_to:i64 unit_whole:bool source:text
SELECT zone, tax_class, n, from_ms, until_ms, name, ppm, compound, kind, mark, per_unit, unit_from, unit_to, unit_whole,
    source FROM tax_rate
WHERE merchant = :merchant AND (:zone = '' OR zone = :zone)
  AND (zone, tax_class, n, from_ms) > (:after_zone, :after_class, :after_n, :after_from_ms)
ORDER BY zone, tax_class, n, from_ms LIMIT :count;

-- name: certificate_put
-- in: merchant:i64 id:id customer:id number:text zone:text tax_class:text kind:text reason:text from_ms:i64 until_ms:i64 made_at_ms:i64
INSERT INTO tax_certificate (merchant, id, customer, number, zone, tax_class, kind, reason, from_ms, until_ms, made_at_ms)
VALUES (:merchant, :id, :customer, :number, :zone, :tax_class, :kind, :reason, :from_ms, :until_ms, :made_at_ms);

-- name: certificate_end
-- in: merchant:i64 id:id until_ms:i64
UPDATE tax_certificate SET until_ms = :until_ms WHERE merchant = :merchant AND id = :id AND until_ms > :until_ms;

-- name: certificates_of
-- in: merchant:i64 customer:id at_ms:i64 count:i64
-- out: id:id customer:id number:text zone:text tax_class:text kind:text reason:text from_ms:i64 until_ms:i64 made_at_ms:i64
SELECT id, customer, number, zone, tax_class, kind, reason, from_ms, until_ms, made_at_ms FROM tax_certificate
WHERE merchant = :merchant AND customer = :customer AND until_ms > :at_ms ORDER BY id LIMIT :count;

-- All of them, those of a customer (any: 0), or only one (one: 1).
-- name: certificates_page
-- in: merchant:i64 any:bool customer:blob one:bool only:blob after:blob count:i64
-- out: id:id customer:id number:text zone:text tax_class:text kind:text reason:text from_ms:i64 until_ms:i64 made_at_ms:i64
SELECT id, customer, number, zone, tax_class, kind, reason, from_ms, until_ms, made_at_ms FROM tax_certificate
WHERE merchant = :merchant AND (:any = 1 OR customer = :customer) AND (:one = 0 OR id = :only) AND id > :after
ORDER BY id LIMIT :count;

-- name: order_exemption_put
-- in: merchant:i64 order_id:id n:i64 number:text tax_class:text kind:text
INSERT INTO order_exemption (merchant, order_id, n, number, tax_class, kind)
VALUES (:merchant, :order_id, :n, :number, :tax_class, :kind);

-- name: order_exemptions
-- in: merchant:i64 order_id:id
-- out: number:text tax_class:text kind:text
SELECT number, tax_class, kind FROM order_exemption WHERE merchant = :merchant AND order_id = :order_id ORDER BY n;
