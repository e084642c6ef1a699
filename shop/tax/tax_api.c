/* tax_api.c — the routes of tax. See api.def. */
#include "shop/tax/tax.h"

#define API_DEF "shop/tax/api.def"
#define CAPABILITY tax
#include "shop/api_define.h"
