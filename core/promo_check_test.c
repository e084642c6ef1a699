/* promo_check_test.c — a promotion that contradicts itself, never applies or says nothing is refused, with
 * the place and the reason; and codes of coupons are read as people write them. */
#include "core/coupon_code.h"
#include "core/promo_check.h"
#include "sys/json_read.h"
#include "tests/kit.h"

#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES = 1 << 20 };

static char  bytes[ARENA_BYTES];
static Arena arena;

static Promotion rule(const char *json)
{
    Promotion out = { .code = STR_NONE };
    Error     err = { 0 };
    if (!json_read_stored(&arena, &Promotion_def, str_from(json), &out, &err)) {
        check(false, json);
        printf("  %s %s\n", err.field, err.message);
    }
    return out;
}

static Guardrails limits(const char *json)
{
    Guardrails out = { 0 };
    Error      err = { 0 };
    check(json_read_stored(&arena, &Guardrails_def, str_from(json), &out, &err), json);
    return out;
}

#define ITEM(rest) "{\"code\":\"P1\",\"name\":\"N\",\"phase\":\"item\"" rest "}"
#define BUNDLE(rest) "{\"code\":\"P1\",\"name\":\"N\",\"phase\":\"bundle\"" rest "}"
#define ORDER(rest) "{\"code\":\"P1\",\"name\":\"N\",\"phase\":\"order\"" rest "}"
#define SHIP(rest) "{\"code\":\"P1\",\"name\":\"N\",\"phase\":\"shipping\"" rest "}"
#define TENDER(rest) "{\"code\":\"P1\",\"name\":\"N\",\"phase\":\"tender\"" rest "}"
#define TEN ",\"percent\":100000"

/* The field of the first fault; NULL: there is none; a '~' before it: it is a warning. */
static const struct {
    const char *json, *field;
} cases[] = {
    { ITEM(TEN), NULL },
    { ITEM(""), "percent" },
    { ITEM(TEN ",\"amount\":5"), "amount" },
    { ITEM(TEN ",\"price\":5"), "price" },
    { ITEM(TEN ",\"tiers\":[{\"from_quantity\":2,\"percent\":5}]"), "tiers" },
    { "{\"code\":\"a b\",\"name\":\"N\",\"phase\":\"item\",\"percent\":1}", "code" },
    { ITEM(TEN ",\"from\":\"2026-01-02T00:00:00Z\",\"until\":\"2026-01-02T00:00:00Z\""), "until" },
    { ITEM(TEN ",\"weekdays\":[\"mon\",\"someday\"]"), "weekdays[1]" },
    { ITEM(TEN ",\"weekdays\":[\"mon\",\"mon\"]"), "weekdays[1]" },
    /* 6 January 2026 is a Tuesday; somewhere it is still Monday or Wednesday already */
    { ITEM(TEN
           ",\"weekdays\":[\"sat\"],\"from\":\"2026-01-06T10:00:00Z\",\"until\":\"2026-01-06T12:00:00Z\""),
      "weekdays" },
    { ITEM(TEN
           ",\"weekdays\":[\"wed\"],\"from\":\"2026-01-06T10:00:00Z\",\"until\":\"2026-01-06T12:00:00Z\""),
      NULL },
    { ITEM(TEN ",\"hours\":[{\"from\":600,\"until\":600}]"), "hours[0].until" },
    { ITEM(TEN ",\"hours\":[{\"from\":1320,\"until\":120}]"), NULL },
    { ITEM(TEN ",\"select\":{\"skus\":[\"A\",\"B\"],\"except_skus\":[\"B\"]}"), "select.except_skus[0]" },
    { ITEM(TEN ",\"select\":{\"tags\":[\"x\"],\"except_tags\":[\"x\"]}"), "select.except_tags[0]" },
    { ITEM(TEN ",\"select\":{\"categories\":[\"TEA\"],\"except_categories\":[\"GREEN\"]}"), NULL },
    { ITEM(TEN ",\"select\":{\"price_from\":100,\"price_until\":100}"), "select.price_until" },
    { ITEM(TEN ",\"select\":{\"price_until\":1}"), "select.price_until" },
    { ITEM(",\"price\":99,\"select\":{\"price_until\":100}"), "price" },
    { ITEM(",\"price\":98,\"select\":{\"price_until\":100}"), NULL },
    { ITEM(TEN ",\"needs\":[{}]"), "needs[0]" },
    { ITEM(TEN ",\"needs\":[{\"quantity\":2,\"select\":{\"brands\":[\"b\"],\"except_brands\":[\"b\"]}}]"),
      "needs[0].select.except_brands[0]" },
    { ITEM(TEN ",\"needs_by\":\"paid\",\"needs\":[{\"quantity\":2}]"), "needs_by" },
    { ORDER(TEN ",\"needs_by\":\"list\""), "needs_by" },
    { ORDER(TEN ",\"needs_by\":\"list\",\"needs\":[{\"amount\":2000}]"), NULL },
    { ITEM(",\"tiers\":[{\"from_quantity\":3,\"percent\":5},{\"from_quantity\":3,\"percent\":9}]"),
      "tiers[1].from_quantity" },
    { ITEM(",\"tiers\":[{\"from_quantity\":3,\"percent\":9},{\"from_quantity\":5,\"percent\":9}]"),
      "tiers[1]" },
    { ITEM(",\"tiers\":[{\"from_quantity\":3,\"price\":9},{\"from_quantity\":5,\"price\":10}]"),
      "tiers[1]" },
    { ITEM(",\"tiers\":[{\"from_quantity\":3,\"percent\":5},{\"from_amount\":900,\"percent\":9}]"),
      "tiers[1]" },
    { ITEM(",\"tiers\":[{\"percent\":5}]"), "tiers[0]" },
    { ITEM(",\"tiers\":[{\"from_quantity\":1}]"), "tiers[0]" },
    { ITEM(",\"tiers\":[{\"from_quantity\":1,\"percent\":5,\"amount\":1}]"), "tiers[0]" },
    { ITEM(",\"tiers\":[{\"from_quantity\":3,\"percent\":5},{\"from_quantity\":5,\"amount\":9}]"), NULL },
    { ORDER(",\"tiers\":[{\"from_amount\":3,\"price\":5}]"), "tiers[0].price" },
    { ITEM(TEN ",\"tiers_by\":\"line\""), "tiers_by" },
    { ORDER(",\"tiers_by\":\"line\",\"tiers\":[{\"from_amount\":3,\"percent\":5}]"), "tiers_by" },
    { ORDER(",\"price\":5"), "price" },
    { ITEM(TEN ",\"per\":\"line\""), "per" },
    { ITEM(",\"amount\":5,\"per\":\"line\""), NULL },
    { ORDER(TEN ",\"max_units\":2"), "max_units" },
    { ORDER(TEN ",\"each_amount\":2"), "each_amount" },
    { ORDER(",\"amount\":500,\"each_amount\":400"), "each_amount" },
    { ORDER(",\"amount\":500,\"each_amount\":5000"), NULL },
    { SHIP(TEN ",\"select\":{\"skus\":[\"A\"]}"), "select" },
    { SHIP(",\"price\":0,\"needs\":[{\"amount\":5000}]"), NULL },
    { TENDER(TEN), "tenders" },
    { TENDER(TEN ",\"tenders\":[\"card\"]"), NULL },
    { ORDER(TEN ",\"tenders\":[\"card\"]"), "tenders" },
    { BUNDLE(TEN), "parts" },
    { BUNDLE(TEN ",\"parts\":[{\"quantity\":3}],\"select\":{}"), "select" },
    { BUNDLE(TEN ",\"parts\":[{\"quantity\":3,\"get\":4}]"), "parts[0].get" },
    { BUNDLE(TEN ",\"parts\":[{\"quantity\":3,\"get\":0}]"), "parts" },
    { BUNDLE(TEN ",\"parts\":[{\"quantity\":3,\"get\":1}],\"pick\":\"dearest\""), NULL },
    { BUNDLE(TEN ",\"parts\":[{\"quantity\":3}],\"pick\":\"dearest\""), "~pick" },
    { BUNDLE(",\"price\":297,\"parts\":[{\"quantity\":3,\"select\":{\"price_until\":100}}]"), "price" },
    { BUNDLE(",\"price\":296,\"parts\":[{\"quantity\":3,\"select\":{\"price_until\":100}}]"), NULL },
    { BUNDLE(",\"price\":1,\"parts\":[{\"quantity\":3,\"select\":{\"skus\":[\"A\"],\"except_skus\":[\"A\"]}"
             "}]"),
      "parts[0].select.except_skus[0]" },
    { ITEM(TEN ",\"parts\":[{\"quantity\":3}]"), "parts" },
    { ITEM(TEN ",\"max_repeats\":3"), "max_repeats" },
    { ITEM(",\"gift\":true,\"percent\":1000000,\"select\":{\"skus\":[\"A\"]}"), "needs" },
    { ITEM(",\"gift\":true,\"percent\":1000000,\"needs\":[{\"amount\":1}]"), "select" },
    { ITEM(",\"gift\":true,\"percent\":1000000,\"needs\":[{\"amount\":1}],\"select\":{\"skus\":[\"A\"]}"),
      NULL },
    { ORDER(TEN ",\"gift\":true,\"needs\":[{\"amount\":1}],\"select\":{\"skus\":[\"A\"]}"), "gift" },
    { ITEM(TEN ",\"stacks\":\"set\""), "sets" },
    { ITEM(TEN ",\"stacks\":\"none\",\"sets\":[\"a\"]"), "sets" },
    { ITEM(TEN ",\"stacks\":\"set\",\"sets\":[\"a\",\"a\"]"), "sets[1]" },
    { ITEM(TEN ",\"stacks\":\"none\",\"group\":\"g\""), "~group" },
};

static void check_alone(void)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        PromoFaults faults = { .count = 0 };
        Promotion   p      = rule(cases[i].json);
        const char *want   = cases[i].field;
        promo_check(&p, NULL, &faults);
        bool warning = want && *want == '~';
        if (warning) want++;
        bool ok = want ? faults.count > 0 && strcmp(faults.items[0].field, want) == 0
                             && faults.items[0].warning == warning && faults.items[0].reason[0]
                       : faults.count == 0;
        check(ok, cases[i].json);
        if (!ok)
            printf("  expected %s, found %s: %s\n", want ? want : "nothing",
                   faults.count ? faults.items[0].field : "nothing", faults.items[0].reason);
    }
}

static bool refuses(const char *json, const char *guardrails, const char *field)
{
    PromoFaults faults = { .count = 0 };
    Promotion   p      = rule(json);
    Guardrails  g      = limits(guardrails);
    promo_check(&p, &g, &faults);
    if (!field) return faults.refused == 0 && faults.count == 1;
    return faults.refused == 1 && strcmp(faults.items[0].field, field) == 0;
}

static void check_limits(void)
{
    check(refuses(ITEM(TEN), "{\"max_line_rate\":0}", "phase"),
          "a guardrail that lets nothing be taken off");
    check(refuses(ITEM(TEN), "{\"max_line_rate\":50000}", NULL), "one that cuts a promotion is a warning");
    check(
        refuses(ITEM(",\"gift\":true,\"price\":0,\"needs\":[{\"amount\":1}],\"select\":{\"skus\":[\"A\"]}"),
                "{\"margin_rate\":0}", "gift"),
        "a gift is nothing where all must keep a margin");
}

static const PromoFault *find_fault(const PromoFaults *faults, const char *code, const char *field)
{
    for (size_t i = 0; i < faults->count; i++)
        if (strcmp(faults->items[i].code, code) == 0 && strcmp(faults->items[i].field, field) == 0)
            return &faults->items[i];
    return NULL;
}

#define RULE(code, rest) "{\"code\":\"" code "\",\"name\":\"N\"" rest TEN "}"

static void check_sets(void)
{
    Promotion   set[]  = { rule(RULE("A", ",\"phase\":\"item\",\"priority\":5,\"stacks\":\"set\""
                                             ",\"sets\":[\"x\",\"y\"]")),
                           rule(RULE("B", ",\"phase\":\"item\",\"sets\":[\"x\"],\"group\":\"g\"")),
                           rule(RULE("C", ",\"phase\":\"shipping\",\"group\":\"g\"")),
                           rule(RULE("D", ",\"phase\":\"order\"")),
                           rule(RULE("D", ",\"phase\":\"order\"")),
                           rule(RULE("E", ",\"phase\":\"item\",\"group\":\"g\"")),
                           rule(RULE("F", ",\"phase\":\"item\",\"group\":\"h\",\"channels\":[\"pos\"]")),
                           rule(RULE("G", ",\"phase\":\"item\",\"group\":\"h\",\"channels\":[\"web\"]")) };
    PromoFaults faults = { .count = 0 };
    promo_check_set(set, COUNT(set), NULL, &faults);
    check(find_fault(&faults, "A", "sets[1]") && !find_fault(&faults, "A", "sets[0]"),
          "a set that nobody else is in");
    check(find_fault(&faults, "B", "group") && find_fault(&faults, "C", "group"),
          "a group of goods and shipping");
    check(find_fault(&faults, "D", "code"), "the same code twice");
    const PromoFault *tie = find_fault(&faults, "B", "priority");
    check(tie && tie->warning, "a tie that the code decides is a warning");
    check(!find_fault(&faults, "F", "priority"), "where they never meet there is none");
}

static void check_worst(void)
{
    static const struct {
        const char *json;
        int64_t     rate, amount;
    } worst[] = {
        { ITEM(TEN), 100000, INT64_MAX },
        { ITEM(TEN ",\"max_discount\":500"), 100000, 500 },
        { ITEM(",\"amount\":100"), 1000000, INT64_MAX },
        { ITEM(",\"amount\":100,\"max_units\":3"), 1000000, 300 },
        { ITEM(",\"price\":60,\"select\":{\"price_until\":101}"), 400000, INT64_MAX },
        { ORDER(",\"amount\":1000"), 1000000, 1000 },
        { ORDER(",\"amount\":1000,\"each_amount\":3000"), 333334, INT64_MAX },
        { ORDER(
              ",\"tiers\":[{\"from_amount\":5000,\"amount\":500},{\"from_amount\":9000,\"amount\":1000}]"),
          111112, 1000 },
        { BUNDLE(",\"amount\":50,\"max_repeats\":2,\"parts\":[{\"quantity\":2}]"), 1000000, 100 },
        { SHIP(",\"price\":0"), 0, INT64_MAX },
    };
    for (size_t i = 0; i < COUNT(worst); i++) {
        Promotion p  = rule(worst[i].json);
        bool      ok = promo_worst_rate(&p) == worst[i].rate && promo_worst_amount(&p) == worst[i].amount;
        check(ok, worst[i].json);
        if (!ok)
            printf("  %lld %lld\n", (long long)promo_worst_rate(&p), (long long)promo_worst_amount(&p));
    }
}

static bool reads_as(const char *typed, uint64_t number, int length)
{
    CouponCode code = coupon_code_read(str_from(typed));
    return code.length == length && code.number == number;
}

static void check_codes(void)
{
    char     out[64], typed[64];
    uint64_t numbers[] = { 0, 1, 31, 32, 0xFFFFFFFFFF, 123456789012 };
    bool     same = true, swaps = true;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        size_t len = coupon_code_write(STR("SPRING"), numbers[i], 8, out);
        out[len]   = 0;
        same       = same && len == 6 + 1 + 9 && reads_as(out, numbers[i], 8);
        for (size_t at = 7; at < len; at++) { /* every wrong sign is found */
            memcpy(typed, out, len + 1);
            typed[at] = out[at] == '7' ? '8' : '7';
            swaps     = swaps && reads_as(typed, 0, 0);
        }
    }
    check(same, "a code is read as the number that it was written for");
    check(swaps, "a wrong sign is noticed");
    size_t len = coupon_code_write(STR(""), 0x20021, 8, out); /* 0000 4011 with its check character */
    out[len]   = 0;
    (void)snprintf(typed, sizeof typed, "oooo 4oll%.8s", out + 8);
    check(len == 9 && memcmp(out, "00004011", 8) == 0 && reads_as(typed, 0x20021, 8),
          "O is 0, l is 1, blanks are none");
    CouponCode hand = coupon_code_read(STR(" summer25 "));
    check(str_eq(coupon_code_text(&hand), STR("SUMMER25")) && hand.length == 0, "a code given by hand");
    hand = coupon_code_read(STR("caf\xC3\xA9"));
    check(hand.text_len == 0, "other signs are no code");
}

int main(void)
{
    arena_init(&arena, bytes, sizeof bytes);
    check_alone();
    check_limits();
    check_sets();
    check_worst();
    check_codes();
    return check_finish("promo_check");
}
