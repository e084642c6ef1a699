/* settings_api.c — the routes of settings. See api.def. */
#include "shop/settings/settings.h"

#define API_DEF "shop/settings/api.def"
#define CAPABILITY settings
#include "shop/api_define.h"
