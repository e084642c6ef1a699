/* gtin.c — article numbers on barcodes. See gtin.h. */
#include "core/gtin.h"

bool gtin_valid(Str gtin)
{
    int sum = 0;
    if (gtin.len != 8 && gtin.len != 12 && gtin.len != 13 && gtin.len != 14) return false;
    for (size_t i = 0; i < gtin.len; i++) {
        char c = gtin.ptr[gtin.len - 1 - i];
        if (c < '0' || c > '9') return false;
        sum += (c - '0') * (i % 2 ? 3 : 1);
    }
    return sum % 10 == 0;
}
