/* paper.c — receipts and slips in each form. See paper.h. */
#include "flows/paper.h"

#include "core/slip_html.h"
#include "flows/sale.h"
#include "flows/slips.h"
#include "sys/picture.h"
#include "sys/qr.h"
#include "sys/slip_pdf.h"

/* --- forms --- */

bool paper_svg(void *arg, Arena *arena, SlipKind kind, Str text, Str *svg, Error *err)
{
    (void)arg;
    Error why = { .def = NULL };
    if (kind == SLIP_QR ? qr_svg(arena, text, svg, &why) : bars_svg(arena, text, svg, &why)) return true;
    *svg = STR_NONE; /* the text does for it */
    return why.def != &ERR_MEMORY || err_memory(err);
}

bool paper_write(Ctx *ctx, const PaperDoc *doc, const PaperWish *wish, PaperForm form, Str *out,
                 Error *err)
{
    SlipPrinter printer = { .columns = (int)opt_or(wish->columns, doc->look.columns),
                            .pages   = doc->look.pages,
                            .draw    = doc->look.no_pictures ? NULL : picture_of_line };
    switch (form) {
    case PAPER_TEXT:
        return slip_text(ctx->arena, &doc->slip, (int)opt_or(wish->columns, SLIP_COLUMNS), out, err);
    case PAPER_HTML: return slip_html(ctx->arena, &doc->slip, paper_svg, NULL, out, err);
    case PAPER_PDF: return slip_pdf(ctx->arena, &doc->slip, out, err);
    case PAPER_ESCPOS: return slip_escpos(ctx->arena, &doc->slip, &printer, out, err);
    }
    UNREACHABLE();
}

bool paper_begin(Ctx *ctx, const Location *place, const PaperWish *wish, PaperDoc *out, Error *err)
{
    *out = (PaperDoc){ .location = place->code };
    if (!receipts_look(ctx, place->code, place->country, wish->language, &out->look, err)) return false;
    out->look.style.copy   = wish->copy;
    out->look.style.drawer = wish->drawer;
    return true;
}

/* --- receipts --- */

/* The link of a document: of the page where customers reach the server; of a gift at least its token. */
static bool find_link(Ctx *ctx, const ReceiptRef *ref, Str *link, Error *err)
{
    Str token = STR_NONE, base = ctx->env->public_url;
    *link = STR_NONE;
    if (!receipts_token(ctx, ref, &token, err)) return false;
    if (!token.len || (!base.len && ref->kind != RECEIPT_OF_GIFT)) return true;
    *link = base.len ? str_format(ctx->arena, "%.*s/r/%.*s", STR_FMT(base), STR_FMT(token)) : token;
    return link->ptr || err_memory(err);
}

/* Keeps the lines that a gift receipt is of. */
static bool choose_lines(Ctx *ctx, const ReceiptRef *ref, SlipSale *sale, Error *err)
{
    if (ref->line_count == 0) return true;
    SlipLine *chosen = arena_array(ctx->arena, SlipLine, ref->line_count);
    if (!chosen) return err_memory(err);
    for (size_t i = 0; i < ref->line_count; i++) {
        if (ref->lines[i] == 0 || ref->lines[i] > sale->line_count)
            return err_set(err, &ERR_RECEIPT_LINES, "lines", "the order has no line %d", ref->lines[i]);
        chosen[i] = sale->lines[ref->lines[i] - 1];
    }
    sale->lines      = chosen;
    sale->line_count = ref->line_count;
    return true;
}

static bool make(Ctx *ctx, const ReceiptRef *ref, const PaperWish *wish, const SlipSale *sale,
                 PaperDoc *out, Error *err)
{
    out->number   = sale->number;
    out->merchant = sale->shop.merchant;
    if (!find_link(ctx, ref, &out->link, err)) return false;
    if (!wish->bare || ref->kind == RECEIPT_OF_GIFT) out->look.style.link = out->link;
    return slip_of_sale(ctx->arena, &out->look.style, sale, &out->slip, err);
}

static bool order_receipt(Ctx *ctx, const ReceiptRef *ref, const PaperWish *wish, PaperDoc *out,
                          Error *err)
{
    Order    order;
    SlipSale sale;
    SlipShop shop;
    Location place;
    if (!orders_show(ctx, &(ById){ ref->document }, &order, err)
        || !slips_shop(ctx, order.location, &shop, &place, err)
        || !paper_begin(ctx, &place, wish, out, err)
        || !slips_order(ctx, &order, out->look.style.language, &sale, err))
        return false;
    out->customer = order.customer;
    out->made_at  = order.made_at;
    if (ref->kind == RECEIPT_OF_GIFT) sale.kind = SLIP_OF_GIFT;
    return choose_lines(ctx, ref, &sale, err) && make(ctx, ref, wish, &sale, out, err);
}

static bool return_receipt(Ctx *ctx, const ReceiptRef *ref, const PaperWish *wish, PaperDoc *out,
                           Error *err)
{
    Return   doc;
    SlipSale sale;
    SlipShop shop;
    Location place;
    if (!returns_show(ctx, &(ById){ ref->document }, &doc, err)
        || !slips_shop(ctx, doc.location, &shop, &place, err) || !paper_begin(ctx, &place, wish, out, err)
        || !slips_return(ctx, &doc, out->look.style.language, &sale, err))
        return false;
    out->customer = doc.customer;
    out->made_at  = doc.made_at;
    return make(ctx, ref, wish, &sale, out, err);
}

bool paper_receipt(Ctx *ctx, const ReceiptRef *ref, const PaperWish *wish, PaperDoc *out, Error *err)
{
    return ref->kind == RECEIPT_OF_RETURN ? return_receipt(ctx, ref, wish, out, err)
                                          : order_receipt(ctx, ref, wish, out, err);
}

/* --- routes --- */

/* "1,3" */
static bool read_lines(Str text, ReceiptRef *ref, Error *err)
{
    for (size_t from = 0; from < text.len;) {
        size_t  end = str_index(text, ',', from);
        int64_t n   = 0;
        if (!str_to_i64(str_trim(str_slice(text, from, end)), &n) || n < 1 || n > UINT16_MAX
            || ref->line_count == RECEIPT_LINES_MAX)
            return err_set(err, &ERR_RECEIPT_LINES, "lines", "at most %d, like 1,3", RECEIPT_LINES_MAX);
        ref->lines[ref->line_count++] = (uint16_t)n;
        from                          = end + 1;
    }
    return true;
}

static bool order_paper(Ctx *ctx, const OrderPaperAsk *ask, PaperForm form, PaperReply *reply, Error *err)
{
    bool       gift = str_eq(ask->kind, STR("gift"));
    ReceiptRef ref  = { .kind = gift ? RECEIPT_OF_GIFT : RECEIPT_OF_SALE, .document = ask->id };
    PaperWish  wish = { ask->language, ask->columns, ask->copy, ask->drawer, false };
    PaperDoc   doc;
    if (ask->lines.len && !gift)
        return err_set(err, &ERR_RECEIPT_LINES, "lines", "only a gift receipt is of some lines");
    return read_lines(ask->lines, &ref, err) && paper_receipt(ctx, &ref, &wish, &doc, err)
        && paper_write(ctx, &doc, &wish, form, &reply->text, err);
}

static bool return_paper(Ctx *ctx, const PaperAsk *ask, PaperForm form, PaperReply *reply, Error *err)
{
    ReceiptRef ref  = { .kind = RECEIPT_OF_RETURN, .document = ask->id };
    PaperWish  wish = { ask->language, ask->columns, ask->copy, ask->drawer, false };
    PaperDoc   doc;
    return paper_receipt(ctx, &ref, &wish, &doc, err)
        && paper_write(ctx, &doc, &wish, form, &reply->text, err);
}

static bool pickup_paper(Ctx *ctx, const PaperAsk *ask, PaperForm form, PaperReply *reply, Error *err)
{
    FulfilDoc  fulfilment;
    SlipPickup pickup;
    Location   place;
    PaperWish  wish = { ask->language, ask->columns, ask->copy, ask->drawer, false };
    PaperDoc   doc;
    return fulfilments_load(ctx, ask->id, false, &fulfilment, err)
        && slips_pickup(ctx, &fulfilment, &pickup, &place, err)
        && paper_begin(ctx, &place, &wish, &doc, err)
        && slip_of_pickup(ctx->arena, &doc.look.style, &pickup, &doc.slip, err)
        && paper_write(ctx, &doc, &wish, form, &reply->text, err);
}

PAPER_ROUTES(order, OrderPaperAsk)
PAPER_ROUTES(return, PaperAsk)
PAPER_ROUTES(pickup, PaperAsk)
