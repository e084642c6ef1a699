/* verify.h — proves that the whole database is right: every invariant of stock, money and documents, one
 * SQL statement each that returns the rows which break it (queries.sql, verify_…). Changes nothing;
 * may run beside a working shop, on one snapshot. The list is flows/verify.def. */
#ifndef FLOWS_VERIFY_H
#define FLOWS_VERIFY_H

#include "shop/ctx.h"

enum { VERIFY_SHOWN_MAX = 10 }; /* broken rows that are told in full; all are counted */

typedef struct {
    int64_t merchant;
    Id      id; /* of the order, return or item; none where there is none */
    char    what[100]; /* cut when longer */
    int64_t expected, found;
} VerifyRow;

typedef struct {
    const char *name, *meaning;
    int64_t     checked, broken, took_ms;
    bool        skipped; /* not for this engine */
    VerifyRow   rows[VERIFY_SHOWN_MAX];
} VerifyResult;

typedef struct {
    VerifyResult *results; /* in ctx->arena */
    size_t        count;
    int64_t       broken; /* rows, all together */
} VerifyReport;

/* Checks all merchants; needs a reading transaction. False only when it could not be done. */
bool verify_run(Ctx *ctx, VerifyReport *out, Error *err) MUST_USE;

#endif
