/* app.c — between HTTP and the capabilities. See app.h.
 * A request is a Call in its exchange's arena. It goes from thread to thread but is never touched by
 * two at once: loop -> (worker or database thread) -> (worker) -> answer. */
#include "http/app.h"

#include "core/pan.h"
#include "http/access_log.h"
#include "http/auth_cache.h"
#include "http/body.h"
#include "sys/json_write.h"
#include "http/metrics.h"
#include "http/openapi.h"
#include "http/page.h"
#include "http/problem.h"
#include "http/reply_cache.h"
#include "http/stream.h"
#include "http/workers.h"
#include "shop/idempotency/idempotency.h"
#include "shop/identity/identity.h"
#include "shop/media.h"
#include "shop/perms.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST_ID_MAX = 64, KEY_MAX = 255, SLOW_THREADS = 2 };

struct App {
    AppOptions        options;
    Router           *router;
    Workers          *readers; /* SQLite: for SLOW routes only */
    Workers          *askers;  /* asking stages: they wait for the tax service, or count a PIN */
    Workers          *afters;  /* apart from the readers: a slow card service must not stop reads */
    const HttpServer *server;
    Str               openapi; /* owned */
    Metrics           metrics;
    AuthCache         cache;
    AccessLog        *log;     /* or NULL */
    ReplyCache       *replies; /* NULL on PostgreSQL */
    Shelf            *shelf;     /* the same; or NULL: reads are only slower */
    Streams          *streams;
    bool              reads_wait; /* PostgreSQL: a read waits for the network, never on the loop */
};

typedef struct {
    App               *app;
    HttpExchange      *exchange;
    const HttpRequest *in;
    const Route       *route;
    PathParams         params;
    Ctx                ctx;
    Str                bearer;
    void              *request, *reply;
    Str                fingerprint;
    size_t             mark;   /* arena in use before `run`, which may be run again */
    Str                body;   /* the answer of a write */
    int                status;
    bool               replayed;
    uint64_t           version; /* of the database before it was read */
    int64_t            start_us;
    DbCommand          command;
    Work               work;
} Call;

static int64_t clock_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void add_header(HttpReply *reply, Str name, Str value)
{
    assert(reply->header_count < HTTP_REPLY_HEADERS_MAX);
    reply->headers[reply->header_count++] = (HttpHeader){ name, value };
}

static void log_request(const Call *call, int status, int64_t micros)
{
    LogEntry entry = { .at_ms = call->ctx.now_ms, .micros = micros, .method = call->in->method,
                       .path = call->route ? call->route->def->path : "-", .status = status,
                       .request_id = call->ctx.request_id, .replayed = call->replayed };
    access_log_request(call->app->log, &entry);
}

/* Headers and counts of every answer. */
static void finish(Call *call, HttpReply *reply)
{
    shelf_leave(&call->ctx.shelf);
    App    *app    = call->app;
    int64_t micros = clock_us() - call->start_us;
    if (call->ctx.request_id.len) add_header(reply, STR("X-Request-Id"), call->ctx.request_id);
    add_header(reply, STR("X-Content-Type-Options"), STR("nosniff"));
    if (call->replayed) add_header(reply, STR("Idempotency-Replayed"), STR("true"));
    metrics_count(&app->metrics, reply->status, micros);
    if (call->replayed) atomic_fetch_add(&app->metrics.replayed, 1);
    if (app->log) log_request(call, reply->status, micros);
    atomic_fetch_sub(&app->metrics.in_flight, 1);
}

/* Sends; the call must not be touched afterwards. */
static void answer(Call *call, HttpReply *reply)
{
    finish(call, reply);
    http_reply(call->exchange, reply);
}

static bool is_page(const Call *call)
{
    return call->route && call->route->def->flags & HTML_PAGE;
}

static Str content_type(const RouteDef *def)
{
    return str_from(route_media(def).content);
}

/* Whether what is answered is read by a browser. */
static bool is_html(const Call *call)
{
    return str_starts(content_type(call->route->def), STR("text/html"));
}

/* The same for people. */
static void refuse_page(Call *call, const Error *err, int status)
{
    Str       body  = page_problem(call->ctx.arena, err);
    HttpReply reply = { .status = status, .body = body.ptr ? body : STR(""), .may_gzip = true };
    reply.content_type = STR("text/html; charset=utf-8");
    page_headers(call->ctx.arena, reply.body, &reply);
    answer(call, &reply);
}

static void refuse_with(Call *call, const Error *err, const Faults *faults, Str allow, bool settled)
{
    const ErrDef *def = err->def ? err->def : &ERR_INTERNAL;
    if (def == &ERR_MEMORY && call->mark) call->ctx.arena->used = call->mark; /* room for this */
    if (is_page(call)) {
        refuse_page(call, err, def->status);
        return;
    }
    Str           body  = problem_body(call->ctx.arena, err, faults, call->ctx.request_id, settled);
    HttpReply     reply = { .status = def->status, .body = body, .may_gzip = true };
    reply.content_type  = STR("application/problem+json");
    add_header(&reply, STR("Cache-Control"), STR("no-store"));
    if (def->status == 401) add_header(&reply, STR("WWW-Authenticate"), STR("Bearer"));
    if (def->retry) add_header(&reply, STR("Retry-After"), STR("1"));
    if (allow.len) add_header(&reply, STR("Allow"), allow);
    answer(call, &reply);
}

static void refuse(Call *call, const Error *err)
{
    refuse_with(call, err, NULL, STR_NONE, true);
}

/* The reply struct as the bytes of the body. */
static bool encode_body(Call *call, Str *out, Error *err)
{
    const RouteDef *def = call->route->def;
    *out                = STR_NONE;
    if (def->flags & TEXT_REPLY) {
        for (size_t i = 0; i < def->reply->field_count; i++)
            if (strcmp(def->reply->fields[i].name, "text") == 0)
                *out = *(const Str *)((const char *)call->reply + def->reply->fields[i].offset);
        if (!out->ptr) *out = STR("");
        return true;
    }
    *out = json_write_text(call->ctx.arena, def->reply, call->reply);
    return out->ptr || err_memory(err);
}

/* --- reads --- */

static bool etag_matches(Str wanted, Str etag)
{
    for (size_t from = 0; from < wanted.len;) {
        size_t end  = str_index(wanted, ',', from);
        Str    item = str_trim(str_slice(wanted, from, end));
        if (str_starts(item, STR("W/"))) item = str_slice(item, 2, item.len);
        if (str_eq(item, etag) || str_eq(item, STR("*"))) return true;
        from = end + 1;
    }
    return false;
}

static void answer_read(Call *call, Str body, Str etag, bool in_arena)
{
    HttpReply reply = { .status = call->route->def->status, .body = body, .may_gzip = true,
                        .may_wait = in_arena };
    Str       known = http_header(call->exchange, STR("if-none-match"));
    reply.content_type = content_type(call->route->def);
    if (is_html(call)) {
        page_headers(call->ctx.arena, body, &reply);
        answer(call, &reply);
        return;
    }
    if (etag.ptr) add_header(&reply, STR("ETag"), etag);
    add_header(&reply, STR("Cache-Control"), STR("private, no-cache"));
    add_header(&reply, STR("Vary"), STR("Authorization, Accept-Encoding"));
    if (etag.ptr && known.ptr && etag_matches(known, etag)) {
        reply.status = 304;
        reply.body   = STR("");
    }
    answer(call, &reply);
}

static bool is_cached(const Call *call)
{
    return call->app->replies && (call->route->def->flags & (CACHED | SLOW)) == CACHED;
}

/* True when the reply was there and has been given. */
static bool answer_cached(Call *call)
{
    const HttpRequest *in  = call->in;
    ReplyKey           key = { call->ctx.who.merchant, in->path, in->query };
    Str                body, etag;
    call->version = db_version(call->app->options.db);
    if (in->body.len > 0) return false;
    if (!reply_cache_find(call->app->replies, &key, call->version, &body, &etag)) return false;
    answer_read(call, body, etag, false);
    return true;
}

static void keep_reply(Call *call, Str body, Str etag)
{
    ReplyKey key = { call->ctx.who.merchant, call->in->path, call->in->query };
    if (etag.ptr) reply_cache_put(call->app->replies, &key, call->version, body, etag);
}

/* The value of a TEXT field of the reply struct. */
static Str reply_text(const Call *call, const char *name)
{
    const StructDef *def = call->route->def->reply;
    for (size_t i = 0; i < def->field_count; i++)
        if (strcmp(def->fields[i].name, name) == 0)
            return *(const Str *)((const char *)call->reply + def->fields[i].offset);
    UNREACHABLE();
}

/* A client that comes back says in Last-Event-ID how far it was. */
static void open_stream(Call *call)
{
    Error     err    = { 0 };
    Str       cursor = http_header(call->exchange, STR("last-event-id"));
    HttpReply head   = { .status = call->route->def->status, .content_type = content_type(call->route->def) };
    if (!cursor.len) cursor = reply_text(call, "cursor");
    add_header(&head, STR("Cache-Control"), STR("no-store"));
    StreamPlace place;
    StreamAsk   ask = { call->ctx.who.merchant, call->bearer, call->route->perm, cursor };
    if (!streams_take(call->app->streams, call->exchange, &ask, &place, &err)) {
        refuse(call, &err);
        return;
    }
    finish(call, &head);
    streams_start(place, &head); /* now the call is gone */
}

static void start_write(Call *call);
static void read_stage(void *arg);

/* What is outside is asked, or counted, before the transaction of the handler begins. */
static void ask_stage(void *arg)
{
    Call *call       = arg;
    Error err        = { 0 };
    call->ctx.asking = true;
    (void)call->route->def->handler(&call->ctx, call->request, call->reply, &err);
    call->ctx.asking = false;
    call->ctx.asked  = true;
    call->mark       = call->ctx.arena->used; /* now above what was told */
    if (call->route->def->flags & WRITE) start_write(call);
    else read_stage(call);
}

static void start_asking(Call *call)
{
    Error err  = { 0 };
    call->work = (Work){ .run = ask_stage, .arg = call };
    if (!workers_push(call->app->askers, &call->work, &err)) refuse(call, &err);
}

/* For a handler that cannot go on before its asking stage has run. */
static bool asks_first(Call *call)
{
    if (!call->ctx.ask_first || call->ctx.asked) return false;
    shelf_leave(&call->ctx.shelf);
    start_asking(call);
    return true;
}

static void read_stage(void *arg)
{
    Call *call = arg;
    Error err  = { 0 };
    Str   body = STR_NONE;
    shelf_enter(&call->ctx.shelf, call->app->shelf, call->ctx.db, NULL);
    if (!db_read_begin(call->app->options.db, &call->ctx.tx, &err)) {
        refuse(call, &err);
        return;
    }
    bool stream = call->route->def->flags & STREAM;
    bool ok     = call->route->def->handler(&call->ctx, call->request, call->reply, &err) &&
              (stream || encode_body(call, &body, &err));
    db_read_end(call->ctx.tx);
    call->ctx.tx = NULL;
    if (!ok && asks_first(call)) return;
    if (!ok) {
        refuse(call, &err);
        return;
    }
    if (stream) {
        open_stream(call);
        return;
    }
    Str etag = STR_NONE;
    if (call->route->def->method == GET)
        etag = str_format(call->ctx.arena, "\"%016" PRIx64 "\"", fnv64(body));
    if (is_cached(call)) keep_reply(call, body, etag);
    answer_read(call, body, etag, true);
}

/* --- writes --- */

/* True when the key was used: then either the stored answer is taken or *err says why not. */
static bool replay(Call *call, const IdempotencyStored *stored, Error *err)
{
    if (!stored->same)
        return err_set(err, &ERR_KEY_REUSED, "", "this Idempotency-Key belongs to another request");
    if (stored->pending)
        return err_set(err, &ERR_KEY_IN_FLIGHT, "", "the first request is not answered yet");
    call->replayed = true;
    call->status   = (int)stored->status;
    call->body     = stored->body;
    return true;
}

/* The request came before and its work after the commit did not end: the handler looks what became of
 * it; the answer is kept when it is final. */
static bool resume(Call *call, const IdempotencyStored *stored, Error *err)
{
    Ctx *ctx      = &call->ctx;
    ctx->resume   = true;
    ctx->after_id = stored->document;
    call->replayed = true;
    call->reply   = arena_alloc(ctx->arena, call->route->def->reply->size);
    if (!call->reply) return err_memory(err);
    if (!call->route->def->handler(ctx, call->request, call->reply, err)) return false;
    if (ctx->pending) call->status = 202;
    if (!encode_body(call, &call->body, err)) return false;
    return ctx->pending || idempotency_answer(ctx, call->status, call->body, err);
}

/* May be run again from the start, so everything of the run before is dropped first. */
static bool write_run(Tx *tx, void *arg, Error *err)
{
    Call             *call = arg;
    Ctx              *ctx  = &call->ctx;
    const RouteDef   *def  = call->route->def;
    IdempotencyStored stored;
    shelf_leave(&ctx->shelf); /* before the pins are gone with the arena */
    ctx->arena->used = call->mark;
    ctx->tx          = tx;
    if (def->flags & NO_TOUCH) shelf_enter(&ctx->shelf, call->app->shelf, ctx->db, tx);
    ctx->after       = NULL;
    ctx->after_id    = (Id){ 0 };
    ctx->after_arg   = NULL;
    ctx->resume      = false;
    ctx->pending     = false;
    ctx->ask_first   = false;
    call->replayed   = false;
    call->status     = def->status;
    call->body       = STR_NONE;
    stored.found = false;
    if (!ctx->raw && !idempotency_begin(ctx, call->fingerprint, &stored, err)) return false;
    if (stored.found && stored.same && stored.pending && !id_is_none(stored.document))
        return resume(call, &stored, err);
    if (stored.found) return replay(call, &stored, err);
    call->reply = arena_alloc(ctx->arena, def->reply->size);
    if (!call->reply) return err_memory(err);
    if (!def->handler(ctx, call->request, call->reply, err)) return false;
    if (!(def->flags & NO_TOUCH)) db_touch(tx);
    if (!ctx->after && !encode_body(call, &call->body, err)) return false;
    return ctx->raw || idempotency_finish(ctx, call->fingerprint, call->status, call->body, err);
}

static void committed(App *app)
{
    streams_wake(app->streams);
    if (app->options.committed) app->options.committed(app->options.committed_arg);
}

void app_wake(App *app)
{
    streams_wake(app->streams);
}

static void answer_write(Call *call)
{
    HttpReply reply = { .status = call->status, .body = call->body, .may_gzip = true };
    reply.content_type =
        call->status >= 400 ? STR("application/problem+json") : content_type(call->route->def);
    if (is_page(call)) page_headers(call->ctx.arena, call->body, &reply);
    else add_header(&reply, STR("Cache-Control"), STR("no-store"));
    answer(call, &reply);
}

static bool store_answer(Tx *tx, void *arg, Error *err)
{
    Call *call   = arg;
    call->ctx.tx = tx;
    return idempotency_answer(&call->ctx, call->status, call->body, err);
}

/* What a handler left to do after its commit. Its answer is stored with the key; a failure that may
 * pass is not, so that the key stays open for whoever settles the document. */
static void after_stage(void *arg)
{
    Call *call   = arg;
    Error err    = { 0 };
    Error lost   = { 0 };
    call->ctx.tx = NULL;
    bool ok      = call->ctx.after(&call->ctx, call->reply, &err);
    committed(call->app);
    bool shown   = !ok || encode_body(call, &call->body, &err);
    if (!shown || (!ok && (!err.def || err.def->retry))) {
        refuse_with(call, &err, NULL, STR_NONE, false);
        return;
    }
    if (!ok) {
        call->status = err.def->status;
        call->body   = problem_body(call->ctx.arena, &err, NULL, call->ctx.request_id, true);
    }
    if (call->ctx.pending) call->status = 202;
    if (!call->ctx.pending && !db_write(call->app->options.db, store_answer, call, &lost)) {
        refuse_with(call, &lost, NULL, STR_NONE, false);
        return;
    }
    call->ctx.tx = NULL;
    answer_write(call);
}

static void write_done(void *arg, bool ok, const Error *err)
{
    Call *call   = arg;
    Error full   = { 0 };
    call->ctx.tx = NULL;
    if (ok && !call->replayed) committed(call->app);
    if (!ok && asks_first(call)) return;
    if (!ok) {
        call->replayed = false;
        refuse(call, err);
    } else if (call->ctx.after) {
        call->work = (Work){ .run = after_stage, .arg = call };
        if (!workers_push(call->app->afters, &call->work, &full))
            refuse_with(call, &full, NULL, STR_NONE, false);
    } else {
        answer_write(call);
    }
}

static void start_write(Call *call)
{
    Error err = { 0 };
    if (!body_fingerprint(call->ctx.arena, call->in, &call->fingerprint, &err)) {
        refuse(call, &err);
        return;
    }
    call->mark    = call->ctx.arena->used; /* now above the fingerprint */
    call->command = (DbCommand){ .run = write_run, .done = write_done, .arg = call };
    if (!db_submit(call->app->options.db, &call->command, &err)) refuse(call, &err);
}

/* --- before both --- */

static bool check_perm(const Call *call, Error *err)
{
    const RouteDef *def = call->route->def;
    if (def->flags & PUBLIC || perms_have(&call->ctx.who.perms, call->route->perm)) return true;
    (void)err_set(err, &ERR_PERMISSION_MISSING, "", "needs the permission %s", def->perm->code);
    err->extra = str_format(call->ctx.arena, "\"permission\":\"%s\"", def->perm->code);
    return false;
}

static bool check_key(Call *call, Faults *faults, Error *err)
{
    Str  key     = http_header(call->exchange, STR("idempotency-key"));
    bool visible = true;
    if (!(call->route->def->flags & WRITE) || call->route->def->flags & RAW) return true;
    for (size_t i = 0; i < key.len; i++) visible = visible && key.ptr[i] > ' ' && key.ptr[i] < 0x7F;
    if (key.len == 0 || key.len > KEY_MAX || !visible)
        return err_set(err, &ERR_KEY_REQUIRED, "", "send 1 to %d visible characters", KEY_MAX);
    call->ctx.key = key;
    if (!pan_found(key, false)) return true;
    faults->items[0] = (Fault){ "Idempotency-Key", "card_number_refused",
                                "this looks like a card number; never send one" };
    faults->count    = 1;
    return err_set(err, &ERR_FIELD_INVALID, "Idempotency-Key", "%s", faults->items[0].detail);
}

static bool check_media(const Call *call, Error *err)
{
    if (call->in->body.len == 0 || call->route->def->flags & RAW) return true;
    Str type = http_header(call->exchange, STR("content-type"));
    Str code = http_header(call->exchange, STR("content-encoding"));
    bool plain = code.len == 0 || str_eq_nocase(code, STR("identity"));
    if (type.ptr && body_is_json(type) && plain) return true;
    return err_set(err, &ERR_MEDIA_TYPE, "", "send application/json without Content-Encoding");
}

/* Everything after it is known who asks. */
static void proceed(Call *call, bool on_worker)
{
    App            *app = call->app;
    const RouteDef *def = call->route->def;
    Error           err = { 0 };
    Faults          faults;
    faults.count = 0;
    if (!check_perm(call, &err)) {
        refuse(call, &err);
        return;
    }
    if (is_cached(call) && answer_cached(call)) return;
    call->request = arena_alloc(call->ctx.arena, def->request->size);
    call->reply   = arena_alloc(call->ctx.arena, def->reply->size);
    bool ok = (call->request && call->reply) || err_memory(&err);
    ok = ok && check_key(call, &faults, &err) && check_media(call, &err);
    if (def->flags & RAW) ok = ok && body_take_raw(&call->ctx, call->exchange, &err);
    ok = ok && decode_request(call->ctx.arena, def, call->params, call->in->query,
                              def->flags & RAW ? STR_NONE : call->in->body, call->request, &faults, &err);
    call->mark = call->ctx.arena->used;
    if (!ok) {
        refuse_with(call, &err, &faults, STR_NONE, true);
    } else if (def->flags & ASKS && app->options.env->tax_url.len) {
        start_asking(call);
    } else if (def->flags & WRITE) {
        start_write(call);
    } else if (on_worker || !(app->reads_wait || def->flags & SLOW)) {
        read_stage(call);
    } else {
        call->work = (Work){ .run = read_stage, .arg = call };
        if (!workers_push(app->readers, &call->work, &err)) refuse(call, &err);
    }
}

/* Asks the database who holds the key. */
static bool authenticate(Call *call, Error *err)
{
    Ctx    *ctx   = &call->ctx;
    int64_t asked = clock_us() / 1000;
    if (!db_read_begin(call->app->options.db, &ctx->tx, err)) return false;
    bool ok = identity_authenticate(ctx, call->bearer, &ctx->who, err);
    db_read_end(ctx->tx);
    ctx->tx = NULL;
    if (ok) auth_cache_put(&call->app->cache, call->bearer, &ctx->who, asked);
    return ok;
}

static void auth_stage(void *arg)
{
    Call *call = arg;
    Error err  = { 0 };
    if (authenticate(call, &err)) proceed(call, true);
    else refuse(call, &err);
}

static bool find_bearer(Call *call, Error *err)
{
    Str header = http_header(call->exchange, STR("authorization"));
    if (!header.ptr) header = STR("");
    Str scheme = str_slice(header, 0, str_index(header, ' ', 0));
    if (!str_eq_nocase(scheme, STR("Bearer")) || header.len <= scheme.len)
        return err_set(err, &ERR_AUTH_REQUIRED, "", "send Authorization: Bearer KEY");
    call->bearer = str_trim(str_slice(header, scheme.len, header.len));
    if (call->bearer.len > 0 && call->bearer.len <= KEY_MAX) return true;
    return err_set(err, &ERR_AUTH_INVALID, "", "unknown or revoked key");
}

static void start_route(Call *call)
{
    App  *app = call->app;
    Error err = { 0 };
    if (call->route->def->flags & PUBLIC) {
        proceed(call, false);
    } else if (!find_bearer(call, &err)) {
        refuse(call, &err);
    } else if (auth_cache_find(&app->cache, call->ctx.arena, call->bearer, call->start_us / 1000,
                               &call->ctx.who)) {
        proceed(call, false);
    } else if (app->reads_wait) {
        call->work = (Work){ .run = auth_stage, .arg = call };
        if (!workers_push(app->readers, &call->work, &err)) refuse(call, &err);
    } else if (authenticate(call, &err)) {
        proceed(call, false);
    } else {
        refuse(call, &err);
    }
}

/* --- pages of our own --- */

static void answer_page(Call *call, Str type, Str body)
{
    HttpReply reply = { .status = 200, .content_type = type, .body = body, .may_gzip = true };
    Error     err   = { 0 };
    if (body.ptr) {
        add_header(&reply, STR("Cache-Control"), STR("no-cache"));
        answer(call, &reply);
    } else {
        (void)err_memory(&err);
        refuse(call, &err);
    }
}

static void page_health(void *arg)
{
    answer_page(arg, STR("application/json"), STR("{\"status\":\"ok\"}"));
}

static void page_ready(void *arg)
{
    Call *call = arg;
    Error err  = { 0 };
    Tx   *tx   = NULL;
    if (!db_read_begin(call->app->options.db, &tx, &err)) {
        refuse(call, &err);
        return;
    }
    db_read_end(tx);
    answer_page(call, STR("application/json"), STR("{\"status\":\"ready\"}"));
}

static void page_metrics(void *arg)
{
    Call *call = arg;
    Str   text = metrics_text(call->ctx.arena, &call->app->metrics, call->app->server, call->app->log);
    answer_page(call, STR("text/plain; version=0.0.4"), text);
}

static void page_openapi(void *arg)
{
    Call *call = arg;
    answer_page(call, STR("application/json"), call->app->openapi);
}

static void page_index(void *arg)
{
    answer_page(arg, STR("application/json"),
                STR("{\"name\":\"onetill\",\"openapi\":\"/openapi.json\",\"health\":\"/healthz\","
                    "\"ready\":\"/readyz\",\"metrics\":\"/metrics\",\"api\":\"/v1/\"}"));
}

/* True when the path is one of ours; then it is answered. */
static bool answer_own_page(Call *call)
{
    static const struct {
        const char *path;
        void (*make)(void *arg);
        bool blocks;
    } pages[] = {
        { "/", page_index, false },
        { "/healthz", page_health, false },
        { "/readyz", page_ready, true },
        { "/metrics", page_metrics, false },
        { "/openapi.json", page_openapi, false },
    };
    Error err = { 0 };
    if (!str_eq(call->in->method, STR("GET"))) return false;
    for (size_t i = 0; i < COUNT(pages); i++) {
        if (!str_eq(call->in->path, str_from(pages[i].path))) continue;
        call->work = (Work){ .run = pages[i].make, .arg = call };
        if (!pages[i].blocks || !call->app->reads_wait) pages[i].make(call);
        else if (!workers_push(call->app->readers, &call->work, &err)) refuse(call, &err);
        return true;
    }
    return false;
}

/* --- start --- */

/* The caller's request id when it is harmless, else one of ours. */
static Str request_id(Env *env, Arena *arena, Str given)
{
    bool sane = given.len > 0 && given.len <= REQUEST_ID_MAX;
    for (size_t i = 0; sane && i < given.len; i++) {
        char c = given.ptr[i];
        sane   = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '-' || c == '_' || c == '.';
    }
    return sane && !pan_found(given, false) ? given : id_text(arena, env_new_id(env));
}

static void answer_no_memory(App *app, HttpExchange *exchange)
{
    HttpReply reply = { .status = 413, .content_type = STR("application/problem+json") };
    reply.body      = STR("{\"type\":\"/problems/request_too_large\",\"status\":413,"
                          "\"code\":\"request_too_large\",\"retry\":false,\"effect\":\"none\"}");
    metrics_count(&app->metrics, reply.status, 0);
    atomic_fetch_sub(&app->metrics.in_flight, 1);
    http_reply(exchange, &reply);
}

void app_on_request(void *arg, HttpExchange *exchange)
{
    App   *app   = arg;
    Arena *arena = http_arena(exchange);
    Call  *call  = arena_new(arena, Call);
    Error  err   = { 0 };
    Str    allow = STR_NONE;
    atomic_fetch_add(&app->metrics.in_flight, 1);
    if (!call) {
        answer_no_memory(app, exchange);
        return;
    }
    call->app            = app;
    call->exchange       = exchange;
    call->in             = http_request(exchange);
    call->start_us       = clock_us();
    call->ctx.arena      = arena;
    call->ctx.db         = app->options.db;
    call->ctx.env        = app->options.env;
    call->ctx.rules      = app->options.rules;
    call->ctx.now_ms     = env_now_ms(app->options.env);
    call->ctx.request_id = request_id(app->options.env, arena,
                                      http_header(exchange, STR("x-request-id")));
    if (answer_own_page(call)) return;
    if (router_find(app->router, arena, call->in->method, call->in->path, &call->route,
                    &call->params, &allow, &err))
        start_route(call);
    else
        refuse_with(call, &err, NULL, allow, true);
}

bool app_create(const AppOptions *options, App **out, Error *err)
{
    App *app     = calloc(1, sizeof *app);
    int  threads = options->threads > 0 ? options->threads : WORKERS_STANDARD;
    if (!app) return err_memory(err);
    app->options = *options;
    auth_cache_init(&app->cache);
    app->reads_wait = db_engine(options->db) == DB_PG;
    if (!app->reads_wait) app->replies = reply_cache_create(); /* without it reads are only slower */
    if (!app->reads_wait) app->shelf = shelf_create(SHELF_BYTES);
    bool ok = router_create(shop_all, shop_count, &app->router, err) && openapi_make(&app->openapi, err)
           && workers_create(threads, &app->afters, err) && workers_create(threads, &app->askers, err)
           && workers_create(app->reads_wait ? threads : SLOW_THREADS, &app->readers, err)
           && streams_create(options->db, options->env, &app->streams, err)
           && (!options->log || access_log_open(STDERR_FILENO, &app->log, err));
    if (!ok) {
        app_destroy(app);
        return false;
    }
    if (app->log)
        access_log_note(app->log, env_now_ms(options->env), "info", "started, version " ONETILL_VERSION);
    *out = app;
    return true;
}

/* Requests that took longer than the server would wait still hold the call and with it the application. */
static void await_answers(App *app)
{
    struct timespec moment = { .tv_nsec = 10000000 };
    while (atomic_load(&app->metrics.in_flight) > 0) (void)nanosleep(&moment, NULL);
}

void app_destroy(App *app)
{
    if (!app) return;
    await_answers(app);
    workers_destroy(app->readers);
    workers_destroy(app->askers);
    workers_destroy(app->afters);
    streams_destroy(app->streams);
    router_destroy(app->router);
    reply_cache_destroy(app->replies);
    shelf_destroy(app->shelf);
    if (app->log) access_log_note(app->log, env_now_ms(app->options.env), "info", "stopped");
    access_log_close(app->log);
    free((char *)(uintptr_t)app->openapi.ptr);
    pthread_mutex_destroy(&app->cache.lock);
    free(app);
}

void app_set_server(App *app, const HttpServer *server)
{
    app->server = server;
}
