/* receipts_test.c — receipts in each form, by templates, behind their links, and those that wait to be
 * sent. What a mail server makes of them is tried by tests/paper. */
#include "all_sql.h"
#include "flows/paper.h"
#include "flows/receipt_mail.h"
#include "flows/sale.h"
#include "shop/consents/consents.h"
#include "shop/customers/customers.h"
#include "shop/giftcards/giftcards.h"
#include "shop/settings/settings.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include <stdio.h>
#include <stdlib.h>

static Db   *db;
static Env   env;
static Error err;

FIXTURE_ANY(orders_create)
FIXTURE_ANY(returns_create)
FIXTURE_ANY(receipt_templates_change)
FIXTURE_ANY(receipt_templates_end)
FIXTURE_ANY(receipt_mails_order)
FIXTURE_ANY(receipt_mails_retry)
FIXTURE_ANY(receipt_mails_show)
FIXTURE_ANY(receipts_find)

static bool has(Str text, const char *part)
{
    return text.ptr && memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

static Order sell(Id customer)
{
    static Order       order;
    static BasketLine  lines[2];
    static TenderInput tender;
    lines[0] = (BasketLine){ .sku = STR("TEA"), .quantity = 2000 };
    lines[1] = (BasketLine){ .sku = STR("CAKE"), .quantity = 1000 };
    tender   = (TenderInput){
          .kind = STR("cash"), .amount = OPT_NONE, .tendered = OPT_NONE, .tip = OPT_NONE
    };
    CheckoutRequest request = { .location       = STR("LON"),
                                .channel        = STR("pos"),
                                .customer       = customer,
                                .expected_total = OPT_NONE,
                                .pay_by         = OPT_NONE,
                                .lines          = { lines, 2 },
                                .tenders        = { &tender, 1 } };
    check_ok(fixture_call(db, &env, orders_create_any, &request, &order, sizeof order, NULL, &err), &err,
             "a sale");
    return order;
}

/* --- forms --- */

typedef struct {
    ReceiptRef ref;
    PaperWish  wish;
    PaperForm  form;
    char      *text; /* a copy, to be freed */
    size_t     len;
    char       link[200];
} Print;

static bool print_it(Ctx *ctx, void *arg, Error *e)
{
    Print   *p = arg;
    PaperDoc doc;
    Str      out = STR_NONE;
    if (!paper_receipt(ctx, &p->ref, &p->wish, &doc, e)
        || !paper_write(ctx, &doc, &p->wish, p->form, &out, e))
        return false;
    free(p->text);
    p->text = malloc(out.len + 1);
    if (!p->text) return err_memory(e);
    memcpy(p->text, out.ptr, out.len);
    p->len = out.len;
    (void)snprintf(p->link, sizeof p->link, "%.*s", STR_FMT(doc.link));
    return true;
}

static Str printed(Print *p)
{
    return kit_read(db, &env, print_it, p, &err) ? (Str){ p->text, p->len } : STR_NONE;
}

static Print print_of(ReceiptKind kind, Id document, PaperForm form)
{
    return (Print){ .ref  = { .kind = kind, .document = document },
                    .wish = { .columns = OPT_NONE },
                    .form = form };
}

static bool make_key(Ctx *ctx, void *arg, Error *e)
{
    (void)arg;
    return receipts_key_make(ctx, e) && receipts_key_make(ctx, e);
}

static void test_forms(Order *order)
{
    Print p    = print_of(RECEIPT_OF_SALE, order->id, PAPER_TEXT);
    Str   text = printed(&p);
    check(has(text, "LON-000001") && has(text, "TOTAL GBP") && has(text, "Cash") && !has(text, "/r/"),
          "without a key a receipt has no link");
    check_ok(kit_write(db, &env, make_key, NULL, &err), &err, "a key is made, once");
    env.public_url = STR("https://shop.example");
    check(has(printed(&p), "https://shop.example/r/"), "with one it has");
    p.form = PAPER_HTML;
    check(has(printed(&p), "<svg") && has((Str){ p.text, p.len }, "LON-000001"),
          "as a page it has codes to scan");
    p.form = PAPER_PDF;
    check(str_starts(printed(&p), STR("%PDF-")), "as PDF");
    p.form = PAPER_ESCPOS;
    check(has(printed(&p), "\x1D(k") && has((Str){ p.text, p.len }, "\x1DkI"), "for a printer");
    p.form          = PAPER_TEXT;
    p.wish.language = STR("de");
    p.wish.columns  = 32;
    check(has(printed(&p), "SUMME GBP") && has((Str){ p.text, p.len }, "7,50"),
          "in another language, on narrow paper");
    p.wish = (PaperWish){ .columns = OPT_NONE, .copy = true };
    check(has(printed(&p), "Copy"), "a copy says so");
    free(p.text);
}

static void test_gift(Order *order)
{
    Print p = print_of(RECEIPT_OF_GIFT, order->id, PAPER_TEXT);
    check(has(printed(&p), "2 x ") && !has((Str){ p.text, p.len }, "1.99")
              && !has((Str){ p.text, p.len }, "TOTAL"),
          "a gift receipt has no prices");
    p.ref.lines[0]   = 2;
    p.ref.line_count = 1;
    check(!has(printed(&p), "2 x ") && has((Str){ p.text, p.len }, "1 x "),
          "one of a single line has only that");
    ReceiptToken ask = { str_from(p.link) };
    ReceiptFound found;
    check_ok(fixture_call(db, &env, receipts_find_any, &ask, &found, sizeof found, NULL, &err), &err,
             "its code finds the order");
    check(str_eq(found.kind, STR("gift")) && id_eq(found.document, order->id) && found.lines.count == 1
              && str_eq(found.lines.items[0], STR("2")),
          "and says that it is a gift, and of which lines");
    p.ref.lines[0] = 9;
    check_refused(kit_read(db, &env, print_it, &p, &err), &err, &ERR_RECEIPT_LINES,
                  "a line that is not there is refused");
    free(p.text);
}

static void test_links(Order *order)
{
    Print p = print_of(RECEIPT_OF_SALE, order->id, PAPER_TEXT);
    char  link[200];
    bool  all = true;
    (void)printed(&p);
    size_t length = strlen(p.link);
    for (size_t i = length - 40; i < length; i++) {
        memcpy(link, p.link, sizeof link);
        link[i]          = link[i] == 'A' ? 'B' : 'A';
        ReceiptToken ask = { { link, length } };
        ReceiptFound found;
        bool good = fixture_call(db, &env, receipts_find_any, &ask, &found, sizeof found, NULL, &err);
        all       = all
           && (i == length - 1 || (!good && err.def == &ERR_RECEIPT_LINK)); /* its last bits say nothing */
    }
    check(all, "a link with a sign changed is refused");
    static const char *const bad[] = { "", "x", "AAAA",
                                       "=====", "AQABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
    for (size_t i = 0; i < COUNT(bad); i++) {
        ReceiptToken ask = { str_from(bad[i]) };
        ReceiptFound found;
        check_refused(fixture_call(db, &env, receipts_find_any, &ask, &found, sizeof found, NULL, &err),
                      &err, &ERR_RECEIPT_LINK, "what is no link is refused");
    }
    free(p.text);
}

static void test_return(Order *order)
{
    ReturnLineInput line    = { .line = 1, .part = OPT_NONE, .quantity = 1000 };
    ReturnRequest   request = {
          .order = order->id, .location = STR("LON"), .shipping = OPT_NONE, .lines = { &line, 1 }
    };
    static Return back;
    check_ok(fixture_call(db, &env, returns_create_any, &request, &back, sizeof back, NULL, &err), &err,
             "a return");
    Print p = print_of(RECEIPT_OF_RETURN, back.id, PAPER_TEXT);
    check(has(printed(&p), "Return") && has((Str){ p.text, p.len }, "of receipt LON-000001")
              && has((Str){ p.text, p.len }, "REFUNDED GBP") && has((Str){ p.text, p.len }, "-1.99"),
          "its receipt says what was given back, and of which sale");
    free(p.text);
}

/* --- templates --- */

static bool put_template(ReceiptTemplate template, ReceiptTemplate *out)
{
    template.columns = template.columns ? template.columns : OPT_NONE;
    return fixture_call(db, &env, receipt_templates_change_any, &template, out, sizeof *out, NULL, &err);
}

static void test_templates(Order *order)
{
    static ReceiptTemplate out;
    Str                    hide[] = { STR("barcode"), STR("saved") }, wrong[] = { STR("total") };
    check_ok(put_template((ReceiptTemplate){ .location = STR("*"),
                                             .language = STR("fr"),
                                             .header   = STR("# {merchant}"),
                                             .footer   = STR("Merci"),
                                             .standard = true,
                                             .hide     = { hide, COUNT(hide) } },
                          &out),
             &err, "a template for all locations");
    check(str_eq(out.footer, STR("Merci")) && out.hide.count == 2 && out.standard, "is kept");
    Print p = print_of(RECEIPT_OF_SALE, order->id, PAPER_TEXT);
    check(has(printed(&p), "Merci") && has((Str){ p.text, p.len }, "TOTAL GBP")
              && has((Str){ p.text, p.len }, "7,50"),
          "its language is the standard one");
    check_ok(
        put_template(
            (ReceiptTemplate){ .location = STR("LON"), .language = STR("fr"), .footer = STR("À Londres") },
            &out),
        &err, "one for a location");
    check(has(printed(&p), "À Londres") && !has((Str){ p.text, p.len }, "Merci"), "goes before that");
    check_refused(
        put_template(
            (ReceiptTemplate){ .location = STR("LON"), .language = STR("fr"), .hide = { wrong, 1 } },
            &out),
        &err, &ERR_FIELD_INVALID, "the sum cannot be left out");
    check(strcmp(err.field, "hide[0]") == 0 && strstr(err.message, "what can:"), "which is said");
    check_refused(
        put_template(
            (ReceiptTemplate){ .location = STR("LON"), .language = STR("fr"), .legal = STR("a\n{b}") },
            &out),
        &err, &ERR_FIELD_INVALID, "a fact that is not known is refused");
    check(strcmp(err.field, "legal") == 0 && strstr(err.message, "line 2: {b}"), "with its line");
    check_refused(put_template((ReceiptTemplate){ .location = STR("XYZ"), .language = STR("fr") }, &out),
                  &err, &ERR_FIELD_INVALID, "a location that is not there is refused");
    check_refused(
        put_template(
            (ReceiptTemplate){ .location = STR("LON"), .language = STR("fr"), .logo = STR("AAAA") }, &out),
        &err, &ERR_FIELD_INVALID, "a logo that is no PNG is refused");
    static ReceiptTemplateList list;
    for (int i = 0; i < 2; i++) {
        ReceiptTemplateAt at = { i ? STR("*") : STR("LON"), STR("fr") };
        check_ok(fixture_call(db, &env, receipt_templates_end_any, &at, &list, sizeof list, NULL, &err),
                 &err, "a template is dropped");
    }
    check(list.items.count == 0 && has(printed(&p), "TOTAL GBP") && has((Str){ p.text, p.len }, "7.50"),
          "then the country's language holds again");
    free(p.text);
}

/* --- the page --- */

typedef struct {
    char token[200], html[200000];
    Str  language;
    Str  form; /* none: it is only looked at */
    bool pdf;
} Visit;

static bool visit(Ctx *ctx, void *arg, Error *e)
{
    Visit         *v    = arg;
    ReceiptPageAsk ask  = { str_from(v->token), v->language };
    PaperReply     page = { .text = STR_NONE };
    RawRequest     raw  = { v->form, STR_NONE };
    ctx->who            = (Principal){ .merchant = 0 };
    ctx->raw            = v->form.ptr ? &raw : NULL;
    bool ok             = v->form.ptr ? receipt_page_take(ctx, &ask, &page, e)
                        : v->pdf      ? receipt_page_pdf(ctx, &ask, &page, e)
                                      : receipt_page_show(ctx, &ask, &page, e);
    if (ok) (void)snprintf(v->html, sizeof v->html, "%.*s", STR_FMT(page.text));
    return ok;
}

static bool optin_of(Ctx *ctx, void *arg, Error *e)
{
    ReceiptOptinProfileRow row;
    ReceiptOptinProfileIn  in    = { ctx->who.merchant, *(Id *)arg, STR("ada@example.org") };
    bool                   found = false, holds = false, marketing = false;
    ConsentList            list;
    if (!q_receipt_optin_profile_one(ctx->tx, ctx->arena, &in, &row, &found, e) || !found) return false;
    if (!consents_holds(ctx, row.id, STR("digital_receipt"), &holds, e)
        || !consents_holds(ctx, row.id, STR("email_marketing"), &marketing, e))
        return false;
    list = (ConsentList){ .items = { NULL, 0 } };
    return holds && marketing && consents_list(ctx, &(ConsentsAsk){ row.id, STR_NONE, OPT_NONE }, &list, e)
        && list.items.count == 2 && str_eq(list.items.items[0].channel, STR("receipt"))
        && id_eq(list.items.items[0].document, *(Id *)arg)
        && str_eq(list.items.items[1].wording, STR("News & <offers> by e-mail?"));
}

static void test_page(Order *order)
{
    static Visit           v;
    static ReceiptTemplate out;
    Print                  p = print_of(RECEIPT_OF_SALE, order->id, PAPER_TEXT);
    check_ok(put_template((ReceiptTemplate){ .location = STR("*"),
                                             .language = STR("en"),
                                             .optin    = STR("News & <offers> by e-mail?") },
                          &out),
             &err, "what may be consented to");
    (void)printed(&p);
    (void)snprintf(v.token, sizeof v.token, "%s", strstr(p.link, "/r/") + 3);
    check_ok(kit_read(db, &env, visit, &v, &err), &err, "the page of a receipt");
    check(strstr(v.html, "LON-000001") && strstr(v.html, "/receipt.pdf?language=en")
              && strstr(v.html, "&lt;offers&gt;") && !strstr(v.html, "name=\"always\""),
          "has the receipt, its PDF, the wording; without a mail server nothing of e-mail");
    env.mail_url  = STR("smtp://127.0.0.1:1");
    env.mail_from = STR("shop@shop.example");
    v.language    = STR("ar");
    check_ok(kit_read(db, &env, visit, &v, &err), &err, "in Arabic");
    check(strstr(v.html, "dir=\"rtl\"") && strstr(v.html, "name=\"always\""), "it runs from the right");
    v.language = STR("en");
    v.pdf      = true;
    check_ok(kit_read(db, &env, visit, &v, &err), &err, "its PDF");
    v.form = STR("email=nonsense");
    check_ok(kit_write(db, &env, visit, &v, &err), &err, "what is no address");
    check(strstr(v.html, "role=\"alert\"") && strstr(v.html, "value=\"nonsense\""), "is told on the page");
    v.form = STR("email=4111111111111111%40example.org");
    check_ok(kit_write(db, &env, visit, &v, &err), &err, "a card number in the address");
    check(strstr(v.html, "role=\"alert\"") != NULL, "is refused");
    v.form = STR("email=Ada%40example.org&always=1&optin=1");
    check_ok(kit_write(db, &env, visit, &v, &err), &err, "an address with both consents");
    check(strstr(v.html, "on its way to ada@example.org") != NULL, "is taken");
    check_ok(kit_write(db, &env, visit, &v, &err), &err, "the same again");
    Id id = order->id;
    check(kit_read(db, &env, optin_of, &id, &err),
          "changes nothing: both consents, with words, channel and receipt, once");
    v.form = STR_NONE;
    v.pdf  = false;
    kit_now_ms += (int64_t)1096 * 24 * 3600 * 1000;
    check_refused(kit_read(db, &env, visit, &v, &err), &err, &ERR_RECEIPT_LINK,
                  "after its days a link is not good");
    kit_now_ms -= (int64_t)1096 * 24 * 3600 * 1000;
    free(p.text);
}

/* --- e-mail --- */

static uint8_t job_memory[4 << 20];

static bool run_jobs(void)
{
    Arena arena;
    arena_init(&arena, job_memory, sizeof job_memory);
    return receipts_due(db, &env, &arena, kit_now_ms, &err);
}

static ReceiptMail mail_of(Id id)
{
    static ReceiptMail mail;
    (void)fixture_call(db, &env, receipt_mails_show_any, &(ById){ id }, &mail, sizeof mail, NULL, &err);
    return mail;
}

static void test_mail(Order *order)
{
    static ReceiptMail mail;
    ReceiptMailInput   in = { .id = order->id, .address = STR("Bob@Example.org"), .language = STR("en") };
    env.mail_url          = STR_NONE;
    check_refused(fixture_call(db, &env, receipt_mails_order_any, &in, &mail, sizeof mail, NULL, &err),
                  &err, &ERR_MAIL_NONE, "without a mail server none is taken");
    env.mail_url = STR("smtp://127.0.0.1:1");
    check_ok(fixture_call(db, &env, receipt_mails_order_any, &in, &mail, sizeof mail, NULL, &err), &err,
             "a mail");
    Id first = mail.id;
    check(str_eq(mail.state, STR("waiting")) && str_eq(mail.address, STR("bob@example.org")), "waits");
    check_ok(fixture_call(db, &env, receipt_mails_order_any, &in, &mail, sizeof mail, NULL, &err), &err,
             "asked twice");
    check(id_eq(mail.id, first), "is the same");
    check_ok(run_jobs() && run_jobs(), &err, "the server is not there"); /* one of the page was first */
    mail = mail_of(first);
    check(str_eq(mail.state, STR("waiting")) && mail.attempts == 1 && mail.reason.len
              && mail.next_at > kit_now_ms,
          "it waits, and says why");
    check_ok(run_jobs(), &err, "it is not tried at once");
    check(mail_of(first).attempts == 1, "again");
    for (int i = 0; i < 12; i++) {
        kit_now_ms += (int64_t)5 * 3600 * 1000;
        for (int j = 0; j < 3; j++) (void)run_jobs(); /* the one of the page waits as well */
    }
    mail = mail_of(first);
    check(str_eq(mail.state, STR("failed")) && mail.attempts == 10 && mail.settled_at != OPT_NONE,
          "after ten attempts it has failed");
    check_ok(
        fixture_call(db, &env, receipt_mails_retry_any, &(ById){ first }, &mail, sizeof mail, NULL, &err),
        &err, "a person wants it tried again");
    check(str_eq(mail.state, STR("waiting")) && mail.attempts == 0, "it waits again");
    static const char *const bad[] = { "x",         "a@b",     "a b@c.org", "a@c.org\r\nRCPT TO:<x@y.org>",
                                       "<a@c.org>", "a@@c.org" };
    for (size_t i = 0; i < COUNT(bad); i++) {
        in.address = str_from(bad[i]);
        check_refused(fixture_call(db, &env, receipt_mails_order_any, &in, &mail, sizeof mail, NULL, &err),
                      &err, &ERR_FIELD_INVALID, "what is no address is refused");
    }
    bool most = false;
    for (int i = 0; i < 6 && !most; i++) {
        char text[40];
        (void)snprintf(text, sizeof text, "p%d@example.org", i);
        in.address = str_from(text);
        most       = !fixture_call(db, &env, receipt_mails_order_any, &in, &mail, sizeof mail, NULL, &err)
            && err.def == &ERR_MAIL_TOO_MANY;
    }
    check(most, "a receipt goes to five addresses, not to more");
}

static bool forget_bob(Ctx *ctx, void *arg, Error *e)
{
    (void)arg;
    return receipts_forget(ctx, ctx_new_id(ctx), STR("bob@example.org"), e);
}

static bool look_for_bob(Ctx *ctx, void *arg, Error *e)
{
    ReceiptMailFind ask  = { .limit = 200 };
    ReceiptMailList list = { .items = { NULL, 0 } };
    if (!receipt_mails_list(ctx, &ask, &list, e)) return false;
    for (size_t i = 0; i < list.items.count; i++) {
        const ReceiptMail *mail = &list.items.items[i];
        if (str_eq(mail->address, STR("bob@example.org"))) *(bool *)arg = true;
        if (!mail->address.ptr && !str_eq(mail->state, STR("failed"))) return false;
    }
    return list.items.count >= 5;
}

static void test_forget(void)
{
    bool there = false;
    check(kit_read(db, &env, look_for_bob, &there, &err) && there, "an address is among the mails");
    check_ok(kit_write(db, &env, forget_bob, NULL, &err), &err, "until it is forgotten");
    there = false;
    check(kit_read(db, &env, look_for_bob, &there, &err) && !there,
          "then it is not, and nothing is sent there");
}

/* --- gift cards --- */

FIXTURE_ANY(gift_cards_create)

static bool print_card(Ctx *ctx, void *arg, Error *e)
{
    GiftCardPaperAsk *ask  = arg;
    PaperReply        page = { .text = STR_NONE };
    if (!paper_gift_text(ctx, ask, &page, e)) return false;
    bool code = ask->code.len > 0;
    return has(page.text, "Gift card") && has(page.text, "25.00") && has(page.text, "0001")
        && has(page.text, "GIFT-CARD-77-0001") == code && paper_gift_escpos(ctx, ask, &page, e)
        && has(page.text, "\x1D(k") == code;
}

static void test_gift_card(void)
{
    static GiftCard  card;
    GiftCardInput    in  = { .code     = STR("GIFT-CARD-77-0001"),
                             .currency = STR("GBP"),
                             .location = STR("LON"),
                             .amount   = 2500,
                             .reason   = STR("lost parcel") };
    GiftCardPaperAsk ask = { .columns = OPT_NONE, .loaded = OPT_NONE };
    check_ok(fixture_call(db, &env, gift_cards_create_any, &in, &card, sizeof card, NULL, &err), &err,
             "a gift card");
    ask.id = card.id;
    check_ok(kit_read(db, &env, print_card, &ask, &err), &err, "its slip has no code when nobody says it");
    ask.code = STR("GIFT-CARD-77-0001");
    check_ok(kit_read(db, &env, print_card, &ask, &err), &err,
             "and has it, to be scanned, when it is said");
    ask.code = STR("GIFT-CARD-77-0002");
    check(!kit_read(db, &env, print_card, &ask, &err), "the code of no card is refused");
}

int main(void)
{
    db = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "a shop");
    Order order = sell((Id){ { 0 } });
    test_forms(&order);
    test_gift(&order);
    test_links(&order);
    test_return(&order);
    test_templates(&order);
    test_page(&order);
    test_mail(&order);
    test_gift_card();
    test_forget();
    kit_close(db);
    return check_finish("receipts");
}
