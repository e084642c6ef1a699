/* wire.c — described structs as bytes. See wire.h.
 * Goes as deep as the tables do, at most WIRE_DEPTH_MAX; never deeper because of input. */
#include "core/wire.h"

#include <assert.h>
#include <string.h>

static size_t bit_bytes(const StructDef *def)
{
    return def->field_count ? (def->field_count + 7) / 8 : 1;
}

/* Whether the field's bit is set. */
static bool is_there(const FieldDef *field, const void *at)
{
    if (field->type == F_BOOL) return *(const bool *)at;
    if (field->type == F_TEXTS) return ((const TextList *)at)->count > 0;
    if (field->type == F_LIST) return ((const AnyList *)at)->count > 0;
    return !form_is_absent(field, at);
}

/* ---- writing ---- */

static void put_varint(Buf *buf, uint64_t value)
{
    char   bytes[10];
    size_t count = 0;
    for (; value > 0x7F; value >>= 7) bytes[count++] = (char)(value | 0x80);
    bytes[count++] = (char)value;
    buf_add(buf, (Str){ bytes, count });
}

static void put_number(Buf *buf, int64_t value)
{
    uint64_t twice = (uint64_t)value << 1;
    put_varint(buf, value < 0 ? ~twice : twice);
}

static void put_text(Buf *buf, Str text)
{
    put_varint(buf, text.len);
    buf_add(buf, text);
}

static void put_struct(Buf *buf, const StructDef *def, const void *object, int depth);

static void put_value(Buf *buf, const FieldDef *field, const void *at, int depth)
{
    const TextList *texts = at;
    const AnyList  *list  = at;
    switch (field->type) {
    case F_BOOL: return;
    case F_INT:
    case F_MONEY:
    case F_RATE:
    case F_QTY:
    case F_TIME: put_number(buf, *(const int64_t *)at); return;
    case F_ID: buf_add(buf, (Str){ (const char *)((const Id *)at)->bytes, ID_BYTES }); return;
    case F_TEXT:
    case F_JSON:
    case F_CHOICE: put_text(buf, *(const Str *)at); return;
    case F_TEXTS:
        put_varint(buf, texts->count);
        for (size_t i = 0; i < texts->count; i++) put_text(buf, texts->items[i]);
        return;
    case F_LIST:
        put_varint(buf, list->count);
        for (size_t i = 0; i < list->count; i++)
            put_struct(buf, field->element, (const char *)list->items + i * field->element->size, depth);
        return;
    case F_OBJECT: put_struct(buf, field->element, *(const void *const *)at, depth); return;
    }
    UNREACHABLE();
}

static void put_struct(Buf *buf, const StructDef *def, const void *object, int depth)
{
    assert(depth < WIRE_DEPTH_MAX);
    uint8_t bits = 0;
    for (size_t i = 0; i < bit_bytes(def) * 8; i++) {
        const FieldDef *field = i < def->field_count ? &def->fields[i] : NULL;
        if (field && is_there(field, (const char *)object + field->offset)) bits |= (uint8_t)(1U << i % 8);
        if (i % 8 != 7) continue;
        buf_byte(buf, (char)bits);
        bits = 0;
    }
    for (size_t i = 0; i < def->field_count; i++) {
        const void *at = (const char *)object + def->fields[i].offset;
        if (is_there(&def->fields[i], at)) put_value(buf, &def->fields[i], at, depth + 1);
    }
}

void wire_encode(Buf *buf, const StructDef *def, const void *object)
{
    put_struct(buf, def, object, 0);
}

/* ---- reading ---- */

/* Where the reader is, for the message: from the inside out. */
typedef struct Place Place;
struct Place {
    const Place *outer;
    const char  *name;  /* of the field */
    size_t       index; /* in a list, or SIZE_MAX */
};

typedef struct {
    Arena         *arena;
    const uint8_t *at, *end;
    Error         *err;
} Reader;

/* Refuses with the path of the place, which is cut on the left when it is too long. */
static bool refuse(const Reader *r, const Place *place, const ErrDef *def, const char *why)
{
    char   path[sizeof r->err->field];
    size_t from = sizeof path - 1;
    path[from]  = 0;
    for (; place; place = place->outer) {
        char   part[64];
        Buf    buf    = { .ptr = part, .cap = sizeof part };
        size_t length = strlen(place->name);
        if (length > 32) length = 32;
        buf_add(&buf, (Str){ place->name, length });
        if (place->index != SIZE_MAX) {
            buf_byte(&buf, '[');
            buf_i64(&buf, (int64_t)place->index);
            buf_byte(&buf, ']');
        }
        if (path[from]) buf_byte(&buf, '.');
        if (buf.len > from) break;
        from -= buf.len;
        memcpy(path + from, part, buf.len);
    }
    return err_set(r->err, def, path + from, "%s", why);
}

static bool get_varint(Reader *r, const Place *place, uint64_t *out)
{
    uint64_t value = 0;
    for (unsigned shift = 0; r->at < r->end && shift < 64; shift += 7) {
        uint8_t byte = *r->at++;
        if (shift == 63 && byte > 1) break;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte & 0x80) continue;
        if (byte == 0 && shift > 0) break; /* longer than needed */
        *out = value;
        return true;
    }
    return refuse(r, place, &ERR_WIRE_FORM, "a number is cut off or too long");
}

static bool get_number(Reader *r, const Place *place, const FieldDef *field, int64_t *out)
{
    uint64_t zigzag = 0;
    if (!get_varint(r, place, &zigzag)) return false;
    *out = (int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1);
    if (*out == OPT_NONE) return refuse(r, place, &ERR_WIRE_FORM, "a number is there and absent");
    if ((field->low != 0 || field->high != 0) && (*out < field->low || *out > field->high))
        return refuse(r, place, &ERR_FIELD_INVALID, "the number is not within its limits");
    return true;
}

/* low and high both 0: no limit. */
static bool get_text(Reader *r, const Place *place, int64_t low, int64_t high, Str *out)
{
    uint64_t length = 0;
    if (!get_varint(r, place, &length)) return false;
    if (length > (size_t)(r->end - r->at)) return refuse(r, place, &ERR_WIRE_FORM, "a text is cut off");
    *out = (Str){ (const char *)r->at, (size_t)length };
    r->at += length;
    if ((low != 0 || high != 0) && (int64_t)length < low)
        return refuse(r, place, &ERR_FIELD_INVALID, "the text is too short");
    if ((low != 0 || high != 0) && (int64_t)length > high)
        return refuse(r, place, &ERR_FIELD_INVALID, "the text is too long");
    return str_is_utf8(*out, NULL) || refuse(r, place, &ERR_FIELD_INVALID, "the text is not UTF-8");
}

/* A count that is above zero, within its limits and not more than there can be in the bytes left. */
static bool get_count(Reader *r, const Place *place, int64_t low, int64_t high, size_t least, size_t *out)
{
    uint64_t count = 0;
    if (!get_varint(r, place, &count)) return false;
    if (count == 0) return refuse(r, place, &ERR_WIRE_FORM, "a list is there and empty");
    if (count > (size_t)(r->end - r->at) / least)
        return refuse(r, place, &ERR_WIRE_FORM, "a list is cut off");
    if ((low != 0 || high != 0) && ((int64_t)count < low || (int64_t)count > high))
        return refuse(r, place, &ERR_FIELD_INVALID, "the list has too few or too many entries");
    *out = (size_t)count;
    return true;
}

static bool get_texts(Reader *r, const Place *outer, const FieldDef *field, TextList *out)
{
    int64_t high = field->high ? field->high : TEXTS_MAX;
    Place   here = *outer;
    if (!get_count(r, outer, field->low, high, 2, &out->count)) return false;
    out->items = arena_array(r->arena, Str, out->count);
    if (!out->items) return err_memory(r->err);
    for (here.index = 0; here.index < out->count; here.index++)
        if (!get_text(r, &here, 1, TEXTS_BYTES_MAX, &out->items[here.index])) return false;
    return true;
}

static bool get_struct(Reader *r, const Place *place, const StructDef *def, void *out, int depth);

static bool get_list(Reader *r, const Place *outer, const FieldDef *field, AnyList *out, int depth)
{
    const StructDef *element = field->element;
    Place            here    = *outer;
    if (!get_count(r, outer, field->low, field->high, bit_bytes(element), &out->count)) return false;
    out->items = arena_alloc_array(r->arena, out->count, element->size);
    if (!out->items) return err_memory(r->err);
    for (here.index = 0; here.index < out->count; here.index++)
        if (!get_struct(r, &here, element, (char *)out->items + here.index * element->size, depth))
            return false;
    return true;
}

static bool get_object(Reader *r, const Place *place, const FieldDef *field, void **out, int depth)
{
    *out = arena_alloc(r->arena, field->element->size);
    if (!*out) return err_memory(r->err);
    return get_struct(r, place, field->element, *out, depth);
}

static bool get_id(Reader *r, const Place *place, Id *out)
{
    if (r->end - r->at < ID_BYTES) return refuse(r, place, &ERR_WIRE_FORM, "an id is cut off");
    memcpy(out->bytes, r->at, ID_BYTES);
    r->at += ID_BYTES;
    return !id_is_none(*out) || refuse(r, place, &ERR_WIRE_FORM, "an id is there and absent");
}

static bool get_value(Reader *r, const Place *place, const FieldDef *field, void *at, int depth)
{
    switch (field->type) {
    case F_BOOL: *(bool *)at = true; return true;
    case F_INT:
    case F_MONEY:
    case F_RATE:
    case F_QTY:
    case F_TIME: return get_number(r, place, field, at);
    case F_ID: return get_id(r, place, at);
    case F_TEXT:
    case F_JSON: return get_text(r, place, field->low, field->high, at);
    case F_CHOICE:
        return get_text(r, place, 0, 0, at)
            && (form_has_choice(field->choices, *(Str *)at)
                || refuse(r, place, &ERR_FIELD_INVALID, field->choices));
    case F_TEXTS: return get_texts(r, place, field, at);
    case F_LIST: return get_list(r, place, field, at, depth);
    case F_OBJECT: return get_object(r, place, field, at, depth);
    }
    UNREACHABLE();
}

/* `at` is zeroed. A list need not be there to be empty, and a BOOL not to be false. */
static bool set_absent(Reader *r, const Place *place, const FieldDef *field, void *at)
{
    int64_t none = OPT_NONE;
    bool    may  = field->type == F_BOOL;
    switch (field->type) {
    case F_INT:
    case F_MONEY:
    case F_RATE:
    case F_QTY:
    case F_TIME: memcpy(at, &none, sizeof none); break;
    case F_TEXTS:
    case F_LIST: may = field->low == 0; break;
    case F_BOOL:
    case F_ID:
    case F_TEXT:
    case F_JSON:
    case F_CHOICE:
    case F_OBJECT: break;
    }
    return may || field->need == OPTIONAL || refuse(r, place, &ERR_FIELD_INVALID, "this field must be there");
}

static bool get_struct(Reader *r, const Place *place, const StructDef *def, void *out, int depth)
{
    const uint8_t *bits  = r->at;
    size_t         bytes = bit_bytes(def);
    if (depth == WIRE_DEPTH_MAX) return refuse(r, place, &ERR_WIRE_FORM, "nested too deeply");
    if ((size_t)(r->end - r->at) < bytes) return refuse(r, place, &ERR_WIRE_FORM, "an object is cut off");
    r->at += bytes;
    if (def->field_count % 8 != 0 || def->field_count == 0)
        if (bits[bytes - 1] >> def->field_count % 8)
            return refuse(r, place, &ERR_WIRE_FORM, "there are more fields than known");
    memset(out, 0, def->size);
    for (size_t i = 0; i < def->field_count; i++) {
        const FieldDef *field = &def->fields[i];
        Place           here  = { place, field->name, SIZE_MAX };
        void           *at    = (char *)out + field->offset;
        bool            there = bits[i / 8] >> i % 8 & 1;
        if (there ? !get_value(r, &here, field, at, depth + 1) : !set_absent(r, &here, field, at))
            return false;
    }
    return true;
}

bool wire_decode(Arena *arena, const StructDef *def, Str bytes, void *out, Error *err)
{
    const uint8_t *from = (const uint8_t *)bytes.ptr;
    Reader         r    = { arena, from, from + bytes.len, err };
    if (!get_struct(&r, NULL, def, out, 0)) return false;
    return r.at == r.end || refuse(&r, NULL, &ERR_WIRE_FORM, "there are bytes behind the end");
}

/* ---- the form itself ---- */

/* FNV-1a. */
static uint32_t mix(uint32_t hash, Str text)
{
    for (size_t i = 0; i < text.len; i++) hash = (hash ^ (uint8_t)text.ptr[i]) * 16777619U;
    return (hash ^ 0xFF) * 16777619U;
}

static uint32_t mix_struct(uint32_t hash, const StructDef *def, int depth)
{
    if (depth == WIRE_DEPTH_MAX) return hash;
    for (size_t i = 0; i < def->field_count; i++) {
        const FieldDef *field = &def->fields[i];
        char            type  = (char)('A' + field->type);
        hash                  = mix(mix(hash, str_from(field->name)), (Str){ &type, 1 });
        if (field->element) hash = mix_struct(hash, field->element, depth + 1);
    }
    return mix(hash, STR(")"));
}

uint32_t wire_form(const StructDef *def)
{
    return mix_struct(2166136261U, def, 0);
}
