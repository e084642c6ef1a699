/* settings.h — numbers a merchant may change; the SETTING rows of all capabilities say which. */
#ifndef SHOP_SETTINGS_H
#define SHOP_SETTINGS_H

#include "shop/common.h"

#define API_DEF "shop/settings/api.def"
#include "shop/api_declare.h"

/* The merchant's value, or the standard one. */
bool settings_get(Ctx *ctx, const SettingDef *setting, int64_t *out, Error *err) MUST_USE;

/* The setting with that key among all capabilities, or NULL. */
const SettingDef *settings_find(Str key);

/* Errors: SETTING_RANGE. */
bool settings_put(Ctx *ctx, const SettingDef *setting, int64_t value, Error *err) MUST_USE;

#endif
