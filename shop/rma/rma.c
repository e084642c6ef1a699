/* rma.c — warranty plans and the documents of goods that come back, as they are kept. See rma.h. */
#include "shop/rma/rma.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "sys/json_read.h"

#include <assert.h>

bool warranty_plans(Ctx *ctx, WarrantyPlan **out, size_t *count, Error *err)
{
    WarrantyPlansAllRow *rows = NULL;
    WarrantyPlansAllIn   in   = { ctx->who.merchant };
    if (!q_warranty_plans_all_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, WarrantyPlan, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        if (!json_read_stored(ctx->arena, &WarrantyPlan_def, rows[i].plan, &(*out)[i], err))
            return false;
    return true;
}

Str rmas_number_text(Arena *arena, int64_t number)
{
    return str_format(arena, "RMA-%06lld", (long long)number);
}

static bool told(Ctx *ctx, const RmaDoc *doc, Str action, Str why, Error *err)
{
    char id[ID_TEXT_LEN];
    Buf  body   = buf_make(ctx->arena, 128);
    Str  detail = str_format(ctx->arena, "%.*s %.*s %.*s", STR_FMT(doc->doc.rma_number),
                             STR_FMT(doc->doc.state), STR_FMT(why));
    id_format(doc->doc.id, id);
    buf_format(&body, "{\"id\":\"%.*s\",\"rma_number\":", ID_TEXT_LEN, id);
    buf_json_string(&body, doc->doc.rma_number);
    buf_add(&body, STR(",\"kind\":"));
    buf_json_string(&body, doc->doc.kind);
    buf_add(&body, STR(",\"state\":"));
    buf_json_string(&body, doc->doc.state);
    buf_byte(&body, '}');
    if (body.failed || !detail.ptr || !action.ptr) return err_memory(err);
    return audit_append(ctx, action, doc->doc.id, detail, err)
        && events_put(ctx, &EVENT_RMA_CHANGED, doc->doc.id, buf_str(&body), err);
}

bool rmas_put(Ctx *ctx, RmaDoc *doc, Error *err)
{
    static const Contact nobody  = { .name = STR_NONE };
    static const Address nowhere = { .street = STR_NONE };
    Rma                 *d       = &doc->doc;
    const Contact       *c       = d->contact ? d->contact : &nobody;
    const Address       *a       = d->address ? d->address : &nowhere;
    RmaNumberRow         row     = { 0 };
    RmaNumberIn          next    = { ctx->who.merchant };
    bool                 found   = false;
    if (!q_rma_number_one(ctx->tx, ctx->arena, &next, &row, &found, err)) return false;
    assert(found);
    d->number     = row.last;
    d->rma_number = rmas_number_text(ctx->arena, row.last);
    if (!d->rma_number.ptr) return err_memory(err);
    RmaPutIn in = { .merchant      = ctx->who.merchant,
                    .id            = d->id,
                    .number        = d->number,
                    .kind          = d->kind,
                    .state         = d->state,
                    .state_at_ms   = d->state_at,
                    .location      = d->location,
                    .order_id      = d->order,
                    .order_line    = opt_or(d->line, 0),
                    .customer      = d->customer,
                    .item          = doc->item,
                    .sku           = d->sku,
                    .qty           = d->quantity,
                    .serial        = text_or_empty(d->serial),
                    .lot           = text_or_empty(d->lot),
                    .reason        = text_or_empty(d->reason_code),
                    .fault         = text_or_empty(d->fault),
                    .plan          = text_or_empty(d->plan),
                    .vendor        = text_or_empty(d->vendor),
                    .currency      = text_or_empty(d->currency),
                    .due_at_ms     = opt_or(d->due_at, 0),
                    .contact_name  = text_or_empty(c->name),
                    .contact_email = text_or_empty(c->email),
                    .contact_phone = text_or_empty(c->phone),
                    .street        = text_or_empty(a->street),
                    .city          = text_or_empty(a->city),
                    .region        = text_or_empty(a->region),
                    .postal_code   = text_or_empty(a->postal_code),
                    .country       = text_or_empty(a->country),
                    .note          = text_or_empty(d->note),
                    .made_at_ms    = d->made_at,
                    .made_by       = ctx->who.api_key };
    return q_rma_put_exec(ctx->tx, &in, NULL, err)
        && told(ctx, doc, STR("rma.create"), d->kind, err);
}

/* --- reading --- */

static bool show_next(Ctx *ctx, Rma *out, Error *err)
{
    size_t            count = 0;
    const MachineRow *rows  = machine_rows(&count);
    Machine           of    = MACHINE_COUNT;
    bool              known = rma_machine(out->kind, &of);
    out->next.count         = 0;
    out->next.items         = arena_array(ctx->arena, Str, count + 1);
    assert(known);
    if (!out->next.items) return err_memory(err);
    for (size_t i = 0; known && i < count; i++)
        if (rows[i].machine == of && str_eq(str_from(rows[i].state), out->state))
            out->next.items[out->next.count++] = str_from(rows[i].event);
    return true;
}

static bool show_people(Ctx *ctx, const RmaGetRow *r, Rma *out, Error *err)
{
    Contact *contact = arena_new(ctx->arena, Contact);
    Address *address = arena_new(ctx->arena, Address);
    if (!contact || !address) return err_memory(err);
    *contact = (Contact){ text_or_none(r->contact_name), text_or_none(r->contact_email),
                          text_or_none(r->contact_phone) };
    *address = (Address){ .street      = r->street,
                          .city        = r->city,
                          .region      = text_or_none(r->region),
                          .postal_code = text_or_none(r->postal_code),
                          .country     = r->country,
                          .latitude    = OPT_NONE,
                          .longitude   = OPT_NONE };
    if (r->contact_name.len || r->contact_email.len || r->contact_phone.len) out->contact = contact;
    if (r->street.len) out->address = address;
    return true;
}

bool rmas_get(Ctx *ctx, Id id, bool lock, RmaDoc *out, Error *err)
{
    RmaGetRow r;
    bool      found = false;
    RmaLockIn held  = { ctx->who.merchant, id };
    RmaGetIn  in    = { ctx->who.merchant, id };
    if (lock && !q_rma_lock_exec(ctx->tx, &held, NULL, err)) return false;
    if (!q_rma_get_one(ctx->tx, ctx->arena, &in, &r, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "there is no such RMA");
    out->item = r.item;
    out->doc  = (Rma){ .id          = r.id,
                       .rma_number  = rmas_number_text(ctx->arena, r.number),
                       .number      = r.number,
                       .kind        = r.kind,
                       .state       = r.state,
                       .state_at    = r.state_at_ms,
                       .location    = r.location,
                       .order       = r.order_id,
                       .line        = r.order_line ? r.order_line : OPT_NONE,
                       .customer    = r.customer,
                       .sku         = r.sku,
                       .quantity    = r.qty,
                       .serial      = text_or_none(r.serial),
                       .lot         = text_or_none(r.lot),
                       .new_serial  = text_or_none(r.new_serial),
                       .reason_code = text_or_none(r.reason),
                       .grade       = text_or_none(r.grade),
                       .fault       = text_or_none(r.fault),
                       .plan        = text_or_none(r.plan),
                       .vendor      = text_or_none(r.vendor),
                       .cost        = r.cost ? r.cost : OPT_NONE,
                       .currency    = text_or_none(r.currency),
                       .due_at      = r.due_at_ms ? r.due_at_ms : OPT_NONE,
                       .return_id   = r.return_id,
                       .note        = text_or_none(r.note),
                       .made_at     = r.made_at_ms };
    if (!out->doc.rma_number.ptr) return err_memory(err);
    return show_people(ctx, &r, &out->doc, err) && show_next(ctx, &out->doc, err);
}

bool rmas_open_for(Ctx *ctx, Id order, int64_t line, Str serial, Id *id_or_none, Error *err)
{
    RmaOpenForLineRow row   = { .id = { { 0 } } };
    RmaOpenForLineIn  in    = { ctx->who.merchant, order, line, text_or_empty(serial) };
    bool              found = false;
    if (!q_rma_open_for_line_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *id_or_none = found ? row.id : (Id){ { 0 } };
    return true;
}

bool rmas_due(Ctx *ctx, int64_t limit, RmaDue **out, size_t *count, Error *err)
{
    RmasDueRow *rows = NULL;
    if (!q_rmas_due_all(ctx->tx, ctx->arena, &(RmasDueIn){ ctx->now_ms, limit }, &rows, count, err))
        return false;
    *out = arena_array(ctx->arena, RmaDue, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) (*out)[i] = (RmaDue){ rows[i].merchant, rows[i].id };
    return true;
}

/* --- going on --- */

bool rmas_go(Ctx *ctx, RmaDoc *doc, Str event, Str why, Error *err)
{
    Rma            *d       = &doc->doc;
    const RmaEvent *row     = rma_event(d->kind, event);
    Machine         of      = MACHINE_COUNT;
    Str             was     = d->state;
    int64_t         changed = 0;
    if (!row || !rma_machine(d->kind, &of))
        return err_set(err, &ERR_RMA_EVENT_UNKNOWN, "event", "that cannot be done with a %.*s",
                       STR_FMT(d->kind));
    if (str_eq(str_from(row->who), STR("office")) && !ctx_may(ctx, &PERM_RMA_DECIDE))
        return err_set(err, &ERR_PERMISSION_MISSING, "event", "%s is missing", PERM_RMA_DECIDE.code);
    if (!machine_step(of, was, event, "event", &d->state, err)) return false;
    d->state_at = ctx->now_ms;
    if (machine_ended(of, d->state)) d->due_at = OPT_NONE;
    RmaStepIn in     = { ctx->who.merchant,
                         d->id,
                         was,
                         d->state,
                         ctx->now_ms,
                         text_or_empty(d->new_serial),
                         text_or_empty(d->grade),
                         text_or_empty(d->vendor),
                         opt_or(d->cost, 0),
                         text_or_empty(d->currency),
                         opt_or(d->due_at, 0),
                         d->return_id,
                         text_or_empty(d->note) };
    Str       action = str_format(ctx->arena, "rma.%.*s", STR_FMT(event));
    if (!q_rma_step_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed != 1) return err_set(err, &ERR_DB_BUSY, "", "somebody else works at it just now");
    return told(ctx, doc, action, why, err) && show_next(ctx, d, err);
}
