/* openapi.c — what the tables say, as an OpenAPI 3.1 document. See openapi.h.
 * Every struct becomes a schema; a request body is written out in place when some of its fields
 * stand in the path. */
#include "http/openapi.h"

#include "http/decode.h"
#include "http/router.h"
#include "shop/media.h"
#include "shop/reach.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void text(Buf *buf, const char *plain)
{
    buf_add(buf, str_from(plain));
}

static void quoted(Buf *buf, const char *value)
{
    buf_json_string(buf, str_from(value));
}

static void limits(Buf *buf, const FieldDef *field, const char *low, const char *high)
{
    if (field->low == 0 && field->high == 0) return;
    if (low) buf_format(buf, ",\"%s\":%" PRId64, low, field->low);
    buf_format(buf, ",\"%s\":%" PRId64, high, field->high);
}

static void choices(Buf *buf, const char *list)
{
    Str all = str_from(list);
    text(buf, "\"type\":\"string\",\"enum\":[");
    for (size_t from = 0; from <= all.len;) {
        size_t end = str_index(all, '|', from);
        if (from) buf_byte(buf, ',');
        buf_json_string(buf, str_slice(all, from, end));
        from = end + 1;
    }
    buf_byte(buf, ']');
}

/* The schema of one field, without its meaning and without braces. Text limits are bytes of UTF-8,
 * so only the upper one holds for characters, too. */
static void field_type(Buf *buf, const FieldDef *field)
{
    switch (field->type) {
    case F_TEXT:
        text(buf, "\"type\":\"string\"");
        if (field->low == 1) text(buf, ",\"minLength\":1");
        limits(buf, field, NULL, "maxLength");
        return;
    case F_INT:
    case F_MONEY:
    case F_RATE:
        text(buf, "\"type\":\"integer\",\"format\":\"int64\"");
        limits(buf, field, "minimum", "maximum");
        return;
    case F_QTY:
        text(buf, "\"type\":[\"string\",\"integer\"],\"pattern\":\"^-?[0-9]+(\\\\.[0-9]{1,3})?$\"");
        return;
    case F_TIME: text(buf, "\"type\":\"string\",\"format\":\"date-time\""); return;
    case F_BOOL: text(buf, "\"type\":\"boolean\""); return;
    case F_ID: text(buf, "\"type\":\"string\",\"format\":\"uuid\""); return;
    case F_JSON: text(buf, "\"type\":\"object\""); return;
    case F_CHOICE: choices(buf, field->choices); return;
    case F_TEXTS:
        buf_format(buf, "\"type\":\"array\",\"items\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":%d}",
                   TEXTS_BYTES_MAX);
        limits(buf, field, "minItems", "maxItems");
        if (field->high == 0) buf_format(buf, ",\"maxItems\":%d", TEXTS_MAX);
        return;
    case F_LIST:
        buf_format(buf, "\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/%s\"}",
                   field->element->name);
        limits(buf, field, "minItems", "maxItems");
        return;
    case F_OBJECT:
        buf_format(buf, "\"$ref\":\"#/components/schemas/%s\"", field->element->name);
        return;
    }
    UNREACHABLE();
}

static const char *unit_of(FieldType type)
{
    if (type == F_MONEY) return " Minor units of the currency.";
    if (type == F_RATE) return " Parts per million.";
    return "";
}

static void meaning(Buf *buf, const char *sentence, FieldType type)
{
    Str both = str_format(buf->arena, "%s%s", sentence, unit_of(type));
    text(buf, ",\"description\":");
    buf_json_string(buf, both);
}

/* An object schema of the fields that do not stand in `path` (NULL: of all). */
static void object_schema(Buf *buf, const StructDef *def, const char *path)
{
    int written = 0;
    text(buf, "{\"type\":\"object\",\"description\":");
    quoted(buf, def->meaning);
    text(buf, ",\"additionalProperties\":false,\"properties\":{");
    for (size_t i = 0; i < def->field_count; i++) {
        const FieldDef *field = &def->fields[i];
        if (path && path_has_field(path, field->name)) continue;
        if (written++) buf_byte(buf, ',');
        quoted(buf, field->name);
        text(buf, ":{");
        field_type(buf, field);
        meaning(buf, field->meaning, field->type);
        buf_byte(buf, '}');
    }
    text(buf, "},\"required\":[");
    written = 0;
    for (size_t i = 0; i < def->field_count; i++) {
        const FieldDef *field = &def->fields[i];
        if (field->need != REQUIRED || (path && path_has_field(path, field->name))) continue;
        if (written++) buf_byte(buf, ',');
        quoted(buf, field->name);
    }
    text(buf, "]}");
}

static void parameter(Buf *buf, const FieldDef *field, bool in_path, int *written)
{
    if ((*written)++) buf_byte(buf, ',');
    text(buf, "{\"name\":");
    quoted(buf, field->name);
    buf_format(buf, ",\"in\":\"%s\",\"required\":%s", in_path ? "path" : "query",
               in_path || field->need == REQUIRED ? "true" : "false");
    meaning(buf, field->meaning, field->type);
    text(buf, ",\"schema\":{");
    field_type(buf, field);
    text(buf, "}}");
}

static void parameters(Buf *buf, const RouteDef *route)
{
    bool by_query = route->method == GET || route->method == DELETE;
    int  written  = 0;
    text(buf, ",\"parameters\":[");
    for (size_t i = 0; i < route->request->field_count; i++) {
        const FieldDef *field   = &route->request->fields[i];
        bool            in_path = path_has_field(route->path, field->name);
        if (in_path || by_query) parameter(buf, field, in_path, &written);
    }
    if ((route->flags & (WRITE | RAW)) == WRITE) {
        if (written++) buf_byte(buf, ',');
        text(buf, "{\"$ref\":\"#/components/parameters/IdempotencyKey\"}");
    }
    buf_byte(buf, ']');
}

/* Whether the request takes any field from its body, and whether one of them must be there. */
static bool body_fields(const RouteDef *route, bool *must)
{
    size_t count = 0;
    *must        = false;
    if (route->method == GET || route->method == DELETE) return false;
    for (size_t i = 0; i < route->request->field_count; i++) {
        if (path_has_field(route->path, route->request->fields[i].name)) continue;
        count++;
        *must = *must || route->request->fields[i].need == REQUIRED;
    }
    return count > 0;
}

static void request_body(Buf *buf, const RouteDef *route)
{
    bool must = false;
    if (!body_fields(route, &must)) return;
    buf_format(buf, ",\"requestBody\":{\"required\":%s,", must ? "true" : "false");
    text(buf, "\"content\":{\"application/json\":{\"schema\":");
    if (strchr(route->path, '{')) object_schema(buf, route->request, route->path);
    else buf_format(buf, "{\"$ref\":\"#/components/schemas/%s\"}", route->request->name);
    text(buf, "}}}");
}

static void responses(Buf *buf, const RouteDef *route)
{
    buf_format(buf, ",\"responses\":{\"%d\":{\"description\":", route->status);
    quoted(buf, route->reply->meaning);
    if (route->flags & (STREAM | TEXT_REPLY))
        buf_format(buf, ",\"content\":{\"%s\":{\"schema\":{\"type\":\"string\"}}}}", route_media(route).type);
    else
        buf_format(buf,
                   ",\"content\":{\"application/json\":{\"schema\":{\"$ref\":"
                   "\"#/components/schemas/%s\"}}}}",
                   route->reply->name);
    text(buf, ",\"default\":{\"$ref\":\"#/components/responses/Problem\"}}");
}

/* "get_v1_orders_id" from method and path: unique because the pair is. */
static void operation_id(Buf *buf, const RouteDef *route)
{
    buf_byte(buf, '"');
    for (const char *p = method_name(route->method); *p; p++) buf_byte(buf, (char)tolower(*p));
    for (const char *p = route->path; *p; p++)
        if (*p != '{' && *p != '}') buf_byte(buf, isalnum((unsigned char)*p) ? *p : '_');
    buf_byte(buf, '"');
}

static void operation(Buf *buf, const Capability *capability, const RouteDef *route)
{
    buf_byte(buf, '"');
    for (const char *p = method_name(route->method); *p; p++) buf_byte(buf, (char)tolower(*p));
    text(buf, "\":{\"operationId\":");
    operation_id(buf, route);
    text(buf, ",\"summary\":");
    quoted(buf, route->summary);
    text(buf, ",\"tags\":[");
    quoted(buf, capability->name);
    buf_byte(buf, ']');
    if (route->flags & PUBLIC) {
        text(buf, ",\"security\":[]");
    } else {
        text(buf, ",\"x-permission\":");
        quoted(buf, route->perm->code);
    }
    parameters(buf, route);
    request_body(buf, route);
    responses(buf, route);
    buf_byte(buf, '}');
}

/* All operations of one path; true when an earlier route had that path. */
static bool seen_before(size_t capability, size_t index)
{
    const char *path = shop_all[capability]->routes[index].path;
    for (size_t c = 0; c <= capability; c++) {
        size_t end = c == capability ? index : shop_all[c]->route_count;
        for (size_t i = 0; i < end; i++)
            if (strcmp(shop_all[c]->routes[i].path, path) == 0) return true;
    }
    return false;
}

static void path_item(Buf *buf, const char *path)
{
    int written = 0;
    quoted(buf, path);
    text(buf, ":{");
    for (size_t c = 0; c < shop_count; c++) {
        for (size_t i = 0; i < shop_all[c]->route_count; i++) {
            const RouteDef *route = &shop_all[c]->routes[i];
            if (strcmp(route->path, path) != 0) continue;
            if (written++) buf_byte(buf, ',');
            operation(buf, shop_all[c], route);
        }
    }
    buf_byte(buf, '}');
}

static void schema(Buf *buf, const StructDef *def)
{
    buf_byte(buf, ',');
    quoted(buf, def->name);
    buf_byte(buf, ':');
    object_schema(buf, def, NULL);
}

static void schemas(Buf *buf)
{
    text(buf,
         "\"schemas\":{\"ProblemDetails\":{\"type\":\"object\",\"description\":"
         "\"RFC 9457 problem details.\",\"properties\":{\"type\":{\"type\":\"string\"},"
         "\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},"
         "\"detail\":{\"type\":\"string\"},\"instance\":{\"type\":\"string\"},"
         "\"code\":{\"type\":\"string\"},\"field\":{\"type\":\"string\"},"
         "\"errors\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
         "\"field\":{\"type\":\"string\"},\"code\":{\"type\":\"string\"},"
         "\"detail\":{\"type\":\"string\"}},\"required\":[\"field\",\"code\",\"detail\"]}},"
         "\"retry\":{\"type\":\"boolean\"},\"effect\":{\"type\":\"string\","
         "\"enum\":[\"none\",\"unknown\"]}},"
         "\"required\":[\"type\",\"title\",\"status\",\"code\",\"retry\"]}");
    const StructDef *shared[REACH_MAX];
    size_t           count = reach_structs(shared);
    for (size_t c = 0; c < shop_count; c++)
        for (size_t i = 0; i < shop_all[c]->struct_count; i++) schema(buf, shop_all[c]->structs[i]);
    for (size_t i = 0; i < count; i++) schema(buf, shared[i]);
    buf_byte(buf, '}');
}

static void components(Buf *buf)
{
    text(buf, "\"components\":{\"securitySchemes\":{\"bearer\":{\"type\":\"http\","
              "\"scheme\":\"bearer\",\"description\":\"An API key.\"}},"
              "\"parameters\":{\"IdempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":\"header\","
              "\"required\":true,\"description\":\"Names this write; the same key again gives the "
              "same answer and no second effect.\",\"schema\":{\"type\":\"string\","
              "\"minLength\":1,\"maxLength\":255,\"pattern\":\"^[!-~]+$\"}}},"
              "\"responses\":{\"Problem\":{\"description\":\"Refused.\",\"content\":{"
              "\"application/problem+json\":{\"schema\":{\"$ref\":"
              "\"#/components/schemas/ProblemDetails\"}}}}},");
    schemas(buf);
    buf_byte(buf, '}');
}

bool openapi_write(Arena *arena, Str *out)
{
    Buf buf     = buf_make(arena, 1 << 16);
    int written = 0;
    text(&buf, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"onetill\",\"version\":\"1\"},"
               "\"servers\":[{\"url\":\"/\"}],\"security\":[{\"bearer\":[]}],\"paths\":{");
    for (size_t c = 0; c < shop_count; c++) {
        for (size_t i = 0; i < shop_all[c]->route_count; i++) {
            if (seen_before(c, i)) continue;
            if (written++) buf_byte(&buf, ',');
            path_item(&buf, shop_all[c]->routes[i].path);
        }
    }
    text(&buf, "},");
    components(&buf);
    buf_byte(&buf, '}');
    *out = buf_str(&buf);
    return out->ptr != NULL;
}

bool openapi_make(Str *out, Error *err)
{
    enum { BYTES = 64 << 20 };
    Arena arena;
    Str   text  = STR_NONE;
    void *block = malloc(BYTES);
    if (!block) return err_memory(err);
    arena_init(&arena, block, BYTES);
    char *copy = openapi_write(&arena, &text) ? malloc(text.len + 1) : NULL;
    if (copy) {
        memcpy(copy, text.ptr, text.len);
        *out = (Str){ copy, text.len };
    }
    free(block);
    return copy || err_memory(err);
}
