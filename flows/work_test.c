/* work_test.c — what waits for the staff of a location, by due time; one person at a time has a task. */
#include "flows/fulfil.h"
#include "shop/catalog/catalog.h"
#include "shop/counts/counts.h"
#include "shop/work/work.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include <string.h>

static Env   env;
static Db   *db;
static Error err;

enum { ANNA = 1, BEN = 2, MINUTE_MS = 60000 };

#define HANDLER(name, Request, Reply)                                                                      \
    FIXTURE_ANY(name)                                                                                      \
    static bool do_##name(int who, const Request *request, Reply *reply)                                   \
    {                                                                                                      \
        FixtureCaller by = { who, PERMS_ALL };                                                            \
        return fixture_as(db, &env, by, name##_any, request, reply, sizeof *reply, &err);                  \
    }
HANDLER(work_list, WorkFind, WorkList)
HANDLER(work_next, WorkNext, WorkTask)
HANDLER(work_claim, WorkTake, WorkTaken)
HANDLER(work_give_back, WorkTake, WorkTaken)
HANDLER(counts_create, CountInput, Count)
HANDLER(fulfil_start, FulfilNote, Fulfilment)

typedef struct {
    Id      id;
    int64_t due_ms;
    Str     method;
} Delivery;

static bool make_step(Ctx *ctx, void *arg, Error *e)
{
    Delivery *d = arg;
    CountItem item;
    if (!counts_item(ctx, STR("TEA"), "sku", &item, e)) return false;
    NewFulfilmentLine line = { 1, item.id, STR("TEA"), STR("Tea"), 1000 };
    bool              ship = str_eq(d->method, STR("ship"));
    d->id                  = ctx_new_id(ctx);
    NewFulfilment new      = { .id         = d->id,
                               .order      = ctx_new_id(ctx),
                               .delivery   = STR("d"),
                               .method     = d->method,
                               .location   = STR("LON"),
                               .channel    = STR("web"),
                               .store      = ship ? STR_NONE : STR("LON"),
                               .due_at_ms  = d->due_ms,
                               .lines      = &line,
                               .line_count = 1 };
    AtpTerms terms         = { 0 };
    return fulfil_make(ctx, &new, &terms, e);
}

static Delivery make(Str method, int64_t due_ms)
{
    Delivery d = { .due_ms = due_ms, .method = method };
    check_ok(kit_write(db, &env, make_step, &d, &err), &err, "a delivery is made");
    return d;
}

static WorkFind find_at(const char *location)
{
    return (WorkFind){ .location = str_from(location), .limit = OPT_NONE };
}

static void test_list(const Delivery *late, const Delivery *early)
{
    WorkList list;
    WorkFind find = find_at("LON");
    check_ok(do_work_list(ANNA, &find, &list), &err, "tasks of a location are listed");
    check(list.items.count == 3, "two deliveries are to be picked, one count goes on");
    check(id_cmp(list.items.items[0].document, early->id) == 0
              && id_cmp(list.items.items[1].document, late->id) == 0,
          "the one that is due first comes first");
    check(list.items.items[0].is_late && !list.items.items[1].is_late, "what is late says so");
    check(str_eq(list.items.items[2].kind, STR("count")) && list.items.items[2].due_at == OPT_NONE,
          "what has no time comes last");
    find.kind = STR("count");
    check(do_work_list(ANNA, &find, &list) && list.items.count == 1, "one kind alone is listed");
    find       = find_at("LON");
    find.limit = 2;
    check(do_work_list(ANNA, &find, &list) && list.items.count == 2 && list.next_cursor.len > 0,
          "a page ends where it should");
    find.cursor = list.next_cursor;
    check(do_work_list(ANNA, &find, &list) && list.items.count == 1 && !list.next_cursor.len,
          "and the next one goes on");
    find.cursor = STR("rubbish");
    check_refused(do_work_list(ANNA, &find, &list), &err, &ERR_FIELD_INVALID,
                  "a cursor of another list is refused");
    find = find_at("DC1");
    check(do_work_list(ANNA, &find, &list) && list.items.count == 0, "nothing is to be done elsewhere");
}

static void test_claims(const Delivery *early)
{
    WorkTask  task;
    WorkTaken taken;
    WorkList  list;
    WorkFind  find = find_at("LON");
    WorkNext  next = { .location = STR("LON"), .kind = STR("pick"), .minutes = OPT_NONE };
    Fulfilment begun;
    FulfilNote start = { .id = early->id };
    WorkTake  take = { .kind = STR("pick"), .document = early->id, .minutes = 5 };
    check_ok(do_work_next(ANNA, &next, &task), &err, "the next task is given");
    check(id_cmp(task.document, early->id) == 0 && task.taken_until == kit_now_ms + 15 * MINUTE_MS,
          "it is the most urgent, for a quarter of an hour");
    check_refused(do_work_claim(BEN, &take, &taken), &err, &ERR_WORK_CLAIMED, "nobody else can take it");
    check_refused(do_fulfil_start(BEN, &start, &begun), &err, &ERR_WORK_CLAIMED, "nor do it");
    check_refused(do_work_give_back(BEN, &take, &taken), &err, &ERR_WORK_NOT_THERE, "nor give it back");
    check_ok(do_work_claim(ANNA, &take, &taken), &err, "who has it can keep it longer");
    check(do_work_next(BEN, &next, &task) && id_cmp(task.document, early->id) != 0,
          "others get the next one");
    check_refused(do_work_next(BEN, &next, &task), &err, &ERR_WORK_NOT_THERE, "until nothing is left");
    find.who = STR("free");
    check(do_work_list(BEN, &find, &list) && list.items.count == 1, "what is free is listed");
    find.who = STR("mine");
    check(do_work_list(BEN, &find, &list) && list.items.count == 1, "and what one has oneself");
    check_ok(do_work_give_back(ANNA, &take, &taken), &err, "a task is given back");
    check_ok(do_work_claim(BEN, &take, &taken), &err, "and taken by somebody else");
    kit_now_ms += 6 * MINUTE_MS;
    check_ok(do_work_claim(ANNA, &take, &taken), &err, "a task that its taker forgot is free in the end");
    take.kind = STR("ship");
    check_refused(do_work_claim(ANNA, &take, &taken), &err, &ERR_WORK_NOT_THERE,
                  "what does not wait for it is no such task");
}

int main(void)
{
    db = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "there is a shop");
    Delivery   late  = make(STR("ship"), kit_now_ms + 100 * MINUTE_MS);
    Delivery   early = make(STR("pickup"), kit_now_ms - 1);
    Count      count;
    Str        skus[] = { STR("TEA") };
    CountInput input = { .location = STR("LON"), .scope = STR("skus"), .skus = { skus, 1 }, .start = true };
    check_ok(do_counts_create(BEN, &input, &count), &err, "a count goes on");
    test_list(&late, &early);
    test_claims(&early);
    kit_close(db);
    return check_finish("work");
}
