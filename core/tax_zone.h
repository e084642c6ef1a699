/* tax_zone.h — the built-in tax rates (core/tax_rates.def) by zone, and which zone a sale is taxed in. Pure;
 * the rates that hold in a shop are its own (shop/tax), these are what it may begin with.
 * A zone is a country, or country-region, or country-region-place: GB, CA-QC, US-NY-NYC. Rates of the places
 * above are not looked up by name: a zone says which tables stack in it. */
#ifndef CORE_TAX_ZONE_H
#define CORE_TAX_ZONE_H

#include "base/error.h"

typedef struct {
    const char *code, *name;
    const char *tables;      /* whose rows stack here, with blanks between */
    const char *time_zone;   /* IANA: rates begin at its midnight */
    const char *rounded_per; /* line, unit, document: as usual or prescribed there */
    const char *rounding;    /* half_up, half_even, down */
    bool        combined;    /* the rates of an amount are rounded as one */
    const char *sourcing;    /* see tax_zone_of_sale */
} TaxZoneInfo;

typedef struct {
    const char *table, *tax_class;
    int         n;           /* order of the rates of a class */
    const char *name, *kind, *mark;
    int32_t     rate;        /* parts per million */
    bool        compound;
    int64_t     unit_from, unit_to;
    bool        unit_whole;
    int32_t     from, until; /* local days, year month day as digits; 0: without beginning, end */
    const char *source, *note;
} TaxRow;

/* The i-th built-in zone, or NULL behind the last. */
const TaxZoneInfo *tax_zone_at(size_t i);

/* The zone, or NULL. */
const TaxZoneInfo *tax_zone_find(Str code);

/* The built-in zone whose rules hold for one that a shop has made: itself or the nearest above, or NULL. */
const TaxZoneInfo *tax_zone_above(Str code);

/* Why a country cannot be taxed, or NULL when nothing is known against it. */
const char *tax_zone_refused(Str code);

/* The n-th row of a zone, with the class for which it holds there (rows may hold for several); false behind
 * the last. */
bool tax_zone_row(const TaxZoneInfo *zone, size_t n, TaxRow *out);

/* Whether the note of a row says that something could not be checked; how many rows of a zone do. */
bool   tax_row_unchecked(const TaxRow *row);
size_t tax_zone_unchecked(const TaxZoneInfo *zone);

/* The zone that a sale is taxed in. `origin`: of the place that sells; `destination`: where the goods are
 * sent, or none when they are taken along. Within the region of the origin its rule decides:
 *   destination  where the goods go
 *   origin       where they come from
 *   states       where they come from; from one region of the country to another the zone COUNTRY-IGST
 * Everywhere else goods are taxed where they go. */
Str tax_zone_of_sale(Arena *arena, Str origin, Str destination, Str sourcing);

/* Days since 1970 of a day written as digits, e.g. 20260801. */
int64_t tax_day(int32_t digits);

#endif
