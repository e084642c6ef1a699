/* ledger_api.c — the routes of ledger; those that need the locations' clocks are in flows/books.c. */
#include "shop/ledger/ledger.h"

#include "all_sql.h"
#include "core/account.h"
#include "core/money.h"
#include "shop/audit/audit.h"

#include <assert.h>

#define API_DEF "shop/ledger/api.def"
#define CAPABILITY ledger
#include "shop/api_define.h"

/* --- the chart --- */

/* The names of a row: its own and those of accounts of its kind. */
static bool mappings_of(Ctx *ctx, const LedgerNames *names, Account *account, Error *err)
{
    account->mappings.items = arena_array(ctx->arena, AccountMapping, names->count);
    if (!account->mappings.items) return err_memory(err);
    for (size_t i = 0; i < names->count; i++)
        if (str_eq(account_kind(names->items[i].account), account->kind))
            account->mappings.items[account->mappings.count++] = names->items[i];
    return true;
}

bool ledger_accounts(Ctx *ctx, const Nothing *request, AccountList *reply, Error *err)
{
    LedgerNames       names;
    const AccountRow *rows = account_rows(&reply->items.count);
    reply->items.items     = arena_array(ctx->arena, Account, reply->items.count);
    if (!reply->items.items) return err_memory(err);
    if (!ledger_names(ctx, &names, err)) return false;
    for (size_t i = 0; i < reply->items.count; i++) {
        Account *to = &reply->items.items[i];
        *to         = (Account){ .kind    = str_from(rows[i].kind),
                                 .type    = str_from(account_type_name(rows[i].type)),
                                 .per     = text_or_none(str_from(rows[i].per)),
                                 .part    = text_or_none(str_from(rows[i].part)),
                                 .meaning = str_from(rows[i].meaning) };
        if (!mappings_of(ctx, &names, to, err)) return false;
    }
    return true;
}

/* An account of the chart, or a kind of which there are many. Errors: ACCOUNT_UNKNOWN. */
static bool check_account(Str account, Error *err)
{
    size_t            count = 0;
    const AccountRow *rows  = account_rows(&count);
    if (account_find(account)) return true;
    for (size_t i = 0; i < count; i++)
        if (str_eq(account, str_from(rows[i].kind))) return true;
    return err_set(err, &ERR_ACCOUNT_UNKNOWN, "account",
                   "is not in the chart of accounts (GET /v1/ledger/accounts)");
}

static bool tell(Ctx *ctx, Str action, Str account, Str code, Error *err)
{
    Str detail = str_format(ctx->arena, "%.*s %.*s", STR_FMT(account), STR_FMT(code));
    if (!detail.ptr) return err_memory(err);
    return audit_append(ctx, action, audit_subject(STR("account"), account), detail, err);
}

bool ledger_account_map(Ctx *ctx, const AccountMapping *request, AccountMapping *reply, Error *err)
{
    LedgerMappingPutIn in = { ctx->who.merchant, request->account, request->code,
                              text_or_empty(request->name) };
    *reply                = *request;
    return check_account(request->account, err) && q_ledger_mapping_put_exec(ctx->tx, &in, NULL, err)
        && tell(ctx, STR("account.map"), request->account, request->code, err);
}

bool ledger_account_unmap(Ctx *ctx, const AccountKey *request, AccountKey *reply, Error *err)
{
    int64_t             dropped = 0;
    LedgerMappingDropIn in      = { ctx->who.merchant, request->account };
    *reply                      = *request;
    if (!q_ledger_mapping_drop_exec(ctx->tx, &in, &dropped, err)) return false;
    if (dropped == 0) return err_set(err, &ERR_NOT_FOUND, "account", "is called as it is here");
    return tell(ctx, STR("account.unmap"), request->account, STR(""), err);
}

/* --- balances --- */

static bool add_total(TrialBalance *to, const AccountBalance *row, Error *err)
{
    CurrencyTotal *total = to->totals.items;
    while (total < to->totals.items + to->totals.count && !str_eq(total->currency, row->currency)) total++;
    if (total == to->totals.items + to->totals.count)
        to->totals.items[to->totals.count++] = (CurrencyTotal){ .currency = row->currency };
    return money_add(total->debits, row->debits, &total->debits, err)
        && money_add(total->credits, row->credits, &total->credits, err);
}

bool ledger_trial_balance(Ctx *ctx, const BalanceAsk *request, TrialBalance *reply, Error *err)
{
    LedgerBalancesRow *rows  = NULL;
    size_t             count = 0;
    LedgerNames        names;
    LedgerBalancesIn   in = { ctx->who.merchant, text_or_empty(request->location),
                              opt_or(request->at, INT64_MAX) };
    if (!ledger_names(ctx, &names, err)
        || !q_ledger_balances_all(ctx->tx, ctx->arena, &in, &rows, &count, err))
        return false;
    reply->at           = opt_or(request->at, ctx->now_ms);
    reply->items.items  = arena_array(ctx->arena, AccountBalance, count);
    reply->totals.items = arena_array(ctx->arena, CurrencyTotal, count);
    if (!reply->items.items || !reply->totals.items) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        AccountBalance row                       = { .account  = rows[i].account,
                                                     .currency = rows[i].currency,
                                                     .debits   = rows[i].debits,
                                                     .credits  = rows[i].credits,
                                                     .balance  = rows[i].debits - rows[i].credits,
                                                     .code     = ledger_name(&names, rows[i].account).code };
        reply->items.items[reply->items.count++] = row;
        if (!add_total(reply, &row, err)) return false;
    }
    return true;
}

/* --- entries --- */

/* A cursor is "at_ms~document~n". */
static bool cursor_parse(Str cursor, LedgerEntriesIn *in)
{
    size_t one = str_index(cursor, '~', 0), two = str_index(cursor, '~', one + 1);
    return two < cursor.len && str_to_i64(str_slice(cursor, 0, one), &in->before_ms)
        && id_parse(str_slice(cursor, one + 1, two), &in->before_id)
        && str_to_i64(str_slice(cursor, two + 1, cursor.len), &in->before_n);
}

static bool ask_check(const EntryAsk *ask, Error *err)
{
    int ways = !id_is_none(ask->document) + !id_is_none(ask->of) + (ask->location.len > 0);
    if (ways != 1)
        return err_set(err, &ERR_FIELD_INVALID, "location",
                       "one of document, of, location says which entries");
    if (!ask->location.len && (ask->account.len || ask->from != OPT_NONE))
        return err_set(err, &ERR_FIELD_INVALID, ask->account.len ? "account" : "from",
                       "goes with location");
    return true;
}

/* The three statements give the same columns. */
static_assert(sizeof(LedgerEntriesRow) == sizeof(LedgerPartEntriesRow), "the rows of entries are alike");
static_assert(sizeof(LedgerEntriesRow) == sizeof(LedgerOfDocumentRow), "the rows of entries are alike");

static bool load_entries(Ctx *ctx, const EntryAsk *ask, const LedgerEntriesIn *in, LedgerEntriesRow **rows,
                         size_t *count, Error *err)
{
    void               *found = NULL;
    LedgerOfDocumentIn  whole = { in->merchant, ask->document };
    LedgerPartEntriesIn part  = { in->merchant,  ask->of,      in->before_ms,
                                  in->before_id, in->before_n, in->count };
    const Query        *query = &q_ledger_entries;
    const void         *what  = in;
    if (!id_is_none(ask->document)) {
        query = &q_ledger_of_document;
        what  = &whole;
    } else if (!id_is_none(ask->of)) {
        query = &q_ledger_part_entries;
        what  = &part;
    }
    if (!db_all(ctx->tx, ctx->arena, query, what, &found, count, err)) return false;
    *rows = found;
    return true;
}

static Entry entry_shown(const LedgerEntriesRow *row)
{
    return (Entry){ row->document_id, row->n,        row->at_ms,    text_or_none(row->location),
                    row->debit,       row->credit,   row->debit_of, row->credit_of,
                    row->amount,      row->currency, row->code };
}

bool ledger_entry_list(Ctx *ctx, const EntryAsk *request, EntryList *reply, Error *err)
{
    LedgerEntriesRow *rows  = NULL;
    size_t            count = 0;
    int64_t           limit = page_limit(request->limit);
    LedgerEntriesIn   in    = { ctx->who.merchant,
                                text_or_empty(request->account),
                                text_or_empty(request->location),
                                opt_or(request->from, INT64_MIN),
                                opt_or(request->until, INT64_MAX),
                                { { 0 } },
                                0,
                                limit + 1 };
    if (!ask_check(request, err) || !page_before(STR(""), &in.before_id, err)) return false;
    if (request->cursor.len && !cursor_parse(request->cursor, &in))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    if (!load_entries(ctx, request, &in, &rows, &count, err)) return false;
    bool   whole       = !id_is_none(request->document);
    size_t shown       = whole || (int64_t)count <= limit ? count : (size_t)limit;
    reply->items.items = arena_array(ctx->arena, Entry, shown);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < shown; i++) reply->items.items[reply->items.count++] = entry_shown(&rows[i]);
    if (shown == count) return true;
    const LedgerEntriesRow *last = &rows[shown - 1];
    Str                     id   = id_text(ctx->arena, last->document_id);
    if (!id.ptr) return err_memory(err);
    reply->next_cursor = str_format(ctx->arena, "%lld~%.*s~%lld", (long long)last->at_ms, STR_FMT(id),
                                    (long long)last->n);
    return reply->next_cursor.ptr || err_memory(err);
}
