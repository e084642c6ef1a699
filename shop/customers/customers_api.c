/* customers_api.c — the routes of customers. See api.def; lists and changes are in customers.c. */
#include "shop/customers/customers.h"

#define API_DEF "shop/customers/api.def"
#define CAPABILITY customers
#include "shop/api_define.h"

bool customers_create(Ctx *ctx, const CustomerInput *request, Customer *reply, Error *err)
{
    Id other = { { 0 } }, id;
    if (request->ref.len && !customers_find_ref(ctx, request->ref, &other, err)) return false;
    if (!id_is_none(other))
        return err_set(err, &ERR_CUSTOMER_REF_TAKEN, "ref", "another customer has this number");
    return customers_put(ctx, request, &id, err) && customers_get(ctx, id, reply, err);
}

bool customers_show(Ctx *ctx, const ById *request, Customer *reply, Error *err)
{
    return customers_get(ctx, request->id, reply, err);
}
