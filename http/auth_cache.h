/* auth_cache.h — who held an API key a moment ago, so that not every request asks the database.
 * An entry lives AUTH_CACHE_MS from the time its lookup began: a revoked key is dead after that. */
#ifndef HTTP_AUTH_CACHE_H
#define HTTP_AUTH_CACHE_H

#include "shop/ctx.h"

#include <pthread.h>

enum { AUTH_CACHE_MS = 1000, AUTH_CACHE_SLOTS = 1024, AUTH_KEY_MAX = 72, AUTH_ROLE_MAX = 40 };

typedef struct {
    char      key[AUTH_KEY_MAX]; /* the whole key, not a hash that could collide */
    size_t    key_len;
    char      role[AUTH_ROLE_MAX];
    Principal who;
    int64_t   until_ms; /* on the monotonic clock */
} AuthEntry;

typedef struct {
    pthread_mutex_t lock;
    AuthEntry       entries[AUTH_CACHE_SLOTS];
} AuthCache;

void auth_cache_init(AuthCache *cache);

/* The role is copied to the arena. */
bool auth_cache_find(AuthCache *cache, Arena *arena, Str key, int64_t now_ms, Principal *out);

/* `asked_ms`: when the lookup began. Keys too long for an entry are not kept. */
void auth_cache_put(AuthCache *cache, Str key, const Principal *who, int64_t asked_ms);

uint64_t fnv64(Str text);

#endif
