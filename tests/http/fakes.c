/* fakes.c — stand-ins for database, sockets, identity and idempotency: enough to see what app.c
 * does with them. Every write is run twice, as after a serialisation failure. */
#include "tests/http/fakes.h"

#include "shop/idempotency/idempotency.h"
#include "http/stream.h"
#include "shop/identity/identity.h"

#include <string.h>
#include <unistd.h>

DbEngine fake_engine = DB_SQLITE;
uint64_t fake_version;

struct Tx {
    int number;
};

typedef struct {
    char    key[64], fingerprint[32], body[4096];
    size_t  body_len;
    int64_t status;
    bool    used;
} Kept;

static Tx   one_tx;
static Kept kept[16];

static Kept *kept_find(Str key)
{
    for (size_t i = 0; i < COUNT(kept); i++)
        if (kept[i].used && str_eq(str_from(kept[i].key), key)) return &kept[i];
    return NULL;
}

bool idempotency_begin(Ctx *ctx, Str fingerprint, IdempotencyStored *out, Error *err)
{
    Kept *found = kept_find(ctx->key);
    *out        = (IdempotencyStored){ .found = found != NULL };
    if (!found) return true;
    out->same    = memcmp(found->fingerprint, fingerprint.ptr, fingerprint.len) == 0;
    out->status  = found->status;
    out->pending = found->status == 0;
    out->body    = str_dup(ctx->arena, (Str){ found->body, found->body_len });
    return out->body.ptr || err_memory(err);
}

bool idempotency_finish(Ctx *ctx, Str fingerprint, int64_t status, Str body, Error *err)
{
    (void)err;
    size_t i = 0;
    while (kept[i].used) i++;
    kept[i].used = true;
    memcpy(kept[i].key, ctx->key.ptr, ctx->key.len);
    memcpy(kept[i].fingerprint, fingerprint.ptr, fingerprint.len);
    kept[i].status   = body.ptr ? status : 0;
    kept[i].body_len = body.len;
    if (body.len) memcpy(kept[i].body, body.ptr, body.len);
    return true;
}

bool idempotency_answer(Ctx *ctx, int64_t status, Str body, Error *err)
{
    (void)err;
    Kept *found     = kept_find(ctx->key);
    found->status   = status;
    found->body_len = body.len;
    memcpy(found->body, body.ptr, body.len);
    return true;
}

bool identity_authenticate(Ctx *ctx, Str key, Principal *out, Error *err)
{
    (void)ctx;
    *out = (Principal){ .merchant = 1, .role = STR("r"), .perms = { { str_eq(key, STR("all")) ? 3 : 1 } } };
    if (str_eq(key, STR("all")) || str_eq(key, STR("reader"))) return true;
    return err_set(err, &ERR_AUTH_INVALID, "", "unknown");
}

DbEngine db_engine(const Db *db)
{
    (void)db;
    return fake_engine;
}

bool db_read_begin(Db *db, Tx **out, Error *err)
{
    (void)db;
    (void)err;
    *out = &one_tx;
    return true;
}

void db_read_end(Tx *tx)
{
    (void)tx;
}

bool db_write(Db *db, bool (*run)(Tx *tx, void *arg, Error *err), void *arg, Error *err)
{
    (void)db;
    return run(&one_tx, arg, err);
}

bool db_submit(Db *db, DbCommand *command, Error *err)
{
    Kept before[COUNT(kept)];
    (void)db;
    memcpy(before, kept, sizeof kept);
    (void)command->run(&one_tx, command->arg, err);
    memcpy(kept, before, sizeof kept);
    *err    = (Error){ 0 };
    bool ok = command->run(&one_tx, command->arg, err);
    Error copy = *err;
    if (!ok) memcpy(kept, before, sizeof kept);
    command->done(command->arg, ok, &copy);
    return true;
}

void db_touch(Tx *tx)
{
    (void)tx;
    fake_version++;
}

bool tx_touched(const Tx *tx)
{
    (void)tx;
    return false;
}

bool db_is_changing(uint64_t version)
{
    (void)version;
    return false;
}

uint64_t db_version(const Db *db)
{
    (void)db;
    return fake_version;
}

int64_t env_now_ms(Env *env)
{
    (void)env;
    return 1764000000000;
}

Id env_new_id(Env *env)
{
    (void)env;
    static uint8_t last;
    return (Id){ { 1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10, 11, 12, 13, 14, 15, ++last } };
}

const HttpRequest *http_request(const HttpExchange *exchange)
{
    return &exchange->request;
}

Arena *http_arena(HttpExchange *exchange)
{
    return &exchange->arena;
}

Str http_header(const HttpExchange *exchange, Str name)
{
    for (int i = 0; i < exchange->header_count; i++)
        if (str_eq(exchange->headers[i].name, name)) return exchange->headers[i].value;
    return STR_NONE;
}

void http_reply(HttpExchange *exchange, const HttpReply *reply)
{
    exchange->reply = *reply;
    atomic_store(&exchange->replied, true);
}

void http_counters(const HttpServer *server, HttpCounters *out)
{
    (void)server;
    *out = (HttpCounters){ 0 };
}

bool streams_create(Db *db, Env *env, Streams **out, Error *err)
{
    (void)db, (void)env, (void)err;
    *out = NULL;
    return true;
}

void streams_destroy(Streams *streams)
{
    (void)streams;
}

void streams_wake(Streams *streams)
{
    (void)streams;
}

bool streams_take(Streams *streams, HttpExchange *exchange, const StreamAsk *ask, StreamPlace *out,
                  Error *err)
{
    (void)streams, (void)exchange, (void)ask, (void)out;
    return err_set(err, &ERR_OVERLOADED, "", "no streams here");
}

void streams_start(StreamPlace place, const HttpReply *head)
{
    (void)place, (void)head;
}
