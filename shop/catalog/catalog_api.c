/* catalog_api.c — the routes of catalog: single items, lists, search, categories. See api.def. */
#include "shop/catalog/catalog.h"

#include "all_sql.h"
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
    for (size_t i = 0; i < n; i++) out->barcodes.items[i].gtin = codes[i].printed;
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
    *out = (Item){ .id            = row.id,
                   .sku           = row.sku,
                   .name          = row.name,
                   .description   = text_or_none(row.description),
                   .category      = text_or_none(row.category),
                   .tax_class     = row.tax_class,
                   .unit          = row.unit,
                   .quantity_step = row.qty_step,
                   .service       = !row.stocked,
                   .inactive      = !row.active,
                   .parent        = text_or_none(row.parent),
                   .brand         = text_or_none(row.brand),
                   .kind          = row.kind,
                   .no_discount   = !row.discountable,
                   .version       = row.version,
                   .updated_at    = row.updated_at_ms };
    return read_lists(ctx, &row, out, err);
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

#define BRIEF(row)                                                                                           \
    (ItemBrief)                                                                                              \
    {                                                                                                        \
        (row).id, (row).sku, (row).name, text_or_none((row).category), (row).tax_class, (row).unit,          \
            (row).qty_step, !(row).stocked, !(row).active, text_or_none((row).parent),                       \
            text_or_none((row).brand), (row).kind, (row).version, (row).updated_at_ms                        \
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
