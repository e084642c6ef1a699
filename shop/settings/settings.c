/* settings.c — numbers a merchant may change. See settings.h. */
#include "shop/settings/settings.h"

#include "all_sql.h"

bool settings_get(Ctx *ctx, const SettingDef *setting, int64_t *out, Error *err)
{
    SettingFindRow row   = { 0 };
    bool           found = false;
    SettingFindIn  in    = { ctx->who.merchant, str_from(setting->key) };
    if (!q_setting_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *out = found ? row.value : setting->standard;
    return true;
}
