/* stock.c — stock for many items at many locations. See stock.h. */
#include "tests/load/stock.h"

#include "tests/load/sink.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { LEVEL, MOVE, STEP = 11, EVERYWHERE = 100, ITEMS_PER_DOCUMENT = 1000, TOLD_EACH = 50000, BAR = 30 };
static const int64_t THIRTY_DAYS_MS = 30 * 86400000LL, PLENTY = 1000000000000LL;

static const SinkTable tables[SINK_TABLES] = {
    [LEVEL] = { "stock_level",
                "merchant, item, location, floor, backroom, picked, in_transit, damaged, quarantine, held, "
                "committed, backordered, on_order, kept, safety",
                "idtiiiiiiiiiiii" },
    [MOVE]  = { "stock_move",
                "merchant, item, at_ms, document_id, n, from_location, from_state, to_location, to_state, "
                 "qty, "
                 "lot, cause",
                "ididittttitt" },
};

typedef struct {
    const StockLoad *load;
    Sink            *sink;
    char             codes[STOCK_LOCATIONS_MAX][STOCK_CODE + 1];
    Id               document;
    int64_t          n, at_ms;
    int64_t          rows, rows_in_all;
    double           began;
} Loading;

static double seconds_now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int64_t stock_count(int64_t item, int64_t locations)
{
    int64_t count = locations / 10;
    assert(locations > 0 && locations <= STOCK_LOCATIONS_MAX && locations % STEP != 0);
    if (item % EVERYWHERE == 0) return locations;
    count -= item % EVERYWHERE > 18 ? 2 : 1; /* so that the mean of all is a tenth, at two hundred */
    return count > 0 ? count : 1;
}

int64_t stock_place(int64_t item, int64_t n, int64_t locations)
{
    return (item + n * STEP) % locations;
}

void stock_code(int64_t place, char code[STOCK_CODE + 1])
{
    (void)snprintf(code, STOCK_CODE + 1, "L%03u", (unsigned)(place + 1) % 1000U);
}

static void tell(const Loading *l)
{
    double  took   = seconds_now() - l->began;
    double  each_s = (double)l->rows / (took > 0.001 ? took : 0.001);
    int64_t left_s = (int64_t)((double)(l->rows_in_all - l->rows) / each_s);
    int     full   = (int)(l->rows * BAR / l->rows_in_all);
    if (!isatty(STDERR_FILENO)) return;
    fprintf(stderr, "\r[%.*s%*s] %lld of %lld stock rows, %.0f rows/s, %lld:%02lld left ", full,
            "##############################", BAR - full, "", (long long)l->rows, (long long)l->rows_in_all,
            each_s, (long long)(left_s / 60), (long long)(left_s % 60));
    if (l->rows == l->rows_in_all) fprintf(stderr, "\n");
}

static bool put_move(Loading *l, Id item, Str location, Str state, int64_t qty, Error *err)
{
    SinkValue v[] = { { 1 },
                      { .id = item },
                      { l->at_ms },
                      { .id = l->document },
                      { ++l->n },
                      { .text = STR("") },
                      { .text = STR("vendor") },
                      { .text = location },
                      { .text = state },
                      { qty },
                      { .text = STR("") },
                      { .text = STR("opening") } };
    return sink_row(l->sink, MOVE, v, err);
}

static bool put_level(Loading *l, Id item, Str location, int64_t floor, int64_t backroom, Error *err)
{
    SinkValue v[15] = { { 1 }, { .id = item }, { .text = location }, { floor }, { backroom } };
    v[14].number    = -1; /* the safety stock is by the rules */
    return sink_row(l->sink, LEVEL, v, err) && put_move(l, item, location, STR("floor"), floor, err)
        && (backroom == 0 || put_move(l, item, location, STR("backroom"), backroom, err));
}

/* The first item is there for everybody who wants one and the same; of the others there are some hundred. */
static bool put_item(Loading *l, int64_t i, Error *err)
{
    bool    at[STOCK_LOCATIONS_MAX] = { false };
    int64_t locations               = l->load->location_count;
    for (int64_t n = 0; n < stock_count(i, locations); n++) at[stock_place(i, n, locations)] = true;
    for (int64_t place = 0; place < locations; place++) {
        if (!at[place]) continue;
        int64_t floor    = i == 0 ? PLENTY : (100 + (i + place) % 50) * 1000;
        int64_t backroom = (i + place) % 4 ? 0 : 24000;
        if (!put_level(l, l->load->items[i], (Str){ l->codes[place], STOCK_CODE }, floor, backroom, err))
            return false;
        if (++l->rows % TOLD_EACH == 0 || l->rows == l->rows_in_all) tell(l);
    }
    return true;
}

/* One document for a thousand items. Its id is of its own time, as all are. */
static bool next_document(Loading *l, int64_t i, Error *err)
{
    static IdMaker   maker;
    const StockLoad *load = l->load;
    l->n                  = 0;
    l->at_ms              = load->at_ms - THIRTY_DAYS_MS + THIRTY_DAYS_MS / load->item_count * i;
    l->document           = id_make(&maker, l->at_ms, (uint64_t)i);
    return sink_flush(l->sink, err);
}

bool stock_load(const StockLoad *load, int64_t *rows, Error *err)
{
    static Loading l;
    l = (Loading){ .load = load, .began = seconds_now() };
    for (int64_t i = 0; i < load->item_count; i++) l.rows_in_all += stock_count(i, load->location_count);
    for (int i = 0; i < load->location_count; i++) stock_code(i, l.codes[i]);
    bool ok = sink_open(load->url, tables, &l.sink, err);
    for (int64_t i = 0; i < load->item_count && ok; i++)
        ok = (i % ITEMS_PER_DOCUMENT != 0 || next_document(&l, i, err)) && put_item(&l, i, err);
    *rows = l.rows;
    return sink_close(l.sink, ok, err) && ok;
}
