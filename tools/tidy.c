/* tidy.c — the house style as a program: reads every file of the project and prints what does not fit.
 * Usage: tidy FOLDER | tidy --self-test FOLDER (a folder of bad snippets: each line of its `expected`,
 * "path rule", must be found and nothing else).
 * Rules: layer (includes only to the left), files (a capability's file set), long_function, long_file,
 * wide, header (a comment on top that begins with the file's name), banned (calls), float, leftover,
 * blank (tabs, blanks at the end, no end of line), table (comments, merchant first in the key).
 * Reads text, not C: strings and comments are set aside first, the rest is matched word by word. */
#include <ctype.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FUNCTION_LINES = 70, FILE_LINES = 800, COLUMNS = 110, FOUND_MAX = 4000, WORD_LEN = 64 };

typedef struct {
    const char *path; /* from the top folder */
    char       *raw;  /* the file, ended by NUL */
    char       *code; /* the same with comments and texts blanked (C only) */
    char       *said; /* the same with only texts blanked (C only) */
    size_t      size;
    bool        c, script, sql, def; /* what kind of file it is; none: other text */
} File;

typedef struct {
    char path[200], rule[16];
    bool seen;
} Found;

static Found found[FOUND_MAX];
static int   found_count, clean_count;
static bool  quiet;

static void report(const File *file, size_t at, const char *rule, const char *why, const char *what,
                   int length)
{
    int line = 1;
    for (size_t i = 0; i < at && i < file->size; i++) line += file->raw[i] == '\n';
    if (found_count < FOUND_MAX) {
        Found *one = &found[found_count];
        (void)snprintf(one->path, sizeof one->path, "%s", file->path);
        (void)snprintf(one->rule, sizeof one->rule, "%s", rule);
    }
    found_count++;
    if (!quiet) printf("not ok %s:%d: %s: %s%.*s\n", file->path, line, rule, why, length, what);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool ends(const char *text, const char *with)
{
    size_t length = strlen(text), want = strlen(with);
    return length >= want && strcmp(text + length - want, with) == 0;
}

static bool is_test(const char *path)
{
    return starts(path, "tests/") || ends(path, "_test.c") || ends(path, "_fuzz.c");
}

static bool word_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* ---- reading ---- */

/* The end of the text or character that begins at `at`. */
static size_t skip_text(const File *file, size_t at)
{
    char quote = file->raw[at];
    for (at++; at < file->size && file->raw[at] != quote && file->raw[at] != '\n'; at++)
        if (file->raw[at] == '\\' && at + 1 < file->size) at++;
    return at < file->size ? at + 1 : at;
}

static size_t skip_comment(const File *file, size_t at)
{
    const char *end = file->raw[at + 1] == '/' ? strchr(file->raw + at, '\n') : strstr(file->raw + at, "*/");
    if (!end) return file->size;
    return (size_t)(end - file->raw) + (*end == '*' ? 2 : 0);
}

static void blank(char *text, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (text[i] != '\n') text[i] = ' ';
}

/* Sets texts and comments aside. */
static void strip(File *file)
{
    memcpy(file->code, file->raw, file->size + 1);
    memcpy(file->said, file->raw, file->size + 1);
    for (size_t at = 0; at < file->size;) {
        size_t from = at;
        char   c    = file->raw[at];
        if (c == '/' && (file->raw[at + 1] == '*' || file->raw[at + 1] == '/')) {
            at = skip_comment(file, at);
            blank(file->code, from, at);
        } else if (c == '"' || (c == '\'' && !(at && isxdigit((unsigned char)file->raw[at - 1])))) {
            at = skip_text(file, at);
            blank(file->code, from, at);
            blank(file->said, from, at);
        } else {
            at++;
        }
    }
}

/* False when it cannot be read or is not text. */
static bool file_read(File *file, const char *place)
{
    FILE *in = fopen(place, "rb");
    if (!in) return false;
    long size = fseek(in, 0, SEEK_END) == 0 ? ftell(in) : -1;
    rewind(in);
    file->size = size > 0 ? (size_t)size : 0;
    file->raw  = calloc(3, file->size + 1);
    bool ok    = file->raw && size > 0 && fread(file->raw, 1, file->size, in) == file->size;
    (void)fclose(in);
    if (!ok || memchr(file->raw, 0, file->size)) {
        free(file->raw);
        return false;
    }
    file->code   = file->raw + file->size + 1;
    file->said   = file->code + file->size + 1;
    file->c      = ends(file->path, ".c") || ends(file->path, ".h");
    file->def    = ends(file->path, ".def");
    file->sql    = ends(file->path, ".sql");
    file->script = ends(file->path, ".sh") || starts(file->raw, "#!");
    if (file->c || file->def) strip(file);
    return true;
}

/* ---- rules for lines ---- */

static size_t columns_of(const char *line, size_t length)
{
    size_t columns = 0;
    for (size_t i = 0; i < length; i++) columns += ((unsigned char)line[i] & 0xC0) != 0x80;
    return columns;
}

static void check_lines(const File *file)
{
    int  lines = 0;
    bool ours  = file->c || file->def || file->sql || file->script;
    for (size_t at = 0; at < file->size;) {
        const char *line   = file->raw + at;
        const char *end    = strchr(line, '\n');
        size_t      length = end ? (size_t)(end - line) : file->size - at;
        lines++;
        if (memchr(line, '\t', length)) report(file, at, "blank", "a tab", "", 0);
        if (length && (line[length - 1] == ' ' || line[length - 1] == '\r'))
            report(file, at, "blank", "blanks at the end of the line", "", 0);
        if (!end) report(file, at, "blank", "the last line has no end", "", 0);
        if (file->c && columns_of(line, length) > COLUMNS)
            report(file, at, "wide", "more than 110 columns", "", 0);
        at += length + 1;
    }
    if (ours && lines > FILE_LINES) report(file, 0, "long_file", "more than 800 lines", "", 0);
}

/* "sh" comments begin in the second line, behind "#!". */
static void check_header(const File *file)
{
    const char *at = file->raw;
    char        want[WORD_LEN * 2];
    if (!file->c && !file->def && !file->sql && !file->script) return;
    if (file->script && starts(at, "#!") && strchr(at, '\n')) at = strchr(at, '\n') + 1;
    (void)snprintf(want, sizeof want, "%s%s", file->script ? "# " : "/* ", base_name(file->path));
    if (file->sql ? !starts(at, "-- ") : !starts(at, want))
        report(file, 0, "header", "begin with a comment: ", file->sql ? "--" : want, (int)strlen(want));
}

static bool has_word(const char *text, const char *word, const char **where)
{
    size_t length = strlen(word);
    for (const char *at = text; (at = strstr(at, word)) != NULL; at += length) {
        *where = at;
        if ((at == text || !word_byte(at[-1])) && !word_byte(at[length])) return true;
    }
    return false;
}

static void check_leftovers(const File *file)
{
    static const char *const words[] = { "TODO", "FIXME", "XXX", "HACK" };
    const char              *text    = file->c || file->def ? file->said : file->raw;
    const char              *where   = NULL;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (has_word(text, words[i], &where))
            report(file, (size_t)(where - text), "leftover", "unfinished: ", words[i], (int)strlen(words[i]));
}

/* ---- rules for code ---- */

/* Calls that are banned everywhere, those that only tests may make, and those that only sys/ may too. */
static const char *const banned[] = {
    "sprintf", "vsprintf", "strcpy", "strcat", "strncpy", "strncat", "stpcpy", "gets", "atoi", "atol",
    "atoll", "atof", "strtok", "strtok_r", "system", "popen", "alloca",
    "tmpnam", "tempnam", "mktemp", "scanf", "sscanf", "fscanf", "longjmp", "setjmp",
    "localtime", "gmtime", "ctime", "asctime",
};
static const char *const chance[]   = { "rand", "srand", "rand_r", "random", "drand48" };
static const char *const only_sys[] = { "time", "gettimeofday", "getrandom", "arc4random" };

static bool listed(const char *const *list, size_t count, const char *word, size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(list[i]) == length && memcmp(list[i], word, length) == 0) return true;
    return false;
}

#define LISTED(list, word, length) listed(list, sizeof list / sizeof *list, word, length)

static void check_words(const File *file)
{
    bool free_floats = starts(file->path, "tools/") || is_test(file->path);
    for (size_t at = 0; at < file->size;) {
        const char *word   = file->code + at;
        size_t      length = 0;
        while (word_byte(word[length])) length++;
        if (length == 0) {
            at++;
            continue;
        }
        bool member = at && (word[-1] == '.' || (at > 1 && word[-1] == '>' && word[-2] == '-'));
        bool called = word[length] == '(' && !member;
        if (called && LISTED(chance, word, length) && !is_test(file->path))
            report(file, at, "banned", "nobody can tell what it gives: ", word, (int)length);
        if (called && LISTED(banned, word, length)) report(file, at, "banned", "", word, (int)length);
        if (called && LISTED(only_sys, word, length) && !starts(file->path, "sys/") && !is_test(file->path))
            report(file, at, "banned", "only sys/ may call ", word, (int)length);
        bool real = (length == 6 && starts(word, "double")) || (length == 5 && starts(word, "float"));
        if (real && !member && !free_floats) report(file, at, "float", "", word, (int)length);
        at += length;
    }
}

/* A function begins with '{' at the start of a line behind ')'. */
static void check_functions(const File *file)
{
    int    depth = 0, lines = 0;
    size_t start = 0;
    char   last  = 0;
    bool   inside = false;
    for (size_t at = 0; at < file->size; at++) {
        char c = file->code[at];
        if (c == '#' && (at == 0 || file->code[at - 1] == '\n')) { /* a directive with its continuations */
            while (at < file->size && !(file->code[at] == '\n' && file->code[at - 1] != '\\')) {
                lines += file->code[at] == '\n';
                at++;
            }
            c = '\n';
        }
        if (c == '\n') lines++;
        if (c == '{' && depth++ == 0 && last == ')') inside = true, start = at, lines = 1;
        if (c == '}' && depth > 0 && --depth == 0) {
            if (inside && lines > FUNCTION_LINES)
                report(file, start, "long_function", "more than 70 lines", "", 0);
            inside = false;
        }
        if (!isspace((unsigned char)c)) last = c;
    }
}

/* ---- layers ---- */

static int layer_of(const char *path)
{
    static const char *const names[] = { "base/", "core/", "sys/", "store/", "shop/", "flows/" };
    for (int i = 0; i < 6; i++)
        if (starts(path, names[i])) return i;
    if (strcmp(path, "all_sql.h") == 0) return 3;
    if (starts(path, "http/") || starts(path, "jobs/")) return 6;
    return starts(path, "cli/") ? 7 : -1;
}

/* The length of "shop/NAME/", or 0 for files of shop/ itself. */
static size_t capability_length(const char *path)
{
    const char *slash = starts(path, "shop/") ? strchr(path + 5, '/') : NULL;
    return slash ? (size_t)(slash - path) + 1 : 0;
}

static bool capability_may(const char *path, const char *other)
{
    static const char *const shared[] = { "shop/common.h",       "shop/api",       "shop/ctx.h",
                                          "shop/perms.h",        "shop/audit/",    "shop/events/",
                                          "shop/settings/",      "shop/ledger/",   "shop/idempotency/",
                                          "shop/approvals/" };
    size_t own = capability_length(path);
    if (!starts(other, "shop/") || own == 0) return true;
    if (strncmp(path, other, own) == 0) return true;
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
        if (starts(other, shared[i])) return true;
    return false;
}

static bool may_include(const char *path, const char *other)
{
    int mine = layer_of(path), theirs = layer_of(other);
    if (mine < 0 || is_test(path)) return true;
    if (starts(other, "third_party/")) return mine == 3;
    if (starts(other, "tests/") || starts(other, "tools/") || theirs < 0 || theirs > mine) return false;
    if (theirs == 6 && mine == 6) return path[0] == other[0]; /* http and jobs do not know each other */
    return capability_may(path, other);
}

/* base and core call no system: they are compiled for the browser too. */
static bool pure_header(const char *name)
{
    static const char *const pure[] = { "assert.h", "inttypes.h", "limits.h", "stdarg.h", "stdbool.h",
                                        "stddef.h", "stdint.h",   "stdio.h",  "stdlib.h", "string.h" };
    for (size_t i = 0; i < sizeof pure / sizeof *pure; i++)
        if (strcmp(pure[i], name) == 0) return true;
    return false;
}

static void check_includes(const File *file)
{
    for (const char *at = file->raw; (at = strstr(at, "#include ")) != NULL; at++) {
        char        other[200] = { 0 };
        size_t      length     = 0;
        const char *name       = at + 10;
        if (at != file->raw && at[-1] != '\n') continue;
        if (file->code[at - file->raw] != '#') continue; /* in a comment */
        while (length + 1 < sizeof other && name[length] && !strchr("\">\n", name[length])) {
            other[length] = name[length];
            length++;
        }
        if (at[9] == '"' && !may_include(file->path, other))
            report(file, (size_t)(at - file->raw), "layer", "may not include ", other, (int)length);
        if (at[9] == '<' && layer_of(file->path) >= 0 && layer_of(file->path) < 2 && !is_test(file->path)
            && !pure_header(other))
            report(file, (size_t)(at - file->raw), "layer", "base and core are pure: ", other, (int)length);
    }
}

static void check_file_set(const File *file)
{
    size_t                   length = capability_length(file->path);
    if (length == 0) return;
    const char *name = file->path + length;
    size_t      word = length - 6;
    bool        fits = !strcmp(name, "api.def")
                    || !strcmp(name, "schema.sql") || !strcmp(name, "queries.sql");
    if (strncmp(name, file->path + 5, word) == 0) {
        const char *rest = name + word; /* .h, .c, _inner.h, or _PART.c */
        size_t      len  = strlen(rest);
        fits = !strcmp(rest, ".h") || !strcmp(rest, ".c") || !strcmp(rest, "_inner.h")
            || (rest[0] == '_' && len > 3 && !strcmp(rest + len - 2, ".c"));
    }
    if (!fits) report(file, 0, "files", "does not belong to a capability's files", "", 0);
}

/* ---- tables ---- */

static bool common_column(const char *name, size_t length)
{
#define WORD(column, meaning) if (strlen(#column) == length && starts(name, #column)) return true;
#include "words.def"
#undef WORD
    return false;
}

static bool line_has(const char *line, const char *what)
{
    const char *at = strstr(line, what), *end = strchr(line, '\n');
    return at && (!end || at < end);
}

/* One line within a table; *key turns true when its primary key is right. */
static void check_column(const File *file, const char *line, bool said_above, bool *key)
{
    const char *name   = line + strspn(line, " ");
    size_t      length = 0;
    while (word_byte(name[length])) length++;
    if (line_has(line, "PRIMARY KEY (merchant")) *key = true;
    bool column = length && islower((unsigned char)*name);
    if (column && !said_above && !line_has(line, "-- ") && !line_has(line, "CHECK (")
        && !common_column(name, length))
        report(file, (size_t)(name - file->raw), "table", "column without a comment: ", name,
               (int)length);
}

static void check_tables(const File *file)
{
    bool inside = false, key = false, comment = false;
    for (const char *line = file->raw; line && *line;) {
        const char *end = strchr(line, '\n');
        if (starts(line, "CREATE TABLE ")) {
            inside = true, key = false;
            if (!comment)
                report(file, (size_t)(line - file->raw), "table", "a table without a comment", "", 0);
        } else if (inside && starts(line, ");")) {
            inside = false;
            if (!key)
                report(file, (size_t)(line - file->raw), "table", "the key must begin with merchant", "",
                       0);
        } else if (inside) {
            check_column(file, line, comment, &key);
        }
        comment = starts(line + strspn(line, " "), "-- ");
        line    = end ? end + 1 : NULL;
    }
}

/* ---- the walk ---- */

static void check_file(const char *path, const char *place)
{
    File file = { .path = path };
    if (!file_read(&file, place)) return;
    int before = found_count;
    check_lines(&file);
    check_header(&file);
    check_leftovers(&file);
    check_file_set(&file);
    if (file.c) {
        check_words(&file);
        check_functions(&file);
        check_includes(&file);
    }
    if (ends(path, "schema.sql")) check_tables(&file);
    clean_count += found_count == before;
    free(file.raw);
}

/* Folders whose files are not ours, made, or bad on purpose. */
static bool skipped(const FTSENT *entry, const char *path)
{
    if (entry->fts_level == 0) return false;
    if (entry->fts_info != FTS_D) return ends(path, "package-lock.json") || !strcmp(path, ".git");
    if (!strcmp(path, ".ci")) return false;
    return entry->fts_name[0] == '.' || starts(path, "build") || !strcmp(path, "third_party")
        || !strcmp(path, "data") || starts(path, "tests/fuzz/") /* bytes to try */
        || !strcmp(entry->fts_name, "node_modules") || !strcmp(path, "tests/tidy");
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool walk(char *top)
{
    char *const roots[] = { top, NULL };
    FTS        *tree    = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    if (!tree) return false;
    for (FTSENT *entry; (entry = fts_read(tree)) != NULL;) {
        const char *path = entry->fts_path + strlen(top);
        while (*path == '/') path++;
        if (skipped(entry, path)) fts_set(tree, entry, FTS_SKIP);
        else if (entry->fts_info == FTS_F && strcmp(path, "expected") != 0) check_file(path, entry->fts_path);
    }
    return fts_close(tree) == 0;
}

/* Compares what was found with the lines "path rule" of FOLDER/expected. */
static int self_test(const char *top)
{
    char  place[512], path[200], line[256];
    int   passed = 0, failed = 0;
    (void)snprintf(place, sizeof place, "%s/expected", top);
    FILE *in = fopen(place, "r");
    while (in && fgets(line, sizeof line, in)) {
        char *rule = strchr(line, ' ');
        if (!rule) continue;
        (void)snprintf(path, sizeof path, "%.*s", (int)(rule - line), line);
        rule[strcspn(rule, "\n")] = 0;
        bool hit = false;
        for (int i = 0; i < found_count && i < FOUND_MAX && !hit; i++) {
            hit = !found[i].seen && !strcmp(found[i].path, path) && !strcmp(found[i].rule, rule + 1);
            if (hit) found[i].seen = true;
        }
        passed += hit;
        failed += !hit;
        if (!hit) printf("not ok not found: %s\n", line);
    }
    if (in) (void)fclose(in);
    for (int i = 0; i < found_count && i < FOUND_MAX; i++) {
        failed += !found[i].seen;
        if (!found[i].seen) printf("not ok found, but not bad: %s %s\n", found[i].path, found[i].rule);
    }
    printf("tidy finds what is bad: %d passed, %d failed\n", passed, failed);
    return failed || !passed;
}

int main(int argc, char **argv)
{
    quiet = argc == 3 && strcmp(argv[1], "--self-test") == 0;
    if (argc != (quiet ? 3 : 2)) {
        fputs("usage: tidy [--self-test] FOLDER\n", stderr);
        return 2;
    }
    if (!walk(argv[argc - 1])) {
        fprintf(stderr, "tidy: cannot read %s\n", argv[argc - 1]);
        return 2;
    }
    if (quiet) return self_test(argv[2]);
    printf("tidy: %d passed, %d failed\n", clean_count, found_count);
    return found_count != 0;
}
