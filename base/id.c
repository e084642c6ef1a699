/* id.c — UUID version 7. See id.h. Source of the layout: RFC 9562, section 5.7. */
#include "base/id.h"

#include <string.h>

bool id_eq(Id a, Id b)
{
    return memcmp(a.bytes, b.bytes, ID_BYTES) == 0;
}

bool id_is_none(Id id)
{
    return id_eq(id, (Id){ { 0 } });
}

int id_cmp(Id a, Id b)
{
    return memcmp(a.bytes, b.bytes, ID_BYTES);
}

Str id_bytes(const Id *id)
{
    return (Str){ (const char *)id->bytes, ID_BYTES };
}

void id_format(Id id, char out[ID_TEXT_LEN])
{
    static const char hex[] = "0123456789abcdef";
    size_t            at    = 0;
    for (size_t i = 0; i < ID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out[at++] = '-';
        out[at++] = hex[id.bytes[i] >> 4];
        out[at++] = hex[id.bytes[i] & 15];
    }
}

Str id_text(Arena *arena, Id id)
{
    char text[ID_TEXT_LEN];
    id_format(id, text);
    return str_dup(arena, (Str){ text, ID_TEXT_LEN });
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool id_parse(Str text, Id *out)
{
    if (text.len != ID_TEXT_LEN) return false;
    size_t at = 0;
    for (size_t i = 0; i < ID_BYTES; i++) {
        if ((i == 4 || i == 6 || i == 8 || i == 10) && text.ptr[at++] != '-') return false;
        int high = hex_value(text.ptr[at]);
        int low  = hex_value(text.ptr[at + 1]);
        if (high < 0 || low < 0) return false;
        out->bytes[i] = (uint8_t)(high << 4 | low);
        at += 2;
    }
    return true;
}

Id id_make(IdMaker *maker, int64_t unix_ms, uint64_t random)
{
    if (unix_ms > maker->last_ms) {
        maker->last_ms = unix_ms;
        maker->counter = 0;
    } else if (++maker->counter > 0xFFF) {
        maker->last_ms++;
        maker->counter = 0;
    }
    Id id;
    for (int i = 0; i < 6; i++) id.bytes[i] = (uint8_t)(maker->last_ms >> (40 - 8 * i));
    id.bytes[6] = (uint8_t)(0x70 | maker->counter >> 8);
    id.bytes[7] = (uint8_t)maker->counter;
    for (int i = 0; i < 8; i++) id.bytes[8 + i] = (uint8_t)(random >> (56 - 8 * i));
    id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3F));
    return id;
}
