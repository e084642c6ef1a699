/* book.h — the payment service's own account of what it charged and gave back: the outside truth that
 * tests compare the shop with. In memory. Not for several threads at once.
 * Invariants: one charge for each key; captured >= refunded >= 0; a reversed key never charges again. */
#ifndef PSP_BOOK_H
#define PSP_BOOK_H

#include "base/str.h"
#include "psp/behaviour.h"

enum { KEY_MAX = 64 };

typedef enum { CHARGE_PENDING, CHARGE_CAPTURED, CHARGE_DECLINED, CHARGE_REVERSED } ChargeState;

typedef struct Charge Charge;
struct Charge {
    char         key[KEY_MAX + 1];
    int64_t      number; /* 1, 2 …; 0: a key that was reversed before it ever charged */
    ChargeState  state;
    int64_t      amount, refunded;
    char         currency[4];
    char         token[KEY_MAX + 1];
    char         reason[REASON_MAX];
    const Brand *brand;
    Charge      *next; /* in the order they came */
};

typedef struct {
    char    key[KEY_MAX + 1];
    int64_t number;
    Charge *charge;
    int64_t amount;
} Refund;

typedef struct Book Book;

Book *book_create(void); /* NULL: no memory */
void  book_destroy(Book *book);

/* The charge of a key, or NULL. */
Charge *book_find(const Book *book, Str key);

/* A new charge, pending; NULL when there is no memory. The key must be new. */
Charge *book_add(Book *book, Str key, int64_t amount, Str currency, Str token, const Brand *brand);

/* Makes sure that the key will never charge; what was captured is given back. NULL: no memory. */
Charge *book_reverse(Book *book, Str key);

Refund *book_find_refund(const Book *book, Str key);

/* Gives back part of a captured charge; the caller has looked that it is enough. NULL: no memory. */
Refund *book_refund(Book *book, Str key, Charge *charge, int64_t amount);

/* The first charge; follow `next`. */
const Charge *book_first(const Book *book);

const char *charge_state_name(ChargeState state);

#endif
