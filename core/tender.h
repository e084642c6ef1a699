/* tender.h — the kinds of tenders, as rows in core/tender.def. Pure.
 * Words: tender: what a customer pays with; taken at once: the money is there when the order is; by
 * service: a payment service is asked after the commit; by hand: a person says when it has come. */
#ifndef CORE_TENDER_H
#define CORE_TENDER_H

#include "base/str.h"

typedef enum {
#define TENDER(NAME, kind, needs, when, account, part, label, meaning) TENDER_##NAME,
#include "core/tender.def"
#undef TENDER
    TENDER_COUNT
} TenderKind;

typedef enum { TENDER_AT_ONCE, TENDER_BY_SERVICE, TENDER_BY_HAND } TenderWhen;

/* What must come with it; NEEDS_INSIDE: nobody may send it, the program makes it. */
typedef enum {
    NEEDS_NOTHING,
    NEEDS_TOKEN,
    NEEDS_CODE,
    NEEDS_CUSTOMER,
    NEEDS_REFERENCE,
    NEEDS_INSIDE
} TenderNeeds;

typedef struct {
    const char *kind;
    TenderNeeds needs;
    TenderWhen  when;
    const char *account; /* kind of account it is booked to, see account.h */
    const char *part;    /* whose part of that: card, customer; empty: nobody's */
    const char *label;   /* on a receipt */
    const char *meaning;
} TenderRow;

/* The row of a kind, or NULL when there is none. */
const TenderRow *tender_find(Str kind);

const TenderRow *tender_row(TenderKind kind);

/* Whether `kind` is that one. */
bool tender_is(Str kind, TenderKind which);

#endif
