/* access_log.c — lines gathered for a thread that writes them. See access_log.h. */
#include "http/access_log.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct AccessLog {
    pthread_mutex_t lock; /* guards all but `writing` */
    pthread_cond_t  wake;
    pthread_t       thread;
    int             fd;
    bool            stopping;
    uint64_t        dropped;
    size_t          len;
    char           *lines, *writing; /* LOG_ROOM bytes each: being filled, being written */
};

typedef struct {
    char   bytes[LOG_LINE_MAX];
    size_t len;
    bool   full;
} Line;

static void put(Line *line, Str text)
{
    if (text.len > sizeof line->bytes - line->len) {
        line->full = true;
        return;
    }
    memcpy(line->bytes + line->len, text.ptr, text.len);
    line->len += text.len;
}

static void put_number(Line *line, int64_t number, int digits_least)
{
    char     digits[24];
    char    *at   = digits + sizeof digits;
    uint64_t rest = number < 0 ? 0 : (uint64_t)number;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
        digits_least--;
    } while (rest || digits_least > 0);
    put(line, (Str){ at, (size_t)(digits + sizeof digits - at) });
}

static void add(AccessLog *log, const Line *line)
{
    if (line->full) return;
    pthread_mutex_lock(&log->lock);
    bool first = log->len == 0;
    bool half  = log->len < LOG_ROOM / 2 && log->len + line->len >= LOG_ROOM / 2;
    bool room  = line->len <= LOG_ROOM - log->len;
    if (room) {
        memcpy(log->lines + log->len, line->bytes, line->len);
        log->len += line->len;
    } else {
        log->dropped++;
    }
    pthread_mutex_unlock(&log->lock);
    if (first || half) pthread_cond_signal(&log->wake);
}

void access_log_request(AccessLog *log, const LogEntry *entry)
{
    Line line;
    line.len  = 0;
    line.full = false;
    put(&line, STR("{\"at_ms\":"));
    put_number(&line, entry->at_ms, 1);
    put(&line, STR(",\"level\":"));
    put(&line, entry->status >= 500 ? STR("\"error\"") : STR("\"info\""));
    put(&line, STR(",\"method\":\""));
    put(&line, entry->method);
    put(&line, STR("\",\"path\":\""));
    put(&line, str_from(entry->path));
    put(&line, STR("\",\"status\":"));
    put_number(&line, entry->status, 1);
    put(&line, STR(",\"ms\":"));
    put_number(&line, entry->micros / 1000, 1);
    put(&line, STR("."));
    put_number(&line, entry->micros % 1000, 3);
    put(&line, STR(",\"request_id\":\""));
    put(&line, entry->request_id);
    put(&line, entry->replayed ? STR("\",\"replayed\":true}\n") : STR("\"}\n"));
    add(log, &line);
}

void access_log_note(AccessLog *log, int64_t at_ms, const char *level, const char *what)
{
    Line line;
    line.len  = 0;
    line.full = false;
    put(&line, STR("{\"at_ms\":"));
    put_number(&line, at_ms, 1);
    put(&line, STR(",\"level\":\""));
    put(&line, str_from(level));
    put(&line, STR("\",\"event\":\""));
    put(&line, str_from(what));
    put(&line, STR("\"}\n"));
    add(log, &line);
}

static void write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t done = write(fd, bytes, len);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return; /* no log is no reason to stop */
        bytes += done;
        len -= (size_t)done;
    }
}

/* Sleeps until there is a first line, gathers more for LOG_FLUSH_MS, writes them at once. */
static void *serve(void *arg)
{
    AccessLog *log  = arg;
    bool       more = true;
    while (more) {
        struct timespec until;
        pthread_mutex_lock(&log->lock);
        while (log->len == 0 && !log->stopping) pthread_cond_wait(&log->wake, &log->lock);
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += LOG_FLUSH_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        int waited = 0;
        while (!log->stopping && log->len < LOG_ROOM / 2 && waited == 0)
            waited = pthread_cond_timedwait(&log->wake, &log->lock, &until);
        size_t len   = log->len;
        char  *full  = log->lines;
        log->lines   = log->writing;
        log->writing = full;
        log->len     = 0;
        more         = !log->stopping || len > 0;
        pthread_mutex_unlock(&log->lock);
        write_all(log->fd, full, len);
    }
    return NULL;
}

bool access_log_open(int fd, AccessLog **out, Error *err)
{
    AccessLog *log = calloc(1, sizeof *log);
    if (!log) return err_memory(err);
    log->fd      = fd;
    log->lines   = malloc(LOG_ROOM);
    log->writing = malloc(LOG_ROOM);
    pthread_mutex_init(&log->lock, NULL);
    pthread_cond_init(&log->wake, NULL);
    bool ok = (log->lines && log->writing) || err_memory(err);
    if (ok && pthread_create(&log->thread, NULL, serve, log) != 0)
        ok = err_set(err, &ERR_INTERNAL, "", "no thread could be started");
    if (ok) {
        *out = log;
        return true;
    }
    free(log->lines);
    free(log->writing);
    free(log);
    return false;
}

uint64_t access_log_dropped(AccessLog *log)
{
    pthread_mutex_lock(&log->lock);
    uint64_t dropped = log->dropped;
    pthread_mutex_unlock(&log->lock);
    return dropped;
}

void access_log_close(AccessLog *log)
{
    if (!log) return;
    pthread_mutex_lock(&log->lock);
    log->stopping = true;
    pthread_cond_signal(&log->wake);
    pthread_mutex_unlock(&log->lock);
    pthread_join(log->thread, NULL);
    pthread_cond_destroy(&log->wake);
    pthread_mutex_destroy(&log->lock);
    free(log->lines);
    free(log->writing);
    free(log);
}
