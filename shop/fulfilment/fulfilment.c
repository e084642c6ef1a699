/* fulfilment.c — fulfilments with their lines, bins, substitutes and what is
 * owed. See fulfilment.h; packages are in fulfilment_packages.c. */
#include "shop/fulfilment/fulfilment_inner.h"

#include <assert.h>
#include <string.h>

enum {
    CODE_SIGNS = 8
}; /* of 32: a million guesses a second for a fortnight, if tries were not
      limited */

Machine fulfil_machine(Str method)
{
    if (str_eq(method, STR("ship"))) return MACHINE_FULFILMENT_SHIP;
    if (str_eq(method, STR("pickup"))) return MACHINE_FULFILMENT_PICKUP;
    if (str_eq(method, STR("curbside"))) return MACHINE_FULFILMENT_CURBSIDE;
    if (str_eq(method, STR("same_day"))) return MACHINE_FULFILMENT_SAME_DAY;
    if (str_eq(method, STR("ship_to_store"))) return MACHINE_FULFILMENT_SHIP_TO_STORE;
    return MACHINE_COUNT;
}

int64_t fulfil_line_open(const FulfilLine *line)
{
    return line->qty - line->picked - line->moved_on - line->dropped - line->substituted;
}

int64_t fulfil_line_here(const FulfilLine *line)
{
    return line->picked - line->gone - line->put_back;
}

/* ---- telling ---- */

bool fulfilments_tell(Ctx *ctx, const EventDef *event, Str action, const FulfilDoc *doc, Str more,
                      Error *err)
{
    Buf body  = buf_make(ctx->arena, 512);
    Str id    = id_text(ctx->arena, doc->id);
    Str order = id_text(ctx->arena, doc->order);
    buf_format(&body, "{\"id\":\"%.*s\",\"order\":\"%.*s\",\"number\":%lld,\"delivery\":", STR_FMT(id),
               STR_FMT(order), (long long)doc->number);
    buf_json_string(&body, doc->delivery);
    buf_format(&body, ",\"method\":\"%.*s\",\"state\":\"%.*s\",\"location\":", STR_FMT(doc->method),
               STR_FMT(doc->state));
    buf_json_string(&body, doc->location);
    buf_add(&body, STR(",\"channel\":"));
    buf_json_string(&body, doc->channel);
    if (doc->store.len) {
        buf_add(&body, STR(",\"store\":"));
        buf_json_string(&body, doc->store);
    }
    buf_add(&body, more);
    buf_byte(&body, '}');
    Str detail =
        str_format(ctx->arena, "%.*s%s%.*s", STR_FMT(doc->state), more.len ? " " : "", STR_FMT(more));
    if (body.failed || !detail.ptr) return err_memory(err);
    return audit_append(ctx, action, doc->id, detail, err)
        && events_put(ctx, event, doc->id, buf_str(&body), err);
}

/* ---- made and loaded ---- */

/* A code that nobody guesses: signs without those that look alike. */
static bool make_code(Ctx *ctx, Str *out, Error *err)
{
    static const char signs[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    unsigned char     bytes[CODE_SIGNS];
    char             *code = arena_alloc(ctx->arena, CODE_SIGNS);
    if (!code) return err_memory(err);
    env_random(ctx->env, bytes, sizeof bytes);
    for (size_t i = 0; i < CODE_SIGNS; i++) code[i] = signs[bytes[i] & 31];
    *out = (Str){ code, CODE_SIGNS };
    return true;
}

static bool next_number(Ctx *ctx, Id order, int64_t *out, Error *err)
{
    FulfilmentFirstLockRow  first;
    FulfilmentNextNumberRow next  = { 0 };
    bool                    found = false;
    if (!q_fulfilment_first_lock_one(
            ctx->tx, ctx->arena, &(FulfilmentFirstLockIn){ ctx->who.merchant, order }, &first, &found, err)
        || !q_fulfilment_next_number_one(
            ctx->tx, ctx->arena, &(FulfilmentNextNumberIn){ ctx->who.merchant, order }, &next, &found, err))
        return false;
    *out = next.number;
    return true;
}

static bool put_head(Ctx *ctx, const NewFulfilment *new, int64_t number, Str state, Error *err)
{
    static const Contact nobody  = { .name = { NULL, 0 } };
    static const Address nowhere = { .street = { NULL, 0 } };
    const Contact       *contact = new->contact ? new->contact : &nobody;
    const Address       *address = new->address ? new->address : &nowhere;
    int64_t              due     = new->due_at_ms ? new->due_at_ms : new->promised_at_ms;
    Str                  code    = STR("");
    bool                 has_point = address->latitude != OPT_NONE && address->longitude != OPT_NONE;
    if (new->store.len && !make_code(ctx, &code, err)) return false;
    FulfilmentPutIn in = { ctx->who.merchant,
                           new->id,
                           new->order,
                           number,
                           new->delivery,
                           new->method,
                           new->location,
                           text_or_empty(new->store),
                           new->channel,
                           new->customer,
                           state,
                           ctx->now_ms,
                           new->promised_at_ms,
                           due ? due : ctx->now_ms,
                           new->window_from_ms,
                           new->window_until_ms,
                           new->substitutes,
                           text_or_empty(contact->name),
                           text_or_empty(contact->email),
                           text_or_empty(contact->phone),
                           text_or_empty(address->street),
                           text_or_empty(address->city),
                           text_or_empty(address->region),
                           text_or_empty(address->postal_code),
                           text_or_empty(address->country),
                           has_point ? address->latitude : 0,
                           has_point ? address->longitude : 0,
                           text_or_empty(new->note),
                           code };
    return q_fulfilment_put_exec(ctx->tx, &in, NULL, err);
}

bool fulfilments_put(Ctx *ctx, const NewFulfilment *new, Error *err)
{
    Machine   machine = fulfil_machine(new->method);
    int64_t   number  = 0;
    FulfilDoc doc     = { .id       = new->id,
                          .order    = new->order,
                          .delivery = new->delivery,
                          .method   = new->method,
                          .location = new->location,
                          .store    = text_or_empty(new->store),
                          .channel  = new->channel };
    assert(new->line_count > 0 && new->delivery.ptr &&new->channel.ptr);
    if (machine == MACHINE_COUNT)
        return err_set(err, &ERR_FIELD_INVALID, "method", "there is no such method");
    doc.state = machine_first(machine);
    Str event = new->is_later ? STR("wait") : STR("release");
    if (!new->is_waiting && !machine_step(machine, doc.state, event, "method", &doc.state, err))
        return false;
    if (!next_number(ctx, new->order, &number, err) || !put_head(ctx, new, number, doc.state, err))
        return false;
    doc.number = number;
    for (size_t i = 0; i < new->line_count; i++) {
        const NewFulfilmentLine *line = &new->lines[i];
        FulfilmentLinePutIn      in   = { ctx->who.merchant, new->id,   (int64_t)i + 1, line->order_line, 0,
                                          line->item,        line->sku, line->name,     line->qty };
        if (!q_fulfilment_line_put_exec(ctx->tx, &in, NULL, err)) return false;
    }
    return fulfilments_tell(ctx, &EVENT_FULFILMENT_CHANGED, STR("fulfilment.make"), &doc, STR_NONE, err);
}

static void fill(FulfilDoc *out, Id id, const FulfilmentGetRow *r)
{
    bool known = r->latitude || r->longitude;
    *out = (FulfilDoc){ .id              = id,
                        .order           = r->order_id,
                        .customer        = r->customer,
                        .number          = r->number,
                        .delivery        = r->delivery,
                        .method          = r->method,
                        .location        = r->location,
                        .store           = r->store,
                        .channel         = r->channel,
                        .state           = r->state,
                        .state_at_ms     = r->state_at_ms,
                        .made_at_ms      = r->made_at_ms,
                        .promised_at_ms  = r->promised_at_ms,
                        .due_at_ms       = r->due_at_ms,
                        .window_from_ms  = r->window_from_ms,
                        .window_until_ms = r->window_until_ms,
                        .expires_at_ms   = r->expires_at_ms,
                        .remind_at_ms    = r->remind_at_ms,
                        .substitutes     = r->substitutes,
                        .contact         = { text_or_none(r->contact_name), text_or_none(r->contact_email),
                                             text_or_none(r->contact_phone) },
                        .address         = { r->street, r->city, text_or_none(r->region),
                                             text_or_none(r->postal_code), r->country,
                                             known ? r->latitude : OPT_NONE,
                                             known ? r->longitude : OPT_NONE },
                        .note            = r->note,
                        .code            = r->code,
                        .shelf           = r->shelf,
                        .bay             = r->bay,
                        .car             = r->car,
                        .code_tries      = r->code_tries,
                        .arrived_at_ms   = r->arrived_at_ms,
                        .waited_ms       = r->waited_ms,
                        .alert_at_ms     = r->alert_at_ms,
                        .handed_to       = r->handed_to,
                        .checked         = r->checked,
                        .signature       = r->signature,
                        .reason          = r->reason };
}

bool fulfilments_load(Ctx *ctx, Id id, bool lock, FulfilDoc *out, Error *err)
{
    FulfilmentGetRow    row   = { 0 };
    FulfilmentLinesRow *lines = NULL;
    bool                found = false;
    if (lock && !q_fulfilment_lock_exec(ctx->tx, &(FulfilmentLockIn){ ctx->who.merchant, id }, NULL, err))
        return false;
    if (!q_fulfilment_get_one(ctx->tx, ctx->arena, &(FulfilmentGetIn){ ctx->who.merchant, id }, &row,
                              &found, err))
        return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "there is no such fulfilment");
    fill(out, id, &row);
    if (!q_fulfilment_lines_all(ctx->tx, ctx->arena, &(FulfilmentLinesIn){ ctx->who.merchant, id }, &lines,
                                &out->line_count, err))
        return false;
    out->lines = arena_array(ctx->arena, FulfilLine, out->line_count + 1);
    if (!out->lines) return err_memory(err);
    for (size_t i = 0; i < out->line_count; i++) {
        const FulfilmentLinesRow *r = &lines[i];
        out->lines[i] = (FulfilLine){ r->n,           r->order_line, r->instead_of, r->item,     r->sku,
                                      r->name,        r->qty,        r->picked,     r->moved_on, r->dropped,
                                      r->substituted, r->gone,       r->put_back };
    }
    return true;
}

bool fulfilments_of(Ctx *ctx, Id order, Id **out, size_t *count, Error *err)
{
    FulfilmentsOfRow *rows = NULL;
    if (!q_fulfilments_of_all(ctx->tx, ctx->arena, &(FulfilmentsOfIn){ ctx->who.merchant, order }, &rows,
                              count, err))
        return false;
    *out = arena_array(ctx->arena, Id, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) (*out)[i] = rows[i].id;
    return true;
}

bool fulfilments_undelivered(Ctx *ctx, Id order, int64_t order_line, int64_t *qty, Error *err)
{
    FulfilmentUndeliveredRow row   = { 0 };
    FulfilmentUndeliveredIn  in    = { ctx->who.merchant, order, order_line };
    bool                     found = false;
    if (!q_fulfilment_undelivered_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *qty = row.qty;
    return true;
}

bool fulfilments_substituted(Ctx *ctx, Id order, int64_t order_line, Id *item, Str *sku, int64_t *qty,
                             bool *mixed, Error *err)
{
    FulfilmentSubstitutesGoneRow *rows  = NULL;
    size_t                        count = 0;
    FulfilmentSubstitutesGoneIn   in    = { ctx->who.merchant, order, order_line };
    if (!q_fulfilment_substitutes_gone_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    *qty   = 0;
    *mixed = false;
    for (size_t i = 0; i < count; i++) {
        *mixed = *mixed || !id_eq(rows[i].item, rows[0].item);
        *item  = rows[0].item;
        *sku   = rows[0].sku;
        *qty += rows[i].qty;
    }
    return true;
}

/* ---- changed ---- */

static const EventDef *event_of(Str event)
{
    static const struct {
        const char     *event;
        const EventDef *def;
    } events[] = {
        { "ship", &EVENT_FULFILMENT_SHIPPED },        { "deliver", &EVENT_FULFILMENT_DELIVERED },
        { "hand_over", &EVENT_FULFILMENT_DELIVERED }, { "fail", &EVENT_FULFILMENT_FAILED },
        { "stage", &EVENT_FULFILMENT_READY },         { "expire", &EVENT_FULFILMENT_NO_SHOW },
        { "arrive", &EVENT_FULFILMENT_ARRIVED },      { "cancel", &EVENT_FULFILMENT_CANCELLED },
    };
    for (size_t i = 0; i < COUNT(events); i++)
        if (str_eq(event, str_from(events[i].event))) return events[i].def;
    return &EVENT_FULFILMENT_CHANGED;
}

bool fulfilments_save(Ctx *ctx, const FulfilDoc *doc, Str was, Error *err)
{
    int64_t          changed = 0;
    FulfilmentSaveIn in      = { ctx->who.merchant,
                                 doc->id,
                                 was,
                                 doc->state,
                                 doc->state_at_ms,
                                 doc->expires_at_ms,
                                 doc->remind_at_ms,
                                 doc->code_tries,
                                 text_or_empty(doc->shelf),
                                 text_or_empty(doc->bay),
                                 text_or_empty(doc->car),
                                 doc->arrived_at_ms,
                                 doc->waited_ms,
                                 doc->alert_at_ms,
                                 text_or_empty(doc->handed_to),
                                 text_or_empty(doc->checked),
                                 text_or_empty(doc->signature),
                                 text_or_empty(doc->reason) };
    if (!q_fulfilment_save_exec(ctx->tx, &in, &changed, err)) return false;
    return changed == 1 || err_set(err, &ERR_DB_BUSY, "", "somebody else changes this fulfilment");
}

bool fulfilments_step(Ctx *ctx, FulfilDoc *doc, Str event, Error *err)
{
    Str was    = doc->state;
    Str action = str_format(ctx->arena, "fulfilment.%.*s", STR_FMT(event));
    if (!action.ptr) return err_memory(err);
    if (!machine_step(fulfil_machine(doc->method), was, event, "id", &doc->state, err)) return false;
    bool staged  = str_eq(doc->state, STR("staged"));
    bool arrived = str_eq(doc->state, STR("arrived"));
    if (!staged) doc->expires_at_ms = doc->remind_at_ms = 0;
    if (!arrived) doc->alert_at_ms = 0;
    doc->state_at_ms = ctx->now_ms;
    return fulfilments_save(ctx, doc, was, err)
        && fulfilments_tell(ctx, event_of(event), action, doc, STR_NONE, err);
}

bool fulfilments_line_put(Ctx *ctx, Id id, const FulfilLine *line, Error *err)
{
    FulfilmentLineSaveIn in = {
        ctx->who.merchant, id,         line->n,       line->picked, line->moved_on, line->dropped,
        line->substituted, line->gone, line->put_back
    };
    assert(fulfil_line_open(line) >= 0 && fulfil_line_here(line) >= 0);
    return q_fulfilment_line_save_exec(ctx->tx, &in, NULL, err);
}

bool fulfilments_line_add(Ctx *ctx, FulfilDoc *doc, const FulfilLine *line, Error *err)
{
    FulfilmentLinePutIn in = { ctx->who.merchant, doc->id,   line->n,    line->order_line, line->instead_of,
                               line->item,        line->sku, line->name, line->qty };
    FulfilLine         *lines = arena_array(ctx->arena, FulfilLine, doc->line_count + 1);
    if (!lines) return err_memory(err);
    assert(line->n == (int64_t)doc->line_count + 1);
    memcpy(lines, doc->lines, doc->line_count * sizeof *lines);
    lines[doc->line_count++] = *line;
    doc->lines               = lines;
    return q_fulfilment_line_put_exec(ctx->tx, &in, NULL, err);
}

/* ---- what the jobs look for ---- */

/* The three ways to look have rows of one form. */
static_assert(sizeof(FulfilmentsToExpireRow) == sizeof(FulfilmentsToRemindRow), "one form");
static_assert(sizeof(FulfilmentsToExpireRow) == sizeof(FulfilmentsToAlertRow), "one form");
static_assert(sizeof(FulfilmentsToExpireRow) == sizeof(FulfilDue), "one form");

bool fulfilments_due(Ctx *ctx, Str what, int64_t limit, FulfilDue **out, size_t *count, Error *err)
{
    FulfilmentsToExpireIn in    = { ctx->now_ms, limit };
    const Query          *query = str_eq(what, STR("expire")) ? &q_fulfilments_to_expire
                                : str_eq(what, STR("remind")) ? &q_fulfilments_to_remind
                                                              : &q_fulfilments_to_alert;
    void                 *rows  = NULL;
    bool                  ok    = db_all(ctx->tx, ctx->arena, query, &in, &rows, count, err);
    *out                        = rows;
    return ok;
}

/* ---- substitutes and bins ---- */

bool substitutes_of(Ctx *ctx, Id item, Id **out, size_t *count, Error *err)
{
    SubstitutesOfRow *rows = NULL;
    if (!q_substitutes_of_all(ctx->tx, ctx->arena, &(SubstitutesOfIn){ ctx->who.merchant, item }, &rows,
                              count, err))
        return false;
    *out = arena_array(ctx->arena, Id, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) (*out)[i] = rows[i].instead;
    return true;
}

bool substitutes_put(Ctx *ctx, Id item, const Id *instead, size_t count, Error *err)
{
    if (!q_substitutes_clear_exec(ctx->tx, &(SubstitutesClearIn){ ctx->who.merchant, item }, NULL, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        SubstitutePutIn in = { ctx->who.merchant, item, (int64_t)i + 1, instead[i] };
        if (!q_substitute_put_exec(ctx->tx, &in, NULL, err)) return false;
    }
    Str detail = str_format(ctx->arena, "%zu", count);
    return detail.ptr ? audit_append(ctx, STR("substitute.put"), item, detail, err) : err_memory(err);
}

bool bins_put(Ctx *ctx, Str location, Id item, Str zone, Str bin, Error *err)
{
    BinPutIn in = { ctx->who.merchant, location, item, text_or_empty(zone), text_or_empty(bin) };
    Str detail  = str_format(ctx->arena, "%.*s %.*s %.*s", STR_FMT(location), STR_FMT(zone), STR_FMT(bin));
    if (!detail.ptr) return err_memory(err);
    return q_bin_put_exec(ctx->tx, &in, NULL, err) && audit_append(ctx, STR("bin.put"), item, detail, err);
}
