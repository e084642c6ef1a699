/* rules.c — compiled promotions and time zones in memory. See rules.h. */
#include "flows/rules.h"

#include "base/rfc3339.h"
#include "shop/promotions/promotions.h"
#include "sys/zone.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SETS_MAX = 256, ZONES_MAX = 64, BLOCK_LEAST = 256 << 10, BLOCK_MOST = 1 << 30 };

/* A compiled set with all its texts; never changed, freed with the last who uses it. */
typedef struct {
    int64_t   merchant, version;
    void     *block;
    size_t    bytes;
    PromoSet *set;   /* NULL: no promotion is published */
    size_t    users; /* under the lock; the cache is one of them */
    uint64_t  used;  /* when it was used last */
} RuleEntry;

typedef struct {
    Str   name;
    Zone *zone;
} ZoneEntry;

struct RuleCache {
    pthread_mutex_t lock;
    RuleEntry      *sets[SETS_MAX];
    size_t          count, bytes, bytes_max;
    uint64_t        clock;
    ZoneEntry       zones[ZONES_MAX];
    size_t          zone_count;
};

RuleCache *rule_cache_create(size_t bytes_max)
{
    RuleCache *cache = calloc(1, sizeof *cache);
    if (!cache) return NULL;
    if (pthread_mutex_init(&cache->lock, NULL) != 0) {
        free(cache);
        return NULL;
    }
    cache->bytes_max = bytes_max;
    return cache;
}

static void entry_free(RuleEntry *entry)
{
    free(entry->block);
    free(entry);
}

void rule_cache_destroy(RuleCache *cache)
{
    if (!cache) return;
    for (size_t i = 0; i < cache->count; i++) {
        assert(cache->sets[i]->users == 1);
        entry_free(cache->sets[i]);
    }
    for (size_t i = 0; i < cache->zone_count; i++) {
        zone_free(cache->zones[i].zone);
        free((char *)(uintptr_t)cache->zones[i].name.ptr);
    }
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

size_t rule_cache_sets(RuleCache *cache)
{
    pthread_mutex_lock(&cache->lock);
    size_t count = cache->count;
    pthread_mutex_unlock(&cache->lock);
    return count;
}

size_t rule_cache_bytes(RuleCache *cache)
{
    pthread_mutex_lock(&cache->lock);
    size_t bytes = cache->bytes;
    pthread_mutex_unlock(&cache->lock);
    return bytes;
}

/* --- a set from the database --- */

/* Reads and compiles into one block of `bytes`; ERR_MEMORY when that is too small. */
static bool load_into(Ctx *ctx, RuleEntry *entry, size_t bytes, Error *err)
{
    Ctx          own     = *ctx;
    Arena        scratch = { 0 }, keep = { 0 };
    PromotionSet found = { NULL, 0, 0 };
    void        *rows  = malloc(bytes);
    entry->block       = malloc(bytes);
    entry->bytes       = bytes;
    bool ok            = rows && entry->block;
    if (!ok) (void)err_memory(err);
    if (ok) {
        arena_init(&scratch, rows, bytes);
        arena_init(&keep, entry->block, bytes);
        own.arena = &scratch;
        ok        = promotions_load(&own, &keep, ctx->now_ms, &found, err)
             && (found.count == 0 || promo_set_make(&keep, found.items, found.count, &entry->set, err));
    }
    free(rows);
    if (!ok) {
        free(entry->block);
        entry->block = NULL;
        return false;
    }
    entry->version = found.version;
    return true;
}

static RuleEntry *load_entry(Ctx *ctx, Error *err)
{
    RuleEntry *entry = calloc(1, sizeof *entry);
    if (!entry) {
        (void)err_memory(err);
        return NULL;
    }
    entry->merchant = ctx->who.merchant;
    entry->users    = 1;
    for (size_t bytes = BLOCK_LEAST; bytes <= BLOCK_MOST; bytes *= 4) {
        *err = (Error){ 0 };
        if (load_into(ctx, entry, bytes, err)) return entry;
        if (err->def != &ERR_MEMORY) break;
    }
    free(entry);
    return NULL;
}

/* --- the cache --- */

/* Under the lock. */
static void release(RuleCache *cache, RuleEntry *entry)
{
    (void)cache;
    assert(entry->users > 0);
    if (--entry->users == 0) entry_free(entry);
}

static void drop(RuleCache *cache, size_t i)
{
    RuleEntry *entry = cache->sets[i];
    cache->bytes -= entry->bytes;
    cache->sets[i] = cache->sets[--cache->count];
    release(cache, entry);
}

static RuleEntry *find(RuleCache *cache, int64_t merchant, int64_t version)
{
    RuleEntry *found = NULL;
    pthread_mutex_lock(&cache->lock);
    for (size_t i = 0; i < cache->count && !found; i++) {
        RuleEntry *entry = cache->sets[i];
        if (entry->merchant != merchant || entry->version != version) continue;
        entry->users++;
        entry->used = ++cache->clock;
        found       = entry;
    }
    pthread_mutex_unlock(&cache->lock);
    return found;
}

/* Keeps the set instead of an older one of the merchant's; those used longest ago make room. */
static void keep(RuleCache *cache, RuleEntry *entry)
{
    pthread_mutex_lock(&cache->lock);
    bool newer = false;
    for (size_t i = cache->count; i-- > 0;) {
        if (cache->sets[i]->merchant != entry->merchant) continue;
        if (cache->sets[i]->version >= entry->version)
            newer = true;
        else
            drop(cache, i);
    }
    while (!newer && cache->count > 0
           && (cache->count == SETS_MAX || cache->bytes + entry->bytes > cache->bytes_max)) {
        size_t oldest = 0;
        for (size_t i = 1; i < cache->count; i++)
            if (cache->sets[i]->used < cache->sets[oldest]->used) oldest = i;
        drop(cache, oldest);
    }
    if (!newer && entry->bytes <= cache->bytes_max) {
        entry->users++;
        entry->used                 = ++cache->clock;
        cache->sets[cache->count++] = entry;
        cache->bytes += entry->bytes;
    }
    pthread_mutex_unlock(&cache->lock);
}

static void leave(RuleCache *cache, RuleEntry *entry)
{
    if (!cache) {
        entry_free(entry);
        return;
    }
    pthread_mutex_lock(&cache->lock);
    release(cache, entry);
    pthread_mutex_unlock(&cache->lock);
}

/* A set whose number was given in a transaction that may still be undone is not kept: the number would be
 * given again, to another set. */
static RuleEntry *take(Ctx *ctx, int64_t version, Error *err)
{
    RuleEntry *entry = ctx->rules ? find(ctx->rules, ctx->who.merchant, version) : NULL;
    if (entry) return entry;
    entry = load_entry(ctx, err);
    if (entry && ctx->rules && !tx_touched(ctx->tx)) keep(ctx->rules, entry);
    return entry;
}

/* --- pricing --- */

static bool own_text(Arena *arena, Str *text)
{
    if (!text->ptr) return true;
    *text = str_dup(arena, *text);
    return text->ptr != NULL;
}

/* Copies what points into the set. */
static bool own_texts(Arena *arena, Priced *priced)
{
    bool ok = true;
    for (size_t i = 0; ok && i < priced->uses.count; i++)
        ok = own_text(arena, &priced->uses.items[i].promotion);
    for (size_t i = 0; ok && i < priced->steps.count; i++)
        ok = own_text(arena, &priced->steps.items[i].promotion);
    for (size_t i = 0; ok && i < priced->nearly.count; i++)
        ok = own_text(arena, &priced->nearly.items[i].promotion)
             && own_text(arena, &priced->nearly.items[i].name);
    return ok;
}

bool rules_price(Ctx *ctx, int64_t version, const CartInput *in, bool explain, Priced *out, Error *err)
{
    if (version == 0) return cart_price(ctx->arena, NULL, in, explain, out, err);
    RuleEntry *entry = take(ctx, version, err);
    if (!entry) return false;
    bool ok = cart_price(ctx->arena, entry->set, in, explain, out, err)
              && (own_texts(ctx->arena, out) || err_memory(err));
    leave(ctx->rules, entry);
    return ok;
}

/* --- time zones --- */

/* The kept zone, or NULL; zones are never dropped. */
static const Zone *find_zone(RuleCache *cache, Str name)
{
    const Zone *found = NULL;
    pthread_mutex_lock(&cache->lock);
    for (size_t i = 0; i < cache->zone_count && !found; i++)
        if (str_eq(cache->zones[i].name, name)) found = cache->zones[i].zone;
    pthread_mutex_unlock(&cache->lock);
    return found;
}

/* True when the cache has the zone from now on. */
static bool keep_zone(RuleCache *cache, Str name, Zone *zone)
{
    char *text = malloc(name.len);
    bool  kept = false;
    if (!text) return false;
    memcpy(text, name.ptr, name.len);
    pthread_mutex_lock(&cache->lock);
    if (cache->zone_count < ZONES_MAX) {
        cache->zones[cache->zone_count++] = (ZoneEntry){ { text, name.len }, zone };
        kept                              = true;
    }
    pthread_mutex_unlock(&cache->lock);
    if (!kept) free(text);
    return kept;
}

static int64_t digits(const char *text, size_t count)
{
    int64_t value = 0;
    for (size_t i = 0; i < count; i++) value = value * 10 + (text[i] - '0');
    return value;
}

bool rules_clock(Ctx *ctx, Str zone, const Zone **clock, Zone **own, Error *err)
{
    *own   = NULL;
    *clock = ctx->rules ? find_zone(ctx->rules, zone) : NULL;
    if (*clock) return true;
    if (!zone_load(zone, own, err)) return false;
    *clock = *own;
    if (ctx->rules && keep_zone(ctx->rules, zone, *own)) *own = NULL;
    return true;
}

bool rules_local_time(Ctx *ctx, Str zone, int64_t at_ms, int64_t *date, int64_t *minute, Error *err)
{
    char        text[RFC3339_LEN];
    Zone       *own   = NULL;
    const Zone *clock = NULL;
    if (!rules_clock(ctx, zone, &clock, &own, err)) return false;
    int64_t wall = zone_to_wall(clock, at_ms);
    zone_free(own);
    if (!rfc3339_format(wall, text)) return err_set(err, &ERR_FIELD_INVALID, "at", "is out of range");
    *date   = digits(text, 4) * 10000 + digits(text + 5, 2) * 100 + digits(text + 8, 2);
    *minute = digits(text + 11, 2) * 60 + digits(text + 14, 2);
    return true;
}
