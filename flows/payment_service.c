/* payment_service.c — which service takes a payment, and the calls of whoever it is. See
 * payment_service.h. */
#include "flows/payment_service.h"

#include "core/pan.h"
#include "flows/adyen.h"
#include "flows/psp.h"
#include "flows/stripe.h"
#include "sys/secret.h"

static const PaymentAdapter *const adapters[] = { &payment_simulator, &payment_stripe, &payment_adyen };

Str payment_service_terminal(Str token)
{
    Str prefix = STR("terminal:");
    return str_starts(token, prefix) ? str_slice(token, prefix.len, token.len) : STR_NONE;
}

bool payment_service_route(Ctx *ctx, const Order *order, const Payment *payment, Str token, Str *service,
                           Error *err)
{
    PaymentRoute route = { .payment  = payment->id,
                           .order    = order->id,
                           .n        = payment->n,
                           .terminal = payment_service_terminal(token) };
    return payment_services_choose(ctx, order->location, order->channel, route.terminal, service, err)
        && (route.service = *service, payment_routes_put(ctx, &route, err));
}

bool payment_service_told(Ctx *ctx, Id key, PspTold *out, Error *err)
{
    PaymentNotice *items = NULL;
    bool           ok    = payment_notices_of(ctx, key, &items, &out->count, err);
    out->items           = items;
    return ok;
}

static const PaymentAdapter *adapter_of(Str kind)
{
    for (size_t i = 0; i < COUNT(adapters); i++)
        if (str_eq(kind, str_from(adapters[i]->kind))) return adapters[i];
    return NULL;
}

/* The service that `serve --psp` names. */
static void open_standard(Ctx *ctx, PaymentService *at)
{
    *at = (PaymentService){ .adapter    = &payment_simulator,
                            .env        = ctx->env,
                            .reach      = REACH_ANY,
                            .timeout_ms = ctx->env->psp_timeout_ms,
                            .merchant   = ctx->who.merchant,
                            .code       = PAYMENT_SERVICE_STANDARD,
                            .url        = ctx->env->psp_url };
}

static bool open_terminal(Ctx *ctx, Str code, PaymentService *at, Error *err)
{
    Terminal terminal;
    bool     found = false;
    if (code.len == 0) return true;
    if (!terminals_find(ctx, code, &terminal, &found, err)) return false;
    if (!found) at->adapter = NULL;
    if (!found) return true;
    at->reader     = terminal.reader;
    at->reader_url = text_or_empty(terminal.url);
    return true;
}

/* A service of the merchant's; its secrets are read when it is called for. */
bool payment_service_open(Ctx *ctx, Str code, PaymentService *at, Error *err)
{
    PaymentServiceInput own;
    bool                found = false;
    *at                       = (PaymentService){ .env = ctx->env };
    if (!payment_services_find(ctx, code, &own, &found, err)) return false;
    if (!found) return true;
    HttpReach reach = ctx->env->webhooks_to_loopback ? REACH_PUBLIC_OR_LOOPBACK : REACH_PUBLIC;
    *at             = (PaymentService){ .adapter              = adapter_of(own.kind),
                                        .env                  = ctx->env,
                                        .reach                = reach,
                                        .timeout_ms           = ctx->env->psp_timeout_ms,
                                        .merchant             = ctx->who.merchant,
                                        .code                 = own.code,
                                        .url                  = text_or_empty(own.url),
                                        .account              = text_or_empty(own.account),
                                        .secret               = secret_read(ctx->arena, own.secret),
                                        .webhook_secret       = secret_read(ctx->arena, own.webhook_secret),
                                        .terminal_url         = text_or_empty(own.terminal_url),
                                        .terminal_secret      = secret_read(ctx->arena, own.terminal_secret),
                                        .terminal_key         = text_or_empty(own.terminal_key),
                                        .terminal_key_version = own.terminal_key_version };
    Str ca          = str_format(ctx->arena, "%.*s_ca", STR_FMT(own.terminal_secret));
    at->terminal_ca = own.terminal_secret.len ? secret_read(ctx->arena, ca) : STR_NONE;
    if (own.secret.len && !at->secret.len) at->adapter = NULL;
    return true;
}

bool payment_service_of(Ctx *ctx, const Payment *payment, Str currency, PaymentService *at,
                        PspCharge *charge, Error *err)
{
    PaymentRoute route = { .service = PAYMENT_SERVICE_STANDARD };
    bool         found = false;
    *charge            = (PspCharge){ .key       = payment->id,
                                      .amount    = payment_charge(payment),
                                      .currency  = currency,
                                      .hold      = payment->on_shipment,
                                      .captured  = payment->captured,
                                      .reference = payment->reference };
    open_standard(ctx, at);
    if (!payment_routes_find(ctx, payment->id, &route, &found, err)
        || !payment_service_told(ctx, payment->id, &charge->told, err))
        return false;
    return str_eq(route.service, PAYMENT_SERVICE_STANDARD)
        || (payment_service_open(ctx, route.service, at, err)
            && open_terminal(ctx, route.terminal, at, err));
}

/* --- the calls --- */

/* A service that sends a card number by mistake: nothing of it is kept. */
static PspOutcome clean(PspOutcome outcome, PspAnswer *out)
{
    char *const texts[] = { out->reference, out->brand, out->last4, out->entry_mode,
                            out->wallet,    out->card,  out->reason };
    for (size_t i = 0; i < COUNT(texts); i++)
        if (pan_found(str_from(texts[i]), false)) texts[i][0] = 0;
    return outcome;
}

PspOutcome payment_charge_it(const PaymentService *at, const PspCharge *charge, PspAnswer *out)
{
    *out = (PspAnswer){ .reference = "" };
    return at->adapter ? clean(at->adapter->charge(at, charge, out), out) : PSP_UNKNOWN;
}

PspOutcome payment_ask(const PaymentService *at, const PspCharge *charge, PspAnswer *out)
{
    *out = (PspAnswer){ .reference = "" };
    return at->adapter ? clean(at->adapter->ask(at, charge, out), out) : PSP_UNKNOWN;
}

PspOutcome payment_reverse(const PaymentService *at, const PspCharge *charge, PspAnswer *out)
{
    *out = (PspAnswer){ .reference = "" };
    return at->adapter ? clean(at->adapter->reverse(at, charge, out), out) : PSP_UNKNOWN;
}

PspOutcome payment_capture(const PaymentService *at, const PspCharge *charge, const PspPart *part,
                           PspAnswer *out)
{
    *out = (PspAnswer){ .reference = "" };
    return at->adapter ? clean(at->adapter->capture(at, charge, part, out), out) : PSP_UNKNOWN;
}

PspOutcome payment_give_up(const PaymentService *at, const PspCharge *charge, PspAnswer *out)
{
    *out = (PspAnswer){ .reference = "" };
    return at->adapter ? clean(at->adapter->give_up(at, charge, out), out) : PSP_UNKNOWN;
}

PspOutcome payment_refund(const PaymentService *at, const PspCharge *charge, const PspPart *part,
                          PspAnswer *out)
{
    *out = (PspAnswer){ .reference = "" };
    return at->adapter ? clean(at->adapter->refund(at, charge, part, out), out) : PSP_UNKNOWN;
}

PspOutcome payment_keep_card(const PaymentService *at, const PspCharge *charge, Str shopper,
                             PspAnswer *out)
{
    *out = (PspAnswer){ .reference = "" };
    return at->adapter && at->adapter->keep ? clean(at->adapter->keep(at, charge, shopper, out), out)
                                            : PSP_UNKNOWN;
}
