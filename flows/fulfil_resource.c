/* fulfil_resource.c — what one location cannot deliver comes from another, and the customer's channel is
 * told; what is nowhere is dropped, and its money goes back. See fulfil_work.h. */
#include "flows/fulfil_work.h"
#include "flows/sourcing.h"
#include "shop/catalog/catalog.h"
#include "shop/locations/locations.h"

#include <assert.h>

enum { EXCLUDED_MAX = 64 };

/* A line of the new fulfilments to come. */
typedef struct {
    FulfilDoc        *doc;
    const FulfilPart *parts;
    size_t            count;
    Str               reason;
    SourcingLine     *lines; /* one for each part */
    SourcePlan        plan;
    Str               excluded[EXCLUDED_MAX];
    size_t            excluded_count;
} Resource;

/* A substitute that is not there either: what was ordered is looked for again. */
static bool back_to_original(Ctx *ctx, FulfilDoc *doc, FulfilPart *part, Error *err)
{
    FulfilLine *other = part->line;
    if (other->instead_of == 0) return true;
    part->line = &doc->lines[other->instead_of - 1];
    other->moved_on += part->qty;
    part->line->substituted -= part->qty;
    return fulfilments_line_put(ctx, doc->id, other, err);
}

static void exclude(Resource *r, Str location)
{
    for (size_t i = 0; i < r->excluded_count; i++)
        if (str_eq(r->excluded[i], location)) return;
    if (r->excluded_count < EXCLUDED_MAX) r->excluded[r->excluded_count++] = location;
}

/* Locations that could not deliver this before are not asked again. */
static bool find_excluded(Ctx *ctx, Resource *r, Error *err)
{
    Id    *ids   = NULL;
    size_t count = 0;
    exclude(r, r->doc->location);
    if (!fulfilments_of(ctx, r->doc->order, &ids, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        FulfilDoc other;
        if (!fulfilments_load(ctx, ids[i], false, &other, err)) return false;
        if (!str_eq(other.delivery, r->doc->delivery)) continue;
        if (str_eq(other.state, STR("rejected"))) exclude(r, other.location);
        for (size_t k = 0; k < other.line_count; k++)
            for (size_t p = 0; p < r->count; p++)
                if (id_eq(other.lines[k].item, r->parts[p].line->item) && other.lines[k].moved_on > 0)
                    exclude(r, other.location);
    }
    return true;
}

/* How it comes to the customer from elsewhere: what is fetched at a store is sent there. */
static Str method_from(const FulfilDoc *doc, Str location)
{
    bool fetched = doc->store.len > 0;
    if (fetched && !str_eq(location, doc->store)) return STR("ship_to_store");
    if (fetched && str_eq(doc->method, STR("ship_to_store"))) return STR("pickup");
    return doc->method;
}

static bool plan(Ctx *ctx, Resource *r, Str method, Error *err)
{
    FulfilDoc  *doc = r->doc;
    GeoPoint    point;
    bool        mapped = sourcing_point(&doc->address, &point);
    SourcingAsk ask = { .channel     = doc->channel,
                        .method      = method,
                        .store       = text_or_none(doc->store),
                        .country     = text_or_none(doc->address.country),
                        .region      = doc->address.region,
                        .postal_code = doc->address.postal_code,
                        .point       = mapped ? &point : NULL,
                        .lines       = r->lines,
                        .line_count  = r->count,
                        .exclude     = { r->excluded, r->excluded_count },
                        .partial     = true };
    return sourcing_plan(ctx, &ask, &r->plan, err);
}

/* From where the parts come; a courier's round that cannot be kept becomes a parcel. */
static bool find_plan(Ctx *ctx, Resource *r, Error *err)
{
    bool fetched = r->doc->store.len > 0;
    r->lines     = arena_array(ctx->arena, SourcingLine, r->count + 1);
    if (!r->lines) return err_memory(err);
    for (size_t i = 0; i < r->count; i++) {
        const FulfilLine *line = r->parts[i].line;
        SaleItem          item;
        if (!catalog_item_now(ctx, line->item, &item, err)) return false;
        r->lines[i] = (SourcingLine){
            .item = line->item, .sku = line->sku, .qty = r->parts[i].qty, .step = item.qty_step, .line = i
        };
    }
    if (!find_excluded(ctx, r, err)) return false;
    if (!plan(ctx, r, fetched ? STR("ship_to_store") : r->doc->method, err)) return false;
    if (r->plan.complete || !str_eq(r->doc->method, STR("same_day"))) return true;
    return plan(ctx, r, STR("ship"), err);
}

/* One parcel of the plan as a new fulfilment; `made` gets its id. */
static bool make_parcel(Ctx *ctx, Resource *r, const SourceParcel *parcel, Id *made, Error *err)
{
    FulfilDoc         *doc     = r->doc;
    bool               fetched = doc->store.len > 0;
    bool               later   = parcel->promised_at > doc->promised_at_ms && doc->promised_at_ms > 0;
    NewFulfilmentLine *lines   = arena_array(ctx->arena, NewFulfilmentLine, r->plan.parts.count + 1);
    NewFulfilment new          = { .id             = ctx_new_id(ctx),
                                   .order          = doc->order,
                                   .delivery       = doc->delivery,
                                   .method         = method_from(doc, parcel->location),
                                   .location       = parcel->location,
                                   .channel        = doc->channel,
                                   .store          = text_or_none(doc->store),
                                   .customer       = doc->customer,
                                   .is_waiting     = str_eq(doc->state, STR("waiting")),
                                   .substitutes    = doc->substitutes,
                                   .promised_at_ms = later ? parcel->promised_at : doc->promised_at_ms,
                                   .due_at_ms      = parcel->ready_at,
                                   .contact        = &doc->contact,
                                   .address        = fetched ? NULL : &doc->address,
                                   .note           = doc->note,
                                   .lines          = lines };
    if (!lines) return err_memory(err);
    for (size_t i = 0; i < r->plan.parts.count; i++) {
        const SourcePart *part = &r->plan.parts.items[i];
        if (!str_eq(part->location, parcel->location)) continue;
        FulfilLine *line = r->parts[part->line].line;
        lines[new.line_count++] =
            (NewFulfilmentLine){ line->order_line, line->item, line->sku, line->name, part->quantity };
        line->moved_on += part->quantity;
    }
    assert(new.line_count > 0);
    *made = new.id;
    return fulfil_make(ctx, &new, NULL, err);
}

/* Tells the channel which fulfilments took over. */
static bool tell_made(Ctx *ctx, const Resource *r, const Id *made, Error *err)
{
    Buf more = buf_make(ctx->arena, 128);
    buf_format(&more, ",\"reason\":\"%.*s\",\"now\":[", STR_FMT(r->reason));
    for (size_t i = 0; i < r->plan.parcels.count; i++) {
        Str id = id_text(ctx->arena, made[i]);
        buf_format(&more, "%s{\"id\":\"%.*s\",\"location\":", i ? "," : "", STR_FMT(id));
        buf_json_string(&more, r->plan.parcels.items[i].location);
        buf_byte(&more, '}');
    }
    buf_byte(&more, ']');
    if (more.failed) return err_memory(err);
    return r->plan.parcels.count == 0
        || fulfilments_tell(ctx, &EVENT_FULFILMENT_RESOURCED, STR("fulfilment.resource"), r->doc,
                            buf_str(&more), err);
}

/* What is nowhere is told, and its money given back. */
static bool drop(Ctx *ctx, Resource *r, Error *err)
{
    size_t      count = 0;
    Buf         more  = buf_make(ctx->arena, 128);
    FulfilPart *gone  = arena_array(ctx->arena, FulfilPart, r->plan.missing.count + 1);
    if (!gone) return err_memory(err);
    buf_format(&more, ",\"reason\":\"%.*s\",\"lines\":[", STR_FMT(r->reason));
    for (size_t i = 0; i < r->plan.missing.count; i++) {
        const SourceMissing *missing = &r->plan.missing.items[i];
        FulfilLine          *line    = r->parts[missing->line].line;
        buf_format(&more, "%s{\"line\":%lld,\"quantity_milli\":%lld}", count ? "," : "",
                   (long long)line->order_line, (long long)missing->quantity);
        gone[count++] = (FulfilPart){ line, missing->quantity };
    }
    buf_byte(&more, ']');
    if (more.failed) return err_memory(err);
    return count == 0
        || (fulfilments_tell(ctx, &EVENT_FULFILMENT_DROPPED, STR("fulfilment.drop"), r->doc, buf_str(&more),
                             err)
            && fulfil_pay_back(ctx, r->doc, gone, count, STR("short"), err));
}

bool fulfil_resource(Ctx *ctx, FulfilDoc *doc, const FulfilPart *parts, size_t count, Str reason,
                     Error *err)
{
    Resource    r = { .doc = doc, .count = count, .reason = reason };
    FulfilPart *own   = arena_array(ctx->arena, FulfilPart, count + 1);
    if (!own) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        own[i] = parts[i];
        if (!back_to_original(ctx, doc, &own[i], err)) return false;
    }
    r.parts = own;
    if (count == 0) return true;
    if (!find_plan(ctx, &r, err)) return false;
    Id *made = arena_array(ctx->arena, Id, r.plan.parcels.count + 1);
    if (!made) return err_memory(err);
    for (size_t i = 0; i < r.plan.parcels.count; i++)
        if (!make_parcel(ctx, &r, &r.plan.parcels.items[i], &made[i], err)) return false;
    for (size_t i = 0; i < r.plan.missing.count; i++)
        own[r.plan.missing.items[i].line].line->dropped += r.plan.missing.items[i].quantity;
    for (size_t i = 0; i < count; i++)
        if (!fulfilments_line_put(ctx, doc->id, own[i].line, err)) return false;
    return tell_made(ctx, &r, made, err) && drop(ctx, &r, err);
}
