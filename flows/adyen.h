/* adyen.h — the adapter to Adyen: payments of a page through Checkout, payments at a terminal through nexo
 * messages (Terminal API), by the cloud or directly. See payment_service.h.
 *
 * Adyen answers modifications with "received" and tells what became of them by a webhook only, and nobody
 * can ask it about a payment of a page. So the notices of its webhooks (payment_notice), which it signs
 * with all that matters of them, are its answers; until one is there the outcome is unknown. A terminal
 * can be asked. */
#ifndef FLOWS_ADYEN_H
#define FLOWS_ADYEN_H

#include "flows/service_call.h"

extern const PaymentAdapter payment_adyen;

/* What a webhook said of a key: the notice of that event, or NULL. */
const PaymentNotice *adyen_told(const PspTold *told, const char *event);

/* Posts JSON to `path` of Checkout; `twice`: the Idempotency-Key. */
void adyen_post(const PaymentService *at, Str path, Str body, Str twice, ServiceReply *out);

/* The PSP reference of a charge: of a page as it is, of a terminal behind the tender's; or none. */
Str adyen_reference(const PspCharge *charge);

PspOutcome adyen_capture(const PaymentService *at, const PspCharge *charge, const PspPart *part,
                         PspAnswer *out);
PspOutcome adyen_give_up(const PaymentService *at, const PspCharge *charge, PspAnswer *out);
PspOutcome adyen_refund(const PaymentService *at, const PspCharge *charge, const PspPart *part,
                        PspAnswer *out);

/* Asks Adyen to undo it by what it knows of it; a webhook tells whether that was done. */
PspOutcome adyen_undo(const PaymentService *at, const PspCharge *charge, PspAnswer *out);

/* At a terminal (adyen_terminal.c). */
PspOutcome adyen_terminal_charge(const PaymentService *at, const PspCharge *charge, PspAnswer *out);
PspOutcome adyen_terminal_ask(const PaymentService *at, const PspCharge *charge, PspAnswer *out);
PspOutcome adyen_terminal_reverse(const PaymentService *at, const PspCharge *charge, PspAnswer *out);

bool adyen_hear(const PaymentService *at, Arena *arena, const WebhookCall *call, WebhookNews *out,
                Error *err);

#endif
