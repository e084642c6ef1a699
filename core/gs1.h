/* gs1.h — what a scanner gives: a bare GTIN, GS1 element strings (lot, expiry, serial, weight, price), or a
 * number of restricted circulation that a scale printed with a weight or a price in it. Pure.
 * Source: GS1 General Specifications, sections 2.1.12, 3 (application identifiers), 7.2.7 (price and weight
 * check digits), 7.8 (processing of element strings), 7.9 (check digits), 7.11 (characters), 7.12 (dates).
 * Words: AI is an application identifier, the two to four digits in front of each value; FNC1 is what ends a
 * value whose length the AI does not give, sent by scanners as the byte 0x1D. */
#ifndef CORE_GS1_H
#define CORE_GS1_H

#include "base/error.h"

enum { GS1_SEPARATOR = 0x1D, GS1_LAYOUT_LEN = 13 };

/* Measures of AI 310n to 316n in that order, then 320n. */
typedef enum {
    GS1_KILOGRAMS,
    GS1_LENGTH,
    GS1_WIDTH,
    GS1_DEPTH,
    GS1_AREA,
    GS1_LITRES,
    GS1_VOLUME,
    GS1_POUNDS,
    GS1_MEASURES
} Gs1Measure;

typedef struct {
    int year, month, day; /* year 0: absent */
} Gs1Date;

/* Texts lie in the code that was parsed; absent ones have ptr NULL, absent numbers are -1. */
typedef struct {
    Str     gtin;      /* 8, 12, 13 or 14 digits of a bare GTIN, or the 14 of AI 01 */
    Str     contained; /* AI 02: the GTIN of what a carton or pallet holds, `count` times */
    Str     sscc;      /* AI 00: of a carton or pallet */
    Str     lot, serial;
    Gs1Date produced, best_before, expires;
    int64_t count;                  /* AI 30, or 37 */
    bool    count_contained;        /* AI 37: how many of `contained` */
    int64_t measures[GS1_MEASURES]; /* millionths of kg, m, m², l, m³, lb: always exact */
    int64_t price;                  /* as printed, in units of 10^-price_decimals */
    int     price_decimals;
    Str     price_currency; /* AI 393n: the three digits of ISO 4217; absent: the shop's own */
} Gs1Scan;

/* Takes a bare GTIN; element strings with FNC1 between them; the same written with AIs in brackets,
 * "(01)…(10)…"; each also behind a symbology identifier such as "]C1". `year_now` settles the century of
 * dates. Every length, check digit, date and character is checked, an unknown AI refused: where it would
 * end nobody knows. Errors: BARCODE_FORM. */
bool gs1_parse(Str code, int year_now, Gs1Scan *out, Error *err) MUST_USE;

/* The century rule: a year more than 50 ahead was in the last century, one 50 or more behind comes in the
 * next. Day 00 is the last of the month. False for what is no date. */
bool gs1_date(Str yymmdd, int year_now, Gs1Date *out) MUST_USE;

/* The check digit (0–9) of a price or weight of four or five digits. */
int gs1_price_check(Str digits);

/* How one prefix of restricted circulation is used, as a layout of 13 characters: two digits of the prefix
 * (02, 20–29), I for digits of the item, an optional V for the check digit of what follows, W for weight or
 * P for price, C for the check digit: "20IIIIIVPPPPC". Errors: BARCODE_FORM. */
bool gs1_layout_check(Str layout, Error *err) MUST_USE;

typedef struct {
    char    item[GS1_LAYOUT_LEN]; /* the same number with nothing measured: the barcode of the item */
    int64_t value;                /* its W or P digits */
    bool    is_price;
} Gs1Variable;

/* Reads a valid GTIN by a checked layout; *fits is false when it has another prefix. Errors: BARCODE_FORM
 * when V is wrong. */
bool gs1_variable(Str gtin, Str layout, Gs1Variable *out, bool *fits, Error *err) MUST_USE;

#define ERR(NAME, status, code, retry, sentence) extern const ErrDef ERR_##NAME;
#include "core/errors.def"
#undef ERR

#endif
