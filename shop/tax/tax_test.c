/* tax_test.c — which rates are in force. */
#include "shop/tax/tax.h"

#include "tests/kit.h"

static Env   env;
static Db   *db;
static Error err;

static bool put(Ctx *ctx, void *arg, Error *e)
{
    return tax_put(ctx, arg, e);
}

static TaxRate rate(Str tax_class, int64_t n, int64_t ppm, int64_t from, int64_t until)
{
    return (TaxRate){ .zone = STR("GB"), .tax_class = tax_class, .n = n, .name = STR("VAT"), .rate = ppm,
                      .from = from, .until = until };
}

static const struct {
    const char *name, *zone;
    int64_t     at, count, first_ppm;
} asks[] = {
    { "before the change the old rate holds", "GB", 999, 3, 50000 },
    { "of two periods the later beginning holds", "GB", 1000, 3, 60000 },
    { "behind the end of the later one the old one holds again", "GB", 2000, 3, 50000 },
    { "another zone has no rate", "FR", 1000, 0, 0 },
};

static bool load(Ctx *ctx, void *arg, Error *e)
{
    size_t    i = *(size_t *)arg, count = 0;
    CartRate *rates = NULL;
    if (!tax_load(ctx, str_from(asks[i].zone), asks[i].at, &rates, &count, e)) return false;
    check((int64_t)count == asks[i].count && (count == 0 || rates[0].rate == asks[i].first_ppm),
          asks[i].name);
    return true;
}

static bool pages(Ctx *ctx, void *arg, Error *e)
{
    TaxAsk      ask  = { .zone = STR("GB"), .limit = 1 };
    TaxRateList list = { .next_cursor = STR_NONE };
    size_t      seen = 0;
    for (int i = 0; i < 9; i++) {
        list = (TaxRateList){ .next_cursor = STR_NONE };
        if (!tax_list(ctx, &ask, &list, e)) return false;
        seen += list.items.count;
        if (!list.next_cursor.len) break;
        ask.cursor = list.next_cursor;
    }
    return seen == 4;
}

static bool bad_cursor(Ctx *ctx, void *arg, Error *e)
{
    TaxAsk      ask  = { .cursor = STR("GB~x~0~a"), .limit = OPT_NONE };
    TaxRateList list = { .next_cursor = STR_NONE };
    return tax_list(ctx, &ask, &list, e);
}

static void check_refusals(void)
{
    TaxRate bad = rate(STR("standard"), 1, 200000, 10, 10);
    check_refused(kit_write(db, &env, put, &bad, &err), &err, &ERR_FIELD_INVALID, "a period has a length");
    bad      = rate(STR("standard"), 1, 200000, OPT_NONE, OPT_NONE);
    bad.zone = STR("G B");
    check_refused(kit_write(db, &env, put, &bad, &err), &err, &ERR_FIELD_INVALID, "a zone is a code");
    check_refused(kit_read(db, &env, bad_cursor, NULL, &err), &err, &ERR_FIELD_INVALID,
                  "a wrong cursor is refused");
}

static void check_limit(void)
{
    char    name[8] = "k00";
    TaxRate more    = rate((Str){ name, 3 }, 1, 1, OPT_NONE, OPT_NONE);
    bool    ok      = true;
    for (int i = 0; ok && i < CART_RATES_MAX; i++) {
        name[1] = (char)('0' + i / 10);
        name[2] = (char)('0' + i % 10);
        ok      = kit_write(db, &env, put, &more, &err);
    }
    check_refused(ok, &err, &ERR_TAX_RATES_TOO_MANY, "a zone has no more rates than a sale takes");
}

/* --- built-in rates --- */

static const Id nobody, sale = { { 7 } };

static bool load_zone(Ctx *ctx, void *arg, Error *e)
{
    TaxLoaded done = { .rates = 0 };
    if (!tax_load_builtin(ctx, arg, &done, e)) return false;
    check(done.rates > 0, "rates were loaded");
    return true;
}

/* The rates of a class at a time. */
typedef struct {
    Str      zone, tax_class;
    int64_t  at;
    CartRate first;
    size_t   count;
} Look;

static bool look(Ctx *ctx, void *arg, Error *e)
{
    Look     *l     = arg;
    CartRate *rates = NULL;
    size_t    count = 0, index[LINE_RATES_MAX];
    if (!tax_load(ctx, l->zone, l->at, &rates, &count, e)) return false;
    l->count = tax_class_rates(rates, count, l->tax_class, index);
    if (l->count > 0) l->first = rates[index[0]];
    return true;
}

static Look looked(Str zone, Str tax_class, int64_t at)
{
    Look l = { .zone = zone, .tax_class = tax_class, .at = at };
    check_ok(kit_read(db, &env, look, &l, &err), &err, "rates are read");
    return l;
}

static bool zones(Ctx *ctx, void *arg, Error *e)
{
    TaxZoneAsk  ask  = { .country = STR("CA"), .limit = 5 };
    TaxZoneList list = { .next_cursor = STR_NONE };
    size_t      seen = 0;
    for (int page = 0; page < 9; page++) {
        list = (TaxZoneList){ .next_cursor = STR_NONE };
        if (!tax_zones_list(ctx, &ask, &list, e)) return false;
        seen += list.items.count;
        if (!list.next_cursor.len) break;
        ask.cursor = list.next_cursor;
    }
    return seen == 13;
}

static void check_builtin(void)
{
    TaxLoad estonia = { STR("EE"), STR_NONE }, houston = { STR("US-TX-HOU"), STR("US-TX-MINE") };
    TaxLoad nowhere = { STR("US-TX-FOO"), STR_NONE }, brazil = { STR("BR-SP"), STR_NONE };
    TaxRate own     = rate(STR("standard"), 1, 170000, OPT_NONE, OPT_NONE);
    check_ok(kit_write(db, &env, load_zone, &estonia, &err), &err, "the rates of Estonia are taken over");
    check_ok(kit_write(db, &env, load_zone, &estonia, &err), &err, "and once more, which changes nothing");
    /* 2025-06-30T21:00Z is midnight in Tallinn. */
    check(looked(STR("EE"), STR("standard"), 1751317199999).first.rate == 220000
              && looked(STR("EE"), STR("standard"), 1751317200000).first.rate == 240000,
          "a rate changes at midnight on its own clocks");
    check_ok(kit_write(db, &env, load_zone, &houston, &err), &err,
             "a zone is loaded under a name of one's own");
    /* 2026-08-08 and 2026-08-10, noon in Houston. */
    Look holiday = looked(STR("US-TX-MINE"), STR("clothing"), 1786208400000);
    Look monday  = looked(STR("US-TX-MINE"), STR("clothing"), 1786381200000);
    check(holiday.count == 3 && holiday.first.unit_whole && holiday.first.unit_from == 10000,
          "in a tax holiday its rows win");
    check(monday.count == 3 && !monday.first.unit_whole && monday.first.unit_from == 0,
          "behind it the usual ones hold again");
    check_refused(kit_write(db, &env, load_zone, &nowhere, &err), &err, &ERR_TAX_ZONE_UNKNOWN,
                  "a zone that is not built in is refused");
    check_refused(kit_write(db, &env, load_zone, &brazil, &err), &err, &ERR_TAX_OUT_OF_REACH,
                  "Brazil is out of reach");
    own.zone = STR("BR");
    check_refused(kit_write(db, &env, put, &own, &err), &err, &ERR_TAX_OUT_OF_REACH,
                  "also with rates of one's own");
    check(kit_read(db, &env, zones, NULL, &err), "built-in zones are listed by country, page by page");
}

static void check_rules(void)
{
    TaxRate levy  = rate(STR("cans"), 1, 0, OPT_NONE, OPT_NONE), both = levy, wrong = levy;
    TaxRate many  = rate(STR("many"), 1, 1, OPT_NONE, OPT_NONE);
    bool    ok    = true;
    levy.per_unit = 8;
    levy.kind     = STR("levy");
    both.per_unit = 8;
    both.rate     = 1;
    wrong.tax_class = STR("untaxed");
    check_ok(kit_write(db, &env, put, &levy, &err), &err, "a tax per unit is set");
    Look cans = looked(STR("GB"), STR("cans"), kit_now_ms);
    check(cans.first.per_unit == 8 && str_eq(cans.first.kind, STR("levy")), "and read");
    check_refused(kit_write(db, &env, put, &both, &err), &err, &ERR_TAX_RULES,
                  "a rate that contradicts itself");
    check(str_eq(str_from(err.field), STR("per_unit")), "is refused with the field");
    check_refused(kit_write(db, &env, put, &wrong, &err), &err, &ERR_TAX_RULES,
                  "what is untaxed has no rate");
    for (many.n = 1; ok && many.n <= LINE_RATES_MAX; many.n++) ok = kit_write(db, &env, put, &many, &err);
    check_ok(ok, &err, "a class has eight rates");
    many.n   = 8;
    many.from = 5;
    check_ok(kit_write(db, &env, put, &many, &err), &err, "a later period is no further one");
}

/* --- certificates --- */

typedef struct {
    CertificateInput in;
    Certificate      out;
    Str              zone; /* asked for */
    int64_t          at;
    size_t           count;
} Paper;

static bool certify(Ctx *ctx, void *arg, Error *e)
{
    Paper *paper = arg;
    return tax_certificate_put(ctx, &paper->in, &paper->out, e);
}

static bool exempt(Ctx *ctx, void *arg, Error *e)
{
    Paper        *paper = arg;
    TaxExemption *list  = NULL;
    return tax_exemptions(ctx, paper->in.customer, paper->zone, paper->at, &list, &paper->count, e);
}

static size_t exemptions(Paper paper, Str zone, int64_t at)
{
    paper.zone = zone;
    paper.at   = at;
    check_ok(kit_read(db, &env, exempt, &paper, &err), &err, "exemptions are read");
    return paper.count;
}

static bool end_it(Ctx *ctx, void *arg, Error *e)
{
    ById        id = { ((Paper *)arg)->out.id };
    Certificate ended;
    return certificates_end(ctx, &id, &ended, e);
}

static bool keep(Ctx *ctx, void *arg, Error *e)
{
    static const TaxExemption list[] = { { .kind = STR("pst"), .name = STR("R-1") }, { .name = STR("R-2") } };
    return tax_keep_exemptions(ctx, sale, list, COUNT(list), e);
}

static bool kept(Ctx *ctx, void *arg, Error *e)
{
    TaxExemption *list  = NULL;
    size_t        count = 0;
    if (!tax_kept_exemptions(ctx, sale, &list, &count, e)) return false;
    return count == 2 && str_eq(list[0].name, STR("R-1")) && str_eq(list[0].kind, STR("pst"))
        && list[1].kind.len == 0;
}

static bool listed(Ctx *ctx, void *arg, Error *e)
{
    CertificateAsk  ask  = { .customer = ((Paper *)arg)->in.customer, .limit = 1 };
    CertificateList list = { .next_cursor = STR_NONE };
    if (!certificates_list(ctx, &ask, &list, e)) return false;
    if (list.items.count != 1) return false;
    ask.customer = nobody;
    list         = (CertificateList){ .next_cursor = STR_NONE };
    if (!certificates_list(ctx, &ask, &list, e) || !list.next_cursor.len) return false;
    ask.cursor = list.next_cursor;
    list       = (CertificateList){ .next_cursor = STR_NONE };
    return certificates_list(ctx, &ask, &list, e) && list.items.count == 1 && !list.next_cursor.len;
}

static void check_certificates(void)
{
    Id    customer = { { 9 } };
    Paper resale   = { .in = { .customer = customer, .number = STR("R-1"), .zone = STR("US-TX"),
                               .from = 1000, .until = OPT_NONE } };
    Paper status   = resale, bad = resale;
    status.in.zone = STR("CA");
    status.in.kind = STR("pst");
    bad.in.until   = 1000;
    check_ok(kit_write(db, &env, certify, &resale, &err), &err, "a certificate is put down");
    check_ok(kit_write(db, &env, certify, &status, &err), &err, "another for another country");
    check_refused(kit_write(db, &env, certify, &bad, &err), &err, &ERR_FIELD_INVALID,
                  "a period has a length");
    check(exemptions(resale, STR("US-TX-HOU"), 1000) == 1, "it holds in the zones below its own");
    check(exemptions(resale, STR("US-TX"), 999) == 0, "not before it begins");
    check(exemptions(resale, STR("US-TXX"), 2000) == 0 && exemptions(resale, STR("US"), 2000) == 0,
          "nor elsewhere or above");
    check(kit_read(db, &env, listed, &resale, &err), "certificates are listed page by page");
    check_ok(kit_write(db, &env, end_it, &resale, &err), &err, "it is ended");
    check(exemptions(resale, STR("US-TX"), kit_now_ms) == 0 && exemptions(resale, STR("US-TX"), 2000) == 1,
          "from then on it does not hold, before it did");
    bool more = true;
    for (int i = 0; more && i < CERTIFICATES_MAX; i++) more = kit_write(db, &env, certify, &status, &err);
    check_refused(more, &err, &ERR_CERTIFICATES_TOO_MANY, "a customer has no more than one sale takes");
    resale.out.id = nobody;
    check_refused(kit_write(db, &env, end_it, &resale, &err), &err, &ERR_NOT_FOUND,
                  "an unknown one is refused");
    resale.in.customer = nobody;
    check(exemptions(resale, STR("US-TX"), 2000) == 0, "nobody is exempt of nothing");
    check_ok(kit_write(db, &env, keep, NULL, &err), &err, "an order keeps what it was taxed with");
    check(kit_read(db, &env, kept, NULL, &err), "and gives it back");
}

int main(void)
{
    db              = kit_open(&env);
    TaxRate rates[] = { rate(STR("reduced"), OPT_NONE, 50000, OPT_NONE, OPT_NONE),
                        rate(STR("reduced"), 1, 60000, 1000, 2000),
                        rate(STR("standard"), 1, 200000, OPT_NONE, OPT_NONE),
                        rate(STR("standard"), 2, 10000, OPT_NONE, OPT_NONE) };
    for (size_t i = 0; i < COUNT(rates); i++)
        check_ok(kit_write(db, &env, put, &rates[i], &err), &err, "a rate is set");
    check_ok(kit_write(db, &env, put, &rates[0], &err), &err, "the same rate again is no second one");
    for (size_t i = 0; i < COUNT(asks); i++) (void)kit_read(db, &env, load, &i, &err);
    check(kit_read(db, &env, pages, NULL, &err), "pages show every rate once");
    check_refusals();
    check_builtin();
    check_rules();
    check_certificates();
    check_limit();
    kit_close(db);
    return check_finish("tax");
}
