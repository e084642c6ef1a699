/* metrics.h — counts of what was answered, and Prometheus text of them. */
#ifndef HTTP_METRICS_H
#define HTTP_METRICS_H

#include "http/access_log.h"
#include "http/server.h"

#include <stdatomic.h>

enum { LATENCY_BUCKETS = 12 };

typedef struct {
    atomic_uint_fast64_t by_class[6]; /* 1xx … 5xx */
    atomic_uint_fast64_t latency[LATENCY_BUCKETS + 1];
    atomic_uint_fast64_t latency_sum_us, replayed;
    atomic_int_fast64_t  in_flight;
} Metrics;

void metrics_count(Metrics *metrics, int status, int64_t micros);

/* `server` and `log` may be NULL. */
Str metrics_text(Arena *arena, Metrics *metrics, const HttpServer *server, AccessLog *log);

#endif
