/* return_policy.c — on what terms goods are taken back. See return_policy.h. */
#include "core/return_policy.h"

#include <assert.h>
#include <string.h>

#include "base/form_table.h"
#include "core/return_rule.def"
#include "base/form_undef.h"

enum { RANK_STANDARD = 1000 };

static const ReturnReason reasons[] = {
#define RETURN_REASON(code, our_fault, meaning) { code, our_fault, meaning },
#include "core/return_rule.def"
#undef RETURN_REASON
};

static const ReturnGrade grades[] = {
#define RETURN_GRADE(code, disposition, meaning) { code, disposition, meaning },
#include "core/return_rule.def"
#undef RETURN_GRADE
};

static const struct {
    const char *name;
    int         bit;
} targets[] = { { "original", REFUND_ORIGINAL },
                { "store_credit", REFUND_STORE_CREDIT },
                { "gift_card", REFUND_GIFT_CARD } };

static const char *const outcomes[] = { "allow", "warn", "manager", "refuse" };

const ReturnReason *return_reason(Str code)
{
    for (size_t i = 0; i < COUNT(reasons); i++)
        if (str_eq(code, str_from(reasons[i].code))) return &reasons[i];
    return NULL;
}

const ReturnGrade *return_grade(Str code)
{
    for (size_t i = 0; i < COUNT(grades); i++)
        if (str_eq(code, str_from(grades[i].code))) return &grades[i];
    return NULL;
}

int return_refund_to(Str name)
{
    for (size_t i = 0; i < COUNT(targets); i++)
        if (str_eq(name, str_from(targets[i].name))) return targets[i].bit;
    return 0;
}

const char *return_outcome_name(ReturnOutcome outcome)
{
    assert(outcome <= RETURN_REFUSE);
    return outcomes[outcome];
}

ReturnOutcome return_outcome(Str name, ReturnOutcome standard)
{
    for (size_t i = 0; i < COUNT(outcomes); i++)
        if (str_eq(name, str_from(outcomes[i]))) return (ReturnOutcome)i;
    return standard;
}

/* --- which rule --- */

static bool holds(const ReturnRule *rule, const ReturnAsk *ask)
{
    GoodsMatch match = GOODS_OF(rule);
    bool       any   = str_eq(rule->receipt, STR("any"));
    bool       with  = !str_eq(rule->receipt, STR("without"));
    if (rule->off || (!any && with != ask->receipt)) return false;
    if (rule->currency.len && !str_eq(rule->currency, ask->currency)) return false;
    if (ask->sold_ms < opt_or(rule->from, INT64_MIN)) return false;
    if (rule->until != OPT_NONE && ask->sold_ms >= rule->until) return false;
    if (rule->groups.count && !texts_have_any(rule->groups, ask->groups)) return false;
    return texts_allow(rule->channels, ask->channel) && texts_allow(rule->locations, ask->location)
        && texts_allow(rule->tiers, ask->tier) && texts_allow(rule->reasons, ask->reason)
        && goods_match(&match, &ask->goods);
}

const ReturnRule *return_rule_for(const ReturnRule *rules, size_t count, const ReturnAsk *ask)
{
    for (size_t i = 0; i < count; i++)
        if (holds(&rules[i], ask)) return &rules[i];
    return NULL;
}

static bool before(const ReturnRule *a, const ReturnRule *b)
{
    int64_t one = opt_or(a->rank, RANK_STANDARD), two = opt_or(b->rank, RANK_STANDARD);
    return one != two ? one < two : str_cmp(a->code, b->code) < 0;
}

void return_rules_sort(ReturnRule *rules, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        ReturnRule moving = rules[i];
        size_t     k      = i;
        for (; k > 0 && before(&moving, &rules[k - 1]); k--) rules[k] = rules[k - 1];
        rules[k] = moving;
    }
}

/* --- the verdict --- */

static bool say(ReturnVerdict *out, ReturnOutcome outcome, const char *code, Str why, Error *err)
{
    if (!why.ptr) return err_memory(err);
    if (outcome > out->outcome) out->outcome = outcome;
    if (outcome == RETURN_ALLOW) return true;
    assert(out->why_count < RETURN_WHYS_MAX);
    out->why[out->why_count++] = (ReturnWhy){ outcome, code, why };
    return true;
}

static int targets_of(const ReturnRule *rule, int *first)
{
    int all = 0;
    *first  = rule && rule->refund_to.count ? return_refund_to(rule->refund_to.items[0])
                                            : REFUND_ORIGINAL;
    for (size_t i = 0; rule && i < rule->refund_to.count; i++)
        all |= return_refund_to(rule->refund_to.items[i]);
    return all ? all : REFUND_ANY;
}

/* A gift receipt never tells what was paid, nor gives it to who did not pay. */
static bool check_gift(const ReturnAsk *ask, ReturnVerdict *out, Error *err)
{
    if (!ask->gift && ask->receipt) return true;
    out->refund_to &= ~REFUND_ORIGINAL;
    if (out->refund_first == REFUND_ORIGINAL)
        out->refund_first = out->refund_to & REFUND_STORE_CREDIT ? REFUND_STORE_CREDIT
                                                                 : REFUND_GIFT_CARD;
    if (out->refund_to) return true;
    return say(out, RETURN_REFUSE, "gift",
               STR("the rule gives money back only as it was paid, and that is not known here"),
               err);
}

static bool check_time(Arena *arena, const ReturnAsk *ask, ReturnVerdict *out, Error *err)
{
    const ReturnRule *rule = out->rule;
    if (rule->days == OPT_NONE || !ask->receipt) return true;
    out->last_day = ask->sold_day + rule->days;
    if (ask->today <= out->last_day) return true;
    return say(out, return_outcome(rule->late, RETURN_REFUSE), "late",
               str_format(arena, "%lld days after it was handed over, the rule allows %lld",
                          (long long)(ask->today - ask->sold_day), (long long)rule->days),
               err);
}

static bool check_grade(Arena *arena, const ReturnAsk *ask, ReturnVerdict *out, Error *err)
{
    const ReturnRule *rule = out->rule;
    if (texts_allow(rule->grades, ask->grade)) return true;
    Str why = ask->grade.len
                ? str_format(arena, "the rule does not accept the grade %.*s", STR_FMT(ask->grade))
                : STR("the rule asks for a grade: say in which state it is");
    return say(out, return_outcome(rule->other_grades, RETURN_REFUSE), "grade", why, err);
}

static bool check_limit(Arena *arena, const ReturnAsk *ask, ReturnVerdict *out, Error *err)
{
    const ReturnRule *rule = out->rule;
    int64_t           paid = 0;
    ReturnOutcome     then = return_outcome(rule->over_limit, RETURN_REFUSE);
    if (ask->receipt) return true;
    if (!money_add(ask->before_paid, ask->paid, &paid, err)) return false;
    if (rule->most != OPT_NONE && paid > rule->most)
        return say(out, then, "limit",
                   str_format(arena,
                              "without receipt comes to %lld in %lld days, the rule allows %lld",
                              (long long)paid, (long long)opt_or(rule->limit_days, 90),
                              (long long)rule->most),
                   err);
    if (rule->times != OPT_NONE && ask->before_times + 1 > rule->times)
        return say(out, then, "limit",
                   str_format(arena, "without receipt %lld times in %lld days, the rule allows %lld",
                              (long long)(ask->before_times + 1),
                              (long long)opt_or(rule->limit_days, 90), (long long)rule->times),
                   err);
    return true;
}

static bool take_fee(const ReturnAsk *ask, ReturnVerdict *out, Error *err)
{
    int64_t part = 0, units = 0;
    if (!money_scale(ask->paid, opt_or(out->rule->fee_rate, 0), PPM_ONE, ROUND_HALF_UP, &part, err)
        || !money_scale(opt_or(out->rule->fee, 0), ask->qty, QTY_ONE, ROUND_HALF_UP, &units, err)
        || !money_add(part, units, &out->fee, err))
        return false;
    if (out->fee > ask->paid) out->fee = ask->paid > 0 ? ask->paid : 0;
    return true;
}

bool return_judge(Arena *arena, const ReturnRule *rules, size_t count, const ReturnAsk *ask,
                  ReturnVerdict *out, Error *err)
{
    const ReturnReason *reason = return_reason(ask->reason);
    *out                       = (ReturnVerdict){ .rule = return_rule_for(rules, count, ask) };
    out->refund_to             = targets_of(out->rule, &out->refund_first);
    if (!out->rule) {
        out->shipping = ask->receipt;
        if (!ask->receipt
            && !say(out, RETURN_REFUSE, "no_rule", STR("no rule takes this back without a receipt"),
                    err))
            return false;
        return check_gift(ask, out, err);
    }
    Str shipping  = out->rule->shipping;
    out->shipping = ask->receipt
                 && (str_eq(shipping, STR("yes"))
                     || (str_eq(shipping, STR("our_fault")) && reason && reason->our_fault));
    return say(out, return_outcome(out->rule->outcome, RETURN_ALLOW), "rule",
               str_format(arena, "rule %.*s: %.*s", STR_FMT(out->rule->code),
                          STR_FMT(out->rule->name)),
               err)
        && check_time(arena, ask, out, err) && check_grade(arena, ask, out, err)
        && check_limit(arena, ask, out, err) && check_gift(ask, out, err) && take_fee(ask, out, err);
}

/* --- what a rule may say --- */

static bool known_words(const ReturnRule *rule, Error *err)
{
    for (size_t i = 0; i < rule->reasons.count; i++)
        if (!return_reason(rule->reasons.items[i]))
            return err_set(err, &ERR_RETURN_RULE, "reasons", "%.*s is no reason",
                           STR_FMT(rule->reasons.items[i]));
    for (size_t i = 0; i < rule->grades.count; i++)
        if (!return_grade(rule->grades.items[i]))
            return err_set(err, &ERR_RETURN_RULE, "grades", "%.*s is no grade",
                           STR_FMT(rule->grades.items[i]));
    for (size_t i = 0; i < rule->refund_to.count; i++)
        if (!return_refund_to(rule->refund_to.items[i]))
            return err_set(err, &ERR_RETURN_RULE, "refund_to",
                           "say original, store_credit or gift_card");
    return true;
}

bool return_rule_check(const ReturnRule *rule, Error *err)
{
    bool without = str_eq(rule->receipt, STR("without"));
    bool limits  = rule->most != OPT_NONE || rule->times != OPT_NONE;
    if (!known_words(rule, err)) return false;
    if ((opt_or(rule->fee, 0) || opt_or(rule->most, 0)) && !rule->currency.len)
        return err_set(err, &ERR_RETURN_RULE, "currency", "say of which currency fee and most are");
    if (without && rule->days != OPT_NONE)
        return err_set(err, &ERR_RETURN_RULE, "days",
                       "without a receipt nobody knows when it was sold");
    if (rule->days == OPT_NONE && rule->late.len)
        return err_set(err, &ERR_RETURN_RULE, "late", "is only for rules with days");
    if (!rule->grades.count && rule->other_grades.len)
        return err_set(err, &ERR_RETURN_RULE, "other_grades", "is only for rules with grades");
    if (!limits && (rule->over_limit.len || rule->limit_days != OPT_NONE))
        return err_set(err, &ERR_RETURN_RULE, "over_limit", "is only for rules with most or times");
    if ((!rule->receipt.len || str_eq(rule->receipt, STR("with")))
        && (limits || rule->price_days != OPT_NONE))
        return err_set(err, &ERR_RETURN_RULE, "receipt",
                       "most, times and price_days are for goods without receipt");
    return rule->from == OPT_NONE || rule->until == OPT_NONE || rule->from < rule->until
        || err_set(err, &ERR_RETURN_RULE, "until", "must be after from");
}
