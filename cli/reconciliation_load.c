/* reconciliation_load.c — `onetill reconciliation load`: a settlement file of a payment service, or a bank
 * statement, sent to the running server in parts, which reads it by itself; shows how far it is and what
 * came of it. Stopped at any moment it goes on where it was when it is run again. */
#include "cli/call.h"
#include "cli/show.h"
#include "shop/reconciliation/reconciliation.h"
#include "sys/json_read.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FILE_MAX = 2000000000, PART_BYTES = 384 << 10, CALL_ARENA = 8 << 20, POLL_MS = 200, SHOWN = 20 };

typedef struct {
    Cli      *cli;
    Str       path, bytes;
    Arena     arena; /* of one call */
    ReconFile file;
    char      state[24], reason[512];
    int64_t   began_ms;
    bool      drawn;
} Load;

static int64_t clock_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- the file --- */

static bool open_file(Load *load, Error *err)
{
    struct stat about = { 0 };
    Str         name  = str_dup(load->cli->arena, load->path);
    int         fd    = name.ptr ? open(name.ptr, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) return err_set(err, &ERR_CONFIG, "", "%.*s: %s", STR_FMT(load->path), strerror(errno));
    bool  fine  = fstat(fd, &about) == 0 && about.st_size > 0 && about.st_size <= FILE_MAX;
    void *bytes = fine ? mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    (void)close(fd);
    if (bytes == MAP_FAILED)
        return err_set(err, &ERR_CONFIG, "", "%.*s is empty, too large, or no file", STR_FMT(load->path));
    load->bytes = (Str){ bytes, (size_t)about.st_size };
    return true;
}

static Str digest_of(Load *load)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char          hex[2 * SHA256_DIGEST_LENGTH + 1];
    SHA256((const unsigned char *)load->bytes.ptr, load->bytes.len, digest);
    for (size_t i = 0; i < sizeof digest; i++) (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return str_dup(load->cli->arena, str_from(hex));
}

/* --- the server --- */

static int no_answer(const Error *err)
{
    (void)fprintf(stderr, "onetill: no answer: %s; run it again, what is there stays there\n",
                  err->message);
    return CLI_UNREACHABLE;
}

/* Keeps what the server says of the file; the exit code. */
static int take_answer(Load *load, const HttpAnswer *answer, Error *err)
{
    if (answer->status != 200 && answer->status != 201) {
        if (load->drawn) (void)fputc('\n', stderr);
        show_problem(&load->arena, answer->status, answer->body);
        return answer->status >= 500 ? CLI_FAILED : CLI_REFUSED;
    }
    load->file = (ReconFile){ .bytes = 0 };
    if (!json_read_stored(&load->arena, &ReconFile_def, answer->body, &load->file, err))
        return cli_fail(err);
    (void)snprintf(load->state, sizeof load->state, "%.*s", STR_FMT(load->file.state));
    (void)snprintf(load->reason, sizeof load->reason, "%.*s", STR_FMT(load->file.reason));
    return CLI_OK;
}

static int post(Load *load, const char *words, const Buf *body, Error *err)
{
    HttpAnswer answer = { 0 };
    if (body->failed) return err_memory(err) ? CLI_OK : cli_fail(err);
    if (!call_post(load->cli, &load->arena, call_route(words), buf_str(body), &answer, err))
        return no_answer(err);
    return take_answer(load, &answer, err);
}

static int look(Load *load, Error *err)
{
    HttpAnswer answer = { 0 };
    Id         id     = load->file.id;
    arena_reset(&load->arena);
    Str text = id_text(&load->arena, id);
    if (!call_get(load->cli, &load->arena, call_route("reconciliation show"), text, STR(""), &answer, err))
        return no_answer(err);
    return take_answer(load, &answer, err);
}

static void add_option(Buf *body, Cli *cli, const char *name)
{
    Str value = cli_option(cli, name);
    if (!value.len) return;
    buf_format(body, ",\"%s\":", name);
    buf_json_string(body, value);
}

static int begin(Load *load, Error *err)
{
    Str    digest = digest_of(load);
    Buf    body   = buf_make(&load->arena, 1024);
    size_t slash  = load->path.len;
    while (slash > 0 && load->path.ptr[slash - 1] != '/') slash--;
    Str name = str_slice(load->path, slash, load->path.len < slash + 200 ? load->path.len : slash + 200);
    buf_add(&body, STR("{\"digest\":"));
    buf_json_string(&body, digest);
    buf_format(&body, ",\"bytes\":%zu,\"name\":", load->bytes.len);
    buf_json_string(&body, name);
    static const char *const options[] = { "service", "format", "decimal", "dates", "currency" };
    for (size_t i = 0; i < COUNT(options); i++) add_option(&body, load->cli, options[i]);
    buf_byte(&body, '}');
    return post(load, "reconciliation begin", &body, err);
}

static int send_part(Load *load, Error *err)
{
    size_t  at   = (size_t)load->file.taken;
    Str     part = str_slice(load->bytes, at,
                         at + PART_BYTES < load->bytes.len ? at + PART_BYTES : load->bytes.len);
    Id      id   = load->file.id;
    int64_t n    = load->file.next_part;
    arena_reset(&load->arena);
    Buf body = buf_make(&load->arena, part.len * 4 / 3 + 256);
    buf_add(&body, STR("{\"file\":"));
    buf_json_string(&body, id_text(&load->arena, id));
    buf_format(&body, ",\"n\":%lld,\"data\":\"", (long long)n);
    if (buf_room(&body, part.len / 3 * 4 + 8))
        body.len += (size_t)EVP_EncodeBlock((unsigned char *)body.ptr + body.len,
                                            (const unsigned char *)part.ptr, (int)part.len);
    buf_add(&body, STR("\"}"));
    return post(load, "reconciliation part", &body, err);
}

/* --- what is shown --- */

static void draw(Load *load, const char *what, int64_t done, int64_t all)
{
    if (!isatty(STDERR_FILENO) || load->cli->json) return;
    int64_t took = clock_ms() - load->began_ms;
    int     part = all > 0 ? (int)(done * 40 / all) : 40;
    (void)fprintf(stderr, "\r  %-5s [%.*s%.*s] %3d %%  %lld lines, %lld a second   ", what, part,
                  "########################################", 40 - part,
                  "                                        ", all > 0 ? (int)(done * 100 / all) : 100,
                  (long long)load->file.lines, (long long)(took > 0 ? load->file.lines * 1000 / took : 0));
    load->drawn = true;
}

static bool ended(const Load *load)
{
    return strcmp(load->state, "done") == 0 || strcmp(load->state, "failed") == 0;
}

static int send_all(Load *load, Error *err)
{
    int code = CLI_OK;
    while (code == CLI_OK && strcmp(load->state, "receiving") == 0) {
        draw(load, "sent", load->file.taken, load->file.bytes);
        code = send_part(load, err);
    }
    return code;
}

static int wait_for_end(Load *load, Error *err)
{
    const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
    int                   code  = CLI_OK;
    load->began_ms              = clock_ms();
    while (code == CLI_OK && !ended(load)) {
        draw(load, "read", load->file.read, load->file.bytes);
        (void)nanosleep(&pause, NULL);
        code = look(load, err);
    }
    draw(load, "read", load->file.read, load->file.bytes);
    if (load->drawn) (void)fputc('\n', stderr);
    return code;
}

/* The open differences of the file, the first of them in words. */
static int show_differences(Load *load, Error *err)
{
    HttpAnswer          answer = { 0 };
    ReconDifferenceList list   = { .next_cursor = STR_NONE };
    int64_t             open   = load->file.open;
    Id                  id     = load->file.id;
    arena_reset(&load->arena);
    Str query = str_format(&load->arena, "?file=%.*s&limit=%d", STR_FMT(id_text(&load->arena, id)), SHOWN);
    if (open == 0) return CLI_OK;
    if (!call_get(load->cli, &load->arena, call_route("reconciliation differences"), STR(""), query,
                  &answer, err))
        return no_answer(err);
    if (answer.status != 200
        || !json_read_stored(&load->arena, &ReconDifferenceList_def, answer.body, &list, err))
        return CLI_OK; /* not allowed to see them */
    for (size_t i = 0; i < list.items.count; i++) {
        const ReconDifference *d = &list.items.items[i];
        printf("  line %-6lld %.*s: %.*s\n              %.*s\n", (long long)opt_or(d->n, 0),
               STR_FMT(d->cause), STR_FMT(d->probably), STR_FMT(d->text.len ? d->text : d->reference));
    }
    printf("  all of them: onetill reconciliation differences --file %.*s\n",
           STR_FMT(id_text(&load->arena, id)));
    return CLI_OK;
}

static int show(Load *load, bool again, Error *err)
{
    const ReconFile *f = &load->file;
    if (load->cli->json) {
        Buf buf = buf_make(load->cli->arena, 512);
        buf_add(&buf, STR("{\"id\":"));
        buf_json_string(&buf, id_text(load->cli->arena, f->id));
        buf_format(&buf,
                   ",\"again\":%s,\"state\":\"%s\",\"lines\":%lld,\"matched\":%lld,\"differences\":%lld,"
                   "\"in_before\":%lld,\"unreadable\":%lld,\"ignored\":%lld,\"open\":%lld}",
                   again ? "true" : "false", load->state, (long long)f->lines, (long long)f->matched,
                   (long long)f->differences, (long long)f->in_before, (long long)f->unreadable,
                   (long long)f->ignored, (long long)f->open);
        printf("%.*s\n", STR_FMT(buf_str(&buf)));
        return strcmp(load->state, "failed") == 0 ? CLI_REFUSED : CLI_OK;
    }
    if (again) printf("The same file was brought in before; nothing was done.\n");
    printf("%.*s of %.*s, form %.*s: %s%s%s\n", STR_FMT(load->path), STR_FMT(f->service),
           STR_FMT(f->format), load->state, load->reason[0] ? ". " : "", load->reason);
    printf(
        "  lines       %lld: %lld as the books say, %lld not, %lld were in before, %lld not to be read\n",
        (long long)f->lines, (long long)f->matched, (long long)f->differences, (long long)f->in_before,
        (long long)f->unreadable);
    if (f->ignored) printf("  left out    %lld lines of money that went\n", (long long)f->ignored);
    printf("  open        %lld differences\n", (long long)f->open);
    if (strcmp(load->state, "failed") == 0) return CLI_REFUSED;
    return show_differences(load, err);
}

static int run(Cli *cli)
{
    Error err   = { 0 };
    Load  load  = { .cli = cli, .path = cli->words[0], .began_ms = clock_ms() };
    void *bytes = malloc(CALL_ARENA);
    if (!cli_option(cli, "service").len) {
        (void)err_set(&err, &ERR_CONFIG, "",
                      "say --service: the code of the payment service, or a name for the bank account");
        free(bytes);
        return cli_fail(&err);
    }
    if (!bytes || !open_file(&load, &err)) {
        if (!bytes) (void)err_memory(&err);
        free(bytes);
        return cli_fail(&err);
    }
    arena_init(&load.arena, bytes, CALL_ARENA);
    int  code  = begin(&load, &err);
    bool again = load.file.again && ended(&load);
    if (code == CLI_OK) code = send_all(&load, &err);
    if (code == CLI_OK) code = wait_for_end(&load, &err);
    if (code == CLI_OK) code = show(&load, again, &err);
    (void)munmap((void *)(uintptr_t)load.bytes.ptr, load.bytes.len);
    free(bytes);
    return code;
}

const Command command_reconciliation_load = {
    .words = "reconciliation load", .run = run, .arguments = "FILE", .least = 1, .most = 1,
    .summary  = "Bring a settlement file of a payment service, or a bank statement, in.",
    .more     = "Reads Stripe's payout reconciliation report (itemised), Adyen's settlement details\n"
                "report, a CSV of our own, and bank statements as CSV; which of them it is, the header\n"
                "says. The server matches each line to payments, refunds and payouts, books it, and\n"
                "tells what differs, why, and what to do. The same file twice is told, and nothing is\n"
                "done; stopped at any moment it goes on where it was when it is run again. Exit code 1\n"
                "when the file cannot be read. See docs/RECONCILIATION.md.",
    .examples = "  onetill reconciliation load --service stripe payouts.csv\n"
                "  onetill reconciliation load --service main-account --currency GBP statement.csv\n",
    .options  = {
        { "service", "CODE", "the payment service, or a name for the bank account" },
        { "format", "FORM", "stripe, adyen, plain or bank; standard: found out by the header" },
        { "decimal", "SIGN", "decimal sign, . or ,; standard: by the form" },
        { "dates", "ORDER", "dmy or mdy, of dates that do not begin with the year; standard: dmy" },
        { "currency", "CODE", "of a file that says none" },
        { "server", "URL", "where it is; standard: $ONETILL_URL or http://127.0.0.1:8080" },
        { "key", "KEY", "the API key; better in $ONETILL_KEY, where other users do not see it" },
    },
};
