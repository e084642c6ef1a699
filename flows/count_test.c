/* count_test.c — goods are counted while they are sold, adjusted with reasons, and brought in from other
 * systems; the ledger is right afterwards. */
#include "flows/verify.h"
#include "shop/catalog/catalog.h"
#include "shop/counts/counts.h"
#include "shop/inventory/inventory.h"
#include "shop/settings/settings.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include <stdlib.h>
#include <string.h>

static Env   env;
static Db   *db;
static Error err;

enum { ANNA = 1, BEN = 2 }; /* two people */

#define HANDLER(name, Request, Reply)                                                                      \
    FIXTURE_ANY(name)                                                                                      \
    static bool do_##name(int who, const Request *request, Reply *reply)                                   \
    {                                                                                                      \
        kit_now_ms += 10;                                                                                  \
        FixtureCaller by = { who, PERMS_ALL };                                                            \
        return fixture_as(db, &env, by, name##_any, request, reply, sizeof *reply, &err);                  \
    }
HANDLER(counts_create, CountInput, Count)
HANDLER(counts_start, ById, Count)
HANDLER(counts_enter, CountEntries, Count)
HANDLER(counts_submit, CountSubmit, Count)
HANDLER(counts_again, CountAgain, Count)
HANDLER(counts_approve, ById, Count)
HANDLER(counts_cancel, CountCancel, Count)
HANDLER(counts_show, ById, Count)
HANDLER(counts_list, CountFind, CountList)
HANDLER(counts_lines, CountLineFind, CountLineList)
HANDLER(counts_entries, CountEntryFind, CountEntryList)
HANDLER(adjustments_create, AdjustmentInput, Adjustment)
HANDLER(adjustments_approve, ById, Adjustment)
HANDLER(adjustments_refuse, ById, Adjustment)
HANDLER(adjustments_list, AdjustmentFind, AdjustmentList)
HANDLER(stock_import, StockImport, StockImported)

/* --- stock, seen and moved --- */

typedef struct {
    const char *sku, *location;
    AtpLevel    level;
    Id          item;
    int64_t     qty;
    const char *from, *to;
} Stock;

static bool look(Ctx *ctx, void *arg, Error *e)
{
    Stock    *s = arg;
    CountItem item;
    return counts_item(ctx, str_from(s->sku), "sku", &item, e)
           && inventory_level(ctx, item.id, str_from(s->location), &s->level, e);
}

static AtpLevel level(const char *sku)
{
    Stock s = { .sku = sku, .location = "LON" };
    check_ok(kit_read(db, &env, look, &s, &err), &err, "the level is read");
    return s.level;
}

static bool sell_step(Ctx *ctx, void *arg, Error *e)
{
    Stock    *s = arg;
    CountItem item;
    StockDoc  doc = { ctx_new_id(ctx), STR("sold"), 0 };
    if (!counts_item(ctx, str_from(s->sku), "sku", &item, e)) return false;
    StockWant want = { .item = item.id, .sku = str_from(s->sku), .location = STR("LON"), .qty = s->qty };
    return inventory_sell(ctx, &doc, &want, e);
}

static bool sell(const char *sku, int64_t qty)
{
    Stock s = { .sku = sku, .qty = qty };
    kit_now_ms += 10;
    return kit_write(db, &env, sell_step, &s, &err);
}

static bool move_step(Ctx *ctx, void *arg, Error *e)
{
    Stock    *s = arg;
    CountItem item;
    StockDoc  doc = { ctx_new_id(ctx), STR("receipt"), 0 };
    if (!counts_item(ctx, str_from(s->sku), "sku", &item, e)) return false;
    bool      outside = strcmp(s->from, "vendor") == 0;
    StockMove move    = { .item          = item.id,
                          .sku           = str_from(s->sku),
                          .from_location = outside ? STR("") : STR("LON"),
                          .from_state    = str_from(s->from),
                          .to_location   = STR("LON"),
                          .to_state      = str_from(s->to),
                          .qty           = s->qty };
    return inventory_move(ctx, &doc, &move, e);
}

static void bring(const char *sku, int64_t qty, const char *from, const char *to)
{
    Stock s = { .sku = sku, .qty = qty, .from = from, .to = to };
    kit_now_ms += 10;
    check_ok(kit_write(db, &env, move_step, &s, &err), &err, "goods come");
}

static bool set_cost(Ctx *ctx, void *arg, Error *e)
{
    ItemInput   item = { .sku           = str_from(arg),
                         .name          = str_from(arg),
                         .tax_class     = STR("standard"),
                         .quantity_step = 1000,
                         .cost          = 100,
                         .category      = STR("food") };
    ItemBarcode pack = { STR("4006381333931"), 12000 };
    Category    food = { .code = STR("food"), .name = STR("Food") };
    Id          id;
    if (strcmp(arg, "TEA") == 0) {
        item.barcodes.items = &pack;
        item.barcodes.count = 1;
    }
    return catalog_put_category(ctx, &food, e) && catalog_put(ctx, &item, &id, e);
}

/* --- counts --- */

static Count new_count(int who, const char *sku, bool blind)
{
    Str        skus[1] = { str_from(sku) };
    CountInput in      = {
             .location = STR("LON"), .scope = STR("skus"), .skus = { skus, 1 }, .blind = blind, .start = true
    };
    Count count;
    check_ok(do_counts_create(who, &in, &count), &err, "a count is begun");
    return count;
}

static bool enter(int who, Id id, const char *sku, int64_t qty, int64_t at)
{
    CountEntryInput entry = { .sku = str_from(sku), .quantity = qty, .at = at };
    CountEntries    in    = { id, { &entry, 1 } };
    Count           count;
    return do_counts_enter(who, &in, &count);
}

static Str state_after(bool ok, const Count *count)
{
    static char text[32];
    if (!ok) return str_from(err.def ? err.def->name : "?");
    memcpy(text, count->state.ptr, count->state.len);
    return (Str){ text, count->state.len };
}

static Str submit(int who, Id id, const char *uncounted)
{
    CountSubmit in = { id, str_from(uncounted) };
    Count       count;
    bool        ok = do_counts_submit(who, &in, &count);
    return state_after(ok, &count);
}

static Str approve(int who, Id id)
{
    Count count;
    bool  ok = do_counts_approve(who, &(ById){ id }, &count);
    return state_after(ok, &count);
}

static bool is(Str text, const char *want)
{
    return str_eq(text, str_from(want));
}

static void check_sales_go_on(void)
{
    Count count = new_count(ANNA, "TEA", true);
    check(is(count.state, "counting"), "it is begun at once");
    check(!count.figures, "who counts blindly sees no figures");
    check(sell("TEA", 3000), "three are sold before she comes to the shelf");
    check(enter(ANNA, count.id, "TEA", 60000, OPT_NONE), "she counts 60");
    int64_t at = kit_now_ms;
    check(enter(ANNA, count.id, "TEA", 35000, at), "and 35 on another shelf, at the same time");
    check(sell("TEA", 2000), "two are sold behind her back");
    check(is(submit(ANNA, count.id, NULL), "review"), "2 of 97 are missing: not worth counting again");
    check(sell("TEA", 1000), "another one is sold");
    check(is(approve(ANNA, count.id), "approved"), "it is approved");
    check(level("TEA").floor == 92000, "95 were counted, 3 sold since: 92 are left");
    Count shown;
    check_ok(do_counts_show(ANNA, &(ById){ count.id }, &shown), &err, "it is shown");
    check(shown.figures && shown.figures->missing == 2000 && shown.figures->missing_value == 200
              && shown.figures->accuracy == 0 && shown.figures->exact == 0,
          "its figures say that two were missing, and what they cost");
    check(is(approve(ANNA, count.id), "state_refused"), "it is approved once");
    check(!enter(ANNA, count.id, "TEA", 1000, OPT_NONE) && err.def == &ERR_STATE_REFUSED,
          "nothing can be entered any more");
}

static void check_recount(void)
{
    Count count = new_count(ANNA, "TEA", false);
    check(enter(ANNA, count.id, "TEA", 80000, OPT_NONE), "she counts 80 of 92");
    check(is(submit(ANNA, count.id, NULL), "recount"), "12 are missing: it is to be counted again");
    check(is(submit(ANNA, count.id, NULL), "count_open_lines"), "it cannot be handed in without");
    check(sell("TEA", 1000), "one is sold");
    check(enter(BEN, count.id, "TEA", 81000, OPT_NONE), "Ben counts 81");
    check(is(submit(BEN, count.id, NULL), "review"), "now somebody looks at it");
    CountAgain again = { count.id, { (Str[]){ STR("TEA") }, 1 } };
    Count      reply;
    check_ok(do_counts_again(BEN, &again, &reply), &err, "she has it counted again");
    check(reply.pass == 3 && is(reply.state, "recount"), "for the third time");
    check(enter(BEN, count.id, "TEA", 81000, OPT_NONE), "it is 81");
    check(is(submit(BEN, count.id, NULL), "review"), "and handed in");
    check(is(approve(BEN, count.id), "approved") && level("TEA").floor == 81000, "the last figure holds");
}

static bool limit(Ctx *ctx, void *arg, Error *e)
{
    return settings_put(ctx, &SETTING_COUNT_APPROVE_VALUE, *(int64_t *)arg, e);
}

static void check_four_eyes(void)
{
    int64_t low = 500, standard = 20000;
    check_ok(kit_write(db, &env, limit, &low, &err), &err, "the limit is 5.00");
    Count count = new_count(ANNA, "TEA", true);
    check(enter(BEN, count.id, "TEA", 71000, OPT_NONE), "ten are missing");
    check(is(submit(ANNA, count.id, NULL), "recount"), "so it is counted again");
    check(enter(BEN, count.id, "TEA", 71000, OPT_NONE) && is(submit(ANNA, count.id, NULL), "review"),
          "they are missing indeed");
    check(is(approve(ANNA, count.id), "four_eyes"), "who made it does not approve it");
    check(is(approve(BEN, count.id), "four_eyes"), "nor who counted");
    check(level("TEA").floor == 81000, "nothing was adjusted");
    check(is(approve(3, count.id), "approved") && level("TEA").floor == 71000, "somebody else does");
    check_ok(kit_write(db, &env, limit, &standard, &err), &err, "the limit is what it was");
}

static void check_two_counts(void)
{
    Count first = new_count(ANNA, "TEA", false), second = new_count(BEN, "TEA", false);
    check(enter(ANNA, first.id, "TEA", 69000, OPT_NONE), "Anna counts 69 of 71");
    check(sell("TEA", 1000), "one is sold");
    check(enter(BEN, second.id, "TEA", 68000, OPT_NONE), "Ben counts 68");
    check(is(submit(ANNA, first.id, NULL), "review") && is(submit(BEN, second.id, NULL), "review"), "both");
    check(is(approve(BEN, second.id), "approved") && level("TEA").floor == 68000,
          "Ben's is approved first");
    check(is(approve(ANNA, first.id), "approved") && level("TEA").floor == 68000,
          "Anna's is older: it changes nothing");
    CountLineList lines;
    check_ok(do_counts_lines(ANNA, &(CountLineFind){ .id = first.id, .limit = OPT_NONE }, &lines), &err,
             "lines");
    check(lines.items.count == 1 && is(lines.items.items[0].state, "superseded"), "and says so");

    first  = new_count(ANNA, "TEA", false);
    second = new_count(BEN, "TEA", false);
    check(enter(ANNA, first.id, "TEA", 66000, OPT_NONE), "Anna counts 66 of 68");
    check(sell("TEA", 1000), "one is sold");
    check(enter(BEN, second.id, "TEA", 65000, OPT_NONE), "Ben counts 65");
    check(is(submit(ANNA, first.id, NULL), "review") && is(submit(BEN, second.id, NULL), "review"), "both");
    check(is(approve(ANNA, first.id), "approved") && level("TEA").floor == 65000,
          "Anna's is approved first");
    check(is(approve(BEN, second.id), "approved") && level("TEA").floor == 65000,
          "Ben's says the same: the two missing ones are not taken off twice");
}

static void check_entries(void)
{
    Count           count   = new_count(ANNA, "TEA", false), reply;
    CountEntryInput scans[] = { { .barcode = STR("4006381333931"), .quantity = 5000, .at = OPT_NONE },
                                { .barcode = STR("4006381333931"), .quantity = OPT_NONE, .at = OPT_NONE },
                                { .sku = STR("TEA"), .quantity = -8000, .at = OPT_NONE } };
    CountEntries    in      = { count.id, { scans, 3 } };
    check_ok(do_counts_enter(ANNA, &in, &reply), &err, "packs of 12 are scanned");
    CountEntryList entries;
    check_ok(do_counts_entries(ANNA, &(CountEntryFind){ .id = count.id, .limit = OPT_NONE }, &entries),
             &err, "entries are listed");
    check(entries.items.count == 3 && entries.items.items[0].quantity == 60000
              && entries.items.items[1].quantity == 12000,
          "five packs are 60, one is 12");
    check(is(submit(ANNA, count.id, NULL), "review"), "72 less 8 are 64: one is missing");
    check(is(approve(ANNA, count.id), "approved") && level("TEA").floor == 64000, "64 are there");

    count = new_count(ANNA, "TEA", false);
    check(!enter(ANNA, count.id, "CAKE", 1000, OPT_NONE) && err.def == &ERR_COUNT_SCOPE,
          "CAKE is not on the list");
    check(!enter(ANNA, count.id, "NONE", 1000, OPT_NONE) && err.def == &ERR_NOT_FOUND, "NONE is no item");
    check(!enter(ANNA, count.id, "WRAP", 1000, OPT_NONE) && err.def == &ERR_COUNT_SCOPE,
          "WRAP is a service");
    check(!enter(ANNA, count.id, "TEA", 1500, OPT_NONE) && err.def == &ERR_FIELD_INVALID,
          "half a TEA is none");
    check(!enter(ANNA, count.id, "TEA", 1000, kit_now_ms + 100000), "nobody counts tomorrow's goods");
    check(!enter(ANNA, count.id, "TEA", 1000, count.started_at - 1), "nor before the count began");
    check(enter(ANNA, count.id, "TEA", -1000, OPT_NONE), "an entry may take back");
    check(is(submit(ANNA, count.id, NULL), "count_negative"), "but not more than there is");
    CountCancel cancel = { count.id, STR("no time") };
    check_ok(do_counts_cancel(ANNA, &cancel, &reply), &err, "a count that nobody ends is given up");
    check(is(reply.state, "cancelled") && level("TEA").floor == 64000, "nothing is adjusted");
    check(!do_counts_cancel(ANNA, &cancel, &reply) && err.def == &ERR_STATE_REFUSED, "once");
}

/* Several shelves at several times, and sales in between: nobody knows from which shelf. */
static void check_moved_between(void)
{
    Count count = new_count(ANNA, "TEA", false);
    check(enter(ANNA, count.id, "TEA", 30000, OPT_NONE), "30 on one shelf");
    check(sell("TEA", 1000), "one is sold from one of them");
    check(enter(ANNA, count.id, "TEA", 34000, OPT_NONE), "34 on the other");
    check(is(submit(ANNA, count.id, NULL), "recount"), "though only one differs it is counted again");
    check(enter(ANNA, count.id, "TEA", 63000, OPT_NONE) && is(submit(ANNA, count.id, NULL), "review"),
          "63");
    Count shown;
    check_ok(do_counts_show(ANNA, &(ById){ count.id }, &shown), &err, "it is shown");
    check(shown.figures && shown.figures->exact == 1 && shown.figures->accuracy == 1000000, "it is exact");
    check(is(approve(ANNA, count.id), "approved") && level("TEA").floor == 63000, "nothing is adjusted");
}

static void check_scopes(void)
{
    Str        skus[1] = { STR("TEA") };
    CountInput all     = { .location = STR("LON"), .scope = STR("all"), .start = true };
    CountInput part    = {
           .location = STR("LON"), .scope = STR("category"), .category = STR("food"), .start = true
    };
    CountInput bad[] = { { .location = STR("XXX"), .scope = STR("all") },
                         { .location = STR("LON"), .scope = STR("skus") },
                         { .location = STR("LON"), .scope = STR("all"), .skus = { skus, 1 } },
                         { .location = STR("LON"), .scope = STR("category") },
                         { .location = STR("LON"), .scope = STR("category"), .category = STR("none") } };
    Count      count;
    part.start = false;
    for (size_t i = 0; i < COUNT(bad); i++)
        check(!do_counts_create(ANNA, &bad[i], &count), "a count that makes no sense is refused");
    check_ok(do_counts_create(ANNA, &all, &count), &err, "all that stands there is to be counted");
    check(count.figures && count.figures->lines == 3, "that is TEA, CAKE and RICE");
    check(enter(ANNA, count.id, "TEA", 63000, OPT_NONE) && enter(ANNA, count.id, "CAKE", 99000, OPT_NONE),
          "two are counted");
    check(is(submit(ANNA, count.id, NULL), "count_open_lines"), "RICE was not");
    check(is(submit(ANNA, count.id, "skip"), "review"), "it is left out");
    check(is(approve(ANNA, count.id), "approved") && level("RICE").floor == 100000
              && level("CAKE").floor == 99000,
          "and stays as it is");
    check_ok(do_counts_create(ANNA, &part, &count), &err, "a category is to be counted");
    check(count.figures && count.figures->lines == 0 && is(count.state, "draft"), "later");
    check(!enter(ANNA, count.id, "TEA", 1000, OPT_NONE), "nothing is counted before it begins");
    check_ok(do_counts_start(BEN, &(ById){ count.id }, &count), &err, "it begins");
    check(count.figures && count.figures->lines == 1, "TEA is in it");
    check(is(submit(ANNA, count.id, "zero"), "recount"), "nobody found any");
    check(sell("TEA", 3000) && is(submit(ANNA, count.id, "zero"), "review"), "and again");
    check(is(approve(BEN, count.id), "approved") && level("TEA").floor == 0, "none is left");
    bring("TEA", 100000, "vendor", "floor");
    CountList list;
    check_ok(do_counts_list(ANNA, &(CountFind){ .state = STR("approved"), .limit = 2 }, &list), &err,
             "they are listed");
    check(list.items.count == 2 && list.next_cursor.len > 0 && id_eq(list.items.items[0].id, count.id),
          "newest first");
}

static void check_impossible(void)
{
    Count count = new_count(ANNA, "TEA", false);
    check(enter(ANNA, count.id, "TEA", 10000, OPT_NONE), "somebody counts 10 of 100");
    check(sell("TEA", 95000), "then 95 are sold");
    check(is(submit(ANNA, count.id, NULL), "recount") && enter(ANNA, count.id, "TEA", 4000, OPT_NONE)
              && is(submit(ANNA, count.id, NULL), "review"),
          "4 are counted");
    check(sell("TEA", 5000), "5 are sold");
    check(is(approve(ANNA, count.id), "count_impossible"), "so less than nothing would be there");
    check(level("TEA").floor == 0, "nothing is adjusted");
    CountCancel cancel = { count.id, STR_NONE };
    Count       reply;
    check_ok(do_counts_cancel(ANNA, &cancel, &reply), &err, "it is given up");
    bring("TEA", 100000, "vendor", "floor");
}

/* --- adjustments --- */

static bool adjust(int who, const char *reason, const char *state, const char *to, int64_t qty,
                   Adjustment *reply)
{
    AdjustmentLineInput line = {
        .sku = STR("TEA"), .quantity = qty, .state = str_from(state), .to = str_from(to)
    };
    AdjustmentInput in = { STR("LON"), str_from(reason), { &line, 1 }, STR("test") };
    return do_adjustments_create(who, &in, reply);
}

static void check_reasons(void)
{
    Adjustment a;
    check(adjust(ANNA, "damaged", NULL, NULL, 5000, &a) && is(a.state, "posted") && a.value == 500,
          "5 are damaged");
    check(level("TEA").floor == 95000 && level("TEA").damaged == 5000, "they are still here");
    check(adjust(ANNA, "damaged", "damaged", NULL, 2000, &a) && level("TEA").damaged == 3000,
          "2 are thrown away");
    check(adjust(ANNA, "theft", NULL, NULL, 1000, &a) && adjust(ANNA, "own_use", NULL, NULL, 1000, &a)
              && adjust(ANNA, "expired", NULL, NULL, 1000, &a),
          "some are lost");
    check(adjust(ANNA, "found", "backroom", NULL, 2000, &a) && level("TEA").backroom == 2000,
          "2 are found");
    check(adjust(ANNA, "correction", NULL, NULL, -1000, &a)
              && adjust(ANNA, "correction", NULL, NULL, 2000, &a) && level("TEA").floor == 93000,
          "a correction goes both ways");
    check(adjust(ANNA, "quarantine", NULL, NULL, 60000, &a) && is(a.state, "posted") && a.value == 0
              && level("TEA").quarantine == 60000,
          "what is put apart stays what it is worth");
    check(!adjust(ANNA, "release", NULL, NULL, 1000, &a) && err.def == &ERR_REASON_PLACE,
          "released: where to?");
    check(adjust(ANNA, "release", NULL, "floor", 50000, &a)
              && adjust(ANNA, "release", NULL, "damaged", 10000, &a) && level("TEA").floor == 83000
              && level("TEA").damaged == 13000,
          "it is decided");
    check(!adjust(ANNA, "theft", NULL, NULL, -1000, &a) && !adjust(ANNA, "theft", NULL, NULL, 0, &a),
          "nobody steals less than one");
    check(!adjust(ANNA, "theft", NULL, "floor", 1000, &a) && err.def == &ERR_REASON_PLACE,
          "theft has no aim");
    check(!adjust(ANNA, "sample", NULL, NULL, 90000000, &a) || is(a.state, "pending"), "too many");
    check(!adjust(ANNA, "lost", "backroom", NULL, 3000, &a) && err.def == &ERR_STOCK_SHORT,
          "only 2 are there");
}

static void check_pending(void)
{
    Adjustment     a, b;
    AdjustmentList list;
    check(adjust(ANNA, "lost", NULL, NULL, 60000, &a) && is(a.state, "pending"),
          "60 lost: somebody must agree");
    check(level("TEA").floor == 83000, "nothing has happened yet");
    check_ok(
        do_adjustments_list(BEN, &(AdjustmentFind){ .state = STR("pending"), .limit = OPT_NONE }, &list),
        &err, "what waits is listed");
    check(list.items.count >= 1 && id_eq(list.items.items[0].id, a.id), "it waits");
    check(!do_adjustments_approve(ANNA, &(ById){ a.id }, &b) && err.def == &ERR_FOUR_EYES,
          "not by herself");
    check_ok(do_adjustments_approve(BEN, &(ById){ a.id }, &b), &err, "Ben agrees");
    check(is(b.state, "posted") && level("TEA").floor == 23000, "now they are gone");
    check(!do_adjustments_approve(BEN, &(ById){ a.id }, &b) && err.def == &ERR_STATE_REFUSED, "once");
    check(adjust(ANNA, "lost", NULL, NULL, 60000, &a) && is(a.state, "pending"), "more than there is");
    check(!do_adjustments_approve(BEN, &(ById){ a.id }, &b) && err.def == &ERR_STOCK_SHORT,
          "is found out then");
    check_ok(do_adjustments_refuse(ANNA, &(ById){ a.id }, &b), &err, "she takes it back");
    check(is(b.state, "refused") && level("TEA").floor == 23000, "nothing is adjusted");
}

/* --- imports --- */

static void check_import(void)
{
    int64_t         as_of   = kit_now_ms + 5;
    StockImportLine lines[] = {
        { .sku = STR("TEA"), .quantity = 20000, .as_of = OPT_NONE },
        { .sku = STR("TEA"), .quantity = 2000, .as_of = OPT_NONE },
        { .sku = STR("NONE"), .quantity = 1000, .as_of = OPT_NONE },
        { .sku = STR("CAKE"), .quantity = -1000, .as_of = OPT_NONE },
        { .sku = STR("RICE"), .location = STR("DC1"), .quantity = 7000, .as_of = OPT_NONE },
    };
    StockImport   in = { .kind      = STR("count"),
                         .as_of     = as_of,
                         .location  = STR("LON"),
                         .reference = STR("erp-1"),
                         .lines     = { lines, COUNT(lines) } };
    StockImported done;
    check(sell("TEA", 3000), "three are sold after the other system counted");
    check_ok(do_stock_import(ANNA, &in, &done), &err, "its file is brought in");
    check(done.lines == 2 && done.faults.count == 2 && done.adjusted == 2 && !done.again,
          "but for two lines");
    check(level("TEA").floor == 19000, "22 were counted, 3 sold since: the sales are not overwritten");
    check_ok(do_stock_import(ANNA, &in, &done), &err, "brought in again");
    check(done.again && level("TEA").floor == 19000, "nothing happens");
    in.reference = STR("erp-0");
    in.as_of     = as_of - 1;
    check_ok(do_stock_import(ANNA, &in, &done), &err, "an older file");
    check(done.superseded == 2 && done.adjusted == 0 && level("TEA").floor == 19000, "is overtaken");
    StockImportLine came  = { .sku = STR("TEA"), .quantity = 10000, .as_of = OPT_NONE };
    StockImport     moved = {
            .kind = STR("movement"), .as_of = as_of - 1, .location = STR("LON"), .lines = { &came, 1 }
    };
    check_ok(do_stock_import(ANNA, &moved, &done), &err, "what came before the count");
    check(done.superseded == 1 && level("TEA").floor == 19000, "was counted already");
    moved.as_of = as_of + 1;
    Count count = new_count(ANNA, "TEA", false);
    check(enter(ANNA, count.id, "TEA", 28000, OPT_NONE), "28 are counted by hand");
    check_ok(do_stock_import(ANNA, &moved, &done), &err, "what came before that is told late");
    check(done.adjusted == 1 && level("TEA").floor == 29000, "and is there");
    check(is(submit(ANNA, count.id, NULL), "review") && is(approve(ANNA, count.id), "approved")
              && level("TEA").floor == 28000,
          "the count knows that it was there already");
    came.quantity = -5000;
    moved.as_of   = OPT_NONE;
    check_ok(do_stock_import(ANNA, &moved, &done), &err, "something went");
    check(level("TEA").floor == 23000, "so less is there");
    moved.as_of = kit_now_ms + 1000000;
    check(do_stock_import(ANNA, &moved, &done) && done.faults.count == 1, "nothing comes from the future");
}

static bool verify(Ctx *ctx, void *arg, Error *e)
{
    VerifyReport report;
    if (!verify_run(ctx, &report, e)) return false;
    for (size_t i = 0; i < report.count; i++)
        if (report.results[i].broken)
            return err_set(e, &ERR_INTERNAL, "", "%s: %s", report.results[i].name,
                           report.results[i].rows[0].what);
    return true;
}

int main(void)
{
    db = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "there is a shop");
    check_ok(kit_write(db, &env, set_cost, "TEA", &err), &err, "TEA costs 1.00");
    check_sales_go_on();
    check_recount();
    check_four_eyes();
    check_two_counts();
    check_entries();
    check_moved_between();
    check_scopes();
    check_impossible();
    check_reasons();
    check_pending();
    check_import();
    check_ok(kit_read(db, &env, verify, NULL, &err), &err, "the whole database is right");
    kit_close(db);
    return check_finish("count");
}
