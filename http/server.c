/* server.c — HTTP/1.1 on sockets by the event loop of libh2o. See server.h.
 * This file: listening, accepting, the loop, threads, start and stop. conn.c: one connection. reply.c: a
 * reply as bytes. push.c: replies without end. wire.c: requests as bytes. Of libh2o we use the loop and
 * its sockets; why not its HTTP parser as well is told in docs/decisions/0001-http-library.md. */
#include "http/conn.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

enum {
    ARENA_STANDARD       = 4 << 20,   /* one request may use: 500 lines with their reply need some 1 MiB */
    ARENA_KEPT           = 64 * 1024, /* of a spare one; what lies behind goes back to the system */
    BODY_STANDARD        = 1 << 20,
    REQUEST_MS_STANDARD  = 10000,
    IDLE_MS_STANDARD     = 60000,
    CONNECTIONS_STANDARD = 4096,
    PER_ADDRESS_STANDARD = 256,
    SHUTDOWN_MS_STANDARD = 10000,
    SWEEP_MS             = 500,   /* how often late clients are looked for */
    SLEEP_MS             = 60000, /* of the loop when nobody is connected */
    SPARE_MAX            = 512,   /* exchanges kept for the next requests */
    BACKLOG              = 1024,
    ACCEPT_ROUND         = 64,
};

int64_t http_clock_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- exchanges --- */

HttpExchange *exchange_take(HttpServer *server)
{
    HttpExchange *exchange = server->spare;
    if (exchange) {
        server->spare = exchange->next;
        server->spare_count--;
        return exchange;
    }
    size_t size = server->options.arena_bytes;
    exchange    = calloc(1, sizeof *exchange);
    int   kind  = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *bytes = exchange ? mmap(NULL, size, PROT_READ | PROT_WRITE, kind, -1, 0) : NULL;
    if (!exchange || bytes == MAP_FAILED) {
        free(exchange);
        return NULL;
    }
    arena_init(&exchange->arena, bytes, size);
    exchange->server = server;
    pthread_mutex_init(&exchange->lock, NULL);
    return exchange;
}

static void exchange_free(HttpExchange *exchange)
{
    pthread_mutex_destroy(&exchange->lock);
    (void)munmap(exchange->arena.bytes, exchange->arena.size);
    free(exchange);
}

void exchange_give(HttpExchange *exchange)
{
    HttpServer *server = exchange->server;
    Arena      *arena  = &exchange->arena;
    if (server->spare_count >= SPARE_MAX) {
        free(exchange->pending.bytes);
        exchange_free(exchange);
        return;
    }
    if (arena->used > ARENA_KEPT)
        (void)madvise(arena->bytes + ARENA_KEPT, arena->size - ARENA_KEPT, MADV_DONTNEED);
    arena_reset(arena);
    exchange->slot = NULL;
    exchange->conn = NULL;
    if (exchange->streams) {
        free(exchange->pending.bytes);
        exchange->pending = (Bytes){ 0 };
        exchange->waiting = 0;
        exchange->streams = exchange->started = exchange->dead = false;
    }
    exchange->next = server->spare;
    server->spare  = exchange;
    server->spare_count++;
}

/* --- between threads --- */

static void wake(int fd)
{
    uint64_t one   = 1;
    int      saved = errno; /* a signal handler must not change it */
    if (write(fd, &one, sizeof one) < 0) errno = saved; /* full: it is awake already */
}

void exchange_send_to_loop(HttpExchange *exchange)
{
    HttpServer   *server  = exchange->server;
    int           wake_fd = server->wake_fd; /* behind the exchange the server may be gone */
    HttpExchange *top     = atomic_load(&server->arrived);
    do exchange->next = top;
    while (!atomic_compare_exchange_weak(&server->arrived, &top, exchange));
    if (!top) wake(wake_fd);
}

/* Takes what other threads have sent, oldest first. */
static HttpExchange *take_arrived(HttpServer *server)
{
    HttpExchange *newest = atomic_exchange(&server->arrived, NULL);
    HttpExchange *oldest = NULL;
    while (newest) {
        HttpExchange *next = newest->next;
        newest->next       = oldest;
        oldest             = newest;
        newest             = next;
    }
    return oldest;
}

static void handle_arrived(HttpServer *server)
{
    HttpExchange *exchange = take_arrived(server);
    while (exchange) {
        HttpExchange *next = exchange->next;
        Conn         *conn = exchange->conn;
        atomic_store(&exchange->queued, false);
        if (exchange->streams) {
            push_arrived(exchange);
        } else {
            conn_answer(exchange);
            conn_work(conn);
        }
        exchange = next;
    }
}

static void on_wake(h2o_socket_t *socket, const char *err)
{
    HttpServer *server = socket->data;
    uint64_t    count  = 0;
    (void)err;
    server->now_ms = http_clock_ms();
    if (read(server->wake_fd, &count, sizeof count) > 0) handle_arrived(server);
}

/* Held answers are sent one behind the other: the first wakes the client, the others find it awake. */
void send_held(HttpServer *server, int least)
{
    if (server->held_count < least) return;
    while (server->held) {
        HttpExchange *exchange = server->held;
        Conn         *conn     = exchange->conn;
        server->held           = exchange->next;
        server->held_count--;
        conn_answer(exchange);
        conn_work(conn);
    }
}

static void hold(HttpServer *server, HttpExchange *exchange)
{
    exchange->next = NULL;
    if (server->held) server->held_last->next = exchange;
    else server->held = exchange;
    server->held_last = exchange;
    server->held_count++;
}

void http_reply(HttpExchange *exchange, const HttpReply *reply)
{
    HttpServer *server = exchange->server;
    Conn       *conn   = exchange->conn;
    exchange->reply    = *reply;
    if (!pthread_equal(pthread_self(), server->loop_thread)) {
        exchange_send_to_loop(exchange);
        return;
    }
    if (reply->may_wait && server->turning) {
        hold(server, exchange);
        return;
    }
    conn_answer(exchange);
    if (server->giving != conn) conn_work(conn); /* else its caller goes on */
}

/* --- accepting --- */

static bool make_address(Str host, int port, struct sockaddr_storage *out, socklen_t *len)
{
    struct sockaddr_in  *four = (struct sockaddr_in *)(void *)out;
    struct sockaddr_in6 *six  = (struct sockaddr_in6 *)(void *)out;
    char                 text[64];
    memset(out, 0, sizeof *out);
    (void)snprintf(text, sizeof text, "%.*s",
                   STR_FMT(str_eq(host, STR("localhost")) ? STR("127.0.0.1") : host));
    *len             = sizeof *four;
    four->sin_family = AF_INET;
    four->sin_port   = htons((uint16_t)port);
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1) return true;
    *len             = sizeof *six;
    six->sin6_family = AF_INET6;
    six->sin6_port   = htons((uint16_t)port);
    return inet_pton(AF_INET6, text, &six->sin6_addr) == 1;
}

/* Whom a connection counts for: an IPv4 address, or the /64 of an IPv6 one, which is one customer's. */
static void address_key(const struct sockaddr_storage *peer, uint8_t out[ADDRESS_BYTES], bool *here)
{
    const struct sockaddr_in  *four = (const struct sockaddr_in *)(const void *)peer;
    const struct sockaddr_in6 *six  = (const struct sockaddr_in6 *)(const void *)peer;
    memset(out, 0, ADDRESS_BYTES);
    if (peer->ss_family == AF_INET) {
        memcpy(out, &four->sin_addr, 4);
        *here = out[0] == 127;
    } else if (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr)) {
        memcpy(out, six->sin6_addr.s6_addr + 12, 4);
        *here = out[0] == 127;
    } else {
        *here = IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
        memcpy(out + 8, &six->sin6_addr, 8);
    }
}

static bool has_room(const HttpServer *server, const uint8_t address[ADDRESS_BYTES], bool here)
{
    int most  = server->options.per_address_max;
    int count = 0;
    if (server->open >= server->options.connections_max) return false;
    if (most == 0 && here) return true;
    if (most == 0) most = PER_ADDRESS_STANDARD;
    if (server->open < most) return true;
    for (const Conn *conn = server->conns; conn; conn = conn->next)
        count += memcmp(conn->address, address, ADDRESS_BYTES) == 0;
    return count < most;
}

#define CROWDED \
    "{\"type\":\"/problems/overloaded\",\"title\":\"Too many connections; try again in a moment.\"," \
    "\"status\":503,\"code\":\"overloaded\",\"retry\":true,\"effect\":\"none\"}"

static_assert(sizeof CROWDED - 1 == 148, "the length told below");

static void turn_away(HttpServer *server, int fd)
{
    static const char text[] =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nRetry-After: 1\r\n"
        "Connection: close\r\nContent-Length: 148\r\n\r\n" CROWDED;
    count_up(&server->refused, 1);
    (void)send(fd, text, sizeof text - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)shutdown(fd, SHUT_WR);
    close(fd);
}

/* False when there is nobody to accept. */
static bool accept_one(HttpServer *server)
{
    struct sockaddr_storage peer;
    uint8_t                 address[ADDRESS_BYTES];
    socklen_t               len  = sizeof peer;
    bool                    here = false;
    int                     yes  = 1;
    int fd = accept4(h2o_socket_get_fd(server->listener), (struct sockaddr *)&peer, &len,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM) return false;
        h2o_socket_read_stop(server->listener); /* the next sweep tries again */
        server->listener_paused = true;
        return false;
    }
    count_up(&server->accepted, 1);
    address_key(&peer, address, &here);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (!has_room(server, address, here)) turn_away(server, fd);
    else if (!conn_open(server, fd, address)) close(fd);
    return true;
}

static void on_connection(h2o_socket_t *listener, const char *err)
{
    HttpServer *server = listener->data;
    (void)err;
    server->now_ms = http_clock_ms();
    for (int i = 0; i < ACCEPT_ROUND && accept_one(server); i++) {
    }
}

static bool listen_on(HttpServer *server, Error *err)
{
    const HttpOptions      *options = &server->options;
    struct sockaddr_storage address;
    socklen_t               len = 0;
    int                     yes = 1;
    if (options->port < 0 || options->port > 65535)
        return err_set(err, &ERR_CONFIG, "port", "%d is not a port", options->port);
    if (!make_address(options->host, options->port, &address, &len))
        return err_set(err, &ERR_CONFIG, "host", "\"%.*s\" is not an address", STR_FMT(options->host));
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        int why = errno;
        if (fd >= 0) close(fd);
        return err_set(err, &ERR_CONFIG, "port", "cannot listen on %.*s port %d: %s",
                       STR_FMT(options->host), options->port, strerror(why));
    }
    server->port = ntohs(((struct sockaddr_in *)(void *)&address)->sin_port); /* the same place in both */
    server->listener       = h2o_evloop_socket_create(server->loop, fd, H2O_SOCKET_FLAG_DONT_READ);
    server->listener->data = server;
    h2o_socket_read_start(server->listener, on_connection);
    return true;
}

/* --- start, run, stop --- */

static void fill_options(HttpOptions *o)
{
    if (!o->arena_bytes) o->arena_bytes = ARENA_STANDARD;
    if (!o->body_bytes_max) o->body_bytes_max = BODY_STANDARD;
    if (!o->request_timeout_ms) o->request_timeout_ms = REQUEST_MS_STANDARD;
    if (!o->idle_timeout_ms) o->idle_timeout_ms = IDLE_MS_STANDARD;
    if (!o->connections_max) o->connections_max = CONNECTIONS_STANDARD;
    if (!o->shutdown_ms) o->shutdown_ms = SHUTDOWN_MS_STANDARD;
    assert(o->arena_bytes >= 2 * WIRE_HEAD_MAX);
    assert(o->on_request != NULL);
}

/* As many open files as the system lets us have: each connection is one. */
static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

bool http_server_start(const HttpOptions *options, HttpServer **out, Error *err)
{
    HttpServer *server = calloc(1, sizeof *server);
    if (!server) return err_memory(err);
    server->options = *options;
    fill_options(&server->options);
    (void)signal(SIGPIPE, SIG_IGN);
    raise_file_limit();
    server->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (server->wake_fd < 0) {
        free(server);
        return err_set(err, &ERR_CONFIG, "", "no eventfd: %s", strerror(errno));
    }
    server->loop        = h2o_evloop_create();
    server->loop_thread = pthread_self();
    server->now_ms      = http_clock_ms();
    server->wake_socket =
        h2o_evloop_socket_create(server->loop, server->wake_fd, H2O_SOCKET_FLAG_DONT_READ);
    server->wake_socket->data = server;
    h2o_socket_read_start(server->wake_socket, on_wake);
    if (!listen_on(server, err)) {
        http_server_destroy(server);
        return false;
    }
    *out = server;
    return true;
}

int http_server_port(const HttpServer *server)
{
    return server->port;
}

static void free_dead(HttpServer *server)
{
    while (server->dead) {
        Conn *conn   = server->dead;
        server->dead = conn->next;
        free(conn->in.bytes);
        free(conn->out.bytes);
        free(conn);
    }
}

static int sweep_ms(const HttpServer *server)
{
    int quarter = server->options.request_timeout_ms / 4;
    return quarter < SWEEP_MS ? quarter + 1 : SWEEP_MS;
}

static void sweep(HttpServer *server)
{
    server->now_ms = http_clock_ms();
    if (server->now_ms - server->swept_ms < sweep_ms(server)) return;
    server->swept_ms = server->now_ms;
    for (Conn *conn = server->conns, *next; conn; conn = next) {
        next = conn->next;
        conn_sweep(conn);
    }
    if (server->listener_paused) {
        server->listener_paused = false;
        h2o_socket_read_start(server->listener, on_connection);
    }
}

/* One round: waits for something to happen, handles it, ends what is late. */
static void run_once(HttpServer *server)
{
    bool busy = server->conns != NULL || server->listener_paused;
    server->turning = true;
    (void)h2o_evloop_run(server->loop, busy ? sweep_ms(server) : SLEEP_MS);
    server->turning = false;
    send_held(server, 1);
    sweep(server);
    free_dead(server);
}

/* Those who wait for nothing are closed; a request that has come meanwhile is still answered. */
static void close_idle(HttpServer *server)
{
    for (Conn *conn = server->conns, *next; conn; conn = next) {
        char byte;
        next = conn->next;
        if (conn->state == CONN_STREAM) conn_close(conn);
        if (conn->state != CONN_HEAD || conn->in.len > 0) continue;
        if (recv(conn->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0) conn_close(conn);
    }
}

void http_server_run(HttpServer *server)
{
    server->loop_thread = pthread_self();
    while (!server->stopping) run_once(server);
    on_connection(server->listener, NULL); /* who was promised a connection by the system */
    h2o_socket_read_stop(server->listener);
    h2o_socket_close(server->listener);
    server->listener        = NULL;
    server->listener_paused = false;
    close_idle(server);
    int64_t until = http_clock_ms() + server->options.shutdown_ms;
    while (server->conns && http_clock_ms() < until) run_once(server);
    while (server->conns) conn_close(server->conns);
    handle_arrived(server); /* streams that were just to begin hear that they will not */
    (void)h2o_evloop_run(server->loop, 0);
    free_dead(server);
}

void http_server_stop(HttpServer *server)
{
    server->stopping = true;
    wake(server->wake_fd);
}

void http_server_destroy(HttpServer *server)
{
    if (server->listener) h2o_socket_close(server->listener);
    while (server->conns) conn_close(server->conns);
    handle_arrived(server); /* answers that nobody waits for any more */
    if (server->with_app > 0) return;
    h2o_socket_close(server->wake_socket);
    (void)h2o_evloop_run(server->loop, 0);
    free_dead(server);
    while (server->spare) {
        HttpExchange *next = server->spare->next;
        exchange_free(server->spare);
        server->spare = next;
    }
    if (server->gzip_ready) (void)deflateEnd(&server->gzip);
    h2o_evloop_destroy(server->loop);
    free(server);
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
    const WireHead *head = &exchange->head;
    for (int i = 0; i < head->header_count; i++)
        if (str_eq(head->headers[i].name, lower_case_name)) return head->headers[i].value;
    return STR_NONE;
}

void **http_slot(HttpExchange *exchange)
{
    return &exchange->slot;
}

void http_counters(const HttpServer *server, HttpCounters *out)
{
    *out = (HttpCounters){ .requests         = server->requests,
                           .bytes_in         = server->bytes_in,
                           .bytes_out        = server->bytes_out,
                           .refused          = server->refused,
                           .timeouts         = server->timeouts,
                           .clients_gone     = server->gone,
                           .accepted         = server->accepted,
                           .open_connections = server->open_now };
}
