/* money.c — exact amounts. See money.h. */
#include "core/money.h"

#include <assert.h>
#include <string.h>

#define ERR(NAME, status, code, retry, sentence) \
    const ErrDef ERR_##NAME = { code, status, retry, sentence };
#include "core/errors.def"
#undef ERR

__extension__ typedef __int128 Wide;

static Wide round_div(Wide value, Wide per, Rounding how)
{
    Wide whole = value / per;
    Wide rest  = value % per;
    Wide twice = (rest < 0 ? -rest : rest) * 2;
    Wide away  = value < 0 ? -1 : 1;
    switch (how) {
    case ROUND_HALF_UP: return twice >= per ? whole + away : whole;
    case ROUND_HALF_EVEN: return twice > per || (twice == per && whole % 2 != 0) ? whole + away : whole;
    case ROUND_DOWN: return whole;
    case ROUND_UP: return rest ? whole + away : whole;
    }
    UNREACHABLE();
}

/* The same in 64 bits, which is some times faster. */
static int64_t round_div_short(int64_t value, int64_t per, Rounding how)
{
    int64_t whole = value / per;
    int64_t rest  = value % per;
    int64_t size  = rest < 0 ? -rest : rest; /* below `per`, so that twice of it need not fit */
    int64_t away  = value < 0 ? -1 : 1;
    switch (how) {
    case ROUND_HALF_UP: return size >= per - size ? whole + away : whole;
    case ROUND_HALF_EVEN:
        return size > per - size || (size == per - size && whole % 2 != 0) ? whole + away : whole;
    case ROUND_DOWN: return whole;
    case ROUND_UP: return rest ? whole + away : whole;
    }
    UNREACHABLE();
}

bool money_scale(int64_t value, int64_t times, int64_t per, Rounding how, int64_t *out, Error *err)
{
    int64_t product = 0;
    assert(per > 0);
    if (!__builtin_mul_overflow(value, times, &product) && product < INT64_MAX / 4
        && product > -(INT64_MAX / 4)) {
        *out = round_div_short(product, per, how);
        return true;
    }
    Wide result = round_div((Wide)value * times, per, how);
    if (result > INT64_MAX / 4 || result < -(INT64_MAX / 4))
        return err_set(err, &ERR_AMOUNT_RANGE, "", "amount out of range");
    *out = (int64_t)result;
    return true;
}

bool money_add(int64_t a, int64_t b, int64_t *out, Error *err)
{
    if (__builtin_add_overflow(a, b, out) || *out > INT64_MAX / 4 || *out < -(INT64_MAX / 4))
        return err_set(err, &ERR_AMOUNT_RANGE, "", "amount out of range");
    return true;
}

/* The fraction of part i that was cut off, in parts of `sum`. */
static Wide fraction(const int64_t *weights, size_t i, Wide total, Wide sum, const int64_t *parts)
{
    return total * weights[i] - (Wide)parts[i] * sum;
}

/* Gives one more to the `left` parts with the largest fractions, ties by index. The least fraction that is
 * served is found by halving: so many steps as `sum` has bits, each looks at all parts. */
static void serve_largest(const int64_t *weights, size_t count, Wide total, Wide sum, int64_t *parts,
                          Wide left)
{
    Wide low = 0, high = sum; /* more than `left` are above low - 1, at most `left` above high - 1 */
    while (low < high) {
        Wide middle = low + (high - low) / 2, above = 0;
        for (size_t i = 0; i < count; i++) above += fraction(weights, i, total, sum, parts) > middle;
        if (above > left) low = middle + 1;
        else high = middle;
    }
    for (size_t i = 0; i < count; i++) left -= fraction(weights, i, total, sum, parts) > low;
    for (size_t i = 0; i < count; i++) {
        Wide rest = fraction(weights, i, total, sum, parts);
        if (rest > low || (rest == low && left-- > 0)) parts[i]++;
    }
}

void money_split(int64_t total, const int64_t *weights, size_t count, int64_t *parts)
{
    assert(count > 0);
    assert(weights[0] >= 0);
    if (count == 1) {
        parts[0] = total;
        return;
    }
    Wide sum  = 0;
    Wide size = total < 0 ? -(Wide)total : total;
    for (size_t i = 0; i < count; i++) {
        assert(weights[i] >= 0);
        sum += weights[i];
        parts[i] = 0;
    }
    if (sum == 0) {
        parts[0] = total;
        return;
    }
    Wide left = size;
    for (size_t i = 0; i < count; i++) {
        Wide part = size * weights[i];
        parts[i]  = part <= INT64_MAX && sum <= INT64_MAX ? (int64_t)part / (int64_t)sum
                                                          : (int64_t)(part / sum);
        left -= parts[i];
    }
    if (left > 0) serve_largest(weights, count, size, sum, parts, left);
    for (size_t i = 0; total < 0 && i < count; i++) parts[i] = -parts[i];
}

int64_t money_cash_round(int64_t total, int64_t step)
{
    if (step <= 1) return total;
    return (int64_t)(round_div(total, step, ROUND_HALF_UP) * step);
}

bool currency_find(Str code, int *decimals)
{
    /* ISO 4217 list one, active codes. */
    static const char none[]  = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF ";
    static const char three[] = "BHD IQD JOD KWD LYD OMR TND ";
    static const char two[] =
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
        "CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL "
        "HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT "
        "MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB "
        "SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH "
        "USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG ";
    static const struct {
        const char *codes;
        size_t      count;
        int         decimals;
    } groups[] = { { two, sizeof two / 4, 2 }, { none, sizeof none / 4, 0 }, { three, sizeof three / 4, 3 } };
    if (code.len != 3) return false;
    for (size_t g = 0; g < COUNT(groups); g++) {
        size_t low = 0, high = groups[g].count; /* the codes are in order */
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            int    order  = memcmp(groups[g].codes + 4 * middle, code.ptr, 3);
            if (order == 0) {
                *decimals = groups[g].decimals;
                return true;
            }
            if (order < 0) low = middle + 1;
            else high = middle;
        }
    }
    return false;
}

static Str decimal_text(Arena *arena, int64_t value, int decimals, bool trim)
{
    Buf      buf  = buf_make(arena, 32);
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint64_t one  = 1;
    for (int i = 0; i < decimals; i++) one *= 10;
    if (value < 0) buf_byte(&buf, '-');
    buf_i64(&buf, (int64_t)(size / one));
    uint64_t rest = size % one;
    if (decimals > 0 && !(trim && rest == 0)) buf_byte(&buf, '.');
    for (uint64_t place = one / 10; place > 0 && !(trim && rest == 0); place /= 10) {
        buf_byte(&buf, (char)('0' + rest / place));
        rest %= place;
    }
    return buf_str(&buf);
}

Str money_text(Arena *arena, int64_t minor, Str currency)
{
    int decimals = 2;
    (void)currency_find(currency, &decimals);
    return decimal_text(arena, minor, decimals, false);
}

Str qty_text(Arena *arena, int64_t qty_milli)
{
    return decimal_text(arena, qty_milli, 3, true);
}
