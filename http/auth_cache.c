/* auth_cache.c — who held an API key a moment ago. See auth_cache.h. */
#include "http/auth_cache.h"

#include <openssl/crypto.h>
#include <string.h>

uint64_t fnv64(Str text)
{
    uint64_t hash = 0xcbf29ce484222325U;
    for (size_t i = 0; i < text.len; i++) {
        hash ^= (unsigned char)text.ptr[i];
        hash *= 0x100000001b3U;
    }
    return hash;
}

void auth_cache_init(AuthCache *cache)
{
    memset(cache, 0, sizeof *cache);
    pthread_mutex_init(&cache->lock, NULL);
}

bool auth_cache_find(AuthCache *cache, Arena *arena, Str key, int64_t now_ms, Principal *out)
{
    AuthEntry *entry = &cache->entries[str_hash(0, key) % AUTH_CACHE_SLOTS];
    pthread_mutex_lock(&cache->lock);
    bool found = entry->key_len == key.len && key.len > 0 && now_ms < entry->until_ms &&
                 CRYPTO_memcmp(entry->key, key.ptr, key.len) == 0;
    if (found) {
        *out      = entry->who;
        out->role = str_dup(arena, (Str){ entry->role, entry->who.role.len });
        found     = out->role.ptr != NULL;
    }
    pthread_mutex_unlock(&cache->lock);
    return found;
}

void auth_cache_put(AuthCache *cache, Str key, const Principal *who, int64_t asked_ms)
{
    if (key.len > AUTH_KEY_MAX || who->role.len > AUTH_ROLE_MAX) return;
    AuthEntry *entry = &cache->entries[str_hash(0, key) % AUTH_CACHE_SLOTS];
    pthread_mutex_lock(&cache->lock);
    memcpy(entry->key, key.ptr, key.len);
    if (who->role.len) memcpy(entry->role, who->role.ptr, who->role.len);
    entry->key_len  = key.len;
    entry->who      = *who;
    entry->until_ms = asked_ms + AUTH_CACHE_MS;
    pthread_mutex_unlock(&cache->lock);
}
