/* counts.h — goods that are counted, adjusted with a reason, or brought in with a time. Owns these documents,
 * not the stock: flows/count.c, flows/adjust.c and flows/stock_import.c move it.
 * Words: the reference time of a line is when it was counted; the ledger is what the stock ledger had then.
 * Sales go on while people count: `diff` is counted less ledger, both at the reference time, so whatever
 * moves later is neither lost nor counted twice. Of two counts of one place the one with the later reference
 * time holds, whichever is approved first.
 * Invariants: the moves of a count are the diffs of its approved and moved lines; diff = counted - ledger. */
#ifndef SHOP_COUNTS_H
#define SHOP_COUNTS_H

#include "shop/common.h"

#define API_DEF "shop/counts/api.def"
#include "shop/api_declare.h"

enum { COUNT_LINES_MAX = 20000 /* approved in one transaction, in about half a second */ };

/* One count, without figures. Errors: NOT_FOUND. counts_lock keeps others from changing it. */
bool counts_get(Ctx *ctx, Id id, Count *out, Error *err) MUST_USE;
bool counts_lock(Ctx *ctx, Id id, Count *out, Error *err) MUST_USE;

/* A new count, as it says; made_at, made_by and id are set. */
bool counts_put(Ctx *ctx, Count *count, Error *err) MUST_USE;

/* Makes a count as asked, of the scopes skus, category and all. Errors: FIELD_INVALID, COUNT_SCOPE. */
bool counts_make(Ctx *ctx, const CountInput *request, Count *reply, Error *err) MUST_USE;

/* The count named by another system, if it is in. */
bool counts_by_reference(Ctx *ctx, Str reference, Id *id, bool *found, Error *err) MUST_USE;

/* Takes a step of MACHINE_STOCK_COUNT, with audit row and event. Errors: STATE_REFUSED. */
bool counts_step(Ctx *ctx, Count *count, Str event, Str note, Error *err) MUST_USE;

typedef struct {
    Id      id;
    int64_t step; /* of its quantities, thousandths */
    int64_t cost; /* of one whole unit, minor units; 0: not known */
} CountItem;

/* An item that can be counted. Errors at `field`: NOT_FOUND, COUNT_SCOPE (a service). */
bool counts_item(Ctx *ctx, Str sku, const char *field, CountItem *out, Error *err) MUST_USE;

/* Errors: COUNT_SCOPE at `field` when there is no such location. */
bool counts_location(Ctx *ctx, Str code, const char *field, Error *err) MUST_USE;

typedef struct {
    Id      item;
    Str     location, zone, state;
    int64_t counted, ref_ms, diff, posted_ms;
} CountPut;

/* Adds a line, unless its place is in already. */
bool counts_line_put(Ctx *ctx, Id count, const CountPut *line, Error *err) MUST_USE;

typedef struct {
    Id      item;
    int64_t qty, ref_ms;
    Str     code, shelf; /* or empty */
    TextList serials;    /* of the pieces that were seen; none: by quantity alone */
} CountPutEntry;

/* Adds what somebody counted. Errors at `field`: COUNT_SCOPE (not to be counted, or not again). */
bool counts_entry_put(Ctx *ctx, const Count *count, const CountPutEntry *entry, const char *field,
                      Error *err) MUST_USE;

/* Compares every counted line with what the ledger had at its reference time. */
bool counts_compare(Ctx *ctx, Id count, Error *err) MUST_USE;

/* Fills count->figures and count->needs_other. */
bool counts_figure(Ctx *ctx, Count *count, Error *err) MUST_USE;

/* The same for a reply: not while a blind count goes on. */
bool counts_reply(Ctx *ctx, Count *count, Error *err) MUST_USE;

/* Whether who asks had a hand in the count. */
bool counts_is_own(Ctx *ctx, const Count *count, bool *own, Error *err) MUST_USE;

typedef struct {
    Id      item;
    Str     sku, location, zone;
    int64_t diff;
} CountDiff;

/* Serial numbers that were named in the last pass of a count, by item; those of a line follow each other. */
typedef struct {
    Id       item;
    Str      sku, location, zone;
    int64_t  ref_ms, counted; /* of the line */
    TextList serials;         /* of one entry */
} CountNamed;
bool counts_named(Ctx *ctx, Id count, CountNamed **out, size_t *n, Error *err) MUST_USE;

/* Before the approval: keeps others from approving counts of the same locations, sets lines aside that were
 * counted later by an approved count, compares again. The lines that differ, by item. */
bool counts_settle(Ctx *ctx, Id count, CountDiff **out, size_t *n, Error *err) MUST_USE;

typedef struct {
    Id  item;
    Str sku;
} CountImpossible;

/* For imports, before the approval: sets lines aside after whose adjustment less than nothing would stand
 * there; by item. */
bool counts_drop_impossible(Ctx *ctx, Id count, CountImpossible **out, size_t *n, Error *err) MUST_USE;

/* How many lines were counted later by another count. */
bool counts_superseded(Ctx *ctx, Id count, int64_t *n, Error *err) MUST_USE;

/* The lines are in the ledger now. */
bool counts_posted(Ctx *ctx, Id count, Error *err) MUST_USE;

/* Whether an approved count of the place holds for that time or a later one. */
bool counts_later(Ctx *ctx, Id item, Str location, Str zone, int64_t ref_ms, bool *yes, Error *err) MUST_USE;

/* --- adjustments --- */

typedef struct {
    Id      item;
    Str     sku, from_state, to_state;
    int64_t qty, cost;
    Str      lot;         /* absent: not named */
    int64_t  expires_day; /* as core/fefo.h counts; 0: not named */
    TextList serials;
} AdjustmentPut;

/* A new adjustment; id, value and state are set: it waits when it is over the limits. */
bool adjustments_put(Ctx *ctx, Adjustment *adjustment, const AdjustmentPut *lines, size_t count,
                     Error *err) MUST_USE;

/* One adjustment and its lines. Errors: NOT_FOUND. */
bool adjustments_get(Ctx *ctx, Id id, Adjustment *out, AdjustmentPut **lines, Error *err) MUST_USE;

/* Takes a step of MACHINE_STOCK_ADJUSTMENT. Errors: STATE_REFUSED, FOUR_EYES. */
bool adjustments_step(Ctx *ctx, Adjustment *adjustment, Str event, Error *err) MUST_USE;

/* Audit row and event of its state. */
bool adjustments_tell(Ctx *ctx, const Adjustment *adjustment, Error *err) MUST_USE;

#endif
