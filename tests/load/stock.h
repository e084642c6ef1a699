/* stock.h — stock for many items at many locations, by the million rows: levels, and the opening moves that
 * make them true. Goes past the engine, straight into its tables (SQLite without a journal, PostgreSQL by
 * COPY), so nobody else may use the database meanwhile; stock_test.sh sees that `onetill verify` stays
 * clean. */
#ifndef TESTS_LOAD_STOCK_H
#define TESTS_LOAD_STOCK_H

#include "base/error.h"
#include "base/id.h"

enum { STOCK_LOCATIONS_MAX = 999 };

typedef struct {
    const char *url;
    const Id   *items; /* growing */
    int64_t     item_count, location_count;
    int64_t     at_ms; /* of the opening moves, the last of them; the first is thirty days older */
} StockLoad;

/* The locations L001, L002 … that have the item: every hundredth item is everywhere, others are at a tenth
 * of the locations, spread so that each location has as many. Sets at[0 … locations - 1]; returns how
 * many. */
int64_t stock_spread(int64_t item, int64_t locations, bool at[STOCK_LOCATIONS_MAX]);

/* Tells on stderr how far it is, when that is a terminal. */
bool stock_load(const StockLoad *load, int64_t *rows, Error *err) MUST_USE;

#endif
