/* settle.c — is a line of a settlement what the books say? See settle.h. */
#include "core/settle.h"

#include "core/money.h"

#include <assert.h>
#include <string.h>

static const char *const kind_names[] = {
    "charge",        "refund", "refund_failed", "chargeback", "chargeback_back", "fee", "payout",
    "payout_failed", "carry",  "other",         "bank",
};
static_assert(COUNT(kind_names) == SETTLE_KINDS, "each kind has a name");

static const SettleCauseRow causes[] = {
#define CAUSE(name, code, off, sentence, action) { code, sentence, action, SETTLE_OFF_##off },
#include "core/settle_causes.def"
#undef CAUSE
};

const char *settle_kind_name(SettleKind kind)
{
    assert(kind < SETTLE_KINDS);
    return kind_names[kind];
}

bool settle_kind_of(Str name, SettleKind *out)
{
    for (size_t i = 0; i < COUNT(kind_names); i++) {
        if (!str_eq_nocase(name, str_from(kind_names[i]))) continue;
        *out = (SettleKind)i;
        return true;
    }
    return false;
}

const SettleCauseRow *settle_cause(SettleCause cause)
{
    assert(cause < CAUSE_COUNT);
    return &causes[cause];
}

bool settle_cause_of(Str code, SettleCause *out)
{
    for (size_t i = 0; i < COUNT(causes); i++) {
        if (!str_eq(code, str_from(causes[i].code))) continue;
        *out = (SettleCause)i;
        return true;
    }
    return false;
}

static void differ(SettleResult *to, SettleCause cause, int64_t expected, int64_t found, int64_t open)
{
    to->differs    = true;
    to->difference = (SettleDifference){ cause, expected, found, open };
}

static void judge_charge(const SettleLine *line, const SettleKnown *known, SettleResult *out)
{
    int64_t left = known->amount - known->settled;
    bool    same = str_eq(line->settled, known->currency);
    if (!known->found) {
        differ(out, CAUSE_UNKNOWN, 0, line->amount, line->gross);
    } else if (!known->taken) {
        differ(out, CAUSE_NOT_TAKEN, 0, line->amount, line->gross);
    } else if (!str_eq(line->currency, known->currency)) {
        out->books = left > 0 ? left : 0;
        differ(out, CAUSE_CURRENCY, left, line->amount, 0);
    } else if (line->amount < 0) {
        int64_t over = known->over < -line->amount ? known->over : -line->amount;
        out->books   = line->amount + over;
        if (known->settled + out->books < 0)
            differ(out, CAUSE_AMOUNT, -known->settled, line->amount, same ? line->amount : 0);
    } else if (known->settled > 0 && left <= 0) {
        differ(out, CAUSE_TWICE, 0, line->amount, line->gross);
    } else if (line->amount > left) {
        out->books = left;
        differ(out, CAUSE_AMOUNT, left, line->amount, same ? line->amount - left : 0);
    } else {
        out->books =
            line->amount; /* less is no difference of a line: the rest may follow; see settle_short */
    }
}

static void judge_refund(const SettleLine *line, const SettleKnown *known, SettleResult *out)
{
    bool same  = str_eq(line->settled, known->currency);
    out->books = known->refund ? -known->refunded : 0;
    if (known->refund_before && !known->refund)
        differ(out, CAUSE_REFUND_TWICE, 0, line->amount, line->gross);
    else if (!known->refund) differ(out, CAUSE_REFUND_UNKNOWN, 0, line->amount, line->gross);
    else if (!str_eq(line->currency, known->currency))
        differ(out, CAUSE_CURRENCY, -known->refunded, line->amount, 0);
    else if (line->amount != -known->refunded)
        differ(out, CAUSE_REFUND_AMOUNT, -known->refunded, line->amount,
               same ? line->amount + known->refunded : 0);
}

static void judge_fee(const SettleLine *line, const SettleRate *rate, SettleResult *out)
{
    int64_t share = 0, expected = 0;
    Error   err = { 0 };
    if (!rate->agreed || line->kind != SETTLE_CHARGE || line->gross <= 0) return;
    if (!money_scale(line->gross, rate->ppm, PPM_ONE, ROUND_HALF_UP, &share, &err)
        || !money_add(share, rate->fixed, &expected, &err))
        return;
    int64_t off       = line->fee > expected ? line->fee - expected : expected - line->fee;
    out->fee_expected = expected;
    out->fee_differs  = off > rate->tolerance;
}

SettleResult settle_judge(const SettleLine *line, const SettleKnown *known, const SettleRate *rate)
{
    SettleResult out = { 0 };
    judge_fee(line, rate, &out);
    switch (line->kind) {
    case SETTLE_CHARGE: judge_charge(line, known, &out); return out;
    case SETTLE_REFUND: judge_refund(line, known, &out); return out;
    case SETTLE_REFUND_FAILED: differ(&out, CAUSE_REFUND_FAILED, 0, line->amount, line->gross); return out;
    case SETTLE_CHARGEBACK: differ(&out, CAUSE_CHARGEBACK, 0, line->amount, line->gross); return out;
    case SETTLE_CHARGEBACK_BACK:
        if (!known->disputed) differ(&out, CAUSE_CHARGEBACK_BACK, 0, line->amount, line->gross);
        return out;
    case SETTLE_PAYOUT_FAILED: differ(&out, CAUSE_PAYOUT_FAILED, 0, line->net, 0); return out;
    case SETTLE_OTHER: differ(&out, CAUSE_OTHER, 0, line->net, line->gross); return out;
    case SETTLE_FEE:
    case SETTLE_PAYOUT:
    case SETTLE_CARRY:
    case SETTLE_BANK:
    case SETTLE_KINDS: return out;
    }
    return out;
}

bool settle_short(int64_t taken, int64_t settled, SettleDifference *out)
{
    SettleCause none = taken < 0 ? CAUSE_REFUND_MISSING : CAUSE_NEVER_SETTLED;
    SettleCause part = taken < 0 ? CAUSE_REFUND_AMOUNT : CAUSE_AMOUNT;
    *out             = (SettleDifference){ settled == 0 ? none : part, taken, settled, settled - taken };
    return taken != settled;
}

static bool names(Str text, Str reference)
{
    if (reference.len < 4) return false;
    for (size_t i = 0; i + reference.len <= text.len; i++)
        if (str_eq_nocase(str_slice(text, i, i + reference.len), reference)) return true;
    return false;
}

int64_t settle_bank_find(const SettleLine *line, const SettleSent *sent, size_t count)
{
    int64_t best = SETTLE_NONE;
    for (size_t i = 0; i < count; i++)
        if (!sent[i].taken && str_eq(sent[i].currency, line->currency)
            && names(line->text, sent[i].reference))
            return (int64_t)i;
    for (size_t i = 0; i < count; i++) {
        const SettleSent *at    = &sent[i];
        int64_t           early = line->at_ms + (int64_t)SETTLE_EARLY_DAYS * SETTLE_DAY_MS;
        int64_t           late  = line->at_ms - (int64_t)SETTLE_LATE_DAYS * SETTLE_DAY_MS;
        if (at->taken || at->amount != line->amount || !str_eq(at->currency, line->currency)) continue;
        if (at->at_ms > early || at->at_ms < late) continue;
        if (best == SETTLE_NONE || at->at_ms < sent[best].at_ms) best = (int64_t)i;
    }
    return best;
}

SettleDifference settle_payout(int64_t sum, int64_t said, bool *differs)
{
    *differs = sum != said;
    return (SettleDifference){ CAUSE_PAYOUT_SUM, sum, said, said - sum };
}
