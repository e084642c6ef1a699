/* payment_service.h — a service that takes cards, whoever it is: one struct of functions for each kind
 * (flows/psp.c: the simulator, flows/stripe*.c, flows/adyen*.c). Each call carries our own key, so that it
 * may be repeated. Blocking network calls with time limits: never inside a transaction. Rule: only an
 * answer that names our key, and for money our amount and currency, is believed. All else is PSP_UNKNOWN,
 * whatever its status says: the caller asks again by the same key. */
#ifndef FLOWS_PAYMENT_SERVICE_H
#define FLOWS_PAYMENT_SERVICE_H

#include "shop/orders/orders.h"
#include "shop/payment_services/payment_services.h"
#include "shop/payments/payments.h"
#include "sys/http_client.h"

typedef enum {
    PSP_APPROVED,  /* the money is ours (or, after a reversal or refund: given back) */
    PSP_DECLINED,  /* a definite no; nothing was charged */
    PSP_UNKNOWN,   /* no answer, or one we cannot trust: ask again by our key */
    PSP_NOT_FOUND, /* ask: the service has never charged by our key */
} PspOutcome;

typedef struct {
    char    reference[64];
    char    brand[24], last4[8];
    char    entry_mode[16]; /* chip, contactless, swipe, keyed, ecommerce; or empty: not said */
    char    wallet[24];     /* apple_pay, google_pay …; or empty */
    char    card[64];       /* what the service calls the card, the same at each sale; or empty */
    char    reason[64];     /* of a decline: insufficient_funds … */
    bool    held;           /* authorised only: nothing is captured yet, or not all */
    int64_t expires_in_ms;  /* of what is held */
    int64_t captured;       /* give_up: what was captured in the end */
} PspAnswer;

/* What a service said by itself of one of our keys (payment_notice), oldest first. */
typedef struct {
    const PaymentNotice *items;
    size_t               count;
} PspTold;

typedef struct {
    Id      key;
    int64_t amount; /* minor units, > 0 */
    Str     currency;
    Str     token;     /* charge: what the terminal or the service's page gave for the card */
    bool    hold;      /* authorise only; capture takes it in parts */
    Str     reference; /* the service's own, when it has told it */
    int64_t captured;  /* of a hold, as we know it */
    PspTold told;
} PspCharge;

/* A part of a charge that is captured or given back. */
typedef struct {
    Id      key; /* the part's own */
    int64_t amount;
    PspTold told;
} PspPart;

/* A webhook as it came, and what it says; what it says is only a hint, unless nothing else can tell. */
typedef struct {
    Str     body, signature;
    int64_t now_ms;
} WebhookCall;

enum { WEBHOOK_ITEMS_MAX = 64 };

typedef struct {
    Id      about; /* our key of the payment, the capture or the refund; none: `reference` tells */
    Str     event, reference, reason;
    Str     of; /* the service's reference of the payment, of a dispute */
    int64_t amount;
} WebhookItem;

typedef struct {
    WebhookItem items[WEBHOOK_ITEMS_MAX];
    size_t      count;
} WebhookNews;

typedef struct PaymentAdapter PaymentAdapter;

/* A service as a merchant has set it up, and the terminal of one payment. Texts in the arena. */
typedef struct {
    const PaymentAdapter
             *adapter; /* NULL: it cannot be called (no such kind, a secret is missing): all is unknown */
    Env      *env;
    HttpReach reach;
    int       timeout_ms;
    int64_t   merchant;
    Str       code, url, account, secret, webhook_secret;
    Str       terminal_url, terminal_secret, terminal_key;
    int64_t   terminal_key_version;
    Str       terminal_ca;        /* PEM: who vouches for terminals called directly */
    Str       reader, reader_url; /* of the terminal; empty: the card is not at one */
} PaymentService;

struct PaymentAdapter {
    const char *kind;
    /* Authorises, and captures in the same step unless `hold`. */
    PspOutcome (*charge)(const PaymentService *at, const PspCharge *charge, PspAnswer *out);
    /* What became of a charge; one that is held, or was captured in part, is approved. A hold whose time
     * was over is declined. */
    PspOutcome (*ask)(const PaymentService *at, const PspCharge *charge, PspAnswer *out);
    /* Undoes a charge, whatever became of it: afterwards the key can never charge any more. */
    PspOutcome (*reverse)(const PaymentService *at, const PspCharge *charge, PspAnswer *out);
    /* Takes part of what is held; asks again what became of it. A definite no: nothing was taken by this
     * key. */
    PspOutcome (*capture)(const PaymentService *at, const PspCharge *charge, const PspPart *part,
                          PspAnswer *out);
    /* Gives up what is held and not captured; afterwards nothing more can be captured. */
    PspOutcome (*give_up)(const PaymentService *at, const PspCharge *charge, PspAnswer *out);
    /* Gives part of a captured charge back. */
    PspOutcome (*refund)(const PaymentService *at, const PspCharge *charge, const PspPart *part,
                         PspAnswer *out);
    /* Keeps the card of `charge->token` for `shopper`: out->card is a token that later charges take. NULL:
     * it keeps none. */
    PspOutcome (*keep)(const PaymentService *at, const PspCharge *charge, Str shopper, PspAnswer *out);
    /* Whether a webhook is signed by the service, and what it says; NULL: it sends none. In the arena. */
    bool (*hear)(const PaymentService *at, Arena *arena, const WebhookCall *call, WebhookNews *out,
                 Error *err);
};

/* The code of a terminal in the token of a tender, "terminal:LON-1"; or none. */
Str payment_service_terminal(Str token);

/* Chooses who takes a card of an order and writes it down, in the transaction of the order; *service gets
 * the code. Errors: TERMINAL_UNKNOWN, PAYMENT_SERVICE_MISSING. */
/* A service of the merchant by its code; at->adapter is NULL when there is none. */
bool payment_service_open(Ctx *ctx, Str code, PaymentService *at, Error *err) MUST_USE;

bool payment_service_route(Ctx *ctx, const Order *order, const Payment *payment, Str token, Str *service,
                           Error *err) MUST_USE;

/* Who took or is to take a payment, and how it is asked about; in a transaction that reads. */
bool payment_service_of(Ctx *ctx, const Payment *payment, Str currency, PaymentService *at,
                        PspCharge *charge, Error *err) MUST_USE;

/* What the service said by itself of a capture or refund. */
bool payment_service_told(Ctx *ctx, Id key, PspTold *out, Error *err) MUST_USE;

/* The calls; PSP_UNKNOWN when the service cannot be called. */
PspOutcome payment_charge_it(const PaymentService *at, const PspCharge *charge, PspAnswer *out);
PspOutcome payment_ask(const PaymentService *at, const PspCharge *charge, PspAnswer *out);
PspOutcome payment_reverse(const PaymentService *at, const PspCharge *charge, PspAnswer *out);
PspOutcome payment_capture(const PaymentService *at, const PspCharge *charge, const PspPart *part,
                           PspAnswer *out);
PspOutcome payment_give_up(const PaymentService *at, const PspCharge *charge, PspAnswer *out);
PspOutcome payment_keep_card(const PaymentService *at, const PspCharge *charge, Str shopper,
                             PspAnswer *out);
PspOutcome payment_refund(const PaymentService *at, const PspCharge *charge, const PspPart *part,
                          PspAnswer *out);

#endif
