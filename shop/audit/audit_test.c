/* audit_test.c — the trail is listed newest first, by pages, by document; and it is whole. */
#include "shop/audit/audit.h"

#include "tests/kit.h"

enum { ROWS = 7 };

static Env      env;
static Db      *db;
static Error    err;
static const Id mine = { { 7 } };

static bool append(Ctx *ctx, void *arg, Error *e)
{
    int64_t n    = *(int64_t *)arg;
    Str     what = str_format(ctx->arena, "%d", (int)n);
    return audit_append(ctx, STR("test.done"), n == 3 ? mine : audit_subject(STR("test"), what), what, e);
}

static bool pages(Ctx *ctx, void *arg, Error *e)
{
    AuditAsk  ask   = { .limit = 2 };
    AuditList reply = { .next_cursor = STR_NONE };
    int64_t   seen = 0, last = INT64_MAX;
    for (int i = 0; i < 20; i++) {
        reply = (AuditList){ .next_cursor = STR_NONE };
        if (!audit_list(ctx, &ask, &reply, e)) return false;
        for (size_t k = 0; k < reply.items.count; k++) {
            const AuditRow *row = &reply.items.items[k];
            if (row->at > last) return false;
            last = row->at;
            seen += str_eq(row->action, STR("test.done"));
        }
        if (!reply.next_cursor.len) break;
        ask.cursor = reply.next_cursor;
    }
    return seen == ROWS;
}

static bool of_one(Ctx *ctx, void *arg, Error *e)
{
    AuditAsk  ask   = { .subject = mine, .limit = OPT_NONE };
    AuditList reply = { .next_cursor = STR_NONE };
    return audit_list(ctx, &ask, &reply, e) && reply.items.count == 1
        && str_eq(reply.items.items[0].detail, STR("3"));
}

static bool bad_cursor(Ctx *ctx, void *arg, Error *e)
{
    AuditAsk  ask   = { .cursor = STR("1~2"), .limit = OPT_NONE };
    AuditList reply = { .next_cursor = STR_NONE };
    return audit_list(ctx, &ask, &reply, e);
}

static bool whole(Ctx *ctx, void *arg, Error *e)
{
    AuditCheck check_of;
    return audit_verify(ctx, &check_of, e) && check_of.whole && check_of.rows >= ROWS;
}

static bool report(Ctx *ctx, void *arg, Error *e)
{
    AuditReport reply = { .whole = false };
    return audit_check(ctx, arg, &reply, e) && reply.whole && reply.bad_seq == OPT_NONE;
}

int main(void)
{
    db = kit_open(&env);
    for (int64_t i = 0; i < ROWS; i++, kit_now_ms += 10)
        check_ok(kit_write(db, &env, append, &i, &err), &err, "a row is appended");
    check(kit_read(db, &env, pages, NULL, &err), "pages show every row once, newest first");
    check_ok(kit_read(db, &env, report, NULL, &err), &err, "whether the trail is whole is told");
    check(kit_read(db, &env, of_one, NULL, &err), "rows are found by the document they are about");
    check_refused(kit_read(db, &env, bad_cursor, NULL, &err), &err, &ERR_FIELD_INVALID,
                  "a wrong cursor is refused");
    check_ok(kit_read(db, &env, whole, NULL, &err), &err, "the chain is whole");
    Id a = audit_subject(STR("test"), STR("a")), b = audit_subject(STR("test"), STR("a"));
    check(id_eq(a, b) && !id_eq(a, audit_subject(STR("tes"), STR("ta"))),
          "a code has one id, of its kind only");
    kit_close(db);
    return check_finish("audit");
}
