/* price.c — how long one core takes to price a basket, without server, database or JSON.
 * Usage: bench-price LINES PROMOTIONS [index] | bench-price LINES PROMOTIONS bytes FILE
 * Prints microseconds per basket, the median of 15 rounds.
 * The promotions are a mix as shops have: on items, brands and categories, bundles by tag, coupons, groups
 * of customers, thresholds; some do not stack, so that there is something to choose. `index`: each is on one
 * item of a hundred thousand, so that a basket meets as few of them however many there are.
 * `bytes`: from bytes to bytes, as core.wasm does it; FILE gets the same promotions and baskets for that
 * (tests/wasm/bench.mjs). */
#include "core/price_wire.h"
#include "core/wire.h"
#include "tests/chance.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    ROUNDS      = 15,
    ARENA_BYTES = 64 << 20,
    BRANDS      = 60,
    CATEGORIES  = 40,
    TAGS        = 150,
    SKUS        = 5000,
    MANY_SKUS   = 100000,
    BASKETS     = 200
};

static Str name(Arena *arena, char kind, int64_t n)
{
    return str_format(arena, "%c%lld", kind, (long long)n);
}

static TextList one(Arena *arena, Str text)
{
    Str *items = arena_array(arena, Str, 1);
    if (!items) abort();
    items[0] = text;
    return (TextList){ items, 1 };
}

static Promotion blank(Arena *arena, int64_t n, const char *phase)
{
    return (Promotion){ .code          = name(arena, 'P', n),
                        .version       = 1,
                        .name          = name(arena, 'P', n),
                        .phase         = str_from(phase),
                        .priority      = OPT_NONE,
                        .from          = OPT_NONE,
                        .until         = OPT_NONE,
                        .birthday_days = OPT_NONE,
                        .percent       = OPT_NONE,
                        .amount        = OPT_NONE,
                        .price         = OPT_NONE,
                        .each_amount   = OPT_NONE,
                        .max_units     = OPT_NONE,
                        .max_repeats   = OPT_NONE,
                        .max_discount  = OPT_NONE };
}

static Selector *selector(Arena *arena)
{
    Selector *select = arena_new(arena, Selector);
    if (!select) abort();
    select->price_from = select->price_until = OPT_NONE;
    return select;
}

static void make_bundle(Arena *arena, Promotion *p)
{
    BundlePart *part = arena_new(arena, BundlePart);
    if (!part) abort();
    part->select       = selector(arena);
    part->select->tags = one(arena, name(arena, 'T', below(TAGS)));
    part->quantity     = 2 + below(2);
    part->get          = 1;
    p->phase           = STR("bundle");
    p->percent         = below(2) ? PPM_ONE : PPM_ONE / 2;
    p->parts.items     = part;
    p->parts.count     = 1;
}

static void make_threshold(Arena *arena, Promotion *p)
{
    Need *need = arena_new(arena, Need);
    if (!need) abort();
    need->quantity = OPT_NONE;
    need->amount   = 5000 + below(100000);
    p->phase       = STR("order");
    p->amount      = 100 + below(900);
    p->needs.items = need;
    p->needs.count = 1;
}

static Promotion make_promotion(Arena *arena, int64_t n, bool narrow)
{
    Promotion p    = blank(arena, n, "item");
    int64_t   kind = narrow ? 0 : below(20);
    p.select       = selector(arena);
    p.percent      = 50000 + below(8) * 25000;
    if (kind < 9) p.select->skus = one(arena, name(arena, 'S', below(narrow ? MANY_SKUS : SKUS)));
    else if (kind < 12) p.select->brands = one(arena, name(arena, 'B', below(BRANDS)));
    else if (kind < 14) p.select->categories = one(arena, name(arena, 'C', below(CATEGORIES)));
    else if (kind < 16) make_bundle(arena, &p);
    else if (kind < 17) make_threshold(arena, &p);
    else if (kind < 19) p.coupon = true;
    else p.customer_groups = one(arena, name(arena, 'G', below(10)));
    if (kind >= 14 && kind < 17) p.select = NULL;
    if (kind == 16) p.percent = OPT_NONE;
    if (below(3) == 0 && kind < 14) p.group = STR("sale");
    return p;
}

static CartInput make_basket(Arena *arena, int64_t lines, bool narrow)
{
    CartLine *items = arena_array(arena, CartLine, (size_t)lines);
    CartRate *rate  = arena_new(arena, CartRate);
    if (!items || !rate) abort();
    for (int64_t i = 0; i < lines; i++) {
        int64_t sku = below(narrow ? MANY_SKUS : SKUS);
        Str     n   = name(arena, 'S', sku);
        items[i]    = (CartLine){ .sku          = n,
                                  .name         = n,
                                  .tax_class    = STR("standard"),
                                  .price_source = STR("list"),
                                  .quantity     = (1 + below(3)) * 1000,
                                  .unit_price   = 99 + below(5000),
                                  .cost         = OPT_NONE,
                                  .brand        = name(arena, 'B', sku % BRANDS),
                                  .categories   = one(arena, name(arena, 'C', sku % CATEGORIES)),
                                  .tags         = one(arena, name(arena, 'T', sku % TAGS)) };
    }
    *rate = (CartRate){ .tax_class = STR("standard"), .name = STR("VAT"), .rate = 200000 };
    return (CartInput){ .currency           = STR("GBP"),
                        .prices_include_tax = true,
                        .channel            = STR("pos"),
                        .location           = STR("LON"),
                        .at                 = 1,
                        .local_date         = 20261124,
                        .local_minute       = 600,
                        .lines              = { items, (size_t)lines },
                        .rates              = { rate, 1 } };
}

static Str bytes_of(Arena *arena, const StructDef *def, const void *value)
{
    Buf buf = buf_make(arena, 1024);
    wire_encode(&buf, def, value);
    if (buf.failed) abort();
    return buf_str(&buf);
}

/* Each with its length before it, 32 bits, the lowest first. */
static void write_bytes(FILE *out, Str bytes)
{
    uint32_t length = (uint32_t)bytes.len;
    if (fwrite(&length, 4, 1, out) != 1 || fwrite(bytes.ptr, 1, length, out) != length) abort();
}

/* What is measured, as bytes, in the arena and in the file. */
static Str *all_bytes(Arena *arena, const char *path, const RuleSet *rules, const CartInput *baskets)
{
    Str  *bytes = arena_array(arena, Str, BASKETS);
    FILE *out   = fopen(path, "wb");
    if (!bytes || !out) abort();
    write_bytes(out, bytes_of(arena, &RuleSet_def, rules));
    for (size_t i = 0; i < BASKETS; i++) {
        bytes[i] = bytes_of(arena, &CartInput_def, &baskets[i]);
        write_bytes(out, bytes[i]);
    }
    if (fclose(out) != 0) abort();
    return bytes;
}

static double now_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Microseconds per basket over all of them, as values or (not NULL) as bytes. */
static double measure(Arena *scratch, const PromoSet *set, const CartInput *baskets, const Str *bytes,
                      size_t times)
{
    double begun = now_us();
    for (size_t i = 0; i < times; i++) {
        Priced priced;
        Error  err = { 0 };
        arena_reset(scratch);
        Str    out;
        bool   ok = bytes ? price_wire_basket(scratch, set, bytes[i % BASKETS], false, &out, &err)
                          : cart_price(scratch, set, &baskets[i % BASKETS], false, &priced, &err);
        if (!ok) {
            (void)fprintf(stderr, "%s: %s\n", err.field, err.message);
            exit(1);
        }
    }
    return (now_us() - begun) / (double)times;
}

int main(int argc, char **argv)
{
    int64_t lines = 10, promotions = 100;
    bool    narrow = argc == 4;
    Str    *bytes  = NULL;
    if ((argc > 1 && !str_to_i64(str_from(argv[1]), &lines))
        || (argc > 2 && !str_to_i64(str_from(argv[2]), &promotions)))
        return 2;
    Arena arena, scratch;
    arena_init(&arena, malloc(ARENA_BYTES), ARENA_BYTES);
    arena_init(&scratch, malloc(ARENA_BYTES), ARENA_BYTES);
    Promotion *list    = arena_array(&arena, Promotion, (size_t)promotions + 1);
    CartInput *baskets = arena_array(&arena, CartInput, BASKETS);
    PromoSet  *set     = NULL;
    Error      err     = { 0 };
    double     rounds[ROUNDS];
    if (!list || !baskets) return 1;
    for (int64_t i = 0; i < promotions; i++) list[i] = make_promotion(&arena, i, narrow);
    for (size_t i = 0; i < BASKETS; i++) baskets[i] = make_basket(&arena, lines, narrow);
    if (promotions && !promo_set_make(&arena, list, (size_t)promotions, &set, &err)) return 1;
    RuleSet rules = { { list, (size_t)promotions } };
    if (argc > 4) bytes = all_bytes(&arena, argv[4], &rules, baskets);
    double  once  = measure(&scratch, set, baskets, bytes, BASKETS);
    size_t  times = (size_t)(100000 / (once + 1)) + BASKETS;
    for (int r = 0; r < ROUNDS; r++) rounds[r] = measure(&scratch, set, baskets, bytes, times);
    qsort(rounds, ROUNDS, sizeof *rounds, by_value);
    printf("%.2f\n", rounds[ROUNDS / 2]);
    free(arena.bytes);
    free(scratch.bytes);
    return 0;
}
