/* transfer.c — goods go from one location to another: claimed where they stand, sent, received; what does
 * not arrive stays on the way until somebody says what became of it. While they are on the way they stand
 * in transit at the location they go to. */
#include "core/machine.h"
#include "core/money.h"
#include "flows/goods_code.h"
#include "shop/inventory/inventory.h"
#include "shop/transfers/transfers.h"
#include "shop/work/work.h"

#include <stdio.h>
#include <stdlib.h>

/* Lines of a transfer in the order of their items. */
typedef struct {
    Id     item;
    size_t line, asked; /* index in the transfer, in the request */
} Turn;

static int by_item(const void *a, const void *b)
{
    const Turn *x = a, *y = b;
    int         c = id_cmp(x->item, y->item);
    return c ? c : (x->asked > y->asked) - (x->asked < y->asked);
}

static bool at_line(Error *err, const ErrDef *def, size_t i, const char *field, const char *why)
{
    char path[48];
    (void)snprintf(path, sizeof path, "lines[%zu].%s", i, field);
    return err_set(err, def, path, "%s", why);
}

/* Puts down that the asked line `i` is line number `n` of the transfer. */
static bool turn_of(const TransferDoc *transfer, int64_t n, size_t i, Turn *out, Error *err)
{
    if (n > (int64_t)transfer->doc.lines.count)
        return at_line(err, &ERR_TRANSFER_LINE, i, "line", "the transfer has no such line");
    *out = (Turn){ transfer->items[n - 1], (size_t)n - 1, i };
    return true;
}

/* --- picking --- */

static bool claim(Ctx *ctx, TransferDoc *transfer, size_t line, int64_t qty, size_t asked, Error *err)
{
    ClaimOwner    owner = { STR("transfer"), transfer->doc.id, 0 };
    TransferLine *l     = &transfer->doc.lines.items[line];
    StockWant     want  = { .item     = transfer->items[line],
                            .sku      = l->sku,
                            .location = transfer->doc.from_location,
                            .qty      = qty,
                            .line     = asked };
    if (l->claimed > 0) return at_line(err, &ERR_TRANSFER_LINE, asked, "line", "is there twice");
    if (qty > l->quantity) return at_line(err, &ERR_TRANSFER_LINE, asked, "quantity", "less was asked for");
    l->claimed = qty;
    return inventory_claim(ctx, &owner, l->line, &want, err);
}

bool transfers_pick(Ctx *ctx, const TransferPick *request, Transfer *reply, Error *err)
{
    TransferDoc transfer;
    Str         next = STR_NONE;
    if (!work_may_do(ctx, STR("pick"), request->id, err)) return false;
    if (!transfers_get(ctx, request->id, true, &transfer, err)
        || !machine_step(MACHINE_STOCK_TRANSFER, transfer.doc.state, STR("pick"), "id", &next, err))
        return false;
    size_t count = request->lines.count ? request->lines.count : transfer.doc.lines.count;
    Turn  *turns = arena_array(ctx->arena, Turn, count + 1);
    if (!turns) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        if (!turn_of(&transfer, request->lines.count ? request->lines.items[i].line : (int64_t)i + 1, i,
                     &turns[i], err))
            return false;
    qsort(turns, count, sizeof turns[0], by_item);
    for (size_t i = 0; i < count; i++) {
        int64_t qty = request->lines.count ? request->lines.items[turns[i].asked].quantity
                                           : transfer.doc.lines.items[turns[i].line].quantity;
        if (!claim(ctx, &transfer, turns[i].line, qty, turns[i].asked, err)) return false;
    }
    if (!transfers_step(ctx, &transfer, STR("pick"), STR(""), err)) return false;
    *reply = transfer.doc;
    return true;
}

/* --- shipping --- */

/* Keeps which lots and pieces left. */
static bool keep_pieces(Ctx *ctx, const TransferDoc *transfer, size_t line, const StockMarks *marks,
                        int64_t *n, Error *err)
{
    int64_t number = transfer->doc.lines.items[line].line;
    for (size_t i = 0; i < marks->taken_count; i++) {
        TransferPiece piece = { ++*n, marks->taken[i].lot, marks->taken[i].serial, marks->taken[i].qty, 0 };
        if (!transfers_piece_put(ctx, transfer->doc.id, number, &piece, err)) return false;
    }
    return true;
}

static bool take(Ctx *ctx, StockDoc *doc, const TransferDoc *transfer, size_t line, Str state, int64_t qty,
                 StockMarks *marks, int64_t *n, Error *err)
{
    const TransferLine *l  = &transfer->doc.lines.items[line];
    ClaimTake           in = { .owner       = transfer->doc.id,
                               .n           = l->line,
                               .sku         = l->sku,
                               .from_state  = state,
                               .to_location = transfer->doc.to_location,
                               .to_state    = STR("in_transit"),
                               .qty         = qty,
                               .marks       = marks };
    if (qty == 0) return true;
    return inventory_claim_take(ctx, doc, &in, err) && keep_pieces(ctx, transfer, line, marks, n, err);
}

/* Out of the backroom first, then from the floor, unless it is said or the pieces have numbers. */
static bool ship_line(Ctx *ctx, StockDoc *doc, TransferDoc *transfer, size_t line, int64_t qty,
                      const TransferShipLine *asked, int64_t *n, Error *err)
{
    AtpLevel      level;
    TransferLine *l     = &transfer->doc.lines.items[line];
    StockMarks    marks = { .lot = STR_NONE };
    if (asked)
        marks =
            (StockMarks){ .lot = asked->lot, .serials = { asked->serials.items, asked->serials.count } };
    if (l->shipped + qty > l->claimed)
        return err_set(err, &ERR_TRANSFER_LINE, "quantity", "less was picked");
    l->shipped += qty;
    l->on_way += qty;
    if (asked && asked->from.len) return take(ctx, doc, transfer, line, asked->from, qty, &marks, n, err);
    if (!inventory_level(ctx, transfer->items[line], transfer->doc.from_location, &level, err))
        return false;
    int64_t back = level.backroom < qty ? level.backroom : qty;
    if (asked && asked->serials.count && back > 0 && back < qty)
        return err_set(err, &ERR_TRANSFER_LINE, "from", "say where pieces with numbers were taken");
    if (back < 0) back = 0;
    return take(ctx, doc, transfer, line, STR("backroom"), back, &marks, n, err)
           && take(ctx, doc, transfer, line, STR("floor"), qty - back, &marks, n, err);
}

static bool ship_all(Ctx *ctx, TransferDoc *transfer, const TransferShip *request, Error *err)
{
    StockDoc doc   = { transfer->doc.id, STR("transfer"), 0 };
    size_t   lines = transfer->doc.lines.count, count = request->lines.count ? request->lines.count : lines;
    Turn    *turns = arena_array(ctx->arena, Turn, count + 1);
    int64_t *n     = arena_array(ctx->arena, int64_t, lines + 1);
    if (!turns || !n) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        if (!turn_of(transfer, request->lines.count ? request->lines.items[i].line : (int64_t)i + 1, i,
                     &turns[i], err))
            return false;
    qsort(turns, count, sizeof turns[0], by_item);
    for (size_t i = 0; i < count; i++) {
        const TransferShipLine *asked = request->lines.count ? &request->lines.items[turns[i].asked] : NULL;
        size_t                  line  = turns[i].line;
        int64_t                 qty   = asked ? asked->quantity : transfer->doc.lines.items[line].claimed;
        if (qty == 0) continue;
        if (!ship_line(ctx, &doc, transfer, line, qty, asked, &n[line], err))
            return err_in_list(err, "lines", turns[i].asked);
    }
    return true;
}

bool transfers_ship(Ctx *ctx, const TransferShip *request, Transfer *reply, Error *err)
{
    TransferDoc transfer;
    Str         next    = STR_NONE;
    int64_t     shipped = 0;
    if (!work_may_do(ctx, STR("ship"), request->id, err)) return false;
    if (!transfers_get(ctx, request->id, true, &transfer, err)
        || !machine_step(MACHINE_STOCK_TRANSFER, transfer.doc.state, STR("ship"), "id", &next, err)
        || !ship_all(ctx, &transfer, request, err))
        return false;
    for (size_t i = 0; i < transfer.doc.lines.count; i++) shipped += transfer.doc.lines.items[i].shipped;
    if (shipped == 0) return err_set(err, &ERR_TRANSFER_LINE, "lines", "nothing leaves");
    transfer.doc.carrier  = text_or_none(request->carrier);
    transfer.doc.tracking = text_or_none(request->tracking);
    if (request->expected_at != OPT_NONE) transfer.doc.expected_at = request->expected_at;
    if (!inventory_claims_drop(ctx, transfer.doc.id, err) /* what was claimed and does not leave */
        || !transfers_step(ctx, &transfer, STR("ship"), text_or_empty(request->tracking), err))
        return false;
    *reply = transfer.doc;
    return true;
}

/* --- arriving --- */

static bool has_serial(const TextList *serials, Str serial)
{
    for (size_t i = 0; i < serials->count; i++)
        if (str_eq(serials->items[i], serial)) return true;
    return false;
}

/* Whether a piece that left is among what arrived, as far as that was said. */
static bool is_among(const TransferPiece *piece, const StockMarks *named)
{
    if (named->serials.count) return piece->serial.len && has_serial(&named->serials, piece->serial);
    return !named->lot.len || str_eq(named->lot, piece->lot);
}

/* Out of transit, piece by piece where goods are told apart: those that left with this transfer. */
static bool leave_transit(Ctx *ctx, StockDoc *doc, const TransferDoc *transfer, size_t line,
                          StockMove *move, const StockMarks *named, Error *err)
{
    TransferPiece *pieces = NULL;
    size_t         count  = 0;
    int64_t        left = move->qty, number = transfer->doc.lines.items[line].line;
    if (left == 0) return true;
    if (!transfers_pieces(ctx, transfer->doc.id, number, &pieces, &count, err)) return false;
    if (count == 0) return inventory_move(ctx, doc, move, err);
    for (size_t i = 0; i < count && left > 0; i++) {
        TransferPiece *p   = &pieces[i];
        int64_t        qty = left < p->on_way ? left : p->on_way;
        StockMarks own = { .lot = text_or_none(p->lot), .serials = { &p->serial, p->serial.len ? 1 : 0 } };
        if (qty == 0 || !is_among(p, named)) continue;
        move->qty   = qty;
        move->marks = &own;
        if (!inventory_move(ctx, doc, move, err)
            || !transfers_piece_take(ctx, transfer->doc.id, number, p->n, qty, err))
            return false;
        left -= qty;
    }
    return left == 0
           || err_set(err, &ERR_TRANSFER_OVER, "quantity", "no such lots or pieces are on the way");
}

static StockMove move_of(const TransferDoc *transfer, size_t line, Str location, Str state, int64_t qty)
{
    return (StockMove){ .item          = transfer->items[line],
                        .sku           = transfer->doc.lines.items[line].sku,
                        .from_location = transfer->doc.to_location,
                        .from_state    = STR("in_transit"),
                        .to_location   = location,
                        .to_state      = state,
                        .qty           = qty };
}

/* One line of goods that arrived. */
typedef struct {
    const TransferReceiveLine *asked;
    int64_t                    qty, damaged;
    Str                        to;
    StockMarks                 named;
} Arrived;

static bool put_in(Ctx *ctx, StockDoc *doc, TransferDoc *transfer, size_t line, int64_t qty, Arrived *a,
                   Error *err)
{
    TransferLine *l    = &transfer->doc.lines.items[line];
    int64_t       bad  = a->damaged < qty ? a->damaged : qty;
    StockMove     good = move_of(transfer, line, transfer->doc.to_location, a->to, qty - bad);
    StockMove     poor = move_of(transfer, line, transfer->doc.to_location, STR("damaged"), bad);
    l->received += qty - bad;
    l->damaged += bad;
    l->on_way -= qty;
    a->damaged -= bad;
    return leave_transit(ctx, doc, transfer, line, &poor, &a->named, err)
           && leave_transit(ctx, doc, transfer, line, &good, &a->named, err);
}

/* More than was sent: the sender's stock was wrong, which a count there will tell. */
static bool put_over(Ctx *ctx, StockDoc *doc, TransferDoc *transfer, size_t line, int64_t qty, Arrived *a,
                     Error *err)
{
    StockMove move     = move_of(transfer, line, transfer->doc.to_location, a->to, qty - a->damaged);
    move.from_location = STR("");
    move.from_state    = STR("adjustment");
    move.marks         = &a->named;
    transfer->doc.lines.items[line].over += qty;
    if (move.qty > 0 && !inventory_move(ctx, doc, &move, err)) return false;
    move.to_state = STR("damaged");
    move.qty      = a->damaged;
    return move.qty == 0 || inventory_move(ctx, doc, &move, err);
}

static bool arrive(Ctx *ctx, StockDoc *doc, TransferDoc *transfer, Arrived *a, Str sku, bool accept_over,
                   Error *err)
{
    int64_t left = a->qty;
    size_t  last = SIZE_MAX;
    for (size_t i = 0; i < transfer->doc.lines.count; i++) {
        TransferLine *l = &transfer->doc.lines.items[i];
        if (a->asked->line != OPT_NONE && a->asked->line != l->line) continue;
        if (!str_eq(sku, l->sku)) continue;
        int64_t qty = left < l->on_way ? left : l->on_way;
        last        = i;
        if (qty > 0 && !put_in(ctx, doc, transfer, i, qty, a, err)) return false;
        left -= qty;
    }
    if (last == SIZE_MAX) return err_set(err, &ERR_TRANSFER_LINE, "sku", "is not part of this transfer");
    if (left == 0) return true;
    if (!accept_over) return err_set(err, &ERR_TRANSFER_OVER, "quantity", "is more than is on the way");
    return put_over(ctx, doc, transfer, last, left, a, err);
}

static bool read_arrived(Ctx *ctx, const TransferReceive *request, size_t i, Arrived *out, Str *sku, Id *id,
                         Error *err)
{
    const TransferReceiveLine *in   = &request->lines.items[i];
    int64_t                    pack = QTY_ONE;
    TransferItem               item;
    Str                        place = request->to.len ? request->to : STR("backroom");
    *out = (Arrived){ .asked = in,
                    .to    = in->to.len ? in->to : place,
                       .named = { .lot     = in->lot,
                                  .serials = { in->serials.items, in->serials.count } } };
    if (!goods_code_read(ctx, in->sku, in->barcode, in->sku.len ? "sku" : "barcode", sku, &pack, err)
        || !transfers_item(ctx, *sku, "sku", &item, err))
        return false;
    *id = item.id;
    if (in->sku.len && in->quantity == OPT_NONE)
        return err_set(err, &ERR_FIELD_INVALID, "quantity", "must be there with a SKU");
    if (!goods_code_quantity(opt_or(in->quantity, QTY_ONE), pack, item.step, "quantity", &out->qty, err)
        || (in->damaged != OPT_NONE
            && !goods_code_quantity(in->damaged, pack, item.step, "damaged", &out->damaged, err)))
        return false;
    if (out->damaged > out->qty) return err_set(err, &ERR_FIELD_INVALID, "damaged", "less arrived");
    if (in->serials.count && (int64_t)in->serials.count * QTY_ONE != out->qty)
        return err_set(err, &ERR_FIELD_INVALID, "serials", "there must be one for each piece");
    if (in->serials.count && out->damaged && out->damaged != out->qty)
        return err_set(err, &ERR_FIELD_INVALID, "damaged",
                       "damaged pieces with numbers need their own line");
    return true;
}

/* What the transfer has come to: nothing on the way, and whether all was right. */
static Str event_now(const Transfer *doc)
{
    bool right = true;
    for (size_t i = 0; i < doc->lines.count; i++) {
        const TransferLine *l = &doc->lines.items[i];
        if (l->on_way > 0) return STR("receive");
        right = right && l->damaged == 0 && l->lost == 0 && l->sent_back == 0 && l->over == 0;
    }
    return right ? STR("complete") : STR("close");
}

bool transfers_receive(Ctx *ctx, const TransferReceive *request, Transfer *reply, Error *err)
{
    TransferDoc transfer;
    Str         next  = STR_NONE;
    size_t      count = request->lines.count;
    Turn       *turns = arena_array(ctx->arena, Turn, count + 1);
    Arrived    *goods = arena_array(ctx->arena, Arrived, count + 1);
    Str        *skus  = arena_array(ctx->arena, Str, count + 1);
    if (!work_may_do(ctx, STR("receive"), request->id, err)) return false;
    if (!turns || !goods || !skus) return err_memory(err);
    if (!transfers_get(ctx, request->id, true, &transfer, err)
        || !machine_step(MACHINE_STOCK_TRANSFER, transfer.doc.state, STR("receive"), "id", &next, err))
        return false;
    StockDoc doc = { transfer.doc.id, STR("transfer"), 0 };
    for (size_t i = 0; i < count; i++) {
        turns[i] = (Turn){ .line = i, .asked = i };
        if (!read_arrived(ctx, request, i, &goods[i], &skus[i], &turns[i].item, err))
            return err_in_list(err, "lines", i);
    }
    qsort(turns, count, sizeof turns[0], by_item);
    for (size_t i = 0; i < count; i++) {
        size_t at = turns[i].asked;
        if (!arrive(ctx, &doc, &transfer, &goods[at], skus[at], request->accept_over, err))
            return err_in_list(err, "lines", at);
    }
    if (!transfers_step(ctx, &transfer, event_now(&transfer.doc), STR(""), err)) return false;
    *reply = transfer.doc;
    return true;
}

static bool resolve(Ctx *ctx, StockDoc *doc, TransferDoc *transfer, size_t line,
                    const TransferResolveLine *asked, Error *err)
{
    static const StockMarks any = { 0 };
    TransferLine           *l   = &transfer->doc.lines.items[line];
    int64_t                 qty = opt_or(asked->quantity, l->on_way);
    if (qty > l->on_way || qty == 0)
        return err_set(err, &ERR_TRANSFER_OVER, "quantity", "is more than is on the way");
    StockMove move = move_of(transfer, line, transfer->doc.to_location, STR("backroom"), qty);
    if (str_eq(asked->as, STR("found"))) {
        l->received += qty;
    } else if (str_eq(asked->as, STR("lost"))) {
        move.to_location = STR("");
        move.to_state    = STR("loss");
        move.is_fact     = true;
        l->lost += qty;
    } else {
        move.to_location = transfer->doc.from_location;
        l->sent_back += qty;
    }
    l->on_way -= qty;
    return leave_transit(ctx, doc, transfer, line, &move, &any, err);
}

bool transfers_resolve(Ctx *ctx, const TransferResolve *request, Transfer *reply, Error *err)
{
    TransferDoc transfer;
    Str         next  = STR_NONE;
    size_t      count = request->lines.count;
    Turn       *turns = arena_array(ctx->arena, Turn, count + 1);
    if (!turns) return err_memory(err);
    if (!transfers_get(ctx, request->id, true, &transfer, err)
        || !machine_step(MACHINE_STOCK_TRANSFER, transfer.doc.state, STR("receive"), "id", &next, err))
        return false;
    StockDoc doc = { transfer.doc.id, STR("transfer"), 0 };
    for (size_t i = 0; i < count; i++)
        if (!turn_of(&transfer, request->lines.items[i].line, i, &turns[i], err)) return false;
    qsort(turns, count, sizeof turns[0], by_item);
    for (size_t i = 0; i < count; i++)
        if (!resolve(ctx, &doc, &transfer, turns[i].line, &request->lines.items[turns[i].asked], err))
            return err_in_list(err, "lines", turns[i].asked);
    if (!transfers_step(ctx, &transfer, event_now(&transfer.doc), text_or_empty(request->note), err))
        return false;
    *reply = transfer.doc;
    return true;
}

bool transfers_cancel(Ctx *ctx, const TransferCancel *request, Transfer *reply, Error *err)
{
    TransferDoc transfer;
    if (!transfers_get(ctx, request->id, true, &transfer, err)) return false;
    bool claimed = str_eq(transfer.doc.state, STR("picking"));
    if (!transfers_step(ctx, &transfer, STR("cancel"), text_or_empty(request->reason), err)
        || (claimed && !inventory_claims_drop(ctx, request->id, err)))
        return false;
    *reply = transfer.doc;
    return true;
}
