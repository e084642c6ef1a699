/* promotions_api.c — the routes of promotions. See api.def. */
#include "shop/promotions/promotions.h"

#include "all_sql.h"
#include "sys/json_read.h"
#include "sys/json_write.h"

#define API_DEF "shop/promotions/api.def"
#define CAPABILITY promotions
#include "shop/api_define.h"

enum { FILE_ROOM = 4096 };

/* A number as the cursor of a list that goes down from the newest. */
static bool before_of(Str cursor, int64_t *before, Error *err)
{
    *before = INT64_MAX;
    return !cursor.len || str_to_i64(cursor, before)
           || err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
}

static bool next_number(Arena *arena, int64_t number, Str *cursor, Error *err)
{
    *cursor = str_format(arena, "%lld", (long long)number);
    return cursor->ptr || err_memory(err);
}

bool promotions_list(Ctx *ctx, const PromotionListAsk *request, PromotionList *reply, Error *err)
{
    PromotionPageRow *rows  = NULL;
    size_t            count = 0;
    int64_t           limit = page_limit(request->limit);
    PromotionPageIn   in = { ctx->who.merchant, page_after(request->cursor), text_or_empty(request->state),
                             ctx->now_ms, limit + 1 };
    if (!q_promotion_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, PromotionRow, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++) {
        Promotion rule = { .code = STR_NONE };
        if (!json_read_stored(ctx->arena, &Promotion_def, rows[i].body, &rule, err)) return false;
        reply->items.items[reply->items.count++] =
            (PromotionRow){ rows[i].code,
                            rule.name,
                            rule.phase,
                            promotions_state(rows[i].state, rows[i].from_ms, rows[i].until_ms, ctx->now_ms),
                            rows[i].version,
                            rows[i].draft ? rows[i].draft : OPT_NONE,
                            period_from_shown(rows[i].from_ms),
                            period_until_shown(rows[i].until_ms) };
    }
    if ((int64_t)count > limit) reply->next_cursor = rows[limit - 1].code;
    return true;
}

bool promotions_show(Ctx *ctx, const PromotionAsk *request, PromotionInfo *reply, Error *err)
{
    return promotions_info(ctx, request->code, request->version, reply, err);
}

bool promotions_history(Ctx *ctx, const PromotionVersionsAsk *request, PromotionVersions *reply, Error *err)
{
    PromotionVersionPageRow *rows  = NULL;
    size_t                   count = 0;
    int64_t                  limit = page_limit(request->limit);
    PromotionVersionPageIn   in    = { ctx->who.merchant, request->code, 0, limit + 1 };
    if (!before_of(request->cursor, &in.before, err)) return false;
    if (!q_promotion_version_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    if (count == 0 && !request->cursor.len) return err_set(err, &ERR_NOT_FOUND, "code", "no such promotion");
    reply->items.items = arena_array(ctx->arena, PromotionInfo, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++) {
        const PromotionVersionPageRow *row = &rows[i];
        reply->items.items[reply->items.count++] =
            (PromotionInfo){ .code    = request->code,
                             .version = row->version,
                             .state = promotions_state(row->state, row->from_ms, row->until_ms, ctx->now_ms),
                             .in_force     = OPT_NONE,
                             .draft        = OPT_NONE,
                             .author       = row->author,
                             .approver     = row->approver,
                             .made_at      = row->made_at_ms,
                             .published_at = row->published_at_ms ? row->published_at_ms : OPT_NONE,
                             .state_at     = row->state_at_ms };
    }
    return (int64_t)count <= limit
           || next_number(ctx->arena, rows[limit - 1].version, &reply->next_cursor, err);
}

bool promotions_faults(Arena *arena, const PromoFaults *faults, bool warnings, PromotionFault **items,
                       size_t *count)
{
    *count = 0;
    *items = arena_array(arena, PromotionFault, faults->count);
    if (!*items) return false;
    for (size_t i = 0; i < faults->count; i++) {
        const PromoFault *fault = &faults->items[i];
        PromotionFault one = { str_dup(arena, str_from(fault->code)), str_dup(arena, str_from(fault->field)),
                               str_dup(arena, str_from(fault->reason)) };
        if (fault->warning != warnings) continue;
        if (!one.code.ptr || !one.field.ptr || !one.reason.ptr) return false;
        (*items)[(*count)++] = one;
    }
    return true;
}

/* What became of it, with what may not be meant. */
static bool show_change(Ctx *ctx, Str code, int64_t version, const PromoFaults *faults, PromotionInfo *reply,
                        Error *err)
{
    return promotions_info(ctx, code, version, reply, err)
           && (promotions_faults(ctx->arena, faults, true, &reply->warnings.items, &reply->warnings.count)
               || err_memory(err));
}

bool promotions_change(Ctx *ctx, const Promotion *request, PromotionInfo *reply, Error *err)
{
    PromoFaults *faults  = arena_new(ctx->arena, PromoFaults);
    int64_t      version = 0;
    if (!faults) return err_memory(err);
    return promotions_put(ctx, request, &version, faults, err)
           && show_change(ctx, request->code, version, faults, reply, err);
}

static bool act(Ctx *ctx, const PromotionAsk *request, PromotionEvent event, PromotionInfo *reply,
                Error *err)
{
    PromoFaults *faults  = arena_new(ctx->arena, PromoFaults);
    int64_t      version = 0;
    if (!faults) return err_memory(err);
    return promotions_do(ctx, request->code, request->version, event, &version, faults, err)
           && show_change(ctx, request->code, version, faults, reply, err);
}

bool promotions_discard(Ctx *ctx, const PromotionAsk *request, PromotionInfo *reply, Error *err)
{
    PromoFaults none    = { .count = 0 };
    int64_t     version = 0;
    return promotions_info(ctx, request->code, request->version, reply, err)
           && promotions_do(ctx, request->code, request->version, PROMOTION_DROP, &version, &none, err);
}

bool promotions_approve(Ctx *ctx, const PromotionAsk *request, PromotionInfo *reply, Error *err)
{
    return act(ctx, request, PROMOTION_APPROVE, reply, err);
}

bool promotions_publish(Ctx *ctx, const PromotionAsk *request, PromotionInfo *reply, Error *err)
{
    return act(ctx, request, PROMOTION_PUBLISH, reply, err);
}

bool promotions_pause(Ctx *ctx, const PromotionAsk *request, PromotionInfo *reply, Error *err)
{
    return act(ctx, request, PROMOTION_PAUSE, reply, err);
}

bool promotions_resume(Ctx *ctx, const PromotionAsk *request, PromotionInfo *reply, Error *err)
{
    return act(ctx, request, PROMOTION_RESUME, reply, err);
}

bool promotions_end(Ctx *ctx, const PromotionAsk *request, PromotionInfo *reply, Error *err)
{
    return act(ctx, request, PROMOTION_END, reply, err);
}

typedef struct {
    Ctx   *ctx;
    Buf    buf;
    size_t count;
    Error *err;
    bool   ok;
} FileWalk;

static bool each_to_file(void *arg, const void *any)
{
    FileWalk               *walk = arg;
    const PromotionSaidRow *row  = any;
    size_t                  mark = walk->ctx->arena->used;
    Promotion               rule;
    rule     = (Promotion){ .code = STR_NONE };
    walk->ok = json_read_stored(walk->ctx->arena, &Promotion_def, row->body, &rule, walk->err);
    if (walk->ok
        && walk->buf.cap - walk->buf.len < row->body.len * 4 + FILE_ROOM) /* it must not grow here */
        walk->ok = err_memory(walk->err);
    if (!walk->ok) return false;
    buf_add(&walk->buf, walk->count++ ? STR(",\n    ") : STR("\n    "));
    json_write_file(&walk->buf, &Promotion_def, &rule, 2);
    walk->ctx->arena->used = mark;
    return true;
}

bool promotions_export(Ctx *ctx, const Nothing *request, RuleText *reply, Error *err)
{
    GuardrailVersion limits = { 0 };
    PromotionSaidIn  in     = { ctx->who.merchant, ctx->now_ms };
    if (!promotions_guardrails(ctx, &limits, err)) return false;
    FileWalk walk = { ctx, buf_make(ctx->arena, (ctx->arena->size - ctx->arena->used) / 2), 0, err, true };
    buf_add(&walk.buf, STR("{\n  \"guardrails\": "));
    json_write_file(&walk.buf, &GuardrailSettings_def, limits.settings, 1);
    buf_add(&walk.buf, STR(",\n  \"promotions\": ["));
    if (!q_promotion_said_each(ctx->tx, &in, each_to_file, &walk, err) || !walk.ok) return false;
    buf_add(&walk.buf, walk.count ? STR("\n  ]\n}\n") : STR("]\n}\n"));
    reply->text = buf_str(&walk.buf);
    return !walk.buf.failed || err_memory(err);
}

bool promotions_import(Ctx *ctx, const RuleFile *request, RuleFileReport *reply, Error *err)
{
    return promotions_take_over(ctx, request, reply, err);
}

bool guardrails_show(Ctx *ctx, const Nothing *request, GuardrailVersion *reply, Error *err)
{
    return promotions_guardrails(ctx, reply, err);
}

bool guardrails_change(Ctx *ctx, const GuardrailSettings *request, GuardrailVersion *reply, Error *err)
{
    return promotions_put_guardrails(ctx, request, err) && promotions_guardrails(ctx, reply, err);
}

bool guardrails_history(Ctx *ctx, const Page *request, GuardrailVersions *reply, Error *err)
{
    GuardrailPageRow *rows  = NULL;
    size_t            count = 0;
    int64_t           limit = page_limit(request->limit);
    GuardrailPageIn   in    = { ctx->who.merchant, 0, limit + 1 };
    if (!before_of(request->cursor, &in.before, err)) return false;
    if (!q_guardrail_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, GuardrailVersion, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++) {
        GuardrailVersion *one = &reply->items.items[reply->items.count++];
        *one          = (GuardrailVersion){ rows[i].version, rows[i].author, rows[i].made_at_ms, NULL };
        one->settings = arena_new(ctx->arena, GuardrailSettings);
        if (!one->settings) return err_memory(err);
        if (!json_read_stored(ctx->arena, &GuardrailSettings_def, rows[i].body, one->settings, err))
            return false;
    }
    return (int64_t)count <= limit
           || next_number(ctx->arena, rows[limit - 1].version, &reply->next_cursor, err);
}
