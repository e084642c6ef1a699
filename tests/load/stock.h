/* stock.h — stock for many items at many locations, by the million rows: levels, and the opening moves that
 * make them true. Goes past the engine, straight into its tables (SQLite without a journal, PostgreSQL by
 * COPY), so nobody else may use the database meanwhile; stock_test.sh sees that `onetill verify` stays
 * clean. */
#ifndef TESTS_LOAD_STOCK_H
#define TESTS_LOAD_STOCK_H

#include "base/error.h"
#include "base/id.h"

enum { STOCK_LOCATIONS_MAX = 999, STOCK_CODE = 4 };

typedef struct {
    const char *url;
    const Id   *items; /* growing */
    int64_t     item_count, location_count;
    int64_t     at_ms; /* of the opening moves, the last of them; the first is thirty days older */
} StockLoad;

/* At how many of the locations an item stands: every hundredth item at all of them, others at a tenth. Their
 * number is no multiple of eleven. */
int64_t stock_count(int64_t item, int64_t locations);

/* The n-th of them, from 0 on: spread so that each location has as many items as the others. */
int64_t stock_place(int64_t item, int64_t n, int64_t locations);

/* The code of a place: L001, L002 … */
void stock_code(int64_t place, char code[STOCK_CODE + 1]);

/* Tells on stderr how far it is, when that is a terminal. */
bool stock_load(const StockLoad *load, int64_t *rows, Error *err) MUST_USE;

#endif
