/* counts.c — goods that are counted. See counts.h; adjustments are in counts_adjust.c. */
#include "shop/counts/counts.h"

#include "all_sql.h"
#include "core/machine.h"
#include "core/money.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "shop/settings/settings.h"

#include <stdio.h>

static Count shown(const CountGetRow *r)
{
    return (Count){ .id           = r->id,
                    .location     = text_or_none(r->location),
                    .zone         = text_or_none(r->zone),
                    .scope        = r->scope,
                    .category     = text_or_none(r->category),
                    .blind        = r->blind,
                    .state        = r->state,
                    .pass         = r->pass,
                    .note         = text_or_none(r->note),
                    .reference    = text_or_none(r->reference),
                    .made_by      = r->made_by,
                    .made_at      = r->made_at_ms,
                    .started_at   = r->started_at_ms ? r->started_at_ms : OPT_NONE,
                    .submitted_at = r->submitted_at_ms ? r->submitted_at_ms : OPT_NONE,
                    .decided_by   = r->decided_by,
                    .decided_at   = r->decided_at_ms ? r->decided_at_ms : OPT_NONE };
}

bool counts_get(Ctx *ctx, Id id, Count *out, Error *err)
{
    CountGetRow row   = { 0 };
    bool        found = false;
    if (!q_count_get_one(ctx->tx, ctx->arena, &(CountGetIn){ ctx->who.merchant, id }, &row, &found, err))
        return false;
    *out = shown(&row);
    return found || err_set(err, &ERR_NOT_FOUND, "id", "there is no such count");
}

bool counts_lock(Ctx *ctx, Id id, Count *out, Error *err)
{
    CountLockRow row   = { 0 };
    bool         found = false;
    return q_count_lock_one(ctx->tx, ctx->arena, &(CountLockIn){ ctx->who.merchant, id }, &row, &found, err)
        && counts_get(ctx, id, out, err);
}

/* Audit row and event of a count's state. */
static bool tell(Ctx *ctx, const Count *count, Str note, Error *err)
{
    bool            ended = str_eq(count->state, STR("approved"));
    const EventDef *event = ended ? &EVENT_STOCK_COUNTED : &EVENT_COUNT_CHANGED;
    Str id     = id_text(ctx->arena, count->id);
    Str action = str_format(ctx->arena, "count.%.*s", STR_FMT(count->state));
    Str body   = str_format(ctx->arena,
                            "{\"id\":\"%.*s\",\"location\":\"%.*s\",\"scope\":\"%.*s\",\"state\":\"%.*s\"}",
                            STR_FMT(id), STR_FMT(count->location), STR_FMT(count->scope),
                            STR_FMT(count->state));
    if (!action.ptr || !body.ptr) return err_memory(err);
    return audit_append(ctx, action, count->id, note.len ? note : text_or_empty(count->location), err)
        && events_put(ctx, event, count->id, body, err);
}

bool counts_put(Ctx *ctx, Count *count, Error *err)
{
    count->id      = ctx_new_id(ctx);
    count->made_at = ctx->now_ms;
    count->made_by = ctx->who.api_key;
    CountPutIn in  = { .merchant   = ctx->who.merchant,
                       .id         = count->id,
                       .location   = text_or_empty(count->location),
                       .zone       = text_or_empty(count->zone),
                       .scope      = count->scope,
                       .category   = text_or_empty(count->category),
                       .blind      = count->blind,
                       .state      = count->state,
                       .pass       = count->pass,
                       .note       = text_or_empty(count->note),
                       .reference  = text_or_empty(count->reference),
                       .made_by    = count->made_by,
                       .made_at_ms = count->made_at };
    return q_count_put_exec(ctx->tx, &in, NULL, err) && tell(ctx, count, STR_NONE, err);
}

bool counts_by_reference(Ctx *ctx, Str reference, Id *id, bool *found, Error *err)
{
    CountByReferenceRow row = { 0 };
    CountByReferenceIn  in  = { ctx->who.merchant, text_or_empty(reference) };
    if (!q_count_by_reference_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    *id = row.id;
    return true;
}

bool counts_step(Ctx *ctx, Count *count, Str event, Str note, Error *err)
{
    Str next = STR_NONE;
    if (!machine_step(MACHINE_STOCK_COUNT, count->state, event, "id", &next, err)) return false;
    if (str_eq(event, STR("start"))) count->started_at = ctx->now_ms;
    if (str_eq(event, STR("recount"))) count->pass++;
    if (str_eq(event, STR("recount")) || str_eq(event, STR("review"))) count->submitted_at = ctx->now_ms;
    if (machine_ended(MACHINE_STOCK_COUNT, next)) {
        count->decided_at = ctx->now_ms;
        count->decided_by = ctx->who.api_key;
    }
    count->state     = next;
    CountMoveOnIn in = { ctx->who.merchant,
                         count->id,
                         next,
                         count->pass,
                         opt_or(count->started_at, 0),
                         opt_or(count->submitted_at, 0),
                         count->decided_by,
                         opt_or(count->decided_at, 0) };
    return q_count_move_on_exec(ctx->tx, &in, NULL, err) && tell(ctx, count, note, err);
}

bool counts_item(Ctx *ctx, Str sku, const char *field, CountItem *out, Error *err)
{
    CountItemOfRow row   = { 0 };
    bool           found = false;
    CountItemOfIn  in    = { ctx->who.merchant, sku };
    if (!q_count_item_of_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, field, "there is no item %.*s", STR_FMT(sku));
    if (!row.stocked)
        return err_set(err, &ERR_COUNT_SCOPE, field, "%.*s is a service: it has no stock", STR_FMT(sku));
    *out = (CountItem){ row.id, row.qty_step, row.cost };
    return true;
}

bool counts_location(Ctx *ctx, Str code, const char *field, Error *err)
{
    bool found = false;
    if (!location_there(ctx, code, &found, err)) return false;
    return found || err_set(err, &ERR_COUNT_SCOPE, field, "there is no such location");
}

bool counts_line_put(Ctx *ctx, Id count, const CountPut *line, Error *err)
{
    CountLinePutIn in = { ctx->who.merchant, count,       line->item,   line->location, line->zone,
                          line->state,       line->counted, line->ref_ms, line->diff,     line->posted_ms };
    return q_count_line_put_exec(ctx->tx, &in, NULL, err);
}

/* Whether an item that is on no line of the count may be counted with it. */
static bool may_join(Ctx *ctx, const Count *count, Id item, bool *yes, Error *err)
{
    CountInCategoryRow row;
    CountInCategoryIn  in = { ctx->who.merchant, item, text_or_empty(count->category) };
    *yes                  = str_eq(count->scope, STR("all")) && str_eq(count->state, STR("counting"));
    if (!str_eq(count->scope, STR("category")) || !str_eq(count->state, STR("counting"))) return true;
    return q_count_in_category_one(ctx->tx, ctx->arena, &in, &row, yes, err);
}

static bool check_line(Ctx *ctx, const Count *count, Id item, const char *field, Error *err)
{
    CountLineGetRow row   = { 0 };
    bool            found = false, joins = false;
    CountLineGetIn  in    = { ctx->who.merchant, count->id, item, count->location, count->zone };
    if (!q_count_line_get_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    bool again = str_eq(count->state, STR("recount"));
    if (found && (!again || str_eq(row.state, STR("recount")))) return true;
    if (found) return err_set(err, &ERR_COUNT_SCOPE, field, "this item is not to be counted again");
    if (!may_join(ctx, count, item, &joins, err)) return false;
    if (!joins) return err_set(err, &ERR_COUNT_SCOPE, field, "this item is not to be counted");
    CountPut line = { .item     = item,
                      .location = count->location,
                      .zone     = count->zone,
                      .state    = STR("open"),
                      .counted  = -1 };
    return counts_line_put(ctx, count->id, &line, err);
}

bool counts_entry_put(Ctx *ctx, const Count *count, const CountPutEntry *entry, const char *field, Error *err)
{
    CountEntryPutIn in = { ctx->who.merchant, count->id,    entry->item,  ctx_new_id(ctx),
                           count->pass,       entry->qty,   entry->code,  entry->shelf,
                           ctx->who.api_key,  entry->ref_ms, ctx->now_ms,
                           texts_write(ctx->arena, &entry->serials) };
    if (!in.serials.ptr) return err_memory(err);
    return check_line(ctx, count, entry->item, field, err) && q_count_entry_put_exec(ctx->tx, &in, NULL, err);
}

bool counts_compare(Ctx *ctx, Id count, Error *err)
{
    return q_count_compare_exec(ctx->tx, &(CountCompareIn){ ctx->who.merchant, count }, NULL, err)
        && q_count_differ_exec(ctx->tx, &(CountDifferIn){ ctx->who.merchant, count }, NULL, err);
}

bool counts_figure(Ctx *ctx, Count *count, Error *err)
{
    CountFiguresRow r         = { 0 };
    bool            found     = false;
    int64_t         value_max = 0, quantity_max = 0;
    CountFiguresIn  in        = { ctx->who.merchant, count->id };
    count->figures            = arena_new(ctx->arena, CountFigures);
    if (!count->figures) return err_memory(err);
    if (!settings_get(ctx, &SETTING_COUNT_APPROVE_VALUE, &value_max, err)
        || !settings_get(ctx, &SETTING_COUNT_APPROVE_QUANTITY, &quantity_max, err)
        || !q_count_figures_one(ctx->tx, ctx->arena, &in, &r, &found, err))
        return false;
    *count->figures = (CountFigures){ .lines       = r.lines,
                                      .open        = r.open,
                                      .exact       = r.exact,
                                      .counted     = r.counted,
                                      .over        = r.over,
                                      .missing     = r.missing,
                                      .over_value  = r.over_value,
                                      .missing_value = r.missing_value,
                                      .accuracy    = r.compared ? r.exact * 1000000 / r.compared : 1000000 };
    count->needs_other = r.over_value + r.missing_value > value_max || r.over + r.missing > quantity_max;
    return true;
}

bool counts_reply(Ctx *ctx, Count *count, Error *err)
{
    bool open = str_eq(count->state, STR("draft")) || str_eq(count->state, STR("counting"))
             || str_eq(count->state, STR("recount"));
    if (!counts_figure(ctx, count, err)) return false;
    if (count->blind && open) {
        count->figures     = NULL;
        count->needs_other = false;
    }
    return true;
}

bool counts_is_own(Ctx *ctx, const Count *count, bool *own, Error *err)
{
    CountCountedByRow row;
    CountCountedByIn  in = { ctx->who.merchant, count->id, ctx->who.api_key };
    *own                 = id_eq(count->made_by, ctx->who.api_key);
    return *own || q_count_counted_by_one(ctx->tx, ctx->arena, &in, &row, own, err);
}

static bool pass_over(void *arg, const void *row)
{
    (void)arg;
    (void)row;
    return true;
}

static bool lock_all(Ctx *ctx, Id count, Error *err)
{
    CountLockPlacesIn places = { ctx->who.merchant, count };
    CountLockLevelsIn levels = { ctx->who.merchant, count };
    if (tx_engine(ctx->tx) != DB_PG) return true; /* one writer */
    return q_count_lock_places_each(ctx->tx, &places, pass_over, NULL, err)
        && q_count_lock_levels_each(ctx->tx, &levels, pass_over, NULL, err);
}

bool counts_settle(Ctx *ctx, Id count, CountDiff **out, size_t *n, Error *err)
{
    CountDifferencesRow *rows = NULL;
    CountDifferencesIn   in   = { ctx->who.merchant, count };
    *n                        = 0;
    if (!lock_all(ctx, count, err)
        || !q_count_supersede_exec(ctx->tx, &(CountSupersedeIn){ ctx->who.merchant, count }, NULL, err)
        || !counts_compare(ctx, count, err)
        || !q_count_differences_all(ctx->tx, ctx->arena, &in, &rows, n, err))
        return false;
    *out = arena_array(ctx->arena, CountDiff, *n + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = (CountDiff){ rows[i].item, rows[i].sku, rows[i].location, rows[i].zone, rows[i].diff };
    return true;
}

bool counts_named(Ctx *ctx, Id count, CountNamed **out, size_t *n, Error *err)
{
    CountNamedRow *rows = NULL;
    CountNamedIn   in   = { ctx->who.merchant, count };
    if (!q_count_named_all(ctx->tx, ctx->arena, &in, &rows, n, err)) return false;
    *out = arena_array(ctx->arena, CountNamed, *n + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *n; i++) {
        const CountNamedRow *r = &rows[i];
        (*out)[i] = (CountNamed){ r->item, r->sku, r->location, r->zone, r->ref_ms, r->counted, { NULL, 0 } };
        if (!texts_read(ctx->arena, r->serials, &(*out)[i].serials)) return err_memory(err);
    }
    return true;
}

bool counts_posted(Ctx *ctx, Id count, Error *err)
{
    CountPostedIn in = { ctx->who.merchant, count, ctx->now_ms };
    return q_count_posted_exec(ctx->tx, &in, NULL, err);
}

bool counts_later(Ctx *ctx, Id item, Str location, Str zone, int64_t ref_ms, bool *yes, Error *err)
{
    CountLaterRow row;
    CountLaterIn  in = { ctx->who.merchant, item, location, zone, ref_ms };
    return q_count_later_one(ctx->tx, ctx->arena, &in, &row, yes, err);
}

bool counts_drop_impossible(Ctx *ctx, Id count, CountImpossible **out, size_t *n, Error *err)
{
    CountImpossibleRow *rows  = NULL;
    CountDiff          *diffs = NULL;
    CountImpossibleIn   in    = { ctx->who.merchant, count };
    if (!counts_settle(ctx, count, &diffs, n, err)
        || !q_count_impossible_all(ctx->tx, ctx->arena, &in, &rows, n, err))
        return false;
    *out = arena_array(ctx->arena, CountImpossible, *n + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *n; i++) (*out)[i] = (CountImpossible){ rows[i].item, rows[i].sku };
    return q_count_skip_impossible_exec(ctx->tx, &(CountSkipImpossibleIn){ ctx->who.merchant, count }, NULL,
                                        err);
}

bool counts_superseded(Ctx *ctx, Id count, int64_t *n, Error *err)
{
    CountSupersededRow row   = { 0 };
    bool               found = false;
    CountSupersededIn  in    = { ctx->who.merchant, count };
    if (!q_count_superseded_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *n = row.n;
    return true;
}
