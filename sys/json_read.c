/* json_read.c — JSON text as a described struct. See json_read.h.
 * The depth is checked by a scan before it is parsed, so that brackets cannot use up the stack. Values are
 * never repeated in faults: they may be card numbers. */
#include "sys/json_read.h"

#include "core/pan.h"
#include "sys/json_leaf.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCRATCH_BYTES = 32 << 10, FIELDS_MAX = 64 };

/* Memory of the parser while one text is read; what does not fit comes from the heap. Each text begins anew,
 * so small ones cost no allocation and nothing has to be given back. */
static _Thread_local struct {
    _Alignas(16) char bytes[SCRATCH_BYTES];
    size_t used;
    bool   open, spilled;
} scratch;

static void *parser_take(size_t size)
{
    size_t start = (scratch.used + 15) & ~(size_t)15;
    if (scratch.open && start <= SCRATCH_BYTES && size <= SCRATCH_BYTES - start) {
        scratch.used = start + size;
        return scratch.bytes + start;
    }
    scratch.spilled = true;
    return malloc(size);
}

static void parser_give(void *memory)
{
    uintptr_t at = (uintptr_t)memory, start = (uintptr_t)scratch.bytes;
    if (at < start || at >= start + SCRATCH_BYTES) free(memory);
}

__attribute__((constructor)) static void use_scratch(void) /* before there is a second thread */
{
    json_set_alloc_funcs(parser_take, parser_give);
}

static json_t *parse(Str text, json_error_t *where)
{
    scratch.used    = 0;
    scratch.open    = true;
    scratch.spilled = false;
    return json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, where);
}

static void forget(json_t *json)
{
    if (scratch.spilled) json_decref(json);
    scratch.open = false;
}

/* Adds a text to a path as far as there is room: never a part of a character. */
static void path_add(char *path, size_t size, Str text)
{
    size_t len  = strlen(path);
    size_t most = size - 1 - len < text.len ? size - 1 - len : text.len;
    while (!str_is_utf8((Str){ text.ptr, most }, NULL)) most--;
    memcpy(path + len, text.ptr, most);
    path[len + most] = '\0';
}

void decoder_fault(Decoder *d, const char *code, const char *detail)
{
    char number[32];
    if (d->faults->count == FAULTS_MAX) return;
    Fault *fault    = &d->faults->items[d->faults->count++];
    fault->code     = code;
    fault->field[0] = '\0';
    for (size_t i = 0; i < d->depth; i++) {
        const DecoderStep *step = &d->steps[i];
        if (step->name && i > 0) path_add(fault->field, sizeof fault->field, STR("."));
        (void)snprintf(number, sizeof number, "[%zu]", step->index);
        path_add(fault->field, sizeof fault->field, str_from(step->name ? step->name : number));
    }
    (void)snprintf(fault->detail, sizeof fault->detail, "%s", detail);
}

static size_t go_down(Decoder *d, DecoderStep step)
{
    size_t before = d->depth;
    assert(before < COUNT(d->steps));
    d->steps[d->depth++] = step;
    return before;
}

size_t decoder_enter(Decoder *d, const char *name)
{
    return go_down(d, (DecoderStep){ name, 0 });
}

static size_t enter_item(Decoder *d, size_t index)
{
    return go_down(d, (DecoderStep){ NULL, index });
}

void decoder_leave(Decoder *d, size_t before)
{
    d->depth = before;
}

bool path_has_field(const char *path, const char *name)
{
    size_t len = strlen(name);
    for (const char *open = strchr(path, '{'); open; open = strchr(open + 1, '{'))
        if (strncmp(open + 1, name, len) == 0 && open[1 + len] == '}') return true;
    return false;
}

static bool is_number(FieldType type)
{
    return type == F_INT || type == F_MONEY || type == F_RATE || type == F_QTY || type == F_TIME;
}

void decoder_absent(Decoder *d, const FieldDef *field, void *at)
{
    if (is_number(field->type)) *(int64_t *)at = OPT_NONE;
    if (field->need == REQUIRED) decoder_fault(d, "required", "this field must be there");
}

static void decode_object(Decoder *d, const StructDef *def, const json_t *json, void *object);

static bool count_is_fine(Decoder *d, size_t count, int64_t low, int64_t high)
{
    if ((int64_t)count < low) decoder_fault(d, "too_short", "the list has too few entries");
    else if ((int64_t)count > high) decoder_fault(d, "too_long", "the list has too many entries");
    else return true;
    return false;
}

static void decode_list(Decoder *d, const FieldDef *field, const json_t *json, AnyList *list)
{
    size_t count = json_array_size(json);
    bool   free  = field->low == 0 && field->high == 0;
    if (!free && !count_is_fine(d, count, field->low, field->high)) return;
    list->items = arena_alloc_array(d->arena, count, field->element->size);
    list->count = list->items ? count : 0;
    if (!list->items) d->memory = true;
    for (size_t i = 0; i < list->count; i++) {
        size_t        before = enter_item(d, i);
        const json_t *item   = json_array_get(json, i);
        char         *to     = (char *)list->items + i * field->element->size;
        if (json_is_object(item))
            decode_object(d, field->element, item, to);
        else
            decoder_fault(d, "wrong_type", "must be an object");
        decoder_leave(d, before);
    }
}

static void decode_texts(Decoder *d, const FieldDef *field, const json_t *json, TextList *list)
{
    size_t count = json_array_size(json);
    if (!count_is_fine(d, count, field->low, field->high ? field->high : TEXTS_MAX)) return;
    list->items = arena_array(d->arena, Str, count);
    list->count = list->items ? count : 0;
    if (!list->items) d->memory = true;
    for (size_t i = 0; i < list->count; i++) {
        size_t        before = enter_item(d, i);
        const json_t *item   = json_array_get(json, i);
        Str           text   = { json_string_value(item), json_string_length(item) };
        if (text.ptr) leaf_text(d, field, text, &list->items[i]);
        else decoder_fault(d, "wrong_type", "must be text");
        decoder_leave(d, before);
    }
}

static void decode_child(Decoder *d, const FieldDef *field, const json_t *json, void **child)
{
    *child = arena_alloc(d->arena, field->element->size);
    if (!*child)
        d->memory = true;
    else
        decode_object(d, field->element, json, *child);
}

static void decode_value(Decoder *d, const FieldDef *field, const json_t *json, void *at)
{
    Str text = STR_NONE;
    if (json_is_string(json)) text = (Str){ json_string_value(json), json_string_length(json) };
    switch (field->type) {
    case F_INT:
    case F_MONEY:
    case F_RATE:
        if (json_is_integer(json)) leaf_number(d, field, json_integer_value(json), at);
        else decoder_fault(d, "wrong_type", "must be an integer");
        return;
    case F_QTY:
        if (json_is_integer(json)) leaf_whole_qty(d, field, json_integer_value(json), at);
        else if (text.ptr) leaf_text(d, field, text, at);
        else decoder_fault(d, "wrong_type", "must be an integer or decimal text");
        return;
    case F_BOOL:
        if (json_is_boolean(json)) *(bool *)at = json_is_true(json);
        else decoder_fault(d, "wrong_type", "must be true or false");
        return;
    case F_TEXT:
    case F_CHOICE:
    case F_ID:
    case F_TIME:
        if (text.ptr) leaf_text(d, field, text, at);
        else decoder_fault(d, "wrong_type", "must be text");
        return;
    case F_TEXTS:
        if (json_is_array(json)) decode_texts(d, field, json, at);
        else decoder_fault(d, "wrong_type", "must be a list of texts");
        return;
    case F_LIST:
        if (json_is_array(json)) decode_list(d, field, json, at);
        else decoder_fault(d, "wrong_type", "must be a list");
        return;
    case F_OBJECT:
        if (json_is_object(json)) decode_child(d, field, json, at);
        else decoder_fault(d, "wrong_type", "must be an object");
        return;
    case F_JSON: decoder_fault(d, "wrong_type", "stands in replies only"); return;
    }
    UNREACHABLE();
}

/* Whether the member stands in the address instead of the body. */
static bool is_in_path(const Decoder *d, const char *name)
{
    return d->depth == 0 && path_has_field(d->route_path, name);
}

/* Which field a member is that may stand in the body at this place; the number of fields when none. */
static size_t body_field(const Decoder *d, const StructDef *def, Str name)
{
    size_t i = 0;
    for (; i < def->field_count; i++) {
        const FieldDef *known = &def->fields[i];
        if (known->name_len == name.len && memcmp(known->name, name.ptr, name.len) == 0) break;
    }
    return i < def->field_count && is_in_path(d, def->fields[i].name) ? def->field_count : i;
}

/* Recursion follows the tables and a body of at most JSON_DEPTH_MAX levels. */
static void decode_object(Decoder *d, const StructDef *def, const json_t *json, void *object)
{
    const json_t *members[FIELDS_MAX] = { NULL };
    json_t       *object_json         = (json_t *)(uintptr_t)json; /* jansson's iterators do not know const */
    size_t        unknown             = 0;
    assert(def->field_count <= FIELDS_MAX);
    for (void *at = json_object_iter(object_json); at; at = json_object_iter_next(object_json, at)) {
        size_t i = body_field(d, def, (Str){ json_object_iter_key(at), json_object_iter_key_len(at) });
        if (i < def->field_count) members[i] = json_object_iter_value(at);
        else unknown++;
    }
    for (size_t i = 0; i < def->field_count; i++) {
        const FieldDef *field = &def->fields[i];
        if (is_in_path(d, field->name)) continue;
        const json_t *found  = members[i];
        size_t        before = decoder_enter(d, field->name);
        void         *at     = (char *)object + field->offset;
        if (!found || json_is_null(found)) decoder_absent(d, field, at);
        else decode_value(d, field, found, at);
        decoder_leave(d, before);
    }
    if (unknown == 0) return;
    for (void *at = json_object_iter(object_json); at; at = json_object_iter_next(object_json, at)) {
        const char *name = json_object_iter_key(at);
        Str         text = { name, json_object_iter_key_len(at) };
        if (body_field(d, def, text) < def->field_count) continue;
        /* a number of a card is never repeated */
        size_t before = decoder_enter(d, pan_found(text, false) ? "?" : name);
        decoder_fault(d, "unknown_field", "there is no such field here");
        decoder_leave(d, before);
    }
}

/* Levels of brackets outside strings, without parsing. */
static bool depth_is_fine(Str body)
{
    size_t opened = 0;
    for (size_t i = 0; i < body.len; i++) opened += body.ptr[i] == '{' || body.ptr[i] == '[';
    if (opened <= JSON_DEPTH_MAX) return true; /* the usual case, seen without looking where texts are */
    int  depth  = 0;
    bool inside = false;
    for (size_t i = 0; i < body.len; i++) {
        char c = body.ptr[i];
        if (inside && c == '\\') i++;
        else if (c == '"') inside = !inside;
        else if (!inside && (c == '{' || c == '[') && ++depth > JSON_DEPTH_MAX) return false;
        else if (!inside && (c == '}' || c == ']')) depth--;
    }
    return true;
}

static const char *syntax_reason(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_duplicate_key: return "a member is there twice";
    case json_error_numeric_overflow: return "a number is out of range";
    case json_error_invalid_utf8: return "the text is not UTF-8";
    case json_error_end_of_input_expected: return "there is more behind the end";
    case json_error_premature_end_of_input: return "the body ends too early";
    default: return "not valid JSON";
    }
}

bool json_read(Decoder *d, const StructDef *def, Str text, void *object, Error *err)
{
    size_t       bad = 0;
    json_error_t where;
    if (!strchr(d->route_path, '{')) d->route_path = ""; /* nothing stands in the address */
    if (!str_is_utf8(text, &bad))
        return err_set(err, &ERR_JSON_SYNTAX, "", "the text is not UTF-8 at byte %zu", bad);
    if (!depth_is_fine(text))
        return err_set(err, &ERR_JSON_DEPTH, "", "more than %d levels", JSON_DEPTH_MAX);
    json_t *json = parse(text, &where);
    if (!json) {
        forget(NULL);
        return err_set(err, &ERR_JSON_SYNTAX, "", "%s at byte %d", syntax_reason(&where), where.position);
    }
    bool is_object = json_is_object(json);
    if (is_object) decode_object(d, def, json, object);
    forget(json);
    return is_object || err_set(err, &ERR_JSON_SYNTAX, "", "the body must be a JSON object");
}

bool json_read_stored(Arena *arena, const StructDef *def, Str text, void *object, Error *err)
{
    Faults  faults = { .count = 0 };
    Decoder d      = { .arena = arena, .faults = &faults, .route_path = "" };
    if (!json_read(&d, def, text, object, err)) return false;
    if (d.memory) return err_memory(err);
    if (faults.count == 0) return true;
    return err_set(err, &ERR_INTERNAL, faults.items[0].field, "what is stored cannot be read: %s",
                   faults.items[0].detail);
}
