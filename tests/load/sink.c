/* sink.c — rows into SQLite or PostgreSQL as fast as they take them. See sink.h. */
#include "tests/load/sink.h"

#include "third_party/sqlite/sqlite3.h"

#include <assert.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

enum { COPY_BYTES = 32 << 20 };

struct Sink {
    const SinkTable *tables;
    sqlite3         *lite;
    sqlite3_stmt    *insert[SINK_TABLES];
    PGconn          *pg;
    void            *bytes[SINK_TABLES]; /* of the texts to be copied */
    Arena            arena[SINK_TABLES];
    Buf              copy[SINK_TABLES];
};

static bool lite_failed(Sink *sink, Error *err)
{
    return err_set(err, &ERR_DB_FAILED, "", "%s", sqlite3_errmsg(sink->lite));
}

static bool lite_run(Sink *sink, const char *sql, Error *err)
{
    return sqlite3_exec(sink->lite, sql, NULL, NULL, NULL) == SQLITE_OK || lite_failed(sink, err);
}

static bool lite_open(Sink *sink, const char *path, Error *err)
{
    if (sqlite3_open_v2(path, &sink->lite, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        return lite_failed(sink, err);
    if (!lite_run(sink,
                  "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
                  "PRAGMA cache_size=-262144; BEGIN EXCLUSIVE",
                  err))
        return false;
    for (int t = 0; t < SINK_TABLES; t++) {
        char text[500], marks[SINK_COLUMNS * 2 + 1] = "";
        for (size_t i = 0; sink->tables[t].types[i]; i++) marks[2 * i] = '?', marks[2 * i + 1] = ',';
        marks[2 * strlen(sink->tables[t].types) - 1] = 0;
        (void)snprintf(text, sizeof text, "INSERT INTO %s (%s) VALUES (%s)", sink->tables[t].table,
                       sink->tables[t].columns, marks);
        if (sqlite3_prepare_v3(sink->lite, text, -1, SQLITE_PREPARE_PERSISTENT, &sink->insert[t], NULL)
            != SQLITE_OK)
            return lite_failed(sink, err);
    }
    return true;
}

static bool pg_failed(Sink *sink, Error *err)
{
    return err_set(err, &ERR_DB_FAILED, "", "%s", PQerrorMessage(sink->pg));
}

static bool pg_run(Sink *sink, const char *sql, ExecStatusType want, Error *err)
{
    PGresult *result = PQexec(sink->pg, sql);
    bool      ok     = PQresultStatus(result) == want || pg_failed(sink, err);
    PQclear(result);
    return ok;
}

static void copy_empty(Sink *sink, int table)
{
    arena_init(&sink->arena[table], sink->bytes[table], COPY_BYTES);
    sink->copy[table] = buf_make(&sink->arena[table], COPY_BYTES - 100);
}

static bool pg_open(Sink *sink, const char *url, Error *err)
{
    sink->pg = PQconnectdb(url);
    if (PQstatus(sink->pg) != CONNECTION_OK) return pg_failed(sink, err);
    for (int t = 0; t < SINK_TABLES; t++) {
        sink->bytes[t] = malloc(COPY_BYTES);
        if (!sink->bytes[t]) return err_memory(err);
        copy_empty(sink, t);
    }
    return pg_run(sink, "BEGIN", PGRES_COMMAND_OK, err);
}

bool sink_open(const char *url, const SinkTable tables[SINK_TABLES], Sink **out, Error *err)
{
    Sink *sink = calloc(1, sizeof *sink);
    if (!sink) return err_memory(err);
    sink->tables = tables;
    bool lite    = strncmp(url, "sqlite:", 7) == 0;
    bool ok      = lite ? lite_open(sink, url + 7, err) : pg_open(sink, url, err);
    *out         = sink;
    return ok;
}

static bool lite_row(Sink *sink, int table, const SinkValue *values, Error *err)
{
    sqlite3_stmt *insert = sink->insert[table];
    const char   *types  = sink->tables[table].types;
    for (int i = 0; types[i]; i++) {
        const SinkValue *v = &values[i];
        if (types[i] == 'i')
            sqlite3_bind_int64(insert, i + 1, v->number);
        else if (types[i] == 't')
            sqlite3_bind_text(insert, i + 1, v->text.ptr, (int)v->text.len, SQLITE_STATIC);
        else
            sqlite3_bind_blob(insert, i + 1, v->id.bytes, ID_BYTES, SQLITE_STATIC);
    }
    bool ok = sqlite3_step(insert) == SQLITE_DONE || lite_failed(sink, err);
    sqlite3_reset(insert);
    return ok;
}

/* Two hexadecimal digits a byte, as COPY has bytes in text. */
static void add_id(Buf *buf, Id id)
{
    static const char digits[] = "0123456789abcdef";
    buf_add(buf, STR("\\\\x"));
    for (size_t i = 0; i < ID_BYTES; i++) {
        buf_byte(buf, digits[id.bytes[i] >> 4]);
        buf_byte(buf, digits[id.bytes[i] & 15]);
    }
}

/* The texts of the generators hold nothing that COPY would have escaped. */
static bool pg_row(Sink *sink, int table, const SinkValue *values, Error *err)
{
    Buf        *buf   = &sink->copy[table];
    const char *types = sink->tables[table].types;
    for (int i = 0; types[i]; i++) {
        if (i) buf_byte(buf, '\t');
        if (types[i] == 'i')
            buf_i64(buf, values[i].number);
        else if (types[i] == 't')
            buf_add(buf, values[i].text);
        else
            add_id(buf, values[i].id);
    }
    buf_byte(buf, '\n');
    return !buf->failed || err_memory(err);
}

bool sink_row(Sink *sink, int table, const SinkValue *values, Error *err)
{
    assert(table >= 0 && table < SINK_TABLES);
    return sink->lite ? lite_row(sink, table, values, err) : pg_row(sink, table, values, err);
}

static bool copy_out(Sink *sink, int table, Error *err)
{
    char text[500];
    Buf *buf = &sink->copy[table];
    (void)snprintf(text, sizeof text, "COPY %s (%s) FROM STDIN", sink->tables[table].table,
                   sink->tables[table].columns);
    if (!pg_run(sink, text, PGRES_COPY_IN, err)) return false;
    if (PQputCopyData(sink->pg, buf->ptr, (int)buf->len) != 1 || PQputCopyEnd(sink->pg, NULL) != 1)
        return pg_failed(sink, err);
    PGresult *result = PQgetResult(sink->pg);
    bool      ok     = PQresultStatus(result) == PGRES_COMMAND_OK || pg_failed(sink, err);
    PQclear(result);
    while ((result = PQgetResult(sink->pg)) != NULL) PQclear(result);
    copy_empty(sink, table);
    return ok;
}

bool sink_flush(Sink *sink, Error *err)
{
    for (int t = 0; sink->pg && t < SINK_TABLES; t++)
        if (!copy_out(sink, t, err)) return false;
    return true;
}

bool sink_close(Sink *sink, bool ok, Error *err)
{
    if (!sink) return false;
    ok = ok && sink_flush(sink, err);
    if (ok && sink->lite) ok = lite_run(sink, "COMMIT; PRAGMA journal_mode=WAL", err);
    if (ok && sink->pg) ok = pg_run(sink, "COMMIT", PGRES_COMMAND_OK, err);
    for (int t = 0; t < SINK_TABLES; t++) {
        sqlite3_finalize(sink->insert[t]);
        free(sink->bytes[t]);
    }
    if (sink->lite) sqlite3_close(sink->lite);
    if (sink->pg) PQfinish(sink->pg);
    free(sink);
    return ok;
}
