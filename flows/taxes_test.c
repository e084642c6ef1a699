/* taxes_test.c — where sales are taxed, how they are rounded there, and whose rates hold: with shops in
 * Houston, New York, Mumbai and Tokyo, goods taken along and sent, and a tax service that told something,
 * told of something else or nothing. */
#include "flows/basket.h"
#include "flows/give_back.h"

#include "all_sql.h"
#include "shop/catalog/catalog.h"
#include "shop/customers/customers.h"
#include "shop/pricing/pricing.h"
#include "shop/tax/tax.h"
#include "tests/fixture.h"
#include "tests/kit.h"
#include "tests/tender.h"

static Env   env;
static Db   *db;
static Error err;

static const struct {
    const char *code, *country, *tax_zone;
} places[] = { { "HOU", "US", "US-TX-HOU" }, { "NYC", "US", "US-NY-NYC" }, { "BOM", "IN", "IN-MH" },
               { "TYO", "JP", "JP" } };

/* Zone, class, order and rate; names are those of the zone. */
static const TaxRate rates[] = {
    { .zone = STR("US-TX-HOU"), .n = 1, .name = STR("Texas"), .rate = 62500 },
    { .zone = STR("US-TX-HOU"), .n = 2, .name = STR("Houston"), .rate = 20000 },
    { .zone = STR("US-NY-NYC"), .n = 1, .name = STR("New York"), .rate = 40000 },
    { .zone = STR("US-NY-NYC"), .n = 2, .name = STR("City"), .rate = 48750 },
    { .zone = STR("US-NY"), .n = 1, .name = STR("New York"), .rate = 40000 },
    { .zone = STR("IN-MH"), .n = 1, .name = STR("CGST"), .rate = 90000 },
    { .zone = STR("IN-MH"), .n = 2, .name = STR("SGST"), .rate = 90000 },
    { .zone = STR("IN-IGST"), .n = 1, .name = STR("IGST"), .rate = 180000 },
    { .zone = STR("JP"), .n = 1, .name = STR("JCT"), .rate = 100000 },
    { .zone = STR("FR"), .n = 1, .name = STR("TVA"), .rate = 200000 },
    { .zone = STR("EXPORT"), .n = 1, .name = STR("Export"), .rate = 0 },
};

static bool make(Ctx *ctx, void *arg, Error *e)
{
    Channel   net  = { STR("net"), STR("Net"), STR("web"), STR("GBP"), false, false, 0, false, true };
    ItemInput item = { .sku = STR("CUP"), .name = STR("CUP"), .tax_class = STR("standard"),
                       .quantity_step = 1000, .service = true };
    PriceSet  set  = { .list = STR("list"), .until_ms = INT64_MAX, .amount = 99 };
    if (!channels_put(ctx, &net, e) || !catalog_put(ctx, &item, &set.item, e) || !pricing_put(ctx, &set, e))
        return false;
    for (size_t i = 0; i < COUNT(places); i++) {
        Location place = { str_from(places[i].code), str_from(places[i].code), STR("store"),
                           str_from(places[i].country), STR("Europe/London"), STR_NONE,
                           str_from(places[i].tax_zone), STR_NONE, true };
        if (!locations_put(ctx, &place, e) || !channels_serve(ctx, STR("net"), place.code, 1, e))
            return false;
    }
    for (size_t i = 0; i < COUNT(rates); i++) {
        TaxRate rate   = rates[i];
        rate.tax_class = STR("standard");
        rate.from = rate.until = OPT_NONE;
        if (!tax_put(ctx, &rate, e)) return false;
    }
    return true;
}

static bool quote(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return quotes_create(ctx, request, reply, e);
}

static bool sell(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return orders_create(ctx, request, reply, e);
}

static bool give_back(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return returns_create(ctx, request, reply, e);
}

/* --- where --- */

static const struct {
    const char *name, *location, *country, *region, *zone; /* sent there */
    const char *taxed;
    int64_t     tax;                                       /* of one cup at 0.99 without tax */
} sales[] = {
    { "what is taken along is taxed where it is sold, state and city rounded as one", "NYC", NULL, NULL, NULL,
      "US-NY-NYC", 9 },
    { "sent within Texas it is taxed where it comes from", "HOU", "US", "TX", NULL, "US-TX-HOU", 8 },
    { "also when the shop names the zone", "HOU", "US", NULL, "US-TX-DAL", "US-TX-HOU", 8 },
    { "sent within New York where it goes", "NYC", "US", "NY", NULL, "US-NY", 4 },
    { "sent from Texas to New York where it goes", "HOU", "US", "NY", NULL, "US-NY", 4 },
    { "to the very place that the shop names", "HOU", "US", "NY", "US-NY-NYC", "US-NY-NYC", 9 },
    { "sent within an Indian state by its two halves", "BOM", "IN", "MH", NULL, "IN-MH", 18 },
    { "sent to another one by the integrated tax", "BOM", "IN", "KA", NULL, "IN-IGST", 18 },
    { "sent to a region without rates of its own by those of the country", "NYC", "FR", "75", NULL, "FR",
      20 },
    { "Japan rounds down", "TYO", NULL, NULL, NULL, "JP", 9 },
};

static void check_places(void)
{
    Quote told;
    for (size_t i = 0; i < COUNT(sales); i++) {
        BasketLine   cup     = { .sku = STR("CUP"), .quantity = 1000 };
        ShipTo       to      = { .country = str_from(sales[i].country), .region = str_from(sales[i].region),
                                 .zone = str_from(sales[i].zone) };
        QuoteRequest request = { .location = str_from(sales[i].location), .channel = STR("net"),
                                 .ship_to = sales[i].country ? &to : NULL, .lines = { &cup, 1 } };
        bool ok = fixture_call(db, &env, quote, &request, &told, sizeof told, NULL, &err);
        check_ok(ok && str_eq(told.tax_zone, str_from(sales[i].taxed)) && told.tax == sales[i].tax
                     && told.net == 99 && str_eq(told.tax_source, STR("table")),
                 &err, sales[i].name);
    }
}

static const struct {
    const char   *name, *country, *region;
    const ErrDef *why;
} refused[] = {
    { "a place that nobody has rates for is not taxed with nothing", "US", "OR", &ERR_TAX_UNRESOLVED },
    { "a country is in upper case", "us", NULL, &ERR_FIELD_INVALID },
    { "a region is a code", "US", "New York", &ERR_FIELD_INVALID },
    { "nor are goods sent where taxes cannot be computed", "BR", "SP", &ERR_TAX_OUT_OF_REACH },
};

static void check_refusals(void)
{
    Quote told;
    for (size_t i = 0; i < COUNT(refused); i++) {
        BasketLine   cup     = { .sku = STR("CUP"), .quantity = 1000 };
        ShipTo       to      = { .country = str_from(refused[i].country),
                                 .region  = str_from(refused[i].region) };
        QuoteRequest request = { .location = STR("HOU"), .channel = STR("net"), .ship_to = &to,
                                 .lines = { &cup, 1 } };
        check_refused(fixture_call(db, &env, quote, &request, &told, sizeof told, NULL, &err), &err,
                      refused[i].why, refused[i].name);
    }
}

/* --- lines that are delivered, each to another place --- */

static DeliveryInput way(const char *label, const char *method, const char *store, const Address *address)
{
    return (DeliveryInput){ .label        = str_from(label),
                            .method       = str_from(method),
                            .store        = str_from(store),
                            .address      = (Address *)(uintptr_t)address,
                            .window_from  = OPT_NONE,
                            .window_until = OPT_NONE };
}

static void check_deliveries(void)
{
    Quote         told;
    Address       dallas  = { .street  = STR("1 Elm"),
                              .city    = STR("Dallas"), .region = STR("TX"), .country = STR("US") };
    Address       albany  = { .street  = STR("1 Elm"),
                              .city    = STR("Albany"), .region = STR("NY"), .country = STR("US") };
    Address       lisbon  = { .street  = STR("1 Elm"),
                              .city    = STR("Lisbon"), .region = STR_NONE, .country = STR("PT") };
    DeliveryInput ways[4] = { way("tx", "ship", NULL, &dallas), way("ny", "ship", NULL, &albany),
                              way("nyc", "pickup", "NYC", NULL), way("pt", "ship", NULL, &lisbon) };
    BasketLine    lines[5];
    CartShipping  shipping = { 1000, STR("standard") };
    QuoteRequest  request  = { .location   = STR("HOU"),
                               .channel    = STR("net"),
                               .shipping   = &shipping,
                               .deliveries = { ways + 1, 2 },
                               .lines      = { lines, 3 } };
    for (int i = 0; i < 5; i++) lines[i] = (BasketLine){ .sku = STR("CUP"), .quantity = 1000 };
    lines[1].delivery = STR("ny");
    lines[2].delivery = STR("nyc");
    lines[3].delivery = STR("tx");
    lines[4].delivery = STR("pt");
    bool ok           = fixture_call(db, &env, quote, &request, &told, sizeof told, NULL, &err);
    check_ok(ok, &err, "a basket is taken along in Houston, sent to Albany and fetched in New York");
    check(ok && told.lines.items[0].tax == 8 && told.lines.items[1].tax == 4 && told.lines.items[2].tax == 9,
          "each line is taxed where it is handed over");
    check(ok && told.shipping->tax == 40 && told.tax == 61, "shipping where the first of it is sent");
    check(ok && str_eq(told.tax_zone, STR("US-TX-HOU")) && told.taxes.count == 4,
          "and each rate is on the receipt once");
    request.deliveries.items = ways;
    request.deliveries.count = 3;
    request.lines.count      = 4;
    ok                       = fixture_call(db, &env, quote, &request, &told, sizeof told, NULL, &err);
    check_ok(ok && told.lines.items[3].tax == 8 && told.shipping->tax == 83, &err,
             "what is sent within Texas is taxed where it comes from, its shipping too");
    request.deliveries.count = 4;
    request.lines.count      = 5;
    check_refused(fixture_call(db, &env, quote, &request, &told, sizeof told, NULL, &err), &err,
                  &ERR_TAX_UNRESOLVED, "where nobody has rates for it is not taxed with nothing");
    ways[3].tax_zone = STR("EXPORT");
    ok               = fixture_call(db, &env, quote, &request, &told, sizeof told, NULL, &err);
    check_ok(ok && told.lines.items[4].tax == 0, &err, "but the shop may say that it is an export");
    lines[4].delivery = STR("moon");
    check_refused(fixture_call(db, &env, quote, &request, &told, sizeof told, NULL, &err), &err,
                  &ERR_FIELD_INVALID, "a line names a delivery that is there");
}

/* --- and back --- */

/* Also the taxes of all that came back so far are back. */
static bool no_tax_left(Ctx *ctx, void *arg, Error *e)
{
    LedgerBalancesRow *rows  = NULL;
    size_t             count = 0, open = 0;
    LedgerBalancesIn   in    = { ctx->who.merchant, STR(""), INT64_MAX };
    if (!q_ledger_balances_all(ctx->tx, ctx->arena, &in, &rows, &count, e)) return false;
    for (size_t i = 0; i < count; i++)
        open += str_starts(rows[i].account, STR("tax:")) && rows[i].debits != rows[i].credits;
    check(open == 0, "and no account of a tax has anything left");
    return true;
}

static void check_return(void)
{
    Order           order;
    Return          doc;
    BasketLine      cup  = { .sku = STR("CUP"), .quantity = 2000 };
    ShipTo          to   = { .country = STR("US"), .region = STR("NY"), .zone = STR("US-NY-NYC") };
    TenderInput     cash = tender_of(NULL);
    CheckoutRequest sale = { .location       = STR("HOU"),
                             .channel        = STR("net"),
                             .expected_total = OPT_NONE,
                             .pay_by         = OPT_NONE,
                             .ship_to        = &to,
                             .lines          = { &cup, 1 },
                             .tenders        = { &cash, 1 } };
    check_ok(fixture_call(db, &env, sell, &sale, &order, sizeof order, NULL, &err), &err,
             "it is sold and sent");
    check(str_eq(order.tax_zone, STR("US-NY-NYC")) && str_eq(order.tax_source, STR("table"))
              && order.tax == 18 && order.taxes.count == 2,
          "the order says where it was taxed");
    Id              id   = order.id;
    ReturnLineInput one  = { .line = 1, .quantity = 2000 };
    ReturnRequest   back = { .order = id, .location = STR("LON"), .lines = { &one, 1 } };
    check_ok(fixture_call(db, &env, give_back, &back, &doc, sizeof doc, NULL, &err), &err,
             "it comes back to a shop in another country");
    check(doc.tax == 18 && doc.total == 216, "with the taxes that it was sold with");
}

/* --- who need not pay --- */

typedef struct {
    Id customer, certificate;
} Exempt;

/* Of New York State only the State's part: she pays the City's. */
static bool exempt(Ctx *ctx, void *arg, Error *e)
{
    Exempt          *ann   = arg;
    Certificate      paper = { .number = STR_NONE };
    CustomerInput    who   = { .name = STR("Ann") };
    TaxRate          state = { .zone = STR("US-NY-NYC"), .tax_class = STR("standard"), .n = 1,
                               .name = STR("New York"), .rate = 40000, .kind = STR("state"),
                               .from = OPT_NONE, .until = OPT_NONE };
    CertificateInput in    = { .number = STR("ST-120"), .zone = STR("US-NY"), .kind = STR("state"),
                               .from = OPT_NONE, .until = OPT_NONE };
    if (!customers_put(ctx, &who, &ann->customer, e) || !tax_put(ctx, &state, e)) return false;
    in.customer = ann->customer;
    if (!tax_certificate_put(ctx, &in, &paper, e)) return false;
    ann->certificate = paper.id;
    return true;
}

static bool end_certificate(Ctx *ctx, const void *request, void *reply, Error *e)
{
    return certificates_end(ctx, request, reply, e);
}

static void check_exempt(void)
{
    Order           order;
    Return          doc;
    Certificate     ended;
    Exempt          ann  = { .customer = { { 0 } } };
    BasketLine      cup  = { .sku = STR("CUP"), .quantity = 2000 };
    ShipTo          to   = { .country = STR("US"), .region = STR("NY"), .zone = STR("US-NY-NYC") };
    TenderInput     cash = tender_of(NULL);
    CheckoutRequest sale = { .location       = STR("HOU"),
                             .channel        = STR("net"),
                             .expected_total = OPT_NONE,
                             .pay_by         = OPT_NONE,
                             .ship_to        = &to,
                             .lines          = { &cup, 1 },
                             .tenders        = { &cash, 1 } };
    check_ok(kit_write(db, &env, exempt, &ann, &err), &err, "a customer is exempt of a state's tax");
    sale.customer = ann.customer;
    check_ok(fixture_call(db, &env, sell, &sale, &order, sizeof order, NULL, &err), &err, "she is sent two");
    check(order.tax == 10 && order.taxes.count == 2 && order.taxes.items[0].exempt.len > 0
              && order.taxes.items[0].amount == 0 && order.taxes.items[1].amount == 10,
          "her certificate holds where the goods go");
    Id   id  = order.id;
    ById end = { ann.certificate };
    check_ok(fixture_call(db, &env, end_certificate, &end, &ended, sizeof ended, NULL, &err), &err,
             "the certificate ends");
    for (int i = 0; i < 2; i++) {
        ReturnLineInput one  = { .line = 1, .quantity = 1000 };
        ReturnRequest   back = { .order = id, .location = STR("NYC"), .lines = { &one, 1 } };
        check_ok(fixture_call(db, &env, give_back, &back, &doc, sizeof doc, NULL, &err), &err,
                 "one comes back");
        check(doc.tax == 5 && doc.total == 104, "with what she paid, as if the certificate still held");
    }
    check_ok(kit_read(db, &env, no_tax_left, NULL, &err), &err, "the ledger is read");
}

/* --- what a service told --- */

static bool tell(Ctx *ctx, const void *request, void *reply, Error *e)
{
    static CartRate some[] = { { .tax_class = STR("standard"), .name = STR("Told"), .rate = 100000 } };
    static TaxTold  told   = { STR("US-TX-HOU"), { TAX_FROM_SERVICE, some, COUNT(some) } };
    ctx->told              = &told;
    return quotes_create(ctx, request, reply, e);
}

static void check_told(void)
{
    static const struct {
        const char    *name, *location, *sku;
        FixtureHandler handler;
        const char    *source;
        int64_t        tax;
    } cases[] = {
        { "what the service told holds", "HOU", "CUP", tell, "service", 10 },
        { "but not in another zone", "NYC", "CUP", tell, "fallback", 9 },
        { "nor for a class that it said nothing of", "HOU", "CARD", tell, "fallback", 0 },
        { "when it told nothing the tables hold, and it is said", "HOU", "CUP", quote, "fallback", 8 },
    };
    Quote told;
    env.tax_url = STR("http://127.0.0.1:1");
    for (size_t i = 0; i < COUNT(cases); i++) {
        BasketLine   lines[] = { { .sku = str_from(cases[i].sku), .quantity = 1000 } };
        QuoteRequest request = { .location = str_from(cases[i].location), .channel = STR("net"),
                                 .lines = { lines, 1 } };
        bool ok = fixture_call(db, &env, cases[i].handler, &request, &told, sizeof told, NULL, &err);
        check_ok(ok && str_eq(told.tax_source, str_from(cases[i].source)) && told.tax == cases[i].tax, &err,
                 cases[i].name);
    }
    env.tax_url = STR_NONE;
}

static bool make_card(Ctx *ctx, void *arg, Error *e)
{
    ItemInput item = { .sku = STR("CARD"), .name = STR("CARD"), .tax_class = STR("zero"),
                       .quantity_step = 1000, .service = true };
    PriceSet  set  = { .list = STR("list"), .until_ms = INT64_MAX, .amount = 500 };
    TaxRate   zero = { .zone = STR("US-TX-HOU"), .tax_class = STR("zero"), .n = 1, .name = STR("Zero"),
                       .from = OPT_NONE, .until = OPT_NONE };
    return catalog_put(ctx, &item, &set.item, e) && pricing_put(ctx, &set, e) && tax_put(ctx, &zero, e);
}

int main(void)
{
    db = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "the shop is made");
    check_ok(kit_write(db, &env, make, NULL, &err), &err, "with places of many rules");
    check_ok(kit_write(db, &env, make_card, NULL, &err), &err, "and goods that pay nothing");
    check_places();
    check_refusals();
    check_deliveries();
    check_return();
    check_exempt();
    check_told();
    kit_close(db);
    return check_finish("taxes");
}
