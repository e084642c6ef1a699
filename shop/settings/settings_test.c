/* settings_test.c — every setting of the program has its standard value until one is set within limits. */
#include "shop/settings/settings.h"

#include "tests/kit.h"

static Env               env;
static Db               *db;
static Error             err;
static const SettingDef *first;

static bool list(Ctx *ctx, void *arg, Error *e)
{
    Nothing     ask   = {};
    SettingList reply = { .items = { NULL, 0 } };
    bool        fine  = true;
    if (!settings_list(ctx, &ask, &reply, e)) return false;
    for (size_t i = 0; i < reply.items.count; i++) {
        const Setting *s = &reply.items.items[i];
        fine = fine && s->low <= s->standard && s->standard <= s->high && settings_find(s->name) != NULL;
    }
    check(fine && reply.items.count > 0, "every standard value is within its limits");
    return true;
}

static bool put(Ctx *ctx, void *arg, Error *e)
{
    SettingInput in = { str_from(first->key), *(int64_t *)arg };
    Setting      out;
    return settings_change(ctx, &in, &out, e);
}

static bool unknown(Ctx *ctx, void *arg, Error *e)
{
    SettingInput in = { STR("no.such"), 1 };
    Setting      out;
    return settings_change(ctx, &in, &out, e);
}

static bool is_now(Ctx *ctx, void *arg, Error *e)
{
    int64_t now = 0;
    return settings_get(ctx, first, &now, e) && now == *(int64_t *)arg;
}

int main(void)
{
    db = kit_open(&env);
    for (size_t c = 0; c < shop_count && !first; c++)
        if (shop_all[c]->setting_count) first = shop_all[c]->settings[0];
    int64_t standard = first->standard, low = first->low, below = first->low - 1, above = first->high + 1;
    check_ok(kit_read(db, &env, list, NULL, &err), &err, "the settings are listed");
    check(kit_read(db, &env, is_now, &standard, &err), "the standard value holds at first");
    check_ok(kit_write(db, &env, put, &low, &err), &err, "a value is set");
    check(kit_read(db, &env, is_now, &low, &err), "then it holds");
    check_refused(kit_write(db, &env, put, &below, &err), &err, &ERR_SETTING_RANGE,
                  "no value below the limits");
    check_refused(kit_write(db, &env, put, &above, &err), &err, &ERR_SETTING_RANGE,
                  "no value above the limits");
    check_refused(kit_write(db, &env, unknown, NULL, &err), &err, &ERR_NOT_FOUND,
                  "only settings that are there");
    kit_close(db);
    return check_finish("settings");
}
