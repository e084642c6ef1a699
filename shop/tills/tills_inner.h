/* tills_inner.h — what the files of tills share. */
#ifndef SHOP_TILLS_INNER_H
#define SHOP_TILLS_INNER_H

#include "shop/ledger/ledger.h"
#include "shop/tills/tills.h"

enum { TILL_CURRENCIES_MAX = 30, TILL_HASH_BYTES = 32 };

typedef struct {
    Id      id, opened_by;
    Str     location, drawer, till, cashier, state;
    int64_t opened_ms, closed_ms, z_number, number, documents;
    bool    offline;
} ShiftRow;

/* Errors: NOT_FOUND at `id`. */
bool shift_get(Ctx *ctx, Id id, ShiftRow *out, Error *err) MUST_USE;

/* The same, locked, for somebody who may change it: who works at it, or who manages tills. Errors:
 * NOT_FOUND, SHIFT_NOT_YOURS at `id`. */
bool shift_take(Ctx *ctx, Id id, ShiftRow *out, Error *err) MUST_USE;

/* Leads it on by an event of its machine. Errors: STATE_REFUSED at `id`. */
bool shift_step(Ctx *ctx, ShiftRow *shift, const char *event, Error *err) MUST_USE;

/* The shift for a reply. `keys`: with who works at it. */
bool shift_show(Ctx *ctx, const ShiftRow *shift, bool keys, Shift *out, Error *err) MUST_USE;

typedef struct {
    Id                id;
    Str               location, drawer, till, cashier;
    Id                key; /* who works at it, or none */
    int64_t           opened_ms, number, documents;
    bool              offline;
    const FloatInput *floats;
    size_t            float_count;
} ShiftStart;

/* Opens a shift with its floats. Errors: DRAWER_UNKNOWN, DRAWER_BUSY, KEY_BUSY, SAFE_SHORT, COIN_UNKNOWN …
 */
bool shift_start(Ctx *ctx, const ShiftStart *start, ShiftRow *out, Error *err) MUST_USE;

/* How many documents of an offline register have not come; 0 for others. */
bool shift_missing(Ctx *ctx, const ShiftRow *shift, int64_t *missing, Error *err) MUST_USE;

/* Adds a count: amounts are checked against coins. Errors: at counts[i].… */
bool shift_put_counts(Ctx *ctx, const ShiftRow *shift, const Counted *counts, size_t count,
                      Error *err) MUST_USE;

/* How much coins add up to, or the amount; both when they agree. Errors: COIN_UNKNOWN, COUNT_SUM,
 * FIELD_INVALID. */
bool coins_sum(Str currency, int64_t amount, const Coins *coins, size_t count, int64_t *sum,
               Error *err) MUST_USE;

/* --- cash --- */

Str        till_cash_account(Ctx *ctx, Str location);
Str        till_safe_account(Ctx *ctx, Str location);
LedgerSide till_drawer_side(Ctx *ctx, Str location, Str drawer); /* of what is left between shifts */

/* Locks the books of the tills of a location: its numbers, its safe. */
typedef struct {
    Str     location;
    int64_t last;
    Str     hash;
} TillBooks;
bool till_lock(Ctx *ctx, Str location, TillBooks *out, Error *err) MUST_USE;

/* What is in the safe. The books must be locked. */
bool till_safe_has(Ctx *ctx, Str location, Str currency, int64_t *amount, Error *err) MUST_USE;

typedef struct {
    Id      id; /* or none: a new one */
    Str     kind, currency;
    int64_t amount, from_safe;
    Str     reason, reference;
    Id      done_by, approved_by;
    int64_t at_ms;
} ActionRow;

/* Puts down what was done and books it; *made is false when it is there already. Errors: SAFE_SHORT at
 * `amount`. */
bool action_put(Ctx *ctx, const ShiftRow *shift, ActionRow *action, bool *made, Error *err) MUST_USE;

/* --- reports --- */

typedef struct {
    const ShiftKeep *keep;
    size_t           keep_count;
    bool             keep_all;
    Str              reason;
    Id               approval;
    int64_t          closed_ms;
} ShiftEnd;

/* Closes a shift that was counted, and makes its Z report. Errors: STATE_REFUSED, SHIFT_UNCOUNTED,
 * APPROVAL_…, FIELD_INVALID at `keep`. */
bool shift_end(Ctx *ctx, ShiftRow *shift, const ShiftEnd *end, ShiftReport *out, Error *err) MUST_USE;

/* How it stands. `told`: also what should be in the drawer. */
bool report_make(Ctx *ctx, const ShiftRow *shift, bool told, ShiftReport *out, Error *err) MUST_USE;

/* The report of a closed shift, as it was made. */
bool report_read(Ctx *ctx, Str location, int64_t number, ZReport *out, Error *err) MUST_USE;

/* Gives a report the next number, chains and keeps it. */
bool report_keep(Ctx *ctx, TillBooks *books, ShiftReport *report, Error *err) MUST_USE;

#endif
