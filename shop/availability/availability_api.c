/* availability_api.c — the routes of rules and reach. See api.def; the others are in flows/. */
#include "shop/availability/availability.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"

#include <assert.h>

#define API_DEF "shop/availability/api.def"
#define CAPABILITY availability
#include "shop/api_define.h"

/* --- rules --- */

/* A rule as it is stored: its item by id, what is absent empty. */
typedef struct {
    Id  item;
    Str item_bytes, category, location, channel;
} Subject;

static bool subject_of(Ctx *ctx, const AvailabilityRuleRef *ref, bool must_be, Subject *out, Error *err)
{
    AvailabilityItemOfRow row   = { 0 };
    AvailabilityKnownRow  known = { 0 };
    bool                  found = true;
    *out                        = (Subject){ .item_bytes = STR("") };
    out->category               = text_or_empty(ref->category);
    out->location               = text_or_empty(ref->location);
    out->channel                = text_or_empty(ref->channel);
    if (ref->sku.len && out->category.len)
        return err_set(err, &ERR_FIELD_INVALID, "category", "a rule is for an item or for a category");
    if (ref->sku.len) {
        AvailabilityItemOfIn in = { ctx->who.merchant, ref->sku };
        if (!q_availability_item_of_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
        if (!found) return err_set(err, &ERR_NOT_FOUND, "sku", "there is no such item");
        Id *item = arena_new(ctx->arena, Id);
        if (!item) return err_memory(err);
        *item = out->item = row.id;
        out->item_bytes   = id_bytes(item);
    }
    AvailabilityKnownIn in = { ctx->who.merchant, out->category, out->location, out->channel };
    if (!must_be) return true;
    if (!q_availability_known_one(ctx->tx, ctx->arena, &in, &known, &found, err)) return false;
    if (out->category.len && !known.category)
        return err_set(err, &ERR_NOT_FOUND, "category", "there is no such category");
    if (out->location.len && !known.location)
        return err_set(err, &ERR_NOT_FOUND, "location", "there is no such location");
    if (out->channel.len && !known.channel)
        return err_set(err, &ERR_CHANNEL_NOT_THERE, "channel", "there is no such channel");
    return true;
}

static bool check_rule(const AvailabilityRule *rule, Error *err)
{
    bool offer  = str_eq(rule->kind, STR("offer"));
    bool policy = str_eq(rule->kind, STR("policy"));
    bool yes_no = str_eq(rule->mode, STR("yes")) || str_eq(rule->mode, STR("no"));
    if ((offer || policy) != (rule->mode.ptr != NULL) || (rule->mode.ptr && offer != yes_no))
        return err_set(err, &ERR_FIELD_INVALID, "mode",
                       "an offer has yes or no, a policy none, backorder or preorder, others have none");
    if (!offer && !policy && rule->quantity == OPT_NONE)
        return err_set(err, &ERR_FIELD_INVALID, "quantity", "how much is kept back");
    if (offer && rule->quantity != OPT_NONE)
        return err_set(err, &ERR_FIELD_INVALID, "quantity", "an offer has no quantity");
    if (!policy && (rule->lead_days != OPT_NONE || rule->release != OPT_NONE))
        return err_set(err, &ERR_FIELD_INVALID, rule->lead_days != OPT_NONE ? "lead_days" : "release",
                       "only a policy has it");
    if (rule->release != OPT_NONE && !str_eq(rule->mode, STR("preorder")))
        return err_set(err, &ERR_FIELD_INVALID, "release", "only a preorder has it");
    return true;
}

static Str rule_name(Ctx *ctx, Str kind, const AvailabilityRuleRef *ref)
{
    return str_format(ctx->arena, "%.*s sku=%.*s category=%.*s location=%.*s channel=%.*s", STR_FMT(kind),
                      STR_FMT(ref->sku), STR_FMT(ref->category), STR_FMT(ref->location),
                      STR_FMT(ref->channel));
}

static bool tell(Ctx *ctx, Str action, Str name, Error *err)
{
    AvailabilitySweepIn sweep   = { ctx->who.merchant, STR("") };
    Id                  subject = audit_subject(STR("availability_rule"), name);
    Buf                 body    = buf_make(ctx->arena, 128);
    buf_add(&body, STR("{\"rule\":"));
    buf_json_string(&body, name);
    buf_byte(&body, '}');
    if (!name.ptr || body.failed) return err_memory(err);
    return audit_append(ctx, action, subject, name, err)
        && q_availability_sweep_exec(ctx->tx, &sweep, NULL, err)
        && events_put(ctx, &EVENT_AVAILABILITY_RULES, subject, buf_str(&body), err);
}

bool availability_rule_set(Ctx *ctx, const AvailabilityRule *request, AvailabilityRule *reply, Error *err)
{
    Subject             of;
    AvailabilityRuleRef ref = { request->kind, request->sku, request->category, request->location,
                                request->channel };
    if (!check_rule(request, err) || !subject_of(ctx, &ref, true, &of, err)) return false;
    AvailabilityRulePutIn in = { ctx->who.merchant,
                                 of.item_bytes,
                                 of.category,
                                 request->kind,
                                 of.location,
                                 of.channel,
                                 text_or_empty(request->mode),
                                 opt_or(request->quantity, 0),
                                 opt_or(request->lead_days, 0),
                                 opt_or(request->release, 0) };
    *reply                   = *request;
    return q_availability_rule_put_exec(ctx->tx, &in, NULL, err)
        && tell(ctx, STR("availability.rule"), rule_name(ctx, ref.kind, &ref), err);
}

bool availability_rule_drop(Ctx *ctx, const AvailabilityRuleRef *request, AvailabilityRuleRef *reply,
                            Error *err)
{
    Subject of;
    int64_t changed = 0;
    if (!subject_of(ctx, request, false, &of, err)) return false;
    AvailabilityRuleRemoveIn in = { ctx->who.merchant, of.item_bytes, of.category,
                                    request->kind,     of.location,   of.channel };
    if (!q_availability_rule_remove_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 0) return err_set(err, &ERR_RULE_UNKNOWN, "", "there is no such rule");
    *reply = *request;
    return tell(ctx, STR("availability.rule_remove"), rule_name(ctx, request->kind, request), err);
}

/* A cursor: the item's id in hex (or '-'), then category, kind, location and channel with '|' between. */
static bool page_start(Ctx *ctx, Str cursor, AvailabilityRulePageIn *in, Error *err)
{
    Str *const parts[] = { &in->category, &in->kind, &in->location, &in->channel };
    size_t     at      = str_index(cursor, '|', 0);
    Id         item    = { { 0 } };
    in->item = in->category = in->kind = in->location = in->channel = STR("");
    if (!cursor.len) return true;
    if (at == cursor.len || (at > 1 && !id_parse(str_slice(cursor, 0, at), &item)))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    if (at > 1) {
        Str bytes = str_dup(ctx->arena, id_bytes(&item));
        if (!bytes.ptr) return err_memory(err);
        in->item = bytes;
    }
    for (size_t i = 0; i < COUNT(parts) && at < cursor.len; i++) {
        size_t end = str_index(cursor, '|', at + 1);
        *parts[i]  = str_slice(cursor, at + 1, end);
        at         = end;
    }
    return true;
}

static Str page_end(Ctx *ctx, const AvailabilityRulePageRow *last)
{
    char text[ID_TEXT_LEN] = "-";
    Str  item              = { text, 1 };
    if (last->item.len == ID_BYTES) {
        Id id;
        memcpy(id.bytes, last->item.ptr, ID_BYTES);
        id_format(id, text);
        item.len = ID_TEXT_LEN;
    }
    return str_format(ctx->arena, "%.*s|%.*s|%.*s|%.*s|%.*s", STR_FMT(item), STR_FMT(last->category),
                      STR_FMT(last->kind), STR_FMT(last->location), STR_FMT(last->channel));
}

bool availability_rules(Ctx *ctx, const Page *request, AvailabilityRuleList *reply, Error *err)
{
    AvailabilityRulePageRow *rows  = NULL;
    size_t                   count = 0;
    size_t                   limit = (size_t)page_limit(request->limit);
    AvailabilityRulePageIn   in    = { .merchant = ctx->who.merchant, .limit = (int64_t)limit + 1 };
    if (!page_start(ctx, request->cursor, &in, err)) return false;
    if (!q_availability_rule_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, AvailabilityRule, count);
    if (!reply->items.items) return err_memory(err);
    reply->items.count = count < limit ? count : limit;
    for (size_t i = 0; i < reply->items.count; i++) {
        const AvailabilityRulePageRow *r     = &rows[i];
        bool                           much  = !str_eq(r->kind, STR("offer"));
        bool                           ahead = str_eq(r->kind, STR("policy"));
        reply->items.items[i]                = (AvailabilityRule){ r->kind,
                                                                   text_or_none(r->sku),
                                                                   text_or_none(r->category),
                                                                   text_or_none(r->location),
                                                                   text_or_none(r->channel),
                                                                   text_or_none(r->mode),
                                                    much ? r->quantity : OPT_NONE,
                                                    ahead ? r->lead_days : OPT_NONE,
                                                    r->release_ms ? r->release_ms : OPT_NONE };
    }
    if (count > limit) {
        reply->next_cursor = page_end(ctx, &rows[limit - 1]);
        if (!reply->next_cursor.ptr) return err_memory(err);
    }
    return true;
}

/* --- reach --- */

static bool reach_now(Ctx *ctx, Str location, Reach *out, Error *err)
{
    ReachFindRow         row   = { 0 };
    AvailabilityKnownRow known = { 0 };
    bool                 found = false;
    AvailabilityKnownIn  in    = { ctx->who.merchant, STR(""), location, STR("") };
    if (!q_availability_known_one(ctx->tx, ctx->arena, &in, &known, &found, err)) return false;
    if (!known.location) return err_set(err, &ERR_NOT_FOUND, "code", "there is no such location");
    if (!q_reach_find_one(ctx->tx, ctx->arena, &(ReachFindIn){ ctx->who.merchant, location }, &row, &found,
                          err))
        return false;
    *out = (Reach){ .code      = location,
                    .state     = row.offline ? STR("offline") : STR("online"),
                    .since     = found ? row.since_ms : OPT_NONE,
                    .heartbeat = row.heartbeat_ms ? row.heartbeat_ms : OPT_NONE };
    return true;
}

bool reach_show(Ctx *ctx, const ByCode *request, Reach *reply, Error *err)
{
    return reach_now(ctx, request->code, reply, err);
}

bool reach_change(Ctx *ctx, const Reach *request, Reach *reply, Error *err)
{
    bool offline = str_eq(request->state, STR("offline"));
    bool changed = false;
    if (request->heartbeat != OPT_NONE)
        return err_set(err, &ERR_FIELD_INVALID, "heartbeat", "is told by the location itself");
    if (request->since != OPT_NONE && request->since > ctx->now_ms)
        return err_set(err, &ERR_FIELD_INVALID, "since", "is yet to come");
    if (!reach_now(ctx, request->code, reply, err)) return false;
    return reach_set(ctx, request->code, offline, opt_or(request->since, ctx->now_ms), &changed, err)
        && (!changed || reach_tell(ctx, request->code, offline, err))
        && reach_now(ctx, request->code, reply, err);
}

bool reach_tell(Ctx *ctx, Str location, bool offline, Error *err)
{
    Str body    = str_format(ctx->arena, "{\"location\":\"%.*s\",\"state\":\"%s\"}", STR_FMT(location),
                          offline ? "offline" : "online");
    Id  subject = audit_subject(STR("location"), location);
    if (!body.ptr) return err_memory(err);
    return audit_append(ctx, STR("location.reach"), subject, offline ? STR("offline") : STR("online"), err)
        && events_put(ctx, &EVENT_LOCATION_REACH, subject, body, err);
}

bool reach_heartbeat(Ctx *ctx, const ByCode *request, Reach *reply, Error *err)
{
    bool             changed = false;
    ReachHeartbeatIn in      = { ctx->who.merchant, request->code, ctx->now_ms };
    if (!reach_now(ctx, request->code, reply, err)) return false;
    if (!q_reach_heartbeat_exec(ctx->tx, &in, NULL, err)) return false;
    return reach_set(ctx, request->code, false, ctx->now_ms, &changed, err)
        && (!changed || reach_tell(ctx, request->code, false, err))
        && reach_now(ctx, request->code, reply, err);
}
