/* customer_privacy.c — what a person may demand: all that is known of them (export), and that it is
 * forgotten (erasure). An erasure empties what names or describes a person, also in profiles that became
 * one with theirs; sales keep goods, money and taxes, the books and the audit trail stay whole. What is
 * kept is said in its answer. */
#include "all_sql.h"
#include "flows/loyalty.h"
#include "flows/sale.h"
#include "shop/audit/audit.h"
#include "shop/consents/consents.h"
#include "shop/credit/credit.h"
#include "shop/customers/customers.h"
#include "shop/events/events.h"
#include "shop/giftcards/giftcards.h"
#include "shop/receipts/receipts.h"
#include "shop/returns/returns.h"
#include "sys/json_write.h"

#include <string.h>

/* --- forgetting --- */

static const KeptData kept[] = {
    { STR("orders, returns, payments, receipts"),
      STR("Goods, prices, taxes and payments of sales must be kept for years by tax and commercial law; "
          "they name nobody "
          "any more.") },
    { STR("country, region and postal code of deliveries"), STR("Prove where a sale was taxed.") },
    { STR("numbers of certificates of exemption"), STR("Prove why no tax was taken.") },
    { STR("consents"),
      STR("Prove what was allowed until when; they say words, times and purposes, no name.") },
    { STR("the audit trail"),
      STR("A chain of hashes that would break; it holds the merchant's own number of the customer "
          "and the reasons that staff gave, no name or address.") },
    { STR("answers to requests and events"), STR("Technical copies that are dropped by themselves after "
                                                 "as many days as the settings idempotency.days and "
                                                 "event.days say.") },
};

/* What is somebody's money, or owed, is settled first. */
static bool nothing_owed(Ctx *ctx, Id id, Error *err)
{
    CustomerAccounts accounts;
    if (!credit_show(ctx, &(ById){ id }, &accounts, err)) return false;
    for (size_t i = 0; i < accounts.items.count; i++) {
        const CustomerAccount *a = &accounts.items.items[i];
        if (a->balance == 0) continue;
        const char *why = str_eq(a->kind, STR("invoice"))
                            ? "owed on account: they must be paid first"
                            : "of store credit left: give them back, or take them away, first";
        return err_set(err, &ERR_CUSTOMER_BUSY, "id", "there are %lld %.*s %s", (long long)a->balance,
                       STR_FMT(a->currency), why);
    }
    return true;
}

static bool nothing_open(Ctx *ctx, Id id, Error *err)
{
    EraseOpenRow row   = { 0 };
    EraseOpenIn  in    = { ctx->who.merchant, id };
    bool         found = false;
    if (!q_erase_open_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (row.orders == 0 && row.deliveries == 0) return true;
    return err_set(err, &ERR_CUSTOMER_BUSY, "id",
                   "%lld orders are being paid, %lld deliveries are under way", (long long)row.orders,
                   (long long)row.deliveries);
}

/* The account of a member stays in the books with nothing in it, and no card finds it. */
static bool leave_programme(Ctx *ctx, Id id, Error *err)
{
    Points        p;
    bool          member = false;
    Str           text   = id_text(ctx->arena, id);
    EraseMemberIn in     = { ctx->who.merchant, id, text };
    EraseEventsIn events = { ctx->who.merchant, id };
    if (!text.ptr) return err_memory(err);
    if (!points_open(ctx, id, &p, &member, err)) return false;
    return !member
        || (points_clear(&p, err) && points_close(&p, STR(""), 0, err)
            && q_erase_member_exec(ctx->tx, &in, NULL, err)
            && q_erase_events_exec(ctx->tx, &events, NULL, err));
}

static bool empty_documents(Ctx *ctx, Id id, Error *err)
{
    int64_t           who        = ctx->who.merchant;
    EraseDeliveriesIn deliveries = { who, id };
    EraseNotesIn      notes      = { who, id };
    EraseReasonsIn    reasons    = { who, id };
    EraseRmasIn       rmas       = { who, id };
    EraseConsentsIn   consents   = { who, id, ctx->now_ms };
    EraseOffersIn     offers     = { who, id };
    EraseCardsIn      cards      = { who, id };
    EraseOwedIn       owed       = { who, id };
    EraseBasketsIn    baskets    = { who, id };
    return q_erase_deliveries_exec(ctx->tx, &deliveries, NULL, err)
        && q_erase_notes_exec(ctx->tx, &notes, NULL, err)
        && q_erase_reasons_exec(ctx->tx, &reasons, NULL, err)
        && q_erase_rmas_exec(ctx->tx, &rmas, NULL, err)
        && q_erase_consents_exec(ctx->tx, &consents, NULL, err)
        && q_erase_offers_exec(ctx->tx, &offers, NULL, err)
        && q_erase_cards_exec(ctx->tx, &cards, NULL, err) && q_erase_owed_exec(ctx->tx, &owed, NULL, err)
        && q_erase_baskets_exec(ctx->tx, &baskets, NULL, err);
}

/* Gift cards go on paying for whoever has them; words to accounts are forgotten. */
static bool empty_accounts(Ctx *ctx, Id id, Error *err)
{
    EraseGiftCardWordsIn words = { ctx->who.merchant, id };
    EraseGiftCardsIn     cards = { ctx->who.merchant, id };
    return q_erase_gift_card_words_exec(ctx->tx, &words, NULL, err)
        && q_erase_gift_cards_exec(ctx->tx, &cards, NULL, err) && credit_blank(ctx, id, err);
}

/* How much of what is emptied, as JSON. */
static bool count_rows(Ctx *ctx, Id id, Str *out, Error *err)
{
    EraseCountRow row   = { 0 };
    EraseCountIn  in    = { ctx->who.merchant, id };
    bool          found = false;
    if (!q_erase_count_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *out = str_format(ctx->arena, "{\"deliveries\":%lld,\"notes\":%lld,\"consents\":%lld,\"profiles\":1}",
                      (long long)row.deliveries, (long long)row.notes, (long long)row.consents);
    return out->ptr || err_memory(err);
}

bool customers_erase(Ctx *ctx, const CustomerEraseInput *request, CustomerErasure *reply, Error *err)
{
    Customer who;
    Id      *all     = NULL;
    size_t   count   = 0;
    Str      removed = STR_NONE;
    if (!customers_living(ctx, request->id, &who, err) || !nothing_open(ctx, request->id, err)
        || !nothing_owed(ctx, request->id, err)
        || !count_rows(ctx, request->id, &removed, err) || !receipts_forget(ctx, request->id, who.email, err)
        || !customers_blank(ctx, request->id, &all, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!leave_programme(ctx, all[i], err) || !empty_documents(ctx, all[i], err)
            || !empty_accounts(ctx, all[i], err))
            return false;
    CustomerErasurePutIn put = { ctx->who.merchant, ctx_new_id(ctx),  request->id, request->reason,
                                 removed,           ctx->who.api_key, ctx->now_ms };
    *reply                   = (CustomerErasure){
                          .id = put.id, .customer = request->id, .at = ctx->now_ms, .removed = removed
    };
    reply->kept.count = COUNT(kept);
    reply->kept.items = arena_array(ctx->arena, KeptData, COUNT(kept));
    if (!reply->kept.items) return err_memory(err);
    for (size_t i = 0; i < COUNT(kept); i++) reply->kept.items[i] = kept[i];
    return q_customer_erasure_put_exec(ctx->tx, &put, NULL, err)
        && audit_append(ctx, STR("customer.erase"), request->id, STR(""), err)
        && events_put(ctx, &EVENT_CUSTOMER_ERASED, request->id, STR("{}"), err);
}

/* --- handing out --- */

typedef struct {
    Ctx *ctx;
    Id   id;
    Buf  out;
    bool some; /* of the list that is open */
} Export;

static void open_list(Export *e, const char *name)
{
    buf_format(&e->out, "%s\"%s\":[", e->out.len > 1 ? "," : "", name);
    e->some = false;
}

static bool add(Export *e, const StructDef *def, const void *object, Error *err)
{
    Str text = json_write_text(e->ctx->arena, def, object);
    if (!text.ptr) return err_memory(err);
    if (e->some) buf_byte(&e->out, ',');
    buf_add(&e->out, text);
    e->some = true;
    return true;
}

static void add_text(Export *e, const char *name, Str value, bool first)
{
    buf_format(&e->out, "%s\"%s\":", first ? "" : ",", name);
    buf_json_string(&e->out, value);
}

static bool add_consents(Export *e, Error *err)
{
    ConsentsAsk ask = { e->id, STR_NONE, 200 };
    open_list(e, "consents");
    for (;;) {
        ConsentList page = { .next_cursor = STR_NONE };
        if (!consents_list(e->ctx, &ask, &page, err)) return false;
        for (size_t i = 0; i < page.items.count; i++)
            if (!add(e, &Consent_def, &page.items.items[i], err)) return false;
        if (!page.next_cursor.len) break;
        ask.cursor = page.next_cursor;
    }
    buf_byte(&e->out, ']');
    return true;
}

static bool add_points(Export *e, Error *err)
{
    PointsMovesAsk ask = { e->id, STR_NONE, 200 };
    Member         member;
    bool           found = false;
    LoyaltyAccount account;
    open_list(e, "memberships");
    if (!loyalty_find(e->ctx, e->id, &member, &found, err)) return false;
    if (found
        && (!loyalty_account_show(e->ctx, e->id, &account, err)
            || !add(e, &LoyaltyAccount_def, &account, err)))
        return false;
    buf_byte(&e->out, ']');
    open_list(e, "points");
    for (;;) {
        PointsMoveList page = { .next_cursor = STR_NONE };
        if (!points_list(e->ctx, &ask, &page, err)) return false;
        for (size_t i = 0; i < page.items.count; i++)
            if (!add(e, &PointsMove_def, &page.items.items[i], err)) return false;
        if (!page.next_cursor.len) break;
        ask.cursor = page.next_cursor;
    }
    buf_byte(&e->out, ']');
    return true;
}

/* What the customer did besides buying. */
static bool add_events(Export *e, Error *err)
{
    LoyaltyEventsAsk ask = { e->id, STR_NONE, 200 };
    open_list(e, "loyalty_events");
    for (;;) {
        LoyaltyEventList page = { .next_cursor = STR_NONE };
        if (!loyalty_events_list(e->ctx, &ask, &page, err)) return false;
        for (size_t i = 0; i < page.items.count; i++)
            if (!add(e, &LoyaltyEventTold_def, &page.items.items[i], err)) return false;
        if (!page.next_cursor.len) break;
        ask.cursor = page.next_cursor;
    }
    buf_byte(&e->out, ']');
    return true;
}

static bool add_money(Export *e, Error *err)
{
    CustomerAccounts accounts;
    GiftCardList     cards = { .next_cursor = STR_NONE };
    GiftCardFind     ask   = { .customer = e->id, .limit = 200 };
    open_list(e, "accounts");
    if (!credit_show(e->ctx, &(ById){ e->id }, &accounts, err)) return false;
    for (size_t i = 0; i < accounts.items.count; i++)
        if (!add(e, &CustomerAccount_def, &accounts.items.items[i], err)) return false;
    buf_byte(&e->out, ']');
    open_list(e, "account_events");
    if (!credit_events_write(e->ctx, e->id, &e->out, err)) return false;
    buf_byte(&e->out, ']');
    open_list(e, "gift_cards");
    if (!gift_cards_list(e->ctx, &ask, &cards, err)) return false;
    for (size_t i = 0; i < cards.items.count; i++)
        if (!add(e, &GiftCard_def, &cards.items.items[i], err)) return false;
    buf_byte(&e->out, ']');
    return true;
}

static bool add_addresses(Export *e, Error *err)
{
    ExportAddressesRow *rows  = NULL;
    size_t              count = 0;
    ExportAddressesIn   in    = { e->ctx->who.merchant, e->id };
    if (!q_export_addresses_all(e->ctx->tx, e->ctx->arena, &in, &rows, &count, err)) return false;
    open_list(e, "addresses");
    for (size_t i = 0; i < count; i++) {
        Str order = id_text(e->ctx->arena, rows[i].order_id);
        buf_add(&e->out, i ? STR(",{") : STR("{"));
        add_text(e, "order", order, true);
        add_text(e, "name", rows[i].contact_name, false);
        add_text(e, "email", rows[i].contact_email, false);
        add_text(e, "phone", rows[i].contact_phone, false);
        add_text(e, "street", rows[i].street, false);
        add_text(e, "city", rows[i].city, false);
        add_text(e, "region", rows[i].region, false);
        add_text(e, "postal_code", rows[i].postal_code, false);
        add_text(e, "country", rows[i].country, false);
        add_text(e, "handed_to", rows[i].handed_to, false);
        buf_byte(&e->out, '}');
    }
    buf_byte(&e->out, ']');
    return true;
}

static bool add_papers(Export *e, Error *err)
{
    ExportCertificatesRow *rows   = NULL;
    ExportOffersRow       *offers = NULL;
    size_t                 count = 0, offer_count = 0;
    ExportCertificatesIn   in = { e->ctx->who.merchant, e->id };
    ExportOffersIn         of = { e->ctx->who.merchant, e->id };
    if (!q_export_certificates_all(e->ctx->tx, e->ctx->arena, &in, &rows, &count, err)
        || !q_export_offers_all(e->ctx->tx, e->ctx->arena, &of, &offers, &offer_count, err))
        return false;
    open_list(e, "certificates");
    for (size_t i = 0; i < count; i++) {
        buf_add(&e->out, i ? STR(",{") : STR("{"));
        add_text(e, "number", rows[i].number, true);
        add_text(e, "zone", rows[i].zone, false);
        add_text(e, "reason", rows[i].reason, false);
        buf_byte(&e->out, '}');
    }
    buf_byte(&e->out, ']');
    open_list(e, "offers");
    for (size_t i = 0; i < offer_count; i++) {
        if (i) buf_byte(&e->out, ',');
        buf_json_string(&e->out, offers[i].promotion);
    }
    buf_byte(&e->out, ']');
    return true;
}

/* What other systems call the customer, and the profiles that became this one. */
static bool add_profiles(Export *e, Error *err)
{
    CustomerExternals names;
    ExportMergedRow  *rows  = NULL;
    size_t            count = 0;
    ExportMergedIn    in    = { e->ctx->who.merchant, e->id };
    if (!customers_externals(e->ctx, &(ById){ e->id }, &names, err)
        || !q_export_merged_all(e->ctx->tx, e->ctx->arena, &in, &rows, &count, err))
        return false;
    open_list(e, "externals");
    for (size_t i = 0; i < names.items.count; i++)
        if (!add(e, &CustomerExternal_def, &names.items.items[i], err)) return false;
    buf_byte(&e->out, ']');
    open_list(e, "profiles");
    for (size_t i = 0; i < count; i++) {
        if (i) buf_byte(&e->out, ',');
        buf_add(&e->out, rows[i].profile);
    }
    buf_byte(&e->out, ']');
    return true;
}

static bool add_returns(Export *e, Error *err)
{
    ExportReturnsRow *rows  = NULL;
    size_t            count = 0;
    ExportReturnsIn   in    = { e->ctx->who.merchant, e->id };
    if (!q_export_returns_all(e->ctx->tx, e->ctx->arena, &in, &rows, &count, err)) return false;
    open_list(e, "returns");
    for (size_t i = 0; i < count; i++) {
        Return doc;
        memset(&doc, 0, sizeof doc);
        if (!returns_show(e->ctx, &(ById){ rows[i].id }, &doc, err) || !add(e, &Return_def, &doc, err))
            return false;
    }
    buf_byte(&e->out, ']');
    return true;
}

static bool add_orders(Export *e, const CustomerExportAsk *request, Str *next, Error *err)
{
    Id               after = { { 0 } };
    ExportOrdersRow *rows  = NULL;
    size_t           count = 0, limit = (size_t)page_limit(request->limit);
    ExportOrdersIn   in = { e->ctx->who.merchant, e->id, id_bytes(&after), (int64_t)limit + 1 };
    if (request->cursor.len && !id_parse(request->cursor, &after))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    if (!q_export_orders_all(e->ctx->tx, e->ctx->arena, &in, &rows, &count, err)) return false;
    open_list(e, "orders");
    for (size_t i = 0; i < count && i < limit; i++) {
        Order order;
        memset(&order, 0, sizeof order);
        if (!sale_get(e->ctx, rows[i].id, &order, err) || !add(e, &Order_def, &order, err)) return false;
    }
    buf_byte(&e->out, ']');
    if (count > limit) *next = id_text(e->ctx->arena, rows[limit - 1].id);
    return count <= limit || next->ptr || err_memory(err);
}

bool customers_export(Ctx *ctx, const CustomerExportAsk *request, CustomerExport *reply, Error *err)
{
    Export e        = { ctx, request->id, buf_make(ctx->arena, 1 << 16), false };
    bool   first    = !request->cursor.len;
    reply->customer = arena_new(ctx->arena, Customer);
    if (!reply->customer) return err_memory(err);
    buf_byte(&e.out, '{');
    if (!customers_get(ctx, request->id, reply->customer, err)
        || (first
            && (!add_profiles(&e, err) || !add_consents(&e, err) || !add_points(&e, err)
                || !add_events(&e, err) || !add_money(&e, err)
                || !add_addresses(&e, err) || !add_papers(&e, err) || !add_returns(&e, err)))
        || !add_orders(&e, request, &reply->next_cursor, err))
        return false;
    buf_byte(&e.out, '}');
    reply->data = buf_str(&e.out);
    return !e.out.failed || err_memory(err);
}
