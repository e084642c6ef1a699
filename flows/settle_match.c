/* settle_match.c — what is known of the lines of a part: which are in already, which payment and which
 * refund each of them is; and what that makes of them, one after the other. See settle.h. Three statements
 * for all lines. */
#include "flows/settle_inner.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEY_FRONT = 6 };

/* What lines have of one payment, those before this part and those of it so far. */
typedef struct {
    Id      payment;
    int64_t settled, sent, disputed;
} Paid;

/* Slots by a hash of 16 bytes; values are numbers from 1. */
typedef struct {
    uint32_t *slots;
    size_t    count; /* a power of two */
} Table;

static bool table_make(Arena *arena, size_t entries, Table *out, Error *err)
{
    out->count = 16;
    while (out->count < entries * 2) out->count *= 2;
    out->slots = arena_array(arena, uint32_t, out->count);
    return out->slots || err_memory(err);
}

static size_t slot_at(const Table *table, Id id)
{
    return (size_t)str_hash(0, (Str){ (const char *)id.bytes, ID_BYTES }) & (table->count - 1);
}

void settle_put_id(Buf *buf, Id id)
{
    static const char digits[] = "0123456789abcdef";
    if (id_is_none(id)) {
        buf_add(buf, STR("null"));
        return;
    }
    buf_byte(buf, '"');
    for (size_t i = 0; i < ID_BYTES; i++) {
        buf_byte(buf, digits[id.bytes[i] >> 4]);
        buf_byte(buf, digits[id.bytes[i] & 15]);
    }
    buf_byte(buf, '"');
}

/* --- keys --- */

static void add_text(SHA256_CTX *sum, Str text)
{
    uint64_t len = text.len;
    SHA256_Update(sum, &len, sizeof len);
    if (text.len) SHA256_Update(sum, text.ptr, text.len);
}

/* By the service's own id; else by all that the line says, and how often it has said so before. Six bytes
 * in front keep lines together that stand together in a file, so that the index of keys grows at few
 * places: letters of the id, which services make in the order of time, or the time of the line. */
static Id key_of(const SettleChunk *chunk, const SettleLine *line, int64_t twin)
{
    SHA256_CTX    sum;
    unsigned char digest[SHA256_DIGEST_LENGTH];
    Id            key = { { 0 } };
    int64_t numbers[] = { (int64_t)line->kind, line->amount, line->gross, line->fee, line->at_ms, twin };
    size_t  at        = str_index(line->id, '_', 0) + 1;
    SHA256_Init(&sum);
    add_text(&sum, chunk->head.service);
    add_text(&sum, line->id);
    if (!line->id.len) {
        Str texts[] = { line->key,  line->refund_key, line->reference, line->payout,
                        line->text, line->currency,   line->settled };
        for (size_t i = 0; i < COUNT(texts); i++) add_text(&sum, texts[i]);
        SHA256_Update(&sum, numbers, sizeof numbers);
    }
    SHA256_Final(digest, &sum);
    if (at >= line->id.len) at = 0;
    for (size_t i = 0; i < KEY_FRONT; i++) {
        if (!line->id.len) key.bytes[i] = (uint8_t)(line->at_ms >> (40 - 8 * i));
        else if (at + i < line->id.len) key.bytes[i] = (uint8_t)line->id.ptr[at + i];
    }
    memcpy(key.bytes + KEY_FRONT, digest, ID_BYTES - KEY_FRONT);
    return key;
}

/* Enters the key; false: it is there, and *slot is where. */
static bool enter_key(const SettleChunk *chunk, Table *table, Id key, size_t number)
{
    size_t at = slot_at(table, key);
    while (table->slots[at] && !id_eq(chunk->items[table->slots[at] - 1].key, key))
        at = (at + 1) & (table->count - 1);
    if (table->slots[at]) return false;
    table->slots[at] = (uint32_t)number + 1;
    return true;
}

static bool make_keys(SettleChunk *chunk, Error *err)
{
    Table table;
    if (!table_make(chunk->ctx->arena, chunk->count, &table, err)) return false;
    for (size_t i = 0; i < chunk->count; i++) {
        SettleItem *item = &chunk->items[i];
        for (int64_t twin = 0;; twin++) {
            item->key = key_of(chunk, &item->line, twin);
            if (enter_key(chunk, &table, item->key, i)) break;
            item->twice = item->line.id.len > 0;
            if (item->twice) break;
        }
    }
    return true;
}

/* --- what is in the database --- */

static bool find_seen(SettleChunk *chunk, Error *err)
{
    SettleSeenRow *rows  = NULL;
    size_t         count = 0;
    Buf            list  = buf_make(chunk->ctx->arena, chunk->count * 36 + 2);
    buf_byte(&list, '[');
    for (size_t i = 0; i < chunk->count; i++) {
        if (i) buf_byte(&list, ',');
        settle_put_id(&list, chunk->items[i].key);
    }
    buf_byte(&list, ']');
    if (list.failed) return err_memory(err);
    SettleSeenIn in = { chunk->ctx->who.merchant, buf_str(&list) };
    if (!q_settle_seen_all(chunk->ctx->tx, chunk->ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        SettleItem *item = &chunk->items[rows[i].i];
        bool        here = id_eq(rows[i].file, chunk->head.id);
        item->twice      = item->twice || here;
        item->again      = !here && !item->twice;
    }
    return true;
}

static bool about_payment(const SettleItem *item)
{
    switch (item->line.kind) {
    case SETTLE_CHARGE:
    case SETTLE_REFUND:
    case SETTLE_REFUND_FAILED:
    case SETTLE_CHARGEBACK:
    case SETTLE_CHARGEBACK_BACK: return !item->again && !item->twice;
    case SETTLE_FEE:
    case SETTLE_PAYOUT:
    case SETTLE_PAYOUT_FAILED:
    case SETTLE_CARRY:
    case SETTLE_OTHER:
    case SETTLE_BANK:
    case SETTLE_KINDS: return false;
    }
    return false;
}

typedef struct {
    SettleChunk *chunk;
    Table        table;
    Paid        *paid;
    size_t       count;
} Payments;

/* What is known of a payment, one for all of its lines. */
static Paid *paid_of(Payments *all, Id payment)
{
    size_t at = slot_at(&all->table, payment);
    while (all->table.slots[at] && !id_eq(all->paid[all->table.slots[at] - 1].payment, payment))
        at = (at + 1) & (all->table.count - 1);
    if (!all->table.slots[at]) {
        all->paid[all->count] = (Paid){ .payment = payment };
        all->table.slots[at]  = (uint32_t)++all->count;
    }
    return &all->paid[all->table.slots[at] - 1];
}

static bool find_payments(SettleChunk *chunk, Payments *all, Error *err)
{
    SettlePaymentsRow *rows  = NULL;
    size_t             count = 0;
    Buf                list  = buf_make(chunk->ctx->arena, chunk->count * 48 + 2);
    buf_byte(&list, '[');
    for (size_t i = 0; i < chunk->count; i++) {
        SettleItem *item = &chunk->items[i];
        Id          key;
        bool        ours = id_parse(item->line.key, &key);
        if (!about_payment(item) || (!ours && !item->line.reference.len)) continue;
        buf_format(&list, "%s[%zu,", list.len > 1 ? "," : "", i);
        settle_put_id(&list, ours ? key : (Id){ 0 });
        buf_byte(&list, ',');
        buf_json_string(&list, text_or_empty(item->line.reference));
        buf_byte(&list, ']');
        if (ours) item->payment = key;
    }
    buf_byte(&list, ']');
    if (list.failed) return err_memory(err);
    SettlePaymentsIn in = { chunk->ctx->who.merchant, chunk->head.service, buf_str(&list) };
    if (!q_settle_payments_all(chunk->ctx->tx, chunk->ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++) {
        const SettlePaymentsRow *row  = &rows[i];
        SettleItem              *item = &chunk->items[row->i];
        if (item->known.found) continue; /* a reference that two payments have: the first one's */
        Paid *paid      = paid_of(all, row->payment);
        *paid           = (Paid){ row->payment, row->settled, row->sent, row->disputed };
        item->payment   = row->payment;
        item->order     = row->order_id;
        item->payment_n = row->n;
        item->known     = (SettleKnown){ .found    = true,
                                         .taken    = str_eq(row->state, STR("captured")) && row->amount > 0,
                                         .amount   = row->amount,
                                         .currency = row->currency };
    }
    return true;
}

static bool find_refunds(SettleChunk *chunk, Error *err)
{
    SettleRefundsRow *rows  = NULL;
    size_t            count = 0;
    Table             used;
    Buf               list = buf_make(chunk->ctx->arena, 256);
    buf_byte(&list, '[');
    for (size_t i = 0; i < chunk->count; i++) {
        SettleItem *item = &chunk->items[i];
        Id          key  = { 0 };
        bool        ours = id_parse(item->line.refund_key, &key);
        if (!about_payment(item) || item->line.kind != SETTLE_REFUND || (!ours && !item->known.found))
            continue;
        buf_format(&list, "%s[%zu,", list.len > 1 ? "," : "", i);
        settle_put_id(&list, ours ? key : (Id){ 0 });
        buf_byte(&list, ',');
        settle_put_id(&list, item->order);
        buf_format(&list, ",%lld,%lld]", (long long)item->payment_n, (long long)-item->line.amount);
    }
    buf_byte(&list, ']');
    if (list.failed || list.len == 2) return !list.failed || err_memory(err);
    SettleRefundsIn in = { chunk->ctx->who.merchant, buf_str(&list) };
    if (!q_settle_refunds_all(chunk->ctx->tx, chunk->ctx->arena, &in, &rows, &count, err)
        || !table_make(chunk->ctx->arena, count, &used, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        SettleItem *item = &chunk->items[rows[i].i];
        size_t      at   = slot_at(&used, rows[i].refund);
        while (used.slots[at] && !id_eq(rows[used.slots[at] - 1].refund, rows[i].refund))
            at = (at + 1) & (used.count - 1);
        if (item->known.refund) continue;
        if (!item->known.found) item->order = rows[i].order_id;
        if (!item->known.currency.len) item->known.currency = rows[i].currency;
        item->known.refund_before = true; /* unless this one is free */
        if (rows[i].before || used.slots[at]) continue;
        used.slots[at]       = (uint32_t)i + 1;
        item->refund         = rows[i].refund;
        item->known.refund   = true;
        item->known.refunded = rows[i].amount;
    }
    return true;
}

/* --- what it makes of them --- */

static void judge(const SettleChunk *chunk, SettleItem *item, Payments *all)
{
    SettleLine *line = &item->line;
    Paid        none = { 0 };
    Paid       *paid = item->known.found ? paid_of(all, item->payment) : &none;
    if (item->again || line->kind == SETTLE_BANK) return;
    if (item->twice) {
        item->result = (SettleResult){ .differs    = true,
                                       .difference = { CAUSE_LINE_TWICE, 0, line->amount, 0 } };
        return;
    }
    item->known.settled  = paid->settled;
    item->known.over     = paid->sent > paid->settled ? paid->sent - paid->settled : 0;
    item->known.disputed = paid->disputed < 0;
    item->result         = settle_judge(line, &item->known, &chunk->rate);
    if (line->kind == SETTLE_CHARGEBACK || line->kind == SETTLE_CHARGEBACK_BACK)
        paid->disputed += line->amount;
    if (line->kind != SETTLE_CHARGE) return;
    bool same = str_eq(line->currency, item->known.currency);
    paid->settled += item->result.books;
    paid->sent += same ? line->amount : item->result.books;
}

bool settle_load(SettleChunk *chunk, Error *err)
{
    Payments all = { .chunk = chunk };
    all.paid     = arena_array(chunk->ctx->arena, Paid, chunk->count + 1);
    if (!all.paid) return err_memory(err);
    if (!make_keys(chunk, err) || !find_seen(chunk, err)
        || !table_make(chunk->ctx->arena, chunk->count, &all.table, err)
        || !find_payments(chunk, &all, err) || !find_refunds(chunk, err))
        return false;
    for (size_t i = 0; i < chunk->count; i++) judge(chunk, &chunk->items[i], &all);
    return true;
}

bool settle_again(SettleChunk *chunk, Error *err)
{
    Payments all = { .chunk = chunk };
    all.paid     = arena_array(chunk->ctx->arena, Paid, chunk->count + 1);
    if (!all.paid) return err_memory(err);
    if (!table_make(chunk->ctx->arena, chunk->count, &all.table, err) || !find_payments(chunk, &all, err))
        return false;
    for (size_t i = 0; i < chunk->count; i++) judge(chunk, &chunk->items[i], &all);
    return true;
}
