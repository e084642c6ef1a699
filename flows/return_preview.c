/* return_preview.c — what a return would give, on what terms, and why. Changes nothing. */
#include "core/fefo.h"
#include "flows/return_terms.h"
#include "flows/sale.h"

#include <stdio.h>

/* What each line gives back; of what is not left nothing. */
static bool shares(Ctx *ctx, const ReturnRequest *request, SoldLine *sold, size_t count,
                   int64_t *paid, Error *err)
{
    for (size_t i = 0; i < request->lines.count; i++) {
        const ReturnLineInput *asked = &request->lines.items[i];
        int64_t                left = 0, returned = 0;
        size_t                 n = 0;
        if (asked->line > (int64_t)count) {
            (void)err_set(err, &ERR_RETURN_EXCEEDS, "line", "the order has no such line");
            return err_in_list(err, "lines", i);
        }
        SoldLine    *line = &sold[asked->line - 1];
        ReturnShare *out  = arena_array(ctx->arena, ReturnShare, line->part_count + 1);
        if (!out) return err_memory(err);
        returned = line->returned;
        if (!return_share(line, opt_or(asked->part, 0), asked->quantity, out, &n, &left, err))
            return false;
        line->returned = returned;
        for (size_t k = 0; k < n; k++) paid[i] += out[k].total;
    }
    return true;
}

static bool show_whys(Arena *arena, const ReturnVerdict *v, ReturnLineTerms *out, Error *err)
{
    out->whys.items = arena_array(arena, ReturnWhyShown, v->why_count + 1);
    if (!out->whys.items) return err_memory(err);
    for (size_t i = 0; i < v->why_count; i++)
        out->whys.items[out->whys.count++] = (ReturnWhyShown){
            str_from(return_outcome_name(v->why[i].outcome)), str_from(v->why[i].code), v->why[i].why
        };
    return true;
}

static bool show_line(Arena *arena, const TermsLine *line, ReturnLineTerms *out, Error *err)
{
    const ReturnVerdict *v       = &line->verdict;
    Str                  outcome = str_from(return_outcome_name(v->outcome));
    Str                  to      = line->to ? str_from(line->to->name) : STR("none");
    Str                  by      = line->to_rule ? line->to_rule->code : STR_NONE;
    *out                         = (ReturnLineTerms){ .line             = line->sold ? line->sold->n : 0,
                                                      .sku              = line->sku,
                                                      .quantity         = line->asked->quantity,
                                                      .paid             = line->paid,
                                                      .fee              = v->fee,
                                                      .outcome          = outcome,
                                                      .rule             = v->rule ? v->rule->code : STR_NONE,
                                                      .rule_name        = v->rule ? v->rule->name : STR_NONE,
                                                      .disposition      = to,
                                                      .disposition_rule = by };
    if (v->last_day) {
        char *day = arena_alloc(arena, 10);
        if (!day) return err_memory(err);
        if (fefo_day_text(v->last_day, day)) out->last_day = (Str){ day, 10 };
    }
    return show_whys(arena, v, out, err);
}

static bool show_targets(Arena *arena, const Terms *terms, ReturnPreview *out, Error *err)
{
    static const char *const names[] = { "original", "store_credit", "gift_card" };
    out->refund_to.items             = arena_array(arena, Str, COUNT(names));
    if (!out->refund_to.items) return err_memory(err);
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < COUNT(names); i++) {
            int  bit   = return_refund_to(str_from(names[i]));
            bool first = bit == terms->refund_first;
            if ((terms->refund_to & bit) && first == (pass == 0))
                out->refund_to.items[out->refund_to.count++] = str_from(names[i]);
        }
    return true;
}

bool return_preview_show(Ctx *ctx, const Terms *terms, ReturnPreview *out, Error *err)
{
    const OrderShipping *shipping = terms->order ? terms->order->shipping : NULL;
    *out = (ReturnPreview){ .outcome  = str_from(return_outcome_name(terms->outcome)),
                            .currency = terms->currency,
                            .paid     = terms->paid,
                            .fee      = terms->fee,
                            .refund   = terms->paid - terms->fee };
    if (terms->outcome == RETURN_MANAGER) out->approval_subject = terms->subject;
    if (terms->shipping && shipping) out->shipping = shipping->total - shipping->refunded;
    out->lines.items = arena_array(ctx->arena, ReturnLineTerms, terms->count + 1);
    out->flags.items = arena_array(ctx->arena, ReturnWhyShown, terms->flag_count + 1);
    if (!out->lines.items || !out->flags.items) return err_memory(err);
    for (size_t i = 0; i < terms->count; i++)
        if (!show_line(ctx->arena, &terms->lines[i], &out->lines.items[out->lines.count++], err))
            return false;
    for (size_t i = 0; i < terms->flag_count; i++) {
        const ReturnFlag *flag               = &terms->flags[i];
        out->flags.items[out->flags.count++] = (ReturnWhyShown){
            str_from(return_outcome_name(flag->outcome)),
            str_from(return_flag_rows[flag->kind].code), flag->why
        };
    }
    return show_targets(ctx->arena, terms, out, err);
}

bool returns_preview(Ctx *ctx, const ReturnRequest *request, ReturnPreview *reply, Error *err)
{
    Order     order;
    Terms     terms;
    SoldLine *sold  = NULL;
    size_t    count = 0;
    int64_t  *paid  = arena_array(ctx->arena, int64_t, request->lines.count + 1);
    if (!paid) return err_memory(err);
    if (!sale_get(ctx, request->order, &order, err)) {
        if (err->def == &ERR_NOT_FOUND) (void)snprintf(err->field, sizeof err->field, "order");
        return false;
    }
    if (!str_eq(order.state, STR("paid")))
        return err_set(err, &ERR_RETURN_NOT_PAID, "order", "the order is %.*s",
                       STR_FMT(order.state));
    return orders_sold_lines(ctx, order.id, &sold, &count, err)
        && shares(ctx, request, sold, count, paid, err)
        && return_terms_find(ctx, request, &order, sold, count, paid, false, &terms, err)
        && return_preview_show(ctx, &terms, reply, err);
}
