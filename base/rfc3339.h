/* rfc3339.h — UTC milliseconds as text and back, "2026-11-24T13:56:27.123Z". */
#ifndef BASE_RFC3339_H
#define BASE_RFC3339_H

#include "base/str.h"

enum { RFC3339_LEN = 24 };

/* Writes 24 characters (no NUL); false for years outside 0000–9999. */
bool rfc3339_format(int64_t unix_ms, char out[RFC3339_LEN]) MUST_USE;

/* Takes `Z` and numeric offsets; digits of a second behind the third are cut. False for
 * times outside the years that rfc3339_format knows. */
bool rfc3339_parse(Str text, int64_t *unix_ms) MUST_USE;

#endif
