/* book.h — the payment service's own account of what it charged and gave back: the outside truth that
 * tests compare the shop with. In memory. Not for several threads at once.
 * A charge captures at once, or is only authorised first: then it is captured in parts until all of it is,
 * the rest is given up (void), or its time is over.
 * Invariants: one charge for each key; amount >= captured >= refunded >= 0; a reversed key never charges
 * again. */
#ifndef PSP_BOOK_H
#define PSP_BOOK_H

#include "base/str.h"
#include "psp/behaviour.h"

enum { KEY_MAX = 64 };

typedef enum {
    CHARGE_PENDING,
    CHARGE_AUTHORISED, /* the amount is held; part of it may be captured */
    CHARGE_CAPTURED,
    CHARGE_DECLINED,
    CHARGE_REVERSED, /* nothing is held and nothing was taken */
    CHARGE_EXPIRED,  /* the same, as its time was over */
} ChargeState;

typedef struct Charge Charge;
struct Charge {
    char         key[KEY_MAX + 1];
    int64_t      number; /* 1, 2 …; 0: a key that was reversed before it ever charged */
    ChargeState  state;
    bool         held; /* authorised first, captured later */
    int64_t      amount, captured, refunded;
    int64_t      requested; /* more than `amount` when only that was approved */
    int64_t      disputed;  /* taken back by a chargeback */
    int64_t      paid_out, taken_out; /* of what was captured at once, and of `disputed`: in payouts */
    int64_t      expires_ms; /* of what is held; 0: of none */
    char         currency[4];
    char         token[KEY_MAX + 1];
    char         reason[REASON_MAX];
    const Brand *brand;
    Charge      *next; /* in the order they came */
};

typedef struct Refund Refund;
struct Refund {
    char    key[KEY_MAX + 1];
    int64_t number;
    Charge *charge;
    int64_t amount;
    bool    paid_out; /* it is in a payout */
    Refund *next;     /* in the order they came */
};

typedef Refund Capture; /* the same members: part of a charge that was taken */

typedef struct Book Book;

Book *book_create(void); /* NULL: no memory */
void  book_destroy(Book *book);

/* The charge of a key, or NULL. */
Charge *book_find(const Book *book, Str key);

/* A new charge, pending; NULL when there is no memory. The key must be new. */
Charge *book_add(Book *book, Str key, int64_t amount, Str currency, Str token, const Brand *brand);

/* The charge approved: captured, or held until `expires_ms`. */
void book_approve(Charge *charge, int64_t expires_ms);

/* What is held ends with its time: called before anybody looks at a charge. */
void book_age(Charge *charge, int64_t now_ms);

Capture *book_find_capture(const Book *book, Str key);

/* Takes part of what is held; the caller has looked that it is enough. NULL: no memory. */
Capture *book_capture(Book *book, Str key, Charge *charge, int64_t amount);

/* Gives up the rest of what is held, if any; the key never takes more. NULL: no memory. */
Charge *book_void(Book *book, Str key);

/* Makes sure that the key will never charge; what was captured is given back. NULL: no memory. */
Charge *book_reverse(Book *book, Str key);

Refund *book_find_refund(const Book *book, Str key);

/* Gives back part of a captured charge; the caller has looked that it is enough. NULL: no memory. */
Refund *book_refund(Book *book, Str key, Charge *charge, int64_t amount);

/* The first charge; follow `next`. */
Charge *book_first(const Book *book);
Refund  *book_first_refund(const Book *book);
Capture *book_first_capture(const Book *book);

const char *charge_state_name(ChargeState state);

#endif
