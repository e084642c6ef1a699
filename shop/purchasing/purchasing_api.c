/* purchasing_api.c — the tables of purchasing. See api.def; its routes are in the parts of this folder and,
 * where stock moves, in flows/. */
#include "shop/purchasing/purchasing.h"

#define API_DEF "shop/purchasing/api.def"
#define CAPABILITY purchasing
#include "shop/api_define.h"
