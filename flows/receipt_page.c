/* receipt_page.c — the page of a receipt, behind the link on the paper: the receipt itself, its PDF, and a
 * form by which it is sent by e-mail and consents are given. No script, nothing from elsewhere. Whoever
 * holds the paper sees the page, so an address that is typed in there never becomes part of somebody's
 * profile: consents go to the profile of the sale when it has the same address, else to one of their own.
 */
#include "all_sql.h"
#include "base/percent.h"
#include "core/pan.h"
#include "core/slip_html.h"
#include "flows/paper.h"
#include "shop/consents/consents.h"
#include "shop/customers/customers.h"
#include "shop/settings/settings.h"

#include <assert.h>

static const char form_style[] =
    ".screen{margin-top:1rem}.button,button{display:block;width:100%;min-height:3.25rem;font:inherit;font-"
    "weight:600;"
    "color:var(--on);background:var(--act);border:0;border-radius:.7rem;text-align:center;line-height:3."
    "25rem;"
    "text-decoration:none;padding:0 1rem}"
    ":root{--act:#0b57d0;--on:#fff;--bad:#b3261e}@media(prefers-color-scheme:dark){:root{--act:#a8c7fa;--"
    "on:#062e6f;"
    "--bad:#f2b8b5}}"
    "form{background:var(--paper);border-radius:.9rem;padding:1.1rem 1.25rem 1.25rem;margin-top:1rem;"
    "box-shadow:0 1px 3px #0002}h2{font-size:1.1rem;margin:0 0 .6rem}"
    "label{display:block;font-weight:600;margin:.6rem 0 .3rem}"
    "input[type=email]{width:100%;min-height:3rem;padding:.6rem .8rem;font:inherit;color:inherit;"
    "background:transparent;border:1px solid #8a8b94;border-radius:.6rem}"
    ".tick{display:flex;gap:.75rem;align-items:flex-start;font-weight:400;margin:.9rem 0}"
    ".tick input{flex:none;width:1.5rem;height:1.5rem;margin:0;accent-color:var(--act)}"
    ".wrong{color:var(--bad);font-weight:600}.soft{color:var(--soft);font-size:.92rem}"
    ".tongues{display:flex;flex-wrap:wrap;gap:.25rem 1rem;justify-content:center;margin-top:1.25rem}"
    ".tongues a{color:var(--soft);padding:.6rem .3rem}"
    ":focus-visible{outline:3px solid var(--act);outline-offset:2px}";

static const char *const tongues[] = { "English", "Deutsch", "Français", "Español", "日本語", "العربية" };
static_assert(COUNT(tongues) == SLIP_LANGUAGE_COUNT, "a name for each language");

/* What was sent, and what is to be said of it. */
typedef struct {
    Str  address;
    bool always, optin;
    Str  done, wrong; /* sentences, or none */
} Form;

/* --- the page --- */

static Str word(const PaperDoc *doc, SlipWord which)
{
    return slip_word(doc->look.style.language, which);
}

static void add_tick(Buf *out, const char *name, bool ticked, Str wording)
{
    buf_format(out, "<label class=\"tick\"><input type=\"checkbox\" name=\"%s\" value=\"1\"%s><span>",
               name, ticked ? " checked" : "");
    slip_html_text(out, wording);
    buf_add(out, STR("</span></label>"));
}

static void add_form(Buf *out, const PaperDoc *doc, const Form *form, bool mails)
{
    bool consents = doc->look.optin.len || mails;
    if (form->done.len) {
        buf_add(out, STR("<form><p role=\"status\">"));
        slip_html_text(out, form->done);
        buf_add(out, STR("</p></form>"));
        return;
    }
    if (!consents) return;
    buf_add(out, STR("<form method=\"post\"><h2>"));
    slip_html_text(out, word(doc, mails ? SLIP_WORD_PAGE_MAIL : SLIP_WORD_PAGE_STAY));
    buf_add(out, STR("</h2><label for=\"email\">"));
    slip_html_text(out, word(doc, SLIP_WORD_PAGE_ADDRESS));
    buf_format(
        out,
        "</label><input id=\"email\" name=\"email\" type=\"email\" dir=\"ltr\" required maxlength=\"200\" "
        "autocomplete=\"email\"%s value=\"",
        form->wrong.len ? " aria-invalid=\"true\" aria-describedby=\"wrong\" autofocus" : "");
    slip_html_text(out, form->address);
    buf_add(out, STR("\">"));
    if (form->wrong.len) {
        buf_add(out, STR("<p class=\"wrong\" id=\"wrong\" role=\"alert\">"));
        slip_html_text(out, form->wrong);
        buf_add(out, STR("</p>"));
    }
    if (mails) add_tick(out, "always", form->always, word(doc, SLIP_WORD_PAGE_ALWAYS));
    if (doc->look.optin.len) add_tick(out, "optin", form->optin, doc->look.optin);
    buf_add(out, STR("<p class=\"soft\">"));
    slip_html_text(out, word(doc, SLIP_WORD_PAGE_CONSENT));
    buf_add(out, STR("</p><button type=\"submit\">"));
    slip_html_text(out, word(doc, SLIP_WORD_PAGE_SEND));
    buf_add(out, STR("</button></form>"));
}

static void add_tongues(Buf *out, const PaperDoc *doc)
{
    buf_add(out, STR("<nav class=\"screen tongues\">"));
    for (int i = 0; i < SLIP_LANGUAGE_COUNT; i++) {
        Str code = slip_language_code((SlipLanguage)i);
        if ((SlipLanguage)i == doc->look.style.language) continue;
        buf_format(out, "<a href=\"?language=%.*s\" lang=\"%.*s\" dir=\"auto\">%s</a>", STR_FMT(code),
                   STR_FMT(code), tongues[i]);
    }
    buf_add(out, STR("</nav>"));
}

static bool write_page(Ctx *ctx, const PaperDoc *doc, Str token, const Form *form, Str *html, Error *err)
{
    SlipLanguage language = doc->look.style.language;
    Str          code     = slip_language_code(language);
    Buf          out      = buf_make(ctx->arena, sizeof form_style + 40000);
    buf_format(&out, "<!doctype html>\n<html lang=\"%.*s\" dir=\"%s\"><head><meta charset=\"utf-8\">",
               STR_FMT(code), slip_from_right(language) ? "rtl" : "ltr");
    buf_add(&out, STR("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta "
                      "name=\"color-scheme\" content=\"light dark\"><meta name=\"robots\" "
                      "content=\"noindex\"><style>"));
    buf_add(&out, str_from(slip_style));
    buf_add(&out, str_from(form_style));
    buf_add(&out, STR("</style><title>"));
    slip_html_text(&out, doc->slip.title);
    buf_add(&out, STR(" – "));
    slip_html_text(&out, doc->merchant);
    buf_add(&out, STR("</title></head><body><main>"));
    if (!slip_html_part(ctx->arena, &doc->slip, paper_svg, NULL, &out, err)) return false;
    buf_format(&out,
               "<div class=\"screen\"><a class=\"button\" href=\"/r/%.*s/receipt.pdf?language=%.*s\">",
               STR_FMT(token), STR_FMT(code));
    slip_html_text(&out, word(doc, SLIP_WORD_PAGE_PDF));
    buf_add(&out, STR("</a></div><div class=\"screen\">"));
    add_form(&out, doc, form, ctx->env->mail_url.len > 0);
    buf_add(&out, STR("</div>"));
    add_tongues(&out, doc);
    buf_add(&out, STR("</main></body></html>\n"));
    *html = buf_str(&out);
    return !out.failed || err_memory(err);
}

/* --- what is behind a link --- */

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

static bool load(Ctx *ctx, const ReceiptPageAsk *request, ReceiptRef *ref, PaperDoc *doc, Error *err)
{
    PaperWish wish = { .language = request->language, .columns = OPT_NONE, .bare = true };
    int64_t   days = 0;
    if (!receipts_open(ctx, request->token, ref, err)
        || !settings_get(ctx, &SETTING_RECEIPT_LINK_DAYS, &days, err)
        || !paper_receipt(ctx, ref, &wish, doc, err))
        return false;
    return doc->made_at + days * DAY_MS > ctx->now_ms
        || err_set(err, &ERR_RECEIPT_LINK, "token", "it was good for %lld days", (long long)days);
}

bool receipt_page_show(Ctx *ctx, const ReceiptPageAsk *request, PaperReply *reply, Error *err)
{
    ReceiptRef ref;
    PaperDoc   doc;
    Form       form = { .address = STR("") };
    return load(ctx, request, &ref, &doc, err)
        && write_page(ctx, &doc, request->token, &form, &reply->text, err);
}

bool receipt_page_pdf(Ctx *ctx, const ReceiptPageAsk *request, PaperReply *reply, Error *err)
{
    ReceiptRef ref;
    PaperDoc   doc;
    PaperWish  wish = { .columns = OPT_NONE };
    return load(ctx, request, &ref, &doc, err)
        && paper_write(ctx, &doc, &wish, PAPER_PDF, &reply->text, err);
}

/* --- what is sent by the form --- */

static bool read_form(Ctx *ctx, Form *form, Error *err)
{
    Str always = STR_NONE, optin = STR_NONE, email = STR_NONE, body = ctx->raw->body;
    if (!percent_form(ctx->arena, body, STR("email"), &email)
        || !percent_form(ctx->arena, body, STR("always"), &always)
        || !percent_form(ctx->arena, body, STR("optin"), &optin))
        return err_set(err, &ERR_FIELD_INVALID, "", "is no form of this page");
    form->always  = always.len > 0;
    form->optin   = optin.len > 0;
    form->address = text_or_empty(email);
    return true;
}

/* The address in small letters; false: it is none, or hides the number of a card. */
static bool fold(Ctx *ctx, Form *form)
{
    Error why    = { .def = NULL };
    Str   folded = STR_NONE;
    if (!form->address.len || pan_found(form->address, false)
        || !customers_email(ctx->arena, form->address, &folded, &why))
        return false;
    form->address = folded;
    return true;
}

static bool profile(Ctx *ctx, const ReceiptRef *ref, const PaperDoc *doc, Str address, Id *id, Error *err)
{
    ReceiptOptinProfileRow row;
    ReceiptOptinProfileIn  in    = { ctx->who.merchant, ref->document, address };
    CustomerInput          made  = { .name = address, .email = address, .birthday = STR_NONE };
    bool                   found = false;
    Customer               known;
    *id = doc->customer;
    if (!id_is_none(*id)) {
        if (!customers_get(ctx, *id, &known, err)) return false;
        if (str_eq(known.email, address)) return true;
    }
    if (!q_receipt_optin_profile_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (found) *id = row.id;
    return found || customers_put(ctx, &made, id, err);
}

static bool consent(Ctx *ctx, const ReceiptRef *ref, const PaperDoc *doc, Id customer, Str what,
                    Str wording, Error *err)
{
    ConsentGiven given = { .customer = customer,
                           .what     = what,
                           .wording  = wording,
                           .language = slip_language_code(doc->look.style.language),
                           .channel  = STR("receipt"),
                           .document = ref->document };
    return consents_give(ctx, &given, err);
}

static bool take_consents(Ctx *ctx, const ReceiptRef *ref, const PaperDoc *doc, const Form *form,
                          Error *err)
{
    Id   customer = { { 0 } };
    bool optin    = form->optin && doc->look.optin.len;
    if (!form->always && !optin) return true;
    if (!profile(ctx, ref, doc, form->address, &customer, err)) return false;
    return (!form->always
            || consent(ctx, ref, doc, customer, STR("digital_receipt"), word(doc, SLIP_WORD_PAGE_ALWAYS),
                       err))
        && (!optin || consent(ctx, ref, doc, customer, STR("email_marketing"), doc->look.optin, err));
}

/* Sends it when there is a mail server; what stands against that is told on the page. */
static bool send(Ctx *ctx, const ReceiptRef *ref, const PaperDoc *doc, Form *form, Error *err)
{
    Id mail = { { 0 } };
    if (!ctx->env->mail_url.len) {
        form->done = word(doc, SLIP_WORD_PAGE_KEPT);
        return true;
    }
    if (receipts_post(ctx, ref->kind, ref->document, doc->customer, form->address,
                      doc->look.style.language, &mail, err)) {
        form->done = slip_say(ctx->arena, doc->look.style.language, SLIP_WORD_PAGE_SENT, form->address,
                              STR(""));
        return form->done.ptr || err_memory(err);
    }
    if (err->def == &ERR_MAIL_TOO_MANY) form->wrong = word(doc, SLIP_WORD_PAGE_MOST);
    else if (err->def == &ERR_FIELD_INVALID) form->wrong = word(doc, SLIP_WORD_PAGE_WRONG);
    else return false;
    *err = (Error){ .def = NULL };
    return true;
}

bool receipt_page_take(Ctx *ctx, const ReceiptPageAsk *request, PaperReply *reply, Error *err)
{
    ReceiptRef ref;
    PaperDoc   doc;
    Form       form = { .address = STR("") };
    if (!ctx->raw) return err_set(err, &ERR_FIELD_INVALID, "", "is no form of this page");
    if (!load(ctx, request, &ref, &doc, err) || !read_form(ctx, &form, err)) return false;
    if (!fold(ctx, &form)) form.wrong = word(&doc, SLIP_WORD_PAGE_WRONG);
    else if (!send(ctx, &ref, &doc, &form, err)) return false;
    if (!form.wrong.len && !take_consents(ctx, &ref, &doc, &form, err)) return false;
    return write_page(ctx, &doc, request->token, &form, &reply->text, err);
}

/* --- for the till --- */

bool receipts_find(Ctx *ctx, const ReceiptToken *request, ReceiptFound *reply, Error *err)
{
    int64_t    merchant = ctx->who.merchant;
    ReceiptRef ref;
    PaperDoc   doc;
    PaperWish  wish   = { .columns = OPT_NONE };
    bool       ours   = receipts_open(ctx, request->token, &ref, err);
    ctx->who.merchant = merchant;
    if (!ours) return false;
    if (ref.merchant != merchant) return err_set(err, &ERR_RECEIPT_LINK, "token", "it is none of ours");
    if (!paper_receipt(ctx, &ref, &wish, &doc, err)) return false;
    *reply             = (ReceiptFound){ .kind           = receipt_kind_code(ref.kind),
                                         .document       = ref.document,
                                         .receipt_number = doc.number,
                                         .location       = doc.location,
                                         .made_at        = doc.made_at };
    reply->lines.items = arena_array(ctx->arena, Str, ref.line_count + 1);
    if (!reply->lines.items) return err_memory(err);
    for (; reply->lines.count < ref.line_count; reply->lines.count++) {
        reply->lines.items[reply->lines.count] = str_format(ctx->arena, "%d",
                                                            ref.lines[reply->lines.count]);
        if (!reply->lines.items[reply->lines.count].ptr) return err_memory(err);
    }
    return true;
}
