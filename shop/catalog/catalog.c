/* catalog.c — making, changing and finding what can be sold. See catalog.h. */
#include "shop/catalog/catalog.h"

#include "all_sql.h"
#include "core/gtin.h"
#include "core/money.h"
#include "shop/catalog/catalog_inner.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "sys/json_read.h"
#include "sys/json_write.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { GTIN_LEN = 14, CATEGORY_DEPTH_MAX = 16 };

/* The words of a text that single blanks part. */
static bool split_words(Arena *arena, Str text, TextList *out)
{
    size_t most = text.len ? 1 : 0;
    for (size_t i = 0; i < text.len; i++) most += text.ptr[i] == ' ';
    *out = (TextList){ arena_array(arena, Str, most), 0 };
    for (size_t at = 0; out->items && at < text.len;) {
        size_t end                = str_index(text, ' ', at);
        out->items[out->count++] = str_slice(text, at, end);
        at                        = end + 1;
    }
    return out->items != NULL;
}

static_assert(sizeof(ItemSaleRow) == sizeof(ItemNowRow), "one form");
static bool fill_sale_item(Ctx *ctx, const ItemSaleRow *row, SaleItem *out, Error *err)
{
    *out = (SaleItem){ .id           = row->id,
                       .sku          = row->sku,
                       .name         = row->name,
                       .tax_class    = row->tax_class,
                       .unit         = row->unit,
                       .qty_step     = row->qty_step,
                       .stocked      = row->stocked,
                       .discountable = row->discountable,
                       .brand        = row->brand,
                       .kind         = row->kind,
                       .cost         = row->cost,
                       .tracking     = row->tracking,
                       .least_days   = row->least_days,
                       .weight       = row->weight,
                       .kit          = row->kit };
    if (row->kit.len && !catalog_kit_parts(ctx, row->id, &out->parts, &out->part_count, err)) return false;
    if (row->fees.len && !json_read_stored(ctx->arena, &ItemFees_def, row->fees, &out->fees, err))
        return false;
    return (texts_read(ctx->arena, row->tags, &out->tags)
            && split_words(ctx->arena, row->categories, &out->categories))
        || err_memory(err);
}

bool catalog_sale_item(Ctx *ctx, Str sku, SaleItem *out, Error *err)
{
    ItemSaleRow row;
    bool        found = false;
    ItemSaleIn  in    = { ctx->who.merchant, sku };
    if (!q_item_sale_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_SKU_UNKNOWN, "sku", "no item with this SKU is sold");
    return fill_sale_item(ctx, &row, out, err);
}

bool catalog_item_now(Ctx *ctx, Id id, SaleItem *out, Error *err)
{
    ItemSaleRow row;
    bool        found = false;
    ItemNowIn   in    = { ctx->who.merchant, id };
    if (!db_one(ctx->tx, ctx->arena, &q_item_now, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_SKU_UNKNOWN, "sku", "there is no such item");
    return fill_sale_item(ctx, &row, out, err);
}

static bool copy_parts(Arena *arena, SaleItem *item)
{
    SalePart *parts = arena_array(arena, SalePart, item->part_count);
    if (!parts) return false;
    for (size_t i = 0; i < item->part_count; i++) {
        parts[i]          = item->parts[i];
        parts[i].sku      = str_dup(arena, parts[i].sku);
        parts[i].name     = str_dup(arena, parts[i].name);
        parts[i].tracking = str_dup(arena, parts[i].tracking);
        if (!parts[i].sku.ptr || !parts[i].name.ptr || !parts[i].tracking.ptr) return false;
    }
    item->parts = parts;
    return true;
}

static bool copy_texts(Arena *arena, TextList *list)
{
    Str *items = arena_array(arena, Str, list->count);
    for (size_t i = 0; items && i < list->count; i++) {
        items[i] = str_dup(arena, list->items[i]);
        if (!items[i].ptr) return false;
    }
    list->items = items;
    return items != NULL;
}

static_assert(sizeof(SaleItem) == 248, "a new text of an item must be copied here");
bool catalog_copy_sale_item(Arena *arena, const SaleItem *from, SaleItem *to)
{
    *to                 = *from;
    Str *const texts[]  = { &to->sku,   &to->name, &to->tax_class, &to->unit,
                            &to->brand, &to->kind, &to->tracking,  &to->kit };
    size_t     bytes   = 0;
    for (size_t i = 0; i < COUNT(texts); i++) bytes += texts[i]->len;
    char *room = arena_alloc(arena, bytes); /* one piece: many of these are kept */
    if (!room) return false;
    for (size_t i = 0; i < COUNT(texts); i++) {
        if (texts[i]->len) memcpy(room, texts[i]->ptr, texts[i]->len);
        texts[i]->ptr = room;
        room += texts[i]->len;
    }
    return copy_texts(arena, &to->tags) && copy_texts(arena, &to->categories) && copy_parts(arena, to)
        && form_copy(arena, &ItemFees_def, &from->fees, &to->fees);
}

/* The 14 digits under which a barcode is stored; false when it is no GTIN. */
static bool gtin_key(Str gtin, char key[GTIN_LEN])
{
    if (!gtin_valid(gtin)) return false;
    memset(key, '0', GTIN_LEN);
    memcpy(key + GTIN_LEN - gtin.len, gtin.ptr, gtin.len);
    return true;
}

bool catalog_find_barcode(Ctx *ctx, Str gtin, Str *sku, int64_t *qty, bool *found, Error *err)
{
    BarcodeSkuRow row = { 0 };
    char          key[GTIN_LEN];
    BarcodeSkuIn  in = { ctx->who.merchant, { key, GTIN_LEN } };
    *found           = false;
    if (!gtin_key(gtin, key)) return true;
    if (!q_barcode_sku_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    if (*found) *sku = row.sku;
    *qty = row.qty;
    return true;
}

bool catalog_find_sku_of(Ctx *ctx, Str gtin, Str *sku, bool *found, Error *err)
{
    int64_t qty = 0;
    return catalog_find_barcode(ctx, gtin, sku, &qty, found, err);
}

bool catalog_sku_of(Ctx *ctx, Str gtin, Str *sku, Error *err)
{
    bool found = false;
    if (!catalog_find_sku_of(ctx, gtin, sku, &found, err)) return false;
    return found || err_set(err, &ERR_BARCODE_UNKNOWN, "gtin", "no item has this barcode");
}

static bool check_category(Ctx *ctx, Str code, const char *field, CategoryFindRow *row, Error *err)
{
    bool           found = false;
    CategoryFindIn in    = { ctx->who.merchant, code };
    if (!q_category_find_one(ctx->tx, ctx->arena, &in, row, &found, err)) return false;
    return found || err_set(err, &ERR_CATEGORY_UNKNOWN, field, "no such category");
}

/* A variant's parent must be there and be no variant itself; what has variants cannot become one. */
static bool check_parent(Ctx *ctx, const ItemInput *item, Error *err)
{
    ItemBySkuRow        parent;
    ItemFirstVariantRow child;
    bool                found = false;
    ItemBySkuIn         in    = { ctx->who.merchant, item->parent };
    ItemFirstVariantIn  below = { ctx->who.merchant, item->sku };
    if (!item->parent.len) return true;
    if (!q_item_by_sku_one(ctx->tx, ctx->arena, &in, &parent, &found, err)) return false;
    if (!found) return err_set(err, &ERR_PARENT_UNKNOWN, "parent", "no item with this SKU");
    if (str_eq(item->parent, item->sku) || parent.parent.len)
        return err_set(err, &ERR_PARENT_IS_VARIANT, "parent", "a variant cannot have variants");
    if (!q_item_first_variant_one(ctx->tx, ctx->arena, &below, &child, &found, err)) return false;
    return !found || err_set(err, &ERR_PARENT_IS_VARIANT, "parent", "this item has variants itself");
}

static bool check_item(Ctx *ctx, const ItemInput *item, Error *err)
{
    CategoryFindRow row;
    char            field[48], key[GTIN_LEN];
    if (!item->sku.len || !str_eq(item->sku, str_trim(item->sku)))
        return err_set(err, &ERR_FIELD_INVALID, "sku", "must not be empty, or begin or end with blanks");
    if (str_index(item->sku, '/', 0) < item->sku.len || str_index(item->sku, '\\', 0) < item->sku.len
        || item->sku.ptr[0] == '.') /* it could not stand in an address */
        return err_set(err, &ERR_FIELD_INVALID, "sku",
                       "must not begin with '.', or have '/' or '\\' in it");
    if (!str_trim(item->name).len) return err_set(err, &ERR_FIELD_INVALID, "name", "must not be empty");
    if (item->service && str_eq(item->kind, STR("goods")))
        return err_set(err, &ERR_FIELD_INVALID, "kind", "goods are counted in stock: not a service");
    for (size_t i = 0; i < item->tags.count; i++)
        if (!item->tags.items[i].len || !str_eq(item->tags.items[i], str_trim(item->tags.items[i])))
            return err_set(err, &ERR_FIELD_INVALID, "tags",
                           "a tag must not be empty, or begin or end with blanks");
    if (!catalog_kit_check(item, err)) return false;
    if (item->tax_class.len && !code_check(item->tax_class, "tax_class", err)) return false;
    for (size_t i = 0; i < item->fees.count; i++)
        if (!code_check(item->fees.items[i].tax_class, "tax_class", err)) {
            (void)snprintf(err->field, sizeof err->field, "fees[%zu].tax_class", i);
            return false;
        }
    for (size_t i = 0; i < item->barcodes.count; i++) {
        (void)snprintf(field, sizeof field, "barcodes[%zu].gtin", i);
        if (!gtin_key(item->barcodes.items[i].gtin, key))
            return err_set(err, &ERR_GTIN_INVALID, field,
                           "must be 8, 12, 13 or 14 digits with a right check digit");
    }
    if (item->category.len && !check_category(ctx, item->category, "category", &row, err)) return false;
    return check_parent(ctx, item, err);
}

/* Options and media as JSON; empty when there are none. */
static Str pairs_json(Arena *arena, const void *list, size_t count, bool media)
{
    Buf buf = buf_make(arena, 256);
    if (count == 0) return STR("");
    for (size_t i = 0; i < count; i++) {
        const ItemOption *option = media ? NULL : (const ItemOption *)list + i;
        const ItemMedia  *film   = media ? (const ItemMedia *)list + i : NULL;
        buf_add(&buf, i ? STR(",") : STR("["));
        buf_add(&buf, media ? STR("{\"url\":") : STR("{\"name\":"));
        buf_json_string(&buf, media ? film->url : option->name);
        buf_add(&buf, media ? STR(",\"alt\":") : STR(",\"value\":"));
        buf_json_string(&buf, text_or_empty(media ? film->alt : option->value));
        buf_byte(&buf, '}');
    }
    buf_byte(&buf, ']');
    return buf.failed ? STR_NONE : buf_str(&buf);
}

static bool put_barcodes(Ctx *ctx, const ItemInput *item, Id id, bool fresh, Error *err)
{
    BarcodeClearIn clear = { ctx->who.merchant, id };
    char           field[48], key[GTIN_LEN];
    if (!fresh && !q_barcode_clear_exec(ctx->tx, &clear, NULL, err)) return false;
    for (size_t i = 0; i < item->barcodes.count; i++) {
        Str          gtin    = item->barcodes.items[i].gtin;
        int64_t      qty     = item->barcodes.items[i].quantity;
        BarcodePutIn in      = { ctx->who.merchant, { key, GTIN_LEN }, id, gtin, qty > 0 ? qty : QTY_ONE };
        int64_t      changed = 0;
        Str          other   = STR("");
        if (!gtin_key(gtin, key)) return err_set(err, &ERR_GTIN_INVALID, "barcodes", "no GTIN");
        if (!q_barcode_put_exec(ctx->tx, &in, &changed, err)) return false;
        if (changed == 1) continue;
        if (!catalog_sku_of(ctx, gtin, &other, err)) return false;
        (void)snprintf(field, sizeof field, "barcodes[%zu].gtin", i);
        return err_set(err, &ERR_BARCODE_TAKEN, field, "the item %.*s has this barcode", STR_FMT(other));
    }
    return true;
}

/* The words by which the item is found, what matters most first. */
static bool put_words(Ctx *ctx, const ItemInput *item, Id id, bool fresh, Error *err)
{
    size_t          count = 0;
    size_t          most  = 4 + item->barcodes.count + item->options.count + item->tags.count;
    Str            *texts = arena_array(ctx->arena, Str, most);
    ItemWordClearIn clear = { ctx->who.merchant, id };
    if (!texts) return err_memory(err);
    texts[count++] = item->sku;
    texts[count++] = item->name;
    texts[count++] = item->brand;
    for (size_t i = 0; i < item->barcodes.count; i++) texts[count++] = item->barcodes.items[i].gtin;
    for (size_t i = 0; i < item->options.count; i++) texts[count++] = item->options.items[i].value;
    for (size_t i = 0; i < item->tags.count; i++) texts[count++] = item->tags.items[i];
    texts[count++]   = item->description;
    ItemWordPutIn in = { ctx->who.merchant, id, search_words_json(ctx->arena, texts, count) };
    if (!in.words.ptr) return err_memory(err);
    if (!fresh && !q_item_word_clear_exec(ctx->tx, &clear, NULL, err)) return false;
    return q_item_word_put_exec(ctx->tx, &in, NULL, err);
}

static bool tell(Ctx *ctx, Str sku, Id id, int64_t version, Error *err)
{
    Buf body = buf_make(ctx->arena, 128);
    buf_add(&body, STR("{\"sku\":"));
    buf_json_string(&body, sku);
    buf_format(&body, ",\"version\":%lld}", (long long)version);
    if (body.failed) return err_memory(err);
    return audit_append(ctx, STR("item.put"), id, buf_str(&body), err)
        && events_put(ctx, &EVENT_ITEM_CHANGED, id, buf_str(&body), err);
}

static Str fees_json(Arena *arena, const ItemInput *item)
{
    ItemFees fees = { { item->fees.items, item->fees.count } };
    return item->fees.count ? json_write_text(arena, &ItemFees_def, &fees) : STR("");
}

/* Goods are counted in stock, nothing else is. */
static Str kind_of(const ItemInput *item)
{
    return item->kind.len ? item->kind : item->service ? STR("service") : STR("goods");
}

bool catalog_put(Ctx *ctx, const ItemInput *item, Id *id, Error *err)
{
    ItemPutRow row   = { 0 };
    bool       found = false;
    if (!check_item(ctx, item, err)) return false;
    ItemPutIn in = { .merchant    = ctx->who.merchant,
                     .id          = ctx_new_id(ctx),
                     .sku         = item->sku,
                     .name        = item->name,
                     .description = text_or_empty(item->description),
                     .category    = text_or_empty(item->category),
                     .tax_class   = item->tax_class.len ? item->tax_class : STR("standard"),
                     .unit        = item->unit.len ? item->unit : STR("each"),
                     .qty_step    = item->quantity_step > 0 ? item->quantity_step : QTY_ONE,
                     .stocked = str_eq(kind_of(item), STR("goods")) && !str_eq(item->kit, STR("virtual")),
                     .active  = !item->inactive,
                     .parent  = text_or_empty(item->parent),
                     .options = pairs_json(ctx->arena, item->options.items, item->options.count, false),
                     .media   = pairs_json(ctx->arena, item->media.items, item->media.count, true),
                     .brand   = text_or_empty(item->brand),
                     .tags    = texts_write(ctx->arena, &item->tags),
                     .kind    = kind_of(item),
                     .cost    = item->cost > 0 ? item->cost : 0,
                     .discountable = !item->no_discount,
                     .fees         = fees_json(ctx->arena, item),
                     .tracking     = item->tracking.len ? item->tracking : STR("none"),
                     .shelf_days   = item->shelf_life_days > 0 ? item->shelf_life_days : 0,
                     .least_days   = item->minimum_days > 0 ? item->minimum_days : 0,
                     .kit          = text_or_empty(item->kit),
                     .weight       = item->weight > 0 ? item->weight : 0,
                     .now_ms       = ctx->now_ms };
    if (!in.options.ptr || !in.media.ptr || !in.tags.ptr || !in.fees.ptr) return err_memory(err);
    if (!catalog_kit_stock_check(ctx, item->sku, in.tracking, in.kit, err)) return false;
    if (!q_item_put_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *id = row.id;
    if (item->if_version > 0 && item->if_version != row.version - 1)
        return err_set(err, &ERR_VERSION_CONFLICT, "if_version", "the item is at version %lld",
                       (long long)row.version - 1);
    return put_barcodes(ctx, item, row.id, row.version == 1, err)
        && put_words(ctx, item, row.id, row.version == 1, err)
        && catalog_kit_put(ctx, item, row.id, row.version == 1, err)
        && tell(ctx, item->sku, row.id, row.version, err);
}

/* The way up from `parent` must end, and not pass `code`; with what is below, it must not be too long. */
static bool check_way_up(Ctx *ctx, Str code, Str parent, Error *err)
{
    CategoryFindRow  row   = { .parent = parent };
    CategoryBelowRow below = { 0 };
    CategoryBelowIn  in    = { ctx->who.merchant, code, CATEGORY_DEPTH_MAX };
    bool             found = false;
    int64_t          depth = 1;
    if (!parent.len) return true;
    if (!q_category_below_one(ctx->tx, ctx->arena, &in, &below, &found, err)) return false;
    for (; row.parent.len && depth <= CATEGORY_DEPTH_MAX; depth++) {
        if (str_eq(row.parent, code))
            return err_set(err, &ERR_CATEGORY_CYCLE, "parent", "this category would be above itself");
        if (!check_category(ctx, row.parent, "parent", &row, err)) return false;
    }
    if (depth + below.levels <= CATEGORY_DEPTH_MAX) return true;
    return err_set(err, &ERR_FIELD_INVALID, "parent", "at most %d levels of categories", CATEGORY_DEPTH_MAX);
}

bool catalog_put_category(Ctx *ctx, const Category *category, Error *err)
{
    CategoryPutIn in = { ctx->who.merchant, category->code, category->name, text_or_empty(category->parent) };
    if (!code_check(category->code, "code", err)) return false;
    if (!check_way_up(ctx, category->code, in.parent, err)) return false;
    return q_category_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("category.put"), audit_subject(STR("category"), in.code), in.code, err);
}
