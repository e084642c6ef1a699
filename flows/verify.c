/* verify.c — proves that the whole database is right. See verify.h. */
#include "flows/verify.h"

#include "all_sql.h"
#include "core/account.h"
#include "core/pan.h"
#include "core/words.h"
#include "shop/audit/audit.h"
#include "shop/catalog/catalog.h"
#include "shop/fulfilment/fulfilment.h"
#include "shop/orders/orders.h"
#include "shop/tills/tills.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* What every verify_… statement takes and gives. */
typedef VerifyStockSumsIn  BrokenIn;
typedef VerifyStockSumsRow BrokenRow;

typedef struct {
    Ctx          *ctx;
    VerifyResult *result;
    int64_t       checked; /* by code; -1: as many as are counted */
} Check;

typedef struct {
    const char  *name, *meaning;
    const Query *query; /* or */
    bool (*code)(Check *check, Error *err);
    size_t counted; /* where its number of rows stands in VerifyCountsRow */
} Invariant;

static bool check_audit(Check *check, Error *err);
static bool check_words(Check *check, Error *err);
static bool check_texts(Check *check, Error *err);
static bool check_line_taxes(Check *check, Error *err);
static bool check_fulfilments(Check *check, Error *err);
static bool check_accounts(Check *check, Error *err);
static bool check_z_reports(Check *check, Error *err);

#define CHECK_SQL(name, query, counted, meaning)                                                           \
    { #name, meaning, &q_##query, NULL, offsetof(VerifyCountsRow, counted) },
#define CHECK_CODE(name, function, counted, meaning)                                                       \
    { #name, meaning, NULL, function, offsetof(VerifyCountsRow, counted) },
static const Invariant invariants[] = {
#include "flows/verify.def"
};
#undef CHECK_SQL
#undef CHECK_CODE

/* Counts a broken row; the first ones are kept. */
static bool broken(Check *check, Id id, Str what, int64_t expected, int64_t found)
{
    VerifyResult *result = check->result;
    if (result->broken < VERIFY_SHOWN_MAX) {
        VerifyRow *row = &result->rows[result->broken];
        *row           = (VerifyRow){
                      .merchant = check->ctx->who.merchant, .id = id, .expected = expected, .found = found
        };
        (void)snprintf(row->what, sizeof row->what, "%.*s", STR_FMT(what));
    }
    result->broken++;
    return true;
}

static bool each_broken(void *arg, const void *any)
{
    const BrokenRow *row = any;
    return broken(arg, row->id, row->what, row->expected, row->found);
}

static bool check_audit(Check *check, Error *err)
{
    AuditCheck chain;
    if (!audit_verify(check->ctx, &chain, err)) return false;
    Str what = str_format(check->ctx->arena, "stream %lld", (long long)chain.bad_stream);
    return chain.whole || broken(check, (Id){ 0 }, what, chain.bad_seq, chain.rows);
}

static bool each_text(void *arg, const void *any)
{
    Check                *check = arg;
    const VerifyTextsRow *row   = any;
    check->checked++;
    return !pan_found(row->text, true)
        || broken(check, row->id, row->what, 0, 1); /* the number itself is never shown */
}

static bool each_recon_text(void *arg, const void *any)
{
    Check                     *check = arg;
    const VerifyReconTextsRow *row   = any;
    check->checked++;
    return !pan_found(row->text, true) || broken(check, row->id, row->what, 0, 1);
}

static bool check_texts(Check *check, Error *err)
{
    VerifyReconTextsIn files = { check->ctx->who.merchant };
    check->checked           = 0;
    return q_verify_texts_each(check->ctx->tx, &(VerifyTextsIn){ check->ctx->who.merchant }, each_text,
                               check, err)
        && q_verify_recon_texts_each(check->ctx->tx, &files, each_recon_text, check, err);
}

typedef struct {
    Check  *check;
    Id      order;
    int64_t sums[CART_RATES_MAX * 2 + 2]; /* by rate of this order */
} LineTaxes;

static bool each_line_tax(void *arg, const void *any)
{
    LineTaxes                *t     = arg;
    const VerifyLineTaxesRow *row   = any;
    Arena                    *arena = t->check->ctx->arena;
    size_t                    mark  = arena->used, count = 0;
    LineTax                  *taxes = NULL;
    int64_t                   sum   = 0;
    if (!id_eq(t->order, row->id)) {
        t->order = row->id;
        memset(t->sums, 0, sizeof t->sums);
    }
    if (row->kind == 1) {
        bool    known = row->n > 0 && row->n < (int64_t)COUNT(t->sums);
        int64_t found = known ? t->sums[row->n] : 0;
        Str     what  = str_format(arena, "rate %lld of the lines", (long long)row->n);
        bool    ok    = found == row->amount || broken(t->check, row->id, what, row->amount, found);
        arena->used   = mark;
        return ok;
    }
    t->check->checked++;
    bool whole = orders_read_taxes(arena, row->taxes, &taxes, &count);
    for (size_t i = 0; i < count; i++) {
        sum += taxes[i].amount;
        if (taxes[i].tax > 0 && taxes[i].tax < (int64_t)COUNT(t->sums))
            t->sums[taxes[i].tax] += taxes[i].amount;
    }
    Str  what   = str_format(arena, "taxes of line %lld", (long long)row->n);
    bool ok     = (whole && sum == row->amount) || broken(t->check, row->id, what, row->amount, sum);
    arena->used = mark;
    return ok;
}

static bool check_line_taxes(Check *check, Error *err)
{
    LineTaxes taxes = { .check = check };
    check->checked  = 0;
    return q_verify_line_taxes_each(check->ctx->tx, &(VerifyLineTaxesIn){ check->ctx->who.merchant },
                                    each_line_tax, &taxes, err);
}

static bool each_fulfilment(void *arg, const void *any)
{
    Check                          *check   = arg;
    const VerifyFulfilmentStatesRow *row    = any;
    Machine                         machine = fulfil_machine(row->method);
    bool                            waits   = str_eq(row->state, STR("waiting"));
    bool                            over    = str_eq(row->state, STR("cancelled"));
    bool known = machine != MACHINE_COUNT && machine_knows(machine, row->state);
    bool fits  = waits ? str_eq(row->order_state, STR("placed"))
                       : over || !str_eq(row->order_state, STR("cancelled"));
    check->checked++;
    return (known && fits) || broken(check, row->id, row->state, 1, 0);
}

static bool check_fulfilments(Check *check, Error *err)
{
    check->checked = 0;
    VerifyFulfilmentStatesIn in = { check->ctx->who.merchant };
    return q_verify_fulfilment_states_each(check->ctx->tx, &in, each_fulfilment, check, err);
}

static bool each_account(void *arg, const void *any)
{
    Check                   *check = arg;
    const VerifyAccountsRow *row   = any;
    check->checked += row->entries;
    return account_find(row->account) || broken(check, (Id){ 0 }, row->account, 0, row->entries);
}

static bool check_accounts(Check *check, Error *err)
{
    check->checked      = 0;
    VerifyAccountsIn in = { check->ctx->who.merchant };
    return q_verify_accounts_each(check->ctx->tx, &in, each_account, check, err);
}

static bool check_z_reports(Check *check, Error *err)
{
    Str     bad    = STR_NONE;
    int64_t number = 0;
    if (!tills_verify_chain(check->ctx, &check->checked, &bad, &number, err)) return false;
    Str what = str_format(check->ctx->arena, "Z report %lld of %.*s", (long long)number, STR_FMT(bad));
    return !bad.ptr || broken(check, (Id){ 0 }, what, number, 0);
}

static bool add_tags(Arena *arena, Str json, Words *words)
{
    TextList tags;
    bool     ok = texts_read(arena, json, &tags);
    for (size_t i = 0; ok && i < tags.count; i++) ok = words_add(arena, tags.items[i], words);
    return ok;
}

/* The words of the values in an item's list of options. */
static bool add_options(Arena *arena, Str options, Words *words)
{
    json_t *list = options.len ? json_loadb(options.ptr, options.len, 0, NULL) : NULL;
    bool    ok   = true;
    for (size_t i = 0; ok && i < json_array_size(list); i++) {
        const char *value = json_string_value(json_object_get(json_array_get(list, i), "value"));
        Str         copy  = str_dup(arena, str_from(value ? value : ""));
        ok                = copy.ptr && words_add(arena, copy, words);
    }
    json_decref(list);
    return ok;
}

static int word_order(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

/* The same words as catalog_put stores, in the order of bytes. */
static bool words_of(Ctx *ctx, const VerifyItemsRow *item, Words *words, Error *err)
{
    VerifyItemBarcodesRow *codes = NULL;
    VerifyItemBarcodesIn   in    = { ctx->who.merchant, item->id };
    size_t                 count = 0;
    if (!q_verify_item_barcodes_all(ctx->tx, ctx->arena, &in, &codes, &count, err)) return false;
    bool ok = words_add(ctx->arena, item->sku, words) && words_add(ctx->arena, item->name, words)
           && words_add(ctx->arena, item->brand, words);
    for (size_t i = 0; ok && i < count; i++) ok = words_add(ctx->arena, codes[i].printed, words);
    ok = ok && add_options(ctx->arena, item->options, words) && add_tags(ctx->arena, item->tags, words)
      && words_add(ctx->arena, item->description, words);
    if (!ok) return err_memory(err);
    qsort(words->items, words->count, sizeof words->items[0], word_order);
    return true;
}

static bool check_item(Check *check, const VerifyItemsRow *item, Error *err)
{
    Ctx                *ctx    = check->ctx;
    VerifyItemWordsRow *stored = NULL;
    VerifyItemWordsIn   in     = { ctx->who.merchant, item->id };
    size_t              count  = 0;
    Words              *words  = arena_new(ctx->arena, Words);
    if (!words) return err_memory(err);
    if (!words_of(ctx, item, words, err)) return false;
    if (!q_verify_item_words_all(ctx->tx, ctx->arena, &in, &stored, &count, err)) return false;
    bool same = count == words->count;
    for (size_t i = 0; same && i < count; i++) same = str_eq(stored[i].word, words->items[i]);
    check->checked++;
    return same || broken(check, item->id, item->sku, (int64_t)words->count, (int64_t)count);
}

static bool check_words(Check *check, Error *err)
{
    enum { PAGE = 100 };
    Ctx   *ctx     = check->ctx;
    Id     after   = { 0 };
    size_t mark    = ctx->arena->used;
    size_t count   = PAGE;
    check->checked = 0;
    while (count == PAGE) {
        VerifyItemsRow *items = NULL;
        VerifyItemsIn   in    = { ctx->who.merchant, STR_NONE, PAGE };
        Id              from  = after;
        in.after              = id_bytes(&from);
        ctx->arena->used      = mark;
        if (!q_verify_items_all(ctx->tx, ctx->arena, &in, &items, &count, err)) return false;
        for (size_t i = 0; i < count; i++)
            if (!check_item(check, &items[i], err)) return false;
        if (count) after = items[count - 1].id;
    }
    return true;
}

static bool check_one(Ctx *ctx, const Invariant *invariant, const VerifyCountsRow *counts,
                      VerifyResult *result, Error *err)
{
    Check   check = { ctx, result, -1 };
    int64_t began = env_now_ms(ctx->env);
    bool    ok    = true;
    if (invariant->code) {
        ok = invariant->code(&check, err);
    } else if (tx_engine(ctx->tx) == DB_SQLITE ? invariant->query->sqlite != NULL
                                               : invariant->query->pg != NULL) {
        ok = db_each(ctx->tx, invariant->query, &(BrokenIn){ ctx->who.merchant }, each_broken, &check, err);
    } else {
        result->skipped = true;
        check.checked   = 0;
    }
    if (check.checked < 0)
        memcpy(&check.checked, (const char *)counts + invariant->counted, sizeof check.checked);
    result->checked += check.checked;
    result->took_ms += env_now_ms(ctx->env) - began;
    return ok;
}

static bool check_merchant(Ctx *ctx, VerifyReport *out, Error *err)
{
    VerifyCountsRow counts = { 0 };
    bool            found  = false;
    VerifyCountsIn  in     = { ctx->who.merchant };
    if (!q_verify_counts_one(ctx->tx, ctx->arena, &in, &counts, &found, err)) return false;
    size_t mark = ctx->arena->used; /* results hold no memory: each check has all that is left */
    for (size_t i = 0; i < COUNT(invariants); i++) {
        ctx->arena->used = mark;
        if (!check_one(ctx, &invariants[i], &counts, &out->results[i], err)) return false;
    }
    ctx->arena->used = mark;
    return true;
}

bool verify_run(Ctx *ctx, VerifyReport *out, Error *err)
{
    VerifyMerchantsRow *merchants = NULL;
    size_t              count     = 0;
    *out = (VerifyReport){ arena_array(ctx->arena, VerifyResult, COUNT(invariants)), COUNT(invariants), 0 };
    if (!out->results) return err_memory(err);
    for (size_t i = 0; i < COUNT(invariants); i++) {
        out->results[i].name    = invariants[i].name;
        out->results[i].meaning = invariants[i].meaning;
    }
    if (!q_verify_merchants_all(ctx->tx, ctx->arena, &(VerifyMerchantsIn){ 0 }, &merchants, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        Ctx own          = *ctx;
        own.who.merchant = merchants[i].merchant;
        if (!check_merchant(&own, out, err)) return false;
    }
    for (size_t i = 0; i < out->count; i++) out->broken += out->results[i].broken;
    return true;
}
