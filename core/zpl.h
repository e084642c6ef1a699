/* zpl.h — pages as ZPL II, the language of label printers. Pure.
 * Source: Zebra, "ZPL II Programming Guide": ^XA ^CI28 ^PW ^LL ^FO ^A0 ^FB ^FH ^BY ^BC ^BQ ^GB ^GF ^XZ. */
#ifndef CORE_ZPL_H
#define CORE_ZPL_H

#include "core/sheet.h"

enum { ZPL_DOTS_203 = 8, ZPL_DOTS_300 = 12 }; /* dots in a millimetre */

/* One label for each sheet; STR_NONE: the arena is full. No text can be taken for a command. */
Str zpl_write(Arena *arena, const Sheet *sheets, size_t count, int dots);

#endif
