/* fulfilment_api.c — the routes that look at fulfilments. See api.def; those
 * that change them are recipes in flows/fulfil*.c. */
#include "shop/fulfilment/fulfilment_inner.h"

#include <assert.h>
#include <string.h>

#define API_DEF "shop/fulfilment/api.def"
#define CAPABILITY fulfilment
#include "shop/api_define.h"

static int64_t time_or_none(int64_t at_ms)
{
    return at_ms ? at_ms : OPT_NONE;
}

static bool show_lines(Ctx *ctx, const FulfilDoc *doc, Fulfilment *out, Error *err)
{
    out->lines.items = arena_array(ctx->arena, FulfilmentLine, doc->line_count + 1);
    if (!out->lines.items) return err_memory(err);
    out->lines.count = doc->line_count;
    for (size_t i = 0; i < doc->line_count; i++) {
        const FulfilLine *l = &doc->lines[i];
        out->lines.items[i] = (FulfilmentLine){ l->n,
                                                l->order_line,
                                                l->instead_of ? l->instead_of : OPT_NONE,
                                                l->sku,
                                                l->name,
                                                l->qty,
                                                fulfil_line_open(l),
                                                l->picked,
                                                l->moved_on,
                                                l->dropped,
                                                l->substituted,
                                                l->gone,
                                                l->put_back };
    }
    return packages_of(ctx, doc->id, &out->packages.items, &out->packages.count, err);
}

bool fulfilments_shown(Ctx *ctx, const FulfilDoc *doc, Fulfilment *out, Error *err)
{
    int64_t waited =
        doc->arrived_at_ms && !doc->waited_ms ? ctx->now_ms - doc->arrived_at_ms : doc->waited_ms;
    bool     known   = doc->contact.name.len || doc->contact.email.len || doc->contact.phone.len;
    Contact *contact = arena_new(ctx->arena, Contact);
    Address *address = arena_new(ctx->arena, Address);
    if (!contact || !address) return err_memory(err);
    *contact = doc->contact;
    *address = doc->address;
    *out     = (Fulfilment){ .id             = doc->id,
                             .order          = doc->order,
                             .number         = doc->number,
                             .delivery       = doc->delivery,
                             .method         = doc->method,
                             .location       = doc->location,
                             .store          = text_or_none(doc->store),
                             .channel        = doc->channel,
                             .customer       = doc->customer,
                             .state          = doc->state,
                             .state_at       = doc->state_at_ms,
                             .made_at        = doc->made_at_ms,
                             .promised_at    = time_or_none(doc->promised_at_ms),
                             .due_at         = doc->due_at_ms,
                             .window_from    = time_or_none(doc->window_from_ms),
                             .window_until   = time_or_none(doc->window_until_ms),
                             .expires_at     = time_or_none(doc->expires_at_ms),
                             .substitutes    = doc->substitutes,
                             .contact        = known ? contact : NULL,
                             .address        = address->street.len ? address : NULL,
                             .note           = text_or_none(doc->note),
                             .shelf          = text_or_none(doc->shelf),
                             .bay            = text_or_none(doc->bay),
                             .car            = text_or_none(doc->car),
                             .arrived_at     = time_or_none(doc->arrived_at_ms),
                             .waited_seconds = doc->arrived_at_ms ? waited / 1000 : OPT_NONE,
                             .handed_to      = text_or_none(doc->handed_to),
                             .checked        = text_or_none(doc->checked),
                             .is_signed      = doc->signature.len > 0,
                             .reason         = text_or_none(doc->reason) };
    return show_lines(ctx, doc, out, err);
}

bool fulfilments_show(Ctx *ctx, const ById *request, Fulfilment *reply, Error *err)
{
    FulfilDoc doc;
    return fulfilments_load(ctx, request->id, false, &doc, err) && fulfilments_shown(ctx, &doc, reply, err);
}

bool fulfilments_of_order(Ctx *ctx, const ById *request, OrderFulfilments *reply, Error *err)
{
    Id    *ids   = NULL;
    size_t count = 0;
    if (!fulfilments_of(ctx, request->id, &ids, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, Fulfilment, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        if (!fulfilments_show(ctx, &(ById){ ids[i] }, &reply->items.items[reply->items.count++], err))
            return false;
    return true;
}

bool fulfilments_code(Ctx *ctx, const ById *request, PickupCode *reply, Error *err)
{
    FulfilDoc doc;
    if (!fulfilments_load(ctx, request->id, false, &doc, err)) return false;
    if (doc.code.len == 0)
        return err_set(err, &ERR_NOT_FOUND, "id", "it is not handed over, so it has no code");
    Str id = id_text(ctx->arena, doc.id);
    *reply = (PickupCode){ doc.id, doc.code,
                           str_format(ctx->arena, "%.*s.%.*s", STR_FMT(id), STR_FMT(doc.code)) };
    return reply->qr.ptr ? true : err_memory(err);
}

/* ---- the list ---- */

static_assert(sizeof(FulfilmentPageRow) == sizeof(FulfilmentPageHereRow), "one form");

/* "1732000000000-0190…": the time at which the last row was due, and its id. */
static bool read_cursor(Str cursor, int64_t *after_ms, Id *after, Error *err)
{
    size_t dash = cursor.len > ID_TEXT_LEN ? cursor.len - ID_TEXT_LEN - 1 : 0;
    *after_ms   = INT64_MIN;
    if (cursor.len == 0) return true;
    if (dash > 0 && cursor.ptr[dash] == '-' && str_to_i64(str_slice(cursor, 0, dash), after_ms)
        && id_parse(str_slice(cursor, dash + 1, cursor.len), after))
        return true;
    return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
}

static FulfilmentBrief brief_of(const FulfilmentPageRow *r)
{
    return (FulfilmentBrief){ r->id,
                              r->order_id,
                              r->number,
                              r->delivery,
                              r->method,
                              r->location,
                              text_or_none(r->store),
                              r->state,
                              r->due_at_ms,
                              time_or_none(r->promised_at_ms),
                              text_or_none(r->shelf),
                              text_or_none(r->bay),
                              time_or_none(r->arrived_at_ms),
                              text_or_none(r->contact_name) };
}

bool fulfilments_list(Ctx *ctx, const FulfilmentFind *request, FulfilmentList *reply, Error *err)
{
    Id      after    = { { 0 } };
    int64_t after_ms = 0, limit = page_limit(request->limit);
    void   *all   = NULL;
    size_t  count = 0;
    if (!read_cursor(request->cursor, &after_ms, &after, err)) return false;
    FulfilmentPageIn in  = { ctx->who.merchant,
                             text_or_empty(request->location),
                             text_or_empty(request->store),
                             text_or_empty(request->state),
                             opt_or(request->due_before, INT64_MAX),
                             after_ms,
                             id_bytes(&after),
                             limit + 1 };
    const Query     *how = in.location.len && in.state.len ? &q_fulfilment_page_here : &q_fulfilment_page;
    if (!db_all(ctx->tx, ctx->arena, how, &in, &all, &count, err)) return false;
    const FulfilmentPageRow *rows = all;
    reply->items.items            = arena_array(ctx->arena, FulfilmentBrief, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        reply->items.items[reply->items.count++] = brief_of(&rows[i]);
    if ((int64_t)count <= limit) return true;
    Str id = id_text(ctx->arena, rows[limit - 1].id);
    reply->next_cursor =
        str_format(ctx->arena, "%lld-%.*s", (long long)rows[limit - 1].due_at_ms, STR_FMT(id));
    return reply->next_cursor.ptr ? true : err_memory(err);
}
