/* http_client.h — one HTTP call to somewhere else, blocking, with limits. Never follows a redirect, knows
 * no proxy, speaks http and https only. Knows nothing of what is said.
 * Each thread keeps its connections alive for its next call; calls with different reach never share one. */
#ifndef SYS_HTTP_CLIENT_H
#define SYS_HTTP_CLIENT_H

#include "base/error.h"

#include <netinet/in.h>

#define ERR(NAME, status, code, retry, sentence) extern const ErrDef ERR_##NAME;
#include "sys/errors.def"
#undef ERR

/* Whom a call may reach; checked on each address that is really connected to, so that no name can
 * lead elsewhere than it did when it was looked at. */
typedef enum {
    REACH_ANY,
    REACH_PUBLIC,             /* only addresses of the public internet */
    REACH_PUBLIC_OR_LOOPBACK, /* for development and tests */
    REACH_COUNT
} HttpReach;

typedef struct {
    Str name, value; /* without line breaks */
} HttpClientHeader;

enum { HTTP_CLIENT_HEADERS_MAX = 8 };

typedef struct {
    Str              method, url;
    HttpClientHeader headers[HTTP_CLIENT_HEADERS_MAX]; /* up to the first without a name */
    Str              body;                             /* sent when ptr is not NULL */
    int              connect_ms, total_ms;
    size_t           reply_max; /* bytes of the body that are kept */
    /* An answer without end: after a status of 2xx each part of the body is given here as it comes instead
     * of being kept, without a limit of time, until it returns false. */
    bool (*on_part)(void *arg, Str part);
    void            *on_part_arg;
    HttpReach        reach;
    Str              ca; /* PEM of whom to trust instead of the authorities of the system; none: those */
} HttpCall;

typedef struct {
    int  status;
    Str  body;      /* in the arena */
    bool truncated; /* there was more than reply_max; the rest was not read */
} HttpAnswer;

/* Errors: PEER_UNREACHABLE (no connection, no whole answer in time), PEER_FORBIDDEN (the address or the
 * URL), MEMORY. Any HTTP status is an answer. */
bool http_client_call(Arena *arena, const HttpCall *call, HttpAnswer *out, Error *err) MUST_USE;

/* Whether a URL may be called at all: http or https, no user or password, a host that is a public name or a
 * public address. Looks up no name: where a name leads is seen at each call. Errors: PEER_FORBIDDEN. */
bool http_client_check_url(Str url, HttpReach reach, Error *err) MUST_USE;

/* Whether an address (IPv4, IPv6) may be reached. */
bool http_client_may_reach(const struct sockaddr *address, HttpReach reach);

#endif
