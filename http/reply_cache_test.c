/* reply_cache_test.c — kept replies: found only by the same key at the same version, bounded. */
#include "http/reply_cache.h"
#include "tests/kit.h"

#include <stdlib.h>
#include <string.h>

static const Str etag = { "\"0123456789abcdef\"", REPLY_ETAG_LEN };

static bool finds(ReplyCache *cache, ReplyKey key, uint64_t version, Str wanted)
{
    Str body, tag;
    if (!reply_cache_find(cache, &key, version, &body, &tag)) return false;
    return str_eq(body, wanted) && str_eq(tag, etag);
}

static void test_keys(void)
{
    ReplyCache *cache = reply_cache_create();
    ReplyKey    key   = { 1, STR("/v1/items/A"), STR("") };
    reply_cache_put(cache, &key, 7, STR("a"), etag);
    check(finds(cache, key, 7, STR("a")), "a reply is found again");
    check(!finds(cache, key, 8, STR("a")), "not at another version");
    check(!finds(cache, (ReplyKey){ 2, key.path, key.query }, 7, STR("a")), "not for another merchant");
    check(!finds(cache, (ReplyKey){ 1, STR("/v1/items/B"), STR("") }, 7, STR("a")), "not for another path");
    check(!finds(cache, (ReplyKey){ 1, STR("/v1/items/"), STR("A") }, 7, STR("a")),
          "path and query are two things");
    reply_cache_put(cache, &key, 8, STR("b"), etag);
    check(finds(cache, key, 8, STR("b")) && !finds(cache, key, 7, STR("a")), "a newer one takes its place");
    reply_cache_put(cache, &key, 9, STR("c"), STR("\"short\""));
    check(!finds(cache, key, 9, STR("c")), "one with a strange tag is not kept");
    reply_cache_destroy(cache);
}

static void test_bounds(void)
{
    static char body[REPLY_CACHE_ENTRY];
    ReplyCache *cache = reply_cache_create();
    char        path[16];
    bool        within = true;
    int         found  = 0;
    memset(body, 'x', sizeof body);
    for (int i = 0; i < 100000; i++) {
        path[0] = '/';
        for (int d = 1, n = i; d < 8; d++, n /= 10) path[d] = (char)('0' + n % 10);
        ReplyKey key = { 1, { path, 8 }, STR("") };
        reply_cache_put(cache, &key, 1, (Str){ body, (size_t)(i * 37 % 2000) }, etag);
        within = within && reply_cache_bytes(cache) <= REPLY_CACHE_BYTES;
        found += finds(cache, key, 1, (Str){ body, (size_t)(i * 37 % 2000) });
    }
    check(within, "all entries together stay within their bytes");
    check(found == 100000, "what was just kept is there");
    ReplyKey key   = { 1, STR("/long"), STR("") };
    uint64_t bytes = reply_cache_bytes(cache);
    reply_cache_put(cache, &key, 1, (Str){ body, sizeof body }, etag);
    check(!finds(cache, key, 1, (Str){ body, sizeof body }) && reply_cache_bytes(cache) == bytes,
          "a reply that is too long is not kept");
    reply_cache_destroy(cache);
}

int main(void)
{
    test_keys();
    test_bounds();
    return check_finish("reply_cache_test");
}
