/* customers_api.c — the routes of customers. See api.def. */
#include "shop/customers/customers.h"

#define API_DEF "shop/customers/api.def"
#define CAPABILITY customers
#include "shop/api_define.h"
