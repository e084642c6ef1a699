/* customers_profile.c — one profile over all channels: what others call a customer, who is there twice,
 * who became whom, and what is left of who was erased. See customers.h. */
#include "all_sql.h"
#include "shop/audit/audit.h"
#include "shop/customers/customers.h"
#include "shop/events/events.h"
#include "sys/json_write.h"

enum { KEY_DIGITS = 9, MERGES_MAX = 64 };

Str customers_phone_key(Str phone)
{
    Str digits = str_starts(phone, STR("+")) ? str_slice(phone, 1, phone.len) : phone;
    return digits.len > KEY_DIGITS ? str_slice(digits, digits.len - KEY_DIGITS, digits.len) : digits;
}

bool customers_now(Ctx *ctx, Id id, Id *now, Error *err)
{
    Customer who = { .merged_into = id };
    for (int i = 0; i < MERGES_MAX && !id_is_none(who.merged_into); i++) {
        *now = who.merged_into;
        if (!customers_get(ctx, *now, &who, err)) return false;
    }
    return true;
}

bool customers_living(Ctx *ctx, Id id, Customer *out, Error *err)
{
    if (!customers_get(ctx, id, out, err)) return false;
    if (id_is_none(out->merged_into) && out->erased_at == OPT_NONE) return true;
    (void)err_set(err, &ERR_CUSTOMER_GONE, "id", "this customer %s",
                  out->erased_at != OPT_NONE ? "was erased" : "became another one");
    if (id_is_none(out->merged_into)) return false;
    Str into   = id_text(ctx->arena, out->merged_into);
    err->extra = str_format(ctx->arena, "\"merged_into\":\"%.*s\"", STR_FMT(into));
    return false;
}

/* --- what others call them --- */

bool customers_externals(Ctx *ctx, const ById *request, CustomerExternals *reply, Error *err)
{
    CustomerExternalsOfRow *rows = NULL;
    CustomerExternalsOfIn   in   = { ctx->who.merchant, request->id };
    if (!q_customer_externals_of_all(ctx->tx, ctx->arena, &in, &rows, &reply->items.count, err))
        return false;
    reply->items.items = arena_array(ctx->arena, CustomerExternal, reply->items.count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < reply->items.count; i++)
        reply->items.items[i] = (CustomerExternal){ request->id, rows[i].system, rows[i].external_id };
    return true;
}

static bool external_of(Ctx *ctx, Str system, Str external_id, Id *customer, bool *found, Error *err)
{
    CustomerExternalFindRow row = { .customer = { { 0 } } };
    CustomerExternalFindIn  in  = { ctx->who.merchant, system, external_id };
    if (!q_customer_external_find_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    *customer = row.customer;
    return true;
}

bool customers_put_external(Ctx *ctx, const CustomerExternal *request, CustomerExternals *reply,
                            Error *err)
{
    Customer               who;
    Id                     other = { { 0 } };
    bool                   taken = false;
    CustomerExternalPutIn  in = { ctx->who.merchant, request->system, request->external_id, request->id };
    CustomerExternalDropIn drop = { ctx->who.merchant, request->system, request->id };
    if (!code_check(request->system, "system", err) || !customers_living(ctx, request->id, &who, err)
        || !external_of(ctx, request->system, request->external_id, &other, &taken, err))
        return false;
    if (taken && !id_eq(other, request->id))
        return err_set(err, &ERR_EXTERNAL_TAKEN, "external_id", "another customer is called so there");
    return q_customer_external_drop_exec(ctx->tx, &drop, NULL, err)
        && q_customer_external_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("customer.external"), request->id, request->system, err)
        && customers_externals(ctx, &(ById){ request->id }, reply, err);
}

bool customers_find_external(Ctx *ctx, const CustomerExternalAsk *request, Customer *reply, Error *err)
{
    Id   id;
    bool found = false;
    if (!external_of(ctx, request->system, request->external_id, &id, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "external_id", "nobody is called so there");
    return customers_get(ctx, id, reply, err);
}

/* --- who is there twice --- */

bool customers_alike(Ctx *ctx, const ById *request, CustomerAlikes *reply, Error *err)
{
    Customer          who;
    CustomerAlikeRow *rows  = NULL;
    size_t            count = 0;
    if (!customers_get(ctx, request->id, &who, err)) return false;
    CustomerAlikeIn in = { ctx->who.merchant, request->id, text_or_empty(who.email),
                           customers_phone_key(text_or_empty(who.phone)), who.name };
    if (!q_customer_alike_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, CustomerAlike, count + 1);
    Customer *others   = arena_array(ctx->arena, Customer, count + 1);
    if (!reply->items.items || !others) return err_memory(err);
    reply->items.count = count;
    for (size_t i = 0; i < count; i++) {
        if (!customers_get(ctx, rows[i].id, &others[i], err)) return false;
        reply->items.items[i] = (CustomerAlike){ &others[i], rows[i].same_email, rows[i].same_phone,
                                                 rows[i].same_name };
    }
    return true;
}

bool customers_twins(Ctx *ctx, const CustomerTwinsAsk *request, CustomerTwinsList *reply, Error *err)
{
    CustomerTwinsEmailRow *mails  = NULL;
    CustomerTwinsPhoneRow *phones = NULL;
    size_t                 count = 0, limit = (size_t)page_limit(request->limit);
    bool                   by_mail = str_eq(request->by, STR("email"));
    CustomerTwinsEmailIn   mail  = { ctx->who.merchant, page_after(request->cursor), (int64_t)limit + 1 };
    CustomerTwinsPhoneIn   phone = { ctx->who.merchant, page_after(request->cursor), (int64_t)limit + 1 };
    if (!(by_mail ? q_customer_twins_email_all(ctx->tx, ctx->arena, &mail, &mails, &count, err)
                  : q_customer_twins_phone_all(ctx->tx, ctx->arena, &phone, &phones, &count, err)))
        return false;
    reply->items.items = arena_array(ctx->arena, CustomerTwins, count + 1);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && i < limit; i++) {
        Str                  word  = by_mail ? mails[i].word : phones[i].word;
        CustomerTwinFirstIn  ask   = { ctx->who.merchant, by_mail ? word : STR(""),
                                    by_mail ? STR("") : word };
        CustomerTwinFirstRow first = { .id = { { 0 } } };
        bool                 found = false;
        if (!q_customer_twin_first_one(ctx->tx, ctx->arena, &ask, &first, &found, err)) return false;
        reply->items.items[reply->items.count++] = (CustomerTwins){ by_mail ? word : STR_NONE,
                                                                    by_mail ? STR_NONE : word,
                                                                    by_mail ? mails[i].n : phones[i].n,
                                                                    first.id };
        reply->next_cursor = count > limit ? word : STR_NONE;
    }
    return true;
}

/* --- who became whom --- */

static bool join_groups(Ctx *ctx, const Customer *a, const Customer *b, Str *out, Error *err)
{
    TextList all = { arena_array(ctx->arena, Str, a->groups.count + b->groups.count + 1), 0 };
    if (!all.items) return err_memory(err);
    for (size_t i = 0; i < a->groups.count; i++) all.items[all.count++] = a->groups.items[i];
    for (size_t i = 0; i < b->groups.count; i++) {
        bool there = false;
        for (size_t k = 0; k < all.count; k++) there = there || str_eq(all.items[k], b->groups.items[i]);
        if (!there) all.items[all.count++] = b->groups.items[i];
    }
    *out = texts_write(ctx->arena, &all);
    return out->ptr || err_memory(err);
}

static int64_t day_of(Str birthday)
{
    int64_t month = 0, day = 0;
    if (birthday.len != 5 || !str_to_i64(str_slice(birthday, 0, 2), &month)
        || !str_to_i64(str_slice(birthday, 3, 5), &day))
        return 0;
    return month * 100 + day;
}

bool customers_become(Ctx *ctx, const Customer *gone, const Customer *remains, Str reason, Id *merge,
                      Error *err)
{
    CustomerMergePutIn  put    = { ctx->who.merchant,
                                   ctx_new_id(ctx),
                                   gone->id,
                                   remains->id,
                                   json_write_text(ctx->arena, &Customer_def, gone),
                                   reason,
                                   ctx->who.api_key,
                                   ctx->now_ms };
    CustomerFillIn      fill   = { .merchant  = ctx->who.merchant,
                                   .id        = remains->id,
                                   .email     = text_or_empty(gone->email),
                                   .phone     = text_or_empty(gone->phone),
                                   .phone_key = customers_phone_key(text_or_empty(gone->phone)),
                                   .country   = text_or_empty(gone->country),
                                   .birthday  = day_of(text_or_empty(gone->birthday)),
                                   .now_ms    = ctx->now_ms };
    CustomerBecomeIn    become = { ctx->who.merchant, gone->id, remains->id, ctx->now_ms };
    CustomerWordClearIn words  = { ctx->who.merchant, gone->id };
    *merge                     = put.id;
    if (!put.profile.ptr) return err_memory(err);
    return join_groups(ctx, remains, gone, &fill.groups, err)
        && q_customer_merge_put_exec(ctx->tx, &put, NULL, err)
        && q_customer_fill_exec(ctx->tx, &fill, NULL, err)
        && q_customer_become_exec(ctx->tx, &become, NULL, err)
        && q_customer_word_clear_exec(ctx->tx, &words, NULL, err)
        && customers_put_words(ctx, remains->id, err);
}

/* --- what is left of who was erased --- */

bool customers_blank(Ctx *ctx, Id id, Id **all, size_t *count, Error *err)
{
    CustomerBlankRow *rows = NULL;
    CustomerBlankIn   in   = { ctx->who.merchant, id, ctx->now_ms };
    if (!q_customer_blank_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *all = arena_array(ctx->arena, Id, *count + 1);
    if (!*all) return err_memory(err);
    for (size_t i = 0; i < *count; i++) {
        (*all)[i]                     = rows[i].id;
        CustomerRenameIn         name = { ctx->who.merchant, rows[i].id, id_text(ctx->arena, rows[i].id) };
        CustomerWordClearIn      words     = { ctx->who.merchant, rows[i].id };
        CustomerEraseExternalsIn externals = { ctx->who.merchant, rows[i].id };
        CustomerEraseMergesIn    merges    = { ctx->who.merchant, rows[i].id };
        if (!name.ref.ptr) return err_memory(err);
        if (!q_customer_rename_exec(ctx->tx, &name, NULL, err)
            || !q_customer_word_clear_exec(ctx->tx, &words, NULL, err)
            || !q_customer_erase_externals_exec(ctx->tx, &externals, NULL, err)
            || !q_customer_erase_merges_exec(ctx->tx, &merges, NULL, err))
            return false;
    }
    return true;
}
