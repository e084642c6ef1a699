/* settle_inner.h — what the files of settle share: a part of a file that is being judged. */
#ifndef FLOWS_SETTLE_INNER_H
#define FLOWS_SETTLE_INNER_H

#include "all_sql.h"
#include "flows/settle.h"
#include "shop/reconciliation/reconciliation.h"

/* A line, what is known of it, and what came of it. */
typedef struct {
    SettleLine   line;
    int64_t      n;                      /* line of the file */
    Id           key;                    /* by which it is known in another file (16 bytes) */
    bool         again, twice;           /* it is in another file; it is in this one */
    Id           payment, refund, order; /* our keys, or none */
    int64_t      payment_n;
    SettleKnown  known;
    SettleResult result;
} SettleItem;

/* A record that could not be read. */
typedef struct {
    int64_t n;
    Str     text, why;
} SettleBad;

typedef struct {
    Ctx         *ctx;
    ReconFindRow head; /* the file as it is before this part */
    SettleFile   file;
    SettleRate   rate;
    SettleItem  *items;
    size_t       count, room;
    SettleBad   *bad;
    size_t       bad_count, bad_room;
    int64_t      ignored;
} SettleChunk;

/* What is known of the lines: which are in, their payments and refunds; and what that makes of them. */
bool settle_load(SettleChunk *chunk, Error *err) MUST_USE;

/* The same for lines that are in already: only their payments are looked for. */
bool settle_again(SettleChunk *chunk, Error *err) MUST_USE;

/* The lines of a bank statement beside payouts and deposits. */
bool settle_bank_lines(SettleChunk *chunk, Error *err) MUST_USE;

/* Writes lines, differences, payouts, and books. */
bool settle_apply(SettleChunk *chunk, int64_t *entries, Error *err) MUST_USE;

/* A file that is read: its payouts, and what came right meanwhile. *more: there is more to do. */
bool settle_finish(Ctx *ctx, const ReconFindRow *head, bool *more, Error *err) MUST_USE;

/* What of a service is in no file: one window of time. */
bool settle_look(Ctx *ctx, const ReconTermsDueRow *terms, Error *err) MUST_USE;

enum { SETTLE_WINDOW_MS = 3600000 };

/* The thing that a difference of a payout or of a deposit is about. */
Id settle_payout_subject(Ctx *ctx, Str service, Str reference, Str currency);
Id settle_deposit_subject(Ctx *ctx, Id document, int64_t n);

/* JSON lists for set-wise statements. */
void settle_put_id(Buf *buf, Id id); /* hexadecimal digits, or null */

#endif
