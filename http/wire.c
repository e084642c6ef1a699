/* wire.c — HTTP/1.1 requests as bytes. See wire.h.
 * The parser is http_parser. Around it stands what we do not take although RFC 9112 tolerates it: bare LF,
 * folded lines, blanks before a colon, an absolute or authority target (those are not found), transfer
 * codings other than chunked. HTTP/1.0 is answered and closed. */
#include "http/wire.h"

#include <assert.h>
#include <string.h>

enum { REQUEST_LINE_MAX = WIRE_TARGET_MAX + 64 };

/* May stand in a token (RFC 9110, 5.6.2). */
static bool is_token(unsigned char c)
{
    static const bool token[256] = {
        ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['!'] = true,  ['#'] = true,
        ['$'] = true,         ['%'] = true,         ['&'] = true,         ['\''] = true, ['*'] = true,
        ['+'] = true,         ['-'] = true,         ['.'] = true,         ['^'] = true,  ['_'] = true,
        ['`'] = true,         ['|'] = true,         ['~'] = true,
    };
    return token[c];
}

static bool framing(Error *err, const char *why)
{
    return err_set(err, &ERR_FRAMING, "", "%s", why);
}

bool wire_head_end(const char *bytes, size_t len, size_t *scanned, size_t *head_len, Error *err)
{
    *head_len = 0;
    size_t at = *scanned;
    while (at < len && at < WIRE_HEAD_MAX) {
        const char *end = memchr(bytes + at, '\n', len - at);
        if (!end) {
            at = len;
            break;
        }
        at = (size_t)(end - bytes) + 1;
        if (at < 2 || bytes[at - 2] != '\r') return framing(err, "a line must end with CR LF");
        bool first = *scanned == 0 && memchr(bytes, '\n', at - 1) == NULL;
        if (at == 2) return framing(err, "the request begins with an empty line");
        if (first && at > REQUEST_LINE_MAX) break;
        if (at >= 4 && bytes[at - 3] == '\n' && bytes[at - 4] == '\r') {
            if (at > WIRE_HEAD_MAX) break;
            *head_len = at;
            *scanned  = at;
            return true;
        }
    }
    *scanned = at;
    if (len >= REQUEST_LINE_MAX && !memchr(bytes, '\n', REQUEST_LINE_MAX))
        return err_set(err, &ERR_URI_TOO_LONG, "", "the address may have %d bytes", WIRE_TARGET_MAX);
    if (at < WIRE_HEAD_MAX) return true;
    return err_set(err, &ERR_HEADERS_TOO_LARGE, "", "the head may have %d bytes", WIRE_HEAD_MAX);
}

static bool is_served(Str method)
{
    static const char *const known[] = { "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS" };
    for (size_t i = 0; i < COUNT(known); i++)
        if (str_eq(method, str_from(known[i]))) return true;
    return false;
}

/* What a request line says of the method, also one that the parser does not know. */
static bool read_method(Str method, Error *err)
{
    if (is_served(method)) return true;
    for (size_t i = 0; i < method.len; i++)
        if (!is_token((unsigned char)method.ptr[i])) return framing(err, "the method is no token");
    if (method.len == 0) return framing(err, "there is no method");
    return err_set(err, &ERR_METHOD_UNKNOWN, "", "this server does not know the method");
}

static bool read_target(Str target, WireHead *out, Error *err)
{
    for (size_t i = 0; i < target.len; i++)
        if (target.ptr[i] <= ' ' || target.ptr[i] >= 0x7F)
            return framing(err, "the address has a character that must be percent-encoded");
    if (target.len == 0) return framing(err, "the address is empty");
    if (target.len > WIRE_TARGET_MAX)
        return err_set(err, &ERR_URI_TOO_LONG, "", "the address may have %d bytes", WIRE_TARGET_MAX);
    size_t mark = str_index(target, '?', 0);
    out->path   = str_slice(target, 0, mark);
    out->query  = mark < target.len ? str_slice(target, mark + 1, target.len) : STR("");
    return true;
}

/* The next element of a list with commas, without blanks around it and without parameters; moves *at. */
static Str next_element(Str list, size_t *at, Str *params)
{
    size_t end  = str_index(list, ',', *at);
    Str    all  = str_slice(list, *at, end);
    size_t semi = str_index(all, ';', 0);
    *at         = end + 1;
    *params     = str_slice(all, semi, all.len);
    return str_trim(str_slice(all, 0, semi));
}

static bool is_zero_weight(Str params)
{
    size_t q = str_index(params, '=', 0);
    if (q >= params.len) return false;
    for (size_t i = q + 1; i < params.len; i++)
        if (params.ptr[i] >= '1' && params.ptr[i] <= '9') return false;
    return true;
}

static void read_list(Str value, Str wanted, bool *found)
{
    Str params;
    for (size_t at = 0; at < value.len;)
        if (str_eq_nocase(next_element(value, &at, &params), wanted)) *found = !is_zero_weight(params);
}

static bool read_length(Str value, WireHead *out, Error *err)
{
    bool digits = value.len > 0 && value.len <= 15;
    for (size_t i = 0; digits && i < value.len; i++) digits = value.ptr[i] >= '0' && value.ptr[i] <= '9';
    if (!digits || !str_to_i64(value, &out->content_length))
        return framing(err, "Content-Length must be a decimal number");
    return true;
}

static bool read_host(Str value, Error *err)
{
    bool fine = value.len > 0;
    for (size_t i = 0; fine && i < value.len; i++) {
        char c = value.ptr[i];
        fine   = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               memchr(".-_:[]", c, 6) != NULL;
    }
    return fine || err_set(err, &ERR_HOST, "", "Host must be a name or an address");
}

/* Headers that say one thing and so may be there once; the index is the bit in `seen`. */
static const Str single[] = {
    { "host", 4 },
    { "content-length", 14 },
    { "transfer-encoding", 17 },
    { "expect", 6 },
    { "authorization", 13 },
    { "content-type", 12 },
    { "idempotency-key", 15 },
    { "content-encoding", 16 },
    { "last-event-id", 13 },
    { "x-request-id", 12 },
};

static int single_index(Str name)
{
    for (int i = 0; i < (int)COUNT(single); i++)
        if (str_eq(name, single[i])) return i;
    return -1;
}

static bool read_special(const HttpHeader *header, unsigned *seen, WireHead *out, Error *err)
{
    int index = single_index(header->name);
    if (index >= 0) {
        if (*seen & 1U << index)
            return err_set(err, index == 0 ? &ERR_HOST : &ERR_FRAMING, "", "%.*s is there twice",
                           STR_FMT(header->name));
        *seen |= 1U << index;
    }
    bool close = false;
    switch (index) {
    case 0: return read_host(header->value, err);
    case 1: return read_length(header->value, out, err);
    case 2:
        out->chunked = true;
        if (str_eq_nocase(header->value, STR("chunked"))) return true;
        return framing(err, "the only Transfer-Encoding is chunked");
    case 3:
        out->expects_continue = str_eq_nocase(header->value, STR("100-continue"));
        return out->expects_continue || err_set(err, &ERR_EXPECTATION, "", "only 100-continue");
    default: break;
    }
    if (str_eq(header->name, STR("connection"))) {
        read_list(header->value, STR("close"), &close);
        out->keep_alive = out->keep_alive && !close;
    } else if (str_eq(header->name, STR("accept-encoding"))) {
        read_list(header->value, STR("gzip"), &out->takes_gzip);
    }
    return true;
}

/* Names come in any case and go out in lower case. */
static bool check_header(HttpHeader *header, char *name, Error *err)
{
    for (size_t i = 0; i < header->name.len; i++) {
        if (!is_token((unsigned char)name[i])) return framing(err, "a header line must be NAME: VALUE");
        if (name[i] >= 'A' && name[i] <= 'Z') name[i] = (char)(name[i] + 32);
    }
    for (size_t i = 0; i < header->value.len; i++) {
        unsigned char c = (unsigned char)header->value.ptr[i];
        if ((c < ' ' && c != '\t') || c == 0x7F) return framing(err, "a header has a control character");
    }
    header->value = str_trim(header->value);
    return true;
}

static bool check_framing(const WireHead *head, unsigned seen, bool http_1_0, Error *err)
{
    if (head->chunked && head->content_length >= 0)
        return framing(err, "Content-Length and Transfer-Encoding cannot both be there");
    if (head->chunked && http_1_0) return framing(err, "HTTP/1.0 knows no Transfer-Encoding");
    if (!(seen & 1U) && !http_1_0) return err_set(err, &ERR_HOST, "", "there is no Host");
    return true;
}

/* What the parser tells of a head. */
typedef struct {
    WireHead *out;
    char     *bytes; /* the head itself */
    Str       target;
    bool      in_value, folded, too_many, complete;
} HeadRead;

static int on_target(http_parser *parser, const char *at, size_t len)
{
    HeadRead *read = parser->data;
    if (!read->target.ptr) read->target = (Str){ at, 0 };
    read->target.len += len;
    return 0;
}

static int on_name(http_parser *parser, const char *at, size_t len)
{
    HeadRead *read = parser->data;
    read->in_value = false;
    read->too_many = read->out->header_count == WIRE_HEADERS_MAX;
    if (!read->too_many) read->out->headers[read->out->header_count++] = (HttpHeader){ { at, len }, STR("") };
    return read->too_many;
}

/* A second part of one value is a folded line. */
static int on_value(http_parser *parser, const char *at, size_t len)
{
    HeadRead *read = parser->data;
    read->folded   = read->folded || read->in_value;
    read->in_value = true;
    read->out->headers[read->out->header_count - 1].value = (Str){ at, len };
    return read->folded;
}

static int on_head(http_parser *parser)
{
    ((HeadRead *)parser->data)->complete = true;
    return 1; /* the body, if any, is not here */
}

/* Why the parser did not like a head. */
static bool refused(const http_parser *parser, const HeadRead *read, Str head, Error *err)
{
    enum http_errno why = HTTP_PARSER_ERRNO(parser);
    if (read->too_many)
        return err_set(err, &ERR_HEADERS_TOO_LARGE, "", "at most %d headers", WIRE_HEADERS_MAX);
    if (read->folded) return framing(err, "a header goes on in the next line");
    size_t line  = str_index(head, '\n', 0);
    Str    first = str_slice(head, 0, str_index(head, ' ', 0) < line ? str_index(head, ' ', 0) : line - 1);
    if (why == HPE_INVALID_METHOD && read_method(first, err)) return framing(err, "the method is malformed");
    if (why == HPE_INVALID_METHOD) return false;
    if (why == HPE_INVALID_VERSION) return err_set(err, &ERR_HTTP_VERSION, "", "HTTP/1.1 is spoken here");
    return framing(err, http_errno_description(why));
}

/* The head is one piece, so that each text comes in one piece too. */
static bool parse(HeadRead *read, http_parser *parser, size_t len, Error *err)
{
    static const http_parser_settings settings = { .on_url              = on_target,
                                                   .on_header_field     = on_name,
                                                   .on_header_value     = on_value,
                                                   .on_headers_complete = on_head };
    http_parser_init(parser, HTTP_REQUEST);
    parser->data = read;
    (void)http_parser_execute(parser, &settings, read->bytes, len);
    if (!read->complete) return refused(parser, read, (Str){ read->bytes, len }, err);
    read->out->method = str_from(http_method_str((enum http_method)parser->method));
    if (!read_method(read->out->method, err)) return false;
    if (parser->http_major != 1 || parser->http_minor > 1)
        return err_set(err, &ERR_HTTP_VERSION, "", "HTTP/1.1 is spoken here");
    const char *blank     = read->target.ptr + read->target.len;
    read->out->keep_alive = parser->http_minor == 1;
    if (read->target.ptr != read->bytes + read->out->method.len + 1 || blank[0] != ' ' || blank[1] != 'H')
        return framing(err, "the request line has one blank between its parts");
    return read_target(read->target, read->out, err);
}

bool wire_head_read(char *bytes, size_t len, WireHead *out, Error *err)
{
    http_parser parser;
    HeadRead    read = { .out = out, .bytes = bytes };
    unsigned    seen = 0;
    assert(len >= 4 && bytes[len - 1] == '\n');
    out->header_count     = 0;
    out->content_length   = -1;
    out->chunked          = false;
    out->expects_continue = false;
    out->takes_gzip       = false;
    if (!parse(&read, &parser, len, err)) return false;
    for (int i = 0; i < out->header_count; i++) {
        HttpHeader *header = &out->headers[i];
        if (!check_header(header, bytes + (header->name.ptr - bytes), err)) return false;
        if (!read_special(header, &seen, out, err)) return false;
    }
    return check_framing(out, seen, parser.http_minor == 0, err);
}

/* --- chunked bodies --- */

/* The parser is at a chunk's size or behind the last chunk when `left` is 0 and no CRLF is due. */
static int on_chunk(http_parser *parser)
{
    WireChunks *chunks = parser->data;
    chunks->left       = parser->content_length;
    chunks->sized      = true;
    return 0;
}

static int on_data(http_parser *parser, const char *at, size_t len)
{
    WireChunks *chunks = parser->data;
    (void)at;
    chunks->given += len;
    return 0;
}

static int on_end(http_parser *parser)
{
    ((WireChunks *)parser->data)->done = true;
    return 0;
}

static bool feed(WireChunks *chunks, const char *bytes, size_t len)
{
    static const http_parser_settings settings = { .on_chunk_header = on_chunk, .on_body = on_data,
                                                   .on_message_complete = on_end };
    chunks->parser.data = chunks;
    return http_parser_execute(&chunks->parser, &settings, bytes, len) == len
        && HTTP_PARSER_ERRNO(&chunks->parser) == HPE_OK;
}

void wire_chunks_begin(WireChunks *chunks, size_t body_start)
{
    static const char head[] = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    *chunks = (WireChunks){ .read = body_start, .write = body_start };
    http_parser_init(&chunks->parser, HTTP_REQUEST);
    bool fine = feed(chunks, head, sizeof head - 1);
    assert(fine);
    (void)fine;
}

/* Data of the present chunk: moved to the front. */
static bool take_data(WireChunks *chunks, char *bytes, size_t len)
{
    size_t take   = len - chunks->read;
    size_t before = chunks->given;
    if (take > chunks->left) take = (size_t)chunks->left;
    if (!feed(chunks, bytes + chunks->read, take) || chunks->given != before + take) return false;
    memmove(bytes + chunks->write, bytes + chunks->read, take);
    chunks->read += take;
    chunks->write += take;
    chunks->left -= take;
    chunks->crlf_due = chunks->left == 0;
    return true;
}

/* A byte of a line beside the data: a size, a trailer, the CRLF behind the data. The parser takes a CR or an
 * LF alone; we do not. */
static bool take_byte(WireChunks *chunks, const char *byte)
{
    size_t given = chunks->given;
    bool   lf    = *byte == '\n';
    if (lf != chunks->after_cr) return false;
    if (chunks->crlf_due && !lf && *byte != '\r') return false;
    chunks->after_cr = *byte == '\r';
    chunks->crlf_due = chunks->crlf_due && !lf;
    chunks->sized    = false;
    chunks->read++;
    return feed(chunks, byte, 1) && chunks->given == given && (!chunks->sized || lf);
}

bool wire_chunks(char *bytes, size_t len, WireChunks *chunks, size_t data_start, size_t data_max, Error *err)
{
    while (!chunks->done && chunks->read < len) {
        bool data = chunks->left > 0 && !chunks->crlf_due;
        if (data ? !take_data(chunks, bytes, len) : !take_byte(chunks, bytes + chunks->read))
            return framing(err, "the chunks are malformed");
        if (!data) chunks->extra++;
        if (chunks->sized) chunks->extra = chunks->left ? 0 : chunks->extra;
        if (chunks->extra > WIRE_TRAILER_MAX) return framing(err, "too much beside the chunks");
        if (chunks->left > data_max - (chunks->write - data_start))
            return err_set(err, &ERR_BODY_TOO_LARGE, "", "at most %zu bytes", data_max);
    }
    return true;
}
