/* counts_api.c — the routes of counts. See api.def; those that move stock or scan are in flows/. */
#include "shop/counts/counts.h"

#include "all_sql.h"
#include "core/money.h"
#include "shop/settings/settings.h"

#include <stdio.h>

#define API_DEF "shop/counts/api.def"
#define CAPABILITY counts
#include "shop/api_define.h"

bool counts_list(Ctx *ctx, const CountFind *request, CountList *reply, Error *err)
{
    CountPageRow *rows  = NULL;
    size_t        count = 0, limit = (size_t)page_limit(request->limit);
    Id            before;
    if (!page_before(request->cursor, &before, err)) return false;
    CountPageIn in = { ctx->who.merchant, text_or_empty(request->location), text_or_empty(request->state),
                       id_bytes(&before), (int64_t)limit + 1 };
    if (!q_count_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, Count, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++) {
        const CountPageRow *r = &rows[i];
        reply->items.items[reply->items.count++] =
            (Count){ .id           = r->id,
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
    if (count > limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].id);
    return true;
}

bool counts_show(Ctx *ctx, const ById *request, Count *reply, Error *err)
{
    return counts_get(ctx, request->id, reply, err) && counts_reply(ctx, reply, err);
}

static CountLine shown_line(const CountLinePageRow *r, bool hidden)
{
    bool      open    = str_eq(r->state, STR("open")) || str_eq(r->state, STR("skipped"));
    bool      was     = r->counted >= 0;
    CountLine line    = { .sku        = r->sku,
                          .name       = r->name,
                          .location   = r->location,
                          .zone       = r->zone,
                          .state      = r->state,
                          .counted    = was ? r->counted : OPT_NONE,
                          .expected   = open ? r->now : r->ledger,
                          .difference = open ? OPT_NONE : r->diff,
                          .value      = open ? OPT_NONE : r->diff * r->cost / QTY_ONE,
                          .moved      = r->moved ? r->moved : OPT_NONE,
                          .counted_at = open ? OPT_NONE : r->ref_ms };
    if (str_eq(r->state, STR("moved"))) line.expected = OPT_NONE;
    if (hidden) {
        line.expected = line.difference = line.value = line.moved = OPT_NONE;
        if (str_eq(r->state, STR("recount"))) line.counted = OPT_NONE;
    }
    return line;
}

/* A cursor "item-id location/zone" apart. */
static bool lines_start(Str cursor, Id *after, CountLinePageIn *in, Error *err)
{
    size_t slash = str_index(cursor, '/', 0);
    if (!cursor.len) return true;
    if (cursor.len < ID_TEXT_LEN || slash == cursor.len || slash < ID_TEXT_LEN
        || !id_parse(str_slice(cursor, 0, ID_TEXT_LEN), after))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    in->after_item     = id_bytes(after);
    in->after_location = str_slice(cursor, ID_TEXT_LEN, slash);
    in->after_zone     = str_slice(cursor, slash + 1, cursor.len);
    return true;
}

bool counts_lines(Ctx *ctx, const CountLineFind *request, CountLineList *reply, Error *err)
{
    CountLinePageRow *rows = NULL;
    Count             head;
    Id                after;
    size_t            count = 0, limit = (size_t)page_limit(request->limit);
    if (!counts_get(ctx, request->id, &head, err)) return false;
    bool hidden = head.blind
               && (str_eq(head.state, STR("draft")) || str_eq(head.state, STR("counting"))
                   || str_eq(head.state, STR("recount")));
    if (hidden && request->different)
        return err_set(err, &ERR_FIELD_INVALID, "different", "this would tell who counts blindly");
    CountLinePageIn in = { .merchant       = ctx->who.merchant,
                           .count_id       = head.id,
                           .state          = text_or_empty(request->state),
                           .different      = request->different,
                           .after_item     = STR(""),
                           .after_location = STR(""),
                           .after_zone     = STR(""),
                           .limit          = (int64_t)limit + 1 };
    if (!lines_start(request->cursor, &after, &in, err)
        || !q_count_line_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err))
        return false;
    reply->items.items = arena_array(ctx->arena, CountLine, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++)
        reply->items.items[reply->items.count++] = shown_line(&rows[i], hidden);
    if (count > limit) {
        const CountLinePageRow *last = &rows[limit - 1];
        reply->next_cursor = str_format(ctx->arena, "%.*s%.*s/%.*s", STR_FMT(id_text(ctx->arena, last->item)),
                                        STR_FMT(last->location), STR_FMT(last->zone));
    }
    return true;
}

bool counts_entries(Ctx *ctx, const CountEntryFind *request, CountEntryList *reply, Error *err)
{
    CountEntryPageRow *rows = NULL;
    Id                 item, entry;
    size_t             count = 0, limit = (size_t)page_limit(request->limit);
    CountEntryPageIn   in    = { ctx->who.merchant, request->id, STR(""), STR(""), (int64_t)limit + 1 };
    if (request->cursor.len) {
        if (!id_parse(str_slice(request->cursor, 0, ID_TEXT_LEN), &item)
            || !id_parse(str_slice(request->cursor, ID_TEXT_LEN, request->cursor.len), &entry))
            return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
        in.after_item = id_bytes(&item);
        in.after_id   = id_bytes(&entry);
    }
    if (!q_count_entry_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, CountEntry, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++) {
        const CountEntryPageRow *r  = &rows[i];
        CountEntry              *to = &reply->items.items[reply->items.count++];
        *to = (CountEntry){ .id         = r->id,
                            .sku        = r->sku,
                            .quantity   = r->qty,
                            .pass       = r->pass,
                            .barcode    = text_or_none(r->code),
                            .shelf      = text_or_none(r->shelf),
                            .made_by    = r->made_by,
                            .counted_at = r->ref_ms };
        if (!texts_read(ctx->arena, r->serials, &to->serials)) return err_memory(err);
    }
    if (count > limit) {
        const CountEntryPageRow *last = &rows[limit - 1];
        reply->next_cursor =
            str_format(ctx->arena, "%.*s%.*s", STR_FMT(id_text(ctx->arena, last->item)),
                       STR_FMT(id_text(ctx->arena, last->id)));
    }
    return true;
}

static bool check_input(Ctx *ctx, const CountInput *in, Error *err)
{
    CountCategoryThereRow row;
    bool skus = str_eq(in->scope, STR("skus")), category = str_eq(in->scope, STR("category")), found = true;
    if (!counts_location(ctx, in->location, "location", err)) return false;
    if (skus != (in->skus.count > 0))
        return err_set(err, &ERR_FIELD_INVALID, "skus", "are needed with scope skus, and only there");
    if (category != (in->category.len > 0))
        return err_set(err, &ERR_FIELD_INVALID, "category", "is needed with scope category, and only there");
    if (!category) return true;
    CountCategoryThereIn there = { ctx->who.merchant, in->category };
    if (!q_count_category_there_one(ctx->tx, ctx->arena, &there, &row, &found, err)) return false;
    return found || err_set(err, &ERR_COUNT_SCOPE, "category", "there is no such category");
}

static bool put_skus(Ctx *ctx, const Count *count, const TextList *skus, Error *err)
{
    for (size_t i = 0; i < skus->count; i++) {
        CountItem item;
        char      field[32];
        (void)snprintf(field, sizeof field, "skus[%zu]", i);
        if (!counts_item(ctx, skus->items[i], field, &item, err)) return false;
        CountPut line = { .item     = item.id,
                          .location = count->location,
                          .zone     = count->zone,
                          .state    = STR("open"),
                          .counted  = -1 };
        if (!counts_line_put(ctx, count->id, &line, err)) return false;
    }
    return true;
}

/* What is to be counted is settled when a count begins. */
static bool fill(Ctx *ctx, const Count *count, Error *err)
{
    int64_t             n     = 0;
    CountFillAllIn      all   = { ctx->who.merchant, count->id, count->location, count->zone,
                                  COUNT_LINES_MAX + 1 };
    CountFillCategoryIn part  = { ctx->who.merchant,
                                  count->id,
                                  count->location,
                                  count->zone,
                                  text_or_empty(count->category),
                                  COUNT_LINES_MAX + 1 };
    if (str_eq(count->scope, STR("all")) && !q_count_fill_all_exec(ctx->tx, &all, &n, err)) return false;
    if (str_eq(count->scope, STR("category")) && !q_count_fill_category_exec(ctx->tx, &part, &n, err))
        return false;
    if (n <= COUNT_LINES_MAX) return true;
    return err_set(err, &ERR_COUNT_SCOPE, "scope", "more than %d items: count by category", COUNT_LINES_MAX);
}

bool counts_make(Ctx *ctx, const CountInput *request, Count *reply, Error *err)
{
    if (!check_input(ctx, request, err)) return false;
    *reply = (Count){ .location     = request->location,
                      .zone         = request->zone.ptr ? request->zone : STR("floor"),
                      .scope        = request->scope,
                      .category     = request->category,
                      .blind        = request->blind,
                      .state        = STR("draft"),
                      .pass         = 1,
                      .note         = request->note,
                      .started_at   = OPT_NONE,
                      .submitted_at = OPT_NONE,
                      .decided_at   = OPT_NONE };
    if (!counts_put(ctx, reply, err) || !put_skus(ctx, reply, (const TextList *)&request->skus, err))
        return false;
    if (request->start && (!fill(ctx, reply, err) || !counts_step(ctx, reply, STR("start"), STR_NONE, err)))
        return false;
    return counts_reply(ctx, reply, err);
}

bool counts_start(Ctx *ctx, const ById *request, Count *reply, Error *err)
{
    return counts_lock(ctx, request->id, reply, err) && counts_step(ctx, reply, STR("start"), STR_NONE, err)
        && fill(ctx, reply, err) && counts_reply(ctx, reply, err);
}

/* The entries of this pass become what was counted; lines without one are dealt with as asked. */
static bool take_entries(Ctx *ctx, const Count *count, Str uncounted, Error *err)
{
    CountNegativeRow negative;
    CountLeftOpenRow open      = { 0 };
    bool             found     = false;
    int64_t          merchant  = ctx->who.merchant;
    CountTakeIn      take      = { merchant, count->id, count->pass };
    if (!q_count_negative_one(ctx->tx, ctx->arena, &(CountNegativeIn){ merchant, count->id, count->pass },
                              &negative, &found, err))
        return false;
    if (found)
        return err_set(err, &ERR_COUNT_NEGATIVE, "id", "the entries of %.*s add up to less than nothing",
                       STR_FMT(negative.sku));
    if (!q_count_take_exec(ctx->tx, &take, NULL, err)) return false;
    if (str_eq(uncounted, STR("zero")))
        return q_count_nothing_there_exec(
            ctx->tx, &(CountNothingThereIn){ merchant, count->id, ctx->now_ms }, NULL, err);
    if (str_eq(uncounted, STR("skip")))
        return q_count_skip_exec(ctx->tx, &(CountSkipIn){ merchant, count->id }, NULL, err);
    if (!q_count_left_open_one(ctx->tx, ctx->arena, &(CountLeftOpenIn){ merchant, count->id }, &open, &found,
                               err))
        return false;
    return open.n == 0
        || err_set(err, &ERR_COUNT_OPEN_LINES, "uncounted", "%lld items are not counted, e.g. %.*s",
                   (long long)open.n, STR_FMT(open.sku));
}

bool counts_submit(Ctx *ctx, const CountSubmit *request, Count *reply, Error *err)
{
    int64_t quantity = 0, value = 0, again = 0;
    if (!counts_lock(ctx, request->id, reply, err)) return false;
    bool counting = str_eq(reply->state, STR("counting"));
    if (!counting && !str_eq(reply->state, STR("recount")))
        return counts_step(ctx, reply, STR("submit"), STR_NONE, err); /* refuses */
    if (!take_entries(ctx, reply, request->uncounted, err) || !counts_compare(ctx, reply->id, err)
        || !settings_get(ctx, &SETTING_COUNT_RECOUNT_QUANTITY, &quantity, err)
        || !settings_get(ctx, &SETTING_COUNT_RECOUNT_VALUE, &value, err))
        return false;
    CountMarkRecountIn mark = { ctx->who.merchant, reply->id, quantity, value };
    if (counting && !q_count_mark_recount_exec(ctx->tx, &mark, &again, err)) return false;
    return counts_step(ctx, reply, again ? STR("recount") : STR("review"), STR_NONE, err)
        && counts_reply(ctx, reply, err);
}

bool counts_again(Ctx *ctx, const CountAgain *request, Count *reply, Error *err)
{
    if (!counts_lock(ctx, request->id, reply, err) || !counts_step(ctx, reply, STR("recount"), STR_NONE, err))
        return false;
    for (size_t i = 0; i < request->skus.count; i++) {
        CountItem item;
        char      field[32];
        int64_t   changed = 0;
        (void)snprintf(field, sizeof field, "skus[%zu]", i);
        if (!counts_item(ctx, request->skus.items[i], field, &item, err)) return false;
        CountMarkAgainIn in = { ctx->who.merchant, reply->id, item.id };
        if (!q_count_mark_again_exec(ctx->tx, &in, &changed, err)) return false;
        if (changed == 0) return err_set(err, &ERR_COUNT_SCOPE, field, "this item was not counted here");
    }
    return counts_reply(ctx, reply, err);
}

bool counts_cancel(Ctx *ctx, const CountCancel *request, Count *reply, Error *err)
{
    return counts_lock(ctx, request->id, reply, err)
        && counts_step(ctx, reply, STR("cancel"), request->note, err) && counts_reply(ctx, reply, err);
}

bool adjustments_list(Ctx *ctx, const AdjustmentFind *request, AdjustmentList *reply, Error *err)
{
    AdjustmentPageRow *rows  = NULL;
    size_t             count = 0, limit = (size_t)page_limit(request->limit);
    Id                 before;
    if (!page_before(request->cursor, &before, err)) return false;
    AdjustmentPageIn in = { ctx->who.merchant, text_or_empty(request->location),
                            text_or_empty(request->state), id_bytes(&before), (int64_t)limit + 1 };
    if (!q_adjustment_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, Adjustment, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++) {
        const AdjustmentPageRow *r = &rows[i];
        reply->items.items[reply->items.count++] =
            (Adjustment){ .id         = r->id,
                          .location   = r->location,
                          .reason     = r->reason,
                          .state      = r->state,
                          .value      = r->value,
                          .note       = text_or_none(r->note),
                          .made_by    = r->made_by,
                          .made_at    = r->made_at_ms,
                          .decided_by = r->decided_by,
                          .decided_at = r->decided_at_ms ? r->decided_at_ms : OPT_NONE };
    }
    if (count > limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].id);
    return true;
}

bool adjustments_show(Ctx *ctx, const ById *request, Adjustment *reply, Error *err)
{
    AdjustmentPut *lines = NULL;
    return adjustments_get(ctx, request->id, reply, &lines, err);
}
