/* goods.c — goods of any kind leave with a sale. See goods.h; how they come back is in goods_return.c. */
#include "flows/goods.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { PART_STEP = 1000 }; /* between the numbers of a line's parts; more than lines */

static bool is_virtual(const SaleItem *item)
{
    return str_eq(item->kit, STR("virtual"));
}

static bool is_tracked(Str tracking)
{
    return tracking.len && !str_eq(tracking, STR("none"));
}

static bool has_serials(Str tracking)
{
    return str_eq(tracking, STR("serial")) || str_eq(tracking, STR("lot_serial"));
}

/* --- what is wanted --- */

static int by_item(const void *a, const void *b)
{
    const GoodsWant *one = a, *two = b;
    int              way = id_cmp(one->want.item, two->want.item);
    return way ? way : one->n < two->n ? -1 : one->n > two->n;
}

static size_t most_wants(const GoodsSale *sale)
{
    size_t most = 1;
    for (size_t i = 0; i < sale->count; i++)
        most += is_virtual(sale->lines[i].item) ? sale->lines[i].item->part_count : 1;
    return most;
}

/* Those of the line's serial numbers that are a part's. */
static bool serials_of_part(Ctx *ctx, const GoodsLine *line, Id part, TextList *out, size_t *used,
                            Error *err)
{
    *out = (TextList){ arena_array(ctx->arena, Str, line->serials.count), 0 };
    if (!out->items) return err_memory(err);
    for (size_t i = 0; i < line->serials.count; i++) {
        bool known = false;
        if (!inventory_knows_serial(ctx, part, line->serials.items[i], &known, err)) return false;
        if (!known) continue;
        out->items[out->count++] = line->serials.items[i];
        ++*used;
    }
    return true;
}

static bool add_parts(Ctx *ctx, GoodsSale *sale, const GoodsLine *line, Error *err)
{
    size_t used = 0;
    for (size_t i = 0; i < line->item->part_count; i++) {
        const SalePart *part = &line->item->parts[i];
        GoodsWant      *want = &sale->wants[sale->want_count];
        int64_t         qty  = 0;
        if (!part->stocked) continue;
        if (__builtin_mul_overflow(part->qty, line->qty / QTY_ONE, &qty) || qty > INT64_MAX / PART_STEP)
            return err_set(err, &ERR_QUANTITY_RANGE, "quantity", "too much of %.*s", STR_FMT(part->sku));
        *want = (GoodsWant){ .want    = { .item     = part->id,
                                          .sku      = part->sku,
                                          .location = sale->location,
                                          .qty      = qty,
                                          .terms    = sale->terms,
                                          .line     = line->line },
                             .n       = (int64_t)line->line + 1 + (int64_t)i * PART_STEP,
                             .tracked = is_tracked(part->tracking) };
        if (has_serials(part->tracking) && line->serials.count
            && !serials_of_part(ctx, line, part->id, &want->marks.serials, &used, err))
            return false;
        sale->want_count++;
    }
    if (used >= line->serials.count) return true;
    char field[48];
    (void)snprintf(field, sizeof field, "lines[%zu].serials", line->line);
    return err_set(err, &ERR_SERIAL_ELSEWHERE, field, "not all of them are numbers of parts of %.*s",
                   STR_FMT(line->item->sku));
}

/* Whether the line is offered here, and on which terms each want may have its stock. */
static bool fill_terms(Ctx *ctx, GoodsSale *sale, Error *err)
{
    AvailabilityTerms terms;
    AvailabilityAsk   ask = { .location = sale->location, .at = text_or_empty(sale->at) };
    for (size_t i = 0; i < sale->count; i++) {
        char            field[48];
        const SaleItem *item = sale->lines[i].item;
        ask.item             = item->id;
        ask.categories       = &item->categories;
        if (!availability_terms(ctx, sale->availability, &ask, &terms, err)) return false;
        (void)snprintf(field, sizeof field, "lines[%zu].sku", sale->lines[i].line);
        if (!terms.offered)
            return err_set(err, &ERR_NOT_OFFERED, field, "%.*s is not offered at %.*s", STR_FMT(item->sku),
                           STR_FMT(sale->location));
    }
    for (size_t i = 0; i < sale->want_count; i++) {
        ask.item       = sale->wants[i].want.item;
        ask.categories = NULL;
        if (!availability_terms(ctx, sale->availability, &ask, &terms, err)) return false;
        sale->wants[i].want.terms = terms.terms;
    }
    return true;
}

bool goods_wants(Ctx *ctx, GoodsSale *sale, Error *err)
{
    sale->wants      = arena_array(ctx->arena, GoodsWant, most_wants(sale));
    sale->want_count = 0;
    if (!sale->wants) return err_memory(err);
    for (size_t i = 0; i < sale->count; i++) {
        const GoodsLine *line = &sale->lines[i];
        if (is_virtual(line->item)) {
            if (!add_parts(ctx, sale, line, err)) return false;
        } else if (line->item->stocked) {
            sale->wants[sale->want_count++] = (GoodsWant){
                .want    = { .item     = line->item->id,
                             .sku      = line->item->sku,
                             .location = sale->location,
                             .qty      = line->qty,
                             .terms    = sale->terms,
                             .line     = line->line },
                .marks   = { .lot            = line->lot,
                             .serials        = line->serials,
                             .expired_reason = line->expired_reason },
                .n       = (int64_t)line->line + 1,
                .tracked = is_tracked(line->item->tracking)
            };
        }
    }
    qsort(sale->wants, sale->want_count, sizeof *sale->wants, by_item);
    for (size_t i = 0; i < sale->want_count; i++) sale->wants[i].want.marks = &sale->wants[i].marks;
    return !sale->availability || fill_terms(ctx, sale, err);
}

/* --- leaving --- */

bool goods_sell(Ctx *ctx, GoodsSale *sale, Error *err)
{
    StockDoc doc = { sale->order, STR("sale"), 0 };
    if (!goods_wants(ctx, sale, err)) return false;
    for (size_t i = 0; i < sale->want_count; i++)
        if (!inventory_sell(ctx, &doc, &sale->wants[i].want, err)) return false;
    return true;
}

bool goods_hold(Ctx *ctx, GoodsSale *sale, Error *err)
{
    ClaimOwner owner = { STR("order"), sale->order, 0 };
    StockDoc   doc   = { sale->order, STR("pick"), 0 };
    if (!goods_wants(ctx, sale, err)) return false;
    for (size_t i = 0; i < sale->want_count; i++) {
        const GoodsWant *want = &sale->wants[i];
        if (want->tracked ? !inventory_pick(ctx, &doc, &want->want, err)
                          : !inventory_claim(ctx, &owner, want->n, &want->want, err))
            return false;
    }
    return true;
}

/* Keeps what was taken, what is of one lot together. */
static bool keep_taken(Ctx *ctx, Id order, int64_t line, const StockWant *want, const StockMarks *marks,
                       Id holder, bool gone, Error *err)
{
    for (size_t i = 0; i < marks->taken_count; i++) {
        const StockPiece *piece = &marks->taken[i];
        SoldGoods         goods = { .line   = line,
                                    .item   = want->item,
                                    .sku    = want->sku,
                                    .lot    = piece->lot,
                                    .serial = piece->serial,
                                    .qty    = 0,
                                    .holder = holder,
                                    .gone   = gone };
        bool              again = !piece->lot.len && !piece->serial.len;
        for (size_t k = 0; k < marks->taken_count; k++) {
            const StockPiece *other = &marks->taken[k];
            bool same = str_eq(other->lot, piece->lot) && str_eq(other->serial, piece->serial);
            again     = again || (same && k < i);
            if (same) goods.qty += other->qty;
        }
        if (!again && !orders_put_goods(ctx, order, &goods, err)) return false;
    }
    return true;
}

static bool keep_kit(Ctx *ctx, Id order, const GoodsLine *line, Error *err)
{
    size_t       count = line->item->part_count;
    SoldKitPart *parts = arena_array(ctx->arena, SoldKitPart, count + 1);
    if (!parts) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const SalePart *p = &line->item->parts[i];
        parts[i]          = (SoldKitPart){ .item       = p->id,
                                           .sku        = p->sku,
                                           .name       = p->name,
                                           .qty        = p->qty,
                                           .value_ppm  = p->value_ppm,
                                           .returnable = p->returnable,
                                           .moved      = is_virtual(line->item) && p->stocked };
    }
    return orders_put_kit_parts(ctx, order, (int64_t)line->line + 1, parts, count, err);
}

bool goods_keep(Ctx *ctx, const GoodsSale *sale, bool gone, Order *order, Error *err)
{
    bool any = false;
    for (size_t i = 0; i < sale->count; i++) {
        any = any || sale->lines[i].item->part_count;
        if (sale->lines[i].item->part_count && !keep_kit(ctx, sale->order, &sale->lines[i], err))
            return false;
    }
    for (size_t i = 0; i < sale->want_count; i++) {
        const GoodsWant *want = &sale->wants[i];
        any                   = any || want->marks.taken_count;
        if (!keep_taken(ctx, sale->order, (int64_t)want->want.line + 1, &want->want, &want->marks,
                        sale->order, gone, err))
            return false;
    }
    return !any || orders_fill_goods(ctx, order, err);
}

/* --- what is held --- */

/* Ends what a holder has picked; by item, as it comes. */
static bool end_held(Ctx *ctx, StockDoc *doc, Id holder, Str location, Str to_location, Str to_state,
                     bool gone, bool is_fact, Error *err)
{
    SoldGoods *held  = NULL;
    size_t     count = 0;
    if (!orders_goods_held(ctx, holder, &held, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        StockMarks marks = { .lot     = text_or_none(held[i].lot),
                             .serials = { &held[i].serial, held[i].serial.len ? 1 : 0 } };
        StockMove  move  = { .item          = held[i].item,
                             .sku           = held[i].sku,
                             .from_location = location,
                             .from_state    = STR("picked"),
                             .to_location   = to_location,
                             .to_state      = to_state,
                             .qty           = held[i].qty,
                             .is_fact       = is_fact,
                             .marks         = &marks };
        if (!inventory_move(ctx, doc, &move, err) || !orders_goods_end(ctx, &held[i], gone, err))
            return false;
    }
    return true;
}

bool goods_hand_over(Ctx *ctx, StockDoc *doc, Id holder, Str location, Error *err)
{
    return end_held(ctx, doc, holder, location, STR(""), STR("customer"), true, false, err);
}

bool goods_put_back(Ctx *ctx, StockDoc *doc, Id holder, Str location, Str to_state, Error *err)
{
    return end_held(ctx, doc, holder, location, location, to_state, false, true, err);
}

bool goods_paid(Ctx *ctx, const Order *order, Error *err)
{
    StockDoc doc = { order->id, STR("sale"), 0 };
    return inventory_claims_use(ctx, order->id,
                                err) /* the customer has the rest in hand, whatever its age is by now */
        && end_held(ctx, &doc, order->id, order->location, STR(""), STR("customer"), true, true, err);
}

bool goods_given_up(Ctx *ctx, const Order *order, Error *err)
{
    StockDoc doc = { order->id, STR("put_back"), 0 };
    return inventory_claims_drop(ctx, order->id, err)
        && goods_put_back(ctx, &doc, order->id, order->location, STR("floor"), err);
}

bool goods_pick(Ctx *ctx, StockDoc *doc, Id order, int64_t line, const StockWant *of,
                const ClaimTake *take, Error *err)
{
    StockMarks marks = take->marks ? *take->marks : (StockMarks){ .lot = STR_NONE };
    ClaimTake  with  = *take;
    with.marks       = &marks;
    if (!inventory_claim_take(ctx, doc, &with, err)) return false;
    if (take->marks) *take->marks = marks;
    return keep_taken(ctx, order, line, of, &marks, take->owner, false, err);
}
