/* label_buy.c — labels bought from the carrier's service, given up, and followed until the customer has
 * the parcel.
 *
 *   label: asked -> bought -> moving -> delivered | failed;  asked -> refused;  asked, bought -> voiding
 * -> voided
 *
 * The label is in the database before the service is asked, by the label's own key; what gets no answer is
 * asked again by the jobs, so that one package is never given two labels. What the service says of the
 * parcel moves the fulfilment: its carrier took all of it, the customer has all of it, all of it failed.
 */
#include "flows/carrier.h"
#include "flows/fulfil_due.h"
#include "flows/fulfil_work.h"
#include "flows/label_mail.h"
#include "shop/identity/identity.h"
#include "shop/locations/locations.h"
#include "shop/settings/settings.h"

#include <string.h>

enum {
    DUE_MAX      = 50,
    AGAIN_MS     = 5000, /* between two questions without an answer; grows with the label's age … */
    AGAIN_MAX_MS = 3600 * 1000 /* … up to this */
};

typedef struct {
    Ctx            ctx;  /* a copy: its transaction is ours */
    size_t         mark; /* arena in use before a transaction, which may be run again */
    Id             id;
    bool           first; /* it was asked for just now: nobody can have bought it */
    BoughtLabel    seen;  /* as it was when the service was asked */
    CarrierLabel   parcel;
    CarrierOutcome outcome;
    CarrierAnswer  answer;
} Step;

static bool is(Str state, const char *name)
{
    return str_eq(state, str_from(name));
}

/* --- outside of transactions: what the service says --- */

/* From the location, to the customer or to the store. */
static bool find_places(Ctx *ctx, const FulfilDoc *doc, CarrierLabel *parcel, Error *err)
{
    Merchant merchant;
    Location from = { .code = STR("") }, store = { .code = STR("") };
    bool     found = false;
    if (!identity_merchant(ctx, &merchant, err) || !locations_find(ctx, doc->location, &from, &found, err)
        || (doc->store.len && !locations_find(ctx, doc->store, &store, &found, err)))
        return false;
    parcel->from = (CarrierPlace){ .name    = merchant.name,
                                   .street  = text_or_empty(from.address),
                                   .city    = text_or_empty(from.name),
                                   .country = text_or_empty(from.country) };
    if (doc->store.len)
        parcel->to = (CarrierPlace){ .name    = merchant.name,
                                     .street  = text_or_empty(store.address),
                                     .city    = text_or_empty(store.name),
                                     .country = text_or_empty(store.country) };
    else
        parcel->to = (CarrierPlace){
            text_or_empty(doc->contact.name),        text_or_empty(doc->address.street),
            text_or_empty(doc->address.city),        text_or_empty(doc->address.region),
            text_or_empty(doc->address.postal_code), text_or_empty(doc->address.country)
        };
    return true;
}

/* With which a customer sends goods back: it belongs to an RMA, not to a package. */
static bool is_mail(const BoughtLabel *label)
{
    return label->package == 0;
}

static bool look(Step *s, Error *err)
{
    FulfilDoc doc;
    if (!db_read_begin(s->ctx.db, &s->ctx.tx, err)) return false;
    bool ok = labels_get(&s->ctx, s->id, &s->seen, err);
    if (ok && is_mail(&s->seen)) ok = label_mail_places(&s->ctx, s->seen.fulfilment, &s->parcel, err);
    else
        ok = ok && fulfilments_load(&s->ctx, s->seen.fulfilment, false, &doc, err)
          && find_places(&s->ctx, &doc, &s->parcel, err);
    db_read_end(s->ctx.tx);
    s->ctx.tx         = NULL;
    s->parcel.key     = s->id;
    s->parcel.service = s->seen.service;
    s->parcel.weight  = s->seen.weight;
    return ok;
}

static void ask(Step *s)
{
    Env *env   = s->ctx.env;
    s->outcome = CARRIER_UNKNOWN;
    if (is(s->seen.state, "voiding")) {
        s->outcome = carrier_void(env, s->id, &s->answer);
        return;
    }
    bool asked = is(s->seen.state, "asked");
    if (!asked || !s->first) s->outcome = carrier_ask(env, s->id, &s->answer);
    if (asked && (s->first || s->outcome == CARRIER_NOT_FOUND))
        s->outcome = carrier_buy(env, &s->parcel, &s->answer);
}

/* --- in one transaction: what follows from it --- */

/* Whether all packages that are not undone are in one of two states. */
static bool all_are(const Package *packages, size_t count, const char *state, const char *or_state)
{
    size_t there = 0, so = 0;
    for (size_t i = 0; i < count; i++) {
        there += !is(packages[i].state, "undone");
        so += is(packages[i].state, state) || is(packages[i].state, or_state);
    }
    return there > 0 && so == there;
}

/* The label is bought: the package has it, and when it was the last one the fulfilment is labelled. */
static bool take_label(Step *s, BoughtLabel *label, FulfilDoc *doc, int64_t next_ask_ms, Error *err)
{
    Package     *packages = NULL;
    size_t       count    = 0;
    PackageLabel on       = { doc->id,        label->package,  label->carrier,
                              label->service, label->tracking, label->label };
    bool         here     = false;
    if (!labels_step(&s->ctx, label, STR("buy"), next_ask_ms, err)
        || !packages_of(&s->ctx, doc->id, &packages, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        here = here
            || (packages[i].n == label->package
                && (is(packages[i].state, "packed") || is(packages[i].state, "labelled")));
    if (!here)
        return labels_step(&s->ctx, label, STR("give_up"), s->ctx.now_ms, err); /* it left without */
    if (!packages_label(&s->ctx, doc->id, &on, err)
        || !packages_of(&s->ctx, doc->id, &packages, &count, err))
        return false;
    if (!is(doc->state, "packed") || !all_are(packages, count, "labelled", "labelled")) return true;
    return fulfilments_step(&s->ctx, doc, STR("label"), err);
}

/* All of it moves: it is shipped, whoever forgot to say so. */
static bool parcel_moves(Step *s, BoughtLabel *label, FulfilDoc *doc, int64_t next_ask_ms, Error *err)
{
    BoughtLabel *labels   = NULL;
    Package     *packages = NULL;
    size_t       count = 0, package_count = 0;
    if (!labels_step(&s->ctx, label, STR("move"), next_ask_ms, err)) return false;
    if (is(doc->state, "failed"))
        return packages_set(&s->ctx, doc->id, label->package, STR("gone"), err)
            && fulfilments_step(&s->ctx, doc, STR("ship"), err);
    if (!is(doc->state, "packed") && !is(doc->state, "labelled")) return true;
    if (!labels_of(&s->ctx, doc->id, &labels, &count, err)
        || !packages_of(&s->ctx, doc->id, &packages, &package_count, err))
        return false;
    for (size_t p = 0; p < package_count; p++) {
        bool moves = is(packages[p].state, "undone");
        for (size_t i = 0; i < count; i++)
            moves = moves || (labels[i].package == packages[p].n && is(labels[i].state, "moving"));
        if (!moves) return true;
    }
    return fulfil_sent(&s->ctx, doc, err);
}

/* One parcel is there, or failed; the fulfilment is when all are. */
static bool parcel_ends(Step *s, BoughtLabel *label, FulfilDoc *doc, const char *event,
                        int64_t next_ask_ms, Error *err)
{
    Package *packages = NULL;
    size_t   count    = 0;
    Str      end      = str_eq(str_from(event), STR("deliver")) ? STR("delivered") : STR("failed");
    if (!is(label->state, "moving") && !is(label->state, "failed")
        && !parcel_moves(s, label, doc, next_ask_ms, err))
        return false;
    if (!labels_step(&s->ctx, label, str_from(event), next_ask_ms, err)
        || !packages_set(&s->ctx, doc->id, label->package, end, err)
        || !packages_of(&s->ctx, doc->id, &packages, &count, err))
        return false;
    Str next = STR_NONE;
    if (!all_are(packages, count, end.ptr, end.ptr)
        || !machine_next(fulfil_machine(doc->method), doc->state, str_from(event), &next))
        return true;
    doc->reason = is(end, "failed") ? label->reason : doc->reason;
    return fulfilments_step(&s->ctx, doc, str_from(event), err);
}

static int64_t again(const Step *s)
{
    int64_t wait = (s->ctx.now_ms - s->seen.at_ms) / 4;
    if (wait < AGAIN_MS) wait = AGAIN_MS;
    return s->ctx.now_ms + (wait > AGAIN_MAX_MS ? AGAIN_MAX_MS : wait);
}

/* What the service told about a label of which nothing but the state is open. */
static bool follow(Step *s, BoughtLabel *label, FulfilDoc *doc, int64_t next_ask_ms, Error *err)
{
    Str told = str_from(s->answer.state);
    if (is(told, "moving") && !is(label->state, "moving"))
        return parcel_moves(s, label, doc, next_ask_ms, err);
    if (is(told, "delivered")) return parcel_ends(s, label, doc, "deliver", 0, err);
    if (is(told, "failed") && !is(label->state, "failed"))
        return parcel_ends(s, label, doc, "fail", next_ask_ms, err);
    if (is(told, "voided") && !is(label->state, "moving") && !is(label->state, "failed"))
        return labels_step(&s->ctx, label, STR("void"), 0, err);
    return labels_ask_at(&s->ctx, label->id, next_ask_ms, err);
}

/* The same of goods that come back: that they have come somebody says who has them. */
static bool follow_mail(Step *s, BoughtLabel *label, int64_t next_ask_ms, Error *err)
{
    Str  told  = str_from(s->answer.state);
    bool moved = is(label->state, "moving") || is(label->state, "failed");
    if ((is(told, "moving") || is(told, "delivered") || is(told, "failed")) && !moved
        && (!labels_step(&s->ctx, label, STR("move"), next_ask_ms, err)
            || !label_mail_sent(&s->ctx, label->fulfilment, err)))
        return false;
    if (is(told, "delivered")) return labels_step(&s->ctx, label, STR("deliver"), 0, err);
    if (is(told, "failed") && !is(label->state, "failed"))
        return labels_step(&s->ctx, label, STR("fail"), next_ask_ms, err);
    if (is(told, "voided") && !moved) return labels_step(&s->ctx, label, STR("void"), 0, err);
    return labels_ask_at(&s->ctx, label->id, next_ask_ms, err);
}

/* `doc` is NULL for goods that come back. */
static bool take_answer(Step *s, BoughtLabel *label, FulfilDoc *doc, Error *err)
{
    int64_t minutes = 0;
    if (machine_ended(MACHINE_LABEL, label->state)) return true;
    if (!settings_get(&s->ctx, &SETTING_LABEL_FOLLOW_MINUTES, &minutes, err)) return false;
    int64_t next_ask_ms = s->ctx.now_ms + minutes * 60000;
    bool    asked       = is(label->state, "asked");
    if (s->answer.reason[0]) label->reason = str_from(s->answer.reason);
    if (asked && s->outcome == CARRIER_REFUSED) return labels_step(&s->ctx, label, STR("refuse"), 0, err);
    if (s->outcome != CARRIER_KNOWN) return labels_ask_at(&s->ctx, label->id, again(s), err);
    if (!asked)
        return doc ? follow(s, label, doc, next_ask_ms, err)
                   : follow_mail(s, label, next_ask_ms, err);
    if (is(str_from(s->answer.state), "voided")) return labels_step(&s->ctx, label, STR("refuse"), 0, err);
    label->carrier  = str_from(s->answer.carrier);
    label->tracking = str_from(s->answer.tracking);
    label->label    = str_from(s->answer.label);
    if (!doc)
        return labels_step(&s->ctx, label, STR("buy"), next_ask_ms, err)
            && (is(str_from(s->answer.state), "bought") || follow_mail(s, label, next_ask_ms, err));
    return take_label(s, label, doc, next_ask_ms, err)
        && (is(str_from(s->answer.state), "bought") || follow(s, label, doc, next_ask_ms, err));
}

static bool apply(Tx *tx, void *arg, Error *err)
{
    Step       *s = arg;
    BoughtLabel label;
    FulfilDoc   doc;
    s->ctx.tx          = tx;
    s->ctx.arena->used = s->mark;
    bool mail          = is_mail(&s->seen);
    return (mail || fulfilments_load(&s->ctx, s->seen.fulfilment, true, &doc, err))
        && labels_get(&s->ctx, s->id, &label, err)
        && (!str_eq(label.state, s->seen.state) || take_answer(s, &label, mail ? NULL : &doc, err));
}

/* Asks and applies; one that another process has moved on meanwhile is left to that. */
static bool settle(Step *s, Error *err)
{
    if (!look(s, err)) return false;
    ask(s);
    s->mark       = s->ctx.arena->used;
    s->ctx.now_ms = env_now_ms(s->ctx.env);
    bool ok       = db_write(s->ctx.db, apply, s, err);
    s->ctx.tx     = NULL;
    if (ok || err->def != &ERR_DB_BUSY) return ok;
    *err = (Error){ .def = NULL };
    return true;
}

bool label_settle(Ctx *ctx, Id label, bool first, Error *err)
{
    Step s = { .ctx = *ctx, .id = label, .first = first };
    return settle(&s, err);
}

bool labels_settle_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err)
{
    LabelDue  due[DUE_MAX];
    LabelDue *found = NULL;
    size_t    count = 0, start = arena->used;
    Ctx       ctx = { .arena = arena, .db = db, .env = env, .now_ms = now_ms };
    if (!env->carrier_url.len) return true;
    if (!db_read_begin(db, &ctx.tx, err)) return false;
    bool ok = labels_due(&ctx, DUE_MAX, &found, &count, err);
    if (ok) memcpy(due, found, count * sizeof *found);
    if (!ok) count = 0;
    db_read_end(ctx.tx);
    ctx.tx = NULL;
    for (size_t i = 0; i < count; i++) { /* one that cannot go on does not keep the others */
        Error one          = { .def = NULL };
        Step  s            = { .ctx = ctx, .id = due[i].id };
        s.ctx.who.merchant = due[i].merchant;
        arena->used        = start;
        if (settle(&s, &one)) continue;
        *err = one;
        ok   = false;
    }
    arena->used = start;
    return ok;
}

/* --- the routes --- */

static bool show(Ctx *ctx, Id fulfilment, Fulfilment *reply, Error *err)
{
    FulfilDoc doc;
    return fulfilments_load(ctx, fulfilment, false, &doc, err) && fulfilments_shown(ctx, &doc, reply, err);
}

/* What became of the label ctx->after_id. */
static bool tell(Ctx *ctx, Fulfilment *reply, Error *err)
{
    BoughtLabel label;
    if (!labels_get(ctx, ctx->after_id, &label, err) || !show(ctx, label.fulfilment, reply, err))
        return false;
    ctx->pending = is(label.state, "asked") || is(label.state, "voiding");
    return !is(label.state, "refused")
        || err_set(err, &ERR_LABEL_REFUSED, "service", "the carrier says: %.*s", STR_FMT(label.reason));
}

/* After the commit: asks the service. */
static bool settle_after(Ctx *ctx, void *reply, Error *err)
{
    Step s = { .ctx = *ctx, .id = ctx->after_id, .first = ctx->after_arg != NULL };
    if (!settle(&s, err) || !db_read_begin(ctx->db, &ctx->tx, err)) return false;
    bool ok = tell(ctx, reply, err);
    db_read_end(ctx->tx);
    ctx->tx = NULL;
    return ok;
}

/* The package that may get a label now. */
static bool find_package(Ctx *ctx, const FulfilDoc *doc, int64_t n, Package *out, Error *err)
{
    Package     *packages = NULL;
    BoughtLabel *labels   = NULL;
    size_t       count = 0, label_count = 0;
    bool         found = false;
    if (!packages_of(ctx, doc->id, &packages, &count, err)
        || !labels_of(ctx, doc->id, &labels, &label_count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (packages[i].n == n && !is(packages[i].state, "undone")) {
            *out  = packages[i];
            found = true;
        }
    if (!found) return err_set(err, &ERR_NOT_FOUND, "n", "there is no such package that is still here");
    for (size_t i = 0; i < label_count; i++)
        if (labels[i].package == n && (is(labels[i].state, "asked") || is(labels[i].state, "bought")))
            return err_set(err, &ERR_LABEL_THERE, "n", "the package has one already: give it up first");
    return true;
}

bool fulfil_label_buy(Ctx *ctx, const LabelBuy *request, Fulfilment *reply, Error *err)
{
    FulfilDoc doc;
    Package   package = { .n = 0 };
    Str       next    = STR_NONE;
    int64_t   seconds = 0;
    if (ctx->resume) return tell(ctx, reply, err);
    if (!ctx->env->carrier_url.len)
        return err_set(err, &ERR_CARRIER_NONE, "",
                       "start onetill with --carrier, or enter the carrier's number by hand");
    if (!fulfilments_load(ctx, request->id, true, &doc, err)
        || (!is(doc.state, "labelled")
            && !machine_step(fulfil_machine(doc.method), doc.state, STR("label"), "id", &next, err))
        || !find_package(ctx, &doc, request->n, &package, err)
        || !settings_get(ctx, &SETTING_LABEL_ASK_SECONDS, &seconds, err))
        return false;
    BoughtLabel label = { .id         = ctx_new_id(ctx),
                          .fulfilment = doc.id,
                          .package    = package.n,
                          .state      = machine_first(MACHINE_LABEL),
                          .service    = request->service,
                          .weight     = opt_or(package.weight, 0),
                          .at_ms      = ctx->now_ms };
    ctx->after        = settle_after;
    ctx->after_id     = label.id;
    ctx->after_arg    = &ctx->after_arg; /* it is asked for the first time */
    return labels_put(ctx, &label, ctx->now_ms + seconds * 1000, err)
        && fulfilments_shown(ctx, &doc, reply, err);
}

bool fulfil_label_void(Ctx *ctx, const LabelAsk *request, Fulfilment *reply, Error *err)
{
    FulfilDoc    doc;
    BoughtLabel *labels = NULL;
    size_t       count  = 0;
    bool         any    = false;
    if (ctx->resume) return tell(ctx, reply, err);
    if (!fulfilments_load(ctx, request->id, true, &doc, err)
        || !labels_give_up(ctx, doc.id, request->n, &any, err)
        || !labels_of(ctx, doc.id, &labels, &count, err))
        return false;
    if (!any)
        return err_set(err, &ERR_NOT_FOUND, "n", "the package has no bought label that has not moved");
    ctx->after = settle_after;
    for (size_t i = 0; i < count; i++)
        if (labels[i].package == request->n && is(labels[i].state, "voiding"))
            ctx->after_id = labels[i].id;
    return packages_unlabel(ctx, doc.id, request->n, err)
        && (!is(doc.state, "labelled") || fulfilments_step(ctx, &doc, STR("unlabel"), err))
        && fulfilments_shown(ctx, &doc, reply, err);
}

/* News of a parcel: the service is asked, so that nobody needs to be believed. */
bool fulfil_label_look(Ctx *ctx, const ById *request, Fulfilment *reply, Error *err)
{
    BoughtLabel label;
    if (ctx->resume) return tell(ctx, reply, err);
    ctx->after    = settle_after;
    ctx->after_id = request->id;
    return labels_get(ctx, request->id, &label, err) && show(ctx, label.fulfilment, reply, err);
}

bool fulfil_labels(Ctx *ctx, const ById *request, LabelList *reply, Error *err)
{
    BoughtLabel *labels = NULL;
    FulfilDoc    doc;
    if (!fulfilments_load(ctx, request->id, false, &doc, err)
        || !labels_of(ctx, doc.id, &labels, &reply->items.count, err))
        return false;
    reply->items.items = arena_array(ctx->arena, LabelRow, reply->items.count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < reply->items.count; i++) {
        const BoughtLabel *l  = &labels[i];
        reply->items.items[i] = (LabelRow){ l->id,
                                            l->package,
                                            l->state,
                                            l->service,
                                            text_or_none(l->carrier),
                                            text_or_none(l->tracking),
                                            text_or_none(l->reason),
                                            l->at_ms };
    }
    return true;
}
