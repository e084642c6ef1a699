/* sqlgen.c — turns queries.sql files into C: a parameter struct, a row struct, a Query and typed
 * functions per statement; and joins the migrations into one C file.
 * Usage: sqlgen queries OUT.h OUT.c FILE… | sqlgen migrations OUT.c FILE…
 * The form of a query:
 *   -- name: orders_put
 *   -- in: merchant:i64 id:id note:text        (types: i64 bool text blob id)
 *   -- out: total:i64                          (absent: it returns nothing)
 *   -- only: sqlite                            (or pg; the other body has a header of its own)
 *   SELECT … :merchant … ;
 * Refused: a parameter that is not named in `in` or never used, SELECT *, two bodies for one engine. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUERIES_MAX = 1200, FIELDS_MAX = 48, NAME_MAX_LEN = 64, TEXT_MAX = 16384 };

typedef struct {
    char name[NAME_MAX_LEN], type[8];
} SqlField;

typedef struct {
    char     name[NAME_MAX_LEN];
    SqlField in[FIELDS_MAX], out[FIELDS_MAX];
    int      in_count, out_count;
    char     body[2][TEXT_MAX]; /* 0: SQLite, 1: PostgreSQL */
} SqlQuery;

static SqlQuery    queries[QUERIES_MAX];
static int         query_count;
static const char *file_name;
static int         line_number;

static void fail(const char *why, const char *what)
{
    fprintf(stderr, "%s:%d: %s: %s\n", file_name, line_number, why, what);
    exit(1);
}

static void read_fields(char *text, SqlField *fields, int *count)
{
    *count     = 0;
    char *rest = text;
    for (char *word; (word = strsep(&rest, " \t\n")) != NULL;) {
        if (!*word) continue;
        char *colon = strchr(word, ':');
        if (!colon || *count == FIELDS_MAX) fail("field without type, or too many", word);
        *colon = 0;
        if (!strstr(" i64 bool text blob id ", colon + 1)) fail("unknown type", colon + 1);
        SqlField *field = &fields[(*count)++];
        snprintf(field->name, sizeof field->name, "%s", word);
        snprintf(field->type, sizeof field->type, "%s", colon + 1);
    }
}

static SqlQuery *query_named(const char *name)
{
    for (int i = 0; i < query_count; i++)
        if (strcmp(queries[i].name, name) == 0) return &queries[i];
    if (query_count == QUERIES_MAX) fail("too many queries", name);
    SqlQuery *query = &queries[query_count++];
    snprintf(query->name, sizeof query->name, "%s", name);
    return query;
}

/* Copies one body, with :name replaced by ?n and $n. */
static void set_body(SqlQuery *query, const char *text, int engine)
{
    char *out    = query->body[engine];
    char *end    = out + TEXT_MAX - 16;
    bool  quoted = false;
    bool  used[FIELDS_MAX] = { false };
    if (*out) fail("a second body for the same engine", query->name);
    if (strstr(text, "SELECT *")) fail("SELECT *", query->name);
    for (const char *at = text; *at && out < end;) {
        if (*at == '\'') quoted = !quoted;
        bool param = !quoted && at[0] == ':' && isalpha((unsigned char)at[1])
                  && (at == text || at[-1] != ':');
        if (!param) {
            *out++ = *at++;
            continue;
        }
        size_t len = 1;
        while (isalnum((unsigned char)at[len]) || at[len] == '_') len++;
        int found = -1;
        for (int i = 0; i < query->in_count; i++)
            if (strlen(query->in[i].name) == len - 1 && strncmp(query->in[i].name, at + 1, len - 1) == 0)
                found = i;
        if (found < 0) fail("parameter not named in `in`", at);
        used[found] = true;
        out += snprintf(out, 8, "%c%d", engine == 0 ? '?' : '$', found + 1);
        at += len;
    }
    while (out > query->body[engine] && (isspace((unsigned char)out[-1]) || out[-1] == ';')) out--;
    *out = 0;
    for (int i = 0; i < query->in_count; i++)
        if (!used[i]) fail("parameter never used", query->in[i].name);
}

static void finish(SqlQuery *query, char *text, const char *only)
{
    if (!query) return;
    if (strcmp(only, "pg") != 0) set_body(query, text, 0);
    if (strcmp(only, "sqlite") != 0) set_body(query, text, 1);
    text[0] = 0;
}

static void read_file(const char *path)
{
    static char text[TEXT_MAX];
    char        line[1024], only[16] = "";
    SqlQuery   *query = NULL;
    FILE       *in    = fopen(path, "r");
    file_name         = path;
    line_number       = 0;
    text[0]           = 0;
    if (!in) fail("cannot open", path);
    while (fgets(line, sizeof line, in)) {
        line_number++;
        line[strcspn(line, "\n")] = 0;
        if (strncmp(line, "-- name:", 8) == 0) {
            finish(query, text, only);
            query   = query_named(line + 8 + strspn(line + 8, " "));
            only[0] = 0;
        } else if (strncmp(line, "-- in:", 6) == 0 && query) {
            read_fields(line + 6, query->in, &query->in_count);
        } else if (strncmp(line, "-- out:", 7) == 0 && query) {
            read_fields(line + 7, query->out, &query->out_count);
        } else if (strncmp(line, "-- only:", 8) == 0) {
            snprintf(only, sizeof only, "%s", line + 8 + strspn(line + 8, " "));
        } else if (strncmp(line, "--", 2) != 0 && query && *line) {
            if (strlen(text) + strlen(line) + 2 > sizeof text) fail("statement too long", query->name);
            size_t used = strlen(text);
            snprintf(text + used, sizeof text - used, "%s\n", line);
        }
    }
    finish(query, text, only);
    fclose(in);
}

static const char *c_type(const char *type)
{
    if (strcmp(type, "i64") == 0) return "int64_t";
    if (strcmp(type, "bool") == 0) return "bool";
    return strcmp(type, "id") == 0 ? "Id" : "Str";
}

/* orders_put -> OrdersPut */
static void camel(const char *name, char *out)
{
    bool upper = true;
    for (; *name; name++) {
        if (*name == '_') {
            upper = true;
            continue;
        }
        *out++ = upper ? (char)toupper((unsigned char)*name) : *name;
        upper  = false;
    }
    *out = 0;
}

static void write_struct(FILE *out, const char *type, const char *suffix, const SqlField *fields, int count)
{
    fprintf(out, "typedef struct {\n");
    for (int i = 0; i < count; i++) fprintf(out, "    %s %s;\n", c_type(fields[i].type), fields[i].name);
    if (count == 0) fprintf(out, "    char none;\n");
    fprintf(out, "} %s%s;\n", type, suffix);
}

static void write_header(FILE *out, const SqlQuery *query)
{
    char type[NAME_MAX_LEN];
    camel(query->name, type);
    const char *name = query->name;
    write_struct(out, type, "In", query->in, query->in_count);
    fprintf(out, "extern const Query q_%s;\n", name);
    if (query->out_count == 0) {
        fprintf(out,
                "static inline bool q_%s_exec(Tx *tx, const %sIn *in, int64_t *changed, Error *err)\n"
                "{\n    return db_exec(tx, &q_%s, in, changed, err);\n}\n\n",
                name, type, name);
        return;
    }
    write_struct(out, type, "Row", query->out, query->out_count);
    fprintf(out,
            "static inline bool q_%s_one(Tx *tx, Arena *arena, const %sIn *in, %sRow *row, bool *found,\n"
            "    Error *err)\n{\n    return db_one(tx, arena, &q_%s, in, row, found, err);\n}\n"
            "static inline bool q_%s_all(Tx *tx, Arena *arena, const %sIn *in, %sRow **rows,\n"
            "    size_t *count, Error *err)\n{\n    void *all = NULL;\n"
            "    bool  ok  = db_all(tx, arena, &q_%s, in, &all, count, err);\n"
            "    *rows     = all;\n    return ok;\n}\n"
            "typedef bool (*%sEach)(void *arg, const void *row);\n"
            "static inline bool q_%s_each(Tx *tx, const %sIn *in, %sEach each, void *arg, Error *err)\n"
            "{\n    return db_each(tx, &q_%s, in, each, arg, err);\n}\n\n",
            name, type, type, name, name, type, type, name, type, name, type, type, name);
}

static void write_cols(FILE *out, const char *type, const char *name, const char *kind,
                       const SqlField *fields, int count)
{
    fprintf(out, "static const Col %s_%s[] = {\n", name, kind);
    for (int i = 0; i < count; i++) {
        char upper[8] = "";
        for (size_t k = 0; fields[i].type[k]; k++) upper[k] = (char)toupper((unsigned char)fields[i].type[k]);
        fprintf(out, "    { \"%s\", COL_%s, offsetof(%s, %s) },\n", fields[i].name, upper, type,
                fields[i].name);
    }
    if (count == 0) fprintf(out, "    { \"\", COL_I64, 0 },\n");
    fprintf(out, "};\n");
}

static void write_text(FILE *out, const char *text)
{
    if (!*text) {
        fprintf(out, "NULL");
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '\n')
            fputs("\\n\"\n    \"", out);
        else if (*text == '"' || *text == '\\')
            fprintf(out, "\\%c", *text);
        else
            fputc(*text, out);
    }
    fputc('"', out);
}

static void write_query(FILE *out, const SqlQuery *query, int number)
{
    char type[NAME_MAX_LEN], in[NAME_MAX_LEN + 4], row[NAME_MAX_LEN + 4];
    camel(query->name, type);
    snprintf(in, sizeof in, "%sIn", type);
    snprintf(row, sizeof row, "%sRow", type);
    write_cols(out, in, query->name, "in", query->in, query->in_count);
    if (query->out_count) write_cols(out, row, query->name, "out", query->out, query->out_count);
    fprintf(out, "const Query q_%s = {\n    .name = \"%s\",\n    .sqlite = ", query->name, query->name);
    write_text(out, query->body[0]);
    fprintf(out, ",\n    .pg = ");
    write_text(out, query->body[1]);
    fprintf(out, ",\n    .params = %s_in, .param_count = %d, .number = %d,\n", query->name, query->in_count,
            number);
    if (query->out_count)
        fprintf(out, "    .columns = %s_out, .column_count = %d, .row_size = sizeof(%s),\n", query->name,
                query->out_count, row);
    fprintf(out, "};\n\n");
}

static int make_queries(int argc, char **argv)
{
    for (int i = 4; i < argc; i++) read_file(argv[i]);
    FILE *header = fopen(argv[2], "w");
    FILE *source = fopen(argv[3], "w");
    if (!header || !source) {
        perror("sqlgen");
        return 1;
    }
    fprintf(header, "/* all_sql.h — made by sqlgen; do not edit. */\n#ifndef ALL_SQL_H\n#define ALL_SQL_H\n"
                    "#include \"store/db.h\"\n\n");
    fprintf(source, "/* all_sql.c — made by sqlgen; do not edit. */\n#include \"all_sql.h\"\n\n");
    for (int i = 0; i < query_count; i++) {
        write_header(header, &queries[i]);
        write_query(source, &queries[i], i);
    }
    fprintf(source, "const Query *const query_all[] = {\n");
    for (int i = 0; i < query_count; i++) fprintf(source, "    &q_%s,\n", queries[i].name);
    fprintf(source, "};\nconst size_t query_count = %d;\n", query_count);
    fprintf(header, "#endif\n");
    return fclose(header) | fclose(source);
}

static int make_migrations(int argc, char **argv)
{
    FILE *out = fopen(argv[2], "w");
    if (!out) {
        perror("sqlgen");
        return 1;
    }
    fprintf(out, "/* migrations.c — made by sqlgen; do not edit. */\n#include \"store/migrate.h\"\n\n"
                 "const Migration migration_all[] = {\n");
    for (int i = 3; i < argc; i++) {
        const char *name = strrchr(argv[i], '/') ? strrchr(argv[i], '/') + 1 : argv[i];
        FILE       *in   = fopen(argv[i], "r");
        if (!in) {
            perror(argv[i]);
            return 1;
        }
        fprintf(out, "    { %d, \"%s\",\n    \"", (int)strtol(name, NULL, 10), name);
        for (int c; (c = fgetc(in)) != EOF;) {
            if (c == '\n')
                fputs("\\n\"\n    \"", out);
            else if (c == '"' || c == '\\')
                fprintf(out, "\\%c", c);
            else
                fputc(c, out);
        }
        fprintf(out, "\" },\n");
        fclose(in);
    }
    fprintf(out, "};\nconst size_t migration_count = %d;\n", argc - 3);
    return fclose(out);
}

int main(int argc, char **argv)
{
    if (argc >= 5 && strcmp(argv[1], "queries") == 0) return make_queries(argc, argv);
    if (argc >= 4 && strcmp(argv[1], "migrations") == 0) return make_migrations(argc, argv);
    fprintf(stderr, "usage: sqlgen queries OUT.h OUT.c FILE... | sqlgen migrations OUT.c FILE...\n");
    return 2;
}
