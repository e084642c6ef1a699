/* tills_cash.c — what is done at a drawer besides sales, the safe, and bags for the bank. See tills.h. */
#include "all_sql.h"
#include "core/account.h"
#include "core/machine.h"
#include "core/money.h"
#include "shop/approvals/approvals.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "shop/tills/tills_inner.h"

#include <assert.h>

enum {
    CREDIT_FROM = 10
}; /* entries of a bag's document: 1 when it leaves, 11 … when the bank has counted it */

Str till_cash_account(Ctx *ctx, Str location)
{
    return account_name(ctx->arena, "cash", location);
}

Str till_safe_account(Ctx *ctx, Str location)
{
    return account_name(ctx->arena, "safe", location);
}

LedgerSide till_drawer_side(Ctx *ctx, Str location, Str drawer)
{
    Str name = str_format(ctx->arena, "%.*s/%.*s", STR_FMT(location), STR_FMT(drawer));
    return (LedgerSide){ name.ptr ? till_cash_account(ctx, location) : STR_NONE,
                         audit_subject(STR("drawer"), name) };
}

bool till_lock(Ctx *ctx, Str location, TillBooks *out, Error *err)
{
    ZSeriesLockRow row   = { 0 };
    bool           found = false;
    ZSeriesLockIn  in    = { ctx->who.merchant, location, STR("") };
    if (!q_z_series_lock_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    assert(found);
    *out = (TillBooks){ location, row.last, row.hash };
    return true;
}

bool till_safe_has(Ctx *ctx, Str location, Str currency, int64_t *amount, Error *err)
{
    TillAccountLooseRow row   = { 0 };
    bool                found = false;
    TillAccountLooseIn  in = { ctx->who.merchant, location, till_safe_account(ctx, location), currency };
    if (!in.account.ptr) return err_memory(err);
    if (!q_till_account_loose_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *amount = found ? row.amount : 0;
    return true;
}

/* --- what is done at a drawer --- */

static bool take_from_safe(Ctx *ctx, const ShiftRow *shift, LedgerDoc *doc, LedgerSide to, int64_t amount,
                           Str code, Error *err)
{
    TillBooks  books;
    int64_t    has  = 0;
    LedgerSide safe = { .account = till_safe_account(ctx, shift->location) };
    if (amount == 0) return true;
    if (!safe.account.ptr) return err_memory(err);
    if (!till_lock(ctx, shift->location, &books, err)
        || !till_safe_has(ctx, shift->location, doc->currency, &has, err))
        return false;
    if (has < amount && !shift->offline) /* what happened offline happened */
        return err_set(err, &ERR_SAFE_SHORT, "amount", "the safe of %.*s has less",
                       STR_FMT(shift->location));
    return ledger_move(ctx, doc, to, safe, amount, code, err);
}

static bool book_float(Ctx *ctx, const ShiftRow *shift, const ActionRow *a, LedgerDoc *doc,
                       LedgerSide cash, Error *err)
{
    LedgerSide drawer = till_drawer_side(ctx, shift->location, shift->drawer);
    int64_t    left   = 0;
    if (!drawer.account.ptr) return err_memory(err);
    if (!ledger_part(ctx, drawer.account, drawer.of, a->currency, &left, err)) return false;
    return take_from_safe(ctx, shift, doc, cash, a->from_safe, STR("float"), err)
        && ledger_move(ctx, doc, cash, drawer, left, STR("float"), err)
        && ledger_move(ctx, doc, cash, (LedgerSide){ .account = STR("cash_over_short") },
                       a->amount - a->from_safe - left, STR("till_count"), err);
}

static bool book(Ctx *ctx, const ShiftRow *shift, const ActionRow *a, Error *err)
{
    LedgerDoc  doc   = { a->id, a->currency, 0, shift->location };
    LedgerSide cash  = { till_cash_account(ctx, shift->location), shift->id };
    LedgerSide safe  = { .account = till_safe_account(ctx, shift->location) };
    LedgerSide spent = { .account = STR("paid_out") };
    if (!cash.account.ptr || !safe.account.ptr) return err_memory(err);
    if (str_eq(a->kind, STR("float"))) return book_float(ctx, shift, a, &doc, cash, err);
    if (str_eq(a->kind, STR("pay_in")) && a->from_safe)
        return take_from_safe(ctx, shift, &doc, cash, a->from_safe, a->kind, err);
    if (str_eq(a->kind, STR("pay_in")))
        return ledger_move(ctx, &doc, cash, spent, a->amount, a->kind, err);
    if (str_eq(a->kind, STR("pay_out")))
        return ledger_move(ctx, &doc, spent, cash, a->amount, a->kind, err);
    if (str_eq(a->kind, STR("drop"))) return ledger_move(ctx, &doc, safe, cash, a->amount, a->kind, err);
    if (str_eq(a->kind, STR("late")))
        return ledger_move(ctx, &doc, (LedgerSide){ .account = STR("cash_over_short") }, cash, a->amount,
                           STR("till_late"), err);
    return true;
}

bool action_put(Ctx *ctx, const ShiftRow *shift, ActionRow *a, bool *made, Error *err)
{
    int64_t rows = 0;
    if (id_is_none(a->id)) a->id = ctx_new_id(ctx);
    ShiftActionPutIn in = {
        ctx->who.merchant,           a->id,      shift->id,      a->kind,
        text_or_empty(a->currency),  a->amount,  a->from_safe,   text_or_empty(a->reason),
        text_or_empty(a->reference), a->done_by, a->approved_by, a->at_ms
    };
    if (!q_shift_action_put_exec(ctx->tx, &in, &rows, err)) return false;
    *made = rows == 1;
    if (!*made) return true;
    Str action = str_format(ctx->arena, "shift.%.*s", STR_FMT(a->kind));
    Str detail = str_format(ctx->arena, "%lld %.*s %.*s", (long long)a->amount, STR_FMT(in.currency),
                            STR_FMT(in.reason));
    if (!action.ptr || !detail.ptr) return err_memory(err);
    return book(ctx, shift, a, err) && audit_append(ctx, action, shift->id, detail, err);
}

/* --- policies --- */

/* A second person where the policy asks for one. */
static bool approve(Ctx *ctx, const ShiftRow *shift, ApprovalKind kind, Id approval, ActionRow *a,
                    Error *err)
{
    TillPolicyGetRow p     = { 0 };
    bool             found = false;
    int64_t          limit = -1;
    TillPolicyGetIn  in    = { ctx->who.merchant, shift->location };
    if (!q_till_policy_get_one(ctx->tx, ctx->arena, &in, &p, &found, err)) return false;
    if (!found) return true;
    switch (kind) {
    case APPROVAL_PAY_IN: limit = p.pay_in_over; break;
    case APPROVAL_PAY_OUT: limit = p.pay_out_over; break;
    case APPROVAL_DROP: limit = p.drop_over; break;
    case APPROVAL_VOID_LINE: limit = p.void_line_over; break;
    case APPROVAL_VOID_SALE: limit = p.void_sale_over; break;
    case APPROVAL_NO_SALE:
    case APPROVAL_DISCOUNT:
    case APPROVAL_RETURN:
    case APPROVAL_DIFFERENCE:
    case APPROVAL_COUNT: break;
    }
    bool needed = kind == APPROVAL_NO_SALE ? p.no_sale_approval : limit >= 0 && a->amount > limit;
    if (!needed) return true;
    Str         subject  = STR_NONE;
    Str         parts[5] = { id_text(ctx->arena, shift->id), text_or_empty(a->currency),
                             str_format(ctx->arena, "%lld", (long long)a->amount), text_or_empty(a->reason),
                             text_or_empty(a->reference) };
    ApprovalUse use      = { .kind = kind, .id = approval, .amount = a->amount, .used_for = shift->id };
    if (!parts[0].ptr || !parts[2].ptr) return err_memory(err);
    if (!approvals_subject(ctx, kind, parts, 5, &subject, err)) return false;
    use.subject = subject;
    return approvals_use(ctx, &use, &a->approved_by, err);
}

static void show_action(const ActionRow *a, ShiftAction *out)
{
    *out = (ShiftAction){ .id          = a->id,
                          .kind        = a->kind,
                          .currency    = text_or_none(a->currency),
                          .amount      = a->amount,
                          .from_safe   = a->from_safe ? a->from_safe : OPT_NONE,
                          .reason      = text_or_none(a->reason),
                          .reference   = text_or_none(a->reference),
                          .by          = a->done_by,
                          .approved_by = a->approved_by,
                          .at          = a->at_ms };
}

static bool act(Ctx *ctx, Id id, ActionRow *a, Id approval, ShiftAction *reply, Error *err)
{
    ShiftRow           shift = { .state = STR_NONE };
    const ApprovalRow *row   = approval_find(a->kind);
    bool               made  = false;
    int                kind  = 0;
    while (kind < APPROVAL_COUNT && approval_row((ApprovalKind)kind) != row) kind++;
    a->done_by = ctx->who.api_key;
    a->at_ms   = ctx->now_ms;
    if (a->currency.len && !currency_check(a->currency, "currency", err)) return false;
    if (!shift_take(ctx, id, &shift, err)) return false;
    if (str_eq(shift.state, STR("closed"))) return err_set(err, &ERR_SHIFT_CLOSED, "id", "it is closed");
    if (str_eq(shift.state, STR("counting")))
        return err_set(err, &ERR_SHIFT_COUNTING, "id", "it is being counted; resume it first");
    if (!approve(ctx, &shift, (ApprovalKind)kind, approval, a, err)
        || !action_put(ctx, &shift, a, &made, err))
        return false;
    show_action(a, reply);
    return true;
}

bool shifts_cash(Ctx *ctx, const ShiftCash *in, ShiftAction *reply, Error *err)
{
    ActionRow a = { .kind      = in->kind,
                    .currency  = in->currency,
                    .amount    = in->amount,
                    .reason    = in->reason,
                    .reference = in->reference };
    if (!in->reason.len && !str_eq(in->kind, STR("drop")))
        return err_set(err, &ERR_FIELD_INVALID, "reason", "must be there");
    if (in->from_safe && !str_eq(in->kind, STR("pay_in")))
        return err_set(err, &ERR_FIELD_INVALID, "from_safe", "is for pay_in only");
    if (in->from_safe) a.from_safe = in->amount;
    return act(ctx, in->id, &a, in->approval, reply, err);
}

bool shifts_no_sale(Ctx *ctx, const ShiftNoSale *in, ShiftAction *reply, Error *err)
{
    ActionRow a = { .kind = STR("no_sale"), .reason = in->reason };
    return act(ctx, in->id, &a, in->approval, reply, err);
}

bool shifts_void(Ctx *ctx, const ShiftVoid *in, ShiftAction *reply, Error *err)
{
    ActionRow a = { .kind      = in->kind,
                    .currency  = in->currency,
                    .amount    = in->amount,
                    .reason    = in->reason,
                    .reference = in->reference };
    return act(ctx, in->id, &a, in->approval, reply, err);
}

/* --- what was taken and given --- */

static bool put_late(Ctx *ctx, const ShiftRow *shift, Str currency, int64_t amount, Id document,
                     Error *err)
{
    bool      made = false;
    ActionRow late = { .kind      = STR("late"),
                       .currency  = currency,
                       .amount    = amount,
                       .reference = id_text(ctx->arena, document),
                       .done_by   = ctx->who.api_key,
                       .at_ms     = ctx->now_ms };
    if (amount == 0) return true;
    return late.reference.ptr ? action_put(ctx, shift, &late, &made, err) : err_memory(err);
}

bool tills_note_tender(Ctx *ctx, const TillShift *shift, const TillTender *t, Error *err)
{
    ShiftRow         row = { .state = STR_NONE };
    ShiftTenderPutIn in  = { ctx->who.merchant, shift->id,       t->id,       t->undone,
                             t->document,       shift->location, t->kind,     t->currency,
                             t->amount,         t->tip,          ctx->now_ms, shift->closed ? -1 : 0 };
    if (id_is_none(shift->id)) return true;
    if (!q_shift_tender_put_exec(ctx->tx, &in, NULL, err)) return false;
    if (!shift->closed || !str_eq(t->kind, STR("cash"))) return true;
    if (!shift_get(ctx, shift->id, &row, err)) return false;
    if (t->coin.len == 0) return put_late(ctx, &row, t->currency, t->amount, t->document, err);
    return put_late(ctx, &row, t->coin, t->coins, t->document, err)
        && put_late(ctx, &row, t->currency, -t->change, t->document, err);
}

/* --- the safe --- */

bool safes_move(Ctx *ctx, const SafeMoveInput *in, SafeMove *reply, Error *err)
{
    TillBooks  books;
    int64_t    has = 0, amount = in->amount, loose = 0;
    bool       there = false, found = false, counted = str_eq(in->kind, STR("count"));
    LedgerSide safe = { .account = till_safe_account(ctx, in->location) };
    LedgerSide from = { .account = STR("bank") };
    Str        cash = till_cash_account(ctx, in->location);
    if (!safe.account.ptr || !cash.ptr) return err_memory(err);
    if (!location_there(ctx, in->location, &there, err)) return false;
    if (!there) return err_set(err, &ERR_NOT_FOUND, "location", "no such location");
    if (!currency_check(in->currency, "currency", err) || !till_lock(ctx, in->location, &books, err)
        || !till_safe_has(ctx, in->location, in->currency, &has, err))
        return false;
    if (counted) from.account = STR("cash_over_short"), amount = in->amount - has;
    if (str_eq(in->kind, STR("from_till"))) {
        TillAccountLooseRow row = { 0 };
        TillAccountLooseIn  ask = { ctx->who.merchant, in->location, cash, in->currency };
        from.account            = cash;
        if (!q_till_account_loose_one(ctx->tx, ctx->arena, &ask, &row, &found, err)) return false;
        loose = found ? row.amount : 0;
        if (loose < amount)
            return err_set(err, &ERR_FIELD_INVALID, "amount", "is more than was taken without a shift");
    }
    *reply = (SafeMove){ ctx_new_id(ctx), in->location, in->kind, in->currency, amount, has + amount };
    LedgerDoc     doc = { reply->id, in->currency, 0, in->location };
    SafeMovePutIn row = { ctx->who.merchant,
                          reply->id,
                          in->location,
                          in->kind,
                          in->currency,
                          amount,
                          counted ? in->amount : 0,
                          text_or_empty(in->reason),
                          ctx->who.api_key,
                          ctx->now_ms };
    Str detail = str_format(ctx->arena, "%.*s %.*s %lld %.*s", STR_FMT(in->location), STR_FMT(in->kind),
                            (long long)amount, STR_FMT(in->currency));
    if (!detail.ptr) return err_memory(err);
    return q_safe_move_put_exec(ctx->tx, &row, NULL, err)
        && ledger_move(ctx, &doc, safe, from, amount, counted ? STR("safe_count") : STR("safe_in"), err)
        && audit_append(ctx, STR("safe.move"), reply->id, detail, err);
}

bool safes_show(Ctx *ctx, const LocationAsk *request, SafeBalances *reply, Error *err)
{
    TillAccountRow *safe = NULL, *cash = NULL;
    size_t          safes = 0, cashes = 0;
    Str             accounts[2] = { till_safe_account(ctx, request->location),
                                    till_cash_account(ctx, request->location) };
    TillAccountIn   of_safe     = { ctx->who.merchant, request->location, accounts[0] };
    TillAccountIn   of_cash     = { ctx->who.merchant, request->location, accounts[1] };
    if (!accounts[0].ptr || !accounts[1].ptr) return err_memory(err);
    if (!q_till_account_all(ctx->tx, ctx->arena, &of_safe, &safe, &safes, err)
        || !q_till_account_all(ctx->tx, ctx->arena, &of_cash, &cash, &cashes, err))
        return false;
    reply->items.items = arena_array(ctx->arena, SafeBalance, safes + cashes + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t s = 0, c = 0; s < safes || c < cashes;) { /* both by currency */
        int order = s == safes ? 1 : c == cashes ? -1 : str_cmp(safe[s].currency, cash[c].currency);
        reply->items.items[reply->items.count++] = (SafeBalance){ order <= 0 ? safe[s].currency
                                                                             : cash[c].currency,
                                                                  order <= 0 ? safe[s].amount : 0,
                                                                  order >= 0 ? cash[c].amount : 0 };
        if (order <= 0) s++;
        if (order >= 0) c++;
    }
    return true;
}

/* --- bags --- */

static void show_bag(Id id, const BankBagGetRow *r, BankBag *out)
{
    bool over = str_eq(r->state, STR("credited"));
    *out      = (BankBag){ .id           = id,
                           .location     = r->location,
                           .bag          = r->bag,
                           .currency     = r->currency,
                           .amount       = r->amount,
                           .state        = r->state,
                           .credited     = over ? r->credited : OPT_NONE,
                           .difference   = over ? r->credited - r->amount : OPT_NONE,
                           .reference    = text_or_none(r->reference),
                           .deposited_at = r->made_at_ms,
                           .credited_at  = over ? r->credited_at_ms : OPT_NONE };
}

bool bank_bags_add(Ctx *ctx, const BankBagInput *in, BankBag *reply, Error *err)
{
    TillBooks     books;
    int64_t       has = 0, rows = 0;
    bool          there = false;
    Str           safe  = till_safe_account(ctx, in->location);
    BankBagPutIn  put   = { ctx->who.merchant, ctx_new_id(ctx), in->location,     in->bag,
                            in->currency,      in->amount,      ctx->who.api_key, ctx->now_ms };
    BankBagGetRow row   = { .location   = in->location,
                            .bag        = in->bag,
                            .currency   = in->currency,
                            .amount     = in->amount,
                            .state      = machine_first(MACHINE_BANK_BAG),
                            .reference  = STR(""),
                            .made_at_ms = ctx->now_ms };
    LedgerDoc     doc   = { put.id, in->currency, 0, in->location };
    Str detail          = str_format(ctx->arena, "%.*s %lld %.*s", STR_FMT(in->bag), (long long)in->amount,
                                     STR_FMT(in->currency));
    if (!safe.ptr || !detail.ptr) return err_memory(err);
    if (!location_there(ctx, in->location, &there, err)) return false;
    if (!there) return err_set(err, &ERR_NOT_FOUND, "location", "no such location");
    if (!currency_check(in->currency, "currency", err) || !till_lock(ctx, in->location, &books, err)
        || !till_safe_has(ctx, in->location, in->currency, &has, err))
        return false;
    if (has < in->amount)
        return err_set(err, &ERR_SAFE_SHORT, "amount", "the safe has %lld", (long long)has);
    if (!q_bank_bag_put_exec(ctx->tx, &put, &rows, err)) return false;
    if (rows != 1) return err_set(err, &ERR_BAG_TWIN, "bag", "is on a bag that was sent already");
    show_bag(put.id, &row, reply);
    return ledger_post(ctx, &doc, STR("bank"), safe, in->amount, STR("bank_bag"), err)
        && audit_append(ctx, STR("bank_bag.send"), put.id, detail, err);
}

bool bank_bags_credit(Ctx *ctx, const BankBagCredit *in, BankBag *reply, Error *err)
{
    BankBagGetRow   row   = { .state = STR_NONE };
    bool            found = false;
    int64_t         rows  = 0;
    Str             next  = STR_NONE;
    BankBagCreditIn put   = { ctx->who.merchant, in->id, in->credited, text_or_empty(in->reference),
                              ctx->now_ms };
    if (!q_bank_bag_get_one(ctx->tx, ctx->arena, &(BankBagGetIn){ ctx->who.merchant, in->id }, &row,
                            &found, err))
        return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "no such bag");
    if (!machine_step(MACHINE_BANK_BAG, row.state, STR("credit"), "id", &next, err)
        || !q_bank_bag_credit_exec(ctx->tx, &put, &rows, err))
        return false;
    if (rows != 1) return err_set(err, &ERR_STATE_REFUSED, "id", "somebody else has just told of it");
    LedgerDoc doc      = { in->id, row.currency, CREDIT_FROM, row.location };
    row.state          = next;
    row.credited       = in->credited;
    row.reference      = put.reference;
    row.credited_at_ms = ctx->now_ms;
    show_bag(in->id, &row, reply);
    Buf body = buf_make(ctx->arena, 128);
    buf_add(&body, STR("{\"bag\":"));
    buf_json_string(&body, row.bag);
    buf_format(&body, ",\"amount\":%lld,\"credited\":%lld}", (long long)row.amount,
               (long long)row.credited);
    if (body.failed) return err_memory(err);
    return ledger_post(ctx, &doc, STR("bank"), STR("cash_over_short"), in->credited - row.amount,
                       STR("bank_bag"), err)
        && audit_append(ctx, STR("bank_bag.credit"), in->id, buf_str(&body), err)
        && events_put(ctx, &EVENT_BAG_CREDITED, in->id, buf_str(&body), err);
}

bool bank_bags_list(Ctx *ctx, const BankBagFind *request, BankBagList *reply, Error *err)
{
    BankBagPageRow *rows  = NULL;
    size_t          count = 0, limit = (size_t)page_limit(request->limit);
    Id              before;
    if (!page_before(request->cursor, &before, err)) return false;
    BankBagPageIn in = { ctx->who.merchant, request->location, text_or_empty(request->state),
                         id_bytes(&before), (int64_t)limit + 1 };
    if (!q_bank_bag_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, BankBag, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++) {
        const BankBagPageRow *r   = &rows[i];
        BankBagGetRow         row = {
                    r->location, r->bag,       r->currency,     r->amount,     r->state,
                    r->credited, r->reference, r->deposited_by, r->made_at_ms, r->credited_at_ms
        };
        show_bag(r->id, &row, &reply->items.items[reply->items.count++]);
    }
    if (count > limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].id);
    return true;
}

/* --- a location closes --- */

bool tills_gather(Ctx *ctx, Str location, Error *err)
{
    TillOpenShiftRow open;
    DrawerPageRow   *drawers = NULL;
    TillAccountRow  *rows    = NULL;
    size_t           count = 0, currencies = 0;
    bool             found = false;
    LedgerSide       cash  = { .account = till_cash_account(ctx, location) };
    Str              safe  = till_safe_account(ctx, location);
    LedgerDoc        doc   = { ctx_new_id(ctx), STR(""), 0, location };
    if (!cash.account.ptr || !safe.ptr) return err_memory(err);
    if (!q_till_open_shift_one(ctx->tx, ctx->arena, &(TillOpenShiftIn){ ctx->who.merchant, location },
                               &open, &found, err))
        return false;
    if (found) return err_set(err, &ERR_DRAWER_BUSY, "code", "a shift is open there; close it first");
    if (!q_drawer_page_all(ctx->tx, ctx->arena, &(DrawerPageIn){ ctx->who.merchant, location }, &drawers,
                           &count, err)
        || !q_till_account_all(ctx->tx, ctx->arena,
                               &(TillAccountIn){ ctx->who.merchant, location, cash.account }, &rows,
                               &currencies, err))
        return false;
    for (size_t d = 0; d < count; d++)
        for (size_t c = 0; c < currencies; c++) {
            LedgerSide from = till_drawer_side(ctx, location, drawers[d].code);
            int64_t    left = 0;
            doc.currency    = rows[c].currency;
            if (!ledger_part(ctx, cash.account, from.of, doc.currency, &left, err)
                || !ledger_move(ctx, &doc, cash, from, left, STR("till_close"), err))
                return false;
        }
    if (!q_till_account_all(ctx->tx, ctx->arena, &(TillAccountIn){ ctx->who.merchant, location, safe },
                            &rows, &currencies, err))
        return false;
    for (size_t c = 0; c < currencies; c++) {
        doc.currency = rows[c].currency;
        if (!ledger_post(ctx, &doc, cash.account, safe, rows[c].amount, STR("till_close"), err))
            return false;
    }
    SafeMovePutIn row = { ctx->who.merchant, doc.document,     location,   STR("gather"), STR(""), 0, 0,
                          STR(""),           ctx->who.api_key, ctx->now_ms };
    return doc.n == 0 || q_safe_move_put_exec(ctx->tx, &row, NULL, err);
}
