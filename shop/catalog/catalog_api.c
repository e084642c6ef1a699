/* catalog_api.c — the routes of catalog: single items, lists, search, categories. See api.def. */
#include "shop/catalog/catalog.h"

#include "all_sql.h"
#include "base/rfc3339.h"
#include "core/gs1.h"
#include "core/money.h"
#include "shop/catalog/catalog_inner.h"
#include "shop/audit/audit.h"
#include "sys/json_read.h"

#include <jansson.h>

#define API_DEF "shop/catalog/api.def"
#define CAPABILITY catalog
#include "shop/api_define.h"

static Str member(Arena *arena, const json_t *object, const char *name)
{
    const json_t *text = json_object_get(object, name);
    return json_is_string(text) ? str_dup(arena, (Str){ json_string_value(text), json_string_length(text) })
                                : STR("");
}

/* What pairs_json of catalog.c wrote: options (name, value) or media (url, alt). */
static bool read_pairs(Arena *arena, const ItemFindRow *row, Item *out)
{
    json_error_t where;
    json_t      *options = row->options.len ? json_loadb(row->options.ptr, row->options.len, 0, &where)
                                            : json_array();
    json_t *media = row->media.len ? json_loadb(row->media.ptr, row->media.len, 0, &where) : json_array();
    size_t  n = json_array_size(options), m = json_array_size(media);
    out->options.items = arena_array(arena, ItemOption, n);
    out->media.items   = arena_array(arena, ItemMedia, m);
    for (size_t i = 0; out->options.items && i < n; i++) {
        const json_t *one     = json_array_get(options, i);
        out->options.items[i] = (ItemOption){ member(arena, one, "name"), member(arena, one, "value") };
        out->options.count    = i + 1;
    }
    for (size_t i = 0; out->media.items && i < m; i++) {
        const json_t *one   = json_array_get(media, i);
        out->media.items[i] = (ItemMedia){ member(arena, one, "url"),
                                           text_or_none(member(arena, one, "alt")) };
        out->media.count    = i + 1;
    }
    json_decref(options);
    json_decref(media);
    return out->options.count == n && out->media.count == m;
}

static bool read_lists(Ctx *ctx, const ItemFindRow *row, Item *out, Error *err)
{
    ItemBarcodesRow *codes    = NULL;
    ItemVariantsRow *variants = NULL;
    size_t           n = 0, m = 0;
    ItemBarcodesIn   of    = { ctx->who.merchant, row->id };
    ItemVariantsIn   below = { ctx->who.merchant, row->sku };
    if (!q_item_barcodes_all(ctx->tx, ctx->arena, &of, &codes, &n, err)) return false;
    if (!row->parent.len && !q_item_variants_all(ctx->tx, ctx->arena, &below, &variants, &m, err))
        return false;
    out->barcodes.items = arena_array(ctx->arena, ItemBarcode, n);
    out->variants.items = arena_array(ctx->arena, ItemVariant, m);
    if (!out->barcodes.items || !out->variants.items) return err_memory(err);
    for (size_t i = 0; i < n; i++)
        out->barcodes.items[i] = (ItemBarcode){ codes[i].printed,
                                                codes[i].qty == QTY_ONE ? OPT_NONE : codes[i].qty };
    for (size_t i = 0; i < m; i++) out->variants.items[i].sku = variants[i].sku;
    ItemFees fees = { { NULL, 0 } };
    if (row->fees.len && !json_read_stored(ctx->arena, &ItemFees_def, row->fees, &fees, err)) return false;
    out->fees.items     = fees.fees.items;
    out->fees.count     = fees.fees.count;
    out->barcodes.count = n;
    out->variants.count = m;
    return (read_pairs(ctx->arena, row, out) && texts_read(ctx->arena, row->tags, &out->tags))
        || err_memory(err);
}

/* One item with all that belongs to it. Errors: NOT_FOUND. */
static bool load_item(Ctx *ctx, Str sku, Item *out, Error *err)
{
    ItemFindRow row;
    bool        found = false;
    ItemFindIn  in    = { ctx->who.merchant, sku };
    if (!q_item_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "sku", "no such item");
    *out = (Item){ .id              = row.id,
                   .sku             = row.sku,
                   .name            = row.name,
                   .description     = text_or_none(row.description),
                   .category        = text_or_none(row.category),
                   .tax_class       = row.tax_class,
                   .unit            = row.unit,
                   .quantity_step   = row.qty_step,
                   .service         = !str_eq(row.kind, STR("goods")),
                   .inactive        = !row.active,
                   .parent          = text_or_none(row.parent),
                   .brand           = text_or_none(row.brand),
                   .kind            = row.kind,
                   .no_discount     = !row.discountable,
                   .tracking        = row.tracking,
                   .shelf_life_days = row.shelf_days ? row.shelf_days : OPT_NONE,
                   .minimum_days    = row.least_days ? row.least_days : OPT_NONE,
                   .kit             = text_or_none(row.kit),
                   .weight          = row.weight ? row.weight : OPT_NONE,
                   .version         = row.version,
                   .updated_at      = row.updated_at_ms };
    return read_lists(ctx, &row, out, err) && (!row.kit.len || catalog_kit_show(ctx, row.id, out, err));
}

bool items_show(Ctx *ctx, const ItemSku *request, Item *reply, Error *err)
{
    return load_item(ctx, request->sku, reply, err);
}

bool items_cost(Ctx *ctx, const ItemSku *request, ItemCost *reply, Error *err)
{
    ItemCostRow row   = { 0 };
    bool        found = false;
    ItemCostIn  in    = { ctx->who.merchant, request->sku };
    if (!q_item_cost_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *reply = (ItemCost){ request->sku, row.cost > 0 ? row.cost : OPT_NONE };
    return found || err_set(err, &ERR_NOT_FOUND, "sku", "no such item");
}

bool items_by_barcode(Ctx *ctx, const GtinAsk *request, Item *reply, Error *err)
{
    Str sku;
    return catalog_sku_of(ctx, request->gtin, &sku, err) && load_item(ctx, sku, reply, err);
}

bool items_create(Ctx *ctx, const ItemInput *request, Item *reply, Error *err)
{
    ItemBySkuRow row;
    Id           id;
    bool         found = false;
    ItemBySkuIn  in    = { ctx->who.merchant, request->sku };
    if (!q_item_by_sku_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (found) return err_set(err, &ERR_DB_CONFLICT, "sku", "an item has this SKU");
    return catalog_put(ctx, request, &id, err) && load_item(ctx, request->sku, reply, err);
}

bool items_change(Ctx *ctx, const ItemInput *request, Item *reply, Error *err)
{
    Id id;
    return catalog_put(ctx, request, &id, err) && load_item(ctx, request->sku, reply, err);
}

bool items_batch(Ctx *ctx, const ItemBatch *request, ItemBatchMade *reply, Error *err)
{
    size_t count       = request->items.count;
    reply->items.items = arena_array(ctx->arena, ItemMade, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const ItemInput *item = &request->items.items[i];
        ItemMade        *made = &reply->items.items[i];
        made->sku             = item->sku;
        size_t mark           = ctx->arena->used;
        if (!catalog_put(ctx, item, &made->id, err)) return err_in_list(err, "items", i);
        ctx->arena->used = mark; /* nothing of it is needed: a batch would not fit otherwise */
    }
    reply->items.count = count;
    return true;
}

#define BRIEF(row)                                                                                         \
    (ItemBrief)                                                                                            \
    {                                                                                                      \
        (row).id, (row).sku, (row).name, text_or_none((row).category), (row).tax_class, (row).unit,        \
            (row).qty_step, !str_eq((row).kind, STR("goods")), !(row).active, text_or_none((row).parent),  \
            text_or_none((row).brand), (row).kind, (row).version, (row).updated_at_ms                      \
    }

/* The item whose SKU or barcode the query is, if there is one. */
static bool find_exact(Ctx *ctx, const ItemAsk *ask, ItemBrief *out, bool *found, Error *err)
{
    Str          sku = str_trim(ask->q);
    ItemBriefRow row;
    if (!catalog_find_sku_of(ctx, sku, &sku, found, err)) return false;
    ItemBriefIn in = { ctx->who.merchant, sku, text_or_empty(ask->category), text_or_empty(ask->parent) };
    if (!q_item_brief_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    if (*found) *out = BRIEF(row);
    return true;
}

static bool count_words(Ctx *ctx, Prefix range, int64_t most, int64_t *n, Error *err)
{
    ItemWordCountRow row   = { 0 };
    bool             found = false;
    ItemWordCountIn  in    = { ctx->who.merchant, range.low, range.high, most };
    if (!q_item_word_count_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *n = row.n;
    return true;
}

static bool edge_word(Ctx *ctx, const SearchPlan *plan, int64_t skip, Str *word, Id *id, bool *found,
                      Error *err)
{
    ItemWordEdgeRow row = { .word = STR_NONE };
    ItemWordEdgeIn  in  = { ctx->who.merchant, plan->after_word, plan->after_id, plan->words[0].high, skip };
    if (!q_item_word_edge_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    *word = row.word;
    *id   = row.id;
    return true;
}

static const SearchTable item_words = { count_words, edge_word };

/* Items whose words begin with those of `q`; the exact one stands first on the first page only. */
static bool search(Ctx *ctx, const ItemAsk *ask, ItemList *reply, Error *err)
{
    SearchPlan     plan;
    size_t         count = 0, shown = 0, limit = (size_t)page_limit(ask->limit);
    ItemSearchRow *rows     = NULL;
    ItemBrief      exact    = { .sku = STR("") };
    bool           found    = false;
    bool           filtered = ask->category.len || ask->parent.len;
    if (!search_plan(ctx, &item_words, ask->q, text_or_empty(ask->cursor), filtered, &plan, err))
        return false;
    if (!find_exact(ctx, ask, &exact, &found, err)) return false;
    const Prefix *p  = plan.words;
    ItemSearchIn  in = { ctx->who.merchant,
                         p[0].low,
                         p[1].low,
                         p[1].high,
                         p[2].low,
                         p[2].high,
                         p[3].low,
                         p[3].high,
                         plan.after_word,
                         plan.after_id,
                         plan.until_word,
                         plan.until_id,
                         text_or_empty(ask->category),
                         text_or_empty(ask->parent),
                         exact.sku,
                         (int64_t)limit + 1 };
    if (plan.count && !q_item_search_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, ItemBrief, count + 1);
    if (!reply->items.items) return err_memory(err);
    if (found && !ask->cursor.len) reply->items.items[reply->items.count++] = exact;
    for (; shown < count && shown < limit; shown++)
        reply->items.items[reply->items.count++] = BRIEF(rows[shown]);
    if (count == shown && !plan.cut) return true;
    reply->next_cursor = count > shown
                           ? search_cursor_text(ctx->arena, rows[shown - 1].word, rows[shown - 1].id)
                           : search_cursor_cut(ctx->arena, &plan);
    return reply->next_cursor.ptr || err_memory(err);
}

bool items_list(Ctx *ctx, const ItemAsk *request, ItemList *reply, Error *err)
{
    ItemPageRow *rows  = NULL;
    size_t       count = 0;
    int64_t      limit = page_limit(request->limit);
    ItemPageIn   in = { ctx->who.merchant, text_or_empty(request->category), text_or_empty(request->parent),
                        page_after(request->cursor), limit + 1 };
    if (request->q.len) return search(ctx, request, reply, err);
    if (!q_item_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, ItemBrief, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        reply->items.items[reply->items.count++] = BRIEF(rows[i]);
    if ((int64_t)count > limit) reply->next_cursor = rows[limit - 1].sku;
    return true;
}

bool categories_list(Ctx *ctx, const Page *request, CategoryList *reply, Error *err)
{
    CategoryPageRow *rows  = NULL;
    size_t           count = 0;
    int64_t          limit = page_limit(request->limit);
    CategoryPageIn   in    = { ctx->who.merchant, page_after(request->cursor), limit + 1 };
    if (!q_category_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, Category, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        reply->items.items[reply->items.count++] = (Category){ rows[i].code, rows[i].name,
                                                               text_or_none(rows[i].parent) };
    if ((int64_t)count > limit) reply->next_cursor = rows[limit - 1].code;
    return true;
}

bool categories_show(Ctx *ctx, const ByCode *request, Category *reply, Error *err)
{
    CategoryFindRow row;
    bool            found = false;
    CategoryFindIn  in    = { ctx->who.merchant, request->code };
    if (!q_category_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "code", "no such category");
    *reply = (Category){ row.code, row.name, text_or_none(row.parent) };
    return true;
}

bool categories_change(Ctx *ctx, const Category *request, Category *reply, Error *err)
{
    *reply = *request;
    return catalog_put_category(ctx, request, err);
}

/* By which measure goods of a unit are weighed; `per`: millionths of it in a thousandth of the unit. */
static const struct {
    Str        unit;
    Gs1Measure measure;
    int64_t    per;
} measured_units[] = {
    { { "kg", 2 }, GS1_KILOGRAMS, 1000 }, { { "g", 1 }, GS1_KILOGRAMS, 1 },
    { { "lb", 2 }, GS1_POUNDS, 1000 },
    { { "m", 1 }, GS1_LENGTH, 1000 },     { { "m2", 2 }, GS1_AREA, 1000 },  { { "l", 1 }, GS1_LITRES, 1000 },
    { { "ml", 2 }, GS1_LITRES, 1 },       { { "m3", 2 }, GS1_VOLUME, 1000 },
};

/* The quantity that a code's measure gives of goods in `unit`, half up; OPT_NONE: it has none for them. */
static int64_t measured_quantity(const Gs1Scan *scan, Str unit)
{
    for (size_t i = 0; i < COUNT(measured_units); i++) {
        int64_t value = scan->measures[measured_units[i].measure], per = measured_units[i].per;
        if (str_eq_nocase(unit, measured_units[i].unit) && value >= 0) return (value + per / 2) / per;
    }
    return OPT_NONE;
}

/* When a pattern of the merchant fits, the item's own barcode takes the place of the number that the scale
 * printed; the weight or price of it goes into *scan, a weight as kilograms and pounds: the item's unit
 * says. */
static bool read_by_pattern(Ctx *ctx, Gs1Scan *scan, Gs1Variable *read, bool *fits, Error *err)
{
    ScanPatternFindRow row;
    bool               found = false;
    Str                gtin  = scan->gtin;
    char               prefix[2];
    *fits = false;
    if (gtin.len == 14 && gtin.ptr[0] == '0') gtin = str_slice(gtin, 1, 14);
    if (gtin.len != 12 && gtin.len != 13) return true;
    prefix[0] = gtin.len == 12 ? '0' : gtin.ptr[0];
    prefix[1] = gtin.ptr[gtin.len - 12];
    if (prefix[0] != '2' && (prefix[0] != '0' || prefix[1] != '2')) return true;
    ScanPatternFindIn in = { ctx->who.merchant, { prefix, 2 } };
    if (!q_scan_pattern_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return true;
    if (!gs1_variable(gtin, row.layout, read, fits, err)) return false;
    if (!*fits) return true;
    int64_t unit = 1000000;
    for (int64_t i = 0; i < row.decimals; i++) unit /= 10;
    scan->gtin = str_dup(ctx->arena, (Str){ read->item, sizeof read->item });
    if (read->is_price) {
        scan->price          = read->value;
        scan->price_decimals = (int)row.decimals;
    } else {
        scan->measures[GS1_KILOGRAMS] = scan->measures[GS1_POUNDS] = read->value * unit;
    }
    return scan->gtin.ptr || err_memory(err);
}

static bool date_text(Arena *arena, Gs1Date date, Str *out)
{
    *out = date.year ? str_format(arena, "%04d-%02d-%02d", date.year, date.month, date.day) : STR_NONE;
    return !date.year || out->ptr;
}

/* The item of a barcode, and how many units of it the barcode stands for. */
static bool scanned_item(Ctx *ctx, Str gtin, ItemBrief *out, int64_t *qty, Error *err)
{
    ItemBriefRow row;
    Str          sku   = STR_NONE;
    bool         found = false;
    if (!catalog_find_barcode(ctx, gtin, &sku, qty, &found, err)) return false;
    if (!found)
        return err_set(err, &ERR_BARCODE_UNKNOWN, "barcode", "no item has the barcode %.*s", STR_FMT(gtin));
    ItemBriefIn in = { ctx->who.merchant, sku, STR(""), STR("") };
    if (!q_item_brief_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *out = BRIEF(row);
    return found || err_set(err, &ERR_BARCODE_UNKNOWN, "barcode", "no such item");
}

/* Of `pack` thousandths each; a price alone does not tell how much goods by measure weigh. */
static bool scanned_quantity(const Gs1Scan *scan, bool printed_by_scale, const ItemBrief *item, int64_t pack,
                             int64_t *out, Error *err)
{
    bool by_measure = item->quantity_step % QTY_ONE != 0;
    *out            = measured_quantity(scan, item->unit);
    if (*out == OPT_NONE && printed_by_scale && scan->price < 0)
        return err_set(err, &ERR_BARCODE_FORM, "barcode",
                       "a weight is printed on %.*s, which is sold by %.*s", STR_FMT(item->sku),
                       STR_FMT(item->unit));
    if (*out == OPT_NONE && !(scan->price >= 0 && by_measure))
        *out = pack * (scan->count > 0 ? scan->count : 1);
    return *out == OPT_NONE || (*out > 0 && *out <= QTY_MAX)
           || err_set(err, &ERR_QUANTITY_RANGE, "barcode",
                      "the quantity must be above zero and within the limit");
}

bool scan_read(Ctx *ctx, const ScanAsk *request, Scan *reply, Error *err)
{
    Gs1Scan     scan;
    Gs1Variable read;
    bool        fits = false;
    int64_t     year = 0, pack = QTY_ONE;
    char        now[RFC3339_LEN];
    ItemBrief  *item = arena_array(ctx->arena, ItemBrief, 1);
    if (!item) return err_memory(err);
    if (!rfc3339_format(ctx->now_ms, now) || !str_to_i64((Str){ now, 4 }, &year))
        return err_set(err, &ERR_INTERNAL, "", "the clock shows no year");
    if (!gs1_parse(request->barcode, (int)year, &scan, err)) return false;
    if (scan.contained.ptr) scan.gtin = scan.contained;
    if (!scan.gtin.ptr) return err_set(err, &ERR_BARCODE_UNKNOWN, "barcode", "the code names no item");
    if (!read_by_pattern(ctx, &scan, &read, &fits, err)) return false;
    *reply = (Scan){ .item           = item,
                     .gtin           = scan.gtin,
                     .lot            = scan.lot,
                     .serial         = scan.serial,
                     .price          = scan.price >= 0 ? scan.price : OPT_NONE,
                     .price_decimals = scan.price >= 0 ? scan.price_decimals : OPT_NONE,
                     .price_currency = scan.price_currency };
    if (!scanned_item(ctx, scan.gtin, item, &pack, err)) return false;
    if (!scanned_quantity(&scan, fits, item, pack, &reply->quantity, err)) return false;
    return (date_text(ctx->arena, scan.produced, &reply->produced)
            && date_text(ctx->arena, scan.best_before, &reply->best_before)
            && date_text(ctx->arena, scan.expires, &reply->expires))
        || err_memory(err);
}

bool scan_patterns_list(Ctx *ctx, const Nothing *request, ScanPatternList *reply, Error *err)
{
    ScanPatternListRow *rows  = NULL;
    size_t              count = 0;
    ScanPatternListIn   in    = { ctx->who.merchant };
    if (!q_scan_pattern_list_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, ScanPattern, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        reply->items.items[i] = (ScanPattern){ rows[i].prefix, rows[i].layout, rows[i].decimals };
    reply->items.count = count;
    return true;
}

bool scan_patterns_change(Ctx *ctx, const ScanPattern *request, ScanPattern *reply, Error *err)
{
    *reply = *request;
    if (!gs1_layout_check(request->layout, err)) return false;
    if (!str_starts(request->layout, request->prefix))
        return err_set(err, &ERR_BARCODE_FORM, "layout", "must begin with the prefix");
    if (reply->decimals < 0)
        reply->decimals = str_index(request->layout, 'P', 0) < request->layout.len ? 2 : 3;
    ScanPatternPutIn in = { ctx->who.merchant, reply->prefix, reply->layout, reply->decimals };
    return q_scan_pattern_put_exec(ctx->tx, &in, NULL, err)
           && audit_append(ctx, STR("scan_pattern.put"), audit_subject(STR("scan_pattern"), in.prefix),
                           in.layout, err);
}

bool scan_patterns_remove(Ctx *ctx, const ScanPrefix *request, ScanPrefix *reply, Error *err)
{
    int64_t             changed = 0;
    ScanPatternRemoveIn in      = { ctx->who.merchant, request->prefix };
    *reply                      = *request;
    if (!q_scan_pattern_remove_exec(ctx->tx, &in, &changed, err)) return false;
    if (!changed) return err_set(err, &ERR_NOT_FOUND, "prefix", "there is no pattern of this prefix");
    return audit_append(ctx, STR("scan_pattern.remove"), audit_subject(STR("scan_pattern"), in.prefix),
                        in.prefix, err);
}
