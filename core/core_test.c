/* core_test.c — the core promises: exact splits, sums that add up, barcodes, card numbers. */
#include "core/cart.h"
#include "core/gtin.h"
#include "core/pan.h"
#include "tests/chance.h"
#include "tests/kit.h"

#include <stdio.h>
#include <stdlib.h>

static void test_money(Arena *arena)
{
    Error   err;
    int64_t out = 0;
    check(money_scale(333, 200000, PPM_ONE, ROUND_HALF_UP, &out, &err) && out == 67,
          "a rate rounds half up");
    check(money_scale(5, 1, 2, ROUND_HALF_EVEN, &out, &err) && out == 2, "half even goes to the even one");
    check(money_scale(-5, 1, 2, ROUND_HALF_UP, &out, &err) && out == -3, "half up is away from zero");
    check(money_scale(7, 1, 2, ROUND_UP, &out, &err) && out == 4, "up is up");
    check(money_scale(-7, 1, 2, ROUND_UP, &out, &err) && out == -4, "up is away from zero");
    check(money_scale(8, 1, 2, ROUND_UP, &out, &err) && out == 4, "what needs no rounding stays");
    check(money_scale(INT64_MAX / 5, 9, 10, ROUND_UP, &out, &err) && out == 1660206966633859645,
          "up in 128 bits too");
    check(!money_scale(INT64_MAX, 1000, 1, ROUND_DOWN, &out, &err) && err.def == &ERR_AMOUNT_RANGE,
          "an amount that does not fit is refused");
    check(money_cash_round(1233, 5) == 1235 && money_cash_round(1232, 5) == 1230,
          "cash rounds to the coin");
    check(str_eq(money_text(arena, -5, STR("GBP")), STR("-0.05")), "pence have two decimals");
    check(str_eq(money_text(arena, 1200, STR("JPY")), STR("1200")), "yen have none");
    check(str_eq(money_text(arena, 1234, STR("KWD")), STR("1.234")), "dinars have three");
    check(str_eq(qty_text(arena, 1250), STR("1.25")) && str_eq(qty_text(arena, 2000), STR("2")),
          "quantities");
}

static void test_split(void)
{
    bool ok = true;
    for (int round = 0; round < 20000 && ok; round++) {
        int64_t weights[12], parts[12], sum = 0;
        size_t  count = (size_t)below(12) + 1;
        int64_t total = below(200000) - 100000;
        for (size_t i = 0; i < count; i++) weights[i] = below(5000);
        money_split(total, weights, count, parts);
        for (size_t i = 0; i < count; i++) sum += parts[i];
        ok = sum == total;
    }
    check(ok, "the parts of a split add up, 20,000 times");
}

static bool basket_adds_up(Arena *arena)
{
    static const CartRate rates[] = {
        { .tax_class = STR("standard"), .name = STR("VAT"), .rate = 200000 },
        { .tax_class = STR("reduced"), .name = STR("VAT"), .rate = 50000 },
        { .tax_class = STR("city"), .name = STR("State"), .rate = 62500 },
        { .tax_class = STR("city"), .name = STR("City"), .rate = 13750, .compound = true },
    };
    static const Str classes[] = { STR("standard"), STR("reduced"), STR("city") };
    CartLine         lines[20];
    ManualDiscount   off[20], all = { .percent = OPT_NONE, .price = OPT_NONE, .reason = STR("r") };
    CartInput        in = { .currency = STR("GBP"),
                            .lines    = { lines, 0 },
                            .rates    = { (CartRate *)rates, COUNT(rates) } };
    Priced           out;
    Error            err;
    in.lines.count        = (size_t)below(20) + 1;
    in.prices_include_tax = below(2);
    in.tax_rounded_per    = below(2) ? STR("document") : STR("line");
    in.cash_step          = below(2) * 5;
    int64_t value         = 0;
    for (size_t i = 0; i < in.lines.count; i++) {
        lines[i]        = (CartLine){ .sku          = STR("x"),
                                      .tax_class    = classes[below(3)],
                                      .quantity     = (below(9) + 1) * 1000,
                                      .unit_price   = below(9999),
                                      .price_source = STR("list") };
        int64_t gross   = lines[i].unit_price * lines[i].quantity / 1000;
        off[i]          = (ManualDiscount){ .percent = OPT_NONE,
                                            .amount  = gross > 1 ? below(gross - 1) + 1 : 1,
                                            .price   = OPT_NONE,
                                            .reason  = STR("r") };
        lines[i].manual = gross > 1 ? &off[i] : NULL;
        value += gross > 1 ? gross - off[i].amount : gross;
    }
    all.amount = value > 1 ? below(value - 1) + 1 : OPT_NONE;
    in.manual  = value > 1 ? &all : NULL;
    if (!cart_price(arena, NULL, &in, true, &out, &err)) return false;
    int64_t net = 0, tax = 0, rated = 0;
    for (size_t i = 0; i < in.lines.count; i++) {
        net += out.lines.items[i].net;
        tax += out.lines.items[i].tax;
        if (out.lines.items[i].total != out.lines.items[i].net + out.lines.items[i].tax) return false;
    }
    for (size_t t = 0; t < out.taxes.count; t++) rated += out.taxes.items[t].amount;
    bool kept = !in.prices_include_tax || out.total == out.subtotal - out.discount;
    return kept && net == out.net && tax == out.tax && rated == out.tax && out.total == net + tax;
}

static void test_cart(Arena *arena)
{
    bool ok = true;
    for (int i = 0; i < 50000 && ok; i++) {
        arena_reset(arena);
        ok = basket_adds_up(arena);
    }
    check(ok, "50,000 random baskets add up to the last unit");
    CartRate  rate = { .tax_class = STR("standard"), .name = STR("VAT"), .rate = 200000 };
    CartLine  line[3];
    CartInput in = { .currency = STR("GBP"), .lines = { line, 3 }, .rates = { &rate, 1 } };
    Priced    out;
    Error     err;
    for (int i = 0; i < 3; i++)
        line[i] = (CartLine){ .tax_class = STR("standard"), .quantity = 1000, .unit_price = 33 };
    check(cart_price(arena, NULL, &in, false, &out, &err) && out.tax == 21, "tax is rounded per line");
    in.tax_rounded_per = STR("document");
    check(cart_price(arena, NULL, &in, false, &out, &err) && out.tax == 20, "tax is rounded per document");
    line[1].quantity = 0;
    check(!cart_price(arena, NULL, &in, false, &out, &err) && err.def == &ERR_QUANTITY_RANGE
              && str_eq(str_from(err.field), STR("lines[1].quantity")),
          "no quantity is refused, with its path");
    line[1].quantity  = 1000;
    line[1].tax_class = STR("none");
    check(!cart_price(arena, NULL, &in, false, &out, &err) && err.def == &ERR_TAX_UNRESOLVED,
          "no rate is refused");
}

static void test_numbers(void)
{
    check(gtin_valid(STR("4006381333931")) && !gtin_valid(STR("4006381333932")), "EAN-13 check digit");
    check(gtin_valid(STR("96385074")) && gtin_valid(STR("036000291452")), "GTIN-8 and UPC-A");
    check(pan_found(STR("card 4111 1111-1111 1111 ok"), false), "a Visa number in a note is found");
    check(pan_found(STR("378282246310005"), false) && pan_found(STR("5555555555554444"), true),
          "Amex and Mastercard");
    check(!pan_found(STR("4111111111111112"), false), "a wrong Luhn digit is none");
    check(!pan_found(STR("4000000000006"), true) == gtin_valid(STR("4000000000006")),
          "a GTIN is none where allowed");
    check(pan_found(STR(";4111111111111111=2512"), false), "a magnetic track is found");
}

int main(void)
{
    enum { BYTES = 1 << 20 };
    Arena arena;
    void *bytes = malloc(BYTES);
    if (!bytes) return 1;
    arena_init(&arena, bytes, BYTES);
    test_money(&arena);
    test_split();
    test_cart(&arena);
    test_numbers();
    free(bytes);
    return check_finish("core");
}
