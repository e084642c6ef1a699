/* tax_service.c — tax rates from a service outside. See tax_service.h.
 * Rule: only an answer that names our question, keeps the limits of its form and has rates for exactly the
 * classes asked for is believed. All else is as if the service had not answered. */
#include "flows/tax_service.h"

#include "sys/http_client.h"
#include "sys/json_read.h"
#include "sys/json_write.h"

#include "base/form_table.h"
#include "flows/tax_service.def"
#include "base/form_undef.h"

enum { REPLY_MAX = 64 * 1024, CONNECT_MS = 500, TIMEOUT_STANDARD = 1500 };

Str tax_source_name(TaxSource source)
{
    switch (source) {
    case TAX_FROM_TABLE: return STR("table");
    case TAX_FROM_SERVICE: return STR("service");
    case TAX_FROM_FALLBACK: return STR("fallback");
    }
    UNREACHABLE();
}

static bool is_asked(const TaxQuestion *question, Str tax_class)
{
    for (size_t i = 0; i < question->classes.count; i++)
        if (str_eq(question->classes.items[i], tax_class)) return true;
    return false;
}

/* Rates for each class that was asked for and for no other, which do not contradict each other. */
static bool is_whole(const TaxQuestion *question, const TaxReply *reply)
{
    Error    err   = { 0 };
    TaxRules rules = { .prices_include_tax = question->prices_include_tax,
                       .rates              = reply->rates.items,
                       .rate_count         = reply->rates.count };
    size_t   index[LINE_RATES_MAX];
    for (size_t i = 0; i < reply->rates.count; i++)
        if (!is_asked(question, reply->rates.items[i].tax_class)) return false;
    for (size_t i = 0; i < question->classes.count; i++)
        if (tax_class_rates(rules.rates, rules.rate_count, question->classes.items[i], index) == 0)
            return false;
    return tax_check(&rules, &err);
}

/* The headers of a call; the key is the service's for this shop. */
static bool set_headers(Arena *arena, const Env *env, HttpCall *call)
{
    call->headers[0] = (HttpClientHeader){ STR("Content-Type"), STR("application/json") };
    call->headers[1] = (HttpClientHeader){ STR("Accept"), STR("application/json") };
    if (!env->tax_key.len) return true;
    Str bearer       = str_format(arena, "Bearer %.*s", STR_FMT(env->tax_key));
    call->headers[2] = (HttpClientHeader){ STR("Authorization"), bearer };
    return bearer.ptr != NULL;
}

static bool ask_http(Env *env, Arena *arena, const TaxQuestion *question, CartRate **rates, size_t *count)
{
    Error      err   = { 0 };
    HttpAnswer answer;
    Faults    *faults  = arena_new(arena, Faults);
    TaxReply  *reply   = arena_new(arena, TaxReply);
    Decoder    decoder = { .arena = arena, .faults = faults, .route_path = "" };
    int        total   = env->tax_timeout_ms > 0 ? env->tax_timeout_ms : TIMEOUT_STANDARD;
    HttpCall   call    = { .method     = STR("POST"),
                           .url        = str_format(arena, "%.*s/v1/rates", STR_FMT(env->tax_url)),
                           .body       = json_write_text(arena, &TaxQuestion_def, question),
                           .reply_max  = REPLY_MAX,
                           .connect_ms = total < CONNECT_MS ? total : CONNECT_MS,
                           .total_ms   = total };
    if (!faults || !reply || !call.url.ptr || !call.body.ptr || !set_headers(arena, env, &call))
        return false;
    if (!http_client_call(arena, &call, &answer, &err)) return false;
    if (answer.truncated || answer.status != 200) return false;
    if (!json_read(&decoder, &TaxReply_def, answer.body, reply, &err) || faults->count > 0 || decoder.memory)
        return false;
    if (!id_eq(reply->id, question->id) || !is_whole(question, reply)) return false;
    *rates = reply->rates.items;
    *count = reply->rates.count;
    return true;
}

const TaxService tax_service_http = { "http", ask_http };

const TaxService *tax_service_of(const Env *env)
{
    return env->tax_url.len ? &tax_service_http : NULL;
}

void tax_service_ask(const TaxService *service_or_null, Env *env, Arena *arena, const TaxQuestion *question,
                     TaxAnswer *out)
{
    *out = (TaxAnswer){ .source = TAX_FROM_TABLE };
    if (!service_or_null) return;
    bool told   = service_or_null->ask(env, arena, question, &out->rates, &out->count);
    out->source = told ? TAX_FROM_SERVICE : TAX_FROM_FALLBACK;
}
