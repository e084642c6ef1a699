/* label_mail.c — labels with which customers send goods back. See label_mail.h. */
#include "flows/label_mail.h"

#include "flows/label_paper.h"
#include "flows/rma.h"
#include "shop/fulfilment/fulfilment.h"
#include "shop/identity/identity.h"
#include "shop/locations/locations.h"
#include "shop/settings/settings.h"

bool label_mail_places(Ctx *ctx, Id rma, CarrierLabel *parcel, Error *err)
{
    RmaDoc         doc;
    Merchant       merchant;
    Location       to      = { .code = STR("") };
    bool           found   = false;
    static Address nowhere = { .street = STR_NONE };
    static Contact nobody  = { .name = STR_NONE };
    if (!rmas_get(ctx, rma, false, &doc, err) || !identity_merchant(ctx, &merchant, err)
        || !locations_find(ctx, doc.doc.location, &to, &found, err))
        return false;
    const Address *from = doc.doc.address ? doc.doc.address : &nowhere;
    const Contact *who  = doc.doc.contact ? doc.doc.contact : &nobody;
    parcel->from = (CarrierPlace){ text_or_empty(who->name),         text_or_empty(from->street),
                                   text_or_empty(from->city),        text_or_empty(from->region),
                                   text_or_empty(from->postal_code), text_or_empty(from->country) };
    parcel->to   = (CarrierPlace){ .name    = merchant.name,
                                   .street  = text_or_empty(to.address),
                                   .city    = text_or_empty(to.name),
                                   .country = text_or_empty(to.country) };
    return true;
}

bool label_mail_sent(Ctx *ctx, Id rma, Error *err)
{
    RmaDoc  doc;
    Machine of   = MACHINE_COUNT;
    Str     next = STR_NONE;
    RmaStep step = { .id = rma, .event = STR("send"), .cost = OPT_NONE };
    if (!rmas_get(ctx, rma, true, &doc, err)) return false;
    if (!str_eq(doc.doc.kind, STR("mail")) || !rma_machine(doc.doc.kind, &of)
        || !machine_next(of, doc.doc.state, step.event, &next))
        return true;
    return rma_go(ctx, &doc, &step, err);
}

/* --- the routes --- */

/* The label that counts: the last one that was not refused or given up. */
static bool label_of(Ctx *ctx, Id rma, BoughtLabel *out, bool *found, Error *err)
{
    BoughtLabel *labels = NULL;
    size_t       count  = 0;
    *found              = false;
    if (!labels_of(ctx, rma, &labels, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        bool gone = str_eq(labels[i].state, STR("refused")) || str_eq(labels[i].state, STR("voided"))
                 || str_eq(labels[i].state, STR("voiding"));
        if (gone) continue;
        *out   = labels[i];
        *found = true;
    }
    return true;
}

bool rmas_show(Ctx *ctx, const ById *request, Rma *reply, Error *err)
{
    RmaDoc      doc;
    BoughtLabel label;
    bool        found = false;
    if (!rmas_get(ctx, request->id, false, &doc, err)
        || !label_of(ctx, request->id, &label, &found, err))
        return false;
    *reply = doc.doc;
    if (!found) return true;
    reply->label_state = label.state;
    reply->carrier     = text_or_none(label.carrier);
    reply->tracking    = text_or_none(label.tracking);
    return true;
}

/* What became of the label ctx->after_id. */
static bool tell(Ctx *ctx, Rma *reply, Error *err)
{
    BoughtLabel label;
    if (!labels_get(ctx, ctx->after_id, &label, err)
        || !rmas_show(ctx, &(ById){ label.fulfilment }, reply, err))
        return false;
    ctx->pending = str_eq(label.state, STR("asked"));
    return !str_eq(label.state, STR("refused"))
        || err_set(err, &ERR_LABEL_REFUSED, "service", "the carrier says: %.*s",
                   STR_FMT(label.reason));
}

/* After the commit: asks the service. */
static bool label_after(Ctx *ctx, void *reply, Error *err)
{
    if (!label_settle(ctx, ctx->after_id, ctx->after_arg != NULL, err)
        || !db_read_begin(ctx->db, &ctx->tx, err))
        return false;
    bool ok = tell(ctx, reply, err);
    db_read_end(ctx->tx);
    ctx->tx = NULL;
    return ok;
}

bool rmas_label(Ctx *ctx, const RmaLabel *request, Rma *reply, Error *err)
{
    RmaDoc  doc;
    int64_t seconds = 0;
    bool    found   = false;
    if (ctx->resume) return tell(ctx, reply, err);
    BoughtLabel label = { .id         = ctx_new_id(ctx),
                          .fulfilment = request->id,
                          .state      = machine_first(MACHINE_LABEL),
                          .service    = request->service,
                          .weight     = opt_or(request->weight, 0),
                          .at_ms      = ctx->now_ms };
    BoughtLabel there;
    if (!ctx->env->carrier_url.len)
        return err_set(err, &ERR_CARRIER_NONE, "", "start onetill with --carrier");
    if (!rmas_get(ctx, request->id, true, &doc, err)
        || !label_of(ctx, request->id, &there, &found, err)
        || !settings_get(ctx, &SETTING_LABEL_ASK_SECONDS, &seconds, err))
        return false;
    if (found) return err_set(err, &ERR_LABEL_THERE, "id", "it has a label already");
    if (!doc.doc.address)
        return err_set(err, &ERR_FIELD_INVALID, "id",
                       "nobody said from where it is sent: make it with an address");
    if (!str_eq(doc.doc.state, STR("approved")) && !str_eq(doc.doc.state, STR("open"))
        && !str_eq(doc.doc.state, STR("sent")))
        return err_set(err, &ERR_STATE_REFUSED, "id", "is %.*s: nothing is sent",
                       STR_FMT(doc.doc.state));
    ctx->after     = label_after;
    ctx->after_id  = label.id;
    ctx->after_arg = &ctx->after_arg; /* it is asked for the first time */
    return labels_put(ctx, &label, ctx->now_ms + seconds * 1000, err)
        && rmas_show(ctx, &(ById){ request->id }, reply, err);
}

bool rmas_label_pdf(Ctx *ctx, const ById *request, RmaPaper *reply, Error *err)
{
    RmaDoc      doc;
    Merchant    merchant;
    BoughtLabel label;
    Location    to    = { .code = STR("") };
    bool        found = false, there = false;
    if (!rmas_get(ctx, request->id, false, &doc, err)
        || !label_of(ctx, request->id, &label, &found, err)
        || !identity_merchant(ctx, &merchant, err)
        || !locations_find(ctx, doc.doc.location, &to, &there, err))
        return false;
    if (!found || !label.tracking.len)
        return err_set(err, &ERR_LABEL_MISSING, "id",
                       "buy a label for it first: POST /v1/rmas/{id}/label");
    Str       name = doc.doc.contact ? text_or_empty(doc.doc.contact->name) : STR("");
    Str       from = doc.doc.address ? label_address(ctx->arena, doc.doc.address) : STR("");
    LabelText text = { .from    = str_format(ctx->arena, "%.*s\n%.*s", STR_FMT(name), STR_FMT(from)),
                       .to_name = merchant.name,
                       .to_address = str_format(ctx->arena, "%.*s\n%.*s", STR_FMT(to.name),
                                                STR_FMT(to.address)),
                       .service    = str_format(ctx->arena, "%.*s %.*s", STR_FMT(label.carrier),
                                                STR_FMT(label.service)),
                       .which      = STR("Return"),
                       .tracking   = label.tracking,
                       .mine       = doc.doc.rma_number };
    return label_pdf(ctx, &text, &reply->text, err);
}
