/* help.c — what the program says about its commands. See help.h. */
#include "cli/help.h"

#include "cli/args.h"
#include "cli/call.h"
#include "http/decode.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { NAMES_MAX = 512, COLUMN = 30, NEAR = 4, OFFERED = 4 };

typedef struct {
    const char *words, *summary;
} Entry;

/* Every command of the program; the number of them. */
static size_t entries(Entry out[NAMES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < command_count && count < NAMES_MAX; i++)
        out[count++] = (Entry){ command_all[i]->words, command_all[i]->summary };
    for (size_t c = 0; c < shop_count; c++)
        for (size_t i = 0; i < shop_all[c]->route_count && count < NAMES_MAX; i++)
            out[count++] = (Entry){ shop_all[c]->routes[i].cli, shop_all[c]->routes[i].summary };
    return count;
}

static void line(const char *words, const char *summary)
{
    printf("  %-*s %s\n", COLUMN, words, summary);
}

void help_overview(Arena *arena)
{
    (void)arena;
    puts("onetill — one truth for a shop: catalog, prices, tax, stock, sales, payments\n\n"
         "usage: onetill COMMAND [ARGUMENTS] [--json]\n\n"
         "On this machine:");
    for (size_t i = 0; i < command_count; i++) line(command_all[i]->words, command_all[i]->summary);
    line("help [COMMAND]", "What a command does, its options, examples.");
    puts("\nOf a running server ($ONETILL_URL, with the key in $ONETILL_KEY):");
    for (size_t c = 0; c < shop_count; c++)
        for (size_t i = 0; i < shop_all[c]->route_count; i++)
            line(shop_all[c]->routes[i].cli, shop_all[c]->routes[i].summary);
    puts("\nExit codes: 0 done · 1 refused · 2 command line not right · 3 no answer from the server ·\n"
         "4 something broke. With --json the answer (also a refusal) is JSON on standard output.");
}

static void option_lines(const Option *options, size_t count)
{
    char left[128];
    for (size_t i = 0; i < count && options[i].name; i++) {
        (void)snprintf(left, sizeof left, "--%s%s%s", options[i].name, options[i].value ? " " : "",
                       options[i].value ? options[i].value : "");
        for (char *c = left; *c && *c != ' '; c++)
            if (*c == '_') *c = '-';
        line(left, options[i].meaning);
    }
}

void help_command(const Command *command)
{
    printf("onetill %s %s\n\n%s\n", command->words, command->arguments, command->summary);
    if (command->more) printf("%s\n", command->more);
    puts("\nOptions:");
    option_lines(command->options, COUNT(command->options));
    line("--json", "For machines.");
    if (command->examples) printf("\nExamples:\n%s", command->examples);
}

/* A likely value for the example of a field. */
static const char *sample(const FieldDef *field)
{
    if (strcmp(field->name, "sku") == 0) return "85123A";
    if (strcmp(field->name, "location") == 0) return "LON";
    if (strcmp(field->name, "channel") == 0) return "pos";
    if (strcmp(field->name, "currency") == 0) return "GBP";
    if (strcmp(field->name, "quantity") == 0) return "1";
    switch (field->type) {
    case F_INT: return "1";
    case F_MONEY: return "1250";
    case F_RATE: return "200000";
    case F_QTY: return "1.5";
    case F_TIME: return "2026-11-24T12:00:00Z";
    case F_BOOL: return "true";
    case F_ID: return "0199f0e5-7c00-7000-8000-000000000001";
    case F_TEXTS: return "'…,…'";
    case F_LIST:
    case F_JSON:
    case F_OBJECT: return "";
    case F_TEXT: return strcmp(field->name, "code") == 0 ? "LON" : "'…'";
    case F_CHOICE: return NULL;
    }
    UNREACHABLE();
}

/* The value of a field as JSON: of structs their required fields. Only as deep as the tables are. */
static void sample_json(const FieldDef *field)
{
    bool quotes = field->type != F_INT && field->type != F_MONEY && field->type != F_RATE
        && field->type != F_BOOL;
    if (field->type == F_CHOICE) {
        printf("\"%.*s\"", (int)strcspn(field->choices, "|"), field->choices);
    } else if (field->type == F_TEXTS) {
        printf("[\"…\"]");
    } else if (field->type != F_LIST && field->type != F_OBJECT) {
        const char *text = sample(field);
        printf(quotes ? "\"%s\"" : "%s", strcmp(text, "'…'") == 0 ? "…" : text);
    } else {
        size_t shown = 0;
        printf(field->type == F_LIST ? "[{" : "{");
        for (size_t i = 0; i < field->element->field_count; i++) {
            if (field->element->fields[i].need != REQUIRED) continue;
            printf("%s\"%s\":", shown++ ? "," : "", field->element->fields[i].name);
            sample_json(&field->element->fields[i]);
        }
        printf(field->type == F_LIST ? "}]" : "}");
    }
}

static void print_name(const char *name)
{
    for (const char *c = name; *c; c++) putchar(*c == '_' ? '-' : *c);
}

static const struct {
    const char *words, *arguments;
} examples[] = {
#define EXAMPLE(words, arguments) { words, arguments },
#include "cli/examples.def"
#undef EXAMPLE
};

static void example(const RouteDef *route)
{
    printf("\nExample:\n  onetill %s", route->cli);
    for (size_t i = 0; i < COUNT(examples); i++) {
        if (strcmp(examples[i].words, route->cli) != 0) continue;
        printf(" %s\n", examples[i].arguments);
        return;
    }
    for (size_t i = 0; i < route->request->field_count; i++) {
        const FieldDef *field = &route->request->fields[i];
        if (field->need != REQUIRED || !path_has_field(route->path, field->name)) continue;
        printf(" %s", sample(field));
    }
    for (size_t i = 0; i < route->request->field_count; i++) {
        const FieldDef *field = &route->request->fields[i];
        if (field->need != REQUIRED || path_has_field(route->path, field->name)) continue;
        printf(" --");
        print_name(field->name);
        if (field->type == F_CHOICE) {
            printf(" %.*s", (int)strcspn(field->choices, "|"), field->choices);
        } else if (field->type == F_LIST || field->type == F_OBJECT) {
            printf(" '");
            sample_json(field);
            putchar('\'');
        } else if (field->type != F_BOOL) {
            printf(" %s", sample(field));
        }
    }
    putchar('\n');
}

/* What stands in the JSON of lists and objects. */
static void elements(const StructDef *def)
{
    for (size_t i = 0; i < def->field_count; i++) {
        const FieldDef *field = &def->fields[i];
        if (!field->element) continue;
        printf("\n--");
        print_name(field->name);
        puts(field->type == F_LIST ? ", each:" : ":");
        for (size_t j = 0; j < field->element->field_count; j++) {
            const FieldDef *inner = &field->element->fields[j];
            printf("  %-*s %s%s%s%s\n", COLUMN, inner->name, inner->meaning, inner->choices ? " One of " : "",
                   inner->choices ? inner->choices : "", inner->need == REQUIRED ? " (required)" : "");
        }
    }
}

void help_route(Arena *arena, const RouteDef *route, const Option *options, size_t count)
{
    (void)arena;
    printf("onetill %s", route->cli);
    for (const char *at = route->path; (at = strchr(at, '{')) != NULL; at++) {
        putchar(' ');
        for (const char *c = at + 1; *c && *c != '}'; c++) putchar(toupper((unsigned char)*c));
    }
    printf("\n\n%s\n%s %s", route->summary, call_method(route), route->path);
    if (!(route->flags & PUBLIC)) printf(", needs the permission %s", route->perm->code);
    puts("\n\nOptions:");
    option_lines(options, count);
    elements(route->request);
    example(route);
}

static bool begins(const char *command, Str words)
{
    Str all = str_from(command);
    return str_starts(all, words) && (all.len == words.len || all.ptr[words.len] == ' ');
}

bool help_group(Arena *arena, Str words)
{
    Entry  all[NAMES_MAX];
    size_t count = entries(all), shown = 0;
    (void)arena;
    for (size_t i = 0; i < count; i++) {
        if (words.len == 0 || !begins(all[i].words, words)) continue;
        line(all[i].words, all[i].summary);
        shown++;
    }
    return shown > 0;
}

/* The distance of what was typed to a command, or of its words in the other order. */
static size_t distance(const char *command, Str typed)
{
    char   swapped[64];
    Str    all   = str_from(command);
    size_t blank = str_index(all, ' ', 0);
    size_t plain = edit_distance(all, typed, NEAR);
    if (blank >= all.len) return plain;
    int length = snprintf(swapped, sizeof swapped, "%s %.*s", command + blank + 1, (int)blank, command);
    size_t other = edit_distance((Str){ swapped, (size_t)length < sizeof swapped ? (size_t)length : 0 },
                                 typed, NEAR);
    return plain < other ? plain : other;
}

void help_unknown(Arena *arena, Str words)
{
    Entry  all[NAMES_MAX];
    size_t count = entries(all), offered = 0;
    (void)arena;
    (void)fprintf(stderr, "onetill: there is no command \"%.*s\"", STR_FMT(words));
    for (size_t far = 0; far <= NEAR && offered < OFFERED; far++)
        for (size_t i = 0; i < count && offered < OFFERED; i++)
            if (distance(all[i].words, words) == far)
                (void)fprintf(stderr, "%s%s", offered++ ? ", " : "; perhaps: ", all[i].words);
    (void)fputs(offered ? "\n" : "; see onetill help\n", stderr);
}
