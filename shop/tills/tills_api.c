/* tills_api.c — drawers, policies and lists of tills. See api.def; the other routes are in the files of
 * their subject. */
#include "all_sql.h"
#include "shop/audit/audit.h"
#include "shop/tills/tills_inner.h"

#define API_DEF "shop/tills/api.def"
#define CAPABILITY tills
#include "shop/api_define.h"

static bool check_location(Ctx *ctx, Str location, Error *err)
{
    bool there = false;
    if (!location_there(ctx, location, &there, err)) return false;
    return there || err_set(err, &ERR_NOT_FOUND, "location", "no such location");
}

bool drawers_change(Ctx *ctx, const Drawer *request, Drawer *reply, Error *err)
{
    DrawerPutIn in = { ctx->who.merchant, request->location, request->code, request->name,
                       request->active };
    Str detail = str_format(ctx->arena, "%.*s/%.*s", STR_FMT(request->location), STR_FMT(request->code));
    if (!detail.ptr) return err_memory(err);
    *reply = (Drawer){ .location = request->location,
                       .code     = request->code,
                       .name     = request->name,
                       .active   = request->active };
    return check_location(ctx, request->location, err) && code_check(request->code, "code", err)
        && q_drawer_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("drawer.put"), audit_subject(STR("drawer"), detail), detail, err);
}

bool drawers_list(Ctx *ctx, const LocationAsk *request, DrawerList *reply, Error *err)
{
    DrawerPageRow *rows  = NULL;
    size_t         count = 0;
    DrawerPageIn   in    = { ctx->who.merchant, request->location };
    if (!check_location(ctx, request->location, err)
        || !q_drawer_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err))
        return false;
    reply->items.items = arena_array(ctx->arena, Drawer, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        reply->items.items[reply->items.count++] = (Drawer){
            request->location, rows[i].code,  rows[i].name,
            rows[i].active,    rows[i].shift, text_or_none(rows[i].cashier)
        };
    return true;
}

static int64_t limit_shown(int64_t limit)
{
    return limit < 0 ? OPT_NONE : limit;
}

bool till_policy_show(Ctx *ctx, const LocationAsk *request, TillPolicy *reply, Error *err)
{
    TillPolicyGetRow r     = { 0 };
    bool             found = false;
    TillPolicyGetIn  in    = { ctx->who.merchant, request->location };
    if (!check_location(ctx, request->location, err)
        || !q_till_policy_get_one(ctx->tx, ctx->arena, &in, &r, &found, err))
        return false;
    if (!found) r = (TillPolicyGetRow){ false, -1, -1, -1, -1, -1, -1, false };
    *reply = (TillPolicy){ .location         = request->location,
                           .shift_needed     = r.shift_needed,
                           .pay_in_over      = limit_shown(r.pay_in_over),
                           .pay_out_over     = limit_shown(r.pay_out_over),
                           .drop_over        = limit_shown(r.drop_over),
                           .void_line_over   = limit_shown(r.void_line_over),
                           .void_sale_over   = limit_shown(r.void_sale_over),
                           .difference_over  = limit_shown(r.difference_over),
                           .no_sale_approval = r.no_sale_approval };
    return true;
}

bool till_policy_change(Ctx *ctx, const TillPolicy *p, TillPolicy *reply, Error *err)
{
    TillPolicyPutIn in     = { ctx->who.merchant,
                               p->location,
                               p->shift_needed,
                               opt_or(p->pay_in_over, -1),
                               opt_or(p->pay_out_over, -1),
                               opt_or(p->drop_over, -1),
                               opt_or(p->void_line_over, -1),
                               opt_or(p->void_sale_over, -1),
                               opt_or(p->difference_over, -1),
                               p->no_sale_approval };
    Buf             buf    = buf_make(ctx->arena, 160);
    const int64_t   all[8] = {
          in.shift_needed,   in.pay_in_over,    in.pay_out_over,    in.drop_over,
          in.void_line_over, in.void_sale_over, in.difference_over, in.no_sale_approval
    };
    static const char *const words[8] = { "shift", "in",   "out",        "drop",
                                          "line",  "sale", "difference", "no sale" };
    for (size_t i = 0; i < 8; i++)
        buf_format(&buf, "%s%s %lld", i ? ", " : "", words[i], (long long)all[i]);
    if (buf.failed) return err_memory(err);
    return check_location(ctx, p->location, err) && q_till_policy_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("till_policy.put"), audit_subject(STR("till_policy"), p->location),
                        buf_str(&buf), err)
        && till_policy_show(ctx, &(LocationAsk){ p->location }, reply, err);
}

bool shifts_show(Ctx *ctx, const ById *request, Shift *reply, Error *err)
{
    ShiftRow shift = { .state = STR_NONE };
    return shift_get(ctx, request->id, &shift, err) && shift_show(ctx, &shift, true, reply, err);
}

bool shifts_list(Ctx *ctx, const ShiftFind *request, ShiftList *reply, Error *err)
{
    ShiftPageRow *rows  = NULL;
    size_t        count = 0, limit = (size_t)page_limit(request->limit);
    Id            before;
    if (!page_before(request->cursor, &before, err)) return false;
    ShiftPageIn in = { ctx->who.merchant, request->location, text_or_empty(request->state),
                       id_bytes(&before), (int64_t)limit + 1 };
    if (!q_shift_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, Shift, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++) {
        const ShiftPageRow *r   = &rows[i];
        ShiftRow            row = { .id        = r->id,
                                    .opened_by = r->opened_by,
                                    .location  = r->location,
                                    .drawer    = r->drawer,
                                    .till      = r->till,
                                    .cashier   = r->cashier,
                                    .state     = r->state,
                                    .opened_ms = r->opened_at_ms,
                                    .closed_ms = r->closed_at_ms,
                                    .z_number  = r->z_number,
                                    .number    = r->number,
                                    .documents = r->documents,
                                    .offline   = r->offline };
        if (!shift_show(ctx, &row, false, &reply->items.items[reply->items.count++], err)) return false;
    }
    if (count > limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].id);
    return true;
}

bool shifts_actions(Ctx *ctx, const ShiftAsk *request, ShiftActions *reply, Error *err)
{
    ShiftRow         shift = { .state = STR_NONE };
    ShiftActionsRow *rows  = NULL;
    size_t           count = 0, limit = (size_t)page_limit(request->limit);
    Id               after = { { 0 } };
    if (request->cursor.len && !id_parse(request->cursor, &after))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    ShiftActionsIn in = { ctx->who.merchant, request->id, id_bytes(&after), (int64_t)limit + 1 };
    if (!shift_get(ctx, request->id, &shift, err)
        || !q_shift_actions_all(ctx->tx, ctx->arena, &in, &rows, &count, err))
        return false;
    reply->items.items = arena_array(ctx->arena, ShiftAction, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++) {
        const ShiftActionsRow *r                 = &rows[i];
        reply->items.items[reply->items.count++] = (ShiftAction){ .id        = r->id,
                                                                  .kind      = r->kind,
                                                                  .currency  = text_or_none(r->currency),
                                                                  .amount    = r->amount,
                                                                  .from_safe = r->from_safe ? r->from_safe
                                                                                            : OPT_NONE,
                                                                  .reason    = text_or_none(r->reason),
                                                                  .reference = text_or_none(r->reference),
                                                                  .by        = r->done_by,
                                                                  .approved_by = r->approved_by,
                                                                  .at          = r->at_ms };
    }
    if (count > limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].id);
    return true;
}

bool till_differences(Ctx *ctx, const DifferenceAsk *request, DifferenceList *reply, Error *err)
{
    TillDifferencesRow *rows  = NULL;
    size_t              count = 0;
    TillDifferencesIn   in    = { ctx->who.merchant, text_or_empty(request->location),
                                  period_from(request->from), period_until(request->until) };
    if (!period_check(request->from, request->until, "until", err)
        || !q_till_differences_all(ctx->tx, ctx->arena, &in, &rows, &count, err))
        return false;
    reply->items.items = arena_array(ctx->arena, Difference, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        reply->items.items[reply->items.count++] = (Difference){ text_or_none(rows[i].cashier),
                                                                 rows[i].opened_by,
                                                                 rows[i].tender,
                                                                 rows[i].currency,
                                                                 rows[i].shifts,
                                                                 rows[i].over_sum,
                                                                 rows[i].short_sum };
    return true;
}
