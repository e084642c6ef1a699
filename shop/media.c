/* media.c — in which form the reply of a route comes. See media.h. */
#include "shop/media.h"

static const struct {
    const char *end;
    Media       media;
} files[] = {
    { ".svg", { "image/svg+xml", "image/svg+xml", true } },
    { ".csv", { "text/csv", "text/csv; charset=utf-8", true } },
    { ".pdf", { "application/pdf", "application/pdf", false } },
    { ".zpl", { "application/zpl", "application/zpl; charset=utf-8", true } },
    { ".txt", { "text/plain", "text/plain; charset=utf-8", true } },
    { ".html", { "text/html", "text/html; charset=utf-8", true } },
    { ".escpos", { "application/x-escpos", "application/x-escpos", false } },
};

Media route_media(const RouteDef *route)
{
    Str path = str_from(route->path);
    if (route->flags & STREAM) return (Media){ "text/event-stream", "text/event-stream", true };
    if (!(route->flags & TEXT_REPLY)) return (Media){ "application/json", "application/json", true };
    for (size_t i = 0; i < COUNT(files); i++) {
        Str end = str_from(files[i].end);
        if (path.len > end.len && str_eq(str_slice(path, path.len - end.len, path.len), end))
            return files[i].media;
    }
    if (route->flags & HTML_PAGE) return (Media){ "text/html", "text/html; charset=utf-8", true };
    return (Media){ "text/plain", "text/plain; charset=utf-8", true };
}
