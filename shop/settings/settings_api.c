/* settings_api.c — the routes of settings. See api.def. */
#include "shop/settings/settings.h"

#include "all_sql.h"

#define API_DEF "shop/settings/api.def"
#define CAPABILITY settings
#include "shop/api_define.h"

static Setting shown(const SettingDef *def, int64_t value)
{
    return (Setting){ str_from(def->key), value, def->standard, def->low, def->high, str_from(def->meaning) };
}

/* The value the merchant set, or the standard one. */
static int64_t value_of(const SettingDef *def, const SettingAllRow *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(rows[i].name, str_from(def->key))) return rows[i].value;
    return def->standard;
}

bool settings_list(Ctx *ctx, const Nothing *request, SettingList *reply, Error *err)
{
    SettingAllRow *rows  = NULL;
    size_t         count = 0, all = 0;
    SettingAllIn   in = { ctx->who.merchant };
    if (!q_setting_all_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t c = 0; c < shop_count; c++) all += shop_all[c]->setting_count;
    reply->items.items = arena_array(ctx->arena, Setting, all);
    if (!reply->items.items) return err_memory(err);
    for (size_t c = 0; c < shop_count; c++)
        for (size_t i = 0; i < shop_all[c]->setting_count; i++) {
            const SettingDef *def                    = shop_all[c]->settings[i];
            reply->items.items[reply->items.count++] = shown(def, value_of(def, rows, count));
        }
    return true;
}

bool settings_change(Ctx *ctx, const SettingInput *request, Setting *reply, Error *err)
{
    const SettingDef *def = settings_find(request->name);
    if (!def) return err_set(err, &ERR_NOT_FOUND, "name", "no such setting");
    *reply = shown(def, request->value);
    return settings_put(ctx, def, request->value, err);
}
