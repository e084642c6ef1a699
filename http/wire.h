/* wire.h — HTTP/1.1 requests as bytes: finds and reads a head, takes chunked bodies apart, by http_parser.
 * Pure: no sockets, no clock. Strict: what RFC 9112 lets a server refuse is refused, because two readers
 * who differ about one message are what request smuggling is made of. */
#ifndef HTTP_WIRE_H
#define HTTP_WIRE_H

#include "http/server.h"

#include <http_parser.h>

enum {
    WIRE_HEAD_MAX    = 16384, /* bytes of a head; browsers and proxies stay below 8 KiB */
    WIRE_TARGET_MAX  = 8192,
    WIRE_HEADERS_MAX = 100,
    WIRE_TRAILER_MAX = 4096, /* bytes behind the last chunk */
};

typedef struct {
    Str        method, path, query; /* query without '?', never absent */
    HttpHeader headers[WIRE_HEADERS_MAX]; /* names in lower case */
    int        header_count;
    int64_t    content_length; /* -1: none */
    bool       chunked, keep_alive, expects_continue, takes_gzip;
} WireHead;

/* Looks for the end of the head; *scanned (0 at first) remembers how far it has looked, so that bytes
 * that come one by one are looked at once. *head_len is 0 while bytes are missing.
 * Errors: FRAMING (a line end that is not CRLF), URI_TOO_LONG, HEADERS_TOO_LARGE. */
bool wire_head_end(const char *bytes, size_t len, size_t *scanned, size_t *head_len,
                   Error *err) MUST_USE;

/* Reads a whole head; all texts of *out point into `bytes`, where header names are made lower case.
 * Errors: FRAMING, HOST, METHOD_UNKNOWN, HTTP_VERSION, HEADERS_TOO_LARGE, URI_TOO_LONG. */
bool wire_head_read(char *bytes, size_t len, WireHead *out, Error *err) MUST_USE;

/* A chunked body that is taken apart in place: the data moves to the front. */
typedef struct {
    http_parser parser;
    size_t      read, write; /* where the next byte is taken from and put to */
    uint64_t    left;        /* of the present chunk */
    size_t      given;       /* data that the parser has told of */
    size_t      extra;       /* bytes beside the data since the last chunk */
    bool        sized, after_cr, crlf_due, done;
} WireChunks;

/* Makes ready for a body that begins at `body_start`. */
void wire_chunks_begin(WireChunks *chunks, size_t body_start);

/* Takes what has come up to `len`. When not done, everything was taken: read == len.
 * Errors: FRAMING; BODY_TOO_LARGE when the data would be more than `data_max`, `data_start` being where
 * they begin. */
bool wire_chunks(char *bytes, size_t len, WireChunks *chunks, size_t data_start, size_t data_max,
                 Error *err) MUST_USE;

#endif
