/* warranty.c — whether goods are under warranty. See warranty.h. */
#include "core/warranty.h"

#include "base/form_table.h"
#include "core/warranty.def"
#include "base/form_undef.h"

bool warranty_holds(const WarrantyPlan *plan, const WarrantyAsk *ask, int64_t *last_day)
{
    GoodsMatch match = GOODS_OF(plan);
    if (plan->off || !texts_allow(plan->countries, ask->country)) return false;
    if (ask->sold_ms < opt_or(plan->from, INT64_MIN)) return false;
    if (plan->until != OPT_NONE && ask->sold_ms >= plan->until) return false;
    if (plan->bought_as.len && !texts_have(ask->bought, plan->bought_as)) return false;
    if (!goods_match(&match, &ask->goods)) return false;
    *last_day = calendar_add_months(ask->handed_day, plan->months);
    return true;
}

bool warranty_plan_check(const WarrantyPlan *plan, Error *err)
{
    bool extended = str_eq(plan->kind, STR("extended"));
    if (extended != (plan->bought_as.len > 0))
        return err_set(err, &ERR_WARRANTY_PLAN, "bought_as",
                       "is what an extended plan is bought as, and only there");
    for (size_t i = 0; i < plan->countries.count; i++)
        if (plan->countries.items[i].len != 2)
            return err_set(err, &ERR_WARRANTY_PLAN, "countries", "two letters each, as GB");
    return plan->from == OPT_NONE || plan->until == OPT_NONE || plan->from < plan->until
        || err_set(err, &ERR_WARRANTY_PLAN, "until", "must be after from");
}
