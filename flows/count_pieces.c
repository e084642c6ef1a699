/* count_pieces.c — counts of pieces with serial numbers: the ledger is set right number by number. See
 * count.h. */
#include "flows/count.h"

#include "all_sql.h"
#include "shop/counts/counts.h"

#include <stdlib.h>

/* One line of a count: the numbers that were seen, those that the ledger has, and the difference. */
typedef struct {
    Ctx              *ctx;
    const CountNamed *line;
    Str              *seen, *missing, *found;
    size_t            seen_count, missing_count, found_count;
} Pieces;

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

static bool was_seen(const Pieces *p, Str serial)
{
    return bsearch(&serial, p->seen, p->seen_count, sizeof *p->seen, by_text) != NULL;
}

/* All numbers that were named of the line, sorted; each once, and as many as were counted. */
static bool gather(Pieces *p, size_t entries, Error *err)
{
    size_t count = 0;
    for (size_t e = 0; e < entries; e++) count += p->line[e].serials.count;
    p->seen = arena_array(p->ctx->arena, Str, count + 1);
    if (!p->seen) return err_memory(err);
    for (size_t e = 0; e < entries; e++)
        for (size_t i = 0; i < p->line[e].serials.count; i++)
            p->seen[p->seen_count++] = p->line[e].serials.items[i];
    if (count) qsort(p->seen, count, sizeof *p->seen, by_text);
    for (size_t i = 1; i < count; i++)
        if (str_eq(p->seen[i - 1], p->seen[i]))
            return err_set(err, &ERR_SERIALS_NEEDED, "id",
                           "%.*s: %.*s was named twice: have it counted again", STR_FMT(p->line->sku),
                           STR_FMT(p->seen[i]));
    return p->line->counted == (int64_t)count * QTY_ONE
        || err_set(err, &ERR_SERIALS_NEEDED, "id", "%.*s: name the number of each piece, or of none",
                   STR_FMT(p->line->sku));
}

/* What the ledger has and nobody saw, but for what came later; and what was seen that the ledger does not
 * have, but for what left later. */
static bool compare(Pieces *p, Error *err)
{
    CountedPiecesRow *rows  = NULL;
    size_t            count = 0;
    CountedPiecesIn   in    = { p->ctx->who.merchant, p->line->item, p->line->location, p->line->zone };
    if (!q_counted_pieces_all(p->ctx->tx, p->ctx->arena, &in, &rows, &count, err)) return false;
    p->missing   = arena_array(p->ctx->arena, Str, count + 1);
    p->found     = arena_array(p->ctx->arena, Str, p->seen_count + 1);
    Str *at_once = arena_array(p->ctx->arena, Str, count + 1);
    if (!p->missing || !p->found || !at_once) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        at_once[i] = rows[i].serial;
        if (!was_seen(p, rows[i].serial) && rows[i].updated_at_ms <= p->line->ref_ms)
            p->missing[p->missing_count++] = rows[i].serial;
    }
    if (count) qsort(at_once, count, sizeof *at_once, by_text);
    for (size_t i = 0; i < p->seen_count; i++) {
        CountedPieceRow known = { .updated_at_ms = 0 };
        bool            there = false;
        CountedPieceIn  one   = { p->ctx->who.merchant, p->line->item, p->seen[i] };
        if (bsearch(&p->seen[i], at_once, count, sizeof *at_once, by_text)) continue;
        if (!q_counted_piece_one(p->ctx->tx, p->ctx->arena, &one, &known, &there, err)) return false;
        if (!there || known.updated_at_ms <= p->line->ref_ms) p->found[p->found_count++] = p->seen[i];
    }
    return true;
}

static bool move_pieces(Pieces *p, StockDoc *doc, Str *serials, size_t count, bool come, Error *err)
{
    StockMarks marks = { .serials = { serials, count } };
    StockMove  move  = { .item          = p->line->item,
                         .sku           = p->line->sku,
                         .from_location = come ? STR("") : p->line->location,
                         .from_state    = come ? STR("adjustment") : p->line->zone,
                         .to_location   = come ? p->line->location : STR(""),
                         .to_state      = come ? p->line->zone : STR("adjustment"),
                         .qty           = (int64_t)count * QTY_ONE,
                         .is_fact       = true,
                         .marks         = &marks };
    return count == 0 || inventory_move(p->ctx, doc, &move, err);
}

static bool settle_line(Ctx *ctx, StockDoc *doc, const CountNamed *line, size_t entries, Error *err)
{
    Pieces p = { .ctx = ctx, .line = line };
    return gather(&p, entries, err) && compare(&p, err)
        && move_pieces(&p, doc, p.missing, p.missing_count, false, err)
        && move_pieces(&p, doc, p.found, p.found_count, true, err);
}

bool count_pieces(Ctx *ctx, Id count, StockDoc *doc, Id **items, size_t *item_count, Error *err)
{
    CountNamed *named = NULL;
    size_t      n     = 0;
    *item_count       = 0;
    if (!counts_named(ctx, count, &named, &n, err)) return false;
    *items = arena_array(ctx->arena, Id, n + 1);
    if (!*items) return err_memory(err);
    for (size_t i = 0, next = 0; i < n; i = next) {
        while (next < n && id_eq(named[next].item, named[i].item)
               && str_eq(named[next].location, named[i].location)
               && str_eq(named[next].zone, named[i].zone))
            next++;
        if (!settle_line(ctx, doc, &named[i], next - i, err)) return false;
        (*items)[(*item_count)++] = named[i].item;
    }
    return true;
}
