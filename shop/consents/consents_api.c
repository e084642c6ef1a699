/* consents_api.c — the routes of consents. See api.def. Whether there is such a customer is asked of the
 * list of customers itself: consents know no profiles. */
#include "shop/consents/consents.h"

#include "all_sql.h"

#define API_DEF "shop/consents/api.def"
#define CAPABILITY consents
#include "shop/api_define.h"

static bool customer_there(Ctx *ctx, Id id, Error *err)
{
    CustomerForCartRow row;
    bool               found = false;
    CustomerForCartIn  in    = { ctx->who.merchant, id };
    if (!q_customer_for_cart_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    return found || err_set(err, &ERR_NOT_FOUND, "id", "no such customer");
}

bool consents_list(Ctx *ctx, const ConsentsAsk *request, ConsentList *reply, Error *err)
{
    Id             after = { { 0 } };
    size_t         count = 0;
    ConsentsOfRow *rows  = NULL;
    ConsentsOfIn in = { ctx->who.merchant, request->id, id_bytes(&after), page_limit(request->limit) + 1 };
    if (request->cursor.len && !id_parse(request->cursor, &after))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    if (!customer_there(ctx, request->id, err)
        || !q_consents_of_all(ctx->tx, ctx->arena, &in, &rows, &count, err))
        return false;
    reply->items.items = arena_array(ctx->arena, Consent, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < in.count - 1; i++) {
        const ConsentsOfRow *row                 = &rows[i];
        reply->items.items[reply->items.count++] = (Consent){
            .id            = row->id,
            .what          = row->what,
            .wording       = row->wording,
            .language      = text_or_none(row->language),
            .channel       = row->channel,
            .document      = row->document,
            .given_at      = row->given_at_ms,
            .withdrawn_at  = row->withdrawn_at_ms ? row->withdrawn_at_ms : OPT_NONE,
            .withdrawn_how = text_or_none(row->withdrawn_how),
        };
    }
    if (count == reply->items.count) return true;
    reply->next_cursor = id_text(ctx->arena, rows[count - 2].id);
    return reply->next_cursor.ptr || err_memory(err);
}

bool consents_create(Ctx *ctx, const ConsentInput *request, ConsentList *reply, Error *err)
{
    ConsentGiven given = { request->id,       request->what,    request->wording,
                           request->language, request->channel, request->document };
    return customer_there(ctx, request->id, err) && consents_give(ctx, &given, err)
        && consents_list(ctx, &(ConsentsAsk){ request->id, STR_NONE, OPT_NONE }, reply, err);
}

bool consents_end(Ctx *ctx, const ConsentEnd *request, ConsentList *reply, Error *err)
{
    bool ended   = false;
    Str  channel = request->channel.len ? request->channel : STR("api");
    if (!code_check(channel, "channel", err) || !customer_there(ctx, request->id, err)
        || !consents_withdraw(ctx, request->id, request->what, channel, &ended, err))
        return false;
    if (!ended) return err_set(err, &ERR_CONSENT_NONE, "what", "is not consented to");
    return consents_list(ctx, &(ConsentsAsk){ request->id, STR_NONE, OPT_NONE }, reply, err);
}
