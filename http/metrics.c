/* metrics.c — counts of what was answered. See metrics.h. */
#include "http/metrics.h"

#include <inttypes.h>

static const int64_t bucket_us[LATENCY_BUCKETS] = {
    250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 1000000, 5000000,
};

void metrics_count(Metrics *metrics, int status, int64_t micros)
{
    size_t class  = status >= 100 && status < 600 ? (size_t)status / 100 : 5;
    size_t bucket = 0;
    while (bucket < LATENCY_BUCKETS && micros > bucket_us[bucket]) bucket++;
    atomic_fetch_add_explicit(&metrics->by_class[class], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&metrics->latency[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&metrics->latency_sum_us, (uint64_t)micros, memory_order_relaxed);
}

static void counter(Buf *buf, const char *name, const char *kind, uint64_t value)
{
    buf_format(buf, "# TYPE onetill_%s %s\nonetill_%s %" PRIu64 "\n", name, kind, name, value);
}

static void histogram(Buf *buf, Metrics *metrics)
{
    uint64_t sum   = 0;
    uint64_t total = atomic_load(&metrics->latency_sum_us);
    buf_add(buf, STR("# TYPE onetill_request_seconds histogram\n"));
    for (size_t i = 0; i < LATENCY_BUCKETS; i++) {
        sum += atomic_load(&metrics->latency[i]);
        buf_format(buf, "onetill_request_seconds_bucket{le=\"%" PRId64 ".%06d\"} %" PRIu64 "\n",
                   bucket_us[i] / 1000000, (int)(bucket_us[i] % 1000000), sum);
    }
    sum += atomic_load(&metrics->latency[LATENCY_BUCKETS]);
    buf_format(buf, "onetill_request_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n", sum);
    buf_format(buf, "onetill_request_seconds_sum %" PRIu64 ".%06d\n", total / 1000000,
               (int)(total % 1000000));
    buf_format(buf, "onetill_request_seconds_count %" PRIu64 "\n", sum);
}

Str metrics_text(Arena *arena, Metrics *metrics, const HttpServer *server, AccessLog *log)
{
    Buf buf = buf_make(arena, 4096);
    buf_add(&buf, STR("# TYPE onetill_requests_total counter\n"));
    for (int c = 1; c < 6; c++)
        buf_format(&buf, "onetill_requests_total{status=\"%dxx\"} %" PRIuFAST64 "\n", c,
                   atomic_load(&metrics->by_class[c]));
    counter(&buf, "replayed_total", "counter", atomic_load(&metrics->replayed));
    counter(&buf, "in_flight", "gauge", (uint64_t)atomic_load(&metrics->in_flight));
    histogram(&buf, metrics);
    if (log) counter(&buf, "log_dropped_total", "counter", access_log_dropped(log));
    if (server) {
        HttpCounters http;
        http_counters(server, &http);
        counter(&buf, "http_requests_total", "counter", http.requests);
        counter(&buf, "http_bytes_in_total", "counter", http.bytes_in);
        counter(&buf, "http_bytes_out_total", "counter", http.bytes_out);
        counter(&buf, "http_refused_total", "counter", http.refused);
        counter(&buf, "http_timeouts_total", "counter", http.timeouts);
        counter(&buf, "http_connections_total", "counter", http.accepted);
        counter(&buf, "http_clients_gone_total", "counter", http.clients_gone);
        counter(&buf, "http_open_connections", "gauge", http.open_connections);
    }
    return buf_str(&buf);
}
