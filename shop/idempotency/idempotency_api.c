/* idempotency_api.c — the tables of idempotency. See api.def. */
#include "shop/idempotency/idempotency.h"

#define API_DEF "shop/idempotency/api.def"
#define CAPABILITY idempotency
#include "shop/api_define.h"
