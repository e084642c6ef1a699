/* settings.c — numbers a merchant may change. See settings.h. */
#include "shop/settings/settings.h"

#include "all_sql.h"
#include "shop/audit/audit.h"

bool settings_get(Ctx *ctx, const SettingDef *setting, int64_t *out, Error *err)
{
    SettingFindRow row   = { 0 };
    bool           found = false;
    SettingFindIn  in    = { ctx->who.merchant, str_from(setting->key) };
    if (!q_setting_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *out = found ? row.value : setting->standard;
    return true;
}

const SettingDef *settings_find(Str key)
{
    for (size_t c = 0; c < shop_count; c++)
        for (size_t i = 0; i < shop_all[c]->setting_count; i++)
            if (str_eq(key, str_from(shop_all[c]->settings[i]->key))) return shop_all[c]->settings[i];
    return NULL;
}

bool settings_put(Ctx *ctx, const SettingDef *setting, int64_t value, Error *err)
{
    Str          key = str_from(setting->key);
    SettingPutIn in  = { ctx->who.merchant, key, value };
    if (value < setting->low || value > setting->high)
        return err_set(err, &ERR_SETTING_RANGE, "value", "must be %lld to %lld", (long long)setting->low,
                       (long long)setting->high);
    Str detail = str_format(ctx->arena, "%s = %lld", setting->key, (long long)value);
    if (!detail.ptr) return err_memory(err);
    return q_setting_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("setting.put"), audit_subject(STR("setting"), key), detail, err);
}
