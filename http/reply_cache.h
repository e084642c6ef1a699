/* reply_cache.h — replies of reads that are asked for again and again, for as long as what they were made
 * of has not changed (db_version). Used on the loop thread only, so without locks; bounded in entries and
 * bytes. Whether the client may see the reply is checked before, each time. */
#ifndef HTTP_REPLY_CACHE_H
#define HTTP_REPLY_CACHE_H

#include "base/str.h"

enum {
    REPLY_CACHE_ENTRIES = 32768,
    REPLY_CACHE_BYTES   = 16 << 20, /* of all entries together */
    REPLY_CACHE_ENTRY   = 64 << 10, /* a longer reply is not kept */
    REPLY_ETAG_LEN      = 18,
};

typedef struct ReplyCache ReplyCache;

/* What the reply depends on besides the version. */
typedef struct {
    int64_t merchant;
    Str     path, query; /* as they came */
} ReplyKey;

/* NULL when there is no memory. */
ReplyCache *reply_cache_create(void);
void        reply_cache_destroy(ReplyCache *cache);

/* The reply made at this version; both texts live until the next reply_cache_put. */
bool reply_cache_find(ReplyCache *cache, const ReplyKey *key, uint64_t version, Str *body, Str *etag);

/* `version` is that of the database before the reply was read from it. */
void reply_cache_put(ReplyCache *cache, const ReplyKey *key, uint64_t version, Str body, Str etag);

uint64_t reply_cache_bytes(const ReplyCache *cache);

#endif
