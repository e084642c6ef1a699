/* locations_api.c — the routes of locations. See api.def. */
#include "shop/locations/locations.h"

#define API_DEF "shop/locations/api.def"
#define CAPABILITY locations
#include "shop/api_define.h"
