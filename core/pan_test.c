/* pan_test.c — what is the number of a payment card, and what only looks like one. The numbers are the
 * test numbers that the payment services publish. */
#include "core/pan.h"

#include <stdio.h>

static int passed, failed;

static void check(bool ok, const char *name)
{
    if (!ok) printf("not ok %s\n", name);
    if (ok) passed++;
    else failed++;
}

typedef struct {
    const char *text, *why;
} Row;

static const Row cards[] = {
    { "4111111111111111", "Visa" },
    { "4222222222222", "Visa with 13 digits" },
    { "4000000000000000006", "Visa with 19" },
    { "5555555555554444", "Mastercard" },
    { "2223003122003222", "Mastercard of the second range" },
    { "378282246310005", "American Express" },
    { "30569309025904", "Diners Club" },
    { "6011111111111117", "Discover" },
    { "3530111333300000", "JCB" },
    { "6200000000000005", "UnionPay" },
    { "6759649826438453", "Maestro" },
    { "card 4111 1111-1111 1111 ok", "in a note" },
    { "4111.1111.1111.1111", "with dots" },
    { "41 11 11 11 11 11 11 11", "in pairs" },
    { "3782 822463 10005", "as American Express writes it" },
    { "4111 1111 1111 1111 12/27 123", "with its expiry and code behind it" },
    { "4111111111111111 1227", "with its expiry, without a slash" },
    { "4111111111111111-123", "with its code" },
    { "12 4111 1111 1111 1111", "with a number before it" },
    { "table 7 - 378282246310005 - 2 guests", "between others" },
    { "paid2026-11-25 4111111111111111", "behind a date" },
    { "visa:4111111111111111;", "behind a word" },
    { "x4111111111111111y", "in a word" },
    { "4111\xC2\xA0"
      "1111\xE2\x80\x89"
      "1111\xE2\x80\xAF"
      "1111",
      "with blanks that do not break" },
    { "4111\xE2\x80\x93"
      "1111\xE2\x80\x91"
      "1111\xE2\x88\x92"
      "1111",
      "with longer dashes" },
    { "4111\t1111\t1111\t1111", "with tabulators" },
    { "\xEF\xBC\x94\xEF\xBC\x91\xEF\xBC\x91\xEF\xBC\x91 1111 1111 1111", "in full-width digits" },
    { "\xD9\xA4\xD9\xA1\xD9\xA1\xD9\xA1"
      "111111111111",
      "in Arabic digits" },
    { "%B4111111111111111^DENT/ARTHUR^2512", "a first track" },
    { ";4111111111111111=2512", "a second track" },
    { "019a4111-1111-1111-1111-1111111111112", "what is longer than an id" },
    { "+378282246310005", "behind a plus" },
    { "+4111111111111111", "also one that no telephone has" },
};

static const Row others[] = {
    { "4111111111111112", "a wrong Luhn digit" },
    { "9111111111111111", "nobody's range" },
    { "41111111111111111111111", "too long a number" },
    { "411111111111", "too short a number" },
    { "", "nothing" },
    { "0194abcd-4111-1111-1111-1111abcdabcd", "an id" },
    { "ids 0194abcd-4111-1111-1111-1111abcdabcd,41111111-1111-4111-8111-111111111111 end",
      "ids in a text" },
    { "+4915112345678", "a German mobile" },
    { "+49 151 1234 5678", "the same in groups" },
    { "DE91 5001 0517 0000 0004 00", "an IBAN" },
    { "DE64500105170000000401", "an IBAN without blanks" },
    { "from NL91 ABNA 0417 1643 00 and GB29 NWBK 6016 1331 9268 19, paid", "IBANs in a text" },
    { "2026-11-25 12:00 2026-11-26", "dates" },
    { "449123456789014", "a serial number of a telephone" },
    { "00340434161094022115", "a parcel's number of 20 digits" },
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT(cards); i++) {
        check(pan_found(str_from(cards[i].text), false), cards[i].why);
        check(pan_found(str_from(cards[i].text), true), cards[i].why);
    }
    for (size_t i = 0; i < COUNT(others); i++)
        check(!pan_found(str_from(others[i].text), false), others[i].why);
}

static void test_goods(void)
{
    check(pan_found(STR("4003994155448"), false) && !pan_found(STR("4003994155448"), true),
          "a GTIN that passes Luhn is one in a note, not as the number of goods");
    check(!pan_found(STR("4003994155448 4003994155455"), true), "nor are two");
    check(pan_found(STR("4003994155448 4111111111111111"), true), "a card beside it is one");
    check(!pan_found(STR("611111111111111196"), true), "nor is the number of a pallet");
}

/* Whatever stands around it: found, unless digits touch it. */
static void test_places(void)
{
    static const char *const around[] = { "",
                                          " ",
                                          "a",
                                          "é",
                                          "12 ",
                                          "-",
                                          "7",
                                          "\xC2\xA0"
                                          "3 ",
                                          "(",
                                          "x-1-" };
    char                     text[64];
    for (size_t i = 0; i < COUNT(around); i++)
        for (size_t k = 0; k < COUNT(around); k++) {
            int len = snprintf(text, sizeof text, "%s5555 5555 5555 4444%s", around[i], around[k]);
            if (i == 6 || k == 6 || k == 4) continue; /* touches */
            check(pan_found((Str){ text, (size_t)len }, false), text);
        }
}

int main(void)
{
    test_rows();
    test_goods();
    test_places();
    printf("pan: %d passed, %d failed\n", passed, failed);
    return failed ? 1 : 0;
}
