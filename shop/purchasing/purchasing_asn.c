/* purchasing_asn.c — advance ship notices: what a vendor says is on its way. See purchasing.h. */
#include "all_sql.h"
#include "core/fefo.h"
#include "core/machine.h"
#include "core/money.h"
#include "shop/purchasing/purchasing_inner.h"

#include <stdio.h>

/* 18 digits with the check digit of all GS1 keys. */
static bool sscc_check(Str sscc, const char *field, Error *err)
{
    int64_t sum  = 0;
    bool    fine = sscc.len == 18;
    for (size_t i = 0; fine && i < sscc.len; i++) {
        fine = sscc.ptr[i] >= '0' && sscc.ptr[i] <= '9';
        sum += (sscc.ptr[i] - '0') * (i % 2 == 0 ? 3 : 1);
    }
    return (fine && sum % 10 == 0)
           || err_set(err, &ERR_FIELD_INVALID, field, "must be 18 digits with a right check digit");
}

static bool put_parcel(Ctx *ctx, Id asn, Str sscc, const char *field, Error *err)
{
    int64_t        changed = 0;
    AsnParcelPutIn in      = { ctx->who.merchant, sscc, asn };
    AsnOfParcelRow known   = { .asn_id = { { 0 } } };
    AsnOfParcelIn  ask     = { ctx->who.merchant, sscc };
    bool           found   = false;
    if (!sscc_check(sscc, field, err) || !q_asn_parcel_put_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 1) return true;
    if (!q_asn_of_parcel_one(ctx->tx, ctx->arena, &ask, &known, &found, err)) return false;
    return (found && id_eq(known.asn_id, asn))
           || err_set(err, &ERR_ASN_TAKEN, field, "this parcel belongs to another notice");
}

/* The order's line that a line of the notice means. */
static bool line_of(const PurchaseDoc *order, const AsnLineInput *line, size_t i, size_t *out, Error *err)
{
    char field[40];
    (void)snprintf(field, sizeof field, "lines[%zu].%s", i, line->line == OPT_NONE ? "sku" : "line");
    for (size_t l = 0; l < order->doc.lines.count; l++) {
        const PurchaseLine *known = &order->doc.lines.items[l];
        if (line->line != OPT_NONE && line->line != known->line) continue;
        if (line->sku.len && !str_eq(line->sku, known->sku)) continue;
        *out = l;
        if (line->line != OPT_NONE || line->sku.len) return true;
    }
    return err_set(err, &ERR_PURCHASE_ITEM, field, "the purchase order has no such line");
}

static bool put_line(Ctx *ctx, Id asn, const PurchaseDoc *order, const AsnLineInput *line, size_t i,
                     Error *err)
{
    size_t  at  = 0;
    int64_t day = 0;
    char    field[40];
    Str     serials = texts_write(ctx->arena, &(TextList){ line->serials.items, line->serials.count });
    if (!serials.ptr) return err_memory(err);
    if (!line_of(order, line, i, &at, err)) return false;
    (void)snprintf(field, sizeof field, "lines[%zu].expires", i);
    if (line->expires.len && !fefo_day(line->expires, &day))
        return err_set(err, &ERR_FIELD_INVALID, field, "must be a day, YYYY-MM-DD");
    (void)snprintf(field, sizeof field, "lines[%zu].serials", i);
    if (line->serials.count && (int64_t)line->serials.count * QTY_ONE != line->quantity)
        return err_set(err, &ERR_FIELD_INVALID, field, "one for each piece");
    (void)snprintf(field, sizeof field, "lines[%zu].sscc", i);
    if (line->sscc.len && !put_parcel(ctx, asn, line->sscc, field, err)) return false;
    const PurchaseLine *of = &order->doc.lines.items[at];
    AsnLinePutIn        in = { ctx->who.merchant,
                               asn,
                               (int64_t)i + 1,
                               of->line,
                               order->items[at],
                               of->sku,
                               line->quantity,
                               text_or_empty(line->lot),
                               text_or_empty(line->expires),
                               serials,
                               text_or_empty(line->sscc) };
    return q_asn_line_put_exec(ctx->tx, &in, NULL, err);
}

bool asns_create(Ctx *ctx, const AsnInput *request, Asn *reply, Error *err)
{
    PurchaseDoc order;
    AsnDoc      asn;
    int64_t     changed = 0;
    char        field[32];
    Id          id = ctx_new_id(ctx);
    if (!purchasing_get(ctx, request->order, true, "order", &order, err)) return false;
    if (!purchasing_is_under_way(&order))
        return err_set(err, &ERR_STATE_REFUSED, "order", "the purchase order is %.*s",
                       STR_FMT(order.doc.state));
    AsnPutIn in = { ctx->who.merchant,
                    id,
                    request->order,
                    order.doc.vendor,
                    order.doc.location,
                    machine_first(MACHINE_ASN),
                    request->ref,
                    text_or_empty(request->carrier),
                    text_or_empty(request->tracking),
                    opt_or(request->expected_at, 0),
                    ctx->now_ms };
    if (!q_asn_put_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed != 1) return err_set(err, &ERR_ASN_TAKEN, "ref", "the vendor has sent this notice before");
    for (size_t i = 0; i < request->parcels.count; i++) {
        (void)snprintf(field, sizeof field, "parcels[%zu]", i);
        if (!put_parcel(ctx, id, request->parcels.items[i], field, err)) return false;
    }
    for (size_t i = 0; i < request->lines.count; i++)
        if (!put_line(ctx, id, &order, &request->lines.items[i], i, err)) return false;
    if (!asns_get(ctx, id, "id", &asn, err)) return false;
    *reply = asn.doc;
    return purchasing_note(ctx, &EVENT_ASN_ANNOUNCED, STR("asn.create"), id, order.doc.number,
                           order.doc.vendor, in.state, request->ref, err);
}

static bool read_parcels(Ctx *ctx, Asn *out, Error *err)
{
    AsnParcelsOfRow *rows  = NULL;
    size_t           count = 0;
    AsnParcelsOfIn   in    = { ctx->who.merchant, out->id };
    if (!q_asn_parcels_of_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    out->parcels.items = arena_array(ctx->arena, Str, count + 1);
    if (!out->parcels.items) return err_memory(err);
    for (size_t i = 0; i < count; i++) out->parcels.items[i] = rows[i].sscc;
    out->parcels.count = count;
    return true;
}

static bool read_lines(Ctx *ctx, AsnDoc *out, Error *err)
{
    AsnLinesOfRow *rows  = NULL;
    size_t         count = 0;
    AsnLinesOfIn   in    = { ctx->who.merchant, out->doc.id };
    if (!q_asn_lines_of_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    out->doc.lines.items = arena_array(ctx->arena, AsnLine, count + 1);
    out->items           = arena_array(ctx->arena, Id, count + 1);
    if (!out->doc.lines.items || !out->items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const AsnLinesOfRow *r = &rows[i];
        AsnLine             *l = &out->doc.lines.items[i];
        *l                     = (AsnLine){ .n        = r->n,
                                            .line     = r->order_line,
                                            .sku      = r->sku,
                                            .quantity = r->qty,
                                            .received = r->received,
                                            .lot      = text_or_none(r->lot),
                                            .expires  = text_or_none(r->expires),
                                            .sscc     = text_or_none(r->sscc) };
        out->items[i]          = r->item;
        if (!texts_read(ctx->arena, r->serials, &l->serials)) return err_memory(err);
    }
    out->doc.lines.count = count;
    return true;
}

bool asns_get(Ctx *ctx, Id id, const char *field, AsnDoc *out, Error *err)
{
    AsnGetRow r;
    bool      found = false;
    AsnGetIn  in    = { ctx->who.merchant, id };
    if (!q_asn_get_one(ctx->tx, ctx->arena, &in, &r, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, field, "there is no such advance ship notice");
    *out = (AsnDoc){ .doc = { .id          = id,
                              .order       = r.order_id,
                              .vendor      = r.vendor,
                              .location    = r.location,
                              .state       = r.state,
                              .ref         = r.ref,
                              .carrier     = text_or_none(r.carrier),
                              .tracking    = text_or_none(r.tracking),
                              .expected_at = time_shown(r.expected_at_ms),
                              .made_at     = r.made_at_ms } };
    return read_parcels(ctx, &out->doc, err) && read_lines(ctx, out, err);
}

static bool step(Ctx *ctx, Asn *asn, Str event, Error *err)
{
    if (!machine_step(MACHINE_ASN, asn->state, event, "asn", &asn->state, err)) return false;
    AsnStepIn in = { ctx->who.merchant, asn->id, asn->state };
    return q_asn_step_exec(ctx->tx, &in, NULL, err);
}

bool asns_received(Ctx *ctx, AsnDoc *asn, Error *err)
{
    bool all = true;
    for (size_t i = 0; i < asn->doc.lines.count; i++) {
        const AsnLine   *line = &asn->doc.lines.items[i];
        AsnLineReceiveIn in   = { ctx->who.merchant, asn->doc.id, line->n, line->received };
        all                   = all && line->received >= line->quantity;
        if (!q_asn_line_receive_exec(ctx->tx, &in, NULL, err)) return false;
    }
    return step(ctx, &asn->doc, all ? STR("complete") : STR("receive"), err);
}

bool asns_cancel(Ctx *ctx, const PurchaseCancel *request, Asn *reply, Error *err)
{
    AsnDoc      asn;
    PurchaseDoc order;
    if (!asns_get(ctx, request->id, "id", &asn, err)
        || !purchasing_get(ctx, asn.doc.order, true, "id", &order, err) /* its lock holds for its notices */
        || !asns_get(ctx, request->id, "id", &asn, err) || !step(ctx, &asn.doc, STR("cancel"), err))
        return false;
    *reply = asn.doc;
    return purchasing_note(ctx, NULL, STR("asn.cancel"), request->id, order.doc.number, order.doc.vendor,
                           asn.doc.state, text_or_empty(request->reason), err);
}

bool asns_show(Ctx *ctx, const ById *request, Asn *reply, Error *err)
{
    AsnDoc asn;
    if (!asns_get(ctx, request->id, "id", &asn, err)) return false;
    *reply = asn.doc;
    return true;
}

bool asns_list(Ctx *ctx, const AsnFind *request, AsnList *reply, Error *err)
{
    AsnOfOrderRow *rows  = NULL;
    size_t         count = 0;
    AsnOfOrderIn   in    = { ctx->who.merchant, request->order };
    if (!q_asn_of_order_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, Asn, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const AsnOfOrderRow *r = &rows[i];
        reply->items.items[i]  = (Asn){ .id          = r->id,
                                        .order       = r->order_id,
                                        .vendor      = r->vendor,
                                        .location    = r->location,
                                        .state       = r->state,
                                        .ref         = r->ref,
                                        .carrier     = text_or_none(r->carrier),
                                        .tracking    = text_or_none(r->tracking),
                                        .expected_at = time_shown(r->expected_at_ms),
                                        .made_at     = r->made_at_ms };
        if (!read_parcels(ctx, &reply->items.items[i], err)) return false;
    }
    reply->items.count = count;
    return true;
}

bool asns_parcel(Ctx *ctx, const BySscc *request, Asn *reply, Error *err)
{
    AsnOfParcelRow row   = { .asn_id = { { 0 } } };
    bool           found = false;
    Str            sscc  = request->sscc;
    if (str_starts(sscc, STR("(00)"))) sscc = str_slice(sscc, 4, sscc.len);
    else if (sscc.len == 20 && str_starts(sscc, STR("00"))) sscc = str_slice(sscc, 2, sscc.len);
    AsnOfParcelIn in = { ctx->who.merchant, sscc };
    if (!sscc_check(sscc, "sscc", err) || !q_asn_of_parcel_one(ctx->tx, ctx->arena, &in, &row, &found, err))
        return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "sscc", "no notice has this parcel");
    return asns_show(ctx, &(ById){ row.asn_id }, reply, err);
}
