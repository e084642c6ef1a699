/* server.h — HTTP/1.1 on sockets: reads requests within limits, hands each to one function, sends the
 * reply. The only place that knows the HTTP library. Knows nothing of routes, JSON or business.
 * What is refused here (malformed, too large, too slow, too many) is answered as problem+json and the
 * connection is closed; the function never hears of it. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "base/error.h"

typedef struct HttpServer   HttpServer;
typedef struct HttpExchange HttpExchange; /* one request and its reply; has an arena of its own */

typedef struct {
    Str host;               /* an IPv4 or IPv6 address; "localhost" is 127.0.0.1 */
    int port;               /* 0: any free one; see http_server_port */
    size_t arena_bytes;     /* per exchange; 0: default */
    size_t body_bytes_max;  /* 0: default 1 MiB; above: 413 */
    int request_timeout_ms; /* the head must be there within, a body must not dawdle; 0: 10,000 */
    int idle_timeout_ms;    /* between two requests; 0: 60,000 */
    int connections_max;    /* 0: 4,096 */
    int per_address_max;    /* 0: 256, but none for the machine itself (a proxy is many clients) */
    int shutdown_ms;        /* what is under way may take; 0: 10,000 */
    /* Called on the loop thread for each complete request; must not block. Must lead to exactly one
     * http_reply or http_stream_start, now or later. HEAD comes as GET; its reply is sent bodiless. */
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
    Str        body; /* in the exchange's arena, or for ever; not needed after http_reply on the loop */
    HttpHeader headers[HTTP_REPLY_HEADERS_MAX];
    int        header_count;
    bool       may_gzip; /* compressed when the client accepts it and it is long enough */
    bool       may_wait; /* given on the loop: may be sent with others at the end of its turn, which wakes a
                          * client once for many; the body is then in the exchange's arena */
} HttpReply;

bool http_server_start(const HttpOptions *options, HttpServer **out, Error *err) MUST_USE;
int  http_server_port(const HttpServer *server);
/* Runs the loop on the calling thread until http_server_stop. */
void http_server_run(HttpServer *server);
/* From any thread or a signal handler: accept no more, finish what is under way (10 s at most). */
void http_server_stop(HttpServer *server);
/* After http_server_run has returned. Requests that the application has not answered until then (it took
 * longer than shutdown_ms) keep the memory: their replies may still come and go nowhere. */
void http_server_destroy(HttpServer *server);

const HttpRequest *http_request(const HttpExchange *exchange);
Arena             *http_arena(HttpExchange *exchange);
Str                http_header(const HttpExchange *exchange, Str lower_case_name); /* or STR_NONE */
/* Room for the application to keep what it needs with the exchange (one pointer). */
void **http_slot(HttpExchange *exchange);

/* Sends the reply; from any thread, once; the exchange must not be touched afterwards. Replies from
 * other threads are collected, so that many at once wake the loop once. */
void http_reply(HttpExchange *exchange, const HttpReply *reply);

enum { HTTP_STREAM_WAITING_MAX = 1 << 20 };

/* A reply without end (server-sent events); from any thread. `closed` is called once, on the loop
 * thread, when the client has gone or the server stops; no call for this exchange may be made, or still
 * run, after `closed` returns. */
void http_stream_start(HttpExchange *exchange, const HttpReply *head, void (*closed)(void *arg),
                       void *arg);
/* Copies the bytes and sends them; from any thread; false when the client is gone or too slow (more than
 * HTTP_STREAM_WAITING_MAX bytes wait): then `closed` follows. */
bool http_stream_send(HttpExchange *exchange, Str bytes);
/* Bytes that the client has not taken yet; from any thread. */
size_t http_stream_waiting(HttpExchange *exchange);
/* Ends it from our side; from any thread; `closed` follows. */
void http_stream_end(HttpExchange *exchange);

typedef struct {
    uint64_t requests, bytes_in, bytes_out, refused, timeouts, clients_gone, accepted;
    uint64_t open_connections;
} HttpCounters;
void http_counters(const HttpServer *server, HttpCounters *out);

#endif
