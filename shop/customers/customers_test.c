/* customers_test.c — profiles are found however their name, address or number is written. */
#include "shop/customers/customers.h"

#include "tests/kit.h"

static Env   env;
static Db   *db;
static Error err;
static Id    ann;

static bool create(Ctx *ctx, void *arg, Error *e)
{
    Customer made = { .name = STR_NONE };
    if (!customers_create(ctx, arg, &made, e)) return false;
    ann = made.id;
    return true;
}

static bool put(Ctx *ctx, void *arg, Error *e)
{
    Id id;
    return customers_put(ctx, arg, &id, e);
}

static bool change(Ctx *ctx, void *arg, Error *e)
{
    Customer changed;
    return customers_change(ctx, arg, &changed, e);
}

static bool must_exist(Ctx *ctx, void *arg, Error *e)
{
    return customers_must_exist(ctx, *(Id *)arg, e);
}

static const struct {
    const char *name, *q, *email, *phone, *ref;
    size_t      count;
} asks[] = {
    { "by the beginning of a word of the name", "ecl", NULL, NULL, NULL, 1 },
    { "by two words in any order", "éclair ann", NULL, NULL, NULL, 1 },
    { "not when one word is missing", "ann smith", NULL, NULL, NULL, 0 },
    { "by e-mail address in any case", NULL, "ANN@Example.org", NULL, NULL, 1 },
    { "by phone number with other blanks", NULL, NULL, "+44 (20) 7946 0000", NULL, 1 },
    { "by the merchant's number", NULL, NULL, NULL, "C-1", 1 },
    { "not when one of two conditions does not fit", NULL, "ann@example.org", NULL, "C-2", 0 },
    { "by word and e-mail address", "ann", "ann@example.org", NULL, NULL, 1 },
    { "a query without words finds nothing", "--", NULL, NULL, NULL, 0 },
    { "every customer", NULL, NULL, NULL, NULL, 3 },
};

static bool find(Ctx *ctx, void *arg, Error *e)
{
    size_t       i    = *(size_t *)arg;
    CustomerAsk  ask  = { str_from(asks[i].q),
                          str_from(asks[i].email),
                          str_from(asks[i].phone),
                          str_from(asks[i].ref),
                          STR_NONE,
                          OPT_NONE };
    CustomerList list = { .next_cursor = STR_NONE };
    if (!customers_list(ctx, &ask, &list, e)) return false;
    check(list.items.count == asks[i].count, asks[i].name);
    return true;
}

static bool pages(Ctx *ctx, void *arg, Error *e)
{
    CustomerAsk  ask  = { .q = str_from(arg), .limit = 1 };
    CustomerList list = { .next_cursor = STR_NONE };
    size_t       seen = 0;
    for (int i = 0; i < 9; i++) {
        list = (CustomerList){ .next_cursor = STR_NONE };
        if (!customers_list(ctx, &ask, &list, e)) return false;
        seen += list.items.count;
        if (!list.next_cursor.len) break;
        ask.cursor = list.next_cursor;
    }
    return seen == 3;
}

static void check_writes(void)
{
    CustomerInput in   = { STR("C-1"), STR("Ann Éclair"), STR("Ann@example.org"), STR("+44 20 7946-0000"),
                           STR("GB"),  STR_NONE, STR("02-29") };
    CustomerInput bob  = { .ref = STR("C-2"), .name = STR("Bob Customer") };
    CustomerInput anon = { STR_NONE, STR("Carla"), STR_NONE, STR_NONE, STR_NONE, STR_NONE, STR_NONE };
    Id            none = { { 9 } };
    check_ok(kit_write(db, &env, create, &in, &err), &err, "a customer is made");
    check_refused(kit_write(db, &env, create, &in, &err), &err, &ERR_CUSTOMER_REF_TAKEN,
                  "a number has one customer");
    check_ok(kit_write(db, &env, put, &bob, &err), &err, "a customer of a number is made");
    check_ok(kit_write(db, &env, put, &bob, &err), &err, "the same number again is the same customer");
    check_ok(kit_write(db, &env, put, &anon, &err), &err, "a customer needs no number");
    check_ok(kit_read(db, &env, must_exist, &ann, &err), &err, "a customer exists");
    check_refused(kit_read(db, &env, must_exist, &none, &err), &err, &ERR_CUSTOMER_UNKNOWN,
                  "an unknown one does not");
    in.ref   = STR("C-3");
    in.email = STR("nobody");
    check_refused(kit_write(db, &env, create, &in, &err), &err, &ERR_FIELD_INVALID,
                  "an e-mail address has an @");
    in.email = STR_NONE;
    in.phone = STR("call me");
    check_refused(kit_write(db, &env, create, &in, &err), &err, &ERR_FIELD_INVALID,
                  "a phone number has digits");
    in.phone   = STR_NONE;
    in.country = STR("gb");
    check_refused(kit_write(db, &env, create, &in, &err), &err, &ERR_FIELD_INVALID,
                  "a country is in upper case");
}

static void check_change(void)
{
    CustomerChange in   = { .id = ann, .ref = STR("C-2"), .name = STR("Ann Smith") };
    CustomerChange none = { { { 9 } }, STR_NONE, STR("X"), STR_NONE, STR_NONE, STR_NONE, STR_NONE, STR_NONE };
    check_refused(kit_write(db, &env, change, &in, &err), &err, &ERR_CUSTOMER_REF_TAKEN,
                  "nobody takes the number of another");
    check_refused(kit_write(db, &env, change, &none, &err), &err, &ERR_NOT_FOUND,
                  "only what is there is changed");
    in.ref = STR_NONE;
    check_ok(kit_write(db, &env, change, &in, &err), &err, "a profile is changed");
}

static bool put_groups(Ctx *ctx, void *arg, Error *e)
{
    Customer changed;
    return customers_put_groups(ctx, arg, &changed, e);
}

static bool for_cart(Ctx *ctx, void *arg, Error *e)
{
    return customers_cart(ctx, ann, arg, e);
}

static void check_birthdays(void)
{
    static const char *const wrong[] = { "02-30", "13-01", "00-10", "1-1", "01/01", "2000-01-01", "01-00" };
    CustomerInput            in      = { .name = STR("Dora") };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        in.birthday = str_from(wrong[i]);
        check_refused(kit_write(db, &env, create, &in, &err), &err, &ERR_FIELD_INVALID,
                      "a birthday is a day of the year");
    }
}

static void check_groups(void)
{
    CartCustomer   seen;
    Str            groups[] = { STR("employee"), STR("club, \"gold\"") };
    CustomerGroups in       = { ann, { groups, 2 }, STR("gold") };
    CustomerChange profile  = { .id = ann, .name = STR("Ann Smith") };
    check_ok(kit_read(db, &env, for_cart, &seen, &err), &err, "a customer is priced");
    check(seen.birthday == 229 && seen.groups.count == 0 && !seen.tier.ptr, "with the birthday, in no group");
    check_ok(kit_write(db, &env, put_groups, &in, &err), &err, "a customer is put into groups");
    check_ok(kit_write(db, &env, change, &profile, &err), &err, "and the profile is changed");
    check_ok(kit_read(db, &env, for_cart, &seen, &err), &err, "then");
    check(seen.groups.count == 2 && str_eq(seen.groups.items[1], groups[1]) && str_eq(seen.tier, STR("gold")),
          "the groups stay");
    check(seen.birthday == OPT_NONE, "and a birthday that is left out is forgotten");
    in.groups.count = 0;
    in.tier         = STR_NONE;
    check_ok(kit_write(db, &env, put_groups, &in, &err), &err, "a customer leaves all groups");
    check_ok(kit_read(db, &env, for_cart, &seen, &err) && seen.groups.count == 0, &err, "and is in none");
    groups[0] = STR(" x");
    in.groups.count = 1;
    check_refused(kit_write(db, &env, put_groups, &in, &err), &err, &ERR_FIELD_INVALID,
                  "a group has no blanks around");
    in.id           = (Id){ { 9 } };
    in.groups.count = 0;
    check_refused(kit_write(db, &env, put_groups, &in, &err), &err, &ERR_NOT_FOUND,
                  "an unknown customer has none");
}

int main(void)
{
    db = kit_open(&env);
    check_writes();
    for (size_t i = 0; i < COUNT(asks); i++) (void)kit_read(db, &env, find, &i, &err);
    check(kit_read(db, &env, pages, NULL, &err), "pages show every customer once");
    check(kit_read(db, &env, pages, "c", &err), "pages of a search show every customer once");
    check_birthdays();
    check_groups();
    check_change();
    kit_close(db);
    return check_finish("customers");
}
