/* book.c — what was charged and given back. See book.h. */
#include "psp/book.h"

#include <assert.h>
#include <search.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct Book {
    void   *charges, *refunds; /* trees by key (search.h); a key is the first member of both */
    Charge *first, *last;
    int64_t charge_count, refund_count;
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
    charge->amount = amount;
    charge->brand  = brand;
    copy(charge->currency, sizeof charge->currency, currency);
    copy(charge->token, sizeof charge->token, token);
    return charge;
}

Charge *book_reverse(Book *book, Str key)
{
    Charge *charge = book_find(book, key);
    if (!charge) charge = append(book, key);
    if (charge && charge->state != CHARGE_DECLINED) charge->state = CHARGE_REVERSED;
    return charge;
}

Refund *book_refund(Book *book, Str key, Charge *charge, int64_t amount)
{
    assert(charge->state == CHARGE_CAPTURED);
    assert(amount > 0 && amount <= charge->amount - charge->refunded);
    Refund *refund = calloc(1, sizeof *refund);
    if (!refund) return NULL;
    copy(refund->key, sizeof refund->key, key);
    if (!tsearch(refund, &book->refunds, by_key)) {
        free(refund);
        return NULL;
    }
    refund->number = ++book->refund_count;
    refund->charge = charge;
    refund->amount = amount;
    charge->refunded += amount;
    return refund;
}

const Charge *book_first(const Book *book)
{
    return book->first;
}

const char *charge_state_name(ChargeState state)
{
    switch (state) {
    case CHARGE_PENDING: return "pending";
    case CHARGE_CAPTURED: return "captured";
    case CHARGE_DECLINED: return "declined";
    case CHARGE_REVERSED: return "reversed";
    }
    UNREACHABLE();
}
