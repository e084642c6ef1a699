/* give_back_terms.c — what the merchant's terms do to a return. See give_back_terms.h. */
#include "flows/give_back_terms.h"

#include "shop/approvals/approvals.h"
#include "shop/payments/payments.h"

#include <stdio.h>

/* --- refused, or approved --- */

static bool refuse_line(size_t i, const ReturnWhy *why, Error *err)
{
    (void)err_set(err, &ERR_RETURN_REFUSED, "", "%.*s", STR_FMT(why->why));
    (void)snprintf(err->field, sizeof err->field, "lines[%zu]", i);
    return false;
}

/* Names the first reason for which it is refused. */
static bool refuse(const Terms *terms, Error *err)
{
    for (size_t i = 0; i < terms->count; i++)
        for (size_t k = 0; k < terms->lines[i].verdict.why_count; k++)
            if (terms->lines[i].verdict.why[k].outcome == RETURN_REFUSE)
                return refuse_line(i, &terms->lines[i].verdict.why[k], err);
    for (size_t i = 0; i < terms->flag_count; i++)
        if (terms->flags[i].outcome == RETURN_REFUSE)
            return err_set(err, &ERR_RETURN_REFUSED, "", "%.*s", STR_FMT(terms->flags[i].why));
    return err_set(err, &ERR_RETURN_REFUSED, "", "the rules do not take it back");
}

static void say(Return *doc, ReturnOutcome outcome, const char *code, Str why)
{
    doc->whys.items[doc->whys.count++] = (ReturnWhyShown){ str_from(return_outcome_name(outcome)),
                                                           str_from(code), why };
}

/* All that was said of it is kept with the return. */
static bool keep_whys(Ctx *ctx, const Terms *terms, Return *doc, Error *err)
{
    size_t room = terms->flag_count;
    for (size_t i = 0; i < terms->count; i++) room += terms->lines[i].verdict.why_count;
    doc->whys.items = arena_array(ctx->arena, ReturnWhyShown, room + 1);
    if (!doc->whys.items) return err_memory(err);
    for (size_t i = 0; i < terms->count; i++)
        for (size_t k = 0; k < terms->lines[i].verdict.why_count; k++) {
            const ReturnWhy *why = &terms->lines[i].verdict.why[k];
            say(doc, why->outcome, why->code, why->why);
        }
    for (size_t i = 0; i < terms->flag_count; i++)
        say(doc, terms->flags[i].outcome, return_flag_rows[terms->flags[i].kind].code,
            terms->flags[i].why);
    return true;
}

/* --- where the money goes --- */

static bool choose(Str asked, const Terms *terms, Str *to, Error *err)
{
    static const char *const names[] = { "original", "store_credit", "gift_card" };
    *to                              = asked;
    for (size_t i = 0; i < COUNT(names) && !to->len; i++)
        if (return_refund_to(str_from(names[i])) == terms->refund_first) *to = str_from(names[i]);
    if (return_refund_to(*to) & terms->refund_to) return true;
    return err_set(err, &ERR_REFUND_TO, "refund_to",
                   "the rules give no money back this way: see the preview");
}

bool give_back_settle(Ctx *ctx, const Terms *terms, Id approval, Str refund_to, Return *doc, Str *to,
                      Error *err)
{
    if (terms->outcome == RETURN_REFUSE) return refuse(terms, err);
    if (terms->outcome == RETURN_MANAGER
        && !approvals_use(ctx,
                          &(ApprovalUse){ APPROVAL_RETURN, approval, terms->subject,
                                          terms->paid - terms->fee, doc->id },
                          &doc->approved_by, err))
        return false;
    for (size_t i = 0; i < doc->lines.count; i++)
        doc->lines.items[i].fee = terms->lines[i].verdict.fee;
    return choose(refund_to, terms, to, err) && keep_whys(ctx, terms, doc, err);
}

bool give_back_judge(Ctx *ctx, const ReturnRequest *request, const Order *order,
                     const SoldLine *sold, size_t sold_count, Return *doc, Terms *terms, Str *to,
                     Error *err)
{
    int64_t *paid = arena_array(ctx->arena, int64_t, doc->lines.count + 1);
    if (!paid) return err_memory(err);
    for (size_t i = 0; i < doc->lines.count; i++) paid[i] = doc->lines.items[i].total;
    if (!return_terms_find(ctx, request, order, sold, sold_count, paid, true, terms, err))
        return false;
    if (!give_back_settle(ctx, terms, request->approval, request->refund_to, doc, to, err))
        return false;
    if (opt_or(request->shipping, 0) > 0 && !terms->shipping)
        return err_set(err, &ERR_RETURN_REFUSED, "shipping",
                       "the rules do not give shipping back for this");
    for (size_t i = 0; i < doc->lines.count; i++) {
        ReturnLine      *line  = &doc->lines.items[i];
        const TermsLine *by    = &terms->lines[i];
        bool             comes = !str_eq(line->disposition, STR("none"));
        if (comes && !request->lines.items[i].disposition.len && by->to)
            line->disposition = str_from(by->to->state);
    }
    return true;
}

/* --- what is kept --- */

static int64_t came_of(const ReturnLineInput *asked, const SoldKitPart *part, int64_t full)
{
    for (size_t i = 0; i < asked->parts.count; i++)
        if (str_eq(asked->parts.items[i].sku, part->sku)) return asked->parts.items[i].quantity;
    return asked->parts.count ? 0 : full;
}

/* Of what was paid for the kits the share of a part, by value, or all parts alike where none is
 * said; of that so much as is missing. */
static bool missing_value(const SoldKitPart *parts, size_t count, const ReturnLineInput *asked,
                          const ReturnLine *line, int64_t *out, Error *err)
{
    int64_t values = 0, here = 0;
    for (size_t p = 0; p < count; p++)
        if (parts[p].line == asked->line) {
            values += parts[p].value_ppm;
            here++;
        }
    for (size_t p = 0; p < count; p++) {
        const SoldKitPart *part = &parts[p];
        int64_t            full = part->qty * (line->quantity / QTY_ONE), share = 0, lost = 0;
        if (part->line != asked->line || full == 0) continue;
        int64_t gone = full - came_of(asked, part, full);
        if (gone <= 0) continue;
        if (!money_scale(line->total, values ? part->value_ppm : 1, values ? values : here,
                         ROUND_HALF_UP, &share, err)
            || !money_scale(share, gone, full, ROUND_HALF_UP, &lost, err)
            || !money_add(*out, lost, out, err))
            return false;
    }
    return true;
}

bool give_back_withhold(Ctx *ctx, const ReturnRequest *request, Return *doc, Error *err)
{
    SoldKitPart *parts = NULL;
    size_t       count = 0;
    for (size_t i = 0; i < doc->lines.count; i++) {
        const ReturnLineInput *asked = &request->lines.items[i];
        ReturnLine            *line  = &doc->lines.items[i];
        int64_t                value = 0;
        if (!str_eq(asked->missing, STR("withhold")) || asked->parts.count == 0) continue;
        if (!parts && !orders_kit_parts_of(ctx, request->order, &parts, &count, err)) return false;
        if (!missing_value(parts, count, asked, line, &value, err)) return false;
        line->fee = line->fee + value > line->total ? line->total : line->fee + value;
    }
    return true;
}

bool give_back_fee_tax(Ctx *ctx, ReturnLine *line, GiveBackLine *with, Error *err)
{
    if (line->fee == 0) return true;
    if (!return_tax_within(line->tax, line->total, line->fee, &line->fee_tax, err)) return false;
    int64_t *weights = arena_array(ctx->arena, int64_t, with->tax_count + 1);
    int64_t *parts   = arena_array(ctx->arena, int64_t, with->tax_count + 1);
    RateTax *taxes   = arena_array(ctx->arena, RateTax, with->tax_count + 1);
    if (!weights || !parts || !taxes) return err_memory(err);
    for (size_t i = 0; i < with->tax_count; i++)
        weights[i] = with->taxes[i].amount > 0 ? with->taxes[i].amount : 0;
    if (with->tax_count == 0 || line->fee_tax == 0) return true;
    money_split(line->fee_tax, weights, with->tax_count, parts);
    for (size_t i = 0; i < with->tax_count; i++)
        taxes[i] = (RateTax){ with->taxes[i].name, with->taxes[i].amount - parts[i] };
    with->taxes = taxes;
    return true;
}
