/* stripe_parts.c — what is held by Stripe is captured in parts, given up or undone; what was taken is
 * given back. See stripe.h. A part is written into the metadata of its PaymentIntent or refund, so that it
 * is known for ever. */
#include "flows/stripe.h"

#include <stdio.h>

enum { PATH_BYTES = 512 };

static PspOutcome done(ServiceReply *reply, PspOutcome outcome, PspAnswer *out)
{
    service_end(reply);
    if (outcome == PSP_UNKNOWN || outcome == PSP_NOT_FOUND) *out = (PspAnswer){ .reference = "" };
    return outcome;
}

static PspOutcome declined(ServiceReply *reply, Str reason, PspAnswer *out)
{
    *out = (PspAnswer){ .reference = "" };
    service_put(reason, out->reason, sizeof out->reason);
    return done(reply, PSP_DECLINED, out);
}

static void post(const PaymentService *at, const char *before, Str id, const char *behind, const Buf *form,
                 Str twice, ServiceReply *out)
{
    char path[PATH_BYTES];
    int  len = snprintf(path, sizeof path, "%s%.*s%s", before, STR_FMT(id), behind);
    stripe_call(at, (Str){ path, (size_t)len }, form, twice, out);
}

/* Our key with a word behind it. */
static Str twice_of(Id key, const char *word, char *buffer, size_t size)
{
    char own[ID_TEXT_LEN + 1];
    (void)service_key(key, own);
    int len = snprintf(buffer, size, "%s%s", own, word);
    return (Str){ buffer, (size_t)len };
}

/* --- undoing --- */

/* What was captured goes back whole. */
static PspOutcome give_all_back(const PaymentService *at, const PspCharge *charge, Str id, PspAnswer *out)
{
    char         own[ID_TEXT_LEN + 1], twice[ID_TEXT_LEN + 16], bytes[STRIPE_FORM_BYTES];
    ServiceReply reply;
    Arena        arena;
    arena_init(&arena, bytes, sizeof bytes);
    Buf form = buf_make(&arena, 256);
    stripe_add(&form, "payment_intent", id);
    stripe_add(&form, "metadata[onetill_reverse]", service_key(charge->key, own));
    stripe_call(at, STR("/v1/refunds"), &form, twice_of(charge->key, "-reverse", twice, sizeof twice),
                &reply);
    bool ok = reply.status == 200 && service_is(reply.json, "payment_intent", id)
           && (service_is(reply.json, "status", STR("succeeded"))
               || service_is(reply.json, "status", STR("pending")));
    ok = ok || service_is(reply.json, "error.code", STR("charge_already_refunded"));
    service_put(id, out->reference, sizeof out->reference);
    return done(&reply, ok ? PSP_APPROVED : PSP_UNKNOWN, out);
}

static void stop_reader(const PaymentService *at)
{
    Arena        arena;
    char         bytes[256];
    ServiceReply reply;
    arena_init(&arena, bytes, sizeof bytes);
    Buf none = buf_make(&arena, 16);
    post(at, "/v1/terminal/readers/", at->reader, "/cancel_action", &none, STR_NONE, &reply);
    service_end(&reply); /* one that waits for nothing has nothing to stop */
}

static PspOutcome cancel(const PaymentService *at, const PspCharge *charge, Str id, PspAnswer *out)
{
    char         bytes[256];
    ServiceReply reply;
    Arena        arena;
    arena_init(&arena, bytes, sizeof bytes);
    Buf none = buf_make(&arena, 16);
    if (at->reader.len) stop_reader(at);
    post(at, "/v1/payment_intents/", id, "/cancel", &none, STR_NONE, &reply);
    bool ended = service_is(reply.json, "status", STR("canceled"))
              || service_is(reply.json, "status", STR("succeeded"));
    bool ok = reply.status == 200 && service_is(reply.json, "id", id) && ended;
    service_put(id, out->reference, sizeof out->reference);
    out->captured = service_number(reply.json, "amount_received");
    return done(&reply, ok ? PSP_APPROVED : PSP_UNKNOWN, out);
}

PspOutcome stripe_reverse(const PaymentService *at, const PspCharge *charge, PspAnswer *out)
{
    ServiceReply reply;
    char         id[64];
    PspOutcome   found = stripe_find(at, charge, &reply);
    if (found == PSP_NOT_FOUND)
        return done(&reply, PSP_APPROVED, out); /* Stripe never heard of it, and its key is old */
    if (found != PSP_APPROVED) return done(&reply, found, out);
    service_keep(reply.json, "id", id, sizeof id);
    bool taken  = service_number(reply.json, "amount_received") > 0;
    bool undone = service_is(reply.json, "status", STR("canceled"));
    service_end(&reply);
    if (taken) return give_all_back(at, charge, str_from(id), out);
    service_put(str_from(id), out->reference, sizeof out->reference);
    return undone ? PSP_APPROVED : cancel(at, charge, str_from(id), out);
}

PspOutcome stripe_give_up(const PaymentService *at, const PspCharge *charge, PspAnswer *out)
{
    ServiceReply reply;
    char         id[64];
    PspOutcome   found = stripe_find(at, charge, &reply);
    if (found != PSP_APPROVED) return done(&reply, found == PSP_NOT_FOUND ? PSP_APPROVED : found, out);
    service_keep(reply.json, "id", id, sizeof id);
    out->captured = service_number(reply.json, "amount_received");
    bool held     = service_is(reply.json, "status", STR("requires_capture"));
    bool ended    = service_is(reply.json, "status", STR("succeeded"))
              || service_is(reply.json, "status", STR("canceled"))
              || service_is(reply.json, "status", STR("requires_payment_method"));
    service_end(&reply);
    if (held) return cancel(at, charge, str_from(id), out);
    return ended ? PSP_APPROVED : PSP_UNKNOWN;
}

/* --- captures --- */

/* "metadata[c0190…]": the part's key without dashes, within Stripe's 40 characters. */
static void part_name(Id key, char *out, size_t size, bool in_form)
{
    char hex[2 * ID_BYTES + 1];
    for (int i = 0; i < ID_BYTES; i++) (void)snprintf(hex + 2 * i, 3, "%02x", key.bytes[i]);
    (void)snprintf(out, size, in_form ? "metadata[c%s]" : "metadata.c%s", hex);
}

static PspOutcome take_part(const PaymentService *at, const json_t *intent, const PspPart *part,
                            ServiceReply *reply)
{
    char  name[64], value[24], own[ID_TEXT_LEN + 1], bytes[STRIPE_FORM_BYTES];
    Arena arena;
    arena_init(&arena, bytes, sizeof bytes);
    Buf  form = buf_make(&arena, 512);
    bool more = service_number(intent, "amount_capturable") > part->amount
             && service_is(intent, "latest_charge.payment_method_details.card.multicapture.status",
                           STR("available"));
    part_name(part->key, name, sizeof name, true);
    int len = snprintf(value, sizeof value, "%lld", (long long)part->amount);
    stripe_add_number(&form, "amount_to_capture", part->amount);
    if (more) stripe_add(&form, "final_capture", STR("false")); /* else Stripe lets the rest go */
    stripe_add(&form, name, (Str){ value, (size_t)len });
    post(at, "/v1/payment_intents/", service_text(intent, "id"), "/capture", &form,
         service_key(part->key, own), reply);
    part_name(part->key, name, sizeof name, false);
    return reply->status == 200 && service_is(reply->json, name, (Str){ value, (size_t)len })
             ? PSP_APPROVED
             : PSP_UNKNOWN;
}

PspOutcome stripe_capture(const PaymentService *at, const PspCharge *charge, const PspPart *part,
                          PspAnswer *out)
{
    ServiceReply intent, reply;
    char         name[64];
    PspOutcome   found = stripe_find(at, charge, &intent);
    if (found == PSP_NOT_FOUND) return declined(&intent, STR("not_authorised"), out);
    if (found != PSP_APPROVED) return done(&intent, found, out);
    part_name(part->key, name, sizeof name, false);
    service_keep(intent.json, "id", out->reference, sizeof out->reference);
    if (service_text(intent.json, name).len) return done(&intent, PSP_APPROVED, out); /* taken before */
    if (service_is(intent.json, "status", STR("canceled")))
        return declined(&intent, STR("authorisation_expired"), out);
    if (!service_is(intent.json, "status", STR("requires_capture")))
        return declined(&intent, STR("not_authorised"), out);
    if (service_number(intent.json, "amount_capturable") < part->amount)
        return declined(&intent, STR("more_than_authorised"), out);
    PspOutcome outcome = take_part(at, intent.json, part, &reply);
    service_end(&intent);
    if (outcome == PSP_UNKNOWN && stripe_refused(&reply, out)) outcome = PSP_DECLINED;
    return done(&reply, outcome, out);
}

/* --- refunds --- */

static PspOutcome judge_refund(const json_t *refund, const PspPart *part, PspAnswer *out)
{
    char own[ID_TEXT_LEN + 1];
    if (!service_is(refund, "metadata.onetill_key", service_key(part->key, own))
        || service_number(refund, "amount") != part->amount)
        return PSP_UNKNOWN;
    service_keep(refund, "id", out->reference, sizeof out->reference);
    if (service_is(refund, "status", STR("succeeded")) || service_is(refund, "status", STR("pending")))
        return PSP_APPROVED;
    if (!service_is(refund, "status", STR("failed")) && !service_is(refund, "status", STR("canceled")))
        return PSP_UNKNOWN;
    service_keep(refund, "failure_reason", out->reason, sizeof out->reason);
    if (!out->reason[0]) service_put(STR("failed"), out->reason, sizeof out->reason);
    return PSP_DECLINED;
}

/* Among those that were made: Stripe may have forgotten the key. */
static PspOutcome find_refund(const PaymentService *at, Str id, const PspPart *part, PspAnswer *out)
{
    ServiceReply reply;
    PspOutcome   outcome = PSP_NOT_FOUND;
    post(at, "/v1/refunds?limit=100&payment_intent=", id, "", NULL, STR_NONE, &reply);
    const json_t *list = service_at(reply.json, "data");
    if (reply.status != 200 || !json_is_array(list)) return done(&reply, PSP_UNKNOWN, out);
    for (size_t i = 0; outcome == PSP_NOT_FOUND && i < json_array_size(list); i++) {
        outcome = judge_refund(json_array_get(list, i), part, out);
        if (outcome == PSP_UNKNOWN) outcome = PSP_NOT_FOUND;
    }
    return done(&reply, outcome, out);
}

PspOutcome stripe_refund(const PaymentService *at, const PspCharge *charge, const PspPart *part,
                         PspAnswer *out)
{
    char         id[64], own[ID_TEXT_LEN + 1], bytes[STRIPE_FORM_BYTES];
    ServiceReply reply;
    Arena        arena;
    PspOutcome   outcome = stripe_find(at, charge, &reply);
    if (outcome == PSP_NOT_FOUND) return declined(&reply, STR("not_charged"), out);
    service_keep(reply.json, "id", id, sizeof id);
    service_end(&reply);
    if (outcome != PSP_APPROVED) return outcome;
    if (service_age_ms(at, part->key) > STRIPE_KEY_KEPT_MS) {
        outcome = find_refund(at, str_from(id), part, out);
        if (outcome != PSP_NOT_FOUND) return outcome;
    }
    arena_init(&arena, bytes, sizeof bytes);
    Buf form = buf_make(&arena, 256);
    stripe_add(&form, "payment_intent", str_from(id));
    stripe_add_number(&form, "amount", part->amount);
    stripe_add(&form, "metadata[onetill_key]", service_key(part->key, own));
    stripe_call(at, STR("/v1/refunds"), &form, service_key(part->key, own), &reply);
    outcome = reply.status == 200         ? judge_refund(reply.json, part, out)
            : stripe_refused(&reply, out) ? PSP_DECLINED
                                          : PSP_UNKNOWN;
    return done(&reply, outcome, out);
}
