/* fakes.h — a socket-free HTTP exchange for tests of the application layer. */
#ifndef TESTS_HTTP_FAKES_H
#define TESTS_HTTP_FAKES_H

#include "http/server.h"
#include "store/db.h"

#include <stdatomic.h>

struct HttpExchange {
    HttpRequest request;
    HttpHeader  headers[8];
    int         header_count;
    Arena       arena;
    void       *slot;
    HttpReply   reply;
    atomic_bool replied;
    _Alignas(16) char memory[65536];
};

/* What db_engine says. */
extern DbEngine fake_engine;

/* What db_version says; a write that touches makes it grow. */
extern uint64_t fake_version;

#endif
