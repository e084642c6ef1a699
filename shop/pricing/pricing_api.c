/* pricing_api.c — the routes of pricing. See api.def. */
#include "shop/pricing/pricing.h"

#define API_DEF "shop/pricing/api.def"
#define CAPABILITY pricing
#include "shop/api_define.h"
