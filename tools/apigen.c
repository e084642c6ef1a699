/* apigen.c — the reference pages, made of the tables the program itself runs on.
 * Usage: apigen write|check FOLDER SCHEMA.SQL…; `check` compares what would be written with what is there
 * and prints "N passed, N failed". Pages: api, errors, permissions, settings, events, states, tables. */
#include "core/machine.h"
#include "core/money.h"
#include "shop/media.h"
#include "shop/reach.h"
#include "sys/http_client.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LINE_MAX_LEN = 1024, NOTE_MAX = 2048 };

static const char *const method_names[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };

/* A text as the cell of a table. */
static void cell(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '|') (void)fputc('\\', out);
        (void)fputc(*text, out);
    }
}

static void title(FILE *out, const char *name, const char *what)
{
    (void)fprintf(out, "# %s\n\n%s\n\n", name, what);
    (void)fputs("Made by `tools/reference.sh` from the tables of the program; do not edit.\n", out);
}

/* ---- api.md ---- */

static const char *type_name(FieldType type)
{
    switch (type) {
    case F_TEXT: return "text";
    case F_INT: return "whole number";
    case F_MONEY: return "money, minor units";
    case F_RATE: return "rate, parts per million";
    case F_QTY: return "quantity, up to 3 decimals";
    case F_TIME: return "time, RFC 3339";
    case F_BOOL: return "true or false";
    case F_ID: return "UUID";
    case F_CHOICE: return "one of";
    case F_TEXTS: return "list of texts";
    case F_LIST: return "list of";
    case F_JSON:
    case F_OBJECT: return "object";
    }
    UNREACHABLE();
}

static void field_limits(FILE *out, const FieldDef *field)
{
    bool none = field->low == 0 && field->high == 0;
    if (none || field->type == F_CHOICE || field->type == F_OBJECT || field->type == F_BOOL) return;
    const char *unit = field->type == F_TEXT ? " bytes" : field->type == F_QTY ? " thousandths"
        : field->type == F_TEXTS ? " texts" : "";
    (void)fprintf(out, "%" PRId64 " to %" PRId64 "%s", field->low, field->high, unit);
}

static void struct_page(FILE *out, const StructDef *def)
{
    (void)fprintf(out, "\n### %s\n\n%s\n", def->name, def->meaning);
    if (def->field_count == 0) return;
    (void)fputs("\n| field | type | must | limits | meaning |\n|---|---|---|---|---|\n", out);
    for (size_t i = 0; i < def->field_count; i++) {
        const FieldDef *field = &def->fields[i];
        (void)fprintf(out, "| `%s` | %s", field->name, type_name(field->type));
        if (field->element) (void)fprintf(out, " [%s](#%s)", field->element->name, field->element->name);
        if (field->choices) (void)fputc(' ', out), cell(out, field->choices);
        (void)fprintf(out, " | %s | ", field->need == REQUIRED ? "yes" : "");
        field_limits(out, field);
        (void)fputs(" | ", out);
        cell(out, field->meaning);
        (void)fputs(" |\n", out);
    }
}

static void route_page(FILE *out, const RouteDef *route)
{
    (void)fprintf(out, "\n### %s %s\n\n%s\n\n", method_names[route->method], route->path, route->summary);
    (void)fprintf(out, "- request [%s](#%s), reply %d ", route->request->name, route->request->name,
                  route->status);
    if (route->flags & STREAM) (void)fputs("as server-sent events without end\n", out);
    else if (route->flags & TEXT_REPLY) (void)fprintf(out, "as %s\n", route_media(route).type);
    else (void)fprintf(out, "[%s](#%s)\n", route->reply->name, route->reply->name);
    if (route->flags & PUBLIC) (void)fputs("- needs no key", out);
    else (void)fprintf(out, "- needs `%s`", route->perm->code);
    bool keyed = (route->flags & (WRITE | RAW)) == WRITE;
    (void)fprintf(out, "%s\n- `onetill %s`\n", keyed ? " and an `Idempotency-Key`" : "", route->cli);
}

static void api_page(FILE *out)
{
    title(out, "The API",
          "Every route with what it takes and gives. The same for machines: `/openapi.json`.");
    for (size_t c = 0; c < shop_count; c++) {
        const Capability *cap = shop_all[c];
        if (cap->route_count + cap->struct_count == 0) continue;
        (void)fprintf(out, "\n## %s\n", cap->name);
        for (size_t i = 0; i < cap->route_count; i++) route_page(out, &cap->routes[i]);
        for (size_t i = 0; i < cap->struct_count; i++) struct_page(out, cap->structs[i]);
    }
    const StructDef *shared[REACH_MAX];
    size_t           count = reach_structs(shared);
    if (count) (void)fputs("\n## core\n", out);
    for (size_t i = 0; i < count; i++) struct_page(out, shared[i]);
}

/* ---- errors.md, permissions.md, settings.md, events.md ---- */

static void error_row(FILE *out, const ErrDef *def, const char *where)
{
    (void)fprintf(out, "| `%s` | %d | %s | %s | ", def->name, def->status, def->retry ? "yes" : "", where);
    cell(out, def->sentence);
    (void)fputs(" |\n", out);
}

static void errors_page(FILE *out)
{
    title(out, "Errors",
          "Refusals are RFC 9457 problem details; `code` is for ever. Where \"again\" says yes, the same\n"
                         "request may succeed later, unchanged.");
    (void)fputs("\n| code | status | again | from | sentence |\n|---|---|---|---|---|\n", out);
#define ERR(NAME, status, code, retry, sentence) error_row(out, &ERR_##NAME, "base");
#include "base/errors.def"
#undef ERR
#define ERR(NAME, status, code, retry, sentence) error_row(out, &ERR_##NAME, "core");
#include "core/errors.def"
#undef ERR
#define ERR(NAME, status, code, retry, sentence) error_row(out, &ERR_##NAME, "sys");
#include "sys/errors.def"
#undef ERR
    for (size_t c = 0; c < shop_count; c++)
        for (size_t i = 0; i < shop_all[c]->error_count; i++)
            error_row(out, shop_all[c]->errors[i], shop_all[c]->name);
}

static bool role_has(const char *perms, const char *code)
{
    size_t length = strlen(code);
    if (strcmp(perms, "*") == 0) return true;
    for (const char *at = perms; (at = strstr(at, code)) != NULL; at += length)
        if ((at == perms || at[-1] == ' ') && (at[length] == ' ' || at[length] == 0)) return true;
    return false;
}

static void permission_row(FILE *out, const PermDef *perm)
{
    (void)fprintf(out, "| `%s` | ", perm->code);
    cell(out, perm->meaning);
#define ROLE(name, perms) (void)fprintf(out, " | %s", role_has(perms, perm->code) ? "yes" : "");
#include "cli/roles.def"
#undef ROLE
    (void)fputs(" | ", out);
    for (size_t c = 0, n = 0; c < shop_count; c++)
        for (size_t i = 0; i < shop_all[c]->route_count; i++)
            if (shop_all[c]->routes[i].perm == perm && !(shop_all[c]->routes[i].flags & PUBLIC))
                (void)fprintf(out, "%s`%s`", n++ ? ", " : "", shop_all[c]->routes[i].cli);
    (void)fputs(" |\n", out);
}

static void permissions_page(FILE *out)
{
    title(out, "Permissions",
          "A role is a set of these. The columns in the middle are the roles of the demo shop.");
    (void)fputs("\n| permission | meaning", out);
#define ROLE(name, perms) (void)fprintf(out, " | %s", name);
#include "cli/roles.def"
#undef ROLE
    (void)fputs(" | commands |\n|---|---", out);
#define ROLE(name, perms) (void)fputs("|---", out);
#include "cli/roles.def"
#undef ROLE
    (void)fputs("|---|\n", out);
    for (size_t c = 0; c < shop_count; c++)
        for (size_t i = 0; i < shop_all[c]->perm_count; i++) permission_row(out, shop_all[c]->perms[i]);
}

static void settings_page(FILE *out)
{
    title(out, "Settings", "Numbers that a merchant may change.");
    (void)fputs("\n| setting | standard | from | to | meaning |\n|---|---|---|---|---|\n", out);
    for (size_t c = 0; c < shop_count; c++) {
        for (size_t i = 0; i < shop_all[c]->setting_count; i++) {
            const SettingDef *def = shop_all[c]->settings[i];
            (void)fprintf(out, "| `%s` | %" PRId64 " | %" PRId64 " | %" PRId64 " | ", def->key,
                          def->standard, def->low,
                          def->high);
            cell(out, def->meaning);
            (void)fputs(" |\n", out);
        }
    }
}

static void events_page(FILE *out)
{
    title(out, "Events", "What webhooks and the event stream tell, in the order in which it happened.");
    (void)fputs("\n| event | from | meaning |\n|---|---|---|\n", out);
    for (size_t c = 0; c < shop_count; c++) {
        for (size_t i = 0; i < shop_all[c]->event_count; i++) {
            (void)fprintf(out, "| `%s` | %s | ", shop_all[c]->events[i]->code, shop_all[c]->name);
            cell(out, shop_all[c]->events[i]->meaning);
            (void)fputs(" |\n", out);
        }
    }
}

/* ---- states.md ---- */

static void machine_head(FILE *out, const MachineRow *row, const MachineRow *rows, size_t count)
{
    (void)fprintf(out, "\n## %s\n\n%s\n\n```mermaid\nstateDiagram-v2\n    [*] --> %s\n",
                  machine_name(row->machine), machine_meaning(row->machine), row->state);
    for (size_t i = 0; i < count; i++)
        if (rows[i].machine == row->machine)
            (void)fprintf(out, "    %s --> %s: %s\n", rows[i].state, rows[i].next, rows[i].event);
    (void)fputs("```\n\n| state | event | next | meaning |\n|---|---|---|---|\n", out);
}

static void states_page(FILE *out)
{
    size_t            count = 0;
    const MachineRow *rows  = machine_rows(&count);
    title(out, "States",
          "How documents go from state to state. What is in no row cannot be done: the answer is\n"
          "`state_refused`. A state without a row of its own is an end.");
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || rows[i].machine != rows[i - 1].machine) machine_head(out, &rows[i], rows, count);
        bool end = machine_ended(rows[i].machine, str_from(rows[i].next));
        (void)fprintf(out, "| %s | `%s` | %s%s | ", rows[i].state, rows[i].event, rows[i].next,
                      end ? " (end)" : "");
        cell(out, rows[i].meaning);
        (void)fputs(" |\n", out);
    }
}

/* ---- tables.md ---- */

static const char *common_meaning(const char *column)
{
#define WORD(name, meaning) if (strcmp(#name, column) == 0) return meaning;
#include "words.def"
#undef WORD
    return "";
}

static void chop(char *text)
{
    size_t length = strlen(text);
    while (length
           && (text[length - 1] == ',' || isspace((unsigned char)text[length - 1]))) text[--length] = 0;
}

/* One line between the brackets of a table; `note` is the comment above it. */
static void column_row(FILE *out, char *line, const char *note)
{
    char name[64], type[16];
    char *comment = strstr(line, "-- ");
    char *check   = strstr(line, "CHECK (");
    int   at      = 0;
    if (comment) *comment = 0, comment += 3;
    chop(line);
    line += strspn(line, " ");
    if (strncmp(line, "PRIMARY KEY", 11) == 0) {
        (void)fprintf(out, "\nKey %s", line + 12);
        return;
    }
    while (line[at] && !isspace((unsigned char)line[at]) && at < 63) name[at] = line[at], at++;
    name[at] = 0;
    line += at;
    line += strspn(line, " ");
    for (at = 0; line[at] && !isspace((unsigned char)line[at]) && at < 15; at++) type[at] = line[at];
    type[at] = 0;
    if (!*name || !*type) return;
    (void)fprintf(out, "| `%s` | %s | ", name, type);
    if (comment) cell(out, comment);
    else cell(out, *note ? note : common_meaning(name));
    if (check) (void)fputs(comment || *note ? "; " : "", out), cell(out, check);
    (void)fputs(" |\n", out);
}

static void table_head(FILE *out, const char *line, const char *note)
{
    int         length = (int)strcspn(line, " (");
    const char *colon  = strchr(note, ':');
    bool        own    = colon && (int)(colon - note) == length && strncmp(note, line, (size_t)length) == 0;
    (void)fprintf(out, "\n### %.*s\n\n", length, line);
    if (own) note = colon + 1 + strspn(colon + 1, " ");
    if (*note) (void)fprintf(out, "%c%s.\n\n", toupper((unsigned char)*note), note + 1);
    (void)fputs("| column | type | meaning |\n|---|---|---|\n", out);
}

static bool tables_of(FILE *out, const char *path)
{
    char  line[LINE_MAX_LEN], note[NOTE_MAX] = "";
    bool  inside = false;
    FILE *in     = fopen(path, "r");
    if (!in) return false;
    const char *from = strchr(path, '/');
    (void)fprintf(out, "\n## %.*s\n", from ? (int)strcspn(from + 1, "/") : 0, from ? from + 1 : "");
    while (fgets(line, sizeof line, in)) {
        chop(line);
        char *text = line + strspn(line, " ");
        if (strncmp(text, "-- ", 3) == 0) {
            size_t used = strlen(note);
            (void)snprintf(note + used, sizeof note - used, "%s%s", used ? " " : "", text + 3);
            continue;
        }
        if (strncmp(text, "CREATE TABLE ", 13) == 0) table_head(out, text + 13, note), inside = true;
        else if (strncmp(text, ");", 2) == 0) (void)fputs(inside ? ".\n" : "", out), inside = false;
        else if (inside) column_row(out, line, note);
        else if (strncmp(text, "CREATE ", 7) == 0)
            (void)fprintf(out, "\n`%.*s`%s%s\n", (int)strcspn(text + 7, ";"), text + 7, *note ? ": " : "",
                          note);
        note[0] = 0;
    }
    return fclose(in) == 0;
}

/* ---- writing and checking ---- */

typedef struct {
    const char *name;
    void (*write)(FILE *out);
} Page;

static const Page pages[] = {
    { "api.md", api_page },           { "errors.md", errors_page }, { "permissions.md", permissions_page },
    { "settings.md", settings_page }, { "events.md", events_page },
    { "states.md", states_page },
};

static bool same_as_file(const char *path, const char *text, size_t size)
{
    FILE *in = fopen(path, "rb");
    if (!in) return false;
    size_t at = 0;
    int    c  = 0;
    while ((c = fgetc(in)) != EOF && at < size && (unsigned char)text[at] == c) at++;
    (void)fclose(in);
    return c == EOF && at == size;
}

/* Writes the page or compares it; false when that failed or it differs. */
static bool settle(bool check, const char *folder, const char *name, const char *text, size_t size)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    if (check) {
        bool same = same_as_file(path, text, size);
        printf("%s %s is what the tables say%s\n", same ? "ok" : "not ok", path, same
               ? "" : ": run tools/reference.sh");
        return same;
    }
    FILE *out = fopen(path, "wb");
    bool  ok  = out && fwrite(text, 1, size, out) == size;
    if (out) ok = fclose(out) == 0 && ok;
    if (!ok) perror(path);
    return ok;
}

int main(int argc, char **argv)
{
    int  passed = 0, failed = 0;
    bool check = argc > 2 && strcmp(argv[1], "check") == 0;
    if (argc < 4 || (!check && strcmp(argv[1], "write") != 0)) {
        (void)fputs("usage: apigen write|check FOLDER SCHEMA.SQL…\n", stderr);
        return 2;
    }
    for (size_t i = 0; i <= COUNT(pages); i++) {
        char  *text = NULL;
        size_t size = 0;
        bool   ok   = true;
        FILE  *out  = open_memstream(&text, &size);
        if (!out) return 2;
        if (i < COUNT(pages)) pages[i].write(out);
        else title(out, "Tables", "What is stored. Every key begins with the tenant.");
        for (int f = 3; i == COUNT(pages) && f < argc; f++) ok = tables_of(out, argv[f]) && ok;
        ok = fclose(out) == 0 && ok;
        ok = settle(check, argv[2], i < COUNT(pages) ? pages[i].name : "tables.md", text, size) && ok;
        free(text);
        passed += ok;
        failed += !ok;
    }
    printf("reference: %d passed, %d failed\n", passed, failed);
    return failed != 0;
}
