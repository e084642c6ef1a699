/* payment_services.c — who takes cards. See payment_services.h. */
#include "shop/payment_services/payment_services.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "sys/http_client.h"

static bool tell(Ctx *ctx, const EventDef *event, Str action, Str kind, Str code, Error *err)
{
    Buf body = buf_make(ctx->arena, 64);
    buf_add(&body, STR("{\"code\":"));
    buf_json_string(&body, code);
    buf_byte(&body, '}');
    if (body.failed) return err_memory(err);
    Id subject = audit_subject(kind, code);
    return audit_append(ctx, action, subject, code, err)
        && events_put(ctx, event, subject, buf_str(&body), err);
}

/* A secret's name becomes the name of a file and of a variable: small letters, digits and '_'. */
static bool name_check(Str name, const char *field, Error *err)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_') continue;
        return err_set(err, &ERR_FIELD_INVALID, field,
                       "is the name of a secret (small letters, digits, '_'), never the secret itself");
    }
    return true;
}

/* Only the public internet, but for development on the same machine; a terminal stands in the shop's own
 * network. */
static bool url_check(Ctx *ctx, Str url, bool is_terminal, const char *field, Error *err)
{
    HttpReach reach = is_terminal                    ? REACH_ANY
                    : ctx->env->webhooks_to_loopback ? REACH_PUBLIC_OR_LOOPBACK
                                                     : REACH_PUBLIC;
    Error     why   = { .def = NULL };
    if (url.len == 0 || http_client_check_url(url, reach, &why)) return true;
    return err_set(err, &ERR_FIELD_INVALID, field, "%s", why.message);
}

static bool check(Ctx *ctx, const PaymentServiceInput *in, Error *err)
{
    PaymentServiceInput known;
    bool                found = false;
    if (!code_check(in->code, "code", err) || !name_check(in->secret, "secret", err)
        || !name_check(in->webhook_secret, "webhook_secret", err)
        || !name_check(in->terminal_secret, "terminal_secret", err)
        || !url_check(ctx, in->url, false, "url", err)
        || !url_check(ctx, in->terminal_url, false, "terminal_url", err)
        || !payment_services_find(ctx, in->code, &known, &found, err))
        return false;
    if (found && !str_eq(known.kind, in->kind))
        return err_set(err, &ERR_FIELD_INVALID, "kind", "is for ever: make another service");
    bool simulator = str_eq(in->kind, STR("simulator"));
    if (simulator && !in->url.len) return err_set(err, &ERR_FIELD_INVALID, "url", "a simulator needs one");
    if (!simulator && !in->secret.len)
        return err_set(err, &ERR_FIELD_INVALID, "secret", "the name of the API key is needed");
    if (str_eq(in->kind, STR("adyen")) && !in->account.len)
        return err_set(err, &ERR_FIELD_INVALID, "account", "the merchant account is needed");
    return true;
}

static bool put_uses(Ctx *ctx, const PaymentServiceInput *in, Error *err)
{
    PaymentServiceUnuseIn none = { ctx->who.merchant, in->code };
    if (!q_payment_service_unuse_exec(ctx->tx, &none, NULL, err)) return false;
    for (size_t i = 0; i < in->uses.count; i++) {
        const ServiceUse      *use = &in->uses.items[i];
        PaymentServiceUsePutIn row = { ctx->who.merchant, text_or_empty(use->location),
                                       text_or_empty(use->channel), in->code };
        if (!q_payment_service_use_put_exec(ctx->tx, &row, NULL, err)) return false;
    }
    return true;
}

bool payment_services_put(Ctx *ctx, const PaymentServiceInput *in, Error *err)
{
    PaymentServicePutIn row = { ctx->who.merchant,
                                in->code,
                                in->kind,
                                text_or_empty(in->url),
                                text_or_empty(in->account),
                                text_or_empty(in->secret),
                                text_or_empty(in->webhook_secret),
                                text_or_empty(in->terminal_url),
                                text_or_empty(in->terminal_secret),
                                text_or_empty(in->terminal_key),
                                opt_or(in->terminal_key_version, 0),
                                in->active };
    return check(ctx, in, err) && q_payment_service_put_exec(ctx->tx, &row, NULL, err)
        && put_uses(ctx, in, err)
        && tell(ctx, &EVENT_PAYMENT_SERVICE_CHANGED, STR("payment_service.put"), STR("payment_service"),
                in->code, err);
}

bool payment_services_find(Ctx *ctx, Str code, PaymentServiceInput *out, bool *found, Error *err)
{
    PaymentServiceAllRow  *rows  = NULL;
    PaymentServiceUsesRow *uses  = NULL;
    size_t                 count = 0;
    if (!q_payment_service_all_all(ctx->tx, ctx->arena, &(PaymentServiceAllIn){ ctx->who.merchant, code },
                                   &rows, &count, err))
        return false;
    *found = code.len > 0 && count == 1;
    if (!*found) return true;
    *out = (PaymentServiceInput){ .code                 = rows->code,
                                  .kind                 = rows->kind,
                                  .url                  = text_or_none(rows->url),
                                  .account              = text_or_none(rows->account),
                                  .secret               = text_or_none(rows->secret),
                                  .webhook_secret       = text_or_none(rows->webhook_secret),
                                  .terminal_url         = text_or_none(rows->terminal_url),
                                  .terminal_secret      = text_or_none(rows->terminal_secret),
                                  .terminal_key         = text_or_none(rows->terminal_key),
                                  .terminal_key_version = rows->terminal_key_version,
                                  .active               = rows->active };
    if (!q_payment_service_uses_all(
            ctx->tx, ctx->arena, &(PaymentServiceUsesIn){ ctx->who.merchant, code }, &uses, &count, err))
        return false;
    out->uses.items = arena_array(ctx->arena, ServiceUse, count + 1);
    if (!out->uses.items) return err_memory(err);
    out->uses.count = count;
    for (size_t i = 0; i < count; i++)
        out->uses.items[i] = (ServiceUse){ text_or_none(uses[i].location), text_or_none(uses[i].channel) };
    return true;
}

/* --- terminals --- */

bool terminals_put(Ctx *ctx, const Terminal *in, Error *err)
{
    PaymentServiceInput service;
    bool                found = false;
    TerminalPutIn       row   = { ctx->who.merchant,      in->code,  in->location, in->service, in->reader,
                                  text_or_empty(in->url), in->active };
    if (!code_check(in->code, "code", err) || !url_check(ctx, in->url, true, "url", err)
        || !payment_services_find(ctx, in->service, &service, &found, err))
        return false;
    if (!found) return err_set(err, &ERR_PAYMENT_SERVICE_UNKNOWN, "service", "set it up first");
    if (in->url.len && !str_eq(service.kind, STR("adyen")))
        return err_set(err, &ERR_FIELD_INVALID, "url", "only terminals of Adyen are called directly");
    if (in->url.len && (!service.terminal_secret.len || !service.terminal_key.len))
        return err_set(err, &ERR_FIELD_INVALID, "url",
                       "needs terminal_secret and terminal_key of the service: what is said is encrypted");
    if (!location_there(ctx, in->location, &found, err)) return false;
    if (!found) return err_set(err, &ERR_FIELD_INVALID, "location", "no such location");
    return q_terminal_put_exec(ctx->tx, &row, NULL, err)
        && tell(ctx, &EVENT_TERMINAL_CHANGED, STR("terminal.put"), STR("terminal"), in->code, err);
}

bool terminals_find(Ctx *ctx, Str code, Terminal *out, bool *found, Error *err)
{
    TerminalFindRow row;
    TerminalFindIn  in = { ctx->who.merchant, code };
    if (!q_terminal_find_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    if (*found)
        *out = (Terminal){ row.code,   row.location,          row.service,
                           row.reader, text_or_none(row.url), row.active };
    return true;
}

/* --- which service --- */

static bool of_terminal(Ctx *ctx, Str location, Str code, Str *service, Error *err)
{
    PaymentServiceInput known;
    Terminal            terminal;
    bool                found = false;
    if (!terminals_find(ctx, code, &terminal, &found, err)) return false;
    if (!found || !terminal.active || !str_eq(terminal.location, location))
        return err_set(err, &ERR_TERMINAL_UNKNOWN, "token", "%.*s is no terminal of %.*s", STR_FMT(code),
                       STR_FMT(location));
    if (!payment_services_find(ctx, terminal.service, &known, &found, err)) return false;
    *service = terminal.service;
    return (found && known.active)
        || err_set(err, &ERR_PAYMENT_SERVICE_MISSING, "token", "%.*s takes no payments now",
                   STR_FMT(terminal.service));
}

bool payment_services_choose(Ctx *ctx, Str location, Str channel, Str terminal, Str *service, Error *err)
{
    PaymentServiceAllRow *all   = NULL;
    size_t                count = 0;
    bool                  found = false;
    PaymentServiceForRow  row   = { .service = STR_NONE };
    PaymentServiceForIn   in    = { ctx->who.merchant, location, channel };
    if (terminal.len) return of_terminal(ctx, location, terminal, service, err);
    if (!q_payment_service_for_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *service = found ? row.service : PAYMENT_SERVICE_STANDARD;
    if (found) return true;
    if (!q_payment_service_all_all(
            ctx->tx, ctx->arena, &(PaymentServiceAllIn){ ctx->who.merchant, STR("") }, &all, &count, err))
        return false;
    return count == 0
        || err_set(err, &ERR_PAYMENT_SERVICE_MISSING, "tenders", "say so in the `uses` of one");
}

bool payment_routes_put(Ctx *ctx, const PaymentRoute *r, Error *err)
{
    PaymentRoutePutIn in = { ctx->who.merchant,          r->payment, r->order, r->n, r->service,
                             text_or_empty(r->terminal), ctx->now_ms };
    return q_payment_route_put_exec(ctx->tx, &in, NULL, err);
}

bool payment_routes_find(Ctx *ctx, Id payment, PaymentRoute *out, bool *found, Error *err)
{
    PaymentRouteFindRow row;
    PaymentRouteFindIn  in = { ctx->who.merchant, payment };
    if (!q_payment_route_find_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    if (*found)
        *out = (PaymentRoute){ payment,      row.order_id, row.n,          row.service,
                               row.terminal, row.card,     row.entry_mode, row.wallet };
    return true;
}

bool payment_routes_told(Ctx *ctx, const PaymentRoute *r, Error *err)
{
    PaymentRouteToldIn in = { ctx->who.merchant, r->payment, text_or_empty(r->card),
                              text_or_empty(r->entry_mode), text_or_empty(r->wallet) };
    return q_payment_route_told_exec(ctx->tx, &in, NULL, err);
}

/* --- what services say by themselves --- */

bool payment_notices_put(Ctx *ctx, const PaymentNotice *n, bool *new_or_null, Error *err)
{
    int64_t            rows = 0;
    PaymentNoticePutIn in   = {
          ctx->who.merchant,        n->about,   n->event, n->service, text_or_empty(n->reference), n->amount,
          text_or_empty(n->reason), ctx->now_ms
    };
    if (!q_payment_notice_put_exec(ctx->tx, &in, &rows, err)) return false;
    if (new_or_null) *new_or_null = rows == 1;
    return true;
}

bool payment_notices_of(Ctx *ctx, Id about, PaymentNotice **out, size_t *count, Error *err)
{
    PaymentNoticeOfRow *rows = NULL;
    PaymentNoticeOfIn   in   = { ctx->who.merchant, about };
    if (!q_payment_notice_of_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, PaymentNotice, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (PaymentNotice){ .about     = about,
                                     .event     = rows[i].event,
                                     .reference = rows[i].reference,
                                     .reason    = rows[i].reason,
                                     .amount    = rows[i].amount,
                                     .at_ms     = rows[i].at_ms };
    return true;
}

bool payment_services_merchants(Ctx *ctx, Str code, int64_t **out, size_t *count, Error *err)
{
    PaymentServiceMerchantsRow *rows = NULL;
    PaymentServiceMerchantsIn   in   = { code };
    if (!q_payment_service_merchants_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, int64_t, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) (*out)[i] = rows[i].merchant;
    return true;
}
