/* receipts.h — how slips look (templates by location and language), the signed links of receipts, and
 * receipts that are sent by e-mail. Owns these three; what stands on a receipt is told in flows/slips.c,
 * the mail is sent by flows/receipt_mail.c. Words: token: the end of the link of a receipt; it names the
 * document and is signed with the merchant's key, so that nothing has to be kept for it. Invariants: the
 * same receipt goes to an address once; a mail is settled when it is sent or has failed. */
#ifndef SHOP_RECEIPTS_H
#define SHOP_RECEIPTS_H

#include "core/slip_escpos.h"
#include "shop/common.h"

#define API_DEF "shop/receipts/api.def"
#include "shop/api_declare.h"

/* How slips look at a location. */
typedef struct {
    SlipStyle style;
    Str       optin;       /* wording of the consent, or none */
    int       columns;     /* of the printer */
    uint32_t  pages;       /* of the printer; 0: all */
    bool      no_pictures; /* of the printer */
} ReceiptLook;

/* The template of the location in a language (none: the location's standard, or that of its country), else
 * that of all locations, else a plain one. Errors: MEMORY. */
bool receipts_look(Ctx *ctx, Str location, Str country, Str language, ReceiptLook *out,
                   Error *err) MUST_USE;

/* --- links --- */

typedef enum { RECEIPT_OF_SALE, RECEIPT_OF_GIFT, RECEIPT_OF_RETURN, RECEIPT_KIND_COUNT } ReceiptKind;

enum { RECEIPT_LINES_MAX = 20 };

typedef struct {
    ReceiptKind kind;
    int64_t     merchant;
    Id          document;
    uint16_t    lines[RECEIPT_LINES_MAX]; /* of a gift receipt of some lines */
    size_t      line_count;               /* 0: all of them */
} ReceiptRef;

Str receipt_kind_code(ReceiptKind kind);

/* The token of a document of ctx's merchant; STR_NONE when there is no key yet (receipts_key_make). */
bool receipts_token(Ctx *ctx, const ReceiptRef *ref, Str *token_or_none, Error *err) MUST_USE;

/* What a token names: alone, or at the end of a link. ctx becomes that of its merchant. Errors:
 * RECEIPT_LINK. */
bool receipts_open(Ctx *ctx, Str token, ReceiptRef *out, Error *err) MUST_USE;

/* Makes the merchant's key when there is none. */
bool receipts_key_make(Ctx *ctx, Error *err) MUST_USE;

/* --- e-mail --- */

typedef struct {
    Id      id;
    Str     kind; /* sale, return or gift */
    Id      document, customer;
    Str     address, language, state, reason;
    int64_t attempts, next_at_ms, made_at_ms, settled_at_ms;
} ReceiptPost;

/* Puts one among those that wait; the same receipt to the same address again gives the first one.
 * Errors: MAIL_NONE, MAIL_TOO_MANY, FIELD_INVALID at `address`. */
bool receipts_post(Ctx *ctx, ReceiptKind kind, Id document, Id customer, Str address,
                   SlipLanguage language, Id *id, Error *err) MUST_USE;
bool receipts_post_get(Ctx *ctx, Id id, ReceiptPost *out, Error *err) MUST_USE;

/* How the work on one goes on: takes it for a while (*taken is false when another process was faster), and
 * says what came of it. `event` as in core/machines.def; the next attempt of `wait` is at next_ms. */
bool receipts_post_take(Ctx *ctx, Id id, int64_t seen_ms, int64_t until_ms, bool *taken,
                        Error *err) MUST_USE;
bool receipts_post_step(Ctx *ctx, const ReceiptPost *post, Str event, int64_t next_ms, Str reason,
                        Error *err) MUST_USE;

/* Forgets the addresses of what was settled before; and those of a customer who is forgotten. */
bool receipts_forget_old(Ctx *ctx, int64_t before_ms, Error *err) MUST_USE;
bool receipts_forget(Ctx *ctx, Id customer, Str email, Error *err) MUST_USE;

#endif
