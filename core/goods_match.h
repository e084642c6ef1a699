/* goods_match.h — for which goods a rule holds: items, categories, brands, tags, and those it leaves
 * out. Pure. */
#ifndef CORE_GOODS_MATCH_H
#define CORE_GOODS_MATCH_H

#include "base/form.h"

/* What rules ask about an item. */
typedef struct {
    Str      sku, brand;
    TextList categories; /* its own first, then those above it */
    TextList tags;
} GoodsFacts;

/* An empty list asks for nothing; of several lists an item must be in each. */
typedef struct {
    TextList skus, categories, brands, tags, except_skus, except_categories;
} GoodsMatch;

/* The lists of a rule that has all six. */
#define GOODS_OF(rule)                                                                              \
    ((GoodsMatch){ (rule)->skus, (rule)->categories, (rule)->brands, (rule)->tags,                  \
                   (rule)->except_skus, (rule)->except_categories })

bool goods_match(const GoodsMatch *match, const GoodsFacts *goods);

/* Whether a text is in a list; whether one of several is; whether the list is empty or the text in
 * it. */
bool texts_have(TextList list, Str text);
bool texts_have_any(TextList list, TextList texts);
bool texts_allow(TextList list, Str text);

#endif
