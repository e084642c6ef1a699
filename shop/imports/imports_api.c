/* imports_api.c — the errors of imports. See api.def. */
#include "shop/imports/imports.h"

#define API_DEF "shop/imports/api.def"
#define CAPABILITY imports
#include "shop/api_define.h"
