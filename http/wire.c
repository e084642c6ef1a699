/* wire.c — HTTP/1.1 requests as bytes. See wire.h.
 * Grammar: RFC 9112, without what it only tolerates: bare LF, folded lines, blanks before a colon, an
 * absolute or authority target (those are not found), transfer codings other than chunked. HTTP/1.0
 * is answered and closed. */
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

static bool read_method(Str method, Error *err)
{
    static const char *const known[] = { "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS" };
    for (size_t i = 0; i < COUNT(known); i++)
        if (str_eq(method, str_from(known[i]))) return true;
    for (size_t i = 0; i < method.len; i++)
        if (!is_token((unsigned char)method.ptr[i])) return framing(err, "the method is no token");
    if (method.len == 0) return framing(err, "there is no method");
    return err_set(err, &ERR_METHOD_UNKNOWN, "", "this server does not know the method");
}

static bool read_version(Str version, WireHead *out, Error *err)
{
    if (str_eq(version, STR("HTTP/1.1"))) out->keep_alive = true;
    else if (str_eq(version, STR("HTTP/1.0"))) out->keep_alive = false;
    else return err_set(err, &ERR_HTTP_VERSION, "", "HTTP/1.1 is spoken here");
    return true;
}

static bool read_request_line(Str line, WireHead *out, Error *err)
{
    size_t first = str_index(line, ' ', 0);
    size_t last  = line.len;
    while (last > first && line.ptr[last - 1] != ' ') last--;
    out->method = str_slice(line, 0, first);
    if (!read_method(out->method, err)) return false;
    if (last <= first + 1) /* HTTP/0.9 knew no version */
        return err_set(err, &ERR_HTTP_VERSION, "", "the request line has no version");
    Str target = str_slice(line, first + 1, last - 1);
    for (size_t i = 0; i < target.len; i++)
        if (target.ptr[i] <= ' ' || target.ptr[i] >= 0x7F)
            return framing(err, "the address has a character that must be percent-encoded");
    if (target.len == 0) return framing(err, "the address is empty");
    if (target.len > WIRE_TARGET_MAX)
        return err_set(err, &ERR_URI_TOO_LONG, "", "the address may have %d bytes", WIRE_TARGET_MAX);
    size_t mark = str_index(target, '?', 0);
    out->path   = str_slice(target, 0, mark);
    out->query  = mark < target.len ? str_slice(target, mark + 1, target.len) : STR("");
    return read_version(str_slice(line, last, line.len), out, err);
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

static bool read_header(char *line, size_t len, HttpHeader *out, Error *err)
{
    size_t colon = 0;
    while (colon < len && is_token((unsigned char)line[colon])) {
        if (line[colon] >= 'A' && line[colon] <= 'Z') line[colon] = (char)(line[colon] + 32);
        colon++;
    }
    if (colon == 0 || colon == len || line[colon] != ':')
        return framing(err, "a header line must be NAME: VALUE");
    for (size_t i = colon + 1; i < len; i++) {
        unsigned char c = (unsigned char)line[i];
        if ((c < ' ' && c != '\t') || c == 0x7F) return framing(err, "a header has a control character");
    }
    out->name  = (Str){ line, colon };
    out->value = str_trim((Str){ line + colon + 1, len - colon - 1 });
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

bool wire_head_read(char *bytes, size_t len, WireHead *out, Error *err)
{
    Str      head = { bytes, len };
    size_t   end  = str_index(head, '\n', 0);
    unsigned seen = 0;
    assert(len >= 4 && bytes[len - 1] == '\n');
    out->header_count     = 0;
    out->content_length   = -1;
    out->chunked          = false;
    out->expects_continue = false;
    out->takes_gzip       = false;
    if (!read_request_line((Str){ bytes, end - 1 }, out, err)) return false;
    bool http_1_0 = !out->keep_alive;
    for (size_t at = end + 1; at + 2 < len; at = end + 1) {
        end = str_index(head, '\n', at);
        assert(end < len && end > at);
        if (out->header_count == WIRE_HEADERS_MAX)
            return err_set(err, &ERR_HEADERS_TOO_LARGE, "", "at most %d headers", WIRE_HEADERS_MAX);
        HttpHeader *header = &out->headers[out->header_count++];
        if (!read_header(bytes + at, end - 1 - at, header, err)) return false;
        if (!read_special(header, &seen, out, err)) return false;
    }
    return check_framing(out, seen, http_1_0, err);
}

/* --- chunked bodies --- */

enum { SIZE, EXTENSION, SIZE_END, DATA, DATA_CR, DATA_LF, TRAILER_START, TRAILER, TRAILER_LF, LAST_LF };

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One byte outside the data; false when it does not belong there. */
static bool chunk_byte(WireChunks *chunks, char c)
{
    int digit = hex_digit(c);
    switch (chunks->state) {
    case SIZE:
        if (digit >= 0 && chunks->digits < 8) {
            chunks->left = chunks->left * 16 + (uint64_t)digit;
            chunks->digits++;
            return true;
        }
        chunks->state = c == ';' ? EXTENSION : SIZE_END;
        return chunks->digits > 0 && (c == ';' || c == '\r');
    case EXTENSION:
        chunks->extra++;
        if (c == '\r') chunks->state = SIZE_END;
        return c == '\r' || (unsigned char)c >= ' ' || c == '\t';
    case SIZE_END:
        chunks->state  = chunks->left ? DATA : TRAILER_START;
        chunks->digits = 0;
        return c == '\n';
    case DATA_CR: chunks->state = DATA_LF; return c == '\r';
    case DATA_LF: chunks->state = SIZE; return c == '\n';
    case TRAILER_START:
        chunks->extra++;
        chunks->state = c == '\r' ? LAST_LF : TRAILER;
        return c == '\r' || is_token((unsigned char)c);
    case TRAILER:
        chunks->extra++;
        if (c == '\r') chunks->state = TRAILER_LF;
        return c == '\r' || (unsigned char)c >= ' ' || c == '\t';
    case TRAILER_LF: chunks->state = TRAILER_START; return c == '\n';
    case LAST_LF: chunks->done = true; return c == '\n';
    default: break;
    }
    UNREACHABLE();
}

bool wire_chunks(char *bytes, size_t len, WireChunks *chunks, size_t data_start, size_t data_max,
                 Error *err)
{
    while (!chunks->done && chunks->read < len) {
        if (chunks->state != DATA) {
            if (!chunk_byte(chunks, bytes[chunks->read++])) return framing(err, "the chunks are malformed");
            if (chunks->extra > WIRE_TRAILER_MAX) return framing(err, "too much beside the chunks");
            if (chunks->left > data_max - (chunks->write - data_start))
                return err_set(err, &ERR_BODY_TOO_LARGE, "", "at most %zu bytes", data_max);
            continue;
        }
        size_t take = len - chunks->read;
        if (take > chunks->left) take = (size_t)chunks->left;
        memmove(bytes + chunks->write, bytes + chunks->read, take);
        chunks->read += take;
        chunks->write += take;
        chunks->left -= take;
        if (chunks->left == 0) chunks->state = DATA_CR;
    }
    return true;
}
