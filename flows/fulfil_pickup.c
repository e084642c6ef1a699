/* fulfil_pickup.c — goods that the customer fetches: they wait at a shelf, the customer comes (to the
 * counter, or to a bay with a car) and proves to be the one, or does not come in time. See
 * docs/FULFILMENT.md. */
#include "flows/charge.h"
#include "flows/fulfil_due.h"
#include "flows/fulfil_work.h"
#include "shop/audit/audit.h"
#include "shop/settings/settings.h"
#include "shop/work/work.h"

enum { HOUR_MS = 3600 * 1000, DUE_MAX = 50 };

static bool step_and_show(Ctx *ctx, FulfilDoc *doc, Str event, Fulfilment *reply, Error *err)
{
    return fulfilments_step(ctx, doc, event, err) && fulfilments_shown(ctx, doc, reply, err);
}

/* Until when it waits, and when the customer is reminded; a clock that has begun goes on. */
static bool set_clock(Ctx *ctx, FulfilDoc *doc, Error *err)
{
    int64_t days = 0, hours = 0;
    if (doc->expires_at_ms > 0) return true;
    if (!settings_get(ctx, &SETTING_PICKUP_DAYS, &days, err)
        || !settings_get(ctx, &SETTING_PICKUP_REMINDER_HOURS, &hours, err))
        return false;
    doc->expires_at_ms = ctx->now_ms + days * 24 * HOUR_MS;
    doc->remind_at_ms  = hours > 0 && hours < days * 24 ? doc->expires_at_ms - hours * HOUR_MS : 0;
    return true;
}

bool fulfil_stage(Ctx *ctx, const StageInput *request, Fulfilment *reply, Error *err)
{
    FulfilDoc doc;
    if (!work_may_do(ctx, STR("stage"), request->id, err)) return false;
    if (!fulfilments_load(ctx, request->id, true, &doc, err) || !set_clock(ctx, &doc, err)) return false;
    doc.shelf = request->shelf;
    return step_and_show(ctx, &doc, STR("stage"), reply, err);
}

/* ---- curbside ---- */

bool fulfil_arrive(Ctx *ctx, const ArriveInput *request, Fulfilment *reply, Error *err)
{
    FulfilDoc doc;
    int64_t   target = 0;
    if (!fulfilments_load(ctx, request->id, true, &doc, err)
        || !settings_get(ctx, &SETTING_CURBSIDE_TARGET_SECONDS, &target, err))
        return false;
    if (request->bay.len) doc.bay = request->bay;
    if (request->car.len) doc.car = request->car;
    if (!str_eq(doc.state, STR("arrived"))) {
        doc.arrived_at_ms = ctx->now_ms;
        doc.alert_at_ms   = ctx->now_ms + target * 1000;
    }
    return step_and_show(ctx, &doc, STR("arrive"), reply, err);
}

bool fulfil_leave(Ctx *ctx, const FulfilNote *request, Fulfilment *reply, Error *err)
{
    FulfilDoc doc;
    if (!fulfilments_load(ctx, request->id, true, &doc, err) || !set_clock(ctx, &doc, err)) return false;
    doc.arrived_at_ms = 0;
    doc.bay           = STR("");
    return step_and_show(ctx, &doc, STR("leave"), reply, err);
}

/* ---- handing over ---- */

/* In time that does not depend on where they part. */
static bool same_code(Str a, Str b)
{
    unsigned char differ = a.len != b.len;
    for (size_t i = 0; i < a.len && i < b.len; i++)
        differ = (unsigned char)(differ | (a.ptr[i] ^ b.ptr[i]));
    return differ == 0;
}

/* The code as it was typed, in capitals; or the part of the QR code behind the id, which must be this one. */
static Str read_code(Ctx *ctx, const FulfilDoc *doc, Str given)
{
    size_t dot = str_index(given, '.', 0);
    Str    id  = id_text(ctx->arena, doc->id);
    if (dot < given.len)
        given = str_eq(str_slice(given, 0, dot), id) ? str_slice(given, dot + 1, given.len) : STR("");
    char *code = arena_alloc(ctx->arena, given.len + 1);
    if (!code) return STR("");
    for (size_t i = 0; i < given.len; i++) {
        char c  = given.ptr[i];
        code[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    return (Str){ code, given.len };
}

static bool refuse_code(Ctx *ctx, void *reply, Error *err)
{
    (void)reply;
    const int64_t *left = ctx->after_arg;
    (void)err_set(err, &ERR_PICKUP_CODE_WRONG, "code", "this is not its code");
    err->extra = str_format(ctx->arena, "\"tries_left\":%lld", (long long)(left ? *left : 0));
    return false;
}

/* A wrong code is counted, so that the transaction must be committed; only then it is refused. */
static bool count_wrong(Ctx *ctx, FulfilDoc *doc, int64_t tries, Error *err)
{
    int64_t *left = arena_new(ctx->arena, int64_t);
    if (!left) return err_memory(err);
    doc->code_tries++;
    *left          = tries - doc->code_tries;
    ctx->after     = refuse_code;
    ctx->after_id  = doc->id;
    ctx->after_arg = left;
    Str detail     = str_format(ctx->arena, "%lld of %lld", (long long)doc->code_tries, (long long)tries);
    if (!detail.ptr) return err_memory(err);
    return fulfilments_save(ctx, doc, doc->state, err)
        && audit_append(ctx, STR("fulfilment.wrong_code"), doc->id, detail, err);
}

static bool hand_over(Ctx *ctx, FulfilDoc *doc, const HandOverInput *request, Fulfilment *reply, Error *err)
{
    FulfilMove move = { .from_location = fulfil_place(doc),
                        .from_state    = STR("picked"),
                        .to_location   = STR(""),
                        .to_state      = STR("customer"),
                        .cause         = STR("delivery"),
                        .gone          = 1 };
    doc->handed_to  = request->name;
    doc->signature  = request->signature;
    if (doc->arrived_at_ms > 0) doc->waited_ms = ctx->now_ms - doc->arrived_at_ms;
    return fulfil_leaves(ctx, doc, err) && fulfil_move(ctx, doc, &move, err)
        && packages_step(ctx, doc->id, STR("packed"), STR("delivered"), err)
        && charge_follow(ctx, doc->order, err) && step_and_show(ctx, doc, STR("hand_over"), reply, err);
}

bool fulfil_hand_over(Ctx *ctx, const HandOverInput *request, Fulfilment *reply, Error *err)
{
    FulfilDoc doc;
    int64_t   tries = 0;
    Str       next  = STR_NONE;
    if (!work_may_do(ctx, STR("hand_over"), request->id, err)) return false;
    if (ctx->resume) { /* a code was wrong, and nobody was told */
        ctx->after_arg = NULL;
        return refuse_code(ctx, reply, err);
    }
    if (!fulfil_signature_check(request->signature, err)
        || !fulfilments_load(ctx, request->id, true, &doc, err)
        || !machine_step(fulfil_machine(doc.method), doc.state, STR("hand_over"), "id", &next, err)
        || !settings_get(ctx, &SETTING_PICKUP_CODE_TRIES, &tries, err))
        return false;
    if (request->code.len) {
        if (doc.code_tries >= tries)
            return err_set(err, &ERR_PICKUP_CODE_LOCKED, "code", "the code does not open it any more");
        if (!same_code(read_code(ctx, &doc, request->code), doc.code)) {
            if (!fulfilments_shown(ctx, &doc, reply, err)) return false;
            return count_wrong(ctx, &doc, tries, err);
        }
        doc.checked = STR("code");
    } else {
        if (!request->id_checked || !request->name.len)
            return err_set(err, &ERR_PICKUP_UNCHECKED, "code",
                           "a code, or a document and a name, is needed");
        doc.checked = STR("id");
    }
    return hand_over(ctx, &doc, request, reply, err);
}

/* ---- what happens by itself ---- */

/* Nobody came: the goods are in the stock again, the money goes back. */
static bool expire(Ctx *ctx, FulfilDoc *doc, Error *err)
{
    FulfilMove  move  = { .from_location = fulfil_place(doc),
                          .from_state    = STR("picked"),
                          .to_location   = fulfil_place(doc),
                          .to_state      = STR("backroom"),
                          .cause         = STR("no_show"),
                          .put_back      = true };
    FulfilPart *parts = arena_array(ctx->arena, FulfilPart, doc->line_count + 1);
    size_t      count = 0;
    if (!parts) return err_memory(err);
    for (size_t i = 0; i < doc->line_count; i++)
        if (fulfil_line_here(&doc->lines[i]) > 0)
            parts[count++] = (FulfilPart){ &doc->lines[i], fulfil_line_here(&doc->lines[i]) };
    return fulfil_move(ctx, doc, &move, err)
        && packages_step(ctx, doc->id, STR("packed"), STR("undone"), err)
        && fulfil_pay_back(ctx, doc, parts, count, STR("no_show"), err)
        && fulfilments_step(ctx, doc, STR("expire"), err);
}

static bool remind(Ctx *ctx, FulfilDoc *doc, Error *err)
{
    doc->remind_at_ms = 0;
    return fulfilments_save(ctx, doc, doc->state, err)
        && fulfilments_tell(ctx, &EVENT_FULFILMENT_REMINDER, STR("fulfilment.remind"), doc, STR_NONE, err);
}

static bool alert(Ctx *ctx, FulfilDoc *doc, Error *err)
{
    Str more = str_format(ctx->arena, ",\"waited_seconds\":%lld",
                          (long long)((ctx->now_ms - doc->arrived_at_ms) / 1000));
    if (!more.ptr) return err_memory(err);
    doc->alert_at_ms = 0;
    return fulfilments_save(ctx, doc, doc->state, err)
        && fulfilments_tell(ctx, &EVENT_FULFILMENT_WAITS, STR("fulfilment.alert"), doc, more, err);
}

typedef struct {
    Ctx         ctx;
    size_t      mark;
    const char *what;
    Id          id;
} Due;

/* One fulfilment, if it is still due: another process may have been faster. */
static bool due_one(Tx *tx, void *arg, Error *err)
{
    Due      *due = arg;
    Ctx      *ctx = &due->ctx;
    FulfilDoc doc;
    ctx->tx          = tx;
    ctx->arena->used = due->mark;
    if (!fulfilments_load(ctx, due->id, true, &doc, err)) return false;
    switch (due->what[0]) {
    case 'e': return doc.expires_at_ms == 0 || doc.expires_at_ms > ctx->now_ms || expire(ctx, &doc, err);
    case 'r': return doc.remind_at_ms == 0 || doc.remind_at_ms > ctx->now_ms || remind(ctx, &doc, err);
    default: return doc.alert_at_ms == 0 || doc.alert_at_ms > ctx->now_ms || alert(ctx, &doc, err);
    }
}

static bool all_due(Ctx *ctx, const char *what, Error *err)
{
    FulfilDue *rows  = NULL;
    size_t     count = 0;
    if (!db_read_begin(ctx->db, &ctx->tx, err)) return false;
    bool ok = fulfilments_due(ctx, str_from(what), DUE_MAX, &rows, &count, err);
    db_read_end(ctx->tx);
    ctx->tx = NULL;
    for (size_t i = 0; i < count; i++) { /* one that fails must not stop the others */
        Error why = { .def = NULL };
        Due   due              = { *ctx, ctx->arena->used, what, rows[i].id };
        due.ctx.who.merchant = rows[i].merchant;
        if (db_write(ctx->db, due_one, &due, &why)) continue;
        *err = why;
        ok   = false;
    }
    return ok;
}

bool fulfil_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err)
{
    static const char *const what[] = { "expire", "remind", "alert" };
    size_t                   start  = arena->used;
    bool                     ok     = true;
    for (size_t i = 0; i < COUNT(what) && ok; i++) {
        Ctx ctx     = { .arena = arena, .db = db, .env = env, .now_ms = now_ms };
        arena->used = start;
        ok          = all_due(&ctx, what[i], err);
    }
    return ok;
}
