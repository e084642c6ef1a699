/* slip_words.c — what slips say in each language, and how they write amounts and times. See slip.h. */
#include "core/slip.h"

#include "base/rfc3339.h"

#include <assert.h>

static const char *const codes[] = {
#define X(name, code) code,
    SLIP_LANGUAGES(X)
#undef X
};

static const char *const words[][SLIP_LANGUAGE_COUNT] = {
#define WORD(name, ...) { __VA_ARGS__ },
#include "core/slip.def"
#undef WORD
};

static const char *const parts[] = {
#define X(name, code) code,
    SLIP_PARTS(X)
#undef X
};

bool slip_language_find(Str code, SlipLanguage *out)
{
    for (size_t i = 0; i < COUNT(codes); i++)
        if (str_eq(code, str_from(codes[i]))) {
            *out = (SlipLanguage)i;
            return true;
        }
    return false;
}

Str slip_language_code(SlipLanguage language)
{
    return str_from(codes[language]);
}

bool slip_part_find(Str code, SlipPart *out)
{
    for (size_t i = 0; i < COUNT(parts); i++)
        if (str_eq(code, str_from(parts[i]))) {
            *out = (SlipPart)i;
            return true;
        }
    return false;
}

Str slip_part_code(SlipPart part)
{
    return str_from(parts[part]);
}

SlipLanguage slip_language_of_country(Str country)
{
    static const struct {
        SlipLanguage language;
        const char  *countries; /* of two letters each */
    } rows[] = {
        { SLIP_DE, "DE AT CH LI" },
        { SLIP_FR, "FR MC LU BE SN CI" },
        { SLIP_ES, "ES MX AR CO CL PE EC UY PY BO VE CR GT HN NI PA SV DO" },
        { SLIP_JA, "JP" },
        { SLIP_AR, "AE SA QA KW BH OM JO LB EG IQ YE LY TN DZ MA SY SD" },
    };
    for (size_t r = 0; r < COUNT(rows); r++) {
        Str list = str_from(rows[r].countries);
        for (size_t i = 0; i + 2 <= list.len; i += 3)
            if (str_eq(str_slice(list, i, i + 2), country)) return rows[r].language;
    }
    return SLIP_EN;
}

bool slip_from_right(SlipLanguage language)
{
    return language == SLIP_AR;
}

Str slip_word(SlipLanguage language, SlipWord word)
{
    return str_from(words[word][language]);
}

Str slip_say(Arena *arena, SlipLanguage language, SlipWord word, Str a, Str b)
{
    Str pattern = slip_word(language, word), next = a;
    /* within a language that runs from the right, marks keep "20 %" together */
    Str mark = slip_from_right(language) ? STR("\xE2\x80\x8E") : STR("");
    Buf out  = buf_make(arena, pattern.len + a.len + b.len + 4 * mark.len + 1);
    for (size_t i = 0; i < pattern.len; i++) {
        bool hole = pattern.ptr[i] == '{' && i + 1 < pattern.len && pattern.ptr[i + 1] == '}';
        if (!hole) {
            buf_byte(&out, pattern.ptr[i]);
            continue;
        }
        if (next.len) buf_add(&out, mark);
        buf_add(&out, next);
        if (next.len) buf_add(&out, mark);
        next = b;
        i++;
    }
    return out.failed ? STR_NONE : str_trim(buf_str(&out));
}

/* --- amounts --- */

typedef struct {
    const char *group, *point;
    size_t      group_from; /* digits before the point from which on they are grouped */
} Figures;

static const Figures figures[] = {
    [SLIP_EN] = { ",", ".", 4 }, [SLIP_DE] = { ".", ",", 4 }, [SLIP_FR] = { "\xC2\xA0", ",", 4 },
    [SLIP_ES] = { ".", ",", 5 }, [SLIP_JA] = { ",", ".", 4 }, [SLIP_AR] = { ",", ".", 4 },
};
static_assert(COUNT(figures) == SLIP_LANGUAGE_COUNT, "figures of each language");
static_assert(COUNT(words) == SLIP_WORD_COUNT, "a row for each word");

Str slip_money(Arena *arena, SlipLanguage language, int64_t minor, Str currency)
{
    const Figures *how  = &figures[language];
    Str            text = money_text(arena, minor, currency);
    if (!text.ptr) return STR_NONE;
    size_t minus = text.ptr[0] == '-', point = str_index(text, '.', 0), whole = point - minus;
    Buf    out = buf_make(arena, text.len * 2 + 4);
    for (size_t i = 0; i < text.len; i++) {
        size_t left = point > i ? point - i : 0;
        if (i > minus && left > 0 && left % 3 == 0 && whole >= how->group_from)
            buf_add(&out, str_from(how->group));
        if (i == point) buf_add(&out, str_from(how->point));
        else buf_byte(&out, text.ptr[i]);
    }
    return out.failed ? STR_NONE : buf_str(&out);
}

/* --- times --- */

Str slip_time(Arena *arena, SlipLanguage language, int64_t wall_ms)
{
    /* y year, m month, d day; the time of day follows */
    static const char *const orders[] = { [SLIP_EN] = "y-m-d", [SLIP_DE] = "d.m.y", [SLIP_FR] = "d/m/y",
                                          [SLIP_ES] = "d/m/y", [SLIP_JA] = "y/m/d", [SLIP_AR] = "y/m/d" };
    static_assert(COUNT(orders) == SLIP_LANGUAGE_COUNT, "an order for each language");
    char text[RFC3339_LEN];
    if (wall_ms == OPT_NONE || !rfc3339_format(wall_ms, text)) return STR("");
    Buf out = buf_make(arena, 20);
    for (const char *at = orders[language]; *at; at++) {
        if (*at == 'y') buf_add(&out, (Str){ text, 4 });
        else if (*at == 'm') buf_add(&out, (Str){ text + 5, 2 });
        else if (*at == 'd') buf_add(&out, (Str){ text + 8, 2 });
        else buf_byte(&out, *at);
    }
    buf_byte(&out, ' ');
    buf_add(&out, (Str){ text + 11, 5 });
    return out.failed ? STR_NONE : buf_str(&out);
}

Str slip_tender_name(SlipLanguage language, Str kind)
{
    static const struct {
        const char *kind;
        SlipWord    word;
    } rows[] = { { "cash", SLIP_WORD_CASH },
                 { "card", SLIP_WORD_CARD },
                 { "manual_card", SLIP_WORD_CARD },
                 { "gift_card", SLIP_WORD_GIFT_CARD },
                 { "store_credit", SLIP_WORD_STORE_CREDIT },
                 { "points", SLIP_WORD_POINTS },
                 { "voucher", SLIP_WORD_VOUCHER },
                 { "invoice", SLIP_WORD_INVOICE },
                 { "bank_transfer", SLIP_WORD_BANK_TRANSFER } };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (str_eq(kind, str_from(rows[i].kind))) return slip_word(language, rows[i].word);
    return kind;
}
