/* json_write.c — a described struct as JSON. See json_write.h.
 * Goes as deep as the structs are nested in the tables, never deeper because of input. */
#include "sys/json_write.h"

#include "base/rfc3339.h"

#include <assert.h>
#include <string.h>

enum { REPLY_BYTES_FIRST = 2048 };

/* Thousandths as decimal text without needless zeros: 1250 is "1.25". */
static void put_qty(Buf *buf, int64_t milli)
{
    uint64_t size = milli < 0 ? 0 - (uint64_t)milli : (uint64_t)milli;
    uint64_t part = size % 1000;
    buf_byte(buf, '"');
    if (milli < 0) buf_byte(buf, '-');
    buf_i64(buf, (int64_t)(size / 1000));
    if (part) buf_byte(buf, '.');
    for (uint64_t unit = 100; part; part %= unit, unit /= 10)
        buf_byte(buf, (char)('0' + part / unit));
    buf_byte(buf, '"');
}

static void put_time(Buf *buf, int64_t unix_ms)
{
    char text[RFC3339_LEN];
    if (!rfc3339_format(unix_ms, text)) memcpy(text, "9999-12-31T23:59:59.999Z", sizeof text);
    buf_byte(buf, '"');
    buf_add(buf, (Str){ text, sizeof text });
    buf_byte(buf, '"');
}

static void put_id(Buf *buf, Id id)
{
    char text[ID_TEXT_LEN];
    id_format(id, text);
    buf_byte(buf, '"');
    buf_add(buf, (Str){ text, sizeof text });
    buf_byte(buf, '"');
}

static void put_list(Buf *buf, const StructDef *element, const AnyList *list)
{
    assert(list->count == 0 || list->items != NULL);
    buf_byte(buf, '[');
    for (size_t i = 0; i < list->count; i++) {
        if (i) buf_byte(buf, ',');
        json_write(buf, element, (const char *)list->items + i * element->size);
    }
    buf_byte(buf, ']');
}

static void put_texts(Buf *buf, const TextList *list)
{
    assert(list->count == 0 || list->items != NULL);
    buf_byte(buf, '[');
    for (size_t i = 0; i < list->count; i++) {
        if (i) buf_byte(buf, ',');
        buf_json_string(buf, list->items[i]);
    }
    buf_byte(buf, ']');
}

static void put_value(Buf *buf, const FieldDef *field, const void *at)
{
    switch (field->type) {
    case F_TEXT:
    case F_CHOICE: buf_json_string(buf, *(const Str *)at); return;
    case F_INT:
    case F_MONEY:
    case F_RATE: buf_i64(buf, *(const int64_t *)at); return;
    case F_QTY: put_qty(buf, *(const int64_t *)at); return;
    case F_TIME: put_time(buf, *(const int64_t *)at); return;
    case F_JSON: buf_add(buf, *(const Str *)at); return;
    case F_BOOL: buf_add(buf, *(const bool *)at ? STR("true") : STR("false")); return;
    case F_ID: put_id(buf, *(const Id *)at); return;
    case F_TEXTS: put_texts(buf, at); return;
    case F_LIST: put_list(buf, field->element, at); return;
    case F_OBJECT: json_write(buf, field->element, *(const void *const *)at); return;
    }
    UNREACHABLE();
}

/* `"name":` with what stands before it. */
static void put_name(Buf *buf, char before, const FieldDef *field)
{
    size_t len = field->name_len;
    if (!buf_room(buf, len + 4)) return;
    char *to = buf->ptr + buf->len;
    to[0]    = before;
    to[1]    = '"';
    memcpy(to + 2, field->name, len);
    to[len + 2] = '"';
    to[len + 3] = ':';
    buf->len += len + 4;
}

void json_write(Buf *buf, const StructDef *def, const void *object)
{
    char before = '{';
    for (size_t i = 0; i < def->field_count; i++) {
        const FieldDef *field = &def->fields[i];
        const void     *at    = (const char *)object + field->offset;
        if (form_is_absent(field, at)) continue;
        put_name(buf, before, field);
        put_value(buf, field, at);
        before = ',';
    }
    if (before == '{') buf_byte(buf, '{');
    buf_byte(buf, '}');
}

Str json_write_text(Arena *arena, const StructDef *def, const void *object)
{
    Buf buf = buf_make(arena, REPLY_BYTES_FIRST);
    json_write(&buf, def, object);
    return buf_str(&buf);
}

/* ---- without what says nothing ---- */

static bool says_nothing(const FieldDef *field, const void *at)
{
    if (form_is_absent(field, at)) return true;
    if (field->need == REQUIRED) return false;
    if (field->type == F_BOOL) return !*(const bool *)at;
    if (field->type == F_TEXTS) return ((const TextList *)at)->count == 0;
    return field->type == F_LIST && ((const AnyList *)at)->count == 0;
}

/* A new line; depth below 0: all stands on one. */
static void put_line(Buf *buf, int depth)
{
    if (depth < 0) return;
    buf_byte(buf, '\n');
    for (int i = 0; i < depth; i++) buf_add(buf, STR("  "));
}

static int deeper(int depth, int by)
{
    return depth < 0 ? depth : depth + by;
}

static void put_short(Buf *buf, const StructDef *def, const void *object, int depth);

static void put_short_list(Buf *buf, const StructDef *element, const AnyList *list, int depth)
{
    buf_byte(buf, '[');
    for (size_t i = 0; i < list->count; i++) {
        if (i) buf_byte(buf, ',');
        put_line(buf, deeper(depth, 1));
        put_short(buf, element, (const char *)list->items + i * element->size, deeper(depth, 1));
    }
    if (list->count) put_line(buf, depth);
    buf_byte(buf, ']');
}

static void put_short(Buf *buf, const StructDef *def, const void *object, int depth)
{
    bool first = true;
    int  in    = deeper(depth, 1);
    buf_byte(buf, '{');
    for (size_t i = 0; i < def->field_count; i++) {
        const FieldDef *field = &def->fields[i];
        const void     *at    = (const char *)object + field->offset;
        if (says_nothing(field, at)) continue;
        if (!first) buf_byte(buf, ',');
        put_line(buf, in);
        buf_format(buf, depth < 0 ? "\"%s\":" : "\"%s\": ", field->name);
        if (field->type == F_LIST) put_short_list(buf, field->element, at, in);
        else if (field->type == F_OBJECT) put_short(buf, field->element, *(const void *const *)at, in);
        else put_value(buf, field, at);
        first = false;
    }
    if (!first) put_line(buf, depth);
    buf_byte(buf, '}');
}

Str json_write_stored(Arena *arena, const StructDef *def, const void *object)
{
    Buf buf = buf_make(arena, REPLY_BYTES_FIRST);
    put_short(&buf, def, object, -1);
    return buf_str(&buf);
}

void json_write_file(Buf *buf, const StructDef *def, const void *object, int depth)
{
    put_short(buf, def, object, depth);
}
