/* json_fuzz.c — any bytes as a request for a real route: they become its struct, within the limits of its
 * fields, or are refused with a reply that is JSON; and a struct that is written as JSON is read back as the
 * same. Form: METHOD SP PATH ['?' QUERY] LF BODY; an address that does not exist stands for the route with
 * the number of the first two bytes. Corpus: tests/fuzz/json. */
#include "base/rfc3339.h"
#include "sys/json_write.h"
#include "http/problem.h"
#include "tests/fuzz/fuzz.h"

#include <jansson.h>
#include <string.h>

enum { ARENA_BYTES = 256 * 1024 };

static const RouteDef *numbered_route(const uint8_t *data, size_t size)
{
    size_t count = 0;
    for (size_t c = 0; c < shop_count; c++) count += shop_all[c]->route_count;
    size_t number = (size < 2 ? 0 : (size_t)data[0] << 8 | data[1]) % count;
    for (size_t c = 0; c < shop_count; c++) {
        if (number < shop_all[c]->route_count) return &shop_all[c]->routes[number];
        number -= shop_all[c]->route_count;
    }
    abort();
}

/* Gives each field of the path the same value, an id. */
static void numbered_params(const RouteDef *def, PathParams *params)
{
    params->count = 0;
    for (size_t i = 0; i < def->request->field_count; i++) {
        const char *name = def->request->fields[i].name;
        if (path_has_field(def->path, name))
            params->items[params->count++] =
                (PathParam){ str_from(name), STR("0193a1b2-c3d4-7e5f-8a6b-0123456789ab") };
    }
}

static void look_at_faults(Arena *arena, const Faults *faults, const Error *err)
{
    must(err->def != NULL, "refused without a reason");
    must(faults->count <= FAULTS_MAX, "more faults than there is room for");
    must(err->def != &ERR_FIELD_INVALID || faults->count > 0, "refused without a fault");
    for (size_t i = 0; i < faults->count; i++) {
        const Fault *fault = &faults->items[i];
        must(memchr(fault->field, '\0', sizeof fault->field), "a path without end");
        must(memchr(fault->detail, '\0', sizeof fault->detail), "a detail without end");
        must(fault->code && fault->code[0] && fault->detail[0], "a fault that says nothing");
    }
    arena_reset(arena);
    Str     body = problem_body(arena, err, faults, STR_NONE, true);
    json_t *json = json_loadb(body.ptr, body.len, JSON_REJECT_DUPLICATES, NULL);
    must(json_is_object(json), "the refusal is no JSON");
    json_decref(json);
}

static void look_at_struct(const StructDef *def, const void *object);

static void look_at_field(const FieldDef *field, const void *at)
{
    bool           limited = field->low != 0 || field->high != 0;
    const Str     *text    = at;
    const AnyList *list    = at;
    int64_t        size    = 0;
    char           time[RFC3339_LEN];
    switch (field->type) {
    case F_TEXT:
        size    = (int64_t)text->len;
        limited = limited && text->ptr;
        must(str_is_utf8(*text, NULL), "a text that is not UTF-8");
        break;
    case F_INT:
    case F_MONEY:
    case F_RATE:
    case F_QTY:
    case F_TIME:
        size    = *(const int64_t *)at;
        limited = limited && size != OPT_NONE;
        must(field->need == OPTIONAL || size != OPT_NONE, "a number is missing");
        must(field->type != F_TIME || size == OPT_NONE || rfc3339_format(size, time),
             "a time out of all years");
        break;
    case F_TEXTS:
        size    = (int64_t)list->count;
        limited = limited && list->items;
        for (size_t i = 0; i < list->count; i++) {
            const Str *entry = (const Str *)list->items + i;
            must(entry->len > 0 && entry->len <= TEXTS_BYTES_MAX, "an entry beyond its limit");
            must(str_is_utf8(*entry, NULL), "an entry that is not UTF-8");
        }
        break;
    case F_LIST:
        size    = (int64_t)list->count;
        limited = limited && list->items;
        for (size_t i = 0; i < list->count; i++)
            look_at_struct(field->element, (const char *)list->items + i * field->element->size);
        break;
    case F_OBJECT:
        if (*(const void *const *)at) look_at_struct(field->element, *(const void *const *)at);
        return;
    case F_ID: must(field->need == OPTIONAL || !id_is_none(*(const Id *)at), "an id is missing"); return;
    case F_CHOICE: must(field->need == OPTIONAL || text->ptr, "a choice is missing"); return;
    case F_BOOL:
    case F_JSON: return;
    }
    must(!limited || (size >= field->low && size <= field->high), "beyond a limit");
}

static void look_at_struct(const StructDef *def, const void *object)
{
    for (size_t i = 0; i < def->field_count; i++)
        look_at_field(&def->fields[i], (const char *)object + def->fields[i].offset);
}

/* An absent list is written as an empty one, which some fields do not take. */
static bool may_be_read_back(const StructDef *def, const void *object)
{
    for (size_t i = 0; i < def->field_count; i++) {
        const FieldDef *field = &def->fields[i];
        const void     *at    = (const char *)object + field->offset;
        if (field->type == F_OBJECT && *(const void *const *)at &&
            !may_be_read_back(field->element, *(const void *const *)at))
            return false;
        if (field->type != F_LIST && field->type != F_TEXTS) continue;
        const AnyList *list = at;
        if (list->count == 0 && field->low > 0) return false;
        if (field->type == F_TEXTS) continue;
        for (size_t n = 0; n < list->count; n++)
            if (!may_be_read_back(field->element, (const char *)list->items + n * field->element->size))
                return false;
    }
    return true;
}

/* Written, read as the body of a route that has no fields elsewhere, written again. */
static void there_and_back(Arena *arena, const RouteDef *route, const void *request)
{
    static Faults faults;
    RouteDef      plain = { .method = POST, .path = "/", .request = route->request };
    Error         err   = { 0 };
    Str           first = json_write_text(arena, route->request, request);
    void         *again = arena_alloc(arena, route->request->size);
    if (!first.ptr || !again || !may_be_read_back(route->request, request)) return;
    if (!decode_request(arena, &plain, (PathParams){ .count = 0 }, STR(""), first, again, &faults, &err)) {
        must(err.def == &ERR_MEMORY, "what was written cannot be read");
        return;
    }
    Str second = json_write_text(arena, route->request, again);
    must(!second.ptr || str_eq(first, second), "what was written is read as something else");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Faults  faults;
    static uint8_t bytes[ARENA_BYTES];
    static Router *router;
    const Route   *route = NULL;
    PathParams     params;
    Arena          arena;
    Error          err = { 0 };
    Str            target, path, query, body, allow;
    Str            method = cut(cut((Str){ (const char *)data, size }, '\n', &body), ' ', &target);
    path                  = cut(target, '?', &query);
    arena_init(&arena, bytes, sizeof bytes);
    must(router || router_create(shop_all, shop_count, &router, &err), "the routes cannot be used");
    bool found = router_find(router, &arena, method, path, &route, &params, &allow, &err);
    const RouteDef *def = found ? route->def : numbered_route(data, size);
    if (!found) numbered_params(def, &params);
    void *request = arena_alloc(&arena, def->request->size);
    if (!request) return 0;
    if (decode_request(&arena, def, params, query, body, request, &faults, &err)) {
        must(faults.count == 0, "taken with a fault");
        look_at_struct(def->request, request);
        there_and_back(&arena, def, request);
    } else {
        look_at_faults(&arena, &faults, &err);
    }
    return 0;
}
