/* approvals_test.c — an approval is given by one person, used by another, once, in time, for what it is
 * for. */
#include "shop/approvals/approvals.h"

#include "shop/perms.h"
#include "tests/fixture.h"
#include "tests/kit.h"

static Env      env;
static Db      *db;
static Error    err;
static Approval given;

FIXTURE_ANY(approvals_create)

typedef struct {
    ApprovalUse use;
    int         who;
    Id          by;
} Using;

static bool subject_of(Ctx *ctx, void *arg, Error *e)
{
    static char text[64];
    Str         parts[2] = { STR("till"), STR("because") }, out = STR_NONE;
    if (!approvals_subject(ctx, APPROVAL_NO_SALE, parts, 2, &out, e)) return false;
    memcpy(text, out.ptr, sizeof text);
    *(Str *)arg = (Str){ text, sizeof text };
    return true;
}

static bool use_it(Ctx *ctx, void *arg, Error *e)
{
    Using *u                   = arg;
    ctx->who.api_key.bytes[15] = (uint8_t)u->who;
    return approvals_use(ctx, &u->use, &u->by, e);
}

static bool give(int who, Perms perms, const char *kind, Str subject, int64_t amount)
{
    ApprovalInput in = { str_from(kind), subject, amount, STR("asked nicely") };
    return fixture_as(db, &env, (FixtureCaller){ who, perms }, approvals_create_any, &in, &given,
                      sizeof given, &err);
}

static bool use(int who, ApprovalKind kind, Id id, Str subject, int64_t amount)
{
    Using u = { { kind, id, subject, amount, { { 7 } } }, who, { { 0 } } };
    err     = (Error){ .def = NULL };
    return kit_write(db, &env, use_it, &u, &err);
}

static Perms only(const char *code)
{
    Perms          perms = { { 0 } };
    const PermDef *perm  = NULL;
    for (int bit = 0; (perm = perm_at(bit)) != NULL; bit++)
        if (strcmp(perm->code, code) == 0) perms_add(&perms, bit);
    return perms;
}

int main(void)
{
    db          = kit_open(&env);
    Str subject = STR_NONE;
    Str other   = STR("00000000000000000000000000000000000000000000000000000000000000aa");
    check(kit_write(db, &env, subject_of, &subject, &err) && subject.len == 64,
          "what is to be done has a subject");
    check_refused(give(2, only("catalog.read"), "discount", subject, 100), &err, &ERR_PERMISSION_MISSING,
                  "a discount is approved by who may");
    check_ok(give(2, only("orders.approve"), "discount", subject, 100), &err,
             "who may is asked for no more");
    Id id = given.id;
    check_refused(give(2, PERMS_ALL, "discount",
                       STR("zz00000000000000000000000000000000000000000000000000000000000000"), 100),
                  &err, &ERR_FIELD_INVALID, "a subject is the hash of something");
    check_refused(use(1, APPROVAL_DISCOUNT, (Id){ { 0 } }, subject, 5), &err, &ERR_APPROVAL_NEEDED,
                  "who names none is told what to ask for");
    check(err.extra.len > 64, "with kind and subject");
    check_refused(use(2, APPROVAL_DISCOUNT, id, subject, 100), &err, &ERR_APPROVAL_INVALID,
                  "nobody approves oneself");
    check_refused(use(1, APPROVAL_NO_SALE, id, subject, 100), &err, &ERR_APPROVAL_INVALID,
                  "the kind must be the same");
    check_refused(use(1, APPROVAL_DISCOUNT, id, other, 100), &err, &ERR_APPROVAL_INVALID,
                  "and what it is for");
    check_refused(use(1, APPROVAL_DISCOUNT, id, subject, 101), &err, &ERR_APPROVAL_INVALID,
                  "and the amount enough");
    kit_now_ms += 11 * 60000;
    check_refused(use(1, APPROVAL_DISCOUNT, id, subject, 100), &err, &ERR_APPROVAL_INVALID,
                  "it does not last");
    kit_now_ms -= 11 * 60000;
    check_ok(use(1, APPROVAL_DISCOUNT, id, subject, 100), &err, "then it holds");
    check_refused(use(1, APPROVAL_DISCOUNT, id, subject, 100), &err, &ERR_APPROVAL_INVALID, "once");
    kit_close(db);
    return check_finish("approvals");
}
