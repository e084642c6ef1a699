/* settle.c — how many lines of a settlement file a second: read, matched to card payments, judged and
 * booked, beside bare inserts of the same rows, as many a commit. Usage: bench-settle DB-FILE LINES Prints
 * lines a second: bare, through the engine. */
#include "core/money.h"
#include "flows/settle.h"
#include "shop/orders/orders.h"
#include "shop/reconciliation/reconciliation.h"
#include "third_party/sqlite/sqlite3.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ARENA_BYTES = 32 << 20, PART_BYTES = 384 << 10, GROUP = 2000, TEXT_MAX = 200 };

static Env      env;
static Db      *db;
static Arena    arena;
static sqlite3 *lite;
static int64_t  lines;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "bench-settle: %s: %s\n", what, why);
    exit(1);
}

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static Ctx ctx_of(Tx *tx)
{
    arena_reset(&arena);
    return (Ctx){ .arena  = &arena,
                  .tx     = tx,
                  .db     = db,
                  .env    = &env,
                  .now_ms = env_now_ms(&env),
                  .who    = { .merchant = 1, .perms = PERMS_ALL } };
}

static void run_sql(const char *sql)
{
    char *why = NULL;
    if (sqlite3_exec(lite, sql, NULL, NULL, &why) != SQLITE_OK) die(sql, why);
}

static sqlite3_stmt *prepare(const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(lite, sql, -1, &stmt, NULL) != SQLITE_OK) die(sql, sqlite3_errmsg(lite));
    return stmt;
}

/* --- so many card payments: copies of one sale --- */

static bool sell(Tx *tx, void *arg, Error *err)
{
    Ctx             ctx = ctx_of(tx);
    Order           order;
    BasketLine      line    = { .sku = STR("SKU000001"), .quantity = 1000 };
    TenderInput     tender  = { .kind     = STR("cash"),
                                .amount   = OPT_NONE,
                                .tendered = OPT_NONE,
                                .tip      = OPT_NONE };
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("pos"),
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .lines          = { &line, 1 },
                                .tenders        = { &tender, 1 } };
    memset(&order, 0, sizeof order);
    if (!orders_create(&ctx, &request, &order, err)) return false;
    *(Id *)arg = order.id;
    return true;
}

/* The key of the n-th payment: in the order of time, as ours are. */
static Id key_at(int64_t n)
{
    static const uint8_t fixed[6] = { 0x01, 0x99, 0xf0, 0xe5, 0x7c, 0x00 };
    Id                   id       = { { 0 } };
    memcpy(id.bytes, fixed, sizeof fixed);
    id.bytes[6] = 0x70;
    id.bytes[8] = 0x80;
    for (int i = 0; i < 6; i++) id.bytes[10 + i] = (uint8_t)(n >> (40 - 8 * i));
    return id;
}

static void copy_sales(Id order)
{
    sqlite3_stmt *first = prepare(
        "CREATE TEMP TABLE o AS SELECT * FROM sale_order WHERE merchant = 1 AND id = ?1");
    sqlite3_stmt *then = prepare(
        "CREATE TEMP TABLE p AS SELECT * FROM payment WHERE merchant = 1 AND order_id = ?1");
    (void)sqlite3_bind_blob(first, 1, order.bytes, ID_BYTES, SQLITE_STATIC);
    (void)sqlite3_bind_blob(then, 1, order.bytes, ID_BYTES, SQLITE_STATIC);
    if (sqlite3_step(first) != SQLITE_DONE || sqlite3_step(then) != SQLITE_DONE)
        die("copies", sqlite3_errmsg(lite));
    (void)sqlite3_finalize(first);
    (void)sqlite3_finalize(then);
    run_sql("UPDATE p SET kind = 'card', state = 'captured', amount = 1000, tendered = 0, change = 0");
    run_sql("BEGIN IMMEDIATE");
    sqlite3_stmt *steps[] = {
        prepare("UPDATE o SET id = ?1, number = 2000000000 + ?2"),
        prepare("INSERT INTO sale_order SELECT * FROM o"),
        prepare("UPDATE p SET order_id = ?1, id = ?1, reference = 'ch_' || ?2"),
        prepare("INSERT INTO payment SELECT * FROM p"),
        prepare(
            "INSERT INTO payment_route (merchant, payment, order_id, n, service, terminal, card, at_ms) "
            "VALUES (1, ?1, ?1, 1, 'psp', '', '', ?2)"),
    };
    for (int64_t n = 1; n <= lines; n++) {
        Id key = key_at(n);
        for (size_t i = 0; i < COUNT(steps); i++) {
            if (sqlite3_bind_parameter_count(steps[i])) {
                (void)sqlite3_bind_blob(steps[i], 1, key.bytes, ID_BYTES, SQLITE_STATIC);
                (void)sqlite3_bind_int64(steps[i], 2, n);
            }
            if (sqlite3_step(steps[i]) != SQLITE_DONE) die("a copy", sqlite3_errmsg(lite));
            (void)sqlite3_reset(steps[i]);
        }
    }
    for (size_t i = 0; i < COUNT(steps); i++) (void)sqlite3_finalize(steps[i]);
    run_sql("COMMIT");
}

/* --- the file --- */

static Str make_file(void)
{
    size_t size = (size_t)(lines + 2) * TEXT_MAX, used = 0;
    char  *text                 = malloc(size);
    char   key[ID_TEXT_LEN + 1] = { 0 };
    if (!text) die("memory", "none");
    used += (size_t)snprintf(text, size,
                             "id,type,key,refund_key,reference,payout,amount,currency,fee,date,text\n");
    for (int64_t n = 1; n <= lines; n++) {
        id_format(key_at(n), key);
        static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        uint64_t mixed = (uint64_t)n * 0x9E3779B97F4A7C15ULL; /* a service's ids: the time, then chance */
        char     front[7] = "3Mi000";
        for (int64_t i = 5, rest = n; i > 2; i--, rest /= 62) front[i] = digits[rest % 62];
        used += (size_t)snprintf(
            text + used, size - used,
            "txn_%s%016llx,charge,%s,,ch_%012lld,po_%lld,10.00,GBP,0.34,2026-11-%02lld,visa\n", front,
            (unsigned long long)mixed, key, (long long)n, (long long)(n / 5000), (long long)(n % 28 + 1));
    }
    return (Str){ text, used };
}

typedef struct {
    ReconFile      file;
    ReconFileInput input;
    ReconPart      part;
} Sending;

static bool begin(Tx *tx, void *arg, Error *err)
{
    Sending *it  = arg;
    Ctx      ctx = ctx_of(tx);
    return recon_begin(&ctx, &it->input, &it->file, err);
}

static bool send_part(Tx *tx, void *arg, Error *err)
{
    Sending  *it  = arg;
    Ctx       ctx = ctx_of(tx);
    ReconFile answer;
    return recon_part(&ctx, &it->part, &answer, err);
}

static void send_file(Str text, Sending *it)
{
    Error         err = { 0 };
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char          hex[2 * SHA256_DIGEST_LENGTH + 1];
    char         *data = malloc(PART_BYTES * 2);
    SHA256((const unsigned char *)text.ptr, text.len, digest);
    for (size_t i = 0; i < sizeof digest; i++) (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    it->input = (ReconFileInput){ .service = STR("psp"),
                                  .digest  = str_from(hex),
                                  .bytes   = (int64_t)text.len };
    if (!data || !db_write(db, begin, it, &err)) die("the file", err.message);
    it->part.file = it->file.id;
    for (size_t at = 0; at < text.len; at += PART_BYTES) {
        Str piece = str_slice(text, at, at + PART_BYTES < text.len ? at + PART_BYTES : text.len);
        int len = EVP_EncodeBlock((unsigned char *)data, (const unsigned char *)piece.ptr, (int)piece.len);
        it->part.n    = (int64_t)(at / PART_BYTES) + 1;
        it->part.data = (Str){ data, (size_t)len };
        if (!db_write(db, send_part, it, &err)) die("a part", err.message);
    }
    free(data);
}

static bool ended(Sending *it)
{
    Error err = { 0 };
    Tx   *tx  = NULL;
    ById  ask = { it->part.file };
    if (!db_read_begin(db, &tx, &err)) die("a look", err.message);
    Ctx  ctx = ctx_of(tx);
    bool ok  = recon_show(&ctx, &ask, &it->file, &err);
    bool end = ok && (str_eq(it->file.state, STR("done")) || str_eq(it->file.state, STR("failed")));
    if (end && it->file.matched != lines) die("the file", "not all of its lines are matched");
    db_read_end(tx);
    if (!ok) die("a look", err.message);
    return end;
}

static double through_engine(Str text)
{
    static uint8_t memory[1 << 20];
    Sending        it = { .file = { .bytes = 0 } };
    Arena          small;
    Error          err = { 0 };
    send_file(text, &it);
    double began = now_s();
    while (!ended(&it)) {
        arena_init(&small, memory, sizeof memory);
        if (!settle_due(db, &env, &small, env_now_ms(&env), &err)) die("the job", err.message);
    }
    return (double)lines / (now_s() - began);
}

/* --- bare --- */

static double bare(void)
{
    run_sql("CREATE TEMP TABLE rows AS SELECT * FROM recon_line");
    run_sql("DELETE FROM recon_line");
    run_sql("PRAGMA wal_checkpoint(TRUNCATE)");
    sqlite3_stmt *put = prepare(
        "INSERT INTO recon_line SELECT * FROM rows WHERE rowid > ?1 AND rowid <= ?1 + ?2");
    double began = now_s();
    for (int64_t n = 0; n < lines; n += GROUP) {
        run_sql("BEGIN IMMEDIATE");
        (void)sqlite3_bind_int64(put, 1, n);
        (void)sqlite3_bind_int64(put, 2, GROUP);
        if (sqlite3_step(put) != SQLITE_DONE) die("bare", sqlite3_errmsg(lite));
        (void)sqlite3_reset(put);
        run_sql("COMMIT");
    }
    double rate = (double)lines / (now_s() - began);
    (void)sqlite3_finalize(put);
    return rate;
}

static void open_db(const char *path)
{
    char  url[1024];
    Error err = { 0 };
    (void)snprintf(url, sizeof url, "sqlite:%s", path);
    DbOptions options = { .url = str_from(url) };
    if (!db_open(&options, true, &db, &err)) die("database", err.message);
}

static void open_lite(const char *path)
{
    if (sqlite3_open(path, &lite) != SQLITE_OK) die(path, "cannot be opened");
    run_sql("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; "
            "PRAGMA temp_store = MEMORY");
}

int main(int argc, char **argv)
{
    Error err   = { 0 };
    Id    order = { { 0 } };
    void *bytes = malloc(ARENA_BYTES);
    if (argc != 3 || !bytes || !str_to_i64(str_from(argv[2]), &lines))
        die("usage", "bench-settle DB-FILE LINES");
    arena_init(&arena, bytes, ARENA_BYTES);
    env_init_real(&env);
    open_db(argv[1]);
    if (!db_write(db, sell, &order, &err)) die("a sale", err.message);
    db_close(db);
    open_lite(argv[1]);
    copy_sales(order);
    (void)sqlite3_close(lite);
    open_db(argv[1]);
    Str    text = make_file();
    double rate = through_engine(text);
    db_close(db);
    open_lite(argv[1]);
    printf("%.0f %.0f\n", bare(), rate);
    (void)sqlite3_close(lite);
    free((void *)(uintptr_t)text.ptr);
    free(bytes);
    return 0;
}
