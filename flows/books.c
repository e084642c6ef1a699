/* books.c — the journal of days: what moved between accounts at each location, by that location's clock. */
#include "all_sql.h"
#include "core/fefo.h"
#include "core/money.h"
#include "shop/ledger/ledger.h"
#include "shop/locations/locations.h"
#include "sys/zone.h"

#include <stdio.h>

enum { DAYS_MAX = 31, ROWS_MAX = 100000 };
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

typedef struct {
    Ctx        *ctx;
    int64_t     first, last; /* days since 1970 */
    LedgerNames names;
    Journal    *out;
    size_t      room;
} Days;

static bool days_of(const JournalAsk *ask, Days *days, Error *err)
{
    if (!fefo_day(ask->from, &days->first)) return err_set(err, &ERR_FIELD_INVALID, "from", "is not a day");
    days->last = days->first;
    if (ask->until.len && !fefo_day(ask->until, &days->last))
        return err_set(err, &ERR_FIELD_INVALID, "until", "is not a day");
    if (days->last < days->first || days->last - days->first >= DAYS_MAX)
        return err_set(err, &ERR_FIELD_INVALID, "until", "must be from the first day on, within %d days",
                       DAYS_MAX);
    return true;
}

static bool add_row(Days *days, Str day, Str location, const LedgerJournalRow *row, Error *err)
{
    Journal *out = days->out;
    if (out->items.count == days->room) {
        if (days->room == ROWS_MAX)
            return err_set(err, &ERR_FIELD_INVALID, "until", "too much for one answer: ask for fewer days");
        size_t      room = days->room * 2 < ROWS_MAX ? days->room * 2 : ROWS_MAX;
        JournalRow *more = arena_array(days->ctx->arena, JournalRow, room);
        if (!more) return err_memory(err);
        memcpy(more, out->items.items, out->items.count * sizeof *more);
        out->items.items = more;
        days->room       = room;
    }
    out->items.items[out->items.count++] = (JournalRow){
        .day         = day,
        .location    = text_or_none(location),
        .debit       = row->debit,
        .debit_code  = ledger_name(&days->names, row->debit).code,
        .credit      = row->credit,
        .credit_code = ledger_name(&days->names, row->credit).code,
        .code        = row->code,
        .amount      = row->amount,
        .currency    = row->currency,
        .entries     = row->entries
    };
    return true;
}

/* One day of one location; no zone: by UTC. */
static bool add_day(Days *days, Str location, const Zone *zone, int64_t day, Error *err)
{
    char              text[10];
    LedgerJournalRow *rows  = NULL;
    size_t            count = 0;
    LedgerJournalIn   in    = { days->ctx->who.merchant, location, day * DAY_MS, (day + 1) * DAY_MS };
    if (zone) {
        in.from_ms  = zone_to_utc(zone, in.from_ms);
        in.until_ms = zone_to_utc(zone, in.until_ms);
    }
    if (!fefo_day_text(day, text)) return err_set(err, &ERR_FIELD_INVALID, "from", "is not a day");
    if (!q_ledger_journal_all(days->ctx->tx, days->ctx->arena, &in, &rows, &count, err)) return false;
    if (count == 0) return true;
    Str shown = str_dup(days->ctx->arena, (Str){ text, sizeof text });
    if (!shown.ptr) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        if (!add_row(days, shown, location, &rows[i], err)) return false;
    return true;
}

static bool add_location(Days *days, Str location, Str time_zone, Error *err)
{
    Zone *zone = NULL;
    bool  ok   = true;
    if (time_zone.len && !zone_load(time_zone, &zone, err)) return false;
    for (int64_t day = days->first; ok && day <= days->last; day++)
        ok = add_day(days, location, zone, day, err);
    if (zone) zone_free(zone);
    return ok;
}

/* All locations, closed ones too, and what belongs to none. */
static bool add_all(Days *days, Error *err)
{
    LocationPageRow *rows  = NULL;
    size_t           count = 0;
    LocationPageIn   in    = { days->ctx->who.merchant, STR(""), 100000 };
    if (!q_location_page_all(days->ctx->tx, days->ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++)
        if (!add_location(days, rows[i].code, rows[i].time_zone, err)) return false;
    return add_location(days, STR(""), STR(""), err);
}

bool ledger_journal_show(Ctx *ctx, const JournalAsk *request, Journal *reply, Error *err)
{
    Location one       = { 0 };
    bool     found     = false;
    Days     days      = { .ctx = ctx, .out = reply, .room = 256 };
    reply->items.items = arena_array(ctx->arena, JournalRow, days.room);
    if (!reply->items.items) return err_memory(err);
    if (!days_of(request, &days, err) || !ledger_names(ctx, &days.names, err)) return false;
    if (!request->location.len) return add_all(&days, err);
    if (!locations_find(ctx, request->location, &one, &found, err)) return false;
    if (!found) return err_set(err, &ERR_LOCATION_UNKNOWN, "location", "there is none of that code");
    return add_location(&days, request->location, one.time_zone, err);
}

/* --- as CSV --- */

/* Quoted where RFC 4180 asks for it; what a spreadsheet would take for a formula gets an apostrophe. */
static void put_text(Buf *buf, Str text, char after)
{
    bool quote = false;
    for (size_t i = 0; i < text.len; i++)
        quote = quote || text.ptr[i] == '"' || text.ptr[i] == ',' || text.ptr[i] == '\n'
             || text.ptr[i] == '\r';
    if (quote) buf_byte(buf, '"');
    if (text.len && (text.ptr[0] == '=' || text.ptr[0] == '+' || text.ptr[0] == '-' || text.ptr[0] == '@'))
        buf_byte(buf, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"') buf_byte(buf, '"');
        buf_byte(buf, text.ptr[i]);
    }
    if (quote) buf_byte(buf, '"');
    buf_byte(buf, after);
}

bool ledger_journal_csv(Ctx *ctx, const JournalAsk *request, JournalText *reply, Error *err)
{
    Journal journal = { 0 };
    if (!ledger_journal_show(ctx, request, &journal, err)) return false;
    Buf buf = buf_make(ctx->arena, journal.items.count * 128 + 128);
    buf_add(
        &buf,
        STR("date,location,debit_account,credit_account,amount,currency,text,debit,credit,entries\r\n"));
    for (size_t i = 0; i < journal.items.count; i++) {
        const JournalRow *row    = &journal.items.items[i];
        Str               amount = money_text(ctx->arena, row->amount, row->currency);
        if (!amount.ptr) return err_memory(err);
        put_text(&buf, row->day, ',');
        put_text(&buf, text_or_empty(row->location), ',');
        put_text(&buf, row->debit_code, ',');
        put_text(&buf, row->credit_code, ',');
        buf_add(&buf, amount);
        buf_byte(&buf, ',');
        put_text(&buf, row->currency, ',');
        put_text(&buf, row->code, ',');
        put_text(&buf, row->debit, ',');
        put_text(&buf, row->credit, ',');
        buf_format(&buf, "%lld\r\n", (long long)row->entries);
    }
    reply->text = buf_str(&buf);
    return !buf.failed || err_memory(err);
}
