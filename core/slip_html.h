/* slip_html.h — slips as HTML. Pure. */
#ifndef CORE_SLIP_HTML_H
#define CORE_SLIP_HTML_H

#include "core/slip.h"

/* Makes the picture of a code as SVG (SLIP_QR or SLIP_BARCODE), or STR_NONE when the text does for it.
 * Errors: MEMORY. */
typedef bool (*SlipSvg)(void *arg, Arena *arena, SlipKind kind, Str text, Str *svg, Error *err);

/* What stands in <style> of a page with slips: for phones, screens that are dark, and paper. */
extern const char slip_style[];

/* Text that is safe between tags and in quoted attributes. */
void slip_html_text(Buf *out, Str text);

/* The slip as one <article>, without page around it. Errors: MEMORY, those of svg. */
bool slip_html_part(Arena *arena, const Slip *slip, SlipSvg svg, void *svg_arg, Buf *out,
                    Error *err) MUST_USE;

/* The same as a whole page. */
bool slip_html(Arena *arena, const Slip *slip, SlipSvg svg, void *svg_arg, Str *out, Error *err) MUST_USE;

#endif
