/* receipts_mail.c — receipts that are sent by e-mail: what waits, and what became of it. See receipts.h.
 */
#include "all_sql.h"
#include "core/machine.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "shop/receipts/receipts.h"
#include "shop/settings/settings.h"

enum { ADDRESS_MAX = 200 };

/* One address as mail servers take it: something, @, a name with a dot; nothing that could end a command.
 */
static bool check_address(Str text, Error *err)
{
    size_t at = str_index(text, '@', 0);
    bool   ok = at > 0 && at + 3 < text.len && text.len <= ADDRESS_MAX
           && str_index(text, '@', at + 1) == text.len && text.ptr[text.len - 1] != '.'
           && text.ptr[at + 1] != '.' && str_index(text, '.', at) < text.len;
    for (size_t i = 0; ok && i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        ok = c > ' ' && c < 0x7F && c != '<' && c != '>' && c != ',' && c != ';' && c != '"' && c != '\\'
          && c != '(' && c != ')';
    }
    return ok || err_set(err, &ERR_FIELD_INVALID, "address", "is no e-mail address");
}

static bool find_same(Ctx *ctx, Str kind, Id document, Str address, Id *id, bool *found, Error *err)
{
    ReceiptMailSameRow row;
    ReceiptMailSameIn  in = { ctx->who.merchant, document, kind, address };
    if (!q_receipt_mail_same_one(ctx->tx, ctx->arena, &in, &row, found, err)) return false;
    if (*found) *id = row.id;
    return true;
}

bool receipts_post(Ctx *ctx, ReceiptKind kind, Id document, Id customer, Str address,
                   SlipLanguage language, Id *id, Error *err)
{
    ReceiptMailCountRow sent  = { 0 };
    ReceiptMailCountIn  ask   = { ctx->who.merchant, document };
    Str                 code  = receipt_kind_code(kind);
    int64_t             most  = 0;
    bool                found = false, there = false;
    if (!check_address(address, err) || !find_same(ctx, code, document, address, id, &found, err))
        return false;
    if (found) return true;
    if (!ctx->env->mail_url.len)
        return err_set(err, &ERR_MAIL_NONE, "", "start the server with --mail and --mail-from");
    if (!settings_get(ctx, &SETTING_RECEIPT_MAILS_MOST, &most, err)
        || !q_receipt_mail_count_one(ctx->tx, ctx->arena, &ask, &sent, &there, err))
        return false;
    if (sent.n >= most)
        return err_set(err, &ERR_MAIL_TOO_MANY, "address", "it was sent to %lld already",
                       (long long)sent.n);
    *id                 = ctx_new_id(ctx);
    ReceiptMailPutIn in = {
        ctx->who.merchant, *id, code, document, customer, address, slip_language_code(language),
        ctx->now_ms
    };
    return receipts_key_make(ctx, err) && q_receipt_mail_put_exec(ctx->tx, &in, NULL, err)
        && audit_append(ctx, STR("receipt.mail"), document, code, err);
}

bool receipts_post_get(Ctx *ctx, Id id, ReceiptPost *out, Error *err)
{
    ReceiptMailFindRow row;
    ReceiptMailFindIn  in    = { ctx->who.merchant, id };
    bool               found = false;
    if (!q_receipt_mail_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "there is no such mail");
    *out = (ReceiptPost){ .id            = id,
                          .kind          = row.kind,
                          .document      = row.document,
                          .customer      = row.customer,
                          .address       = row.address,
                          .language      = row.language,
                          .state         = row.state,
                          .reason        = row.reason,
                          .attempts      = row.attempts,
                          .next_at_ms    = row.next_at_ms,
                          .made_at_ms    = row.made_at_ms,
                          .settled_at_ms = row.settled_at_ms };
    return true;
}

bool receipts_post_take(Ctx *ctx, Id id, int64_t seen_ms, int64_t until_ms, bool *taken, Error *err)
{
    ReceiptMailTakeIn in      = { ctx->who.merchant, id, seen_ms, until_ms };
    int64_t           changed = 0;
    if (!q_receipt_mail_take_exec(ctx->tx, &in, &changed, err)) return false;
    *taken = changed == 1;
    return true;
}

static bool tell(Ctx *ctx, const EventDef *event, const ReceiptPost *post, Str reason, Error *err)
{
    Buf body = buf_make(ctx->arena, 128);
    buf_add(&body, STR("{\"mail\":"));
    buf_json_string(&body, id_text(ctx->arena, post->id));
    buf_add(&body, STR(",\"kind\":"));
    buf_json_string(&body, post->kind);
    if (reason.len) {
        buf_add(&body, STR(",\"reason\":"));
        buf_json_string(&body, reason);
    }
    buf_byte(&body, '}');
    if (body.failed) return err_memory(err);
    return events_put(ctx, event, post->document, buf_str(&body), err);
}

bool receipts_post_step(Ctx *ctx, const ReceiptPost *post, Str event, int64_t next_ms, Str reason,
                        Error *err)
{
    Str     next    = STR_NONE;
    int64_t changed = 0;
    if (!machine_step(MACHINE_RECEIPT_MAIL, post->state, event, "state", &next, err)) return false;
    bool              over = !str_eq(next, STR("waiting"));
    ReceiptMailStepIn in   = { ctx->who.merchant, post->id, post->state,           next,
                               next_ms,           reason,   over ? ctx->now_ms : 0 };
    if (!q_receipt_mail_step_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 0 || !over) return true;
    bool sent = str_eq(next, STR("sent"));
    return tell(ctx, sent ? &EVENT_RECEIPT_MAILED : &EVENT_RECEIPT_MAIL_FAILED, post, reason, err);
}

bool receipts_forget_old(Ctx *ctx, int64_t before_ms, Error *err)
{
    ReceiptMailForgetOldIn in = { ctx->who.merchant, before_ms };
    return q_receipt_mail_forget_old_exec(ctx->tx, &in, NULL, err);
}

bool receipts_forget(Ctx *ctx, Id customer, Str email, Error *err)
{
    ReceiptMailForgetIn in = { ctx->who.merchant, customer, text_or_empty(email), ctx->now_ms };
    return q_receipt_mail_forget_exec(ctx->tx, &in, NULL, err);
}
