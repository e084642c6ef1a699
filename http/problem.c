/* problem.c — a refusal as the client sees it. See problem.h. */
#include "http/problem.h"

#include <assert.h>

static void member(Buf *buf, const char *name, Str value)
{
    buf_format(buf, ",\"%s\":", name);
    buf_json_string(buf, value);
}

static void add_faults(Buf *buf, const Faults *faults)
{
    buf_add(buf, STR(",\"errors\":["));
    for (size_t i = 0; i < faults->count; i++) {
        const Fault *fault = &faults->items[i];
        buf_add(buf, i ? STR(",{\"field\":") : STR("{\"field\":"));
        buf_json_string(buf, str_from(fault->field));
        member(buf, "code", str_from(fault->code));
        member(buf, "detail", str_from(fault->detail));
        buf_byte(buf, '}');
    }
    buf_byte(buf, ']');
}

Str problem_body(Arena *arena, const Error *err, const Faults *faults, Str request_id,
                 bool settled)
{
    const ErrDef *def = err->def ? err->def : &ERR_INTERNAL;
    Buf           buf = buf_make(arena, 512);
    buf_format(&buf, "{\"type\":\"/problems/%s\"", def->name);
    member(&buf, "title", str_from(def->sentence));
    buf_format(&buf, ",\"status\":%d", def->status);
    if (err->message[0]) member(&buf, "detail", str_from(err->message));
    if (request_id.len) member(&buf, "instance", request_id);
    member(&buf, "code", str_from(def->name));
    if (err->field[0]) member(&buf, "field", str_from(err->field));
    if (faults && faults->count) add_faults(&buf, faults);
    buf_format(&buf, ",\"retry\":%s", def->retry ? "true" : "false");
    member(&buf, "effect", settled ? STR("none") : STR("unknown"));
    if (err->extra.len) {
        buf_byte(&buf, ',');
        buf_add(&buf, err->extra);
    }
    buf_byte(&buf, '}');
    if (!buf.failed) return buf_str(&buf);
    return STR("{\"type\":\"/problems/request_too_large\",\"status\":413,"
               "\"title\":\"The request needs more memory than one may use.\","
               "\"code\":\"request_too_large\",\"retry\":false}");
}
