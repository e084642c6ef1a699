/* libc.c — the few functions of the C library that base/ and core/ call, for wasm32, where there is none.
 * Only for core.wasm. The formats are those that stand in the code: s c d i u x and z, l, ll, j before
 * them, width, zeros, precision; another one traps, so that a test finds it. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* With bulk memory these are one instruction each. */
void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    return __builtin_memcpy(to, from, size);
}

void *memmove(void *to, const void *from, size_t size)
{
    return __builtin_memmove(to, from, size);
}

void *memset(void *to, int byte, size_t size)
{
    return __builtin_memset(to, byte, size);
}

int memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *x = a, *y = b;
    for (size_t i = 0; i < size; i++)
        if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
    return 0;
}

size_t strlen(const char *text)
{
    size_t length = 0;
    while (text[length]) length++;
    return length;
}

int strcmp(const char *a, const char *b)
{
    while (*a && *a == *b) a++, b++;
    return (unsigned char)*a - (unsigned char)*b;
}

typedef struct {
    char  *to;
    size_t size, length; /* of `to`; of the whole text, also of what does not fit */
} Out;

typedef struct {
    bool   zeros, left;
    size_t width, precision; /* SIZE_MAX: none */
    int    bytes;            /* of the number */
} Spec;

static void put(Out *out, char c)
{
    if (out->length + 1 < out->size) out->to[out->length] = c;
    out->length++;
}

static void put_padded(Out *out, const Spec *spec, const char *text, size_t length)
{
    size_t blanks = spec->width > length ? spec->width - length : 0;
    for (; blanks && !spec->left; blanks--) put(out, ' ');
    for (size_t i = 0; i < length; i++) put(out, text[i]);
    for (; blanks; blanks--) put(out, ' ');
}

static void put_number(Out *out, const Spec *spec, uint64_t value, bool minus, unsigned base)
{
    char   digits[64];
    size_t at    = sizeof digits;
    size_t least = spec->precision != SIZE_MAX ? spec->precision : 1;
    if (spec->zeros && spec->width > minus) least = spec->width - minus;
    if (least > sizeof digits - 1) __builtin_trap();
    for (; value; value /= base) digits[--at] = "0123456789abcdef"[value % base];
    while (sizeof digits - at < least) digits[--at] = '0';
    if (minus) digits[--at] = '-';
    put_padded(out, spec, digits + at, sizeof digits - at);
}

static size_t number_of(const char **format)
{
    size_t value = 0;
    for (; **format >= '0' && **format <= '9'; (*format)++) value = value * 10 + (size_t)(**format - '0');
    return value;
}

/* Everything of a conversion but its letter. */
static Spec spec_of(const char **format, va_list *args)
{
    Spec spec = { .precision = SIZE_MAX, .bytes = 4 };
    for (; **format == '-' || **format == '0'; (*format)++) {
        if (**format == '-') spec.left = true;
        else spec.zeros = true;
    }
    if (**format == '*') spec.width = (size_t)va_arg(*args, int), (*format)++;
    else spec.width = number_of(format);
    if (**format == '.') {
        (*format)++;
        if (**format == '*') spec.precision = (size_t)va_arg(*args, int), (*format)++;
        else spec.precision = number_of(format);
    }
    for (; **format == 'l' || **format == 'z' || **format == 'j'; (*format)++)
        if (**format == 'j' || (**format == 'l' && (*format)[1] == 'l')) spec.bytes = 8;
    return spec;
}

static void put_text(Out *out, const Spec *spec, const char *text)
{
    size_t length = 0;
    while (length < spec->precision && text[length]) length++;
    put_padded(out, spec, text, length);
}

int vsnprintf(char *restrict to, size_t size, const char *restrict text, va_list from)
{
    Out         out    = { to, size, 0 };
    const char *format = text;
    va_list     args;
    va_copy(args, from);
    for (; *format; format++) {
        if (*format != '%') {
            put(&out, *format);
            continue;
        }
        format++;
        Spec    spec   = spec_of(&format, &args);
        char    letter = *format;
        int64_t value  = 0;
        if (letter == 'd' || letter == 'i') {
            value = spec.bytes == 8 ? va_arg(args, int64_t) : va_arg(args, int);
            put_number(&out, &spec, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0, 10);
        } else if (letter == 'u' || letter == 'x') {
            uint64_t plain = spec.bytes == 8 ? va_arg(args, uint64_t) : va_arg(args, unsigned);
            put_number(&out, &spec, plain, false, letter == 'u' ? 10 : 16);
        } else if (letter == 's') {
            put_text(&out, &spec, va_arg(args, const char *));
        } else if (letter == 'c') {
            put(&out, (char)va_arg(args, int));
        } else if (letter == '%') {
            put(&out, '%');
        } else {
            __builtin_trap();
        }
    }
    va_end(args);
    if (size) to[out.length < size ? out.length : size - 1] = 0;
    return (int)out.length;
}

int snprintf(char *restrict to, size_t size, const char *restrict format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(to, size, format, args);
    va_end(args);
    return length;
}
