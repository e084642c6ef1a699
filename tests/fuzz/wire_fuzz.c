/* wire_fuzz.c — any bytes from a socket: a request or a refusal; and the same whether they come at once or
 * one by one. Corpus: tests/fuzz/wire. */
#include "http/wire.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum { BYTES_MAX = 1 << 16, DATA_MAX = 1 << 15 };

/* The body's length, or -1 when it is refused or not whole. */
static long chunked_body(char *bytes, size_t start, size_t len, size_t step)
{
    WireChunks chunks;
    Error      err = { 0 };
    wire_chunks_begin(&chunks, start);
    for (size_t have = start; have < len && !chunks.done;) {
        have = have + step < len ? have + step : len;
        if (!wire_chunks(bytes, have, &chunks, start, DATA_MAX, &err)) return -1;
        must(chunks.write <= chunks.read && chunks.read <= have, "more was taken than had come");
    }
    return chunks.done ? (long)(chunks.write - start) : -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char     bytes[BYTES_MAX], again[BYTES_MAX];
    static WireHead head;
    Error           err     = { 0 };
    size_t          scanned = 0, head_len = 0;
    if (size > BYTES_MAX) return 0;
    memcpy(bytes, data, size);
    bool ok = wire_head_end(bytes, size, &scanned, &head_len, &err);
    must(ok || err.def != NULL, "refused without a reason");
    if (!ok || head_len == 0) return 0;
    must(head_len <= size && head_len <= WIRE_HEAD_MAX, "a head that is too long");
    ok = wire_head_read(bytes, head_len, &head, &err);
    must(ok || err.def != NULL, "refused without a reason");
    if (!ok) return 0;
    must(head.method.len > 0 && head.path.ptr && head.query.ptr, "a head without method or address");
    must(!head.chunked || head.content_length < 0, "two lengths");
    if (!head.chunked) return 0;
    memcpy(again, bytes, size);
    must(chunked_body(bytes, head_len, size, size) == chunked_body(again, head_len, size, 1),
         "it matters how it comes");
    return 0;
}
