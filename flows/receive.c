/* receive.c — goods come from a vendor: on a purchase order, on an advance ship notice, or without any.
 * What came is shared out over the lines of the order, in turn; what is beyond them and the tolerance is
 * refused unless a person accepts it. Good pieces go to floor, backroom or quarantine, damaged ones to
 * damaged; what is on order shrinks by what is no longer to come. */
#include "core/fefo.h"
#include "core/machine.h"
#include "core/money.h"
#include "flows/availability.h"
#include "flows/goods_code.h"
#include "flows/purchase.h"
#include "shop/catalog/catalog.h"
#include "shop/settings/settings.h"

#include <stdio.h>
#include <stdlib.h>

enum { NO_LINE = -1 };

/* Goods as they came: one line of the request. */
typedef struct {
    size_t     index;
    Id         item;
    Str        sku, to, reason, lot, expires;
    int64_t    line, qty, damaged; /* line: OPT_NONE where it is not said */
    StockMarks marks;
} Came;

/* Of that, what belongs to one line of the order. */
typedef struct {
    const Came *came;
    int64_t     at; /* index of the order's line, or NO_LINE */
    int64_t     qty, damaged, expected;
    size_t      first_serial;
} Part;

typedef struct {
    const ReceiveRequest *request;
    PurchaseDoc           order;
    AsnDoc                asn;
    bool                  has_order, has_asn, blind;
    Str                   vendor, location;
    int64_t               over_percent;
    Came                 *came;
    Part                 *parts;
    size_t                part_count, part_room;
    int64_t              *expected; /* by line of the order: what should come with this delivery */
    int64_t              *changes;  /* by line of the order: of what is on order */
} Delivery;

static bool at_line(Error *err, const ErrDef *def, size_t i, const char *field, const char *why)
{
    char path[48];
    (void)snprintf(path, sizeof path, "lines[%zu].%s", i, field);
    return err_set(err, def, path, "%s", why);
}

/* --- load --- */

static bool load_order(Ctx *ctx, Delivery *d, Error *err)
{
    Id order = d->request->order;
    if (!id_is_none(d->request->asn)) {
        if (!asns_get(ctx, d->request->asn, "asn", &d->asn, err)) return false;
        if (!id_is_none(order) && !id_eq(order, d->asn.doc.order))
            return err_set(err, &ERR_FIELD_INVALID, "asn", "the notice belongs to another purchase order");
        order      = d->asn.doc.order;
        d->has_asn = true;
    }
    if (id_is_none(order)) return true;
    d->has_order = true;
    if (!purchasing_get(ctx, order, true, "order", &d->order, err)) return false;
    if (!purchasing_is_under_way(&d->order))
        return err_set(err, &ERR_STATE_REFUSED, "order", "the purchase order is %.*s",
                       STR_FMT(d->order.doc.state));
    d->vendor   = d->order.doc.vendor;
    d->location = d->order.doc.location;
    if (d->request->location.len && !str_eq(d->request->location, d->location))
        return err_set(err, &ERR_FIELD_INVALID, "location", "the goods were ordered for %.*s",
                       STR_FMT(d->location));
    if (!d->has_asn) return true;
    if (!asns_get(ctx, d->request->asn, "asn", &d->asn, err)) return false; /* again: locked now */
    Str next = STR_NONE;
    return machine_step(MACHINE_ASN, d->asn.doc.state, STR("receive"), "asn", &next, err);
}

static bool load(Ctx *ctx, Delivery *d, Error *err)
{
    Vendor  vendor;
    int64_t blind = 0;
    if (!load_order(ctx, d, err) || !settings_get(ctx, &SETTING_RECEIVE_OVER_PERCENT, &d->over_percent, err)
        || !settings_get(ctx, &SETTING_RECEIVE_BLIND, &blind, err))
        return false;
    d->blind = d->request->blind || blind;
    if (d->request->accept_over && !ctx_may(ctx, &PERM_PURCHASES_WRITE))
        return err_set(err, &ERR_PERMISSION_MISSING, "accept_over", "needs purchases.write");
    if (!d->has_order) {
        d->vendor   = text_or_none(d->request->vendor);
        d->location = d->request->location;
        if (!d->location.len)
            return err_set(err, &ERR_FIELD_INVALID, "location", "must be there without an order");
        if (d->request->close_short)
            return err_set(err, &ERR_FIELD_INVALID, "close_short", "there is no order");
        if (d->vendor.len && !purchasing_vendor(ctx, d->vendor, false, "vendor", &vendor, err))
            return false;
        return purchasing_location(ctx, d->location, "location", err);
    }
    size_t count = d->order.doc.lines.count;
    d->expected  = arena_array(ctx->arena, int64_t, count + 1);
    d->changes   = arena_array(ctx->arena, int64_t, count + 1);
    if (!d->expected || !d->changes) return err_memory(err);
    for (size_t i = 0; i < count && !d->has_asn; i++) d->expected[i] = d->order.doc.lines.items[i].open;
    for (size_t i = 0; i < d->asn.doc.lines.count; i++) {
        const AsnLine *line = &d->asn.doc.lines.items[i];
        if (line->quantity > line->received) d->expected[line->line - 1] += line->quantity - line->received;
    }
    return true;
}

/* What a barcode tells besides the item: lot, last day, serial number. */
static bool read_scanned(Ctx *ctx, Str barcode, Came *out, Error *err)
{
    ScanAsk ask  = { barcode };
    Scan    scan = { .quantity = OPT_NONE };
    if (!barcode.len) return true;
    if (!scan_read(ctx, &ask, &scan, err)) return false;
    if (!out->lot.len) out->lot = scan.lot;
    if (!out->expires.len) out->expires = scan.expires.len ? scan.expires : scan.best_before;
    if (out->marks.serials.count || !scan.serial.len) return true;
    Str *one = arena_array(ctx->arena, Str, 1);
    if (!one) return err_memory(err);
    *one               = scan.serial;
    out->marks.serials = (TextList){ one, 1 };
    return true;
}

/* What the notice says of the goods where who receives does not: the lot when there is only one, the
 * numbers when all of its pieces come at once. */
static void fill_from_notice(const Delivery *d, Came *came)
{
    const AsnLine *only = NULL;
    for (size_t i = 0; i < d->asn.doc.lines.count; i++) {
        const AsnLine *line = &d->asn.doc.lines.items[i];
        if (!str_eq(line->sku, came->sku) || (came->line != OPT_NONE && came->line != line->line)) continue;
        if (only && !str_eq(text_or_empty(only->lot), text_or_empty(line->lot))) return;
        if (only && (only->serials.count || line->serials.count)) return;
        only = line;
    }
    if (!only) return;
    if (!came->lot.len && only->lot.len) {
        came->lot = only->lot;
        if (!came->expires.len) came->expires = only->expires;
    }
    if (came->marks.serials.count || came->qty != only->quantity || only->received) return;
    came->marks.serials = (TextList){ only->serials.items, only->serials.count };
}

static bool read_line(Ctx *ctx, Delivery *d, size_t i, Error *err)
{
    const ReceiveLine *in    = &d->request->lines.items[i];
    Came              *out   = &d->came[i];
    Str                place = d->request->to.len ? d->request->to : STR("backroom");
    PurchaseItem       item;
    int64_t            pack = QTY_ONE;
    char               field[40];
    (void)snprintf(field, sizeof field, "lines[%zu].%s", i, in->sku.len ? "sku" : "barcode");
    *out = (Came){ .index   = i,
                   .line    = in->line,
                   .to      = in->to.len ? in->to : place,
                   .reason  = in->reason,
                   .lot     = in->lot,
                   .expires = in->expires,
                   .marks   = { .serials = { in->serials.items, in->serials.count } } };
    if (!goods_code_read(ctx, in->sku, in->barcode, field, &out->sku, &pack, err)
        || !purchasing_item(ctx, out->sku, field, &item, err) || !read_scanned(ctx, in->barcode, out, err))
        return false;
    out->item = item.id;
    (void)snprintf(field, sizeof field, "lines[%zu].quantity", i);
    if (in->sku.len && in->quantity == OPT_NONE)
        return err_set(err, &ERR_FIELD_INVALID, field, "must be there with a SKU");
    if (!goods_code_quantity(opt_or(in->quantity, QTY_ONE), pack, item.step, field, &out->qty, err))
        return false;
    (void)snprintf(field, sizeof field, "lines[%zu].damaged", i);
    if (in->damaged != OPT_NONE
        && !goods_code_quantity(in->damaged, pack, item.step, field, &out->damaged, err))
        return false;
    if (out->damaged > out->qty) return at_line(err, &ERR_FIELD_INVALID, i, "damaged", "less came");
    if (out->damaged && !in->reason.len)
        return at_line(err, &ERR_FIELD_INVALID, i, "reason", "must say what is damaged");
    fill_from_notice(d, out);
    if (out->marks.serials.count && (int64_t)out->marks.serials.count * QTY_ONE != out->qty)
        return at_line(err, &ERR_FIELD_INVALID, i, "serials", "there must be one for each piece");
    if (out->marks.serials.count && out->damaged && out->damaged != out->qty)
        return at_line(err, &ERR_FIELD_INVALID, i, "damaged",
                       "damaged pieces with numbers need their own line");
    out->marks.lot = out->lot;
    if (out->expires.len && !fefo_day(out->expires, &out->marks.expires_day))
        return at_line(err, &ERR_FIELD_INVALID, i, "expires", "must be a day, YYYY-MM-DD");
    return true;
}

/* --- compute: which line of the order is it? --- */

static void add_part(Delivery *d, const Came *came, int64_t at, int64_t qty, int64_t *damaged,
                     size_t *serial)
{
    int64_t bad = *damaged < qty ? *damaged : qty;
    Part   *p   = &d->parts[d->part_count++];
    *p          = (Part){ came, at, qty, bad, 0, *serial };
    *damaged -= bad;
    *serial += came->marks.serials.count ? (size_t)(qty / QTY_ONE) : 0;
    if (at == NO_LINE) {
        p->expected = d->has_order ? 0 : qty;
        return;
    }
    PurchaseLine *line = &d->order.doc.lines.items[at];
    int64_t       gone = qty < line->open ? qty : line->open;
    p->expected        = qty < d->expected[at] ? qty : d->expected[at];
    d->expected[at] -= p->expected;
    d->changes[at] -= gone;
    line->open -= gone;
    line->received += qty;
    line->damaged += bad;
}

/* Whether the line of the order is meant by what came. */
static bool is_meant(const Delivery *d, size_t at, const Came *came)
{
    const PurchaseLine *line = &d->order.doc.lines.items[at];
    return str_eq(line->sku, came->sku) && (came->line == OPT_NONE || came->line == line->line);
}

static bool within(const Delivery *d, const PurchaseLine *line)
{
    int64_t most = line->quantity - line->cancelled;
    return line->received <= most + most / 100 * d->over_percent + most % 100 * d->over_percent / 100;
}

static bool share_out(Delivery *d, const Came *came, Error *err)
{
    int64_t left = came->qty, damaged = came->damaged, last = NO_LINE;
    size_t  serial = 0;
    for (size_t i = 0; d->has_order && i < d->order.doc.lines.count; i++) {
        if (!is_meant(d, i, came)) continue;
        int64_t open = d->order.doc.lines.items[i].open, qty = left < open ? left : open;
        last = (int64_t)i;
        if (qty > 0) add_part(d, came, last, qty, &damaged, &serial);
        left -= qty;
    }
    if (d->has_order && last == NO_LINE && came->line != OPT_NONE)
        return at_line(err, &ERR_PURCHASE_ITEM, came->index, "line", "the purchase order has no such line");
    if (d->has_order && last == NO_LINE && !d->request->accept_over)
        return at_line(err, &ERR_RECEIVE_UNORDERED, came->index, "sku", "was not ordered");
    if (left > 0) add_part(d, came, last, left, &damaged, &serial);
    if (last == NO_LINE || d->request->accept_over || within(d, &d->order.doc.lines.items[last]))
        return true;
    return at_line(err, &ERR_RECEIVE_OVER, came->index, "quantity", "is more than may come of it");
}

/* What should have come with this delivery and did not: told with the last part of its line, or in a line
 * of its own when the delivery is whole. */
static bool add_missing(Ctx *ctx, Delivery *d, Error *err)
{
    bool whole = d->has_asn || d->request->close_short;
    for (size_t i = 0; d->has_order && i < d->order.doc.lines.count; i++) {
        Part *last = NULL;
        for (size_t p = 0; p < d->part_count; p++)
            if (d->parts[p].at == (int64_t)i) last = &d->parts[p];
        if (d->expected[i] == 0 || (!last && !whole)) continue;
        if (!last) {
            Came *none = arena_new(ctx->arena, Came);
            if (!none) return err_memory(err);
            *none = (Came){ .item = d->order.items[i],
                            .sku  = d->order.doc.lines.items[i].sku,
                            .to   = STR("backroom") };
            last  = &d->parts[d->part_count++];
            *last = (Part){ .came = none, .at = (int64_t)i };
        }
        last->expected += d->expected[i];
    }
    return true;
}

static bool compute(Ctx *ctx, Delivery *d, Error *err)
{
    size_t count = d->request->lines.count, lines = d->has_order ? d->order.doc.lines.count : 0;
    for (size_t i = 0; i < count; i++) d->part_room += 1; /* what is left over of it */
    for (size_t i = 0; i < count; i++)
        for (size_t l = 0; l < lines; l++) d->part_room += is_meant(d, l, &d->came[i]);
    d->parts = arena_array(ctx->arena, Part, d->part_room + lines + 1);
    if (!d->parts) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        if (!share_out(d, &d->came[i], err)) return false;
    return add_missing(ctx, d, err);
}

/* --- apply --- */

static int by_item(const void *a, const void *b)
{
    const Came *x = *(const Came *const *)a, *y = *(const Came *const *)b;
    int         c = id_cmp(x->item, y->item);
    return c ? c : (x->index > y->index) - (x->index < y->index);
}

static bool move_in(Ctx *ctx, StockDoc *doc, const Delivery *d, Came *came, Str state, int64_t qty,
                    Error *err)
{
    StockMove move = { .item          = came->item,
                       .sku           = came->sku,
                       .from_location = STR(""),
                       .from_state    = STR("vendor"),
                       .to_location   = d->location,
                       .to_state      = state,
                       .qty           = qty,
                       .marks         = &came->marks };
    if (qty == 0 || inventory_move(ctx, doc, &move, err)) return true;
    return err_in_list(err, "lines", came->index);
}

static bool move_all(Ctx *ctx, StockDoc *doc, Delivery *d, Error *err)
{
    size_t count = d->request->lines.count;
    Came **list  = arena_array(ctx->arena, Came *, count + 1);
    if (!list) return err_memory(err);
    for (size_t i = 0; i < count; i++) list[i] = &d->came[i];
    qsort(list, count, sizeof(Came *), by_item);
    for (size_t i = 0; i < count; i++)
        if (!move_in(ctx, doc, d, list[i], list[i]->to, list[i]->qty - list[i]->damaged, err)
            || !move_in(ctx, doc, d, list[i], STR("damaged"), list[i]->damaged, err))
            return false;
    return true;
}

/* Who waits for what has come gets it at once, before anybody else can be promised it. */
static bool serve_waiting(Ctx *ctx, const Delivery *d, Error *err)
{
    size_t count = d->request->lines.count;
    Came **list  = arena_array(ctx->arena, Came *, count + 1);
    if (!list) return err_memory(err);
    for (size_t i = 0; i < count; i++) list[i] = &d->came[i];
    qsort(list, count, sizeof(Came *), by_item);
    for (size_t i = 0; i < count; i++)
        if ((i == 0 || !id_eq(list[i]->item, list[i - 1]->item))
            && !availability_allocate(ctx, list[i]->item, d->location, err))
            return false;
    return true;
}

/* What came of the notice, line by line; what is beyond it stays with its last line. */
static void take_off_notice(Delivery *d)
{
    for (size_t p = 0; p < d->part_count; p++) {
        int64_t  left = d->parts[p].qty;
        AsnLine *last = NULL;
        for (size_t i = 0; i < d->asn.doc.lines.count && left > 0; i++) {
            AsnLine *line = &d->asn.doc.lines.items[i];
            if (line->line != d->parts[p].at + 1) continue;
            int64_t room = line->quantity > line->received ? line->quantity - line->received : 0;
            int64_t qty  = left < room ? left : room;
            line->received += qty;
            left -= qty;
            last = line;
        }
        if (last) last->received += left;
    }
}

static bool end_order(Ctx *ctx, Delivery *d, StockDoc *doc, Error *err)
{
    int64_t open = purchase_open(&d->order);
    bool    cut  = d->request->close_short && open > 0;
    for (size_t i = 0; cut && i < d->order.doc.lines.count; i++)
        purchase_drop(&d->order.doc.lines.items[i], d->order.doc.lines.items[i].open, &d->changes[i]);
    Str event = cut ? STR("close") : open == 0 ? STR("complete") : STR("receive");
    if (!purchase_expect(ctx, doc, &d->order, d->changes, err)) return false;
    if (d->has_asn) {
        take_off_notice(d);
        if (!asns_received(ctx, &d->asn, err)) return false;
    }
    const EventDef *told = open == 0 || cut ? &EVENT_PURCHASE_ENDED : NULL;
    return purchasing_step(ctx, &d->order, event, err)
           && purchasing_tell(ctx, &d->order, told, STR("purchase.receive"), text_or_empty(d->request->ref),
                              err);
}

static int64_t asn_line_of(const Delivery *d, int64_t at)
{
    for (size_t i = 0; i < d->asn.doc.lines.count; i++)
        if (d->asn.doc.lines.items[i].line == at + 1) return d->asn.doc.lines.items[i].n;
    return 0;
}

static bool write_down(Ctx *ctx, const Delivery *d, GoodsReceipt *reply, Error *err)
{
    ReceiptLinePut *put = arena_array(ctx->arena, ReceiptLinePut, d->part_count + 1);
    reply->lines.items  = arena_array(ctx->arena, GoodsReceiptLine, d->part_count + 1);
    if (!put || !reply->lines.items) return err_memory(err);
    for (size_t i = 0; i < d->part_count; i++) {
        const Part *p = &d->parts[i];
        put[i]        = (ReceiptLinePut){ p->came->item, p->at + 1, asn_line_of(d, p->at), p->expected };
        GoodsReceiptLine *line = &reply->lines.items[i];
        *line                  = (GoodsReceiptLine){ .n        = (int64_t)i + 1,
                                                     .line     = p->at == NO_LINE ? OPT_NONE : p->at + 1,
                                                     .sku      = p->came->sku,
                                                     .expected = d->blind ? OPT_NONE : p->expected,
                                                     .quantity = p->qty,
                                                     .damaged  = p->damaged,
                                                     .state    = p->came->to,
                                                     .reason   = text_or_none(p->came->reason),
                                                     .lot      = text_or_none(p->came->lot),
                                                     .expires  = text_or_none(p->came->expires) };
        if (!p->came->marks.serials.count || p->qty == 0) continue;
        line->serials.items = p->came->marks.serials.items + p->first_serial;
        line->serials.count = (size_t)(p->qty / QTY_ONE);
    }
    reply->lines.count = d->part_count;
    return receipts_put(ctx, reply, put, err);
}

bool receipts_create(Ctx *ctx, const ReceiveRequest *request, GoodsReceipt *reply, Error *err)
{
    Delivery d = { .request = request, .came = arena_array(ctx->arena, Came, request->lines.count + 1) };
    if (!d.came) return err_memory(err);
    if (!load(ctx, &d, err)) return false;
    for (size_t i = 0; i < request->lines.count; i++)
        if (!read_line(ctx, &d, i, err)) return false;
    if (!compute(ctx, &d, err)) return false;
    *reply       = (GoodsReceipt){ .id       = ctx_new_id(ctx),
                                   .asn      = request->asn,
                                   .vendor   = d.vendor,
                                   .location = d.location,
                                   .ref      = text_or_none(request->ref),
                                   .note     = text_or_none(request->note),
                                   .blind    = d.blind };
    StockDoc doc = { reply->id, STR("receipt"), 0 };
    if (d.has_order && !end_order(ctx, &d, &doc, err)) return false;
    if (!move_all(ctx, &doc, &d, err) || !serve_waiting(ctx, &d, err)) return false;
    if (d.has_order) {
        reply->order       = d.order.doc.id;
        reply->order_state = d.order.doc.state;
    }
    if (!write_down(ctx, &d, reply, err)) return false;
    if (d.blind) reply->over = reply->missing = OPT_NONE;
    for (size_t i = 0; d.blind && i < reply->lines.count;) { /* nor that something did not come at all */
        if (reply->lines.items[i].quantity > 0) i++;
        else reply->lines.items[i] = reply->lines.items[--reply->lines.count];
    }
    return true;
}
