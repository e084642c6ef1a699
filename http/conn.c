/* conn.c — one connection: reads requests one after the other, gives each to the application, sends the
 * reply. See conn.h. Nothing is read while a request is worked on, so what the request points to stays
 * where it is; the event loop is told to look away only if the client sends something meanwhile. */
#include "http/conn.h"

#include "http/problem.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { HELD_MAX = 32 /* answers held back at once: nobody waits for more than so many others */ };

enum {
    LINGER_MS     = 2000,
    BODY_RATE_MIN = 512, /* bytes a second, after half the time that a head may take */
    BODY_PATIENCE = 12,  /* times the time that a head may take: then any body is too late */
    SEND_RATE_MIN = 16,  /* bytes a millisecond that a reader must take, on top of SEND_MS */
    SEND_MS       = 20000,
    DISCARD_BYTES = 65536,
};

bool bytes_add(Bytes *bytes, const char *from, size_t len)
{
    if (bytes->len + len > bytes->cap) {
        size_t cap = bytes->cap ? bytes->cap : 4096;
        while (cap < bytes->len + len) cap *= 2;
        char *bigger = realloc(bytes->bytes, cap);
        if (!bigger) return false;
        bytes->bytes = bigger;
        bytes->cap   = cap;
    }
    memcpy(bytes->bytes + bytes->len, from, len);
    bytes->len += len;
    return true;
}

static void set_state(Conn *conn, ConnState state, int64_t deadline_ms)
{
    conn->state       = state;
    conn->since_ms    = conn->server->now_ms;
    conn->deadline_ms = deadline_ms;
}

static int64_t from_now(const Conn *conn, int64_t ms)
{
    return conn->server->now_ms + ms;
}

static void on_readable(h2o_socket_t *socket, const char *err);

void conn_resume(Conn *conn)
{
    if (!conn->paused) return;
    conn->paused = false;
    h2o_socket_read_start(conn->socket, on_readable);
}

static void await_head(Conn *conn)
{
    const HttpOptions *options = &conn->server->options;
    bool               idle    = conn->in.len == 0;
    set_state(conn, CONN_HEAD,
              from_now(conn, idle ? options->idle_timeout_ms : options->request_timeout_ms));
    conn->scanned  = 0;
    conn->head_len = 0;
    conn_resume(conn);
}

Conn *conn_open(HttpServer *server, int fd, const uint8_t address[ADDRESS_BYTES])
{
    Conn *conn = calloc(1, sizeof *conn);
    if (!conn) return NULL;
    conn->server = server;
    conn->fd     = fd;
    memcpy(conn->address, address, ADDRESS_BYTES);
    conn->socket       = h2o_evloop_socket_create(server->loop, fd, H2O_SOCKET_FLAG_DONT_READ);
    conn->socket->data = conn;
    conn->next         = server->conns;
    if (conn->next) conn->next->prev = conn;
    server->conns = conn;
    server->open++;
    count_up(&server->open_now, 1);
    await_head(conn);
    h2o_socket_read_start(conn->socket, on_readable);
    return conn;
}

/* The struct itself stays until nobody can hold it: the application while it works on the exchange, a
 * callback of the loop until the end of its round. */
void conn_bury(Conn *conn)
{
    conn->next         = conn->server->dead;
    conn->server->dead = conn;
}

void conn_close(Conn *conn)
{
    HttpServer *server = conn->server;
    if (!conn->socket) return;
    h2o_socket_close(conn->socket);
    conn->socket = NULL;
    if (conn->prev) conn->prev->next = conn->next;
    else server->conns = conn->next;
    if (conn->next) conn->next->prev = conn->prev;
    server->open--;
    count_up(&server->open_now, UINT64_MAX);
    HttpExchange *exchange = conn->exchange;
    if (conn->state == CONN_STREAM) {
        conn->exchange = NULL;
        push_end(exchange);
    } else if (conn->state == CONN_WAIT) {
        count_up(&server->gone, 1); /* conn_answer buries it */
        return;
    } else if (exchange) {
        conn->exchange = NULL;
        exchange_give(exchange);
    }
    conn_bury(conn);
}

/* --- sending --- */

static void linger(Conn *conn)
{
    (void)shutdown(conn->fd, SHUT_WR);
    set_state(conn, CONN_LINGER, from_now(conn, LINGER_MS));
    conn->in.len = 0;
    conn_resume(conn);
}

/* The reply is with the kernel: on to the next request, or the end. */
static void after_reply(Conn *conn)
{
    if (conn->close_after) {
        linger(conn);
        return;
    }
    size_t rest = conn->in.len - conn->used;
    if (rest) memmove(conn->in.bytes, conn->in.bytes + conn->used, rest);
    conn->in.len = rest;
    if (conn->in.cap > IN_KEPT_MAX && rest == 0) {
        free(conn->in.bytes);
        conn->in = (Bytes){ 0 };
    }
    await_head(conn);
}

static void on_writable(h2o_socket_t *socket, const char *err);

/* Gives the socket what it takes of the parts; *sent bytes of them. False when the client is gone. */
static bool send_parts(Conn *conn, struct iovec *parts, int count, size_t *sent)
{
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = (size_t)count };
    ssize_t       got;
    do got = sendmsg(conn->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    *sent = got > 0 ? (size_t)got : 0;
    return got >= 0 || errno == EAGAIN || errno == EWOULDBLOCK;
}

bool conn_send(Conn *conn, struct iovec *parts, int count, bool *complete)
{
    Bytes *out  = &conn->out;
    size_t sent = 0;
    if (out->len == 0 && count > 0 && !send_parts(conn, parts, count, &sent)) return false;
    for (int i = 0; i < count; i++) {
        size_t skip = sent < parts[i].iov_len ? sent : parts[i].iov_len;
        sent -= skip;
        if (skip < parts[i].iov_len &&
            !bytes_add(out, (char *)parts[i].iov_base + skip, parts[i].iov_len - skip))
            return false;
    }
    *complete = out->len == 0;
    if (!*complete && !h2o_socket_is_writing(conn->socket))
        h2o_socket_notify_write(conn->socket, on_writable);
    return true;
}

/* Sends more of what the socket did not take before; *complete when nothing is left. */
static bool send_rest(Conn *conn, bool *complete)
{
    Bytes       *out  = &conn->out;
    size_t       sent = 0;
    struct iovec rest = { out->bytes + conn->out_sent, out->len - conn->out_sent };
    if (!send_parts(conn, &rest, 1, &sent)) return false;
    conn->out_sent += sent;
    *complete = conn->out_sent == out->len;
    if (*complete) {
        free(out->bytes);
        *out           = (Bytes){ 0 };
        conn->out_sent = 0;
    } else {
        h2o_socket_notify_write(conn->socket, on_writable);
    }
    return true;
}

static void on_writable(h2o_socket_t *socket, const char *err)
{
    Conn *conn           = socket->data;
    bool  complete       = false;
    conn->server->now_ms = http_clock_ms();
    if (err || !send_rest(conn, &complete)) {
        conn_close(conn);
        return;
    }
    if (!complete) return;
    if (conn->state == CONN_STREAM) push_flush(conn);
    if (conn->state != CONN_SENDING) return;
    after_reply(conn);
    conn_work(conn);
}

void conn_answer(HttpExchange *exchange)
{
    Conn       *conn     = exchange->conn;
    HttpServer *server   = conn->server;
    Str         body     = exchange->reply.body;
    bool        complete = false;
    conn->exchange       = NULL;
    if (conn->state == CONN_WAIT) server->with_app--;
    if (!conn->socket) {
        exchange_give(exchange);
        conn_bury(conn);
        return;
    }
    if (server->stopping || !exchange->head.keep_alive) conn->close_after = true;
    size_t       head     = reply_write_head(server, exchange, conn->close_after, &body);
    struct iovec parts[2] = { { server->head, head }, { (void *)(uintptr_t)body.ptr, body.len } };
    bool         fine     = head > 0 && conn_send(conn, parts, body.len ? 2 : 1, &complete);
    count_up(&server->bytes_out, head + body.len);
    exchange_give(exchange);
    conn->state = CONN_SENDING;
    if (!fine) conn_close(conn);
    else if (complete) after_reply(conn);
    else set_state(conn, CONN_SENDING, from_now(conn, SEND_MS + (int64_t)body.len / SEND_RATE_MIN));
}

/* --- reading --- */

void conn_refuse(Conn *conn, const Error *err)
{
    HttpServer   *server   = conn->server;
    HttpExchange *exchange = conn->exchange ? conn->exchange : exchange_take(server);
    count_up(&server->refused, 1);
    if (!exchange) {
        conn_close(conn);
        return;
    }
    arena_reset(&exchange->arena);
    exchange->conn            = conn;
    exchange->head.takes_gzip = false;
    exchange->head.keep_alive = false;
    exchange->head_only       = false;
    exchange->reply           = (HttpReply){
                  .status       = err->def->status,
                  .content_type = STR("application/problem+json"),
                  .body         = problem_body(&exchange->arena, err, NULL, STR_NONE, true),
    };
    exchange->reply.headers[exchange->reply.header_count++] =
        (HttpHeader){ STR("Cache-Control"), STR("no-store") };
    conn->exchange = exchange;
    conn_answer(exchange);
}

/* Reads once what is there. */
static bool read_some(Conn *conn)
{
    Bytes *in = &conn->in;
    if (in->cap - in->len < IN_STANDARD / 2) {
        size_t cap    = in->cap ? in->cap * 2 : IN_STANDARD;
        char  *bigger = realloc(in->bytes, cap);
        if (!bigger) return false;
        in->bytes = bigger;
        in->cap   = cap;
    }
    bool    idle = in->len == 0;
    ssize_t got;
    do got = recv(conn->fd, in->bytes + in->len, in->cap - in->len, MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    in->len += (size_t)got;
    count_up(&conn->server->bytes_in, (uint64_t)got);
    if (conn->state == CONN_HEAD && idle)
        set_state(conn, CONN_HEAD, from_now(conn, conn->server->options.request_timeout_ms));
    return true;
}

/* What a client sends behind the end; false when it has gone. */
static bool discard(Conn *conn)
{
    char    bytes[DISCARD_BYTES];
    ssize_t got = recv(conn->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

static void on_readable(h2o_socket_t *socket, const char *err)
{
    Conn *conn           = socket->data;
    conn->server->now_ms = http_clock_ms();
    switch (conn->state) {
    case CONN_HEAD:
    case CONN_BODY:
        if (err || !read_some(conn)) conn_close(conn);
        else conn_work(conn);
        send_held(conn->server, HELD_MAX);
        return;
    case CONN_WAIT:
    case CONN_SENDING:
        conn->paused = true;
        h2o_socket_read_stop(socket);
        return;
    case CONN_STREAM:
    case CONN_LINGER:
        if (err || !discard(conn)) conn_close(conn);
        return;
    }
    UNREACHABLE();
}

static void send_continue(Conn *conn)
{
    static const char line[]   = "HTTP/1.1 100 Continue\r\n\r\n";
    bool              complete = false;
    struct iovec      part     = { (void *)(uintptr_t)line, sizeof line - 1 };
    if (!conn_send(conn, &part, 1, &complete)) conn_close(conn);
}

/* The head is there: reads a copy of it, which stays while the body may move the buffer. */
static bool begin_request(Conn *conn, Error *err)
{
    HttpServer   *server   = conn->server;
    HttpExchange *exchange = exchange_take(server);
    if (!exchange) return err_set(err, &ERR_OVERLOADED, "", "out of memory");
    conn->exchange = exchange;
    exchange->conn = conn;
    char *head     = arena_alloc(&exchange->arena, conn->head_len);
    if (!head) return err_memory(err);
    memcpy(head, conn->in.bytes, conn->head_len);
    WireHead *read = &exchange->head;
    if (!wire_head_read(head, conn->head_len, read, err)) return false;
    if (read->content_length > (int64_t)server->options.body_bytes_max)
        return err_set(err, &ERR_BODY_TOO_LARGE, "", "at most %zu bytes", server->options.body_bytes_max);
    exchange->head_only = str_eq(read->method, STR("HEAD"));
    if (exchange->head_only) read->method = STR("GET");
    wire_chunks_begin(&conn->chunks, conn->head_len);
    set_state(conn, CONN_BODY, from_now(conn, (int64_t)server->options.request_timeout_ms * BODY_PATIENCE));
    bool bodied = read->chunked || read->content_length > 0;
    if (read->expects_continue && bodied && conn->in.len == conn->head_len) send_continue(conn);
    return true;
}

/* Whether the whole body is there; then conn->used is where it ends. */
static bool find_body(Conn *conn, bool *whole, Str *body, Error *err)
{
    const WireHead *head = &conn->exchange->head;
    WireChunks     *c    = &conn->chunks;
    size_t          max  = conn->server->options.body_bytes_max;
    if (!head->chunked) {
        size_t len = head->content_length > 0 ? (size_t)head->content_length : 0;
        conn->used = conn->head_len + len;
        *whole     = conn->in.len >= conn->used;
        *body      = (Str){ conn->in.bytes + conn->head_len, len };
        return true;
    }
    if (!wire_chunks(conn->in.bytes, conn->in.len, c, conn->head_len, max, err)) return false;
    *whole = c->done;
    *body  = (Str){ conn->in.bytes + conn->head_len, c->write - conn->head_len };
    if (c->done) {
        conn->used = c->read;
    } else { /* what was taken apart makes room */
        conn->in.len = c->write;
        c->read      = c->write;
    }
    return true;
}

static void give_to_application(Conn *conn, Str body)
{
    HttpServer   *server   = conn->server;
    HttpExchange *exchange = conn->exchange;
    WireHead     *head     = &exchange->head;
    exchange->request      = (HttpRequest){ head->method, head->path, head->query, body };
    count_up(&server->requests, 1);
    set_state(conn, CONN_WAIT, INT64_MAX);
    server->with_app++;
    server->giving = conn;
    server->options.on_request(server->options.app, exchange);
    server->giving = NULL;
}

void conn_work(Conn *conn)
{
    Error err;
    while (conn->socket && (conn->state == CONN_HEAD || conn->state == CONN_BODY)) {
        bool whole = false;
        Str  body  = STR_NONE;
        bool fine  = true;
        if (conn->state == CONN_HEAD) {
            fine = wire_head_end(conn->in.bytes, conn->in.len, &conn->scanned, &conn->head_len, &err);
            if (fine && conn->head_len == 0) return;
            fine = fine && begin_request(conn, &err);
        }
        if (!conn->socket) return;
        if (!fine || !find_body(conn, &whole, &body, &err)) {
            conn_refuse(conn, &err);
            return;
        }
        if (!whole) return;
        give_to_application(conn, body);
    }
}

static bool body_dawdles(const Conn *conn)
{
    int64_t taken = conn->server->now_ms - conn->since_ms;
    int64_t got   = (int64_t)(conn->in.len - conn->head_len);
    return taken > conn->server->options.request_timeout_ms / 2 && got * 1000 < BODY_RATE_MIN * taken;
}

void conn_sweep(Conn *conn)
{
    HttpServer *server = conn->server;
    bool        late   = server->now_ms >= conn->deadline_ms;
    if (conn->state == CONN_BODY) late = late || body_dawdles(conn);
    if (!late) return;
    bool asks = conn->state == CONN_BODY || (conn->state == CONN_HEAD && conn->in.len > 0);
    if (!asks) {
        conn_close(conn);
        return;
    }
    Error err;
    (void)err_set(&err, &ERR_TIMEOUT, "", "the request took too long to arrive");
    count_up(&server->timeouts, 1);
    conn_refuse(conn, &err);
}
