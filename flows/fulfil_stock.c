/* fulfil_stock.c — the goods of a fulfilment on their way through a location. See fulfil_work.h. */
#include "flows/fulfil_work.h"
#include "flows/turns.h"
#include "shop/orders/orders.h"

bool fulfil_line_at(FulfilDoc *doc, int64_t n, FulfilLine **out, Error *err)
{
    if (n < 1 || n > (int64_t)doc->line_count)
        return err_set(err, &ERR_FIELD_INVALID, "line", "the fulfilment has no such line");
    *out = &doc->lines[n - 1];
    return true;
}

Str fulfil_place(const FulfilDoc *doc)
{
    bool sent = str_eq(doc->method, STR("ship_to_store"))
             && (str_eq(doc->state, STR("received")) || str_eq(doc->state, STR("staged")));
    return sent ? doc->store : doc->location;
}

static void count_moved(FulfilLine *line, const FulfilMove *move, int64_t qty)
{
    line->gone += move->gone * qty;
    if (move->put_back) line->put_back += qty;
    if (move->unpicked) line->picked -= qty;
}

/* Moves so much of a line, or one lot or piece of it. */
static bool move_some(Ctx *ctx, StockDoc *stock, const FulfilLine *line, const FulfilMove *move,
                      int64_t qty, StockMarks *marks, Error *err)
{
    StockMove to = { .item          = line->item,
                     .sku           = line->sku,
                     .from_location = move->from_location,
                     .from_state    = move->from_state,
                     .to_location   = move->to_location,
                     .to_state      = move->to_state,
                     .qty           = qty,
                     .is_fact       = move->put_back || move->unpicked,
                     .marks         = marks };
    return qty == 0 || inventory_move(ctx, stock, &to, err);
}

/* What becomes of a lot or piece that was kept with the order. */
static bool end_piece(Ctx *ctx, const SoldGoods *piece, const FulfilMove *move, Error *err)
{
    bool ok = false;
    if (move->of_gone)
        return orders_goods_return(ctx, piece, piece->qty, &ok, err)
            && (ok || err_set(err, &ERR_DB_BUSY, "", "these goods come back just now"));
    if (move->gone > 0) return orders_goods_end(ctx, piece, true, err);
    return (!move->put_back && !move->unpicked) || orders_goods_end(ctx, piece, false, err);
}

/* The lots and pieces of a line first, as they were picked; then what is not told apart. */
static bool move_line(Ctx *ctx, FulfilDoc *doc, FulfilLine *line, const FulfilMove *move, int64_t qty,
                      Error *err)
{
    StockDoc   stock  = { doc->id, move->cause, 0 };
    SoldGoods *pieces = NULL;
    size_t     count  = 0;
    if (!orders_goods_of(ctx, doc->order, &pieces, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        SoldGoods *piece = &pieces[i];
        StockMarks marks = { .lot     = text_or_none(piece->lot),
                             .serials = { &piece->serial, piece->serial.len ? 1 : 0 } };
        bool       mine  = id_eq(piece->holder, doc->id) && id_eq(piece->item, line->item)
                 && piece->line == line->order_line && piece->gone == move->of_gone && piece->returned == 0;
        if (!mine || piece->qty > qty) continue;
        qty -= piece->qty;
        if (!move_some(ctx, &stock, line, move, piece->qty, &marks, err)
            || !end_piece(ctx, piece, move, err))
            return false;
    }
    return move_some(ctx, &stock, line, move, qty, NULL, err);
}

bool fulfil_move(Ctx *ctx, FulfilDoc *doc, const FulfilMove *move, Error *err)
{
    Turn *turns = arena_array(ctx->arena, Turn, doc->line_count + 1);
    if (!turns) return err_memory(err);
    for (size_t i = 0; i < doc->line_count; i++) turns[i] = (Turn){ doc->lines[i].item, i };
    turns_sort(turns, doc->line_count);
    for (size_t i = 0; i < doc->line_count; i++) {
        FulfilLine *line = &doc->lines[turns[i].line];
        int64_t     qty  = move->of_gone ? line->gone : fulfil_line_here(line);
        if (qty == 0) continue;
        count_moved(line, move, qty);
        if (!move_line(ctx, doc, line, move, qty, err) || !fulfilments_line_put(ctx, doc->id, line, err))
            return false;
    }
    return true;
}

bool fulfil_signature_check(Str signature, Error *err)
{
    for (size_t i = 0; i < signature.len; i++) {
        char c    = signature.ptr[i];
        bool fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' '
                 || c == ',' || c == '.' || c == '-' || c == '+';
        if (!fine) return err_set(err, &ERR_FIELD_INVALID, "signature", "is not the path data of an SVG");
    }
    return true;
}
