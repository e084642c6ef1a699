/* import.c — `onetill import`: sales that another system made, out of its file of invoice lines. */
#include "flows/import.h"

#include "cli/cli.h"
#include "core/money.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FILES_MAX = 16 };

typedef struct {
    Cli         *cli;
    ImportJob    job;
    ImportTable  tables[FILES_MAX];
    ImportPlan   plans[FILES_MAX];
    ImportReport reports[FILES_MAX];
    size_t       count;
    int64_t      began_ms, shown_ms; /* of the file being brought in */
} Import;

static int64_t clock_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void show_progress(void *arg, uint32_t done, uint32_t all)
{
    Import *im  = arg;
    int64_t now = clock_ms(), took = now - im->began_ms;
    if (!isatty(STDERR_FILENO) || (done < all && now - im->shown_ms < 100)) return;
    im->shown_ms  = now;
    int64_t speed = took > 0 ? (int64_t)done * 1000 / took : 0;
    int     part  = all ? (int)((int64_t)done * 40 / all) : 40;
    (void)fprintf(stderr, "\r  [%.*s%.*s] %3d %%  %" PRIu32 " lines, %" PRId64 " a second ", part,
                  "########################################", 40 - part,
                  "                                        ", all ? (int)((int64_t)done * 100 / all) : 100,
                  done, speed);
    if (done == all) (void)fputc('\n', stderr);
}

static const char *dates_name(DateOrder order)
{
    switch (order) {
    case DATES_NONE: return "none";
    case DATES_YMD: return "year-month-day";
    case DATES_DMY: return "day/month/year";
    case DATES_MDY: return "month/day/year";
    }
    UNREACHABLE();
}

static const char *dates_why(DateReason why)
{
    switch (why) {
    case DATES_BY_YEAR: return "the year stands first";
    case DATES_BY_DAY: return "only so is every row a date";
    case DATES_BY_ORDER: return "both orders would do; so the rows run forward in time";
    case DATES_BY_SPAN: return "both orders would do; so the dates lie closer together";
    case DATES_BY_HABIT: return "nothing in the file tells; say --dates mdy if the month stands first";
    case DATES_BY_USER: return "as you said";
    }
    UNREACHABLE();
}

static Str day_text(Arena *arena, int64_t wall_ms)
{
    time_t    seconds = (time_t)(wall_ms / 1000);
    struct tm at;
    char      text[32];
    if (!gmtime_r(&seconds, &at)) return STR("?");
    return str_dup(arena, (Str){ text, strftime(text, sizeof text, "%Y-%m-%d %H:%M", &at) });
}

static void show_form(Import *im, size_t i)
{
    const ImportTable *t    = &im->tables[i];
    const ImportPlan  *p    = &im->plans[i];
    Arena             *mem  = im->cli->arena;
    const char        *mark = t->form.bom ? ", byte-order mark" : "";
    printf("%.*s\n", STR_FMT(t->path));
    printf("  form       delimiter %s, decimal sign %c, %s%s\n",
           t->form.delimiter == '\t' ? "tabulator" : (char[]){ t->form.delimiter, 0 }, t->form.decimal,
           t->form.encoding == CSV_UTF8 ? "UTF-8" : "Windows-1252", mark);
    printf("  dates      %s", dates_name(t->form.dates));
    if (t->form.dates != DATES_NONE) printf(" (%s)", dates_why(t->form.dates_why));
    if (t->form.dates_why == DATES_BY_SPAN)
        printf("\n             %" PRId64 " days with the day first, %" PRId64 " with the month first",
               t->form.dates_span_days[0], t->form.dates_span_days[1]);
    if (p->dated)
        printf("\n             from %.*s to %.*s", STR_FMT(day_text(mem, p->first_ms)),
               STR_FMT(day_text(mem, p->last_ms)));
    printf("\n  columns   ");
    for (int c = 0; c < COLUMN_KINDS; c++)
        if (t->names[c].ptr) printf(" %s=%.*s", csv_column_name((CsvColumn)c), STR_FMT(t->names[c]));
    printf("\n  lines      %" PRIu32 " sold, %" PRIu32 " given back, %" PRIu32 " written off, %" PRIu32
           " bad\n",
           p->kinds[IMPORT_SOLD], p->kinds[IMPORT_RETURNED], p->kinds[IMPORT_LOST], t->bad_count);
    printf("  invoices   %" PRIu32 " (%" PRIu32 " credits), %" PRIu32 " customers\n", p->invoice_count,
           p->credit_count, p->customer_count);
    printf("  items      %" PRIu32 " (%" PRIu32 " services)", p->item_count, p->service_count);
    if (p->case_twins) printf("; %" PRIu32 " differ from another in capital letters only", p->case_twins);
    printf("\n  amounts    %.*s sold, %.*s given back\n", STR_FMT(money_text(mem, p->sold, STR("GBP"))),
           STR_FMT(money_text(mem, p->returned, STR("GBP"))));
    for (uint32_t b = 0; b < t->bad_count; b++)
        printf("  line %" PRIu32 ": %s\n", t->bad[b].line, t->bad[b].why);
    (void)fflush(stdout);
}

static void show_result(Import *im, size_t i)
{
    const ImportReport *r    = &im->reports[i];
    const ImportCounts *c    = &r->counts;
    int64_t             took = clock_ms() - im->began_ms;
    printf("%.*s\n", STR_FMT(im->tables[i].path));
    printf("  imported   %" PRId64 " lines of %" PRId64 " invoices", c->lines, c->invoices);
    if (c->completed) printf(" (%" PRId64 " of them were in already in part)", c->completed);
    printf("; skipped %" PRId64 " invoices that were in already (%" PRId64 " lines)\n", c->skipped,
           c->skipped_lines);
    printf("  made       %" PRId64 " items, %" PRId64 " customers, opening stock for %" PRId64 " items\n",
           c->items, c->customers, c->opened);
    printf("  documents  %" PRId64 " orders, %" PRId64 " returns (%" PRId64
           " lines to the order they came from), "
           "%" PRId64 " stock adjustments\n",
           c->orders, c->returns, c->matched, c->adjustments);
    printf("  time       %" PRId64 ".%03" PRId64 " s, %" PRId64 " lines a second\n", took / 1000,
           took % 1000, took > 0 ? c->lines * 1000 / took : 0);
    for (uint32_t f = 0; f < r->failed_count; f++)
        printf("  invoice %.*s: %s\n", STR_FMT(im->tables[i].texts[r->failed[f].number]), r->failed[f].why);
    (void)fflush(stdout);
}

static void json_file(Buf *buf, const Import *im, size_t i, bool wrote)
{
    const ImportTable  *t = &im->tables[i];
    const ImportPlan   *p = &im->plans[i];
    const ImportReport *r = &im->reports[i];
    const ImportCounts *c = &r->counts;
    buf_add(buf, STR("{\"file\":"));
    buf_json_string(buf, t->path);
    buf_add(buf, STR(",\"delimiter\":"));
    buf_json_string(buf, (Str){ &t->form.delimiter, 1 });
    buf_format(buf, ",\"decimal\":\"%c\",\"encoding\":\"%s\",\"byte_order_mark\":%s,\"dates\":\"%s\"",
               t->form.decimal, t->form.encoding == CSV_UTF8 ? "UTF-8" : "Windows-1252",
               t->form.bom ? "true" : "false", dates_name(t->form.dates));
    if (t->form.dates != DATES_NONE)
        buf_format(buf, ",\"dates_because\":\"%s\"", dates_why(t->form.dates_why));
    buf_format(buf,
               ",\"rows\":%u,\"lines_sold\":%u,\"lines_returned\":%u,\"lines_lost\":%u,\"lines_bad\":%u"
               ",\"invoices\":%u,\"credits\":%u,\"customers\":%u,\"items\":%u,\"services\":%u"
               ",\"sold\":%" PRId64 ",\"returned\":%" PRId64,
               t->row_count, p->kinds[IMPORT_SOLD], p->kinds[IMPORT_RETURNED], p->kinds[IMPORT_LOST],
               t->bad_count, p->invoice_count, p->credit_count, p->customer_count, p->item_count,
               p->service_count, p->sold, p->returned);
    buf_add(buf, STR(",\"bad\":["));
    for (uint32_t b = 0; b < t->bad_count; b++)
        buf_format(buf, "%s{\"line\":%u,\"why\":\"%s\"}", b ? "," : "", t->bad[b].line, t->bad[b].why);
    buf_byte(buf, ']');
    if (wrote) {
        buf_format(buf,
                   ",\"imported\":{\"lines\":%" PRId64 ",\"invoices\":%" PRId64 ",\"completed\":%" PRId64
                   ",\"skipped\":%" PRId64 ",\"skipped_lines\":%" PRId64 ",\"items\":%" PRId64
                   ",\"customers\":%" PRId64 ",\"opened\":%" PRId64 ",\"orders\":%" PRId64
                   ",\"returns\":%" PRId64 ",\"matched\":%" PRId64 ",\"adjustments\":%" PRId64
                   ",\"sold\":%" PRId64 ",\"returned\":%" PRId64 ",\"failed\":[",
                   c->lines, c->invoices, c->completed, c->skipped, c->skipped_lines, c->items,
                   c->customers, c->opened, c->orders, c->returns, c->matched, c->adjustments, c->sold,
                   c->returned);
        for (uint32_t f = 0; f < r->failed_count; f++) {
            buf_add(buf, f ? STR(",{\"invoice\":") : STR("{\"invoice\":"));
            buf_json_string(buf, t->texts[r->failed[f].number]);
            buf_add(buf, STR(",\"why\":"));
            buf_json_string(buf, str_from(r->failed[f].why));
            buf_byte(buf, '}');
        }
        buf_add(buf, STR("]}"));
    }
    buf_byte(buf, '}');
}

static bool show_json(const Import *im, bool wrote, Error *err)
{
    Buf buf = buf_make(im->cli->arena, 1 << 16);
    buf_add(&buf, STR("{\"files\":["));
    for (size_t i = 0; i < im->count; i++) {
        if (i) buf_byte(&buf, ',');
        json_file(&buf, im, i, wrote);
    }
    buf_add(&buf, STR("]}"));
    if (buf.failed) return err_memory(err);
    Str text = buf_str(&buf);
    printf("%.*s\n", STR_FMT(text));
    return true;
}

static bool dates_of(Str text, DateOrder *out, Error *err)
{
    *out = DATES_NONE;
    if (!text.ptr) return true;
    if (str_eq_nocase(text, STR("dmy"))) *out = DATES_DMY;
    else if (str_eq_nocase(text, STR("mdy"))) *out = DATES_MDY;
    else if (str_eq_nocase(text, STR("ymd"))) *out = DATES_YMD;
    return *out != DATES_NONE || err_set(err, &ERR_CONFIG, "", "--dates is dmy, mdy or ymd");
}

/* Reads all files before anything is written: one that cannot be read stops the others too. */
static bool read_files(Import *im, Error *err)
{
    DateOrder dates;
    int       decimals = 2;
    if (!dates_of(cli_option(im->cli, "dates"), &dates, err)) return false;
    if (im->job.db && !import_check(&im->job, &decimals, err)) return false;
    for (size_t i = 0; i < im->cli->word_count; i++) {
        Str path = str_dup(im->cli->arena, im->cli->words[i]);
        if (!path.ptr) return err_memory(err);
        im->count = i + 1;
        if (!import_table_read(&im->tables[i], path.ptr, dates, err)
            || !import_plan_make(&im->tables[i], decimals, &im->plans[i], err))
            return false;
        if (!im->cli->json) show_form(im, i);
    }
    return true;
}

static bool write_files(Import *im, Error *err)
{
    for (size_t i = 0; i < im->count; i++) {
        im->began_ms = clock_ms();
        if (!import_run(&im->job, &im->tables[i], &im->plans[i], &im->reports[i], err)) return false;
        if (!im->cli->json) show_result(im, i);
    }
    return true;
}

static bool job_of(Import *im, Error *err)
{
    Str number  = cli_option(im->cli, "merchant");
    Str place   = cli_option(im->cli, "location");
    Str channel = cli_option(im->cli, "channel");
    im->job     = (ImportJob){ .env      = im->cli->env,
                               .merchant = 1,
                               .location = place.ptr ? place : STR("LON"),
                               .channel  = channel.ptr ? channel : STR("pos"),
                               .progress = show_progress,
                               .arg      = im };
    if (number.ptr && (!str_to_i64(number, &im->job.merchant) || im->job.merchant < 1))
        return err_set(err, &ERR_CONFIG, "", "--merchant is a number from 1 on");
    return true;
}

/* Whether a line or an invoice stayed out. */
static bool something_bad(const Import *im)
{
    bool bad = false;
    for (size_t i = 0; i < im->count; i++)
        bad = bad || im->tables[i].bad_count > 0 || im->reports[i].failed_count > 0;
    return bad;
}

static int run(Cli *cli)
{
    Error     err     = { 0 };
    Import   *im      = arena_new(cli->arena, Import);
    bool      dry     = cli_flag(cli, "dry-run");
    DbOptions options = { .url = cli_database(cli) };
    if (!im) return cli_fail(&(Error){ .def = &ERR_MEMORY });
    im->cli  = cli;
    bool ok  = job_of(im, &err) && (dry || db_open(&options, true, &im->job.db, &err));
    ok       = ok && read_files(im, &err) && (dry || write_files(im, &err));
    ok       = ok && (!cli->json || show_json(im, !dry, &err));
    int code = !ok ? cli_fail(&err) : something_bad(im) ? CLI_REFUSED : CLI_OK;
    for (size_t i = 0; i < im->count; i++) import_table_free(&im->tables[i]);
    if (im->job.db) db_close(im->job.db);
    return code;
}

const Command command_import = {
    .words = "import", .run = run, .arguments = "FILE...", .least = 1, .most = FILES_MAX,
    .summary  = "Bring in the sales of another system from a file of its invoice lines.",
    .more     = "Reads CSV, also gzipped, with a header; finds out delimiter, decimal sign, encoding and\n"
                "the order of day and month from all rows and shows them before it writes. Makes items,\n"
                "prices, customers and opening stock, then replays each invoice: sales, credits (C…),\n"
                "losses. Stopped at any moment it goes on where it was when it is run again; an invoice\n"
                "that is in is skipped. Exit code 1 when lines or invoices had to stay out; each is told.",
    .examples = "  onetill import --dry-run invoices.csv.gz\n"
                "  onetill import --location LON --channel pos invoices-2009.csv invoices-2010.csv\n",
    .options  = {
        OPTION_DB,
        OPTION_MERCHANT,
        { "location", "CODE", "where it was sold; standard: LON" },
        { "channel", "CODE", "through what; its currency and tax rule hold; standard: pos" },
        { "dates", "ORDER", "dmy, mdy or ymd, when the file leaves it open" },
        { "dry-run", NULL, "only read and show; write nothing" },
    },
};
