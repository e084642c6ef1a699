/* loyalty_join.c — joining by phone at a till: a link that can be used once, the page behind it, and what
 * the till sees of it. Whom the till knows already only consents, and the page tells nothing of them.
 * Who else joins so gets a profile of their own, also when another has the same e-mail
 * address or phone number: nobody becomes somebody else by typing in their number at a till. Who is the
 * same is for a person to say (duplicates). */
#include "all_sql.h"
#include "core/pan.h"
#include "flows/join_page.h"
#include "flows/loyalty.h"
#include "base/percent.h"
#include "shop/customers/customers.h"
#include "shop/locations/locations.h"
#include "shop/promotions/promotions.h"
#include "shop/settings/settings.h"
#include "sys/qr.h"

#include <openssl/sha.h>
#include <stdio.h>

enum { TOKEN_BYTES = 16, MINUTE_MS = 60000 };

static Str hash_of(Ctx *ctx, Str token)
{
    unsigned char *hash = arena_alloc(ctx->arena, SHA256_DIGEST_LENGTH);
    if (!hash) return STR_NONE;
    SHA256((const unsigned char *)token.ptr, token.len, hash);
    return (Str){ (const char *)hash, SHA256_DIGEST_LENGTH };
}

/* --- at the till --- */

static Str make_token(Ctx *ctx)
{
    static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
    unsigned char     random[26];
    char             *text = arena_alloc(ctx->arena, sizeof random);
    if (!text) return STR_NONE;
    env_random(ctx->env, random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++) text[i] = digits[random[i] & 31];
    return (Str){ text, sizeof random };
}

static bool refuse_customer(Error *err)
{
    (void)snprintf(err->field, sizeof err->field, "customer");
    return false;
}

bool loyalty_joins_create(Ctx *ctx, const JoinInput *request, LoyaltyJoin *reply, Error *err)
{
    Location         place;
    LoyaltyProgramme programme;
    Customer         who;
    bool             found   = false;
    int64_t          minutes = 0;
    Str              token   = make_token(ctx);
    if (!token.ptr) return err_memory(err);
    if (!locations_get(ctx, request->location, &place, err)
        || !loyalty_programme(ctx, &programme, &found, err)
        || !settings_get(ctx, &SETTING_JOIN_MINUTES, &minutes, err))
        return false;
    if (!id_is_none(request->customer) && !customers_living(ctx, request->customer, &who, err))
        return refuse_customer(err);
    if (!found || programme.off)
        return err_set(err, &ERR_LOYALTY_NONE, "", "make one: PUT /v1/loyalty/programme");
    LoyaltyJoinPutIn in = { ctx->who.merchant,
                            ctx_new_id(ctx),
                            hash_of(ctx, token),
                            request->location,
                            request->channel.len ? request->channel : STR("pos"),
                            ctx->now_ms,
                            ctx->now_ms + minutes * MINUTE_MS,
                            request->customer };
    if (!in.hash.ptr) return err_memory(err);
    *reply = (LoyaltyJoin){ .id         = in.id,
                            .state      = STR("open"),
                            .path       = str_format(ctx->arena, "/j/%.*s", STR_FMT(token)),
                            .location   = in.location,
                            .expires_at = in.expires_at_ms };
    if (!reply->path.ptr) return err_memory(err);
    Str base = ctx->env->public_url;
    if (base.len) reply->link = str_format(ctx->arena, "%.*s%.*s", STR_FMT(base), STR_FMT(reply->path));
    if (base.len && !reply->link.ptr) return err_memory(err);
    return (!base.len || qr_svg(ctx->arena, reply->link, &reply->qr, err))
        && q_loyalty_join_put_exec(ctx->tx, &in, NULL, err);
}

bool loyalty_joins_show(Ctx *ctx, const ById *request, LoyaltyJoin *reply, Error *err)
{
    LoyaltyJoinFindRow row = { .location = STR_NONE };
    LoyaltyJoinFindIn  in  = { ctx->who.merchant, request->id };
    LoyaltyProgramme   programme;
    bool               found = false, there = false;
    if (!q_loyalty_join_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "nobody was asked to join by this");
    bool over = row.expires_at_ms <= ctx->now_ms;
    *reply    = (LoyaltyJoin){ .id         = request->id,
                               .state      = row.joined_at_ms ? STR("joined")
                                           : over             ? STR("over")
                                                              : STR("open"),
                               .location   = row.location,
                               .expires_at = row.expires_at_ms,
                               .customer   = row.customer,
                               .fresh      = row.fresh };
    if (id_is_none(row.customer)) return true;
    reply->member = arena_new(ctx->arena, LoyaltyAccount);
    if (!reply->member) return err_memory(err);
    if (!loyalty_programme(ctx, &programme, &there, err)
        || !loyalty_account_show(ctx, row.customer, reply->member, err))
        return false;
    reply->offer = programme.join_offer;
    return true;
}

/* --- on the phone --- */

/* The join behind a link; ctx becomes that of its merchant. Errors: JOIN_OVER. */
static bool find_join(Ctx *ctx, Str token, LoyaltyJoinByHashRow *row, LoyaltyProgramme *programme,
                      Str *place, Error *err)
{
    LoyaltyJoinByHashIn in    = { hash_of(ctx, token) };
    bool                found = false;
    Location            location;
    if (!in.hash.ptr) return err_memory(err);
    if (!q_loyalty_join_by_hash_one(ctx->tx, ctx->arena, &in, row, &found, err)) return false;
    if (!found || row->expires_at_ms <= ctx->now_ms)
        return err_set(err, &ERR_JOIN_OVER, "token", "ask at the till for another one");
    ctx->who.merchant = row->merchant;
    if (!locations_get(ctx, row->location, &location, err)
        || !loyalty_programme(ctx, programme, &found, err))
        return false;
    *place = location.name;
    return found || err_set(err, &ERR_LOYALTY_NONE, "", "there is no programme any more");
}

bool join_page_show(Ctx *ctx, const JoinToken *request, JoinPage *reply, Error *err)
{
    LoyaltyJoinByHashRow row = { .joined_at_ms = 0 };
    LoyaltyProgramme     programme;
    Str                  place = STR_NONE;
    JoinForm             empty = { .terms = false };
    if (!find_join(ctx, request->token, &row, &programme, &place, err)) return false;
    empty.known = !id_is_none(row.known);
    return row.joined_at_ms ? join_page_done(ctx->arena, &programme, STR(""), STR(""), &reply->text, err)
                            : join_page_form(ctx->arena, &programme, place, &empty, &reply->text, err);
}

static bool read_form(Ctx *ctx, JoinForm *form, Error *err)
{
    Str    terms = STR_NONE, marketing = STR_NONE, body = ctx->raw->body;
    Arena *a = ctx->arena;
    if (!percent_form(a, body, STR("name"), &form->name)
        || !percent_form(a, body, STR("email"), &form->email)
        || !percent_form(a, body, STR("phone"), &form->phone)
        || !percent_form(a, body, STR("birthday"), &form->birthday)
        || !percent_form(a, body, STR("terms"), &terms)
        || !percent_form(a, body, STR("marketing"), &marketing))
        return err_set(err, &ERR_FIELD_INVALID, "", "is no form of this page");
    form->terms     = terms.len > 0;
    form->marketing = marketing.len > 0;
    return true;
}

static bool wrong(JoinForm *form, const char *field, const char *reason)
{
    form->wrong  = str_from(field);
    form->reason = str_from(reason);
    return false;
}

/* A card number is not even shown again. */
static bool no_card(JoinForm *form)
{
    static const char *const names[] = { "name", "email", "phone", "birthday" };
    Str *const               texts[] = { &form->name, &form->email, &form->phone, &form->birthday };
    bool                     fine    = true;
    for (size_t i = 0; i < COUNT(texts); i++) {
        if (!pan_found(*texts[i], false)) continue;
        *texts[i] = STR("");
        fine      = wrong(form, names[i],
                          "This looks like the number of a payment card. Never type it in here.");
    }
    return fine;
}

/* Whether the form can be taken; else it says what is wrong. */
static bool check_form(JoinForm *form)
{
    if (!no_card(form)) return false;
    if (!form->terms && form->known) return wrong(form, "terms", "Without your consent you cannot join.");
    if (form->known) return true;
    if (!form->name.len) return wrong(form, "name", "Please tell us your name.");
    if (form->name.len > 120) return wrong(form, "name", "This name is too long.");
    if (!form->email.len && !form->phone.len)
        return wrong(form, "email", "Please give an e-mail address or a phone number.");
    if (form->email.len > 200) return wrong(form, "email", "This address is too long.");
    if (form->phone.len > 40) return wrong(form, "phone", "This number is too long.");
    if (!form->terms) return wrong(form, "terms", "Without your consent you cannot join.");
    return true;
}

/* Makes the profile; what customers refuses is told at its field. */
static bool make_customer(Ctx *ctx, JoinForm *form, Id *id, bool *fine, Error *err)
{
    CustomerInput in = { .name     = form->name,
                         .email    = form->email,
                         .phone    = form->phone,
                         .birthday = form->birthday.len ? form->birthday : STR_NONE };
    *fine            = customers_put(ctx, &in, id, err);
    if (*fine || err->def != &ERR_FIELD_INVALID) return *fine;
    Str field  = str_dup(ctx->arena, str_from(err->field)),
        reason = str_dup(ctx->arena, str_from(err->message));
    if (!field.ptr || !reason.ptr) return err_memory(err);
    form->wrong  = field;
    form->reason = str_format(ctx->arena, "This %.*s.", STR_FMT(reason));
    *err         = (Error){ 0 };
    return form->reason.ptr || err_memory(err);
}

/* Whom the till knows, if that is still somebody; else a new one. */
static bool find_customer(Ctx *ctx, JoinForm *form, Id known, Id *id, bool *fine, Error *err)
{
    Customer who;
    if (!form->known) return make_customer(ctx, form, id, fine, err);
    *id   = known;
    *fine = customers_living(ctx, known, &who, err);
    return *fine;
}

static bool welcome(Ctx *ctx, const LoyaltyProgramme *programme, Id customer, JoinPage *reply, Error *err)
{
    PromotionInfo offer = { .rule = NULL };
    Member        member;
    bool          found = false;
    if (!loyalty_find(ctx, customer, &member, &found, err)) return false;
    if (programme->join_offer.len && !promotions_info(ctx, programme->join_offer, OPT_NONE, &offer, err)) {
        if (err->def != &ERR_NOT_FOUND) return false;
        *err = (Error){ 0 };
    }
    return join_page_done(ctx->arena, programme, member.number, offer.rule ? offer.rule->name : STR(""),
                          &reply->text, err);
}

bool join_page_take(Ctx *ctx, const JoinToken *request, JoinPage *reply, Error *err)
{
    LoyaltyJoinByHashRow row = { .joined_at_ms = 0 };
    LoyaltyProgramme     programme;
    JoinForm             form     = { .terms = false };
    Str                  place    = STR_NONE;
    Id                   customer = { { 0 } };
    bool                 fine = false, fresh = false;
    int64_t              used = 0;
    if (!ctx->raw || !find_join(ctx, request->token, &row, &programme, &place, err)) return false;
    if (row.joined_at_ms)
        return join_page_done(ctx->arena, &programme, STR(""), STR(""), &reply->text, err);
    if (!read_form(ctx, &form, err)) return false;
    form.known = !id_is_none(row.known);
    if (check_form(&form) && !find_customer(ctx, &form, row.known, &customer, &fine, err)) return false;
    if (!fine) return join_page_form(ctx->arena, &programme, place, &form, &reply->text, err);
    LoyaltyJoinUseIn use = { ctx->who.merchant, row.id, customer, !form.known, ctx->now_ms };
    if (!q_loyalty_join_use_exec(ctx->tx, &use, &used, err)) return false;
    if (used != 1) return err_set(err, &ERR_JOIN_OVER, "token", "it was used a moment ago");
    JoinTerms terms = { .customer  = customer,
                        .document  = row.id,
                        .marketing = form.marketing,
                        .channel   = STR("join_page"),
                        .language  = STR("en") };
    return loyalty_enter(ctx, &terms, &fresh, err) && welcome(ctx, &programme, customer, reply, err);
}

bool loyalty_members_qr(Ctx *ctx, const ById *request, JoinPage *reply, Error *err)
{
    Member member;
    bool   found = false;
    if (!loyalty_find(ctx, request->id, &member, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "the customer is no member");
    return qr_svg(ctx->arena, member.number, &reply->text, err);
}
