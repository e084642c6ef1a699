/* common.h — request and reply forms that several capabilities share. Owns no table. */
#ifndef SHOP_COMMON_H
#define SHOP_COMMON_H

#define API_DEF "shop/common/api.def"
#include "shop/api_declare.h"

enum { PAGE_STANDARD = 50 };

/* The limit of a page request, or the standard one. */
int64_t page_limit(int64_t asked);

#endif
