/* rules_fuzz.c — any bytes as promotions and a basket: refused, or the promotions pass the check that they
 * pass when saved and the basket is priced or refused with a reason; what is priced adds up. Bytes
 * that were taken are the only form of their value. Form: `{` begins JSON, {"basket": …, "promotions":
 * […]}; else two bytes (the lower first) with the length of a RuleSet in bytes (core/wire.h), it, and a
 * CartInput in bytes. Corpus: tests/fuzz/rules. */
#include "core/price_wire.h"
#include "core/promo_check.h"
#include "core/wire.h"
#include "sys/json_read.h"
#include "tests/fuzz/fuzz.h"
#include "tests/price/engine.h"

#include <string.h>

enum { ARENA_BYTES = 64 << 20, LINES_MAX = 200, USES_MAX = 50, PROMOTIONS_MAX = 500 };

typedef struct {
    CartInput *basket;
    struct {
        Promotion *items;
        size_t     count;
    } promotions;
} Asked;

static const FieldDef  asked_fields[] = { { "basket", F_OBJECT, REQUIRED, 0, 0, offsetof(Asked, basket), NULL,
                                            &CartInput_def, "", 6 },
                                          { "promotions", F_LIST, OPTIONAL, 0, 100000,
                                            offsetof(Asked, promotions), NULL, &Promotion_def, "", 10 } };
static const StructDef asked_def      = { "Asked", "", asked_fields, COUNT(asked_fields), sizeof(Asked) };

static bool read_json(Arena *arena, Str text, Case *it)
{
    static Faults faults;
    Asked         asked   = { 0 };
    Decoder       decoder = { .arena = arena, .faults = &faults, .route_path = "" };
    Error         err     = { 0 };
    faults.count          = 0;
    if (!json_read(&decoder, &asked_def, text, &asked, &err))
        must(err.def != NULL, "refused without a reason");
    if (err.def || faults.count > 0 || decoder.memory || !asked.basket) return false;
    *it = (Case){ *asked.basket, asked.promotions.items, asked.promotions.count };
    return true;
}

/* One struct; what comes in goes out as the same bytes. */
static bool read_wire(Arena *arena, const StructDef *def, Str bytes, void *out)
{
    Error err = { 0 };
    if (!wire_decode(arena, def, bytes, out, &err)) {
        must(err.def != NULL, "refused without a reason");
        return false;
    }
    Buf buf = buf_make(arena, bytes.len + 1);
    wire_encode(&buf, def, out);
    must(buf.failed || str_eq(buf_str(&buf), bytes), "a value has two forms");
    return true;
}

static bool read_bytes(Arena *arena, Str bytes, Case *it)
{
    RuleSet rules = { 0 };
    if (bytes.len < 2) return false;
    size_t length = (size_t)(uint8_t)bytes.ptr[0] | (size_t)(uint8_t)bytes.ptr[1] << 8;
    if (length > bytes.len - 2) return false;
    if (!read_wire(arena, &RuleSet_def, str_slice(bytes, 2, 2 + length), &rules)) return false;
    if (!read_wire(arena, &CartInput_def, str_slice(bytes, 2 + length, bytes.len), &it->in)) return false;
    it->promos = rules.promotions.items;
    it->count  = rules.promotions.count;
    return true;
}

/* The answer in bytes, and back. */
static void there_and_back(Arena *arena, const Priced *priced)
{
    Priced again;
    Error  err   = { 0 };
    Buf    first = buf_make(arena, 4096), second = buf_make(arena, 4096);
    wire_encode(&first, &Priced_def, priced);
    if (first.failed) return;
    bool ok = wire_decode(arena, &Priced_def, buf_str(&first), &again, &err);
    must(ok || err.def == &ERR_MEMORY, "an answer cannot be read");
    if (!ok) return;
    wire_encode(&second, &Priced_def, &again);
    must(second.failed || str_eq(buf_str(&first), buf_str(&second)), "an answer is read as something else");
}

/* Each by itself; of the faults of a set only that two have the same code keeps it from pricing. */
static bool may_be_saved(const Case *it)
{
    static PromoFaults faults;
    size_t             refused = 0, twice = 0;
    if (it->count > PROMOTIONS_MAX) return false;
    for (size_t p = 0; p < it->count; p++) {
        for (size_t q = 0; q < p; q++)
            if (str_eq(it->promos[p].code, it->promos[q].code)) twice++;
        faults.count = faults.refused = 0;
        promo_check(&it->promos[p], it->in.guardrails, &faults);
        must(faults.count <= PROMO_FAULTS_MAX, "more faults than there is room for");
        refused += faults.refused;
    }
    faults.count = faults.refused = 0;
    promo_check_set(it->promos, it->count, it->in.guardrails, &faults);
    must(faults.refused >= refused, "a set is better than its promotions");
    return refused + twice == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t bytes[ARENA_BYTES];
    Str            text = { (const char *)data, size };
    Arena          arena;
    Case           it = { 0 };
    Priced         priced;
    Error          err = { 0 };
    arena_init(&arena, bytes, sizeof bytes);
    if (!(size > 0 && data[0] == '{' ? read_json(&arena, text, &it) : read_bytes(&arena, text, &it)))
        return 0;
    if (!may_be_saved(&it)) return 0;
    if (!engine_price(&arena, &it, &priced, &err)) {
        must(err.def != NULL, "refused without a reason");
        return 0;
    }
    bool small = priced.lines.count <= LINES_MAX && priced.uses.count <= USES_MAX;
    if (small && engine_unsound(&it, &priced)) must(false, engine_unsound(&it, &priced));
    there_and_back(&arena, &priced);
    return 0;
}
