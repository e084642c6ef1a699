/* till_slip.c — X and Z reports on paper. See till_slip.h. */
#include "flows/till_slip.h"

#include "flows/paper.h"
#include "flows/slips.h"
#include "shop/orders/orders.h"
#include "shop/returns/returns.h"

enum { MOVES_MAX = 5 };

static const ReportSums *sums_of(const ShiftReport *r, Str currency)
{
    for (size_t i = 0; i < r->sums.count; i++)
        if (str_eq(r->sums.items[i].currency, currency)) return &r->sums.items[i];
    return NULL;
}

static const ReportCash *cash_of(const ShiftReport *r, Str currency)
{
    for (size_t i = 0; i < r->cash.count; i++)
        if (str_eq(r->cash.items[i].currency, currency)) return &r->cash.items[i];
    return NULL;
}

static Str main_currency(const ShiftReport *r)
{
    if (r->sums.count) return r->sums.items[0].currency;
    return r->cash.count ? r->cash.items[0].currency : STR("");
}

static bool put_sums(Ctx *ctx, const ReportSums *s, SlipReport *out, Error *err)
{
    SlipSum *taxes = arena_array(ctx->arena, SlipSum, s->taxes.count + 1);
    if (!taxes) return err_memory(err);
    for (size_t i = 0; i < s->taxes.count; i++)
        taxes[i] = (SlipSum){ s->taxes.items[i].name, s->taxes.items[i].base, s->taxes.items[i].amount,
                              STR_NONE };
    out->taxes     = taxes;
    out->tax_count = s->taxes.count;
    out->sales     = s->sales;
    out->returns   = s->returns;
    out->voids     = s->void_lines + s->void_sales;
    out->gross     = s->gross;
    out->discounts = s->discount;
    out->refunds   = s->returned;
    out->net       = s->net - s->returned_net;
    out->tax       = s->tax - s->returned_tax;
    out->tips      = s->tips;
    out->rounding  = s->rounding;
    return true;
}

/* Of cash the drawer says what there should be, with its float. */
static bool put_tenders(Ctx *ctx, const ShiftReport *r, const ReportCash *cash, SlipReport *out,
                        Error *err)
{
    SlipTenderSum *list = arena_array(ctx->arena, SlipTenderSum, r->tenders.count + 1);
    size_t         n    = 0;
    bool           seen = false;
    if (!list) return err_memory(err);
    for (size_t i = 0; i < r->tenders.count; i++) {
        const ReportTender *t = &r->tenders.items[i];
        if (!str_eq(t->currency, out->currency) || t->in == OPT_NONE) continue;
        bool is_cash = str_eq(t->kind, STR("cash")) && cash;
        seen         = seen || is_cash;
        list[n++]    = (SlipTenderSum){ t->kind,
                                        t->taken,
                                        t->in,
                                        t->out,
                                     is_cash ? cash->expected : t->in - t->out,
                                     is_cash ? cash->counted : t->counted };
    }
    if (cash && !seen && cash->expected != OPT_NONE)
        list[n++] = (SlipTenderSum){ STR("cash"), 0, 0, 0, cash->expected, cash->counted };
    out->tenders      = list;
    out->tender_count = n;
    return true;
}

static bool put_moves(Ctx *ctx, const ReportCash *cash, SlipReport *out, Error *err)
{
    SlipCashMove *moves = arena_array(ctx->arena, SlipCashMove, MOVES_MAX);
    if (!moves) return err_memory(err);
    const SlipCashMove all[] = { { STR("float"), 1, cash->opening },
                                 { STR("pay_in"), 1, cash->pay_in },
                                 { STR("pay_out"), 1, cash->pay_out },
                                 { STR("drop"), 1, cash->dropped } };
    out->moves               = moves;
    for (size_t i = 0; i < COUNT(all); i++)
        if (all[i].amount) moves[out->move_count++] = all[i];
    return true;
}

static bool put_receipts(Ctx *ctx, const ShiftReport *r, SlipReport *out, Error *err)
{
    if (r->first_sale == OPT_NONE) return true;
    out->first_receipt = orders_receipt_number(ctx->arena, r->location, r->first_sale);
    out->last_receipt  = orders_receipt_number(ctx->arena, r->location, r->last_sale);
    return (out->first_receipt.ptr && out->last_receipt.ptr) || err_memory(err);
}

bool till_slip(Ctx *ctx, const ShiftReport *r, Str currency, SlipReport *out, Location *place, Error *err)
{
    *out                   = (SlipReport){ .closes      = str_eq(r->kind, STR("z")),
                                           .number      = opt_or(r->number, 0),
                                           .till        = r->till.len ? r->till : r->drawer,
                                           .currency    = currency.len ? currency : main_currency(r),
                                           .opened_by   = r->cashier,
                                           .closed_by   = STR_NONE,
                                           .no_sales    = r->no_sales,
                                           .grand_total = OPT_NONE,
                                           .note        = r->reason };
    const ReportSums *sums = sums_of(r, out->currency);
    const ReportCash *cash = cash_of(r, out->currency);
    if (!slips_shop(ctx, r->location, &out->shop, place, err)) return false;
    out->shop.cashier = r->cashier;
    out->opened_ms    = slips_wall(place, r->opened_at);
    out->until_ms     = slips_wall(place, r->until);
    return (!sums || put_sums(ctx, sums, out, err)) && put_tenders(ctx, r, cash, out, err)
        && (!cash || put_moves(ctx, cash, out, err)) && put_receipts(ctx, r, out, err);
}

static bool report_paper(Ctx *ctx, const ShiftReportAsk *ask, PaperForm form, PaperReply *reply, Error *err)
{
    ShiftReport report;
    SlipReport  printed;
    Location    place;
    PaperWish   wish = { .language = ask->language, .columns = ask->columns };
    PaperDoc    doc;
    return shifts_report(ctx, &(ById){ ask->id }, &report, err)
        && till_slip(ctx, &report, ask->currency, &printed, &place, err)
        && paper_begin(ctx, &place, &wish, &doc, err)
        && slip_of_report(ctx->arena, &doc.look.style, &printed, &doc.slip, err)
        && paper_write(ctx, &doc, &wish, form, &reply->text, err);
}

PAPER_ROUTES(report, ShiftReportAsk)
