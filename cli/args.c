/* args.c — the command line as options and words. See args.h. */
#include "cli/args.h"

#include <string.h>

enum { DISTANCE_LEN = 64, NEAR = 3 };

size_t edit_distance(Str a, Str b, size_t limit)
{
    size_t row[DISTANCE_LEN + 1];
    if (a.len > DISTANCE_LEN || b.len > DISTANCE_LEN) return limit + 1;
    for (size_t j = 0; j <= b.len; j++) row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0]          = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t change = diagonal + (a.ptr[i - 1] != b.ptr[j - 1]);
            size_t insert = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal      = row[j];
            row[j]        = change < insert ? change : insert;
        }
    }
    return row[b.len] > limit ? limit + 1 : row[b.len];
}

/* Whether an option's name is `text`, where '_' and '-' are the same. */
static bool same_name(const char *name, Str text)
{
    size_t i = 0;
    for (; i < text.len && name[i]; i++) {
        char a = name[i] == '_' ? '-' : name[i];
        char b = text.ptr[i] == '_' ? '-' : text.ptr[i];
        if (a != b) return false;
    }
    return i == text.len && name[i] == 0;
}

static const Option *find(const Option *options, size_t count, Str name)
{
    for (size_t i = 0; i < count; i++)
        if (same_name(options[i].name, name)) return &options[i];
    return NULL;
}

static bool unknown(const Option *options, size_t count, Str name, Error *err)
{
    const Option *nearest = NULL;
    size_t        best    = NEAR + 1;
    for (size_t i = 0; i < count; i++) {
        size_t distance = edit_distance(str_from(options[i].name), name, NEAR);
        if (distance < best) nearest = &options[i], best = distance;
    }
    if (!nearest) return err_set(err, &ERR_CONFIG, "", "there is no option --%.*s here", STR_FMT(name));
    return err_set(err, &ERR_CONFIG, "", "there is no option --%.*s here; --%s perhaps?", STR_FMT(name),
                   nearest->name);
}

static bool give(Cli *cli, const Option *option, Str value, Error *err)
{
    for (size_t i = 0; i < cli->given_count; i++)
        if (cli->given[i].name == option->name)
            return err_set(err, &ERR_CONFIG, "", "--%s is there twice", option->name);
    if (cli->given_count == OPTIONS_MAX) return err_set(err, &ERR_CONFIG, "", "too many options");
    cli->given[cli->given_count++] = (Given){ option->name, value };
    return true;
}

/* One option at argv[*at]; *at moves on when its value is the next word. */
static bool read_option(Cli *cli, const Option *options, size_t count, char **argv, int argc, int *at,
                        Error *err)
{
    Str           text   = str_from(argv[*at] + 2);
    size_t        equals = str_index(text, '=', 0);
    bool          valued = equals < text.len;
    Str           name   = str_slice(text, 0, equals);
    Str           value  = valued ? str_slice(text, equals + 1, text.len) : STR_NONE;
    const Option *option = find(options, count, name);
    if (!option && !valued && str_starts(name, STR("no-"))) {
        option = find(options, count, str_slice(name, 3, name.len));
        if (option && !option->value) return give(cli, option, STR("false"), err);
        option = NULL;
    }
    if (!option) return unknown(options, count, name, err);
    if (!option->value) {
        if (!valued) value = STR("true");
        if (!str_eq(value, STR("true")) && !str_eq(value, STR("false")))
            return err_set(err, &ERR_CONFIG, "", "--%s is true or false", option->name);
    } else if (!valued) {
        if (*at + 1 >= argc)
            return err_set(err, &ERR_CONFIG, "", "--%s needs a value: %s", option->name, option->value);
        value = str_from(argv[++*at]);
    }
    return give(cli, option, value, err);
}

bool args_read(Cli *cli, const Option *options, size_t count, int argc, char **argv, Error *err)
{
    bool open = true;
    for (int at = 0; at < argc; at++) {
        Str word = str_from(argv[at]);
        if (!str_is_utf8(word, NULL)) return err_set(err, &ERR_CONFIG, "", "the command line is not UTF-8");
        if (open && str_eq(word, STR("--"))) {
            open = false;
        } else if (open && str_starts(word, STR("--"))) {
            if (!read_option(cli, options, count, argv, argc, &at, err)) return false;
        } else if (cli->word_count == WORDS_MAX) {
            return err_set(err, &ERR_CONFIG, "", "too many words");
        } else {
            cli->words[cli->word_count++] = word;
        }
    }
    return true;
}

bool args_texts(Arena *arena, Str text, TextList *out)
{
    size_t count = 0;
    for (size_t from = 0; text.len && from <= text.len; count++) from = str_index(text, ',', from) + 1;
    *out = (TextList){ arena_array(arena, Str, count), count };
    for (size_t i = 0, from = 0; out->items && i < count; i++) {
        size_t end    = str_index(text, ',', from);
        out->items[i] = str_trim(str_slice(text, from, end));
        from          = end + 1;
    }
    return out->items != NULL;
}
