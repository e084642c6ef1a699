/* availability_holds.c — holds of carts and backorders: claims that end in time, or wait for goods. See
 * availability.h. */
#include "flows/availability.h"

#include "flows/fulfil.h"

#include "all_sql.h"
#include "base/rfc3339.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "shop/purchasing/purchasing.h"
#include "shop/settings/settings.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t DAY_MS = 86400000;

/* --- making one --- */

typedef struct {
    const HoldInput    *request;
    const Availability *of;
    ClaimOwner          owner;
    int64_t             n; /* claims so far */
} Making;

typedef struct {
    Id      item;
    Str     sku;
    int64_t qty;
    size_t  line;
    Str     location; /* a kit's parts are of one place; empty: anywhere */
} Wanted;

typedef struct {
    Wanted *items;
    size_t  count;
} WantedList;

static int by_item(const void *a, const void *b)
{
    const Wanted *one = a, *two = b;
    int           way = id_cmp(one->item, two->item);
    return way ? way : one->line < two->line ? -1 : one->line > two->line;
}

static bool short_of(Ctx *ctx, size_t line, Str sku, int64_t available, Error *err)
{
    char field[64];
    (void)snprintf(field, sizeof field, "lines[%zu].quantity", line);
    (void)err_set(err, &ERR_STOCK_SHORT, field, "%.*s: there is not so much of it", STR_FMT(sku));
    err->extra = str_format(ctx->arena, "\"available_milli\":%lld", (long long)available);
    return false;
}

static int64_t priority_of(const Availability *of, Str location)
{
    size_t                   count  = 0;
    const AvailabilityPlace *places = availability_places(of, &count);
    for (size_t i = 0; i < count; i++)
        if (str_eq(places[i].code, location)) return places[i].priority;
    return INT64_MAX;
}

/* Where so many kits can be put together: there, or, nowhere said, at the first location that can. */
static bool kit_place(Ctx *ctx, const Making *making, const SaleItem *kit, size_t line, Str *where,
                      Error *err)
{
    int64_t         qty = making->request->lines.items[line].quantity, most = 0;
    bool            counted = false;
    AvailabilityAsk ask     = {
            .item = kit->id, .categories = &kit->categories, .location = *where, .at = *where
    };
    AvailableNow now;
    Str          best = STR("");
    if (!availability_kit(ctx, making->of, &ask, kit, &now, &counted, err)) return false;
    for (size_t i = 0; i < now.count; i++) {
        const AvailablePlace *place = &now.places[i];
        if (place->why.available > most) most = place->why.available;
        if (place->why.available < qty) continue;
        if (!best.len || priority_of(making->of, place->location) < priority_of(making->of, best))
            best = place->location;
    }
    *where = best;
    if (now.count == 0) {
        (void)err_set(err, &ERR_NOT_OFFERED, "sku", "%.*s is not offered here", STR_FMT(kit->sku));
        return err_in_list(err, "lines", line);
    }
    return best.len > 0 || short_of(ctx, line, kit->sku, most, err);
}

/* The parts of a kit that is put together when it is sold. */
static bool want_kit(Ctx *ctx, const Making *making, const SaleItem *kit, size_t line, WantedList *out,
                     Error *err)
{
    int64_t qty   = making->request->lines.items[line].quantity;
    Str     where = text_or_empty(making->request->location);
    Wanted *more  = arena_array(ctx->arena, Wanted, out->count + kit->part_count + 1);
    if (!more) return err_memory(err);
    if (!kit_place(ctx, making, kit, line, &where, err)) return false;
    if (out->count) memcpy(more, out->items, out->count * sizeof *more);
    out->items = more;
    for (size_t i = 0; i < kit->part_count; i++) {
        const SalePart *part = &kit->parts[i];
        int64_t         need = 0;
        if (!part->stocked) continue;
        if (__builtin_mul_overflow(part->qty, qty, &need))
            return err_set(err, &ERR_AMOUNT_RANGE, "lines", "too much");
        more[out->count++] = (Wanted){ part->id, part->sku, need / QTY_ONE, line, where };
    }
    return true;
}

static bool want_line(Ctx *ctx, const Making *making, size_t line, WantedList *out, Error *err)
{
    AvailableItemRow     row   = { 0 };
    bool                 found = false;
    SaleItem             item;
    const HoldLineInput *asked = &making->request->lines.items[line];
    AvailableItemIn      in    = { ctx->who.merchant, asked->sku };
    if (!q_available_item_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (found && row.active && !row.stocked) {
        if (!catalog_sale_item(ctx, asked->sku, &item, err)) return false;
        if (item.part_count) return want_kit(ctx, making, &item, line, out, err);
    }
    if (!found || !row.active || !row.stocked) {
        (void)err_set(err, &ERR_NOT_OFFERED, "sku", "there is no such item with stock");
        return err_in_list(err, "lines", line);
    }
    Wanted *more = arena_array(ctx->arena, Wanted, out->count + 1);
    if (!more) return err_memory(err);
    if (out->count) memcpy(more, out->items, out->count * sizeof *more);
    out->items         = more;
    more[out->count++] = (Wanted){ row.id, asked->sku, asked->quantity, line,
                                   text_or_empty(making->request->location) };
    return true;
}

/* All lines by item, so that nobody waits in a circle. */
static bool wanted(Ctx *ctx, const Making *making, WantedList *out, Error *err)
{
    *out = (WantedList){ NULL, 0 };
    for (size_t i = 0; i < making->request->lines.count; i++)
        if (!want_line(ctx, making, i, out, err)) return false;
    qsort(out->items, out->count, sizeof *out->items, by_item);
    return true;
}

static bool claim_at(Ctx *ctx, Making *making, const Wanted *want, const AvailabilityAsk *place,
                     int64_t qty, Error *err)
{
    AvailabilityTerms terms;
    if (!availability_terms(ctx, making->of, place, &terms, err)) return false;
    if (!terms.offered) {
        (void)err_set(err, &ERR_NOT_OFFERED, "sku", "%.*s is not offered here", STR_FMT(want->sku));
        return err_in_list(err, "lines", want->line);
    }
    StockWant claim = { .item     = want->item,
                        .sku      = want->sku,
                        .location = place->location,
                        .qty      = qty,
                        .terms    = terms.terms,
                        .line     = want->line };
    return inventory_claim(ctx, &making->owner, ++making->n, &claim, err);
}

/* The next place to take from: one that has all that is still wanted before one that has some; then by
 * priority. */
static AvailablePlace *next_place(const Making *making, AvailableNow *now, int64_t rest)
{
    AvailablePlace *best = NULL;
    for (size_t i = 0; i < now->count; i++) {
        AvailablePlace *place = &now->places[i];
        if (place->why.available <= 0) continue;
        bool whole = place->why.available >= rest, best_whole = best && best->why.available >= rest;
        bool first = best
                  && priority_of(making->of, place->location) < priority_of(making->of, best->location);
        if (!best || (whole && !best_whole) || (whole == best_whole && first)) best = place;
    }
    return best;
}

/* Anywhere in the network. */
static bool claim_somewhere(Ctx *ctx, Making *making, const Wanted *want, Error *err)
{
    AvailableNow    now;
    AvailabilityAsk ask  = { .item = want->item, .location = STR(""), .at = STR("") };
    int64_t         rest = want->qty;
    if (!availability_now(ctx, making->of, &ask, &now, err)) return false;
    while (rest > 0) {
        AvailablePlace *place = next_place(making, &now, rest);
        if (!place) return short_of(ctx, want->line, want->sku, now.available, err);
        int64_t take         = place->why.available < rest ? place->why.available : rest;
        place->why.available = 0;
        ask.location         = place->location;
        Error why            = { 0 };
        if (!claim_at(ctx, making, want, &ask, take, &why)) {
            if (why.def == &ERR_STOCK_SHORT) continue; /* somebody was faster */
            *err = why;
            return false;
        }
        rest -= take;
    }
    return true;
}

static bool show(Ctx *ctx, Id id, Hold *out, Error *err)
{
    HoldRow row;
    Claim  *claims = NULL;
    size_t  count  = 0;
    if (!holds_get(ctx, id, &row, err) || !inventory_claims_of(ctx, id, &claims, &count, err)) return false;
    *out = (Hold){ .id       = id,
                   .channel  = row.channel,
                   .location = text_or_none(row.location),
                   .state    = row.state,
                   .order    = row.order,
                   .expires  = row.expires_ms };
    if (!str_eq(row.state, STR("open"))) return true;
    out->lines.items = arena_array(ctx->arena, HoldLine, count);
    if (!out->lines.items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        AvailableSkuRow sku   = { 0 };
        bool            found = false;
        AvailableSkuIn  in    = { ctx->who.merchant, claims[i].item };
        if (!q_available_sku_one(ctx->tx, ctx->arena, &in, &sku, &found, err)) return false;
        out->lines.items[out->lines.count++] = (HoldLine){
            sku.sku, claims[i].location, claims[i].qty - claims[i].taken - claims[i].released
        };
    }
    return true;
}

/* Until when a hold may stand that asks for so many seconds. */
static bool until(Ctx *ctx, int64_t seconds, int64_t *at_ms, Error *err)
{
    int64_t standard = 0, most = 0;
    if (!settings_get(ctx, &SETTING_HOLD_SECONDS, &standard, err)
        || !settings_get(ctx, &SETTING_HOLD_SECONDS_MOST, &most, err))
        return false;
    seconds = opt_or(seconds, standard < most ? standard : most);
    *at_ms  = ctx->now_ms + seconds * 1000;
    return seconds <= most
        || err_set(err, &ERR_FIELD_INVALID, "seconds", "at most %lld from now on", (long long)most);
}

bool holds_create(Ctx *ctx, const HoldInput *request, Hold *reply, Error *err)
{
    Making     making = { .request = request, .owner = { STR("cart"), ctx_new_id(ctx), 0 } };
    WantedList wants;
    if (!until(ctx, request->seconds, &making.owner.expires_ms, err)
        || !availability_open(ctx, request->channel, &making.of, err) || !wanted(ctx, &making, &wants, err))
        return false;
    for (size_t i = 0; i < wants.count; i++) {
        const Wanted   *want = &wants.items[i];
        AvailabilityAsk ask  = { .item = want->item, .location = want->location, .at = want->location };
        if (want->location.len ? !claim_at(ctx, &making, want, &ask, want->qty, err)
                               : !claim_somewhere(ctx, &making, want, err))
            return false;
    }
    HoldRow row = { .id         = making.owner.id,
                    .channel    = request->channel,
                    .location   = text_or_empty(request->location),
                    .made_ms    = ctx->now_ms,
                    .expires_ms = making.owner.expires_ms };
    return holds_put(ctx, &row, err) && audit_append(ctx, STR("hold.make"), row.id, request->channel, err)
        && show(ctx, row.id, reply, err);
}

bool holds_show(Ctx *ctx, const ById *request, Hold *reply, Error *err)
{
    return show(ctx, request->id, reply, err);
}

bool holds_prolong(Ctx *ctx, const HoldExtend *request, Hold *reply, Error *err)
{
    int64_t at = 0;
    return until(ctx, request->seconds, &at, err) && holds_extend(ctx, request->id, at, err)
        && inventory_claims_extend(ctx, request->id, at, err)
        && audit_append(ctx, STR("hold.extend"), request->id, STR(""), err)
        && show(ctx, request->id, reply, err);
}

bool holds_release(Ctx *ctx, const ById *request, Hold *reply, Error *err)
{
    return holds_end(ctx, request->id, STR("released"), (Id){ { 0 } }, err)
        && inventory_claims_drop(ctx, request->id, err)
        && audit_append(ctx, STR("hold.release"), request->id, STR(""), err)
        && show(ctx, request->id, reply, err);
}

bool availability_hold_use(Ctx *ctx, Id hold, Str channel, Id order, Error *err)
{
    HoldRow row;
    if (!holds_get(ctx, hold, &row, err)) return false;
    if (!str_eq(row.channel, channel))
        return err_set(err, &ERR_FIELD_INVALID, "hold", "is of another channel");
    return holds_end(ctx, hold, STR("used"), order, err) && inventory_claims_drop(ctx, hold, err);
}

/* --- backorders --- */

bool availability_backorder(Ctx *ctx, const ClaimOwner *owner, int64_t n, const StockWant *want,
                            int64_t promised_ms, Error *err)
{
    Promise promise = {
        owner->id, n, want->item, want->location, text_or_empty(want->terms.channel), want->qty, promised_ms
    };
    return inventory_claim_later(ctx, owner, n, want, err) && promises_put(ctx, &promise, err);
}

static bool tell_ready(Ctx *ctx, const WaitingClaim *claim, Id item, Str location, Error *err)
{
    Str body = str_format(
        ctx->arena,
        "{\"owner\":\"%.*s\",\"id\":\"%.*s\",\"n\":%lld,\"item\":\"%.*s\",\"location\":\"%.*s\","
        "\"quantity\":%lld}",
        STR_FMT(claim->kind), STR_FMT(id_text(ctx->arena, claim->owner)), (long long)claim->n,
        STR_FMT(id_text(ctx->arena, item)), STR_FMT(location), (long long)claim->open);
    if (!body.ptr) return err_memory(err);
    return promises_end(ctx, claim->owner, claim->n, err)
        && audit_append(ctx, STR("backorder.ready"), claim->owner, location, err)
        && events_put(ctx, &EVENT_BACKORDER_READY, claim->owner, body, err);
}

static bool tell_later(Ctx *ctx, const Promise *promise, int64_t at_ms, Error *err)
{
    char was[RFC3339_LEN], now[RFC3339_LEN];
    Buf  body = buf_make(ctx->arena, 256);
    if (!rfc3339_format(promise->promised_ms, was) || !rfc3339_format(at_ms, now))
        return err_set(err, &ERR_INTERNAL, "", "a promised date is out of range");
    buf_format(&body, "{\"id\":\"%.*s\",\"n\":%lld,\"item\":\"%.*s\",\"promised\":\"",
               STR_FMT(id_text(ctx->arena, promise->owner)), (long long)promise->n,
               STR_FMT(id_text(ctx->arena, promise->item)));
    buf_add(&body, (Str){ was, RFC3339_LEN });
    buf_add(&body, STR("\",\"now\":\""));
    buf_add(&body, (Str){ now, RFC3339_LEN });
    buf_add(&body, STR("\"}"));
    if (body.failed) return err_memory(err);
    FulfilmentComesLaterIn later = { ctx->who.merchant, promise->owner, at_ms };
    return promises_move(ctx, promise->owner, promise->n, at_ms, err)
        && q_fulfilment_comes_later_exec(ctx->tx, &later, NULL, err)
        && audit_append(ctx, STR("promise.move"), promise->owner, promise->location, err)
        && events_put(ctx, &EVENT_PROMISE_CHANGED, promise->owner, buf_str(&body), err);
}

/* When one who waits can have the goods as things are: first come first served, out of what is there and
 * what is expected by a date; 0: nobody knows. */
static int64_t there_at(const Ctx *ctx, const AtpLevel *level, const Expected *comes, size_t count,
                        int64_t need)
{
    int64_t free = level->floor + level->backroom - level->held - level->committed;
    for (size_t i = 0; i < count && comes[i].at_ms > 0; i++) {
        free += comes[i].qty;
        if (free >= need) return comes[i].at_ms > ctx->now_ms ? comes[i].at_ms : ctx->now_ms;
    }
    return 0;
}

/* Tells of what comes later than promised: by what is expected, or, where that is not known and the date
 * has passed, by the policy's days from now on. */
static bool look_at_promises(Ctx *ctx, Id item, Str location, Error *err)
{
    Promise  *promises = NULL;
    Expected *comes    = NULL;
    size_t    count = 0, expected = 0;
    int64_t   need = 0;
    AtpLevel  level;
    if (!promises_of(ctx, item, location, &promises, &count, err)
        || !purchasing_expected(ctx, item, location, &comes, &expected, err)
        || !inventory_level(ctx, item, location, &level, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        need += promises[i].qty;
        int64_t at = there_at(ctx, &level, comes, expected, need);
        if (promises[i].promised_ms > 0 && at > promises[i].promised_ms && at > ctx->now_ms
            && !tell_later(ctx, &promises[i], at, err))
            return false;
        if (at) continue;
        AvailabilityTerms   terms = { .offered = true };
        AvailabilityAsk     ask   = { .item = item, .location = location, .at = STR("") };
        const Availability *of    = NULL;
        if (promises[i].promised_ms == 0 || promises[i].promised_ms > ctx->now_ms) continue;
        if (promises[i].channel.len
            && (!availability_open(ctx, promises[i].channel, &of, err)
                || !availability_terms(ctx, of, &ask, &terms, err)))
            return false;
        int64_t days = terms.policy.lead_days > 0 ? terms.policy.lead_days : 1;
        if (!tell_later(ctx, &promises[i], ctx->now_ms + days * DAY_MS, err)) return false;
    }
    return true;
}

bool availability_allocate(Ctx *ctx, Id item, Str location, Error *err)
{
    enum { AT_ONCE = 100 };
    WaitingClaim *waiting = NULL;
    size_t        count   = 0;
    if (!inventory_waiting(ctx, item, location, AT_ONCE, &waiting, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        AvailabilityTerms   keep = { .offered = true };
        AvailabilityAsk     ask  = { .item = item, .location = location, .at = STR("") };
        const Availability *of   = NULL;
        bool                done = false;
        if (waiting[i].channel.len
            && (!availability_open(ctx, waiting[i].channel, &of, err)
                || !availability_terms(ctx, of, &ask, &keep, err)))
            return false;
        if (!inventory_claim_serve(ctx, waiting[i].owner, waiting[i].n, &keep.terms, &done, err))
            return false;
        if (!done) return look_at_promises(ctx, item, location, err);
        if (!tell_ready(ctx, &waiting[i], item, location, err)) return false;
        if (str_eq(waiting[i].kind, STR("fulfilment")) && !fulfil_goods_came(ctx, waiting[i].owner, err))
            return false;
    }
    return true;
}
