/* atp.c — available-to-promise. See atp.h. */
#include "core/atp.h"

#include <assert.h>

static int64_t less(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void atp_explain(const AtpLevel *level, const AtpTerms *terms, const AtpShare *share, AtpWhy *out)
{
    int64_t safety = level->safety >= 0 ? level->safety : terms->safety;
    assert(share->left >= 0 && share->ahead >= 0);
    *out         = (AtpWhy){ .sellable = level->floor + level->backroom,
                             .claimed  = level->held + level->committed,
                             .buffer   = terms->buffer,
                             .safety   = terms->keeps_safety ? safety : 0,
                             .limit    = share->is_hard ? share->left : -1 };
    int64_t free = out->sellable - out->claimed - out->buffer;
    if (free > safety) out->waiting = less(level->backordered, free - safety);
    free -= out->waiting + out->safety;
    int64_t rest   = free - (level->kept - share->left);
    int64_t own    = less(share->left, free - share->ahead);
    out->available = share->left > 0 && own > rest ? own : rest;
    out->kept      = free - out->available;
    if (share->is_hard) out->available = less(out->available, share->left);
}

int64_t atp(const AtpLevel *level, const AtpTerms *terms, const AtpShare *share)
{
    AtpWhy why;
    atp_explain(level, terms, share, &why);
    return why.available;
}

bool atp_when(int64_t available, int64_t waiting_more, const AtpReceipt *receipts, size_t count,
              int64_t qty, int64_t now_ms, int64_t *at_ms)
{
    int64_t there = (available > 0 ? available : 0) - waiting_more;
    *at_ms        = now_ms;
    if (available >= qty) return true;
    for (size_t i = 0; i < count; i++) {
        there += receipts[i].qty;
        assert(i == 0 || receipts[i].at_ms >= receipts[i - 1].at_ms);
        if (there < qty) continue;
        *at_ms = receipts[i].at_ms > now_ms ? receipts[i].at_ms : now_ms;
        return true;
    }
    return false;
}
