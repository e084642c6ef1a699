/* shelf.c — shards, each with a lock, of sets of a few entries; a new entry takes the place of the one in
 * its set that is out of date or was used least recently. See shelf.h. */
#include "store/shelf.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { WAYS = 4, SHARDS = 64, SETS = SHELF_ENTRIES / WAYS / SHARDS /* of one shard */ };

typedef struct {
    _Alignas(16) atomic_int refs; /* one of the shelf, one of each pin; freed by the last */
    int32_t  kind;
    uint64_t version, used;
    int64_t  merchant, from_ms, until_ms;
    uint32_t value_len, one_len, two_len;
    _Alignas(16) uint8_t bytes[]; /* the value and what it points to, then the two texts */
} Entry;

/* The hash stands beside the entry, so that others in the set need not be looked at. */
typedef struct {
    uint64_t hash;
    Entry   *entry; /* or NULL */
} Slot;

typedef struct {
    pthread_mutex_t lock;
    _Alignas(64) Slot slots[SETS][WAYS]; /* a set is one line of the processor's cache */

    uint64_t        uses;
    size_t          bytes, hand; /* hand: the set that gives room next */
    atomic_size_t   shown_bytes, shown_count;
} Shard;

struct Shelf {
    size_t bytes_max; /* of one shard */
    Shard  shards[SHARDS];
};

struct ShelfPin {
    Entry    *entry;
    ShelfPin *next;
};

Shelf *shelf_create(size_t bytes_max)
{
    Shelf *shelf = aligned_alloc(64, sizeof *shelf);
    if (!shelf) return NULL;
    memset(shelf, 0, sizeof *shelf);
    shelf->bytes_max = bytes_max / SHARDS;
    for (size_t i = 0; i < SHARDS; i++) pthread_mutex_init(&shelf->shards[i].lock, NULL);
    return shelf;
}

static size_t entry_size(const Entry *entry)
{
    return sizeof *entry + entry->value_len + entry->one_len + entry->two_len;
}

static void let_go(Entry *entry)
{
    if (atomic_fetch_sub(&entry->refs, 1) == 1) free(entry);
}

static void drop(Shard *shard, Slot *slot)
{
    if (!slot->entry) return;
    shard->bytes -= entry_size(slot->entry);
    atomic_fetch_sub(&shard->shown_count, 1);
    let_go(slot->entry);
    *slot = (Slot){ 0 };
}

void shelf_destroy(Shelf *shelf)
{
    if (!shelf) return;
    for (size_t i = 0; i < SHARDS; i++) {
        Shard *shard = &shelf->shards[i];
        for (size_t set = 0; set < SETS; set++)
            for (size_t way = 0; way < WAYS; way++) drop(shard, &shard->slots[set][way]);
        assert(shard->bytes == 0);
        pthread_mutex_destroy(&shard->lock);
    }
    free(shelf);
}

uint64_t shelf_bytes(const Shelf *shelf)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < SHARDS; i++) sum += atomic_load(&shelf->shards[i].shown_bytes);
    return sum;
}

uint64_t shelf_count(const Shelf *shelf)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < SHARDS; i++) sum += atomic_load(&shelf->shards[i].shown_count);
    return sum;
}

void shelf_enter(ShelfUse *use, Shelf *shelf, Db *db, const Tx *tx)
{
    uint64_t version = db_version(db);
    *use             = (ShelfUse){ 0 };
    if (!shelf || db_engine(db) != DB_SQLITE || db_is_changing(version) || (tx && tx_touched(tx))) return;
    *use = (ShelfUse){ .shelf = shelf, .db = db, .version = version };
}

void shelf_leave(ShelfUse *use)
{
    for (ShelfPin *pin = use->pins; pin; pin = pin->next) let_go(pin->entry);
    *use = (ShelfUse){ 0 };
}

bool shelf_torn(const ShelfUse *use)
{
    return use->pins && use->missed && db_version(use->db) != use->version;
}

static uint64_t hash_of(const ShelfKey *key)
{
    return str_hash(str_hash((uint64_t)key->merchant * 31 + (uint64_t)key->kind, key->one), key->two);
}

/* The shard by the upper bits, the set by the lower ones. */
static Shard *shard_of(Shelf *shelf, uint64_t hash)
{
    return &shelf->shards[(hash >> 40) % SHARDS];
}

static bool is_key(const Entry *entry, const ShelfKey *key)
{
    const char *texts = (const char *)entry->bytes + entry->value_len;
    return entry->kind == key->kind && entry->merchant == key->merchant
        && str_eq((Str){ texts, entry->one_len }, key->one)
        && str_eq((Str){ texts + entry->one_len, entry->two_len }, key->two);
}

const void *shelf_find(ShelfUse *use, Arena *arena, const ShelfKey *key, int64_t at_ms)
{
    if (!use->shelf) return NULL;
    ShelfPin *pin = arena_new(arena, ShelfPin);
    if (!pin) return NULL;
    uint64_t hash  = hash_of(key);
    Shard   *shard = shard_of(use->shelf, hash);
    Slot    *set   = shard->slots[hash % SETS];
    pthread_mutex_lock(&shard->lock);
    for (size_t way = 0; way < WAYS && !pin->entry; way++) {
        Entry *entry = set[way].entry;
        if (set[way].hash != hash || !entry || entry->version != use->version || !is_key(entry, key))
            continue;
        if (at_ms < entry->from_ms || at_ms >= entry->until_ms) continue;
        entry->used = ++shard->uses;
        atomic_fetch_add(&entry->refs, 1);
        pin->entry = entry;
    }
    pthread_mutex_unlock(&shard->lock);
    if (!pin->entry) {
        use->missed = true;
        return NULL;
    }
    pin->next = use->pins;
    use->pins = pin;
    return pin->entry->bytes;
}

/* The place for a new entry: its own older one, an empty one, one that is out of date, or the one used
 * least recently. */
static Slot *choose(Slot *set, const ShelfKey *key, uint64_t hash, uint64_t version)
{
    Slot *best  = &set[0];
    int   merit = -1;
    for (size_t way = 0; way < WAYS; way++) {
        const Entry *entry = set[way].entry;
        bool         same  = entry && set[way].hash == hash && is_key(entry, key);
        int          worth = !entry ? 2 : same ? 3 : entry->version != version ? 1 : 0;
        bool         older = worth == 0 && merit == 0 && entry->used < best->entry->used;
        if (worth > merit || older) {
            best  = &set[way];
            merit = worth;
        }
    }
    return best;
}

/* Frees sets in turn until there is room. */
static void make_room(const Shelf *shelf, Shard *shard, size_t size)
{
    for (size_t i = 0; i < SETS && shard->bytes + size > shelf->bytes_max; i++) {
        Slot *set = shard->slots[shard->hand++ % SETS];
        for (size_t way = 0; way < WAYS; way++) drop(shard, &set[way]);
    }
}

static void insert(Shelf *shelf, const ShelfKey *key, uint64_t hash, Entry *entry)
{
    Shard *shard = shard_of(shelf, hash);
    size_t size  = entry_size(entry);
    pthread_mutex_lock(&shard->lock);
    Slot *place = choose(shard->slots[hash % SETS], key, hash, entry->version);
    drop(shard, place);
    make_room(shelf, shard, size);
    entry->used = ++shard->uses;
    *place      = (Slot){ hash, entry };
    shard->bytes += size;
    atomic_store(&shard->shown_bytes, shard->bytes);
    atomic_fetch_add(&shard->shown_count, 1);
    pthread_mutex_unlock(&shard->lock);
}

/* How much arena a copy takes, beginning with the value itself; 0 when the arena is full. */
static size_t measure(Arena *arena, const void *value, size_t size, ShelfCopy copy)
{
    size_t   mark  = arena->used;
    uint8_t *probe = arena_alloc(arena, size);
    bool     ok    = probe && copy(arena, value, probe);
    size_t   taken = ok ? (size_t)(arena->bytes + arena->used - probe) : 0;
    arena->used    = mark;
    return taken;
}

void shelf_put(ShelfUse *use, Arena *arena, const ShelfKey *key, const void *value, size_t size,
               ShelfCopy copy, int64_t from_ms, int64_t until_ms)
{
    if (!use->shelf) return;
    /* A commit that began before our first statement may be in what we read. */
    if (db_version(use->db) != use->version) return;
    size_t taken = measure(arena, value, size, copy);
    size_t room  = sizeof(Entry) + taken + key->one.len + key->two.len;
    if (taken == 0 || room > SHELF_ENTRY || room > use->shelf->bytes_max) return;
    Entry *entry = malloc(room);
    if (!entry) return;
    *entry = (Entry){ .refs = 1, .kind = key->kind, .version = use->version,
                      .merchant = key->merchant, .from_ms = from_ms, .until_ms = until_ms,
                      .value_len = (uint32_t)taken, .one_len = (uint32_t)key->one.len,
                      .two_len = (uint32_t)key->two.len };
    Arena inside;
    arena_init(&inside, entry->bytes, taken);
    void *to = arena_alloc(&inside, size);
    if (!to || !copy(&inside, value, to)) {
        free(entry);
        return;
    }
    if (key->one.len) memcpy(entry->bytes + taken, key->one.ptr, key->one.len);
    if (key->two.len) memcpy(entry->bytes + taken + key->one.len, key->two.ptr, key->two.len);
    insert(use->shelf, key, hash_of(key), entry);
}
