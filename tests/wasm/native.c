/* native.c — prices baskets by the native core, for comparison with core.wasm. Reads a line of JSON per case
 * from standard input, as `golden_test --plain` writes it, {"name", "basket", "promotions"}; writes it again
 * with what the native core makes of it: the bytes of the basket and of the rules, and the answers to the
 * basket under its own rules and under those of the cases that follow. Usage: wasm-native < cases */
#include "core/price_wire.h"
#include "core/wire.h"
#include "sys/json_read.h"
#include "sys/json_write.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 64 << 20, CASES_MAX = 20000, FOLLOWING = 4, LINE_BYTES = 4 << 20 };

static Arena   arena;
static json_t *cases[CASES_MAX];
static size_t  case_count;

static json_t *hex(Str bytes)
{
    static const char digits[] = "0123456789abcdef";
    char             *text     = malloc(bytes.len * 2 + 1);
    if (!text) exit(2);
    for (size_t i = 0; i < bytes.len; i++) {
        text[2 * i]     = digits[(uint8_t)bytes.ptr[i] >> 4];
        text[2 * i + 1] = digits[(uint8_t)bytes.ptr[i] & 15];
    }
    json_t *json = json_stringn(text, bytes.len * 2);
    free(text);
    return json;
}

/* A JSON value as bytes, by the server's reader; none with *err when it is refused. */
static Str bytes_of(const StructDef *def, const json_t *json, Error *err)
{
    Faults  faults = { 0 };
    Decoder d      = { .arena = &arena, .faults = &faults, .route_path = "" };
    void   *value  = arena_alloc(&arena, def->size);
    char   *text   = json_dumps(json, JSON_COMPACT);
    bool    ok     = value && text && json_read(&d, def, str_from(text), value, err);
    free(text);
    if (ok && faults.count > 0)
        ok = err_set(err, &ERR_FIELD_INVALID, faults.items[0].field, "%s", faults.items[0].detail);
    if (!ok) return STR_NONE;
    Buf buf = buf_make(&arena, 4096);
    wire_encode(&buf, def, value);
    return buf_str(&buf);
}

static json_t *refusal(const Error *err)
{
    return json_pack("{s:b, s:s, s:s}", "ok", 0, "code", err->def->name, "field", err->field);
}

/* Who refuses first: the reader of the rules, the rules, the reader of the basket, the basket. */
static json_t *answer(const json_t *basket, const json_t *promotions, json_t *out)
{
    Error     err  = { 0 };
    PromoSet *set  = NULL;
    Str       text = STR_NONE;
    Priced    priced;
    json_t   *body  = json_pack("{s:O}", "promotions", promotions);
    Str       rules = bytes_of(&RuleSet_def, body, &err);
    json_decref(body);
    if (!rules.ptr) return refusal(&err);
    if (out) json_object_set_new(out, "rule_bytes", hex(rules));
    if (!price_wire_rules(&arena, rules, &set, &err)) return refusal(&err);
    Str bytes = bytes_of(&CartInput_def, basket, &err);
    if (!bytes.ptr) return refusal(&err);
    if (out) json_object_set_new(out, "basket_bytes", hex(bytes));
    if (!price_wire_basket(&arena, set, bytes, true, &text, &err)) return refusal(&err);
    if (!wire_decode(&arena, &Priced_def, text, &priced, &err)) return refusal(&err);
    Str     shown = json_write_text(&arena, &Priced_def, &priced);
    json_t *json  = json_loadb(shown.ptr, shown.len, 0, NULL);
    return json_pack("{s:b, s:o, s:o}", "ok", 1, "bytes", hex(text), "priced", json);
}

static void one_case(size_t i)
{
    json_t       *out     = json_deep_copy(cases[i]);
    json_t       *answers = json_array();
    const json_t *basket  = json_object_get(cases[i], "basket");
    for (size_t j = i; j <= i + FOLLOWING && j < case_count; j++) {
        arena_reset(&arena);
        const json_t *promotions = json_object_get(cases[j], "promotions");
        json_array_append_new(answers, answer(basket, promotions, i == j ? out : NULL));
    }
    json_object_set_new(out, "answers", answers);
    char *text = json_dumps(out, JSON_COMPACT | JSON_PRESERVE_ORDER);
    if (!text || printf("%s\n", text) < 0) exit(2);
    free(text);
    json_decref(out);
}

int main(void)
{
    char *line  = malloc(LINE_BYTES);
    void *bytes = malloc(ARENA_BYTES);
    if (!line || !bytes) return 2;
    arena_init(&arena, bytes, ARENA_BYTES);
    while (case_count < CASES_MAX && fgets(line, LINE_BYTES, stdin)) {
        cases[case_count] = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        if (!cases[case_count++]) return 2;
    }
    for (size_t i = 0; i < case_count; i++) one_case(i);
    for (size_t i = 0; i < case_count; i++) json_decref(cases[i]);
    free(line);
    free(bytes);
    return 0;
}
