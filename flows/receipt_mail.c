/* receipt_mail.c — receipts by e-mail: asked for in a transaction, sent by the jobs outside of any. A mail
 * that a server took while we fell over is sent again, with the same Message-ID, by which mailboxes know
 * it. */
#include "flows/receipt_mail.h"

#include "all_sql.h"
#include "flows/paper.h"
#include "flows/sale.h"
#include "shop/customers/customers.h"
#include "shop/identity/identity.h"
#include "shop/settings/settings.h"
#include "sys/mail.h"
#include "sys/secret.h"

#include <assert.h>

enum {
    MAILS_A_ROUND = 5,
    CONNECT_MS    = 5000,
    TOTAL_MS      = 15000,
    LEASE_MS      = 120000,
    AGAIN_MS      = 30000,
    DOUBLINGS     = 9
};
enum { MERCHANTS_A_ROUND = 50, FORGET_EVERY_MS = 3600000, FORGET_WINDOW_MS = 2000 };
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

/* --- asking --- */

static bool ask_for(Ctx *ctx, const ReceiptRef *ref, const ReceiptMailInput *request, ReceiptMail *reply,
                    Error *err)
{
    PaperWish wish = { .language = request->language, .columns = OPT_NONE };
    PaperDoc  doc;
    Str       address = STR_NONE;
    Id        id      = { { 0 } };
    if (!customers_email(ctx->arena, request->address, &address, err)) return false;
    return paper_receipt(ctx, ref, &wish, &doc, err)
        && receipts_post(ctx, ref->kind, ref->document, doc.customer, address, doc.look.style.language,
                         &id, err)
        && receipt_mails_show(ctx, &(ById){ id }, reply, err);
}

bool receipt_mails_order(Ctx *ctx, const ReceiptMailInput *request, ReceiptMail *reply, Error *err)
{
    bool       gift = str_eq(request->kind, STR("gift"));
    ReceiptRef ref  = { .kind = gift ? RECEIPT_OF_GIFT : RECEIPT_OF_SALE, .document = request->id };
    return ask_for(ctx, &ref, request, reply, err);
}

bool receipt_mails_return(Ctx *ctx, const ReceiptMailInput *request, ReceiptMail *reply, Error *err)
{
    ReceiptRef ref = { .kind = RECEIPT_OF_RETURN, .document = request->id };
    if (request->kind.len) return err_set(err, &ERR_FIELD_INVALID, "kind", "is for orders only");
    return ask_for(ctx, &ref, request, reply, err);
}

/* --- sending --- */

/* One mail on its way. */
typedef struct {
    Ctx         ctx;
    size_t      mark;
    Id          id;
    int64_t     seen_ms;
    bool        taken;
    ReceiptPost post;
    Str         event, reason;
    int64_t     next_ms;
} Step;

static bool take(Tx *tx, void *arg, Error *err)
{
    Step *s            = arg;
    s->ctx.tx          = tx;
    s->ctx.arena->used = s->mark;
    return receipts_post_take(&s->ctx, s->id, s->seen_ms, s->ctx.now_ms + LEASE_MS, &s->taken, err);
}

static bool settle(Tx *tx, void *arg, Error *err)
{
    Step  *s           = arg;
    size_t mark        = s->ctx.arena->used;
    s->ctx.tx          = tx;
    bool ok            = receipts_post_step(&s->ctx, &s->post, s->event, s->next_ms, s->reason, err);
    s->ctx.arena->used = mark;
    return ok;
}

static ReceiptKind kind_of(Str code)
{
    for (int i = 0; i < RECEIPT_KIND_COUNT; i++)
        if (str_eq(code, receipt_kind_code((ReceiptKind)i))) return (ReceiptKind)i;
    UNREACHABLE(); /* the database checks it */
}

static bool mail_text(Ctx *ctx, const PaperDoc *doc, const PaperWish *wish, Str *out, Error *err)
{
    Str slip = STR_NONE, hello = slip_word(doc->look.style.language, SLIP_WORD_MAIL_TEXT);
    if (!paper_write(ctx, doc, wish, PAPER_TEXT, &slip, err)) return false;
    *out = str_format(ctx->arena, "%.*s\n\n%.*s", STR_FMT(hello), STR_FMT(slip));
    return out->ptr || err_memory(err);
}

/* The mail as it is sent. */
static bool write_mail(Step *s, int64_t *attempts_most, Mail *out, Error *err)
{
    Ctx      *ctx  = &s->ctx;
    PaperWish wish = { .columns = OPT_NONE };
    PaperDoc  doc;
    if (!db_read_begin(ctx->db, &ctx->tx, err)) return false;
    bool ok = receipts_post_get(ctx, s->id, &s->post, err)
           && settings_get(ctx, &SETTING_RECEIPT_MAIL_ATTEMPTS, attempts_most, err);
    wish.language  = s->post.language;
    ReceiptRef ref = { .kind     = ok ? kind_of(s->post.kind) : RECEIPT_OF_SALE,
                       .document = s->post.document };
    ok = ok && paper_receipt(ctx, &ref, &wish, &doc, err) && mail_text(ctx, &doc, &wish, &out->text, err)
      && paper_write(ctx, &doc, &wish, PAPER_PDF, &out->file, err);
    db_read_end(ctx->tx);
    ctx->tx = NULL;
    if (!ok) return false;
    out->from      = ctx->env->mail_from;
    out->from_name = doc.merchant;
    out->to        = s->post.address;
    out->subject   = slip_say(ctx->arena, doc.look.style.language, SLIP_WORD_MAIL_SUBJECT, doc.number,
                              doc.merchant);
    out->id        = id_text(ctx->arena, s->id);
    out->at_ms     = s->post.made_at_ms;
    out->file_name = str_format(ctx->arena, "%.*s.pdf", STR_FMT(doc.number));
    out->file_type = STR("application/pdf");
    return (out->subject.ptr && out->id.ptr && out->file_name.ptr) || err_memory(err);
}

static void say(Step *s, const char *event, int64_t next_ms, Str reason)
{
    enum { REASON_MAX = 200 };
    s->event   = str_from(event);
    s->next_ms = next_ms;
    s->reason  = reason.len > REASON_MAX ? str_slice(reason, 0, REASON_MAX) : reason;
}

/* 30 s, doubled each time, at most 4 hours. */
static int64_t again_ms(int64_t now_ms, int64_t attempts)
{
    int64_t doublings = attempts > DOUBLINGS ? DOUBLINGS : attempts > 0 ? attempts - 1 : 0;
    return now_ms + ((int64_t)AGAIN_MS << doublings);
}

static bool ask_server(Step *s, const Mail *mail, int64_t most, MailOutcome *outcome, Error *err)
{
    Env       *env    = s->ctx.env;
    Arena     *arena  = s->ctx.arena;
    MailServer server = {
        .url = env->mail_url, .user = env->mail_user, .connect_ms = CONNECT_MS, .total_ms = TOTAL_MS
    };
    Str reason      = STR_NONE;
    server.password = secret_read(arena, STR("smtp_password"));
    server.ca       = secret_read(arena, STR("smtp_ca"));
    if (!mail_send(arena, &server, mail, outcome, &reason, err)) return false;
    int64_t now = env_now_ms(env);
    switch (*outcome) {
    case MAIL_TAKEN: say(s, "send", 0, STR("")); break;
    case MAIL_REFUSED: say(s, "fail", 0, reason); break;
    case MAIL_LATER:
        if (s->post.attempts >= most) say(s, "fail", 0, reason);
        else say(s, "wait", again_ms(now, s->post.attempts), reason);
        break;
    }
    s->ctx.now_ms = now;
    return true;
}

/* Sends one; *later tells that the server takes nothing now. */
static bool send_one(Ctx *ctx, const ReceiptMailDueRow *row, bool *later, Error *err)
{
    Step    s    = { .ctx = *ctx, .mark = ctx->arena->used, .id = row->id, .seen_ms = row->next_at_ms };
    Mail    mail = { .from = STR_NONE };
    int64_t most = 0;
    s.ctx.who.merchant  = row->merchant;
    MailOutcome outcome = MAIL_REFUSED;
    if (!db_write(ctx->db, take, &s, err)) return false;
    if (!s.taken) return true;
    bool ok = write_mail(&s, &most, &mail, err);
    if (!ok && s.post.state.len && err->def != &ERR_DB_BUSY && err->def != &ERR_DB_FAILED) {
        say(&s, "fail", 0, str_from(err->message)); /* it cannot be written, now or later */
        ok = true;
    } else if (ok && !mail.to.len) {
        say(&s, "fail", 0, STR("the address was forgotten"));
    } else if (ok) {
        ok = ask_server(&s, &mail, most, &outcome, err);
    }
    *later           = ok && outcome == MAIL_LATER;
    ok               = ok && db_write(ctx->db, settle, &s, err);
    ctx->arena->used = s.mark;
    return ok;
}

static bool send_due(Ctx *ctx, Error *err)
{
    ReceiptMailDueRow *rows  = NULL;
    ReceiptMailDueIn   in    = { ctx->now_ms, MAILS_A_ROUND };
    size_t             count = 0;
    bool               later = false;
    if (!ctx->env->mail_url.len) return true;
    if (!db_read_begin(ctx->db, &ctx->tx, err)) return false;
    bool ok = q_receipt_mail_due_all(ctx->tx, ctx->arena, &in, &rows, &count, err);
    db_read_end(ctx->tx);
    ctx->tx = NULL;
    for (size_t i = 0; ok && i < count && !later; i++) ok = send_one(ctx, &rows[i], &later, err);
    return ok;
}

/* --- keys, addresses --- */

typedef struct {
    Ctx    ctx;
    size_t mark;
    bool   forget;
} Keep;

static bool keep(Tx *tx, void *arg, Error *err)
{
    Keep   *k          = arg;
    int64_t days       = 0;
    k->ctx.tx          = tx;
    k->ctx.arena->used = k->mark;
    if (!k->forget) return receipts_key_make(&k->ctx, err);
    return settings_get(&k->ctx, &SETTING_RECEIPT_MAIL_DAYS, &days, err)
        && receipts_forget_old(&k->ctx, k->ctx.now_ms - days * DAY_MS, err);
}

static bool keep_one(Ctx *ctx, int64_t merchant, bool forget, Error *err)
{
    Keep k             = { .ctx = *ctx, .mark = ctx->arena->used, .forget = forget };
    k.ctx.who.merchant = merchant;
    bool ok            = db_write(ctx->db, keep, &k, err);
    ctx->arena->used   = k.mark;
    return ok;
}

static bool make_keys(Ctx *ctx, Error *err)
{
    ReceiptKeysMissingRow *rows  = NULL;
    ReceiptKeysMissingIn   in    = { MERCHANTS_A_ROUND };
    size_t                 count = 0;
    if (!db_read_begin(ctx->db, &ctx->tx, err)) return false;
    bool ok = q_receipt_keys_missing_all(ctx->tx, ctx->arena, &in, &rows, &count, err);
    db_read_end(ctx->tx);
    ctx->tx = NULL;
    for (size_t i = 0; ok && i < count; i++) ok = keep_one(ctx, rows[i].merchant, false, err);
    return ok;
}

/* In a round or two of each hour. */
static bool forget_old(Ctx *ctx, Error *err)
{
    int64_t merchants[MERCHANTS_A_ROUND], after = 0;
    size_t  count = MERCHANTS_A_ROUND;
    if (ctx->now_ms % FORGET_EVERY_MS >= FORGET_WINDOW_MS) return true;
    while (count == MERCHANTS_A_ROUND) {
        if (!db_read_begin(ctx->db, &ctx->tx, err)) return false;
        bool ok = identity_merchants(ctx, after, merchants, MERCHANTS_A_ROUND, &count, err);
        db_read_end(ctx->tx);
        ctx->tx = NULL;
        for (size_t i = 0; ok && i < count; i++) ok = keep_one(ctx, after = merchants[i], true, err);
        if (!ok) return false;
    }
    return true;
}

bool receipts_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err)
{
    Ctx ctx      = { .arena = arena, .db = db, .env = env, .now_ms = now_ms };
    ctx.who.role = STR("jobs");
    return make_keys(&ctx, err) && forget_old(&ctx, err) && send_due(&ctx, err);
}
