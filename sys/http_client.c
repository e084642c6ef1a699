/* http_client.c — one blocking HTTP call by libcurl. See http_client.h. */
#include "sys/http_client.h"

#include <arpa/inet.h>
#include <assert.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ERR(NAME, status, code, retry, sentence) \
    const ErrDef ERR_##NAME = { code, status, retry, sentence };
#include "sys/errors.def"
#undef ERR

enum { URL_MAX = 2048, HEADER_MAX = 512 };

/* A thread's handles, one for each reach: a connection that was opened without a check must never
 * serve a call that asks for one. */
typedef struct {
    CURL *handles[REACH_COUNT];
} Handles;

/* What the callbacks of one call share. */
typedef struct {
    const HttpCall *call;
    HttpAnswer     *answer;
    char           *bytes; /* reply_max of them */
    bool            forbidden;
    CURL           *curl;
} Exchange;

static pthread_key_t  handles_key;
static pthread_once_t handles_once = PTHREAD_ONCE_INIT;
static bool           handles_ready;

static void handles_free(void *arg)
{
    Handles *handles = arg;
    for (int i = 0; i < REACH_COUNT; i++)
        if (handles->handles[i]) curl_easy_cleanup(handles->handles[i]);
    free(handles);
}

static void handles_init(void)
{
    handles_ready = curl_global_init(CURL_GLOBAL_ALL) == CURLE_OK
                    && pthread_key_create(&handles_key, handles_free) == 0;
}

static CURL *handle_of_thread(HttpReach reach)
{
    (void)pthread_once(&handles_once, handles_init);
    if (!handles_ready) return NULL;
    Handles *handles = pthread_getspecific(handles_key);
    if (!handles) {
        handles = calloc(1, sizeof *handles);
        if (!handles || pthread_setspecific(handles_key, handles) != 0) {
            free(handles);
            return NULL;
        }
    }
    if (!handles->handles[reach]) handles->handles[reach] = curl_easy_init();
    if (handles->handles[reach]) curl_easy_reset(handles->handles[reach]); /* keeps connections */
    return handles->handles[reach];
}

/* --- addresses --- */

typedef struct {
    uint8_t bytes[16];
    int     bits;
} Block;

/* IANA special-purpose blocks of IPv4 that are not "globally reachable", and multicast. */
static const Block blocks_v4[] = {
    { { 0 }, 8 },
    { { 10 }, 8 },
    { { 100, 64 }, 10 },
    { { 127 }, 8 },
    { { 169, 254 }, 16 },
    { { 172, 16 }, 12 },
    { { 192, 0, 0 }, 24 },
    { { 192, 0, 2 }, 24 },
    { { 192, 88, 99 }, 24 },
    { { 192, 168 }, 16 },
    { { 198, 18 }, 15 },
    { { 198, 51, 100 }, 24 },
    { { 203, 0, 113 }, 24 },
    { { 224 }, 4 },
    { { 240 }, 4 },
};
/* Of IPv6, within the only block that is given out at all, 2000::/3. */
static const Block blocks_v6[] = {
    { { 0x20, 0x01, 0x00 }, 23 },       /* 2001::/23: Teredo, benchmarks, ORCHID … */
    { { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* documentation */
    { { 0x20, 0x02 }, 16 },             /* 6to4: leads to an IPv4 address of the sender's choice */
    { { 0x3f, 0xff, 0x00 }, 20 },       /* documentation */
};

static bool in_block(const uint8_t *address, const Block *block)
{
    int whole = block->bits / 8, rest = block->bits % 8;
    if (memcmp(address, block->bytes, (size_t)whole) != 0) return false;
    return rest == 0 || (address[whole] ^ block->bytes[whole]) >> (8 - rest) == 0;
}

static bool may_reach_v4(const uint8_t address[4], HttpReach reach)
{
    if (address[0] == 127) return reach == REACH_PUBLIC_OR_LOOPBACK;
    for (size_t i = 0; i < COUNT(blocks_v4); i++)
        if (in_block(address, &blocks_v4[i])) return false;
    return true;
}

static bool may_reach_v6(const uint8_t address[16], HttpReach reach)
{
    static const uint8_t loopback[16] = { [15] = 1 };
    static const uint8_t mapped[12]   = { [10] = 0xFF, [11] = 0xFF };
    if (memcmp(address, loopback, sizeof loopback) == 0) return reach == REACH_PUBLIC_OR_LOOPBACK;
    if (memcmp(address, mapped, sizeof mapped) == 0) return may_reach_v4(address + 12, reach);
    if (address[0] >> 5 != 1) return false;
    for (size_t i = 0; i < COUNT(blocks_v6); i++)
        if (in_block(address, &blocks_v6[i])) return false;
    return true;
}

bool http_client_may_reach(const struct sockaddr *address, HttpReach reach)
{
    struct sockaddr_in  v4;
    struct sockaddr_in6 v6;
    if (reach == REACH_ANY) return address->sa_family == AF_INET || address->sa_family == AF_INET6;
    if (address->sa_family == AF_INET) {
        memcpy(&v4, address, sizeof v4);
        return may_reach_v4((const uint8_t *)&v4.sin_addr, reach);
    }
    if (address->sa_family != AF_INET6) return false;
    memcpy(&v6, address, sizeof v6);
    return may_reach_v6(v6.sin6_addr.s6_addr, reach);
}

/* --- the call --- */

static curl_socket_t on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    Exchange *exchange = arg;
    if (purpose != CURLSOCKTYPE_IPCXN) return CURL_SOCKET_BAD;
    if (!http_client_may_reach(&address->addr, exchange->call->reach)) {
        exchange->forbidden = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Keeps what fits; taking less than was offered ends the transfer. */
static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
    Exchange *exchange = arg;
    Str      *body     = &exchange->answer->body;
    size_t    offered  = size * count;
    long      status   = 0;
    (void)curl_easy_getinfo(exchange->curl, CURLINFO_RESPONSE_CODE, &status);
    if (exchange->call->on_part && status >= 200 && status < 300)
        return exchange->call->on_part(exchange->call->on_part_arg, (Str){ bytes, offered }) ? offered : 0;
    size_t    room     = exchange->call->reply_max - body->len;
    size_t    taken    = offered < room ? offered : room;
    memcpy(exchange->bytes + body->len, bytes, taken);
    body->len += taken;
    if (taken < offered) exchange->answer->truncated = true;
    return taken;
}

static struct curl_slist *add_line(struct curl_slist *list, const char *line, bool *ok)
{
    struct curl_slist *longer = curl_slist_append(list, line);
    if (!longer) *ok = false;
    return longer ? longer : list;
}

static struct curl_slist *make_headers(const HttpCall *call, bool *ok)
{
    char               line[HEADER_MAX];
    struct curl_slist *list = add_line(NULL, "Expect:", ok); /* no waiting for 100 Continue */
    for (size_t i = 0; i < HTTP_CLIENT_HEADERS_MAX && call->headers[i].name.len; i++) {
        const HttpClientHeader *header = &call->headers[i];
        int len = snprintf(line, sizeof line, "%.*s: %.*s", STR_FMT(header->name), STR_FMT(header->value));
        assert(len > 0 && (size_t)len < sizeof line && !strpbrk(line, "\r\n"));
        list = add_line(list, line, ok);
    }
    return list;
}

static void set_options(CURL *curl, Exchange *exchange, const char *url, const char *method,
                        struct curl_slist *headers)
{
    const HttpCall *call = exchange->call;
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* whatever the environment says */
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)call->connect_ms);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, call->on_part ? 0L : (long)call->total_ms);
    (void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "onetill/" ONETILL_VERSION);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange);
    (void)curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_open);
    (void)curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, exchange);
    if (call->body.ptr) {
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body.ptr);
    }
    if (call->ca.len) {
        struct curl_blob blob = { (void *)call->ca.ptr, call->ca.len, CURL_BLOB_COPY };
        (void)curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &blob);
    }
    (void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
}

static bool perform(CURL *curl, Exchange *exchange, Error *err)
{
    long     status = 0;
    CURLcode code   = curl_easy_perform(curl);
    if (exchange->forbidden && code != CURLE_OK)
        return err_set(err, &ERR_PEER_FORBIDDEN, "url", "this address is not on the public internet");
    if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT)
        return err_set(err, &ERR_PEER_FORBIDDEN, "url", "%s", curl_easy_strerror(code));
    if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && exchange->answer->truncated))
        return err_set(err, &ERR_PEER_UNREACHABLE, "", "%s", curl_easy_strerror(code));
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    exchange->answer->status = (int)status;
    return true;
}

bool http_client_call(Arena *arena, const HttpCall *call, HttpAnswer *out, Error *err)
{
    assert(call->connect_ms > 0 && call->total_ms > 0);
    assert(call->url.len < URL_MAX);
    *out              = (HttpAnswer){ 0 };
    Str      url      = str_dup(arena, call->url);
    Str      method   = str_dup(arena, call->method);
    Exchange exchange = { .call = call, .answer = out, .bytes = arena_alloc(arena, call->reply_max) };
    CURL    *curl     = handle_of_thread(call->reach);
    exchange.curl     = curl;
    if (!url.ptr || !method.ptr || !exchange.bytes || !curl) return err_memory(err);
    out->body                  = (Str){ exchange.bytes, 0 };
    bool               ok      = true;
    struct curl_slist *headers = make_headers(call, &ok);
    if (ok) {
        set_options(curl, &exchange, url.ptr, method.ptr, headers);
        ok = perform(curl, &exchange, err);
        curl_easy_reset(curl); /* nothing of this call's memory stays in the handle */
    } else {
        ok = err_memory(err);
    }
    curl_slist_free_all(headers);
    return ok;
}

/* --- URLs --- */

static bool ends_with(Str text, Str end)
{
    return text.len >= end.len && str_eq_nocase(str_slice(text, text.len - end.len, text.len), end);
}

/* Names that lead nowhere on the public internet whatever they resolve to. */
static bool may_name(Str host, HttpReach reach)
{
    static const char *const endings[] = { ".localhost", ".local", ".internal", ".intranet",
                                           ".lan",       ".home",  ".corp",     ".arpa",
                                           ".onion",     ".test",  ".invalid" };
    if (str_eq_nocase(host, STR("localhost"))) return reach == REACH_PUBLIC_OR_LOOPBACK;
    if (str_index(host, '.', 0) == host.len) return false;
    for (size_t i = 0; i < COUNT(endings); i++)
        if (ends_with(host, str_from(endings[i]))) return false;
    return true;
}

static bool may_host(const char *text, HttpReach reach)
{
    char                literal[64];
    struct sockaddr_in  v4   = { .sin_family = AF_INET };
    struct sockaddr_in6 v6   = { .sin6_family = AF_INET6 };
    Str                 host = str_from(text);
    if (host.len > 2 && host.ptr[0] == '[') { /* curl gives IPv6 in its brackets */
        if (host.len - 2 >= sizeof literal) return false;
        (void)snprintf(literal, sizeof literal, "%.*s", (int)host.len - 2, host.ptr + 1);
        return inet_pton(AF_INET6, literal, &v6.sin6_addr) == 1
               && http_client_may_reach((const struct sockaddr *)&v6, reach);
    }
    while (host.len && host.ptr[host.len - 1] == '.') host.len--;
    if (host.len == 0 || host.len >= 254) return false;
    if (host.len < sizeof literal) {
        (void)snprintf(literal, sizeof literal, "%.*s", STR_FMT(host));
        if (inet_pton(AF_INET, literal, &v4.sin_addr) == 1) /* curl has made 0x7f000001 into 127.0.0.1 */
            return http_client_may_reach((const struct sockaddr *)&v4, reach);
    }
    return may_name(host, reach);
}

/* One part of the URL, or NULL when it has none; freed with curl_free. */
static char *part_of(CURLU *parsed, CURLUPart part)
{
    char *text = NULL;
    return curl_url_get(parsed, part, &text, 0) == CURLUE_OK ? text : NULL;
}

static const char *fault_of(CURLU *parsed, HttpReach reach)
{
    char       *scheme = part_of(parsed, CURLUPART_SCHEME), *host = part_of(parsed, CURLUPART_HOST);
    char       *user = part_of(parsed, CURLUPART_USER), *password = part_of(parsed, CURLUPART_PASSWORD);
    char       *fragment = part_of(parsed, CURLUPART_FRAGMENT), *zone = part_of(parsed, CURLUPART_ZONEID);
    const char *fault = NULL;
    if (!scheme || (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
        fault = "must be http or https";
    else if (user || password) fault = "must not have a user or password";
    else if (fragment) fault = "must not have a fragment";
    else if (!host || zone || (reach != REACH_ANY && !may_host(host, reach)))
        fault = "the host is not on the public internet";
    curl_free(scheme);
    curl_free(host);
    curl_free(user);
    curl_free(password);
    curl_free(fragment);
    curl_free(zone);
    return fault;
}

bool http_client_check_url(Str url, HttpReach reach, Error *err)
{
    char text[URL_MAX];
    if (url.len == 0 || url.len >= sizeof text)
        return err_set(err, &ERR_PEER_FORBIDDEN, "url", "empty or too long");
    for (size_t i = 0; i < url.len; i++)
        if (url.ptr[i] <= ' ' || url.ptr[i] >= 0x7F || url.ptr[i] == '\\')
            return err_set(err, &ERR_PEER_FORBIDDEN, "url", "must be visible ASCII without backslashes");
    memcpy(text, url.ptr, url.len);
    text[url.len] = 0;
    CURLU *parsed = curl_url();
    if (!parsed) return err_memory(err);
    const char *fault = "not a URL";
    if (curl_url_set(parsed, CURLUPART_URL, text, 0) == CURLUE_OK) fault = fault_of(parsed, reach);
    curl_url_cleanup(parsed);
    return !fault || err_set(err, &ERR_PEER_FORBIDDEN, "url", "%s", fault);
}
