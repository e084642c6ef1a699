/* promo_check.h — whether a promotion can be meant: finds what contradicts itself, can never apply or says
 * nothing, as docs/PROMOTIONS.md defines it. Used when a promotion is saved, before a set goes live, and by
 * the register before it takes a set over. Pure; what only a database knows (whether a SKU exists) is not
 * asked. */
#ifndef CORE_PROMO_CHECK_H
#define CORE_PROMO_CHECK_H

#include "core/price.h"

enum { PROMO_FAULTS_MAX = 32 };

typedef struct {
    char code[64];    /* the promotion */
    char field[96];   /* path within it, "tiers[1].percent" */
    char reason[160]; /* a sentence without a capital and a full stop */
    bool warning;     /* it may be meant; nobody is kept from it */
} PromoFault;

typedef struct {
    PromoFault items[PROMO_FAULTS_MAX]; /* the first ones */
    size_t     count;
    size_t     refused; /* how many are no warnings, also beyond the first ones */
} PromoFaults;

/* Appends a fault, e.g. one that only a database knows. */
void promo_fault(PromoFaults *out, const Promotion *promotion, const char *field, const char *reason);
void promo_warning(PromoFaults *out, const Promotion *promotion, const char *field, const char *reason);

/* Appends what is wrong with one promotion by itself. `limits` (or NULL): the merchant's guardrails. */
void promo_check(const Promotion *promotion, const Guardrails *limits, PromoFaults *out);

/* What is wrong with a promotion beside others, which are told one by one: begin, other …, end. */
typedef struct {
    const Promotion *promotion;
    PromoFaults     *out;
    uint32_t         met; /* bit i: another is in sets[i] */
    int              ties;
} PromoBeside;

void promo_beside_begin(PromoBeside *beside, const Promotion *promotion, PromoFaults *out);
void promo_beside_other(PromoBeside *beside, const Promotion *other);
void promo_beside_end(PromoBeside *beside);

/* All of it for a whole set, before it goes live. */
void promo_check_set(const Promotion *list, size_t count, const Guardrails *limits, PromoFaults *out);

/* The most that it can take off: as a share (parts per million) of what it is taken off, and in one basket
 * (INT64_MAX: no limit). Never too little; an amount off goods of unknown price counts as all of it. A
 * discount of shipping has no share. */
int64_t promo_worst_rate(const Promotion *promotion);
int64_t promo_worst_amount(const Promotion *promotion);

#endif
