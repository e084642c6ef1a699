-- name: item_sale
-- in: merchant:i64 sku:text
-- out: id:id sku:text name:text tax_class:text unit:text qty_step:i64 stocked:bool brand:text tags:text kind:text cost:i64 discountable:bool fees:text tracking:text least_days:i64 kit:text weight:i64 categories:text
SELECT i.id, i.sku, i.name, i.tax_class, i.unit, i.qty_step, i.stocked, i.brand, i.tags, i.kind, i.cost,
       i.discountable, i.fees, i.tracking, i.least_days, i.kit, i.weight,
       CASE WHEN i.category = '' THEN '' ELSE COALESCE((
    WITH RECURSIVE up (code, parent, level) AS (
        SELECT c.code, c.parent, 1 FROM category c
        WHERE c.merchant = i.merchant AND c.code = i.category
        UNION ALL SELECT c.code, c.parent, up.level + 1 FROM up JOIN category c ON c.code = up.parent
        WHERE c.merchant = i.merchant AND up.level < 32)
    SELECT string_agg(code, ' ' ORDER BY level) FROM up), '') END
FROM item i
WHERE i.merchant = :merchant AND i.sku = :sku AND i.active = 1;

-- name: item_now
-- in: merchant:i64 id:id
-- out: id:id sku:text name:text tax_class:text unit:text qty_step:i64 stocked:bool brand:text tags:text kind:text cost:i64 discountable:bool fees:text tracking:text least_days:i64 kit:text weight:i64 categories:text
SELECT i.id, i.sku, i.name, i.tax_class, i.unit, i.qty_step, i.stocked, i.brand, i.tags, i.kind, i.cost,
       i.discountable, i.fees, i.tracking, i.least_days, i.kit, i.weight,
       CASE WHEN i.category = '' THEN '' ELSE COALESCE((
    WITH RECURSIVE up (code, parent, level) AS (
        SELECT c.code, c.parent, 1 FROM category c
        WHERE c.merchant = i.merchant AND c.code = i.category
        UNION ALL SELECT c.code, c.parent, up.level + 1 FROM up JOIN category c ON c.code = up.parent
        WHERE c.merchant = i.merchant AND up.level < 32)
    SELECT string_agg(code, ' ' ORDER BY level) FROM up), '') END
FROM item i
WHERE i.merchant = :merchant AND i.id = :id;

-- name: item_by_sku
-- in: merchant:i64 sku:text
-- out: id:id parent:text tracking:text kit:text
SELECT id, parent, tracking, kit FROM item WHERE merchant = :merchant AND sku = :sku;

-- name: item_first_variant
-- in: merchant:i64 parent:text
-- out: sku:text
SELECT sku FROM item WHERE merchant = :merchant AND parent = :parent ORDER BY sku LIMIT 1;

-- name: item_put
-- in: merchant:i64 id:id sku:text name:text description:text category:text tax_class:text unit:text qty_step:i64 stocked:bool active:bool parent:text options:text media:text brand:text tags:text kind:text cost:i64 discountable:bool fees:text tracking:text shelf_days:i64 least_days:i64 kit:text weight:i64 now_ms:i64
-- out: id:id version:i64
INSERT INTO item (merchant, id, sku, name, description, category, tax_class, unit, qty_step, stocked,
                  active, parent, options, media, brand, tags, kind, cost, discountable, fees, tracking,
                  shelf_days, least_days, kit, weight, version, updated_at_ms)
VALUES (:merchant, :id, :sku, :name, :description, :category, :tax_class, :unit, :qty_step, :stocked,
        :active, :parent, :options, :media, :brand, :tags, :kind, :cost, :discountable, :fees, :tracking,
        :shelf_days, :least_days, :kit, :weight, 1, :now_ms)
ON CONFLICT (merchant, sku) DO UPDATE SET name = excluded.name, description = excluded.description,
    category = excluded.category, tax_class = excluded.tax_class, unit = excluded.unit,
    qty_step = excluded.qty_step, stocked = excluded.stocked, active = excluded.active,
    parent = excluded.parent, options = excluded.options, media = excluded.media,
    brand = excluded.brand, tags = excluded.tags, kind = excluded.kind, discountable = excluded.discountable,
    fees = excluded.fees, tracking = excluded.tracking, shelf_days = excluded.shelf_days,
    least_days = excluded.least_days, kit = excluded.kit, weight = excluded.weight,
    cost = CASE WHEN excluded.cost > 0 THEN excluded.cost ELSE item.cost END,
    version = item.version + 1, updated_at_ms = excluded.updated_at_ms
RETURNING id, version;

-- name: barcode_sku
-- in: merchant:i64 gtin:text
-- out: sku:text qty:i64
SELECT i.sku, b.qty FROM barcode b JOIN item i ON i.merchant = b.merchant AND i.id = b.item
WHERE b.merchant = :merchant AND b.gtin = :gtin;

-- name: barcode_put
-- in: merchant:i64 gtin:text item:id printed:text qty:i64
INSERT INTO barcode (merchant, gtin, item, printed, qty) VALUES (:merchant, :gtin, :item, :printed, :qty)
ON CONFLICT (merchant, gtin) DO NOTHING;

-- name: barcode_clear
-- in: merchant:i64 item:id
DELETE FROM barcode WHERE merchant = :merchant AND item = :item;

-- name: item_word_put
-- in: merchant:i64 item:id words:text
-- only: sqlite
INSERT INTO item_word (merchant, word, item)
SELECT :merchant, CAST(value AS BLOB), :item FROM json_each(:words);

-- name: item_word_put
-- in: merchant:i64 item:id words:text
-- only: pg
INSERT INTO item_word (merchant, word, item)
SELECT :merchant, convert_to(value, 'UTF8'), :item FROM jsonb_array_elements_text(CAST(:words AS jsonb)) AS value;

-- name: item_word_clear
-- in: merchant:i64 item:id
DELETE FROM item_word WHERE merchant = :merchant AND item = :item;

-- name: category_find
-- in: merchant:i64 code:text
-- out: code:text name:text parent:text
SELECT code, name, parent FROM category WHERE merchant = :merchant AND code = :code;

-- name: category_below
-- in: merchant:i64 code:text most:i64
-- out: levels:i64
WITH RECURSIVE down (code, level) AS (
    SELECT code, CAST(0 AS BIGINT) FROM category WHERE merchant = :merchant AND code = :code
    UNION ALL SELECT c.code, down.level + 1 FROM down JOIN category c ON c.parent = down.code
    WHERE c.merchant = :merchant AND down.level < :most)
SELECT COALESCE(MAX(level), 0) FROM down;

-- name: category_page
-- in: merchant:i64 after:text count:i64
-- out: code:text name:text parent:text
SELECT code, name, parent FROM category WHERE merchant = :merchant AND code > :after
ORDER BY code LIMIT :count;

-- name: category_put
-- in: merchant:i64 code:text name:text parent:text
INSERT INTO category (merchant, code, name, parent) VALUES (:merchant, :code, :name, :parent)
ON CONFLICT (merchant, code) DO UPDATE SET name = excluded.name, parent = excluded.parent;

-- name: item_find
-- in: merchant:i64 sku:text
-- out: id:id sku:text name:text description:text category:text tax_class:text unit:text qty_step:i64 stocked:bool active:bool parent:text options:text media:text brand:text tags:text kind:text discountable:bool fees:text tracking:text shelf_days:i64 least_days:i64 kit:text weight:i64 version:i64 updated_at_ms:i64
SELECT id, sku, name, description, category, tax_class, unit, qty_step, stocked, active, parent, options,
       media, brand, tags, kind, discountable, fees, tracking, shelf_days, least_days, kit, weight, version,
       updated_at_ms
FROM item WHERE merchant = :merchant AND sku = :sku;

-- name: item_cost
-- in: merchant:i64 sku:text
-- out: cost:i64
SELECT cost FROM item WHERE merchant = :merchant AND sku = :sku;

-- name: item_variants
-- in: merchant:i64 parent:text
-- out: sku:text
SELECT sku FROM item WHERE merchant = :merchant AND parent = :parent ORDER BY sku LIMIT 1000;

-- name: item_barcodes
-- in: merchant:i64 item:id
-- out: printed:text qty:i64
SELECT printed, qty FROM barcode WHERE merchant = :merchant AND item = :item ORDER BY gtin;

-- name: item_page
-- in: merchant:i64 category:text parent:text after:text count:i64
-- out: id:id sku:text name:text category:text tax_class:text unit:text qty_step:i64 stocked:bool active:bool parent:text brand:text kind:text version:i64 updated_at_ms:i64
SELECT i.id, i.sku, i.name, i.category, i.tax_class, i.unit, i.qty_step, i.stocked, i.active, i.parent,
       i.brand, i.kind, i.version, i.updated_at_ms
FROM (
    SELECT id FROM (SELECT id FROM item WHERE :category = '' AND :parent = '' AND merchant = :merchant
        AND sku > :after ORDER BY sku LIMIT :count) AS everything
    UNION ALL SELECT id FROM (SELECT id FROM item WHERE :category <> '' AND :parent = ''
        AND merchant = :merchant AND category = :category AND sku > :after ORDER BY sku LIMIT :count) AS shelf
    UNION ALL SELECT id FROM (SELECT id FROM item WHERE :parent <> '' AND merchant = :merchant
        AND parent = :parent AND (:category = '' OR category = :category) AND sku > :after
        ORDER BY sku LIMIT :count) AS family) AS page CROSS JOIN item i
WHERE i.merchant = :merchant AND i.id = page.id
ORDER BY i.sku;

-- name: item_brief
-- in: merchant:i64 sku:text category:text parent:text
-- out: id:id sku:text name:text category:text tax_class:text unit:text qty_step:i64 stocked:bool active:bool parent:text brand:text kind:text version:i64 updated_at_ms:i64
SELECT id, sku, name, category, tax_class, unit, qty_step, stocked, active, parent, brand, kind, version,
       updated_at_ms
FROM item WHERE merchant = :merchant AND sku = :sku
  AND (:category = '' OR category = :category) AND (:parent = '' OR parent = :parent);

-- name: item_word_count
-- in: merchant:i64 low:blob high:blob most:i64
-- out: n:i64
SELECT count(*) AS n FROM (
    SELECT 1 AS one FROM item_word
    WHERE merchant = :merchant AND word >= :low AND word < :high LIMIT :most) AS found;

-- name: item_word_edge
-- in: merchant:i64 after_word:blob after:blob high:blob skip:i64
-- out: word:blob id:id
SELECT word, item FROM item_word
WHERE merchant = :merchant AND (word, item) > (:after_word, :after) AND word < :high
ORDER BY word, item LIMIT 1 OFFSET :skip;

-- name: item_search
-- in: merchant:i64 low:blob low2:blob high2:blob low3:blob high3:blob low4:blob high4:blob after_word:blob after:blob until_word:blob until:blob category:text parent:text except:text count:i64
-- out: word:blob id:id sku:text name:text category:text tax_class:text unit:text qty_step:i64 stocked:bool active:bool parent:text brand:text kind:text version:i64 updated_at_ms:i64
SELECT w.word, i.id, i.sku, i.name, i.category, i.tax_class, i.unit, i.qty_step, i.stocked, i.active, i.parent,
       i.brand, i.kind, i.version, i.updated_at_ms
FROM item_word w JOIN item i ON i.merchant = w.merchant AND i.id = w.item
WHERE w.merchant = :merchant AND (w.word, w.item) > (:after_word, :after)
  AND (w.word, w.item) <= (:until_word, :until)
  AND (SELECT f.word FROM item_word f WHERE f.merchant = w.merchant AND f.item = w.item
                  AND f.word >= :low AND f.word < w.word LIMIT 1) IS NULL
  AND (length(:low2) = 0 OR (SELECT f.word FROM item_word f WHERE f.merchant = w.merchant
                  AND f.item = w.item AND f.word >= :low2 AND f.word < :high2 LIMIT 1) IS NOT NULL)
  AND (length(:low3) = 0 OR (SELECT f.word FROM item_word f WHERE f.merchant = w.merchant
                  AND f.item = w.item AND f.word >= :low3 AND f.word < :high3 LIMIT 1) IS NOT NULL)
  AND (length(:low4) = 0 OR (SELECT f.word FROM item_word f WHERE f.merchant = w.merchant
                  AND f.item = w.item AND f.word >= :low4 AND f.word < :high4 LIMIT 1) IS NOT NULL)
  AND (:category = '' OR i.category = :category) AND (:parent = '' OR i.parent = :parent)
  AND i.sku <> :except
ORDER BY w.word, w.item LIMIT :count;

-- name: scan_pattern_find
-- in: merchant:i64 prefix:text
-- out: prefix:text layout:text decimals:i64
SELECT prefix, layout, decimals FROM scan_pattern WHERE merchant = :merchant AND prefix = :prefix;

-- name: scan_pattern_list
-- in: merchant:i64
-- out: prefix:text layout:text decimals:i64
SELECT prefix, layout, decimals FROM scan_pattern WHERE merchant = :merchant ORDER BY prefix;

-- name: scan_pattern_put
-- in: merchant:i64 prefix:text layout:text decimals:i64
INSERT INTO scan_pattern (merchant, prefix, layout, decimals) VALUES (:merchant, :prefix, :layout, :decimals)
ON CONFLICT (merchant, prefix) DO UPDATE SET layout = excluded.layout, decimals = excluded.decimals;

-- name: scan_pattern_remove
-- in: merchant:i64 prefix:text
DELETE FROM scan_pattern WHERE merchant = :merchant AND prefix = :prefix;

-- name: kit_part_clear
-- in: merchant:i64 kit:id
DELETE FROM kit_part WHERE merchant = :merchant AND kit = :kit;

-- name: kit_part_put
-- in: merchant:i64 kit:id n:i64 part:id qty:i64 returnable:bool value_ppm:i64
INSERT INTO kit_part (merchant, kit, n, part, qty, returnable, value_ppm)
VALUES (:merchant, :kit, :n, :part, :qty, :returnable, :value_ppm);

-- name: kit_parts_of
-- in: merchant:i64 kit:id
-- out: id:id sku:text name:text qty:i64 returnable:bool value_ppm:i64 qty_step:i64 stocked:bool tracking:text kit:text
SELECT i.id, i.sku, i.name, k.qty, k.returnable, k.value_ppm, i.qty_step, i.stocked, i.tracking, i.kit
FROM kit_part k JOIN item i ON i.merchant = k.merchant AND i.id = k.part
WHERE k.merchant = :merchant AND k.kit = :kit ORDER BY k.n;

-- name: kit_part_item
-- in: merchant:i64 sku:text
-- out: id:id qty_step:i64 kind:text
SELECT id, qty_step, kind FROM item WHERE merchant = :merchant AND sku = :sku;

-- How many levels of kits are below and above an item; a way in a circle goes on until `most`.

-- name: kit_below
-- in: merchant:i64 kit:id most:i64
-- out: levels:i64
WITH RECURSIVE down (item, level) AS (
    SELECT part, CAST(1 AS BIGINT) FROM kit_part WHERE merchant = :merchant AND kit = :kit
    UNION SELECT k.part, down.level + 1 FROM down JOIN kit_part k ON k.kit = down.item
    WHERE k.merchant = :merchant AND down.level < :most)
SELECT COALESCE(MAX(level), 0) FROM down;

-- name: kit_above
-- in: merchant:i64 part:id most:i64
-- out: levels:i64
WITH RECURSIVE up (item, level) AS (
    SELECT kit, CAST(1 AS BIGINT) FROM kit_part WHERE merchant = :merchant AND part = :part
    UNION SELECT k.kit, up.level + 1 FROM up JOIN kit_part k ON k.part = up.item
    WHERE k.merchant = :merchant AND up.level < :most)
SELECT COALESCE(MAX(level), 0) FROM up;

-- Whether an item has stock anywhere, or something is promised of it: then what it is told apart by, and what it
-- is made of, cannot change.

-- name: item_has_stock
-- in: merchant:i64 item:id
-- out: location:text
SELECT location FROM stock_level
WHERE merchant = :merchant AND item = :item
  AND (floor <> 0 OR backroom <> 0 OR picked <> 0 OR in_transit <> 0 OR damaged <> 0 OR quarantine <> 0
       OR held <> 0 OR committed <> 0 OR backordered <> 0)
ORDER BY location LIMIT 1;
