/* settle_apply.c — writes the lines of a part, what differs, what the payouts are made of; and books. See
 * settle.h. What a service keeps goes from what it owes us to its fees, what chargebacks took to its
 * disputes; what was sold in one currency and settled in another is exchanged. Payouts are booked when all
 * of the file is read. */
#include "flows/settle_inner.h"

#include "shop/ledger/ledger.h"

/* Sums of a part by currency, and by pairs of them. */
typedef struct {
    Str     currency;
    int64_t fees, disputes, returned;
} Sum;

typedef struct {
    Str     from, to;
    int64_t books, gross;
} Exchange;

typedef struct {
    Str     reference, currency;
    int64_t lines, count, said, at_ms;
    bool    seen, implied;
} Payout;

typedef struct {
    SettleChunk *chunk;
    Sum         *sums;
    size_t       sum_count;
    Exchange    *exchanges;
    size_t       exchange_count;
    Payout      *payouts;
    size_t       payout_count;
    Buf          lines, differences;
    Str          accounts[4]; /* by SettleOff */
} Apply;

/* Texts of a JSON list, each with a comma in front. */
static void put_str(Buf *buf, Str text)
{
    buf_byte(buf, ',');
    buf_json_string(buf, text_or_empty(text));
}

static void put_number(Buf *buf, int64_t value)
{
    buf_byte(buf, ',');
    buf_i64(buf, value);
}

static void put_key(Buf *buf, Id id)
{
    buf_byte(buf, ',');
    settle_put_id(buf, id);
}

static void put_line(Apply *to, const SettleItem *item)
{
    const SettleLine *line = &item->line;
    Buf              *buf  = &to->lines;
    bool              off  = item->result.differs || item->result.fee_differs;
    buf_add(buf, buf->len > 1 ? STR(",[") : STR("["));
    buf_i64(buf, item->n);
    put_key(buf, item->twice ? (Id){ 0 } : item->key);
    put_str(buf, str_from(settle_kind_name(line->kind)));
    put_str(buf, off ? STR("difference") : STR("matched"));
    put_key(buf, item->known.found ? item->payment : (Id){ 0 });
    put_key(buf, item->refund);
    put_str(buf, line->reference);
    put_str(buf, line->payout);
    put_str(buf, line->text);
    put_number(buf, line->amount);
    put_str(buf, line->currency);
    put_number(buf, item->result.books);
    put_number(buf, line->gross);
    put_number(buf, line->fee);
    put_number(buf, line->net);
    put_str(buf, line->settled);
    put_number(buf, line->at_ms);
    buf_byte(buf, ']');
}

typedef struct {
    int64_t          n;
    SettleDifference what;
    Id               subject, order;
    Str              reference, text, currency;
} Found;

static void put_difference(Apply *to, const Found *found)
{
    Buf                  *buf = &to->differences;
    const SettleCauseRow *row = settle_cause(found->what.cause);
    buf_add(buf, buf->len > 1 ? STR(",[") : STR("["));
    settle_put_id(buf, ctx_new_id(to->chunk->ctx));
    put_number(buf, found->n);
    put_str(buf, str_from(row->code));
    put_key(buf, found->subject);
    put_key(buf, found->order);
    put_str(buf, found->reference);
    put_str(buf, found->text);
    put_number(buf, found->what.expected);
    put_number(buf, found->what.found);
    put_number(buf, found->what.open);
    put_str(buf, found->currency);
    put_str(buf, to->accounts[row->off]);
    buf_byte(buf, ']');
}

static void put_differences(Apply *to, const SettleItem *item)
{
    const SettleLine *line   = &item->line;
    bool              refund = line->kind == SETTLE_REFUND && !id_is_none(item->refund);
    Found             found  = { .n         = item->n,
                                .what      = item->result.difference,
                                .subject   = refund ? item->refund : item->payment,
                                .order     = item->order,
                                .reference = line->reference.len ? line->reference
                                           : line->key.len       ? line->key
                                                                 : line->payout,
                                .text      = line->text,
                                .currency  = line->currency };
    if (found.what.open && !str_eq(line->currency, line->settled)) {
        found.what.found = line->gross; /* the account is off in the currency that came */
        found.currency   = line->settled;
    }
    if (item->result.differs) put_difference(to, &found);
    if (!item->result.fee_differs) return;
    found.what     = (SettleDifference){ CAUSE_FEE, item->result.fee_expected, line->fee, 0 };
    found.currency = line->settled;
    put_difference(to, &found);
}

/* --- sums --- */

static Sum *sum_of(Apply *to, Str currency)
{
    for (size_t i = 0; i < to->sum_count; i++)
        if (str_eq(to->sums[i].currency, currency)) return &to->sums[i];
    to->sums[to->sum_count] = (Sum){ .currency = currency };
    return &to->sums[to->sum_count++];
}

static Exchange *exchange_of(Apply *to, Str from, Str currency)
{
    for (size_t i = 0; i < to->exchange_count; i++)
        if (str_eq(to->exchanges[i].from, from) && str_eq(to->exchanges[i].to, currency))
            return &to->exchanges[i];
    to->exchanges[to->exchange_count] = (Exchange){ .from = from, .to = currency };
    return &to->exchanges[to->exchange_count++];
}

/* The last one is the likeliest: lines of a payout stand together. */
static Payout *payout_of(Apply *to, Str reference, Str currency)
{
    for (size_t i = to->payout_count; i-- > 0;)
        if (str_eq(to->payouts[i].reference, reference) && str_eq(to->payouts[i].currency, currency))
            return &to->payouts[i];
    to->payouts[to->payout_count] = (Payout){ .reference = reference, .currency = currency };
    return &to->payouts[to->payout_count++];
}

static bool add_payout(Apply *to, const SettleItem *item, Error *err)
{
    const SettleLine *line = &item->line;
    Str               name = line->payout.len ? line->payout : line->id;
    if (line->kind != SETTLE_PAYOUT && !line->payout.len) return true;
    if (!name.len)
        name = str_format(to->chunk->ctx->arena, "%.8s-%lld", to->chunk->head.digest.ptr,
                          (long long)item->n);
    if (!name.ptr) return err_memory(err);
    Payout *payout = payout_of(to, name, line->settled);
    int64_t at     = line->kind == SETTLE_PAYOUT && line->at_ms ? line->at_ms : line->payout_at_ms;
    if (at) payout->at_ms = at;
    if (line->kind == SETTLE_PAYOUT) {
        payout->said -= line->net;
        payout->seen = true;
        return true;
    }
    payout->lines += line->net;
    payout->count++;
    payout->implied = payout->implied
                   || (to->chunk->file.format == SETTLE_STRIPE && line->payout_at_ms > 0);
    return true;
}

/* What a line moves from one account to another. */
static void add_sums(Apply *to, const SettleItem *item)
{
    const SettleLine *line = &item->line;
    Sum              *sum  = sum_of(to, line->settled);
    sum->fees += line->kind == SETTLE_FEE ? -line->net : line->fee;
    if (line->kind == SETTLE_CHARGEBACK || line->kind == SETTLE_CHARGEBACK_BACK)
        sum->disputes -= line->gross;
    if (line->kind == SETTLE_PAYOUT_FAILED) sum->returned += line->gross;
    bool sale = (line->kind == SETTLE_CHARGE || line->kind == SETTLE_REFUND) && item->result.books != 0;
    if (!sale || str_eq(item->known.currency, line->settled)) return;
    Exchange *exchange = exchange_of(to, item->known.currency, line->settled);
    exchange->books += item->result.books;
    exchange->gross += line->gross;
}

/* --- the statements --- */

static bool book(Apply *to, int64_t *entries, Error *err)
{
    Ctx      *ctx     = to->chunk->ctx;
    LedgerDoc doc     = { to->chunk->head.id, STR_NONE, *entries, STR_NONE };
    Str       service = to->chunk->head.service, clearing = to->accounts[SETTLE_OFF_CLEARING];
    Str       fees = recon_fees(ctx->arena, service);
    if (!fees.ptr) return err_memory(err);
    for (size_t i = 0; i < to->sum_count; i++) {
        const Sum *sum = &to->sums[i];
        doc.currency   = sum->currency;
        if (!ledger_post(ctx, &doc, fees, clearing, sum->fees, STR("fee"), err)
            || !ledger_post(ctx, &doc, to->accounts[SETTLE_OFF_DISPUTES], clearing, sum->disputes,
                            STR("dispute"), err)
            || !ledger_post(ctx, &doc, clearing, STR("bank"), sum->returned, STR("payout"), err))
            return false;
    }
    for (size_t i = 0; i < to->exchange_count; i++) {
        const Exchange *exchange = &to->exchanges[i];
        doc.currency             = exchange->from;
        if (!ledger_post(ctx, &doc, STR("exchange"), clearing, exchange->books, STR("exchange"), err))
            return false;
        doc.currency = exchange->to;
        if (!ledger_post(ctx, &doc, clearing, STR("exchange"), exchange->gross, STR("exchange"), err))
            return false;
    }
    *entries = doc.n;
    return true;
}

static bool put_payouts(Apply *to, Error *err)
{
    Ctx *ctx = to->chunk->ctx;
    for (size_t i = 0; i < to->payout_count; i++) {
        const Payout    *p  = &to->payouts[i];
        ReconPayoutAddIn in = { ctx->who.merchant, to->chunk->head.service,
                                p->reference,      p->currency,
                                p->lines,          p->count,
                                p->said,           p->seen,
                                p->implied,        p->at_ms,
                                to->chunk->head.id };
        if (!q_recon_payout_add_exec(ctx->tx, &in, NULL, err)) return false;
    }
    return true;
}

static bool put_lists(Apply *to, Error *err)
{
    const ReconFindRow *head        = &to->chunk->head;
    Ctx                *ctx         = to->chunk->ctx;
    bool                lines       = to->lines.len > 1;
    bool                differences = to->differences.len > 1;
    buf_byte(&to->lines, ']');
    buf_byte(&to->differences, ']');
    if (to->lines.failed || to->differences.failed) return err_memory(err);
    SettleLinesPutIn       all = { ctx->who.merchant, head->id, head->service, buf_str(&to->lines) };
    SettleDifferencesPutIn off = { ctx->who.merchant, head->id, head->service, ctx->now_ms,
                                   buf_str(&to->differences) };
    return (!lines || q_settle_lines_put_exec(ctx->tx, &all, NULL, err))
        && (!differences || q_settle_differences_put_exec(ctx->tx, &off, NULL, err));
}

/* A dispute that was won. */
static bool end_dispute(Apply *to, const SettleItem *item, Error *err)
{
    if (item->line.kind != SETTLE_CHARGEBACK_BACK || item->result.differs) return true;
    return recon_end(to->chunk->ctx, item->payment, CAUSE_CHARGEBACK, STR("The dispute was won."), err);
}

static bool begin(Apply *to, Error *err)
{
    SettleChunk *chunk                = to->chunk;
    Arena       *arena                = chunk->ctx->arena;
    Str          service              = chunk->head.service;
    to->accounts[SETTLE_OFF_NOTHING]  = STR("");
    to->accounts[SETTLE_OFF_CLEARING] = recon_clearing(arena, service);
    to->accounts[SETTLE_OFF_DISPUTES] = recon_disputes(arena, service);
    to->accounts[SETTLE_OFF_BANK]     = STR("bank");
    to->sums                          = arena_array(arena, Sum, chunk->count + 1);
    to->exchanges                     = arena_array(arena, Exchange, chunk->count + 1);
    to->payouts                       = arena_array(arena, Payout, chunk->count + 1);
    if (!to->sums || !to->exchanges || !to->payouts) return err_memory(err);
    to->differences = buf_make(arena, 4096);
    to->lines       = buf_make(arena, 512 * (chunk->count + 1)); /* last: it grows in place */
    buf_byte(&to->lines, '[');
    buf_byte(&to->differences, '[');
    return true;
}

bool settle_apply(SettleChunk *chunk, int64_t *entries, Error *err)
{
    Apply to = { .chunk = chunk };
    if (!begin(&to, err)) return false;
    for (size_t i = 0; i < chunk->bad_count; i++) {
        const SettleBad *bad = &chunk->bad[i];
        Str text = str_format(chunk->ctx->arena, "%.*s: %.*s", STR_FMT(bad->why), STR_FMT(bad->text));
        if (!text.ptr) return err_memory(err);
        put_difference(&to, &(Found){ .n = bad->n, .what = { CAUSE_UNREADABLE, 0, 0, 0 }, .text = text });
    }
    for (size_t i = 0; i < chunk->count; i++) {
        SettleItem *item = &chunk->items[i];
        if (item->again) continue;
        put_line(&to, item);
        put_differences(&to, item);
        if (item->twice || item->line.kind == SETTLE_BANK) continue;
        add_sums(&to, item);
        if (!add_payout(&to, item, err) || !end_dispute(&to, item, err)) return false;
    }
    return put_lists(&to, err) && put_payouts(&to, err) && book(&to, entries, err);
}
