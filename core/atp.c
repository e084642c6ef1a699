/* atp.c — available-to-promise. See atp.h. */
#include "core/atp.h"

int64_t atp(const AtpLevel *level, const AtpTerms *terms, const AtpShare *share)
{
    int64_t safety = level->safety >= 0 ? level->safety : terms->safety;
    int64_t free   = level->floor + level->backroom - level->held - level->committed - terms->buffer
                 - (level->kept - share->left);
    if (terms->keeps_safety) free -= safety;
    return share->is_hard && share->left < free ? share->left : free;
}
