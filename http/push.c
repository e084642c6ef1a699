/* push.c — replies without end: bytes from any thread wait with the exchange and go out on the loop.
 * See server.h (http_stream_start, http_stream_send) and conn.h. */
#include "http/conn.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>

enum { UNHEARD_MS = 60000 /* a client that acknowledges nothing for so long is gone */ };

void http_stream_start(HttpExchange *exchange, const HttpReply *head, void (*closed)(void *arg), void *arg)
{
    exchange->reply      = *head;
    exchange->closed     = closed;
    exchange->closed_arg = arg;
    exchange->streams    = true;
    if (!atomic_exchange(&exchange->queued, true)) exchange_send_to_loop(exchange);
}

bool http_stream_send(HttpExchange *exchange, Str bytes)
{
    pthread_mutex_lock(&exchange->lock);
    bool fine = !exchange->dead && exchange->waiting + bytes.len <= HTTP_STREAM_WAITING_MAX &&
                bytes_add(&exchange->pending, bytes.ptr, bytes.len);
    if (fine) exchange->waiting += bytes.len;
    else exchange->dead = true;
    pthread_mutex_unlock(&exchange->lock);
    if (!atomic_exchange(&exchange->queued, true)) exchange_send_to_loop(exchange);
    return fine;
}

size_t http_stream_waiting(HttpExchange *exchange)
{
    pthread_mutex_lock(&exchange->lock);
    size_t waiting = exchange->waiting;
    pthread_mutex_unlock(&exchange->lock);
    return waiting;
}

void http_stream_end(HttpExchange *exchange)
{
    pthread_mutex_lock(&exchange->lock);
    exchange->dead = true;
    pthread_mutex_unlock(&exchange->lock);
    if (!atomic_exchange(&exchange->queued, true)) exchange_send_to_loop(exchange);
}

void push_end(HttpExchange *exchange)
{
    pthread_mutex_lock(&exchange->lock);
    exchange->dead = true;
    pthread_mutex_unlock(&exchange->lock);
    exchange->closed(exchange->closed_arg);
    exchange->server->with_app--;
    exchange->conn = NULL;
    if (!atomic_load(&exchange->queued)) exchange_give(exchange); /* else when it arrives */
}

/* Sends the head; false when the exchange has ended with that. */
static bool begin(HttpExchange *exchange)
{
    Conn    *conn     = exchange->conn;
    Str      body     = STR("");
    unsigned unheard  = UNHEARD_MS;
    bool     complete = false;
    int      yes      = 1;
    exchange->started = true;
    if (!conn->socket) { /* conn_close left it to us, as with a reply */
        conn->exchange = NULL;
        push_end(exchange);
        conn_bury(conn);
        return false;
    }
    conn->state       = CONN_STREAM;
    conn->deadline_ms = INT64_MAX;
    (void)setsockopt(conn->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unheard, sizeof unheard);
    (void)setsockopt(conn->fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
    size_t       head = reply_write_head(conn->server, exchange, true, &body);
    struct iovec part = { conn->server->head, head };
    bool         fine = !conn->server->stopping && head > 0 && conn_send(conn, &part, 1, &complete);
    if (!fine || exchange->head_only) {
        conn_close(conn);
        return false;
    }
    conn_resume(conn); /* to notice when the client goes */
    return true;
}

void push_flush(Conn *conn)
{
    HttpExchange *exchange = conn->exchange;
    bool          complete = false;
    if (conn->out.len > 0) return; /* goes on when the socket takes more */
    pthread_mutex_lock(&exchange->lock);
    Bytes taken       = exchange->pending;
    bool  dead        = exchange->dead;
    exchange->pending = (Bytes){ 0 };
    pthread_mutex_unlock(&exchange->lock);
    struct iovec part = { taken.bytes, taken.len };
    bool         fine = !dead && (taken.len == 0 || conn_send(conn, &part, 1, &complete));
    free(taken.bytes);
    if (!fine) {
        conn_close(conn);
        return;
    }
    count_up(&conn->server->bytes_out, taken.len);
    pthread_mutex_lock(&exchange->lock);
    exchange->waiting = exchange->pending.len + conn->out.len - conn->out_sent;
    pthread_mutex_unlock(&exchange->lock);
}

void push_arrived(HttpExchange *exchange)
{
    if (!exchange->conn) exchange_give(exchange); /* ended while it was on its way */
    else if (exchange->started || begin(exchange)) push_flush(exchange->conn);
}
