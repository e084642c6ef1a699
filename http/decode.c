/* decode.c — a request as the C struct of its route: path and query here, the body by sys/json_read.h.
 * See decode.h. */
#include "http/decode.h"

#include "base/percent.h"
#include "sys/json_leaf.h"

#include <assert.h>

static bool decode_body(Decoder *d, const RouteDef *route, Str body, void *request, Error *err)
{
    bool must = false;
    for (size_t i = 0; i < route->request->field_count; i++) {
        const FieldDef *field = &route->request->fields[i];
        must = must || (field->need == REQUIRED && !path_has_field(route->path, field->name));
    }
    if (body.len == 0 && !must) body = STR("{}");
    return json_read(d, route->request, body, request, err);
}

static void decode_text_value(Decoder *d, const FieldDef *field, Str text, void *at)
{
    int64_t number = 0;
    switch (field->type) {
    case F_INT:
    case F_MONEY:
    case F_RATE:
        if (str_to_i64(text, &number)) leaf_number(d, field, number, at);
        else decoder_fault(d, "wrong_type", "must be an integer");
        return;
    case F_BOOL:
        *(bool *)at = str_eq(text, STR("true"));
        if (!*(bool *)at && !str_eq(text, STR("false")))
            decoder_fault(d, "wrong_type", "must be true or false");
        return;
    case F_TEXT:
    case F_CHOICE:
    case F_ID:
    case F_TIME:
    case F_QTY: leaf_text(d, field, text, at); return;
    case F_TEXTS:
    case F_LIST:
    case F_JSON:
    case F_OBJECT: decoder_fault(d, "wrong_type", "cannot stand in an address"); return;
    }
    UNREACHABLE();
}

static void decode_path(Decoder *d, const RouteDef *route, const PathParams *params, void *request)
{
    for (size_t p = 0; p < params->count; p++) {
        for (size_t i = 0; i < route->request->field_count; i++) {
            const FieldDef *field = &route->request->fields[i];
            if (!str_eq(params->items[p].name, str_from(field->name))) continue;
            size_t before = decoder_enter(d, field->name);
            decode_text_value(d, field, params->items[p].value, (char *)request + field->offset);
            decoder_leave(d, before);
        }
    }
}

static bool query_pair(Decoder *d, const RouteDef *route, Str pair, uint64_t *seen, void *request,
                       Error *err)
{
    Str    name, value;
    size_t equals = str_index(pair, '=', 0);
    Str    right  = equals < pair.len ? str_slice(pair, equals + 1, pair.len) : STR("");
    if (!percent_decode(d->arena, str_slice(pair, 0, equals), true, &name) ||
        !percent_decode(d->arena, right, true, &value))
        return err_set(err, &ERR_QUERY_UNKNOWN, "", "the query is malformed");
    for (size_t i = 0; i < route->request->field_count; i++) {
        const FieldDef *field = &route->request->fields[i];
        if (!str_eq(name, str_from(field->name)) || path_has_field(route->path, field->name))
            continue;
        size_t before = decoder_enter(d, field->name);
        if (*seen & 1ULL << i)
            decoder_fault(d, "unknown_field", "is there twice");
        else
            decode_text_value(d, field, value, (char *)request + field->offset);
        *seen |= 1ULL << i;
        decoder_leave(d, before);
        return true;
    }
    return err_set(err, &ERR_QUERY_UNKNOWN, "", "there is no such parameter here");
}

static bool decode_query(Decoder *d, const RouteDef *route, Str query, void *request, Error *err)
{
    uint64_t seen = 0;
    assert(route->request->field_count <= 64);
    for (size_t from = 0; from < query.len;) {
        size_t end = str_index(query, '&', from);
        if (end > from &&
            !query_pair(d, route, str_slice(query, from, end), &seen, request, err))
            return false;
        from = end + 1;
    }
    for (size_t i = 0; i < route->request->field_count; i++) {
        const FieldDef *field = &route->request->fields[i];
        if ((seen & 1ULL << i) || path_has_field(route->path, field->name)) continue;
        size_t before = decoder_enter(d, field->name);
        decoder_absent(d, field, (char *)request + field->offset);
        decoder_leave(d, before);
    }
    return true;
}

bool decode_request(Arena *arena, const RouteDef *route, PathParams params, Str query, Str body,
                    void *request, Faults *faults, Error *err)
{
    Decoder d        = { .arena = arena, .faults = faults, .route_path = route->path };
    bool    by_query = route->method == GET || route->method == DELETE;
    faults->count    = 0;
    if (by_query && body.len > 0)
        return err_set(err, &ERR_JSON_SYNTAX, "", "this method takes no body");
    if (!by_query && query.len > 0)
        return err_set(err, &ERR_QUERY_UNKNOWN, "", "this route takes no query");
    decode_path(&d, route, &params, request);
    if (by_query ? !decode_query(&d, route, query, request, err)
                 : !decode_body(&d, route, body, request, err))
        return false;
    if (d.memory) return err_memory(err);
    if (faults->count == 0) return true;
    return err_set(err, &ERR_FIELD_INVALID, faults->items[0].field, "%s", faults->items[0].detail);
}
