/* fulfil_ship.c — what was picked is packed, sent, delivered, or comes back; and what is called off before.
 * See docs/FULFILMENT.md. */
#include "flows/charge.h"
#include "flows/fulfil_work.h"
#include "shop/audit/audit.h"
#include "shop/work/work.h"

static bool is(const FulfilDoc *doc, const char *state)
{
    return str_eq(doc->state, str_from(state));
}

static bool to_store(const FulfilDoc *doc)
{
    return str_eq(doc->method, STR("ship_to_store"));
}

/* Loads it when its machine takes the event now. Errors: NOT_FOUND, STATE_REFUSED. */
static bool load_for(Ctx *ctx, Id id, Str event, FulfilDoc *doc, Error *err)
{
    Str next = STR_NONE;
    return fulfilments_load(ctx, id, true, doc, err)
        && machine_step(fulfil_machine(doc->method), doc->state, event, "id", &next, err);
}

static bool step_and_show(Ctx *ctx, FulfilDoc *doc, Str event, Fulfilment *reply, Error *err)
{
    return fulfilments_step(ctx, doc, event, err) && fulfilments_shown(ctx, doc, reply, err);
}

/* ---- packing ---- */

/* All that is here, for the only package when it names no lines. */
static bool all_lines(Ctx *ctx, const FulfilDoc *doc, Package *out, Error *err)
{
    out->lines.items = arena_array(ctx->arena, PackageLine, doc->line_count + 1);
    out->lines.count = 0;
    if (!out->lines.items) return err_memory(err);
    for (size_t i = 0; i < doc->line_count; i++)
        if (fulfil_line_here(&doc->lines[i]) > 0)
            out->lines.items[out->lines.count++] =
                (PackageLine){ doc->lines[i].n, fulfil_line_here(&doc->lines[i]) };
    return true;
}

/* Counts what is in a package; a line may be named in it once. */
static bool count_lines(const FulfilDoc *doc, const Package *package, int64_t *packed, Error *err)
{
    for (size_t i = 0; i < package->lines.count; i++) {
        const PackageLine *line = &package->lines.items[i];
        if (line->line > (int64_t)doc->line_count)
            return err_set(err, &ERR_PACK_MISMATCH, "packages", "there is no line %lld",
                           (long long)line->line);
        for (size_t k = 0; k < i; k++)
            if (package->lines.items[k].line == line->line)
                return err_set(err, &ERR_PACK_MISMATCH, "packages", "line %lld is named twice in a package",
                               (long long)line->line);
        packed[line->line - 1] += line->quantity;
    }
    return true;
}

bool fulfil_pack(Ctx *ctx, const PackInput *request, Fulfilment *reply, Error *err)
{
    FulfilDoc doc;
    Package  *before = NULL;
    size_t    count = request->packages.count, old = 0;
    if (!work_may_do(ctx, STR("pack"), request->id, err)) return false;
    if (!load_for(ctx, request->id, STR("pack"), &doc, err)
        || !packages_of(ctx, doc.id, &before, &old, err))
        return false;
    int64_t *packed = arena_array(ctx->arena, int64_t, doc.line_count + 1);
    if (!packed) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        const PackInputPackage *in = &request->packages.items[i];
        Package new                = { .n      = (int64_t)(old + i) + 1,
                                       .state  = STR("packed"),
                                       .weight = in->weight,
                                       .lines  = { in->lines.items, in->lines.count } };
        if (count == 1 && in->lines.count == 0 && !all_lines(ctx, &doc, &new, err)) return false;
        if (!count_lines(&doc, &new, packed, err) || !packages_put(ctx, doc.id, &new, err)) return false;
    }
    for (size_t i = 0; i < doc.line_count; i++)
        if (packed[i] != fulfil_line_here(&doc.lines[i]))
            return err_set(err, &ERR_PACK_MISMATCH, "packages", "of line %zu %lld.%03lld are picked", i + 1,
                           (long long)(fulfil_line_here(&doc.lines[i]) / QTY_ONE),
                           (long long)(fulfil_line_here(&doc.lines[i]) % QTY_ONE));
    return step_and_show(ctx, &doc, STR("pack"), reply, err);
}

bool fulfil_label(Ctx *ctx, const PackageLabel *request, Fulfilment *reply, Error *err)
{
    FulfilDoc doc;
    Package  *packages = NULL;
    size_t    count    = 0;
    Str       next     = STR_NONE;
    bool      given_up = false;
    if (!fulfilments_load(ctx, request->id, true, &doc, err)) return false;
    if (!is(&doc, "labelled")
        && !machine_step(fulfil_machine(doc.method), doc.state, STR("label"), "id", &next, err))
        return false;
    if (!labels_give_up(ctx, doc.id, request->n, &given_up, err)
        || !packages_label(ctx, doc.id, request, err) || !packages_of(ctx, doc.id, &packages, &count, err))
        return false;
    bool all = is(&doc, "packed");
    for (size_t i = 0; i < count; i++) all = all && !str_eq(packages[i].state, STR("packed"));
    if (all) return step_and_show(ctx, &doc, STR("label"), reply, err);
    return fulfilments_shown(ctx, &doc, reply, err);
}

/* ---- sending ---- */

/* What the carrier says at the door, for packages that have no label yet. */
static bool label_rest(Ctx *ctx, const FulfilDoc *doc, const ShipInput *request, Error *err)
{
    Package *packages = NULL;
    size_t   count    = 0;
    if (!request->carrier.len) return true;
    if (!packages_of(ctx, doc->id, &packages, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        PackageLabel label = { .id       = doc->id,
                               .n        = packages[i].n,
                               .carrier  = request->carrier,
                               .service  = request->service,
                               .tracking = text_or_empty(request->tracking) };
        if (str_eq(packages[i].state, STR("packed")) && !packages_label(ctx, doc->id, &label, err))
            return false;
    }
    return true;
}

bool fulfil_sent(Ctx *ctx, FulfilDoc *doc, Error *err)
{
    bool       own  = to_store(doc);
    FulfilMove move = { .from_location = doc->location,
                        .from_state    = STR("picked"),
                        .to_location   = own ? doc->store : STR(""),
                        .to_state      = own ? STR("in_transit") : STR("customer"),
                        .cause         = own ? STR("send") : STR("delivery"),
                        .gone          = own ? 0 : 1 };
    return (own || fulfil_leaves(ctx, doc, err)) && fulfil_move(ctx, doc, &move, err)
        && packages_step(ctx, doc->id, STR("packed"), STR("gone"), err)
        && packages_step(ctx, doc->id, STR("labelled"), STR("gone"), err)
        && charge_follow(ctx, doc->order, err)
        && fulfilments_step(ctx, doc, STR("ship"), err);
}

bool fulfil_ship(Ctx *ctx, const ShipInput *request, Fulfilment *reply, Error *err)
{
    FulfilDoc doc;
    if (!work_may_do(ctx, STR("ship"), request->id, err)) return false;
    if (!load_for(ctx, request->id, STR("ship"), &doc, err)) return false;
    if (is(&doc, "failed")) /* the carrier still has it */
        return packages_step(ctx, doc.id, STR("failed"), STR("gone"), err)
            && step_and_show(ctx, &doc, STR("ship"), reply, err);
    return label_rest(ctx, &doc, request, err) && fulfil_sent(ctx, &doc, err)
        && fulfilments_shown(ctx, &doc, reply, err);
}

bool fulfil_deliver(Ctx *ctx, const DeliverInput *request, Fulfilment *reply, Error *err)
{
    FulfilDoc doc;
    if (!fulfil_signature_check(request->signature, err)
        || !load_for(ctx, request->id, STR("deliver"), &doc, err))
        return false;
    doc.handed_to = request->name;
    doc.signature = request->signature;
    return packages_step(ctx, doc.id, STR("gone"), STR("delivered"), err)
        && step_and_show(ctx, &doc, STR("deliver"), reply, err);
}

bool fulfil_fail(Ctx *ctx, const FulfilNote *request, Fulfilment *reply, Error *err)
{
    FulfilDoc doc;
    if (!load_for(ctx, request->id, STR("fail"), &doc, err)) return false;
    doc.reason = request->reason;
    return packages_step(ctx, doc.id, STR("gone"), STR("failed"), err)
        && step_and_show(ctx, &doc, STR("fail"), reply, err);
}

/* All that came back or goes back, as parts whose money is given back. */
static bool parts_of(Ctx *ctx, FulfilDoc *doc, bool gone, FulfilPart **parts, size_t *count, Error *err)
{
    *parts = arena_array(ctx->arena, FulfilPart, doc->line_count + 1);
    *count = 0;
    if (!*parts) return err_memory(err);
    for (size_t i = 0; i < doc->line_count; i++) {
        FulfilLine *line = &doc->lines[i];
        int64_t     qty  = gone ? line->gone : fulfil_line_here(line) + fulfil_line_open(line);
        if (qty > 0) (*parts)[(*count)++] = (FulfilPart){ line, qty };
    }
    return true;
}

bool fulfil_restock(Ctx *ctx, const RestockInput *request, Fulfilment *reply, Error *err)
{
    FulfilDoc   doc;
    FulfilPart *parts = NULL;
    size_t      count = 0;
    if (!load_for(ctx, request->id, STR("restock"), &doc, err)) return false;
    bool       own  = to_store(&doc);
    FulfilMove move = { .from_location = own ? doc.store : STR(""),
                        .from_state    = own ? STR("in_transit") : STR("customer"),
                        .to_location   = doc.location,
                        .to_state = request->disposition.ptr ? request->disposition : STR("quarantine"),
                        .cause    = STR("undelivered"),
                        .of_gone  = !own,
                        .gone     = own ? 0 : -1,
                        .put_back = true };
    return parts_of(ctx, &doc, !own, &parts, &count, err) && fulfil_move(ctx, &doc, &move, err)
        && packages_step(ctx, doc.id, STR("failed"), STR("undone"), err)
        && fulfil_pay_back(ctx, &doc, parts, count, own ? STR("no_show") : STR("failed"), err)
        && step_and_show(ctx, &doc, STR("restock"), reply, err);
}

bool fulfil_receive(Ctx *ctx, const FulfilNote *request, Fulfilment *reply, Error *err)
{
    FulfilDoc doc;
    if (!load_for(ctx, request->id, STR("receive"), &doc, err)) return false;
    FulfilMove move = { .from_location = doc.store,
                        .from_state    = STR("in_transit"),
                        .to_location   = doc.store,
                        .to_state      = STR("picked"),
                        .cause         = STR("receive") };
    return fulfil_move(ctx, &doc, &move, err)
        && packages_step(ctx, doc.id, STR("gone"), STR("delivered"), err)
        && step_and_show(ctx, &doc, STR("receive"), reply, err);
}

/* ---- calling off ---- */

bool fulfil_cancel(Ctx *ctx, const CallOff *request, Fulfilment *reply, Error *err)
{
    FulfilDoc   doc;
    FulfilPart *parts = NULL;
    size_t      count = 0;
    bool        labelled = false;
    if (!load_for(ctx, request->id, STR("cancel"), &doc, err)) return false;
    if (is(&doc, "waiting"))
        return err_set(err, &ERR_STATE_REFUSED, "id", "it waits for the payment: cancel the order");
    FulfilMove move = { .from_location = fulfil_place(&doc),
                        .from_state    = STR("picked"),
                        .to_location   = fulfil_place(&doc),
                        .to_state      = request->to.ptr ? request->to : STR("backroom"),
                        .cause         = STR("unpick"),
                        .unpicked      = true };
    doc.reason      = request->reason;
    return labels_give_up(ctx, doc.id, 0, &labelled, err) && parts_of(ctx, &doc, false, &parts, &count, err)
        && fulfil_move(ctx, &doc, &move, err)
        && fulfil_drop_open(ctx, &doc, err) && packages_step(ctx, doc.id, STR("packed"), STR("undone"), err)
        && packages_step(ctx, doc.id, STR("labelled"), STR("undone"), err)
        && packages_step(ctx, doc.id, STR("delivered"), STR("undone"), err)
        && fulfil_pay_back(ctx, &doc, parts, count, STR("short"), err)
        && step_and_show(ctx, &doc, STR("cancel"), reply, err);
}
