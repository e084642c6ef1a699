/* cases.c — baskets and promotions: copied, made smaller, written. See cases.h. */
#include "tests/price/cases.h"

#include "base/rfc3339.h"

#include <assert.h>
#include <string.h>

void case_copy(Arena *arena, const Case *from, Case *to)
{
    to->count  = from->count;
    to->promos = arena_array(arena, Promotion, from->count + 1);
    bool ok    = to->promos && form_copy(arena, &CartInput_def, &from->in, &to->in);
    for (size_t p = 0; p < from->count && ok; p++)
        ok = form_copy(arena, &Promotion_def, &from->promos[p], &to->promos[p]);
    assert(ok);
}

/* --- smaller --- */

static bool smaller_struct(const StructDef *def, void *object, size_t *n);

/* Whether it is the turn of this one. */
static bool turn(size_t *n)
{
    return (*n)-- == 0;
}

static bool set_number(int64_t *number, int64_t to, size_t *n)
{
    if (to >= *number || !turn(n)) return false;
    *number = to;
    return true;
}

static bool smaller_number(const FieldDef *field, int64_t *number, size_t *n)
{
    int64_t low   = field->low > 0 ? field->low : 0;
    int64_t whole = field->type == F_QTY ? 1000 : 1;
    if (*number == OPT_NONE) return false;
    if (field->need == OPTIONAL && turn(n)) {
        *number = OPT_NONE;
        return true;
    }
    if (field->type == F_TIME || *number <= low) return false;
    if (field->type == F_QTY && *number % 1000 == 0)
        return *number > 1000 && (set_number(number, 1000, n) || set_number(number, *number - 1000, n));
    if (field->type == F_QTY && set_number(number, *number / 1000 * 1000 + 1000, n)) return true;
    for (int64_t step = field->type == F_RATE ? 500000 : 1000; step >= 10; step /= 10) {
        if (set_number(number, step, n)) return true;
        if (*number / step * step > low && set_number(number, *number / step * step, n)) return true;
    }
    return field->type != F_RATE && set_number(number, low > whole ? low : whole, n);
}

static bool drop_entry(void *items, size_t *count, size_t size, size_t least, size_t *n)
{
    for (size_t i = 0; i < *count && *count > least; i++) {
        if (!turn(n)) continue;
        memmove((char *)items + i * size, (char *)items + (i + 1) * size, (*count - i - 1) * size);
        (*count)--;
        return true;
    }
    return false;
}

static bool smaller_field(const FieldDef *field, void *at, size_t *n)
{
    Str      *text  = at;
    bool     *flag  = at;
    AnyList  *list  = at;
    TextList *texts = at;
    void    **other = at;
    size_t    least = field->low > 0 ? (size_t)field->low : 0;
    switch (field->type) {
    case F_TEXT:
    case F_CHOICE:
        if (field->need == REQUIRED || !text->ptr || !turn(n)) return false;
        *text = STR_NONE;
        return true;
    case F_INT:
    case F_MONEY:
    case F_RATE:
    case F_QTY:
    case F_TIME: return smaller_number(field, at, n);
    case F_BOOL:
        if (!*flag || !turn(n)) return false;
        *flag = false;
        return true;
    case F_TEXTS: return drop_entry(texts->items, &texts->count, sizeof(Str), least, n);
    case F_LIST:
        if (drop_entry(list->items, &list->count, field->element->size, least, n)) return true;
        for (size_t i = 0; i < list->count; i++)
            if (smaller_struct(field->element, (char *)list->items + i * field->element->size, n))
                return true;
        return false;
    case F_OBJECT:
        if (!*other) return false;
        if (field->need == OPTIONAL && turn(n)) {
            *other = NULL;
            return true;
        }
        return smaller_struct(field->element, *other, n);
    case F_ID:
    case F_JSON: return false;
    }
    return false;
}

static bool smaller_struct(const StructDef *def, void *object, size_t *n)
{
    for (size_t i = 0; i < def->field_count; i++)
        if (smaller_field(&def->fields[i], (char *)object + def->fields[i].offset, n)) return true;
    return false;
}

bool case_simplify(Case *it, size_t n)
{
    if (drop_entry(it->promos, &it->count, sizeof *it->promos, 0, &n)) return true;
    for (size_t p = 0; p < it->count; p++)
        if (smaller_struct(&Promotion_def, &it->promos[p], &n)) return true;
    return smaller_struct(&CartInput_def, &it->in, &n);
}

/* --- written --- */

static void write_struct(Buf *buf, const StructDef *def, const void *object);

static bool is_absent(const FieldDef *field, const void *at)
{
    switch (field->type) {
    case F_TEXT:
    case F_CHOICE:
    case F_JSON: return ((const Str *)at)->ptr == NULL;
    case F_INT:
    case F_MONEY:
    case F_RATE:
    case F_QTY:
    case F_TIME: return *(const int64_t *)at == OPT_NONE;
    case F_BOOL: return !*(const bool *)at;
    case F_TEXTS:
    case F_LIST: return ((const AnyList *)at)->count == 0;
    case F_OBJECT: return *(const void *const *)at == NULL;
    case F_ID: return true;
    }
    return true;
}

static void write_number(Buf *buf, const FieldDef *field, int64_t number)
{
    char time[RFC3339_LEN];
    if (field->type == F_TIME && rfc3339_format(number, time)) {
        buf_json_string(buf, (Str){ time, strnlen(time, sizeof time) });
    } else if (field->type == F_QTY && number % 1000 == 0) {
        buf_i64(buf, number / 1000);
    } else if (field->type == F_QTY) {
        buf_format(buf, "\"%lld.%03lld\"", (long long)(number / 1000), (long long)(number % 1000));
    } else {
        buf_i64(buf, number);
    }
}

static void write_value(Buf *buf, const FieldDef *field, const void *at)
{
    const AnyList  *list  = at;
    const TextList *texts = at;
    switch (field->type) {
    case F_TEXT:
    case F_CHOICE:
    case F_JSON: buf_json_string(buf, *(const Str *)at); return;
    case F_INT:
    case F_MONEY:
    case F_RATE:
    case F_QTY:
    case F_TIME: write_number(buf, field, *(const int64_t *)at); return;
    case F_BOOL: buf_add(buf, STR("true")); return;
    case F_OBJECT: write_struct(buf, field->element, *(const void *const *)at); return;
    case F_TEXTS:
    case F_LIST:
        buf_byte(buf, '[');
        for (size_t i = 0; i < list->count; i++) {
            if (i > 0) buf_add(buf, STR(", "));
            if (field->type == F_TEXTS) buf_json_string(buf, texts->items[i]);
            else write_struct(buf, field->element, (const char *)list->items + i * field->element->size);
        }
        buf_byte(buf, ']');
        return;
    case F_ID: return;
    }
}

static void write_struct(Buf *buf, const StructDef *def, const void *object)
{
    bool first = true;
    buf_byte(buf, '{');
    for (size_t i = 0; i < def->field_count; i++) {
        const FieldDef *field = &def->fields[i];
        const void     *at    = (const char *)object + field->offset;
        if (is_absent(field, at)) continue;
        buf_format(buf, "%s\"%s\": ", first ? " " : ", ", field->name);
        write_value(buf, field, at);
        first = false;
    }
    buf_add(buf, STR(" }"));
}

void case_write(Buf *buf, const Case *it)
{
    buf_add(buf, STR("  \"basket\": "));
    write_struct(buf, &CartInput_def, &it->in);
    buf_add(buf, STR(",\n  \"promotions\": ["));
    for (size_t p = 0; p < it->count; p++) {
        buf_add(buf, p ? STR(",\n    ") : STR("\n    "));
        write_struct(buf, &Promotion_def, &it->promos[p]);
    }
    buf_add(buf, STR(" ]"));
}
