/* pricing_fuzz.c — any bytes as rules and a basket (core/wire.h): they are priced or refused, never more.
 * What is taken has one form, the parts of an answer add up, and the same question has the same answer. The
 * first two bytes say how long the rules are, the lowest first; the basket follows. Corpus:
 * tests/fuzz/pricing. */
#include "core/price_wire.h"
#include "core/wire.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum { ARENA_BYTES = 32 << 20 };

static _Alignas(16) uint8_t memory[ARENA_BYTES], more[ARENA_BYTES];

/* What was read from bytes is written as these bytes. */
static void look_at_form(const StructDef *def, Str bytes)
{
    Arena arena;
    Error err = { 0 };
    arena_init(&arena, more, sizeof more);
    void *value = arena_alloc(&arena, def->size);
    if (!wire_decode(&arena, def, bytes, value, &err)) {
        must(err.def && memchr(err.field, 0, sizeof err.field), "refused without a reason");
        return;
    }
    Buf buf = buf_make(&arena, bytes.len + 1);
    wire_encode(&buf, def, value);
    must(buf.failed || str_eq(buf_str(&buf), bytes), "two forms of one value");
}

static void look_at_line(const PricedLine *line)
{
    int64_t discount = 0, net = 0, tax = 0, total = 0;
    must(line->total == line->net + line->tax, "a line's net and tax are not its total");
    for (size_t i = 0; i < line->parts.count; i++) {
        discount += line->parts.items[i].discount;
        net += line->parts.items[i].net;
        tax += line->parts.items[i].tax;
        total += line->parts.items[i].total;
    }
    must(discount == line->discount && net == line->net && tax == line->tax && total == line->total,
         "the parts are not their line");
}

static void look_at_price(Str bytes)
{
    Arena  arena;
    Priced priced;
    Error  err = { 0 };
    arena_init(&arena, more, sizeof more);
    must(wire_decode(&arena, &Priced_def, bytes, &priced, &err), "an answer that cannot be read");
    int64_t net   = priced.shipping ? priced.shipping->net : 0;
    int64_t total = priced.shipping ? priced.shipping->total : 0;
    for (size_t i = 0; i < priced.lines.count; i++) {
        look_at_line(&priced.lines.items[i]);
        net += priced.lines.items[i].net;
        total += priced.lines.items[i].total;
    }
    must(priced.total == priced.net + priced.tax, "net and tax are not the total");
    must(net == priced.net && total == priced.total, "the lines are not the basket");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena     arena;
    Error     err    = { 0 };
    PromoSet *set    = NULL;
    Str       answer = STR_NONE, again = STR_NONE;
    size_t    length = size < 2 ? 0 : data[0] + 256U * data[1];
    if (size < 2 || length > size - 2) return 0;
    Str rules  = { (const char *)data + 2, length };
    Str basket = { rules.ptr + length, size - 2 - length };
    look_at_form(&RuleSet_def, rules);
    look_at_form(&CartInput_def, basket);
    arena_init(&arena, memory, sizeof memory);
    bool ok = price_wire_rules(&arena, rules, &set, &err)
           && price_wire_basket(&arena, set, basket, true, &answer, &err);
    if (!ok) {
        must(price_wire_refusal(&arena, &err).ptr || err.def == &ERR_MEMORY, "a refusal that cannot be told");
        return 0;
    }
    look_at_price(answer);
    must(price_wire_basket(&arena, set, basket, true, &again, &err) ? str_eq(answer, again)
                                                                   : err.def == &ERR_MEMORY,
         "the same question has another answer");
    return 0;
}
