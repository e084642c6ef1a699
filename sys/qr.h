/* qr.h — QR and bar codes as pictures for screens. */
#ifndef SYS_QR_H
#define SYS_QR_H

#include "base/error.h"

/* The text as an SVG with its quiet zone, dark on white, without size: it fills where it stands.
 * Errors: FIELD_INVALID (no QR code can carry it), MEMORY. */
bool qr_svg(Arena *arena, Str text, Str *svg, Error *err) MUST_USE;

/* The text as Code 128, the same way: a row of bars that is stretched to where it stands. */
bool bars_svg(Arena *arena, Str text, Str *svg, Error *err) MUST_USE;

#endif
