/* wire_test.c — values go into bytes and come back the same, whatever struct they are of; bytes that are no
 * value do no harm. The structs of the first tests are made by chance. */
#include "core/wire.h"
#include "tests/chance.h"
#include "tests/kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 1 << 20, DEFS = 60, VALUES = 60, FIELDS_MAX = 20 };

static _Alignas(16) uint8_t def_bytes[ARENA_BYTES], value_bytes[ARENA_BYTES], back_bytes[ARENA_BYTES];

/* ---- structs and values by chance ---- */

static size_t size_of(FieldType type)
{
    if (type == F_BOOL) return 8; /* keeps what follows aligned */
    if (type == F_TEXT || type == F_JSON || type == F_CHOICE || type == F_ID) return 16;
    if (type == F_LIST) return sizeof(AnyList);
    if (type == F_TEXTS) return sizeof(TextList);
    return 8;
}

static void limits(FieldDef *field)
{
    if (field->type == F_JSON || field->type == F_BOOL || field->type == F_ID || below(3) == 0) return;
    field->low  = below(2);
    field->high = field->low + below(field->type == F_INT ? 1000000 : 12);
}

static StructDef *make_def(Arena *arena, int level)
{
    StructDef *def    = arena_new(arena, StructDef);
    size_t     count  = (size_t)below(FIELDS_MAX + 1);
    FieldDef  *fields = arena_array(arena, FieldDef, count);
    *def              = (StructDef){ "Any", "", fields, count, 0 };
    for (size_t i = 0; i < count; i++) {
        FieldDef *field = &fields[i];
        field->name     = "field";
        field->type     = (FieldType)below(F_JSON + 1);
        field->need     = (FieldNeed)below(2);
        field->offset   = def->size;
        if (level == 3 && (field->type == F_LIST || field->type == F_OBJECT)) field->type = F_QTY;
        limits(field);
        if (field->type == F_CHOICE) field->choices = "red|green|blue";
        if (field->type == F_LIST || field->type == F_OBJECT) field->element = make_def(arena, level + 1);
        def->size += size_of(field->type);
    }
    return def;
}

static Str make_text(Arena *arena, int64_t low, int64_t high)
{
    size_t length = (size_t)(low + below(high - low + 1));
    char  *text   = arena_alloc(arena, length + 1);
    for (size_t i = 0; i < length; i++) text[i] = (char)below(128);
    for (size_t i = 0; i + 1 < length; i++) /* some ä */
        if (below(8) == 0) text[i] = (char)0xC3, text[i + 1] = (char)0xA4, i++;
    return (Str){ text, length };
}

static int64_t make_number(const FieldDef *field)
{
    if (field->low != 0 || field->high != 0) return field->low + below(field->high - field->low + 1);
    int64_t value = (int64_t)((uint64_t)below(INT64_MAX) << below(2) >> below(64));
    return below(2) ? value : -value - (value != INT64_MAX);
}

static void make_value(Arena *arena, const StructDef *def, char *out);

static void make_many(Arena *arena, const FieldDef *field, void *at)
{
    bool   free  = field->low == 0 && field->high == 0;
    size_t count = (size_t)(free ? below(5) : field->low + below(field->high - field->low + 1));
    if (field->type == F_TEXTS) {
        TextList *texts = at;
        *texts          = (TextList){ arena_array(arena, Str, count), count };
        for (size_t i = 0; i < count; i++) texts->items[i] = make_text(arena, 1, TEXTS_BYTES_MAX / 20);
        return;
    }
    AnyList *list = at;
    *list         = (AnyList){ arena_alloc_array(arena, count, field->element->size), count };
    for (size_t i = 0; i < count; i++)
        make_value(arena, field->element, (char *)list->items + i * field->element->size);
}

static void make_field(Arena *arena, const FieldDef *field, void *at)
{
    static const Str choices[] = { { "red", 3 }, { "green", 5 }, { "blue", 4 } };
    switch (field->type) {
    case F_BOOL: *(bool *)at = below(2); return;
    case F_INT:
    case F_MONEY:
    case F_RATE:
    case F_QTY:
    case F_TIME: *(int64_t *)at = make_number(field); return;
    case F_ID: ((Id *)at)->bytes[below(ID_BYTES)] = (uint8_t)(1 + below(255)); return;
    case F_CHOICE: *(Str *)at = choices[below(3)]; return;
    case F_TEXT:
    case F_JSON:
        *(Str *)at = field->low || field->high ? make_text(arena, field->low, field->high)
                                               : make_text(arena, 0, 300);
        return;
    case F_TEXTS:
    case F_LIST: make_many(arena, field, at); return;
    case F_OBJECT:
        *(void **)at = arena_alloc(arena, field->element->size);
        make_value(arena, field->element, *(void **)at);
        return;
    }
}

/* `out` is zeroed. */
static void make_value(Arena *arena, const StructDef *def, char *out)
{
    for (size_t i = 0; i < def->field_count; i++) {
        const FieldDef *field  = &def->fields[i];
        bool            number = field->type <= F_TIME && field->type != F_TEXT;
        if (field->need == REQUIRED || below(3)) make_field(arena, field, out + field->offset);
        else if (number) *(int64_t *)(void *)(out + field->offset) = OPT_NONE;
    }
}

/* ---- the same value? ---- */

static bool same_text(Str a, Str b)
{
    return (a.ptr == NULL) == (b.ptr == NULL) && str_eq(a, b);
}

static bool same(const StructDef *def, const char *a, const char *b);

static bool same_field(const FieldDef *field, const void *a, const void *b)
{
    const TextList *texts_a = a, *texts_b = b;
    const AnyList  *list_a = a, *list_b = b;
    const char     *object_a = *(const char *const *)a, *object_b = *(const char *const *)b;
    bool            equal = true;
    switch (field->type) {
    case F_BOOL: return *(const bool *)a == *(const bool *)b;
    case F_INT:
    case F_MONEY:
    case F_RATE:
    case F_QTY:
    case F_TIME: return *(const int64_t *)a == *(const int64_t *)b;
    case F_ID: return id_eq(*(const Id *)a, *(const Id *)b);
    case F_TEXT:
    case F_JSON:
    case F_CHOICE: return same_text(*(const Str *)a, *(const Str *)b);
    case F_TEXTS:
        equal = texts_a->count == texts_b->count;
        for (size_t i = 0; equal && i < texts_a->count; i++)
            equal = same_text(texts_a->items[i], texts_b->items[i]);
        return equal;
    case F_LIST:
        equal = list_a->count == list_b->count;
        for (size_t i = 0; equal && i < list_a->count; i++)
            equal = same(field->element, (const char *)list_a->items + i * field->element->size,
                         (const char *)list_b->items + i * field->element->size);
        return equal;
    case F_OBJECT:
        if (!object_a || !object_b) return object_a == object_b;
        return same(field->element, object_a, object_b);
    }
    return false;
}

static bool same(const StructDef *def, const char *a, const char *b)
{
    for (size_t i = 0; i < def->field_count; i++)
        if (!same_field(&def->fields[i], a + def->fields[i].offset, b + def->fields[i].offset)) return false;
    return true;
}

/* ---- the tests ---- */

static Str bytes_of(Arena *arena, const StructDef *def, const void *value)
{
    Buf buf = buf_make(arena, 256);
    wire_encode(&buf, def, value);
    return buf_str(&buf);
}

/* Whether the bytes are refused with a reason, or are the one form of some value. */
static bool harmless(const StructDef *def, Str bytes)
{
    Arena arena;
    Error err = { 0 };
    arena_init(&arena, back_bytes, sizeof back_bytes);
    char *out = arena_alloc(&arena, def->size);
    if (!wire_decode(&arena, def, bytes, out, &err)) return err.def != NULL;
    return str_eq(bytes_of(&arena, def, out), bytes);
}

typedef struct {
    size_t values, unlike, cut, flipped, noise, unrefused;
} Tally;

/* Each beginning of the bytes, and the bytes with each bit turned. The copies have no byte behind the end
 * that the sanitizer would not see. */
static void damage(const StructDef *def, Str bytes, Tally *tally)
{
    for (size_t length = 0; length < bytes.len; length++) {
        Arena arena;
        Error err  = { 0 };
        char *copy = malloc(length + 1);
        if (!copy) abort();
        arena_init(&arena, back_bytes, sizeof back_bytes);
        memcpy(copy + 1, bytes.ptr, length);
        void *out = arena_alloc(&arena, def->size);
        tally->unrefused += wire_decode(&arena, def, (Str){ copy + 1, length }, out, &err) || !err.def;
        tally->cut++;
        free(copy);
    }
    char *copy = malloc(bytes.len);
    if (!copy) abort();
    memcpy(copy, bytes.ptr, bytes.len);
    for (size_t bit = 0; bit < bytes.len * 8 && bit < 4000; bit++) {
        copy[bit / 8] ^= (char)(1 << bit % 8);
        tally->unlike += !harmless(def, (Str){ copy, bytes.len });
        copy[bit / 8] ^= (char)(1 << bit % 8);
        tally->flipped++;
    }
    for (int i = 0; i < 20; i++, tally->noise++) {
        for (size_t at = 0; at < bytes.len; at++) copy[at] = (char)below(i % 2 ? 256 : 4);
        tally->unlike += !harmless(def, (Str){ copy, bytes.len });
    }
    free(copy);
}

static void one_value(const StructDef *def, Tally *tally)
{
    Arena values, back;
    Error err = { 0 };
    arena_init(&values, value_bytes, sizeof value_bytes);
    arena_init(&back, back_bytes, sizeof back_bytes);
    char *value = arena_alloc(&values, def->size);
    make_value(&values, def, value);
    Str   bytes = bytes_of(&values, def, value);
    char *out   = arena_alloc(&back, def->size);
    if (bytes.len > 20000) return;
    memset(out, 0x5A, def->size);
    bool ok = wire_decode(&back, def, bytes, out, &err) && same(def, value, out)
        && str_eq(bytes_of(&back, def, out), bytes);
    if (!ok) printf("  %s %s\n", err.field, err.message);
    tally->unlike += !ok;
    tally->values++;
    if (bytes.len < 400) damage(def, bytes, tally);
}

static void test_chance(void)
{
    Tally tally = { 0 };
    for (int d = 0; d < DEFS; d++) {
        Arena defs;
        arena_init(&defs, def_bytes, sizeof def_bytes);
        const StructDef *def = make_def(&defs, 0);
        for (int v = 0; v < VALUES; v++) one_value(def, &tally);
    }
    printf("  %zu values, %zu beginnings, %zu turned bits, %zu noises\n", tally.values, tally.cut,
           tally.flipped, tally.noise);
    check(tally.values > DEFS * VALUES / 2, "there are values");
    check(tally.unlike == 0, "a value has one form, and what is taken is the form of a value");
    check(tally.unrefused == 0, "bytes that end too early are refused");
}

typedef struct Inner Inner;
typedef struct {
    Str      name;
    int64_t  count, price;
    bool     on;
    Id       id;
    Str      colour;
    TextList tags;
    struct {
        Inner *items;
        size_t count;
    } lines;
    Inner *best;
} Outer;

struct Inner {
    int64_t  qty;
    TextList tags;
};

static const FieldDef inner_fields[] = {
    { "qty", F_QTY, REQUIRED, 1, 1000, offsetof(Inner, qty), NULL, NULL, "", 3 },
    { "tags", F_TEXTS, OPTIONAL, 0, 0, offsetof(Inner, tags), NULL, NULL, "", 4 },
};
static const StructDef inner_def      = { "Inner", "", inner_fields, COUNT(inner_fields), sizeof(Inner) };
static const FieldDef  outer_fields[] = {
    { "name", F_TEXT, REQUIRED, 1, 5, offsetof(Outer, name), NULL, NULL, "", 4 },
    { "count", F_INT, OPTIONAL, 0, 0, offsetof(Outer, count), NULL, NULL, "", 5 },
    { "price", F_MONEY, OPTIONAL, -5, 300, offsetof(Outer, price), NULL, NULL, "", 5 },
    { "on", F_BOOL, OPTIONAL, 0, 0, offsetof(Outer, on), NULL, NULL, "", 2 },
    { "id", F_ID, OPTIONAL, 0, 0, offsetof(Outer, id), NULL, NULL, "", 2 },
    { "colour", F_CHOICE, OPTIONAL, 0, 0, offsetof(Outer, colour), "red|green", NULL, "", 6 },
    { "tags", F_TEXTS, OPTIONAL, 0, 2, offsetof(Outer, tags), NULL, NULL, "", 4 },
    { "lines", F_LIST, OPTIONAL, 0, 3, offsetof(Outer, lines), NULL, &inner_def, "", 5 },
    { "best", F_OBJECT, OPTIONAL, 0, 0, offsetof(Outer, best), NULL, &inner_def, "", 4 },
};
static const StructDef outer_def = { "Outer", "", outer_fields, COUNT(outer_fields), sizeof(Outer) };

/* What is written here by hand is the form for ever. */
static void test_form(void)
{
    Arena arena;
    arena_init(&arena, value_bytes, sizeof value_bytes);
    Inner lines[] = { { .qty = 64 } };
    Str   tags[]  = { STR("ab"), STR("c") };
    Outer value   = { .name = STR("x"), .count = -1, .price = 300, .on = true, .tags = { tags, 2 },
                      .lines = { lines, 1 } };
    Str   want    = STR("\xCF\x00"        /* name count price on tags lines */
                        "\x01x"           /* name */
                        "\x01"            /* -1 */
                        "\xD8\x04"        /* 300 */
                        "\x02\x02" "ab\x01" "c" /* tags */
                        "\x01\x01\x80\x01"); /* one line: qty; 64 */
    check(str_eq(bytes_of(&arena, &outer_def, &value), want), "the bytes are those that wire.h tells of");
    Inner empty = { .qty = OPT_NONE };
    Outer least = { .name = STR("x"), .count = OPT_NONE, .price = OPT_NONE, .best = &empty };
    check(str_eq(bytes_of(&arena, &outer_def, &least), STR("\x01\x01\x01x\x00")), "absence costs no byte");
}

static void test_refusals(void)
{
    static const struct {
        Str           bytes;
        const ErrDef *def;
        const char   *field, *name;
    } rows[] = {
        { { "", 0 }, &ERR_WIRE_FORM, "", "nothing is no value" },
        { { "\x01\x00\x01x", 4 }, NULL, "", "one text is a value" },
        { { "\x01\x00\x01x!", 5 }, &ERR_WIRE_FORM, "", "bytes behind the end are refused" },
        { { "\x01\x02\x01x", 4 }, &ERR_WIRE_FORM, "", "a field that is not known is refused" },
        { { "\x00\x00", 2 }, &ERR_FIELD_INVALID, "name", "a field that must be there is missed" },
        { { "\x01\x00\x00", 3 }, &ERR_FIELD_INVALID, "name", "a text is too short" },
        { { "\x01\x00\x06xxxxxx", 9 }, &ERR_FIELD_INVALID, "name", "a text is too long" },
        { { "\x01\x00\x01\xff", 4 }, &ERR_FIELD_INVALID, "name", "a text is not UTF-8" },
        { { "\x01\x00\x81\x00x", 5 }, &ERR_WIRE_FORM, "name", "a length has a zero too many" },
        { { "\x01\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01x", 13 }, &ERR_WIRE_FORM, "name",
          "a length is beyond the end" },
        { { "\x03\x00\x01x\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 14 }, &ERR_WIRE_FORM, "count",
          "the number that means absence is no value" },
        { { "\x03\x00\x01x\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 14 }, &ERR_WIRE_FORM, "count",
          "a number has more than 64 bits" },
        { { "\x05\x00\x01x\x0b", 5 }, &ERR_FIELD_INVALID, "price", "a number is too low" },
        { { "\x05\x00\x01x\xda\x04", 6 }, &ERR_FIELD_INVALID, "price", "a number is too high" },
        { { "\x11\x00\x01x0000000000000000", 20 }, NULL, "", "an id is sixteen bytes" },
        { { "\x11\x00\x01x\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20 }, &ERR_WIRE_FORM, "id",
          "the id of nothing is not there" },
        { { "\x21\x00\x01x\x04" "blue", 9 }, &ERR_FIELD_INVALID, "colour", "a choice is not known" },
        { { "\x41\x00\x01x\x00", 5 }, &ERR_WIRE_FORM, "tags", "an empty list is not there" },
        { { "\x41\x00\x01x\x03\x01" "a\x01" "a\x01" "a", 11 }, &ERR_FIELD_INVALID, "tags",
          "a list is too long" },
        { { "\x41\x00\x01x\x02\x01" "a\x00", 8 }, &ERR_WIRE_FORM, "tags",
          "two texts are not in three bytes" },
        { { "\x81\x00\x01x\x02\x01\x02\x03\x02\x02\x01" "a\x01\xff", 14 }, &ERR_FIELD_INVALID,
          "lines[1].tags[1]", "the place of a fault is told" },
        { { "\x81\x00\x01x\xff\xff\xff\xff\x07\x01", 10 }, &ERR_WIRE_FORM, "lines",
          "a count that cannot be takes no memory" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        Arena arena;
        Outer out;
        Error err = { 0 };
        arena_init(&arena, back_bytes, sizeof back_bytes);
        bool ok = wire_decode(&arena, &outer_def, rows[i].bytes, &out, &err);
        bool as = ok ? !rows[i].def : err.def == rows[i].def && strcmp(err.field, rows[i].field) == 0;
        if (!as) printf("  %s: %s\n", err.field, err.message);
        check(as, rows[i].name);
    }
}

static void test_memory(void)
{
    Arena arena;
    Outer out;
    Error err  = { 0 };
    Str   full = STR("\xC1\x01\x01x\x01\x01" "a\x01\x03\x02\x01\x01" "b\x01\x02");
    long  n    = 1;
    for (;; n++) {
        arena_init(&arena, back_bytes, sizeof back_bytes);
        arena.fail_in = n;
        if (wire_decode(&arena, &outer_def, full, &out, &err)) break;
        if (err.def != &ERR_MEMORY) break;
    }
    check(n == 5 && err.def == &ERR_MEMORY, "an arena that is full is said, wherever it happens");
    FieldDef  other[COUNT(outer_fields)];
    StructDef changed = { "Outer", "", other, COUNT(other), sizeof(Outer) };
    memcpy(other, outer_fields, sizeof other);
    check(wire_form(&changed) == wire_form(&outer_def), "the same fields are the same form");
    other[1].type = F_QTY;
    check(wire_form(&changed) != wire_form(&outer_def), "another type is another form");
    changed.field_count--;
    other[1].type = F_INT;
    check(wire_form(&changed) != wire_form(&outer_def), "a field less is another form");
}

int main(void)
{
    test_form();
    test_refusals();
    test_memory();
    test_chance();
    return check_finish("wire");
}
