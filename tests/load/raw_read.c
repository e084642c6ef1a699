/* raw_read.c — the raw limit beside which ./bench measures reads of stock: one statement on the bare
 * database, again and again, each time with other items, all rows fetched. Usage: raw-read DB-FILE SQL
 * EACH SECONDS All parameters of the statement get ids of items by chance, of every EACH-th item. Prints
 * how often a second. */
#include "third_party/sqlite/sqlite3.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ID_SIZE = 16, ITEMS_MAX = 1000000 };

static sqlite3 *db;
static char     items[ITEMS_MAX][ID_SIZE];
static int      item_count;

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

static sqlite3_stmt *prepare(const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
        die(sql);
    return statement;
}

static void read_items(void)
{
    sqlite3_stmt *all = prepare("SELECT id FROM item WHERE merchant = 1 ORDER BY id");
    while (sqlite3_step(all) == SQLITE_ROW && item_count < ITEMS_MAX)
        memcpy(items[item_count++], sqlite3_column_blob(all, 0), ID_SIZE);
    sqlite3_finalize(all);
    if (item_count == 0) die("the database has no items");
}

/* Fetches all rows once; returns what their columns add up to, so that none is left unread. */
static int64_t fetch(sqlite3_stmt *statement, int each)
{
    int64_t sum = 0;
    for (int i = 1; i <= sqlite3_bind_parameter_count(statement); i++)
        sqlite3_bind_blob(statement, i, items[rand() % ((item_count + each - 1) / each) * each], ID_SIZE,
                          SQLITE_STATIC);
    while (sqlite3_step(statement) == SQLITE_ROW)
        for (int c = 0; c < sqlite3_column_count(statement); c++)
            sum += sqlite3_column_int64(statement, c);
    sqlite3_reset(statement);
    return sum;
}

int main(int argc, char **argv)
{
    int64_t done = 0, sum = 0;
    if (argc != 5 || strtol(argv[3], NULL, 10) < 1) {
        fprintf(stderr, "usage: raw-read DB-FILE SQL EACH SECONDS\n");
        return 2;
    }
    if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) die(argv[1]);
    (void)sqlite3_exec(db, "PRAGMA cache_size=-4096", NULL, NULL, NULL); /* as a reader of the program */
    read_items();
    sqlite3_stmt *statement = prepare(argv[2]);
    double        start = now(), seconds = strtod(argv[4], NULL);
    for (srand(1); now() - start < seconds; done++)
        sum += fetch(statement, (int)strtol(argv[3], NULL, 10));
    printf("%.0f\n", (double)done / (now() - start));
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return sum == 0; /* nothing was found */
}
