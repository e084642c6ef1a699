/* settle.h — settlement files and bank statements are read, matched to payments, captures, refunds and
 * deposits, and booked. A file comes in parts (shop/reconciliation); each part is read, judged
 * (core/settle.h) and booked in one transaction with set-wise statements, so a crash loses nothing and
 * does nothing twice. When all of a file is read its payouts are booked and compared, and what came right
 * meanwhile ends. What is in no file after the days that were agreed is looked for by the hour. */
#ifndef FLOWS_SETTLE_H
#define FLOWS_SETTLE_H

#include "core/settle_read.h"
#include "shop/ctx.h"

/* A JobStep: goes on with what there is to be read for some seconds, then with what misses. */
bool settle_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err) MUST_USE;

/* A record of a file. */
typedef struct {
    int64_t line;  /* of the text on which it begins, from 1 */
    Str     bytes; /* with its line end */
    Str    *cells;
    size_t  count; /* 0: it cannot be split: a quote is left open, or it is too long */
} SettleRecord;

enum { SETTLE_RECORD_MAX = 1 << 16 };

/* Text that is split into records, blank lines left out. */
typedef struct SettleSplit SettleSplit;
struct SettleSplit {
    Arena *arena;
    Str    text;
    char   delimiter;
    size_t width; /* cells of a record; 0: not known yet. May be set by `each` */
    bool   last;  /* nothing comes behind the text */
    bool (*each)(SettleSplit *split, const SettleRecord *record, Error *err);
    void   *arg;
    Str     rest;  /* out: the begin of a record whose end is not there */
    int64_t lines; /* out: that were passed */
};

bool settle_split(SettleSplit *split, Error *err) MUST_USE;

#endif
