/* paper.h — pages as PDF: text of any script by the fonts of the system, bar codes that scanners read. */
#ifndef SYS_PAPER_H
#define SYS_PAPER_H

#include "base/error.h"
#include "core/sheet.h"

/* All sheets in one document; *pdf are its bytes, the same for the same sheets. Text that is not UTF-8 is
 * shown with replacement signs. Errors: MEMORY, FIELD_INVALID (a text that its bar code cannot carry). */
bool paper_pdf(Arena *arena, const Sheet *sheets, size_t count, Str *pdf, Error *err) MUST_USE;

/* Measures texts before they are placed, as paper_pdf will draw them. Errors: MEMORY. */
typedef struct PaperRuler PaperRuler;
bool                      paper_ruler_make(PaperRuler **out, Error *err) MUST_USE;
void                      paper_ruler_free(PaperRuler *ruler);

/* How wide the longest line of a text is, and how high all of it, when it is broken to the width of the
 * item. */
void paper_measure(PaperRuler *ruler, const SheetItem *item, int *width, int *height);

/* Whether the first letter of a text is of a script that runs from the right; `otherwise` when it has
 * none. */
bool paper_runs_from_right(Str text, bool otherwise);

#endif
