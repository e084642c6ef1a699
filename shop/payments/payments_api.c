/* payments_api.c — the tables of payments. See api.def. */
#include "shop/payments/payments.h"

#define API_DEF "shop/payments/api.def"
#define CAPABILITY payments
#include "shop/api_define.h"
