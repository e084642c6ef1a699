/* openings_api.c — the routes of templates, and what is shown of an opening. See api.def. */
#include "shop/openings/openings.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "sys/json_read.h"
#include "sys/json_write.h"

#define API_DEF "shop/openings/api.def"
#define CAPABILITY openings
#include "shop/api_define.h"

bool location_templates_list(Ctx *ctx, const Page *request, LocationTemplateList *reply, Error *err)
{
    LocationTemplatePageRow *rows  = NULL;
    size_t                   count = 0;
    int64_t                  limit = page_limit(request->limit);
    LocationTemplatePageIn   in    = { ctx->who.merchant, page_after(request->cursor), limit + 1 };
    if (!q_location_template_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, LocationTemplate, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++) {
        LocationTemplate *one = &reply->items.items[reply->items.count++];
        *one                  = (LocationTemplate){ .code = STR_NONE };
        if (!json_read_stored(ctx->arena, &LocationTemplate_def, rows[i].body, one, err)) return false;
    }
    if ((int64_t)count > limit) reply->next_cursor = rows[limit - 1].code;
    return true;
}

bool location_templates_show(Ctx *ctx, const ByCode *request, LocationTemplate *reply, Error *err)
{
    LocationTemplateGetRow row   = { .body = STR_NONE };
    LocationTemplateGetIn  in    = { ctx->who.merchant, request->code };
    bool                   found = false;
    if (!q_location_template_get_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "code", "no such template");
    return json_read_stored(ctx->arena, &LocationTemplate_def, row.body, reply, err);
}

bool location_templates_change(Ctx *ctx, const LocationTemplate *request, LocationTemplate *reply, Error *err)
{
    if (!code_check(request->code, "code", err) || !country_check(request->country, "country", err)
        || !code_check(request->tax_zone, "tax_zone", err))
        return false;
    if (opt_or(request->registers, 0) > 0 && !request->register_role.ptr)
        return err_set(err, &ERR_FIELD_INVALID, "register_role", "registers need a role for their keys");
    if (opt_or(request->registers, 0) > 0 && !request->own_channel && request->channels.count == 0)
        return err_set(err, &ERR_FIELD_INVALID, "channels", "registers need a channel to sell through");
    Str body = json_write_stored(ctx->arena, &LocationTemplate_def, request);
    if (!body.ptr) return err_memory(err);
    LocationTemplatePutIn in = { ctx->who.merchant, request->code, request->name, body };
    *reply                   = *request;
    return q_location_template_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("location.template"), audit_subject(STR("location_template"), request->code),
                        body, err);
}

bool location_templates_remove(Ctx *ctx, const ByCode *request, ByCode *reply, Error *err)
{
    int64_t                  changed = 0;
    LocationTemplateRemoveIn in      = { ctx->who.merchant, request->code };
    *reply                           = *request;
    if (!q_location_template_remove_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 0) return err_set(err, &ERR_NOT_FOUND, "code", "no such template");
    return audit_append(ctx, STR("location.template_remove"),
                        audit_subject(STR("location_template"), request->code), request->code, err);
}

bool locations_opening(Ctx *ctx, const ByCode *request, Opening *reply, Error *err)
{
    LocationOpeningGetRow row   = { .state = STR_NONE };
    LocationOpeningGetIn  in    = { ctx->who.merchant, request->code };
    RegisterListRow      *rows  = NULL;
    RegisterListIn        of    = { ctx->who.merchant, request->code };
    size_t                count = 0;
    bool                  found = false;
    if (!q_location_opening_get_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "code", "no location was opened with this code");
    if (!q_register_list_all(ctx->tx, ctx->arena, &of, &rows, &count, err)) return false;
    *reply = (Opening){ .code       = request->code,
                        .template   = text_or_none(row.template),
                        .state      = row.state,
                        .channel    = text_or_none(row.channel),
                        .price_list = text_or_none(row.price_list),
                        .prices     = OPT_NONE,
                        .opened_at  = row.opened_at_ms ? row.opened_at_ms : OPT_NONE };
    reply->registers.items = arena_array(ctx->arena, Register, count + 1);
    if (!reply->registers.items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        reply->registers.items[i] = (Register){ .code    = rows[i].code,
                                                .channel = text_or_none(rows[i].channel),
                                                .key_id  = rows[i].api_key,
                                                .role    = rows[i].role };
    reply->registers.count = count;
    return true;
}
