/* warranty.h — whether goods are under warranty: by date, plan and region. Pure. */
#ifndef CORE_WARRANTY_H
#define CORE_WARRANTY_H

#include "core/calendar.h"
#include "core/goods_match.h"
#include "core/money.h"

#include "base/form_declare.h"
#include "core/warranty.def"
#include "base/form_undef.h"

typedef struct {
    GoodsFacts goods;
    Str        country; /* where it is claimed */
    TextList   bought;  /* all SKUs of its order */
    int64_t    sold_ms;
    int64_t    handed_day; /* days since 1970 */
} WarrantyAsk;

/* Whether a plan is for these goods there; *last_day is the last day on which it holds. */
bool warranty_holds(const WarrantyPlan *plan, const WarrantyAsk *ask, int64_t *last_day);

/* Errors: WARRANTY_PLAN with the field. */
bool warranty_plan_check(const WarrantyPlan *plan, Error *err) MUST_USE;

#endif
