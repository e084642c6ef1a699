/* slip_escpos.h — slips for receipt printers that speak ESC/POS, and the code pages of these. Pure.
 * Source: Epson, "ESC/POS Command Reference": ESC @, ESC t, ESC R, ESC a, ESC E, ESC p, ESC J, GS !, GS
 * (k, GS h, GS w, GS H, GS k, GS v 0, GS V, FS . */
#ifndef CORE_SLIP_ESCPOS_H
#define CORE_SLIP_ESCPOS_H

#include "core/slip.h"

/* The code pages we know: name, number in ESC t (as Epson's printers and those that follow them have
 * them). */
#define SLIP_PAGES(X) X(CP1252, "1252", 16) X(CP852, "852", 18) X(CP866, "866", 17) X(CP737, "737", 14)
#define SLIP_PAGE_CODES "1252|852|866|737"

typedef enum {
#define X(name, code, number) SLIP_PAGE_##name,
    SLIP_PAGES(X)
#undef X
        SLIP_PAGE_COUNT
} SlipPage;

bool slip_page_find(Str code, SlipPage *out);

/* The byte of a character in a page; false when it has none. ASCII is in all of them. */
bool slip_page_byte(SlipPage page, uint32_t code, uint8_t *out);

/* Draws a line that no code page can carry, exactly `dots` wide. `arg` is the printer's. Errors: MEMORY.
 */
typedef bool (*SlipDraw)(void *arg, Arena *arena, const SlipFlowLine *line, SlipLanguage language,
                         int dots, SlipPicture *out, Error *err);

/* 48 columns are 576 dots (paper of 80 mm), 42 are 504, 32 are 384 (58 mm). */
enum { SLIP_DOTS_OF_COLUMN = 12 };

typedef struct {
    int      columns;
    uint32_t pages; /* bit n: the printer has page n; 0: those of SLIP_PAGES */
    SlipDraw draw;  /* or NULL: what no page has is printed as '?' */
    void    *draw_arg;
} SlipPrinter;

/* The bytes for the printer. What is printed of a text is its letters: no byte of it is ever a command.
 * Errors: MEMORY, and those of draw. */
bool slip_escpos(Arena *arena, const Slip *slip, const SlipPrinter *printer, Str *out,
                 Error *err) MUST_USE;

#endif
