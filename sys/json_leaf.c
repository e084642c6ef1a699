/* json_leaf.c — single values of a request. See json_leaf.h. */
#include "sys/json_leaf.h"

#include "base/rfc3339.h"
#include "core/pan.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NUMBER_OF_CARD ((int64_t)100000000000000) /* 15 digits */

/* Whether a number is that of a card, typed into the wrong field; money never has so many digits. */
static bool card_in_number(int64_t value)
{
    char digits[24];
    if (value < NUMBER_OF_CARD) return false;
    int len = snprintf(digits, sizeof digits, "%" PRId64, value);
    return pan_found((Str){ digits, (size_t)len }, false);
}

static void refuse_card(Decoder *d)
{
    decoder_fault(d, "card_number_refused", "this looks like a card number; never send one");
}

void leaf_number(Decoder *d, const FieldDef *field, int64_t value, int64_t *out)
{
    bool limited = field->low != 0 || field->high != 0;
    if (field->type != F_QTY && card_in_number(value)) refuse_card(d);
    else if (value == OPT_NONE || (limited && (value < field->low || value > field->high)))
        decoder_fault(d, "out_of_range", "the number is not within its limits");
    else
        *out = value;
}

void leaf_whole_qty(Decoder *d, const FieldDef *field, int64_t whole, int64_t *out)
{
    int64_t milli = 0;
    if (card_in_number(whole))
        refuse_card(d);
    else if (__builtin_mul_overflow(whole, 1000, &milli))
        decoder_fault(d, "out_of_range", "the quantity is not within its limits");
    else
        leaf_number(d, field, milli, out);
}

/* "-12.5" as -12500; at most three decimals. */
static bool qty_parse(Str text, int64_t *milli)
{
    char   digits[24];
    size_t dot      = str_index(text, '.', 0);
    size_t decimals = dot < text.len ? text.len - dot - 1 : 0;
    if (dot == 0 || dot > 18 || decimals > 3 || (dot < text.len && decimals == 0)) return false;
    if (text.ptr[dot - 1] == '-') return false;
    memcpy(digits, text.ptr, dot);
    for (size_t i = 0; i < 3; i++)
        digits[dot + i] = i < decimals ? text.ptr[dot + 1 + i] : '0';
    return str_to_i64((Str){ digits, dot + 3 }, milli);
}

/* Fields that hold numbers of goods or parcels, which have check digits of their own. */
static bool may_be_goods(const char *name)
{
    static const char *const names[] = { "sku",      "skus", "except_skus", "gtin",    "gtins", "barcode",
                                         "barcodes", "q",    "parent",      "instead", "code",  "vendor_sku",
                                         "sscc" };
    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

/* GS1 element strings of a scanner hold FNC1, sent as 0x1D. */
static bool may_hold_fnc1(const char *name)
{
    return strcmp(name, "barcode") == 0;
}

static bool has_controls(Str text, bool fnc1_allowed)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c    = (unsigned char)text.ptr[i];
        bool          fine = c == '\n' || c == '\t' || (c == 0x1D && fnc1_allowed);
        if ((c < 0x20 && !fine) || c == 0x7F) return true;
    }
    return false;
}

static void plain_text(Decoder *d, const FieldDef *field, Str text, int64_t low, int64_t high, Str *out)
{
    bool limited = low != 0 || high != 0;
    if (limited && (int64_t)text.len < low)
        decoder_fault(d, "too_short", "the text is too short");
    else if (limited && (int64_t)text.len > high)
        decoder_fault(d, "too_long", "the text is too long");
    else if (has_controls(text, may_hold_fnc1(field->name)))
        decoder_fault(d, "char_forbidden", "control characters are not taken");
    else if (pan_found(text, false) && (!may_be_goods(field->name) || pan_found(text, true)))
        refuse_card(d);
    else
        *out = str_dup(d->arena, text);
    if (!out->ptr && d->faults->count == 0) d->memory = true;
}

void leaf_text(Decoder *d, const FieldDef *field, Str text, void *out)
{
    int64_t number = 0;
    switch (field->type) {
    case F_TEXT: plain_text(d, field, text, field->low, field->high, out); return;
    case F_TEXTS: plain_text(d, field, text, 1, TEXTS_BYTES_MAX, out); return;
    case F_CHOICE:
        if (!form_has_choice(field->choices, text)) decoder_fault(d, "not_a_choice", field->choices);
        else if (!(*(Str *)out = str_dup(d->arena, text)).ptr) d->memory = true;
        return;
    case F_ID:
        /* The id of nothing stands for an absent one inside. */
        if (!id_parse(text, out) || id_is_none(*(Id *)out))
            decoder_fault(d, "invalid_id", "must be the UUID of something");
        return;
    case F_TIME:
        if (rfc3339_parse(text, &number)) leaf_number(d, field, number, out);
        else decoder_fault(d, "invalid_time", "must be a time as in RFC 3339");
        return;
    case F_QTY:
        if (pan_found(text, false)) refuse_card(d);
        else if (qty_parse(text, &number)) leaf_number(d, field, number, out);
        else decoder_fault(d, "wrong_type", "must be a decimal number with up to three decimals");
        return;
    case F_INT:
    case F_MONEY:
    case F_RATE:
    case F_BOOL:
    case F_LIST:
    case F_JSON:
    case F_OBJECT: break;
    }
    UNREACHABLE();
}
