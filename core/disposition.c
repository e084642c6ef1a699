/* disposition.c — where goods go that come back. See disposition.h. */
#include "core/disposition.h"

enum { RANK_STANDARD = 1000 };

static const Disposition dispositions[] = {
    { "floor", "floor", NULL },
    { "backroom", "backroom", NULL },
    { "damaged", "damaged", NULL },
    { "quarantine", "quarantine", "inspect" },
    { "refurbish", "quarantine", "refurbish" },
    { "vendor", "quarantine", "vendor" },
    { "destroy", "damaged", "destroy" },
};

const Disposition *disposition_find(Str name)
{
    for (size_t i = 0; i < COUNT(dispositions); i++)
        if (str_eq(name, str_from(dispositions[i].name))) return &dispositions[i];
    return NULL;
}

static bool holds(const DispositionRule *rule, const DispositionAsk *ask)
{
    GoodsMatch match = GOODS_OF(rule);
    if (rule->off) return false;
    if (rule->cost_from != OPT_NONE && (ask->cost == 0 || ask->cost < rule->cost_from)) return false;
    if (rule->cost_below != OPT_NONE && (ask->cost == 0 || ask->cost >= rule->cost_below))
        return false;
    return texts_allow(rule->reasons, ask->reason) && texts_allow(rule->grades, ask->grade)
        && texts_allow(rule->locations, ask->location) && goods_match(&match, &ask->goods);
}

const Disposition *disposition_for(const DispositionRule *rules, size_t count,
                                   const DispositionAsk *ask, const DispositionRule **rule_or_null)
{
    const ReturnGrade *grade = return_grade(ask->grade);
    *rule_or_null            = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!holds(&rules[i], ask)) continue;
        *rule_or_null = &rules[i];
        return disposition_find(rules[i].to);
    }
    return disposition_find(grade ? str_from(grade->disposition) : STR("floor"));
}

static bool before(const DispositionRule *a, const DispositionRule *b)
{
    int64_t one = opt_or(a->rank, RANK_STANDARD), two = opt_or(b->rank, RANK_STANDARD);
    return one != two ? one < two : str_cmp(a->code, b->code) < 0;
}

void disposition_rules_sort(DispositionRule *rules, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        DispositionRule moving = rules[i];
        size_t          k      = i;
        for (; k > 0 && before(&moving, &rules[k - 1]); k--) rules[k] = rules[k - 1];
        rules[k] = moving;
    }
}

bool disposition_rule_check(const DispositionRule *rule, Error *err)
{
    for (size_t i = 0; i < rule->reasons.count; i++)
        if (!return_reason(rule->reasons.items[i]))
            return err_set(err, &ERR_RETURN_RULE, "reasons", "%.*s is no reason",
                           STR_FMT(rule->reasons.items[i]));
    for (size_t i = 0; i < rule->grades.count; i++)
        if (!return_grade(rule->grades.items[i]))
            return err_set(err, &ERR_RETURN_RULE, "grades", "%.*s is no grade",
                           STR_FMT(rule->grades.items[i]));
    return rule->cost_from == OPT_NONE || rule->cost_below == OPT_NONE
        || rule->cost_from < rule->cost_below
        || err_set(err, &ERR_RETURN_RULE, "cost_below", "must be above cost_from");
}
