/* allocation_test.c — what was paid can be given back, to the last unit of money. On baskets by chance: parts
 * add up to lines and lines to the basket, for discount, net, tax and total; a part's units are given back by
 * cumulative share, in any order and in pieces of any size, and all of it together is exactly what was paid;
 * no return is below nothing; and what is 100 % off costs nothing in every mode of rounding.
 * Usage: allocation_test [FIRST-SEED [COUNT]] — the claim is checked with `allocation_test 0 1000000`. */
#include "tests/kit.h"
#include "tests/price/engine.h"

#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES = 16 << 20, CASE_BYTES = 1 << 20, LINES = 12, PARTS_MAX = 4096 };

typedef struct {
    PricedPart part;  /* of the sale */
    PricedPart given; /* given back of it so far */
} Sold;

/* --- returns --- */

/* What has been given back of an amount when `quantity` of `all` has come back. */
static int64_t cumulative(int64_t amount, int64_t quantity, int64_t all)
{
    Error   err = { 0 };
    int64_t out = 0;
    return money_scale(amount, quantity, all, ROUND_HALF_UP, &out, &err) ? out : -1;
}

/* Gives back some more of a part; false when that is below nothing or more than was paid. */
static bool give_back(Sold *sold, int64_t quantity)
{
    PricedPart before = sold->given, *to = &sold->given;
    to->quantity += quantity;
    to->discount = cumulative(sold->part.discount, to->quantity, sold->part.quantity);
    to->net      = cumulative(sold->part.net, to->quantity, sold->part.quantity);
    to->tax      = cumulative(sold->part.tax, to->quantity, sold->part.quantity);
    to->total    = to->net + to->tax;
    return to->discount >= before.discount && to->net >= before.net && to->tax >= before.tax
           && to->net <= sold->part.net && to->tax <= sold->part.tax && to->total <= sold->part.total;
}

static size_t collect(const Priced *priced, Sold *sold)
{
    size_t count = 0;
    for (size_t i = 0; i <= priced->lines.count; i++) {
        const PricedLine *line = i < priced->lines.count ? &priced->lines.items[i] : priced->shipping;
        for (size_t p = 0; line && p < line->parts.count; p++)
            sold[count++] = (Sold){ .part = line->parts.items[p] };
    }
    return count;
}

/* Everything comes back, a piece of this and a piece of that. */
static const char *return_all(const Priced *priced, uint64_t *state)
{
    static Sold sold[PARTS_MAX];
    size_t      count = collect(priced, sold), left = count;
    PricedPart  all   = { 0 };
    while (left > 0) {
        Sold   *it      = &sold[below(state, (int64_t)count)];
        int64_t missing = it->part.quantity - it->given.quantity;
        if (missing == 0) {
            for (it = sold; it->part.quantity == it->given.quantity;) it++;
            missing = it->part.quantity - it->given.quantity;
        }
        bool    whole  = missing % QTY_ONE == 0 && odds(state, 80);
        int64_t pieces = whole ? (1 + below(state, missing / QTY_ONE)) * QTY_ONE : 1 + below(state, missing);
        if (odds(state, 30)) pieces = missing;
        if (!give_back(it, pieces)) return "a return gives less than nothing or more than was paid";
        if (pieces == missing) left--;
    }
    for (size_t n = 0; n < count; n++) {
        if (sold[n].given.total != sold[n].part.total) return "a part is not given back whole";
        all.discount += sold[n].given.discount;
        all.net += sold[n].given.net;
        all.tax += sold[n].given.tax;
        all.total += sold[n].given.total;
    }
    int64_t discount = priced->discount + (priced->shipping ? priced->shipping->discount : 0);
    bool    same     = all.discount == discount && all.net == priced->net && all.tax == priced->tax
                && all.total == priced->total;
    return same ? NULL : "all returns together are not what was paid";
}

/* --- all of it off --- */

static const char *all_off(Arena *arena, const Case *it, uint64_t *state)
{
    static const char *const roundings[] = { "half_up", "half_even", "down" };
    static const char *const places[] = { "line", "unit", "document" };
    ManualDiscount all  = { PPM_ONE, OPT_NONE, OPT_NONE, STR("gift") };
    Case           free = *it;
    free.in.guardrails  = NULL;
    for (size_t i = 0; i < free.in.lines.count; i++) {
        CartLine *line   = &free.in.lines.items[i];
        line->fixed      = false;
        line->fees.count = 0;
        line->manual     = odds(state, 50) && line->unit_price > 0 ? &all : NULL;
    }
    free.in.manual = &all;
    if (free.in.shipping) free.in.shipping->amount = 0;
    for (int mode = 0; mode < 9; mode++) {
        Priced priced;
        Error  err                = { 0 };
        free.in.tax_rounding      = str_from(roundings[mode % 3]);
        free.in.tax_rounded_per   = str_from(places[mode / 3]);
        arena_reset(arena);
        if (!engine_price(arena, &free, &priced, &err)) return "what is free is refused";
        if (priced.total != 0 || priced.tax != 0 || priced.net != 0) return "what is free has a price";
        if (engine_unsound(&free, &priced)) return engine_unsound(&free, &priced);
    }
    return NULL;
}

static const char *look_at(Arena *arena, const Case *it, uint64_t seed, long *refused)
{
    Priced      priced;
    Error       err   = { 0 };
    uint64_t    state = seed;
    const char *wrong = NULL;
    arena_reset(arena);
    if (engine_price(arena, it, &priced, &err)) {
        wrong = engine_unsound(it, &priced);
        for (int round = 0; round < 3 && !wrong; round++) wrong = return_all(&priced, &state);
    } else {
        (*refused)++;
        if (err.def != &ERR_DISCOUNT_RANGE) return err.def->name;
    }
    return wrong || seed % 8 ? wrong : all_off(arena, it, &state);
}

int main(int argc, char **argv)
{
    static uint8_t case_bytes[CASE_BYTES], bytes[ARENA_BYTES];
    Arena          case_arena, arena;
    int64_t        from = 0, count = 4000, wrong = 0;
    long           refused = 0;
    if (argc > 1 && !str_to_i64(str_from(argv[1]), &from)) return 2;
    if (argc > 2 && !str_to_i64(str_from(argv[2]), &count)) return 2;
    if (argc == 2) count = 1;
    arena_init(&arena, bytes, sizeof bytes);
    for (int64_t seed = from; seed < from + count && wrong < 10; seed++) {
        Case it;
        arena_init(&case_arena, case_bytes, sizeof case_bytes);
        case_make_large(&case_arena, (uint64_t)seed, LINES, &it);
        const char *why = look_at(&arena, &it, (uint64_t)seed, &refused);
        if (!why) continue;
        wrong++;
        Buf buf = buf_make(&case_arena, 4096);
        case_write(&buf, &it);
        printf("seed %lld: %s\n{ %.*s }\n", (long long)seed, why, STR_FMT(buf_str(&buf)));
    }
    printf("%lld baskets, %ld refused\n", (long long)count, refused);
    check(wrong == 0, "parts, lines and returns add up to what was paid");
    check(refused < count / 4 + 1, "few of the baskets are refused");
    return check_finish("allocation_test");
}
