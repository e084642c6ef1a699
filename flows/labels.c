/* labels.c — what is stuck on a package: who sends it to whom, by which carrier, and its number as a bar
 * code. As PDF of 4 by 6 inches, or for label printers. See docs/FULFILMENT.md. */
#include "core/money.h"
#include "core/zpl.h"
#include "flows/label_paper.h"
#include "shop/fulfilment/fulfilment.h"
#include "shop/identity/identity.h"
#include "shop/locations/locations.h"
#include "shop/orders/orders.h"
#include "sys/paper.h"

#include <assert.h>

enum { WIDTH = 10160, HEIGHT = 15240, MARGIN = 500, INNER = WIDTH - 2 * MARGIN, ITEMS_MAX = 24 };

typedef struct {
    Merchant  merchant;
    FulfilDoc doc;
    Location  from;
    Order     order;
    Package   package;
    int64_t   count; /* of the fulfilment's packages that are not undone */
} Parcel;

typedef struct {
    Arena    *arena;
    SheetItem items[ITEMS_MAX];
    size_t    count;
    bool      failed; /* no room for a text */
} Label;

static bool load_package(Ctx *ctx, const LabelAsk *ask, Parcel *parcel, Error *err)
{
    Package *packages = NULL;
    size_t   count    = 0;
    bool     found    = false;
    if (!packages_of(ctx, parcel->doc.id, &packages, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(packages[i].state, STR("undone"))) parcel->count++;
        if (packages[i].n != ask->n) continue;
        parcel->package = packages[i];
        found           = true;
    }
    return found || err_set(err, &ERR_NOT_FOUND, "n", "there is no such package");
}

static bool load(Ctx *ctx, const LabelAsk *ask, Parcel *parcel, Error *err)
{
    bool found = false;
    if (!identity_merchant(ctx, &parcel->merchant, err)
        || !fulfilments_load(ctx, ask->id, false, &parcel->doc, err)
        || !load_package(ctx, ask, parcel, err)
        || !orders_get(ctx, parcel->doc.order, &parcel->order, err))
        return false;
    if (!parcel->package.tracking.len)
        return err_set(err, &ERR_LABEL_MISSING, "n", "buy a label for this package, or enter one, first");
    return locations_find(ctx, parcel->doc.location, &parcel->from, &found, err);
}

/* --- the drawing --- */

static void put(Label *label, SheetItem item)
{
    assert(label->count < ITEMS_MAX);
    label->items[label->count++] = item;
    label->failed                = label->failed || (item.kind != SHEET_LINE && !item.text.ptr);
}

static void line_at(Label *label, int y)
{
    put(label, (SheetItem){ .kind = SHEET_LINE, .x = MARGIN, .y = y, .width = INNER, .height = 50 });
}

static void text_at(Label *label, int x, int y, int size, int lines, Str text)
{
    put(label, (SheetItem){ .kind  = SHEET_TEXT,
                            .x     = x,
                            .y     = y,
                            .width = WIDTH - MARGIN - x,
                            .size  = size,
                            .lines = lines,
                            .bold  = size > 400,
                            .text  = text.ptr ? text : STR("") });
}

Str label_address(Arena *arena, const Address *to)
{
    Buf buf = buf_make(arena, 200);
    buf_add(&buf, to->street);
    buf_format(&buf, "\n%.*s %.*s", STR_FMT(to->postal_code), STR_FMT(to->city));
    if (to->region.len) buf_format(&buf, ", %.*s", STR_FMT(to->region));
    buf_format(&buf, "\n%.*s", STR_FMT(to->country));
    return buf_str(&buf);
}

static void draw_head(Label *label, const LabelText *text)
{
    text_at(label, MARGIN, MARGIN, 300, 4, text->from);
    line_at(label, 2150);
    text_at(label, MARGIN, 2350, 300, 1, STR("To"));
    text_at(label, MARGIN, 2800, 520, 2, text->to_name);
    if (text->to_address.len) text_at(label, MARGIN, 4150, 450, 5, text->to_address);
    line_at(label, 7200);
    text_at(label, MARGIN, 7400, 520, 1, text->service);
    text_at(label, MARGIN, 8200, 350, 1, text->which);
    line_at(label, 8900);
}

static void draw_codes(Label *label, const LabelText *text)
{
    put(label, (SheetItem){ .kind   = SHEET_CODE_128,
                            .x      = MARGIN + 300,
                            .y      = 9300,
                            .width  = INNER - 600,
                            .height = 2600,
                            .text   = text->tracking });
    put(label, (SheetItem){ .kind  = SHEET_TEXT,
                            .x     = MARGIN,
                            .y     = 12050,
                            .width = INNER,
                            .size  = 450,
                            .bold  = true,
                            .align = SHEET_CENTRE,
                            .text  = text->tracking });
    line_at(label, 12900);
    put(label, (SheetItem){ .kind   = SHEET_CODE_128,
                            .x      = MARGIN,
                            .y      = 13200,
                            .width  = 4800,
                            .height = 1200,
                            .text   = text->mine });
    text_at(label, 5700, 13250, 350, 1, text->mine);
    if (text->note.len) text_at(label, 5700, 13750, 280, 3, text->note);
}

static bool draw_text(Ctx *ctx, const LabelText *text, Label *label, Error *err)
{
    *label = (Label){ .arena = ctx->arena };
    draw_head(label, text);
    draw_codes(label, text);
    return !label->failed || err_memory(err);
}

bool label_pdf(Ctx *ctx, const LabelText *text, Str *out, Error *err)
{
    Label label;
    if (!draw_text(ctx, text, &label, err)) return false;
    Sheet sheet = { WIDTH, HEIGHT, label.items, label.count };
    return paper_pdf(ctx->arena, &sheet, 1, out, err);
}

/* To the customer, or to the store where it is fetched. */
static void tell_parcel(Arena *arena, const Parcel *parcel, LabelText *out)
{
    const FulfilDoc *doc     = &parcel->doc;
    const Package   *package = &parcel->package;
    Str              weight  = STR("");
    if (package->weight != OPT_NONE)
        weight = str_format(arena, "%.*s kg, ", STR_FMT(qty_text(arena, package->weight)));
    *out = (LabelText){ .from     = str_format(arena, "%.*s, %.*s\n%.*s", STR_FMT(parcel->merchant.name),
                                               STR_FMT(parcel->from.name), STR_FMT(parcel->from.address)),
                        .to_name  = doc->contact.name,
                        .service  = str_format(arena, "%.*s %.*s", STR_FMT(package->carrier),
                                               STR_FMT(package->service)),
                        .which    = str_format(arena, "%.*spackage %lld of %lld", STR_FMT(weight),
                                               (long long)package->n, (long long)parcel->count),
                        .tracking = package->tracking,
                        .mine     = str_format(arena, "%.*s/%lld/%lld", STR_FMT(parcel->order.receipt_number),
                                               (long long)doc->number, (long long)package->n),
                        .note     = doc->note };
    if (doc->store.len)
        out->to_name = str_format(arena, "%.*s (%.*s)", STR_FMT(doc->store), STR_FMT(doc->contact.name));
    if (doc->address.street.len) out->to_address = label_address(arena, &doc->address);
}

static bool draw(Ctx *ctx, const LabelAsk *ask, Label *label, Error *err)
{
    Parcel    parcel = { .count = 0 };
    LabelText text;
    if (!load(ctx, ask, &parcel, err)) return false;
    tell_parcel(ctx->arena, &parcel, &text);
    return draw_text(ctx, &text, label, err);
}

bool fulfil_label_pdf(Ctx *ctx, const LabelAsk *request, LabelPaper *reply, Error *err)
{
    Label label;
    if (!draw(ctx, request, &label, err)) return false;
    Sheet sheet = { WIDTH, HEIGHT, label.items, label.count };
    return paper_pdf(ctx->arena, &sheet, 1, &reply->text, err);
}

bool fulfil_label_zpl(Ctx *ctx, const LabelAsk *request, LabelPaper *reply, Error *err)
{
    Label label;
    if (!draw(ctx, request, &label, err)) return false;
    Sheet sheet = { WIDTH, HEIGHT, label.items, label.count };
    reply->text = zpl_write(ctx->arena, &sheet, 1, request->dpi == 300 ? ZPL_DOTS_300 : ZPL_DOTS_203);
    return reply->text.ptr || err_memory(err);
}
