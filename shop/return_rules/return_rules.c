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

bool return_terms(Ctx *ctx, ReturnTerms *out, Error *err)
{
    int64_t           own = 0, value = 0;
    const SettingDef *flags[RETURN_FLAG_COUNT] = {
#define RETURN_FLAG(NAME, code, standard, meaning) &SETTING_RETURN_FLAG_##NAME,
#include "core/return_flag.def"
#undef RETURN_FLAG
    };
    for (size_t i = 0; i < RETURN_FLAG_COUNT; i++) {
        if (!settings_get(ctx, flags[i], &value, err)) return false;
        out->policy[i] = (ReturnOutcome)value;
    }
    if (!settings_get(ctx, &SETTING_RETURN_VELOCITY_COUNT, &out->velocity_count, err)
        || !settings_get(ctx, &SETTING_RETURN_VELOCITY_AMOUNT, &out->velocity_amount, err)
        || !settings_get(ctx, &SETTING_RETURN_VELOCITY_DAYS, &out->velocity_days, err)
        || !settings_get(ctx, &SETTING_RETURN_WARDROBING_COUNT, &out->wardrobing_count, err)
        || !settings_get(ctx, &SETTING_RETURN_WARDROBING_DAYS, &out->wardrobing_days, err)
        || !settings_get(ctx, &SETTING_RETURN_OWN_SALES, &own, err))
        return false;
    out->own_sales = own != 0;
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
