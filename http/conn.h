/* conn.h — inside http/server.c, conn.c, reply.c and push.c only: connections and exchanges.
 * All of it lives on the loop thread, but for the fields of an exchange marked otherwise. */
#ifndef HTTP_CONN_H
#define HTTP_CONN_H

#include "http/wire.h"

#include <h2o.h>
#include <pthread.h>
#include <stdatomic.h>
#include <zlib.h>

enum {
    REPLY_HEAD_MAX = 8192,
    ADDRESS_BYTES  = 16,
    IN_STANDARD    = 4096,  /* bytes of a connection's first read buffer */
    IN_KEPT_MAX    = 65536, /* a larger one is given back after its request */
};

typedef struct Conn Conn;

typedef enum {
    CONN_HEAD,    /* reads a head; idle while nothing of it is there */
    CONN_BODY,    /* reads a body */
    CONN_WAIT,    /* the application works */
    CONN_SENDING, /* the socket did not take the whole reply */
    CONN_STREAM,  /* a reply without end */
    CONN_LINGER,  /* closed by us for writing; what still comes is thrown away, so that the reply is read */
} ConnState;

typedef struct {
    char  *bytes;
    size_t len, cap;
} Bytes;

struct HttpExchange {
    HttpServer  *server;
    Conn        *conn;
    WireHead     head; /* texts in the arena */
    HttpRequest  request;
    HttpReply    reply;
    Arena        arena;
    void        *slot;
    HttpExchange *next; /* spare, or on the way to the loop */
    bool         head_only;
    /* streams */
    bool            streams, started;
    pthread_mutex_t lock;    /* guards pending, waiting and dead: any thread */
    Bytes           pending;
    size_t          waiting; /* bytes not yet taken by the socket */
    bool            dead;
    atomic_bool     queued;  /* is on the way to the loop */
    void (*closed)(void *arg);
    void           *closed_arg;
};

struct Conn {
    HttpServer   *server;
    Conn         *next, *prev;
    h2o_socket_t *socket; /* NULL once closed */
    int           fd;
    uint8_t       address[ADDRESS_BYTES];
    ConnState     state;
    bool          paused, close_after;
    int64_t       since_ms, deadline_ms; /* of the present state */
    Bytes         in;
    size_t        scanned, head_len, used; /* used: bytes of the present request */
    WireChunks    chunks;
    HttpExchange *exchange;
    Bytes         out; /* what the socket did not take */
    size_t        out_sent;
};

struct HttpServer {
    HttpOptions       options;
    h2o_evloop_t     *loop;
    h2o_socket_t     *listener, *wake_socket;
    int               wake_fd, port;
    bool              listener_paused;
    Conn             *conns, *dead; /* dead ones are freed when no callback can hold them */
    HttpExchange     *spare;
    Conn             *giving; /* whose request the application is just getting */
    int               spare_count, open;
    int               with_app; /* exchanges that the application has not answered yet */
    HttpExchange     *held, *held_last; /* answered in this turn of the loop, not sent yet; oldest first */
    int               held_count;
    bool              turning;
    int64_t           now_ms, swept_ms; /* monotonic */
    int64_t           date_s;
    char              date[40];
    char              head[REPLY_HEAD_MAX];
    z_stream          gzip;
    bool              gzip_ready;
    pthread_t         loop_thread;
    atomic_bool       stopping;
    _Atomic(HttpExchange *) arrived; /* answered on other threads, newest first */
    atomic_uint_fast64_t requests, bytes_in, bytes_out, refused, timeouts, gone, accepted, open_now;
};

int64_t http_clock_ms(void);

/* Counters are written by the loop only; others may read them. */
static inline void count_up(atomic_uint_fast64_t *counter, uint64_t by)
{
    uint64_t now = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, now + by, memory_order_relaxed);
}

/* server.c */
HttpExchange *exchange_take(HttpServer *server);
void          exchange_give(HttpExchange *exchange);
/* Hands an exchange to the loop and wakes it. */
void exchange_send_to_loop(HttpExchange *exchange);

/* conn.c */
Conn *conn_open(HttpServer *server, int fd, const uint8_t address[ADDRESS_BYTES]);
void  conn_close(Conn *conn);
/* Frees the struct when no callback of this round can hold it. */
void conn_bury(Conn *conn);
/* Reads again, if that was stopped. */
void conn_resume(Conn *conn);
/* Sends the exchange's reply, or drops it when nobody waits for it any more. */
void conn_answer(HttpExchange *exchange);
/* Goes on with what has been read already. */
void conn_work(Conn *conn);
/* Refuses what is being read and closes. */
void conn_refuse(Conn *conn, const Error *err);
/* Ends what has waited too long. */
void conn_sweep(Conn *conn);
/* Sends as much as the socket takes and keeps the rest in conn->out; false when the client is gone. */
bool conn_send(Conn *conn, struct iovec *parts, int count, bool *complete);
bool bytes_add(Bytes *bytes, const char *from, size_t len);

/* push.c */
/* The exchange came over from another thread: begins it, or sends what waits. */
void push_arrived(HttpExchange *exchange);
/* Sends the answers that were held back, when there are at least so many. */
void send_held(HttpServer *server, int least);
void push_flush(Conn *conn);
/* The client has gone or is to go. */
void push_end(HttpExchange *exchange);

/* reply.c: the head as text, and the body as it will be sent (*body may come to point to compressed bytes
 * in the arena). Returns the length, 0 when it does not fit. */
size_t reply_write_head(HttpServer *server, HttpExchange *exchange, bool close, Str *body);

#endif
