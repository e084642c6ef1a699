/* stripe.h — the adapter to Stripe: PaymentIntents, Terminal, refunds, webhooks. See payment_service.h.
 *
 * A charge is made in two steps: a PaymentIntent is made without a card, by our key, then it is confirmed
 * with the card (or a reader is told to ask for one). To make it again by the same key gives the same one,
 * so what became of it can always be asked, even when the first answer was lost; searching it by its
 * metadata comes minutes late and is used only when Stripe has forgotten the key (a day). */
#ifndef FLOWS_STRIPE_H
#define FLOWS_STRIPE_H

#include "flows/service_call.h"

extern const PaymentAdapter payment_stripe;

enum {
    STRIPE_FORM_BYTES  = 4096,
    STRIPE_KEY_KEPT_MS = 20 * 3600 * 1000
}; /* Stripe keeps keys for 24 hours at least */

/* One call; `form` NULL: a GET. `twice`: the Idempotency-Key, or none. */
void stripe_call(const PaymentService *at, Str path, const Buf *form, Str twice, ServiceReply *out);
void stripe_add(Buf *form, const char *name, Str value);
void stripe_add_number(Buf *form, const char *name, int64_t value);

/* The PaymentIntent of our key as Stripe has it now, in *out (ended by the caller): PSP_APPROVED (it is
 * there), PSP_NOT_FOUND or PSP_UNKNOWN. */
PspOutcome stripe_find(const PaymentService *at, const PspCharge *charge, ServiceReply *out);

/* "invalid_request_error" and the like say that nothing was done; *out gets the reason. */
bool stripe_refused(const ServiceReply *reply, PspAnswer *out);

PspOutcome stripe_reverse(const PaymentService *at, const PspCharge *charge, PspAnswer *out);
PspOutcome stripe_capture(const PaymentService *at, const PspCharge *charge, const PspPart *part,
                          PspAnswer *out);
PspOutcome stripe_give_up(const PaymentService *at, const PspCharge *charge, PspAnswer *out);
PspOutcome stripe_refund(const PaymentService *at, const PspCharge *charge, const PspPart *part,
                         PspAnswer *out);

/* The signature "t=TIME,v1=HEX": HMAC-SHA256 of TIME.BODY by the webhook secret.
 * Errors: WEBHOOK_SIGNATURE. */
bool stripe_signed(const PaymentService *at, Arena *arena, const WebhookCall *call, Error *err) MUST_USE;

/* Cards that are kept: "cus_…/pm_…". The second makes a PaymentIntent one of that Customer. */
PspOutcome stripe_keep(const PaymentService *at, const PspCharge *charge, Str shopper, PspAnswer *out);
bool       stripe_for_customer(const PaymentService *at, Str intent, Str customer, PspAnswer *out,
                               bool *refused);

/* Whether a webhook is Stripe's, and what it is about. See payment_webhook.h. */
bool stripe_hear(const PaymentService *at, Arena *arena, const WebhookCall *call, WebhookNews *out,
                 Error *err);

#endif
