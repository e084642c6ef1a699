/* card_numbers_test.c — no field of any route takes the number of a payment card: each one of the route
 * tables is tried, in the path, the query and the body, also in lists and objects; so a new one is too. */
#include "http/decode.h"
#include "shop/api.h"
#include "tests/kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CARD "4111111111111111"

enum { ARENA = 8 << 20, OPEN_MAX = 600, DEPTH_MAX = 6 };

static Arena  arena;
static Faults faults;
static size_t tried, let_in, told_wrong, repeated;

typedef struct {
    const RouteDef *route;
    char            open[OPEN_MAX], close[OPEN_MAX]; /* what stands around the field in the body */
    char            path[OPEN_MAX];                  /* its name in faults */
    int             depth;
} Place;

/* --- one request --- */

static bool tells_card(const char *path)
{
    for (size_t i = 0; i < faults.count; i++)
        if (strcmp(faults.items[i].code, "card_number_refused") == 0
            && strcmp(faults.items[i].field, path) == 0)
            return true;
    return faults.count == FAULTS_MAX;
}

static bool repeats(const Error *err)
{
    bool found = strstr(err->message, CARD) || strstr(err->field, CARD);
    for (size_t i = 0; i < faults.count; i++)
        found = found || strstr(faults.items[i].detail, CARD) || strstr(faults.items[i].field, CARD);
    return found;
}

/* A text that may be so long is looked at; other limits refuse it anyway. */
static bool must_tell(const FieldDef *field)
{
    bool limited = field->low != 0 || field->high != 0;
    return field->type == F_TEXTS
        || (field->type == F_TEXT && (!limited || (field->low <= 16 && field->high >= 16)));
}

static void attempt(const Place *place, const FieldDef *field, PathParams params, Str query, Str body)
{
    Error err     = { 0 };
    arena.used    = 0;
    void *request = arena_alloc(&arena, place->route->request->size);
    bool  taken   = !request
              || decode_request(&arena, place->route, params, query, body, request, &faults, &err);
    bool wrong = must_tell(field) && !tells_card(place->path);
    bool again = repeats(&err);
    if (taken || wrong || again)
        printf("# %s: %s%s%s\n", place->route->path, place->path, taken ? " takes it" : "",
               again ? " repeats it" : "");
    tried++;
    let_in += taken;
    told_wrong += wrong;
    repeated += again;
}

/* --- each field --- */

static void add_to(char *text, const char *more)
{
    size_t len = strlen(text);
    (void)snprintf(text + len, OPEN_MAX - len, "%s", more);
}

static void add_before(char *text, const char *more)
{
    size_t len = strlen(text), added = strlen(more);
    if (len + added >= OPEN_MAX) return;
    memmove(text + added, text, len + 1);
    memcpy(text, more, added);
}

/* The place of a field inside another. */
static Place inside(const Place *outer, const FieldDef *field)
{
    Place place = *outer;
    if (place.path[0]) add_to(place.path, ".");
    add_to(place.path, field->name);
    add_to(place.open, "\"");
    add_to(place.open, field->name);
    add_to(place.open, "\":");
    place.depth++;
    return place;
}

static const char *value_of(const FieldDef *field)
{
    switch (field->type) {
    case F_TEXT:
    case F_CHOICE:
    case F_ID:
    case F_TIME: return "\"" CARD "\"";
    case F_TEXTS: return "[\"" CARD "\"]";
    case F_INT:
    case F_MONEY:
    case F_RATE:
    case F_QTY: return CARD;
    case F_BOOL:
    case F_LIST:
    case F_OBJECT:
    case F_JSON: return NULL;
    }
    UNREACHABLE();
}

static void in_body(const Place *outer, const StructDef *def)
{
    char body[3 * OPEN_MAX];
    for (size_t i = 0; i < def->field_count; i++) {
        const FieldDef *field = &def->fields[i];
        if (outer->depth == 0 && path_has_field(outer->route->path, field->name)) continue;
        Place       place = inside(outer, field);
        const char *value = value_of(field);
        if (field->type == F_TEXTS) add_to(place.path, "[0]");
        int len = snprintf(body, sizeof body, "%s%s%s", place.open, value ? value : "", place.close);
        if (value) attempt(&place, field, (PathParams){ .count = 0 }, STR(""), (Str){ body, (size_t)len });
        if (field->type != F_LIST && field->type != F_OBJECT) continue;
        bool list = field->type == F_LIST;
        if (list) add_to(place.path, "[0]");
        add_to(place.open, list ? "[{" : "{");
        add_before(place.close, list ? "}]" : "}");
        if (place.depth < DEPTH_MAX) in_body(&place, field->element);
    }
}

/* In the address: the path, and the query of what is asked for by it. */
static void in_address(const Place *whole)
{
    const RouteDef *route    = whole->route;
    bool            by_query = route->method == GET || route->method == DELETE;
    char            query[200];
    for (size_t i = 0; i < route->request->field_count; i++) {
        const FieldDef *field  = &route->request->fields[i];
        Place           place  = inside(whole, field);
        PathParams      params = { .count = 1 };
        params.items[0].name   = str_from(field->name);
        params.items[0].value  = STR(CARD);
        if (!value_of(field)) continue;
        if (path_has_field(route->path, field->name)) {
            attempt(&place, field, params, STR(""), STR(""));
        } else if (by_query && field->type != F_TEXTS) {
            int len = snprintf(query, sizeof query, "%s=4111%%2D1111+1111+1111", field->name);
            attempt(&place, field, (PathParams){ .count = 0 }, (Str){ query, (size_t)len }, STR(""));
        }
    }
}

int main(void)
{
    void *bytes = malloc(ARENA);
    if (!bytes) return 1;
    arena_init(&arena, bytes, ARENA);
    for (size_t c = 0; c < shop_count; c++)
        for (size_t r = 0; r < shop_all[c]->route_count; r++) {
            const RouteDef *route = &shop_all[c]->routes[r];
            Place           whole = { .route = route, .open = "{", .close = "}" };
            in_address(&whole);
            if (route->method != GET && route->method != DELETE) in_body(&whole, route->request);
        }
    printf("# %zu fields of all routes\n", tried);
    check(tried > 1000, "every field of every route is tried");
    check(let_in == 0, "none takes the number of a card");
    check(told_wrong == 0, "each text says which field it is");
    check(repeated == 0, "none repeats it");
    free(bytes);
    return check_finish("card_numbers");
}
