/* customers.c — who buys. See customers.h. */
#include "shop/customers/customers.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"

bool customers_cart(Ctx *ctx, Id id, CartCustomer *out, Error *err)
{
    CustomerForCartRow row   = { 0 };
    bool               found = false;
    CustomerForCartIn  in    = { ctx->who.merchant, id };
    *out                     = (CartCustomer){ .birthday = OPT_NONE };
    if (!q_customer_for_cart_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_CUSTOMER_UNKNOWN, "customer", "no such customer");
    if (row.gone)
        return err_set(err, &ERR_CUSTOMER_GONE, "customer",
                       "ask for it: it became another one or was erased");
    if (row.birthday) out->birthday = row.birthday;
    out->tier = text_or_none(row.tier);
    return texts_read(ctx->arena, row.groups, &out->groups) || err_memory(err);
}

bool customers_must_exist(Ctx *ctx, Id id, Error *err)
{
    CartCustomer customer;
    return customers_cart(ctx, id, &customer, err);
}

bool customers_find_ref(Ctx *ctx, Str ref, Id *id_or_none, Error *err)
{
    CustomerByRefRow row;
    bool             found = false;
    CustomerByRefIn  in    = { ctx->who.merchant, ref };
    if (!q_customer_by_ref_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *id_or_none = found ? row.id : (Id){ 0 };
    return true;
}

bool customers_email(Arena *arena, Str text, Str *out, Error *err)
{
    Str   given = str_trim(text_or_empty(text));
    char *to    = arena_alloc(arena, given.len + 1);
    if (!to) return err_memory(err);
    for (size_t i = 0; i < given.len; i++)
        to[i] = given.ptr[i] >= 'A' && given.ptr[i] <= 'Z' ? (char)(given.ptr[i] + 32) : given.ptr[i];
    *out      = (Str){ to, given.len };
    size_t at = str_index(*out, '@', 0);
    if (out->len == 0) return true;
    bool fine = at > 0 && at + 1 < out->len && str_index(*out, '@', at + 1) == out->len
             && str_index(*out, ' ', 0) == out->len;
    return fine || err_set(err, &ERR_FIELD_INVALID, "email", "must be an e-mail address");
}

bool customers_phone(Arena *arena, Str text, Str *out, Error *err)
{
    Str    given = text_or_empty(text);
    char  *to    = arena_alloc(arena, given.len + 1);
    size_t len   = 0;
    if (!to) return err_memory(err);
    for (size_t i = 0; i < given.len; i++) {
        char c = given.ptr[i];
        if ((c >= '0' && c <= '9') || (c == '+' && len == 0)) to[len++] = c;
        else if (c != ' ' && c != '-' && c != '.' && c != '(' && c != ')' && c != '/')
            return err_set(err, &ERR_FIELD_INVALID, "phone",
                           "digits, with + before and blanks between them");
    }
    *out = (Str){ to, len };
    return true;
}

static bool birthday_read(Str text, int64_t *out, Error *err)
{
    static const unsigned char days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    *out                              = 0;
    if (!text.len) return true;
    bool fine = text.len == 5 && text.ptr[2] == '-';
    for (size_t i = 0; fine && i < text.len; i++)
        fine = i == 2 || (text.ptr[i] >= '0' && text.ptr[i] <= '9');
    if (!fine) return err_set(err, &ERR_FIELD_INVALID, "birthday", "must be written as MM-DD, e.g. 02-29");
    int month = (text.ptr[0] - '0') * 10 + text.ptr[1] - '0';
    int day   = (text.ptr[3] - '0') * 10 + text.ptr[4] - '0';
    if (month < 1 || month > 12 || day < 1 || day > days[month - 1])
        return err_set(err, &ERR_FIELD_INVALID, "birthday", "there is no such day");
    *out = month * 100 + day;
    return true;
}

static bool tell(Ctx *ctx, Id id, Str ref, Error *err)
{
    Buf body = buf_make(ctx->arena, 64);
    buf_add(&body, STR("{\"ref\":"));
    buf_json_string(&body, ref);
    buf_byte(&body, '}');
    if (body.failed) return err_memory(err);
    return audit_append(ctx, STR("customer.put"), id, ref, err)
        && events_put(ctx, &EVENT_CUSTOMER_CHANGED, id, buf_str(&body), err);
}

/* The columns of a profile, as they are stored; `id` is the one of a new customer. */
static bool row_of(Ctx *ctx, const CustomerInput *input, Id id, CustomerPutIn *row, Error *err)
{
    Str ref = input->ref.len ? input->ref : id_text(ctx->arena, id);
    *row    = (CustomerPutIn){ .merchant = ctx->who.merchant,
                               .id       = id,
                               .ref      = ref,
                               .name     = input->name,
                               .country  = text_or_empty(input->country),
                               .note     = text_or_empty(input->note),
                               .now_ms   = ctx->now_ms };
    if (!ref.ptr) return err_memory(err);
    if (!birthday_read(input->birthday, &row->birthday, err)) return false;
    if (row->country.len && !country_check(row->country, "country", err)) return false;
    if (!customers_email(ctx->arena, input->email, &row->email, err)
        || !customers_phone(ctx->arena, input->phone, &row->phone, err))
        return false;
    row->phone_key = customers_phone_key(row->phone);
    return true;
}

/* The words by which the customer is found. */
static bool put_words(Ctx *ctx, const CustomerPutIn *row, bool fresh, Error *err)
{
    CustomerWordClearIn clear   = { row->merchant, row->id };
    const Str           texts[] = { row->name, row->ref, row->email, row->phone };
    CustomerWordPutIn in = { row->merchant, row->id, search_words_json(ctx->arena, texts, COUNT(texts)) };
    if (!in.words.ptr) return err_memory(err);
    if (!fresh && !q_customer_word_clear_exec(ctx->tx, &clear, NULL, err)) return false;
    return q_customer_word_put_exec(ctx->tx, &in, NULL, err);
}

bool customers_put(Ctx *ctx, const CustomerInput *input, Id *id, Error *err)
{
    CustomerPutIn  in;
    CustomerPutRow row   = { 0 };
    bool           found = false;
    if (!row_of(ctx, input, ctx_new_id(ctx), &in, err)) return false;
    if (!q_customer_put_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found)
        return customers_find_ref(ctx, in.ref, id, err); /* it became another one, which stays as it is */
    bool fresh = id_eq(row.id, in.id);
    in.id = *id = row.id;
    return put_words(ctx, &in, fresh, err) && tell(ctx, row.id, in.ref, err);
}

bool customers_change(Ctx *ctx, const CustomerChange *request, Customer *reply, Error *err)
{
    CustomerPutIn in;
    Id            other = { { 0 } };
    CustomerInput input = { request->ref,     request->name, request->email,   request->phone,
                            request->country, request->note, request->birthday };
    if (!customers_living(ctx, request->id, reply, err)) return false;
    if (!input.ref.len) input.ref = reply->ref;
    if (!row_of(ctx, &input, request->id, &in, err)) return false;
    if (!customers_find_ref(ctx, in.ref, &other, err)) return false;
    if (!id_is_none(other) && !id_eq(other, request->id))
        return err_set(err, &ERR_CUSTOMER_REF_TAKEN, "ref", "another customer has this number");
    CustomerChangeIn row = { in.merchant,  in.id,      in.ref,  in.name,     in.email, in.phone,
                             in.phone_key, in.country, in.note, in.birthday, in.now_ms };
    return q_customer_change_exec(ctx->tx, &row, NULL, err) && put_words(ctx, &in, false, err)
        && tell(ctx, in.id, in.ref, err) && customers_get(ctx, in.id, reply, err);
}

#define SHOWN(row)                                                                                        \
    (Customer)                                                                                            \
    {                                                                                                     \
        .id = (row).id, .ref = (row).ref, .name = (row).name, .email = text_or_none((row).email),         \
        .phone = text_or_none((row).phone), .country = text_or_none((row).country),                       \
        .note = text_or_none((row).note), .tier = text_or_none((row).tier), .made_at = (row).made_at_ms,  \
        .updated_at = (row).updated_at_ms, .erased_at = OPT_NONE                                          \
    }

/* The rest of a profile: what has another form in its row. */
static bool show_rest(Arena *arena, int64_t birthday, Str groups, Customer *out, Error *err)
{
    if (birthday)
        out->birthday = str_format(arena, "%02d-%02d", (int)(birthday / 100), (int)(birthday % 100));
    return (texts_read(arena, groups, &out->groups) && (!birthday || out->birthday.ptr))
        || err_memory(err);
}

bool customers_get(Ctx *ctx, Id id, Customer *out, Error *err)
{
    CustomerFindRow row;
    bool            found = false;
    CustomerFindIn  in    = { ctx->who.merchant, id };
    if (!q_customer_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "no such customer");
    *out             = SHOWN(row);
    out->merged_into = row.merged_into;
    out->erased_at   = row.erased_at_ms ? row.erased_at_ms : OPT_NONE;
    return show_rest(ctx->arena, row.birthday, row.groups, out, err);
}

bool customers_put_groups(Ctx *ctx, const CustomerGroups *request, Customer *reply, Error *err)
{
    const TextList *list = &request->groups;
    for (size_t i = 0; i < list->count; i++)
        if (!str_eq(list->items[i], str_trim(list->items[i])))
            return err_set(err, &ERR_FIELD_INVALID, "groups", "a group must not begin or end with blanks");
    CustomerGroupsPutIn in = { ctx->who.merchant, request->id, texts_write(ctx->arena, list),
                               text_or_empty(request->tier), ctx->now_ms };
    if (!in.groups.ptr) return err_memory(err);
    if (!customers_get(ctx, request->id, reply, err)) return false;
    if (!q_customer_groups_put_exec(ctx->tx, &in, NULL, err)) return false;
    Str detail = str_format(ctx->arena, "groups %.*s tier %.*s", STR_FMT(in.groups), STR_FMT(in.tier));
    if (!detail.ptr) return err_memory(err);
    return audit_append(ctx, STR("customer.groups"), request->id, detail, err)
        && tell(ctx, request->id, reply->ref, err) && customers_get(ctx, request->id, reply, err);
}

bool customers_put_words(Ctx *ctx, Id id, Error *err)
{
    Customer who;
    if (!customers_get(ctx, id, &who, err)) return false;
    CustomerPutIn row = { .merchant = ctx->who.merchant,
                          .id       = id,
                          .ref      = who.ref,
                          .name     = who.name,
                          .email    = text_or_empty(who.email),
                          .phone    = text_or_empty(who.phone) };
    return put_words(ctx, &row, false, err);
}

bool customers_set_tier(Ctx *ctx, Id id, Str tier, Error *err)
{
    CustomerTierSetIn in = { ctx->who.merchant, id, tier, ctx->now_ms };
    return q_customer_tier_set_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("customer.tier"), id, tier, err);
}

static bool count_words(Ctx *ctx, Prefix range, int64_t most, int64_t *n, Error *err)
{
    CustomerWordCountRow row   = { 0 };
    bool                 found = false;
    CustomerWordCountIn  in    = { ctx->who.merchant, range.low, range.high, most };
    if (!q_customer_word_count_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *n = row.n;
    return true;
}

static bool edge_word(Ctx *ctx, const SearchPlan *plan, int64_t skip, Str *word, Id *id, bool *found,
                      Error *err)
{
    CustomerWordEdgeRow row = { .word = STR_NONE };
    CustomerWordEdgeIn  in  = { ctx->who.merchant, plan->after_word, plan->after_id, plan->words[0].high,
                                skip };
    if (!q_customer_word_edge_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    *word = row.word;
    *id   = row.id;
    return true;
}

static const SearchTable customer_words = { count_words, edge_word };

static bool search(Ctx *ctx, const CustomerAsk *ask, const CustomerPageIn *exact, CustomerList *reply,
                   Error *err)
{
    SearchPlan         plan;
    size_t             count = 0, shown = 0, limit = (size_t)exact->count - 1;
    CustomerSearchRow *rows     = NULL;
    bool               filtered = exact->ref.len || exact->email.len || exact->phone.len;
    if (!search_plan(ctx, &customer_words, ask->q, text_or_empty(ask->cursor), filtered, &plan, err))
        return false;
    const Prefix    *p  = plan.words;
    CustomerSearchIn in = { ctx->who.merchant, p[0].low,      p[1].low,        p[1].high,
                            p[2].low,          p[2].high,     p[3].low,        p[3].high,
                            plan.after_word,   plan.after_id, plan.until_word, plan.until_id,
                            exact->ref,        exact->email,  exact->phone,    exact->count };
    if (plan.count && !q_customer_search_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, Customer, count);
    if (!reply->items.items) return err_memory(err);
    for (; shown < count && shown < limit; shown++) {
        Customer *to = &reply->items.items[reply->items.count++];
        *to          = SHOWN(rows[shown]);
        if (!show_rest(ctx->arena, rows[shown].birthday, rows[shown].groups, to, err)) return false;
    }
    if (count == shown && !plan.cut) return true;
    reply->next_cursor = count > shown
                           ? search_cursor_text(ctx->arena, rows[shown - 1].word, rows[shown - 1].id)
                           : search_cursor_cut(ctx->arena, &plan);
    return reply->next_cursor.ptr || err_memory(err);
}

bool customers_list(Ctx *ctx, const CustomerAsk *request, CustomerList *reply, Error *err)
{
    Id               after = { { 0 } };
    size_t           count = 0;
    CustomerPageRow *rows  = NULL;
    CustomerPageIn   in    = { .merchant = ctx->who.merchant,
                               .ref      = text_or_empty(request->ref),
                               .after    = id_bytes(&after),
                               .count    = page_limit(request->limit) + 1 };
    if (!customers_email(ctx->arena, request->email, &in.email, err)) return false;
    if (!customers_phone(ctx->arena, request->phone, &in.phone, err)) return false;
    in.phone = customers_phone_key(in.phone);
    if (request->q.len) return search(ctx, request, &in, reply, err);
    if (request->cursor.len && !id_parse(request->cursor, &after))
        return err_set(err, &ERR_FIELD_INVALID, "cursor", "is not a cursor of this list");
    if (!q_customer_page_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    reply->items.items = arena_array(ctx->arena, Customer, count);
    if (!reply->items.items) return err_memory(err);
    for (size_t i = 0; i < count && (int64_t)i < in.count - 1; i++) {
        Customer *to = &reply->items.items[reply->items.count++];
        *to          = SHOWN(rows[i]);
        if (!show_rest(ctx->arena, rows[i].birthday, rows[i].groups, to, err)) return false;
    }
    if (count == reply->items.count) return true;
    reply->next_cursor = id_text(ctx->arena, rows[count - 2].id);
    return reply->next_cursor.ptr || err_memory(err);
}
