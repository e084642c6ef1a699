/* pricing_api.c — the routes of pricing. See api.def. */
#include "shop/pricing/pricing.h"

#include "all_sql.h"
#include "core/money.h"

#define API_DEF "shop/pricing/api.def"
#define CAPABILITY pricing
#include "shop/api_define.h"

bool price_lists_list(Ctx *ctx, const Page *request, PriceListList *reply, Error *err)
{
    PriceListPageRow *rows  = NULL;
    size_t            count = 0;
    int64_t           limit = page_limit(request->limit);
    PriceListPageIn   in    = { ctx->who.merchant, page_after(request->cursor), limit + 1 };
    if (!q_price_list_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, PriceList, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        reply->items.items[reply->items.count++] = (PriceList){ rows[i].code,
                                                                rows[i].name,
                                                                rows[i].currency,
                                                                text_or_none(rows[i].channel),
                                                                rows[i].priority,
                                                                period_from_shown(rows[i].from_ms),
                                                                period_until_shown(rows[i].until_ms),
                                                                rows[i].reduced };
    if ((int64_t)count > limit) reply->next_cursor = rows[limit - 1].code;
    return true;
}

bool price_lists_show(Ctx *ctx, const ByCode *request, PriceList *reply, Error *err)
{
    bool found = false;
    if (!pricing_find_list(ctx, request->code, reply, &found, err)) return false;
    return found || err_set(err, &ERR_NOT_FOUND, "code", "no such price list");
}

/* The currency of a channel. Errors: FIELD_INVALID when there is no such channel. */
static bool channel_currency(Ctx *ctx, Str code, Str *currency, Error *err)
{
    PriceChannelOfRow row   = { STR_NONE };
    bool              found = false;
    PriceChannelOfIn  in    = { ctx->who.merchant, code };
    if (!q_price_channel_of_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *currency = row.currency;
    return found || err_set(err, &ERR_FIELD_INVALID, "channel", "no such channel");
}

bool price_lists_change(Ctx *ctx, const PriceList *request, PriceList *reply, Error *err)
{
    Str  currency;
    bool found = false;
    if (request->channel.len && !channel_currency(ctx, request->channel, &currency, err)) return false;
    return pricing_put_list(ctx, request, err) && pricing_find_list(ctx, request->code, reply, &found, err);
}

static bool item_of(Ctx *ctx, Str sku, const ErrDef *unknown, Id *id, Error *err)
{
    PriceItemOfRow row   = { 0 };
    bool           found = false;
    PriceItemOfIn  in    = { ctx->who.merchant, sku };
    if (!q_price_item_of_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *id = row.id;
    return found || err_set(err, unknown, "sku", "no such item");
}

bool prices_set(Ctx *ctx, const PricesInput *request, PricesSet *reply, Error *err)
{
    PriceList list;
    bool      found = false;
    *reply          = (PricesSet){ request->code, (int64_t)request->prices.count };
    if (!pricing_find_list(ctx, request->code, &list, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "code", "no such price list");
    for (size_t i = 0; i < request->prices.count; i++) {
        const PriceInput *in    = &request->prices.items[i];
        size_t            mark  = ctx->arena->used;
        PriceSet          price = { .list     = request->code,
                                    .min_qty  = in->min_quantity,
                                    .from_ms  = in->from,
                                    .until_ms = in->until,
                                    .amount   = in->amount };
        if (!item_of(ctx, in->sku, &ERR_PRICE_ITEM_UNKNOWN, &price.item, err)
            || !pricing_put(ctx, &price, err))
            return err_in_list(err, "prices", i);
        ctx->arena->used = mark; /* nothing of it is needed: a batch would not fit otherwise */
    }
    return true;
}

/* A cursor is "min_quantity~from_ms~list". */
static bool cursor_parse(Str cursor, PricePageIn *in)
{
    size_t one = str_index(cursor, '~', 0), two = str_index(cursor, '~', one + 1);
    if (two >= cursor.len) return false;
    in->after_list = str_slice(cursor, two + 1, cursor.len);
    return str_to_i64(str_slice(cursor, 0, one), &in->after_qty)
        && str_to_i64(str_slice(cursor, one + 1, two), &in->after_from_ms);
}

bool prices_list(Ctx *ctx, const ItemPricesAsk *request, ItemPrices *reply, Error *err)
{
    PricePageRow *rows  = NULL;
    size_t        count = 0;
    int64_t       limit = page_limit(request->limit);
    PricePageIn   in    = { .merchant = ctx->who.merchant, .after_list = STR(""), .count = limit + 1 };
    if (!item_of(ctx, request->sku, &ERR_NOT_FOUND, &in.item, err)) return false;
    if (request->cursor.len && !cursor_parse(request->cursor, &in))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    if (!q_price_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, Price, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        reply->items.items[reply->items.count++] = (Price){ rows[i].list,
                                                            rows[i].currency,
                                                            text_or_none(rows[i].channel),
                                                            rows[i].amount,
                                                            rows[i].min_qty,
                                                            period_from_shown(rows[i].from_ms),
                                                            period_until_shown(rows[i].until_ms) };
    if ((int64_t)count <= limit) return true;
    const PricePageRow *last = &rows[limit - 1];
    reply->next_cursor       = str_format(ctx->arena, "%lld~%lld~%.*s", (long long)last->min_qty,
                                          (long long)last->from_ms, STR_FMT(last->list));
    return reply->next_cursor.ptr || err_memory(err);
}

bool prices_show(Ctx *ctx, const ItemPriceAsk *request, ItemPrice *reply, Error *err)
{
    PriceFound found;
    PriceAsk   ask = { .channel = request->channel, .qty_milli = request->quantity, .at_ms = request->at };
    if (ask.qty_milli == OPT_NONE) ask.qty_milli = QTY_ONE;
    if (ask.at_ms == OPT_NONE) ask.at_ms = ctx->now_ms;
    if (!channel_currency(ctx, request->channel, &ask.currency, err)) return false;
    if (request->currency.len) ask.currency = request->currency;
    if (!item_of(ctx, request->sku, &ERR_NOT_FOUND, &ask.item, err)) return false;
    if (!pricing_find(ctx, &ask, &found, err)) return false;
    *reply = (ItemPrice){ request->sku, found.amount, ask.currency, found.list, ask.at_ms, found.reduced };
    return true;
}
