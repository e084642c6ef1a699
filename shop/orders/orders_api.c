/* orders_api.c — the tables of orders, and the list of orders. See api.def. The routes that need other
 * capabilities too are recipes: quotes_create, orders_create, orders_show … are in flows/. */
#include "shop/orders/orders.h"

#include "all_sql.h"

#include <assert.h>

#define API_DEF "shop/orders/api.def"
#define CAPABILITY orders
#include "shop/api_define.h"

/* The four ways to look have rows of one form. */
static_assert(sizeof(OrderPageRow) == sizeof(OrderPageOfRefRow), "one form");
static_assert(sizeof(OrderPageRow) == sizeof(OrderPageOfCustomerRow), "one form");
static_assert(sizeof(OrderPageRow) == sizeof(OrderPageOfNumberRow), "one form");

static bool find_page(Ctx *ctx, const OrderFind *f, Str before, int64_t limit, OrderPageRow **rows,
                      size_t *count, Error *err)
{
    int64_t merchant = ctx->who.merchant;
    Str     state    = f->state.ptr ? f->state : STR("");
    void   *all      = NULL;
    bool    ok       = false;
    if (f->number != OPT_NONE) {
        OrderPageOfNumberIn in = { merchant, f->location, f->number, before, limit };
        ok = db_all(ctx->tx, ctx->arena, &q_order_page_of_number, &in, &all, count, err);
    } else if (f->ref.ptr) {
        OrderPageOfRefIn in = { merchant, f->ref, before, limit };
        ok = db_all(ctx->tx, ctx->arena, &q_order_page_of_ref, &in, &all, count, err);
    } else if (!id_is_none(f->customer)) {
        OrderPageOfCustomerIn in = { merchant, f->customer, before, limit, state };
        ok = db_all(ctx->tx, ctx->arena, &q_order_page_of_customer, &in, &all, count, err);
    } else {
        OrderPageIn in = { merchant, f->location.ptr ? f->location : STR(""), state, before, limit };
        ok = db_all(ctx->tx, ctx->arena, &q_order_page, &in, &all, count, err);
    }
    *rows = all;
    return ok;
}

/* What the chosen way did not filter by. */
static bool fits(const OrderFind *f, const OrderPageRow *r)
{
    return (!f->location.ptr || str_eq(f->location, r->location))
        && (!f->state.ptr || str_eq(f->state, r->state))
        && (!f->ref.ptr || str_eq(f->ref, r->ref))
        && (id_is_none(f->customer) || id_eq(f->customer, r->customer));
}

bool orders_list(Ctx *ctx, const OrderFind *request, OrderList *reply, Error *err)
{
    OrderPageRow *rows  = NULL;
    size_t        count = 0;
    size_t        limit = (size_t)page_limit(request->limit);
    Id            before;
    if (!page_before(request->cursor, &before, err)) return false;
    if (request->number != OPT_NONE && !request->location.ptr)
        return err_set(err, &ERR_FIELD_INVALID, "location", "must be there with a number");
    Str from = id_bytes(&before);
    if (!find_page(ctx, request, from, (int64_t)limit + 1, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, OrderHead, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++) {
        const OrderPageRow *r = &rows[i];
        if (!fits(request, r)) continue;
        reply->items.items[reply->items.count++] = (OrderHead){ .id = r->id,
            .receipt_number = orders_receipt_number(ctx->arena, r->location, r->number), .state = r->state,
            .location = r->location, .channel = r->channel, .customer = r->customer,
            .ref = r->ref.len ? r->ref : STR_NONE, .currency = r->currency, .total = r->total,
            .made_at = r->made_at_ms };
    }
    if (count > limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].id);
    return true;
}
