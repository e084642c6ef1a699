/* cli_test.c — the command line as a person meets it: options, near misses, tables. */
#include "cli/args.h"
#include "cli/call.h"
#include "cli/show.h"
#include "shop/identity/identity.h"
#include "tests/kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Arena arena;

static const Option options[] = {
    { "name", "TEXT", "" }, { "tax_class", "TEXT", "" }, { "active", NULL, "" }, { "cursor", "TEXT", "" },
};

static bool reads(Cli *cli, Error *err, int count, char **words)
{
    *cli = (Cli){ .arena = &arena };
    *err = (Error){ 0 };
    return args_read(cli, options, COUNT(options), count, words, err);
}

#define READS(...) \
    reads(&cli, &err, (int)(sizeof((char *[]){ __VA_ARGS__ }) / sizeof(char *)), (char *[]){ __VA_ARGS__ })

static void options_are_read(void)
{
    Cli   cli;
    Error err;
    check(READS("A1", "--name", "Tea pot", "--tax-class=zero", "--active") && cli.word_count == 1
              && str_eq(cli_option(&cli, "name"), STR("Tea pot")) && cli_flag(&cli, "active")
              && str_eq(cli_option(&cli, "tax_class"), STR("zero")),
          "options may stand with blank or '=', and '-' is '_'");
    check(READS("--no-active") && str_eq(cli_option(&cli, "active"), STR("false")), "--no-FLAG says no");
    check(READS("--name", "--active") && str_eq(cli_option(&cli, "name"), STR("--active")),
          "the word behind an option is its value, whatever it is");
    check(READS("--", "--name") && str_eq(cli.words[0], STR("--name")), "-- ends the options");
    check(READS("--name=") && cli_option(&cli, "name").ptr && !cli_option(&cli, "name").len,
          "a value may be empty");
    check(READS("-") && cli.word_count == 1, "a dash alone is a word");
    check(!READS("--nmae", "x") && strstr(err.message, "--name perhaps"), "the nearest option is named");
    check(!READS("--colour", "x") && !strstr(err.message, "perhaps"), "but not one that is far away");
    check(!READS("--name") && strstr(err.message, "needs a value"), "a value that is missing is said");
    check(!READS("--name", "a", "--name", "b"), "an option twice is refused");
    check(!READS("--active=perhaps"), "a flag is true or false");
    check(!READS("\xff\xfe"), "words that are not UTF-8 are refused");
}

static void texts_are_split(void)
{
    TextList list;
    check(args_texts(&arena, STR("red, dark blue,x"), &list) && list.count == 3
              && str_eq(list.items[1], STR("dark blue")) && str_eq(list.items[2], STR("x")),
          "a list of texts is written with commas");
    check(args_texts(&arena, STR(""), &list) && list.count == 0, "nothing is no text");
    check(args_texts(&arena, STR("a,"), &list) && list.count == 2 && list.items[1].len == 0,
          "a comma at the end is an empty text, which the server refuses");
}

static void distances(void)
{
    check(edit_distance(STR("item show"), STR("item show"), 3) == 0, "the same word is no distance away");
    check(edit_distance(STR("item"), STR("itme"), 3) == 2, "two letters swapped are two away");
    check(edit_distance(STR(""), STR("abc"), 3) == 3, "nothing is as far as the word is long");
    check(edit_distance(STR("abc"), STR("xyzuvw"), 3) == 4, "far is one more than the limit");
}

/* A table of all kinds of fields: what a reply may look like. */
static const FieldDef row_fields[] = {
    { .name = "sku", .type = F_TEXT },     { .name = "qty", .type = F_QTY },
    { .name = "price", .type = F_MONEY },  { .name = "rate", .type = F_RATE },
    { .name = "unused", .type = F_TEXT },
};
static const StructDef row_def      = { "Row", "", row_fields, COUNT(row_fields), 0 };
static const FieldDef reply_fields[] = {
    { .name = "currency", .type = F_TEXT }, { .name = "total", .type = F_MONEY },
    { .name = "tags", .type = F_TEXTS },
    { .name = "made_at", .type = F_TIME },  { .name = "paid", .type = F_BOOL },
    { .name = "lines", .type = F_LIST, .element = &row_def },
    { .name = "next_cursor", .type = F_TEXT },
};
static const StructDef reply_def = { "Reply", "", reply_fields, COUNT(reply_fields), 0 };

static void shows(const char *json, const char *want, const char *name)
{
    Str  text = STR_NONE;
    bool made = show_reply_text(&arena, &reply_def, str_from(json), &text);
    bool same = made && str_eq(text, str_from(want));
    check(same, name);
    if (!same) printf("%.*s", STR_FMT(text));
}

static void answers_are_readable(void)
{
    Str text;
    shows("{\"currency\":\"GBP\",\"total\":1250,\"made_at\":\"2026-11-24T12:00:00.123Z\","
          "\"paid\":true,\"tags\":[\"a\",\"b\\u001b\"],"
          "\"lines\":[{\"sku\":\"A\",\"qty\":\"1.5\",\"price\":5,\"rate\":200000},"
          "{\"sku\":\"Größe\",\"qty\":\"10\",\"price\":-1250,\"rate\":88750}],\"next_cursor\":\"x\"}",
          "currency  GBP\n"
          "total     12.50 GBP\n"
          "tags      a, b?\n"
          "made_at   2026-11-24 12:00:00 UTC\n"
          "paid      yes\n"
          "lines\n"
          "  sku    qty       price     rate\n"
          "  A      1.5    0.05 GBP     20 %\n"
          "  Größe   10  -12.50 GBP  8.875 %\n"
          "There is more: --cursor x\n",
          "records, tables, money, rates and times are for people");
    shows("{\"lines\":[],\"total\":7}", "total  7\nlines: none\n",
          "money without a currency is in minor units");
    shows("{\"currency\":\"\\u001b[31mred\\u009b\\u007f\",\"paid\":false}",
          "currency  ?[31mred??\npaid      no\n",
          "control characters do not reach the terminal");
    check(!show_reply_text(&arena, &reply_def, STR("<html>"), &text), "what is not JSON is not shown");
    check(!show_reply_text(&arena, &reply_def, STR("[1]"), &text), "nor what is no object");
}

static void commands_are_unique(void)
{
    static const char *words[1024];
    size_t             count = 0, twice = 0, empty = 0;
    for (size_t i = 0; i < command_count; i++) words[count++] = command_all[i]->words;
    for (size_t c = 0; c < shop_count; c++)
        for (size_t i = 0; i < shop_all[c]->route_count; i++) words[count++] = shop_all[c]->routes[i].cli;
    for (size_t i = 0; i < count; i++) {
        empty += words[i][0] == 0;
        for (size_t j = 0; j < i; j++) {
            if (strcmp(words[i], words[j]) != 0) continue;
            printf("  twice: %s\n", words[i]);
            twice++;
        }
    }
    check(twice == 0 && empty == 0, "every command has words of its own");
}

/* An option of a route must not hide one that every command has. */
static void options_are_unique(void)
{
    size_t twice = 0;
    for (size_t c = 0; c < shop_count; c++) {
        for (size_t r = 0; r < shop_all[c]->route_count; r++) {
            Option *all;
            size_t  count;
            Error   err;
            if (!call_options(&arena, &shop_all[c]->routes[r], &all, &count, &err)) continue;
            for (size_t i = 0; i < count; i++)
                for (size_t j = 0; j < i; j++) twice += strcmp(all[i].name, all[j].name) == 0;
        }
    }
    check(twice == 0, "no field of a request has the name of an option that every command has");
}

int main(void)
{
    enum { BYTES = 16 << 20 };
    void *bytes = malloc(BYTES);
    if (!bytes) return 1;
    arena_init(&arena, bytes, BYTES);
    options_are_read();
    texts_are_split();
    distances();
    answers_are_readable();
    commands_are_unique();
    options_are_unique();
    free(bytes);
    return check_finish("cli_test");
}
