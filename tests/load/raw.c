/* raw.c — the raw limits beside which ./bench measures sales: a bare loop on SQLite that writes the same
 * rows as a sale of three lines, in groups of a given size; and how often the disk can be told to keep
 * what it was given. Usage: raw loop DB-FILE GROUP [LOCATIONS cold|hot|hold] SECONDS | raw sync FILE SECONDS
 * Sales are of the items that sell best, at LON; with LOCATIONS, where bench-seed spread its stock over them,
 * of one line: any item anywhere (cold) or all of the first item at the first location (hot),
 * or nothing is sold but one item anywhere held for a cart (hold).
 * The database is one that bench-seed made. Prints a number: sales or syncs in a second. */
#include "third_party/sqlite/sqlite3.h"

#include "tests/load/stock.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { HOLD_REPLY = 400, ID_SIZE = 16, ITEMS_MAX = 1000000, CHECKPOINT_PAGES = 8000, SYNC_PAGES = 2000 };

typedef enum {
    ORDER,
    LINE,
    TAX,
    PAYMENT,
    LEVEL,
    MOVE,
    ENTRY,
    EVENT,
    AUDIT,
    KEY,
    SERIES,
    HELD,
    CLAIM,
    PROMISE,
    STATEMENTS
} Statement;

static const char *const texts[STATEMENTS] = {
    [ORDER] = "INSERT INTO sale_order VALUES (1, ?1, 'LON', 'pos', ?2, 'paid', NULL, '', '', 'GBP', "
              "1, 1500, 0,"
              " 1250, 250, 1500, 0, 1764000000000, 1764000000000, 0, 0, '', 'table', 0, 0)",
    [LINE] =
        "INSERT INTO order_line VALUES (1, ?1, ?2, ?3, 'SKU001234', 'Article number 1234 of the bench',"
        " 'standard', 'list', 1000, 500, 0, 417, 83, 500, 0, 0, 0, '', 0, 0, '')",
    [TAX]     = "INSERT INTO order_tax VALUES (1, ?1, 1, 'VAT 20%', 200000, 1250, 250, '', '')",
    [PAYMENT] = "INSERT INTO payment VALUES (1, ?1, 1, ?2, 'cash', 'captured', 1500, 1500, 0, 0, '', '', "
                "'', '',"
                " 1764000000000, 0, 'cash:LON', NULL, 0, 0, 0, 0, '', 0, '')",
    [LEVEL]   = "UPDATE stock_level SET floor = floor - 1000 WHERE merchant = 1 AND item = ?1 "
                "AND location = ?2"
                " AND floor >= 1000",
    [MOVE]    = "INSERT INTO stock_move VALUES (1, ?3, 1764000000000, ?1, ?2, ?4, 'floor', '', 'customer', "
                "1000, '', 'sale')",
    [ENTRY]   = "INSERT INTO ledger_entry VALUES (1, ?1, ?2, 'receivable', 'sales', 1250, 'GBP', 'sale',"
                " 1764000000000, 'LON', NULL, NULL)",
    [EVENT]   = "INSERT INTO event VALUES (1, ?1, ?2, 'order.paid', ?3, 1764000000000, ?4)",
    [AUDIT]   = "INSERT INTO audit_log VALUES (1, 0, ?1, 1764000000000, ?2, 'order.paid', ?3,"
                " 'LON-000001 1500 GBP', zeroblob(32))",
    [KEY]     = "INSERT INTO idempotency_key VALUES (1, ?1, zeroblob(32), 201, ?2, 1764000000000)",
    [SERIES]  = "INSERT INTO receipt_series VALUES (1, 'LON', 'sale', 1) "
                "ON CONFLICT (merchant, location, kind)"
                " DO UPDATE SET last = last + 1",
    [HELD] = "UPDATE stock_level SET held = held + 1000 WHERE merchant = 1 AND item = ?1 AND location = ?2"
             " AND floor + backroom - held - committed >= 1000",
    [CLAIM] =
        "INSERT INTO claim (merchant, owner_id, n, owner, item, location, channel, qty, taken, released, "
        "share, "
        "state, made_at_ms, expires_at_ms) VALUES (1, ?1, 1, 'cart', ?2, ?3, 'web', 1000, 0, 0, 0, 'held', "
        "1764000000000, 4102444800000)",
    [PROMISE] =
        "INSERT INTO stock_move VALUES (1, ?2, 1764000000000, ?1, 1, '', 'promise', ?3, 'held', 1000, '', "
        "'claim')",
};

static sqlite3      *db;
static sqlite3_stmt *statements[STATEMENTS];
static char          items[ITEMS_MAX][ID_SIZE];
static int           item_count, wal_pages, lines = 3, locations; /* 0: LON only */
static bool          hot, hold;
static int64_t       number, event_at, audit_at;
static char          event_body[200], reply_body[1400];

static void die(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, db ? sqlite3_errmsg(db) : "");
    exit(1);
}

static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void run(const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) die(sql);
}

static void step(Statement which)
{
    if (sqlite3_step(statements[which]) != SQLITE_DONE) die(texts[which]);
    sqlite3_reset(statements[which]);
}

static void id(Statement which, int at, const void *bytes)
{
    sqlite3_bind_blob(statements[which], at, bytes, ID_SIZE, SQLITE_STATIC);
}

static void count(Statement which, int at, int64_t value)
{
    sqlite3_bind_int64(statements[which], at, value);
}

static void text(Statement which, int at, const char *value)
{
    sqlite3_bind_text(statements[which], at, value, -1, SQLITE_STATIC);
}

/* Ids grow with time, as the program's do. */
static void next_id(unsigned char out[ID_SIZE])
{
    static uint64_t last = (uint64_t)1 << 62;
    last++;
    for (int i = 0; i < ID_SIZE; i++)
        out[i] = (unsigned char)(i < 8 ? last >> (56 - 8 * i) : (uint64_t)rand());
}

/* Four in five are of the thousand items that sell best, as in orders.lua; anything anywhere when cold. */
static unsigned some_item(void)
{
    unsigned any = (unsigned)rand() << 8 ^ (unsigned)rand();
    unsigned all = (unsigned)item_count;
    if (hot) return 0;
    return any % (rand() % 5 < 4 && all > 1000 && !locations ? 1000 : all);
}

/* One of the locations that have the item. */
static void some_location(unsigned item, char code[STOCK_CODE + 1])
{
    if (locations == 0)
        (void)snprintf(code, STOCK_CODE + 1, "LON");
    else
        stock_code(hot ? 0 : stock_place(item, rand() % (int)stock_count(item, locations), locations),
                   code);
}

static void write_lines(const unsigned char *order)
{
    char code[STOCK_CODE + 1];
    for (int i = 1; i <= lines; i++) {
        unsigned    which = some_item();
        const char *item  = items[which];
        some_location(which, code);
        id(LINE, 1, order), count(LINE, 2, i), id(LINE, 3, item), step(LINE);
        id(LEVEL, 1, item), text(LEVEL, 2, code), step(LEVEL);
        id(MOVE, 1, order), count(MOVE, 2, i), id(MOVE, 3, item), text(MOVE, 4, code), step(MOVE);
        id(ENTRY, 1, order), count(ENTRY, 2, i), step(ENTRY);
    }
}

/* What is told of a document: an event, a row of the audit trail, and the reply kept with its key. */
static void write_told(const unsigned char *document, const unsigned char *other, int reply_size)
{
    char key[40];
    int  key_len = snprintf(key, sizeof key, "bench-%lld-%d", (long long)event_at, rand());
    count(EVENT, 1, ++event_at), id(EVENT, 2, other), id(EVENT, 3, document);
    sqlite3_bind_text(statements[EVENT], 4, event_body, sizeof event_body, SQLITE_STATIC), step(EVENT);
    count(AUDIT, 1, ++audit_at), id(AUDIT, 2, other), id(AUDIT, 3, document), step(AUDIT);
    sqlite3_bind_text(statements[KEY], 1, key, key_len, SQLITE_TRANSIENT);
    sqlite3_bind_text(statements[KEY], 2, reply_body, reply_size, SQLITE_STATIC), step(KEY);
}

static void write_hold(void)
{
    unsigned char hold_id[ID_SIZE], other[ID_SIZE];
    char          code[STOCK_CODE + 1];
    unsigned      which = some_item();
    some_location(which, code);
    next_id(hold_id);
    next_id(other);
    number++;
    id(HELD, 1, items[which]), text(HELD, 2, code), step(HELD);
    id(CLAIM, 1, hold_id), id(CLAIM, 2, items[which]), text(CLAIM, 3, code), step(CLAIM);
    id(PROMISE, 1, hold_id), id(PROMISE, 2, items[which]), text(PROMISE, 3, code), step(PROMISE);
    write_told(hold_id, other, HOLD_REPLY);
}

static void write_sale(void)
{
    unsigned char order[ID_SIZE], other[ID_SIZE];
    next_id(order);
    next_id(other);
    number++;
    id(ORDER, 1, order), count(ORDER, 2, 1000000000 + number), step(ORDER);
    write_lines(order);
    id(TAX, 1, order), step(TAX);
    id(PAYMENT, 1, order), id(PAYMENT, 2, other), step(PAYMENT);
    write_told(order, other, sizeof reply_body);
    step(SERIES);
}

static int grown(void *arg, sqlite3 *which, const char *name, int pages)
{
    (void)arg, (void)which, (void)name;
    wal_pages = pages;
    return SQLITE_OK;
}

static int64_t one_number(const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) die(sql);
    int64_t value = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return value;
}

static void open_shop(const char *file)
{
    sqlite3_stmt *all = NULL;
    if (sqlite3_open(file, &db) != SQLITE_OK) die(file);
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA "
        "cache_size=-16384");
    sqlite3_wal_hook(db, grown, NULL);
    if (sqlite3_prepare_v2(db, "SELECT id FROM item WHERE merchant = 1 ORDER BY id", -1, &all, NULL)
        != SQLITE_OK)
        die("items");
    while (sqlite3_step(all) == SQLITE_ROW && item_count < ITEMS_MAX)
        memcpy(items[item_count++], sqlite3_column_blob(all, 0), ID_SIZE);
    sqlite3_finalize(all);
    if (item_count == 0) die("the database has no items");
    number   = one_number("SELECT count(*) FROM sale_order");
    event_at = one_number("SELECT max(tx) FROM event");
    audit_at = one_number("SELECT max(seq) FROM audit_log");
    for (int i = 0; i < STATEMENTS; i++)
        if (sqlite3_prepare_v3(db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &statements[i], NULL)
            != SQLITE_OK)
            die(texts[i]);
    memset(event_body, 'e', sizeof event_body);
    memset(reply_body, 'r', sizeof reply_body);
}

static void loop(const char *file, int group, double seconds)
{
    int64_t sales = 0;
    open_shop(file);
    srand((unsigned)(number + event_at)); /* not the ids of a run before */
    double start = now();
    while (now() - start < seconds) {
        run("BEGIN IMMEDIATE");
        for (int i = 0; i < group; i++) hold ? write_hold() : write_sale();
        run("COMMIT");
        sales += group;
        if (wal_pages > CHECKPOINT_PAGES)
            sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
    }
    printf("%.0f\n", (double)sales / (now() - start));
    for (int i = 0; i < STATEMENTS; i++) sqlite3_finalize(statements[i]);
    sqlite3_close(db);
}

static void syncs(const char *file, double seconds)
{
    static char page[4096];
    int64_t     done = 0;
    int         fd   = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) die(file);
    for (off_t at = 0; at < SYNC_PAGES; at++) /* as in a log that is written over: its size stays */
        if (pwrite(fd, page, sizeof page, at * (off_t)sizeof page) != (ssize_t)sizeof page)
            die("cannot write");
    if (fsync(fd) != 0) die("cannot write");
    double start = now();
    while (now() - start < seconds) {
        if (pwrite(fd, page, sizeof page, (off_t)(done % SYNC_PAGES) * (off_t)sizeof page)
                != (ssize_t)sizeof page
            || fdatasync(fd) != 0)
            die("cannot write");
        done++;
    }
    printf("%.0f\n", (double)done / (now() - start));
    close(fd);
}

int main(int argc, char **argv)
{
    if (argc == 7 && strcmp(argv[1], "loop") == 0) {
        locations = (int)strtol(argv[4], NULL, 10);
        lines     = 1;
        hot       = strcmp(argv[5], "hot") == 0;
        hold      = strcmp(argv[5], "hold") == 0;
        if (locations < 1 || locations > STOCK_LOCATIONS_MAX) die("locations");
    }
    if ((argc == 5 || argc == 7) && strcmp(argv[1], "loop") == 0) {
        loop(argv[2], (int)strtol(argv[3], NULL, 10), strtod(argv[argc - 1], NULL));
        return 0;
    }
    if (argc == 4 && strcmp(argv[1], "sync") == 0) {
        syncs(argv[2], strtod(argv[3], NULL));
        return 0;
    }
    fprintf(stderr,
            "usage: raw loop DB-FILE GROUP [LOCATIONS cold|hot|hold] SECONDS | raw sync FILE SECONDS\n");
    return 2;
}
