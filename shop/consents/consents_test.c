/* consents_test.c — a consent holds from when it is given, in its words, until it is withdrawn. */
#include "shop/consents/consents.h"

#include "shop/customers/customers.h"
#include "tests/fixture.h"
#include "tests/kit.h"

static Env   env;
static Db   *db;
static Error err;
static Id    ann;

FIXTURE_ANY(consents_create)
FIXTURE_ANY(consents_end)

static bool make_ann(Ctx *ctx, void *arg, Error *e)
{
    return customers_put(ctx, &(CustomerInput){ .name = STR("Ann"), .ref = STR("A-1") }, &ann, e);
}

static bool holds(Ctx *ctx, void *arg, Error *e)
{
    bool now = false;
    return consents_holds(ctx, ann, STR("email_marketing"), &now, e) && now;
}

static ConsentList list;

static bool give(Str what, Str wording)
{
    ConsentInput in = {
        .id = ann, .what = what, .wording = wording, .language = STR("en"), .channel = STR("pos")
    };
    FixtureCaller me = { 0, PERMS_ALL };
    kit_now_ms += 1000;
    return fixture_as(db, &env, me, consents_create_any, &in, &list, sizeof list, &err);
}

static bool end(Str what)
{
    ConsentEnd    in = { .id = ann, .what = what };
    FixtureCaller me = { 0, PERMS_ALL };
    kit_now_ms += 1000;
    return fixture_as(db, &env, me, consents_end_any, &in, &list, sizeof list, &err);
}

static void given_and_withdrawn(void)
{
    check_ok(give(STR("email_marketing"), STR("Write to me.")), &err, "a consent is recorded");
    check(list.items.count == 1 && str_eq(list.items.items[0].wording, STR("Write to me."))
              && list.items.items[0].given_at == kit_now_ms
              && list.items.items[0].withdrawn_at == OPT_NONE,
          "with its exact words, its time and without an end");
    check(kit_read(db, &env, holds, NULL, &err), "it holds");
    check(give(STR("email_marketing"), STR("Write to me.")) && list.items.count == 1,
          "the same in the same words is one record");
    check(give(STR("email_marketing"), STR("Write to me often.")) && list.items.count == 2
              && list.items.items[0].withdrawn_at == kit_now_ms
              && list.items.items[1].withdrawn_at == OPT_NONE,
          "other words are a new record that ends the one before");
    check_ok(end(STR("email_marketing")), &err, "it is withdrawn");
    check(list.items.count == 2 && str_eq(list.items.items[1].withdrawn_how, STR("api")),
          "which is recorded too");
    check(!kit_read(db, &env, holds, NULL, &err), "and does not hold any more");
}

static void refusals(void)
{
    check_refused(end(STR("email_marketing")), &err, &ERR_CONSENT_NONE,
                  "what was withdrawn is not withdrawn again");
    check_refused(give(STR("e mail"), STR("x")), &err, &ERR_FIELD_INVALID, "a purpose is a code");
    ann.bytes[0] ^= 1;
    check_refused(give(STR("email_marketing"), STR("x")), &err, &ERR_NOT_FOUND,
                  "nobody consents who is not there");
}

int main(void)
{
    db = kit_open(&env);
    check_ok(kit_write(db, &env, make_ann, NULL, &err), &err, "there is a customer");
    given_and_withdrawn();
    refusals();
    kit_close(db);
    return check_finish("consents");
}
