/* price_wire.c — pricing from bytes to bytes. See price_wire.h. */
#include "core/price_wire.h"

#include "core/promo_check.h"
#include "core/wire.h"

#include "base/form_table.h"
#include "core/price_wire.def"
#include "base/form_undef.h"

#include <stdio.h>

enum { ANSWER_BYTES_FIRST = 1024 };

/* Refuses the first promotion that cannot be meant: the set relies on it. */
static bool rules_are_fine(const RuleSet *rules, Error *err)
{
    PromoFaults faults = { 0 };
    for (size_t i = 0; i < rules->promotions.count; i++) {
        char   path[sizeof err->field + 32];
        size_t at    = 0;
        faults.count = 0;
        promo_check(&rules->promotions.items[i], NULL, &faults);
        if (faults.refused == 0) continue;
        while (at + 1 < faults.count && faults.items[at].warning) at++;
        (void)snprintf(path, sizeof path, "promotions[%zu].%s", i, faults.items[at].field);
        return err_set(err, &ERR_FIELD_INVALID, path, "%s", faults.items[at].reason);
    }
    return true;
}

bool price_wire_rules(Arena *arena, Str rules, PromoSet **out, Error *err)
{
    RuleSet set;
    if (!wire_decode(arena, &RuleSet_def, rules, &set, err)) return false;
    if (!rules_are_fine(&set, err)) return false;
    return promo_set_make(arena, set.promotions.items, set.promotions.count, out, err);
}

bool price_wire_basket(Arena *arena, const PromoSet *set, Str basket, bool explain, Str *out, Error *err)
{
    CartInput in;
    Priced    priced;
    if (!wire_decode(arena, &CartInput_def, basket, &in, err)) return false;
    if (!cart_price(arena, set, &in, explain, &priced, err)) return false;
    Buf buf = buf_make(arena, ANSWER_BYTES_FIRST);
    wire_encode(&buf, &Priced_def, &priced);
    *out = buf_str(&buf);
    return out->ptr || err_memory(err);
}

Str price_wire_refusal(Arena *arena, const Error *err)
{
    Str     field   = str_from(err->field);
    Str     detail  = str_from(err->message);
    Refusal refusal = { .code   = str_from(err->def->name),
                        .title  = str_from(err->def->sentence),
                        .status = err->def->status,
                        .retry  = err->def->retry,
                        .field  = field.len ? field : STR_NONE,
                        .detail = detail.len ? detail : STR_NONE };
    Buf     buf     = buf_make(arena, ANSWER_BYTES_FIRST);
    wire_encode(&buf, &Refusal_def, &refusal);
    return buf_str(&buf);
}

uint32_t price_wire_form(void)
{
    uint32_t form = wire_form(&CartInput_def);
    form          = form * 31 + wire_form(&Priced_def);
    form          = form * 31 + wire_form(&RuleSet_def);
    return form * 31 + wire_form(&Refusal_def);
}
