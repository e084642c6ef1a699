/* loyalty_join_test.c — joining by phone at a till: the link, the page, what is refused, and the offer
 * that holds for the basket at once. */
#include "flows/loyalty.h"

#include "shop/campaigns/campaigns.h"
#include "shop/consents/consents.h"
#include "shop/customers/customers.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include <string.h>

static Env   env;
static Db   *db;
static Error err;
static char  token[60];
static Id    join_id, member, known, asked;

FIXTURE_ANY(loyalty_programme_change)
FIXTURE_ANY(loyalty_joins_create)
FIXTURE_ANY(quotes_create)

static const FixtureCaller me = { 0, PERMS_ALL };

static bool call(FixtureHandler handler, const void *request, void *reply, size_t size)
{
    kit_now_ms += 1000;
    return fixture_as(db, &env, me, handler, request, reply, size, &err);
}

static bool has_text(Str page, const char *what)
{
    size_t len = strlen(what);
    for (size_t i = 0; i + len <= page.len; i++)
        if (memcmp(page.ptr + i, what, len) == 0) return true;
    return false;
}

/* --- what a phone does --- */

static char page[65536];

static void keep(const JoinPage *reply)
{
    size_t len = reply->text.len < sizeof page - 1 ? reply->text.len : sizeof page - 1;
    memcpy(page, reply->text.ptr, len);
    page[len] = 0;
}

static bool open_page(Ctx *ctx, void *arg, Error *e)
{
    JoinToken in    = { str_from(token) };
    JoinPage  reply = { STR_NONE };
    ctx->who        = (Principal){ .merchant = 0 }; /* nobody's yet: the link says whose */
    if (!join_page_show(ctx, &in, &reply, e)) return false;
    keep(&reply);
    return true;
}

static bool send_page(Ctx *ctx, void *arg, Error *e)
{
    JoinToken  in    = { str_from(token) };
    JoinPage   reply = { STR_NONE };
    RawRequest raw   = { str_from(arg), STR_NONE };
    ctx->who         = (Principal){ .merchant = 0 };
    ctx->raw         = &raw;
    if (!join_page_take(ctx, &in, &reply, e)) return false;
    keep(&reply);
    return true;
}

static bool phone_opens(void)
{
    err = (Error){ 0 };
    return kit_read(db, &env, open_page, NULL, &err);
}

static bool phone_sends(char *form)
{
    err = (Error){ 0 };
    kit_now_ms += 1000;
    return kit_write(db, &env, send_page, form, &err);
}

/* --- the shop --- */

static bool promote(Ctx *ctx, void *arg, Error *e)
{
    static char json[] =
        "{\"code\":\"welcome\",\"name\":\"A quarter off, today\",\"phase\":\"order\",\"percent\":250000,"
        "\"personal\":true}";
    return fixture_promotion(ctx, json, e);
}

static bool only_once(Ctx *ctx, void *arg, Error *e)
{
    return campaigns_put_budget(ctx, &(BudgetInput){ STR("welcome"), OPT_NONE, OPT_NONE, 1 }, e);
}

static void make_programme(void)
{
    LoyaltyProgramme shown, club = { .name            = STR("Tea & Club"),
                                     .currency        = STR("GBP"),
                                     .worth_amount    = 1,
                                     .worth_points    = 1,
                                     .pending_days    = OPT_NONE,
                                     .expiry_days     = OPT_NONE,
                                     .tier_days       = OPT_NONE,
                                     .grace_days      = OPT_NONE,
                                     .join_offer_days = 1,
                                     .join_offer      = STR("welcome"),
                                     .terms           = STR("I agree to <the> terms."),
                                     .marketing       = STR("Send me offers.") };
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err) && kit_write(db, &env, promote, NULL, &err)
                 && kit_write(db, &env, only_once, NULL, &err),
             &err, "there is a shop with an offer for who joins");
    check_ok(call(loyalty_programme_change_any, &club, &shown, sizeof shown), &err, "and a programme");
}

static bool ask_to_join(void)
{
    LoyaltyJoin reply;
    JoinInput   in = { .location = STR("LON"), .customer = asked };
    if (!call(loyalty_joins_create_any, &in, &reply, sizeof reply)) return false;
    join_id = reply.id;
    memset(token, 0, sizeof token);
    memcpy(token, reply.path.ptr + 3, reply.path.len - 3);
    return str_eq(reply.state, STR("open")) && reply.link.len == reply.path.len + 19 && reply.qr.len > 500
        && strlen(token) == 26;
}

static LoyaltyJoin seen;

static bool look(Ctx *ctx, void *arg, Error *e)
{
    seen = (LoyaltyJoin){ .state = STR_NONE };
    return loyalty_joins_show(ctx, &(ById){ join_id }, &seen, e);
}

static int64_t quoted(void)
{
    Quote        reply;
    BasketLine   line = { .sku = STR("CAKE"), .quantity = 2000 };
    QuoteRequest in   = {
          .location = STR("LON"), .channel = STR("pos"), .customer = member, .lines = { &line, 1 }
    };
    return call(quotes_create_any, &in, &reply, sizeof reply) ? reply.total : -1;
}

static bool consents(Ctx *ctx, void *arg, Error *e)
{
    ConsentList list = { .next_cursor = STR_NONE };
    if (!consents_list(ctx, &(ConsentsAsk){ member, STR_NONE, OPT_NONE }, &list, e)) return false;
    return list.items.count == 2 && str_eq(list.items.items[0].what, STR("loyalty"))
        && str_eq(list.items.items[0].wording, STR("I agree to <the> terms."))
        && str_eq(list.items.items[0].channel, STR("join_page"))
        && id_eq(list.items.items[0].document, join_id)
        && str_eq(list.items.items[1].what, STR("email_marketing"));
}

static void a_form(void)
{
    check_ok(ask_to_join(), &err, "a till has a link and a QR code of it");
    check_ok(phone_opens(), &err, "a phone opens the link");
    check(has_text(str_from(page), "Tea &amp; Club")
              && has_text(str_from(page), "I agree to &lt;the&gt; terms.")
              && !has_text(str_from(page), "<script"),
          "which shows the programme and what is consented to, safely and without scripts");
    static char no_name[]  = "name=&email=a%40b.de&terms=1",
                no_terms[] = "name=Ann&email=ann%40example.org",
                card[]     = "name=Ann&phone=4111+1111+1111+1111&terms=1",
                bad_mail[] = "name=%3Cb%3E&email=ann&terms=1",
                bad_day[] = "name=Ann&phone=123&birthday=13-40&terms=1", broken[] = "name=%zz";
    check(phone_sends(no_name) && has_text(str_from(page), "Please tell us your name."),
          "a name is needed");
    check(phone_sends(no_terms) && has_text(str_from(page), "Without your consent"), "consent is needed");
    check(has_text(str_from(page), "value=\"ann@example.org\""), "what was typed stays");
    check(phone_sends(card) && has_text(str_from(page), "payment card"), "a card number is not taken");
    check(phone_sends(bad_mail) && has_text(str_from(page), "id=\"email-wrong\"")
              && has_text(str_from(page), "value=\"&lt;b&gt;\""),
          "a wrong address is told at its field");
    check(phone_sends(bad_day) && has_text(str_from(page), "id=\"birthday-wrong\""), "and a wrong day");
    check_refused(phone_sends(broken), &err, &ERR_FIELD_INVALID, "what no browser sends is refused");
    check(kit_read(db, &env, look, NULL, &err) && str_eq(seen.state, STR("open")),
          "nobody has joined so far");
}

static void joined(void)
{
    static char good[] =
        "name=Ann+O%27Hara&email=Ann%40Example.org&phone=&birthday=07-24&terms=1&marketing=1";
    check_ok(phone_sends(good), &err, "the form is sent");
    check(has_text(str_from(page), "Welcome") && has_text(str_from(page), "A quarter off, today")
              && has_text(str_from(page), "<svg"),
          "the phone shows the offer and the card of the member");
    check(kit_read(db, &env, look, NULL, &err) && str_eq(seen.state, STR("joined")) && seen.member
              && str_eq(seen.member->name, STR("Ann O'Hara")) && str_eq(seen.offer, STR("welcome")),
          "and the till sees who has joined");
    member = seen.customer;
    check(kit_read(db, &env, consents, NULL, &err), "what was consented to is kept word by word");
    check(quoted() == 525, "the offer holds for the basket at once");
    check(phone_sends(good) && has_text(str_from(page), "You are a member")
              && !has_text(str_from(page), "class=\"number\""),
          "sent again nothing happens, and nothing is told twice");
    check(phone_opens() && !has_text(str_from(page), "<form"), "the link cannot be used by another");
    check_ok(ask_to_join(), &err, "there is another link");
    check(phone_sends(good) && kit_read(db, &env, look, NULL, &err) && !id_eq(seen.customer, member),
          "who types in somebody else's address does not become them");
}

static bool same_person(Ctx *ctx, void *arg, Error *e)
{
    ConsentList list = { .next_cursor = STR_NONE };
    if (!consents_list(ctx, &(ConsentsAsk){ known, STR_NONE, OPT_NONE }, &list, e)) return false;
    return id_eq(seen.customer, known) && !seen.fresh && list.items.count == 1
        && str_eq(list.items.items[0].channel, STR("join_page"));
}

static bool make_known(Ctx *ctx, void *arg, Error *e)
{
    return customers_put(ctx, &(CustomerInput){ .name = STR("Zoe Known") }, &known, e);
}

/* Who is a customer already joins without typing anything. */
static void known_already(void)
{
    static char consent[] = "terms=1", empty[] = "";
    check_ok(kit_write(db, &env, make_known, NULL, &err), &err, "there is a customer");
    asked = member;
    asked.bytes[15] ^= 1;
    check(!ask_to_join() && str_eq(str_from(err.field), STR("customer")),
          "nobody is asked in who is not there");
    asked = known;
    check_ok(ask_to_join(), &err, "a till asks a customer it knows");
    check(phone_opens() && !has_text(str_from(page), "name=\"phone\"") && !has_text(str_from(page), "Zoe")
              && has_text(str_from(page), "name=\"terms\""),
          "the page asks for nothing but consent and tells nothing of the customer");
    check(phone_sends(empty) && has_text(str_from(page), "Without your consent"), "which is needed");
    check(phone_sends(consent) && kit_read(db, &env, look, NULL, &err)
              && kit_read(db, &env, same_person, NULL, &err),
          "the same customer is a member then");
    asked = (Id){ { 0 } };
}

static void over(void)
{
    check_ok(ask_to_join(), &err, "a link");
    kit_now_ms += 11 * 60000;
    check_refused(phone_opens(), &err, &ERR_JOIN_OVER, "leads nowhere when its time is over");
    token[0] = token[0] == 'x' ? 'y' : 'x';
    check_refused(phone_opens(), &err, &ERR_JOIN_OVER, "as does one that was guessed");
    check(kit_read(db, &env, look, NULL, &err) && str_eq(seen.state, STR("over")),
          "the till sees that, too");
}

int main(void)
{
    db             = kit_open(&env);
    env.public_url = STR("http://shop.example");
    kit_now_ms     = 1764000000000;
    make_programme();
    a_form();
    joined();
    known_already();
    over();
    kit_close(db);
    return check_finish("loyalty_join");
}
