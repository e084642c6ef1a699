/* slip_pdf.h — slips as PDF: one page as wide as the paper of a receipt and as long as it must be. */
#ifndef SYS_SLIP_PDF_H
#define SYS_SLIP_PDF_H

#include "core/slip.h"

/* The bytes of the document. Errors: MEMORY. */
bool slip_pdf(Arena *arena, const Slip *slip, Str *pdf, Error *err) MUST_USE;

#endif
