/* purchasing_consign.c — goods that stand with us and belong to a vendor until they are sold. See
 * purchasing.h. What is owed is all that the stock ledger says was sold since the agreement, less what
 * settlements counted before: a sale that comes into the ledger late is in the next settlement, and none is
 * in two. */
#include "all_sql.h"
#include "core/money.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "shop/purchasing/purchasing_inner.h"

enum { LINES_MAX = 10000 };

static bool in_force(Ctx *ctx, Id item, ConsignmentInForceRow *row, bool *found, Error *err)
{
    ConsignmentInForceIn in = { ctx->who.merchant, item };
    return q_consignment_in_force_one(ctx->tx, ctx->arena, &in, row, found, err);
}

bool consignments_change(Ctx *ctx, const ConsignmentInput *request, Consignment *reply, Error *err)
{
    Vendor                vendor;
    PurchaseItem          item;
    ConsignmentInForceRow now   = { .since_ms = 0 };
    bool                  found = false;
    Str                   rule  = request->settles.len ? request->settles : STR("sold");
    if (!purchasing_vendor(ctx, request->vendor, true, "vendor", &vendor, err)
        || !purchasing_item(ctx, request->sku, "sku", &item, err)
        || !in_force(ctx, item.id, &now, &found, err))
        return false;
    if (found && !str_eq(now.vendor, vendor.code))
        return err_set(err, &ERR_CONSIGNMENT_OTHER, "vendor", "they belong to %.*s: end that first",
                       STR_FMT(now.vendor));
    *reply = (Consignment){ request->sku, vendor.code, request->cost, rule, ctx->now_ms, OPT_NONE, 0 };
    if (found && now.cost == request->cost && str_eq(now.settles, rule)) {
        reply->since   = now.since_ms;
        reply->settled = now.settled;
        return true;
    }
    if (found && now.since_ms >= ctx->now_ms)
        return err_set(err, &ERR_DB_BUSY, "sku", "it was changed in this very moment");
    ConsignmentEndIn end = { ctx->who.merchant, item.id, ctx->now_ms };
    ConsignmentPutIn in  = { ctx->who.merchant, item.id,       ctx->now_ms, vendor.code,
                             request->sku,      request->cost, rule };
    Str detail = str_format(ctx->arena, "%.*s %lld %.*s", STR_FMT(vendor.code), (long long)request->cost,
                            STR_FMT(rule));
    if (!detail.ptr) return err_memory(err);
    return q_consignment_end_exec(ctx->tx, &end, NULL, err)
           && q_consignment_put_exec(ctx->tx, &in, NULL, err)
           && audit_append(ctx, STR("consignment.put"), item.id, detail, err);
}

bool consignments_end(Ctx *ctx, const VendorsOfItem *request, Consignment *reply, Error *err)
{
    PurchaseItem          item;
    ConsignmentInForceRow now   = { .since_ms = 0 };
    bool                  found = false;
    if (!purchasing_item(ctx, request->sku, "sku", &item, err)
        || !in_force(ctx, item.id, &now, &found, err))
        return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "sku", "these goods are our own");
    *reply               = (Consignment){ request->sku, now.vendor,  now.cost,   now.settles,
                                          now.since_ms, ctx->now_ms, now.settled };
    ConsignmentEndIn end = { ctx->who.merchant, item.id, ctx->now_ms };
    return q_consignment_end_exec(ctx->tx, &end, NULL, err)
           && audit_append(ctx, STR("consignment.end"), item.id, now.vendor, err);
}

/* A cursor is "since sku". */
bool consignments_list(Ctx *ctx, const VendorItemFind *request, ConsignmentList *reply, Error *err)
{
    ConsignmentPageRow *rows = NULL;
    Vendor              vendor;
    size_t              count = 0, limit = (size_t)page_limit(request->limit);
    size_t              blank = str_index(request->cursor, ' ', 0);
    ConsignmentPageIn   in    = { ctx->who.merchant, request->vendor, STR(""), -1, (int64_t)limit + 1 };
    if (request->cursor.len) {
        if (!str_to_i64(str_slice(request->cursor, 0, blank), &in.after_ms) || blank == request->cursor.len)
            return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
        in.after = str_slice(request->cursor, blank + 1, request->cursor.len);
    }
    if (!purchasing_vendor(ctx, request->vendor, false, "vendor", &vendor, err)
        || !q_consignment_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err))
        return false;
    reply->items.items = arena_array(ctx->arena, Consignment, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++)
        reply->items.items[reply->items.count++] =
            (Consignment){ rows[i].sku,     vendor.code,      rows[i].cost,
                           rows[i].settles, rows[i].since_ms, period_until_shown(rows[i].until_ms),
                           rows[i].settled };
    if (count <= limit) return true;
    reply->next_cursor = str_format(ctx->arena, "%lld %.*s", (long long)rows[limit - 1].since_ms,
                                    STR_FMT(rows[limit - 1].sku));
    return reply->next_cursor.ptr || err_memory(err);
}

/* --- statements --- */

typedef struct {
    Statement            doc;
    ConsignmentStateRow *rows; /* of doc.lines */
} Owed;

static bool add_line(Owed *owed, const ConsignmentStateRow *r, Error *err)
{
    StatementLine line = { .sku      = r->sku,
                           .sold     = r->sold - r->was_sold,
                           .returned = r->returned - r->was_returned,
                           .lost     = r->lost - r->was_lost,
                           .cost     = r->cost };
    line.quantity      = line.sold - line.returned + line.lost;
    if (line.sold == 0 && line.returned == 0 && line.lost == 0) return true;
    owed->rows[owed->doc.lines.count] = *r;
    if (!purchasing_worth(line.quantity, line.cost, &line.total, err)
        || !money_add(owed->doc.total, line.total, &owed->doc.total, err))
        return false;
    owed->doc.lines.items[owed->doc.lines.count++] = line;
    return true;
}

static bool state_until(Ctx *ctx, const Vendor *vendor, int64_t until_ms, Owed *out, Error *err)
{
    SettlementLastRow    last  = { 0 };
    ConsignmentStateRow *rows  = NULL;
    size_t               count = 0;
    bool                 found = false;
    SettlementLastIn     ask   = { ctx->who.merchant, vendor->code };
    if (!q_settlement_last_one(ctx->tx, ctx->arena, &ask, &last, &found, err)) return false;
    if (until_ms > ctx->now_ms) return err_set(err, &ERR_FIELD_INVALID, "until", "is in the future");
    if (found && until_ms <= last.until_ms)
        return err_set(err, &ERR_FIELD_INVALID, "until", "all that is settled already");
    ConsignmentStateIn in = { ctx->who.merchant, vendor->code, until_ms };
    if (!q_consignment_state_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    if (count > LINES_MAX) return err_set(err, &ERR_FIELD_INVALID, "vendor", "has too many items");
    *out                 = (Owed){ .doc  = { .vendor   = vendor->code,
                                             .from     = found ? last.until_ms : OPT_NONE,
                                             .until    = until_ms,
                                             .currency = vendor->currency,
                                             .made_at  = OPT_NONE,
                                             .number   = OPT_NONE },
                                   .rows = arena_array(ctx->arena, ConsignmentStateRow, count + 1) };
    out->doc.lines.items = arena_array(ctx->arena, StatementLine, count + 1);
    if (!out->rows || !out->doc.lines.items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        if (!add_line(out, &rows[i], err)) return false;
    return true;
}

bool consignments_statement(Ctx *ctx, const StatementAsk *request, Statement *reply, Error *err)
{
    Vendor vendor;
    Owed   owed;
    if (!purchasing_vendor(ctx, request->vendor, false, "vendor", &vendor, err)
        || !state_until(ctx, &vendor, opt_or(request->until, ctx->now_ms), &owed, err))
        return false;
    *reply = owed.doc;
    return true;
}

static bool put_lines(Ctx *ctx, const Owed *owed, Error *err)
{
    for (size_t i = 0; i < owed->doc.lines.count; i++) {
        const StatementLine *l    = &owed->doc.lines.items[i];
        SettlementLinePutIn  line = { ctx->who.merchant,
                                      owed->doc.id,
                                      (int64_t)i + 1,
                                      owed->rows[i].item,
                                      l->sku,
                                      owed->rows[i].since_ms,
                                      l->sold,
                                      l->returned,
                                      l->lost,
                                      l->quantity,
                                      l->cost,
                                      l->total };
        ConsignmentSettleIn  sum  = { ctx->who.merchant, line.item, line.since_ms, l->quantity };
        if (!q_settlement_line_put_exec(ctx->tx, &line, NULL, err)
            || !q_consignment_settle_exec(ctx->tx, &sum, NULL, err))
            return false;
    }
    return true;
}

bool settlements_create(Ctx *ctx, const SettlementInput *request, Statement *reply, Error *err)
{
    Vendor       vendor;
    Owed         owed;
    VendorLockIn lock = { ctx->who.merchant, request->vendor };
    if (!q_vendor_lock_exec(ctx->tx, &lock, NULL, err)
        || !purchasing_vendor(ctx, request->vendor, false, "vendor", &vendor, err)
        || !state_until(ctx, &vendor, opt_or(request->until, ctx->now_ms), &owed, err))
        return false;
    Statement *doc = &owed.doc;
    if (request->expected_total != OPT_NONE && request->expected_total != doc->total)
        return err_set(err, &ERR_SETTLEMENT_STALE, "expected_total", "it is %lld now",
                       (long long)doc->total);
    doc->id      = ctx_new_id(ctx);
    doc->ref     = text_or_none(request->ref);
    doc->made_at = ctx->now_ms;
    if (!put_lines(ctx, &owed, err) || !purchasing_number(ctx, STR("settlement"), &doc->number, err))
        return false;
    SettlementPutIn in = { ctx->who.merchant,           doc->id,     doc->number,   vendor.code,
                           opt_or(doc->from, 0),        doc->until,  doc->currency, doc->total,
                           text_or_empty(request->ref), doc->made_at };
    *reply             = *doc;
    return q_settlement_put_exec(ctx->tx, &in, NULL, err)
           && purchasing_note(ctx, &EVENT_CONSIGNMENT_SETTLED, STR("consignment.settle"), doc->id,
                              doc->number, vendor.code, STR("settled"), in.ref, err);
}

static Statement shown(const SettlementGetRow *r)
{
    return (Statement){ .id       = r->id,
                        .number   = r->number,
                        .vendor   = r->vendor,
                        .from     = time_shown(r->from_ms),
                        .until    = r->until_ms,
                        .currency = r->currency,
                        .total    = r->total,
                        .ref      = text_or_none(r->ref),
                        .made_at  = r->made_at_ms };
}

bool settlements_show(Ctx *ctx, const ById *request, Statement *reply, Error *err)
{
    SettlementGetRow      row;
    SettlementLinesOfRow *rows  = NULL;
    size_t                count = 0;
    bool                  found = false;
    SettlementGetIn       in    = { ctx->who.merchant, request->id };
    SettlementLinesOfIn   of    = { ctx->who.merchant, request->id };
    if (!q_settlement_get_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "there is no such settlement");
    if (!q_settlement_lines_of_all(ctx->tx, ctx->arena, &of, &rows, &count, err)) return false;
    *reply             = shown(&row);
    reply->lines.items = arena_array(ctx->arena, StatementLine, count + 1);
    if (!reply->lines.items) return err_memory(err);
    for (size_t i = 0; i < count; i++)
        reply->lines.items[i] = (StatementLine){ rows[i].sku, rows[i].sold, rows[i].returned, rows[i].lost,
                                                 rows[i].qty, rows[i].cost, rows[i].total };
    reply->lines.count = count;
    return true;
}

bool settlements_list(Ctx *ctx, const SettlementFind *request, SettlementList *reply, Error *err)
{
    SettlementPageRow *rows  = NULL;
    size_t             count = 0, limit = (size_t)page_limit(request->limit);
    Id                 before;
    if (!page_before(request->cursor, &before, err)) return false;
    SettlementPageIn in = { ctx->who.merchant, text_or_empty(request->vendor), id_bytes(&before),
                            (int64_t)limit + 1 };
    if (!q_settlement_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, Statement, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++) {
        const SettlementPageRow *r  = &rows[i];
        SettlementGetRow         as = { r->id,       r->number, r->vendor, r->from_ms,   r->until_ms,
                                        r->currency, r->total,  r->ref,    r->made_at_ms };
        reply->items.items[reply->items.count++] = shown(&as);
    }
    if (count > limit) reply->next_cursor = id_text(ctx->arena, rows[limit - 1].id);
    return true;
}
