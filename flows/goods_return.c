/* goods_return.c — goods of any kind come back: what was sold together may come back in parts, each to
 * its own place; lots and pieces must be those that went with the line. See goods.h. */
#include "flows/goods.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One item that comes back to one place, or does not. */
typedef struct {
    Id         item;
    Str        sku, state; /* state "missing": it does not come back */
    int64_t    qty, line;  /* line: n of the return's */
    size_t     seq;
    StockMarks marks;
} Coming;

typedef struct {
    Ctx         *ctx;
    Return      *doc;
    SoldKitPart *parts;
    size_t       part_count;
    SoldGoods   *goods;
    size_t       goods_count;
    Coming      *coming;
    size_t       count, room;
    int64_t      kept; /* rows written of what came */
} Work;

static bool at(Error *err, const ErrDef *def, int64_t line, const char *field, const char *why, Str what)
{
    (void)err_set(err, def, "", "%.*s: %s", STR_FMT(what), why);
    (void)snprintf(err->field, sizeof err->field, "lines[%lld].%s", (long long)line - 1, field);
    return false;
}

static bool add(Work *w, const Coming *one, Error *err)
{
    if (w->count == w->room) {
        size_t  room = w->room ? w->room * 2 : 16;
        Coming *more = arena_array(w->ctx->arena, Coming, room);
        if (!more) return err_memory(err);
        if (w->count) memcpy(more, w->coming, w->count * sizeof *more);
        w->coming = more;
        w->room   = room;
    }
    w->coming[w->count]     = *one;
    w->coming[w->count].seq = w->count;
    w->count++;
    return true;
}

/* --- which lots and pieces of those that went --- */

/* Counts one row of what went as come back, so much of it. */
static bool take_row(Work *w, SoldGoods *row, int64_t qty, const Coming *like, Error *err)
{
    bool   ok  = false;
    Coming one = *like;
    if (!orders_goods_return(w->ctx, row, qty, &ok, err)) return false;
    if (!ok)
        return at(err, &ERR_RETURN_SERIAL, like->line, "serials", "another return was faster", like->sku);
    row->returned += qty;
    one.qty   = qty;
    one.marks = (StockMarks){ .lot     = text_or_none(row->lot),
                              .serials = { &row->serial, row->serial.len ? 1 : 0 } };
    return add(w, &one, err);
}

static bool take_named(Work *w, int64_t order_line, const TextList *serials, const Coming *like,
                       Error *err)
{
    if ((int64_t)serials->count * QTY_ONE != like->qty)
        return at(err, &ERR_RETURN_SERIAL, like->line, "serials",
                  "name exactly one serial number for each piece", like->sku);
    for (size_t i = 0; i < serials->count; i++) {
        SoldGoods *found = NULL;
        for (size_t g = 0; g < w->goods_count; g++) {
            SoldGoods *row = &w->goods[g];
            if (row->line == order_line && id_eq(row->item, like->item)
                && str_eq(row->serial, serials->items[i]) && row->gone && row->returned == 0)
                found = row;
        }
        if (!found)
            return at(err, &ERR_RETURN_SERIAL, like->line, "serials",
                      "was not sold on this line, or came back already", serials->items[i]);
        if (!take_row(w, found, QTY_ONE, like, err)) return false;
    }
    return true;
}

/* Whether the rows of a line and item have serial numbers, and how much of them is still out. */
static int64_t still_out(const Work *w, int64_t order_line, Id item, Str lot, bool *numbered, bool *kept)
{
    int64_t sum = 0;
    *numbered = *kept = false;
    for (size_t g = 0; g < w->goods_count; g++) {
        const SoldGoods *row = &w->goods[g];
        if (row->line != order_line || !id_eq(row->item, item)) continue;
        *kept     = true;
        *numbered = *numbered || row->serial.len;
        if (row->gone && (!lot.len || str_eq(row->lot, lot))) sum += row->qty - row->returned;
    }
    return sum;
}

/* Of what went with the line: the pieces that are named, or the lot, or what went first. What the order
 * knows nothing of (it was not told apart then) comes as it is named now. */
static bool take_item(Work *w, int64_t order_line, const TextList *serials, Str lot, const Coming *like,
                      Error *err)
{
    bool    numbered = false, kept = false;
    int64_t left = like->qty,
            out  = still_out(w, order_line, like->item, text_or_empty(lot), &numbered, &kept);
    if (!kept) {
        Coming one = *like;
        one.marks  = (StockMarks){ .lot = lot, .serials = *serials };
        return add(w, &one, err);
    }
    if (serials->count) return take_named(w, order_line, serials, like, err);
    if (out < left)
        return at(err, &ERR_RETURN_SERIAL, like->line, "lot",
                  "less of it went with this line and is left", like->sku);
    if (numbered && out != left)
        return at(err, &ERR_RETURN_SERIAL, like->line, "serials",
                  "name the serial numbers that come back", like->sku);
    for (size_t g = 0; g < w->goods_count && left > 0; g++) {
        SoldGoods *row = &w->goods[g];
        int64_t    qty = row->qty - row->returned < left ? row->qty - row->returned : left;
        if (row->line != order_line || !id_eq(row->item, like->item) || !row->gone || qty == 0) continue;
        if (lot.len && !str_eq(row->lot, lot)) continue;
        if (!take_row(w, row, qty, like, err)) return false;
        left -= qty;
    }
    return true;
}

/* --- kits --- */

static const ReturnPartInput *part_asked(const ReturnLineInput *asked, Str sku)
{
    for (size_t i = 0; i < asked->parts.count; i++)
        if (str_eq(asked->parts.items[i].sku, sku)) return &asked->parts.items[i];
    return NULL;
}

/* One part of so many kits: what came, and what is missing of it. */
static bool take_part(Work *w, const ReturnLineInput *asked, SoldKitPart *part, int64_t kits, bool *whole,
                      const ReturnLine *line, Error *err)
{
    static const TextList  none = { NULL, 0 };
    const ReturnPartInput *said = part_asked(asked, part->sku);
    int64_t                full = part->qty * kits;
    int64_t                came = said ? said->quantity : asked->parts.count ? 0 : full;
    bool                   ok   = false;
    Coming                 like = { .item = part->item, .sku = part->sku, .qty = came, .line = line->n };
    TextList               serials = said ? (TextList){ said->serials.items, said->serials.count } : none;
    *whole                         = *whole && came == full;
    like.state = said && said->disposition.len ? said->disposition : line->disposition;
    if (came > full)
        return at(err, &ERR_RETURN_PART, line->n, "parts", "more than was in so many kits", part->sku);
    if (came > 0 && !orders_kit_part_return(w->ctx, w->doc->order, part, came, &ok, err)) return false;
    if (came > 0 && !ok)
        return at(err, &ERR_RETURN_PART, line->n, "parts", "so much is not out any more", part->sku);
    if (came > 0 && !take_item(w, part->line, &serials, said ? said->lot : STR_NONE, &like, err))
        return false;
    like.qty   = full - came;
    like.state = STR("missing");
    return came == full || add(w, &like, err);
}

static bool check_parts(const Work *w, const ReturnLineInput *asked, const ReturnLine *line, Error *err)
{
    for (size_t i = 0; i < asked->parts.count; i++) {
        bool known = false;
        for (size_t p = 0; p < w->part_count; p++)
            known = known
                 || (w->parts[p].line == asked->line
                     && str_eq(w->parts[p].sku, asked->parts.items[i].sku));
        for (size_t k = 0; k < i; k++)
            known = known && !str_eq(asked->parts.items[k].sku, asked->parts.items[i].sku);
        if (!known)
            return at(err, &ERR_RETURN_PART, line->n, "parts", "was not in the kit, or is there twice",
                      asked->parts.items[i].sku);
    }
    return true;
}

/* All parts of the kits of a line; a part that is not taken back alone needs all the others. */
static bool take_kit(Work *w, const ReturnLineInput *asked, const ReturnLine *line, Error *err)
{
    bool whole = true;
    Str  alone = STR("");
    if (!check_parts(w, asked, line, err)) return false;
    for (size_t p = 0; p < w->part_count; p++) {
        SoldKitPart *part = &w->parts[p];
        if (part->line != asked->line || (!asked->parts.count && !part->moved)) continue;
        if (!take_part(w, asked, part, line->quantity / QTY_ONE, &whole, line, err)) return false;
        if (!part->returnable && part_asked(asked, part->sku)) alone = part->sku;
    }
    return whole || !alone.len
        || at(err, &ERR_RETURN_PART, line->n, "parts", "is not taken back without the rest", alone);
}

/* --- all lines --- */

static bool is_kit(const Work *w, int64_t order_line, bool *moved)
{
    bool kit = false;
    *moved   = false;
    for (size_t p = 0; p < w->part_count; p++)
        if (w->parts[p].line == order_line) {
            kit    = true;
            *moved = *moved || w->parts[p].moved;
        }
    return kit;
}

static bool take_line(Work *w, size_t i, const GiveBackLine *with, Error *err)
{
    static const ReturnLineInput nothing = { .line = OPT_NONE };
    const ReturnLineInput       *asked   = with->asked ? with->asked : &nothing;
    const ReturnLine            *line    = &w->doc->lines.items[i];
    bool                         moved   = false;
    bool                         kit     = with->asked && is_kit(w, asked->line, &moved);
    if (asked->parts.count && !kit)
        return at(err, &ERR_RETURN_PART, line->n, "parts", "is no kit", line->sku);
    if (str_eq(line->disposition, STR("none"))) return true;
    if (kit && (moved || asked->parts.count)) return take_kit(w, asked, line, err);
    Coming   like    = { .item  = with->item,
                         .sku   = line->sku,
                         .state = line->disposition,
                         .qty   = line->quantity,
                         .line  = line->n };
    TextList serials = { asked->serials.items, asked->serials.count };
    return !with->stocked || take_item(w, asked->line, &serials, asked->lot, &like, err);
}

static int by_item(const void *a, const void *b)
{
    const Coming *one = a, *two = b;
    int           way = id_cmp(one->item, two->item);
    return way ? way : one->seq < two->seq ? -1 : one->seq > two->seq;
}

/* Whether there is more to say of it than its line says. */
static bool is_special(const Work *w, const Coming *c, const GiveBackLine *lines)
{
    bool                   moved = false;
    const ReturnLineInput *asked = lines[c->line - 1].asked;
    return c->marks.taken_count || !id_eq(c->item, lines[c->line - 1].item)
        || (asked && asked->parts.count && is_kit(w, asked->line, &moved));
}

/* Keeps and shows what came of the lines: parts, lots, serial numbers. */
static bool show(Work *w, const GiveBackLine *lines, Error *err)
{
    for (size_t i = 0; i < w->count; i++) {
        const Coming *c    = &w->coming[i];
        ReturnLine   *line = &w->doc->lines.items[c->line - 1];
        size_t        n    = c->marks.taken_count ? c->marks.taken_count : 1;
        if (!is_special(w, c, lines)) continue;
        ReturnGoods *more = arena_array(w->ctx->arena, ReturnGoods, line->goods.count + n);
        if (!more) return err_memory(err);
        if (line->goods.count) memcpy(more, line->goods.items, line->goods.count * sizeof *more);
        line->goods.items = more;
        for (size_t k = 0; k < n; k++) {
            const StockPiece *piece = c->marks.taken_count ? &c->marks.taken[k] : NULL;
            ReturnGoods      *put   = &more[line->goods.count++];
            *put                    = (ReturnGoods){ c->sku, piece ? piece->qty : c->qty,
                                  piece ? text_or_none(piece->lot) : STR_NONE,
                                  piece ? text_or_none(piece->serial) : STR_NONE, c->state };
            if (!returns_put_goods(w->ctx, w->doc->id, c->line, ++w->kept, c->item, put, err))
                return false;
        }
    }
    return true;
}

static bool load(Work *w, Error *err)
{
    if (id_is_none(w->doc->order)) return true;
    return orders_kit_parts_of(w->ctx, w->doc->order, &w->parts, &w->part_count, err)
        && orders_goods_of(w->ctx, w->doc->order, &w->goods, &w->goods_count, err);
}

bool goods_return(Ctx *ctx, Return *doc, const GiveBackLine *lines, Error *err)
{
    Work     w     = { .ctx = ctx, .doc = doc };
    StockDoc stock = { doc->id, STR("return"), 0 };
    if (!load(&w, err)) return false;
    for (size_t i = 0; i < doc->lines.count; i++)
        if (!take_line(&w, i, &lines[i], err)) return false;
    if (w.count) qsort(w.coming, w.count, sizeof *w.coming, by_item);
    for (size_t i = 0; i < w.count; i++) {
        Coming   *c       = &w.coming[i];
        StockMove move    = { .item          = c->item,
                              .sku           = c->sku,
                              .from_location = STR(""),
                              .from_state    = STR("customer"),
                              .to_location   = doc->location,
                              .to_state      = c->state,
                              .qty           = c->qty,
                              .marks         = &c->marks };
        bool      counted = true;
        if (str_eq(c->state, STR("missing"))) continue;
        if (!inventory_is_counted(ctx, c->item, &counted, err)) return false;
        if (!counted) continue;
        if (inventory_move(ctx, &stock, &move, err)) continue;
        char field[sizeof err->field];
        (void)snprintf(field, sizeof field, "lines[%lld].%.60s", (long long)c->line - 1, err->field);
        if (err->field[0]) memcpy(err->field, field, sizeof field);
        return false;
    }
    return show(&w, lines, err);
}
