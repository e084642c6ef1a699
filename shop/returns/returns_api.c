/* returns_api.c — the tables of returns. See api.def; the routes are recipes of flows/give_back.c. */
#include "shop/returns/returns.h"

#define API_DEF "shop/returns/api.def"
#define CAPABILITY returns
#include "shop/api_define.h"
