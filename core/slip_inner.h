/* slip_inner.h — what the makers of slips share: a list of blocks that grows. */
#ifndef CORE_SLIP_INNER_H
#define CORE_SLIP_INNER_H

#include "core/slip.h"

typedef struct {
    Arena           *arena;
    const SlipStyle *style;
    const SlipShop  *shop;
    Str              currency, number;
    int64_t          wall_ms;
    SlipBlock       *blocks;
    size_t           count, room;
    bool             linked; /* the link has been printed */
    bool             failed; /* no room for a block or a text */
} SlipMake;

/* Drawer, logo, who sells, and the title when there is one. */
void slip_put_head(SlipMake *make, Str title);

/* The texts of the template, the link, and the cut; then the slip. Errors: MEMORY. */
bool slip_put_foot(SlipMake *make, Str title, Slip *out, Error *err);

/* Adds a block with its texts cleaned: what would be a command or turn the direction becomes '?'. */
void slip_put(SlipMake *make, SlipBlock block);
void slip_put_rule(SlipMake *make);
void slip_put_text(SlipMake *make, SlipAlign align, bool bold, Str text);
void slip_put_pair(SlipMake *make, int indent, bool bold, Str left, Str right);
void slip_put_sum(SlipMake *make, int indent, Str name, int64_t amount);
void slip_put_qr(SlipMake *make, Str text, SlipWord caption);
void slip_put_heading(SlipMake *make, SlipWord word);

/* The text of a template with its facts. */
void slip_put_template(SlipMake *make, Str text);

/* Whether a part is wanted. */
bool slip_shows(const SlipMake *make, SlipPart part);

/* A word, and one with holes, in the language of the slip. */
Str slip_w(const SlipMake *make, SlipWord word);
Str slip_ws(SlipMake *make, SlipWord word, Str a, Str b);
Str slip_amount(SlipMake *make, int64_t amount);

#endif
