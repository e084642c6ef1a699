/* book.c — what was charged and given back. See book.h. */
#include "psp/book.h"

#include <assert.h>
#include <search.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct Book {
    void   *charges, *refunds, *captures; /* trees by key (search.h); a key is the first member of each */
    Charge *first, *last;
    Refund *first_refund, *last_refund, *first_capture, *last_capture;
    int64_t charge_count, refund_count, capture_count;
};

static_assert(offsetof(Charge, key) == 0 && offsetof(Refund, key) == 0, "the trees compare the keys");

static int by_key(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void copy(char *out, size_t size, Str text)
{
    assert(text.len < size);
    memcpy(out, text.ptr, text.len);
    out[text.len] = 0;
}

static void *find(void *const *tree, Str key)
{
    char text[KEY_MAX + 1];
    copy(text, sizeof text, key);
    void **node = tfind(text, tree, by_key);
    return node ? *node : NULL;
}

Book *book_create(void)
{
    return calloc(1, sizeof(Book));
}

void book_destroy(Book *book)
{
    tdestroy(book->charges, free);
    tdestroy(book->refunds, free);
    tdestroy(book->captures, free);
    free(book);
}

Charge *book_find(const Book *book, Str key)
{
    return find(&book->charges, key);
}

Refund *book_find_refund(const Book *book, Str key)
{
    return find(&book->refunds, key);
}

Capture *book_find_capture(const Book *book, Str key)
{
    return find(&book->captures, key);
}

static Charge *append(Book *book, Str key)
{
    Charge *charge = calloc(1, sizeof *charge);
    if (!charge) return NULL;
    copy(charge->key, sizeof charge->key, key);
    if (!tsearch(charge, &book->charges, by_key)) {
        free(charge);
        return NULL;
    }
    if (book->last) book->last->next = charge;
    else book->first = charge;
    book->last = charge;
    return charge;
}

Charge *book_add(Book *book, Str key, int64_t amount, Str currency, Str token, const Brand *brand)
{
    assert(!book_find(book, key));
    Charge *charge = append(book, key);
    if (!charge) return NULL;
    charge->number = ++book->charge_count;
    charge->amount = charge->requested = amount;
    charge->brand  = brand;
    copy(charge->currency, sizeof charge->currency, currency);
    copy(charge->token, sizeof charge->token, token);
    return charge;
}

Charge *book_reverse(Book *book, Str key)
{
    Charge *charge = book_find(book, key);
    if (!charge) charge = append(book, key);
    if (charge && charge->state != CHARGE_DECLINED) {
        charge->state    = CHARGE_REVERSED;
        charge->captured = charge->refunded = 0;
    }
    return charge;
}

void book_approve(Charge *charge, int64_t expires_ms)
{
    charge->state      = charge->held ? CHARGE_AUTHORISED : CHARGE_CAPTURED;
    charge->captured   = charge->held ? 0 : charge->amount;
    charge->expires_ms = charge->held ? expires_ms : 0;
}

/* Nothing is held any more. */
static void let_go(Charge *charge, ChargeState nothing_taken)
{
    charge->state = charge->captured ? CHARGE_CAPTURED : nothing_taken;
}

void book_age(Charge *charge, int64_t now_ms)
{
    if (charge->state == CHARGE_AUTHORISED && charge->expires_ms <= now_ms) let_go(charge, CHARGE_EXPIRED);
}

Charge *book_void(Book *book, Str key)
{
    Charge *charge = book_find(book, key);
    if (!charge || charge->state == CHARGE_PENDING) return book_reverse(book, key);
    if (charge->state == CHARGE_AUTHORISED) let_go(charge, CHARGE_REVERSED);
    return charge;
}

static Refund *add_part(void **tree, Str key, Charge *charge, int64_t amount)
{
    Refund *part = calloc(1, sizeof *part);
    if (!part) return NULL;
    copy(part->key, sizeof part->key, key);
    if (!tsearch(part, tree, by_key)) {
        free(part);
        return NULL;
    }
    part->charge = charge;
    part->amount = amount;
    return part;
}

static void append_part(Refund **first, Refund **last, Refund *part)
{
    if (*last) (*last)->next = part;
    else *first = part;
    *last = part;
}

Refund *book_refund(Book *book, Str key, Charge *charge, int64_t amount)
{
    assert(amount > 0 && amount <= charge->captured - charge->refunded);
    Refund *refund = add_part(&book->refunds, key, charge, amount);
    if (!refund) return NULL;
    refund->number = ++book->refund_count;
    append_part(&book->first_refund, &book->last_refund, refund);
    charge->refunded += amount;
    return refund;
}

Capture *book_capture(Book *book, Str key, Charge *charge, int64_t amount)
{
    assert(charge->state == CHARGE_AUTHORISED);
    assert(amount > 0 && amount <= charge->amount - charge->captured);
    Capture *capture = add_part(&book->captures, key, charge, amount);
    if (!capture) return NULL;
    capture->number = ++book->capture_count;
    append_part(&book->first_capture, &book->last_capture, capture);
    charge->captured += amount;
    if (charge->captured == charge->amount) charge->state = CHARGE_CAPTURED;
    return capture;
}

Charge *book_first(const Book *book)
{
    return book->first;
}

Refund *book_first_refund(const Book *book)
{
    return book->first_refund;
}

Capture *book_first_capture(const Book *book)
{
    return book->first_capture;
}

const char *charge_state_name(ChargeState state)
{
    switch (state) {
    case CHARGE_PENDING: return "pending";
    case CHARGE_AUTHORISED: return "authorised";
    case CHARGE_CAPTURED: return "captured";
    case CHARGE_DECLINED: return "declined";
    case CHARGE_REVERSED: return "reversed";
    case CHARGE_EXPIRED: return "expired";
    }
    UNREACHABLE();
}
