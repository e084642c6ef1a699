/* stock_load.c — `onetill stock load`: counted stock or movements out of a file, sent to the running server
 * in parts. Each part has a name made of the file, so that a part that is in already is not brought in
 * twice. */
#include "base/rfc3339.h"
#include "cli/call.h"
#include "core/csv_form.h"
#include "shop/counts/counts.h"
#include "cli/show.h"
#include "sys/http_client.h"
#include "sys/json_read.h"

#include <csv.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 256 << 20, CELLS_MAX = 64, PART_LINES = 1000, PART_ARENA = 8 << 20 };

typedef enum { C_SKU, C_QUANTITY, C_LOCATION, C_ZONE, C_AS_OF, C_KINDS } Cell;

static const struct {
    Cell        cell;
    const char *name;
} names[] = { { C_SKU, "sku" },           { C_SKU, "stockcode" },     { C_SKU, "item" },
              { C_QUANTITY, "quantity" }, { C_QUANTITY, "qty" },      { C_QUANTITY, "on_hand" },
              { C_QUANTITY, "counted" },  { C_LOCATION, "location" }, { C_LOCATION, "store" },
              { C_ZONE, "zone" },         { C_ZONE, "state" },        { C_AS_OF, "as_of" },
              { C_AS_OF, "at" } };

typedef struct {
    uint32_t line; /* of the file */
    Str      cells[C_KINDS];
} FileRow;

typedef struct {
    Cli     *cli;
    Str      text, kind, location, as_of, reference;
    CsvForm  form;
    int      columns[CELLS_MAX]; /* which cell a column is, or -1 */
    size_t   cell, column_count;
    uint32_t line;
    FileRow  row, *rows;
    size_t   count, room, part;
    bool     failed, header;
    int64_t  lines, adjusted, superseded, left_out, again;
} Load;

static void on_cell(void *bytes, size_t len, void *arg)
{
    Load *load = arg;
    Str   text = csv_trim((Str){ bytes, len });
    if (load->cell >= CELLS_MAX) return;
    if (load->header) {
        load->columns[load->cell] = -1;
        for (size_t i = 0; i < COUNT(names); i++)
            if (str_eq_nocase(text, str_from(names[i].name)))
                load->columns[load->cell] = (int)names[i].cell;
        load->column_count = load->cell + 1;
    } else if (load->cell < load->column_count && load->columns[load->cell] >= 0) {
        Str copy = str_dup(load->cli->arena, text);
        load->failed |= !copy.ptr;
        load->row.cells[load->columns[load->cell]] = copy;
    }
    load->cell++;
}

static void on_row(int end, void *arg)
{
    Load *load = arg;
    (void)end;
    load->line++;
    if (!load->header && load->cell > 0 && load->row.cells[C_SKU].len) {
        load->row.line = load->line;
        if (load->count == load->room)
            load->failed = true;
        else
            load->rows[load->count++] = load->row;
    }
    load->header = load->header && load->cell == 0;
    load->row    = (FileRow){ 0 };
    load->cell   = 0;
}

static bool has_column(const Load *load, Cell cell)
{
    for (size_t i = 0; i < load->column_count; i++)
        if (load->columns[i] == (int)cell) return true;
    return false;
}

static bool split(Load *load, Error *err)
{
    struct csv_parser parser;
    size_t            lines = 1, bom = str_starts(load->text, STR("\xEF\xBB\xBF")) ? 3 : 0;
    CsvSeen           seen = { 0 };
    load->text             = str_slice(load->text, bom, load->text.len);
    for (size_t i = 0; i < load->text.len; i++) lines += load->text.ptr[i] == '\n';
    load->room           = lines;
    load->rows           = arena_array(load->cli->arena, FileRow, lines);
    load->header         = true;
    load->form.delimiter = csv_delimiter_of(str_slice(load->text, 0, str_index(load->text, '\n', 0)));
    if (!load->rows || csv_init(&parser, CSV_APPEND_NULL | CSV_EMPTY_IS_NULL) != 0) return err_memory(err);
    csv_set_delim(&parser, (unsigned char)load->form.delimiter);
    bool whole = csv_parse(&parser, load->text.ptr, load->text.len, on_cell, on_row, load) == load->text.len
                 && csv_fini(&parser, on_cell, on_row, load) == 0;
    csv_free(&parser);
    if (!whole) return err_set(err, &ERR_CONFIG, "", "line %u cannot be read as a table", load->line + 1);
    if (load->failed) return err_memory(err);
    if (!has_column(load, C_SKU) || !has_column(load, C_QUANTITY))
        return err_set(err, &ERR_CONFIG, "", "the header must name the columns sku and quantity");
    for (size_t i = 0; i < load->count; i++) csv_see_number(&seen, load->rows[i].cells[C_QUANTITY]);
    char delimiter = load->form.delimiter;
    csv_decide(&seen, &load->form);
    load->form.delimiter = delimiter;
    return true;
}

static bool read_file(Load *load, Str path, Error *err)
{
    struct stat about;
    Str         name = str_dup(load->cli->arena, path);
    FILE       *in   = name.ptr ? fopen(name.ptr, "rb") : NULL;
    if (!in) return err_set(err, &ERR_CONFIG, "", "%.*s cannot be opened", STR_FMT(path));
    bool ok = fstat(fileno(in), &about) == 0 && about.st_size <= FILE_MAX;
    if (ok) {
        char *bytes = arena_alloc(load->cli->arena, (size_t)about.st_size + 1);
        ok          = bytes && fread(bytes, 1, (size_t)about.st_size, in) == (size_t)about.st_size;
        load->text  = (Str){ bytes, (size_t)about.st_size };
    }
    (void)fclose(in);
    if (!ok) return err_set(err, &ERR_CONFIG, "", "%.*s cannot be read, or is too large", STR_FMT(path));
    if (!load->as_of.ptr) {
        char    text[RFC3339_LEN];
        int64_t written_ms = (int64_t)about.st_mtim.tv_sec * 1000 + about.st_mtim.tv_nsec / 1000000;
        if (!rfc3339_format(written_ms, text)) return err_set(err, &ERR_CONFIG, "", "the file has no time");
        load->as_of = str_dup(load->cli->arena, (Str){ text, RFC3339_LEN });
    }
    return load->as_of.ptr || err_memory(err);
}

/* The name of the file's parts: the same file with the same meaning has the same. */
static bool name_parts(Load *load, Error *err)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char          hex[33];
    Str parts[] = { load->kind, STR("\n"), load->location, STR("\n"), load->as_of, STR("\n"), load->text };
    Str all     = str_join(load->cli->arena, parts, COUNT(parts));
    if (!all.ptr) return err_memory(err);
    SHA256((const unsigned char *)all.ptr, all.len, digest);
    for (size_t i = 0; i < 16; i++) (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    if (!load->reference.ptr) load->reference = str_dup(load->cli->arena, (Str){ hex, 32 });
    return load->reference.ptr || err_memory(err);
}

static void add_field(Buf *body, const char *name, Str value)
{
    if (!value.len) return;
    buf_format(body, ",\"%s\":", name);
    buf_json_string(body, value);
}

/* One part as the body of POST /v1/stock/import. A quantity that is no number goes as it is: the server
 * tells. */
static Str part_body(const Load *load, Arena *arena, size_t from, size_t to)
{
    Buf body = buf_make(arena, 1 << 16);
    buf_add(&body, STR("{\"kind\":"));
    buf_json_string(&body, load->kind);
    add_field(&body, "as_of", load->as_of);
    add_field(&body, "location", load->location);
    add_field(&body, "reference",
              str_format(arena, "%.*s/%zu", STR_FMT(load->reference), from / PART_LINES + 1));
    buf_add(&body, STR(",\"lines\":["));
    for (size_t i = from; i < to; i++) {
        const FileRow *row   = &load->rows[i];
        int64_t        milli = 0;
        bool           fine  = csv_number(&load->form, row->cells[C_QUANTITY], 3, &milli) == VALUE_OK;
        buf_add(&body, i > from ? STR(",{\"sku\":") : STR("{\"sku\":"));
        buf_json_string(&body, row->cells[C_SKU]);
        Str quantity = row->cells[C_QUANTITY];
        if (fine)
            quantity = str_format(arena, "%s%lld.%03lld", milli < 0 ? "-" : "",
                                  (long long)llabs(milli / 1000), (long long)llabs(milli % 1000));
        buf_add(&body, STR(",\"quantity\":"));
        buf_json_string(&body, quantity);
        add_field(&body, "location", row->cells[C_LOCATION]);
        add_field(&body, "zone", row->cells[C_ZONE]);
        add_field(&body, "as_of", row->cells[C_AS_OF]);
        buf_byte(&body, '}');
    }
    buf_add(&body, STR("]}"));
    return body.failed ? STR_NONE : buf_str(&body);
}

static void add_reply(Load *load, const StockImported *done, size_t from)
{
    load->lines += done->lines;
    load->adjusted += done->adjusted;
    load->superseded += done->superseded;
    load->left_out += (int64_t)done->faults.count;
    load->again += done->again;
    for (size_t i = 0; i < done->faults.count && !load->cli->json; i++) {
        const StockImportFault *f   = &done->faults.items[i];
        size_t                  row = from + (f->line > 0 ? (size_t)f->line - 1 : 0);
        printf("  line %u, %.*s: %.*s\n", load->rows[row < load->count ? row : from].line, STR_FMT(f->sku),
               STR_FMT(f->why));
    }
}

/* Sends one part; the exit code. */
static int send_part(Load *load, Arena *arena, size_t from, size_t to, const RouteDef *route, Error *err)
{
    HttpAnswer    answer = { 0 };
    StockImported done   = { 0 };
    Str           body   = part_body(load, arena, from, to);
    if (!body.ptr) return err_memory(err) ? CLI_OK : cli_fail(err);
    if (!call_post(load->cli, arena, route, body, &answer, err)) {
        (void)fprintf(stderr, "onetill: no answer: %s; run it again, what is in stays in\n", err->message);
        return CLI_UNREACHABLE;
    }
    if (answer.status != 200) {
        show_problem(arena, answer.status, answer.body);
        return answer.status >= 500 ? CLI_FAILED : CLI_REFUSED;
    }
    if (!json_read_stored(arena, &StockImported_def, answer.body, &done, err)) return cli_fail(err);
    add_reply(load, &done, from);
    return CLI_OK;
}

static void show_progress(const Load *load, size_t done)
{
    if (!isatty(STDERR_FILENO) || load->cli->json) return;
    int part = load->count ? (int)(done * 40 / load->count) : 40;
    (void)fprintf(stderr, "\r  [%.*s%.*s] %zu of %zu lines ", part,
                  "########################################", 40 - part,
                  "                                        ", done, load->count);
    if (done == load->count) (void)fputc('\n', stderr);
}

static int send_all(Load *load, Error *err)
{
    const RouteDef *route = call_route("stock bring-in");
    void           *bytes = malloc(PART_ARENA);
    int             code  = CLI_OK;
    if (!bytes || !route) {
        free(bytes);
        (void)err_memory(err);
        return cli_fail(err);
    }
    for (size_t from = 0; from < load->count && code == CLI_OK; from += PART_LINES) {
        Arena  arena;
        size_t to = from + PART_LINES < load->count ? from + PART_LINES : load->count;
        arena_init(&arena, bytes, PART_ARENA);
        code = send_part(load, &arena, from, to, route, err);
        show_progress(load, to);
    }
    free(bytes);
    return code;
}

static int run(Cli *cli)
{
    Error err  = { 0 };
    Load  load = { .cli       = cli,
                   .kind      = cli_option(cli, "kind"),
                   .location  = text_or_empty(cli_option(cli, "location")),
                   .as_of     = cli_option(cli, "as-of"),
                   .reference = cli_option(cli, "reference") };
    if (!load.kind.ptr) load.kind = STR("count");
    if (!read_file(&load, cli->words[0], &err) || !split(&load, &err) || !name_parts(&load, &err))
        return cli_fail(&err);
    if (!cli->json) printf("%zu lines as of %.*s, decimal sign %c\n", load.count, STR_FMT(load.as_of),
               load.form.decimal);
    int code = send_all(&load, &err);
    if (cli->json)
        printf(
            "{\"lines\":%lld,\"adjusted\":%lld,\"superseded\":%lld,\"left_out\":%lld,\"parts_again\":%lld}\n",
            (long long)load.lines, (long long)load.adjusted, (long long)load.superseded,
            (long long)load.left_out, (long long)load.again);
    else
        printf("  in         %lld lines, %lld changed the stock, %lld were counted again later\n"
               "  left out   %lld lines\n  in already %lld parts of the file\n",
               (long long)load.lines, (long long)load.adjusted, (long long)load.superseded,
               (long long)load.left_out, (long long)load.again);
    return code == CLI_OK && load.left_out > 0 ? CLI_REFUSED : code;
}

const Command command_stock_load = {
    .words = "stock load", .run = run, .arguments = "FILE", .least = 1, .most = 1,
    .summary  = "Bring in counted stock, or movements, from a file of another system; sales go on.",
    .more     = "Reads CSV with a header: sku and quantity, and as you like location, zone (floor,\n"
                "backroom, damaged, quarantine) and as_of. The figures hold for a time: what was sold\n"
                "since then stays sold. The file goes to the server in parts; stopped at any moment it\n"
                "goes on where it was when it is run again. Exit code 1 when lines had to stay out;\n"
                "each is told.",
    .examples = "  onetill stock load --location LON --as-of 2026-11-25T06:00:00Z count.csv\n"
                "  onetill stock load --kind movement receipts.csv\n",
    .options  = {
        { "kind", "KIND", "count (what was there) or movement (what came, went); standard: count" },
        { "as-of", "TIME", "for what time the figures hold; standard: when the file was written" },
        { "location", "CODE", "where, when the file does not say" },
        { "reference", "TEXT", "a name of your own for the file; the same name is brought in once" },
        { "server", "URL", "where it is; standard: $ONETILL_URL or http://127.0.0.1:8080" },
        { "key", "KEY", "the API key; better in $ONETILL_KEY, where other users do not see it" },
    },
};
