/* paper.h — receipts and slips in each form: text, page, PDF, for receipt printers. */
#ifndef FLOWS_PAPER_H
#define FLOWS_PAPER_H

#include "shop/locations/locations.h"
#include "shop/receipts/receipts.h"

typedef enum { PAPER_TEXT, PAPER_HTML, PAPER_PDF, PAPER_ESCPOS } PaperForm;

typedef struct {
    Str     language; /* or none: the location's */
    int64_t columns;  /* OPT_NONE: as usual */
    bool    copy, drawer;
    bool    bare; /* without the link: it stands on the page of the link itself */
} PaperWish;

/* A slip, and what is known of its document. */
typedef struct {
    ReceiptLook look;
    Slip        slip;
    Str         merchant, number, location;
    Str         link; /* or none */
    Id          customer;
    int64_t     made_at;
} PaperDoc;

/* The receipt of an order or return. Errors: NOT_FOUND, RECEIPT_LINES. */
bool paper_receipt(Ctx *ctx, const ReceiptRef *ref, const PaperWish *wish, PaperDoc *out,
                   Error *err) MUST_USE;

/* How slips look at a location, for slips that others make (reports, gift cards): out->look.style is what
 * slip_of_… takes; `shop` and the place are those of slips_shop. */
bool paper_begin(Ctx *ctx, const Location *place, const PaperWish *wish, PaperDoc *out,
                 Error *err) MUST_USE;

/* The slip in a form. Errors: MEMORY. */
bool paper_write(Ctx *ctx, const PaperDoc *doc, const PaperWish *wish, PaperForm form, Str *out,
                 Error *err) MUST_USE;

/* The picture of a code for pages (a SlipSvg). */
bool paper_svg(void *arg, Arena *arena, SlipKind kind, Str text, Str *svg, Error *err);

/* The handlers of one kind of slip in all forms, by its function what_paper(ctx, ask, form, reply, err).
 */
#define PAPER_ROUTES(what, Ask)                                                                           \
    bool paper_##what##_text(Ctx *ctx, const Ask *request, PaperReply *reply, Error *err)                 \
    {                                                                                                     \
        return what##_paper(ctx, request, PAPER_TEXT, reply, err);                                        \
    }                                                                                                     \
    bool paper_##what##_html(Ctx *ctx, const Ask *request, PaperReply *reply, Error *err)                 \
    {                                                                                                     \
        return what##_paper(ctx, request, PAPER_HTML, reply, err);                                        \
    }                                                                                                     \
    bool paper_##what##_pdf(Ctx *ctx, const Ask *request, PaperReply *reply, Error *err)                  \
    {                                                                                                     \
        return what##_paper(ctx, request, PAPER_PDF, reply, err);                                         \
    }                                                                                                     \
    bool paper_##what##_escpos(Ctx *ctx, const Ask *request, PaperReply *reply, Error *err)               \
    {                                                                                                     \
        return what##_paper(ctx, request, PAPER_ESCPOS, reply, err);                                      \
    }

#endif
