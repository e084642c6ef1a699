/* csv_form.c — the form of somebody else's table. See csv_form.h. */
#include "core/csv_form.h"

#include <string.h>

enum { DIGITS_MAX = 15, DAY_MS = 86400000 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Without blanks and no-break spaces (UTF-8 or Latin-1) at both ends. */
Str csv_trim(Str s)
{
    for (;;) {
        Str before = s;
        s          = str_trim(s);
        if (s.len >= 2 && memcmp(s.ptr, "\xC2\xA0", 2) == 0) s = str_slice(s, 2, s.len);
        if (s.len >= 2 && memcmp(s.ptr + s.len - 2, "\xC2\xA0", 2) == 0) s.len -= 2;
        if (s.len >= 1 && s.ptr[0] == '\xA0') s = str_slice(s, 1, s.len);
        if (s.len == before.len) return s;
    }
}

/* Without a currency sign in front or behind. */
static Str drop_currency(Str s)
{
    static const Str signs[] = {
        { "$", 1 }, { "\xC2\xA3", 2 }, { "\xE2\x82\xAC", 3 }, { "\xA3", 1 }, { "\x80", 1 }
    };
    for (size_t i = 0; i < COUNT(signs); i++) {
        Str sign = signs[i];
        if (str_starts(s, sign)) return csv_trim(str_slice(s, sign.len, s.len));
        if (s.len > sign.len && memcmp(s.ptr + s.len - sign.len, sign.ptr, sign.len) == 0)
            return csv_trim(str_slice(s, 0, s.len - sign.len));
    }
    return s;
}

/* Takes the sign off; true when it is a minus. */
static bool take_sign(Str *s)
{
    bool minus = s->len > 0 && s->ptr[0] == '-';
    if (minus || (s->len > 0 && s->ptr[0] == '+')) *s = str_slice(*s, 1, s->len);
    return minus;
}

void csv_see_text(CsvSeen *seen, Str text)
{
    if (!str_is_utf8(text, NULL)) seen->not_utf8++;
}

void csv_see_number(CsvSeen *seen, Str text)
{
    Str    s        = drop_currency(csv_trim(text));
    size_t count[2] = { 0, 0 };
    size_t last[2]  = { 0, 0 };
    (void)take_sign(&s);
    s = drop_currency(s);
    for (size_t i = 0; i < s.len; i++) {
        if (is_digit(s.ptr[i])) continue;
        if (s.ptr[i] != '.' && s.ptr[i] != ',') return; /* not a number in any form */
        int which   = s.ptr[i] == ',';
        last[which] = i;
        count[which]++;
    }
    if (count[0] + count[1] == 0) return;
    if (count[0] && count[1]) {
        seen->numbers[last[1] > last[0]]++;
        return;
    }
    int which = count[1] > 0;
    if (count[which] > 1) seen->numbers[!which]++; /* 1.234.567: these are thousands */
    else if (s.len - last[which] - 1 == 3 && last[which] > 0 && s.ptr[0] != '0') seen->thousands[which]++;
    else seen->numbers[which]++;
}

/* Days from 1970-01-01 to a day of the Gregorian calendar. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t y   = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool day_exists(int64_t year, int64_t month, int64_t day)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool             leap   = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (year < 1900 || year > 2200 || month < 1 || month > 12 || day < 1) return false;
    return day <= days[month - 1] + (month == 2 && leap);
}

/* Takes 1 to `most` digits; 0 digits: false. */
static bool take_int(Str *s, size_t most, int64_t *out, size_t *digits)
{
    size_t n = 0;
    *out     = 0;
    while (n < s->len && n < most && is_digit(s->ptr[n])) *out = *out * 10 + (s->ptr[n++] - '0');
    if (digits) *digits = n;
    *s = str_slice(*s, n, s->len);
    return n > 0;
}

static bool take_char(Str *s, const char *any)
{
    if (s->len == 0 || s->ptr[0] == 0 || !strchr(any, s->ptr[0])) return false;
    *s = str_slice(*s, 1, s->len);
    return true;
}

/* "8:26", "08:26:30", "08:26:30.000", "8:26 PM", with a Z behind or not; nothing: midnight. */
static bool take_time(Str s, int64_t *ms)
{
    int64_t hour = 0, minute = 0, second = 0, rest = 0;
    *ms = 0;
    if (s.len == 0) return true;
    if (!take_char(&s, " T")) return false;
    s = str_trim(s);
    if (!take_int(&s, 2, &hour, NULL) || !take_char(&s, ":") || !take_int(&s, 2, &minute, NULL))
        return false;
    if (take_char(&s, ":") && !take_int(&s, 2, &second, NULL)) return false;
    if (take_char(&s, ".") && !take_int(&s, 9, &rest, NULL)) return false;
    s       = str_trim(s);
    bool pm = str_eq_nocase(s, STR("pm"));
    if (pm || str_eq_nocase(s, STR("am"))) {
        if (hour < 1 || hour > 12) return false;
        hour = hour % 12 + (pm ? 12 : 0);
    } else if (s.len > 0 && !str_eq(s, STR("Z"))) {
        return false;
    }
    if (hour > 23 || minute > 59 || second > 59) return false;
    *ms = ((hour * 60 + minute) * 60 + second) * 1000;
    return true;
}

typedef struct {
    int64_t parts[3];
    bool    year_first;
    int64_t time_ms;
} RawDate;

static bool split_date(Str text, RawDate *out)
{
    Str    s = csv_trim(text);
    size_t digits[3];
    for (int i = 0; i < 3; i++) {
        if (i > 0 && !take_char(&s, "/-.")) return false;
        if (!take_int(&s, 4, &out->parts[i], &digits[i])) return false;
    }
    out->year_first = digits[0] == 4;
    if (digits[1] > 2 || digits[out->year_first ? 2 : 0] > 2) return false;
    if (!out->year_first && digits[2] == 2) out->parts[2] += out->parts[2] < 70 ? 2000 : 1900;
    else if (!out->year_first && digits[2] != 4) return false;
    return take_time(s, &out->time_ms);
}

CsvValue csv_date(DateOrder order, Str text, int64_t *wall_ms)
{
    RawDate raw;
    if (csv_trim(text).len == 0) return VALUE_EMPTY;
    if (!split_date(text, &raw)) return VALUE_NOT_ONE;
    int64_t year  = raw.parts[raw.year_first ? 0 : 2];
    int64_t month = raw.parts[1];
    int64_t day   = raw.parts[raw.year_first ? 2 : 0];
    if (raw.year_first != (order == DATES_YMD)) return VALUE_NOT_ONE;
    if (order == DATES_MDY) {
        month = raw.parts[0];
        day   = raw.parts[1];
    }
    if (!day_exists(year, month, day)) return VALUE_NOT_ONE;
    *wall_ms = days_of(year, month, day) * DAY_MS + raw.time_ms;
    return VALUE_OK;
}

void csv_see_date(CsvSeen *seen, Str text)
{
    static const DateOrder readings[2] = { DATES_DMY, DATES_MDY };
    RawDate                raw;
    if (!split_date(text, &raw)) return; /* a bad line, whatever the order */
    if (raw.year_first) {
        seen->year_first++;
        return;
    }
    seen->dates++;
    for (int i = 0; i < 2; i++) {
        int64_t ms = 0;
        if (csv_date(readings[i], text, &ms) != VALUE_OK) {
            seen->impossible[i]++;
            continue;
        }
        bool first = seen->dates - seen->impossible[i] == 1;
        if (!first && ms < seen->last[i]) seen->backward[i]++;
        if (first || ms < seen->first_ms[i]) seen->first_ms[i] = ms;
        if (first || ms > seen->last_ms[i]) seen->last_ms[i] = ms;
        seen->last[i] = ms;
    }
}

static void decide_dates(const CsvSeen *seen, CsvForm *form)
{
    static const DateOrder readings[2] = { DATES_DMY, DATES_MDY };
    int64_t                span[2];
    for (int i = 0; i < 2; i++) {
        span[i]                  = seen->last_ms[i] / DAY_MS - seen->first_ms[i] / DAY_MS;
        form->dates_span_days[i] = span[i];
    }
    form->dates     = DATES_NONE;
    form->dates_why = DATES_BY_YEAR;
    if (seen->year_first + seen->dates == 0) return;
    if (seen->year_first >= seen->dates) {
        form->dates = DATES_YMD;
        return;
    }
    const int64_t   *evidence[] = { seen->impossible, seen->backward, span };
    const DateReason why[]      = { DATES_BY_DAY, DATES_BY_ORDER, DATES_BY_SPAN };
    form->dates                 = DATES_DMY;
    form->dates_why             = DATES_BY_HABIT;
    for (size_t i = 0; i < COUNT(evidence); i++) {
        if (evidence[i][0] == evidence[i][1]) continue;
        form->dates     = readings[evidence[i][1] < evidence[i][0]];
        form->dates_why = why[i];
        return;
    }
}

void csv_decide(const CsvSeen *seen, CsvForm *form)
{
    form->encoding = seen->not_utf8 ? CSV_WINDOWS_1252 : CSV_UTF8;
    if (seen->numbers[0] != seen->numbers[1])
        form->decimal = seen->numbers[1] > seen->numbers[0] ? ',' : '.';
    else form->decimal = seen->thousands[0] > seen->thousands[1] ? ',' : '.';
    decide_dates(seen, form);
}

/* Reads digits in groups of three with `thousands` between, or without groups. */
static bool take_whole(Str *s, char thousands, int64_t *out, size_t *digits)
{
    size_t group   = 0;
    bool   grouped = false;
    *digits        = 0;
    *out           = 0;
    while (s->len > 0) {
        char c = s->ptr[0];
        if (c == thousands) {
            if (grouped ? group != 3 : group < 1 || group > 3) return false;
            grouped = true;
            group   = 0;
        } else if (is_digit(c)) {
            if (*digits > 0 || c != '0') (*digits)++;
            if (*digits <= DIGITS_MAX) *out = *out * 10 + (c - '0');
            group++;
        } else {
            break;
        }
        *s = str_slice(*s, 1, s->len);
    }
    return grouped ? group == 3 : true;
}

CsvValue csv_number(const CsvForm *form, Str text, int decimals, int64_t *out)
{
    Str s = drop_currency(csv_trim(text));
    if (csv_trim(text).len == 0) return VALUE_EMPTY;
    bool minus = take_sign(&s);
    s          = drop_currency(s);
    size_t  digits;
    int64_t value;
    bool    starts = s.len > 0 && is_digit(s.ptr[0]);
    if (!take_whole(&s, form->decimal == ',' ? '.' : ',', &value, &digits)) return VALUE_NOT_ONE;
    bool fraction = take_char(&s, form->decimal == ',' ? "," : ".");
    if (!starts && !(fraction && s.len > 0)) return VALUE_NOT_ONE;
    bool finer = false;
    for (int i = 0; i < decimals || s.len > 0; i++) {
        int digit = 0;
        if (s.len > 0) {
            if (!fraction || !is_digit(s.ptr[0])) return VALUE_NOT_ONE;
            digit = s.ptr[0] - '0';
            s     = str_slice(s, 1, s.len);
        }
        if (i >= decimals) {
            finer = finer || digit != 0;
            continue;
        }
        if (digits > 0 || digit != 0) digits++;
        if (digits <= DIGITS_MAX) value = value * 10 + digit;
    }
    if (digits > DIGITS_MAX) return VALUE_LARGE;
    if (finer) return VALUE_FINER;
    *out = minus ? -value : value;
    return VALUE_OK;
}

/* Code points of the bytes 0x80 to 0x9F in Windows-1252; the five that have none stay control codes. */
static const uint16_t upper_1252[32] = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178,
};

Str csv_text(Arena *arena, const CsvForm *form, Str text)
{
    bool plain = true;
    for (size_t i = 0; i < text.len; i++) plain = plain && (text.ptr[i] & 0x80) == 0;
    if (plain || form->encoding == CSV_UTF8) return csv_trim(text);
    Buf buf = buf_make(arena, text.len * 3);
    for (size_t i = 0; i < text.len; i++) {
        unsigned code = (unsigned char)text.ptr[i];
        if (code >= 0x80 && code < 0xA0) code = upper_1252[code - 0x80];
        if (code >= 0x800) buf_byte(&buf, (char)(0xE0 | code >> 12));
        if (code >= 0x800) buf_byte(&buf, (char)(0x80 | (code >> 6 & 0x3F)));
        else if (code >= 0x80) buf_byte(&buf, (char)(0xC0 | code >> 6));
        buf_byte(&buf, (char)(code >= 0x80 ? (0x80 | (code & 0x3F)) : code));
    }
    return buf.failed ? STR_NONE : csv_trim(buf_str(&buf));
}

static const struct {
    const char *name;  /* for people */
    const char *known; /* in lower case without other signs, a blank behind each */
} columns[COLUMN_KINDS] = {
    [COLUMN_INVOICE] = { "invoice",
                         "invoiceno invoice invoicenumber invoiceid order orderno orderid ordernumber "
                         "orderref "
                         "receipt receiptno receiptnumber documentno documentid transaction transactionid "
                         "rechnung rechnungsnummer rechnungsnr belegnummer facture nofacture " },
    [COLUMN_SKU]   = { "sku", "stockcode sku itemcode itemno itemid itemnumber item productcode productid "
                                "productno articlecode articleno articleid article code variantsku "
                                "lineitemsku artikelnummer artikelnr artikel " },
    [COLUMN_NAME]  = { "description", "description name productname itemname title product "
                                       "producttitle itemdescription lineitemname bezeichnung designation " },
    [COLUMN_QTY]   = { "quantity",
                       "quantity qty units quantitysold lineitemquantity menge anzahl quantite " },
    [COLUMN_PRICE] = { "unit price", "unitprice price itemprice priceperunit saleprice lineitemprice "
                                     "preis einzelpreis prix prixunitaire " },
    [COLUMN_DATE]  = { "date", "invoicedate date orderdate datetime timestamp saledate saletime createdat "
                                "transactiondate datum rechnungsdatum belegdatum " },
    [COLUMN_CUSTOMER] = { "customer",
                          "customerid customer customerno customernumber customercode customerref "
                          "clientid client kunde kundennummer kundennr " },
    [COLUMN_COUNTRY]  = { "country",
                          "country countryname countrycode shipcountry shippingcountry billingcountry "
                           "land pays " },
};

const char *csv_column_name(CsvColumn column)
{
    return columns[column].name;
}

bool csv_column_of(Str name, CsvColumn *out)
{
    char   key[40];
    size_t len = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if (!is_digit(c) && !(c >= 'a' && c <= 'z')) continue;
        if (len == sizeof key) return false;
        key[len++] = c;
    }
    if (len == 0) return false;
    for (int kind = 0; kind < COLUMN_KINDS; kind++) {
        Str known = str_from(columns[kind].known);
        for (size_t from = 0; from < known.len;) {
            size_t end = str_index(known, ' ', from);
            if (str_eq(str_slice(known, from, end), (Str){ key, len })) {
                *out = (CsvColumn)kind;
                return true;
            }
            from = end + 1;
        }
    }
    return false;
}

char csv_delimiter_of(Str header)
{
    static const char delimiters[] = ",;\t|";
    char              best         = ',';
    int               best_score   = -1;
    for (size_t d = 0; d < 4; d++) {
        int  known = 0, all = 0;
        bool quoted = false;
        for (size_t from = 0, i = 0; i <= header.len; i++) {
            if (i < header.len && header.ptr[i] == '"') quoted = !quoted;
            if (i < header.len && (quoted || header.ptr[i] != delimiters[d])) continue;
            CsvColumn column;
            if (csv_column_of(str_slice(header, from, i), &column)) known++;
            all++;
            from = i + 1;
        }
        int score = known * 1000 + (all < 1000 ? all : 999);
        if (score > best_score) {
            best_score = score;
            best       = delimiters[d];
        }
    }
    return best;
}
