-- category: a shelf of the catalog; a tree
CREATE TABLE category (
    merchant BIGINT NOT NULL,
    code     TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    parent   TEXT   NOT NULL, -- code of the category above, or empty
    PRIMARY KEY (merchant, code)
);
-- item: what can be sold; a variant is an item with the SKU of its parent and its options
CREATE TABLE item (
    merchant      BIGINT NOT NULL,
    id            BYTEA  NOT NULL,
    sku           TEXT   NOT NULL,
    name          TEXT   NOT NULL,
    description   TEXT   NOT NULL, -- for people, or empty
    category      TEXT   NOT NULL, -- code, or empty
    tax_class     TEXT   NOT NULL,
    unit          TEXT   NOT NULL, -- each, kg, m …
    qty_step      BIGINT NOT NULL CHECK (qty_step > 0), -- thousandths; 1000: whole units only
    stocked       BIGINT NOT NULL, -- 0: never counted
    active        BIGINT NOT NULL, -- 0: not sold any more
    parent        TEXT   NOT NULL, -- SKU of the item this is a variant of, or empty
    options       TEXT   NOT NULL, -- JSON list of {name, value}, e.g. size and colour; or empty
    media         TEXT   NOT NULL, -- JSON list of {url, alt}; or empty
    brand         TEXT   NOT NULL, -- or empty
    tags          TEXT   NOT NULL, -- JSON list of texts; or empty
    kind          TEXT   NOT NULL, -- goods, service, gift_card, deposit or fee
    cost          BIGINT NOT NULL, -- of one whole unit to the merchant, minor units of the own currency; 0: not known
    discountable  BIGINT NOT NULL, -- 0: left out of discounts, by law or by its brand
    fees          TEXT   NOT NULL, -- JSON of the deposits and fees on top of the price; or empty
    tracking      TEXT   NOT NULL, -- none, lot, serial or lot_serial: what its stock is told apart by
    shelf_days    BIGINT NOT NULL, -- how many days it keeps from its production; 0: not known
    least_days    BIGINT NOT NULL, -- how many days it must still keep when it is sold
    kit           TEXT   NOT NULL, -- virtual (takes the stock of its parts), boxed (stocked itself), or empty
    weight        BIGINT NOT NULL CHECK (weight >= 0), -- grams of one whole unit; 0: not known
    version       BIGINT NOT NULL, -- 1, 2, 3 … with each change
    updated_at_ms BIGINT NOT NULL,
    PRIMARY KEY (merchant, id)
);
CREATE UNIQUE INDEX item_by_sku ON item (merchant, sku);
CREATE INDEX item_by_parent ON item (merchant, parent, sku);
CREATE INDEX item_by_category ON item (merchant, category, sku);
-- barcode: GTIN to item; an item may have several, also of its packs
CREATE TABLE barcode (
    merchant BIGINT NOT NULL,
    gtin     TEXT   NOT NULL, -- 14 digits, with zeros in front
    item     BYTEA  NOT NULL,
    printed  TEXT   NOT NULL, -- as it stands on the goods: 8, 12, 13 or 14 digits
    qty      BIGINT NOT NULL, -- thousandths of the selling unit that it stands for: a pack of 12 has 12000
    PRIMARY KEY (merchant, gtin)
);
CREATE INDEX barcode_by_item ON barcode (merchant, item);
-- scan_pattern: how numbers of restricted circulation are used, which scales print with a weight or a price
CREATE TABLE scan_pattern (
    merchant BIGINT NOT NULL,
    prefix   TEXT   NOT NULL, -- 02 or 20 to 29
    layout   TEXT   NOT NULL, -- 13 characters: the prefix, I for the item, V, W or P for the measure, C
    decimals BIGINT NOT NULL, -- of the weight or price in it
    PRIMARY KEY (merchant, prefix)
);
-- item_word: the words of an item's SKU, name, barcodes, options and description, for search by prefix
CREATE TABLE item_word (
    merchant BIGINT NOT NULL,
    word     BYTEA  NOT NULL, -- lower case, UTF-8; as bytes, so that both engines order it alike
    item     BYTEA  NOT NULL,
    PRIMARY KEY (merchant, word, item)
);
CREATE INDEX item_word_by_item ON item_word (merchant, item, word);
-- kit_part: what an item is made of, or has in its box
CREATE TABLE kit_part (
    merchant   BIGINT NOT NULL,
    kit        BYTEA  NOT NULL, -- the item that is made of it
    n          BIGINT NOT NULL, -- 1, 2 … within the kit
    part       BYTEA  NOT NULL, -- the item that is in it
    qty        BIGINT NOT NULL CHECK (qty > 0), -- thousandths of the part in one kit
    returnable BIGINT NOT NULL, -- 0: is not taken back without the rest
    value_ppm  BIGINT NOT NULL, -- its share of the price, parts per million; 0 for all parts: not said
    PRIMARY KEY (merchant, kit, n)
);
CREATE UNIQUE INDEX kit_part_once ON kit_part (merchant, kit, part);
CREATE INDEX kit_part_by_part ON kit_part (merchant, part);
