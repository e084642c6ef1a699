/* profiles_test.c — one profile of a person over all channels: found however written, two that become one
 * with all they have, everything handed out, and everything forgotten: no table knows the name, address or
 * number any more, while sales and books stay whole. */
#include "flows/loyalty.h"

#include "shop/consents/consents.h"
#include "shop/credit/credit.h"
#include "shop/giftcards/giftcards.h"
#include "shop/customers/customers.h"
#include "tests/fulfil.h"
#include "third_party/sqlite/sqlite3.h"

#include <jansson.h>
#include <libpq-fe.h>

FIXTURE_ANY(customers_create)
FIXTURE_ANY(customers_put_external)
FIXTURE_ANY(customers_find_external)
FIXTURE_ANY(customers_alike)
FIXTURE_ANY(customers_twins)
FIXTURE_ANY(customers_merge)
FIXTURE_ANY(customers_erase)
FIXTURE_ANY(customers_export)
FIXTURE_ANY(customers_list)
FIXTURE_ANY(consents_create)
FIXTURE_ANY(loyalty_programme_change)
FIXTURE_ANY(loyalty_rules_change)
FIXTURE_ANY(loyalty_members_join)
FIXTURE_ANY(points_give)
FIXTURE_ANY(loyalty_events_tell)
FIXTURE_ANY(credit_give)
FIXTURE_ANY(baskets_park)
FIXTURE_ANY(credit_limit)
FIXTURE_ANY(credit_show)
FIXTURE_ANY(gift_cards_create)
FIXTURE_ANY(orders_create)
FIXTURE_ANY(fulfil_cancel)

static const FixtureCaller me = { 0, PERMS_ALL };
static Id                  web, shop;
static Id                  order_id;

static bool call(FixtureHandler handler, const void *request, void *reply, size_t size)
{
    kit_now_ms += 1000;
    return fixture_as(db, &env, me, handler, request, reply, size, &err);
}

/* --- one person, twice --- */

static Id create(const char *name, const char *email, const char *phone)
{
    Customer      who = { .name = STR_NONE };
    CustomerInput in  = { .name     = str_from(name),
                          .email    = str_from(email),
                          .phone    = str_from(phone),
                          .birthday = STR("03-11"),
                          .note     = STR("Zaphodia likes tea") };
    check_ok(call(customers_create_any, &in, &who, sizeof who), &err, name);
    return who.id;
}

static void make_programme(void)
{
    LoyaltyRuleList  list;
    LoyaltyProgramme shown, club = { .name            = STR("Club"),
                                     .currency        = STR("GBP"),
                                     .worth_amount    = 1,
                                     .worth_points    = 3,
                                     .pending_days    = 10,
                                     .expiry_days     = OPT_NONE,
                                     .tier_days       = OPT_NONE,
                                     .grace_days      = OPT_NONE,
                                     .join_offer_days = OPT_NONE,
                                     .terms           = STR("I join.") };
    LoyaltyRule      rule = { .code         = STR("r"),
                              .name         = STR("r"),
                              .by           = STR("money"),
                              .points       = 1,
                              .per          = 10,
                              .times        = OPT_NONE,
                              .from         = OPT_NONE,
                              .until        = OPT_NONE,
                              .from_minute  = OPT_NONE,
                              .until_minute = OPT_NONE,
                              .most         = OPT_NONE };
    check_ok(call(loyalty_programme_change_any, &club, &shown, sizeof shown)
                 && call(loyalty_rules_change_any, &rule, &list, sizeof list),
             &err, "there is a programme");
    rule.code   = STR("review");
    rule.by     = STR("event");
    rule.event  = STR("review");
    rule.per    = OPT_NONE;
    rule.points = 5;
    check_ok(call(loyalty_rules_change_any, &rule, &list, sizeof list), &err, "also for reviews");
}

static void make_twins(void)
{
    LoyaltyAccount     account;
    ConsentList        list;
    LoyaltyMemberInput join = { .consent = true };
    LoyaltyEventTold   told;
    LoyaltyEventInput  event = { .event = STR("review"), .reference = STR("by Zaphodia") };
    PointsInput        gift = { .points = 50, .reason = STR("welcome") };
    ConsentInput       mail = { .what    = STR("email_marketing"),
                                .wording = STR("Write to me."),
                                .channel = STR("web") };
    web                     = create("Zaphodia Dent", "zaphodia@example.org", NULL);
    shop                    = create("Zaphodia Dent", NULL, "+44 20 7946 0123");
    Id all[]                = { web, shop };
    for (int i = 0; i < 2; i++) {
        join.id = gift.id = mail.id = all[i];
        event.id = all[i];
        check_ok(call(loyalty_members_join_any, &join, &account, sizeof account)
                     && call(loyalty_events_tell_any, &event, &told, sizeof told)
                     && call(points_give_any, &gift, &account, sizeof account)
                     && call(consents_create_any, &mail, &list, sizeof list),
                 &err, "both are members, with consents");
    }
}

/* Store credit and a gift card for each of them. */
static void give_money(void)
{
    GiftCard         card;
    CustomerAccounts accounts;
    Id               all[] = { web, shop };
    for (int i = 0; i < 2; i++) {
        StoreCreditInput credit = { all[i], STR("LON"), STR("GBP"), 300 + i, STR("Zaphodia complained") };
        InvoiceLimit     limit  = { all[i], STR("GBP"), 1000 * (i + 1) };
        GiftCardInput    gift   = {
               .location = STR("LON"), .amount = 500, .customer = all[i], .reason = STR("for Zaphodia")
        };
        check_ok(call(credit_give_any, &credit, &accounts, sizeof accounts)
                     && call(credit_limit_any, &limit, &accounts, sizeof accounts)
                     && call(gift_cards_create_any, &gift, &card, sizeof card),
                 &err, "both have credit and a gift card");
    }
}

/* A basket that waits for her. */
static void park(void)
{
    ParkedBasket out;
    BasketLine   line = { .sku = STR("TEA"), .quantity = 1000 };
    BasketPark   in   = { .location = STR("LON"),
                          .channel  = STR("pos"),
                          .customer = web,
                          .note     = STR("Zaphodia, in red"),
                          .total    = OPT_NONE,
                          .minutes  = OPT_NONE,
                          .lines    = { &line, 1 } };
    check_ok(call(baskets_park_any, &in, &out, sizeof out), &err, "she puts a basket aside");
}

/* Something to be sent to the web shop's customer. */
static void make_order(void)
{
    Order   order;
    Address home = {
        STR("7 Zaphodia Lane"), STR("Leeds"), STR_NONE, STR("LS1 1AA"), STR("GB"), OPT_NONE, OPT_NONE
    };
    Contact         who      = { STR("Zaphodia Dent"), STR("zaphodia@example.org"), STR("02079460123") };
    DeliveryInput   way      = { .label        = STR("home"),
                                 .method       = STR("ship"),
                                 .address      = &home,
                                 .contact      = &who,
                                 .window_from  = OPT_NONE,
                                 .window_until = OPT_NONE };
    BasketLine      lines[2] = { { .sku = STR("TEA"), .quantity = 2000 },
                                 { .sku = STR("TEA"), .quantity = 1000, .delivery = STR("home") } };
    TenderInput     tender   = { .kind = STR("cash"), .amount = OPT_NONE, .tendered = OPT_NONE };
    CheckoutRequest request  = { .location       = STR("LON"),
                                 .channel        = STR("web"),
                                 .customer       = web,
                                 .note           = STR("for Zaphodia's birthday"),
                                 .expected_total = OPT_NONE,
                                 .pay_by         = OPT_NONE,
                                 .deliveries     = { &way, 1 },
                                 .lines          = { lines, 2 },
                                 .tenders        = { &tender, 1 } };
    check_ok(call(orders_create_any, &request, &order, sizeof order), &err, "she orders something");
    order_id = order.id;
    Return          back;
    ReturnLineInput line    = { .line = 1, .quantity = 1000, .part = OPT_NONE };
    ReturnRequest   returns = { .order    = order_id,
                                .location = STR("LON"),
                                .shipping = OPT_NONE,
                                .reason   = STR("Zaphodia has enough"),
                                .lines    = { &line, 1 } };
    check_ok(call(any_returns_create, &returns, &back, sizeof back), &err, "and brings some of it back");
}

/* --- finding --- */

static void finding(void)
{
    CustomerList      list;
    Customer          who;
    CustomerExternals names;
    CustomerAsk       ask  = { .phone = STR("020 7946 0123"), .limit = OPT_NONE };
    CustomerExternal  name = { web, STR("webshop"), STR("Z-42") };
    CustomerExternal  bad  = { shop, STR("webshop"), STR("Z-42") };
    check(call(customers_list_any, &ask, &list, sizeof list) && list.items.count == 1,
          "a number is found with and without its country");
    check_ok(call(customers_put_external_any, &name, &names, sizeof names), &err,
             "another system has its own number");
    check_refused(call(customers_put_external_any, &bad, &names, sizeof names), &err, &ERR_EXTERNAL_TAKEN,
                  "which belongs to one customer only");
    CustomerExternalAsk by = { STR("webshop"), STR("Z-42") };
    check(call(customers_find_external_any, &by, &who, sizeof who) && id_eq(who.id, web),
          "by which she is found");
}

static void twins(void)
{
    CustomerAlikes    alike;
    CustomerTwinsList list;
    Id                third = create("Z Dent", "Zaphodia@example.org", NULL);
    CustomerTwinsAsk  ask   = { STR("email"), STR_NONE, OPT_NONE };
    check(call(customers_alike_any, &(ById){ web }, &alike, sizeof alike) && alike.items.count == 1
              && id_eq(alike.items.items[0].customer->id, third) && alike.items.items[0].same_email
              && !alike.items.items[0].same_name,
          "who has the same address may be the same person");
    check(call(customers_twins_any, &ask, &list, sizeof list) && list.items.count == 1
              && list.items.items[0].count == 2 && id_eq(list.items.items[0].first, web),
          "all who are there twice are listed");
    CustomerMergeInput in = { web, third, STR("told us") };
    Customer           who;
    check_ok(call(customers_merge_any, &in, &who, sizeof who), &err, "they become one");
}

/* --- becoming one --- */

typedef struct {
    Member web, shop;
    bool   a, b;
} Both;

static bool members(Ctx *ctx, void *arg, Error *e)
{
    Both *both = arg;
    return loyalty_find(ctx, web, &both->web, &both->a, e)
        && loyalty_find(ctx, shop, &both->shop, &both->b, e);
}

static bool order_of(Ctx *ctx, void *arg, Error *e)
{
    Order order;
    return orders_get(ctx, order_id, &order, e) && id_eq(order.customer, *(Id *)arg);
}

static bool parts(Ctx *ctx, void *arg, Error *e)
{
    int64_t one = 0, other = 0;
    Both    both;
    return members(ctx, &both, e) && ledger_part(ctx, STR("loyalty"), web, STR("GBP"), &one, e)
        && ledger_part(ctx, STR("loyalty"), shop, STR("GBP"), &other, e) && one == 0
        && -other == both.shop.value;
}

static void merging(void)
{
    Customer           who, gone;
    CustomerMergeInput in = { shop, web, STR("showed her card") }, self = { shop, shop, STR("x") };
    Both               before, after;
    check(kit_read(db, &env, members, &before, &err) && before.web.pending > 0, "she has points at both");
    check_refused(call(customers_merge_any, &self, &who, sizeof who), &err, &ERR_FIELD_INVALID,
                  "nobody becomes themselves");
    check_ok(call(customers_merge_any, &in, &who, sizeof who), &err, "two profiles become one");
    check(str_eq(who.email, STR("zaphodia@example.org")) && str_eq(who.phone, STR("+442079460123")),
          "which knows what both did");
    check(kit_read(db, &env, members, &after, &err)
              && after.shop.available == before.web.available + before.shop.available
              && after.shop.pending == before.web.pending && after.web.available == 0
              && after.web.pending == 0,
          "has the points of both");
    check(kit_read(db, &env, parts, NULL, &err), "the books have moved, too");
    CustomerAccounts accounts;
    check(call(credit_show_any, &(ById){ shop }, &accounts, sizeof accounts) && accounts.items.count == 2
              && accounts.items.items[1].balance == 601 && accounts.items.items[0].most == 2000,
          "has the credit of both, and the higher limit");
    check(kit_read(db, &env, order_of, &shop, &err), "and so have the orders");
    check_refused(call(customers_merge_any, &in, &gone, sizeof gone), &err, &ERR_CUSTOMER_GONE, "once");
    CustomerExternalAsk by = { STR("webshop"), STR("Z-42") };
    check(call(customers_find_external_any, &by, &who, sizeof who) && id_eq(who.id, shop),
          "the other system's number leads to the one that is left");
    BasketLine      line    = { .sku = STR("TEA"), .quantity = 1000 };
    TenderInput     tender  = { .kind = STR("cash"), .amount = OPT_NONE, .tendered = OPT_NONE };
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("web"),
                                .customer       = web,
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .lines          = { &line, 1 },
                                .tenders        = { &tender, 1 } };
    Order           order;
    check_refused(call(orders_create_any, &request, &order, sizeof order), &err, &ERR_CUSTOMER_GONE,
                  "nothing is sold to the one that is gone");
    all_true("everything is true after a merge");
}

/* --- handing out --- */

static bool has_text(Str text, const char *what)
{
    size_t len = strlen(what);
    for (size_t i = 0; i + len <= text.len; i++)
        if (memcmp(text.ptr + i, what, len) == 0) return true;
    return false;
}

static void handing_out(void)
{
    CustomerExport    reply;
    CustomerExportAsk ask = { shop, STR_NONE, OPT_NONE };
    check_ok(call(customers_export_any, &ask, &reply, sizeof reply), &err,
             "all that is known is handed out");
    json_t *json = json_loadb(reply.data.ptr ? reply.data.ptr : "", reply.data.len, 0, NULL);
    check(json != NULL && json_array_size(json_object_get(json, "orders")) == 1
              && json_array_size(json_object_get(json, "addresses")) == 1
              && json_array_size(json_object_get(json, "consents")) == 4
              && json_array_size(json_object_get(json, "points")) > 2
              && json_array_size(json_object_get(json, "loyalty_events")) == 1
              && json_array_size(json_object_get(json, "accounts")) == 2
              && json_array_size(json_object_get(json, "account_events")) == 2
              && json_array_size(json_object_get(json, "gift_cards")) == 2
              && json_array_size(json_object_get(json, "returns")) == 1
              && json_array_size(json_object_get(json, "profiles")) == 1
              && json_array_size(json_object_get(json, "externals")) == 1,
          "profile, orders, returns, addresses, consents, points");
    check(has_text(reply.data, "7 Zaphodia Lane") && has_text(reply.data, "for Zaphodia's birthday"),
          "with all that stands in them");
    json_decref(json);
}

/* --- forgetting --- */

static int64_t found_in_pg(const char *needle)
{
    int64_t   sum = 0;
    char      sql[512], hex[200] = { 0 };
    PGconn   *pg     = PQconnectdb(kit_url().ptr);
    PGresult *tables = PQexec(
        pg, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'");
    for (size_t i = 0; needle[i] && i < 90; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", (unsigned char)needle[i]);
    for (int i = 0; i < PQntuples(tables); i++) {
        (void)snprintf(
            sql, sizeof sql,
            "SELECT count(*) FROM \"%s\" x WHERE x::text ILIKE '%%%s%%' OR x::text ILIKE '%%%s%%'",
            PQgetvalue(tables, i, 0), needle, hex);
        PGresult *rows = PQexec(pg, sql);
        int64_t   n    = PQntuples(rows) == 1 ? strtoll(PQgetvalue(rows, 0, 0), NULL, 10) : -1000000;
        if (n != 0) printf("# %s: %s\n", PQgetvalue(tables, i, 0), needle);
        sum += n;
        PQclear(rows);
    }
    PQclear(tables);
    PQfinish(pg);
    return sum;
}

static int64_t found_in_sqlite(const char *needle)
{
    sqlite3      *lite    = NULL;
    sqlite3_stmt *columns = NULL, *rows = NULL;
    int64_t       sum = 0;
    char          sql[512];
    if (sqlite3_open_v2(kit_url().ptr + 7, &lite, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) return -1;
    (void)sqlite3_prepare_v2(lite,
                             "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c "
                             "WHERE m.type = 'table'",
                             -1, &columns, NULL);
    while (sqlite3_step(columns) == SQLITE_ROW) {
        (void)snprintf(sql, sizeof sql,
                       "SELECT count(*) FROM \"%s\" WHERE instr(lower(CAST(\"%s\" AS TEXT)), '%s') > 0",
                       (const char *)sqlite3_column_text(columns, 0),
                       (const char *)sqlite3_column_text(columns, 1), needle);
        if (sqlite3_prepare_v2(lite, sql, -1, &rows, NULL) != SQLITE_OK
            || sqlite3_step(rows) != SQLITE_ROW)
            sum = -1000000;
        int64_t n = sqlite3_column_int64(rows, 0);
        if (n != 0)
            printf("# %s.%s: %s\n", (const char *)sqlite3_column_text(columns, 0),
                   (const char *)sqlite3_column_text(columns, 1), needle);
        sum += n;
        (void)sqlite3_finalize(rows);
    }
    (void)sqlite3_finalize(columns);
    (void)sqlite3_close(lite);
    return sum;
}

/* How many places of the whole database hold a text, in any case, also as bytes. */
static int64_t found(const char *needle)
{
    return db_engine(db) == DB_SQLITE ? found_in_sqlite(needle) : found_in_pg(needle);
}

static void forgetting(void)
{
    static const char *const needles[] = { "zaphodia", "zaphodia@example.org", "2079460123", "z-42" };
    CustomerErasure          reply;
    Customer                 who;
    CustomerEraseInput       in       = { shop, STR("asked for it by letter") };
    OrderFulfilments         all      = of_order(order_id);
    Id                       delivery = all.items.items[0].id;
    check_refused(call(customers_erase_any, &in, &reply, sizeof reply), &err, &ERR_CUSTOMER_BUSY,
                  "nobody is forgotten while something is on its way");
    CallOff off = { delivery, STR_NONE, STR("floor") };
    check_ok(call(fulfil_cancel_any, &off, &now, sizeof now), &err, "it is called off");
    for (size_t i = 0; i < COUNT(needles); i++) check(found(needles[i]) > 0, "the database knows her");
    CustomerAccounts accounts;
    StoreCreditInput away = { shop, STR("LON"), STR("GBP"), -601, STR("paid to Zaphodia") };
    check_refused(call(customers_erase_any, &in, &reply, sizeof reply), &err, &ERR_CUSTOMER_BUSY,
                  "nor while we owe her something");
    check_ok(call(credit_give_any, &away, &accounts, sizeof accounts), &err, "she gets it");
    check_ok(call(customers_erase_any, &in, &reply, sizeof reply), &err, "she is forgotten");
    check(reply.kept.count >= 5, "what is kept is said");
    for (size_t i = 0; i < COUNT(needles); i++)
        check(found(needles[i]) == 0, "no table knows her any more");
    check_refused(call(customers_erase_any, &in, &reply, sizeof reply), &err, &ERR_CUSTOMER_GONE, "once");
    check_refused(call(customers_merge_any,
                       &(CustomerMergeInput){ create("Another", NULL, NULL), shop, STR("x") }, &who,
                       sizeof who),
                  &err, &ERR_CUSTOMER_GONE, "and becomes nobody else");
    check(kit_read(db, &env, order_of, &shop, &err), "her orders are there, of a customer without a name");
    Return          back;
    ReturnLineInput line    = { .line = 1, .quantity = 1000, .part = OPT_NONE };
    ReturnRequest   returns = {
          .order = order_id, .location = STR("LON"), .shipping = OPT_NONE, .lines = { &line, 1 }
    };
    check_ok(call(any_returns_create, &returns, &back, sizeof back), &err, "and can still be returned");
    all_true("the books and all else are whole");
}

int main(void)
{
    open_shop();
    make_programme();
    make_twins();
    give_money();
    park();
    make_order();
    finding();
    twins();
    merging();
    handing_out();
    forgetting();
    return close_shop("profiles");
}
