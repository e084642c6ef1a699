/* return_rules.c — the rules for goods that come back, as they are kept. See return_rules.h. */
#include "shop/return_rules/return_rules.h"

#include "all_sql.h"
#include "shop/settings/settings.h"
#include "sys/json_read.h"

bool return_rules(Ctx *ctx, ReturnRule **out, size_t *count, Error *err)
{
    ReturnRulesAllRow *rows = NULL;
    ReturnRulesAllIn   in   = { ctx->who.merchant };
    if (!q_return_rules_all_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, ReturnRule, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        if (!json_read_stored(ctx->arena, &ReturnRule_def, rows[i].rule, &(*out)[i], err))
            return false;
    return_rules_sort(*out, *count);
    return true;
}

bool disposition_rules(Ctx *ctx, DispositionRule **out, size_t *count, Error *err)
{
    DispositionRulesAllRow *rows = NULL;
    DispositionRulesAllIn   in   = { ctx->who.merchant };
    if (!q_disposition_rules_all_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, DispositionRule, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        if (!json_read_stored(ctx->arena, &DispositionRule_def, rows[i].rule, &(*out)[i], err))
            return false;
    disposition_rules_sort(*out, *count);
    return true;
}

/* What a row of SETTING says, or the merchant instead of it. */
static int64_t value_of(const ReturnSettingsRow *rows, size_t count, const SettingDef *setting)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(rows[i].name, str_from(setting->key))) return rows[i].value;
    return setting->standard;
}

bool return_terms(Ctx *ctx, ReturnTerms *out, Error *err)
{
    static const SettingDef *const flags[RETURN_FLAG_COUNT] = {
        [RETURN_FLAG_SERIAL]     = &SETTING_RETURN_FLAG_SERIAL,
        [RETURN_FLAG_USED_UP]    = &SETTING_RETURN_FLAG_USED_UP,
        [RETURN_FLAG_VELOCITY]   = &SETTING_RETURN_FLAG_VELOCITY,
        [RETURN_FLAG_SWAPPED]    = &SETTING_RETURN_FLAG_SWAPPED,
        [RETURN_FLAG_WARDROBING] = &SETTING_RETURN_FLAG_WARDROBING,
        [RETURN_FLAG_OWN]        = &SETTING_RETURN_FLAG_OWN,
    };
    ReturnSettingsRow *rows  = NULL;
    size_t             count = 0;
    ReturnSettingsIn   in    = { ctx->who.merchant };
    if (!q_return_settings_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < RETURN_FLAG_COUNT; i++)
        out->policy[i] = (ReturnOutcome)value_of(rows, count, flags[i]);
    out->velocity_count   = value_of(rows, count, &SETTING_RETURN_VELOCITY_COUNT);
    out->velocity_amount  = value_of(rows, count, &SETTING_RETURN_VELOCITY_AMOUNT);
    out->velocity_days    = value_of(rows, count, &SETTING_RETURN_VELOCITY_DAYS);
    out->wardrobing_count = value_of(rows, count, &SETTING_RETURN_WARDROBING_COUNT);
    out->wardrobing_days  = value_of(rows, count, &SETTING_RETURN_WARDROBING_DAYS);
    out->own_sales        = value_of(rows, count, &SETTING_RETURN_OWN_SALES) != 0;
    return true;
}

bool return_staff_is(Ctx *ctx, Id customer, bool *yes, Error *err)
{
    ReturnStaffIsRow row;
    ReturnStaffIsIn  in = { ctx->who.merchant, ctx->who.api_key, customer };
    *yes                = false;
    if (id_is_none(customer)) return true;
    return q_return_staff_is_one(ctx->tx, ctx->arena, &in, &row, yes, err);
}
