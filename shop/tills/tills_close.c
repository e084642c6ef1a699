/* tills_close.c — closing a shift with its Z report, passing a drawer on, and shifts of registers that
 * were offline. See tills.h. */
#include "all_sql.h"
#include "core/machine.h"
#include "core/money.h"
#include "shop/approvals/approvals.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "shop/tills/tills_inner.h"

typedef struct {
    ShiftRow       *shift;
    const ShiftEnd *end;
    ShiftReport    *report;
    ShiftCountsRow *counts;
    size_t          count;
    LedgerDoc       doc; /* of all that closing books: the shift */
} Close;

static const ShiftCountsRow *counted_of(const Close *c, Str tender, Str currency)
{
    for (size_t i = 0; i < c->count; i++)
        if (str_eq(c->counts[i].tender, tender) && str_eq(c->counts[i].currency, currency))
            return &c->counts[i];
    return NULL;
}

static bool read_counts(Ctx *ctx, Close *c, Error *err)
{
    ShiftCountsIn in = { ctx->who.merchant, c->shift->id, c->report->counts };
    return q_shift_counts_all(ctx->tx, ctx->arena, &in, &c->counts, &c->count, err);
}

/* Cash of a currency that should not be there, and is. */
static bool add_unexpected(Close *c, Error *err)
{
    ShiftReport *r = c->report;
    for (size_t i = 0; i < c->count; i++) {
        bool known = !str_eq(c->counts[i].tender, STR("cash"));
        for (size_t k = 0; k < r->cash.count; k++)
            known = known || str_eq(r->cash.items[k].currency, c->counts[i].currency);
        if (known) continue;
        if (r->cash.count == TILL_CURRENCIES_MAX)
            return err_set(err, &ERR_FIELD_INVALID, "counts", "there are too many currencies");
        r->cash.items[r->cash.count++] = (ReportCash){ .currency = c->counts[i].currency };
    }
    return true;
}

static bool find_kept(const Close *c, ReportCash *cash, Error *err)
{
    cash->kept = c->end->keep_all ? cash->counted : 0;
    for (size_t i = 0; i < c->end->keep_count; i++) {
        if (!str_eq(c->end->keep[i].currency, cash->currency)) continue;
        cash->kept = c->end->keep[i].amount;
        if (cash->kept <= cash->counted) continue;
        (void)err_set(err, &ERR_FIELD_INVALID, "amount", "is more than what was counted");
        return err_in_list(err, "keep", i);
    }
    return true;
}

/* What was counted against what there should be. */
static bool compare(Close *c, Error *err)
{
    ShiftReport *r = c->report;
    if (!add_unexpected(c, err)) return false;
    for (size_t i = 0; i < r->cash.count; i++) {
        ReportCash           *cash = &r->cash.items[i];
        const ShiftCountsRow *row  = counted_of(c, STR("cash"), cash->currency);
        if (!row && cash->expected != 0)
            return err_set(err, &ERR_SHIFT_UNCOUNTED, "counts", "cash of %.*s must be counted",
                           STR_FMT(cash->currency));
        cash->counted = row ? row->amount : 0;
        cash->over    = cash->counted - cash->expected;
        if (!find_kept(c, cash, err)) return false;
    }
    for (size_t i = 0; i < r->tenders.count; i++) {
        ReportTender         *t   = &r->tenders.items[i];
        const ShiftCountsRow *row = counted_of(c, t->kind, t->currency);
        if (!row || str_eq(t->kind, STR("cash"))) continue;
        t->counted = row->amount;
        t->over    = row->amount - (t->in - t->out);
    }
    return true;
}

/* A second person where the drawer is over or short by more than the policy lets pass. */
static bool approve(Ctx *ctx, Close *c, Error *err)
{
    TillPolicyGetRow policy = { 0 };
    bool             found  = false;
    int64_t          worst  = 0;
    Str              text = STR(""), subject = STR_NONE;
    TillPolicyGetIn  in = { ctx->who.merchant, c->shift->location };
    if (!q_till_policy_get_one(ctx->tx, ctx->arena, &in, &policy, &found, err)) return false;
    for (size_t i = 0; i < c->report->cash.count; i++) {
        const ReportCash *cash = &c->report->cash.items[i];
        int64_t           off  = cash->over < 0 ? -cash->over : cash->over;
        worst                  = off > worst ? off : worst;
        text = str_format(ctx->arena, "%.*s%.*s %lld ", STR_FMT(text), STR_FMT(cash->currency),
                          (long long)cash->over);
        if (!text.ptr) return err_memory(err);
    }
    if (!found || policy.difference_over < 0 || worst <= policy.difference_over) return true;
    Str         parts[2] = { id_text(ctx->arena, c->shift->id), text };
    ApprovalUse use      = {
             .kind = APPROVAL_DIFFERENCE, .id = c->end->approval, .amount = worst, .used_for = c->shift->id
    };
    if (!parts[0].ptr) return err_memory(err);
    if (!approvals_subject(ctx, APPROVAL_DIFFERENCE, parts, 2, &subject, err)) return false;
    use.subject = subject;
    return approvals_use(ctx, &use, &c->report->approved_by, err);
}

static bool book_cash(Ctx *ctx, Close *c, const ReportCash *cash, Error *err)
{
    LedgerSide      of     = { till_cash_account(ctx, c->shift->location), c->shift->id };
    LedgerSide      drawer = till_drawer_side(ctx, c->shift->location, c->shift->drawer);
    LedgerSide      safe   = { .account = till_safe_account(ctx, c->shift->location) };
    LedgerSide      off    = { .account = STR("cash_over_short") };
    ShiftTotalPutIn put    = { ctx->who.merchant, c->shift->id,  STR("cash"), cash->currency,
                               cash->expected,    cash->counted, cash->kept };
    c->doc.currency        = cash->currency;
    if (!of.account.ptr || !drawer.account.ptr || !safe.account.ptr) return err_memory(err);
    return ledger_move(ctx, &c->doc, of, off, cash->over, STR("till_count"), err)
        && ledger_move(ctx, &c->doc, drawer, of, cash->kept, STR("till_keep"), err)
        && ledger_move(ctx, &c->doc, safe, of, cash->counted - cash->kept, STR("till_close"), err)
        && q_shift_total_put_exec(ctx->tx, &put, NULL, err);
}

static bool book_all(Ctx *ctx, Close *c, Error *err)
{
    const ShiftReport *r = c->report;
    for (size_t i = 0; i < r->cash.count; i++)
        if (!book_cash(ctx, c, &r->cash.items[i], err)) return false;
    for (size_t i = 0; i < r->tenders.count; i++) {
        const ReportTender *t   = &r->tenders.items[i];
        ShiftTotalPutIn     put = { ctx->who.merchant, c->shift->id, t->kind, t->currency,
                                    t->in - t->out,    t->counted,   0 };
        if (t->counted != OPT_NONE && !q_shift_total_put_exec(ctx->tx, &put, NULL, err)) return false;
    }
    return true;
}

/* What came late at the location, and was in no report: it is in this one. */
static bool add_late(Ctx *ctx, Close *c, int64_t number, Error *err)
{
    TillLateSalesTakeRow *rows  = NULL;
    size_t                count = 0;
    ShiftReport          *r     = c->report;
    TillLateSalesTakeIn   sales = { ctx->who.merchant, c->shift->location, number };
    TillLateTendersSetIn  tends = { ctx->who.merchant, c->shift->location, number };
    if (!q_till_late_sales_take_all(ctx->tx, ctx->arena, &sales, &rows, &count, err)) return false;
    r->late.items = arena_array(ctx->arena, ReportLate, count + 1);
    if (!r->late.items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        bool   back = str_eq(rows[i].kind, STR("return"));
        size_t at   = 0;
        while (at < r->late.count && !str_eq(r->late.items[at].currency, rows[i].currency)) at++;
        if (at == r->late.count)
            r->late.items[r->late.count++] = (ReportLate){ .currency = rows[i].currency };
        ReportLate *late = &r->late.items[at];
        late->sales += rows[i].n == 1 && !back;
        late->returns += rows[i].n == 1 && back;
        late->net += back ? -rows[i].net : rows[i].net;
        late->tax += back ? -rows[i].tax : rows[i].tax;
    }
    return q_till_late_tenders_set_exec(ctx->tx, &tends, NULL, err);
}

static bool tell_closed(Ctx *ctx, const Close *c, Error *err)
{
    Buf body = buf_make(ctx->arena, 128);
    buf_add(&body, STR("{\"location\":"));
    buf_json_string(&body, c->shift->location);
    buf_add(&body, STR(",\"drawer\":"));
    buf_json_string(&body, c->shift->drawer);
    buf_format(&body, ",\"z_number\":%lld,\"over\":[", (long long)c->shift->z_number);
    for (size_t i = 0; i < c->report->cash.count; i++)
        buf_format(&body, "%s{\"currency\":\"%.*s\",\"amount\":%lld}", i ? "," : "",
                   STR_FMT(c->report->cash.items[i].currency), (long long)c->report->cash.items[i].over);
    buf_add(&body, STR("]}"));
    if (body.failed) return err_memory(err);
    return audit_append(ctx, STR("shift.close"), c->shift->id, buf_str(&body), err)
        && events_put(ctx, &EVENT_SHIFT_CLOSED, c->shift->id, buf_str(&body), err);
}

bool shift_end(Ctx *ctx, ShiftRow *shift, const ShiftEnd *end, ShiftReport *out, Error *err)
{
    Close c = {
        .shift = shift, .end = end, .report = out, .doc = { shift->id, STR(""), 0, shift->location }
    };
    TillBooks       books = { .location = STR_NONE };
    Str             next  = STR_NONE;
    ShiftKeysDropIn keys  = { ctx->who.merchant, shift->id };
    if (!machine_step(MACHINE_SHIFT, shift->state, STR("close"), "id", &next, err)
        || !report_make(ctx, shift, true, out, err) || !read_counts(ctx, &c, err) || !compare(&c, err)
        || !approve(ctx, &c, err) || !book_all(ctx, &c, err)
        || !till_lock(ctx, shift->location, &books, err) || !add_late(ctx, &c, books.last + 1, err))
        return false;
    out->reason      = end->reason;
    out->until       = end->closed_ms;
    shift->closed_ms = end->closed_ms;
    shift->z_number  = books.last + 1;
    return report_keep(ctx, &books, out, err) && q_shift_keys_drop_exec(ctx->tx, &keys, NULL, err)
        && shift_step(ctx, shift, "close", err) && tell_closed(ctx, &c, err);
}

static bool check_complete(Ctx *ctx, const ShiftRow *shift, bool incomplete, Error *err)
{
    int64_t missing = 0;
    if (!shift_missing(ctx, shift, &missing, err)) return false;
    return missing == 0 || incomplete
        || err_set(err, &ERR_STATE_REFUSED, "id", "%lld of its register's documents have not come yet",
                   (long long)missing);
}

bool shifts_close(Ctx *ctx, const ShiftClose *request, ShiftReport *reply, Error *err)
{
    ShiftRow shift = { .state = STR_NONE };
    ShiftEnd end   = { .keep       = request->keep.items,
                       .keep_count = request->keep.count,
                       .reason     = request->reason,
                       .approval   = request->approval,
                       .closed_ms  = ctx->now_ms };
    return shift_take(ctx, request->id, &shift, err)
        && check_complete(ctx, &shift, request->incomplete, err)
        && shift_end(ctx, &shift, &end, reply, err);
}

bool shifts_handover(Ctx *ctx, const ShiftHandover *request, Shift *reply, Error *err)
{
    ShiftRow        shift = { .state = STR_NONE }, next = { .state = STR_NONE };
    ShiftReport     report;
    TillKeyThereRow row   = { 0 };
    bool            found = false;
    TillKeyThereIn  ask   = { ctx->who.merchant, request->worker };
    ShiftEnd        end   = { .keep_all  = true,
                              .reason    = request->reason,
                              .approval  = request->approval,
                              .closed_ms = ctx->now_ms };
    if (!shift_take(ctx, request->id, &shift, err)
        || !q_till_key_there_one(ctx->tx, ctx->arena, &ask, &row, &found, err))
        return false;
    if (!found) return err_set(err, &ERR_FIELD_INVALID, "worker", "is no API key in force");
    if (!shift_end(ctx, &shift, &end, &report, err)) return false;
    FloatInput *floats = arena_array(ctx->arena, FloatInput, report.cash.count + 1);
    if (!floats) return err_memory(err);
    for (size_t i = 0; i < report.cash.count; i++)
        floats[i] = (FloatInput){ .currency  = report.cash.items[i].currency,
                                  .amount    = report.cash.items[i].counted,
                                  .from_safe = 0 };
    ShiftStart start = { .id          = ctx_new_id(ctx),
                         .location    = shift.location,
                         .drawer      = shift.drawer,
                         .till        = shift.till,
                         .cashier     = request->cashier,
                         .key         = request->worker,
                         .opened_ms   = ctx->now_ms,
                         .documents   = -1,
                         .floats      = floats,
                         .float_count = report.cash.count };
    return shift_start(ctx, &start, &next, err) && shift_show(ctx, &next, true, reply, err);
}

/* --- registers that were offline --- */

/* Acts that the policy wants approved are not refused afterwards: who approved is kept as the register
 * tells. */
static bool put_offline_actions(Ctx *ctx, const ShiftRow *shift, const ShiftOffline *in, Error *err)
{
    for (size_t i = 0; i < in->actions.count; i++) {
        const OfflineAction *a    = &in->actions.items[i];
        bool                 made = false, money = !str_eq(a->kind, STR("no_sale"));
        if (money && (!a->currency.len || a->amount == OPT_NONE)) {
            (void)err_set(err, &ERR_FIELD_INVALID, a->currency.len ? "amount" : "currency",
                          "must be there");
            return err_in_list(err, "actions", i);
        }
        if (money && !currency_check(a->currency, "currency", err)) return err_in_list(err, "actions", i);
        ActionRow row = { .id          = a->id,
                          .kind        = a->kind,
                          .currency    = money ? a->currency : STR(""),
                          .amount      = money ? a->amount : 0,
                          .reason      = a->reason,
                          .reference   = a->reference,
                          .done_by     = ctx->who.api_key,
                          .approved_by = a->approved_by,
                          .at_ms       = a->at };
        if (!action_put(ctx, shift, &row, &made, err)) return err_in_list(err, "actions", i);
    }
    return true;
}

static bool begin_offline(Ctx *ctx, const ShiftOffline *in, ShiftRow *shift, Error *err)
{
    ShiftStart start = { .id          = in->id,
                         .location    = in->location,
                         .drawer      = in->drawer,
                         .till        = in->till,
                         .cashier     = in->cashier,
                         .opened_ms   = in->opened_at,
                         .number      = in->number,
                         .documents   = in->documents,
                         .offline     = true,
                         .floats      = in->floats.items,
                         .float_count = in->floats.count };
    if (in->closed_at < in->opened_at)
        return err_set(err, &ERR_FIELD_INVALID, "closed_at", "is before opened_at");
    return shift_start(ctx, &start, shift, err) && put_offline_actions(ctx, shift, in, err)
        && shift_step(ctx, shift, "count", err)
        && shift_put_counts(ctx, shift, in->counts.items, in->counts.count, err);
}

static bool same_shift(const ShiftRow *shift, const ShiftOffline *in)
{
    return shift->offline && shift->number == in->number && str_eq(shift->location, in->location)
        && str_eq(shift->till, in->till) && str_eq(shift->drawer, in->drawer);
}

bool shifts_offline(Ctx *ctx, const ShiftOffline *in, Shift *reply, Error *err)
{
    ShiftRow     shift = { .state = STR_NONE };
    ShiftReport  report;
    ShiftLockRow row     = { 0 };
    bool         there   = false;
    int64_t      missing = 0;
    if (!q_shift_lock_one(ctx->tx, ctx->arena, &(ShiftLockIn){ ctx->who.merchant, in->id }, &row, &there,
                          err))
        return false;
    if (there ? !shift_get(ctx, in->id, &shift, err) : !begin_offline(ctx, in, &shift, err)) return false;
    if (!same_shift(&shift, in)) return err_set(err, &ERR_SHIFT_TWIN, "id", "is that of another shift");
    if (!shift_missing(ctx, &shift, &missing, err)) return false;
    ShiftEnd end = { .keep = in->keep.items, .keep_count = in->keep.count, .closed_ms = in->closed_at };
    if (missing == 0 && !str_eq(shift.state, STR("closed")) && !shift_end(ctx, &shift, &end, &report, err))
        return false;
    return shift_show(ctx, &shift, true, reply, err);
}
