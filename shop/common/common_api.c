/* common_api.c — the tables of the shared forms. See api.def. */
#include "shop/common.h"

#define API_DEF "shop/common/api.def"
#define CAPABILITY common
#include "shop/api_define.h"
