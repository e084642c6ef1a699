/* tills.c — shifts: opened, worked at, counted; and to which of them a sale belongs. See tills.h. */
#include "all_sql.h"
#include "core/account.h"
#include "core/coins.h"
#include "core/machine.h"
#include "core/money.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "shop/tills/tills_inner.h"

#include <assert.h>

static const char counting_word[] = "counting", closed_word[] = "closed";

static bool in_state(Str state, const char *which)
{
    return str_eq(state, str_from(which));
}

/* --- one shift --- */

bool shift_get(Ctx *ctx, Id id, ShiftRow *out, Error *err)
{
    ShiftGetRow row;
    bool        found = false;
    if (!q_shift_get_one(ctx->tx, ctx->arena, &(ShiftGetIn){ ctx->who.merchant, id }, &row, &found, err))
        return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "no such shift");
    *out = (ShiftRow){ .id        = id,
                       .opened_by = row.opened_by,
                       .location  = row.location,
                       .drawer    = row.drawer,
                       .till      = row.till,
                       .cashier   = row.cashier,
                       .state     = row.state,
                       .opened_ms = row.opened_at_ms,
                       .closed_ms = row.closed_at_ms,
                       .z_number  = row.z_number,
                       .number    = row.number,
                       .documents = row.documents,
                       .offline   = row.offline };
    return true;
}

static bool works_at(Ctx *ctx, Id key, Str location, Id shift, bool *yes, Error *err)
{
    ShiftOfKeyRow row   = { 0 };
    bool          found = false;
    ShiftOfKeyIn  in    = { ctx->who.merchant, key, location };
    *yes                = false;
    if (id_is_none(key)) return true;
    if (!q_shift_of_key_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *yes = found && id_eq(row.shift, shift);
    return true;
}

bool shift_take(Ctx *ctx, Id id, ShiftRow *out, Error *err)
{
    ShiftLockRow row   = { 0 };
    bool         found = false, mine = false;
    if (!q_shift_lock_one(ctx->tx, ctx->arena, &(ShiftLockIn){ ctx->who.merchant, id }, &row, &found, err)
        || !shift_get(ctx, id, out, err)
        || !works_at(ctx, ctx->who.api_key, out->location, id, &mine, err))
        return false;
    return mine || ctx_may(ctx, &PERM_TILLS_MANAGE)
        || err_set(err, &ERR_SHIFT_NOT_YOURS, "id",
                   "somebody else works at it; who manages tills may do this");
}

bool shift_step(Ctx *ctx, ShiftRow *shift, const char *event, Error *err)
{
    Str     next = STR_NONE;
    int64_t rows = 0;
    if (!machine_step(MACHINE_SHIFT, shift->state, str_from(event), "id", &next, err)) return false;
    ShiftStepIn in = {
        ctx->who.merchant, shift->id, shift->state, next, shift->closed_ms, shift->z_number
    };
    if (!q_shift_step_exec(ctx->tx, &in, &rows, err)) return false;
    if (rows != 1) return err_set(err, &ERR_STATE_REFUSED, "id", "somebody else has just led it on");
    shift->state = next;
    return true;
}

bool shift_missing(Ctx *ctx, const ShiftRow *shift, int64_t *missing, Error *err)
{
    ShiftDocumentsRow row   = { 0 };
    bool              found = false;
    ShiftDocumentsIn  in    = { ctx->who.merchant, shift->id };
    *missing                = 0;
    if (shift->documents < 0) return true;
    if (!q_shift_documents_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *missing = found && row.count < shift->documents ? shift->documents - row.count : 0;
    return true;
}

bool shift_show(Ctx *ctx, const ShiftRow *shift, bool keys, Shift *out, Error *err)
{
    ShiftKeysRow *rows    = NULL;
    size_t        count   = 0;
    int64_t       missing = 0;
    ShiftKeysIn   in      = { ctx->who.merchant, shift->id };
    *out                  = (Shift){ .id        = shift->id,
                                     .location  = shift->location,
                                     .drawer    = shift->drawer,
                                     .till      = text_or_none(shift->till),
                                     .cashier   = text_or_none(shift->cashier),
                                     .opened_by = shift->opened_by,
                                     .state     = shift->state,
                                     .opened_at = shift->opened_ms,
                                     .closed_at = shift->closed_ms ? shift->closed_ms : OPT_NONE,
                                     .z_number  = shift->z_number ? shift->z_number : OPT_NONE,
                                     .offline   = shift->offline,
                                     .number    = shift->number ? shift->number : OPT_NONE,
                                     .missing   = OPT_NONE };
    if (!keys) return true;
    if (!shift_missing(ctx, shift, &missing, err)
        || !q_shift_keys_all(ctx->tx, ctx->arena, &in, &rows, &count, err))
        return false;
    if (missing) out->missing = missing;
    out->keys.items = arena_array(ctx->arena, ShiftWorker, count + 1);
    if (!out->keys.items) return err_memory(err);
    for (size_t i = 0; i < count; i++) out->keys.items[out->keys.count++].key = rows[i].api_key;
    return true;
}

/* --- opening --- */

static bool check_drawer(Ctx *ctx, Str location, Str code, Error *err)
{
    DrawerGetRow row;
    bool         found = false;
    DrawerGetIn  in    = { ctx->who.merchant, location, code };
    if (!q_drawer_get_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    return (found && row.active)
        || err_set(err, &ERR_DRAWER_UNKNOWN, "drawer", "is no drawer in use at %.*s", STR_FMT(location));
}

static bool put_key(Ctx *ctx, const ShiftRow *shift, Id key, Error *err)
{
    int64_t       rows = 0;
    ShiftKeyPutIn in   = { ctx->who.merchant, key, shift->location, shift->id };
    if (id_is_none(key)) return true;
    if (!q_shift_key_put_exec(ctx->tx, &in, &rows, err)) return false;
    return rows == 1
        || err_set(err, &ERR_KEY_BUSY, "worker", "works at another shift of %.*s",
                   STR_FMT(shift->location));
}

/* The float is what was counted: what was left in the drawer and what came from the safe; a difference to
 * that is over or short of nobody's shift. */
static bool put_float(Ctx *ctx, const ShiftRow *shift, const FloatInput *in, size_t i, Error *err)
{
    LedgerSide drawer = till_drawer_side(ctx, shift->location, shift->drawer);
    int64_t    sum = 0, left = 0;
    bool       made = false;
    if (!currency_check(in->currency, "currency", err)
        || !coins_sum(in->currency, in->amount, in->coins.items, in->coins.count, &sum, err))
        return err_in_list(err, "floats", i);
    if (!drawer.account.ptr) return err_memory(err);
    if (!ledger_part(ctx, drawer.account, drawer.of, in->currency, &left, err)) return false;
    int64_t from_safe = in->from_safe != OPT_NONE ? in->from_safe : left == 0 ? sum : 0;
    if (from_safe > sum) {
        (void)err_set(err, &ERR_FIELD_INVALID, "from_safe", "is more than the float");
        return err_in_list(err, "floats", i);
    }
    ActionRow action = { .kind      = STR("float"),
                         .currency  = in->currency,
                         .amount    = sum,
                         .from_safe = from_safe,
                         .done_by   = ctx->who.api_key,
                         .at_ms     = shift->opened_ms };
    return action_put(ctx, shift, &action, &made, err) || err_in_list(err, "floats", i);
}

/* What was left in the drawer in a currency that nobody counted now is counted as none of it. */
static bool check_floats(const FloatInput *floats, size_t count, Error *err)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++) {
            if (!str_eq(floats[i].currency, floats[k].currency)) continue;
            (void)err_set(err, &ERR_FIELD_INVALID, "currency", "is there twice");
            return err_in_list(err, "floats", i);
        }
    return true;
}

static bool tell_opened(Ctx *ctx, const ShiftRow *shift, Error *err)
{
    Buf body = buf_make(ctx->arena, 128);
    buf_add(&body, STR("{\"location\":"));
    buf_json_string(&body, shift->location);
    buf_add(&body, STR(",\"drawer\":"));
    buf_json_string(&body, shift->drawer);
    buf_add(&body, STR(",\"cashier\":"));
    buf_json_string(&body, shift->cashier);
    buf_byte(&body, '}');
    if (body.failed) return err_memory(err);
    return audit_append(ctx, STR("shift.open"), shift->id, buf_str(&body), err)
        && events_put(ctx, &EVENT_SHIFT_OPENED, shift->id, buf_str(&body), err);
}

bool shift_start(Ctx *ctx, const ShiftStart *start, ShiftRow *out, Error *err)
{
    int64_t    rows  = 0;
    bool       there = false;
    ShiftPutIn in    = { ctx->who.merchant,
                         start->id,
                         start->location,
                         start->drawer,
                         text_or_empty(start->till),
                         text_or_empty(start->cashier),
                         ctx->who.api_key,
                         start->opened_ms,
                         start->offline,
                         start->number,
                         start->documents };
    if (!location_there(ctx, start->location, &there, err)) return false;
    if (!there) return err_set(err, &ERR_NOT_FOUND, "location", "no such location");
    if (!check_floats(start->floats, start->float_count, err)
        || !check_drawer(ctx, start->location, start->drawer, err)
        || !q_shift_put_exec(ctx->tx, &in, &rows, err))
        return false;
    if (rows != 1 && start->offline)
        return err_set(err, &ERR_SHIFT_TWIN, "number", "is taken by another shift of this register");
    if (rows != 1) return err_set(err, &ERR_DRAWER_BUSY, "drawer", "has a shift that is not closed");
    if (!shift_get(ctx, start->id, out, err) || !put_key(ctx, out, start->key, err)) return false;
    for (size_t i = 0; i < start->float_count; i++)
        if (!put_float(ctx, out, &start->floats[i], i, err)) return false;
    return tell_opened(ctx, out, err);
}

bool shifts_open(Ctx *ctx, const ShiftOpen *request, Shift *reply, Error *err)
{
    ShiftRow   shift = { .state = STR_NONE };
    ShiftStart start = { .id          = ctx_new_id(ctx),
                         .location    = request->location,
                         .drawer      = request->drawer,
                         .till        = request->till,
                         .cashier     = request->cashier,
                         .key         = ctx->who.api_key,
                         .opened_ms   = ctx->now_ms,
                         .documents   = -1,
                         .floats      = request->floats.items,
                         .float_count = request->floats.count };
    return shift_start(ctx, &start, &shift, err) && shift_show(ctx, &shift, true, reply, err);
}

/* --- who works at it --- */

static bool tell_worker(Ctx *ctx, const ShiftRow *shift, Str action, Id key, Error *err)
{
    Str text = id_text(ctx->arena, key);
    return text.ptr ? audit_append(ctx, action, shift->id, text, err) : err_memory(err);
}

bool shifts_join(Ctx *ctx, const ShiftJoin *request, Shift *reply, Error *err)
{
    ShiftRow        shift = { .state = STR_NONE };
    TillKeyThereRow row   = { 0 };
    bool            found = false;
    TillKeyThereIn  in    = { ctx->who.merchant, request->worker };
    if (!shift_take(ctx, request->id, &shift, err)) return false;
    if (in_state(shift.state, closed_word)) return err_set(err, &ERR_SHIFT_CLOSED, "id", "it is closed");
    if (!q_till_key_there_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_FIELD_INVALID, "worker", "is no API key in force");
    return put_key(ctx, &shift, request->worker, err)
        && tell_worker(ctx, &shift, STR("shift.join"), request->worker, err)
        && shift_show(ctx, &shift, true, reply, err);
}

bool shifts_leave(Ctx *ctx, const ShiftJoin *request, Shift *reply, Error *err)
{
    ShiftRow       shift = { .state = STR_NONE };
    int64_t        rows  = 0;
    ShiftKeyDropIn in    = { ctx->who.merchant, request->worker, request->id };
    if (!shift_take(ctx, request->id, &shift, err) || !q_shift_key_drop_exec(ctx->tx, &in, &rows, err))
        return false;
    if (rows == 0) return err_set(err, &ERR_NOT_FOUND, "worker", "does not work at it");
    return tell_worker(ctx, &shift, STR("shift.leave"), request->worker, err)
        && shift_show(ctx, &shift, true, reply, err);
}

/* --- counting --- */

bool coins_sum(Str currency, int64_t amount, const Coins *coins, size_t count, int64_t *sum, Error *err)
{
    *sum = 0;
    if (count == 0 && amount == OPT_NONE)
        return err_set(err, &ERR_FIELD_INVALID, "amount", "must be there, or coins");
    for (size_t i = 0; i < count; i++) {
        int64_t of = 0;
        if (coins_known(currency) && !coin_there(currency, coins[i].value)) {
            (void)err_set(err, &ERR_COIN_UNKNOWN, "value", "%.*s has no coin or note of that value",
                          STR_FMT(currency));
            return err_in_list(err, "coins", i);
        }
        if (!money_scale(coins[i].value, coins[i].count, 1, ROUND_DOWN, &of, err)
            || !money_add(*sum, of, sum, err))
            return false;
    }
    if (count == 0) *sum = amount;
    return amount == OPT_NONE || amount == *sum
        || err_set(err, &ERR_COUNT_SUM, "amount", "the coins add up to %lld", (long long)*sum);
}

static bool put_count(Ctx *ctx, const ShiftRow *shift, int64_t n, const Counted *in, Error *err)
{
    ShiftCountPutIn row = { .merchant = ctx->who.merchant,
                            .shift    = shift->id,
                            .n        = n,
                            .currency = in->currency,
                            .done_by  = ctx->who.api_key,
                            .at_ms    = ctx->now_ms };
    row.tender          = in->tender.len ? in->tender : STR("cash");
    row.coins           = STR("");
    if (!code_check(row.tender, "tender", err) || !currency_check(in->currency, "currency", err)
        || !coins_sum(in->currency, in->amount, in->coins.items, in->coins.count, &row.amount, err))
        return false;
    if (in->coins.count) {
        Buf buf = buf_make(ctx->arena, 128);
        for (size_t i = 0; i < in->coins.count; i++)
            buf_format(&buf, "%s[%lld,%lld]", i ? "," : "[", (long long)in->coins.items[i].value,
                       (long long)in->coins.items[i].count);
        buf_byte(&buf, ']');
        if (buf.failed) return err_memory(err);
        row.coins = buf_str(&buf);
    }
    return q_shift_count_put_exec(ctx->tx, &row, NULL, err);
}

static bool is_twin(const Counted *a, const Counted *b)
{
    Str one = a->tender.len ? a->tender : STR("cash"), other = b->tender.len ? b->tender : STR("cash");
    return str_eq(one, other) && str_eq(a->currency, b->currency);
}

bool shift_put_counts(Ctx *ctx, const ShiftRow *shift, const Counted *counts, size_t count, Error *err)
{
    ShiftCountLastRow last  = { 0 };
    bool              found = false;
    ShiftCountLastIn  in    = { ctx->who.merchant, shift->id };
    if (!q_shift_count_last_one(ctx->tx, ctx->arena, &in, &last, &found, err)) return false;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (!is_twin(&counts[i], &counts[k])) continue;
            (void)err_set(err, &ERR_FIELD_INVALID, "currency", "was counted twice");
            return err_in_list(err, "counts", i);
        }
        if (!put_count(ctx, shift, last.n + 1, &counts[i], err)) return err_in_list(err, "counts", i);
    }
    Str detail = str_format(ctx->arena, "count %lld", (long long)last.n + 1);
    return detail.ptr ? audit_append(ctx, STR("shift.count"), shift->id, detail, err) : err_memory(err);
}

bool shifts_count(Ctx *ctx, const ShiftCount *request, Shift *reply, Error *err)
{
    ShiftRow shift = { .state = STR_NONE };
    return shift_take(ctx, request->id, &shift, err) && shift_step(ctx, &shift, "count", err)
        && shift_put_counts(ctx, &shift, request->counts.items, request->counts.count, err)
        && shift_show(ctx, &shift, true, reply, err);
}

bool shifts_resume(Ctx *ctx, const ById *request, Shift *reply, Error *err)
{
    ShiftRow shift = { .state = STR_NONE };
    return shift_take(ctx, request->id, &shift, err) && shift_step(ctx, &shift, "resume", err)
        && audit_append(ctx, STR("shift.resume"), shift.id, STR(""), err)
        && shift_show(ctx, &shift, true, reply, err);
}

/* --- for the flows --- */

static bool share(Ctx *ctx, Id id, ShiftShareRow *row, bool *found, Error *err)
{
    return q_shift_share_one(ctx->tx, ctx->arena, &(ShiftShareIn){ ctx->who.merchant, id }, row, found,
                             err);
}

static bool named_shift(Ctx *ctx, Str location, Id id, TillShift *out, Error *err)
{
    ShiftShareRow row;
    bool          found = false;
    if (!share(ctx, id, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "shift", "no such shift");
    if (!str_eq(row.location, location))
        return err_set(err, &ERR_SHIFT_ELSEWHERE, "shift", "is one of %.*s", STR_FMT(row.location));
    if (in_state(row.state, closed_word) && !row.offline)
        return err_set(err, &ERR_SHIFT_CLOSED, "shift", "it is closed");
    if (in_state(row.state, counting_word) && !row.offline)
        return err_set(err, &ERR_SHIFT_COUNTING, "shift", "its drawer is being counted");
    *out = (TillShift){ id, row.location, in_state(row.state, closed_word) };
    return true;
}

/* Nobody puts cash into the drawer of somebody else, but for who manages tills or brings in what a
 * register did. */
static bool others_shift(Ctx *ctx, Str location, Id named, Error *err)
{
    bool mine = false;
    if (ctx_may(ctx, &PERM_TILLS_MANAGE) || ctx_may(ctx, &PERM_TILLS_OFFLINE)) return true;
    if (!works_at(ctx, ctx->who.api_key, location, named, &mine, err)) return false;
    return mine || err_set(err, &ERR_SHIFT_NOT_YOURS, "shift", "somebody else works at it");
}

bool tills_shift(Ctx *ctx, Str location, Id named, bool cash, TillShift *out, Error *err)
{
    ShiftWantedRow row   = { .needed = false };
    bool           found = false;
    ShiftWantedIn  in    = { ctx->who.merchant, ctx->who.api_key, location };
    *out                 = (TillShift){ .location = location };
    if (!id_is_none(named))
        return others_shift(ctx, location, named, err) && named_shift(ctx, location, named, out, err);
    if (!q_shift_wanted_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!id_is_none(row.shift)) return named_shift(ctx, location, row.shift, out, err);
    return !cash || !row.needed
        || err_set(err, &ERR_SHIFT_NEEDED, "shift", "open one at a drawer of %.*s", STR_FMT(location));
}

bool tills_remember(Ctx *ctx, Id document, Id shift, Error *err)
{
    ShiftLaterPutIn in = { ctx->who.merchant, document, shift };
    return q_shift_later_put_exec(ctx->tx, &in, NULL, err);
}

bool tills_remembered(Ctx *ctx, Id document, TillShift *out, Error *err)
{
    ShiftLaterGetRow later = { 0 };
    ShiftShareRow    row;
    bool             found = false;
    ShiftLaterGetIn  in    = { ctx->who.merchant, document };
    *out                   = (TillShift){ .location = STR_NONE };
    if (!q_shift_later_get_one(ctx->tx, ctx->arena, &in, &later, &found, err)) return false;
    if (!found) return true;
    if (!share(ctx, later.shift, &row, &found, err)) return false;
    assert(found);
    *out = (TillShift){ later.shift, row.location, in_state(row.state, closed_word) };
    return true;
}

bool tills_note_sale(Ctx *ctx, const TillShift *shift, const TillSale *sale, Error *err)
{
    if (id_is_none(shift->id)) return true;
    for (size_t i = 0; i == 0 || i < sale->tax_count; i++) {
        bool           head = i == 0;
        const TillTax *tax  = i < sale->tax_count ? &sale->taxes[i] : NULL;
        ShiftSalePutIn in   = { .merchant   = ctx->who.merchant,
                                .shift      = shift->id,
                                .document   = sale->document,
                                .n          = (int64_t)i + 1,
                                .location   = shift->location,
                                .kind       = sale->is_return ? STR("return") : STR("sale"),
                                .number     = head ? sale->number : 0,
                                .currency   = sale->currency,
                                .gross      = head ? sale->gross : 0,
                                .discount   = head ? sale->discount : 0,
                                .net        = head ? sale->net : 0,
                                .tax        = head ? sale->tax : 0,
                                .rounding   = head ? sale->rounding : 0,
                                .gift_cards = head ? sale->gift_cards : 0,
                                .overrides  = head ? sale->overrides : 0,
                                .tax_name   = tax ? tax->name : STR(""),
                                .tax_ppm    = tax ? tax->ppm : 0,
                                .tax_base   = tax ? tax->base : 0,
                                .tax_amount = tax ? tax->amount : 0,
                                .at_ms      = ctx->now_ms,
                                .z          = shift->closed ? -1 : 0 };
        if (!q_shift_sale_put_exec(ctx->tx, &in, NULL, err)) return false;
    }
    return true;
}
