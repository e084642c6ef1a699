/* openings.c — templates of locations, and what was opened from them. See openings.h. */
#include "shop/openings/openings.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "sys/json_read.h"

bool openings_template(Ctx *ctx, Str code, LocationTemplate *out, Error *err)
{
    LocationTemplateGetRow row   = { .body = STR_NONE };
    LocationTemplateGetIn  in    = { ctx->who.merchant, code };
    bool                   found = false;
    if (!q_location_template_get_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_TEMPLATE_UNKNOWN, "template", "no such template");
    *out = (LocationTemplate){ .code = STR_NONE };
    return json_read_stored(ctx->arena, &LocationTemplate_def, row.body, out, err);
}

static bool put_register(Ctx *ctx, const Opening *opening, const Register *device, Error *err)
{
    RegisterPutIn in = { ctx->who.merchant, opening->code, device->code,      text_or_empty(device->channel),
                         device->key_id,    device->role,  opening->opened_at };
    return q_register_put_exec(ctx->tx, &in, NULL, err);
}

bool openings_add(Ctx *ctx, const Opening *opening, Error *err)
{
    LocationOpeningPutIn in = { ctx->who.merchant,
                                opening->code,
                                opening->template,
                                opening->state,
                                text_or_empty(opening->channel),
                                text_or_empty(opening->price_list),
                                opening->opened_at };
    if (!q_location_opening_put_exec(ctx->tx, &in, NULL, err)) return false;
    for (size_t i = 0; i < opening->registers.count; i++)
        if (!put_register(ctx, opening, &opening->registers.items[i], err)) return false;
    Buf body = buf_make(ctx->arena, 64);
    buf_add(&body, STR("{\"code\":"));
    buf_json_string(&body, opening->code);
    buf_add(&body, STR(",\"template\":"));
    buf_json_string(&body, opening->template);
    buf_byte(&body, '}');
    if (body.failed) return err_memory(err);
    Id subject = audit_subject(STR("location"), opening->code);
    return audit_append(ctx, STR("location.open"), subject, buf_str(&body), err)
        && events_put(ctx, &EVENT_LOCATION_OPENED, subject, buf_str(&body), err);
}
