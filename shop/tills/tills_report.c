/* tills_report.c — X and Z reports: sums of what is noted of a shift, numbered and chained. See tills.h.
 */
#include "all_sql.h"
#include "core/money.h"
#include "shop/tills/tills_inner.h"
#include "sys/json_read.h"
#include "sys/json_write.h"

#include <openssl/sha.h>
#include <stdio.h>

enum { TENDERS_MAX = 200, TAXES_MAX = 64 };

/* What is being summed up. Rows may come one by one: texts of theirs are copied when an entry is made. */
typedef struct {
    Ctx         *ctx;
    ShiftReport *out;
    bool         told; /* also what should be in the drawer */
    Error       *err;
} Summing;

static bool too_many(Error *err)
{
    return err_set(err, &ERR_FIELD_INVALID, "currency", "there are too many currencies in one shift");
}

static ReportSums *sums_of(Summing *s, Str currency)
{
    ShiftReport *r = s->out;
    for (size_t i = 0; i < r->sums.count; i++)
        if (str_eq(r->sums.items[i].currency, currency)) return &r->sums.items[i];
    if (r->sums.count == TILL_CURRENCIES_MAX) return (void)too_many(s->err), NULL;
    ReportSums *made  = &r->sums.items[r->sums.count];
    *made             = (ReportSums){ .currency = str_dup(s->ctx->arena, currency) };
    made->taxes.items = arena_array(s->ctx->arena, ReportTax, TAXES_MAX);
    if (!made->currency.ptr || !made->taxes.items) return (void)err_memory(s->err), NULL;
    r->sums.count++;
    return made;
}

static ReportCash *cash_of(Summing *s, Str currency)
{
    ShiftReport *r = s->out;
    for (size_t i = 0; i < r->cash.count; i++)
        if (str_eq(r->cash.items[i].currency, currency)) return &r->cash.items[i];
    if (r->cash.count == TILL_CURRENCIES_MAX) return (void)too_many(s->err), NULL;
    ReportCash *made = &r->cash.items[r->cash.count];
    *made            = (ReportCash){ .currency = str_dup(s->ctx->arena, currency) };
    if (!made->currency.ptr) return (void)err_memory(s->err), NULL;
    r->cash.count++;
    return made;
}

static ReportTender *tender_of(Summing *s, Str kind, Str currency)
{
    ShiftReport *r = s->out;
    for (size_t i = 0; i < r->tenders.count; i++)
        if (str_eq(r->tenders.items[i].kind, kind) && str_eq(r->tenders.items[i].currency, currency))
            return &r->tenders.items[i];
    if (r->tenders.count == TENDERS_MAX) return (void)too_many(s->err), NULL;
    ReportTender *made = &r->tenders.items[r->tenders.count];
    *made              = (ReportTender){ .kind     = str_dup(s->ctx->arena, kind),
                                         .currency = str_dup(s->ctx->arena, currency),
                                         .counted  = OPT_NONE,
                                         .over     = OPT_NONE };
    if (!made->kind.ptr || !made->currency.ptr) return (void)err_memory(s->err), NULL;
    r->tenders.count++;
    return made;
}

static bool add_tax(Summing *s, ReportSums *sums, const ShiftSaleSumsRow *row, int64_t sign)
{
    ReportTax *tax = NULL;
    if (row->tax_name.len == 0) return true;
    for (size_t i = 0; i < sums->taxes.count && !tax; i++)
        if (sums->taxes.items[i].rate == row->tax_ppm && str_eq(sums->taxes.items[i].name, row->tax_name))
            tax = &sums->taxes.items[i];
    if (!tax && sums->taxes.count == TAXES_MAX) return err_memory(s->err);
    if (!tax) {
        tax  = &sums->taxes.items[sums->taxes.count++];
        *tax = (ReportTax){ str_dup(s->ctx->arena, row->tax_name), row->tax_ppm, 0, 0 };
        if (!tax->name.ptr) return err_memory(s->err);
    }
    return money_add(tax->base, sign * row->tax_base, &tax->base, s->err)
        && money_add(tax->amount, sign * row->tax_amount, &tax->amount, s->err);
}

static void widen(int64_t *first, int64_t *last, const ShiftSaleSumsRow *row)
{
    if (row->documents == 0) return;
    if (*first == OPT_NONE || row->first < *first) *first = row->first;
    if (*last == OPT_NONE || row->last > *last) *last = row->last;
}

static bool each_sale(void *arg, const void *any)
{
    Summing                *sum  = arg;
    const ShiftSaleSumsRow *r    = any;
    ShiftReport            *out  = sum->out;
    bool                    back = str_eq(r->kind, STR("return"));
    ReportSums             *s    = sums_of(sum, r->currency);
    if (!s || !add_tax(sum, s, r, back ? -1 : 1)) return false;
    s->rounding += back ? -r->rounding : r->rounding;
    if (back) {
        s->returns += r->documents;
        s->returned_net += r->net;
        s->returned_tax += r->tax;
        s->returned += r->net + r->tax;
        widen(&out->first_return, &out->last_return, r);
        return true;
    }
    s->sales += r->documents;
    s->gross += r->gross;
    s->discount += r->discount;
    s->net += r->net;
    s->tax += r->tax;
    s->total += r->net + r->tax;
    s->gift_cards += r->gift_cards;
    s->overrides += r->overrides;
    widen(&out->first_sale, &out->last_sale, r);
    return true;
}

static bool each_tender(void *arg, const void *any)
{
    Summing                  *sum = arg;
    const ShiftTenderSumsRow *r   = any;
    ReportSums               *s   = sums_of(sum, r->currency);
    ReportTender             *t   = s ? tender_of(sum, r->kind, r->currency) : NULL;
    if (!t) return false;
    s->tips += r->tips;
    t->tips += r->tips;
    t->taken += r->taken;
    t->in += r->in_amount;
    t->given += r->given;
    t->out += r->out_amount;
    return true;
}

static bool each_cash(void *arg, const void *any)
{
    const ShiftCashSumsRow *r = any;
    ReportCash             *c = cash_of(arg, r->currency);
    if (c) c->expected += r->amount;
    return c != NULL;
}

/* A list that comes in no order, as it is shown. */
static void sort_taxes(ReportSums *s)
{
    for (size_t i = 1; i < s->taxes.count; i++) {
        ReportTax tax = s->taxes.items[i];
        size_t    at  = i;
        for (; at > 0 && str_cmp(s->taxes.items[at - 1].name, tax.name) > 0; at--)
            s->taxes.items[at] = s->taxes.items[at - 1];
        s->taxes.items[at] = tax;
    }
}

static void sort_tenders(ShiftReport *r)
{
    for (size_t i = 1; i < r->tenders.count; i++) {
        ReportTender tender = r->tenders.items[i];
        size_t       at     = i;
        for (; at > 0 && str_cmp(r->tenders.items[at - 1].kind, tender.kind) > 0; at--)
            r->tenders.items[at] = r->tenders.items[at - 1];
        r->tenders.items[at] = tender;
    }
}

static bool add_sales(Summing *s, Id shift)
{
    Ctx              *ctx = s->ctx;
    ShiftSaleSumsIn   of  = { ctx->who.merchant, shift };
    ShiftTenderSumsIn by  = { ctx->who.merchant, shift };
    s->out->tenders.items = arena_array(ctx->arena, ReportTender, TENDERS_MAX);
    if (!s->out->tenders.items) return err_memory(s->err);
    if (!q_shift_sale_sums_each(ctx->tx, &of, each_sale, s, s->err)
        || !q_shift_tender_sums_each(ctx->tx, &by, each_tender, s, s->err) || s->err->def)
        return false;
    for (size_t i = 0; i < s->out->sums.count; i++) sort_taxes(&s->out->sums.items[i]);
    sort_tenders(s->out);
    for (size_t i = 0; i < s->out->tenders.count; i++) {
        ReportTender *t = &s->out->tenders.items[i];
        if (!s->told && str_eq(t->kind, STR("cash"))) t->in = t->out = OPT_NONE;
    }
    return true;
}

static bool add_actions(Summing *sum, Id shift)
{
    ShiftActionSumsRow *rows  = NULL;
    size_t              count = 0;
    Ctx                *ctx   = sum->ctx;
    ShiftActionSumsIn   in    = { ctx->who.merchant, shift };
    if (!q_shift_action_sums_all(ctx->tx, ctx->arena, &in, &rows, &count, sum->err)) return false;
    for (size_t i = 0; i < count; i++) {
        const ShiftActionSumsRow *r    = &rows[i];
        bool                      line = str_eq(r->kind, STR("void_line"));
        if (str_eq(r->kind, STR("no_sale"))) {
            sum->out->no_sales += r->actions;
            continue;
        }
        if (line || str_eq(r->kind, STR("void_sale"))) {
            ReportSums *s = sums_of(sum, r->currency);
            if (!s) return false;
            *(line ? &s->void_lines : &s->void_sales) += r->actions;
            *(line ? &s->void_line_amount : &s->void_sale_amount) += r->amount;
            continue;
        }
        ReportCash *c = cash_of(sum, r->currency);
        if (!c) return false;
        if (str_eq(r->kind, STR("float"))) c->opening += r->amount;
        if (str_eq(r->kind, STR("pay_in"))) c->pay_in += r->amount;
        if (str_eq(r->kind, STR("pay_out"))) c->pay_out += r->amount;
        if (str_eq(r->kind, STR("drop"))) c->dropped += r->amount;
    }
    return true;
}

static bool add_cash(Summing *sum, const ShiftRow *shift)
{
    Ctx            *ctx = sum->ctx;
    ShiftCashSumsIn in  = { ctx->who.merchant, shift->id, till_cash_account(ctx, shift->location) };
    if (!in.account.ptr) return err_memory(sum->err);
    if (sum->told && (!q_shift_cash_sums_each(ctx->tx, &in, each_cash, sum, sum->err) || sum->err->def))
        return false;
    for (size_t i = 0; i < sum->out->cash.count; i++) {
        ReportCash *c = &sum->out->cash.items[i];
        c->counted = c->over = c->kept = OPT_NONE;
        c->traded                      = c->expected - c->opening - c->pay_in + c->pay_out + c->dropped;
        if (!sum->told) c->traded = c->expected = OPT_NONE;
    }
    return true;
}

bool report_make(Ctx *ctx, const ShiftRow *shift, bool told, ShiftReport *out, Error *err)
{
    ShiftCountLastRow last    = { 0 };
    bool              found   = false;
    int64_t           missing = 0;
    *out                      = (ShiftReport){ .kind            = STR("x"),
                                               .number          = OPT_NONE,
                                               .shift           = shift->id,
                                               .location        = shift->location,
                                               .drawer          = shift->drawer,
                                               .till            = text_or_none(shift->till),
                                               .register_number = shift->number ? shift->number : OPT_NONE,
                                               .cashier         = text_or_none(shift->cashier),
                                               .opened_at       = shift->opened_ms,
                                               .until           = ctx->now_ms,
                                               .first_sale      = OPT_NONE,
                                               .last_sale       = OPT_NONE,
                                               .first_return    = OPT_NONE,
                                               .last_return     = OPT_NONE };
    out->sums.items           = arena_array(ctx->arena, ReportSums, TILL_CURRENCIES_MAX);
    out->cash.items           = arena_array(ctx->arena, ReportCash, TILL_CURRENCIES_MAX);
    if (!out->sums.items || !out->cash.items) return err_memory(err);
    if (!q_shift_count_last_one(ctx->tx, ctx->arena, &(ShiftCountLastIn){ ctx->who.merchant, shift->id },
                                &last, &found, err)
        || !shift_missing(ctx, shift, &missing, err))
        return false;
    out->counts  = last.n;
    out->missing = missing ? missing : OPT_NONE;
    Summing sum  = { ctx, out, told, err };
    return add_sales(&sum, shift->id) && add_actions(&sum, shift->id) && add_cash(&sum, shift);
}

bool shifts_report(Ctx *ctx, const ById *request, ShiftReport *reply, Error *err)
{
    ShiftRow shift = { .state = STR_NONE };
    ZReport  z     = { .report = NULL };
    if (!shift_get(ctx, request->id, &shift, err)) return false;
    if (!shift.z_number) return report_make(ctx, &shift, ctx_may(ctx, &PERM_TILLS_EXPECTED), reply, err);
    if (!report_read(ctx, shift.location, shift.z_number, &z, err)) return false;
    *reply = *z.report;
    return true;
}

/* --- the chain --- */

static void number_bytes(SHA256_CTX *sha, int64_t value)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++) bytes[i] = (unsigned char)((uint64_t)value >> (56 - 8 * i));
    SHA256_Update(sha, bytes, sizeof bytes);
}

/* Length first, so that no two reports have the same bytes. */
static void text_bytes(SHA256_CTX *sha, Str text)
{
    number_bytes(sha, (int64_t)text.len);
    if (text.len) SHA256_Update(sha, text.ptr, text.len);
}

static void hash_of(int64_t merchant, Str before, Str location, int64_t number, int64_t at_ms, Str body,
                    unsigned char out[TILL_HASH_BYTES])
{
    SHA256_CTX sha;
    SHA256_Init(&sha);
    text_bytes(&sha, before);
    number_bytes(&sha, merchant);
    text_bytes(&sha, location);
    number_bytes(&sha, number);
    number_bytes(&sha, at_ms);
    text_bytes(&sha, body);
    SHA256_Final(out, &sha);
}

bool report_keep(Ctx *ctx, TillBooks *books, ShiftReport *report, Error *err)
{
    unsigned char hash[TILL_HASH_BYTES];
    report->kind   = STR("z");
    report->number = ++books->last;
    Str body       = json_write_text(ctx->arena, &ShiftReport_def, report);
    if (!body.ptr) return err_memory(err);
    hash_of(ctx->who.merchant, books->hash, books->location, books->last, ctx->now_ms, body, hash);
    books->hash      = str_dup(ctx->arena, (Str){ (const char *)hash, sizeof hash });
    ZReportPutIn put = { ctx->who.merchant, books->location, books->last, report->shift, ctx->now_ms, body,
                         books->hash };
    ZSeriesSetIn set = { ctx->who.merchant, books->location, books->last, books->hash };
    if (!books->hash.ptr) return err_memory(err);
    return q_z_report_put_exec(ctx->tx, &put, NULL, err) && q_z_series_set_exec(ctx->tx, &set, NULL, err);
}

/* Where the walk over all reports is: at one location, behind its last report. */
typedef struct {
    int64_t        merchant, reports, number;
    char           location[64];
    unsigned char  hash[TILL_HASH_BYTES]; /* of the report before */
    ZSeriesAllRow *series;
    size_t         places;
    Arena         *arena;
    Str            bad_location;
    int64_t        bad_number;
} ChainWalk;

static void chain_bad(ChainWalk *w, Str location, int64_t number)
{
    if (w->bad_location.ptr) return;
    w->bad_location = str_dup(w->arena, location);
    w->bad_number   = number;
}

/* The series must say what the last report of its location was. */
static void chain_end(ChainWalk *w, Str location)
{
    Str hash = { (const char *)w->hash, w->number ? sizeof w->hash : 0 };
    for (size_t i = 0; i < w->places; i++) {
        if (!str_eq(w->series[i].location, location)) continue;
        if (w->series[i].last != w->number || !str_eq(w->series[i].hash, hash))
            chain_bad(w, location, w->number);
        w->series[i].last = -1; /* seen */
        return;
    }
    chain_bad(w, location, w->number);
}

static bool chain_row(void *arg, const void *any)
{
    ChainWalk             *w   = arg;
    const ZReportChainRow *row = any;
    Str                    at  = str_from(w->location);
    if (!str_eq(at, row->location)) {
        if (at.len) chain_end(w, at);
        (void)snprintf(w->location, sizeof w->location, "%.*s", STR_FMT(row->location));
        w->number = 0;
    }
    Str before = { (const char *)w->hash, w->number ? sizeof w->hash : 0 };
    hash_of(w->merchant, before, row->location, row->number, row->at_ms, row->body, w->hash);
    w->reports++;
    if (row->number != ++w->number || !str_eq(row->hash, (Str){ (const char *)w->hash, sizeof w->hash }))
        chain_bad(w, row->location, w->number);
    return true;
}

bool tills_verify_chain(Ctx *ctx, int64_t *reports, Str *bad_location, int64_t *bad_number, Error *err)
{
    ChainWalk w = { .merchant = ctx->who.merchant, .arena = ctx->arena };
    if (!q_z_series_all_all(ctx->tx, ctx->arena, &(ZSeriesAllIn){ w.merchant }, &w.series, &w.places, err)
        || !q_z_report_chain_each(ctx->tx, &(ZReportChainIn){ w.merchant }, chain_row, &w, err))
        return false;
    if (w.location[0]) chain_end(&w, str_from(w.location));
    for (size_t i = 0; i < w.places; i++)
        if (w.series[i].last > 0)
            chain_bad(&w, w.series[i].location, 1); /* not a single report of it is there */
    *reports      = w.reports;
    *bad_location = w.bad_location;
    *bad_number   = w.bad_number;
    return true;
}

static Str hex_of(Arena *arena, Str bytes)
{
    char *hex = arena_alloc(arena, 2 * bytes.len + 1);
    for (size_t i = 0; hex && i < bytes.len; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", (unsigned)(unsigned char)bytes.ptr[i]);
    return (Str){ hex, 2 * bytes.len };
}

bool report_read(Ctx *ctx, Str location, int64_t number, ZReport *out, Error *err)
{
    ZReportGetRow row;
    bool          found = false;
    ZReportGetIn  in    = { ctx->who.merchant, location, number };
    if (!q_z_report_get_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "number", "no such Z report");
    *out        = (ZReport){ location, number, row.shift, row.at_ms, hex_of(ctx->arena, row.hash), NULL };
    out->report = arena_new(ctx->arena, ShiftReport);
    if (!out->report || !out->hash.ptr) return err_memory(err);
    return json_read_stored(ctx->arena, &ShiftReport_def, row.body, out->report, err);
}

bool z_reports_show(Ctx *ctx, const ZAsk *request, ZReport *reply, Error *err)
{
    return report_read(ctx, request->location, request->number, reply, err);
}

bool z_reports_list(Ctx *ctx, const ZFind *request, ZList *reply, Error *err)
{
    ZReportPageRow *rows  = NULL;
    size_t          count = 0, limit = (size_t)page_limit(request->limit);
    int64_t         before = INT64_MAX;
    if (request->cursor.len && !str_to_i64(request->cursor, &before))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    ZReportPageIn in = { ctx->who.merchant, request->location, before, (int64_t)limit + 1 };
    if (!q_z_report_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, ZReport, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++) {
        Str hash = hex_of(ctx->arena, rows[i].hash);
        if (!hash.ptr) return err_memory(err);
        reply->items.items[reply->items.count++] = (ZReport){
            request->location, rows[i].number, rows[i].shift, rows[i].at_ms, hash, NULL
        };
    }
    if (count > limit)
        reply->next_cursor = str_format(ctx->arena, "%lld", (long long)rows[limit - 1].number);
    return true;
}

/* --- as CSV --- */

typedef struct {
    Buf *buf;
    Str  section, currency;
} CsvOf;

static void csv_row(const CsvOf *of, const char *name, int64_t count, int64_t amount)
{
    if ((count == OPT_NONE || count == 0) && (amount == OPT_NONE || amount == 0)) return;
    Str fields[3] = { of->section, str_from(name), of->currency };
    for (int i = 0; i < 3; i++) { /* names of taxes may have commas and quotes */
        buf_byte(of->buf, '"');
        for (size_t k = 0; k < fields[i].len; k++) {
            if (fields[i].ptr[k] == '"') buf_byte(of->buf, '"');
            buf_byte(of->buf, fields[i].ptr[k]);
        }
        buf_add(of->buf, STR("\","));
    }
    if (count != OPT_NONE) buf_i64(of->buf, count);
    buf_byte(of->buf, ',');
    if (amount != OPT_NONE) buf_i64(of->buf, amount);
    buf_add(of->buf, STR("\r\n"));
}

static void csv_sums(Buf *buf, const ReportSums *s)
{
    CsvOf sales = { buf, STR("sales"), s->currency }, taxes = { buf, STR("tax"), s->currency };
    csv_row(&sales, "gross", s->sales, s->gross);
    csv_row(&sales, "discount", OPT_NONE, s->discount);
    csv_row(&sales, "net", s->sales, s->net);
    csv_row(&sales, "tax", OPT_NONE, s->tax);
    csv_row(&sales, "total", s->sales, s->total);
    csv_row(&sales, "returned", s->returns, s->returned);
    csv_row(&sales, "returned_net", s->returns, s->returned_net);
    csv_row(&sales, "returned_tax", OPT_NONE, s->returned_tax);
    csv_row(&sales, "rounding", OPT_NONE, s->rounding);
    csv_row(&sales, "gift_cards", OPT_NONE, s->gift_cards);
    csv_row(&sales, "tips", OPT_NONE, s->tips);
    csv_row(&sales, "overrides", s->overrides, OPT_NONE);
    csv_row(&sales, "void_lines", s->void_lines, s->void_line_amount);
    csv_row(&sales, "void_sales", s->void_sales, s->void_sale_amount);
    for (size_t t = 0; t < s->taxes.count; t++) {
        char name[80];
        (void)snprintf(name, sizeof name, "%.*s", STR_FMT(s->taxes.items[t].name));
        csv_row(&taxes, name, OPT_NONE, s->taxes.items[t].amount);
    }
}

static void csv_cash(Buf *buf, const ReportCash *c)
{
    CsvOf cash = { buf, STR("cash"), c->currency };
    csv_row(&cash, "opening", OPT_NONE, c->opening);
    csv_row(&cash, "traded", OPT_NONE, c->traded);
    csv_row(&cash, "pay_in", OPT_NONE, c->pay_in);
    csv_row(&cash, "pay_out", OPT_NONE, c->pay_out);
    csv_row(&cash, "dropped", OPT_NONE, c->dropped);
    csv_row(&cash, "expected", OPT_NONE, c->expected);
    csv_row(&cash, "counted", OPT_NONE, c->counted);
    csv_row(&cash, "over", OPT_NONE, c->over);
    csv_row(&cash, "kept", OPT_NONE, c->kept);
}

bool z_reports_csv(Ctx *ctx, const ZAsk *request, ZText *reply, Error *err)
{
    ZReport z   = { .report = NULL };
    Buf     buf = buf_make(ctx->arena, 2048);
    if (!report_read(ctx, request->location, request->number, &z, err)) return false;
    const ShiftReport *r     = z.report;
    CsvOf              shift = { &buf, STR("shift"), STR("") };
    buf_add(&buf, STR("section,name,currency,count,amount\r\n"));
    csv_row(&shift, "number", r->number, OPT_NONE);
    csv_row(&shift, "first_sale", r->first_sale, OPT_NONE);
    csv_row(&shift, "last_sale", r->last_sale, OPT_NONE);
    csv_row(&shift, "first_return", r->first_return, OPT_NONE);
    csv_row(&shift, "last_return", r->last_return, OPT_NONE);
    csv_row(&shift, "no_sales", r->no_sales, OPT_NONE);
    for (size_t i = 0; i < r->sums.count; i++) csv_sums(&buf, &r->sums.items[i]);
    for (size_t i = 0; i < r->tenders.count; i++) {
        const ReportTender *t   = &r->tenders.items[i];
        CsvOf               in  = { &buf, STR("taken"), t->currency };
        CsvOf               out = { &buf, STR("given"), t->currency };
        char                name[40];
        (void)snprintf(name, sizeof name, "%.*s", STR_FMT(t->kind));
        csv_row(&in, name, t->taken, t->in);
        csv_row(&out, name, t->given, t->out);
    }
    for (size_t i = 0; i < r->cash.count; i++) csv_cash(&buf, &r->cash.items[i]);
    for (size_t i = 0; i < r->late.count; i++) {
        CsvOf late = { &buf, STR("late"), r->late.items[i].currency };
        csv_row(&late, "net", r->late.items[i].sales + r->late.items[i].returns, r->late.items[i].net);
        csv_row(&late, "tax", OPT_NONE, r->late.items[i].tax);
    }
    if (buf.failed) return err_memory(err);
    reply->text = buf_str(&buf);
    return true;
}
