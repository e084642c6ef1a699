/* shop.c — the list of capabilities, from shop.def. */
#include "shop/api.h"

#define CAPABILITY_ROW(name) extern const Capability name##_capability;
#include "shop/shop.def"
#undef CAPABILITY_ROW

#define CAPABILITY_ROW(name) &name##_capability,
const Capability *const shop_all[] = {
#include "shop/shop.def"
};
const size_t shop_count = COUNT(shop_all);
