/* discounts_test.c — what promotions, coupons and people take off is kept with the order and comes back
 * exactly: sold and given back end to end, on the database. */
#include "flows/basket.h"
#include "flows/verify.h"
#include "shop/campaigns/campaigns.h"
#include "shop/catalog/catalog.h"
#include "shop/customers/customers.h"
#include "shop/inventory/inventory.h"
#include "shop/pricing/pricing.h"
#include "shop/promotions/promotions.h"
#include "shop/returns/returns.h"
#include "shop/settings/settings.h"
#include "shop/tax/tax.h"
#include "sys/json_read.h"
#include "sys/json_write.h"
#include "tests/ask.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/simulator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BASKETS = 150 };

static Env   env;
static Db   *db;
static Error err;
static Id    ann; /* a customer */

/* Requests are written as JSON; they live here until the next. */
static bool create(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return orders_create(ctx, request, reply, e);
}

static bool give_back(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return returns_create(ctx, request, reply, e);
}

static bool price(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return quotes_create(ctx, request, reply, e);
}

static bool explain(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return orders_explanation(ctx, request, reply, e);
}

static bool show(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return orders_show(ctx, request, reply, e);
}

static bool print(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return paper_order_text(ctx, request, reply, e);
}

/* `rest` are further members of the request. */
static bool sell(const char *lines, const char *rest, Order *out)
{
    char json[4000];
    (void)snprintf(json, sizeof json,
                   "{\"location\":\"LON\",\"channel\":\"web\",\"lines\":[%s]%s,"
                   "\"tenders\":[{\"kind\":\"cash\"}]}",
                   lines, rest);
    return fixture_call(db, &env, create, read_as(&CheckoutRequest_def, sizeof(CheckoutRequest), json), out,
                        sizeof *out, NULL, &err);
}

static Order sold(const char *lines, const char *rest, const char *name)
{
    Order order = { .state = STR_NONE };
    check_ok(sell(lines, rest, &order), &err, name);
    return order;
}

static bool quote(const char *lines, const char *rest, Quote *out)
{
    char json[4000];
    (void)snprintf(json, sizeof json, "{\"location\":\"LON\",\"channel\":\"web\",\"lines\":[%s]%s}", lines,
                   rest);
    return fixture_call(db, &env, price, read_as(&QuoteRequest_def, sizeof(QuoteRequest), json), out,
                        sizeof *out, NULL, &err);
}

/* `what` are members of the request besides order and location. */
static bool bring_back(Id order, const char *what, Return *out)
{
    char json[1000], id[ID_TEXT_LEN];
    id_format(order, id);
    (void)snprintf(json, sizeof json, "{\"order\":\"%.*s\",\"location\":\"LON\",%s}", ID_TEXT_LEN, id,
                   what);
    return fixture_call(db, &env, give_back, read_as(&ReturnRequest_def, sizeof(ReturnRequest), json), out,
                        sizeof *out, NULL, &err);
}

static Return came_back(Id order, const char *what, const char *name)
{
    Return doc = { .total = 0 };
    check_ok(bring_back(order, what, &doc), &err, name);
    return doc;
}

typedef struct {
    const char *sku, *tax, *rest; /* further members of the item */
    int64_t     price;
} Goods;

static bool make_goods(Ctx *ctx, void *arg, Error *e)
{
    const Goods *g = arg;
    char         json[600];
    ItemInput    item = { .sku = STR_NONE };
    Id           id;
    StockDoc     doc = { ctx_new_id(ctx), STR("receipt"), 0 };
    (void)snprintf(json, sizeof json, "{\"sku\":\"%s\",\"name\":\"%s\",\"tax_class\":\"%s\"%s}", g->sku,
                   g->sku, g->tax, g->rest);
    if (!json_read_stored(ctx->arena, &ItemInput_def, str_from(json), &item, e)
        || !catalog_put(ctx, &item, &id, e))
        return false;
    PriceSet set = {
        .item = id, .list = STR("list"), .from_ms = 0, .until_ms = INT64_MAX, .amount = g->price
    };
    StockMove move = { .item = id, .sku = item.sku, .from_location = STR(""), .from_state = STR("vendor"),
                       .to_location = STR("LON"), .to_state = STR("floor"), .qty = 1000000000 };
    return pricing_put(ctx, &set, e) && inventory_move(ctx, &doc, &move, e);
}

static void goods(const char *sku, const char *tax, int64_t amount, const char *rest)
{
    Goods g = { sku, tax, rest, amount };
    check_ok(kit_write(db, &env, make_goods, &g, &err), &err, sku);
}

static bool make_taxes(Ctx *ctx, void *arg, Error *e)
{
    (void)arg;
    TaxRate       state = { .zone      = STR("GB"),
                            .tax_class = STR("both"),
                            .n         = 1,
                            .name      = STR("State"),
                            .rate      = 50000,
                            .from      = OPT_NONE,
                            .until     = OPT_NONE };
    TaxRate       city  = { .zone      = STR("GB"),
                            .tax_class = STR("both"),
                            .n         = 2,
                            .name      = STR("City"),
                            .rate      = 33333,
                            .from      = OPT_NONE,
                            .until     = OPT_NONE };
    CustomerInput who   = { .ref = STR("ANN"), .name = STR("Ann"), .birthday = STR("11-25") };
    return tax_put(ctx, &state, e) && tax_put(ctx, &city, e) && customers_put(ctx, &who, &ann, e);
}

static void promotion(const char *json)
{
    check_ok(kit_write(db, &env, fixture_promotion, (void *)(uintptr_t)json, &err), &err,
             "a promotion is published");
}

static bool end_it(Ctx *ctx, void *arg, Error *e)
{
    PromoFaults faults  = { .count = 0 };
    int64_t     version = 0;
    return promotions_do(ctx, str_from(arg), OPT_NONE, PROMOTION_END, &version, &faults, e);
}

static void end_promotion(const char *code)
{
    check_ok(kit_write(db, &env, end_it, (void *)(uintptr_t)code, &err), &err, "it ends");
}

static bool make_coupon(Ctx *ctx, void *arg, Error *e)
{
    CouponsInput *coupon = arg;
    int64_t       batch  = 0;
    return campaigns_make_coupons(ctx, coupon, &batch, e);
}

static void coupon_of(const char *promo, const char *code, int64_t uses)
{
    CouponsInput coupon = { str_from(promo), str_from(code), OPT_NONE, STR_NONE, OPT_NONE, uses,
                            OPT_NONE,        OPT_NONE,       OPT_NONE };
    check_ok(kit_write(db, &env, make_coupon, &coupon, &err), &err, "a coupon is made");
}

static bool verify(Ctx *ctx, void *arg, Error *e)
{
    VerifyReport report;
    if (!verify_run(ctx, &report, e)) return false;
    for (size_t i = 0; i < report.count; i++)
        if (report.results[i].broken)
            printf("  %s: %s: %lld, %lld\n", report.results[i].name, report.results[i].rows[0].what,
                   (long long)report.results[i].rows[0].expected,
                   (long long)report.results[i].rows[0].found);
    *(int64_t *)arg = report.broken;
    return true;
}

static void check_whole(const char *name)
{
    int64_t broken = -1;
    check_ok(kit_read(db, &env, verify, &broken, &err), &err, "everything is verified");
    check(broken == 0, name);
}

/* --- what others got wrong --- */

static void test_pieces_of_a_discounted_line(void)
{
    promotion("{\"code\":\"Q\",\"name\":\"A quarter "
              "off\",\"phase\":\"order\",\"percent\":250000,\"coupon\":true}");
    coupon_of("Q", "QUARTER", 1000);
    Order   order = sold("{\"sku\":\"WOO\",\"quantity\":10}", ",\"coupons\":[\"quarter\"]",
                         "ten at 23.90, 25 % off");
    int64_t sum = 0, tax = 0, low = INT64_MAX;
    Id      id = order.id;
    check(order.total == 17925 && order.discount == 5975, "cost 179.25");
    check(order.promotions.count == 1 && str_eq(order.promotions.items[0].promotion, STR("Q")),
          "and the order names its promotion");
    int64_t order_tax = order.tax;
    for (int i = 0; i < 10; i++) {
        Return doc = came_back(id, "\"lines\":[{\"line\":1,\"quantity\":1}]", "one comes back");
        sum += doc.total;
        tax += doc.tax;
        if (doc.total < low) low = doc.total;
    }
    check(sum == 17925 && tax == order_tax && low >= 1792,
          "and ten times one gives back 179.25, with its tax");
    Return doc;
    check_refused(bring_back(id, "\"lines\":[{\"line\":1,\"quantity\":1}]", &doc), &err,
                  &ERR_RETURN_EXCEEDS, "an eleventh is refused");
}

static void test_share_of_an_order_discount(void)
{
    promotion(
        "{\"code\":\"TEN\",\"name\":\"Ten off\",\"phase\":\"order\",\"percent\":100000,\"coupon\":true}");
    coupon_of("TEN", "TENOFF", 1000);
    Order order = sold("{\"sku\":\"SIX\",\"quantity\":1},{\"sku\":\"FOUR\",\"quantity\":1}",
                       ",\"coupons\":[\"TENOFF\"]", "6 and 4, 10 % off");
    check(order.total == 900 && order.lines.items[0].total == 540, "cost 9.00");
    Id     id  = order.id;
    Return doc = came_back(id, "\"lines\":[{\"line\":2,\"quantity\":1}]", "the 4 comes back");
    check(doc.total == 360, "and gives back 3.60, not 4.00");
    Order after;
    check_ok(fixture_call(db, &env, show, &(ById){ id }, &after, sizeof after, NULL, &err), &err,
             "the order");
    check(after.lines.items[0].discount == 60 && after.lines.items[0].total == 540,
          "and the share of what stays is what it was");
    doc = came_back(id, "\"lines\":[{\"line\":1,\"quantity\":1}]", "the 6 comes back");
    check(doc.total == 540, "and gives back the rest");
}

/* --- parts, deposits, shipping, several rates --- */

static void test_parts(void)
{
    promotion("{\"code\":\"ONE\",\"name\":\"One half\",\"phase\":\"item\",\"percent\":500000,"
              "\"select\":{\"skus\":[\"PART\"]},\"max_units\":1}");
    Order order = sold("{\"sku\":\"PART\",\"quantity\":3}", "", "one of three at half price");
    check(order.total == 2500 && order.lines.items[0].parts.count == 2, "has two parts");
    Id     id  = order.id;
    Return doc = came_back(id, "\"lines\":[{\"line\":1,\"quantity\":1}]", "one comes back");
    check(doc.total == 1000 || doc.total == 500, "for what a part of it cost");
    int64_t first = doc.total;
    check_refused(bring_back(id, "\"lines\":[{\"line\":1,\"part\":3,\"quantity\":1}]", &doc), &err,
                  &ERR_RETURN_EXCEEDS, "a third part is refused");
    doc = came_back(id, "\"lines\":[{\"line\":1,\"quantity\":2}]", "the rest comes back");
    check(first + doc.total == 2500, "and all is given back");
    order = sold("{\"sku\":\"PART\",\"quantity\":3}", "", "again");
    id    = order.id;
    doc   = came_back(id, "\"lines\":[{\"line\":1,\"part\":1,\"quantity\":1}]", "a unit of the first part");
    first = doc.total;
    doc   = came_back(id, "\"lines\":[{\"line\":1,\"part\":2,\"quantity\":1}]", "and one of the second");
    check((first == 500) != (doc.total == 500), "cost differently");
    end_promotion("ONE");
}

static bool has(Str text, const char *part)
{
    return memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

static void test_deposit_and_shipping(void)
{
    Order order = sold("{\"sku\":\"COLA\",\"quantity\":3}",
                       ",\"coupons\":[\"TENOFF\"],\"shipping\":{\"amount\":499,\"tax_class\":\"standard\"}",
                       "cola with a deposit, sent");
    Id    id    = order.id;
    check(order.fees == 75 && order.discount == 30 && order.total == 300 - 30 + 75 + 499,
          "the deposit is not discounted, shipping is added");
    check(order.shipping && order.shipping->total == 499 && order.lines.items[0].fee_list.count == 1,
          "and both told");
    PaperReply paper;
    OrderPaperAsk print_ask = { .id = id, .columns = OPT_NONE };
    check_ok(fixture_call(db, &env, print, &print_ask, &paper, sizeof paper, NULL, &err), &err,
             "its receipt");
    check(has(paper.text, "  Ten off: 10 % off") && has(paper.text, "  Deposit")
              && has(paper.text, "Shipping") && has(paper.text, "You saved"),
          "tells the discount by name, the deposit, the shipping and what was saved");
    Return doc = came_back(id, "\"lines\":[{\"line\":1,\"quantity\":3}]", "the cola comes back");
    check(doc.total == 345 && doc.shipping == 0, "with its deposit, without the shipping");
    doc = came_back(id, "\"shipping\":100", "a part of the shipping");
    check(doc.total == 100 && doc.net + doc.tax == 100 && doc.tax > 0, "is given back alone");
    check_refused(bring_back(id, "\"shipping\":400", &doc), &err, &ERR_RETURN_EXCEEDS,
                  "more than was paid is refused");
    doc = came_back(id, "\"shipping\":399", "the rest of it");
    check(doc.total == 399, "goes back");
    check_refused(bring_back(id, "\"lines\":[]", &doc), &err, &ERR_FIELD_INVALID, "nothing is no return");
}

/* --- the explanation --- */

static void test_explanation(void)
{
    OrderExplanation told;
    Quote            q;
    promotion("{\"code\":\"WHY\",\"name\":\"Why not\",\"phase\":\"item\",\"percent\":200000,"
              "\"select\":{\"skus\":[\"SIX\"]}}");
    check_ok(quote("{\"sku\":\"SIX\",\"quantity\":2}", "", &q), &err, "a quote");
    check(q.total == 960 && q.exact && q.uses.count == 1 && q.lines.items[0].parts.count == 0
              && str_eq(q.steps.items[1].what, STR("promotion")) && q.steps.items[1].version == 1
              && q.steps.items[1].after == 960,
          "says the promotion with its version and what the line costs then");
    Order order = sold("{\"sku\":\"SIX\",\"quantity\":2}", ",\"expected_total\":960", "the same is sold");
    Id    id    = order.id;
    promotion("{\"code\":\"WHY\",\"name\":\"No more\",\"phase\":\"item\",\"percent\":10000,"
              "\"select\":{\"skus\":[\"SIX\"]}}");
    check_ok(fixture_call(db, &env, explain, &(ById){ id }, &told, sizeof told, NULL, &err), &err,
             "an order explains itself when the rules are others");
    check(told.promotions.count == 1 && told.promotions.items[0].version == 1
              && str_eq(told.steps.items[1].text, STR("Why not: 20 % off"))
              && told.steps.items[1].amount == -240,
          "with those of its time");
    end_promotion("WHY");
    order = sold("{\"sku\":\"SIX\",\"quantity\":2}", "", "without promotions");
    id    = order.id;
    check_ok(fixture_call(db, &env, explain, &(ById){ id }, &told, sizeof told, NULL, &err), &err,
             "it is explained");
    check(told.promotions.count == 0 && told.steps.count == 3 && told.steps.items[0].amount == 1200
              && told.steps.items[2].amount == 1200,
          "by price, tax and total");
}

/* --- who may have what --- */

static void test_customers(void)
{
    char  rest[200], id[ID_TEXT_LEN];
    Quote q;
    id_format(ann, id);
    (void)snprintf(rest, sizeof rest, ",\"customer\":\"%.*s\"", ID_TEXT_LEN, id);
    promotion("{\"code\":\"FIRST\",\"name\":\"Welcome\",\"phase\":\"order\",\"amount\":100,\"first_order\":"
              "true}");
    promotion(
        "{\"code\":\"BDAY\",\"name\":\"Birthday\",\"phase\":\"order\",\"amount\":10,\"birthday_days\":3}");
    kit_now_ms = 1795600000000; /* 2026-11-25 */
    check_ok(quote("{\"sku\":\"SIX\",\"quantity\":1}", "", &q) && q.total == 600, &err,
             "nobody gets neither");
    check_ok(quote("{\"sku\":\"SIX\",\"quantity\":1}", rest, &q), &err, "a known customer");
    check(q.total == 490, "gets both");
    (void)sold("{\"sku\":\"SIX\",\"quantity\":1}", rest, "the first order");
    check_ok(quote("{\"sku\":\"SIX\",\"quantity\":1}", rest, &q), &err, "then");
    check(q.total == 590, "only the birthday is left");
    kit_now_ms += 10LL * 86400000;
    check_ok(quote("{\"sku\":\"SIX\",\"quantity\":1}", rest, &q) && q.total == 600, &err,
             "and not for ever");
    end_promotion("FIRST");
    end_promotion("BDAY");
}

static void test_tender_and_hours(void)
{
    Quote q;
    promotion("{\"code\":\"CASH\",\"name\":\"Cash "
              "back\",\"phase\":\"tender\",\"percent\":20000,\"tenders\":[\"cash\"]}");
    check_ok(quote("{\"sku\":\"SIX\",\"quantity\":1}", "", &q) && q.total == 600, &err,
             "who does not say how pays all");
    check_ok(quote("{\"sku\":\"SIX\",\"quantity\":1}", ",\"tender\":\"cash\"", &q) && q.total == 588, &err,
             "cash is cheaper");
    Order order = sold("{\"sku\":\"SIX\",\"quantity\":1}", "", "paid in cash alone");
    check(order.total == 588, "it is");
    end_promotion("CASH");
    promotion("{\"code\":\"NIGHT\",\"name\":\"Night\",\"phase\":\"order\",\"amount\":100,"
              "\"hours\":[{\"from\":1320,\"until\":60}]}");
    kit_now_ms = 1782853200000; /* 2026-06-30 21:00 UTC: 22:00 in London */
    check_ok(quote("{\"sku\":\"SIX\",\"quantity\":1}", "", &q) && q.total == 500, &err,
             "hours are those on the wall of the location");
    kit_now_ms -= 60000;
    check_ok(quote("{\"sku\":\"SIX\",\"quantity\":1}", "", &q) && q.total == 600, &err, "to the minute");
    end_promotion("NIGHT");
}

static void test_coupons(void)
{
    Order order;
    Quote q;
    promotion("{\"code\":\"ONCE\",\"name\":\"Once\",\"phase\":\"order\",\"amount\":100,\"coupon\":true}");
    coupon_of("ONCE", "ONLYONCE", 1);
    check_refused(quote("{\"sku\":\"SIX\",\"quantity\":1}", ",\"coupons\":[\"NONE\"]", &q), &err,
                  &ERR_COUPON_UNKNOWN, "an unknown coupon is refused");
    char declined[] =
        "{\"location\":\"LON\",\"channel\":\"web\",\"lines\":[{\"sku\":\"SIX\",\"quantity\":1}],"
        "\"coupons\":[\"ONLYONCE\"],\"tenders\":[{\"kind\":\"card\",\"token\":\"tok_declined_stolen\"}]}";
    check_refused(fixture_call(db, &env, create,
                               read_as(&CheckoutRequest_def, sizeof(CheckoutRequest), declined), &order,
                               sizeof order, NULL, &err),
                  &err, &ERR_PAYMENT_DECLINED, "a declined card sells nothing");
    order = sold("{\"sku\":\"SIX\",\"quantity\":1}", ",\"coupons\":[\"ONLYONCE\"]",
                 "and gives the coupon back");
    check(order.total == 500, "so that it is good still");
    check_refused(sell("{\"sku\":\"SIX\",\"quantity\":1}", ",\"coupons\":[\"ONLYONCE\"]", &order), &err,
                  &ERR_COUPON_USED, "but not twice");
    check(strcmp(err.field, "coupons[0]") == 0, "with its path");
    end_promotion("ONCE");
}

static bool offer(Ctx *ctx, void *arg, Error *e)
{
    char        id[ID_TEXT_LEN];
    Str         who = { id, sizeof id };
    OffersInput ask = { str_from(arg), { &who, 1 }, OPT_NONE, OPT_NONE };
    id_format(ann, id);
    return campaigns_offer(ctx, &ask, e);
}

static bool exempt(Ctx *ctx, void *arg, Error *e)
{
    CertificateInput in = { .customer  = ann,
                            .number    = STR("CERT-1"),
                            .zone      = STR("GB"),
                            .tax_class = STR("both"),
                            .reason    = STR("resale"),
                            .from      = OPT_NONE,
                            .until     = OPT_NONE };
    Certificate      made;
    (void)arg;
    return certificates_create(ctx, &in, &made, e);
}

static void test_personal(void)
{
    char  rest[200], id[ID_TEXT_LEN];
    Quote q;
    id_format(ann, id);
    (void)snprintf(rest, sizeof rest, ",\"customer\":\"%.*s\"", ID_TEXT_LEN, id);
    promotion(
        "{\"code\":\"MINE\",\"name\":\"For you\",\"phase\":\"order\",\"amount\":200,\"personal\":true}");
    check_ok(quote("{\"sku\":\"SIX\",\"quantity\":1}", rest, &q) && q.total == 600, &err,
             "not offered: not given");
    check_ok(kit_write(db, &env, offer, "MINE", &err), &err, "it is offered to her");
    check_ok(quote("{\"sku\":\"SIX\",\"quantity\":1}", rest, &q) && q.total == 400, &err, "she gets it");
    check_ok(quote("{\"sku\":\"SIX\",\"quantity\":1}", "", &q) && q.total == 600, &err, "nobody else does");
    end_promotion("MINE");
}

/* Prices include 8.3333 % here; who is exempt pays what is left without it. */
static void test_exempt(void)
{
    char rest[200], id[ID_TEXT_LEN];
    id_format(ann, id);
    (void)snprintf(rest, sizeof rest, ",\"customer\":\"%.*s\"", ID_TEXT_LEN, id);
    check_ok(kit_write(db, &env, exempt, NULL, &err), &err, "a customer is exempt");
    Order order = sold("{\"sku\":\"BOTH\",\"quantity\":3},{\"sku\":\"SIX\",\"quantity\":1}", rest,
                       "and buys");
    check(order.lines.items[0].tax == 0 && order.lines.items[0].total < 3 * 1999,
          "without the tax that is not due");
    check(order.lines.items[1].tax == 100, "and with what is");
    bool told = false;
    for (size_t i = 0; i < order.taxes.count; i++)
        told = told || str_eq(order.taxes.items[i].exempt, STR("CERT-1"));
    check(told, "the order names the certificate");
    int64_t paid = order.total, back = 0;
    Id      which = order.id;
    for (int i = 0; i < 3; i++)
        back += came_back(which, "\"lines\":[{\"line\":1,\"quantity\":1}]", "one").total;
    back += came_back(which, "\"lines\":[{\"line\":2,\"quantity\":1}]", "the rest").total;
    check(back == paid, "and all of it comes back");
}

static bool mark_it(Ctx *ctx, void *arg, Error *e)
{
    (void)arg;
    TaxRate rate = { .zone      = STR("GB"),
                     .tax_class = STR("marked"),
                     .n         = 1,
                     .name      = STR("Reduced"),
                     .rate      = 80000,
                     .mark      = STR("*"),
                     .from      = OPT_NONE,
                     .until     = OPT_NONE };
    return tax_put(ctx, &rate, e);
}

static void test_marks(void)
{
    check_ok(kit_write(db, &env, mark_it, NULL, &err), &err, "a reduced rate with a mark");
    goods("RAMEN", "marked", 500, "");
    Order order = sold("{\"sku\":\"RAMEN\",\"quantity\":1},{\"sku\":\"SIX\",\"quantity\":1}", "",
                       "two rates");
    check(str_eq(order.lines.items[0].mark, STR("*")) && !order.lines.items[1].mark.ptr,
          "mark their lines");
    PaperReply paper;
    Id          id = order.id;
    OrderPaperAsk print_ask = { .id = id, .columns = OPT_NONE };
    check_ok(fixture_call(db, &env, print, &print_ask, &paper, sizeof paper, NULL, &err), &err,
             "the receipt");
    check(has(paper.text, "RAMEN *") && has(paper.text, "* incl. Reduced on"),
          "has the mark at line and tax");
}

/* --- discounts by hand --- */

static bool limit_hands(Ctx *ctx, void *arg, Error *e)
{
    GuardrailSettings settings = { NULL, OPT_NONE, OPT_NONE, OPT_NONE, OPT_NONE };
    return json_read_stored(ctx->arena, &GuardrailSettings_def, str_from(arg), &settings, e)
           && promotions_put_guardrails(ctx, &settings, e);
}

typedef struct {
    Str      subject;
    int64_t  amount;
    Id       by;
    Approval made;
} Approve;

static bool approve(Ctx *ctx, void *arg, Error *e)
{
    Approve      *a  = arg;
    ApprovalInput in = { .subject = a->subject, .amount = a->amount, .reason = STR("regular") };
    ctx->who.api_key = a->by;
    return approvals_create(ctx, &in, &a->made, e);
}

static bool sell_approved(const char *lines, Id approval, Order *out)
{
    char rest[100], id[ID_TEXT_LEN];
    id_format(approval, id);
    (void)snprintf(rest, sizeof rest, ",\"approval\":\"%.*s\"", ID_TEXT_LEN, id);
    return sell(lines, rest, out);
}

static void test_hands(void)
{
    static const char *const wrong[] = { "{\"reason\":\"x\"}",
                                         "{\"reason\":\"x\",\"percent\":1,\"amount\":1}",
                                         "{\"reason\":\"  \",\"amount\":1}" };
    Quote                    q;
    Order                    order;
    char                     lines[400];
    for (size_t i = 0; i < COUNT(wrong); i++) {
        (void)snprintf(lines, sizeof lines, "{\"sku\":\"SIX\",\"quantity\":1,\"manual\":%s}", wrong[i]);
        check_refused(quote(lines, "", &q), &err, &ERR_FIELD_INVALID,
                      "a discount by hand says one thing, and why");
    }
    check_refused(
        quote("{\"sku\":\"SIX\",\"quantity\":1}", ",\"manual\":{\"price\":1,\"reason\":\"x\"}", &q), &err,
        &ERR_FIELD_INVALID, "an order has no price by hand");
    check_refused(
        quote("{\"sku\":\"SIX\",\"quantity\":1,\"manual\":{\"amount\":601,\"reason\":\"x\"}}", "", &q),
        &err, &ERR_DISCOUNT_RANGE, "nobody takes off more than there is");
    order = sold("{\"sku\":\"SIX\",\"quantity\":1,\"manual\":{\"price\":450,\"reason\":\"dented\"}}",
                 ",\"manual\":{\"percent\":100000,\"reason\":\"friend\"}", "two by hand");
    check(order.total == 405 && order.manual && str_eq(order.manual->reason, STR("friend"))
              && order.lines.items[0].manual->price == 450
              && order.lines.items[0].manual->percent == OPT_NONE,
          "and the order tells both");
}

static void test_four_eyes(void)
{
    static const char *const line =
        "{\"sku\":\"SIX\",\"quantity\":2,\"manual\":{\"amount\":300,\"reason\":\"dented\"}}";
    Quote   q;
    Order   order;
    char    subject[64];
    Approve a = { .amount = 300, .by = { { 7 } } };
    check_ok(kit_write(db, &env, limit_hands, "{\"limits\":{\"approval_amount\":200}}", &err), &err,
             "limits are set");
    check_ok(quote(line, "", &q), &err, "a large one is quoted");
    check(q.needs_approval && q.manual_discount == 300 && q.approval_subject.len == 64,
          "and needs another person");
    memcpy(subject, q.approval_subject.ptr, 64);
    a.subject = (Str){ subject, 64 };
    check_refused(sell(line, "", &order), &err, &ERR_APPROVAL_NEEDED, "it is not sold without");
    check_refused(sell_approved(line, (Id){ { 3 } }, &order), &err, &ERR_APPROVAL_INVALID,
                  "nor with one that is not there");
    a.by = (Id){ { 0 } };
    check_ok(kit_write(db, &env, approve, &a, &err), &err, "who gives it approves it");
    check_refused(sell_approved(line, a.made.id, &order), &err, &ERR_APPROVAL_INVALID, "which is nothing");
    a.by     = (Id){ { 7 } };
    a.amount = 299;
    check_ok(kit_write(db, &env, approve, &a, &err), &err, "another approves less");
    check_refused(sell_approved(line, a.made.id, &order), &err, &ERR_APPROVAL_INVALID,
                  "which is too little");
    a.amount = 300;
    check_ok(kit_write(db, &env, approve, &a, &err), &err, "another approves it");
    check_refused(
        sell_approved("{\"sku\":\"SIX\",\"quantity\":3,\"manual\":{\"amount\":300,\"reason\":\"dented\"}}",
                      a.made.id, &order),
        &err, &ERR_APPROVAL_INVALID, "but not another basket");
    int64_t now = kit_now_ms;
    kit_now_ms += 11 * 60000;
    check_refused(sell_approved(line, a.made.id, &order), &err, &ERR_APPROVAL_INVALID, "nor for ever");
    kit_now_ms = now;
    check_ok(sell_approved(line, a.made.id, &order), &err, "then it is sold");
    check(id_eq(order.lines.items[0].manual->approved_by, a.by), "and says who approved it");
    check_refused(sell_approved(line, a.made.id, &order), &err, &ERR_APPROVAL_INVALID, "once");
    check_ok(kit_write(db, &env, limit_hands, "{}", &err), &err, "no limits");
}

/* --- any basket, given back in any pieces --- */

static uint64_t seed = 20261125;

static uint64_t chance(uint64_t below)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (seed >> 33) % below;
}

static const char *const mixed[] = { "SIX", "FOUR", "WOO", "COLA", "PART", "BOTH", "PENNY", "RICE" };

static Order sell_any(void)
{
    char   lines[1500], rest[300];
    size_t used = 0;
    for (size_t i = 0, count = 1 + chance(5); i < count; i++) {
        const char *sku = mixed[chance(COUNT(mixed))];
        int64_t     qty = strcmp(sku, "RICE") == 0 ? 5 * (int64_t)(1 + chance(300))
                                                   : 1000 * (int64_t)(1 + chance(6));
        int         len = snprintf(lines + used, sizeof lines - used,
                                   "%s{\"sku\":\"%s\",\"quantity\":\"%lld.%03lld\"%s}", i ? "," : "", sku,
                                   (long long)qty / 1000, (long long)qty % 1000,
                           chance(5) == 0 ? ",\"manual\":{\"percent\":123456,\"reason\":\"x\"}" : "");
        used += (size_t)len;
    }
    (void)snprintf(rest, sizeof rest, "%s%s", chance(2) ? ",\"coupons\":[\"QUARTER\"]" : "",
                   chance(3) == 0 ? ",\"shipping\":{\"amount\":333,\"tax_class\":\"both\"}" : "");
    return sold(lines, rest, "any basket is sold");
}

typedef struct {
    int64_t left[8], count, shipping;
} Left;

/* Gives some of what is left back; true as long as something is. */
static bool piece(Id id, Left *left, int64_t *sum, int64_t *tax, bool *fine)
{
    char    what[200];
    Return  doc;
    int64_t line = (int64_t)chance((uint64_t)left->count), qty = left->left[line];
    if (left->shipping && chance(4) == 0) {
        int64_t amount = 1 + (int64_t)chance((uint64_t)left->shipping);
        (void)snprintf(what, sizeof what, "\"shipping\":%lld", (long long)amount);
        left->shipping -= amount;
    } else if (qty > 0) {
        int64_t step = qty % 1000 ? 5 : 1000;
        int64_t take = step * (1 + (int64_t)chance((uint64_t)(qty / step)));
        (void)snprintf(what, sizeof what, "\"lines\":[{\"line\":%lld,\"quantity\":\"%lld.%03lld\"}]",
                       (long long)line + 1, (long long)take / 1000, (long long)take % 1000);
        left->left[line] -= take;
    } else {
        bool any = left->shipping > 0;
        for (int64_t i = 0; i < left->count; i++) any = any || left->left[i] > 0;
        return any;
    }
    if (!bring_back(id, what, &doc)) {
        check_ok(false, &err, what);
        return false;
    }
    *sum += doc.total;
    *tax += doc.tax;
    for (size_t i = 0; i < doc.lines.count; i++)
        *fine = *fine && doc.lines.items[i].net >= 0 && doc.lines.items[i].tax >= 0;
    *fine = *fine && doc.net >= 0 && doc.tax >= 0;
    return true;
}

static void test_any_pieces(void)
{
    promotion("{\"code\":\"B32\",\"name\":\"3 for 2\",\"phase\":\"bundle\",\"percent\":1000000,"
              "\"parts\":[{\"select\":{\"skus\":[\"SIX\",\"FOUR\",\"PART\"]},\"quantity\":3,\"get\":1}]}");
    promotion("{\"code\":\"P7\",\"name\":\"Some\",\"phase\":\"item\",\"percent\":70007,\"max_units\":2}");
    promotion("{\"code\":\"O3\",\"name\":\"Threshold\",\"phase\":\"order\",\"amount\":333,\"needs\":[{"
              "\"amount\":2000}]}");
    bool exact = true, fine = true;
    for (int b = 0; b < BASKETS; b++) {
        Order   order = sell_any();
        Left    left  = { .count    = (int64_t)order.lines.count,
                          .shipping = order.shipping ? order.shipping->total : 0 };
        int64_t sum = 0, tax = 0, total = order.total, all = order.tax;
        Id      id = order.id;
        for (size_t i = 0; i < order.lines.count; i++) left.left[i] = order.lines.items[i].quantity;
        for (int i = 0; i < 500 && piece(id, &left, &sum, &tax, &fine); i++) continue;
        exact = exact && sum == total && tax == all;
        if (sum != total || tax != all)
            printf("  basket %d: %lld of %lld, tax %lld of %lld\n", b, (long long)sum, (long long)total,
                   (long long)tax, (long long)all);
    }
    check(exact, "whatever was sold, all pieces in any order give back exactly what was paid, and its tax");
    check(fine, "and none of them less than nothing");
}

int main(void)
{
    Simulator simulator;
    db = kit_open(&env);
    simulator_start(&simulator);
    env.psp_url        = str_from(simulator.url);
    env.psp_timeout_ms = 500;
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "a small shop");
    check_ok(kit_write(db, &env, make_taxes, NULL, &err), &err, "two taxes on one class");
    goods("WOO", "standard", 2390, "");
    goods("SIX", "standard", 600, "");
    goods("FOUR", "reduced", 400, "");
    goods("PART", "standard", 1000, "");
    goods("BOTH", "both", 1999, "");
    goods("PENNY", "both", 1, "");
    goods("COLA", "reduced", 100,
          ",\"fees\":[{\"name\":\"Deposit\",\"amount\":25,\"tax_class\":\"standard\"}]");
    test_pieces_of_a_discounted_line();
    test_share_of_an_order_discount();
    test_parts();
    test_deposit_and_shipping();
    test_explanation();
    test_customers();
    test_tender_and_hours();
    test_coupons();
    test_personal();
    test_exempt();
    test_marks();
    test_hands();
    test_four_eyes();
    test_any_pieces();
    check_whole("and the whole database is right");
    simulator_stop(&simulator);
    kit_close(db);
    return check_finish("discounts");
}
