/* tell.c — telling one webhook what happened. See tell.h.
 * A webhook is leased: of several threads and processes one tells it. Its cursor goes on in a transaction
 * after each answer of 2xx; whoever dies between the answer and the commit leaves the event to be told
 * again, under the same id. The form is that of Standard Webhooks. */
#include "jobs/tell.h"

#include "shop/events/events.h"
#include "sys/http_client.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    DUE_LOOKED_AT  = 8,      /* webhooks tried before we say that all are taken */
    BATCH          = 50,     /* events read at once */
    CONNECT_MS     = 3000,
    TOTAL_MS       = 10000,  /* one call */
    REPLY_MAX      = 16384,  /* nothing of it is used, but a receiver may say why */
    LEASE_MS       = 120000, /* far more than what one turn takes */
    TURN_MS        = 20000,  /* then the next webhook has its turn */
    FIRST_AGAIN_MS = 10000,
    DOUBLINGS_MAX  = 12,
    STATUS_GONE    = 410,
    NO_ANSWER      = -1,
};
static const int64_t AGAIN_MOST_MS = 6LL * 3600 * 1000;
static const int64_t GIVE_UP_MS    = 72LL * 3600 * 1000; /* since the first failure: then it is parked */

typedef struct {
    Ctx            ctx;
    size_t         mark; /* arena in use before a transaction, which may be run again */
    Id             id;
    WebhookLease   lease;
    int64_t        start_ms;
    EventCursor    at;      /* what the next transaction goes on to */
    WebhookFailure failure; /* or what it writes down */
    char           why[200]; /* the last call failed */
    Str            parked_why;
    bool           yes;     /* the answer of a transaction */
} Turn;

int64_t tell_again_ms(Env *env, int64_t now_ms, int64_t attempts)
{
    uint32_t chance = 0;
    int64_t  shift  = attempts < DOUBLINGS_MAX ? attempts : DOUBLINGS_MAX;
    int64_t  wait   = (int64_t)FIRST_AGAIN_MS << shift;
    if (wait > AGAIN_MOST_MS) wait = AGAIN_MOST_MS;
    env_random(env, &chance, sizeof chance);
    wait = wait * 3 / 4 + (int64_t)(chance % (uint32_t)(wait / 2));
    if (wait < FIRST_AGAIN_MS) wait = FIRST_AGAIN_MS;
    return now_ms + (wait < AGAIN_MOST_MS ? wait : AGAIN_MOST_MS);
}

/* --- one step in a transaction each --- */

static bool take(Tx *tx, void *arg, Error *err)
{
    Turn *turn            = arg;
    turn->ctx.tx          = tx;
    turn->ctx.arena->used = turn->mark;
    return webhooks_take(&turn->ctx, turn->id, turn->ctx.now_ms + LEASE_MS, &turn->lease, &turn->yes, err);
}

static bool pass(Tx *tx, void *arg, Error *err)
{
    Turn *turn   = arg;
    turn->ctx.tx = tx;
    return webhooks_passed(&turn->ctx, &turn->lease, turn->at, &turn->yes, err);
}

static bool fail(Tx *tx, void *arg, Error *err)
{
    Turn *turn   = arg;
    turn->ctx.tx = tx;
    return webhooks_failed(&turn->ctx, &turn->lease, &turn->failure, err);
}

static bool settle_parked(Tx *tx, void *arg, Error *err)
{
    Turn *turn   = arg;
    turn->ctx.tx = tx;
    return webhooks_parked_settle(&turn->ctx, turn->id, turn->at, turn->parked_why, err);
}

static bool release(Tx *tx, void *arg, Error *err)
{
    Turn *turn   = arg;
    turn->ctx.tx = tx;
    return webhooks_release(&turn->ctx, &turn->lease, err);
}

/* --- the call --- */

static Str message(Arena *arena, const EventRow *event)
{
    Buf buf = buf_make(arena, 512);
    events_write_json(&buf, arena, event);
    return buf_str(&buf);
}

static int say_why(Turn *turn, int status, const char *why)
{
    (void)snprintf(turn->why, sizeof turn->why, "%s", why);
    return status;
}

static int call_once(Turn *turn, const EventRow *event)
{
    Arena     *arena  = turn->ctx.arena;
    Env       *env    = turn->ctx.env;
    Error      err    = { 0 };
    HttpAnswer answer = { 0 };
    Str        id     = id_text(arena, event->at.id);
    Str        body   = message(arena, event);
    Str        time   = str_format(arena, "%" PRId64, env_now_ms(env) / 1000);
    Str        sign   = webhooks_sign(arena, turn->lease.secret, id, time, body);
    HttpCall   what   = { .method = STR("POST"), .url = turn->lease.url, .body = body,
                          .connect_ms = CONNECT_MS, .total_ms = TOTAL_MS, .reply_max = REPLY_MAX,
                          .reach = env->webhooks_to_loopback ? REACH_PUBLIC_OR_LOOPBACK : REACH_PUBLIC,
                          .headers = { { STR("Content-Type"), STR("application/json") },
                                       { STR("webhook-id"), id },
                                       { STR("webhook-timestamp"), time },
                                       { STR("webhook-signature"), sign } } };
    if (!id.ptr || !body.ptr || !time.ptr || !sign.ptr) {
        return say_why(turn, NO_ANSWER, "the event does not fit into memory");
    }
    if (!http_client_call(arena, &what, &answer, &err)) return say_why(turn, NO_ANSWER, err.message);
    if (answer.status >= 200 && answer.status < 300) return 0;
    Str said = str_format(arena, "answered %d", answer.status);
    return say_why(turn, answer.status, said.ptr ? said.ptr : "refused");
}

/* 0: it was told; else the status, or NO_ANSWER; turn->why then says more. Uses up no memory. */
static int call(Turn *turn, const EventRow *event)
{
    size_t mark           = turn->ctx.arena->used;
    int    status         = call_once(turn, event);
    turn->ctx.arena->used = mark;
    return status;
}

/* The next event could not be told: later again, or parked when the receiver has failed for too long and the
 * event has waited for as long. */
static bool note_failure(Turn *turn, const EventRow *event, int status, Error *err)
{
    const WebhookLease *lease = &turn->lease;
    int64_t             now   = env_now_ms(turn->ctx.env);
    bool                park  = lease->first_ms > 0 && now - lease->first_ms >= GIVE_UP_MS
                            && now - event->at_ms >= GIVE_UP_MS;
    turn->ctx.now_ms          = now;
    turn->failure = (WebhookFailure){ .why = str_from(turn->why), .park = park, .gone = status == STATUS_GONE,
                                      .event = event->at };
    turn->failure.next_ms = park ? now : tell_again_ms(turn->ctx.env, now, lease->attempts);
    return db_write(turn->ctx.db, fail, turn, err);
}

/* --- a turn --- */

/* Long before the lease runs out, and so that others have their turn. */
static bool time_is_up(const Turn *turn)
{
    return env_now_ms(turn->ctx.env) - turn->start_ms >= TURN_MS;
}

/* What was parked and is to be sent again goes first; a failure leaves it parked. */
static bool tell_parked(Turn *turn, bool *more, Error *err)
{
    EventRow event;
    if (!db_read_begin(turn->ctx.db, &turn->ctx.tx, err)) return false;
    bool ok = webhooks_parked_next(&turn->ctx, turn->id, &event, more, err);
    db_read_end(turn->ctx.tx);
    if (!ok || !*more) return ok;
    bool told        = call(turn, &event) == 0;
    turn->parked_why = told ? STR_NONE : str_from(turn->why);
    turn->at         = event.at;
    turn->ctx.now_ms = env_now_ms(turn->ctx.env);
    return db_write(turn->ctx.db, settle_parked, turn, err);
}

/* The next events, fewer when they are too large for our memory. */
static bool read_events(Turn *turn, EventRow **events, size_t *count, int64_t *limit, Error *err)
{
    size_t mark = turn->ctx.arena->used;
    for (*limit = BATCH;; *limit = 1) {
        if (!db_read_begin(turn->ctx.db, &turn->ctx.tx, err)) return false;
        bool ok = events_after(&turn->ctx, turn->lease.at, *limit, events, count, err);
        db_read_end(turn->ctx.tx);
        if (ok || err->def != &ERR_MEMORY || *limit == 1) return ok;
        turn->ctx.arena->used = mark;
        *err                  = (Error){ 0 };
    }
}

/* One batch of events. *more is false when there is nothing more to tell, when a call failed (which gives
 * the webhook back) or when the lease was lost; *held tells whether it is still ours. */
static bool tell_batch(Turn *turn, bool *more, bool *held, Error *err)
{
    EventRow *events = NULL;
    size_t    count  = 0;
    int64_t   limit  = 0;
    bool      behind = false; /* events were passed over that the cursor does not know of */
    *more            = false;
    bool ok          = read_events(turn, &events, &count, &limit, err);
    for (size_t i = 0; ok && i < count && !time_is_up(turn); i++) {
        bool wanted = webhooks_wants(turn->lease.kinds, events[i].kind);
        int  status = wanted ? call(turn, &events[i]) : 0;
        if (status != 0) {
            *held = false;
            return note_failure(turn, &events[i], status, err);
        }
        turn->at = turn->lease.at = events[i].at;
        behind                    = !wanted;
        if (!wanted) continue;
        turn->ctx.now_ms = env_now_ms(turn->ctx.env);
        ok               = db_write(turn->ctx.db, pass, turn, err);
        *held            = turn->yes;
        if (!ok || !*held) return ok;
        turn->lease.attempts = turn->lease.first_ms = 0;
    }
    if (ok && behind) {
        ok    = db_write(turn->ctx.db, pass, turn, err);
        *held = turn->yes;
    }
    *more = ok && *held && count == (size_t)limit;
    return ok;
}

static bool tell_turn(Turn *turn, Error *err)
{
    size_t  mark  = turn->ctx.arena->used;
    bool    more  = true;
    bool    held  = true;
    bool    ok    = true;
    turn->start_ms = env_now_ms(turn->ctx.env);
    while (ok && more && !time_is_up(turn)) {
        turn->ctx.arena->used = mark;
        ok                    = tell_parked(turn, &more, err);
    }
    for (more = true; ok && held && more && !time_is_up(turn);) {
        turn->ctx.arena->used = mark;
        ok                    = tell_batch(turn, &more, &held, err);
    }
    if (!held) return ok;
    return db_write(turn->ctx.db, release, turn, err) && ok;
}

bool tell_one(Db *db, Env *env, Arena *arena, bool *did, Error *err)
{
    Tx         *tx    = NULL;
    WebhookRef *due   = NULL;
    size_t      count = 0;
    int64_t     now   = env_now_ms(env);
    *did              = false;
    if (!db_read_begin(db, &tx, err)) return false;
    bool ok = webhooks_due(tx, arena, now, DUE_LOOKED_AT, &due, &count, err);
    db_read_end(tx);
    for (size_t i = 0; ok && i < count && !*did; i++) {
        Turn turn = { .ctx = { .arena = arena, .db = db, .env = env, .now_ms = now,
                               .who = { .merchant = due[i].merchant } },
                      .mark = arena->used, .id = due[i].id };
        ok        = db_write(db, take, &turn, err);
        *did      = ok && turn.yes;
        if (*did) ok = tell_turn(&turn, err);
    }
    return ok;
}
