/* gtin.h — article numbers on barcodes: GTIN-8, -12 (UPC-A), -13 (EAN-13) and -14. */
#ifndef CORE_GTIN_H
#define CORE_GTIN_H

#include "base/str.h"

/* True for 8, 12, 13 or 14 digits whose last is the check digit of the others.
 * Source: GS1 General Specifications, section 7.9: weights 3, 1, 3 … from the right. */
bool gtin_valid(Str gtin);

#endif
