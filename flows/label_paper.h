/* label_paper.h — what is stuck on a parcel, drawn: for a printer of pages, or of labels. */
#ifndef FLOWS_LABEL_PAPER_H
#define FLOWS_LABEL_PAPER_H

#include "shop/common.h"

typedef struct {
    Str from, to_name, to_address; /* lines with line breaks between; to_address may be empty */
    Str service;                   /* the carrier and its service */
    Str which;                     /* weight, which package of how many */
    Str tracking;                  /* the carrier's number, also as a bar code */
    Str mine;                      /* ours, also as a bar code */
    Str note;                      /* or empty */
} LabelText;

/* PDF of 4 by 6 inches. */
bool label_pdf(Ctx *ctx, const LabelText *text, Str *out, Error *err) MUST_USE;

/* Street, town and country below each other, as far as they are known. */
Str label_address(Arena *arena, const Address *to);

#endif
