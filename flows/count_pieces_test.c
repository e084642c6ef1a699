/* count_pieces_test.c — counts of pieces whose serial numbers are named: which leave, which come, and
 * which are left alone, as they came or went after they were looked at. */
#include "flows/verify.h"
#include "shop/catalog/catalog.h"
#include "shop/counts/counts.h"
#include "shop/inventory/inventory.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include <stdio.h>
#include <string.h>

static Env   env;
static Db   *db;
static Error err;
static Id    phone;

FIXTURE_ANY(counts_create)
FIXTURE_ANY(counts_enter)
FIXTURE_ANY(counts_submit)
FIXTURE_ANY(counts_approve)

static bool call(int who, FixtureHandler handler, const void *request, Count *reply)
{
    FixtureCaller by = { who, PERMS_ALL };
    kit_now_ms += 10;
    return fixture_as(db, &env, by, handler, request, reply, sizeof *reply, &err);
}

static bool make_phone(Ctx *ctx, void *arg, Error *e)
{
    ItemInput item = { .sku           = STR("PHONE"),
                       .name          = STR("Phone"),
                       .tax_class     = STR("standard"),
                       .quantity_step = 1000,
                       .tracking      = STR("serial") };
    db_touch(ctx->tx);
    item.cost = item.if_version = item.shelf_life_days = item.minimum_days = item.weight = OPT_NONE;
    return catalog_put(ctx, &item, &phone, e);
}

typedef struct {
    const char *serial, *from, *from_state, *to, *to_state;
} Step;

static bool step(Ctx *ctx, void *arg, Error *e)
{
    Step      *s      = arg;
    Str        serial = str_from(s->serial);
    StockMarks marks  = { .serials = { &serial, 1 } };
    StockDoc   doc    = { ctx_new_id(ctx), STR("receipt"), 0 };
    StockMove  move   = { .item          = phone,
                          .sku           = STR("PHONE"),
                          .from_location = str_from(s->from),
                          .from_state    = str_from(s->from_state),
                          .to_location   = str_from(s->to),
                          .to_state      = str_from(s->to_state),
                          .qty           = 1000,
                          .marks         = &marks };
    return inventory_move(ctx, &doc, &move, e);
}

static void move(const char *serial, const char *from, const char *from_state, const char *to,
                 const char *to_state)
{
    Step s = { serial, from, from_state, to, to_state };
    kit_now_ms += 10;
    check_ok(kit_write(db, &env, step, &s, &err), &err, "a piece moves");
}

static void bring(const char *serial, const char *location)
{
    move(serial, "", "vendor", location, "floor");
}

typedef struct {
    char text[200]; /* the numbers on LON's floor, a blank before each */
} Floor;

static bool read_floor(Ctx *ctx, void *arg, Error *e)
{
    Floor     *floor = arg;
    SerialList list  = { .next_cursor = STR_NONE };
    SerialFind ask   = { .sku = STR("PHONE"), .limit = OPT_NONE };
    floor->text[0]   = 0;
    if (!serials_list(ctx, &ask, &list, e)) return false;
    for (size_t i = 0; i < list.items.count; i++) {
        const SerialShown *s   = &list.items.items[i];
        size_t             len = strlen(floor->text);
        if (str_eq(s->location, STR("LON")) && str_eq(s->state, STR("floor")))
            (void)snprintf(floor->text + len, sizeof floor->text - len, " %.*s", STR_FMT(s->serial));
    }
    return true;
}

static void on_floor(const char *want, const char *name)
{
    Floor floor;
    check_ok(kit_read(db, &env, read_floor, &floor, &err), &err, "the pieces are listed");
    if (strcmp(floor.text, want) != 0) printf("  there are%s\n", floor.text);
    check(strcmp(floor.text, want) == 0, name);
}

static Id begin(void)
{
    Str        sku = STR("PHONE");
    CountInput in  = { .location = STR("LON"), .scope = STR("skus"), .skus = { &sku, 1 }, .start = true };
    Count      count;
    check_ok(call(1, counts_create_any, &in, &count), &err, "phones are to be counted");
    return count.id;
}

/* Numbers with a blank between; "" names none. */
static bool enter(Id id, const char *serials, int64_t quantity)
{
    Str    numbers[8];
    size_t count = 0;
    Str    rest  = str_from(serials);
    Count  reply;
    for (size_t from = 0; from < rest.len;) {
        size_t end       = str_index(rest, ' ', from);
        numbers[count++] = str_slice(rest, from, end);
        from             = end + 1;
    }
    CountEntryInput entry = {
        .sku = STR("PHONE"), .quantity = quantity, .at = OPT_NONE, .serials = { numbers, count }
    };
    CountEntries in = { id, { &entry, 1 } };
    return call(1, counts_enter_any, &in, &reply);
}

static bool finish(Id id)
{
    Count       reply;
    CountSubmit submit = { .id = id };
    ById        by     = { id };
    for (int i = 0; i < 3; i++) { /* what differs is counted again: the same is entered */
        if (!call(1, counts_submit_any, &submit, &reply)) return false;
        if (str_eq(reply.state, STR("review"))) break;
    }
    return call(2, counts_approve_any, &by, &reply);
}

static bool verify(Ctx *ctx, void *arg, Error *e)
{
    VerifyReport report;
    if (!verify_run(ctx, &report, e)) return false;
    for (size_t i = 0; i < report.count; i++)
        if (report.results[i].broken)
            printf("  %s: %s\n", report.results[i].name, report.results[i].rows[0].what);
    check(report.broken == 0, arg);
    return true;
}

static void all_true(const char *name)
{
    check_ok(kit_read(db, &env, verify, (void *)(uintptr_t)name, &err), &err, "the database is read");
}

static void check_numbers(void)
{
    bring("A1", "LON");
    bring("A2", "LON");
    bring("A3", "LON");
    bring("A4", "LON");
    Id id = begin();
    check(!enter(id, "A1 A2", 3000) && err.def == &ERR_FIELD_INVALID, "as many numbers as pieces");
    move("A4", "LON", "floor", "", "customer");
    check_ok(enter(id, "A1 A2 A9", OPT_NONE), &err, "three are seen, one that nobody knew of");
    move("A2", "LON", "floor", "", "customer");
    bring("A5", "LON");
    check_ok(finish(id), &err, "it is approved while one is sold and one comes");
    on_floor(" A1 A5 A9", "what nobody saw is gone, what was seen is there, the rest is as it moved");
    all_true("all is true after numbers were counted");
}

static void check_swapped(void)
{
    Id id = begin();
    check_ok(enter(id, "A1 A5", OPT_NONE), &err, "two of three are seen");
    check_ok(enter(id, "A7", OPT_NONE), &err, "and another one, so that the number of pieces is right");
    check_ok(finish(id), &err, "it is approved");
    on_floor(" A1 A5 A7", "the one leaves, the other comes");
    all_true("all is true after pieces were swapped");
}

static void check_refusals(void)
{
    Id id = begin();
    check_ok(enter(id, "A1 A5", OPT_NONE) && enter(id, "", 1000), &err, "two are named, one is not");
    check(!finish(id) && err.def == &ERR_SERIALS_NEEDED, "then it is not known which one it is");
    id = begin();
    check_ok(enter(id, "A1 A5 A1", OPT_NONE), &err, "one is named twice");
    check(!finish(id) && err.def == &ERR_SERIALS_NEEDED, "that is refused");
    bring("B1", "DC1");
    id = begin();
    check_ok(enter(id, "A1 A5 A7 B1", OPT_NONE), &err, "one is seen that the ledger has elsewhere");
    check(!finish(id) && err.def == &ERR_SERIAL_TAKEN, "it is not taken from there");
    on_floor(" A1 A5 A7", "nothing was changed by what was refused");
    all_true("all is true after refusals");
}

int main(void)
{
    db = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "there is a shop");
    check_ok(kit_write(db, &env, make_phone, NULL, &err), &err, "phones have serial numbers");
    check_numbers();
    check_swapped();
    check_refusals();
    kit_close(db);
    return check_finish("count_pieces");
}
