/* server.h — HTTP on sockets: reads requests within limits, hands each to one function, sends the
 * reply. The only place that knows the HTTP library. Knows nothing of routes, JSON or business. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "base/error.h"

typedef struct HttpServer   HttpServer;
typedef struct HttpExchange HttpExchange; /* one request and its reply; has an arena of its own */

typedef struct {
    Str host;               /* "127.0.0.1" */
    int port;               /* 0: any free one; see http_server_port */
    size_t arena_bytes;     /* per exchange; 0: default */
    size_t body_bytes_max;  /* 0: default 1 MiB; above: 413 */
    int request_timeout_ms; /* a whole request must be there within; 0: 10,000 */
    int connections_max;    /* 0: 4,096 */
    /* Called on the loop thread for each complete request; must not block. Must lead to exactly one
     * http_reply, now or later. */
    void (*on_request)(void *app, HttpExchange *exchange);
    void *app;
} HttpOptions;

typedef struct {
    Str method, path, query; /* path is still percent-encoded; query without '?' */
    Str body;
} HttpRequest;

typedef struct {
    Str name, value;
} HttpHeader;

enum { HTTP_REPLY_HEADERS_MAX = 12 };

typedef struct {
    int        status;
    Str        content_type;
    Str        body; /* must live until sent: in the exchange's arena, or for ever */
    HttpHeader headers[HTTP_REPLY_HEADERS_MAX];
    int        header_count;
    bool       may_gzip; /* compressed when the client accepts it and it is long enough */
} HttpReply;

bool http_server_start(const HttpOptions *options, HttpServer **out, Error *err) MUST_USE;
int  http_server_port(const HttpServer *server);
/* Runs the loop on the calling thread until http_server_stop. */
void http_server_run(HttpServer *server);
/* From any thread or a signal handler: accept no more, finish what is under way (10 s at most). */
void http_server_stop(HttpServer *server);
void http_server_destroy(HttpServer *server);

const HttpRequest *http_request(const HttpExchange *exchange);
Arena             *http_arena(HttpExchange *exchange);
Str                http_header(const HttpExchange *exchange, Str lower_case_name); /* or STR_NONE */
/* Room for the application to keep what it needs with the exchange (one pointer). */
void **http_slot(HttpExchange *exchange);

/* Sends the reply; from any thread, once; the exchange must not be touched afterwards. Replies from
 * other threads are collected, so that many at once wake the loop once. */
void http_reply(HttpExchange *exchange, const HttpReply *reply);

typedef struct {
    uint64_t requests, bytes_in, bytes_out, refused, clients_gone;
    uint64_t open_connections;
} HttpCounters;
void http_counters(const HttpServer *server, HttpCounters *out);

#endif
