/* reply_cache.c — a table of sets of a few entries each; a new reply takes the place of the one in its set
 * that is out of date or was used least recently. See reply_cache.h. */
#include "http/reply_cache.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { WAYS = 4, SETS = REPLY_CACHE_ENTRIES / WAYS };

typedef struct {
    uint64_t hash, version, used;
    int64_t  merchant;
    size_t   path_len, query_len, body_len;
    char     etag[REPLY_ETAG_LEN];
    char     bytes[]; /* path, query, body */
} Entry;

struct ReplyCache {
    Entry   *entries[SETS][WAYS];
    uint64_t uses;
    size_t   bytes, hand; /* hand: the set that gives room next */
};

ReplyCache *reply_cache_create(void)
{
    return calloc(1, sizeof(ReplyCache));
}

static size_t entry_size(const Entry *entry)
{
    return sizeof *entry + entry->path_len + entry->query_len + entry->body_len;
}

static void drop(ReplyCache *cache, Entry **entry)
{
    if (!*entry) return;
    cache->bytes -= entry_size(*entry);
    free(*entry);
    *entry = NULL;
}

void reply_cache_destroy(ReplyCache *cache)
{
    if (!cache) return;
    for (size_t set = 0; set < SETS; set++)
        for (size_t way = 0; way < WAYS; way++) drop(cache, &cache->entries[set][way]);
    assert(cache->bytes == 0);
    free(cache);
}

static uint64_t hash_of(const ReplyKey *key)
{
    return str_hash(str_hash((uint64_t)key->merchant, key->path), key->query);
}

static bool is_key(const Entry *entry, const ReplyKey *key, uint64_t hash)
{
    return entry->hash == hash && entry->merchant == key->merchant && entry->path_len == key->path.len &&
           entry->query_len == key->query.len && memcmp(entry->bytes, key->path.ptr, key->path.len) == 0 &&
           memcmp(entry->bytes + key->path.len, key->query.ptr, key->query.len) == 0;
}

bool reply_cache_find(ReplyCache *cache, const ReplyKey *key, uint64_t version, Str *body, Str *etag)
{
    uint64_t hash = hash_of(key);
    Entry  **set  = cache->entries[hash % SETS];
    for (size_t way = 0; way < WAYS; way++) {
        Entry *entry = set[way];
        if (!entry || entry->version != version || !is_key(entry, key, hash)) continue;
        entry->used = ++cache->uses;
        *body       = (Str){ entry->bytes + entry->path_len + entry->query_len, entry->body_len };
        *etag       = (Str){ entry->etag, REPLY_ETAG_LEN };
        return true;
    }
    return false;
}

/* The place for a new entry: its own older one, an empty one, one that is out of date, or the one used
 * least recently. */
static Entry **choose(Entry **set, const ReplyKey *key, uint64_t hash, uint64_t version)
{
    Entry **best  = &set[0];
    int     merit = -1;
    for (size_t way = 0; way < WAYS; way++) {
        Entry *entry = set[way];
        int    worth = !entry ? 2 : is_key(entry, key, hash) ? 3 : entry->version != version ? 1 : 0;
        bool   older = worth == 0 && merit == 0 && entry->used < (*best)->used;
        if (worth > merit || older) {
            best  = &set[way];
            merit = worth;
        }
    }
    return best;
}

/* Frees sets in turn until there is room. */
static void make_room(ReplyCache *cache, size_t size)
{
    for (size_t i = 0; i < SETS && cache->bytes + size > REPLY_CACHE_BYTES; i++) {
        Entry **set = cache->entries[cache->hand++ % SETS];
        for (size_t way = 0; way < WAYS; way++) drop(cache, &set[way]);
    }
}

void reply_cache_put(ReplyCache *cache, const ReplyKey *key, uint64_t version, Str body, Str etag)
{
    uint64_t hash = hash_of(key);
    Entry    head = { .hash = hash, .version = version, .used = ++cache->uses, .merchant = key->merchant,
                      .path_len = key->path.len, .query_len = key->query.len, .body_len = body.len };
    size_t   size = entry_size(&head);
    if (size > REPLY_CACHE_ENTRY || etag.len != REPLY_ETAG_LEN) return;
    Entry **place = choose(cache->entries[hash % SETS], key, hash, version);
    drop(cache, place);
    make_room(cache, size);
    Entry *entry = malloc(size);
    if (!entry) return;
    *entry = head;
    memcpy(entry->etag, etag.ptr, REPLY_ETAG_LEN);
    memcpy(entry->bytes, key->path.ptr, key->path.len);
    memcpy(entry->bytes + key->path.len, key->query.ptr, key->query.len);
    memcpy(entry->bytes + key->path.len + key->query.len, body.ptr, body.len);
    *place = entry;
    cache->bytes += size;
}

uint64_t reply_cache_bytes(const ReplyCache *cache)
{
    return cache->bytes;
}
