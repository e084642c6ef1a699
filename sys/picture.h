/* picture.h — pictures of one bit a dot for receipt printers: logos from PNG, and lines of text in any
 * script. */
#ifndef SYS_PICTURE_H
#define SYS_PICTURE_H

#include "core/slip.h"

/* Takes a PNG as base64, at most SLIP_LOGO_WIDTH_MAX by SLIP_LOGO_HEIGHT_MAX dots; greys become patterns
 * of dots, what is transparent is white. Errors: FIELD_INVALID at `field`, MEMORY. */
bool picture_of_png(Arena *arena, Str base64, const char *field, SlipPicture *out, Error *err) MUST_USE;

/* A line of a slip as a picture of exactly so many dots across: a SlipDraw (core/slip_escpos.h) whose
 * `arg` is not used. Errors: MEMORY. */
bool picture_of_line(void *arg, Arena *arena, const SlipFlowLine *line, SlipLanguage language, int dots,
                     SlipPicture *out, Error *err);

#endif
