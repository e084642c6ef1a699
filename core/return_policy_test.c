/* return_policy_test.c — which rule decides on goods that come back, what follows, where they go,
 * what looks suspicious. */
#include "core/disposition.h"
#include "core/return_flags.h"

#include "tests/kit.h"

#include <string.h>

static Arena arena;
static Error err;

static ReturnRule rule_of(const char *code, const char *outcome)
{
    return (ReturnRule){ .code       = str_from(code),
                         .name       = str_from(code),
                         .outcome    = str_from(outcome),
                         .rank       = OPT_NONE,
                         .days       = OPT_NONE,
                         .fee_rate   = OPT_NONE,
                         .fee        = OPT_NONE,
                         .price_days = OPT_NONE,
                         .most       = OPT_NONE,
                         .times      = OPT_NONE,
                         .limit_days = OPT_NONE,
                         .from       = OPT_NONE,
                         .until      = OPT_NONE };
}

static ReturnAsk ask_of(const char *sku)
{
    return (ReturnAsk){ .goods    = { .sku = str_from(sku) },
                        .channel  = STR("web"),
                        .location = STR("LON"),
                        .tier     = STR(""),
                        .reason   = STR("changed_mind"),
                        .grade    = STR("new"),
                        .currency = STR("GBP"),
                        .receipt  = true,
                        .sold_ms  = 1000,
                        .sold_day = 100,
                        .today    = 110,
                        .qty      = 2000,
                        .paid     = 1000 };
}

static ReturnVerdict judge(ReturnRule *rules, size_t count, const ReturnAsk *ask)
{
    ReturnVerdict out = { .outcome = RETURN_REFUSE };
    arena.used        = 0;
    return_rules_sort(rules, count);
    check(return_judge(&arena, rules, count, ask, &out, &err), "a verdict is made");
    return out;
}

static void without_rules(void)
{
    ReturnAsk     ask = ask_of("TEA");
    ReturnVerdict v   = judge(NULL, 0, &ask);
    check(v.outcome == RETURN_ALLOW && v.fee == 0 && v.refund_first == REFUND_ORIGINAL,
          "with no rule, goods with their receipt are taken back as they were paid");
    ask.receipt = false;
    v           = judge(NULL, 0, &ask);
    check(v.outcome == RETURN_REFUSE && !strcmp(v.why[0].code, "no_rule"),
          "without it they are refused");
}

static void one_decides(void)
{
    Str        category[] = { STR("shoes") }, sku[] = { STR("BOOT") };
    ReturnRule rules[3] = { rule_of("all", "allow"), rule_of("boots", "refuse"),
                            rule_of("shoes", "manager") };
    ReturnAsk  ask      = ask_of("BOOT");
    rules[0].rank       = 10;
    rules[1].skus       = (TextList){ sku, 1 };
    rules[2].categories = (TextList){ category, 1 };
    rules[1].rank = rules[2].rank = 5;
    ask.goods.categories          = (TextList){ category, 1 };
    check(judge(rules, 3, &ask).outcome == RETURN_REFUSE, "of one rank the first by code decides");
    ask.goods.sku = STR("SHOE");
    check(judge(rules, 3, &ask).outcome == RETURN_MANAGER,
          "a rule for a category holds for what is in it");
    ask.goods.categories = (TextList){ NULL, 0 };
    check(judge(rules, 3, &ask).outcome == RETURN_ALLOW,
          "what no other rule is for falls to the general one");
    ask.goods.sku = STR("BOOT");
    rules[0].off = rules[1].off = rules[2].off = false;
    for (size_t i = 0; i < 3; i++)
        if (str_eq(rules[i].code, STR("boots"))) rules[i].off = true;
    check(judge(rules, 3, &ask).outcome == RETURN_ALLOW, "a rule that is off decides nothing");
}

static void time_and_grade(void)
{
    Str        fine[] = { STR("new"), STR("opened") };
    ReturnRule rule   = rule_of("r", "allow");
    ReturnAsk  ask    = ask_of("TEA");
    rule.days         = 10;
    ReturnVerdict v   = judge(&rule, 1, &ask);
    check(v.outcome == RETURN_ALLOW && v.last_day == 110, "the last day is still in time");
    ask.today = 111;
    check(judge(&rule, 1, &ask).outcome == RETURN_REFUSE, "a day later it is refused");
    rule.late = STR("warn");
    v         = judge(&rule, 1, &ask);
    check(v.outcome == RETURN_WARN && v.why_count == 1 && !strcmp(v.why[0].code, "late"),
          "or as the rule says");
    rule.grades       = (TextList){ fine, 2 };
    rule.other_grades = STR("manager");
    ask.grade         = STR("used");
    v                 = judge(&rule, 1, &ask);
    check(v.outcome == RETURN_MANAGER && v.why_count == 2,
          "of several reasons the hardest decides, all are told");
    ask.grade = STR("");
    check(judge(&rule, 1, &ask).outcome == RETURN_MANAGER,
          "a grade that is not said is none that is accepted");
}

static void fees(void)
{
    ReturnRule rule = rule_of("r", "allow");
    ReturnAsk  ask  = ask_of("TEA");
    rule.fee_rate   = 150000;
    check(judge(&rule, 1, &ask).fee == 150, "a share of what was paid is kept");
    rule.fee = 100;
    check(judge(&rule, 1, &ask).fee == 350, "and an amount of each unit");
    rule.fee = 10000;
    check(judge(&rule, 1, &ask).fee == 1000, "but never more than was paid");
    ask.paid = 0;
    check(judge(&rule, 1, &ask).fee == 0, "so nothing of what was free");
}

static void targets(void)
{
    Str        credit[] = { STR("store_credit") }, money[] = { STR("original") };
    ReturnRule rule = rule_of("r", "allow");
    ReturnAsk  ask  = ask_of("TEA");
    rule.refund_to  = (TextList){ credit, 1 };
    ReturnVerdict v = judge(&rule, 1, &ask);
    check(v.refund_to == REFUND_STORE_CREDIT && v.refund_first == REFUND_STORE_CREDIT,
          "the money goes where the rule says");
    rule.refund_to = (TextList){ money, 1 };
    ask.gift       = true;
    v              = judge(&rule, 1, &ask);
    check(v.outcome == RETURN_REFUSE && v.refund_to == 0,
          "who has a gift receipt never gets another's money");
    rule.refund_to = (TextList){ NULL, 0 };
    v              = judge(&rule, 1, &ask);
    check(v.outcome == RETURN_ALLOW && v.refund_first == REFUND_STORE_CREDIT, "but credit");
}

static void no_receipt(void)
{
    ReturnRule rule = rule_of("r", "allow");
    ReturnAsk  ask  = ask_of("TEA");
    rule.receipt    = STR("without");
    rule.most       = 3000;
    rule.times      = 2;
    check(!judge(&rule, 1, &ask).rule, "a rule for goods without receipt is not for those with it");
    ask.receipt     = false;
    ReturnVerdict v = judge(&rule, 1, &ask);
    check(v.outcome == RETURN_ALLOW && v.refund_to == (REFUND_STORE_CREDIT | REFUND_GIFT_CARD),
          "without a receipt nobody knows how it was paid");
    ask.before_paid = 2001;
    check(judge(&rule, 1, &ask).outcome == RETURN_REFUSE, "and no more than the rule allows in all");
    ask.before_paid  = 0;
    ask.before_times = 2;
    rule.over_limit  = STR("manager");
    check(judge(&rule, 1, &ask).outcome == RETURN_MANAGER, "nor more often");
}

static void shipping(void)
{
    ReturnRule rule = rule_of("r", "allow");
    ReturnAsk  ask  = ask_of("TEA");
    check(!judge(&rule, 1, &ask).shipping, "shipping stays where a rule says nothing of it");
    rule.shipping = STR("our_fault");
    check(!judge(&rule, 1, &ask).shipping, "or only goes back when it was our fault");
    ask.reason = STR("defective");
    check(judge(&rule, 1, &ask).shipping, "as it is of what does not work");
}

static void odd_rules(void)
{
    Str        odd[] = { STR("bored") };
    ReturnRule rule  = rule_of("r", "allow");
    check(return_rule_check(&rule, &err), "a plain rule is fine");
    rule.reasons = (TextList){ odd, 1 };
    check_refused(return_rule_check(&rule, &err), &err, &ERR_RETURN_RULE,
                  "an unknown reason is refused");
    rule     = rule_of("r", "allow");
    rule.fee = 100;
    check_refused(return_rule_check(&rule, &err), &err, &ERR_RETURN_RULE,
                  "an amount needs its currency");
    rule.currency = STR("GBP");
    rule.most     = 100;
    check_refused(return_rule_check(&rule, &err), &err, &ERR_RETURN_RULE,
                  "limits are for goods without receipt");
    rule.receipt = STR("without");
    check(return_rule_check(&rule, &err), "and fine there");
    rule.days = 3;
    check_refused(return_rule_check(&rule, &err), &err, &ERR_RETURN_RULE, "which have no time");
}

static void dispositions(void)
{
    Str                    faulty[] = { STR("faulty") };
    const DispositionRule *by       = NULL;
    GoodsFacts             goods    = { .sku = STR("TEA") };
    DispositionAsk         ask      = { goods, STR(""), STR(""), STR("LON"), 0 };
    DispositionRule        rules[2] = { { .code       = STR("cheap"),
                                          .rank       = 1,
                                          .cost_from  = OPT_NONE,
                                          .cost_below = 500,
                                          .to         = STR("destroy") },
                                        { .code       = STR("dear"),
                                          .rank       = 2,
                                          .cost_from  = OPT_NONE,
                                          .cost_below = OPT_NONE,
                                          .to         = STR("refurbish") } };
    check(!strcmp(disposition_for(NULL, 0, &ask, &by)->name, "floor"),
          "with no rule and grade goods go to the floor");
    ask.grade = STR("used");
    check(!strcmp(disposition_for(NULL, 0, &ask, &by)->name, "quarantine") && !by,
          "used ones are looked at first");
    rules[0].grades = rules[1].grades = (TextList){ faulty, 1 };
    check(!strcmp(disposition_for(rules, 2, &ask, &by)->name, "quarantine"),
          "a rule for another grade does not hold");
    ask.grade = STR("faulty");
    check(!strcmp(disposition_for(rules, 2, &ask, &by)->name, "refurbish") && by == &rules[1],
          "what costs we do not know is not cheap");
    ask.cost              = 499;
    const Disposition *to = disposition_for(rules, 2, &ask, &by);
    check(!strcmp(to->name, "destroy") && !strcmp(to->state, "damaged")
              && !strcmp(to->work, "destroy"),
          "cheap faulty goods are destroyed, and stand with the damaged until then");
}

static void suspicious(void)
{
    ReturnFlag  flags[RETURN_FLAG_COUNT];
    size_t      count = 0;
    ReturnFacts facts = { .returns = 3, .amount = 500, .days_left = -1 };
    ReturnTerms terms = {
        .velocity_count = 5, .velocity_days = 30, .wardrobing_count = 2, .wardrobing_days = 90
    };
    for (size_t i = 0; i < RETURN_FLAG_COUNT; i++) terms.policy[i] = return_flag_rows[i].standard;
    arena.used = 0;
    check(return_flags(&arena, &facts, &terms, flags, &count, &err) && count == 0,
          "four returns are not many");
    facts.returns = 4;
    check(return_flags(&arena, &facts, &terms, flags, &count, &err) && count == 1
              && flags[0].kind == RETURN_FLAG_VELOCITY && flags[0].outcome == RETURN_WARN,
          "five are");
    facts.returns     = 0;
    facts.used        = true;
    facts.used_before = 1;
    facts.days_left   = 1;
    check(return_flags(&arena, &facts, &terms, flags, &count, &err) && count == 1
              && flags[0].kind == RETURN_FLAG_WARDROBING,
          "used goods for the second time are told");
    facts.used     = false;
    facts.own_sale = true;
    check(return_flags(&arena, &facts, &terms, flags, &count, &err) && count == 0,
          "that the same till sold it says nothing where that is not asked for");
    facts.own_purchase = true;
    facts.serial       = STR("SN-1");
    facts.scanned      = STR("CAKE");
    facts.sold         = STR("TEA");
    check(return_flags(&arena, &facts, &terms, flags, &count, &err) && count == 3
              && flags[0].outcome == RETURN_REFUSE,
          "several flags stand beside each other");
    terms.policy[RETURN_FLAG_SERIAL] = RETURN_ALLOW;
    check(return_flags(&arena, &facts, &terms, flags, &count, &err) && count == 2,
          "a flag can be switched off");
}

int main(void)
{
    static char memory[1 << 16];
    arena_init(&arena, memory, sizeof memory);
    without_rules();
    one_decides();
    time_and_grade();
    fees();
    targets();
    no_receipt();
    shipping();
    odd_rules();
    dispositions();
    suspicious();
    return check_finish("return_policy");
}
