/* inventory_views.c — how stock is looked at: by item, location, region and in all, now and as of any past
 * moment, and the movements that make each figure. A past level is the level of now less what came and went
 * since, so it costs as much as has happened since. */
#include "shop/inventory/inventory_inner.h"

#include "core/money.h"

#include <string.h>

typedef struct {
    Id       item;
    Str      sku, location;
    AtpLevel level;
} Row;

static int64_t promised(const AtpLevel *s)
{
    return s->held + s->committed + s->kept + (s->safety > 0 ? s->safety : 0);
}

static int64_t available(const AtpLevel *s)
{
    int64_t left = s->floor + s->backroom - promised(s);
    return left > 0 ? left : 0;
}

StockLevel stock_shown(Str sku, Str location, const AtpLevel *s)
{
    return (StockLevel){ .sku         = sku,
                         .location    = location,
                         .floor       = s->floor,
                         .backroom    = s->backroom,
                         .picked      = s->picked,
                         .in_transit  = s->in_transit,
                         .damaged     = s->damaged,
                         .quarantine  = s->quarantine,
                         .held        = s->held,
                         .committed   = s->committed,
                         .backordered = s->backordered,
                         .on_order    = s->on_order,
                         .safety      = s->safety >= 0 ? s->safety : OPT_NONE,
                         .on_hand     = s->floor + s->backroom,
                         .available   = available(s) };
}

/* The figure of a state, or NULL for what is outside. */
static int64_t *figure(AtpLevel *level, Str state)
{
    const struct {
        const char *name;
        int64_t    *at;
    } all[] = { { "floor", &level->floor },
                { "backroom", &level->backroom },
                { "picked", &level->picked },
                { "in_transit", &level->in_transit },
                { "damaged", &level->damaged },
                { "quarantine", &level->quarantine },
                { "held", &level->held },
                { "committed", &level->committed },
                { "backordered", &level->backordered },
                { "on_order", &level->on_order } };
    for (size_t i = 0; i < COUNT(all); i++)
        if (str_eq(state, str_from(all[i].name))) return all[i].at;
    return NULL;
}

/* Rows of one item as they were: those from `first` on that are its. */
static bool turn_back(Ctx *ctx, Row *rows, size_t first, size_t count, int64_t as_of, Error *err)
{
    StockSinceRow *since = NULL;
    size_t         n     = 0;
    StockSinceIn   in    = { ctx->who.merchant, rows[first].item, as_of };
    if (!q_stock_since_all(ctx->tx, ctx->arena, &in, &since, &n, err)) return false;
    for (size_t i = first; i < count && id_eq(rows[i].item, rows[first].item); i++)
        for (size_t k = 0; k < n; k++) {
            int64_t *at = figure(&rows[i].level, since[k].state);
            if (at && str_eq(since[k].location, rows[i].location)) *at -= since[k].change;
        }
    return true;
}

static bool turn_all_back(Ctx *ctx, Row *rows, size_t count, int64_t as_of, Error *err)
{
    if (as_of == OPT_NONE || as_of >= ctx->now_ms) return true;
    for (size_t i = 0; i < count; i++)
        if ((i == 0 || !id_eq(rows[i].item, rows[i - 1].item))
            && !turn_back(ctx, rows, i, count, as_of, err))
            return false;
    return true;
}

#define LEVEL_OF(r)                                                                                        \
    {                                                                                                      \
        (r)->floor, (r)->backroom, (r)->picked, (r)->in_transit, (r)->damaged, (r)->quarantine, (r)->held, \
            (r)->committed, (r)->backordered, (r)->on_order, (r)->kept, (r)->safety                        \
    }

/* All rows of an item. */
static bool rows_of(Ctx *ctx, Id item, Str sku, int64_t as_of, Row **out, size_t *count, Error *err)
{
    StockOfItemRow *rows = NULL;
    StockOfItemIn   in   = { ctx->who.merchant, item };
    if (!q_stock_of_item_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, Row, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (Row){ item, sku, rows[i].location, LEVEL_OF(&rows[i]) };
    return turn_all_back(ctx, *out, *count, as_of, err);
}

/* A cursor "item-id location" apart. */
static bool page_start(Str cursor, Id *after, Str *location, Error *err)
{
    *after    = (Id){ { 0 } };
    *location = STR("");
    if (!cursor.len) return true;
    if (cursor.len < ID_TEXT_LEN || !id_parse(str_slice(cursor, 0, ID_TEXT_LEN), after))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    *location = str_slice(cursor, ID_TEXT_LEN, cursor.len);
    return true;
}

static bool page_of_all(Ctx *ctx, const StockFind *request, size_t limit, Row **out, size_t *count,
                        Error *err)
{
    StockPageRow *rows = NULL;
    Id            after;
    Str           location;
    if (!page_start(request->cursor, &after, &location, err)) return false;
    StockPageIn in = { ctx->who.merchant, text_or_empty(request->region), id_bytes(&after), location,
                       (int64_t)limit };
    if (!q_stock_page_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, Row, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (Row){ rows[i].item, rows[i].sku, rows[i].location, LEVEL_OF(&rows[i]) };
    return true;
}

static bool page_of_location(Ctx *ctx, const StockFind *request, size_t limit, Row **out, size_t *count,
                             Error *err)
{
    StockPageAtRow *rows = NULL;
    Id              after;
    Str             location;
    if (!page_start(request->cursor, &after, &location, err)) return false;
    StockPageAtIn in = { ctx->who.merchant, request->location, id_bytes(&after), (int64_t)limit };
    if (!q_stock_page_at_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, Row, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (Row){ rows[i].item, rows[i].sku, rows[i].location, LEVEL_OF(&rows[i]) };
    return true;
}

/* The regions of all locations, by code. */
static bool regions_of(Ctx *ctx, StockRegionsRow **out, size_t *count, Error *err)
{
    return q_stock_regions_all(ctx->tx, ctx->arena, &(StockRegionsIn){ ctx->who.merchant }, out, count,
                               err);
}

static Str region_of(const StockRegionsRow *regions, size_t count, Str location)
{
    for (size_t low = 0, high = count; low < high;) {
        size_t middle = low + (high - low) / 2;
        int    order  = str_cmp(regions[middle].code, location);
        if (order == 0) return regions[middle].region;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return STR("");
}

/* Of one item: only the rows that are asked for. */
static bool page_of_item(Ctx *ctx, const StockFind *request, Row **out, size_t *count, Error *err)
{
    StockRegionsRow *regions = NULL;
    size_t           n = 0, kept = 0;
    Id               item;
    if (request->cursor.len) return err_set(err, &ERR_FIELD_INVALID, "cursor", "an item has one page");
    if (!stock_item(ctx, request->sku, "sku", &item, err) || !regions_of(ctx, &regions, &n, err)
        || !rows_of(ctx, item, request->sku, OPT_NONE, out, count, err))
        return false;
    for (size_t i = 0; i < *count; i++) {
        const Row *row = &(*out)[i];
        if (request->location.len && !str_eq(request->location, row->location)) continue;
        if (request->region.len && !str_eq(request->region, region_of(regions, n, row->location))) continue;
        (*out)[kept++] = *row;
    }
    *count = kept;
    return true;
}

bool stock_list(Ctx *ctx, const StockFind *request, StockList *reply, Error *err)
{
    Row   *rows  = NULL;
    size_t count = 0, limit = (size_t)page_limit(request->limit);
    if (request->location.len && request->region.len)
        return err_set(err, &ERR_FIELD_INVALID, "region", "say a location or a region");
    bool ok = request->sku.len        ? page_of_item(ctx, request, &rows, &count, err)
              : request->location.len ? page_of_location(ctx, request, limit + 1, &rows, &count, err)
                                      : page_of_all(ctx, request, limit + 1, &rows, &count, err);
    if (!ok) return false;
    size_t shown = request->sku.len || count < limit ? count : limit;
    if (!turn_all_back(ctx, rows, shown, request->as_of, err)) return false;
    reply->items.items = arena_array(ctx->arena, StockLevel, shown + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < shown; i++)
        reply->items.items[reply->items.count++] =
            stock_shown(rows[i].sku, rows[i].location, &rows[i].level);
    if (count > shown)
        reply->next_cursor =
            str_format(ctx->arena, "%.*s%.*s", STR_FMT(id_text(ctx->arena, rows[shown - 1].item)),
                       STR_FMT(rows[shown - 1].location));
    return true;
}

static void add(StockSum *sum, const AtpLevel *s)
{
    sum->locations++;
    sum->floor += s->floor;
    sum->backroom += s->backroom;
    sum->picked += s->picked;
    sum->in_transit += s->in_transit;
    sum->damaged += s->damaged;
    sum->quarantine += s->quarantine;
    sum->held += s->held;
    sum->committed += s->committed;
    sum->backordered += s->backordered;
    sum->on_order += s->on_order;
    sum->on_hand += s->floor + s->backroom;
    sum->available += available(s);
}

/* The sum of a region among those that are there, or a new one. */
static StockSum *sum_of(StockSum *sums, size_t *count, Str region)
{
    for (size_t i = 0; i < *count; i++)
        if (str_eq(region, text_or_empty(sums[i].region))) return &sums[i];
    sums[*count] = (StockSum){ .region = text_or_none(region) };
    return &sums[(*count)++];
}

bool stock_show(Ctx *ctx, const StockOfItem *request, StockView *reply, Error *err)
{
    StockRegionsRow *regions = NULL;
    StockItemOfRow   item;
    StockItemOfIn    in    = { ctx->who.merchant, request->sku };
    Row             *rows  = NULL;
    size_t           count = 0, known = 0;
    bool             found = false, any = false;
    if (!q_stock_item_of_one(ctx->tx, ctx->arena, &in, &item, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "sku", "there is no such item");
    if (!rows_of(ctx, item.id, request->sku, OPT_NONE, &rows, &count, err)
        || !regions_of(ctx, &regions, &known, err))
        return false;
    reply->items.items   = arena_array(ctx->arena, StockLevel, count + 1);
    reply->regions.items = arena_array(ctx->arena, StockSum, count + 1);
    reply->network       = arena_new(ctx->arena, StockSum);
    if (!reply->items.items || !reply->regions.items || !reply->network) return err_memory(err);
    *reply->network    = (StockSum){ .sku = request->sku };
    reply->items.count = count;
    for (size_t i = 0; i < count; i++) {
        Str region            = region_of(regions, known, rows[i].location);
        any                   = any || region.len > 0;
        reply->items.items[i] = stock_shown(request->sku, rows[i].location, &rows[i].level);
        add(sum_of(reply->regions.items, &reply->regions.count, region), &rows[i].level);
        add(reply->network, &rows[i].level);
    }
    if (!any) reply->regions.count = 0;
    return true;
}

static bool sum_item(Ctx *ctx, const StockItemsPageRow *item, const StockSumFind *request,
                     const StockRegionsRow *regions, size_t known, StockSum *out, Error *err)
{
    Row   *rows  = NULL;
    size_t count = 0;
    *out         = (StockSum){ .sku = item->sku, .region = request->region };
    if (!rows_of(ctx, item->item, item->sku, request->as_of, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++)
        if (!request->region.len || str_eq(request->region, region_of(regions, known, rows[i].location)))
            add(out, &rows[i].level);
    return true;
}

bool stock_sums(Ctx *ctx, const StockSumFind *request, StockSumList *reply, Error *err)
{
    StockItemsPageRow *items   = NULL;
    StockRegionsRow   *regions = NULL;
    Id                 after   = { { 0 } };
    size_t             count = 0, known = 0, limit = (size_t)page_limit(request->limit);
    if (request->cursor.len && !id_parse(request->cursor, &after))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    StockItemsPageIn in = { ctx->who.merchant, id_bytes(&after), (int64_t)limit + 1 };
    if (!q_stock_items_page_all(ctx->tx, ctx->arena, &in, &items, &count, err)
        || !regions_of(ctx, &regions, &known, err))
        return false;
    reply->items.items = arena_array(ctx->arena, StockSum, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++)
        if (!sum_item(ctx, &items[i], request, regions, known, &reply->items.items[reply->items.count++],
                      err))
            return false;
    if (count > limit) reply->next_cursor = id_text(ctx->arena, items[limit - 1].item);
    return true;
}

/* --- the movements that make a figure --- */

typedef struct {
    Str                 location, region, state; /* or empty: all */
    RegionLocationsRow *places;                  /* of the region */
    size_t              count;
} Asked;

static bool in_region(const Asked *asked, Str location)
{
    for (size_t i = 0; i < asked->count; i++)
        if (str_eq(asked->places[i].code, location)) return true;
    return false;
}

/* Whether a place is in the figure: without a state all that is there, promises not. */
static bool in_figure(const Asked *asked, Str location, Str state)
{
    AtpLevel none;
    if (!location.len || (asked->location.len && !str_eq(asked->location, location))) return false;
    if (asked->region.len && !in_region(asked, location)) return false;
    if (asked->state.len) return str_eq(asked->state, state);
    int64_t *at = figure(&none, state);
    return at && at != &none.held && at != &none.committed && at != &none.backordered
           && at != &none.on_order;
}

/* A cursor "document-id time.n" apart. */
static bool moves_start(Str cursor, StockMovesOfIn *in, Id *before, Error *err)
{
    size_t dot = ID_TEXT_LEN;
    memset(before->bytes, 0xFF, ID_BYTES);
    in->before_document = id_bytes(before);
    in->before_n        = INT64_MAX;
    if (!cursor.len) return true;
    while (dot < cursor.len && cursor.ptr[dot] != '.') dot++;
    if (dot < cursor.len && id_parse(str_slice(cursor, 0, ID_TEXT_LEN), before)
        && str_to_i64(str_slice(cursor, ID_TEXT_LEN, dot), &in->before_ms)
        && str_to_i64(str_slice(cursor, dot + 1, cursor.len), &in->before_n))
        return true;
    return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
}

/* The figure behind the newest move of the page. */
static bool balance_at(Ctx *ctx, const Asked *asked, const StockMovesOfIn *in, int64_t *out, Error *err)
{
    Row               *rows  = NULL;
    StockMovedFromRow *since = NULL;
    size_t             count = 0, n = 0;
    StockMovedFromIn   from = { in->merchant, in->item, in->before_ms, in->before_document, in->before_n };
    if (!rows_of(ctx, in->item, STR(""), OPT_NONE, &rows, &count, err)
        || !q_stock_moved_from_all(ctx->tx, ctx->arena, &from, &since, &n, err))
        return false;
    static const char *const states[] = {
        "floor",      "backroom", "picked",    "in_transit",  "damaged",
        "quarantine", "held",     "committed", "backordered", "on_order"
    };
    *out = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < COUNT(states); k++)
            if (in_figure(asked, rows[i].location, str_from(states[k])))
                *out += *figure(&rows[i].level, str_from(states[k]));
    for (size_t i = 0; i < n; i++)
        if (in_figure(asked, since[i].location, since[i].state)) *out -= since[i].change;
    return true;
}

static StockMoveRow shown_move(const Asked *asked, const StockMovesOfRow *r, int64_t *balance)
{
    int64_t change = (in_figure(asked, r->to_location, r->to_state) ? r->qty : 0)
                     - (in_figure(asked, r->from_location, r->from_state) ? r->qty : 0);
    StockMoveRow row = { .document      = r->document_id,
                         .n             = r->n,
                         .quantity      = r->qty,
                         .from_location = text_or_none(r->from_location),
                         .from_state    = r->from_state,
                         .to_location   = text_or_none(r->to_location),
                         .to_state      = r->to_state,
                         .lot           = text_or_none(r->lot),
                         .cause         = r->cause,
                         .at            = r->at_ms,
                         .change        = change,
                         .balance       = *balance };
    if (*balance != OPT_NONE) *balance -= change;
    return row;
}

bool stock_moves(Ctx *ctx, const StockMoveFind *request, StockMoveList *reply, Error *err)
{
    StockMovesOfRow *rows = NULL;
    Id               before;
    size_t           count = 0, limit = (size_t)page_limit(request->limit);
    int64_t          balance = OPT_NONE;
    Asked            asked   = { .location = text_or_empty(request->location),
                                 .region   = text_or_empty(request->region),
                                 .state    = text_or_empty(request->state) };
    RegionLocationsIn where  = { ctx->who.merchant, asked.region };
    StockMovesOfIn   in      = { .merchant    = ctx->who.merchant,
                                 .location    = asked.location,
                                 .region      = asked.region,
                                 .state       = asked.state,
                                 .from_ms     = opt_or(request->from, INT64_MIN),
                                 .before_ms   = opt_or(request->to, INT64_MAX),
                                 .by_document = !id_is_none(request->document),
                                 .document    = request->document,
                                 .cause       = text_or_empty(request->cause),
                                 .limit       = (int64_t)limit + 1 };
    if (asked.region.len
        && !q_region_locations_all(ctx->tx, ctx->arena, &where, &asked.places, &asked.count, err))
        return false;
    if (!moves_start(request->cursor, &in, &before, err)
        || !stock_item(ctx, request->sku, "sku", &in.item, err)
        || !q_stock_moves_of_all(ctx->tx, ctx->arena, &in, &rows, &count, err))
        return false;
    if (!in.by_document && !in.cause.len && !balance_at(ctx, &asked, &in, &balance, err)) return false;
    reply->items.items = arena_array(ctx->arena, StockMoveRow, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++)
        reply->items.items[reply->items.count++] = shown_move(&asked, &rows[i], &balance);
    if (count > limit) {
        const StockMovesOfRow *last = &rows[limit - 1];
        reply->next_cursor =
            str_format(ctx->arena, "%.*s%lld.%lld", STR_FMT(id_text(ctx->arena, last->document_id)),
                       (long long)last->at_ms, (long long)last->n);
    }
    return true;
}

/* --- value at cost --- */

/* In thousandths of minor units until the end, so that sums do not depend on where they are rounded. */
static int64_t *value_figure(StockValue *value, Str state)
{
    if (str_eq(state, STR("floor")) || str_eq(state, STR("backroom"))) return &value->sellable;
    if (str_eq(state, STR("picked"))) return &value->picked;
    if (str_eq(state, STR("in_transit"))) return &value->in_transit;
    if (str_eq(state, STR("damaged"))) return &value->damaged;
    if (str_eq(state, STR("quarantine"))) return &value->quarantine;
    return NULL;
}

static void add_value(StockValue *sum, const StockValue *value)
{
    sum->rows += value->rows;
    sum->unknown += value->unknown;
    sum->sellable += value->sellable;
    sum->picked += value->picked;
    sum->in_transit += value->in_transit;
    sum->damaged += value->damaged;
    sum->quarantine += value->quarantine;
    sum->total += value->total;
}

/* Whole minor units; the parts of a location are rounded, all sums are sums of these. */
static void round_value(StockValue *value)
{
    value->sellable /= QTY_ONE;
    value->picked /= QTY_ONE;
    value->in_transit /= QTY_ONE;
    value->damaged /= QTY_ONE;
    value->quarantine /= QTY_ONE;
    value->total = value->sellable + value->picked + value->in_transit + value->damaged + value->quarantine;
}

static bool value_back(Ctx *ctx, StockValues *reply, int64_t as_of, Error *err)
{
    StockValuesSinceRow *since = NULL;
    size_t               n     = 0;
    StockValuesSinceIn   in    = { ctx->who.merchant, as_of };
    if (as_of == OPT_NONE || as_of >= ctx->now_ms) return true;
    if (!q_stock_values_since_all(ctx->tx, ctx->arena, &in, &since, &n, err)) return false;
    for (size_t i = 0; i < reply->locations.count; i++)
        for (size_t k = 0; k < n; k++) {
            StockValue *value = &reply->locations.items[i];
            int64_t    *at    = value_figure(value, since[k].state);
            if (at && str_eq(since[k].location, value->location)) *at -= since[k].change;
        }
    return true;
}

static StockValue *value_of(StockValues *reply, Str region)
{
    for (size_t i = 0; i < reply->regions.count; i++)
        if (str_eq(region, text_or_empty(reply->regions.items[i].region))) return &reply->regions.items[i];
    reply->regions.items[reply->regions.count] = (StockValue){ .region = text_or_none(region) };
    return &reply->regions.items[reply->regions.count++];
}

bool stock_value(Ctx *ctx, const StockValueFind *request, StockValues *reply, Error *err)
{
    StockValuesRow *rows  = NULL;
    size_t          count = 0;
    StockValuesIn   in    = { ctx->who.merchant, text_or_empty(request->location),
                              text_or_empty(request->region) };
    if (!q_stock_values_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->locations.items = arena_array(ctx->arena, StockValue, count + 1);
    reply->regions.items   = arena_array(ctx->arena, StockValue, count + 1);
    reply->network         = arena_new(ctx->arena, StockValue);
    if (!reply->locations.items || !reply->regions.items || !reply->network) return err_memory(err);
    *reply->network        = (StockValue){ 0 };
    reply->locations.count = count;
    for (size_t i = 0; i < count; i++)
        reply->locations.items[i] = (StockValue){ .location   = rows[i].location,
                                                  .region     = text_or_none(rows[i].region),
                                                  .rows       = rows[i].rows,
                                                  .unknown    = rows[i].unknown,
                                                  .sellable   = rows[i].sellable,
                                                  .picked     = rows[i].picked,
                                                  .in_transit = rows[i].in_transit,
                                                  .damaged    = rows[i].damaged,
                                                  .quarantine = rows[i].quarantine };
    if (!value_back(ctx, reply, request->as_of, err)) return false;
    for (size_t i = 0; i < count; i++) {
        StockValue *value = &reply->locations.items[i];
        round_value(value);
        add_value(value_of(reply, text_or_empty(value->region)), value);
        add_value(reply->network, value);
    }
    return true;
}
