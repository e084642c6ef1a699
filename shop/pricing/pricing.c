/* pricing.c — price lists and prices. See pricing.h. */
#include "shop/pricing/pricing.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"

#include <assert.h>

bool pricing_find(Ctx *ctx, const PriceAsk *ask, PriceFound *out, Error *err)
{
    PriceFindRow row;
    bool         found = false;
    PriceFindIn  in    = {
            ctx->who.merchant, ask->item, ask->channel, ask->currency, ask->qty_milli, ask->at_ms
    };
    if (!q_price_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_PRICE_MISSING, "sku", "no price is in force for this item");
    *out = (PriceFound){ row.amount, row.list, row.reduced };
    return true;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

bool pricing_load_steps(Ctx *ctx, const PriceAsk *ask, PriceSteps *out, Error *err)
{
    PriceStepsRow *rows = NULL;
    PriceStepsIn   in   = { ctx->who.merchant, ask->item, ask->channel,
                            ask->currency,     ask->at_ms, PRICE_STEPS_MAX + 1 };
    *out                = (PriceSteps){ .whole = true };
    if (!q_price_steps_all(ctx->tx, ctx->arena, &in, &rows, &out->count, err)) return false;
    if (out->count > PRICE_STEPS_MAX) {
        out->count = PRICE_STEPS_MAX;
        out->whole = false;
    }
    out->items = arena_array(ctx->arena, PriceLater, out->count);
    if (!out->items) return err_memory(err);
    for (size_t i = 0; i < out->count; i++) {
        const PriceStepsRow *row = &rows[i];
        out->items[i] = (PriceLater){ { row->amount, row->list, row->reduced },
                                      row->min_qty,
                                      later(row->from_ms, row->list_from_ms),
                                      -later(-row->until_ms, -row->list_until_ms) };
    }
    return true;
}

bool pricing_pick(const PriceSteps *steps, int64_t qty_milli, int64_t at_ms, PriceFound *out, Error *err)
{
    for (size_t i = 0; i < steps->count; i++) {
        const PriceLater *step = &steps->items[i];
        if (qty_milli < step->min_qty || at_ms < step->from_ms || at_ms >= step->until_ms) continue;
        *out = step->price;
        return true;
    }
    return err_set(err, &ERR_PRICE_MISSING, "sku", "no price is in force for this item");
}

static_assert(sizeof(PriceLater) == 56, "a new text of a price must be copied here");
bool pricing_copy_steps(Arena *arena, const PriceSteps *from, PriceSteps *to)
{
    *to       = *from;
    to->items = arena_array(arena, PriceLater, from->count);
    for (size_t i = 0; to->items && i < from->count; i++) {
        to->items[i]            = from->items[i];
        to->items[i].price.list = str_dup(arena, from->items[i].price.list);
        if (!to->items[i].price.list.ptr) return false;
    }
    return to->items != NULL;
}

bool pricing_find_list(Ctx *ctx, Str code, PriceList *out, bool *found, Error *err)
{
    PriceListFindRow row;
    PriceListFindIn  in = { ctx->who.merchant, code };
    if (!q_price_list_find_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    if (*found)
        *out = (PriceList){ row.code,
                            row.name,
                            row.currency,
                            text_or_none(row.channel),
                            row.priority,
                            period_from_shown(row.from_ms),
                            period_until_shown(row.until_ms),
                            row.reduced };
    return true;
}

bool pricing_put_list(Ctx *ctx, const PriceList *list, Error *err)
{
    PriceList      before;
    bool           found = false;
    PriceListPutIn in    = { ctx->who.merchant,
                             list->code,
                             list->name,
                             list->currency,
                             text_or_empty(list->channel),
                          opt_or(list->priority, 0),
                             period_from(list->from),
                             period_until(list->until),
                             list->reduced };
    if (!code_check(list->code, "code", err) || !currency_check(list->currency, "currency", err))
        return false;
    if (!period_check(list->from, list->until, "until", err)) return false;
    if (!pricing_find_list(ctx, list->code, &before, &found, err)) return false;
    if (found && !str_eq(before.currency, list->currency))
        return err_set(err, &ERR_FIELD_INVALID, "currency", "the currency of a price list is for ever");
    return q_price_list_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("price_list.put"), audit_subject(STR("price_list"), list->code), list->code,
                        err);
}

/* One audit row and one event about a price. */
static bool tell(Ctx *ctx, const PricePutIn *in, Error *err)
{
    char id[ID_TEXT_LEN];
    Buf  body = buf_make(ctx->arena, 160);
    id_format(in->item, id);
    buf_format(&body, "{\"item\":\"%.*s\",\"list\":", ID_TEXT_LEN, id);
    buf_json_string(&body, in->list);
    buf_add(&body, STR(",\"amount\":"));
    buf_i64(&body, in->amount);
    buf_add(&body, STR(",\"min_quantity_milli\":"));
    buf_i64(&body, in->min_qty);
    buf_byte(&body, '}');
    if (body.failed) return err_memory(err);
    return audit_append(ctx, STR("price.put"), in->item, buf_str(&body), err)
        && events_put(ctx, &EVENT_PRICE_CHANGED, in->item, buf_str(&body), err);
}

bool pricing_put(Ctx *ctx, const PriceSet *price, Error *err)
{
    PriceList  list;
    bool       found = false;
    PricePutIn in    = { ctx->who.merchant,
                         price->item,
                         price->list,
                      opt_or(price->min_qty, 0),
                         period_from(price->from_ms),
                         period_until(price->until_ms),
                         price->amount };
    if (!pricing_find_list(ctx, price->list, &list, &found, err)) return false;
    if (!found) return err_set(err, &ERR_PRICE_LIST_UNKNOWN, "list", "no such price list");
    if (in.amount < 0) return err_set(err, &ERR_FIELD_INVALID, "amount", "a price is never below zero");
    if (in.min_qty < 0) return err_set(err, &ERR_FIELD_INVALID, "min_quantity", "must not be below zero");
    if (!period_check(price->from_ms, price->until_ms, "until", err)) return false;
    return q_price_put_exec(ctx->tx, &in, NULL, err) && tell(ctx, &in, err);
}

bool pricing_copy_list(Ctx *ctx, Str from, const PriceList *to, int64_t change_ppm, int64_t step,
                       int64_t *count, Error *err)
{
    assert(change_ppm >= -1000000 && change_ppm <= 1000000 && step > 0);
    PriceList   source;
    bool        found = false;
    PriceCopyIn in    = { ctx->who.merchant, from, to->code, ctx->now_ms, 1000000 + change_ppm, step };
    if (!pricing_find_list(ctx, from, &source, &found, err)) return false;
    if (!found) return err_set(err, &ERR_PRICE_LIST_UNKNOWN, "price_list", "no such price list");
    if (!str_eq(source.currency, to->currency))
        return err_set(err, &ERR_FIELD_INVALID, "price_list", "the list has another currency");
    if (!pricing_put_list(ctx, to, err) || !q_price_copy_exec(ctx->tx, &in, count, err)) return false;
    Id  subject = audit_subject(STR("price_list"), to->code);
    Buf body    = buf_make(ctx->arena, 64);
    buf_add(&body, STR("{\"list\":"));
    buf_json_string(&body, to->code);
    buf_add(&body, STR(",\"like\":"));
    buf_json_string(&body, from);
    buf_add(&body, STR(",\"prices\":"));
    buf_i64(&body, *count);
    buf_byte(&body, '}');
    if (body.failed) return err_memory(err);
    return audit_append(ctx, STR("price_list.copy"), subject, buf_str(&body), err)
        && events_put(ctx, &EVENT_PRICE_CHANGED, subject, buf_str(&body), err);
}
