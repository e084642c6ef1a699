/* prune.c — dropping what is old. See prune.h. */
#include "jobs/prune.h"

#include "shop/events/events.h"
#include "shop/idempotency/idempotency.h"
#include "shop/identity/identity.h"
#include "shop/settings/settings.h"

enum { DAY_MS = 86400000, STEPS_MAX = 100, MERCHANTS_AT_ONCE = 1000 };

typedef struct {
    Ctx         ctx;
    size_t      mark;
    int64_t     before_ms;
    EventCursor at;
    bool        more;
} Pruning;

static bool drop_keys(Tx *tx, void *arg, Error *err)
{
    Pruning *p        = arg;
    p->ctx.tx          = tx;
    p->ctx.arena->used = p->mark;
    return idempotency_prune(&p->ctx, p->before_ms, &p->more, err);
}

static bool drop_events(Tx *tx, void *arg, Error *err)
{
    Pruning    *p  = arg;
    EventCursor at = p->at;
    p->ctx.tx          = tx;
    p->ctx.arena->used = p->mark;
    bool ok            = events_prune(&p->ctx, p->before_ms, &at, &p->more, err);
    if (ok) p->at = at;
    return ok;
}

static bool run(Pruning *p, int64_t days, bool (*step)(Tx *tx, void *arg, Error *err), Error *err)
{
    p->before_ms = p->ctx.now_ms - days * DAY_MS;
    p->more      = true;
    for (int i = 0; i < STEPS_MAX && p->more; i++)
        if (!db_write(p->ctx.db, step, p, err)) return false;
    return true;
}

static bool load(Pruning *p, int64_t after, int64_t *merchants, size_t room, size_t *count, Error *err)
{
    if (!db_read_begin(p->ctx.db, &p->ctx.tx, err)) return false;
    bool ok = identity_merchants(&p->ctx, after, merchants, room, count, err);
    db_read_end(p->ctx.tx);
    return ok;
}

static bool read_days(Pruning *p, int64_t *key_days, int64_t *event_days, Error *err)
{
    if (!db_read_begin(p->ctx.db, &p->ctx.tx, err)) return false;
    bool ok = settings_get(&p->ctx, &SETTING_IDEMPOTENCY_DAYS, key_days, err)
           && settings_get(&p->ctx, &SETTING_EVENT_DAYS, event_days, err);
    db_read_end(p->ctx.tx);
    return ok;
}

static bool prune_merchant(Pruning *p, int64_t merchant, Error *err)
{
    int64_t key_days = 0, event_days = 0;
    p->ctx.arena->used  = p->mark;
    p->ctx.who.merchant = merchant;
    p->at               = (EventCursor){ 0 };
    return read_days(p, &key_days, &event_days, err) && run(p, key_days, drop_keys, err)
        && run(p, event_days, drop_events, err);
}

bool prune(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err)
{
    int64_t merchants[MERCHANTS_AT_ONCE], last = INT64_MIN;
    size_t  count = 0;
    Pruning p     = { .ctx  = { .arena = arena, .db = db, .env = env, .now_ms = now_ms },
                      .mark = arena->used };
    do {
        arena->used = p.mark;
        if (!load(&p, last, merchants, MERCHANTS_AT_ONCE, &count, err)) return false;
        for (size_t i = 0; i < count; i++)
            if (!prune_merchant(&p, merchants[i], err)) return false;
        if (count) last = merchants[count - 1];
    } while (count == MERCHANTS_AT_ONCE);
    return true;
}
