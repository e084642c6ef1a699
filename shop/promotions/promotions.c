/* promotions.c — promotions, their versions and states, guardrails, rule sets as files. See promotions.h. */
#include "shop/promotions/promotions.h"

#include "core/tender.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "sys/json_read.h"
#include "sys/json_write.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { CUSTOMER_DAYS = 30 };

static const int64_t DAY_MS = 86400000;

typedef PromotionHeadRow        Head;
typedef PromotionVersionFindRow Version;

/* ---- states ---- */

typedef struct {
    const char    *state; /* as it is shown */
    PromotionEvent event;
    const char    *next; /* as it is stored; "": the row goes */
} Move;

/* Everything that may happen; what is not here is refused. scheduled, live and (by its until) ended are
 * worked out of `published` and the time: no job moves anything. */
static const Move moves[] = {
    { "draft", PROMOTION_APPROVE, "draft" }, { "draft", PROMOTION_PUBLISH, "published" },
    { "draft", PROMOTION_DROP, "" },         { "scheduled", PROMOTION_PAUSE, "paused" },
    { "scheduled", PROMOTION_END, "ended" }, { "scheduled", PROMOTION_REPLACE, "ended" },
    { "live", PROMOTION_PAUSE, "paused" },   { "live", PROMOTION_END, "ended" },
    { "live", PROMOTION_REPLACE, "ended" },  { "paused", PROMOTION_RESUME, "published" },
    { "paused", PROMOTION_END, "ended" },    { "paused", PROMOTION_REPLACE, "ended" },
    { "ended", PROMOTION_REPLACE, "ended" },
};

static const char *const event_names[] = {
    "approve", "publish", "pause", "resume", "end", "replace", "drop"
};
static_assert(COUNT(event_names) == PROMOTION_EVENTS, "every event has a name");

Str promotions_next(Str state, PromotionEvent event)
{
    for (size_t i = 0; i < COUNT(moves); i++)
        if (moves[i].event == event && str_eq(state, str_from(moves[i].state)))
            return str_from(moves[i].next);
    return STR_NONE;
}

Str promotions_state(Str stored, int64_t from_ms, int64_t until_ms, int64_t now_ms)
{
    if (str_eq(stored, STR("draft"))) return stored;
    if (str_eq(stored, STR("ended")) || until_ms <= now_ms) return STR("ended");
    if (str_eq(stored, STR("paused"))) return stored;
    return from_ms > now_ms ? STR("scheduled") : STR("live");
}

static Str shown_now(Ctx *ctx, const Version *row)
{
    return promotions_state(row->state, row->from_ms, row->until_ms, ctx->now_ms);
}

/* ---- reading ---- */

static bool head_get(Ctx *ctx, Str code, Head *head, bool *found, Error *err)
{
    PromotionHeadIn in = { ctx->who.merchant, code };
    return q_promotion_head_one(ctx->tx, ctx->arena, &in, head, found, err);
}

static bool version_get(Ctx *ctx, Str code, int64_t version, Version *row, Error *err)
{
    bool                   found = false;
    PromotionVersionFindIn in    = { ctx->who.merchant, code, version };
    if (!q_promotion_version_find_one(ctx->tx, ctx->arena, &in, row, &found, err)) return false;
    return found || err_set(err, &ERR_NOT_FOUND, "code", "no such promotion, or no such version of it");
}

static bool rule_read(Arena *arena, Str body, int64_t version, Promotion *out, Error *err)
{
    *out = (Promotion){ .code = STR_NONE };
    if (!json_read_stored(arena, &Promotion_def, body, out, err)) return false;
    out->version = version;
    return true;
}

/* The newest version when none is named. */
static bool pick_version(Ctx *ctx, Str code, int64_t version, Version *row, Error *err)
{
    Head head  = { 0 };
    bool found = false;
    if (!head_get(ctx, code, &head, &found, err)) return false;
    if (version == OPT_NONE) version = head.draft ? head.draft : head.in_force;
    return version_get(ctx, code, found ? version : 0, row, err);
}

bool promotions_get(Ctx *ctx, Str code, int64_t version, Promotion *out, Error *err)
{
    Version row = { 0 };
    return pick_version(ctx, code, version, &row, err)
           && rule_read(ctx->arena, row.body, row.version, out, err);
}

bool promotions_set_version(Ctx *ctx, int64_t *version, Error *err)
{
    PromotionSetVersionRow row   = { 0 };
    bool                   found = false;
    PromotionSetVersionIn  in    = { ctx->who.merchant };
    if (!q_promotion_set_version_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *version = row.version;
    return true;
}

typedef struct {
    Arena     *arena;
    Promotion *items;
    size_t     count, room;
    Error     *err;
    bool       ok;
} Loading;

static bool each_published(void *arg, const void *any)
{
    Loading                     *load = arg;
    const PromotionPublishedRow *row  = any;
    if (load->count == load->room)
        return false; /* published since they were counted: the set has a new number */
    load->ok = rule_read(load->arena, row->body, row->version, &load->items[load->count++], load->err);
    return load->ok;
}

bool promotions_load(Ctx *ctx, Arena *arena, int64_t at_ms, PromotionSet *out, Error *err)
{
    PromotionPublishedCountRow row   = { 0 };
    bool                       found = false;
    PromotionPublishedCountIn  of    = { ctx->who.merchant, at_ms };
    PromotionPublishedIn       in    = { ctx->who.merchant, at_ms };
    if (!promotions_set_version(ctx, &out->version, err)) return false;
    if (!q_promotion_published_count_one(ctx->tx, ctx->arena, &of, &row, &found, err)) return false;
    Loading load = {
        arena, arena_array(arena, Promotion, (size_t)row.count), 0, (size_t)row.count, err, true
    };
    if (!load.items) return err_memory(err);
    if (!q_promotion_published_each(ctx->tx, &in, each_published, &load, err) || !load.ok) return false;
    out->items = load.items;
    out->count = load.count;
    return true;
}

/* ---- guardrails ---- */

bool promotions_guardrails(Ctx *ctx, GuardrailVersion *out, Error *err)
{
    GuardrailNewestRow row   = { 0 };
    bool               found = false;
    GuardrailNewestIn  in    = { ctx->who.merchant };
    if (!q_guardrail_newest_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *out          = (GuardrailVersion){ row.version, row.author, found ? row.made_at_ms : OPT_NONE, NULL };
    out->settings = arena_new(ctx->arena, GuardrailSettings);
    if (!out->settings) return err_memory(err);
    return json_read_stored(ctx->arena, &GuardrailSettings_def, found ? row.body : STR("{}"), out->settings,
                            err);
}

static bool no_limits(Guardrails *out, Arena *arena, Error *err)
{
    return json_read_stored(arena, &Guardrails_def, STR("{}"), out, err);
}

bool promotions_limits(Ctx *ctx, Id customer, Guardrails *out, Error *err)
{
    GuardrailVersion  set   = { 0 };
    GuardrailGivenRow given = { 0 };
    bool              found = false;
    if (!promotions_guardrails(ctx, &set, err)) return false;
    if (set.settings->limits) *out = *set.settings->limits;
    else if (!no_limits(out, ctx->arena, err)) return false;
    if (set.settings->customer_amount == OPT_NONE || id_is_none(customer)) return true;
    int64_t          days = opt_or(set.settings->customer_days, CUSTOMER_DAYS);
    GuardrailGivenIn in   = { ctx->who.merchant, customer, ctx->now_ms - days * DAY_MS };
    if (!q_guardrail_given_one(ctx->tx, ctx->arena, &in, &given, &found, err)) return false;
    int64_t left       = set.settings->customer_amount - given.given;
    out->customer_left = left > 0 ? left : 0;
    return true;
}

static bool set_grow(Ctx *ctx, Error *err)
{
    return q_promotion_set_grow_exec(ctx->tx, &(PromotionSetGrowIn){ ctx->who.merchant }, NULL, err);
}

bool promotions_put_guardrails(Ctx *ctx, const GuardrailSettings *settings, Error *err)
{
    GuardrailVersion before  = { 0 };
    Id               subject = audit_subject(STR("guardrails"), STR("merchant"));
    if (settings->limits && settings->limits->customer_left != OPT_NONE)
        return err_set(err, &ERR_FIELD_INVALID, "limits.customer_left",
                       "is worked out from customer_amount");
    if (settings->customer_days != OPT_NONE && settings->customer_amount == OPT_NONE)
        return err_set(err, &ERR_FIELD_INVALID, "customer_days", "belongs to customer_amount");
    if (!promotions_guardrails(ctx, &before, err)) return false;
    Str            was  = json_write_stored(ctx->arena, &GuardrailSettings_def, before.settings);
    GuardrailPutIn in   = { ctx->who.merchant, before.version + 1,
                            json_write_stored(ctx->arena, &GuardrailSettings_def, settings), ctx->who.api_key,
                            ctx->now_ms };
    Str            told = str_format(ctx->arena, "{\"version\":%lld}", (long long)in.version);
    if (!in.body.ptr || !was.ptr || !told.ptr) return err_memory(err);
    if (before.version > 0 && str_eq(was, in.body)) return true;
    return q_guardrail_put_exec(ctx->tx, &in, NULL, err) && set_grow(ctx, err)
           && audit_append(ctx, STR("guardrails.put"), subject, in.body, err)
           && events_put(ctx, &EVENT_GUARDRAILS_CHANGED, subject, told, err);
}

static bool needs_approval(const Promotion *rule, const GuardrailSettings *g)
{
    return (g->publish_rate != OPT_NONE && promo_worst_rate(rule) > g->publish_rate)
           || (g->publish_amount != OPT_NONE && promo_worst_amount(rule) > g->publish_amount);
}

/* ---- what a promotion names must be there ---- */

typedef struct {
    Ctx             *ctx;
    const Promotion *rule;
    PromoFaults     *faults;
    Error           *err;
    bool             warn; /* only: it may come */
} Names;

static Str names_json(Arena *arena, const TextList *list)
{
    Buf buf = buf_make(arena, 256);
    buf_byte(&buf, '[');
    for (size_t i = 0; i < list->count; i++) {
        if (i) buf_byte(&buf, ',');
        buf_json_string(&buf, list->items[i]);
    }
    buf_byte(&buf, ']');
    return buf_str(&buf);
}

/* As much of a name as fits into a sentence; never a part of a character. */
static Str shortened(Str name)
{
    Str out = { name.ptr, name.len < 80 ? name.len : 80 };
    while (!str_is_utf8(out, NULL)) out.len--;
    return out;
}

/* All statements promotion_no_… take and give the same. */
static bool check_there(Names *n, const Query *query, const TextList *list, const char *path,
                        const char *what)
{
    PromotionNoSkuIn   in    = { n->ctx->who.merchant, STR_NONE };
    PromotionNoSkuRow *rows  = NULL;
    void              *all   = NULL;
    size_t             count = 0;
    char               field[96], reason[160];
    if (!list->count) return true;
    in.list = names_json(n->ctx->arena, list);
    if (!in.list.ptr) return err_memory(n->err);
    if (!db_all(n->ctx->tx, n->ctx->arena, query, &in, &all, &count, n->err)) return false;
    rows = all;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < list->count; j++) {
            if (!str_eq(rows[i].name, list->items[j])) continue;
            (void)snprintf(field, sizeof field, "%.60s[%zu]", path, j);
            (void)snprintf(reason, sizeof reason, "there is no such %.40s: \"%.*s\"", what,
                           STR_FMT(shortened(rows[i].name)));
            if (n->warn) promo_warning(n->faults, n->rule, field, reason);
            else promo_fault(n->faults, n->rule, field, reason);
            break;
        }
    return true;
}

static bool check_selector_names(Names *n, const Selector *s, const char *path)
{
    static const struct {
        const char  *name, *what;
        const Query *query;
        size_t       offset;
    } lists[] = {
        { "skus", "item", &q_promotion_no_sku, offsetof(Selector, skus) },
        { "categories", "category", &q_promotion_no_category, offsetof(Selector, categories) },
        { "brands", "brand of an item", &q_promotion_no_brand, offsetof(Selector, brands) },
        { "except_skus", "item", &q_promotion_no_sku, offsetof(Selector, except_skus) },
        { "except_categories", "category", &q_promotion_no_category, offsetof(Selector, except_categories) },
        { "except_brands", "brand of an item", &q_promotion_no_brand, offsetof(Selector, except_brands) },
    };
    char field[96];
    if (!s) return true;
    for (size_t i = 0; i < COUNT(lists); i++) {
        const TextList *list = (const TextList *)(const void *)((const char *)s + lists[i].offset);
        (void)snprintf(field, sizeof field, "%.48s.%.20s", path, lists[i].name);
        if (!check_there(n, lists[i].query, list, field, lists[i].what)) return false;
    }
    return true;
}

static bool check_tenders(Names *n)
{
    char field[96];
    for (size_t i = 0; i < n->rule->tenders.count; i++) {
        const TenderRow *row   = tender_find(n->rule->tenders.items[i]);
        bool             known = row && row->needs != NEEDS_INSIDE;
        (void)snprintf(field, sizeof field, "tenders[%zu]", i);
        if (!known)
            promo_fault(n->faults, n->rule, field,
                        "there is no such tender: cash, card, gift_card and so on");
    }
    return true;
}

static bool selector_has_money(const Selector *s)
{
    return s && (s->price_from != OPT_NONE || s->price_until != OPT_NONE);
}

static bool has_money(const Promotion *p)
{
    bool money = p->amount != OPT_NONE || p->price > 0 || p->max_discount != OPT_NONE
                 || selector_has_money(p->select);
    for (size_t i = 0; i < p->tiers.count; i++)
        money = money || p->tiers.items[i].from_amount != OPT_NONE || p->tiers.items[i].amount != OPT_NONE
                || p->tiers.items[i].price > 0;
    for (size_t i = 0; i < p->needs.count; i++)
        money = money || p->needs.items[i].amount != OPT_NONE
                || selector_has_money(p->needs.items[i].select);
    for (size_t i = 0; i < p->parts.count; i++)
        money = money || selector_has_money(p->parts.items[i].select);
    return money;
}

static bool check_currency(Names *n)
{
    PromotionCurrenciesRow row   = { 0 };
    bool                   found = false;
    PromotionCurrenciesIn  in    = { n->ctx->who.merchant, names_json(n->ctx->arena, &n->rule->channels) };
    if (!has_money(n->rule)) return true;
    if (!in.list.ptr) return err_memory(n->err);
    if (!q_promotion_currencies_one(n->ctx->tx, n->ctx->arena, &in, &row, &found, n->err)) return false;
    if (row.currencies > 1)
        promo_fault(
            n->faults, n->rule, "channels",
            "it names amounts of money, which hold in one currency: name channels that have the same");
    return true;
}

static bool check_names(Ctx *ctx, const Promotion *p, PromoFaults *faults, Error *err)
{
    Names  n    = { ctx, p, faults, err, false };
    size_t mark = ctx->arena->used;
    char   path[96];
    bool   ok = check_selector_names(&n, p->select, "select")
              && check_there(&n, &q_promotion_no_channel, &p->channels, "channels", "channel")
              && check_there(&n, &q_promotion_no_location, &p->locations, "locations", "location")
              && check_tenders(&n) && check_currency(&n);
    for (size_t i = 0; ok && i < p->needs.count; i++) {
        (void)snprintf(path, sizeof path, "needs[%zu].select", i);
        ok = check_selector_names(&n, p->needs.items[i].select, path);
    }
    for (size_t i = 0; ok && i < p->parts.count; i++) {
        (void)snprintf(path, sizeof path, "parts[%zu].select", i);
        ok = check_selector_names(&n, p->parts.items[i].select, path);
    }
    if (ok) ctx->arena->used = mark; /* nothing of it is needed: a file of many would not fit otherwise */
    return ok;
}

/* ---- faults ---- */

/* Refuses when there is more than warnings, with all that is wrong as `errors` of the answer. */
static bool faults_pass(Ctx *ctx, const PromoFaults *faults, Error *err)
{
    Buf  buf   = buf_make(ctx->arena, 512);
    bool first = true;
    if (faults->refused == 0) return true;
    buf_add(&buf, STR("\"errors\":["));
    for (size_t i = 0; i < faults->count; i++) {
        const PromoFault *fault = &faults->items[i];
        if (fault->warning) continue;
        if (first)
            (void)err_set(err, &ERR_PROMOTION_INVALID, fault->field, "%s: %s", fault->code, fault->reason);
        buf_add(&buf, first ? STR("{\"field\":") : STR(",{\"field\":"));
        buf_json_string(&buf, str_from(fault->field));
        buf_add(&buf, STR(",\"code\":\"promotion_invalid\",\"promotion\":"));
        buf_json_string(&buf, str_from(fault->code));
        buf_add(&buf, STR(",\"detail\":"));
        buf_json_string(&buf, str_from(fault->reason));
        buf_byte(&buf, '}');
        first = false;
    }
    buf_byte(&buf, ']');
    if (first) return err_set(err, &ERR_PROMOTION_INVALID, "", "more is wrong than can be told");
    err->extra = buf_str(&buf);
    return buf.failed ? err_memory(err) : false;
}

static bool check_alone(Ctx *ctx, const Promotion *rule, PromoFaults *faults, Error *err)
{
    GuardrailVersion set = { 0 };
    if (!promotions_guardrails(ctx, &set, err)) return false;
    promo_check(rule, set.settings->limits, faults);
    return check_names(ctx, rule, faults, err);
}

/* ---- writing drafts ---- */

/* What stands there newest; version 0 when there is nothing, or when it has ended. */
static bool said(Ctx *ctx, Str code, const Head *head, Version *row, Error *err)
{
    int64_t version = head->draft ? head->draft : head->in_force;
    *row            = (Version){ 0 };
    if (version == 0) return true;
    if (!version_get(ctx, code, version, row, err)) return false;
    if (str_eq(shown_now(ctx, row), STR("ended"))) *row = (Version){ 0 };
    return true;
}

static Str rule_body(Ctx *ctx, const Promotion *rule)
{
    Promotion bare = *rule;
    bare.version   = OPT_NONE;
    return json_write_stored(ctx->arena, &Promotion_def, &bare);
}

static bool tell(Ctx *ctx, Str code, int64_t version, const char *what, Error *err)
{
    Str action = str_format(ctx->arena, "promotion.%s", what);
    Str detail = str_format(ctx->arena, "%.*s v%lld", STR_FMT(code), (long long)version);
    if (!action.ptr || !detail.ptr) return err_memory(err);
    return audit_append(ctx, action, audit_subject(STR("promotion"), code), detail, err);
}

/* A new version as the draft, in the place of a draft that is there. */
static bool write_draft(Ctx *ctx, const Promotion *rule, Str body, int64_t *version, Error *err)
{
    PromotionTakeNumberRow head  = { 0 };
    bool                   found = false;
    PromotionTakeNumberIn  take  = { ctx->who.merchant, rule->code };
    if (!q_promotion_take_number_one(ctx->tx, ctx->arena, &take, &head, &found, err)) return false;
    PromotionVersionDropIn drop = { ctx->who.merchant, rule->code, head.draft };
    PromotionVersionPutIn  put  = {
          ctx->who.merchant,         rule->code,       head.newest, body, period_from(rule->from),
          period_until(rule->until), ctx->who.api_key, ctx->now_ms
    };
    PromotionHeadSetIn set = { ctx->who.merchant, rule->code, head.in_force, head.newest };
    *version               = head.newest;
    if (head.draft && !q_promotion_version_drop_exec(ctx->tx, &drop, NULL, err)) return false;
    return q_promotion_version_put_exec(ctx->tx, &put, NULL, err)
           && q_promotion_head_set_exec(ctx->tx, &set, NULL, err)
           && tell(ctx, rule->code, head.newest, "put", err);
}

bool promotions_put(Ctx *ctx, const Promotion *rule, int64_t *version, PromoFaults *faults, Error *err)
{
    Head    head  = { 0 };
    Version last  = { 0 };
    bool    found = false;
    if (!check_alone(ctx, rule, faults, err) || !faults_pass(ctx, faults, err)) return false;
    if (!head_get(ctx, rule->code, &head, &found, err)) return false;
    if (rule->version != OPT_NONE && rule->version != head.newest)
        return err_set(err, &ERR_PROMOTION_VERSION, "version", "the newest version is %lld",
                       (long long)head.newest);
    if (!said(ctx, rule->code, &head, &last, err)) return false;
    Str body = rule_body(ctx, rule);
    if (!body.ptr) return err_memory(err);
    *version = last.version;
    return (last.version && str_eq(last.body, body)) || write_draft(ctx, rule, body, version, err);
}

/* ---- the events ---- */

static bool each_beside(void *arg, const void *any);

typedef struct {
    Ctx         *ctx;
    PromoBeside *items; /* the promotions that are checked */
    size_t       count;
    Error       *err;
    bool         ok;
} BesideWalk;

static bool is_checked(const BesideWalk *walk, Str code)
{
    for (size_t i = 0; i < walk->count; i++)
        if (str_eq(walk->items[i].promotion->code, code)) return true;
    return false;
}

static bool each_beside(void *arg, const void *any)
{
    BesideWalk             *walk = arg;
    const PromotionSaidRow *row  = any;
    size_t                  mark = walk->ctx->arena->used;
    Promotion               other;
    if (is_checked(walk, row->code)) return true;
    walk->ok = rule_read(walk->ctx->arena, row->body, row->version, &other, walk->err);
    for (size_t i = 0; walk->ok && i < walk->count; i++) promo_beside_other(&walk->items[i], &other);
    walk->ctx->arena->used = mark;
    return walk->ok;
}

/* Tells each of the promotions of all others that are there, and of each other; then ends their checks. */
static bool check_beside(Ctx *ctx, PromoBeside *items, size_t count, Error *err)
{
    BesideWalk      walk = { ctx, items, count, err, true };
    PromotionSaidIn in   = { ctx->who.merchant, ctx->now_ms };
    if (!q_promotion_said_each(ctx->tx, &in, each_beside, &walk, err) || !walk.ok) return false;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++)
            if (j != i) promo_beside_other(&items[i], items[j].promotion);
        promo_beside_end(&items[i]);
    }
    return true;
}

static bool move(Ctx *ctx, Str code, const Version *row, PromotionEvent event, Error *err)
{
    Str state = shown_now(ctx, row), next = promotions_next(state, event);
    if (!next.ptr)
        return err_set(err, &ERR_PROMOTION_STATE, "code", "version %lld is %.*s", (long long)row->version,
                       STR_FMT(state));
    int64_t changed = 0, published = event == PROMOTION_PUBLISH ? ctx->now_ms : row->published_at_ms;
    PromotionVersionMoveIn in = { ctx->who.merchant, code,       row->version, row->state, next,
                                  published,         ctx->now_ms };
    if (!q_promotion_version_move_exec(ctx->tx, &in, &changed, err)) return false;
    return changed == 1 || err_set(err, &ERR_PROMOTION_VERSION, "code", "it was changed meanwhile");
}

static bool tell_all(Ctx *ctx, Str code, int64_t version, PromotionEvent event, Error *err)
{
    Buf body = buf_make(ctx->arena, 128);
    buf_add(&body, STR("{\"code\":"));
    buf_json_string(&body, code);
    buf_format(&body, ",\"version\":%lld,\"done\":\"%s\"}", (long long)version, event_names[event]);
    if (body.failed) return err_memory(err);
    return set_grow(ctx, err) && tell(ctx, code, version, event_names[event], err)
           && events_put(ctx, &EVENT_PROMOTION_CHANGED, audit_subject(STR("promotion"), code),
                         buf_str(&body), err);
}

/* Puts a draft that has passed all checks in force. */
static bool put_in_force(Ctx *ctx, const Promotion *rule, const Head *head, const Version *draft, Error *err)
{
    Version            before = { 0 };
    GuardrailVersion   limits = { 0 };
    PromotionHeadSetIn set    = { ctx->who.merchant, rule->code, draft->version, 0 };
    if (!promotions_guardrails(ctx, &limits, err)) return false;
    if (needs_approval(rule, limits.settings)
        && (id_is_none(draft->approver) || id_eq(draft->approver, draft->author)))
        return err_set(err, &ERR_PROMOTION_APPROVAL, "code",
                       "version %lld may take off more than one person may decide alone",
                       (long long)draft->version);
    if (head->in_force
        && (!version_get(ctx, rule->code, head->in_force, &before, err)
            || !move(ctx, rule->code, &before, PROMOTION_REPLACE, err)))
        return false;
    return move(ctx, rule->code, draft, PROMOTION_PUBLISH, err)
           && q_promotion_head_set_exec(ctx->tx, &set, NULL, err)
           && tell_all(ctx, rule->code, draft->version, PROMOTION_PUBLISH, err);
}

/* Warns of a promotion that nobody can have yet. */
static bool check_reach(Ctx *ctx, const Promotion *rule, PromoFaults *faults, Error *err)
{
    PromotionReachesRow row   = { 0 };
    bool                found = false;
    PromotionReachesIn  in    = { ctx->who.merchant, rule->code };
    if (!q_promotion_reaches_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (rule->coupon && !row.coupons) promo_warning(faults, rule, "coupon", "there is no coupon of it yet");
    if (rule->personal && !row.offers)
        promo_warning(faults, rule, "personal", "it is offered to nobody yet");
    Names n = { ctx, rule, faults, err, true };
    return check_there(&n, &q_promotion_no_group, &rule->customer_groups, "customer_groups", "group")
           && check_there(&n, &q_promotion_no_tier, &rule->tiers_of_loyalty, "tiers_of_loyalty", "tier");
}

static bool publish(Ctx *ctx, Str code, const Head *head, const Version *draft, PromoFaults *faults,
                    Error *err)
{
    Promotion   rule;
    PromoBeside beside;
    if (!promotions_next(shown_now(ctx, draft), PROMOTION_PUBLISH).ptr)
        return move(ctx, code, draft, PROMOTION_PUBLISH, err);
    if (!rule_read(ctx->arena, draft->body, draft->version, &rule, err)) return false;
    if (draft->until_ms <= ctx->now_ms) promo_fault(faults, &rule, "until", "is over already");
    if (!check_alone(ctx, &rule, faults, err) || !check_reach(ctx, &rule, faults, err)) return false;
    promo_beside_begin(&beside, &rule, faults);
    return check_beside(ctx, &beside, 1, err) && faults_pass(ctx, faults, err)
           && put_in_force(ctx, &rule, head, draft, err);
}

static bool approve(Ctx *ctx, Str code, const Version *draft, Error *err)
{
    PromotionVersionApproveIn in = { ctx->who.merchant, code, draft->version, ctx->who.api_key };
    if (!str_eq(draft->state, STR("draft"))) return move(ctx, code, draft, PROMOTION_APPROVE, err);
    if (id_eq(draft->author, ctx->who.api_key))
        return err_set(err, &ERR_PROMOTION_APPROVAL, "code", "nobody approves what they wrote themselves");
    return q_promotion_version_approve_exec(ctx->tx, &in, NULL, err)
           && tell(ctx, code, draft->version, "approve", err);
}

static bool drop(Ctx *ctx, Str code, const Head *head, const Version *draft, Error *err)
{
    PromotionVersionDropIn in   = { ctx->who.merchant, code, draft->version };
    PromotionHeadSetIn     set  = { ctx->who.merchant, code, head->in_force, 0 };
    PromotionDropIn        gone = { ctx->who.merchant, code };
    if (!str_eq(draft->state, STR("draft"))) return move(ctx, code, draft, PROMOTION_DROP, err);
    return q_promotion_version_drop_exec(ctx->tx, &in, NULL, err)
           && q_promotion_head_set_exec(ctx->tx, &set, NULL, err)
           && q_promotion_drop_exec(ctx->tx, &gone, NULL, err)
           && tell(ctx, code, draft->version, "drop", err);
}

bool promotions_do(Ctx *ctx, Str code, int64_t version, PromotionEvent event, int64_t *done,
                   PromoFaults *faults, Error *err)
{
    Head    head  = { 0 };
    Version row   = { 0 };
    bool    found = false,
         of_draft = event == PROMOTION_APPROVE || event == PROMOTION_PUBLISH || event == PROMOTION_DROP;
    if (!head_get(ctx, code, &head, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "code", "no such promotion");
    *done = (of_draft && head.draft) || !head.in_force ? head.draft : head.in_force;
    if (version != OPT_NONE && version != *done)
        return err_set(err, &ERR_PROMOTION_VERSION, "version", "this would be done with version %lld",
                       (long long)*done);
    if (!version_get(ctx, code, *done, &row, err)) return false;
    switch (event) {
    case PROMOTION_APPROVE: return approve(ctx, code, &row, err);
    case PROMOTION_PUBLISH: return publish(ctx, code, &head, &row, faults, err);
    case PROMOTION_DROP: return drop(ctx, code, &head, &row, err);
    case PROMOTION_PAUSE:
    case PROMOTION_RESUME:
    case PROMOTION_END:
        return move(ctx, code, &row, event, err) && tell_all(ctx, code, row.version, event, err);
    case PROMOTION_REPLACE:
    case PROMOTION_EVENTS: break;
    }
    return err_set(err, &ERR_PROMOTION_STATE, "code", "a version is replaced by publishing the next");
}

bool promotions_info(Ctx *ctx, Str code, int64_t version, PromotionInfo *out, Error *err)
{
    Head             head   = { 0 };
    Version          row    = { 0 };
    GuardrailVersion limits = { 0 };
    bool             found  = false;
    if (!pick_version(ctx, code, version, &row, err) || !head_get(ctx, code, &head, &found, err))
        return false;
    *out = (PromotionInfo){ .code         = code,
                            .version      = row.version,
                            .state        = shown_now(ctx, &row),
                            .in_force     = head.in_force ? head.in_force : OPT_NONE,
                            .draft        = head.draft ? head.draft : OPT_NONE,
                            .author       = row.author,
                            .approver     = row.approver,
                            .made_at      = row.made_at_ms,
                            .published_at = row.published_at_ms ? row.published_at_ms : OPT_NONE,
                            .state_at     = row.state_at_ms,
                            .rule         = arena_new(ctx->arena, Promotion) };
    if (!out->rule) return err_memory(err);
    if (!rule_read(ctx->arena, row.body, row.version, out->rule, err)) return false;
    if (!str_eq(row.state, STR("draft"))) return true;
    if (!promotions_guardrails(ctx, &limits, err)) return false;
    out->needs_approval = needs_approval(out->rule, limits.settings) && id_is_none(row.approver);
    return true;
}

/* ---- rule sets as files ---- */

typedef struct {
    Ctx            *ctx;
    const RuleFile *set;
    RuleFileReport *out;
    PromoFaults    *faults;
    PromoBeside    *beside;
    Error          *err;
} TakeOver;

/* Puts "promotions[i]." before the faults from `first` on. */
static void faults_of(PromoFaults *faults, size_t first, size_t index)
{
    for (size_t i = first; i < faults->count; i++) {
        char path[96];
        (void)snprintf(path, sizeof path, "promotions[%zu].%.60s", index, faults->items[i].field);
        memcpy(faults->items[i].field, path, sizeof path);
    }
}

/* Everything that is wrong with any of them. The faults of the checks beside others bear the code only. */
static bool check_file(TakeOver *t)
{
    const RuleFile  *set    = t->set;
    GuardrailVersion limits = { 0 };
    t->beside               = arena_array(t->ctx->arena, PromoBeside, set->promotions.count);
    if (!t->beside) return err_memory(t->err);
    if (!promotions_guardrails(t->ctx, &limits, t->err)) return false;
    const GuardrailSettings *settings = set->guardrails ? set->guardrails : limits.settings;
    for (size_t i = 0; i < set->promotions.count; i++) {
        const Promotion *rule  = &set->promotions.items[i];
        size_t           first = t->faults->count;
        promo_check(rule, settings->limits, t->faults);
        if (!check_names(t->ctx, rule, t->faults, t->err)) return false;
        if (set->publish && period_until(rule->until) <= t->ctx->now_ms)
            promo_fault(t->faults, rule, "until", "is over already");
        faults_of(t->faults, first, i);
        promo_beside_begin(&t->beside[i], rule, t->faults);
    }
    return check_beside(t->ctx, t->beside, set->promotions.count, t->err);
}

static bool take_one(TakeOver *t, const Promotion *rule)
{
    Ctx    *ctx     = t->ctx;
    Head    head    = { 0 };
    Version row     = { 0 };
    bool    found   = false;
    int64_t version = 0;
    size_t  mark    = ctx->arena->used;
    if (!head_get(ctx, rule->code, &head, &found, t->err) || !said(ctx, rule->code, &head, &row, t->err))
        return false;
    Str body = rule_body(ctx, rule);
    if (!body.ptr) return err_memory(t->err);
    bool same = row.version && str_eq(row.body, body);
    *(same ? &t->out->same : found ? &t->out->changed : &t->out->added) += 1;
    if (t->set->dry_run) return true;
    if (!same && !write_draft(ctx, rule, body, &version, t->err)) return false;
    if (!head_get(ctx, rule->code, &head, &found, t->err)) return false;
    if (t->set->publish && head.draft) {
        if (!version_get(ctx, rule->code, head.draft, &row, t->err)) return false;
        if (!put_in_force(ctx, rule, &head, &row, t->err)) return false;
        t->out->published++;
    }
    ctx->arena->used = mark; /* nothing of it is needed */
    return true;
}

static bool take_guardrails(TakeOver *t)
{
    GuardrailVersion before = { 0 }, after = { 0 };
    if (!t->set->guardrails) return true;
    if (!promotions_guardrails(t->ctx, &before, t->err)) return false;
    Str was = json_write_stored(t->ctx->arena, &GuardrailSettings_def, before.settings);
    Str now = json_write_stored(t->ctx->arena, &GuardrailSettings_def, t->set->guardrails);
    if (!was.ptr || !now.ptr) return err_memory(t->err);
    t->out->guardrails_changed = !str_eq(was, now);
    if (!t->out->guardrails_changed) return true;
    if (!ctx_may(t->ctx, &PERM_GUARDRAILS_WRITE))
        return err_set(t->err, &ERR_PERMISSION_MISSING, "guardrails", "needs guardrails.write");
    return t->set->dry_run
           || (promotions_put_guardrails(t->ctx, t->set->guardrails, t->err)
               && promotions_guardrails(t->ctx, &after, t->err));
}

bool promotions_take_over(Ctx *ctx, const RuleFile *set, RuleFileReport *out, Error *err)
{
    TakeOver t = { ctx, set, out, arena_new(ctx->arena, PromoFaults), NULL, err };
    *out       = (RuleFileReport){ .dry_run = set->dry_run };
    if (!t.faults) return err_memory(err);
    if (set->publish && !ctx_may(ctx, &PERM_PROMOTIONS_PUBLISH))
        return err_set(err, &ERR_PERMISSION_MISSING, "publish", "needs promotions.publish");
    if (!check_file(&t)) return false;
    if (!promotions_faults(ctx->arena, t.faults, false, &out->faults.items, &out->faults.count)
        || !promotions_faults(ctx->arena, t.faults, true, &out->warnings.items, &out->warnings.count))
        return err_memory(err);
    if (!set->dry_run && !faults_pass(ctx, t.faults, err)) return false;
    if (!take_guardrails(&t)) return false;
    for (size_t i = 0; i < set->promotions.count; i++)
        if (!take_one(&t, &set->promotions.items[i])) return err_in_list(err, "promotions", i);
    return true;
}
