-- name: replenish_rule_put
-- in: merchant:i64 location:text scope:text code:text min:i64 max:i64 floor_min:i64 lead_days:i64 cover_days:i64 pack:i64 source:text source_code:text
INSERT INTO replenish_rule (merchant, location, scope, code, min, max, floor_min, lead_days, cover_days, pack, source,
    source_code)
VALUES (:merchant, :location, :scope, :code, :min, :max, :floor_min, :lead_days, :cover_days, :pack, :source,
    :source_code)
ON CONFLICT (merchant, location, scope, code) DO UPDATE SET min = excluded.min, max = excluded.max,
    floor_min = excluded.floor_min, lead_days = excluded.lead_days, cover_days = excluded.cover_days,
    pack = excluded.pack, source = excluded.source, source_code = excluded.source_code;

-- name: replenish_rule_get
-- in: merchant:i64 location:text scope:text code:text
-- out: min:i64 max:i64 floor_min:i64 lead_days:i64 cover_days:i64 pack:i64 source:text source_code:text
SELECT min, max, floor_min, lead_days, cover_days, pack, source, source_code FROM replenish_rule
WHERE merchant = :merchant AND location = :location AND scope = :scope AND code = :code;

-- name: replenish_rule_page
-- in: merchant:i64 location:text after_location:text after_scope:text after_code:text limit:i64
-- out: location:text scope:text code:text min:i64 max:i64 floor_min:i64 lead_days:i64 cover_days:i64 pack:i64 source:text source_code:text
SELECT location, scope, code, min, max, floor_min, lead_days, cover_days, pack, source, source_code
FROM replenish_rule
WHERE merchant = :merchant AND (:location = '' OR location = :location) AND location >= :after_location
  AND (location > :after_location OR scope > :after_scope OR (scope = :after_scope AND code > :after_code))
ORDER BY location, scope, code LIMIT :limit;

-- name: replenish_rule_drop
-- in: merchant:i64 location:text scope:text code:text
DELETE FROM replenish_rule
WHERE merchant = :merchant AND location = :location AND scope = :scope AND code = :code;

-- name: replenish_item_there
-- in: merchant:i64 sku:text
-- out: stocked:i64 qty_step:i64
SELECT stocked, qty_step FROM item WHERE merchant = :merchant AND sku = :sku;

-- name: replenish_category
-- in: merchant:i64 code:text
-- out: parent:text
SELECT parent FROM category WHERE merchant = :merchant AND code = :code;

-- What stands, or by a rule of its own should stand, at a location, by item.
-- name: replenish_items
-- in: merchant:i64 location:text after:blob limit:i64
-- out: item:id sku:text name:text category:text cost:i64 floor:i64 backroom:i64 picked:i64 in_transit:i64 on_order:i64 held:i64 committed:i64 backordered:i64 safety:i64
SELECT i.id, i.sku, i.name, i.category, i.cost, coalesce(s.floor, 0), coalesce(s.backroom, 0), coalesce(s.picked, 0),
    coalesce(s.in_transit, 0), coalesce(s.on_order, 0), coalesce(s.held, 0), coalesce(s.committed, 0),
    coalesce(s.backordered, 0), coalesce(s.safety, -1)
FROM (
    SELECT id FROM (SELECT s.item AS id FROM stock_level s
        WHERE s.merchant = :merchant AND s.location = :location AND s.item > :after
        ORDER BY s.item LIMIT :limit) AS there
    UNION
    SELECT id FROM (SELECT i.id AS id FROM replenish_rule r JOIN item i ON i.merchant = r.merchant AND i.sku = r.code
        WHERE r.merchant = :merchant AND r.location = :location AND r.scope = 'item' AND i.id > :after
        ORDER BY i.id LIMIT :limit) AS ruled
) AS k JOIN item i ON i.merchant = :merchant AND i.id = k.id
    LEFT JOIN stock_level s ON s.merchant = i.merchant AND s.item = i.id AND s.location = :location
ORDER BY i.id LIMIT :limit;

-- name: replenish_is_sold
-- in: merchant:i64 id:id
-- out: stocked:bool active:bool
SELECT stocked, active FROM item WHERE merchant = :merchant AND id = :id;

-- What came, went and was sold at a location since a time, newest first.
-- name: replenish_moves
-- in: merchant:i64 item:id location:text since_ms:i64
-- out: at_ms:i64 change:i64 sold:i64
SELECT at_ms,
    CASE WHEN to_location = :location AND to_state IN ('floor', 'backroom') THEN qty ELSE 0 END
    - CASE WHEN from_location = :location AND from_state IN ('floor', 'backroom') THEN qty ELSE 0 END,
    CASE WHEN from_location = :location AND to_location = '' AND to_state = 'customer' THEN qty
        WHEN to_location = :location AND from_state = 'customer' THEN -qty ELSE 0 END
FROM stock_move
WHERE merchant = :merchant AND item = :item AND at_ms > :since_ms
  AND (from_location = :location OR to_location = :location)
ORDER BY at_ms DESC, document_id DESC, n DESC;

-- What a location can give away.
-- name: replenish_free
-- in: merchant:i64 item:id location:text
-- out: free:i64
SELECT floor + backroom - held - committed - kept - CASE WHEN safety > 0 THEN safety ELSE 0 END
FROM stock_level WHERE merchant = :merchant AND item = :item AND location = :location;

-- name: replenish_item_at
-- in: merchant:i64 location:text sku:text
-- out: item:id sku:text name:text category:text cost:i64 floor:i64 backroom:i64 picked:i64 in_transit:i64 on_order:i64 held:i64 committed:i64 backordered:i64 safety:i64
SELECT i.id, i.sku, i.name, i.category, i.cost, coalesce(s.floor, 0), coalesce(s.backroom, 0), coalesce(s.picked, 0),
    coalesce(s.in_transit, 0), coalesce(s.on_order, 0), coalesce(s.held, 0), coalesce(s.committed, 0),
    coalesce(s.backordered, 0), coalesce(s.safety, -1)
FROM item i LEFT JOIN stock_level s ON s.merchant = i.merchant AND s.item = i.id AND s.location = :location
WHERE i.merchant = :merchant AND i.sku = :sku;
