/* rma.c — goods that come back to be repaired, swapped, claimed from their vendor or given back by
 * mail: which goods that are, by which warranty, and what moves with each step. What may follow what
 * is in core/machines.def, who may do it and what moves in core/rma.def.
 *
 * | if it breaks …                | state left                  | who mends it | | within a step |
 * as before the step          | the step is done again                   | | a label is asked for,
 * no answer | the label is `asked`      | the jobs ask by the label's own key      | | the goods
 * never come          | sent or approved, then due  | the jobs: advance is overdue, mail expires |
 *
 * A piece that was swapped takes the place of the old one on the line of its order, so that it is
 * the one that can be given back, and whose warranty runs. */
#include "flows/rma.h"

#include "all_sql.h"
#include "flows/warranty.h"
#include "shop/catalog/catalog.h"
#include "shop/inventory/inventory.h"
#include "shop/locations/locations.h"
#include "shop/purchasing/purchasing.h"
#include "shop/settings/settings.h"

#include <stdio.h>

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

enum { DUE_MAX = 50 };

static bool is(Str text, const char *name)
{
    return str_eq(text, str_from(name));
}

/* --- making one --- */

/* Goods that a customer has. */
static bool of_customer(Ctx *ctx, const RmaInput *in, RmaDoc *doc, Error *err)
{
    SoldThing      thing;
    WarrantyStatus held;
    SaleItem       item;
    Id             open = { { 0 } };
    Rma           *d    = &doc->doc;
    WarrantyFind   find = {
          .serial = in->serial, .order = in->order, .line = in->line, .at = OPT_NONE
    };
    if (!warranty_locate(ctx, &find, &thing, err) || !catalog_item_now(ctx, thing.item, &item, err)
        || !warranty_of(ctx, &thing, text_or_empty(in->country), ctx->now_ms, &held, err))
        return false;
    if (!in->serial.len && (is(item.tracking, "serial") || is(item.tracking, "lot_serial")))
        return err_set(err, &ERR_FIELD_INVALID, "serial",
                       "this item has serial numbers: scan the piece");
    if (d->quantity > thing.out)
        return err_set(err, &ERR_RMA_PIECE, in->serial.len ? "serial" : "quantity",
                       "so much of it is not with the customer");
    if (!rmas_open_for(ctx, thing.order.id, thing.line, in->serial, &open, err)) return false;
    if (!id_is_none(open))
        return err_set(err, &ERR_RMA_PIECE, "line", "something is done with it already");
    doc->item   = thing.item;
    d->order    = thing.order.id;
    d->line     = thing.line;
    d->customer = thing.order.customer;
    d->sku      = thing.sku;
    d->currency = thing.order.currency;
    for (size_t i = 0; i < held.plans.count && !d->plan.len; i++) {
        if (!held.plans.items[i].covered) continue;
        d->plan   = held.plans.items[i].plan;
        d->vendor = held.plans.items[i].vendor;
    }
    return true;
}

/* Goods of ours, that their vendor is to make good. */
static bool of_ours(Ctx *ctx, const RmaInput *in, RmaDoc *doc, Error *err)
{
    Vendor vendor;
    if (!in->sku.len) return err_set(err, &ERR_FIELD_INVALID, "sku", "say what is claimed");
    if (!in->vendor.len) return err_set(err, &ERR_FIELD_INVALID, "vendor", "say from whom");
    if (!id_is_none(in->order))
        return err_set(err, &ERR_FIELD_INVALID, "order", "a claim is of goods of ours");
    if (!inventory_item_id(ctx, in->sku, &doc->item, err)
        || !vendors_show(ctx, &(ByCode){ in->vendor }, &vendor, err))
        return false;
    doc->doc.sku      = in->sku;
    doc->doc.vendor   = in->vendor;
    doc->doc.currency = vendor.currency;
    return true;
}

bool rmas_create(Ctx *ctx, const RmaInput *request, Rma *reply, Error *err)
{
    RmaDoc   doc  = { .item = { { 0 } } };
    Machine  of   = MACHINE_COUNT;
    int64_t  days = 0;
    Location here;
    if (!rma_machine(request->kind, &of)) return err_set(err, &ERR_FIELD_INVALID, "kind", "is none");
    if (!locations_get(ctx, request->location, &here, err)
        || !settings_get(ctx, &SETTING_RMA_DAYS, &days, err))
        return false;
    doc.doc = (Rma){ .id          = ctx_new_id(ctx),
                     .kind        = request->kind,
                     .state       = machine_first(of),
                     .state_at    = ctx->now_ms,
                     .location    = here.code,
                     .line        = OPT_NONE,
                     .quantity    = opt_or(request->quantity, QTY_ONE),
                     .serial      = request->serial,
                     .lot         = request->lot,
                     .reason_code = request->reason_code,
                     .fault       = request->fault,
                     .cost        = OPT_NONE,
                     .due_at  = is(request->kind, "mail") ? ctx->now_ms + days * DAY_MS : OPT_NONE,
                     .contact = request->contact,
                     .address = request->address,
                     .note    = request->note,
                     .made_at = ctx->now_ms };
    if (request->serial.len && doc.doc.quantity != QTY_ONE)
        return err_set(err, &ERR_FIELD_INVALID, "quantity", "one piece has one number");
    if (is(request->kind, "claim") ? !of_ours(ctx, request, &doc, err)
                                   : !of_customer(ctx, request, &doc, err))
        return false;
    if (!rmas_put(ctx, &doc, err) || !rmas_get(ctx, doc.doc.id, false, &doc, err)) return false;
    *reply = doc.doc;
    return true;
}

/* --- a step --- */

/* One move of the stock; what goes to the customer leaves the floor first, then the backroom. */
static bool move(Ctx *ctx, StockDoc *stock, const RmaDoc *doc, Str serial, const char *from,
                 const char *to, Error *err)
{
    const Rma *d       = &doc->doc;
    bool       counted = false;
    StockMarks marks   = { .lot = text_or_none(d->lot), .serials = { &serial, serial.len ? 1 : 0 } };
    bool       in      = is(str_from(from), "customer") || is(str_from(from), "vendor");
    bool       out     = is(str_from(to), "customer") || is(str_from(to), "vendor");
    StockWant  want    = {
            .item = doc->item, .sku = d->sku, .location = d->location, .qty = d->quantity
    };
    StockMove one = { .item          = doc->item,
                      .sku           = d->sku,
                      .from_location = in ? STR("") : d->location,
                      .from_state    = str_from(from),
                      .to_location   = out ? STR("") : d->location,
                      .to_state      = str_from(to),
                      .qty           = d->quantity,
                      .marks         = &marks };
    want.marks    = &marks;
    if (!inventory_is_counted(ctx, doc->item, &counted, err)) return false;
    if (!counted) return true;
    if (is(str_from(to), "customer")) return inventory_sell(ctx, stock, &want, err);
    return inventory_move(ctx, stock, &one, err);
}

/* What is claimed stands in quarantine, or with the damaged. */
static bool stands_in(Ctx *ctx, const RmaDoc *doc, const char **from, Error *err)
{
    AtpLevel level;
    if (!is(str_from(*from), "quarantine") || !is(doc->doc.kind, "claim")) return true;
    if (!inventory_level(ctx, doc->item, doc->doc.location, &level, err)) return false;
    if (level.quarantine < doc->doc.quantity && level.damaged >= doc->doc.quantity)
        *from = "damaged";
    return true;
}

static bool swapped_piece(Ctx *ctx, const RmaDoc *doc, Error *err)
{
    const Rma           *d       = &doc->doc;
    int64_t              changed = 0;
    ReturnPieceSwappedIn in      = { ctx->who.merchant, d->order,      opt_or(d->line, 0),
                                     d->serial,         d->new_serial, text_or_empty(d->lot) };
    if (!d->serial.len) return true;
    if (!q_return_piece_swapped_exec(ctx->tx, &in, &changed, err)) return false;
    return changed == 1
        || err_set(err, &ERR_RMA_PIECE, "serial", "the old piece is not with the customer any more");
}

/* Moves what the row of the event says. A swap moves both pieces; an advance both, in two steps. */
static bool move_goods(Ctx *ctx, const RmaDoc *doc, const RmaEvent *row, Error *err)
{
    StockDoc    stock = { doc->doc.id, str_format(ctx->arena, "rma.%s", row->event), 0 };
    const char *from  = row->from;
    bool        old   = is(str_from(row->piece), "old");
    bool        swap  = is(str_from(row->event), "swap");
    bool        first = is(str_from(row->event), "send") && is(doc->doc.kind, "advance");
    Str         piece = text_or_empty(old ? doc->doc.serial : doc->doc.new_serial);
    if (!stock.cause.ptr) return err_memory(err);
    if (!row->piece[0]) return true;
    if (!stands_in(ctx, doc, &from, err) || !move(ctx, &stock, doc, piece, from, row->to, err))
        return false;
    if (swap
        && !move(ctx, &stock, doc, text_or_empty(doc->doc.new_serial), "floor", "customer", err))
        return false;
    return !(swap || first) || swapped_piece(ctx, doc, err);
}

/* What was scanned and said must fit to what is awaited. */
static bool take_words(Ctx *ctx, const RmaStep *step, RmaDoc *doc, const RmaEvent *row, Error *err)
{
    Rma     *d = &doc->doc;
    SaleItem item;
    bool     gives = is(str_from(row->event), "swap") || is(str_from(row->piece), "new");
    if (step->serial.len && !str_eq(step->serial, text_or_empty(d->serial)))
        return err_set(err, &ERR_RMA_PIECE, "serial", "is not the piece that is awaited");
    if (step->cost != OPT_NONE && !step->currency.len)
        return err_set(err, &ERR_FIELD_INVALID, "currency", "say of which currency the cost is");
    if (step->currency.len && !currency_check(step->currency, "currency", err)) return false;
    if (!catalog_item_now(ctx, doc->item, &item, err)) return false;
    bool numbered = is(item.tracking, "serial") || is(item.tracking, "lot_serial");
    if (gives && numbered && !step->new_serial.len)
        return err_set(err, &ERR_FIELD_INVALID, "new_serial",
                       "scan the piece that is given instead");
    if (step->new_serial.len && (!gives || !numbered))
        return err_set(err, &ERR_FIELD_INVALID, "new_serial",
                       "no piece with a number is given with this step");
    if (step->grade.len) d->grade = step->grade;
    if (step->new_serial.len) d->new_serial = step->new_serial;
    if (step->vendor.len) d->vendor = step->vendor;
    if (step->cost != OPT_NONE) d->cost = step->cost;
    if (step->cost != OPT_NONE) d->currency = step->currency;
    if (step->note.len) d->note = step->note;
    return true;
}

bool rma_go(Ctx *ctx, RmaDoc *doc, const RmaStep *step, Error *err)
{
    const RmaEvent *row  = rma_event(doc->doc.kind, step->event);
    int64_t         days = 0;
    if (!row)
        return err_set(err, &ERR_RMA_EVENT_UNKNOWN, "event", "that cannot be done with a %.*s",
                       STR_FMT(doc->doc.kind));
    if (!take_words(ctx, step, doc, row, err) || !settings_get(ctx, &SETTING_RMA_DAYS, &days, err))
        return false;
    if (is(doc->doc.kind, "advance") && is(step->event, "send"))
        doc->doc.due_at = ctx->now_ms + days * DAY_MS;
    if (is(step->event, "remind") || is(step->event, "receive") || is(step->event, "expire"))
        doc->doc.due_at = OPT_NONE;
    return rmas_go(ctx, doc, step->event, text_or_empty(step->note), err)
        && move_goods(ctx, doc, row, err);
}

bool rmas_step(Ctx *ctx, const RmaStep *request, Rma *reply, Error *err)
{
    RmaDoc doc;
    if (is(request->event, "settle"))
        return err_set(err, &ERR_FIELD_INVALID, "event",
                       "take it back: POST /v1/returns with this rma");
    if (!rmas_get(ctx, request->id, true, &doc, err) || !rma_go(ctx, &doc, request, err))
        return false;
    *reply = doc.doc;
    return true;
}

bool rmas_decide(Ctx *ctx, const RmaStep *request, Rma *reply, Error *err)
{
    return rmas_step(ctx, request, reply, err);
}

/* --- what was awaited and did not come --- */

typedef struct {
    Ctx    ctx;  /* a copy: its transaction is ours */
    size_t mark; /* arena in use before a transaction, which may be run again */
    Id     id;
} One;

/* It may have come meanwhile. */
static bool pass_over(Tx *tx, void *arg, Error *err)
{
    One    *one = arg;
    Ctx    *ctx = &one->ctx;
    RmaDoc  doc;
    Machine of       = MACHINE_COUNT;
    Str     next     = STR_NONE;
    RmaStep step     = { .id = one->id, .cost = OPT_NONE };
    ctx->tx          = tx;
    ctx->arena->used = one->mark;
    if (!rmas_get(ctx, one->id, true, &doc, err)) return false;
    step.event = is(doc.doc.kind, "advance") ? STR("remind") : STR("expire");
    if (doc.doc.due_at == OPT_NONE || doc.doc.due_at > ctx->now_ms
        || !rma_machine(doc.doc.kind, &of))
        return true;
    if (machine_next(of, doc.doc.state, step.event, &next)) return rma_go(ctx, &doc, &step, err);
    return q_rma_not_due_exec(tx, &(RmaNotDueIn){ ctx->who.merchant, one->id }, NULL, err);
}

bool rmas_pass_over_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err)
{
    Ctx     ctx   = { .arena = arena, .db = db, .env = env, .now_ms = now_ms };
    RmaDue *due   = NULL;
    size_t  count = 0;
    if (!db_read_begin(db, &ctx.tx, err)) return false;
    bool ok = rmas_due(&ctx, DUE_MAX, &due, &count, err);
    db_read_end(ctx.tx);
    ctx.tx = NULL;
    for (size_t i = 0; i < count; i++) { /* one that fails must not stop the others */
        Error why   = { .def = NULL };
        One   one   = { ctx, arena->used, due[i].id };
        one.ctx.who = (Principal){ .merchant = due[i].merchant, .perms = PERMS_ALL };
        if (db_write(db, pass_over, &one, &why)) continue;
        *err = why;
        ok   = false;
    }
    return ok;
}
