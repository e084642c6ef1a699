/* tax_zone_test.c — the built-in rates hang together: every zone has rows, no period overlaps another by
 * mistake, dates are dates, and the rates of known days are what the authorities said. */
#include "core/tax.h"
#include "core/tax_zone.h"

#include "tests/kit.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 200 };

static Arena arena;

static size_t rows_of(const TaxZoneInfo *zone, TaxRow rows[ROWS_MAX])
{
    size_t n = 0;
    while (n < ROWS_MAX && tax_zone_row(zone, n, &rows[n])) n++;
    return n;
}

static bool in_force(const TaxRow *row, int32_t day)
{
    return row->from <= day && (row->until == 0 || day < row->until);
}

/* The rates in force on a day, as shop/tax gives them: of one rate the row that began last. */
static size_t rates_on(const char *code, int32_t day, CartRate rates[ROWS_MAX])
{
    static TaxRow      rows[ROWS_MAX];
    const TaxZoneInfo *zone  = tax_zone_find(str_from(code));
    size_t             count = 0, n = zone ? rows_of(zone, rows) : 0;
    for (size_t i = 0; i < n; i++) {
        bool best = in_force(&rows[i], day);
        for (size_t k = 0; best && k < n; k++)
            best = !(k != i && in_force(&rows[k], day) && rows[k].n == rows[i].n
                     && strcmp(rows[k].tax_class, rows[i].tax_class) == 0
                     && (rows[k].from > rows[i].from || (rows[k].from == rows[i].from && k < i)));
        if (!best) continue;
        rates[count++] = (CartRate){ .tax_class = str_from(rows[i].tax_class), .name = str_from(rows[i].name),
                                     .rate = rows[i].rate, .compound = rows[i].compound,
                                     .kind = str_from(rows[i].kind), .unit_from = rows[i].unit_from,
                                     .unit_to = rows[i].unit_to, .unit_whole = rows[i].unit_whole };
    }
    return count;
}

static int64_t tax_on(const char *code, const char *tax_class, int32_t day, int64_t amount)
{
    static CartRate rates[ROWS_MAX];
    Error           err;
    Taxed           out;
    TaxItem         item  = { .tax_class = str_from(tax_class), .qty_milli = QTY_ONE, .amount = amount };
    TaxRules        rules = { .rates = rates, .rate_count = rates_on(code, day, rates), .combined = true };
    arena_reset(&arena);
    return tax_compute(&arena, &rules, &item, 1, &out, &err) ? out.tax : -1;
}

static const struct {
    const char *zone, *tax_class;
    int32_t     day;
    int64_t     amount, tax;
} known[] = {
    { "EE", "standard", 20231231, 10000, 2000 },    { "EE", "standard", 20240101, 10000, 2200 },
    { "EE", "standard", 20250630, 10000, 2200 },    { "EE", "standard", 20250701, 10000, 2400 },
    { "SK", "standard", 20241231, 10000, 2000 },    { "SK", "standard", 20250101, 10000, 2300 },
    { "SK", "reduced", 20250101, 10000, 1900 },     { "FI", "standard", 20240831, 10000, 2400 },
    { "FI", "standard", 20240901, 10000, 2550 },    { "FI", "reduced", 20260101, 10000, 1350 },
    { "RO", "standard", 20250731, 10000, 1900 },    { "RO", "standard", 20250801, 10000, 2100 },
    { "RO", "reduced_2", 20250801, 10000, 1100 },   { "LT", "reduced", 20260101, 10000, 1200 },
    { "CH", "standard", 20231231, 10000, 770 },     { "CH", "standard", 20240101, 10000, 810 },
    { "SE", "food", 20260331, 10000, 1200 },        { "SE", "food", 20260401, 10000, 600 },
    { "LV", "food", 20260701, 10000, 1200 },        { "LV", "food", 20270701, 10000, 2100 },
    { "DE", "services", 20261124, 10000, 1900 },    { "GB", "zero", 20261124, 10000, 0 },
    { "CA-QC", "standard", 20121231, 10000, 1498 }, { "CA-QC", "standard", 20130101, 10000, 1498 },
    { "CA-ON", "standard", 20261124, 10000, 1300 }, { "CA-ON", "books", 20261124, 10000, 500 },
    { "CA-BC", "standard", 20261124, 10000, 1200 }, { "CA-BC", "books", 20261124, 10000, 500 },
    { "CA-NS", "standard", 20250331, 10000, 1500 }, { "CA-NS", "standard", 20250401, 10000, 1400 },
    { "CA-AB", "standard", 20261124, 10000, 500 },  { "AU", "standard", 20261124, 10000, 1000 },
    { "NZ", "standard", 20261124, 10000, 1500 },    { "JP", "reduced", 20261124, 10000, 800 },
    { "IN-MH", "standard", 20261124, 10000, 1800 }, { "IN-IGST", "luxury", 20261124, 10000, 4000 },
    { "IN-IGST", "luxury", 20250921, 10000, -1 },   { "US-TX-HOU", "standard", 20261124, 10000, 825 },
    { "US-TX-HOU", "food", 20261124, 10000, 0 },    { "US-TX-HOU", "clothing", 20260808, 9999, 0 },
    { "US-TX-HOU", "clothing", 20260808, 10000, 825 }, { "US-TX-HOU", "clothing", 20260810, 9999, 825 },
    { "US-NY-NYC", "standard", 20261124, 10000, 888 }, { "US-NY-NYC", "clothing", 20261124, 10999, 0 },
    { "US-NY-NYC", "clothing", 20261124, 11000, 976 }, { "US-TN-NAS", "standard", 20240701, 400000, 36000 },
    { "US-FL-MIA", "standard", 20261124, 650000, 44000 }, { "US-CA-LA", "standard", 20261124, 10000, 975 },
    { "US-CO-DEN", "standard", 20261124, 10000, 915 }, { "US-OR", "standard", 20261124, 10000, 0 },
    { "US-MA", "clothing", 20261124, 20000, 156 },  { "US-CT", "clothing", 20260818, 9999, 0 },
    { "US-CT", "clothing", 20260823, 9999, 635 },   { "US-AL", "food", 20250901, 10000, 200 },
    { "US-LA", "standard", 20300101, 10000, 475 },  { "US-TX", "services", 20261124, 10000, -1 },
    { "EXPORT", "standard", 20261124, 10000, 0 },
};

static bool is_day(int32_t digits)
{
    int32_t month = digits / 100 % 100, day = digits % 100;
    bool    year  = digits >= 19900101 && digits < 21000101;
    return digits == 0 || (year && month >= 1 && month <= 12 && day >= 1 && day <= 31);
}

static bool zone_hangs_together(const TaxZoneInfo *zone)
{
    static TaxRow   rows[ROWS_MAX];
    static CartRate rates[ROWS_MAX];
    Error           err;
    size_t          n = rows_of(zone, rows);
    if (n == 0 || n == ROWS_MAX || strlen(zone->code) > 20) return false;
    for (size_t i = 0; i < n; i++) {
        if (!is_day(rows[i].from) || !is_day(rows[i].until)) return false;
        if (rows[i].until && rows[i].until <= rows[i].from) return false;
        if (strlen(rows[i].source) < 20 || strlen(rows[i].source) > 300) return false;
        for (size_t k = 0; k < i; k++) /* the same key would be written over */
            if (rows[k].n == rows[i].n && rows[k].from == rows[i].from
                && strcmp(rows[k].tax_class, rows[i].tax_class) == 0)
                return false;
        int32_t  day   = rows[i].from ? rows[i].from : 20240101;
        TaxRules rules = { .rates = rates, .rate_count = rates_on(zone->code, day, rates) };
        if (!tax_check(&rules, &err)) return false;
    }
    return true;
}

static void check_zones(void)
{
    static const char *const states[] = { "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR",
                                          "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL",
                                          "PT", "RO", "SE", "SI", "SK", "GB", "NO", "CH" };
    const TaxZoneInfo *zone = NULL;
    const char        *bad  = NULL;
    size_t             american = 0;
    for (size_t i = 0; !bad && (zone = tax_zone_at(i)) != NULL; i++) {
        if (!zone_hangs_together(zone)) bad = zone->code;
        american += strncmp(zone->code, "US-", 3) == 0 && strlen(zone->code) == 5;
    }
    check(!bad, bad ? bad : "every built-in zone hangs together");
    check(american == 51, "all fifty states and the District of Columbia are there");
    bool all = true;
    for (size_t i = 0; i < COUNT(states); i++)
        all = all && tax_on(states[i], "standard", 20261124, 10000) >= 810;
    check(all, "the states of Europe have a standard rate");
    for (size_t i = 0; i < COUNT(known); i++) {
        int64_t tax = tax_on(known[i].zone, known[i].tax_class, known[i].day, known[i].amount);
        Str     name = str_format(&arena, "%s %s on %d", known[i].zone, known[i].tax_class,
                                  (int)known[i].day);
        check(tax == known[i].tax, name.ptr);
    }
}

static void check_places(void)
{
    check(tax_zone_refused(STR("BR-SP")) && !tax_zone_refused(STR("GB")) && !tax_zone_refused(STR("BRX")),
          "Brazil is refused with a reason, others are not");
    check(tax_zone_above(STR("US-TX-FOO")) == tax_zone_find(STR("US-TX")),
          "a zone of the shop's own has the rules of the one above");
    check(!tax_zone_above(STR("XX-YY")), "unknown places have none");
    check(tax_day(19700101) == 0 && tax_day(20240229) == 19782 && tax_day(20261124) == 20781,
          "days are counted");
}

static const struct {
    const char *name, *origin, *destination, *sourcing, *zone;
} sales[] = {
    { "what is taken along is taxed where it is sold", "US-TX-HOU", "", "destination", "US-TX-HOU" },
    { "in a state of origin a delivery is taxed where it comes from", "US-TX-HOU", "US-TX-DAL", "origin",
      "US-TX-HOU" },
    { "in a state of destination where it goes", "US-NY-NYC", "US-NY", "destination", "US-NY" },
    { "into another state where it goes", "US-TX-HOU", "US-NY-NYC", "origin", "US-NY-NYC" },
    { "into another country where it goes", "DE", "FR", "destination", "FR" },
    { "in one Indian state by its two halves", "IN-MH", "IN-MH", "states", "IN-MH" },
    { "between Indian states by the integrated tax", "IN-MH", "IN-KA", "states", "IN-IGST" },
    { "out of India where it goes", "IN-MH", "EXPORT", "states", "EXPORT" },
    { "in Canada where it goes", "CA-ON", "CA-QC", "destination", "CA-QC" },
};

int main(void)
{
    enum { BYTES = 1 << 16 };
    void *bytes = malloc(BYTES);
    if (!bytes) return 1;
    arena_init(&arena, bytes, BYTES);
    check_zones();
    check_places();
    for (size_t i = 0; i < COUNT(sales); i++)
        check(str_eq(tax_zone_of_sale(&arena, str_from(sales[i].origin), str_from(sales[i].destination),
                                      str_from(sales[i].sourcing)),
                     str_from(sales[i].zone)),
              sales[i].name);
    free(bytes);
    return check_finish("tax zones");
}
