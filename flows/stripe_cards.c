/* stripe_cards.c — cards that Stripe keeps: a Customer of its own for ours, and a SetupIntent. See
 * stripe.h. The token is "cus_…/pm_…": a kept card is charged for its Customer only. */
#include "flows/stripe.h"

#include <stdio.h>

enum { PATH_BYTES = 256 };

static PspOutcome done(ServiceReply *reply, PspOutcome outcome, PspAnswer *out)
{
    service_end(reply);
    if (outcome == PSP_UNKNOWN) *out = (PspAnswer){ .reference = "" };
    return outcome;
}

/* Stripe's Customer of ours: found by its metadata, else made. */
static bool find_customer(const PaymentService *at, Str shopper, char *id, size_t size)
{
    char         path[PATH_BYTES], twice[80], bytes[2048];
    ServiceReply reply;
    Arena        arena;
    int          len = snprintf(
                 path, sizeof path,
                 "/v1/customers/search?query=metadata%%5B%%22onetill_customer%%22%%5D%%3A%%22%.*s%%22",
                 STR_FMT(shopper));
    stripe_call(at, (Str){ path, (size_t)len }, NULL, STR_NONE, &reply);
    service_keep(reply.json, "data.0.id", id, size);
    bool asked = reply.status == 200;
    service_end(&reply);
    if (!asked || id[0]) return asked;
    arena_init(&arena, bytes, sizeof bytes);
    Buf form = buf_make(&arena, 256);
    stripe_add(&form, "metadata[onetill_customer]", shopper);
    int key = snprintf(twice, sizeof twice, "customer-%.*s", STR_FMT(shopper));
    stripe_call(at, STR("/v1/customers"), &form, (Str){ twice, (size_t)key }, &reply);
    service_keep(reply.json, "id", id, size);
    bool made = reply.status == 200 && id[0];
    service_end(&reply);
    return made;
}

PspOutcome stripe_keep(const PaymentService *at, const PspCharge *charge, Str shopper, PspAnswer *out)
{
    char         customer[32] = "", own[ID_TEXT_LEN + 1], bytes[STRIPE_FORM_BYTES];
    ServiceReply reply;
    Arena        arena;
    PspOutcome   outcome = PSP_UNKNOWN;
    if (charge->token.len > 200 || !find_customer(at, shopper, customer, sizeof customer))
        return PSP_UNKNOWN;
    arena_init(&arena, bytes, sizeof bytes);
    Buf form = buf_make(&arena, 512);
    stripe_add(&form, "customer", str_from(customer));
    stripe_add(&form, "payment_method", charge->token);
    stripe_add(&form, "confirm", STR("true"));
    stripe_add(&form, "usage", STR("off_session"));
    stripe_add(&form, "allowed_payment_method_types[0]", STR("card"));
    stripe_add(&form, "expand[0]", STR("payment_method"));
    stripe_call(at, STR("/v1/setup_intents"), &form, service_key(charge->key, own), &reply);
    if (reply.status == 200 && service_is(reply.json, "status", STR("succeeded"))) {
        (void)snprintf(out->card, sizeof out->card, "%s/%.*s", customer,
                       STR_FMT(service_text(reply.json, "payment_method.id")));
        service_keep(reply.json, "payment_method.card.brand", out->brand, sizeof out->brand);
        service_keep(reply.json, "payment_method.card.last4", out->last4, sizeof out->last4);
        outcome = PSP_APPROVED;
    } else if (reply.status == 200 && service_is(reply.json, "status", STR("requires_action"))) {
        service_put(STR("authentication_required"), out->reason, sizeof out->reason);
        outcome = PSP_DECLINED;
    } else if (stripe_refused(&reply, out)) {
        outcome = PSP_DECLINED;
    }
    return done(&reply, outcome, out);
}

bool stripe_for_customer(const PaymentService *at, Str intent, Str customer, PspAnswer *out, bool *refused)
{
    char         path[PATH_BYTES], bytes[512];
    ServiceReply reply;
    Arena        arena;
    arena_init(&arena, bytes, sizeof bytes);
    Buf form = buf_make(&arena, 128);
    stripe_add(&form, "customer", customer);
    int len = snprintf(path, sizeof path, "/v1/payment_intents/%.*s", STR_FMT(intent));
    stripe_call(at, (Str){ path, (size_t)len }, &form, STR_NONE, &reply);
    bool ok  = reply.status == 200 && service_is(reply.json, "customer", customer);
    *refused = !ok && stripe_refused(&reply, out);
    service_end(&reply);
    return ok;
}
