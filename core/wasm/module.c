/* module.c — the pure core as a WebAssembly module: what it exports, and its memory. Only for wasm32; the
 * rest of core/ does not know that it runs in a browser. The other side is web/shared/core.ts.
 *
 * One instance of the module holds one set of rules: other rules, another instance. JavaScript asks for room
 * with core_input, writes bytes there (core/wire.h) and calls core_rules (once, before all baskets) or
 * core_price. Both give the address of an Answer, which stands until the next call. All memory is one arena
 * behind the data of the module; it grows when something does not fit and is then done again. */
#include "core/price_wire.h"

#define EXPORT(name) __attribute__((export_name(name)))

enum { PAGE = 65536, PAGES_MAX = 4096 };

extern uint8_t __heap_base; /* set by the linker */

typedef struct {
    uint32_t       ok;
    uint32_t       length;
    const uint8_t *bytes; /* ok: what was asked for; otherwise a Refusal */
} Answer;

static Arena     arena;
static size_t    kept;      /* the rules end here */
static size_t    input_end; /* and here what was given last */
static PromoSet *rules;
static Answer    answer;

/* Twice the memory, at least `more` bytes; false when there is none. */
static bool grow(size_t more)
{
    size_t pages = __builtin_wasm_memory_size(0);
    size_t want  = more / PAGE + 1 > pages ? more / PAGE + 1 : pages;
    if (pages + want > PAGES_MAX) want = PAGES_MAX - pages;
    if (want == 0 || want * PAGE < more || __builtin_wasm_memory_grow(0, want) == (size_t)-1) return false;
    arena.size += want * PAGE;
    return true;
}

static void begin(void)
{
    if (arena.bytes) return;
    uintptr_t from = ((uintptr_t)&__heap_base + 15) & ~(uintptr_t)15;
    arena_init(&arena, (void *)from, __builtin_wasm_memory_size(0) * PAGE - from);
}

/* Room for `length` bytes, or NULL. */
EXPORT("core_input") void *core_input(size_t length)
{
    begin();
    void *room = NULL;
    for (arena.used = kept; (room = arena_alloc(&arena, length)) == NULL && grow(length);) arena.used = kept;
    input_end = arena.used;
    return room;
}

typedef bool (*Step)(Str input, bool explain, Str *out, Error *err);

static bool make_rules(Str input, bool explain, Str *out, Error *err)
{
    if (rules) return err_set(err, &ERR_INTERNAL, "", "this instance has its rules already");
    *out = STR("");
    if (!price_wire_rules(&arena, input, &rules, err)) return false;
    kept = arena.used;
    return true;
}

static bool price(Str input, bool explain, Str *out, Error *err)
{
    return price_wire_basket(&arena, rules, input, explain, out, err);
}

/* Runs the step, with more memory as long as that was what it lacked. */
static const Answer *run(Step step, Str input, bool explain)
{
    Str   out = STR_NONE;
    Error err = { 0 };
    bool  ok  = step(input, explain, &out, &err);
    while (!ok && err.def == &ERR_MEMORY && grow(0)) {
        arena.used = input_end;
        ok         = step(input, explain, &out, &err);
    }
    if (!ok) {
        arena.used = input_end;
        out        = price_wire_refusal(&arena, &err);
    }
    answer = (Answer){ ok, (uint32_t)out.len, (const uint8_t *)out.ptr };
    return &answer;
}

/* The promotions of the instance, a RuleSet. The answer has no bytes. */
EXPORT("core_rules") const Answer *core_rules(const char *bytes, size_t length)
{
    return run(make_rules, (Str){ bytes, length }, false);
}

/* A CartInput; the answer is a Priced. */
EXPORT("core_price") const Answer *core_price(const char *bytes, size_t length, int explain)
{
    return run(price, (Str){ bytes, length }, explain != 0);
}

/* Of which structs the module was made. */
EXPORT("core_form") uint32_t core_form(void)
{
    return price_wire_form();
}
