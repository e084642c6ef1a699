/* availability_inner.h — what the files of availability share: the rules and places of a channel as they
 * lie in memory. Nobody else includes it. */
#ifndef SHOP_AVAILABILITY_INNER_H
#define SHOP_AVAILABILITY_INNER_H

#include "shop/availability/availability.h"

typedef enum { RULE_SAFETY, RULE_BUFFER, RULE_OFFER, RULE_POLICY, RULE_KINDS } RuleKind;
typedef enum { MODE_OTHER, MODE_NO, MODE_BACKORDER, MODE_PREORDER } RuleMode;

typedef struct {
    Scope    scope;
    RuleKind kind;
    RuleMode mode;
    int64_t  quantity, lead_days, release_ms;
} AvailabilityRuleKept;

/* All rules of a merchant, those of single items only when there are few of them. */
typedef struct {
    AvailabilityRuleKept *general, *of_items; /* of_items: by item */
    size_t                general_count, of_items_count;
    bool                  all_items;      /* of_items has them all */
    bool                  has_categories; /* a rule is for a category */
} RuleBook;

typedef struct {
    Str                code, kind;
    bool               keeps_safety, hard;
    int64_t            buffer; /* the standard one */
    AvailabilityPlace *places; /* by code */
    size_t             place_count;
} ChannelBook;

struct Availability {
    const ChannelBook *channel;
    const RuleBook    *rules;
};

bool rule_book_load(Ctx *ctx, const RuleBook **out, Error *err) MUST_USE;
bool channel_book_load(Ctx *ctx, Str channel, const ChannelBook **out, Error *err) MUST_USE;

/* The rules of one item, from a book that has not all of them. */
bool rule_book_item(Ctx *ctx, Id item, AvailabilityRuleKept **out, size_t *count, Error *err) MUST_USE;

#endif
