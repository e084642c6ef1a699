/* pan.h — finds payment card numbers in text, so that they can be refused at the door. */
#ifndef CORE_PAN_H
#define CORE_PAN_H

#include "base/str.h"

/* True when the text holds a run of 13 to 19 digits (blanks, '-', '.' and no-break spaces between them
 * do not count) in a card issuer's range, of that brand's length, with a right Luhn digit; or a magnetic
 * track. With `gtin_allowed` a run of 13 or 14 digits that is a right GTIN is none: one GTIN in ten
 * that begins with 4 passes Luhn too. Source of the ranges: ISO/IEC 7812 as published by the brands. */
bool pan_found(Str text, bool gtin_allowed);

#endif
