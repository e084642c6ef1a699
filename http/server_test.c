/* server_test.c — the server on real sockets: what comes in as bytes and what goes out, limits, slow and
 * vanishing clients, replies from other threads, streams, orderly stop. */
#include "http/server.h"
#include "tests/kit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

enum { ANSWER_MAX = 8 << 20, LONG_BODY = 6 << 20, LATE_MAX = 128, STREAM_PIECE = 64 * 1024 };

static HttpServer     *server;
static pthread_t       loop;
static char            answer[ANSWER_MAX];
static char            long_body[LONG_BODY];
static HttpExchange   *late[LATE_MAX]; /* requests whose answer another thread will give */
static atomic_int      late_count, closed_count;
static HttpExchange   *stream;
static atomic_bool     stream_open;
static pthread_mutex_t stream_lock = PTHREAD_MUTEX_INITIALIZER;

/* --- the application of the tests --- */

static void reply_text(HttpExchange *exchange, int status, Str body)
{
    HttpReply reply = {
        .status = status, .content_type = STR("text/plain"), .body = body, .may_gzip = true,
        .may_wait = body.ptr != long_body /* that of an echo is in the arena */
    };
    reply.headers[reply.header_count++] = (HttpHeader){ STR("ETag"), STR("\"tag\"") };
    http_reply(exchange, &reply);
}

static void on_stream_closed(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&stream_lock);
    stream      = NULL;
    stream_open = false;
    pthread_mutex_unlock(&stream_lock);
    closed_count++;
}

static void on_request(void *app, HttpExchange *exchange)
{
    (void)app;
    const HttpRequest *request = http_request(exchange);
    if (str_eq(request->path, STR("/late"))) {
        late[late_count] = exchange;
        late_count++;
    } else if (str_eq(request->path, STR("/long"))) {
        reply_text(exchange, 200, (Str){ long_body, sizeof long_body });
    } else if (str_eq(request->path, STR("/page"))) {
        reply_text(exchange, 200, (Str){ long_body, 5000 });
    } else if (str_eq(request->path, STR("/none"))) {
        reply_text(exchange, 304, STR(""));
    } else if (str_eq(request->path, STR("/stream"))) {
        HttpReply head = { .status = 200, .content_type = STR("text/event-stream") };
        pthread_mutex_lock(&stream_lock);
        stream      = exchange;
        stream_open = true;
        pthread_mutex_unlock(&stream_lock);
        http_stream_start(exchange, &head, on_stream_closed, NULL);
    } else {
        Str text = str_format(http_arena(exchange), "%.*s %.*s ?%.*s [%.*s] %.*s", STR_FMT(request->method),
                              STR_FMT(request->path), STR_FMT(request->query), STR_FMT(request->body),
                              STR_FMT(http_header(exchange, STR("x-a"))));
        reply_text(exchange, 200, text);
    }
}

static void *run_loop(void *arg)
{
    http_server_run(arg);
    return NULL;
}

static void start(HttpOptions options)
{
    Error err          = { 0 };
    options.host       = STR("127.0.0.1");
    options.on_request = on_request;
    if (!http_server_start(&options, &server, &err) || pthread_create(&loop, NULL, run_loop, server) != 0) {
        fprintf(stderr, "cannot start: %s\n", err.message);
        exit(1);
    }
}

static void stop(void)
{
    http_server_stop(server);
    pthread_join(loop, NULL);
    http_server_destroy(server);
    server = NULL;
}

/* --- clients --- */

static int dial_with(int receive_bytes)
{
    struct timeval     patience = { .tv_sec = 20 };
    struct sockaddr_in address  = { .sin_family = AF_INET,
                                    .sin_port   = htons((uint16_t)http_server_port(server)) };
    int                fd       = socket(AF_INET, SOCK_STREAM, 0);
    int                yes      = 1;
    address.sin_addr.s_addr     = htonl(INADDR_LOOPBACK);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (receive_bytes) (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
    perror("connect");
    exit(1);
}

static int dial(void)
{
    return dial_with(0);
}

static void say(int fd, Str bytes)
{
    for (size_t at = 0; at < bytes.len;) {
        ssize_t sent = send(fd, bytes.ptr + at, bytes.len - at, MSG_NOSIGNAL);
        if (sent <= 0) return; /* the server may close early; what it said is what counts */
        at += (size_t)sent;
    }
}

/* All until the server closes; "(reset)" is added when it did so rudely, "(silence)" when it did not. */
static Str hear_all(int fd)
{
    size_t len = 0;
    for (;;) {
        ssize_t got = recv(fd, answer + len, sizeof answer - len - 16, 0);
        if (got > 0) {
            len += (size_t)got;
            continue;
        }
        const char *end = got == 0 ? "" : errno == EAGAIN ? "(silence)" : "(reset)";
        memcpy(answer + len, end, strlen(end));
        close(fd);
        return (Str){ answer, len + strlen(end) };
    }
}

/* One reply with Content-Length, the connection staying open. */
static Str hear_one(int fd)
{
    size_t len = 0;
    for (;;) {
        answer[len]          = '\0';
        const char *end      = strstr(answer, "\r\n\r\n");
        const char *length   = strcasestr(answer, "\r\nContent-Length: ");
        size_t      head_len = end ? (size_t)(end - answer) + 4 : 0;
        if (end && (!length || len >= head_len + strtoul(length + 18, NULL, 10)))
            return (Str){ answer, len };
        ssize_t got = recv(fd, answer + len, sizeof answer - len - 1, 0);
        if (got <= 0) return (Str){ answer, len };
        len += (size_t)got;
    }
}

static bool has(Str text, const char *part)
{
    return memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

static int count_of(Str text, const char *part)
{
    int         count = 0;
    const char *end   = text.ptr + text.len;
    for (const char *at = text.ptr; (at = memmem(at, (size_t)(end - at), part, strlen(part))); at++)
        count++;
    return count;
}

static Str ask(Str bytes)
{
    int fd = dial();
    say(fd, bytes);
    return hear_all(fd);
}

/* --- one request, one answer --- */

#define END "Host: a\r\nConnection: close\r\n\r\n"
#define REST "Host: a\r\nConnection: close\r\n"

/* `expect`: each part between blanks must be in the answer, '_' standing for a blank; a part that begins
 * with '!' must not. */
static const struct {
    const char *name, *bytes, *expect;
} wire[] = {
    { "a plain request is answered", "GET /x?q=1 HTTP/1.1\r\n" END,
      "200_OK GET_/x_?q=1_[] Connection:_close" },
    { "a body is given whole", "POST /x HTTP/1.1\r\nContent-Length: 5\r\n" REST "\r\nhello",
      "200_OK [hello]" },
    { "an empty body is one", "POST /x HTTP/1.1\r\nContent-Length: 0\r\n" REST "\r\n", "200_OK []" },
    { "chunks are put together",
      "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" REST "\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
      "200_OK [hello]" },
    { "extensions and trailers of chunks are dropped",
      "POST /x HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n" REST
      "\r\n3;a=b\r\nhel\r\n002\r\nlo\r\n0\r\nX-Late: 1\r\n\r\n",
      "200_OK [hello]" },
    { "HTTP/1.0 is answered and closed", "GET /x HTTP/1.0\r\n\r\n", "200_OK Connection:_close" },
    { "HEAD is GET without the body", "HEAD /page HTTP/1.1\r\n" END, "200_OK Content-Length:_5000 !aaaa" },
    { "304 has no body and no length", "GET /none HTTP/1.1\r\n" END, "304_Not_Modified !Content-Length" },
    { "names of headers know no case", "GET /x HTTP/1.1\r\nX-A:  v \t\r\n" END, "200_OK _v" },
    { "a length and chunks at once are refused",
      "POST /x HTTP/1.1\r\nContent-Length: 5\r\n"
      "Transfer-Encoding: chunked\r\n" REST "\r\n0\r\n\r\n",
      "400_Bad framing \"effect\":\"none\"" },
    { "two lengths are refused",
      "POST /x HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 5\r\n" REST "\r\nhello",
      "400_Bad framing !200_OK" },
    { "the same length twice is refused",
      "POST /x HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n" REST "\r\nh", "400_Bad framing" },
    { "a list of lengths is refused", "POST /x HTTP/1.1\r\nContent-Length: 1, 1\r\n" REST "\r\nh",
      "400_Bad framing" },
    { "a negative length is refused", "POST /x HTTP/1.1\r\nContent-Length: -1\r\n" REST "\r\n",
      "400_Bad framing" },
    { "a signed length is refused", "POST /x HTTP/1.1\r\nContent-Length: +1\r\n" REST "\r\nh",
      "400_Bad framing" },
    { "an empty length is refused", "POST /x HTTP/1.1\r\nContent-Length:\r\n" REST "\r\n",
      "400_Bad framing" },
    { "an endless length is refused",
      "POST /x HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n" REST "\r\n", "400_Bad framing" },
    { "another coding is refused",
      "POST /x HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n" REST "\r\n0\r\n\r\n", "400_Bad framing" },
    { "chunkedx is refused", "POST /x HTTP/1.1\r\nTransfer-Encoding: chunkedx\r\n" REST "\r\n0\r\n\r\n",
      "400_Bad framing" },
    { "chunked twice is refused",
      "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n" REST
      "\r\n0\r\n\r\n",
      "400_Bad framing" },
    { "chunks in HTTP/1.0 are refused", "POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "400_Bad framing" },
    { "a chunk without size is refused",
      "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" REST "\r\n\r\nhel", "400_Bad framing" },
    { "a chunk of bad size is refused",
      "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" REST "\r\n0x3\r\nhel\r\n0\r\n\r\n",
      "400_Bad framing" },
    { "a chunk longer than its size is refused",
      "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" REST "\r\n2\r\nhel\r\n0\r\n\r\n",
      "400_Bad framing" },
    { "a chunk ended by LF is refused",
      "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" REST "\r\n3\nhel\r\n0\r\n\r\n",
      "400_Bad framing" },
    { "a chunk size of 65 bits is refused",
      "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" REST "\r\n10000000000000003\r\nhel\r\n0\r\n\r\n",
      "400_Bad framing" },
    { "a huge chunk is refused before it comes",
      "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" REST "\r\nFFFFFFFF\r\n",
      "413_Content body_too_large" },
    { "a large length is refused before it comes",
      "POST /x HTTP/1.1\r\nContent-Length: 1048577\r\n" REST "\r\n",
      "413_Content body_too_large Connection:_close" },
    { "a line ended by LF is refused", "GET /x HTTP/1.1\nHost: a\r\n\r\n", "400_Bad framing" },
    { "a head ended by LF is refused", "GET /x HTTP/1.1\r\nHost: a\r\n\n", "400_Bad framing" },
    { "a folded header is refused", "GET /x HTTP/1.1\r\nX-A: b\r\n c\r\n" END, "400_Bad framing" },
    { "a blank before the colon is refused", "GET /x HTTP/1.1\r\nX-A : b\r\n" END, "400_Bad framing" },
    { "a header without name is refused", "GET /x HTTP/1.1\r\n: b\r\n" END, "400_Bad framing" },
    { "a header without colon is refused", "GET /x HTTP/1.1\r\nX-A\r\n" END, "400_Bad framing" },
    { "CR within a header is refused", "GET /x HTTP/1.1\r\nX-A: b\rc\r\n" END, "400_Bad framing" },
    { "ESC within a header is refused", "GET /x HTTP/1.1\r\nX-A: b\x1b[0m\r\n" END, "400_Bad framing" },
    { "an empty first line is refused", "\r\nGET /x HTTP/1.1\r\n" END, "400_Bad framing" },
    { "a blank too many is refused", "GET  /x HTTP/1.1\r\n" END, "400_Bad framing" },
    { "a raw byte in the address is refused", "GET /\xC3\xA4 HTTP/1.1\r\n" END, "400_Bad framing" },
    { "TLS on the plain port is refused", "\x16\x03\x01\x02\r\n\r\n", "400_Bad framing" },
    { "no version is refused", "GET /x\r\n\r\n", "505_HTTP http_version" },
    { "HTTP/3.7 is refused", "GET /x HTTP/3.7\r\n" END, "505_HTTP http_version" },
    { "HTTP/2 by prior knowledge is refused", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "501_Not method_unknown" },
    { "an unknown method is refused", "BREW /x HTTP/1.1\r\n" END, "501_Not method_unknown" },
    { "CONNECT is refused", "CONNECT a:80 HTTP/1.1\r\n" END, "501_Not method_unknown" },
    { "a method in small letters is another", "get /x HTTP/1.1\r\n" END, "501_Not method_unknown" },
    { "no Host is refused", "GET /x HTTP/1.1\r\nConnection: close\r\n\r\n", "400_Bad \"code\":\"host\"" },
    { "an empty Host is refused", "GET /x HTTP/1.1\r\nHost:\r\n\r\n", "400_Bad \"code\":\"host\"" },
    { "two Hosts are refused", "GET /x HTTP/1.1\r\nHost: b\r\n" END, "400_Bad \"code\":\"host\"" },
    { "a Host that is no name is refused", "GET /x HTTP/1.1\r\nHost: a/b\r\n\r\n",
      "400_Bad \"code\":\"host\"" },
    { "two keys are refused",
      "GET /x HTTP/1.1\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n" END, "400_Bad framing" },
    { "two idempotency keys are refused",
      "POST /x HTTP/1.1\r\nIdempotency-Key: a\r\nidempotency-key: b\r\n" END, "400_Bad framing" },
    { "an unknown expectation is refused", "POST /x HTTP/1.1\r\nExpect: tea\r\n" END, "417_Expectation" },
    { "nothing is compressed unasked", "GET /page HTTP/1.1\r\n" END,
      "200_OK !Encoding Content-Length:_5000" },
    { "gzip is given to who takes it", "GET /page HTTP/1.1\r\nAccept-Encoding: br, gzip;q=0.5\r\n" END,
      "200_OK Content-Encoding:_gzip ETag:_W/\"tag\" !aaaaaaaaaaaaaaaaaaaaaaaaa" },
    { "gzip of weight 0 is not taken", "GET /page HTTP/1.1\r\nAccept-Encoding: gzip;q=0.0\r\n" END,
      "200_OK !Encoding:_gzip" },
    { "short replies are not compressed", "GET /x HTTP/1.1\r\nAccept-Encoding: gzip\r\n" END,
      "200_OK !Encoding" },
};

static bool meets(Str got, const char *expect)
{
    Str all = str_from(expect);
    for (size_t from = 0; from <= all.len;) {
        char   part[80] = "";
        size_t end      = str_index(all, ' ', from);
        bool   absent   = all.ptr[from] == '!';
        Str    word     = str_slice(all, from + absent, end);
        for (size_t i = 0; i < word.len && i < sizeof part - 1; i++)
            part[i] = word.ptr[i] == '_' ? ' ' : word.ptr[i];
        /* Codes have underscores themselves. */
        bool there = has(got, part);
        for (size_t i = 0; i < word.len && i < sizeof part - 1; i++) part[i] = word.ptr[i];
        there = there || has(got, part);
        if (there == absent) return false;
        from = end + 1;
    }
    return !has(got, "(silence)");
}

static void test_wire(void)
{
    for (size_t i = 0; i < COUNT(wire); i++) {
        Str  got  = ask(str_from(wire[i].bytes));
        bool fine = meets(got, wire[i].expect);
        check(fine, wire[i].name);
        if (!fine) printf("  %.*s\n", (int)(got.len < 600 ? got.len : 600), got.ptr);
        if (fine && strstr(wire[i].expect, "00_OK") == NULL && strstr(wire[i].expect, "304") == NULL)
            if (!has(got, "application/problem+json")) check(false, wire[i].name);
    }
    Str got = ask((Str){ "GET /x HTTP/1.1\r\nX-A: a\0b\r\n" END, 26 + sizeof END });
    check(has(got, "400 Bad") && has(got, "framing"), "NUL within a header is refused");
}

/* The same answer however the bytes are cut. */
static void test_split(void)
{
    Str whole = STR("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                    "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n");
    bool fine = true;
    for (size_t cut = 1; cut < whole.len; cut++) {
        int fd = dial();
        say(fd, str_slice(whole, 0, cut));
        usleep(300);
        say(fd, str_slice(whole, cut, whole.len));
        fine = has(hear_all(fd), "[hello]") && fine;
    }
    check(fine, "a request cut in two anywhere is the same request");
    int fd = dial();
    for (size_t i = 0; i < whole.len; i++) {
        say(fd, str_slice(whole, i, i + 1));
        usleep(100);
    }
    check(has(hear_all(fd), "[hello]"), "a request that comes byte by byte is the same request");
}

static void test_keep_alive(void)
{
    Arena arena;
    int   fd = dial();
    for (int i = 0; i < 3; i++) {
        say(fd, STR("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"));
        Str got = hear_one(fd);
        check(has(got, "200 OK") && has(got, "[hi]") && !has(got, "Connection"),
              "a connection takes the next request");
    }
    say(fd,
        STR("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
            "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            "1\r\nx\r\n0\r\n\r\nGET /3 HTTP/1.1\r\n" END));
    Str got = hear_all(fd);
    check(count_of(got, "200 OK") == 3 && has(got, "GET /1") && has(got, "POST /2 ? [x]") &&
              has(got, "GET /3"),
          "requests sent at once are answered one after the other");
    fd = dial();
    say(fd,
        STR("POST /x HTTP/1.1\r\n" REST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
    ssize_t len = recv(fd, answer, 100, 0);
    check(len > 0 && has((Str){ answer, (size_t)len }, "100 Continue"), "who asks first is told to go on");
    say(fd, STR("hi"));
    check(has(hear_all(fd), "[hi]"), "and is answered then");
    fd = dial();
    say(fd, STR("POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n"));
    got = hear_all(fd);
    check(has(got, "413") && !has(got, "100 Continue"), "who asks first with too much is refused");
    char *memory = malloc(1 << 20);
    arena_init(&arena, memory, 1 << 20);
    Buf many = buf_make(&arena, 1 << 19);
    for (int i = 0; i < 5000; i++) buf_add(&many, STR("GET /x HTTP/1.1\r\nHost: a\r\n\r\n"));
    buf_add(&many, STR("GET /end HTTP/1.1\r\n" END));
    fd = dial();
    say(fd, buf_str(&many));
    got = hear_all(fd);
    check(count_of(got, "200 OK") == 5001, "five thousand requests at once are all answered");
    free(memory);
}

/* Answers that may wait are sent at the end of the loop's turn: of many at once none is lost or mixed up, and
 * some clients are gone by then. */
static void test_held(void)
{
    enum { CLIENTS = 100 };
    int  fds[CLIENTS];
    int  right = 0;
    char text[96];
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < CLIENTS; i++) fds[i] = dial();
        for (int i = 0; i < CLIENTS; i++) {
            int len = snprintf(text, sizeof text,
                               "GET /n%d HTTP/1.1\r\nHost: a\r\n\r\nGET /page HTTP/1.1\r\n" END, i);
            say(fds[i], (Str){ text, (size_t)len });
        }
        for (int i = 0; i < CLIENTS; i++) {
            struct linger rude = { 1, 0 };
            if (i % 10 == 9) {
                (void)setsockopt(fds[i], SOL_SOCKET, SO_LINGER, &rude, sizeof rude);
                close(fds[i]);
                continue;
            }
            Str got = hear_all(fds[i]);
            (void)snprintf(text, sizeof text, "GET /n%d ?", i);
            right += count_of(got, "200 OK") == 2 && count_of(got, text) == 1;
        }
    }
    check(right == 5 * CLIENTS * 9 / 10, "a hundred clients at once get each its own answers, in order");
}

static void test_gzip(void)
{
    static char plain[6000];
    Str         got  = ask(STR("GET /page HTTP/1.1\r\nAccept-Encoding: gzip\r\n" END));
    const char *body = memmem(got.ptr, got.len, "\r\n\r\n", 4);
    z_stream    gzip = { 0 };
    check(body != NULL && inflateInit2(&gzip, MAX_WBITS + 16) == Z_OK, "there is a compressed body");
    if (!body) return;
    gzip.next_in   = (unsigned char *)(uintptr_t)(body + 4);
    gzip.avail_in  = (unsigned)(got.ptr + got.len - body - 4);
    gzip.next_out  = (unsigned char *)plain;
    gzip.avail_out = sizeof plain;
    check(inflate(&gzip, Z_FINISH) == Z_STREAM_END && gzip.total_out == 5000 &&
              memcmp(plain, long_body, 5000) == 0,
          "and it is the plain one");
    (void)inflateEnd(&gzip);
}

/* --- limits --- */

static void test_sizes(void)
{
    static char bytes[1100000];
    Arena       arena;
    char       *memory = malloc(3 << 20);
    struct {
        const char *name;
        int         address, value, headers, body;
        const char *expect;
    } rows[] = {
        { "an address of 8 KiB is taken", 8192, 0, 0, 0, "200_OK" },
        { "a longer one is refused", 8193, 0, 0, 0, "414_URI uri_too_long" },
        { "one of 20 KiB is refused", 20000, 0, 0, 0, "414_URI uri_too_long" },
        { "a header of 15 KiB is taken", 1, 15 * 1024, 0, 0, "200_OK" },
        { "headers above 16 KiB are refused", 1, 17 * 1024, 0, 0, "431_Request headers_too_large" },
        { "a hundred headers are taken", 1, 0, 98, 0, "200_OK" },
        { "one more is refused", 1, 0, 99, 0, "431_Request headers_too_large" },
        { "a body of 1 MiB is taken", 1, 0, 0, 1 << 20, "200_OK" },
    };
    memset(bytes, 'a', sizeof bytes);
    for (size_t i = 0; i < COUNT(rows); i++) {
        arena_init(&arena, memory, 3 << 20);
        Buf buf = buf_make(&arena, 1200000);
        buf_format(&buf, "%s /", rows[i].body ? "POST" : "GET");
        buf_add(&buf, (Str){ bytes, (size_t)rows[i].address - 1 });
        buf_add(&buf, STR(" HTTP/1.1\r\n" REST));
        for (int h = 0; h < rows[i].headers; h++) buf_format(&buf, "X-%d: 1\r\n", h);
        if (rows[i].value) {
            buf_add(&buf, STR("X-B: "));
            buf_add(&buf, (Str){ bytes, (size_t)rows[i].value });
            buf_add(&buf, STR("\r\n"));
        }
        if (rows[i].body) buf_format(&buf, "Content-Length: %d\r\n", rows[i].body);
        buf_add(&buf, STR("\r\n"));
        if (rows[i].body) buf_add(&buf, (Str){ bytes, (size_t)rows[i].body });
        Str got = ask(buf_str(&buf));
        check(meets(got, rows[i].expect), rows[i].name);
        if (!meets(got, rows[i].expect)) printf("  %.*s\n", (int)(got.len < 300 ? got.len : 300), got.ptr);
    }
    free(memory);
}

static void test_slow(void)
{
    start((HttpOptions){ .request_timeout_ms = 300, .idle_timeout_ms = 600 });
    HttpCounters counters;
    Str          got = ask(STR("GET /x HTTP/1.1\r\nHost: a\r\n"));
    check(has(got, "408 Request Timeout") && has(got, "\"timeout\"") && !has(got, "(silence)"),
          "half a head is given up");
    got = ask(STR("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\nhello"));
    check(has(got, "408 Request Timeout"), "half a body is given up");
    got = ask(STR(""));
    check(got.len == 0, "who says nothing is closed without a word");
    int fd = dial();
    say(fd, STR("GET /x HTTP/1.1\r\nHost: a\r\n\r\n"));
    got = hear_all(fd);
    check(count_of(got, "HTTP/1.1") == 1 && !has(got, "(silence)"), "who says nothing more is closed");
    do {
        usleep(1000);
        http_counters(server, &counters);
    } while (counters.open_connections > 0);
    check(counters.timeouts == 2, "both were counted, and nobody is left");
    stop();
}

static void test_crowd(void)
{
    enum { MOST = 4 };
    int fds[MOST];
    start((HttpOptions){ .per_address_max = MOST });
    for (int i = 0; i < MOST; i++) {
        fds[i] = dial();
        say(fds[i], STR("GET /x HTTP/1.1\r\nHost: a\r\n\r\n"));
        check(has(hear_one(fds[i]), "200 OK"), "an address has its connections");
    }
    Str got = hear_all(dial());
    check(has(got, "503 Service Unavailable") && has(got, "\"overloaded\"") && has(got, "Retry-After"),
          "one more is turned away");
    const char *body = memmem(got.ptr, got.len, "\r\n\r\n", 4);
    check(body && (size_t)(got.ptr + got.len - body - 4) ==
                      strtoul((const char *)memmem(got.ptr, got.len, "Length: ", 8) + 8, NULL, 10),
          "with a body of the length it says");
    close(fds[0]);
    for (int i = 0; i < 200; i++) {
        got = ask(STR("GET /x HTTP/1.1\r\n" END));
        if (has(got, "200 OK")) break;
        usleep(10000);
    }
    check(has(got, "200 OK"), "when one has gone there is room again");
    for (int i = 1; i < MOST; i++) close(fds[i]);
    stop();
    start((HttpOptions){ .connections_max = 1 });
    int fd = dial();
    say(fd, STR("GET /x HTTP/1.1\r\nHost: a\r\n\r\n"));
    check(has(hear_one(fd), "200 OK") && has(hear_all(dial()), "503"), "all together have a limit too");
    close(fd);
    stop();
}

/* --- other threads --- */

static void await_late(int count)
{
    while (late_count < count) usleep(1000);
}

static void test_late(void)
{
    int fds[64];
    late_count = 0;
    for (size_t i = 0; i < COUNT(fds); i++) {
        fds[i] = dial();
        say(fds[i], STR("GET /late HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\n" END));
    }
    await_late(64);
    for (size_t i = 0; i < COUNT(fds); i++) reply_text(late[i], 200, STR("later"));
    bool fine = true;
    for (size_t i = 0; i < COUNT(fds); i++) {
        Str got = hear_all(fds[i]);
        fine    = fine && has(got, "later") && has(got, "GET /next");
    }
    check(fine, "replies of another thread arrive, and what was sent meanwhile is answered");
    late_count = 0;
    for (size_t i = 0; i < 32; i++) {
        fds[i] = dial();
        say(fds[i], STR("GET /late HTTP/1.1\r\nHost: a\r\n\r\n"));
    }
    await_late(32);
    struct linger rude = { 1, 0 };
    for (size_t i = 0; i < 32; i++) {
        if (i % 2) (void)setsockopt(fds[i], SOL_SOCKET, SO_LINGER, &rude, sizeof rude);
        close(fds[i]);
    }
    for (size_t i = 0; i < 32; i++) reply_text(late[i], 200, STR("too late"));
    check(has(ask(STR("GET /x HTTP/1.1\r\n" END)), "200 OK"),
          "clients that vanish while we work hurt nobody");
}

static void test_slow_reader(void)
{
    int fd = dial_with(4096);
    say(fd, STR("GET /long HTTP/1.1\r\n" END));
    usleep(50000);
    check(has(ask(STR("GET /x HTTP/1.1\r\n" END)), "200 OK"), "a slow reader does not stop others");
    Str got = hear_all(fd);
    check(got.len > LONG_BODY && got.len < LONG_BODY + 400 && got.ptr[got.len - 1] == 'a',
          "and gets all of it");
}

/* --- streams --- */

static bool send_piece(Str piece)
{
    pthread_mutex_lock(&stream_lock);
    bool fine = stream && http_stream_send(stream, piece);
    pthread_mutex_unlock(&stream_lock);
    return fine;
}

static void await_closed(int count)
{
    while (closed_count < count) usleep(1000);
}

static int open_stream(int receive_bytes)
{
    int fd = dial_with(receive_bytes);
    say(fd, STR("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"));
    while (!stream_open) usleep(1000);
    return fd;
}

static void test_stream(void)
{
    int fd = open_stream(0);
    check(send_piece(STR("data: 1\n\n")) && send_piece(STR("data: 2\n\n")),
          "a stream takes pieces from any thread");
    size_t len = 0;
    while (!has((Str){ answer, len }, "data: 2\n\n")) {
        ssize_t got = recv(fd, answer + len, 1000, 0);
        if (got <= 0) break;
        len += (size_t)got;
    }
    Str got = { answer, len };
    check(has(got, "200 OK") && has(got, "text/event-stream") && !has(got, "Content-Length") &&
              has(got, "data: 1\n\ndata: 2\n\n"),
          "and the client gets them in order");
    close(fd);
    await_closed(1);
    check(!send_piece(STR("x")), "a client that goes ends its stream");
    static char piece[STREAM_PIECE];
    int         sent = 0;
    memset(piece, 'p', sizeof piece);
    fd = open_stream(4096);
    while (sent < 1000 && send_piece((Str){ piece, sizeof piece })) sent++;
    await_closed(2);
    check(sent >= 15 && sent < 1000, "a client that does not read is cut off");
    close(fd);
    check(has(ask(STR("GET /x HTTP/1.1\r\n" END)), "200 OK"), "and the others go on");
    check(has(ask(STR("HEAD /stream HTTP/1.1\r\n" END)), "200 OK"), "HEAD of a stream ends");
    await_closed(3);
}

/* --- stop --- */

static HttpServer *signalled;

static void on_signal(int number)
{
    (void)number;
    http_server_stop(signalled);
}

static void test_stop(void)
{
    start((HttpOptions){ .port = 0 });
    late_count  = 0;
    int idle    = dial();
    int working = dial();
    int half    = dial();
    int flow    = open_stream(0);
    say(idle, STR("GET /x HTTP/1.1\r\nHost: a\r\n\r\n"));
    check(has(hear_one(idle), "200 OK"), "a connection rests");
    say(working, STR("GET /late HTTP/1.1\r\nHost: a\r\n\r\n"));
    say(half, STR("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nha"));
    await_late(1);
    usleep(20000);
    signalled = server;
    (void)signal(SIGUSR1, on_signal);
    (void)kill(getpid(), SIGUSR1);
    check(hear_all(idle).len == 0, "on a signal, who rests is closed");
    check(!has(hear_all(flow), "(silence)"), "streams end");
    say(half, STR("lf"));
    Str got = hear_all(half);
    check(has(got, "[half]") && has(got, "Connection: close"), "half a request may still come");
    reply_text(late[0], 200, STR("done"));
    got = hear_all(working);
    check(has(got, "done") && has(got, "Connection: close"), "what is under way is finished");
    pthread_join(loop, NULL);
    http_server_destroy(server);
    check(true, "then the server has ended");
}

static void test_bad_options(void)
{
    static const struct {
        const char *host;
        int         port;
    } bad[] = { { "nowhere.invalid", 0 }, { "", 0 }, { "127.0.0.1", 70000 }, { "192.0.2.1", 0 } };
    for (size_t i = 0; i < COUNT(bad); i++) {
        Error       err     = { 0 };
        HttpOptions options = { .host       = str_from(bad[i].host),
                                .port       = bad[i].port,
                                .on_request = on_request };
        check_refused(http_server_start(&options, &server, &err), &err, &ERR_CONFIG,
                      "a bad address is refused");
    }
}

int main(void)
{
    memset(long_body, 'a', sizeof long_body);
    start((HttpOptions){ .arena_bytes = 4 << 20 });
    test_wire();
    test_split();
    test_keep_alive();
    test_held();
    test_gzip();
    test_sizes();
    test_late();
    test_slow_reader();
    test_stream();
    stop();
    test_slow();
    test_crowd();
    test_stop();
    test_bad_options();
    return check_finish("server_test");
}
