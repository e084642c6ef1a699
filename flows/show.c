/* show.c — an order and its receipt, from all capabilities that know a part of it. */
#include "flows/sale.h"
#include "shop/campaigns/campaigns.h"
#include "shop/identity/identity.h"
#include "shop/locations/locations.h"

bool orders_show(Ctx *ctx, const ById *request, Order *reply, Error *err)
{
    return sale_get(ctx, request->id, reply, err)
        && campaigns_used(ctx, request->id, &reply->promotions.items, &reply->promotions.count, err);
}

bool orders_receipt(Ctx *ctx, const ById *request, Receipt *reply, Error *err)
{
    Merchant merchant;
    Location location = { 0 };
    bool     found    = false;
    reply->order      = arena_new(ctx->arena, Order);
    if (!reply->order) return err_memory(err);
    if (!orders_show(ctx, request, reply->order, err) || !identity_merchant(ctx, &merchant, err))
        return false;
    if (!locations_find(ctx, reply->order->location, &location, &found, err)) return false;
    reply->merchant      = merchant.name;
    reply->tax_number    = merchant.tax_number;
    reply->location_name = location.name.len ? location.name : reply->order->location;
    reply->address       = location.address.len ? location.address : merchant.address;
    return true;
}
