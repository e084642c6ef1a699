/* gs1.c — GS1 element strings and numbers with a measure in them. See gs1.h. */
#include "core/gs1.h"

#include "core/gtin.h"

typedef enum { AI_SSCC, AI_GTIN, AI_CONTENT, AI_LOT, AI_SERIAL, AI_DATE, AI_COUNT, AI_MEASURE, AI_PRICE,
               AI_PRICE_CURRENCY, AI_DIGITS, AI_TEXT } AiKind;

/* One AI, or all with the same beginning; `digits` counts those of the whole AI. Values of kinds that a till
 * does not use are checked and passed over. */
typedef struct {
    const char *begins;
    int         digits, low, high; /* characters of the value */
    AiKind      kind;
} AiRule;

static const AiRule rules[] = {
    { "00", 2, 18, 18, AI_SSCC },     { "01", 2, 14, 14, AI_GTIN },   { "02", 2, 14, 14, AI_CONTENT },
    { "10", 2, 1, 20, AI_LOT },       { "11", 2, 6, 6, AI_DATE },     { "12", 2, 6, 6, AI_DATE },
    { "13", 2, 6, 6, AI_DATE },       { "15", 2, 6, 6, AI_DATE },     { "16", 2, 6, 6, AI_DATE },
    { "17", 2, 6, 6, AI_DATE },       { "20", 2, 2, 2, AI_DIGITS },   { "21", 2, 1, 20, AI_SERIAL },
    { "22", 2, 1, 20, AI_TEXT },      { "235", 3, 1, 28, AI_TEXT },   { "240", 3, 1, 30, AI_TEXT },
    { "241", 3, 1, 30, AI_TEXT },     { "242", 3, 1, 6, AI_DIGITS },  { "243", 3, 1, 20, AI_TEXT },
    { "250", 3, 1, 30, AI_TEXT },     { "251", 3, 1, 30, AI_TEXT },   { "254", 3, 1, 20, AI_TEXT },
    { "30", 2, 1, 8, AI_COUNT },      { "310", 4, 6, 6, AI_MEASURE }, { "311", 4, 6, 6, AI_MEASURE },
    { "312", 4, 6, 6, AI_MEASURE },   { "313", 4, 6, 6, AI_MEASURE }, { "314", 4, 6, 6, AI_MEASURE },
    { "315", 4, 6, 6, AI_MEASURE },   { "316", 4, 6, 6, AI_MEASURE }, { "32", 4, 6, 6, AI_MEASURE },
    { "33", 4, 6, 6, AI_MEASURE },    { "34", 4, 6, 6, AI_MEASURE },  { "35", 4, 6, 6, AI_MEASURE },
    { "36", 4, 6, 6, AI_MEASURE },    { "37", 2, 1, 8, AI_COUNT },    { "390", 4, 1, 15, AI_DIGITS },
    { "391", 4, 4, 18, AI_DIGITS },   { "392", 4, 1, 15, AI_PRICE },  { "393", 4, 4, 18, AI_PRICE_CURRENCY },
    { "394", 4, 4, 4, AI_DIGITS },    { "395", 4, 6, 6, AI_DIGITS },  { "400", 3, 1, 30, AI_TEXT },
    { "401", 3, 1, 30, AI_TEXT },     { "402", 3, 17, 17, AI_DIGITS }, { "403", 3, 1, 30, AI_TEXT },
    { "410", 3, 13, 13, AI_DIGITS },  { "411", 3, 13, 13, AI_DIGITS }, { "412", 3, 13, 13, AI_DIGITS },
    { "413", 3, 13, 13, AI_DIGITS },  { "414", 3, 13, 13, AI_DIGITS }, { "415", 3, 13, 13, AI_DIGITS },
    { "416", 3, 13, 13, AI_DIGITS },  { "417", 3, 13, 13, AI_DIGITS }, { "420", 3, 1, 20, AI_TEXT },
    { "421", 3, 4, 12, AI_TEXT },     { "422", 3, 3, 3, AI_DIGITS },  { "423", 3, 3, 15, AI_DIGITS },
    { "424", 3, 3, 3, AI_DIGITS },    { "425", 3, 3, 15, AI_DIGITS }, { "426", 3, 3, 3, AI_DIGITS },
    { "427", 3, 1, 3, AI_TEXT },      { "7003", 4, 10, 10, AI_DIGITS }, { "8005", 4, 6, 6, AI_DIGITS },
    { "8008", 4, 8, 12, AI_DIGITS },  { "8020", 4, 1, 25, AI_TEXT },  { "8200", 4, 1, 70, AI_TEXT },
    { "90", 2, 1, 30, AI_TEXT },      { "91", 2, 1, 90, AI_TEXT },    { "92", 2, 1, 90, AI_TEXT },
    { "93", 2, 1, 90, AI_TEXT },      { "94", 2, 1, 90, AI_TEXT },    { "95", 2, 1, 90, AI_TEXT },
    { "96", 2, 1, 90, AI_TEXT },      { "97", 2, 1, 90, AI_TEXT },    { "98", 2, 1, 90, AI_TEXT },
    { "99", 2, 1, 90, AI_TEXT },
};

static const int64_t tens[] = { 1, 10, 100, 1000, 10000, 100000, 1000000 };

static bool refuse(Error *err, Str ai, const char *why)
{
    return err_set(err, &ERR_BARCODE_FORM, "barcode", "(%.*s) %s", STR_FMT(ai), why);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool all_digits(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_digit(s.ptr[i])) return false;
    return true;
}

/* The 82 characters of section 7.11. */
static bool all_allowed(Str s)
{
    static const char others[] = "!\"%&'()*+,-./:;<=>?_";
    for (size_t i = 0; i < s.len; i++) {
        char c     = s.ptr[i];
        bool found = is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        for (size_t j = 0; !found && others[j]; j++) found = c == others[j];
        if (!found) return false;
    }
    return true;
}

/* Of at most 18 digits. */
static int64_t number_of(Str digits)
{
    int64_t n = 0;
    for (size_t i = 0; i < digits.len; i++) n = n * 10 + (digits.ptr[i] - '0');
    return n;
}

/* The check digit that these digits should be followed by. */
static int check_digit_of(Str digits)
{
    int sum = 0;
    for (size_t i = 0; i < digits.len; i++)
        sum += (digits.ptr[digits.len - 1 - i] - '0') * (i % 2 ? 1 : 3);
    return (10 - sum % 10) % 10;
}

static bool ends_in_check_digit(Str digits)
{
    return check_digit_of(str_slice(digits, 0, digits.len - 1)) == digits.ptr[digits.len - 1] - '0';
}

bool gs1_date(Str yymmdd, int year_now, Gs1Date *out)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    if (yymmdd.len != 6 || !all_digits(yymmdd)) return false;
    int yy    = (int)number_of(str_slice(yymmdd, 0, 2));
    int month = (int)number_of(str_slice(yymmdd, 2, 4));
    int day   = (int)number_of(str_slice(yymmdd, 4, 6));
    int ahead = yy - year_now % 100;
    int year  = year_now - year_now % 100 + yy + (ahead >= 51 ? -100 : ahead <= -50 ? 100 : 0);
    if (month < 1 || month > 12) return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    int  last = days[month - 1] + (month == 2 && leap);
    *out      = (Gs1Date){ year, month, day ? day : last };
    return day <= last;
}

/* The rule of the AI in front of `rest`, or NULL. */
static const AiRule *rule_of(Str rest)
{
    for (size_t i = 0; i < COUNT(rules); i++)
        if (str_starts(rest, str_from(rules[i].begins)) && rest.len >= (size_t)rules[i].digits
            && all_digits(str_slice(rest, 0, (size_t)rules[i].digits)))
            return &rules[i];
    return NULL;
}

/* Characters of AI and value where the first two digits give them (figure 7.8.5-2), or 0. */
static size_t predefined(Str rest)
{
    static const struct {
        int low, high;
        size_t len;
    } table[] = { { 0, 0, 20 }, { 1, 3, 16 }, { 4, 4, 18 }, { 11, 19, 8 }, { 20, 20, 4 }, { 31, 36, 10 },
                  { 41, 41, 16 } };
    int begin = rest.len >= 2 ? (int)number_of(str_slice(rest, 0, 2)) : -1;
    for (size_t i = 0; i < COUNT(table); i++)
        if (begin >= table[i].low && begin <= table[i].high) return table[i].len;
    return 0;
}

static bool same_or_first(Str *to, Str value)
{
    bool ok = !to->ptr || str_eq(*to, value);
    *to     = value;
    return ok;
}

static bool keep_measure(Str ai, Str value, Gs1Scan *out, Error *err)
{
    int family = (int)number_of(str_slice(ai, 0, 3)), decimals = ai.ptr[3] - '0';
    if (decimals > 5) return refuse(err, ai, "a measure has at most five decimals");
    int which = family == 320 ? GS1_POUNDS : family >= 310 && family <= 316 ? family - 310 : -1;
    if (which < 0) return true;
    int64_t millionths = number_of(value) * tens[6 - decimals];
    if (out->measures[which] >= 0 && out->measures[which] != millionths)
        return refuse(err, ai, "is there twice and differs");
    out->measures[which] = millionths;
    return true;
}

static bool keep_price(Str ai, Str value, bool currency, Gs1Scan *out, Error *err)
{
    Str number = str_slice(value, currency ? 3 : 0, value.len);
    if (out->price >= 0) return refuse(err, ai, "is a second price");
    out->price          = number_of(number);
    out->price_decimals = ai.ptr[3] - '0';
    if (currency) out->price_currency = str_slice(value, 0, 3);
    return true;
}

static bool keep_date(Str ai, Str value, int year_now, Gs1Scan *out, Error *err)
{
    Gs1Date  date = { 0, 0, 0 };
    Gs1Date *to   = ai.ptr[1] == '1' ? &out->produced
                  : ai.ptr[1] == '5' ? &out->best_before
                  : ai.ptr[1] == '7' ? &out->expires
                                     : NULL;
    if (!gs1_date(value, year_now, &date)) return refuse(err, ai, "must be a date, YYMMDD");
    if (to && to->year && memcmp(to, &date, sizeof date) != 0)
        return refuse(err, ai, "is there twice and differs");
    if (to) *to = date;
    return true;
}

static bool keep_count(Str ai, Str value, Gs1Scan *out, Error *err)
{
    if (out->count >= 0) return refuse(err, ai, "is a second count");
    out->count           = number_of(value);
    out->count_contained = ai.ptr[1] == '7';
    return out->count > 0 || refuse(err, ai, "must be above zero");
}

static bool keep(const AiRule *rule, Str ai, Str value, int year_now, Gs1Scan *out, Error *err)
{
    bool text = rule->kind == AI_LOT || rule->kind == AI_SERIAL || rule->kind == AI_TEXT, once = true;
    if (value.len < (size_t)rule->low || value.len > (size_t)rule->high)
        return refuse(err, ai, rule->low == rule->high ? "has a value of another length"
                                                       : "has a value too short or too long");
    if (!(text ? all_allowed(value) : all_digits(value)))
        return refuse(err, ai, text ? "has a character that GS1 does not allow" : "must be digits");
    switch (rule->kind) {
    case AI_SSCC:
    case AI_GTIN:
    case AI_CONTENT:
        if (!ends_in_check_digit(value)) return refuse(err, ai, "has a wrong check digit");
        once = same_or_first(rule->kind == AI_SSCC   ? &out->sscc
                             : rule->kind == AI_GTIN ? &out->gtin
                                                     : &out->contained,
                             value);
        break;
    case AI_LOT: once = same_or_first(&out->lot, value); break;
    case AI_SERIAL: once = same_or_first(&out->serial, value); break;
    case AI_DATE: return keep_date(ai, value, year_now, out, err);
    case AI_COUNT: return keep_count(ai, value, out, err);
    case AI_MEASURE: return keep_measure(ai, value, out, err);
    case AI_PRICE: return keep_price(ai, value, false, out, err);
    case AI_PRICE_CURRENCY: return keep_price(ai, value, true, out, err);
    case AI_DIGITS:
    case AI_TEXT: break;
    }
    return once || refuse(err, ai, "is there twice and differs");
}

static bool refuse_unknown(Str rest, Error *err)
{
    Str  ai   = str_slice(rest, 0, rest.len < 4 ? rest.len : 4);
    bool ends = predefined(ai) > 0;
    if (ai.len < 2 || !is_digit(ai.ptr[0]) || !is_digit(ai.ptr[1]))
        return err_set(err, &ERR_BARCODE_FORM, "barcode", "no application identifier where one must be");
    return err_set(err, &ERR_BARCODE_FORM, "barcode",
                   "no application identifier that is known begins with %.*s%s", 2, ai.ptr,
                   ends ? "" : ": where its value ends is not known either");
}

/* Element strings as scanned, FNC1 between. */
static bool parse_plain(Str code, int year_now, Gs1Scan *out, Error *err)
{
    for (size_t at = 0; at < code.len;) {
        Str           rest = str_slice(code, at, code.len);
        const AiRule *rule = rule_of(rest);
        if (!rule) return refuse_unknown(rest, err);
        size_t digits = (size_t)rule->digits, fixed = predefined(rest);
        size_t end = fixed && fixed < rest.len ? fixed
                     : fixed                   ? rest.len
                                               : str_index(rest, GS1_SEPARATOR, 0);
        if (end < digits) return refuse_unknown(rest, err);
        Str ai = str_slice(rest, 0, digits);
        if (!keep(rule, ai, str_slice(rest, digits, end), year_now, out, err)) return false;
        at += end;
        if (at < code.len && code.ptr[at] == GS1_SEPARATOR) at++;
    }
    return true;
}

/* Where the next "(digits)" begins at or behind `from`, or the end. */
static size_t next_bracket(Str code, size_t from)
{
    for (size_t at = str_index(code, '(', from); at < code.len; at = str_index(code, '(', at + 1)) {
        size_t close = str_index(code, ')', at);
        Str    ai    = str_slice(code, at + 1, close);
        if (close < code.len && ai.len >= 2 && ai.len <= 4 && all_digits(ai)) return at;
    }
    return code.len;
}

/* As people write it: "(01)…(10)…". */
static bool parse_brackets(Str code, int year_now, Gs1Scan *out, Error *err)
{
    for (size_t at = 0; at < code.len;) {
        size_t close = str_index(code, ')', at), end = next_bracket(code, at + 1);
        if (code.ptr[at] != '(' || close >= end)
            return err_set(err, &ERR_BARCODE_FORM, "barcode",
                           "an application identifier must stand in brackets");
        Str           ai   = str_slice(code, at + 1, close);
        const AiRule *rule = rule_of(ai);
        if (!rule || ai.len != (size_t)rule->digits) return refuse(err, ai, "is not known");
        if (!keep(rule, ai, str_slice(code, close + 1, end), year_now, out, err)) return false;
        at = end;
    }
    return true;
}

/* Which AIs may stand together: section 4.14. */
static bool check_together(const Gs1Scan *scan, Error *err)
{
    if (scan->gtin.ptr && scan->contained.ptr)
        return refuse(err, STR("02"), "cannot stand beside (01)");
    if (scan->contained.ptr && !scan->count_contained)
        return refuse(err, STR("02"), "needs the count (37) beside it");
    if (scan->count_contained && !scan->contained.ptr)
        return refuse(err, STR("37"), "needs what it counts (02) beside it");
    return true;
}

/* A length at which digits alone are a GTIN. */
static bool bare_length(size_t len)
{
    return len == 8 || len == 12 || len == 13 || len == 14;
}

bool gs1_parse(Str code, int year_now, Gs1Scan *out, Error *err)
{
    bool elements = false;
    *out          = (Gs1Scan){ .count = -1, .price = -1 };
    for (size_t i = 0; i < GS1_MEASURES; i++) out->measures[i] = -1;
    if (code.len >= 3 && code.ptr[0] == ']') {
        Str symbology = str_slice(code, 0, 3);
        elements      = str_eq(symbology, STR("]C1")) || str_eq(symbology, STR("]e0"))
                   || str_eq(symbology, STR("]d2")) || str_eq(symbology, STR("]Q3"))
                   || str_eq(symbology, STR("]J1"));
        if (!elements && !str_starts(symbology, STR("]E")) && !str_starts(symbology, STR("]I")))
            return err_set(err, &ERR_BARCODE_FORM, "barcode", "the symbology %.*s carries no GS1 data",
                           STR_FMT(symbology));
        code = str_slice(code, 3, code.len);
    }
    if (code.len && code.ptr[0] == GS1_SEPARATOR) {
        elements = true;
        code     = str_slice(code, 1, code.len);
    }
    if (!code.len) return err_set(err, &ERR_BARCODE_FORM, "barcode", "the code is empty");
    if (!elements && bare_length(code.len) && all_digits(code)) {
        out->gtin = code;
        return gtin_valid(code) || err_set(err, &ERR_BARCODE_FORM, "barcode", "the check digit is wrong");
    }
    bool ok = code.ptr[0] == '(' ? parse_brackets(code, year_now, out, err)
                                 : parse_plain(code, year_now, out, err);
    return ok && check_together(out, err);
}

/* Weighted digits, each reduced to its units: section 7.2.7. */
static int weigh(int digit, char by)
{
    switch (by) {
    case '2': return (digit * 2 / 10 * 9 + digit * 2 % 10) % 10;      /* 2-: units less tens */
    case '3': return digit * 3 % 10;
    case '+': return (digit * 5 / 10 + digit * 5 % 10) % 10;          /* 5+: units and tens */
    default: return (digit * 5 % 10 + 10 - digit * 5 / 10) % 10;      /* 5-: units less tens */
    }
}

int gs1_price_check(Str digits)
{
    const char *by  = digits.len == 4 ? "223-" : "+2-+2";
    int         sum = 0, want;
    for (size_t i = 0; i < digits.len && by[i]; i++) sum += weigh(digits.ptr[i] - '0', by[i]);
    if (digits.len == 4) return sum * 3 % 10;
    want = (10 - sum % 10) % 10;
    for (int digit = 0; digit < 10; digit++)
        if (weigh(digit, '-') == want) return digit;
    return 0;
}

static size_t run_of(Str layout, size_t at, char letter)
{
    size_t n = 0;
    while (at + n < layout.len && layout.ptr[at + n] == letter) n++;
    return n;
}

bool gs1_layout_check(Str layout, Error *err)
{
    Str    prefix = str_slice(layout, 0, layout.len < 2 ? layout.len : 2);
    size_t items = run_of(layout, 2, 'I'), v = run_of(layout, 2 + items, 'V'), at = 2 + items + v;
    size_t weight = run_of(layout, at, 'W'), price = run_of(layout, at, 'P'), value = weight + price;
    if (layout.len != GS1_LAYOUT_LEN || items == 0 || v > 1 || value < 3 || at + value != GS1_LAYOUT_LEN - 1
        || layout.ptr[GS1_LAYOUT_LEN - 1] != 'C')
        return err_set(err, &ERR_BARCODE_FORM, "layout",
                       "must be 13 characters: prefix, I…, V or none, W… or P… (three or more), C");
    if (!all_digits(prefix) || (prefix.ptr[0] != '2' && !str_eq(prefix, STR("02"))))
        return err_set(err, &ERR_BARCODE_FORM, "layout", "the prefix must be 02 or 20 to 29");
    if (v && value != 4 && value != 5)
        return err_set(err, &ERR_BARCODE_FORM, "layout", "V checks four or five digits");
    return true;
}

bool gs1_variable(Str gtin, Str layout, Gs1Variable *out, bool *fits, Error *err)
{
    size_t at = 2;
    *fits     = false;
    if (gtin.len == 14 && gtin.ptr[0] == '0') gtin = str_slice(gtin, 1, 14);
    if (gtin.len != 12 && gtin.len != 13) return true;
    out->item[0] = '0';
    memcpy(out->item + (GS1_LAYOUT_LEN - gtin.len), gtin.ptr, gtin.len);
    Str whole = { out->item, GS1_LAYOUT_LEN };
    if (memcmp(out->item, layout.ptr, 2) != 0) return true;
    while (layout.ptr[at] == 'I') at++;
    bool   check  = layout.ptr[at] == 'V';
    size_t from   = at + check;
    Str    digits = str_slice(whole, from, GS1_LAYOUT_LEN - 1);
    if (check && gs1_price_check(digits) != out->item[at] - '0')
        return err_set(err, &ERR_BARCODE_FORM, "barcode", "the check digit of the price or weight is wrong");
    *fits         = true;
    out->is_price = layout.ptr[from] == 'P';
    out->value    = number_of(digits);
    memset(out->item + at, '0', GS1_LAYOUT_LEN - 1 - at);
    out->item[GS1_LAYOUT_LEN - 1] = (char)('0' + check_digit_of(str_slice(whole, 0, GS1_LAYOUT_LEN - 1)));
    return true;
}
