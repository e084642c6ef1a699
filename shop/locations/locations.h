/* locations.h — where and through what is sold. Owns locations (stores, warehouses, pop-ups), channels
 * (counter, web …) and which location serves which channel. Owns no stock. */
#ifndef SHOP_LOCATIONS_H
#define SHOP_LOCATIONS_H

#include "shop/common.h"

#define API_DEF "shop/locations/api.def"
#include "shop/api_declare.h"

/* One location, whether it is active or not. */
bool locations_find(Ctx *ctx, Str code, Location *out, bool *found, Error *err) MUST_USE;

/* One location. Errors: LOCATION_UNKNOWN (422), also for one that is not active. */
bool locations_get(Ctx *ctx, Str code, Location *out, Error *err) MUST_USE;

/* Makes or changes a location. Errors: FIELD_INVALID. */
bool locations_put(Ctx *ctx, const Location *location, Error *err) MUST_USE;

/* One channel, whether it is active or not. */
bool channels_find(Ctx *ctx, Str code, Channel *out, bool *found, Error *err) MUST_USE;

/* One channel. Errors: CHANNEL_UNKNOWN (422), also for one that is not active. */
bool channels_get(Ctx *ctx, Str code, Channel *out, Error *err) MUST_USE;

/* Makes or changes a channel. Errors: CURRENCY_UNKNOWN. */
bool channels_put(Ctx *ctx, const Channel *channel, Error *err) MUST_USE;

/* Lets a location serve a channel; the lower the priority the earlier. Errors: CHANNEL_UNKNOWN,
 * LOCATION_UNKNOWN. */
bool channels_serve(Ctx *ctx, Str channel, Str location, int64_t priority, Error *err) MUST_USE;

/* Whether the location serves the channel. */
bool channels_served(Ctx *ctx, Str channel, Str location, bool *yes, Error *err) MUST_USE;

#endif
