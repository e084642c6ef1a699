/* server.c — HTTP on sockets by libh2o (one event loop, HTTP/1.1). See server.h.
 * An exchange outlives its connection: when the client goes while the answer is made, the request is
 * gone but the exchange, with copies of all it was given, stays until it is answered. */
#include "http/server.h"

#include <errno.h>
#include <h2o.h>
#include <h2o/http1.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ARENA_STANDARD    = 256 * 1024, /* one request's memory */
    BODY_STANDARD     = 1 << 20,
    TIMEOUT_STANDARD  = 10000,
    CONNECTIONS_MAX   = 4096,
    HEADERS_KEPT_MAX  = 64,
    SHUTDOWN_MS       = 10000,
    TICK_MS           = 100, /* how soon a stop is seen */
    SPARE_MAX         = 512, /* exchanges kept for the next requests */
    GZIP_MIN          = 1024,
};

struct HttpExchange {
    h2o_multithread_message_t message; /* first: the loop gets it back as this */
    HttpServer               *server;
    h2o_req_t                *req;  /* NULL once the client has gone; loop thread only */
    struct ReqLink           *link; /* the request's way back to here */
    HttpRequest               request;
    HttpHeader                headers[HEADERS_KEPT_MAX];
    int                       header_count;
    HttpReply                 reply;
    Arena                     arena;
    void                     *slot;
    HttpExchange             *next_spare;
};

struct HttpServer {
    HttpOptions                  options;
    h2o_globalconf_t             conf;
    h2o_context_t                context;
    h2o_accept_ctx_t             accept;
    h2o_multithread_receiver_t   replies;
    h2o_socket_t                *listener;
    HttpExchange                *spare;
    int                          spare_count, port, open, in_flight;
    pthread_t                    loop_thread;
    atomic_bool                  stopping;
    atomic_uint_fast64_t         requests, bytes_in, bytes_out, refused, gone, connections;
};

/* What h2o holds for a request: tells the exchange when the request goes. */
typedef struct ReqLink {
    HttpExchange *exchange; /* NULL once answered */
} ReqLink;

/* h2o makes the handler; it leads to the server. */
typedef struct {
    h2o_handler_t handler; /* first: h2o gives it back as this */
    HttpServer   *server;
} Door;

static HttpExchange *exchange_take(HttpServer *server)
{
    HttpExchange *exchange = server->spare;
    if (exchange) {
        server->spare = exchange->next_spare;
        server->spare_count--;
        return exchange;
    }
    exchange    = calloc(1, sizeof *exchange);
    void *bytes = exchange ? malloc(server->options.arena_bytes) : NULL;
    if (!bytes) {
        free(exchange);
        return NULL;
    }
    arena_init(&exchange->arena, bytes, server->options.arena_bytes);
    exchange->server = server;
    return exchange;
}

static void exchange_free(HttpExchange *exchange)
{
    free(exchange->arena.bytes);
    free(exchange);
}

static void exchange_give(HttpExchange *exchange)
{
    HttpServer *server = exchange->server;
    server->in_flight--;
    if (server->spare_count >= SPARE_MAX) {
        exchange_free(exchange);
        return;
    }
    arena_reset(&exchange->arena);
    exchange->slot         = NULL;
    exchange->header_count = 0;
    exchange->next_spare   = server->spare;
    server->spare          = exchange;
    server->spare_count++;
}

static void request_gone(void *arg)
{
    ReqLink *link = arg;
    if (!link->exchange) return;
    link->exchange->req = NULL;
    link->exchange->server->gone++;
}

static Str kept(HttpExchange *exchange, h2o_iovec_t text)
{
    return str_dup(&exchange->arena, (Str){ text.base, text.len });
}

/* Copies the request, so that it does not go with the connection. */
static bool keep_request(HttpExchange *exchange, h2o_req_t *req)
{
    h2o_iovec_t path  = req->path;
    Str         query = STR("");
    if (req->query_at != SIZE_MAX) {
        query    = str_dup(&exchange->arena, (Str){ path.base + req->query_at + 1, path.len - req->query_at - 1 });
        path.len = req->query_at;
    }
    exchange->request = (HttpRequest){ kept(exchange, req->method), kept(exchange, path), query,
                                       kept(exchange, req->entity) };
    for (size_t i = 0; i < req->headers.size && exchange->header_count < HEADERS_KEPT_MAX; i++) {
        const h2o_header_t *header = &req->headers.entries[i];
        HttpHeader          copy   = { kept(exchange, *header->name), kept(exchange, header->value) };
        if (!copy.name.ptr || !copy.value.ptr) return false;
        exchange->headers[exchange->header_count++] = copy;
    }
    const HttpRequest *r = &exchange->request;
    return r->method.ptr && r->path.ptr && r->query.ptr && r->body.ptr;
}

static const char *reason(int status)
{
    switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 304: return "Not Modified";
    default: return status < 400 ? "OK" : status < 500 ? "Refused" : "Failed";
    }
}

static void send_now(HttpExchange *exchange)
{
    static h2o_mime_attributes_t plain   = { 0, H2O_MIME_ATTRIBUTE_PRIORITY_NORMAL };
    static h2o_mime_attributes_t smaller = { 1, H2O_MIME_ATTRIBUTE_PRIORITY_NORMAL };
    const HttpReply             *reply   = &exchange->reply;
    h2o_req_t                   *req     = exchange->req;
    req->res.status         = reply->status;
    req->res.reason         = reason(reply->status);
    req->res.content_length = reply->body.len;
    req->res.mime_attr      = reply->may_gzip ? &smaller : &plain;
    if (reply->content_type.len) {
        h2o_iovec_t type = h2o_strdup(&req->pool, reply->content_type.ptr, reply->content_type.len);
        h2o_add_header(&req->pool, &req->res.headers, H2O_TOKEN_CONTENT_TYPE, NULL, type.base, type.len);
    }
    for (int i = 0; i < reply->header_count; i++) {
        h2o_iovec_t name  = h2o_strdup(&req->pool, reply->headers[i].name.ptr, reply->headers[i].name.len);
        h2o_iovec_t value = h2o_strdup(&req->pool, reply->headers[i].value.ptr, reply->headers[i].value.len);
        h2o_add_header_by_str(&req->pool, &req->res.headers, name.base, name.len, 1, NULL, value.base, value.len);
    }
    exchange->server->bytes_out += reply->body.len;
    h2o_send_inline(req, reply->body.ptr, reply->body.len);
}

/* On the loop thread: sends, or drops what nobody waits for any more. */
static void finish(HttpExchange *exchange)
{
    h2o_req_t *req = exchange->req;
    if (req) {
        exchange->link->exchange = NULL; /* the exchange will serve another request */
        send_now(exchange);
    }
    exchange_give(exchange);
}

static void on_replies(h2o_multithread_receiver_t *receiver, h2o_linklist_t *messages)
{
    (void)receiver;
    while (!h2o_linklist_is_empty(messages)) {
        HttpExchange *exchange = (HttpExchange *)(void *)messages->next;
        h2o_linklist_unlink(messages->next);
        finish(exchange);
    }
}

void http_reply(HttpExchange *exchange, const HttpReply *reply)
{
    HttpServer *server = exchange->server;
    exchange->reply    = *reply;
    if (pthread_equal(pthread_self(), server->loop_thread)) {
        finish(exchange);
        return;
    }
    exchange->message = (h2o_multithread_message_t){ { NULL, NULL } };
    h2o_multithread_send_message(&server->replies, &exchange->message);
}

static int on_request(h2o_handler_t *handler, h2o_req_t *req)
{
    HttpServer   *server   = ((Door *)(void *)handler)->server;
    HttpExchange *exchange = exchange_take(server);
    server->requests++;
    server->bytes_in += req->entity.len;
    if (!exchange) {
        server->refused++;
        h2o_send_error_503(req, "Busy", "out of memory", 0);
        return 0;
    }
    server->in_flight++;
    exchange->req            = req;
    exchange->link           = h2o_mem_alloc_shared(&req->pool, sizeof *exchange->link, request_gone);
    exchange->link->exchange = exchange;
    if (!keep_request(exchange, req)) {
        exchange->link->exchange = NULL;
        exchange_give(exchange);
        server->refused++;
        h2o_send_error_503(req, "Busy", "out of memory", 0);
        return 0;
    }
    server->options.on_request(server->options.app, exchange);
    return 0;
}

static void on_socket_closed(void *arg)
{
    ((HttpServer *)arg)->open--;
}

static void on_connection(h2o_socket_t *listener, const char *err)
{
    HttpServer   *server = listener->data;
    h2o_socket_t *socket = err ? NULL : h2o_evloop_socket_accept(listener);
    if (!socket) return;
    if (server->open >= server->options.connections_max) {
        server->refused++;
        h2o_socket_close(socket);
        return;
    }
    server->open++;
    server->connections++;
    socket->on_close.cb   = on_socket_closed;
    socket->on_close.data = server;
    h2o_accept(&server->accept, socket);
}

static bool listen_on(HttpServer *server, Error *err)
{
    const HttpOptions *options = &server->options;
    char               host[64];
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)options->port) };
    socklen_t          len     = sizeof address;
    int                yes     = 1;
    (void)snprintf(host, sizeof host, "%.*s", STR_FMT(options->host));
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
        return err_set(err, &ERR_CONFIG, "host", "\"%s\" is not an IPv4 address", host);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 || listen(fd, 1024) != 0
        || getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        if (fd >= 0) close(fd);
        return err_set(err, &ERR_CONFIG, "port", "cannot listen on %s:%d: %s", host, options->port, strerror(errno));
    }
    server->port           = ntohs(address.sin_port);
    server->listener       = h2o_evloop_socket_create(server->context.loop, fd, H2O_SOCKET_FLAG_DONT_READ);
    server->listener->data = server;
    h2o_socket_read_start(server->listener, on_connection);
    return true;
}

bool http_server_start(const HttpOptions *options, HttpServer **out, Error *err)
{
    HttpServer *server = calloc(1, sizeof *server);
    if (!server) return err_memory(err);
    HttpOptions *o = &server->options;
    *o             = *options;
    if (!o->arena_bytes) o->arena_bytes = ARENA_STANDARD;
    if (!o->body_bytes_max) o->body_bytes_max = BODY_STANDARD;
    if (!o->request_timeout_ms) o->request_timeout_ms = TIMEOUT_STANDARD;
    if (!o->connections_max) o->connections_max = CONNECTIONS_MAX;
    (void)signal(SIGPIPE, SIG_IGN);
    h2o_config_init(&server->conf);
    server->conf.max_request_entity_size = o->body_bytes_max;
    server->conf.http1.req_timeout       = (uint64_t)o->request_timeout_ms;
    server->conf.http1.upgrade_to_http2  = 0;
    server->conf.server_name             = (h2o_iovec_t){ H2O_STRLIT("onetill") };
    h2o_hostconf_t *host = h2o_config_register_host(&server->conf, h2o_iovec_init(H2O_STRLIT("default")), 65535);
    h2o_pathconf_t *path = h2o_config_register_path(host, "/", 0);
    h2o_compress_args_t gzip = { .min_size = GZIP_MIN, .gzip = { 1 }, .brotli = { -1 } };
    h2o_compress_register(path, &gzip);
    Door *door           = (Door *)(void *)h2o_create_handler(path, sizeof *door);
    door->handler.on_req = on_request;
    door->server         = server;
    h2o_context_init(&server->context, h2o_evloop_create(), &server->conf);
    server->accept = (h2o_accept_ctx_t){ .ctx = &server->context, .hosts = server->conf.hosts };
    h2o_multithread_register_receiver(server->context.queue, &server->replies, on_replies);
    server->loop_thread = pthread_self();
    if (!listen_on(server, err)) {
        free(server);
        return false;
    }
    *out = server;
    return true;
}

int http_server_port(const HttpServer *server)
{
    return server->port;
}

void http_server_run(HttpServer *server)
{
    int left_ms         = SHUTDOWN_MS;
    server->loop_thread = pthread_self();
    while (!server->stopping) (void)h2o_evloop_run(server->context.loop, TICK_MS);
    h2o_socket_read_stop(server->listener);
    h2o_socket_close(server->listener);
    h2o_context_request_shutdown(&server->context);
    for (; server->in_flight > 0 && left_ms > 0; left_ms -= TICK_MS)
        (void)h2o_evloop_run(server->context.loop, TICK_MS);
    (void)h2o_evloop_run(server->context.loop, 0); /* what is answered goes out */
}

void http_server_stop(HttpServer *server)
{
    server->stopping = true;
}

void http_server_destroy(HttpServer *server)
{
    while (server->spare) {
        HttpExchange *next = server->spare->next_spare;
        exchange_free(server->spare);
        server->spare = next;
    }
    free(server); /* the loop and its connections end with the process */
}

const HttpRequest *http_request(const HttpExchange *exchange)
{
    return &exchange->request;
}

Arena *http_arena(HttpExchange *exchange)
{
    return &exchange->arena;
}

Str http_header(const HttpExchange *exchange, Str lower_case_name)
{
    for (int i = 0; i < exchange->header_count; i++)
        if (str_eq(exchange->headers[i].name, lower_case_name)) return exchange->headers[i].value;
    return STR_NONE;
}

void **http_slot(HttpExchange *exchange)
{
    return &exchange->slot;
}

void http_counters(const HttpServer *server, HttpCounters *out)
{
    *out = (HttpCounters){ .requests = server->requests, .bytes_in = server->bytes_in,
                           .bytes_out = server->bytes_out, .refused = server->refused,
                           .clients_gone = server->gone, .open_connections = (uint64_t)server->open };
}
