/* gs1_test.c — scanned codes are read as the GS1 General Specifications say, or refused. */
#include "core/gs1.h"

#include "tests/kit.h"

#include <stdio.h>

static bool parse(const char *code, Gs1Scan *out)
{
    Error err = { 0 };
    bool  ok  = gs1_parse(str_from(code), 2026, out, &err);
    check(ok || err.def == &ERR_BARCODE_FORM, "a code is read or refused with a reason");
    return ok;
}

static bool is(Gs1Date date, int year, int month, int day)
{
    return date.year == year && date.month == month && date.day == day;
}

static void published(void)
{
    Gs1Scan s;
    check(parse("(01)90012345678908(3103)001750", &s) && str_eq(s.gtin, STR("90012345678908"))
              && s.measures[GS1_KILOGRAMS] == 1750000 && s.count == -1 && s.price == -1,
          "1.750 kg of a variable item");
    check(parse("(01)98898765432106(15)991231(3103)001750(10)12A(422)123(21)123456", &s)
              && is(s.best_before, 1999, 12, 31) && str_eq(s.lot, STR("12A"))
              && str_eq(s.serial, STR("123456")),
          "best before, weight, lot, origin and serial");
    check(parse("]C10198898765432106" "15991231" "3103001750" "1012A\x1D" "422123\x1D" "21123456", &s)
              && s.measures[GS1_KILOGRAMS] == 1750000 && str_eq(s.lot, STR("12A"))
              && str_eq(s.serial, STR("123456")),
          "the same as a scanner sends it");
    check(parse("(11)100224(17)110224(3102)000100", &s) && is(s.produced, 2010, 2, 24)
              && is(s.expires, 2011, 2, 24) && s.measures[GS1_KILOGRAMS] == 1000000,
          "dates and a weight of two decimals");
    check(parse("(01)90614141000015(3202)000150", &s) && s.measures[GS1_POUNDS] == 1500000, "pounds");
    check(parse("(01)00012345678905(10)ABC123", &s) && str_eq(s.lot, STR("ABC123")), "a lot");
}

static void more(void)
{
    Gs1Scan s;
    check(parse("4006381333931", &s) && str_eq(s.gtin, STR("4006381333931")), "a bare EAN-13");
    check(parse("]E04006381333931", &s) && str_eq(s.gtin, STR("4006381333931")), "the same behind ]E0");
    check(parse("96385074", &s) && parse("036000291452", &s) && parse("00012345678905", &s),
          "GTIN-8, -12 and -14");
    check(parse("(02)00012345678905(37)24", &s) && s.count == 24
              && str_eq(s.contained, STR("00012345678905")),
          "what a carton holds");
    check(parse("(01)00012345678905(3922)2875", &s) && s.price == 2875 && s.price_decimals == 2, "a price");
    check(parse("(01)00012345678905(3932)9782875", &s) && s.price == 2875
              && str_eq(s.price_currency, STR("978")),
          "a price with its currency");
    check(parse("\x1D" "0100012345678905" "10(A)\x1D" "17270200", &s) && str_eq(s.lot, STR("(A)"))
              && is(s.expires, 2027, 2, 28),
          "a lot with brackets in it; day 00 is the last of the month");
    check(parse("(10)A(1)B", &s) && str_eq(s.lot, STR("A(1)B")), "brackets that hold no AI are text");
    check(parse("(00)340123450000000000", &s) == parse("00340123450000000000", &s),
          "both ways of writing are checked alike");
    check(parse("(01)00012345678905(01)00012345678905", &s), "the same twice is once");
}

static void refused(void)
{
    static const char *const codes[] = {
        "",
        "(01)90012345678909",                 /* check digit */
        "(01)9001234567890",                  /* length */
        "4006381333932",
        "(05)123",                            /* no such AI */
        "05123456",
        "890012",
        "(01)00012345678905(17)271301",
        "(01)00012345678905(17)270230",
        "(01)00012345678905(10)",
        "(01)00012345678905(10)123456789012345678901",
        "(01)00012345678905(10)A#B",
        "(01)00012345678905(3106)000001",
        "(01)00012345678905(3103)00175A",
        "(01)00012345678905(30)0",
        "(01)00012345678905(02)00012345678905(37)1",
        "(02)00012345678905",
        "(02)00012345678905(30)24",
        "(01)00012345678905(37)24",
        "(01)00012345678905(21)A(21)B",
        "(01)00012345678905(3922)1(3932)9781",
        "(01",
        "(01)00012345678905x",
        "]A0123",
        "01000123456789",
        "310",
        "31",
        "hello",
        "(1)2",
        "0100012345678905\x1D\x1D" "1012",
    };
    Gs1Scan s;
    for (size_t i = 0; i < COUNT(codes); i++) {
        char name[96];
        (void)snprintf(name, sizeof name, "refused: %s", codes[i][0] ? codes[i] : "nothing");
        check(!parse(codes[i], &s), name);
    }
}

static void centuries(void)
{
    Gs1Date d = { 0, 0, 0 };
    check(gs1_date(STR("760101"), 2026, &d) && d.year == 2076, "50 years ahead is this century");
    check(gs1_date(STR("770101"), 2026, &d) && d.year == 1977, "51 years ahead was in the last one");
    check(gs1_date(STR("490101"), 2099, &d) && d.year == 2149, "50 years behind comes in the next one");
    check(gs1_date(STR("500101"), 2099, &d) && d.year == 2050, "49 years behind was");
    check(gs1_date(STR("280200"), 2026, &d) && is(d, 2028, 2, 29), "a leap year has its day");
    check(!gs1_date(STR("270229"), 2026, &d) && !gs1_date(STR("27010"), 2026, &d), "others have not");
}

static void scales(void)
{
    Gs1Variable v    = { "", 0, false };
    Error       err  = { 0 };
    bool        fits = false;
    check(gs1_price_check(STR("2875")) == 9, "the check digit of 28.75 is 9");
    check(gs1_price_check(STR("14685")) == 6, "the check digit of 146.85 is 6");
    check(gs1_variable(STR("201234105992"), STR("02IIIIIVPPPPC"), &v, &fits, &err) && fits && v.is_price
              && v.value == 599 && memcmp(v.item, "0201234000006", 13) == 0,
          "a UPC of a scale with 5.99 in it");
    check(gs1_variable(STR("0201234004127"), STR("02IIIIIVPPPPC"), &v, &fits, &err) && fits && v.value == 412
              && memcmp(v.item, "0201234000006", 13) == 0,
          "another price of the same item");
    check(!gs1_variable(STR("0201234204127"), STR("02IIIIIVPPPPC"), &v, &fits, &err)
              && err.def == &ERR_BARCODE_FORM,
          "a price misread is refused");
    check(gs1_variable(STR("2112345017508"), STR("21IIIIIWWWWWC"), &v, &fits, &err) && fits && !v.is_price
              && v.value == 1750,
          "a weight");
    check(gs1_variable(STR("4006381333931"), STR("21IIIIIWWWWWC"), &v, &fits, &err) && !fits,
          "another prefix is none of it");
    check(gs1_layout_check(STR("20IIIIIVPPPPC"), &err) && gs1_layout_check(STR("29IIIIWWWWWWC"), &err),
          "layouts are taken");
    static const char *const bad[] = { "",
                                       "2",
                                       "30IIIIIWWWWWC",
                                       "2xIIIIIWWWWWC",
                                       "20IIIIIWWPPPC",
                                       "20IIIIIWWWWWW",
                                       "20IIIIVWWWWWWC",
                                       "20IIIIVVWWWWC",
                                       "20WWWWWWWWWWC",
                                       "20IIIIIIIIWWC",
                                       "20IIIIIVWWWWWC",
                                       "20IIIVWWWWWWC" };
    for (size_t i = 0; i < COUNT(bad); i++) check(!gs1_layout_check(str_from(bad[i]), &err), bad[i]);
}

int main(void)
{
    published();
    more();
    refused();
    centuries();
    scales();
    return check_finish("gs1");
}
