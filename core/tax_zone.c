/* tax_zone.c — the built-in tax rates by zone. See tax_zone.h. */
#include "core/tax_zone.h"

/* The rows are read five times, each time for one kind of them. */
#define TAX_SOURCE(key, text) static const char key[] = text;
#define TAX_ZONE(...)
#define TAX_REFUSED(...)
#define TAX_SAME(...)
#define TAX_RATE(...)
#define TAX_ONTOP(...)
#define TAX_LIMIT(...)
#define TAX_MARK(...)
#include "core/tax_rates.def"
#undef TAX_SOURCE
#define TAX_SOURCE(...)

#undef TAX_ZONE
#define TAX_ZONE(...) { __VA_ARGS__ },
static const TaxZoneInfo zones[] = {
#include "core/tax_rates.def"
};
#undef TAX_ZONE
#define TAX_ZONE(...)

#undef TAX_REFUSED
#define TAX_REFUSED(...) { __VA_ARGS__ },
static const struct {
    const char *code, *why;
} refused[] = {
#include "core/tax_rates.def"
};
#undef TAX_REFUSED
#define TAX_REFUSED(...)

#undef TAX_SAME
#define TAX_SAME(...) { __VA_ARGS__ },
static const struct {
    const char *table, *tax_class, *like;
} same[] = {
#include "core/tax_rates.def"
};
#undef TAX_SAME
#define TAX_SAME(...)

#undef TAX_RATE
#undef TAX_ONTOP
#undef TAX_LIMIT
#undef TAX_MARK
#define TAX_RATE(table, class, n, name, ppm, kind, from, until, source, note) \
    { table, class, n, name, kind, "", ppm, false, 0, 0, false, from, until, source, note },
#define TAX_ONTOP(table, class, n, name, ppm, kind, from, until, source, note) \
    { table, class, n, name, kind, "", ppm, true, 0, 0, false, from, until, source, note },
#define TAX_LIMIT(table, class, n, name, ppm, kind, above, below, whole, from, until, source, note) \
    { table, class, n, name, kind, "", ppm, false, above, below, whole, from, until, source, note },
#define TAX_MARK(table, class, n, name, ppm, kind, mark, from, until, source, note) \
    { table, class, n, name, kind, mark, ppm, false, 0, 0, false, from, until, source, note },
static const TaxRow rows[] = {
#include "core/tax_rates.def"
};

const TaxZoneInfo *tax_zone_at(size_t i)
{
    return i < COUNT(zones) ? &zones[i] : NULL;
}

const TaxZoneInfo *tax_zone_find(Str code)
{
    for (size_t i = 0; i < COUNT(zones); i++)
        if (str_eq(code, str_from(zones[i].code))) return &zones[i];
    return NULL;
}

/* The code without its last part; empty for a country. */
static Str above(Str code)
{
    while (code.len > 0 && code.ptr[code.len - 1] != '-') code.len--;
    return str_slice(code, 0, code.len > 0 ? code.len - 1 : 0);
}

const TaxZoneInfo *tax_zone_above(Str code)
{
    for (; code.len > 0; code = above(code)) {
        const TaxZoneInfo *zone = tax_zone_find(code);
        if (zone) return zone;
    }
    return NULL;
}

/* The first parts of a code: one is the country, two are the region. */
static Str first_parts(Str code, int parts)
{
    size_t end = 0;
    for (int i = 0; i < parts; i++) end = str_index(code, '-', i == 0 ? 0 : end + 1);
    return str_slice(code, 0, end);
}

const char *tax_zone_refused(Str code)
{
    for (size_t i = 0; i < COUNT(refused); i++)
        if (str_eq(first_parts(code, 1), str_from(refused[i].code))) return refused[i].why;
    return NULL;
}

static bool stacks(const TaxZoneInfo *zone, const char *table)
{
    Str tables = str_from(zone->tables);
    for (size_t at = 0; at < tables.len;) {
        size_t end = str_index(tables, ' ', at);
        if (str_eq(str_slice(tables, at, end), str_from(table))) return true;
        at = end + 1;
    }
    return false;
}

bool tax_zone_row(const TaxZoneInfo *zone, size_t n, TaxRow *out)
{
    for (size_t r = 0; r < COUNT(rows); r++) {
        if (!stacks(zone, rows[r].table)) continue;
        *out = rows[r];
        if (n-- == 0) return true;
        for (size_t s = 0; s < COUNT(same); s++) {
            if (!str_eq(str_from(same[s].table), str_from(rows[r].table))) continue;
            if (!str_eq(str_from(same[s].like), str_from(rows[r].tax_class))) continue;
            out->tax_class = same[s].tax_class;
            if (n-- == 0) return true;
        }
    }
    return false;
}

bool tax_row_unchecked(const TaxRow *row)
{
    static const Str word = { "unchecked", 9 };
    Str              note = str_from(row->note);
    for (size_t at = 0; at + word.len <= note.len; at++)
        if (str_starts(str_slice(note, at, note.len), word)) return true;
    return false;
}

size_t tax_zone_unchecked(const TaxZoneInfo *zone)
{
    TaxRow row;
    size_t count = 0;
    for (size_t n = 0; tax_zone_row(zone, n, &row); n++)
        count += tax_row_unchecked(&row);
    return count;
}

Str tax_zone_of_sale(Arena *arena, Str origin, Str destination, Str sourcing)
{
    bool same_country = str_eq(first_parts(origin, 1), first_parts(destination, 1));
    bool same_region  = str_eq(first_parts(origin, 2), first_parts(destination, 2));
    if (destination.len == 0) return origin;
    if (str_eq(sourcing, STR("states")) && same_country && !same_region)
        return str_format(arena, "%.*s-IGST", STR_FMT(first_parts(origin, 1)));
    if (same_region && !str_eq(sourcing, STR("destination"))) return origin;
    return destination;
}

int64_t tax_day(int32_t digits)
{
    int64_t year = digits / 10000, month = digits / 100 % 100, day = digits % 100;
    year -= month <= 2; /* years that begin in March: the leap day comes last */
    int64_t era    = year / 400;
    int64_t in_era = year - era * 400;
    int64_t in_yr  = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_yr - 719468;
}
