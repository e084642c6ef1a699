/* show.c — answers for people. See show.h. */
#include "cli/show.h"

#include "core/money.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_MAX = 48, COLUMNS_MAX = 40, INDENT = 2 };

/* Without control characters: a name must not be able to move the cursor of a terminal. */
static Str clean(Arena *arena, Str text, bool lines)
{
    Buf buf = buf_make(arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c  = (unsigned char)text.ptr[i];
        bool          c1 = c == 0xC2 && i + 1 < text.len && (unsigned char)text.ptr[i + 1] < 0xA0;
        bool          ok = (c >= 0x20 && c != 0x7F && !c1) || (lines && c == '\n');
        buf_byte(&buf, ok ? (char)c : '?');
        if (c1) i++;
    }
    return buf_str(&buf);
}

static size_t width(Str text)
{
    size_t columns = 0;
    for (size_t i = 0; i < text.len; i++) columns += ((unsigned char)text.ptr[i] & 0xC0) != 0x80;
    return columns;
}

/* Cut to `most` columns, with a sign that it was. */
static Str cut(Arena *arena, Str text, size_t most)
{
    if (width(text) <= most) return text;
    size_t bytes = 0;
    for (size_t columns = 0; bytes < text.len; bytes++) {
        columns += ((unsigned char)text.ptr[bytes] & 0xC0) != 0x80;
        if (columns == most) break;
    }
    return str_format(arena, "%.*s…", (int)bytes, text.ptr);
}

static Str rate_text(Arena *arena, int64_t ppm)
{
    Str text = str_format(arena, "%" PRId64 ".%04d", ppm / 10000,
                          (int)(ppm < 0 ? -ppm % 10000 : ppm % 10000));
    while (text.len && text.ptr[text.len - 1] == '0') text.len--;
    if (text.len && text.ptr[text.len - 1] == '.') text.len--;
    return str_format(arena, "%.*s %%", STR_FMT(text));
}

static Str number_text(Arena *arena, FieldType type, int64_t number, Str currency)
{
    int decimals = 0;
    if (type == F_RATE) return rate_text(arena, number);
    if (type == F_MONEY && currency_find(currency, &decimals)) {
        Str amount = money_text(arena, number, currency);
        return str_format(arena, "%.*s %.*s", STR_FMT(amount), STR_FMT(currency));
    }
    return str_format(arena, "%" PRId64, number);
}

/* A JSON object as it is, on one line. */
static Str json_text(Arena *arena, const json_t *value)
{
    char *dump = json_dumps(value, JSON_COMPACT);
    Str   kept = dump ? str_dup(arena, str_from(dump)) : STR_NONE;
    free(dump);
    return clean(arena, kept, false);
}

/* The texts of a list behind one another. */
static Str texts_text(Arena *arena, const json_t *list)
{
    Buf buf = buf_make(arena, 64);
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (i) buf_add(&buf, STR(", "));
        buf_add(&buf, str_from(json_string_value(json_array_get(list, i))));
    }
    return clean(arena, buf_str(&buf), false);
}

/* One value for people; empty for what is absent. */
static Str value_text(Arena *arena, const FieldDef *field, const json_t *value, Str currency)
{
    Str text = str_from(json_string_value(value));
    if (json_is_integer(value)) return number_text(arena, field->type, json_integer_value(value), currency);
    if (json_is_boolean(value)) return json_is_true(value) ? STR("yes") : STR("no");
    if (field->type == F_JSON && json_is_object(value)) return json_text(arena, value);
    if (field->type == F_TEXTS && json_is_array(value)) return texts_text(arena, value);
    if (!text.ptr) return STR("");
    if (field->type == F_TIME && text.len > 19 && text.ptr[text.len - 1] == 'Z')
        return str_format(arena, "%.10s %.8s UTC", text.ptr, text.ptr + 11);
    return clean(arena, text, false);
}

static bool is_number(FieldType type)
{
    return type == F_INT || type == F_MONEY || type == F_RATE || type == F_QTY;
}

static void pad(Buf *buf, size_t count)
{
    for (size_t i = 0; i < count; i++) buf_byte(buf, ' ');
}

static Str currency_of(const json_t *object, Str outer)
{
    const char *own = json_string_value(json_object_get(object, "currency"));
    return own ? str_from(own) : outer;
}

typedef struct {
    const FieldDef *fields[COLUMNS_MAX];
    size_t          widths[COLUMNS_MAX];
    size_t          count;
} Columns;

static Str cell(Arena *arena, const FieldDef *field, const json_t *row, Str currency)
{
    Str text = value_text(arena, field, json_object_get(row, field->name), currency_of(row, currency));
    return cut(arena, text, CELL_MAX);
}

/* The columns of a table: fields that some row has, as wide as their widest cell. */
static Columns columns_of(Arena *arena, const StructDef *def, const json_t *rows, Str currency)
{
    Columns columns = { .count = 0 };
    for (size_t f = 0; f < def->field_count && columns.count < COLUMNS_MAX; f++) {
        const FieldDef *field  = &def->fields[f];
        size_t          widest = 0;
        if (field->type == F_LIST || field->type == F_OBJECT) continue;
        for (size_t i = 0; i < json_array_size(rows); i++) {
            size_t mine = width(cell(arena, field, json_array_get(rows, i), currency));
            if (mine > widest) widest = mine;
        }
        if (!widest) continue;
        size_t title                    = strlen(field->name);
        columns.fields[columns.count]   = field;
        columns.widths[columns.count++] = widest > title ? widest : title;
    }
    return columns;
}

static void add_cell(Buf *buf, Str text, size_t columns, bool right, bool last)
{
    size_t blanks = columns > width(text) ? columns - width(text) : 0;
    if (right) pad(buf, blanks);
    buf_add(buf, text);
    if (!right && !last) pad(buf, blanks);
    if (!last) pad(buf, 2);
}

static void add_table(Buf *buf, const StructDef *def, const json_t *rows, Str currency, size_t indent)
{
    Columns columns = columns_of(buf->arena, def, rows, currency);
    pad(buf, indent);
    for (size_t c = 0; c < columns.count; c++)
        add_cell(buf, str_from(columns.fields[c]->name), columns.widths[c],
                 is_number(columns.fields[c]->type),
                 c + 1 == columns.count);
    buf_byte(buf, '\n');
    for (size_t i = 0; i < json_array_size(rows); i++) {
        pad(buf, indent);
        for (size_t c = 0; c < columns.count; c++)
            add_cell(buf, cell(buf->arena, columns.fields[c], json_array_get(rows, i), currency),
                     columns.widths[c],
                     is_number(columns.fields[c]->type), c + 1 == columns.count);
        buf_byte(buf, '\n');
    }
}

/* Whether a field stands on one line of a record. */
static bool is_line(const FieldDef *field, const json_t *object)
{
    return field->type != F_LIST && field->type != F_OBJECT && strcmp(field->name, "next_cursor") != 0
        && json_object_get(object, field->name) != NULL
        && !(field->type == F_TEXTS && !json_array_size(json_object_get(object, field->name)));
}

/* Whether the reply is one list and perhaps where it goes on: no heading is needed then. */
static bool is_page(const StructDef *def, const json_t *object)
{
    bool first = def->field_count && def->fields[0].type == F_LIST;
    bool next  = def->field_count == 2 && strcmp(def->fields[1].name, "next_cursor") == 0;
    return first && (def->field_count == 1 || next)
        && json_is_array(json_object_get(object, def->fields[0].name));
}

static void add_record(Buf *buf, const StructDef *def, const json_t *object, Str currency, size_t indent)
{
    size_t widest = 0;
    Str    money  = currency_of(object, currency);
    for (size_t f = 0; f < def->field_count; f++) {
        size_t mine = strlen(def->fields[f].name);
        if (is_line(&def->fields[f], object) && mine > widest) widest = mine;
    }
    for (size_t f = 0; f < def->field_count; f++) {
        const FieldDef *field = &def->fields[f];
        if (!is_line(field, object)) continue;
        pad(buf, indent);
        add_cell(buf, str_from(field->name), widest, false, false);
        buf_add(buf, value_text(buf->arena, field, json_object_get(object, field->name), money));
        buf_byte(buf, '\n');
    }
    if (is_page(def, object)) {
        const json_t *rows = json_object_get(object, def->fields[0].name);
        if (json_array_size(rows)) add_table(buf, def->fields[0].element, rows, money, indent);
        else buf_add(buf, STR("none\n"));
    }
    for (size_t f = is_page(def, object); f < def->field_count; f++) {
        const FieldDef *field = &def->fields[f];
        const json_t   *value = json_object_get(object, field->name);
        bool            list  = field->type == F_LIST && json_is_array(value);
        if (!list && !(field->type == F_OBJECT && json_is_object(value))) continue;
        pad(buf, indent);
        buf_format(buf, "%s%s\n", field->name, list && !json_array_size(value) ? ": none" : "");
        if (list && json_array_size(value)) add_table(buf, field->element, value, money, indent + INDENT);
        if (!list) add_record(buf, field->element, value, money, indent + INDENT); /* as deep as the tables */
    }
    const char *next = json_string_value(json_object_get(object, "next_cursor"));
    if (next) buf_format(buf, "There is more: --cursor %s\n", next);
}

bool show_reply_text(Arena *arena, const StructDef *def, Str body, Str *out)
{
    json_t *json = json_loadb(body.ptr, body.len, 0, NULL);
    Buf     buf  = buf_make(arena, body.len * 2 + 64);
    if (json_is_object(json)) add_record(&buf, def, json, STR_NONE, 0);
    bool ok = json_is_object(json) && !buf.failed;
    json_decref(json);
    *out = buf_str(&buf);
    return ok;
}

bool show_reply(Arena *arena, const StructDef *def, Str body)
{
    Str text;
    if (!show_reply_text(arena, def, body, &text)) return false;
    (void)fwrite(text.ptr, 1, text.len, stdout);
    return true;
}

void show_text(Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        putchar((c < 0x20 && c != '\n') || c == 0x7F ? '?' : c);
    }
    if (text.len && text.ptr[text.len - 1] != '\n') putchar('\n');
}

static void member(Arena *arena, const char *before, const json_t *object, const char *name,
                   const char *behind)
{
    Str text = str_from(json_string_value(json_object_get(object, name)));
    if (!text.len) return;
    text = clean(arena, text, false);
    (void)fprintf(stderr, "%s%.*s%s", before, STR_FMT(text), behind);
}

void show_problem(Arena *arena, int status, Str body)
{
    json_t *json = json_loadb(body.ptr, body.len, 0, NULL);
    json_t *one;
    size_t  i;
    if (!json_is_object(json)) {
        (void)fprintf(stderr, "onetill: the server answered with status %d\n", status);
        json_decref(json);
        return;
    }
    member(arena, "onetill: ", json, "title", "");
    member(arena, " (", json, "code", ")\n");
    if (!json_array_size(json_object_get(json, "errors"))) {
        member(arena, "  ", json, "field", ": ");
        member(arena, json_object_get(json, "field") ? "" : "  ", json, "detail", "\n");
    }
    json_array_foreach(json_object_get(json, "errors"), i, one)
    {
        member(arena, "  ", one, "field", ": ");
        member(arena, "", one, "detail", "\n");
    }
    if (status == 401) (void)fputs("  Put an API key in $ONETILL_KEY.\n", stderr);
    if (json_is_true(json_object_get(json, "retry"))) (void)fputs("  Try again in a moment.\n", stderr);
    Str effect = str_from(json_string_value(json_object_get(json, "effect")));
    if (str_eq(effect, STR("unknown")))
        (void)fputs("  It may have been done: repeat with the same --idempotency-key.\n", stderr);
    json_decref(json);
}
