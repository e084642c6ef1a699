/* goods_match.c — for which goods a rule holds. See goods_match.h. */
#include "core/goods_match.h"

bool texts_have(TextList list, Str text)
{
    for (size_t i = 0; i < list.count; i++)
        if (str_eq(list.items[i], text)) return true;
    return false;
}

bool texts_have_any(TextList list, TextList texts)
{
    for (size_t i = 0; i < texts.count; i++)
        if (texts_have(list, texts.items[i])) return true;
    return false;
}

bool texts_allow(TextList list, Str text)
{
    return list.count == 0 || texts_have(list, text);
}

bool goods_match(const GoodsMatch *match, const GoodsFacts *goods)
{
    if (texts_have(match->except_skus, goods->sku)) return false;
    if (texts_have_any(match->except_categories, goods->categories)) return false;
    if (match->categories.count && !texts_have_any(match->categories, goods->categories))
        return false;
    if (match->tags.count && !texts_have_any(match->tags, goods->tags)) return false;
    return texts_allow(match->skus, goods->sku) && texts_allow(match->brands, goods->brand);
}
