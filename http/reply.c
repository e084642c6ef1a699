/* reply.c — a reply as bytes: status line, headers, compressed body. See conn.h. */
#include "http/conn.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { GZIP_MIN = 1024, GZIP_MAX = 1 << 20, GZIP_LEVEL = 1, GZIP_HEADER = 16 };

static Str status_line(int status)
{
    switch (status) {
    case 200: return STR("HTTP/1.1 200 OK\r\nDate: ");
    case 201: return STR("HTTP/1.1 201 Created\r\nDate: ");
    case 202: return STR("HTTP/1.1 202 Accepted\r\nDate: ");
    case 304: return STR("HTTP/1.1 304 Not Modified\r\nDate: ");
    default: return STR_NONE;
    }
}

static const char *reason(int status)
{
    switch (status) {
    case 204: return "No Content";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return status < 400 ? "OK" : status < 500 ? "Refused" : "Failed";
    }
}

typedef struct {
    char  *bytes;
    size_t len;
    bool   full;
} Head;

static void put(Head *head, Str text)
{
    if (text.len > REPLY_HEAD_MAX - head->len) {
        head->full = true;
        return;
    }
    memcpy(head->bytes + head->len, text.ptr, text.len);
    head->len += text.len;
}

static void put_number(Head *head, uint64_t number)
{
    char  digits[20];
    char *at = digits + sizeof digits;
    do *--at = (char)('0' + number % 10);
    while (number /= 10);
    put(head, (Str){ at, (size_t)(digits + sizeof digits - at) });
}

/* The time of day as HTTP wants it, made once a second. */
static Str date_text(HttpServer *server)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec != server->date_s) {
        struct tm parts;
        server->date_s = now.tv_sec;
        (void)gmtime_r(&now.tv_sec, &parts);
        (void)strftime(server->date, sizeof server->date, "%a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
    }
    return (Str){ server->date, 31 };
}

/* The body in gzip form in the arena; the body as it was when that is not shorter or does not fit. */
static Str compress_body(HttpServer *server, Arena *arena, Str body)
{
    z_stream *gzip = &server->gzip;
    if (!server->gzip_ready) {
        if (deflateInit2(gzip, GZIP_LEVEL, Z_DEFLATED, MAX_WBITS + GZIP_HEADER, 8, Z_DEFAULT_STRATEGY) !=
            Z_OK)
            return body;
        server->gzip_ready = true;
    }
    char *room = arena_alloc(arena, body.len);
    if (!room || deflateReset(gzip) != Z_OK) return body;
    gzip->next_in   = (unsigned char *)(uintptr_t)body.ptr;
    gzip->avail_in  = (unsigned)body.len;
    gzip->next_out  = (unsigned char *)room;
    gzip->avail_out = (unsigned)body.len;
    if (deflate(gzip, Z_FINISH) != Z_STREAM_END) return body;
    return (Str){ room, body.len - gzip->avail_out };
}

static void put_header(Head *head, const HttpHeader *header, bool compressed)
{
    put(head, header->name);
    put(head, STR(": "));
    /* The compressed form is not the same bytes, so its tag must be a weak one. */
    if (compressed && str_eq_nocase(header->name, STR("ETag")) && str_starts(header->value, STR("\"")))
        put(head, STR("W/"));
    put(head, header->value);
    put(head, STR("\r\n"));
}

size_t reply_write_head(HttpServer *server, HttpExchange *exchange, bool close, Str *body)
{
    const HttpReply *reply  = &exchange->reply;
    Head             head   = { .bytes = server->head };
    Str              line   = status_line(reply->status);
    Str              plain  = *body;
    bool             bodied = reply->status != 204 && reply->status != 304;
    if (reply->may_gzip && bodied && exchange->head.takes_gzip && plain.len >= GZIP_MIN &&
        plain.len <= GZIP_MAX)
        *body = compress_body(server, &exchange->arena, plain);
    bool compressed = body->ptr != plain.ptr;
    if (line.ptr) {
        put(&head, line);
    } else {
        int len =
            snprintf(head.bytes, 80, "HTTP/1.1 %03d %s\r\nDate: ", reply->status, reason(reply->status));
        head.len = (size_t)len;
    }
    put(&head, date_text(server));
    if (bodied && reply->content_type.len) {
        put(&head, STR("Content-Type: "));
        put(&head, reply->content_type);
        put(&head, STR("\r\n"));
    }
    if (bodied && !exchange->streams) {
        put(&head, STR("Content-Length: "));
        put_number(&head, body->len);
        put(&head, STR("\r\n"));
    }
    if (compressed) put(&head, STR("Content-Encoding: gzip\r\n"));
    for (int i = 0; i < reply->header_count; i++) put_header(&head, &reply->headers[i], compressed);
    put(&head, close ? STR("Connection: close\r\n\r\n") : STR("\r\n"));
    if (!bodied || exchange->head_only) *body = STR("");
    return head.full ? 0 : head.len;
}
