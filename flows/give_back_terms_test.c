/* give_back_terms_test.c — goods come back on the merchant's terms: refused, approved by another
 * person, with a fee, for credit, to be refurbished or destroyed, with a part missing, by mail; and
 * the books are whole. */
#include "flows/rma.h"

#include "flows/verify.h"
#include "shop/approvals/approvals.h"
#include "shop/catalog/catalog.h"
#include "shop/credit/credit.h"
#include "shop/customers/customers.h"
#include "shop/inventory/inventory.h"
#include "shop/ledger/ledger.h"
#include "shop/orders/orders.h"
#include "shop/payments/payments.h"
#include "shop/pricing/pricing.h"
#include "shop/purchasing/purchasing.h"
#include "shop/return_rules/return_rules.h"
#include "shop/returns/returns.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/tender.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static Env             env;
static Db             *db;
static Error           err;
static Id              ann, bob;
static Order           order;
static Return          got;
static ReturnPreview   told;
static ReturnWork      work;
static ReturnLineInput line;
static ReturnRequest   wanted;

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

FIXTURE_ANY(return_rules_change)
FIXTURE_ANY(return_rules_remove)
FIXTURE_ANY(disposition_rules_change)
FIXTURE_ANY(orders_create)
FIXTURE_ANY(returns_create)
FIXTURE_ANY(returns_preview)
FIXTURE_ANY(returns_show)
FIXTURE_ANY(returns_loose)
FIXTURE_ANY(returns_loose_preview)
FIXTURE_ANY(approvals_create)
FIXTURE_ANY(gift_receipts_create)
FIXTURE_ANY(return_work_list)
FIXTURE_ANY(return_work_finish)
FIXTURE_ANY(return_work_redirect)
FIXTURE_ANY(vendors_change)
FIXTURE_ANY(vendor_items_change)
FIXTURE_ANY(rmas_create)
FIXTURE_ANY(rmas_step)

static const FixtureCaller clerk = { 7, PERMS_ALL }, manager = { 8, PERMS_ALL };

static bool as(FixtureCaller who, FixtureHandler handler, const void *in, void *reply, size_t size)
{
    kit_now_ms += 1000;
    return fixture_as(db, &env, who, handler, in, reply, size, &err);
}

static bool call(FixtureHandler handler, const void *in, void *reply, size_t size)
{
    return as(clerk, handler, in, reply, size);
}

static bool make(Ctx *ctx, void *arg, Error *e)
{
    Id            strap, set;
    CustomerInput one    = { .name = STR("Ann"), .ref = STR("A-1") },
                  two    = { .name = STR("Bob"), .ref = STR("B-1") };
    KitPartInput parts[] = { { STR("TEA"), 1000, false, 750000 },
                             { STR("STRAP"), 1000, false, 250000 } };
    ItemInput    item    = { .sku           = STR("STRAP"),
                             .name          = STR("Strap"),
                             .minimum_days  = OPT_NONE,
                             .quantity_step = OPT_NONE };
    ItemInput    kit     = { .sku           = STR("SET"),
                             .name          = STR("Set"),
                             .kit           = STR("virtual"),
                             .minimum_days  = OPT_NONE,
                             .quantity_step = OPT_NONE,
                             .parts         = { parts, 2 } };
    if (!customers_put(ctx, &one, &ann, e) || !customers_put(ctx, &two, &bob, e)
        || !catalog_put(ctx, &item, &strap, e) || !catalog_put(ctx, &kit, &set, e))
        return false;
    PriceSet price = {
        .item = set, .list = STR("list"), .from_ms = 0, .until_ms = INT64_MAX, .amount = 1000
    };
    StockDoc  doc = { ctx_new_id(ctx), STR("receipt"), 0 };
    StockMove in  = { .item          = strap,
                      .sku           = STR("STRAP"),
                      .from_location = STR(""),
                      .from_state    = STR("vendor"),
                      .to_location   = STR("LON"),
                      .to_state      = STR("floor"),
                      .qty           = 10000 };
    return pricing_put(ctx, &price, e) && inventory_move(ctx, &doc, &in, e);
}

static bool sell(const char *sku, int64_t qty)
{
    BasketLine      one    = { .sku = str_from(sku), .quantity = qty };
    TenderInput     tender = tender_of(NULL);
    CheckoutRequest in     = { .location       = STR("LON"),
                               .channel        = STR("pos"),
                               .customer       = ann,
                               .expected_total = OPT_NONE,
                               .pay_by         = OPT_NONE,
                               .lines          = { &one, 1 },
                               .tenders        = { &tender, 1 } };
    return call(orders_create_any, &in, &order, sizeof order);
}

/* One line of the last order, that is to come got. */
static void ask(int64_t qty, const char *grade)
{
    line   = (ReturnLineInput){ .line = 1, .part = OPT_NONE, .quantity = qty };
    wanted = (ReturnRequest){
        .order = order.id, .location = STR("LON"), .shipping = OPT_NONE, .lines = { &line, 1 }
    };
    if (grade) line.grade = str_from(grade);
}

static bool give_back(void)
{
    return call(returns_create_any, &wanted, &got, sizeof got);
}

static bool rule(const char *code, ReturnRule in)
{
    ReturnRuleList list;
    in.code = in.name = str_from(code);
    if (!in.outcome.len) in.outcome = STR("allow");
    in.rank = in.price_days = in.most = in.times = in.limit_days = in.from = in.until = OPT_NONE;
    if (!in.days) in.days = OPT_NONE;
    return call(return_rules_change_any, &in, &list, sizeof list);
}

static bool no_rule(const char *code)
{
    ReturnRuleList list;
    ByCode         in = { str_from(code) };
    return call(return_rules_remove_any, &in, &list, sizeof list);
}

static int64_t broken;

static bool verify(Ctx *ctx, void *arg, Error *e)
{
    VerifyReport report;
    if (!verify_run(ctx, &report, e)) return false;
    broken = 0;
    for (size_t i = 0; i < report.count; i++) {
        broken += report.results[i].broken;
        if (report.results[i].broken)
            printf("# %s: %s, %lld not %lld\n", report.results[i].name,
                   report.results[i].rows[0].what, (long long)report.results[i].rows[0].found,
                   (long long)report.results[i].rows[0].expected);
    }
    return true;
}

static void whole(const char *name)
{
    check(kit_read(db, &env, verify, NULL, &err) && broken == 0, name);
}

static AtpLevel level;

static bool read_level(Ctx *ctx, void *arg, Error *e)
{
    Id item;
    return inventory_item_id(ctx, str_from(arg), &item, e)
        && inventory_level(ctx, item, STR("LON"), &level, e);
}

static bool stands(const char *sku)
{
    return kit_read(db, &env, read_level, (void *)(uintptr_t)sku, &err);
}

/* --- refused, approved, with a fee --- */

static void refused(void)
{
    check(rule("all", (ReturnRule){ .days = 14, .fee_rate = 100000, .fee = OPT_NONE }),
          "a rule is made");
    check(sell("TEA", 3000), "three teas are sold");
    ask(1000, NULL);
    check_ok(give_back(), &err, "one comes back");
    check(got.fee == 20 && got.total == 179 && got.lines.items[0].fee == 20
              && got.lines.items[0].total == 199 && got.refunds.count == 1
              && got.refunds.items[0].amount == got.total + got.cash_rounding,
          "a fee is kept of what was paid");
    check(got.lines.items[0].fee_tax == 3 && got.net + got.tax == got.total, "with its tax");
    whole("the books are whole");
    kit_now_ms += 15 * DAY_MS;
    check_refused(give_back(), &err, &ERR_RETURN_REFUSED, "too late it is refused");
    check(strcmp(err.field, "lines[0]") == 0, "and the line is named");
    ask(2000, NULL);
    check(no_rule("all") && give_back() && got.total == 398 && got.fee == 0,
          "with no rule all the rest comes back");
    ask(1000, NULL);
    check_refused(give_back(), &err, &ERR_RETURN_EXCEEDS, "and no more than that");
    whole("what was kept stays kept");
}

static void approved(void)
{
    Approval      approval;
    ApprovalInput in = { .kind = STR("return"), .amount = 1000, .reason = STR("knows her") };
    char          subject[64];
    check(
        rule("ask", (ReturnRule){ .outcome = STR("manager"), .fee_rate = OPT_NONE, .fee = OPT_NONE })
            && sell("TEA", 1000),
        "a rule wants another person");
    ask(1000, "new");
    check_refused(give_back(), &err, &ERR_APPROVAL_NEEDED, "alone nobody takes it back");
    check(call(returns_preview_any, &wanted, &told, sizeof told) && told.approval_subject.len == 64,
          "the preview says what is to be approved");
    memcpy(subject, told.approval_subject.ptr, sizeof subject);
    in.subject = (Str){ subject, sizeof subject };
    check(call(approvals_create_any, &in, &approval, sizeof approval), "the same person approves");
    wanted.approval = approval.id;
    check_refused(give_back(), &err, &ERR_APPROVAL_INVALID, "which does not count");
    check(as(manager, approvals_create_any, &in, &approval, sizeof approval), "another person does");
    wanted.approval = approval.id;
    line.grade      = STR("used");
    check_refused(give_back(), &err, &ERR_APPROVAL_INVALID, "but not for used goods");
    line.grade = STR("new");
    check_ok(give_back(), &err, "for these they come back");
    check(got.whys.count == 1 && got.approved_by.bytes[15] == 8,
          "and it is known who approved it, and why");
    ById in_id = { got.id };
    check(call(returns_show_any, &in_id, &got, sizeof got) && got.whys.count == 1
              && got.approved_by.bytes[15] == 8 && str_eq(got.lines.items[0].grade, STR("new")),
          "also later");
    check(no_rule("ask"), "the rule is taken away");
    whole("the books are whole");
}

static void for_credit(void)
{
    Str              credit[] = { STR("store_credit") };
    char             code[80] = { 0 };
    GiftReceipt      gift;
    GiftReceiptInput in = { .lines = { NULL, 0 } };
    check(rule("credit",
               (ReturnRule){ .refund_to = { credit, 1 }, .fee_rate = OPT_NONE, .fee = OPT_NONE })
              && sell("TEA", 2000),
          "a rule gives credit only");
    ask(1000, NULL);
    wanted.refund_to = STR("original");
    check_refused(give_back(), &err, &ERR_REFUND_TO, "money is refused");
    wanted.refund_to = STR_NONE;
    check(give_back() && str_eq(got.refunds.items[0].kind, STR("store_credit"))
              && got.cash_rounding == 0,
          "credit is given without being asked for");
    in.id = order.id;
    check(no_rule("credit") && call(gift_receipts_create_any, &in, &gift, sizeof gift),
          "a gift receipt is made");
    memcpy(code, gift.code.ptr, gift.code.len);
    wanted.gift_receipt = str_from(code);
    wanted.refund_to    = STR("original");
    check_refused(give_back(), &err, &ERR_REFUND_TO, "who has it gets nobody's money");
    wanted.refund_to = STR("store_credit");
    wanted.customer  = bob;
    check(give_back() && id_eq(got.customer, bob), "but credit of his own");
    whole("the books are whole");
}

/* --- goods --- */

static bool first_work(const char *kind)
{
    ReturnWorkList list;
    ReturnWorkFind find = { .work = str_from(kind), .limit = OPT_NONE };
    if (!call(return_work_list_any, &find, &list, sizeof list) || list.items.count != 1)
        return false;
    work = list.items.items[0];
    return true;
}

static bool finish(const char *to, const char *vendor)
{
    ReturnWorkDone in = { .id = work.id };
    if (to) in.to = str_from(to);
    if (vendor) in.vendor = str_from(vendor);
    return call(return_work_finish_any, &in, &work, sizeof work);
}

static void goods(void)
{
    Str                 faulty[] = { STR("faulty") };
    DispositionRuleList list;
    Vendor              vendor,
        acme = { .code = STR("ACME"), .name = STR("Acme"), .currency = STR("GBP"), .active = true };
    DispositionRule in = { .code       = STR("mend"),
                           .name       = STR("Mend it"),
                           .rank       = OPT_NONE,
                           .cost_from  = OPT_NONE,
                           .cost_below = OPT_NONE,
                           .grades     = { faulty, 1 },
                           .to         = STR("refurbish") };
    check(call(disposition_rules_change_any, &in, &list, sizeof list) && sell("TEA", 4000)
              && stands("TEA"),
          "faulty goods are to be refurbished");
    int64_t floor = level.floor;
    ask(1000, "faulty");
    check(give_back() && stands("TEA") && level.quarantine == 1000 && level.floor == floor,
          "they stand apart");
    check(first_work("refurbish") && str_eq(work.stands, STR("quarantine")),
          "and somebody is to do it");
    check_ok(finish("floor", NULL), &err, "who does");
    check(stands("TEA") && level.quarantine == 0 && level.floor == floor + 1000,
          "then they are sold again");
    check_refused(finish(NULL, NULL), &err, &ERR_STATE_REFUSED, "once");
    ask(1000, NULL);
    line.disposition = STR("destroy");
    check(give_back() && first_work("destroy") && stands("TEA") && level.damaged == 1000,
          "others are to be destroyed");
    check(finish(NULL, NULL) && stands("TEA") && level.damaged == 0, "and are lost");
    ask(1000, "opened");
    check(give_back() && first_work("inspect"), "opened ones are looked at");
    ReturnWorkOther other = { .id = work.id, .work = STR("vendor") };
    check(call(return_work_redirect_any, &other, &work, sizeof work)
              && str_eq(work.work, STR("vendor")),
          "and are to go to the vendor");
    check_refused(finish(NULL, NULL), &err, &ERR_FIELD_INVALID, "who must be known");
    check(call(vendors_change_any, &acme, &vendor, sizeof vendor) && finish(NULL, "ACME")
              && !id_is_none(work.document) && stands("TEA") && level.quarantine == 1000,
          "a return to him is made, with which they leave");
    whole("the books are whole");
}

static void part_missing(void)
{
    ReturnPartInput only[] = { { .sku = STR("TEA"), .quantity = 1000 } };
    VendorItem      terms, in = { .vendor  = STR("ACME"),
                                  .sku     = STR("STRAP"),
                                  .pack    = OPT_NONE,
                                  .minimum = OPT_NONE,
                                  .cost    = 100,
                                  .rank    = OPT_NONE,
                                  .active  = true };
    kit_now_ms += 40 * DAY_MS; /* so many returns would be told by now */
    check(sell("SET", 3000), "three sets are sold");
    ask(1000, NULL);
    line.parts.items = only;
    line.parts.count = 1;
    line.missing     = STR("withhold");
    check(give_back() && got.lines.items[0].total == 1000 && got.fee == 250 && got.total == 750,
          "the value of a part that is missing is kept");
    whole("the books are whole");
    line.missing = STR("order");
    check(give_back() && got.fee == 0 && first_work("order") && id_is_none(work.document),
          "or it is ordered, by somebody where no vendor has it");
    check(finish(NULL, NULL) && call(vendor_items_change_any, &in, &terms, sizeof terms),
          "a vendor has it");
    check_ok(give_back(), &err, "the last one comes back");
    check(first_work("order") && !id_is_none(work.document), "then it is ordered at once");
    whole("the books are whole");
}

static void by_mail(void)
{
    Rma      rma;
    RmaInput in   = { .kind = STR("mail"), .location = STR("LON"), .line = 1, .quantity = 1000 };
    RmaStep  step = { .cost = OPT_NONE, .event = STR("approve") };
    check(rule("short", (ReturnRule){ .days = 5, .fee_rate = OPT_NONE, .fee = OPT_NONE })
              && sell("TEA", 1000),
          "goods may come back within five days");
    in.order = order.id;
    check(call(rmas_create_any, &in, &rma, sizeof rma), "they are announced in time");
    ask(1000, "new");
    wanted.rma = step.id = rma.id;
    check_refused(give_back(), &err, &ERR_STATE_REFUSED, "and not here yet");
    kit_now_ms += 10 * DAY_MS;
    check(call(rmas_step_any, &step, &rma, sizeof rma), "may be sent");
    step.event = STR("receive");
    check(call(rmas_step_any, &step, &rma, sizeof rma), "come ten days later");
    check_ok(give_back(), &err, "and are taken back, as they were announced in time");
    check_refused(give_back(), &err, &ERR_STATE_REFUSED, "once");
    check(no_rule("short"), "the rule is taken away");
    whole("the books are whole");
}

/* --- exchange --- */

static Order fresh;

/* One tea of the last order for another item, the rest by a tender when there is one. */
static bool exchange(const char *sku, int64_t qty, const TenderInput *tender)
{
    ExchangeLine    given = { .line = 1, .quantity = 1000 };
    ExchangeInput   old   = { .order = order.id, .lines = { &given, 1 } };
    BasketLine      one   = { .sku = str_from(sku), .quantity = qty };
    TenderInput     pays;
    CheckoutRequest in = { .location       = STR("LON"),
                           .channel        = STR("pos"),
                           .customer       = ann,
                           .expected_total = OPT_NONE,
                           .pay_by         = OPT_NONE,
                           .exchange       = &old,
                           .lines          = { &one, 1 } };
    if (tender) {
        pays             = *tender;
        in.tenders.items = &pays;
        in.tenders.count = 1;
    }
    return call(orders_create_any, &in, &fresh, sizeof fresh);
}

static void exchanged(void)
{
    TenderInput cash = tender_of(NULL);
    kit_now_ms += 40 * DAY_MS;
    check(sell("TEA", 4000), "four teas are sold");
    check_ok(exchange("TEA", 1000, NULL), &err, "one is exchanged for another one");
    check(fresh.payments.count == 1 && str_eq(fresh.payments.items[0].kind, STR("exchange"))
              && fresh.payments.items[0].amount == 199 && str_eq(fresh.state, STR("paid")),
          "which pays for it, and nothing else does");
    whole("an even exchange is booked whole");
    check_refused(exchange("CAKE", 1000, NULL), &err, &ERR_TENDER_SUM,
                  "what costs more must be paid");
    check_ok(exchange("CAKE", 1000, &cash), &err, "the rest in cash");
    check(fresh.payments.count == 2 && fresh.payments.items[0].amount == 199 && fresh.total == 350,
          "and the cake is the customer's");
    whole("an uneven exchange is booked whole");
    check_ok(exchange("WRAP", 1000, NULL), &err, "what costs less gives money back");
    ById id = { fresh.exchange };
    check(call(returns_show_any, &id, &got, sizeof got) && got.refunds.count == 2
              && id_eq(got.exchange_order, fresh.id),
          "in the same document");
    whole("which is booked whole, too");
    check(exchange("TEA", 1000, NULL), "the last one is exchanged");
    Id last = fresh.id;
    check_refused(exchange("TEA", 1000, NULL), &err, &ERR_RETURN_EXCEEDS,
                  "and no more than were sold");
    order.id = last;
    ask(1000, NULL);
    check_refused(give_back(), &err, &ERR_REFUND_TO,
                  "what was paid with goods gives no money back as it was paid");
    wanted.refund_to = STR("store_credit");
    check_ok(give_back(), &err, "but credit");
    whole("the books are whole");
}

/* --- without a receipt --- */

static void no_receipt(void)
{
    LooseLine      loose = { .sku = STR("TEA"), .quantity = 2000, .grade = STR("new") };
    LooseReturn    in    = { .location = STR("LON"), .channel = STR("pos"), .lines = { &loose, 1 } };
    ReturnRule     rule_in = { .outcome  = STR("allow"),
                               .receipt  = STR("without"),
                               .currency = STR("GBP") };
    ReturnRuleList list;
    kit_now_ms += 100 * DAY_MS;
    check_refused(call(returns_loose_any, &in, &got, sizeof got), &err, &ERR_RETURN_REFUSED,
                  "without a receipt nothing is taken back where no rule says so");
    rule_in.code = rule_in.name = STR("loose");
    rule_in.rank = rule_in.days = rule_in.fee_rate = rule_in.fee = rule_in.times = OPT_NONE;
    rule_in.price_days = rule_in.limit_days = rule_in.from = rule_in.until = OPT_NONE;
    rule_in.most                                                           = 500;
    check(call(return_rules_change_any, &rule_in, &list, sizeof list), "a rule says so");
    check_refused(call(returns_loose_any, &in, &got, sizeof got), &err, &ERR_FIELD_INVALID,
                  "it counts, so that it must be known who");
    in.customer = bob;
    check(call(returns_loose_preview_any, &in, &told, sizeof told)
              && str_eq(told.outcome, STR("allow")) && told.refund == 398
              && told.refund_to.count == 2,
          "the preview tells what it is worth, and that it gives credit");
    check_ok(call(returns_loose_any, &in, &got, sizeof got), &err, "the teas are taken back");
    check(got.total == 398 && id_is_none(got.order)
              && str_eq(got.refunds.items[0].kind, STR("store_credit")),
          "for credit at what they cost");
    check_refused(call(returns_loose_any, &in, &got, sizeof got), &err, &ERR_RETURN_REFUSED,
                  "and not above the limit");
    whole("the books are whole");
}

/* --- two stores at once --- */

typedef struct {
    Arena arena;
    char  memory[1 << 18];
    bool  ok;
    Error err;
} Store;

static bool one_store(Tx *tx, void *arg, Error *e)
{
    Store          *store = arg;
    ReturnLineInput all   = { .line = 1, .part = OPT_NONE, .quantity = 3000, .grade = STR("new") };
    ReturnRequest   in    = {
             .order = order.id, .location = STR("LON"), .shipping = OPT_NONE, .lines = { &all, 1 }
    };
    Return out = { .ref = STR_NONE };
    arena_init(&store->arena, store->memory, sizeof store->memory);
    Ctx ctx = { .arena  = &store->arena,
                .tx     = tx,
                .db     = db,
                .env    = &env,
                .now_ms = kit_now_ms,
                .who    = { .merchant = 1, .perms = PERMS_ALL } };
    return returns_create(&ctx, &in, &out, e);
}

static void *run_store(void *arg)
{
    Store *store = arg;
    store->ok    = db_write(db, one_store, store, &store->err);
    return NULL;
}

static void at_once(void)
{
    static Store stores[4];
    pthread_t    threads[COUNT(stores)];
    size_t       done = 0, exceeds = 0;
    kit_now_ms += 100 * DAY_MS;
    check(sell("TEA", 3000), "three teas are sold");
    for (size_t i = 0; i < COUNT(stores); i++)
        if (pthread_create(&threads[i], NULL, run_store, &stores[i]) != 0)
            return check(false, "threads are made");
    for (size_t i = 0; i < COUNT(stores); i++) {
        (void)pthread_join(threads[i], NULL);
        done += stores[i].ok;
        exceeds += !stores[i].ok && stores[i].err.def == &ERR_RETURN_EXCEEDS;
    }
    check(done == 1 && exceeds == COUNT(stores) - 1,
          "four stores take the same goods back: one gets them");
    whole("the books are whole");
}

int main(void)
{
    db         = kit_open(&env);
    kit_now_ms = 1764000000000;
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err) && kit_write(db, &env, make, NULL, &err),
             &err, "there is a shop");
    refused();
    approved();
    for_credit();
    goods();
    part_missing();
    by_mail();
    exchanged();
    no_receipt();
    at_once();
    kit_close(db);
    return check_finish("give_back_terms");
}
