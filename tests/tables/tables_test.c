/* tables_test.c — what the rows of all capabilities must keep together: names that are one person's,
 * permissions that exist, sentences that are there. */
#include "core/approval.h"
#include "http/decode.h"
#include "shop/perms.h"
#include "shop/reach.h"
#include "tests/kit.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static size_t bad;

static void complain(const char *what, const char *which)
{
    printf("  %s: %s\n", what, which);
    bad++;
}

static void settle(const char *name)
{
    check(bad == 0, name);
    bad = 0;
}

static bool ends_with_stop(const char *text)
{
    size_t length = strlen(text);
    return length > 3 && length <= 160 && text[length - 1] == '.';
}

static bool is_sentence(const char *text)
{
    return ends_with_stop(text) && !islower((unsigned char)text[0]);
}

/* Whether a field of this type can be written into a path or a query. */
static bool fits_address(FieldType type)
{
    return type != F_TEXTS && type != F_LIST && type != F_OBJECT && type != F_JSON;
}

static void check_addresses(const RouteDef *route)
{
    bool by_query = route->method == GET || route->method == DELETE;
    for (size_t i = 0; i < route->request->field_count; i++) {
        const FieldDef *field = &route->request->fields[i];
        if ((by_query || path_has_field(route->path, field->name)) && !fits_address(field->type))
            complain("a list or object in an address", route->path);
    }
}

static void check_route(const RouteDef *route)
{
    bool changes = (route->flags & WRITE) != 0, reads = (route->flags & READ) != 0;
    if (!is_sentence(route->summary)) complain("no sentence", route->path);
    if (!route->perm || perm_bit(route->perm) < 0) complain("no permission", route->path);
    if (changes == reads) complain("neither or both of READ and WRITE", route->path);
    if (route->method == GET && changes) complain("GET that writes", route->path);
    bool below_v1 = strncmp(route->path, "/v1/", 4) == 0 || route->flags & HTML_PAGE;
    if (!below_v1) complain("not below /v1", route->path);
    check_addresses(route);
    if (route->status < 200 || route->status > 299) complain("status", route->path);
    for (const char *c = route->cli; *c; c++)
        if (!islower((unsigned char)*c) && *c != ' ' && *c != '-') complain("words", route->cli);
}

static void routes(void)
{
    for (size_t c = 0; c < shop_count; c++)
        for (size_t i = 0; i < shop_all[c]->route_count; i++) check_route(&shop_all[c]->routes[i]);
    settle("every route has a permission, a summary, READ or WRITE, words for the command line, and "
           "nothing in its address that cannot stand there");
}

static void permissions(void)
{
    size_t count = 0;
    for (const PermDef *perm; (perm = perm_at((int)count)) != NULL; count++) {
        bool used = strcmp(perm->code, "orders.discount") == 0 /* asked for by fields of a basket */
                 || strcmp(perm->code, "stock.sell_expired") == 0
                 || strcmp(perm->code, "tills.expected") == 0; /* by what a report tells */
        for (int kind = 0; kind < APPROVAL_COUNT && !used; kind++) /* asked for by the kind of an approval */
            used = strcmp(perm->code, approval_row((ApprovalKind)kind)->perm) == 0;
        if (!is_sentence(perm->meaning)) complain("no sentence", perm->code);
        for (size_t c = 0; c < shop_count && !used; c++)
            for (size_t i = 0; i < shop_all[c]->route_count && !used; i++)
                used = shop_all[c]->routes[i].perm == perm;
        if (!used) complain("no route asks for it", perm->code);
        for (size_t i = 0; i < count; i++)
            if (strcmp(perm_at((int)i)->code, perm->code) == 0) complain("twice", perm->code);
    }
    if (count > PERMS_MAX) complain("too many", "permissions");
    settle("every permission is asked for and has a code of its own");
}

static void roles(void)
{
#define ROLE(name, list) { name, list },
    static const char *const all[][2] = {
#include "cli/roles.def"
    };
#undef ROLE
    for (size_t r = 0; r < COUNT(all); r++) {
        Str list = str_from(all[r][1]);
        for (size_t at = 0; at < list.len && list.ptr[0] != '*';) {
            size_t end  = str_index(list, ' ', at);
            bool   real = false;
            for (int i = 0; perm_at(i); i++) real = real
                || str_eq(str_slice(list, at, end), str_from(perm_at(i)->code));
            if (!real) complain("no such permission", list.ptr + at);
            at = end + 1;
        }
    }
    settle("the roles of the demo shop name permissions that exist");
}

static void check_struct(const StructDef *def)
{
    if (!is_sentence(def->meaning)) complain("no sentence", def->name);
    for (size_t f = 0; f < def->field_count; f++) {
        if (!ends_with_stop(def->fields[f].meaning)) complain("no sentence", def->fields[f].name);
        if (def->fields[f].low > def->fields[f].high) complain("limits", def->fields[f].name);
    }
}

static void structs(void)
{
    static const StructDef *all[2048];
    size_t                  count = reach_structs(all);
    for (size_t c = 0; c < shop_count; c++)
        for (size_t i = 0; i < shop_all[c]->struct_count; i++)
            all[count++] = shop_all[c]->structs[i];
    for (size_t i = 0; i < count; i++) {
        check_struct(all[i]);
        for (size_t j = 0; j < i; j++)
            if (strcmp(all[j]->name, all[i]->name) == 0) complain("twice", all[i]->name);
    }
    settle("every struct has a name of its own, and every field says what it means");
}

static const char *code_of(const Capability *cap, int kind, size_t i)
{
    if (kind == 0) return i < cap->error_count ? cap->errors[i]->name : NULL;
    if (kind == 1) return i < cap->event_count ? cap->events[i]->code : NULL;
    return i < cap->setting_count ? cap->settings[i]->key : NULL;
}

static void codes(void)
{
    static const char *seen[2048];
    for (int kind = 0; kind < 3; kind++) {
        size_t count = 0;
        for (size_t c = 0; c < shop_count; c++) {
            const char *code;
            for (size_t i = 0; (code = code_of(shop_all[c], kind, i)) != NULL && count < COUNT(seen); i++) {
                for (size_t j = 0; j < count; j++)
                    if (strcmp(seen[j], code) == 0) complain("twice", code);
                seen[count++] = code;
            }
        }
    }
    settle("every error, event and setting has a code of its own");
}

static void errors_and_settings(void)
{
    for (size_t c = 0; c < shop_count; c++) {
        for (size_t i = 0; i < shop_all[c]->error_count; i++) {
            const ErrDef *def = shop_all[c]->errors[i];
            if (def->status < 400 || def->status > 599) complain("status", def->name);
            if (!is_sentence(def->sentence)) complain("no sentence", def->name);
        }
        for (size_t i = 0; i < shop_all[c]->setting_count; i++) {
            const SettingDef *def = shop_all[c]->settings[i];
            if (def->standard < def->low || def->standard > def->high) complain("standard value", def->key);
        }
    }
    settle("errors have a status and a sentence, settings a standard value within their limits");
}

int main(void)
{
    routes();
    permissions();
    roles();
    structs();
    codes();
    errors_and_settings();
    return check_finish("tables_test");
}
