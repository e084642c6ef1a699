/* percent.h — text as addresses and forms carry it: %XX for bytes, '+' for a space. */
#ifndef BASE_PERCENT_H
#define BASE_PERCENT_H

#include "base/str.h"

/* Decodes %XX; false for malformed escapes, control characters and text that is not UTF-8.
 * `plus` tells whether '+' is a space (query, form). */
bool percent_decode(Arena *arena, Str text, bool plus, Str *out) MUST_USE;

/* The value of a field of a form (application/x-www-form-urlencoded), without blanks around it; absent
 * when the form has no such field. False: malformed, or the arena is full. */
bool percent_form(Arena *arena, Str form, Str name, Str *out) MUST_USE;

#endif
