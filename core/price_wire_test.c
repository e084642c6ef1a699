/* price_wire_test.c — from the bytes of a basket to those of its price, as the browser asks for it. */
#include "core/price_wire.h"
#include "core/wire.h"
#include "tests/kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 1 << 20 };

static Str bytes_of(Arena *arena, const StructDef *def, const void *value)
{
    Buf buf = buf_make(arena, 256);
    wire_encode(&buf, def, value);
    return buf_str(&buf);
}

/* One promotion: ten per cent off everything. */
static Str rules_of(Arena *arena)
{
    Promotion p = { .code = STR("ten"), .version = 1, .name = STR("Ten off"), .phase = STR("order"),
                    .priority = OPT_NONE, .from = OPT_NONE, .until = OPT_NONE, .birthday_days = OPT_NONE,
                    .percent = 100000, .amount = OPT_NONE, .price = OPT_NONE, .each_amount = OPT_NONE,
                    .max_units = OPT_NONE, .max_repeats = OPT_NONE, .max_discount = OPT_NONE };
    RuleSet   set = { { &p, 1 } };
    return bytes_of(arena, &RuleSet_def, &set);
}

/* A bundle that gives away more than it takes. */
static bool nonsense_is_refused(Arena *arena)
{
    PromoSet *set  = NULL;
    Error     err  = { 0 };
    BundlePart part = { .quantity = 1, .get = 3 };
    Promotion p = { .code = STR("odd"), .version = 1, .name = STR("Odd"), .phase = STR("bundle"),
                    .priority = OPT_NONE, .from = OPT_NONE, .until = OPT_NONE, .birthday_days = OPT_NONE,
                    .percent = 100000, .amount = OPT_NONE, .price = OPT_NONE, .each_amount = OPT_NONE,
                    .max_units = OPT_NONE, .max_repeats = OPT_NONE, .max_discount = OPT_NONE,
                    .parts = { &part, 1 } };
    RuleSet   rules = { { &p, 1 } };
    return !price_wire_rules(arena, bytes_of(arena, &RuleSet_def, &rules), &set, &err)
        && err.def == &ERR_FIELD_INVALID && strcmp(err.field, "promotions[0].parts[0].get") == 0;
}

static Str basket_of(Arena *arena, int64_t quantity)
{
    CartLine  line = { .sku = STR("tea"), .tax_class = STR("untaxed"), .quantity = quantity,
                       .unit_price = 300, .cost = OPT_NONE };
    CartInput in   = { .currency = STR("GBP"), .cash_step = OPT_NONE, .at = OPT_NONE, .local_date = OPT_NONE,
                       .local_minute = OPT_NONE, .lines = { &line, 1 } };
    return bytes_of(arena, &CartInput_def, &in);
}

static bool priced_is(Arena *arena, const PromoSet *set, int64_t total)
{
    Str    answer = STR_NONE;
    Priced priced;
    Error  err = { 0 };
    return price_wire_basket(arena, set, basket_of(arena, 3000), true, &answer, &err)
        && wire_decode(arena, &Priced_def, answer, &priced, &err) && priced.total == total
        && priced.lines.count == 1 && priced.steps.count > 0;
}

static void test_prices(Arena *arena)
{
    PromoSet *set = NULL;
    Error     err = { 0 };
    check(priced_is(arena, NULL, 900), "without rules a basket costs its list price");
    check(price_wire_rules(arena, rules_of(arena), &set, &err) && priced_is(arena, set, 810),
          "rules in bytes take off what they say");
    check(price_wire_rules(arena, STR("\0"), &set, &err) && priced_is(arena, set, 900), "no rules are rules");
    check(!price_wire_rules(arena, STR("\x01\x05"), &set, &err) && err.def == &ERR_WIRE_FORM,
          "what is cut off is refused");
}

static void test_refusal(Arena *arena)
{
    Str     answer = STR_NONE;
    Refusal refusal;
    Error   err = { 0 };
    check(nonsense_is_refused(arena), "a promotion that cannot be meant is refused, with its place");
    check(!price_wire_basket(arena, NULL, basket_of(arena, 0), true, &answer, &err)
              && err.def == &ERR_FIELD_INVALID,
          "the limits of the table hold for bytes, too");
    check(wire_decode(arena, &Refusal_def, price_wire_refusal(arena, &err), &refusal, &err)
              && str_eq(refusal.code, STR("field_invalid")) && refusal.status == 422 && !refusal.retry
              && str_eq(refusal.field, STR("lines[0].quantity")) && refusal.detail.len > 0,
          "a refusal says what the server would say");
    err_set(&err, &ERR_MEMORY, "", "%s", "");
    check(wire_decode(arena, &Refusal_def, price_wire_refusal(arena, &err), &refusal, &err)
              && !refusal.field.ptr && !refusal.detail.ptr,
          "what an error does not say is absent");
}

/* Every allocation that fails is told, and the last answer is whole. */
static void test_memory(Arena *arena)
{
    Str   basket = basket_of(arena, 3000), answer = STR_NONE;
    Error err    = { 0 };
    size_t used  = arena->used;
    long   n     = 0;
    bool   ok    = false;
    do {
        arena->used    = used;
        arena->fail_in = ++n;
        ok             = price_wire_basket(arena, NULL, basket, true, &answer, &err);
    } while (!ok && err.def == &ERR_MEMORY && n < 1000);
    arena->fail_in = 0;
    check(ok && n > 3, "an arena that is full is said, wherever it happens");
}

int main(void)
{
    Arena arena;
    void *bytes = malloc(ARENA_BYTES);
    if (!bytes) return 1;
    arena_init(&arena, bytes, ARENA_BYTES);
    test_prices(&arena);
    test_refusal(&arena);
    test_memory(&arena);
    check(price_wire_form() == price_wire_form() && price_wire_form() != 0, "the form has a number");
    free(bytes);
    return check_finish("price_wire");
}
