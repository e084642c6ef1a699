/* tax_service.h — tax rates from a service outside, with a limit of time, and the shop's own tables when
 * it does not answer. The service tells rates, never amounts: what they come to is computed here
 * (core/tax.c), so that every sum keeps adding up. Asking is a blocking network call: never inside a
 * transaction. */
#ifndef FLOWS_TAX_SERVICE_H
#define FLOWS_TAX_SERVICE_H

#include "core/tax.h"
#include "shop/ctx.h"

#include "base/form_declare.h"
#include "flows/tax_service.def"
#include "base/form_undef.h"

/* A kind of service. Another one is another table of this form. */
typedef struct {
    const char *name;
    /* Asks once. True only with an answer that can be trusted in form: it names the question, the rates make
     * sense, each class that was asked for has some and no other has. The rates live in the arena. */
    bool (*ask)(Env *env, Arena *arena, const TaxQuestion *question, CartRate **rates, size_t *count);
} TaxService;

/* POST env->tax_url/v1/rates with a TaxQuestion as JSON; the answer is a TaxReply. */
extern const TaxService tax_service_http;

/* The service of this process, or NULL when it has none. */
const TaxService *tax_service_of(const Env *env);

typedef enum {
    TAX_FROM_TABLE,    /* there is no service */
    TAX_FROM_SERVICE,
    TAX_FROM_FALLBACK, /* the service did not answer, or not so that it can be believed */
} TaxSource;

/* "table", "service", "fallback": what is written on the order. */
Str tax_source_name(TaxSource source);

typedef struct {
    TaxSource source;
    CartRate *rates; /* of TAX_FROM_SERVICE */
    size_t    count;
} TaxAnswer;

/* Asks the service, if there is one. Classes that are untaxed need not be asked for. */
void tax_service_ask(const TaxService *service_or_null, Env *env, Arena *arena, const TaxQuestion *question,
                     TaxAnswer *out);

#endif
