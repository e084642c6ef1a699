/* sheet.h — a page to be printed: texts, lines, pictures and bar codes, each at its place. Written as PDF by
 * sys/paper.h, for label printers by core/zpl.h. Lengths are in hundredths of a millimetre, from the left
 * and the top. */
#ifndef CORE_SHEET_H
#define CORE_SHEET_H

#include "base/str.h"

typedef enum { SHEET_TEXT, SHEET_LINE, SHEET_CODE_128, SHEET_QR, SHEET_PICTURE } SheetKind;
typedef enum { SHEET_LEFT, SHEET_CENTRE, SHEET_RIGHT } SheetAlign;

typedef struct {
    SheetKind kind;
    int       x, y;
    int       width; /* texts are broken to it; codes fill it */
    int  height;     /* of lines and codes; a line is filled, so that it is as thick as its shorter side */
    int  size;       /* of letters; a line of text is about 1.2 times as high */
    int  lines;      /* what does not fit into so many ends with an ellipsis; 0: one */
    bool bold;
    bool from_right; /* a text without letters of its own direction runs from the right */
    SheetAlign align;
    Str        text; /* UTF-8 */
    /* Of a picture: black and white, row by row, the highest bit first, 1 is black; drawn to fill the box. */
    const uint8_t *bits;
    int            across, down; /* dots */
} SheetItem;

typedef struct {
    int        width, height;
    SheetItem *items;
    size_t     count;
} Sheet;

#endif
