/* secret.c — secrets by their names. See secret.h. */
#include "sys/secret.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 100, PATH_BYTES = 1024 };

static bool is_name(Str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_') return false;
    }
    return name.len > 0 && name.len <= NAME_MAX_BYTES;
}

static Str of_file(Arena *arena, Str name)
{
    char        path[PATH_BYTES];
    const char *folder = getenv("ONETILL_SECRETS");
    char       *bytes  = arena_alloc(arena, SECRET_BYTES_MAX + 1);
    if (!folder || !*folder) folder = getenv("CREDENTIALS_DIRECTORY");
    if (!folder || !*folder || !bytes) return STR_NONE;
    int len = snprintf(path, sizeof path, "%s/%.*s", folder, STR_FMT(name));
    if (len < 0 || (size_t)len >= sizeof path) return STR_NONE;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return STR_NONE;
    ssize_t count = read(file, bytes, SECRET_BYTES_MAX + 1);
    (void)close(file);
    if (count <= 0 || count > SECRET_BYTES_MAX) return STR_NONE;
    while (count > 0 && (unsigned char)bytes[count - 1] <= ' ') count--;
    return (Str){ bytes, (size_t)count };
}

static Str of_variable(Arena *arena, Str name)
{
    char variable[NAME_MAX_BYTES + 20];
    int  len = snprintf(variable, sizeof variable, "ONETILL_SECRET_%.*s", STR_FMT(name));
    for (int i = 0; i < len; i++)
        if (variable[i] >= 'a' && variable[i] <= 'z') variable[i] = (char)(variable[i] - 'a' + 'A');
    const char *value = getenv(variable);
    return value && *value ? str_dup(arena, str_from(value)) : STR_NONE;
}

Str secret_read(Arena *arena, Str name)
{
    if (!is_name(name)) return STR_NONE;
    Str found = of_file(arena, name);
    return found.len ? found : of_variable(arena, name);
}
