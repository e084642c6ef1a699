/* percent.c — text as addresses and forms carry it. See percent.h. */
#include "base/percent.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool percent_decode(Arena *arena, Str text, bool plus, Str *out)
{
    char  *to  = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    if (!to) return false;
    for (size_t i = 0; i < text.len; i++) {
        int byte = (unsigned char)text.ptr[i];
        if (byte == '+' && plus) byte = ' ';
        if (byte == '%') {
            int high = i + 2 < text.len ? hex_value(text.ptr[i + 1]) : -1;
            int low  = i + 2 < text.len ? hex_value(text.ptr[i + 2]) : -1;
            if (high < 0 || low < 0) return false;
            byte = high * 16 + low;
            i += 2;
        }
        if ((byte < 0x20 && !(byte == 0x1D && plus)) || byte == 0x7F) return false; /* FNC1 of a scanner */
        to[len++] = (char)byte;
    }
    *out = (Str){ to, len };
    return str_is_utf8(*out, NULL);
}

bool percent_form(Arena *arena, Str form, Str name, Str *out)
{
    *out = STR_NONE;
    for (size_t from = 0; from < form.len;) {
        size_t end    = str_index(form, '&', from);
        Str    pair   = str_slice(form, from, end);
        size_t equals = str_index(pair, '=', 0);
        Str    value  = equals < pair.len ? str_slice(pair, equals + 1, pair.len) : STR("");
        if (str_eq(str_slice(pair, 0, equals), name)) {
            if (!percent_decode(arena, value, true, out)) return false;
            *out = str_trim(*out);
            return true;
        }
        from = end + 1;
    }
    return true;
}
