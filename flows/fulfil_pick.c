/* fulfil_pick.c — picking: goods are taken by scan or by line, are short, or another item is given. See
 * docs/FULFILMENT.md. */
#include "flows/fulfil_work.h"
#include "flows/goods.h"
#include "shop/audit/audit.h"
#include "shop/catalog/catalog.h"
#include "shop/locations/locations.h"
#include "shop/settings/settings.h"
#include "shop/work/work.h"

static bool is(const FulfilDoc *doc, const char *state)
{
    return str_eq(doc->state, str_from(state));
}

/* Loads it for somebody who picks: an open one is begun. Errors: STATE_REFUSED. */
static bool load_picking(Ctx *ctx, Id id, FulfilDoc *doc, Error *err)
{
    Str next = STR_NONE;
    if (!fulfilments_load(ctx, id, true, doc, err)) return false;
    if (is(doc, "open")) return fulfilments_step(ctx, doc, STR("start"), err);
    return machine_step(fulfil_machine(doc->method), doc->state, STR("finish"), "id", &next, err);
}

/* When nothing is left to be picked: it is picked, or, with nothing in it, rejected. */
static bool finish(Ctx *ctx, FulfilDoc *doc, Error *err)
{
    int64_t open = 0, here = 0;
    for (size_t i = 0; i < doc->line_count; i++) {
        open += fulfil_line_open(&doc->lines[i]);
        here += fulfil_line_here(&doc->lines[i]);
    }
    if (open > 0) return true;
    return fulfilments_step(ctx, doc, here ? STR("finish") : STR("reject"), err);
}

bool fulfil_start(Ctx *ctx, const FulfilNote *request, Fulfilment *reply, Error *err)
{
    FulfilDoc doc;
    if (!work_may_do(ctx, STR("pick"), request->id, err)) return false;
    return fulfilments_load(ctx, request->id, true, &doc, err)
        && fulfilments_step(ctx, &doc, STR("start"), err) && fulfilments_shown(ctx, &doc, reply, err);
}

/* ---- taking goods ---- */

/* The line that a scanned item is for: the one that was named,
 * else the first with some of it to be picked. */
static bool line_of_item(FulfilDoc *doc, Id item, int64_t n, FulfilLine **out, Error *err)
{
    bool known = false;
    if (n != OPT_NONE) {
        if (!fulfil_line_at(doc, n, out, err)) return false;
        return id_eq((*out)->item, item)
            || err_set(err, &ERR_SCAN_MISMATCH, "barcode", "this is not %.*s", STR_FMT((*out)->sku));
    }
    for (size_t i = 0; i < doc->line_count; i++) {
        if (!id_eq(doc->lines[i].item, item)) continue;
        known = true;
        *out  = &doc->lines[i];
        if (fulfil_line_open(*out) > 0) return true;
    }
    if (known) return err_set(err, &ERR_PICK_EXCEEDS, "barcode", "all of this item is picked");
    return err_set(err, &ERR_SCAN_MISMATCH, "barcode", "this item is not in the fulfilment");
}

static bool find_line(Ctx *ctx, FulfilDoc *doc, const PickInput *request, FulfilLine **line, int64_t *qty,
                      StockMarks *marks, Error *err)
{
    Scan    scan = { .gtin = STR_NONE };
    int64_t must = 0;
    *qty         = request->quantity;
    if (request->barcode.len) {
        if (!scan_read(ctx, &(ScanAsk){ request->barcode }, &scan, err)) return false;
        if (*qty == OPT_NONE) *qty = scan.quantity;
        if (scan.lot.len) marks->lot = scan.lot;
        if (scan.serial.len) {
            marks->serials = (TextList){ arena_new(ctx->arena, Str), 1 };
            if (!marks->serials.items) return err_memory(err);
            marks->serials.items[0] = scan.serial;
        }
        return line_of_item(doc, scan.item->id, request->line, line, err);
    }
    if (!settings_get(ctx, &SETTING_PICK_SCAN, &must, err)) return false;
    if (must) return err_set(err, &ERR_FIELD_INVALID, "barcode", "the goods must be scanned");
    if (request->line == OPT_NONE)
        return err_set(err, &ERR_FIELD_INVALID, "line", "name a line or a barcode");
    return fulfil_line_at(doc, request->line, line, err);
}

static bool take(Ctx *ctx, const FulfilDoc *doc, const FulfilLine *line, Str from, int64_t qty,
                 const StockMarks *named, Error *err)
{
    StockMarks marks = *named;
    StockWant  of    = { .item = line->item, .sku = line->sku };
    StockDoc   stock = { doc->id, STR("pick"), 0 };
    ClaimTake  what  = { .owner       = doc->id,
                         .n           = line->n,
                         .sku         = line->sku,
                         .from_state  = from,
                         .to_location = doc->location,
                         .to_state    = STR("picked"),
                         .qty         = qty,
                         .marks       = &marks };
    return qty == 0 || goods_pick(ctx, &stock, doc->order, line->order_line, &of, &what, err);
}

bool fulfil_pick(Ctx *ctx, const PickInput *request, Fulfilment *reply, Error *err)
{
    FulfilDoc   doc;
    FulfilLine *line  = NULL;
    int64_t     qty   = 0;
    StockMarks  marks = { .lot = request->lot, .serials = request->serials };
    if (!work_may_do(ctx, STR("pick"), request->id, err)) return false;
    if (!load_picking(ctx, request->id, &doc, err)
        || !find_line(ctx, &doc, request, &line, &qty, &marks, err))
        return false;
    int64_t open = fulfil_line_open(line);
    if (qty == OPT_NONE) qty = marks.serials.count ? (int64_t)marks.serials.count * QTY_ONE : open;
    if (qty > open || open == 0)
        return err_set(err, &ERR_PICK_EXCEEDS, "quantity", "%lld.%03lld of %.*s are still to be picked",
                       (long long)(open / QTY_ONE), (long long)(open % QTY_ONE), STR_FMT(line->sku));
    line->picked += qty;
    Str detail = str_format(ctx->arena, "line %lld: %lld of %.*s", (long long)line->n, (long long)qty,
                            STR_FMT(line->sku));
    if (!detail.ptr) return err_memory(err);
    return take(ctx, &doc, line, request->from.ptr ? request->from : STR("sellable"), qty, &marks, err)
        && fulfilments_line_put(ctx, doc.id, line, err)
        && audit_append(ctx, STR("fulfilment.pick"), doc.id, detail, err) && finish(ctx, &doc, err)
        && fulfilments_shown(ctx, &doc, reply, err);
}

/* ---- what is not there ---- */

/* So that nobody else is promised it: what the shelf does not have is set aside until it is counted, as far
 * as the books have it. */
static bool set_aside(Ctx *ctx, const FulfilDoc *doc, const FulfilLine *line, Str goods, int64_t qty,
                      Error *err)
{
    AtpLevel level;
    StockDoc stock = { doc->id, STR("short_pick"), 0 };
    bool     hurt  = str_eq(goods, STR("damaged"));
    if (str_eq(goods, STR("there"))) return true;
    if (!inventory_level(ctx, line->item, doc->location, &level, err)) return false;
    for (int turn = 0; turn < 2 && qty > 0; turn++) {
        int64_t   have = turn == 0 ? level.floor : level.backroom;
        int64_t   part = have < qty ? have : qty;
        StockMove move = { .item          = line->item,
                           .sku           = line->sku,
                           .from_location = doc->location,
                           .from_state    = turn == 0 ? STR("floor") : STR("backroom"),
                           .to_location   = doc->location,
                           .to_state      = hurt ? STR("damaged") : STR("quarantine"),
                           .qty           = part,
                           .is_fact       = true };
        if (part <= 0) continue;
        if (!inventory_move(ctx, &stock, &move, err)) return false;
        qty -= part;
    }
    return true;
}

bool fulfil_short(Ctx *ctx, const ShortInput *request, Fulfilment *reply, Error *err)
{
    FulfilDoc   doc;
    FulfilLine *line  = NULL;
    Str         goods = request->goods.ptr ? request->goods : STR("missing");
    if (!load_picking(ctx, request->id, &doc, err) || !fulfil_line_at(&doc, request->line, &line, err))
        return false;
    int64_t    open = fulfil_line_open(line);
    FulfilPart part = { line, opt_or(request->quantity, open) };
    if (part.qty > open || open == 0)
        return err_set(err, &ERR_PICK_EXCEEDS, "quantity", "less of it is still to be picked");
    Str detail = str_format(ctx->arena, "line %lld: %lld of %.*s %.*s", (long long)line->n,
                            (long long)part.qty, STR_FMT(line->sku), STR_FMT(goods));
    if (!detail.ptr) return err_memory(err);
    doc.reason = text_or_empty(request->reason);
    return inventory_claim_release(ctx, doc.id, line->n, part.qty, err)
        && set_aside(ctx, &doc, line, goods, part.qty, err)
        && audit_append(ctx, STR("fulfilment.short"), doc.id, detail, err)
        && fulfil_resource(ctx, &doc, &part, 1, STR("short"), err) && finish(ctx, &doc, err)
        && fulfilments_shown(ctx, &doc, reply, err);
}

/* Everything that was promised of it is given back and comes from elsewhere. */
bool fulfil_reject(Ctx *ctx, const CallOff *request, Fulfilment *reply, Error *err)
{
    FulfilDoc doc;
    size_t    count = 0;
    Str       next  = STR_NONE;
    if (!fulfilments_load(ctx, request->id, true, &doc, err)) return false;
    Str         to    = request->to.ptr ? request->to : STR("backroom");
    FulfilMove  move  = { .from_location = doc.location,
                          .from_state    = STR("picked"),
                          .to_location   = doc.location,
                          .to_state      = to,
                          .cause         = STR("unpick"),
                          .unpicked      = true };
    FulfilPart *parts = arena_array(ctx->arena, FulfilPart, doc.line_count + 1);
    if (!parts) return err_memory(err);
    if (!machine_step(fulfil_machine(doc.method), doc.state, STR("reject"), "id", &next, err)
        || !fulfil_move(ctx, &doc, &move, err) || !inventory_claims_drop(ctx, doc.id, err))
        return false;
    for (size_t i = 0; i < doc.line_count; i++) {
        int64_t open = fulfil_line_open(&doc.lines[i]);
        if (open > 0) parts[count++] = (FulfilPart){ &doc.lines[i], open };
    }
    doc.reason = text_or_empty(request->reason);
    return fulfil_resource(ctx, &doc, parts, count, STR("rejected"), err)
        && fulfilments_step(ctx, &doc, STR("reject"), err) && fulfilments_shown(ctx, &doc, reply, err);
}

/* ---- another item instead ---- */

static bool may_substitute(Ctx *ctx, const FulfilDoc *doc, Id item, const SaleItem *other, Error *err)
{
    Id    *allowed = NULL;
    size_t count   = 0;
    if (!doc->substitutes)
        return err_set(err, &ERR_SUBSTITUTE_REFUSED, "id", "the customer takes no substitutes");
    if (!substitutes_of(ctx, item, &allowed, &count, err)) return false;
    for (size_t i = 0; i < count; i++)
        if (id_eq(allowed[i], other->id)) return true;
    return err_set(err, &ERR_SUBSTITUTE_REFUSED, "sku", "it is none of the item's substitutes");
}

static bool claim_other(Ctx *ctx, const FulfilDoc *doc, const SaleItem *other, int64_t n, int64_t qty,
                        Error *err)
{
    ClaimOwner owner = { STR("fulfilment"), doc->id, 0 };
    StockWant  want  = {
        .item = other->id, .sku = other->sku, .location = doc->location, .qty = qty
    };
    return fulfil_terms(ctx, doc->channel, other->id, doc->location, &want.terms, err)
        && inventory_claim(ctx, &owner, n, &want, err);
}

bool fulfil_substitute(Ctx *ctx, const SubstituteInput *request, Fulfilment *reply, Error *err)
{
    FulfilDoc   doc;
    FulfilLine *line = NULL;
    SaleItem    other;
    if (!load_picking(ctx, request->id, &doc, err) || !fulfil_line_at(&doc, request->line, &line, err)
        || !catalog_sale_item(ctx, request->sku, &other, err)
        || !may_substitute(ctx, &doc, line->item, &other, err))
        return false;
    int64_t open = fulfil_line_open(line), qty = opt_or(request->quantity, open);
    if (qty > open || open == 0)
        return err_set(err, &ERR_PICK_EXCEEDS, "quantity", "less of it is still to be picked");
    FulfilLine new = { .n          = (int64_t)doc.line_count + 1,
                       .order_line = line->order_line,
                       .instead_of = line->n,
                       .item       = other.id,
                       .sku        = other.sku,
                       .name       = other.name,
                       .qty        = qty };
    Str more = str_format(ctx->arena, ",\"line\":%lld,\"quantity_milli\":%lld", (long long)line->order_line,
                          (long long)qty);
    line->substituted += qty;
    if (!more.ptr) return err_memory(err);
    return inventory_claim_release(ctx, doc.id, line->n, qty, err)
        && claim_other(ctx, &doc, &other, new.n, qty, err) && fulfilments_line_put(ctx, doc.id, line, err)
        && fulfilments_line_add(ctx, &doc, &new, err)
        && fulfilments_tell(ctx, &EVENT_FULFILMENT_SUBSTITUTED, STR("fulfilment.substitute"), &doc, more,
                            err)
        && fulfilments_shown(ctx, &doc, reply, err);
}
