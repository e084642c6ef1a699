/* reconciliation_api.c — the routes of reconciliation. See api.def. */
#include "shop/reconciliation/reconciliation.h"

#include "all_sql.h"
#include "core/account.h"
#include "core/machine.h"
#include "core/money.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "shop/ledger/ledger.h"

#include <openssl/evp.h>

#define API_DEF "shop/reconciliation/api.def"
#define CAPABILITY reconciliation
#include "shop/api_define.h"

/* --- the files --- */

static ReconFile shown(const ReconFindRow *row)
{
    int64_t lines = row->matched + row->differences + row->again + row->unreadable + row->ignored;
    return (ReconFile){ .id          = row->id,
                        .service     = row->service,
                        .format      = text_or_none(row->format),
                        .name        = text_or_none(row->name),
                        .digest      = row->digest,
                        .state       = row->state,
                        .bytes       = row->bytes,
                        .taken       = row->taken,
                        .read        = row->read,
                        .next_part   = row->parts + 1,
                        .lines       = lines,
                        .matched     = row->matched,
                        .differences = row->differences,
                        .in_before   = row->again,
                        .unreadable  = row->unreadable,
                        .ignored     = row->ignored,
                        .reason      = text_or_none(row->reason),
                        .made_at     = row->made_at_ms,
                        .ended_at    = row->ended_at_ms ? row->ended_at_ms : OPT_NONE };
}

static bool find(Ctx *ctx, Id id, ReconFile *reply, Error *err)
{
    ReconFindRow row   = { 0 };
    ReconFindIn  in    = { ctx->who.merchant, id };
    ReconOpenRow open  = { 0 };
    ReconOpenIn  of    = { ctx->who.merchant, id };
    bool         found = false, any = false;
    if (!q_recon_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)
        || !q_recon_open_one(ctx->tx, ctx->arena, &of, &open, &any, err))
        return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "no such settlement file");
    *reply      = shown(&row);
    reply->open = open.n;
    return true;
}

static bool begin(Ctx *ctx, const ReconFileInput *request, ReconFile *reply, Error *err)
{
    ReconPutIn in     = { .merchant   = ctx->who.merchant,
                          .id         = ctx_new_id(ctx),
                          .service    = request->service,
                          .format     = text_or_empty(request->format),
                          .name       = text_or_empty(request->name),
                          .digest     = request->digest,
                          .state      = machine_first(MACHINE_RECON_FILE),
                          .decimal    = text_or_empty(request->decimal),
                          .dates      = text_or_empty(request->dates),
                          .currency   = text_or_empty(request->currency),
                          .bytes      = request->bytes,
                          .made_at_ms = ctx->now_ms };
    Str        detail = str_format(ctx->arena, "%.*s: %.*s, %lld bytes", STR_FMT(request->service),
                                   STR_FMT(in.name), (long long)in.bytes);
    if (!detail.ptr) return err_memory(err);
    return q_recon_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("reconciliation.begin"), in.id, detail, err)
        && find(ctx, in.id, reply, err);
}

bool recon_begin(Ctx *ctx, const ReconFileInput *request, ReconFile *reply, Error *err)
{
    ReconByDigestIn  in    = { ctx->who.merchant, request->digest };
    ReconByDigestRow row   = { 0 };
    bool             found = false;
    if (!code_check(request->service, "service", err)) return false;
    if (request->currency.len && !currency_check(request->currency, "currency", err)) return false;
    for (size_t i = 0; i < request->digest.len; i++) {
        char c = request->digest.ptr[i];
        if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
            return err_set(err, &ERR_FIELD_INVALID, "digest",
                           "is not 64 hexadecimal digits in lower case");
    }
    if (!q_recon_by_digest_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (found && str_eq(row.state, STR("failed"))) {
        ReconDropIn drop = { ctx->who.merchant, row.id };
        if (!q_recon_drop_exec(ctx->tx, &drop, NULL, err)) return false;
        found = false;
    }
    if (!found) return begin(ctx, request, reply, err);
    if (!find(ctx, row.id, reply, err)) return false;
    reply->again = !str_eq(row.state, STR("receiving"));
    return true;
}

/* The bytes of a part, in the arena. */
static bool decode(Ctx *ctx, Str data, Str *out, Error *err)
{
    size_t pad = 0;
    if (data.len % 4) return err_set(err, &ERR_FIELD_INVALID, "data", "is not base64 with its padding");
    while (pad < 2 && data.ptr[data.len - 1 - pad] == '=') pad++;
    char *bytes = arena_alloc(ctx->arena, data.len / 4 * 3 + 1);
    if (!bytes) return err_memory(err);
    int got = EVP_DecodeBlock((unsigned char *)bytes, (const unsigned char *)data.ptr, (int)data.len);
    if (got < 0) return err_set(err, &ERR_FIELD_INVALID, "data", "is not base64");
    *out = (Str){ bytes, (size_t)got - pad };
    return (out->len > 0 && out->len <= RECON_PART_MAX)
        || err_set(err, &ERR_FIELD_INVALID, "data", "must have 1 to %d bytes", RECON_PART_MAX);
}

bool recon_part(Ctx *ctx, const ReconPart *request, ReconFile *reply, Error *err)
{
    Str     bytes;
    int64_t changed = 0;
    if (!decode(ctx, request->data, &bytes, err) || !find(ctx, request->file, reply, err)) return false;
    bool           whole = reply->taken + (int64_t)bytes.len == reply->bytes;
    ReconTakeIn    take  = { ctx->who.merchant,  request->file, request->n,
                             (int64_t)bytes.len, reply->state,  whole };
    ReconPartPutIn in    = { ctx->who.merchant, request->file, request->n, bytes };
    if (reply->taken + (int64_t)bytes.len > reply->bytes)
        return err_set(err, &ERR_FIELD_INVALID, "data",
                       "is more than the file has by what was said of it");
    if (!machine_step(MACHINE_RECON_FILE, reply->state, whole ? STR("complete") : STR("take"), "file",
                      &take.state, err)
        || !q_recon_take_exec(ctx->tx, &take, &changed, err))
        return false;
    if (!changed)
        return err_set(err, &ERR_RECON_PART, "n", "the next one is %lld", (long long)reply->next_part);
    return q_recon_part_put_exec(ctx->tx, &in, NULL, err) && find(ctx, request->file, reply, err);
}

bool recon_show(Ctx *ctx, const ById *request, ReconFile *reply, Error *err)
{
    return find(ctx, request->id, reply, err);
}

bool recon_list(Ctx *ctx, const Page *request, ReconFileList *reply, Error *err)
{
    ReconPageRow *rows  = NULL;
    size_t        count = 0;
    int64_t       limit = page_limit(request->limit);
    ReconPageIn   in    = { .merchant = ctx->who.merchant, .count = limit + 1 };
    if (!page_before(request->cursor, &in.before, err)
        || !q_recon_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err))
        return false;
    reply->items.items = arena_array(ctx->arena, ReconFile, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        if (!find(ctx, rows[i].id, &reply->items.items[reply->items.count++], err)) return false;
    if ((int64_t)count > limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].id);
    return true;
}

static ReconLine line_shown(const ReconLinePageRow *row)
{
    return (ReconLine){ .n                = row->n,
                        .kind             = row->kind,
                        .state            = row->state,
                        .payment          = row->payment,
                        .refund           = row->refund,
                        .reference        = text_or_none(row->reference),
                        .payout           = text_or_none(row->payout),
                        .text             = text_or_none(row->text),
                        .amount           = row->amount,
                        .currency         = row->currency,
                        .gross            = row->gross,
                        .fee              = row->fee,
                        .net              = row->net,
                        .settled_currency = row->settled,
                        .at               = row->at_ms ? row->at_ms : OPT_NONE };
}

bool recon_lines(Ctx *ctx, const ReconLinesAsk *request, ReconLineList *reply, Error *err)
{
    ReconLinePageRow *rows  = NULL;
    size_t            count = 0;
    int64_t           limit = page_limit(request->limit);
    ReconLinePageIn   in = { ctx->who.merchant, request->id, text_or_empty(request->state), 0, limit + 1 };
    if (request->cursor.len && !str_to_i64(request->cursor, &in.after))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not one that was given out");
    if (!q_recon_line_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, ReconLine, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        reply->items.items[reply->items.count++] = line_shown(&rows[i]);
    if ((int64_t)count <= limit) return true;
    reply->next_cursor = str_format(ctx->arena, "%lld", (long long)rows[limit - 1].n);
    return reply->next_cursor.ptr || err_memory(err);
}

/* --- what differs --- */

static bool difference(Ctx *ctx, Id id, ReconDifference *reply, Error *err)
{
    ReconDifferenceFindRow row   = { 0 };
    ReconDifferenceFindIn  in    = { ctx->who.merchant, id };
    bool                   found = false;
    SettleCause            cause = CAUSE_OTHER;
    if (!q_recon_difference_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "no such difference");
    if (!settle_cause_of(row.cause, &cause))
        return err_set(err, &ERR_INTERNAL, "cause", "a cause that this program does not know");
    *reply = (ReconDifference){ .id        = row.id,
                                .file      = row.file,
                                .n         = row.n ? row.n : OPT_NONE,
                                .service   = row.service,
                                .cause     = row.cause,
                                .probably  = str_from(settle_cause(cause)->sentence),
                                .action    = str_from(settle_cause(cause)->action),
                                .state     = row.state,
                                .expected  = row.expected,
                                .found     = row.found,
                                .off       = row.off,
                                .currency  = text_or_none(row.currency),
                                .account   = text_or_none(row.account),
                                .subject   = row.subject,
                                .order     = row.order_id,
                                .reference = text_or_none(row.reference),
                                .text      = text_or_none(row.text),
                                .booked_to = text_or_none(row.booked_to),
                                .reason    = text_or_none(row.reason),
                                .made_at   = row.made_at_ms,
                                .ended_at  = row.ended_at_ms ? row.ended_at_ms : OPT_NONE };
    return true;
}

static bool difference_ids(Ctx *ctx, const ReconDifferencesAsk *request, int64_t count, Id **out,
                           size_t *found, Error *err)
{
    Id  before;
    Str service = text_or_empty(request->service), cause = text_or_empty(request->cause);
    if (!page_before(request->cursor, &before, err)) return false;
    if (!id_is_none(request->file)) {
        ReconDifferenceOfIn   in   = { ctx->who.merchant, request->file, service, cause,
                                       request->all,      before,        count };
        ReconDifferenceOfRow *rows = NULL;
        bool                  ok = q_recon_difference_of_all(ctx->tx, ctx->arena, &in, &rows, found, err);
        *out                     = &rows->id;
        return ok;
    }
    if (request->all) {
        ReconDifferencePageIn   in   = { ctx->who.merchant, service, cause, before, count };
        ReconDifferencePageRow *rows = NULL;
        bool ok = q_recon_difference_page_all(ctx->tx, ctx->arena, &in, &rows, found, err);
        *out    = &rows->id;
        return ok;
    }
    ReconDifferenceOpenIn   in   = { ctx->who.merchant, service, cause, before, count };
    ReconDifferenceOpenRow *rows = NULL;
    bool                    ok = q_recon_difference_open_all(ctx->tx, ctx->arena, &in, &rows, found, err);
    *out                       = &rows->id;
    return ok;
}

bool recon_differences(Ctx *ctx, const ReconDifferencesAsk *request, ReconDifferenceList *reply,
                       Error *err)
{
    Id     *ids   = NULL;
    size_t  count = 0;
    int64_t limit = page_limit(request->limit);
    if (!difference_ids(ctx, request, limit + 1, &ids, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, ReconDifference, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        if (!difference(ctx, ids[i], &reply->items.items[reply->items.count++], err)) return false;
    if ((int64_t)count > limit) reply->next_cursor = id_text(ctx->arena, ids[limit - 1]);
    return true;
}

/* Quoted where RFC 4180 asks for it; what a spreadsheet would take for a formula gets an apostrophe. */
static void put_cell(Buf *buf, Str text, char after)
{
    bool quote = false;
    for (size_t i = 0; i < text.len; i++) quote = quote || text.ptr[i] == '"' || text.ptr[i] == ',';
    bool formula = text.len
                && (text.ptr[0] == '=' || text.ptr[0] == '+' || text.ptr[0] == '-' || text.ptr[0] == '@');
    if (quote) buf_byte(buf, '"');
    if (formula) buf_byte(buf, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"') buf_byte(buf, '"');
        buf_byte(buf, text.ptr[i]);
    }
    if (quote) buf_byte(buf, '"');
    buf_byte(buf, after);
}

static void put_money(Ctx *ctx, Buf *buf, int64_t minor, Str currency)
{
    if (currency.len) buf_add(buf, money_text(ctx->arena, minor, currency));
    else buf_i64(buf, minor);
    buf_byte(buf, ',');
}

static void put_difference(Ctx *ctx, Buf *buf, const ReconDifference *d)
{
    put_cell(buf, id_text(ctx->arena, d->id), ',');
    put_cell(buf, id_is_none(d->file) ? STR("") : id_text(ctx->arena, d->file), ',');
    if (d->n != OPT_NONE) buf_i64(buf, d->n);
    buf_byte(buf, ',');
    put_cell(buf, d->service, ',');
    put_cell(buf, d->cause, ',');
    put_cell(buf, d->state, ',');
    put_money(ctx, buf, d->expected, d->currency);
    put_money(ctx, buf, d->found, d->currency);
    put_money(ctx, buf, d->off, d->currency);
    put_cell(buf, d->currency, ',');
    put_cell(buf, d->account, ',');
    put_cell(buf, d->reference, ',');
    put_cell(buf, id_is_none(d->order) ? STR("") : id_text(ctx->arena, d->order), ',');
    put_cell(buf, d->text, ',');
    put_cell(buf, d->probably, ',');
    put_cell(buf, d->action, ',');
    put_cell(buf, d->booked_to, ',');
    put_cell(buf, d->reason, '\r');
    buf_byte(buf, '\n');
}

bool recon_export(Ctx *ctx, const ReconDifferencesAsk *request, ReconText *reply, Error *err)
{
    enum { ROWS_MAX = 10000 };
    Id             *ids   = NULL;
    size_t          count = 0;
    ReconDifference one;
    Buf             buf = buf_make(ctx->arena, 1 << 16);
    if (!difference_ids(ctx, request, ROWS_MAX, &ids, &count, err)) return false;
    buf_add(
        &buf,
        STR("id,file,line,service,cause,state,expected,found,off,currency,account,reference,order,text,"
            "probably,action,booked_to,reason\r\n"));
    for (size_t i = 0; i < count; i++) {
        size_t mark = ctx->arena->used;
        if (!difference(ctx, ids[i], &one, err)) return false;
        put_difference(ctx, &buf, &one);
        if (buf.ptr < (char *)ctx->arena->bytes + mark)
            ctx->arena->used = mark; /* the text did not move */
    }
    reply->text = buf_str(&buf);
    return !buf.failed || err_memory(err);
}

/* --- settling by hand --- */

static bool account_fits(const ReconDifference *it, Str account, Error *err)
{
    const AccountRow *row = account_find(account);
    if (!it->account.len || it->off == 0)
        return err_set(err, &ERR_FIELD_INVALID, "account", "nothing is to be booked for this difference");
    if (!row || row->part[0])
        return err_set(err, &ERR_FIELD_INVALID, "account",
                       "the chart has no such account, or it is kept by parts");
    return !str_eq(account, it->account)
        || err_set(err, &ERR_FIELD_INVALID, "account", "is the one that is off");
}

static bool book(Ctx *ctx, const ReconDifference *it, Str account, Error *err)
{
    LedgerDoc doc = { it->id, it->currency, 0, STR_NONE };
    return account_fits(it, account, err)
        && ledger_post(ctx, &doc, it->account, account, it->off, STR("reconciliation"), err);
}

bool recon_settle(Ctx *ctx, const ReconSettle *request, ReconDifference *reply, Error *err)
{
    int64_t changed = 0;
    if (!difference(ctx, request->id, reply, err)) return false;
    ReconDifferenceSettleIn in     = { ctx->who.merchant, request->id, text_or_empty(request->account),
                                       request->reason, ctx->now_ms };
    ReconLineSettleIn       line   = { ctx->who.merchant, reply->file, opt_or(reply->n, 0) };
    Str                     detail = str_format(ctx->arena, "%.*s: %.*s%s%.*s", STR_FMT(reply->cause),
                                                STR_FMT(request->reason),
                                                request->account.len ? ", booked to " : "",
                                                STR_FMT(request->account));
    Str body = str_format(ctx->arena, "{\"cause\":\"%.*s\",\"off\":%lld}", STR_FMT(reply->cause),
                          (long long)reply->off);
    if (!detail.ptr || !body.ptr) return err_memory(err);
    if (!q_recon_difference_settle_exec(ctx->tx, &in, &changed, err)) return false;
    if (!changed) return err_set(err, &ERR_STATE_REFUSED, "id", "this difference is settled already");
    if (request->account.len && !book(ctx, reply, request->account, err)) return false;
    return (id_is_none(reply->file) || q_recon_line_settle_exec(ctx->tx, &line, NULL, err))
        && audit_append(ctx, STR("reconciliation.settle"), request->id, detail, err)
        && events_put(ctx, &EVENT_RECON_SETTLED, request->id, body, err)
        && difference(ctx, request->id, reply, err);
}

/* --- payouts and terms --- */

bool recon_payouts(Ctx *ctx, const ReconPayoutsAsk *request, ReconPayoutList *reply, Error *err)
{
    ReconPayoutPageRow *rows  = NULL;
    size_t              count = 0, bar = str_index(request->cursor, '|', 0);
    int64_t             limit = page_limit(request->limit);
    ReconPayoutPageIn   in    = { ctx->who.merchant, request->service, STR(""), STR(""), limit + 1 };
    if (request->cursor.len) in.after_currency = str_slice(request->cursor, 0, bar);
    if (bar < request->cursor.len) in.after = str_slice(request->cursor, bar + 1, request->cursor.len);
    if (!q_recon_payout_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, ReconPayout, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < limit; i++)
        reply->items.items[reply->items.count++] = (ReconPayout){
            request->service, rows[i].reference, rows[i].currency,
            rows[i].lines,    rows[i].booked,    rows[i].at_ms ? rows[i].at_ms : OPT_NONE,
            rows[i].statement
        };
    if ((int64_t)count <= limit) return true;
    reply->next_cursor = str_format(ctx->arena, "%.*s|%.*s", STR_FMT(rows[limit - 1].currency),
                                    STR_FMT(rows[limit - 1].reference));
    return reply->next_cursor.ptr || err_memory(err);
}

bool recon_terms_change(Ctx *ctx, const ReconTerms *request, ReconTerms *reply, Error *err)
{
    ReconTermsPutIn in = { .merchant  = ctx->who.merchant,
                           .service   = request->service,
                           .agreed    = request->ppm != OPT_NONE,
                           .ppm       = opt_or(request->ppm, 0),
                           .fixed     = opt_or(request->fixed, 0),
                           .tolerance = opt_or(request->tolerance, 0),
                           .days      = opt_or(request->days, RECON_DAYS) };
    if (!code_check(request->service, "service", err)) return false;
    if (!in.agreed && (in.fixed || in.tolerance))
        return err_set(err, &ERR_FIELD_INVALID, "ppm",
                       "say it too, 0 for none, so that fees are compared");
    Str detail = str_format(ctx->arena, "%lld ppm and %lld, give or take %lld; %lld days",
                            (long long)in.ppm, (long long)in.fixed, (long long)in.tolerance,
                            (long long)in.days);
    if (!detail.ptr) return err_memory(err);
    *reply = *request;
    return q_recon_terms_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("reconciliation.terms"),
                        audit_subject(STR("reconciliation"), request->service), detail, err);
}

bool recon_terms_list(Ctx *ctx, const Nothing *request, ReconTermsList *reply, Error *err)
{
    ReconTermsAllRow *rows  = NULL;
    ReconTermsAllIn   in    = { ctx->who.merchant, STR("") };
    size_t            count = 0;
    if (!q_recon_terms_all_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, ReconTerms, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        bool agreed                              = rows[i].agreed;
        reply->items.items[reply->items.count++] = (ReconTerms){
            rows[i].service, agreed ? rows[i].ppm : OPT_NONE, agreed ? rows[i].fixed : OPT_NONE,
            agreed ? rows[i].tolerance : OPT_NONE, rows[i].days
        };
    }
    return true;
}
