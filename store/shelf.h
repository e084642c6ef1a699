/* shelf.h — reference data that requests ask for again and again (items with their prices, places, tax
 * rates …), in memory for as long as nothing of it has changed (db_version). Bounded in entries and bytes;
 * used by many threads at once. Knows nothing of what lies on it.
 * Words: an entry is one value that never changes; a request pins what it finds until its end, so that it
 * stays where it is when others drop it.
 * One request sees one state of the data: it takes nothing from the shelf that was put there at another
 * version, and when the data may have changed while it read what was not there, it begins again (shelf_torn).
 * SQLite only: on PostgreSQL other processes write too, so there nothing is ever found. */
#ifndef STORE_SHELF_H
#define STORE_SHELF_H

#include "store/db.h"

enum {
    SHELF_ENTRIES = 1 << 17,
    SHELF_BYTES   = 40 << 20, /* of all entries together: 100,000 items with a price or two */
    SHELF_ENTRY   = 64 << 10, /* a larger value is not kept */
};

typedef struct Shelf    Shelf;
typedef struct ShelfPin ShelfPin;

/* NULL when there is no memory. */
Shelf *shelf_create(size_t bytes_max);
/* When no request uses it any more. */
void     shelf_destroy(Shelf *shelf);
uint64_t shelf_bytes(const Shelf *shelf); /* of all entries */
uint64_t shelf_count(const Shelf *shelf); /* entries */

/* What one request needs of it; all zero: it finds nothing and keeps nothing. */
typedef struct {
    Shelf    *shelf;
    Db       *db;
    uint64_t  version; /* of the database before anything was read from it */
    ShelfPin *pins;
    bool      missed; /* something was not there */
} ShelfUse;

/* Before the request reads for the first time. In a transaction that writes (`tx`, else NULL) the shelf
 * stays closed as soon as reference data has been changed in it. */
void shelf_enter(ShelfUse *use, Shelf *shelf, Db *db, const Tx *tx);

/* Gives up the pins; what was found must not be touched any more. Nothing is found from now on. */
void shelf_leave(ShelfUse *use);

/* Whether what the request has taken from the shelf and what it has read from the database may be of two
 * states: then forget both, shelf_leave, read again. */
bool shelf_torn(const ShelfUse *use);

/* The entry's name: one kind of value, the merchant, two texts. */
typedef struct {
    int     kind;
    int64_t merchant;
    Str     one, two;
} ShelfKey;

/* The value kept under the key that holds at this time, pinned; or NULL. The pin lives in the arena. */
const void *shelf_find(ShelfUse *use, Arena *arena, const ShelfKey *key, int64_t at_ms);

/* Copies `from` to `to` with all it points to in the arena; false when that is full. */
typedef bool (*ShelfCopy)(Arena *arena, const void *from, void *to);

/* Keeps a copy of the value (of `size` bytes, and what it points to), that was just read from the database
 * and holds from `from_ms` until before `until_ms`. The arena is for scratch. */
void shelf_put(ShelfUse *use, Arena *arena, const ShelfKey *key, const void *value, size_t size,
               ShelfCopy copy, int64_t from_ms, int64_t until_ms);

#endif
