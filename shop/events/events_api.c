/* events_api.c — the routes of events. See api.def. */
#include "shop/events/events.h"

#define API_DEF "shop/events/api.def"
#define CAPABILITY events
#include "shop/api_define.h"
