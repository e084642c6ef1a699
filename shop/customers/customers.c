/* customers.c — who buys. See customers.h. */
#include "shop/customers/customers.h"

#include "all_sql.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"

bool customers_must_exist(Ctx *ctx, Id id, Error *err)
{
    CustomerExistsRow row;
    bool              found = false;
    CustomerExistsIn  in    = { ctx->who.merchant, id };
    if (!q_customer_exists_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    return found || err_set(err, &ERR_CUSTOMER_UNKNOWN, "customer", "no such customer");
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
        if ((c >= '0' && c <= '9') || (c == '+' && len == 0))
            to[len++] = c;
        else if (c != ' ' && c != '-' && c != '.' && c != '(' && c != ')' && c != '/')
            return err_set(err, &ERR_FIELD_INVALID, "phone", "digits, with + before and blanks between them");
    }
    *out = (Str){ to, len };
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
    *row    = (CustomerPutIn){ .merchant = ctx->who.merchant, .id = id, .ref = ref, .name = input->name,
                               .country = text_or_empty(input->country), .note = text_or_empty(input->note),
                               .now_ms = ctx->now_ms };
    if (!ref.ptr) return err_memory(err);
    if (row->country.len && !country_check(row->country, "country", err)) return false;
    return customers_email(ctx->arena, input->email, &row->email, err)
        && customers_phone(ctx->arena, input->phone, &row->phone, err);
}

bool customers_put(Ctx *ctx, const CustomerInput *input, Id *id, Error *err)
{
    CustomerPutIn  in;
    CustomerPutRow row   = { 0 };
    bool           found = false;
    if (!row_of(ctx, input, ctx_new_id(ctx), &in, err)) return false;
    if (!q_customer_put_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    *id = row.id;
    return tell(ctx, row.id, in.ref, err);
}
