/* paper.h — pages as PDF: text of any script by the fonts of the system, bar codes that scanners read. */
#ifndef SYS_PAPER_H
#define SYS_PAPER_H

#include "base/error.h"
#include "core/sheet.h"

/* All sheets in one document; *pdf are its bytes, the same for the same sheets. Text that is not UTF-8 is
 * shown with replacement signs. Errors: MEMORY, FIELD_INVALID (a text that its bar code cannot carry). */
bool paper_pdf(Arena *arena, const Sheet *sheets, size_t count, Str *pdf, Error *err) MUST_USE;

#endif
