/* tills.h — drawers, the shifts at them, and what becomes of their cash. Owns drawers, policies, shifts
 * with what is done and counted in them, Z reports, moves of safes, and bags for the bank; sales and
 * returns are only noted here by what a report says of them.
 *
 * Words: drawer: where cash lies; shift: a period of it, from the float to the Z report; a part of the
 * account cash:LOCATION in the ledger is kept apart for each shift, and between shifts for the drawer;
 * late: what came to a shift after its Z report. States: open, counting (nothing is sold at it), closed;
 * core/machines.def. Invariants: a drawer has one shift at a time, an API key works at one shift of a
 * location. What should be in a drawer is the part of the ledger of its shift; once it is closed that is
 * nothing: what was counted stays with the drawer or went to the safe, the difference to cash_over_short,
 * and what comes late is put against it at once. Z numbers of a location are 1, 2, 3 … without gap or
 * twin: a number is given in the transaction that stores its report, under the lock of the row z_series,
 * so a crash leaves both or none. A report is chained to the one before by its hash. What is sold at a
 * shift is in exactly one Z report: its own, or, late, the next of its location. */
#ifndef SHOP_TILLS_H
#define SHOP_TILLS_H

#include "shop/common.h"

#define API_DEF "shop/tills/api.def"
#include "shop/api_declare.h"

/* --- for the flows that take and give money --- */

/* At which shift something is sold. */
typedef struct {
    Id   id; /* none: at no shift */
    Str  location;
    bool closed; /* what comes now is late */
} TillShift;

/* The shift of a document: the one it names, or that of the key that asks; none is fine unless `cash` is
 * to be taken or given and the policy of the location asks for a shift. Nobody closes it before the
 * transaction ends. Errors: NOT_FOUND, SHIFT_ELSEWHERE, SHIFT_COUNTING, SHIFT_CLOSED at `shift`;
 * SHIFT_NEEDED. */
bool tills_shift(Ctx *ctx, Str location, Id named_or_none, bool cash, TillShift *out, Error *err) MUST_USE;

/* Keeps at which shift a payment was taken, or a refund made, that is settled later; and tells it again,
 * when the shift may be closed. None: at no shift. */
bool tills_remember(Ctx *ctx, Id document, Id shift, Error *err) MUST_USE;
bool tills_remembered(Ctx *ctx, Id document, TillShift *out, Error *err) MUST_USE;

typedef struct {
    Str     name;
    int64_t ppm, base, amount;
} TillTax;

typedef struct {
    Id             document;
    bool           is_return;
    int64_t        number;
    Str            currency;
    int64_t        gross, discount, net, tax, rounding, gift_cards, overrides;
    const TillTax *taxes;
    size_t         tax_count;
} TillSale;

/* Notes a sale or return that is done. Nothing when there is no shift. */
bool tills_note_sale(Ctx *ctx, const TillShift *shift, const TillSale *sale, Error *err) MUST_USE;

typedef struct {
    Id      id, document; /* the payment or refund, and what it is for */
    Str     kind, currency;
    int64_t amount; /* with tip and surcharge; below zero: given */
    int64_t tip;
    bool    undone; /* what was noted before is taken back */
    Str     coin;   /* of foreign cash: its currency, or empty */
    int64_t coins;  /* of it; `change` is given in the document's currency */
    int64_t change;
} TillTender;

/* Notes what was taken or given. The cash of it has been posted to the shift's part of cash:LOCATION; when
 * the shift is closed it is put against cash_over_short here: whoever counted has counted it. */
bool tills_note_tender(Ctx *ctx, const TillShift *shift, const TillTender *tender, Error *err) MUST_USE;

/* --- for the flow that closes a location --- */

/* Brings what is in drawers and the safe together: all cash of the location is in its tills, kept apart
 * for nobody. Errors: DRAWER_BUSY while a shift is open. */
bool tills_gather(Ctx *ctx, Str location, Error *err) MUST_USE;

/* --- for verify --- */

/* Walks the chains of Z reports; *bad_location is where one does not fit, or none. */
bool tills_verify_chain(Ctx *ctx, int64_t *reports, Str *bad_location, int64_t *bad_number,
                        Error *err) MUST_USE;

#endif
