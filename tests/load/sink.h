/* sink.h — rows into a database as fast as it takes them: SQLite without a journal and without waiting for
 * the disk, PostgreSQL by COPY. Whoever fills it is alone with it; what is half filled is thrown away. */
#ifndef TESTS_LOAD_SINK_H
#define TESTS_LOAD_SINK_H

#include "base/error.h"
#include "base/id.h"

enum { SINK_TABLES = 2, SINK_COLUMNS = 16 };

/* What is filled: columns in the order of the values, each of them i (a number), t (a text) or d (an id). */
typedef struct {
    const char *table, *columns, *types;
} SinkTable;

typedef union {
    int64_t number;
    Str     text;
    Id      id;
} SinkValue;

typedef struct Sink Sink;

/* Also when it fails the sink is to be closed, if there is one. */
bool sink_open(const char *url, const SinkTable tables[SINK_TABLES], Sink **out, Error *err) MUST_USE;

/* One row of tables[table]. */
bool sink_row(Sink *sink, int table, const SinkValue *values, Error *err) MUST_USE;

/* Sends what is kept back; every some ten thousand rows. */
bool sink_flush(Sink *sink, Error *err) MUST_USE;

/* Makes all of it last (`ok`), or gives up. */
bool sink_close(Sink *sink, bool ok, Error *err) MUST_USE;

#endif
