/* return_work.c — what is done with goods that came back and stand apart: they are looked at or
 * refurbished and go back to the stock, are destroyed, or go to their vendor; a part that is missing
 * is ordered. */
#include "flows/return_work.h"

#include "shop/inventory/inventory.h"
#include "shop/purchasing/purchasing.h"

static bool is(Str text, const char *name)
{
    return str_eq(text, str_from(name));
}

/* --- making it --- */

/* Orders what is missing, from who is asked first; where nobody has it somebody must find it. */
static bool order_part(Ctx *ctx, ReturnWork *work, Id item, Error *err)
{
    VendorItem terms;
    int64_t    days  = 0;
    bool       found = false;
    Purchase   purchase;
    if (!purchasing_vendor_of(ctx, item, &terms, &days, &found, err)) return false;
    if (!found) return true;
    PurchaseLineInput line = { .sku      = work->sku,
                               .quantity = purchasing_round(&terms, work->quantity),
                               .packs    = OPT_NONE,
                               .cost     = OPT_NONE };
    PurchaseInput     in   = { .vendor      = terms.vendor,
                               .location    = work->location,
                               .note        = STR("part of a kit that came back without it"),
                               .expected_at = OPT_NONE,
                               .lines       = { &line, 1 } };
    if (!purchases_create(ctx, &in, &purchase, err)) return false;
    work->document = purchase.id;
    return true;
}

static bool make_one(Ctx *ctx, const Return *doc, const TermsLine *terms, const ReturnLine *line,
                     Id item, const ReturnGoods *goods, Error *err)
{
    bool       missing = goods && is(goods->disposition, "missing");
    Str        state   = goods ? goods->disposition : line->disposition;
    ReturnWork work    = { .return_id = doc->id,
                           .line      = line->n,
                           .sku       = goods ? goods->sku : line->sku,
                           .quantity  = goods ? goods->quantity : line->quantity,
                           .lot       = goods ? goods->lot : STR_NONE,
                           .serial    = goods ? goods->serial : STR_NONE,
                           .location  = doc->location };
    if (missing && !is(terms->asked->missing, "order")) return true;
    if (!missing && (!terms->to || !terms->to->work || !str_eq(state, str_from(terms->to->state))))
        return true;
    work.work   = missing ? STR("order") : str_from(terms->to->work);
    work.stands = missing ? STR("") : state;
    if (goods && !inventory_item_id(ctx, goods->sku, &item, err)) return false;
    return (!missing || order_part(ctx, &work, item, err)) && return_work_put(ctx, &work, item, err);
}

bool return_work_make(Ctx *ctx, const Return *doc, const Terms *terms, const Id *items, Error *err)
{
    for (size_t i = 0; i < doc->lines.count; i++) {
        const ReturnLine *line = &doc->lines.items[i];
        if (is(line->disposition, "none")) continue;
        for (size_t g = 0; g < line->goods.count; g++)
            if (!make_one(ctx, doc, &terms->lines[i], line, items[i], &line->goods.items[g], err))
                return false;
        if (line->goods.count == 0
            && !make_one(ctx, doc, &terms->lines[i], line, items[i], NULL, err))
            return false;
    }
    return true;
}

/* --- doing it --- */

static bool move(Ctx *ctx, const ReturnWork *work, Id item, const char *to, Error *err)
{
    Str        serial = text_or_empty(work->serial);
    bool       lost   = is(str_from(to), "loss");
    StockDoc   stock  = { work->id, STR("return_work"), 0 };
    StockMarks marks  = { .lot = work->lot, .serials = { &serial, serial.len ? 1 : 0 } };
    StockMove  one    = { .item          = item,
                          .sku           = work->sku,
                          .from_location = work->location,
                          .from_state    = work->stands,
                          .to_location   = lost ? STR("") : work->location,
                          .to_state      = str_from(to),
                          .qty           = work->quantity,
                          .marks         = &marks };
    return inventory_move(ctx, &stock, &one, err);
}

/* A return to the vendor is made; the goods leave the stock when that is shipped. */
static bool to_vendor(Ctx *ctx, const ReturnWorkDone *request, ReturnWork *work, Id item, Error *err)
{
    VendorItem            terms;
    VendorReturn          back;
    int64_t               days   = 0;
    bool                  found  = false;
    Str                   serial = text_or_empty(work->serial);
    VendorReturnLineInput line   = { .sku      = work->sku,
                                     .quantity = work->quantity,
                                     .state    = work->stands,
                                     .cost     = OPT_NONE,
                                     .lot      = work->lot,
                                     .serials  = { &serial, serial.len ? 1 : 0 } };
    VendorReturnInput     in     = { .vendor   = request->vendor,
                                     .location = work->location,
                                     .reason   = STR("came back from a customer"),
                                     .lines    = { &line, 1 } };
    if (!in.vendor.len && !purchasing_vendor_of(ctx, item, &terms, &days, &found, err)) return false;
    if (!in.vendor.len && !found)
        return err_set(err, &ERR_FIELD_INVALID, "vendor",
                       "no vendor has this item: say to whom it goes");
    if (!in.vendor.len) in.vendor = terms.vendor;
    if (!vendor_returns_create(ctx, &in, &back, err)) return false;
    work->document = back.id;
    work->went     = STR("vendor");
    return true;
}

bool return_work_finish(Ctx *ctx, const ReturnWorkDone *request, ReturnWork *reply, Error *err)
{
    Id item;
    if (!return_work_get(ctx, request->id, true, reply, &item, err)) return false;
    bool stock = is(reply->work, "inspect") || is(reply->work, "refurbish");
    if (request->to.len && !stock)
        return err_set(err, &ERR_FIELD_INVALID, "to",
                       "is only for goods that are looked at or refurbished");
    if (request->note.len) reply->note = request->note;
    if (stock) reply->went = request->to.len ? request->to : STR("backroom");
    if (is(reply->work, "destroy")) reply->went = STR("loss");
    if (is(reply->state, "open") && is(reply->work, "vendor")
        && !to_vendor(ctx, request, reply, item, err))
        return false;
    if (!return_work_go(ctx, reply, STR("finish"), err)) return false;
    bool moves = stock || is(reply->work, "destroy");
    if (!moves || str_eq(reply->went, reply->stands)) return true;
    char to[16] = { 0 };
    for (size_t i = 0; i < reply->went.len && i < sizeof to - 1; i++) to[i] = reply->went.ptr[i];
    return move(ctx, reply, item, to, err);
}

bool return_work_redirect(Ctx *ctx, const ReturnWorkOther *request, ReturnWork *reply, Error *err)
{
    Id item;
    if (!return_work_get(ctx, request->id, true, reply, &item, err)) return false;
    if (is(reply->work, "order"))
        return err_set(err, &ERR_FIELD_INVALID, "work", "what is missing can only be ordered");
    reply->work = request->work;
    if (request->note.len) reply->note = request->note;
    return return_work_go(ctx, reply, STR("redirect"), err);
}
