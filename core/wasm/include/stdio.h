/* stdio.h — what of it there is in core.wasm; see libc.c. */
#ifndef WASM_STDIO_H
#define WASM_STDIO_H

#include <stdarg.h>
#include <stddef.h>

int vsnprintf(char *restrict to, size_t size, const char *restrict format, va_list args);
int snprintf(char *restrict to, size_t size, const char *restrict format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
