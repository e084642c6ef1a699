-- name: tax_in_force
-- in: merchant:i64 zone:text at_ms:i64
-- out: tax_class:text n:i64 name:text ppm:i64 compound:bool
SELECT tax_class, n, name, ppm, compound FROM tax_rate
WHERE merchant = :merchant AND zone = :zone AND from_ms <= :at_ms AND until_ms > :at_ms
ORDER BY tax_class, n, from_ms DESC;

-- name: tax_next
-- in: merchant:i64 zone:text at_ms:i64
-- out: at_ms:i64
SELECT COALESCE(MIN(CASE WHEN from_ms > :at_ms THEN from_ms ELSE until_ms END), :at_ms) FROM tax_rate
WHERE merchant = :merchant AND zone = :zone AND (from_ms > :at_ms OR until_ms > :at_ms);

-- name: tax_put
-- in: merchant:i64 zone:text tax_class:text n:i64 from_ms:i64 until_ms:i64 name:text ppm:i64 compound:bool
INSERT INTO tax_rate (merchant, zone, tax_class, n, from_ms, until_ms, name, ppm, compound)
VALUES (:merchant, :zone, :tax_class, :n, :from_ms, :until_ms, :name, :ppm, :compound)
ON CONFLICT (merchant, zone, tax_class, n, from_ms) DO UPDATE SET until_ms = excluded.until_ms,
    name = excluded.name, ppm = excluded.ppm, compound = excluded.compound;

-- name: tax_page
-- in: merchant:i64 zone:text after_zone:text after_class:text after_n:i64 after_from_ms:i64 count:i64
-- out: zone:text tax_class:text n:i64 from_ms:i64 until_ms:i64 name:text ppm:i64 compound:bool
SELECT zone, tax_class, n, from_ms, until_ms, name, ppm, compound FROM tax_rate
WHERE merchant = :merchant AND (:zone = '' OR zone = :zone)
  AND (zone, tax_class, n, from_ms) > (:after_zone, :after_class, :after_n, :after_from_ms)
ORDER BY zone, tax_class, n, from_ms LIMIT :count;
