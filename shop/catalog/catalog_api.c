/* catalog_api.c — the routes of catalog. See api.def. */
#include "shop/catalog/catalog.h"

#define API_DEF "shop/catalog/api.def"
#define CAPABILITY catalog
#include "shop/api_define.h"
