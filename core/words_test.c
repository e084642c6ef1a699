/* words_test.c — the words of a text are the same however it is written. */
#include "core/words.h"

#include <stdio.h>

static int passed, failed;

static const struct {
    const char *name, *text, *words;
} rows[] = {
    { "words are in lower case", "Red T-Shirt XL", "red t shirt xl" },
    { "a word stands once", "red RED Red", "red" },
    { "numbers are words", "TSH-001 4006381333931", "tsh 001 4006381333931" },
    { "accents do not matter", "Café crème Ångström Señor Ťlustý", "cafe creme angstrom senor tlusty" },
    { "accents that stand by themselves do not matter", "Cafe\xCC\x81", "cafe" },
    { "letters that are two", "Straße STRASSE Œuvre Æsir", "strasse oeuvre aesir" },
    { "stroke and dotless letters", "Łódź Øre Đuro ılık İstanbul", "lodz ore duro ilik istanbul" },
    { "Greek", "Ωμέγα ΩΜΈΓΑ ΟΔΟΣ οδος", "ωμεγα οδοσ" },
    { "Cyrillic", "Чай ЧАЙ Ёлка Ґанок", "чай ёлка ґанок" },
    { "full-width letters", "ＡＢｃ１", "abc1" },
    { "Chinese characters are words", "绿茶500g", "绿 茶 500g" },
    { "signs and emoji part words", "a™b — c…d 😀e «f»", "a b c d e f" },
    { "what is not UTF-8 parts words",
      "a\xFF"
      "b\xC3",
      "a b" },
    { "nothing gives nothing", " -- ", "" },
    { "long words are cut", "abcdefghijabcdefghijabcdefghijabcdefghijklm",
      "abcdefghijabcdefghijabcdefghijabcdefghij" },
};

static bool fits(Arena *arena, const char *text, const char *wanted)
{
    Words words = { .count = 0 };
    Buf   buf   = buf_make(arena, 64);
    if (!words_add(arena, str_from(text), &words)) return false;
    for (size_t i = 0; i < words.count; i++) {
        if (i) buf_byte(&buf, ' ');
        buf_add(&buf, words.items[i]);
    }
    bool same = str_eq(buf_str(&buf), str_from(wanted));
    if (!same) printf("  got '%.*s'\n", STR_FMT(buf_str(&buf)));
    return same;
}

int main(void)
{
    static char bytes[1 << 20];
    Arena       arena;
    arena_init(&arena, bytes, sizeof bytes);
    for (size_t i = 0; i < COUNT(rows); i++) {
        bool ok = fits(&arena, rows[i].text, rows[i].words);
        printf("%s %s\n", ok ? "ok" : "not ok", rows[i].name);
        ok ? passed++ : failed++;
    }
    printf("words: %d passed, %d failed\n", passed, failed);
    return failed != 0;
}
