/* sourcing_api.c — the routes of sourcing. See api.def; POST /v1/sourcing/plans is in flows/sourcing_plan.c.
 */
#include "shop/sourcing/sourcing_inner.h"

#define API_DEF "shop/sourcing/api.def"
#define CAPABILITY sourcing
#include "shop/api_define.h"

/* Pages and single rows have one form. */
_Static_assert(sizeof(SourcingSiteFindRow) == sizeof(SourcingSitePageRow), "one form");
_Static_assert(sizeof(SourcingRuleFindRow) == sizeof(SourcingRulePageRow), "one form");
_Static_assert(sizeof(ShippingZoneFindRow) == sizeof(ShippingZonePageRow), "one form");
_Static_assert(sizeof(ShippingServiceFindRow) == sizeof(ShippingServicePageRow), "one form");

/* What a DELETE answers: it was there, or not. */
static bool gone(int64_t changed, const char *field, Error *err)
{
    return changed == 1 || err_set(err, &ERR_NOT_FOUND, field, "there is nothing to take back");
}

/* --- sites --- */

bool sourcing_sites_list(Ctx *ctx, const Page *request, SourcingSiteList *reply, Error *err)
{
    SourcingSitePageRow *rows  = NULL;
    size_t               count = 0;
    int64_t              limit = page_limit(request->limit);
    SourcingSitePageIn   in    = { ctx->who.merchant, page_after(request->cursor), limit + 1 };
    if (!q_sourcing_site_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, SourcingSite, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        if (!sourcing_show_site(ctx, (const SourcingSiteFindRow *)&rows[i],
                                &reply->items.items[reply->items.count++], err))
            return false;
    if ((int64_t)count > limit) reply->next_cursor = rows[limit - 1].location;
    return true;
}

bool sourcing_sites_show(Ctx *ctx, const SourcingSiteAsk *request, SourcingSite *reply, Error *err)
{
    bool found = false;
    if (!sourcing_find_site(ctx, request->location, reply, &found, err)) return false;
    return found || err_set(err, &ERR_NOT_FOUND, "location", "nothing was set: the standards hold");
}

bool sourcing_sites_change(Ctx *ctx, const SourcingSite *request, SourcingSite *reply, Error *err)
{
    bool found = false;
    return sourcing_put_site(ctx, request, err)
           && sourcing_find_site(ctx, request->location, reply, &found, err);
}

bool sourcing_sites_delete(Ctx *ctx, const SourcingSiteAsk *request, SourcingSiteAsk *reply, Error *err)
{
    int64_t             changed = 0;
    SourcingSiteClearIn in      = { ctx->who.merchant, request->location };
    *reply                      = *request;
    return q_sourcing_site_clear_exec(ctx->tx, &in, &changed, err) && gone(changed, "location", err)
           && sourcing_tell(ctx, STR("site"), STR("remove"), request->location, err);
}

/* --- zones --- */

bool shipping_zones_list(Ctx *ctx, const Page *request, ShippingZoneList *reply, Error *err)
{
    ShippingZonePageRow *rows  = NULL;
    size_t               count = 0;
    int64_t              limit = page_limit(request->limit);
    ShippingZonePageIn   in    = { ctx->who.merchant, page_after(request->cursor), limit + 1 };
    if (!q_shipping_zone_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, ShippingZone, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        if (!shipping_show_zone(ctx, (const ShippingZoneFindRow *)&rows[i],
                                &reply->items.items[reply->items.count++], err))
            return false;
    if ((int64_t)count > limit) reply->next_cursor = rows[limit - 1].code;
    return true;
}

static bool find_zone(Ctx *ctx, Str code, ShippingZone *out, bool *found, Error *err)
{
    ShippingZoneFindRow row;
    ShippingZoneFindIn  in = { ctx->who.merchant, code };
    if (!q_shipping_zone_find_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    return !*found || shipping_show_zone(ctx, &row, out, err);
}

bool shipping_zones_show(Ctx *ctx, const ByCode *request, ShippingZone *reply, Error *err)
{
    bool found = false;
    if (!find_zone(ctx, request->code, reply, &found, err)) return false;
    return found || err_set(err, &ERR_NOT_FOUND, "code", "no such shipping zone");
}

bool shipping_zones_change(Ctx *ctx, const ShippingZone *request, ShippingZone *reply, Error *err)
{
    bool found = false;
    return shipping_put_zone(ctx, request, err) && find_zone(ctx, request->code, reply, &found, err);
}

bool shipping_zones_delete(Ctx *ctx, const ByCode *request, ByCode *reply, Error *err)
{
    ShippingZoneUsedRow  user;
    bool                 used    = false;
    int64_t              changed = 0;
    ShippingZoneUsedIn   ask     = { ctx->who.merchant, request->code };
    ShippingAreasClearIn areas   = { ctx->who.merchant, request->code };
    ShippingZoneClearIn  in      = { ctx->who.merchant, request->code };
    *reply                       = *request;
    if (!q_shipping_zone_used_one(ctx->tx, ctx->arena, &ask, &user, &used, err)) return false;
    if (used)
        return err_set(err, &ERR_SHIPPING_ZONE_USED, "code", "the service %.*s has a rate for it",
                       STR_FMT(user.service));
    return q_shipping_zone_clear_exec(ctx->tx, &in, &changed, err) && gone(changed, "code", err)
           && q_shipping_areas_clear_exec(ctx->tx, &areas, NULL, err)
           && sourcing_tell(ctx, STR("zone"), STR("remove"), request->code, err);
}

/* --- services --- */

bool shipping_services_list(Ctx *ctx, const Page *request, ShippingServiceList *reply, Error *err)
{
    ShippingServicePageRow *rows  = NULL;
    size_t                  count = 0;
    int64_t                 limit = page_limit(request->limit);
    ShippingServicePageIn   in    = { ctx->who.merchant, page_after(request->cursor), limit + 1 };
    if (!q_shipping_service_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, ShippingService, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        if (!shipping_show_service(ctx, (const ShippingServiceFindRow *)&rows[i],
                                   &reply->items.items[reply->items.count++], err))
            return false;
    if ((int64_t)count > limit) reply->next_cursor = rows[limit - 1].code;
    return true;
}

static bool find_service(Ctx *ctx, Str code, ShippingService *out, bool *found, Error *err)
{
    ShippingServiceFindRow row;
    ShippingServiceFindIn  in = { ctx->who.merchant, code };
    if (!q_shipping_service_find_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    return !*found || shipping_show_service(ctx, &row, out, err);
}

bool shipping_services_show(Ctx *ctx, const ByCode *request, ShippingService *reply, Error *err)
{
    bool found = false;
    if (!find_service(ctx, request->code, reply, &found, err)) return false;
    return found || err_set(err, &ERR_NOT_FOUND, "code", "no such service");
}

bool shipping_services_change(Ctx *ctx, const ShippingService *request, ShippingService *reply, Error *err)
{
    bool found = false;
    return shipping_put_service(ctx, request, err) && find_service(ctx, request->code, reply, &found, err);
}

bool shipping_services_delete(Ctx *ctx, const ByCode *request, ByCode *reply, Error *err)
{
    int64_t                changed = 0;
    ShippingRatesClearIn   rates   = { ctx->who.merchant, request->code };
    ShippingServiceClearIn in      = { ctx->who.merchant, request->code };
    *reply                         = *request;
    return q_shipping_service_clear_exec(ctx->tx, &in, &changed, err) && gone(changed, "code", err)
           && q_shipping_rates_clear_exec(ctx->tx, &rates, NULL, err)
           && sourcing_tell(ctx, STR("service"), STR("remove"), request->code, err);
}

/* --- rules --- */

bool sourcing_rules_list(Ctx *ctx, const Page *request, SourcingRuleList *reply, Error *err)
{
    SourcingRulePageRow *rows  = NULL;
    size_t               count = 0;
    int64_t              limit = page_limit(request->limit);
    SourcingRulePageIn   in    = { ctx->who.merchant, page_after(request->cursor), limit + 1 };
    if (!q_sourcing_rule_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, SourcingRule, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        reply->items.items[reply->items.count++] = sourcing_show_rule((const SourcingRuleFindRow *)&rows[i]);
    if ((int64_t)count > limit) reply->next_cursor = rows[limit - 1].code;
    return true;
}

static bool find_rule(Ctx *ctx, Str code, SourcingRule *out, bool *found, Error *err)
{
    SourcingRuleFindRow row;
    SourcingRuleFindIn  in = { ctx->who.merchant, code };
    if (!q_sourcing_rule_find_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    if (*found) *out = sourcing_show_rule(&row);
    return true;
}

bool sourcing_rules_show(Ctx *ctx, const ByCode *request, SourcingRule *reply, Error *err)
{
    bool found = false;
    if (!find_rule(ctx, request->code, reply, &found, err)) return false;
    return found || err_set(err, &ERR_NOT_FOUND, "code", "no such rule");
}

bool sourcing_rules_change(Ctx *ctx, const SourcingRule *request, SourcingRule *reply, Error *err)
{
    bool found = false;
    return sourcing_put_rule(ctx, request, err) && find_rule(ctx, request->code, reply, &found, err);
}

bool sourcing_rules_delete(Ctx *ctx, const ByCode *request, ByCode *reply, Error *err)
{
    int64_t             changed = 0;
    SourcingRuleClearIn in      = { ctx->who.merchant, request->code };
    *reply                      = *request;
    return q_sourcing_rule_clear_exec(ctx->tx, &in, &changed, err) && gone(changed, "code", err)
           && sourcing_tell(ctx, STR("rule"), STR("remove"), request->code, err);
}

/* --- policies --- */

bool sourcing_policies_list(Ctx *ctx, const Page *request, SourcingPolicyList *reply, Error *err)
{
    SourcingPolicyPageRow *rows  = NULL;
    size_t                 count = 0;
    int64_t                limit = page_limit(request->limit);
    SourcingPolicyPageIn   in    = { ctx->who.merchant, page_after(request->cursor), limit + 1 };
    if (!q_sourcing_policy_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, SourcingPolicy, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        reply->items.items[reply->items.count++] =
            (SourcingPolicy){ rows[i].channel, rows[i].objective, rows[i].hour_value, rows[i].split_penalty,
                              rows[i].max_splits };
    if ((int64_t)count > limit) reply->next_cursor = rows[limit - 1].channel;
    return true;
}

static bool find_policy(Ctx *ctx, Str channel, SourcingPolicy *out, bool *found, Error *err)
{
    SourcingPolicyFindRow row;
    SourcingPolicyFindIn  in = { ctx->who.merchant, channel };
    if (!q_sourcing_policy_find_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    if (*found)
        *out = (SourcingPolicy){ row.channel, row.objective, row.hour_value, row.split_penalty,
                                 row.max_splits };
    return true;
}

bool sourcing_policies_show(Ctx *ctx, const SourcingChannelAsk *request, SourcingPolicy *reply, Error *err)
{
    bool found = false;
    if (!find_policy(ctx, request->channel, reply, &found, err)) return false;
    return found || err_set(err, &ERR_NOT_FOUND, "channel", "nothing was set for this channel");
}

bool sourcing_policies_change(Ctx *ctx, const SourcingPolicy *request, SourcingPolicy *reply, Error *err)
{
    bool found = false;
    return sourcing_put_policy(ctx, request, err) && find_policy(ctx, request->channel, reply, &found, err);
}

bool sourcing_policies_delete(Ctx *ctx, const SourcingChannelAsk *request, SourcingChannelAsk *reply,
                              Error *err)
{
    int64_t               changed = 0;
    SourcingPolicyClearIn in      = { ctx->who.merchant, request->channel };
    *reply                        = *request;
    return q_sourcing_policy_clear_exec(ctx->tx, &in, &changed, err) && gone(changed, "channel", err)
           && sourcing_tell(ctx, STR("policy"), STR("remove"), request->channel, err);
}
