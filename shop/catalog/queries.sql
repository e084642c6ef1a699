-- name: item_sale
-- in: merchant:i64 sku:text
-- out: id:id sku:text name:text tax_class:text unit:text qty_step:i64 stocked:bool
SELECT id, sku, name, tax_class, unit, qty_step, stocked FROM item
WHERE merchant = :merchant AND sku = :sku AND active = 1;

-- name: item_by_sku
-- in: merchant:i64 sku:text
-- out: id:id parent:text
SELECT id, parent FROM item WHERE merchant = :merchant AND sku = :sku;

-- name: item_first_variant
-- in: merchant:i64 parent:text
-- out: sku:text
SELECT sku FROM item WHERE merchant = :merchant AND parent = :parent ORDER BY sku LIMIT 1;

-- name: item_put
-- in: merchant:i64 id:id sku:text name:text description:text category:text tax_class:text unit:text qty_step:i64 stocked:bool active:bool parent:text options:text media:text now_ms:i64
-- out: id:id version:i64
INSERT INTO item (merchant, id, sku, name, description, category, tax_class, unit, qty_step, stocked,
                  active, parent, options, media, version, updated_at_ms)
VALUES (:merchant, :id, :sku, :name, :description, :category, :tax_class, :unit, :qty_step, :stocked,
        :active, :parent, :options, :media, 1, :now_ms)
ON CONFLICT (merchant, sku) DO UPDATE SET name = excluded.name, description = excluded.description,
    category = excluded.category, tax_class = excluded.tax_class, unit = excluded.unit,
    qty_step = excluded.qty_step, stocked = excluded.stocked, active = excluded.active,
    parent = excluded.parent, options = excluded.options, media = excluded.media,
    version = item.version + 1, updated_at_ms = excluded.updated_at_ms
RETURNING id, version;

-- name: barcode_sku
-- in: merchant:i64 gtin:text
-- out: sku:text
SELECT i.sku FROM barcode b JOIN item i ON i.merchant = b.merchant AND i.id = b.item
WHERE b.merchant = :merchant AND b.gtin = :gtin;

-- name: barcode_put
-- in: merchant:i64 gtin:text item:id printed:text
INSERT INTO barcode (merchant, gtin, item, printed) VALUES (:merchant, :gtin, :item, :printed)
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

-- name: category_page
-- in: merchant:i64 after:text count:i64
-- out: code:text name:text parent:text
SELECT code, name, parent FROM category WHERE merchant = :merchant AND code > :after
ORDER BY code LIMIT :count;

-- name: category_put
-- in: merchant:i64 code:text name:text parent:text
INSERT INTO category (merchant, code, name, parent) VALUES (:merchant, :code, :name, :parent)
ON CONFLICT (merchant, code) DO UPDATE SET name = excluded.name, parent = excluded.parent;
