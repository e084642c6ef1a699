/* receipt.h — a receipt as text, 42 columns wide, as most receipt printers take it. Pure: the same in the
 * server and in the register. */
#ifndef CORE_RECEIPT_H
#define CORE_RECEIPT_H

#include "core/money.h"

enum { RECEIPT_COLUMNS = 42 };

typedef struct {
    Str     name; /* of a tax, a tender … */
    int64_t base, amount;
    Str     mark; /* of a tax, or none */
} ReceiptSum;

typedef struct {
    Str               name, sku, mark; /* of its taxes, or none */
    int64_t           qty_milli, unit_price, discount; /* minor units */
    const ReceiptSum
        *changes; /* what was taken off, by name (amount below 0), and fees; may be less than all */
    size_t            change_count;
    int64_t           changed_off; /* how much of `discount` is among them */
    const Str        *notes;       /* printed below: lots, serial numbers, parts */
    size_t            note_count;
} ReceiptLine;

typedef struct {
    Str               merchant, address, tax_number, location, number, when, currency;
    bool              prices_include_tax;
    const ReceiptLine *lines;
    size_t            line_count;
    int64_t           subtotal, discount, net, tax, total, cash_rounding, change;
    const ReceiptSum *extras; /* shipping and what was taken off it */
    size_t            extra_count;
    int64_t           saved; /* all that was taken off */
    const ReceiptSum *taxes;
    size_t            tax_count;
    const ReceiptSum *tenders;
    size_t            tender_count;
} ReceiptDoc;

/* The text lives in the arena; control and bidirectional override characters in names are shown as '?'.
 * Errors: MEMORY. */
bool receipt_text(Arena *arena, const ReceiptDoc *doc, Str *out, Error *err) MUST_USE;

#endif
