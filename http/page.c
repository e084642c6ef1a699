/* page.c — pages for people. See page.h. */
#include "http/page.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

/* Where `what` begins in a text; its length when it is not there. */
static size_t find(Str text, Str what)
{
    for (size_t i = 0; i + what.len <= text.len; i++)
        if (str_eq(str_slice(text, i, i + what.len), what)) return i;
    return text.len;
}

/* The value of Content-Security-Policy. */
static Str policy_of(Arena *arena, Str html)
{
    Str           begin = STR("<style>"), end = STR("</style>");
    size_t        from = find(html, begin), until = find(html, end);
    unsigned char hash[SHA256_DIGEST_LENGTH], text[SHA256_DIGEST_LENGTH * 2];
    if (from == html.len || until < from + begin.len)
        return STR("default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    Str style = str_slice(html, from + begin.len, until);
    SHA256((const unsigned char *)style.ptr, style.len, hash);
    (void)EVP_EncodeBlock(text, hash, sizeof hash);
    return str_format(
        arena,
        "default-src 'none'; style-src 'sha256-%s'; img-src 'self' data:; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'",
        (const char *)text);
}

void page_headers(Arena *arena, Str html, HttpReply *reply)
{
    Str policy = policy_of(arena, html);
    if (!policy.ptr) policy = STR("default-src 'none'");
    assert(reply->header_count + 3 <= HTTP_REPLY_HEADERS_MAX);
    reply->headers[reply->header_count++] = (HttpHeader){ STR("Content-Security-Policy"), policy };
    reply->headers[reply->header_count++] = (HttpHeader){ STR("Referrer-Policy"), STR("no-referrer") };
    reply->headers[reply->header_count++] = (HttpHeader){ STR("Cache-Control"), STR("no-store") };
}

Str page_problem(Arena *arena, const Error *err)
{
    return str_format(
        arena,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        "<meta name=\"color-scheme\" content=\"light dark\"><title>Sorry</title><style>"
        "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto 0;padding:0 1.25rem}"
        "</style></head><body><main><h1>Sorry</h1><p>%s</p></main></body></html>\n",
        err->def ? err->def->sentence : "That did not work.");
}
