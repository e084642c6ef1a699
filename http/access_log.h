/* access_log.h — one JSON line for each request and for what the server does, to a file descriptor.
 * Lines are gathered and written by a thread of its own at least every LOG_FLUSH_MS, so that no request
 * waits for whoever reads them; when nobody does and the room is full, lines are dropped and counted.
 * Values come from tables or are checked, so nothing a client sends can make a line of its own; bodies,
 * keys and query values are never written. */
#ifndef HTTP_ACCESS_LOG_H
#define HTTP_ACCESS_LOG_H

#include "base/error.h"

enum { LOG_FLUSH_MS = 100, LOG_ROOM = 256 * 1024, LOG_LINE_MAX = 640 };

typedef struct AccessLog AccessLog;

typedef struct {
    int64_t     at_ms, micros;
    Str         method;      /* one that the server knows */
    const char *path;        /* of the route, with its {fields} */
    Str         request_id;  /* letters, digits, '-', '_', '.' */
    int         status;
    bool        replayed;
} LogEntry;

bool access_log_open(int fd, AccessLog **out, Error *err) MUST_USE;

/* From any thread. */
void access_log_request(AccessLog *log, const LogEntry *entry);

/* Something about the server itself: level "info", "warn" or "error", `what` in words, both our own. */
void access_log_note(AccessLog *log, int64_t at_ms, const char *level, const char *what);

/* Lines that found no room. */
uint64_t access_log_dropped(AccessLog *log);

/* Writes what is there, then ends the thread. */
void access_log_close(AccessLog *log);

#endif
