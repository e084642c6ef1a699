/* adyen_parts.c — captures, cancels, reversals and refunds by Adyen: asked for by our key, told by
 * webhooks. See adyen.h. */
#include "flows/adyen.h"

#include <stdio.h>

enum { PATH_BYTES = 256, BODY_BYTES = 2048 };

static PspOutcome declined(Str reason, PspAnswer *out)
{
    *out = (PspAnswer){ .reference = "" };
    service_put(reason, out->reason, sizeof out->reason);
    return PSP_DECLINED;
}

/* POST /payments/REFERENCE/what; `amount` 0: the whole. Adyen takes it up (true), or says that it never
 * will, with the reason in *out; *answered tells whether it said anything at all. */
static bool modify(const PaymentService *at, Str reference, const char *what, Id key, int64_t amount,
                   Str currency, bool *answered, PspAnswer *out)
{
    char         path[PATH_BYTES], own[ID_TEXT_LEN + 1], twice[ID_TEXT_LEN + 24], bytes[BODY_BYTES];
    ServiceReply reply;
    Arena        arena;
    arena_init(&arena, bytes, sizeof bytes);
    Buf body = buf_make(&arena, 512);
    (void)service_key(key, own);
    int len = snprintf(path, sizeof path, "/payments/%.*s/%s", STR_FMT(reference), what);
    int id  = snprintf(twice, sizeof twice, "%s-%s", own, what);
    buf_add(&body, STR("{\"merchantAccount\":"));
    buf_json_string(&body, at->account);
    buf_format(&body, ",\"reference\":\"%s\"", own);
    if (amount)
        buf_format(&body, ",\"amount\":{\"value\":%lld,\"currency\":\"%.*s\"}", (long long)amount,
                   STR_FMT(currency));
    buf_byte(&body, '}');
    adyen_post(at, (Str){ path, (size_t)len }, body.failed ? STR_NONE : buf_str(&body),
               (Str){ twice, (size_t)id }, &reply);
    bool ok   = reply.status == 201 && service_is(reply.json, "status", STR("received"));
    *answered = ok || (reply.status == 422 && service_is(reply.json, "errorType", STR("validation")));
    service_keep(reply.json, ok ? "pspReference" : "errorCode", ok ? out->reference : out->reason,
                 ok ? sizeof out->reference : sizeof out->reason);
    service_end(&reply);
    return ok;
}

static PspOutcome part(const PaymentService *at, const PspCharge *charge, const PspPart *what,
                       const char *verb, const char *yes, const char *no, PspAnswer *out)
{
    const PaymentNotice *failed = adyen_told(&what->told, no), *fine = adyen_told(&what->told, yes);
    Str                  reference = adyen_reference(charge);
    bool                 answered  = false;
    if (failed) return declined(failed->reason.len ? failed->reason : STR("failed"), out);
    if (fine) {
        service_put(fine->reference, out->reference, sizeof out->reference);
        return fine->amount == what->amount ? PSP_APPROVED : PSP_UNKNOWN;
    }
    if (!reference.len) return declined(STR("not_authorised"), out);
    bool ok = modify(at, reference, verb, what->key, what->amount, charge->currency, &answered, out);
    if (!ok && answered) return PSP_DECLINED;
    *out = (PspAnswer){ .reference = "" };
    return PSP_UNKNOWN; /* a webhook tells */
}

PspOutcome adyen_capture(const PaymentService *at, const PspCharge *charge, const PspPart *what,
                         PspAnswer *out)
{
    return part(at, charge, what, "captures", "capture", "capture_failed", out);
}

PspOutcome adyen_refund(const PaymentService *at, const PspCharge *charge, const PspPart *what,
                        PspAnswer *out)
{
    return part(at, charge, what, "refunds", "refund", "refund_failed", out);
}

/* What is left of the hold; when Adyen will not cancel it, it ends with its time. */
PspOutcome adyen_give_up(const PaymentService *at, const PspCharge *charge, PspAnswer *out)
{
    Str  reference = adyen_reference(charge);
    bool answered  = false;
    bool ended     = adyen_told(&charge->told, "cancel") || adyen_told(&charge->told, "cancel_failed");
    if (!ended && reference.len) {
        bool ok = modify(at, reference, "cancels", charge->key, 0, STR_NONE, &answered, out);
        ended   = answered && !ok;
    }
    *out          = (PspAnswer){ .reference = "" };
    out->captured = charge->captured;
    return ended || !reference.len ? PSP_APPROVED : PSP_UNKNOWN;
}

/* By our own reference: also of a payment whose answer never came. */
static void cancel_by_key(const PaymentService *at, const PspCharge *charge)
{
    char         own[ID_TEXT_LEN + 1], twice[ID_TEXT_LEN + 24], bytes[BODY_BYTES];
    ServiceReply reply;
    Arena        arena;
    arena_init(&arena, bytes, sizeof bytes);
    Buf body = buf_make(&arena, 512);
    (void)service_key(charge->key, own);
    int id = snprintf(twice, sizeof twice, "%s-cancel", own);
    buf_add(&body, STR("{\"merchantAccount\":"));
    buf_json_string(&body, at->account);
    buf_format(&body, ",\"paymentReference\":\"%s\",\"reference\":\"%s\"}", own, own);
    adyen_post(at, STR("/cancels"), body.failed ? STR_NONE : buf_str(&body), (Str){ twice, (size_t)id },
               &reply);
    service_end(&reply);
}

PspOutcome adyen_undo(const PaymentService *at, const PspCharge *charge, PspAnswer *out)
{
    Str  reference = adyen_reference(charge);
    bool answered  = false;
    if (reference.len) (void)modify(at, reference, "reversals", charge->key, 0, STR_NONE, &answered, out);
    else cancel_by_key(at, charge);
    *out = (PspAnswer){ .reference = "" };
    return PSP_UNKNOWN; /* a webhook tells */
}
