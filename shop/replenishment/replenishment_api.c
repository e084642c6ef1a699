/* replenishment_api.c — the routes of replenishment: rules. See api.def; proposals are in replenishment.c.
 */
#include "shop/replenishment/replenishment.h"

#include "all_sql.h"
#include "core/money.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"

#define API_DEF "shop/replenishment/api.def"
#define CAPABILITY replenishment
#include "shop/api_define.h"

static bool tell(Ctx *ctx, Str action, Str location, Str scope, Str code, Error *err)
{
    Str name = str_format(ctx->arena, "%.*s/%.*s/%.*s", STR_FMT(location), STR_FMT(scope), STR_FMT(code));
    Buf body = buf_make(ctx->arena, 128);
    buf_add(&body, STR("{\"location\":"));
    buf_json_string(&body, location);
    buf_add(&body, STR(",\"scope\":"));
    buf_json_string(&body, scope);
    buf_add(&body, STR(",\"code\":"));
    buf_json_string(&body, code);
    buf_byte(&body, '}');
    if (!name.ptr || body.failed) return err_memory(err);
    Id subject = audit_subject(STR("replenish_rule"), name);
    return audit_append(ctx, action, subject, name, err)
           && events_put(ctx, &EVENT_REPLENISH_CHANGED, subject, buf_str(&body), err);
}

static bool check_codes(Ctx *ctx, const ReplenishRule *in, Error *err)
{
    ReplenishItemThereRow item;
    ReplenishCategoryRow  category;
    int64_t               merchant = ctx->who.merchant;
    bool                  found    = false;
    if (!location_there(ctx, in->location, &found, err)) return false;
    if (!found) return err_set(err, &ERR_REPLENISH_RULE, "location", "there is no such location");
    if (str_eq(in->source, STR("location"))) {
        if (!location_there(ctx, in->source_code, &found, err)) return false;
        if (!found || str_eq(in->source_code, in->location))
            return err_set(err, &ERR_REPLENISH_RULE, "source_code", "there is no such other location");
    }
    if (str_eq(in->scope, STR("item"))) {
        ReplenishItemThereIn ask = { merchant, in->code };
        if (!q_replenish_item_there_one(ctx->tx, ctx->arena, &ask, &item, &found, err)) return false;
        if (!found || !item.stocked) return err_set(err, &ERR_REPLENISH_RULE, "code", "no item with stock");
        if (in->pack % item.qty_step)
            return err_set(err, &ERR_REPLENISH_RULE, "pack", "is not in steps of the item");
    } else if (str_eq(in->scope, STR("category"))) {
        ReplenishCategoryIn ask = { merchant, in->code };
        if (!q_replenish_category_one(ctx->tx, ctx->arena, &ask, &category, &found, err)) return false;
        if (!found) return err_set(err, &ERR_REPLENISH_RULE, "code", "there is no such category");
    }
    return true;
}

bool replenish_rules_put(Ctx *ctx, const ReplenishRule *request, ReplenishRule *reply, Error *err)
{
    bool all          = str_eq(request->scope, STR("all"));
    *reply            = *request;
    reply->min        = opt_or(request->min, 0);
    reply->max        = opt_or(request->max, 0);
    reply->floor_min  = opt_or(request->floor_min, 0);
    reply->lead_days  = opt_or(request->lead_days, 0);
    reply->cover_days = opt_or(request->cover_days, 0);
    reply->pack       = opt_or(request->pack, QTY_ONE);
    if (!request->source.ptr) reply->source = STR("none");
    if (all && request->code.len && !str_eq(request->code, STR("*")))
        return err_set(err, &ERR_REPLENISH_RULE, "code", "is not needed with scope all");
    if (!all && !request->code.len) return err_set(err, &ERR_REPLENISH_RULE, "code", "is needed");
    if (all) reply->code = STR("*");
    if (reply->max > 0 && reply->max < reply->min)
        return err_set(err, &ERR_REPLENISH_RULE, "max", "is less than min");
    if (str_eq(reply->source, STR("none")) == (request->source_code.len > 0))
        return err_set(err, &ERR_REPLENISH_RULE, "source_code", "goes with source vendor or location");
    if (!check_codes(ctx, reply, err)) return false;
    ReplenishRulePutIn in = { ctx->who.merchant, reply->location,  reply->scope,
                              reply->code,       reply->min,       reply->max,
                              reply->floor_min,  reply->lead_days, reply->cover_days,
                              reply->pack,       reply->source,    text_or_empty(reply->source_code) };
    return q_replenish_rule_put_exec(ctx->tx, &in, NULL, err)
           && tell(ctx, STR("replenishment.rule"), reply->location, reply->scope, reply->code, err);
}

/* A cursor "location/scope/code". */
static bool rules_start(Str cursor, ReplenishRulePageIn *in, Error *err)
{
    size_t first = str_index(cursor, '/', 0);
    if (!cursor.len) return true;
    size_t second = first < cursor.len ? str_index(cursor, '/', first + 1) : cursor.len;
    if (second >= cursor.len)
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    in->after_location = str_slice(cursor, 0, first);
    in->after_scope    = str_slice(cursor, first + 1, second);
    in->after_code     = str_slice(cursor, second + 1, cursor.len);
    return true;
}

bool replenish_rules_list(Ctx *ctx, const ReplenishRuleFind *request, ReplenishRuleList *reply, Error *err)
{
    ReplenishRulePageRow *rows  = NULL;
    size_t                count = 0, limit = (size_t)page_limit(request->limit);
    ReplenishRulePageIn   in = { .merchant       = ctx->who.merchant,
                                 .location       = text_or_empty(request->location),
                                 .after_location = STR(""),
                                 .after_scope    = STR(""),
                                 .after_code     = STR(""),
                                 .limit          = (int64_t)limit + 1 };
    if (!rules_start(request->cursor, &in, err)
        || !q_replenish_rule_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err))
        return false;
    reply->items.items = arena_array(ctx->arena, ReplenishRule, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++) {
        const ReplenishRulePageRow *r            = &rows[i];
        reply->items.items[reply->items.count++] = (ReplenishRule){ r->location,
                                                                    r->scope,
                                                                    r->code,
                                                                    r->min,
                                                                    r->max,
                                                                    r->floor_min,
                                                                    r->lead_days,
                                                                    r->cover_days,
                                                                    r->pack,
                                                                    r->source,
                                                                    text_or_none(r->source_code) };
    }
    if (count > limit) {
        const ReplenishRulePageRow *last = &rows[limit - 1];
        reply->next_cursor               = str_format(ctx->arena, "%.*s/%.*s/%.*s", STR_FMT(last->location),
                                                      STR_FMT(last->scope), STR_FMT(last->code));
    }
    return true;
}

bool replenish_rules_drop(Ctx *ctx, const ReplenishRuleKey *request, ReplenishRuleKey *reply, Error *err)
{
    int64_t             changed = 0;
    ReplenishRuleDropIn in      = { ctx->who.merchant, request->location, request->scope, request->code };
    *reply                      = *request;
    if (!q_replenish_rule_drop_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 0) return err_set(err, &ERR_NOT_FOUND, "code", "there is no such rule");
    return tell(ctx, STR("replenishment.drop"), request->location, request->scope, request->code, err);
}
