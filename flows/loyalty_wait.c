/* loyalty_wait.c — how long the points of a sale wait: so many days, or until the return rules let none of
 * its goods be given back any more. Counted from the day of the sale, as rules say it of goods with their
 * receipt that are given back where they were sold; a rule without a period says nothing, and one that
 * refuses lets the points of these goods wait for nothing. */
#include "flows/loyalty_inner.h"
#include "shop/catalog/catalog.h"
#include "shop/customers/customers.h"
#include "shop/return_rules/return_rules.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

typedef struct {
    ReturnRule  *rules;
    size_t       count;
    CartCustomer customer;
} Wait;

/* Until the end of the last day: one more. */
static int64_t days_of(const ReturnRule *rule, int64_t standard)
{
    if (!rule || (rule->days == OPT_NONE && !str_eq(rule->outcome, STR("refuse")))) return standard;
    return str_eq(rule->outcome, STR("refuse")) ? 0 : rule->days + 1;
}

static bool line_days(Ctx *ctx, const Wait *wait, const Order *order, const SoldLine *line,
                      int64_t standard, int64_t *days, Error *err)
{
    SaleItem item;
    if (!catalog_item_now(ctx, line->item, &item, err)) return false;
    ReturnAsk ask   = { .goods    = { line->sku, text_or_empty(item.brand), item.categories, item.tags },
                        .channel  = order->channel,
                        .location = order->location,
                        .tier     = text_or_empty(wait->customer.tier),
                        .groups   = wait->customer.groups,
                        .reason   = STR("changed_mind"),
                        .grade    = STR(""),
                        .currency = order->currency,
                        .receipt  = true,
                        .sold_ms  = order->made_at,
                        .sold_day = ctx->now_ms / DAY_MS,
                        .today    = ctx->now_ms / DAY_MS };
    int64_t   found = days_of(return_rule_for(wait->rules, wait->count, &ask), standard);
    if (found > *days) *days = found;
    return true;
}

bool loyalty_wait(Ctx *ctx, const LoyaltyProgramme *programme, const Order *order, const SoldLine *lines,
                  size_t count, int64_t *days, Error *err)
{
    Wait    wait     = { .count = 0 };
    int64_t standard = opt_or(programme->pending_days, 0);
    *days            = standard;
    if (!str_eq(programme->pending_by, STR("returns"))) return true;
    if (!return_rules(ctx, &wait.rules, &wait.count, err)) return false;
    if (wait.count == 0) return true;
    if (!customers_cart(ctx, order->customer, &wait.customer, err)) return false;
    *days = 0;
    for (size_t i = 0; i < count; i++)
        if (!line_days(ctx, &wait, order, &lines[i], standard, days, err)) return false;
    return true;
}
