/* availability.c — what a channel may promise of items, and why; shares of channels. See availability.h. */
#include "flows/availability.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "shop/purchasing/purchasing.h"

#include <assert.h>

static const int64_t DAY_MS = 86400000;

/* The shares at one location out of those of the item, which lie by location. */
static const StockShare *shares_at(const StockShare *shares, size_t count, Str location, size_t *n)
{
    size_t first = 0;
    while (first < count && !str_eq(shares[first].location, location)) first++;
    *n = 0;
    while (first + *n < count && str_eq(shares[first + *n].location, location)) ++*n;
    return shares + first;
}

typedef struct {
    StockAt    *levels;
    size_t      level_count;
    StockShare *shares;
    size_t      share_count;
} ItemStock;

static bool load_stock(Ctx *ctx, const Availability *of, Id item, ItemStock *out, Error *err)
{
    bool kept = availability_has_hard(of);
    if (!inventory_levels(ctx, item, &out->levels, &out->level_count, err)) return false;
    for (size_t i = 0; i < out->level_count; i++) kept = kept || out->levels[i].level.kept != 0;
    return !kept || inventory_shares_of(ctx, item, STR(""), &out->shares, &out->share_count, err);
}

bool availability_now(Ctx *ctx, const Availability *of, const AvailabilityAsk *ask, AvailableNow *out,
                      Error *err)
{
    size_t                   count = 0, k = 0, n = 0;
    const AvailabilityPlace *places = availability_places(of, &count);
    AvailabilityTerms       *terms  = NULL;
    ItemStock                stock  = { .levels = NULL };
    *out                            = (AvailableNow){ .offered = false };
    out->places                     = arena_array(ctx->arena, AvailablePlace, count);
    if (!out->places) return err_memory(err);
    if (!availability_terms_of(ctx, of, ask, &terms, err) || !load_stock(ctx, of, ask->item, &stock, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if ((ask->location.len && !str_eq(ask->location, places[i].code)) || !terms[i].offered) continue;
        AvailablePlace *place = &out->places[out->count++];
        *place                = (AvailablePlace){
                           places[i].code, places[i].since_ms, { .safety = -1 }, { 0 }, terms[i].policy
        };
        while (k < stock.level_count && str_cmp(stock.levels[k].location, places[i].code) < 0) k++;
        if (k < stock.level_count && str_eq(stock.levels[k].location, places[i].code))
            place->level = stock.levels[k].level;
        const StockShare *shares = shares_at(stock.shares, stock.share_count, places[i].code, &n);
        AtpShare share = inventory_share(shares, n, terms[i].terms.channel, ctx->now_ms, &place->level);
        atp_explain(&place->level, &terms[i].terms, &share, &place->why);
        if (place->why.available < 0) place->why.available = 0;
        out->available += place->why.available;
        out->offered = true;
    }
    return true;
}

bool availability_later(Ctx *ctx, Id item, const AvailablePlace *place, int64_t qty, bool *may,
                        int64_t *at_ms, Error *err)
{
    const SellPolicy *policy = &place->policy;
    Expected         *comes  = NULL;
    size_t            count = 0, dated = 0;
    int64_t           more = place->level.backordered - place->why.waiting;
    *at_ms                 = 0;
    *may                   = policy->mode != SELL_NONE
        && (policy->most == 0 || place->level.backordered + qty <= policy->most);
    if (!*may) return true;
    if (place->level.on_order > 0 && !purchasing_expected(ctx, item, place->location, &comes, &count, err))
        return false;
    AtpReceipt *receipts = arena_array(ctx->arena, AtpReceipt, count);
    if (!receipts) return err_memory(err);
    for (; dated < count && comes[dated].at_ms > 0; dated++)
        receipts[dated] = (AtpReceipt){ comes[dated].at_ms, comes[dated].qty };
    if (!atp_when(place->why.available, more, receipts, dated, qty + place->why.available, ctx->now_ms,
                  at_ms))
        *at_ms = policy->lead_days ? ctx->now_ms + policy->lead_days * DAY_MS : 0;
    if (*at_ms < policy->release_ms) *at_ms = policy->release_ms;
    return true;
}

/* --- replies --- */

static AvailableAt shown_at(const AvailablePlace *p)
{
    return (AvailableAt){ .location      = p->location,
                          .available     = p->why.available,
                          .sellable      = p->why.sellable,
                          .claimed       = p->why.claimed,
                          .waiting       = p->why.waiting,
                          .safety        = p->why.safety,
                          .buffer        = p->why.buffer,
                          .kept          = p->why.kept > 0 ? p->why.kept : 0,
                          .share         = p->why.limit >= 0 ? p->why.limit : OPT_NONE,
                          .offline_since = p->since_ms ? p->since_ms : OPT_NONE };
}

/* How more may be sold before it is there: at the place where it is there first. */
static bool show_later(Ctx *ctx, Id item, const AvailableNow *now, Available *out, Error *err)
{
    int64_t most    = 0;
    bool    free    = false;
    out->later_most = out->later_at = OPT_NONE;
    for (size_t i = 0; i < now->count; i++) {
        const AvailablePlace *place = &now->places[i];
        bool                  may   = false;
        int64_t               at    = 0;
        if (!availability_later(ctx, item, place, QTY_ONE, &may, &at, err)) return false;
        if (!may) continue;
        if (!out->later.ptr)
            out->later = place->policy.mode == SELL_PREORDER ? STR("preorder") : STR("backorder");
        if (at && (out->later_at == OPT_NONE || at < out->later_at)) out->later_at = at;
        free = free || place->policy.most == 0;
        most += place->policy.most - place->level.backordered;
    }
    if (out->later.ptr && !free) out->later_most = most;
    return true;
}

/* A kit of parts, or what is not counted at all. */
static bool without_stock(Ctx *ctx, const Availability *of, const AvailabilityAsk *ask, AvailableNow *out,
                          bool *counted, Error *err)
{
    SaleItem item;
    return catalog_item_now(ctx, ask->item, &item, err)
        && availability_kit(ctx, of, ask, &item, out, counted, err);
}

static bool show(Ctx *ctx, const Availability *of, Str sku, Str location, Str at, bool by_location,
                 Available *out, Error *err)
{
    AvailableItemRow item  = { 0 };
    bool             found = false;
    AvailableNow     now;
    *out = (Available){ .sku = sku, .later_most = OPT_NONE, .later_at = OPT_NONE };
    if (!q_available_item_one(ctx->tx, ctx->arena, &(AvailableItemIn){ ctx->who.merchant, sku }, &item,
                              &found, err))
        return false;
    out->found = found && item.active;
    if (!out->found) return true;
    AvailabilityAsk ask = { .item = item.id, .location = location, .at = at };
    out->counted        = item.stocked;
    if (item.stocked ? !availability_now(ctx, of, &ask, &now, err)
                     : !without_stock(ctx, of, &ask, &now, &out->counted, err))
        return false;
    out->offered   = now.offered;
    out->available = now.available;
    if (!out->counted) return true;
    if (!show_later(ctx, item.id, &now, out, err)) return false;
    if (!by_location) return true;
    out->locations.items = arena_array(ctx->arena, AvailableAt, now.count);
    if (!out->locations.items) return err_memory(err);
    for (size_t i = 0; i < now.count; i++)
        if (location.len || now.places[i].why.sellable || now.places[i].why.available)
            out->locations.items[out->locations.count++] = shown_at(&now.places[i]);
    return true;
}

bool availability_show(Ctx *ctx, const AvailableOf *request, Available *reply, Error *err)
{
    const Availability *of       = NULL;
    Str                 location = text_or_empty(request->location);
    if (!availability_open(ctx, request->channel, &of, err)) return false;
    if (location.len && !availability_serves(of, location))
        return err_set(err, &ERR_NOT_OFFERED, "location", "does not serve this channel");
    if (!show(ctx, of, request->sku, location, text_or_empty(request->at), true, reply, err)) return false;
    return reply->found || err_set(err, &ERR_NOT_FOUND, "sku", "there is no such item");
}

bool availability_ask(Ctx *ctx, const AvailableAsk *request, AvailableList *reply, Error *err)
{
    const Availability *of       = NULL;
    Str                 location = text_or_empty(request->location);
    if (!availability_open(ctx, request->channel, &of, err)) return false;
    if (location.len && !availability_serves(of, location))
        return err_set(err, &ERR_NOT_OFFERED, "location", "does not serve this channel");
    reply->items.items = arena_array(ctx->arena, Available, request->skus.count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < request->skus.count; i++) {
        Available *one = &reply->items.items[reply->items.count++];
        if (!show(ctx, of, request->skus.items[i], location, STR(""), request->by_location, one, err))
            return false;
    }
    return true;
}

/* --- shares --- */

static bool item_of(Ctx *ctx, Str sku, Id *item, Error *err)
{
    AvailableItemRow row   = { 0 };
    bool             found = false;
    if (!q_available_item_one(ctx->tx, ctx->arena, &(AvailableItemIn){ ctx->who.merchant, sku }, &row,
                              &found, err))
        return false;
    *item = row.id;
    return (found && row.stocked)
        || err_set(err, &ERR_NOT_FOUND, "sku", "there is no such item with stock");
}

bool shares_list(Ctx *ctx, const ShareOf *request, ShareList *reply, Error *err)
{
    Id          item;
    StockShare *shares = NULL;
    size_t      count  = 0;
    if (!item_of(ctx, request->sku, &item, err)
        || !inventory_shares_of(ctx, item, STR(""), &shares, &count, err))
        return false;
    reply->items.items = arena_array(ctx->arena, Share, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const StockShare *s   = &shares[i];
        reply->items.items[i] = (Share){ request->sku,
                                         s->location,
                                         s->channel,
                                         s->kind,
                                         s->granted - s->used,
                                         s->priority,
                                         s->until_ms ? s->until_ms : OPT_NONE };
    }
    reply->items.count = count;
    return true;
}

bool shares_set(Ctx *ctx, const Share *request, Share *reply, Error *err)
{
    Id                  item;
    const Availability *of = NULL;
    if (!item_of(ctx, request->sku, &item, err) || !availability_open(ctx, request->channel, &of, err))
        return false;
    if (!availability_serves(of, request->location))
        return err_set(err, &ERR_NOT_OFFERED, "location", "does not serve this channel");
    if (request->until != OPT_NONE && request->until <= ctx->now_ms)
        return err_set(err, &ERR_FIELD_INVALID, "until", "has passed already");
    StockShare share  = { item,
                          request->location,
                          request->channel,
                          request->kind,
                          opt_or(request->priority, 0),
                          request->quantity,
                          0,
                          opt_or(request->until, 0) };
    Str        detail = str_format(ctx->arena, "%.*s %.*s %.*s %lld", STR_FMT(request->location),
                                   STR_FMT(request->channel), STR_FMT(request->kind),
                                   (long long)request->quantity);
    if (!detail.ptr) return err_memory(err);
    *reply = *request;
    return inventory_share_put(ctx, &share, err) && audit_append(ctx, STR("share.put"), item, detail, err);
}

bool shares_drop(Ctx *ctx, const ShareRef *request, ShareRef *reply, Error *err)
{
    Id   item;
    bool found = false;
    Str detail = str_format(ctx->arena, "%.*s %.*s", STR_FMT(request->location), STR_FMT(request->channel));
    if (!detail.ptr) return err_memory(err);
    if (!item_of(ctx, request->sku, &item, err)
        || !inventory_share_drop(ctx, item, request->location, request->channel, &found, err))
        return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "channel", "it has no share of this item here");
    *reply = *request;
    return audit_append(ctx, STR("share.remove"), item, detail, err);
}

bool feeds_set(Ctx *ctx, const Feed *request, Feed *reply, Error *err)
{
    const Availability *of = NULL;
    *reply                 = *request;
    if (!availability_open(ctx, request->code, &of, err)) return false;
    return inventory_feed_put(ctx, request->code, request->on, request->by_location, err)
        && audit_append(ctx, STR("channel.feed"), audit_subject(STR("channel"), request->code),
                        request->on ? STR("on") : STR("off"), err);
}
