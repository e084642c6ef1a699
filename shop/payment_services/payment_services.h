/* payment_services.h — who takes cards. Owns the payment services of a merchant (simulator, Stripe,
 * Adyen), which sales each of them takes, their terminals, which service each card payment went to, and
 * what services said by themselves. Speaks to none of them: see flows/payment_service.h. Holds no secret,
 * only what secrets are called. Invariants: a payment goes to one service for ever; of two services one
 * takes the cards of a location and channel. */
#ifndef SHOP_PAYMENT_SERVICES_H
#define SHOP_PAYMENT_SERVICES_H

#include "shop/common.h"

#define API_DEF "shop/payment_services/api.def"
#include "shop/api_declare.h"

/* The code of the service that `serve --psp` names, for merchants that set up none. */
#define PAYMENT_SERVICE_STANDARD STR("psp")

/* Makes or changes a service. Errors: FIELD_INVALID, LOCATION_UNKNOWN is not checked: a use may come
 * first. */
bool payment_services_put(Ctx *ctx, const PaymentServiceInput *service, Error *err) MUST_USE;
bool payment_services_find(Ctx *ctx, Str code, PaymentServiceInput *out, bool *found, Error *err) MUST_USE;

/* Makes or changes a terminal. Errors: PAYMENT_SERVICE_UNKNOWN, FIELD_INVALID. */
bool terminals_put(Ctx *ctx, const Terminal *terminal, Error *err) MUST_USE;
bool terminals_find(Ctx *ctx, Str code, Terminal *out, bool *found, Error *err) MUST_USE;

/* The service that takes a card of a sale: that of the terminal, when there is one, else that of the
 * location and channel, else the standard one. Errors: TERMINAL_UNKNOWN, PAYMENT_SERVICE_MISSING. */
bool payment_services_choose(Ctx *ctx, Str location, Str channel, Str terminal, Str *service,
                             Error *err) MUST_USE;

/* Where a payment went. */
typedef struct {
    Id      payment; /* our key */
    Id      order;
    int64_t n; /* of the payment within the order */
    Str     service, terminal;
    Str     card, entry_mode, wallet; /* as the service said; or empty */
} PaymentRoute;

bool payment_routes_put(Ctx *ctx, const PaymentRoute *route, Error *err) MUST_USE;
bool payment_routes_find(Ctx *ctx, Id payment, PaymentRoute *out, bool *found, Error *err) MUST_USE;

/* What the service said of the card: `route->card`, entry_mode and wallet. */
bool payment_routes_told(Ctx *ctx, const PaymentRoute *route, Error *err) MUST_USE;

/* What a service said by itself; the same twice is one. */
typedef struct {
    Id      about;
    Str     event, service, reference, reason;
    int64_t amount, at_ms;
} PaymentNotice;

bool payment_notices_put(Ctx *ctx, const PaymentNotice *notice, bool *new_or_null, Error *err) MUST_USE;
bool payment_notices_of(Ctx *ctx, Id about, PaymentNotice **out, size_t *count, Error *err) MUST_USE;

/* The merchants (all of them) that have a service of that code: whose webhook it is, its signature tells.
 */
bool payment_services_merchants(Ctx *ctx, Str code, int64_t **out, size_t *count, Error *err) MUST_USE;

#endif
