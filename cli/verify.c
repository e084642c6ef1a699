/* verify.c — `onetill verify`: is everything in the database as it must be? */
#include "flows/verify.h"

#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>

static bool check(Ctx *ctx, void *arg, Error *err)
{
    return verify_run(ctx, arg, err);
}

static void show_rows(const VerifyResult *result)
{
    for (int64_t i = 0; i < result->broken && i < VERIFY_SHOWN_MAX; i++) {
        const VerifyRow *row = &result->rows[i];
        char             id[ID_TEXT_LEN];
        id_format(row->id, id);
        printf("       merchant %" PRId64 " %.*s %s: %" PRId64 " expected, %" PRId64 " found\n",
               row->merchant, id_is_none(row->id) ? 0 : ID_TEXT_LEN, id, row->what, row->expected,
               row->found);
    }
    if (result->broken > VERIFY_SHOWN_MAX)
        printf("       and %" PRId64 " more\n", result->broken - VERIFY_SHOWN_MAX);
}

static void show(const VerifyReport *report)
{
    int64_t took = 0;
    for (size_t i = 0; i < report->count; i++) {
        const VerifyResult *r = &report->results[i];
        took += r->took_ms;
        printf("%-4s %-26s %9" PRId64 " rows %6" PRId64 " ms  %s\n",
               r->skipped  ? "skip"
               : r->broken ? "FAIL"
                           : "ok",
               r->name, r->checked, r->took_ms, r->meaning);
        show_rows(r);
    }
    if (report->broken == 0) printf("All %zu invariants hold (%" PRId64 " ms).\n", report->count, took);
    else printf("%" PRId64 " rows break what must always be true.\n", report->broken);
}

static void show_json(Arena *arena, const VerifyReport *report)
{
    Buf buf = buf_make(arena, 1 << 14);
    buf_format(&buf, "{\"whole\":%s,\"broken\":%" PRId64 ",\"invariants\":[",
               report->broken ? "false" : "true", report->broken);
    for (size_t i = 0; i < report->count; i++) {
        const VerifyResult *r = &report->results[i];
        buf_format(&buf,
                   "%s{\"name\":\"%s\",\"checked\":%" PRId64 ",\"broken\":%" PRId64 ",\"took_ms\":%" PRId64
                   ",\"skipped\":%s,\"rows\":[",
                   i ? "," : "", r->name, r->checked, r->broken, r->took_ms, r->skipped ? "true" : "false");
        for (int64_t k = 0; k < r->broken && k < VERIFY_SHOWN_MAX; k++) {
            const VerifyRow *row = &r->rows[k];
            char             id[ID_TEXT_LEN];
            id_format(row->id, id);
            buf_format(&buf, "%s{\"merchant\":%" PRId64 ",\"id\":\"%.*s\",\"what\":", k ? "," : "",
                       row->merchant, ID_TEXT_LEN, id);
            buf_json_string(&buf, str_from(row->what));
            buf_format(&buf, ",\"expected\":%" PRId64 ",\"found\":%" PRId64 "}", row->expected, row->found);
        }
        buf_add(&buf, STR("]}"));
    }
    buf_add(&buf, STR("]}"));
    Str text = buf_str(&buf);
    printf("%.*s\n", STR_FMT(text));
}

static int run(Cli *cli)
{
    Error        err     = { 0 };
    Db          *db      = NULL;
    VerifyReport report  = { 0 };
    DbOptions    options = { .url = cli_database(cli), .readers = 1, .read_only = true };
    if (!db_open(&options, false, &db, &err)) return cli_fail(&err);
    bool ok = cli_step(cli, db, check, &report, &err);
    db_close(db);
    if (!ok) return cli_fail(&err);
    if (cli->json) show_json(cli->arena, &report);
    else show(&report);
    return report.broken ? CLI_REFUSED : CLI_OK;
}

const Command command_verify = {
    .words     = "verify",
    .run       = run,
    .arguments = "",
    .summary   = "Prove that the whole database is right: stock, money, documents, audit trail.",
    .more      = "Works beside a running server, on one moment of the shop. Reads everything; prints each\n"
                 "invariant with the rows checked, and the rows that break it. Exit code 1 when any does.",
    .examples  = "  onetill verify\n  onetill verify --json | jq '.invariants[] | select(.broken > 0)'\n",
    .options   = { OPTION_DB },
};
