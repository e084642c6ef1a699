/* giftcards.c — cards, their codes and balances. See giftcards.h. */
#include "shop/giftcards/giftcards.h"

#include "all_sql.h"
#include "core/coupon_code.h"
#include "shop/audit/audit.h"
#include "shop/events/events.h"
#include "shop/settings/settings.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <string.h>

enum { CODE_SIGNS = COUPON_LENGTH_MAX, PIN_DIGITS = 4, LAST4 = 4 };

static Str sha256(Arena *arena, Str text)
{
    unsigned char *hash = arena_alloc(arena, SHA256_DIGEST_LENGTH);
    if (!hash) return STR_NONE;
    SHA256((const unsigned char *)text.ptr, text.len, hash);
    return (Str){ (const char *)hash, SHA256_DIGEST_LENGTH };
}

/* A code as it is hashed: in upper case, without blanks and dashes; ours also with the signs that are
 * mistaken for others put right. */
static Str code_plain(Arena *arena, Str typed)
{
    CouponCode code = coupon_code_read(typed);
    char       text[COUPON_TEXT_MAX + 2];
    size_t     len = 0;
    Buf        buf = buf_make(arena, COUPON_TEXT_MAX);
    if (code.length > 0)
        len = coupon_code_write(coupon_code_prefix(&code), code.number, code.length, text);
    Str from = code.length > 0 ? (Str){ text, len } : coupon_code_text(&code);
    for (size_t i = 0; i < from.len; i++)
        if (from.ptr[i] != '-') buf_byte(&buf, from.ptr[i]);
    return buf.failed ? STR_NONE : buf_str(&buf);
}

static Str code_hash(Arena *arena, Str typed)
{
    Str plain = code_plain(arena, typed);
    return plain.ptr ? sha256(arena, plain) : STR_NONE;
}

/* Of the card's id and the PIN, so that two cards with one PIN do not look alike. */
static Str pin_hash(Arena *arena, Id card, Str pin)
{
    Str id   = id_text(arena, card);
    Str text = str_format(arena, "%.*s %.*s", STR_FMT(id), STR_FMT(pin));
    return text.ptr && id.ptr ? sha256(arena, text) : STR_NONE;
}

static bool digits_only(Str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9') return false;
    return true;
}

static bool make_code(Ctx *ctx, Str *out, Error *err)
{
    uint64_t number = 0;
    char    *text   = arena_alloc(ctx->arena, COUPON_TEXT_MAX);
    if (!text) return err_memory(err);
    env_random(ctx->env, &number, sizeof number);
    number &= ((uint64_t)1 << 5 * CODE_SIGNS) - 1;
    *out = (Str){ text, coupon_code_write(STR("GC"), number, CODE_SIGNS, text) };
    return true;
}

static GiftCard shown(Id id, const GiftCardGetRow *r)
{
    return (GiftCard){ .id         = id,
                       .last4      = r->last4,
                       .state      = r->state,
                       .currency   = r->currency,
                       .balance    = r->balance,
                       .location   = r->location,
                       .customer   = r->customer,
                       .note       = text_or_none(r->note),
                       .made_at    = r->made_at_ms,
                       .active_at  = r->active_at_ms ? r->active_at_ms : OPT_NONE,
                       .expires_at = r->expires_at_ms ? r->expires_at_ms : OPT_NONE };
}

bool giftcards_make(Ctx *ctx, const GiftCardNew *card, GiftCard *out, Error *err)
{
    Str     code = card->code, pin = STR_NONE;
    int64_t made = 0;
    Id      id   = ctx_new_id(ctx);
    if (card->pin.len && !digits_only(card->pin))
        return err_set(err, &ERR_FIELD_INVALID, "pin", "digits only");
    if (!code.len && !make_code(ctx, &code, err)) return false;
    Str plain = code_plain(ctx->arena, code), hash = code_hash(ctx->arena, code);
    if (!plain.ptr || !hash.ptr) return err_memory(err);
    if (plain.len < 8)
        return err_set(err, &ERR_FIELD_INVALID, "code", "letters, digits and - only, at least 12");
    if (card->pin.len && !(pin = pin_hash(ctx->arena, id, card->pin)).ptr) return err_memory(err);
    GiftCardPutIn in = { ctx->who.merchant,
                         id,
                         hash,
                         str_slice(plain, plain.len - LAST4, plain.len),
                         pin,
                         STR("inactive"),
                         card->currency,
                         card->location,
                         card->customer,
                         text_or_empty(card->note),
                         ctx->now_ms,
                         0 };
    if (!q_gift_card_put_exec(ctx->tx, &in, &made, err)) return false;
    if (made == 0)
        return err_set(err, &ERR_GIFT_CARD_TAKEN, "code", "there is one with this code already");
    if (!giftcards_get(ctx, id, out, err)) return false;
    out->code = code;
    out->pin  = text_or_none(card->pin);
    return audit_append(ctx, STR("giftcard.make"), id, out->last4, err);
}

static bool get_row(Ctx *ctx, Id id, GiftCardGetRow *row, bool *found, Error *err)
{
    return q_gift_card_get_one(ctx->tx, ctx->arena, &(GiftCardGetIn){ ctx->who.merchant, id }, row, found,
                               err);
}

bool giftcards_get(Ctx *ctx, Id id, GiftCard *out, Error *err)
{
    GiftCardGetRow row;
    bool           found = false;
    if (!get_row(ctx, id, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "id", "there is no such gift card");
    *out = shown(id, &row);
    return true;
}

/* The card of a code, whatever its PIN. */
static bool find(Ctx *ctx, Str code, Id *id, GiftCardGetRow *row, bool *found, Error *err)
{
    GiftCardByHashRow by;
    Str               hash = code_hash(ctx->arena, code);
    if (!hash.ptr) return err_memory(err);
    GiftCardByHashIn in = { ctx->who.merchant, hash };
    if (!q_gift_card_by_hash_one(ctx->tx, ctx->arena, &in, &by, found, err) || !*found) return !err->def;
    *id = by.id;
    return get_row(ctx, by.id, row, found, err);
}

static bool pin_is(Ctx *ctx, Id id, const GiftCardGetRow *row, Str pin)
{
    if (!row->pin.ptr) return true;
    Str hash = pin_hash(ctx->arena, id, pin);
    return hash.ptr && hash.len == row->pin.len && CRYPTO_memcmp(hash.ptr, row->pin.ptr, hash.len) == 0;
}

bool giftcards_find(Ctx *ctx, Str code, Str pin, GiftCard *out, Error *err)
{
    GiftCardGetRow row;
    Id             id;
    bool           found = false;
    if (!find(ctx, code, &id, &row, &found, err)) return false;
    if (found && row.locked_until_ms > ctx->now_ms)
        return err_set(err, &ERR_GIFT_CARD_LOCKED, "pin", "too many wrong PINs: wait, or ask a manager");
    ctx->ask_first = found && row.pin.ptr && !ctx->asked; /* a PIN is counted before it is heard */
    if (ctx->ask_first || !found || !pin_is(ctx, id, &row, pin))
        return err_set(err, &ERR_GIFT_CARD_UNKNOWN, "code",
                       "there is no such gift card, or its PIN is another one");
    *out = shown(id, &row);
    return true;
}

bool giftcards_by_code(Ctx *ctx, Str code, GiftCard *out, Error *err)
{
    GiftCardGetRow row;
    Id             id;
    bool           found = false;
    if (!find(ctx, code, &id, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_GIFT_CARD_UNKNOWN, "code", "there is no such gift card");
    *out = shown(id, &row);
    return true;
}

/* --- wrong PINs --- */

typedef struct {
    Ctx ctx;
    Str code, pin;
} Heard;

static bool count_pin(Tx *tx, void *arg, Error *err)
{
    Heard          *h   = arg;
    Ctx            *ctx = &h->ctx;
    GiftCardGetRow  row;
    GiftCardTriesIn in    = { .merchant = ctx->who.merchant };
    bool            found = false;
    int64_t         most = 0, minutes = 0;
    ctx->tx = tx;
    if (!find(ctx, h->code, &in.id, &row, &found, err)) return false;
    if (!found || row.locked_until_ms > ctx->now_ms) return true;
    if (pin_is(ctx, in.id, &row, h->pin))
        return row.tries == 0 || q_gift_card_tries_exec(tx, &in, NULL, err);
    if (!settings_get(ctx, &SETTING_GIFT_CARD_TRIES, &most, err)
        || !settings_get(ctx, &SETTING_GIFT_CARD_LOCK_MINUTES, &minutes, err))
        return false;
    in.tries = row.tries + 1;
    if (in.tries >= most) {
        in.tries           = 0;
        in.locked_until_ms = ctx->now_ms + minutes * 60000;
        if (!audit_append(ctx, STR("giftcard.locked"), in.id, row.last4, err)) return false;
    }
    return q_gift_card_tries_exec(tx, &in, NULL, err);
}

bool giftcards_hear(Ctx *ctx, Str code, Str pin, Error *err)
{
    Heard          h = { *ctx, code, pin };
    GiftCardGetRow row;
    Id             id;
    bool           found = false, known = false;
    if (!db_read_begin(ctx->db, &h.ctx.tx, err)) return false;
    bool ok = find(&h.ctx, code, &id, &row, &found, err);
    known   = ok && found && (!row.pin.ptr || (row.tries == 0 && pin_is(&h.ctx, id, &row, pin)));
    db_read_end(h.ctx.tx);
    if (!ok || !found || known) return ok; /* nothing to be counted */
    return db_write(ctx->db, count_pin, &h, err);
}

/* --- balances --- */

bool giftcards_take(Ctx *ctx, const GiftCard *card, int64_t amount, Str currency, Error *err)
{
    int64_t        taken = 0;
    GiftCardTakeIn in    = { ctx->who.merchant, card->id, amount, currency, ctx->now_ms };
    GiftCard       now;
    if (!q_gift_card_take_exec(ctx->tx, &in, &taken, err)) return false;
    if (taken == 1) return true;
    if (!giftcards_get(ctx, card->id, &now, err)) return false;
    if (!str_eq(now.currency, currency))
        return err_set(err, &ERR_GIFT_CARD_CURRENCY, "code", "it is of %.*s", STR_FMT(now.currency));
    bool late = now.expires_at != OPT_NONE && now.expires_at <= ctx->now_ms;
    if (!str_eq(now.state, STR("active")) || late)
        return err_set(err, &ERR_GIFT_CARD_STATE, "code", "it is %.*s",
                       STR_FMT(late ? STR("expired") : now.state));
    (void)err_set(err, &ERR_GIFT_CARD_SHORT, "code", "there is %lld on it", (long long)now.balance);
    err->extra = str_format(ctx->arena, "\"balance\":%lld", (long long)now.balance);
    return false;
}

bool giftcards_add(Ctx *ctx, Id card, int64_t amount, int64_t expires_ms, Error *err)
{
    int64_t       changed = 0;
    GiftCardAddIn in      = { ctx->who.merchant, card, amount, ctx->now_ms, expires_ms };
    if (!q_gift_card_add_exec(ctx->tx, &in, &changed, err)) return false;
    return changed == 1 || err_set(err, &ERR_NOT_FOUND, "id", "there is no such gift card");
}

static bool tell(Ctx *ctx, const GiftCardMove *m, Error *err)
{
    Buf body   = buf_make(ctx->arena, 192);
    Str id     = id_text(ctx->arena, m->card->id);
    Str action = str_format(ctx->arena, "giftcard.%.*s", STR_FMT(m->kind));
    Str detail = str_format(ctx->arena, "%.*s %lld %.*s", STR_FMT(m->card->last4), (long long)m->amount,
                            STR_FMT(m->card->currency)); /* why, says the event: that can be forgotten */
    buf_format(&body, "{\"card\":\"%.*s\",\"kind\":\"%.*s\",\"amount\":%lld,\"currency\":\"%.*s\"}",
               STR_FMT(id), STR_FMT(m->kind), (long long)m->amount, STR_FMT(m->card->currency));
    if (body.failed || !detail.ptr || !action.ptr) return err_memory(err);
    return audit_append(ctx, action, m->card->id, detail, err)
        && events_put(ctx, &EVENT_GIFT_CARD_CHANGED, m->card->id, buf_str(&body), err);
}

bool giftcards_note(Ctx *ctx, const GiftCardMove *m, Error *err)
{
    Id                 id   = ctx_new_id(ctx);
    LedgerDoc          doc  = { id, m->card->currency, 0, m->card->location };
    LedgerSide         card = { GIFT_CARDS_ACCOUNT, m->card->id }, other = { m->account, m->of };
    GiftCardEventPutIn in = { ctx->who.merchant,
                              id,
                              m->card->id,
                              m->kind,
                              m->amount,
                              m->other,
                              text_or_empty(m->account),
                              text_or_empty(m->reason),
                              ctx->who.api_key,
                              ctx->now_ms };
    return q_gift_card_event_put_exec(ctx->tx, &in, NULL, err)
        && (m->amount == 0
            || ledger_move(ctx, &doc, m->to_card ? other : card, m->to_card ? card : other, m->amount,
                           STR("gift_card"), err))
        && tell(ctx, m, err);
}

bool giftcards_order_put(Ctx *ctx, Id order, int64_t n, Id card, int64_t amount, Error *err)
{
    OrderGiftCardPutIn in = { ctx->who.merchant, order, n, card, amount };
    return q_order_gift_card_put_exec(ctx->tx, &in, NULL, err);
}

bool giftcards_order_of(Ctx *ctx, Id order, GiftCardLoad **out, size_t *count, Error *err)
{
    OrderGiftCardsOfRow *rows = NULL;
    OrderGiftCardsOfIn   in   = { ctx->who.merchant, order };
    if (!q_order_gift_cards_of_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, GiftCardLoad, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = (GiftCardLoad){ rows[i].card, rows[i].amount, rows[i].last4 };
    return true;
}

bool giftcards_expired(Ctx *ctx, int64_t limit, GiftCardDue **out, size_t *count, Error *err)
{
    GiftCardExpiredRow *rows = NULL;
    GiftCardExpiredIn   in   = { ctx->now_ms, limit };
    if (!q_gift_card_expired_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, GiftCardDue, *count + 1);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) (*out)[i] = (GiftCardDue){ rows[i].merchant, rows[i].id };
    return true;
}

bool giftcards_expire(Ctx *ctx, Id id, Error *err)
{
    GiftCard card;
    int64_t  changed = 0;
    if (!giftcards_get(ctx, id, &card, err)) return false;
    if (!str_eq(card.state, STR("active")) || card.expires_at == OPT_NONE || card.expires_at > ctx->now_ms)
        return true;
    GiftCardEmptyIn in   = { ctx->who.merchant, id, card.balance, STR("expired") };
    GiftCardMove    move = { .card    = &card,
                             .kind    = STR("expire"),
                             .account = STR("breakage"),
                             .reason  = STR("its time is over"),
                             .amount  = card.balance };
    if (!q_gift_card_empty_exec(ctx->tx, &in, &changed, err)) return false;
    return changed == 0
        || giftcards_note(ctx, &move, err); /* a sale was faster: the next step of the jobs */
}
