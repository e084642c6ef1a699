/* campaigns.c — budgets, coupons, personal offers. See campaigns.h.
 * The codes of a batch are not stored: code n is a secret permutation of (batch, n), written in 32 signs.
 * Without the secret they cannot be told from random ones; the shop turns a code back into (batch, n) and
 * looks whether there is such a batch with so many coupons. The permutation is a Feistel network of ten
 * rounds with AES-256 over the bits of the code, as FF1 of NIST SP 800-38G has it. */
#include "shop/campaigns/campaigns.h"

#include "all_sql.h"
#include "core/coupon_code.h"
#include "shop/audit/audit.h"
#include "sys/json_read.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

enum {
    SECRET_BYTES  = 32,
    ROUNDS        = 10,
    BITS_PER_SIGN = 5,
    NUMBER_BITS   = 24,
    GUESS_BITS    = 30,
    CODE_ROOM     = 48
};

static const int64_t NO_LIMIT = INT64_MAX;

static int64_t limit_of(int64_t asked)
{
    return opt_or(asked, NO_LIMIT);
}

static int64_t limit_shown(int64_t stored)
{
    return stored == NO_LIMIT ? OPT_NONE : stored;
}

/* ---- the permutation ---- */

typedef struct {
    EVP_CIPHER_CTX *evp;
} Cipher;

static bool cipher_open(Str secret, Cipher *out, Error *err)
{
    out->evp = EVP_CIPHER_CTX_new();
    if (!out->evp) return err_memory(err);
    if (secret.len == SECRET_BYTES
        && EVP_EncryptInit_ex(out->evp, EVP_aes_256_ecb(), NULL, (const unsigned char *)secret.ptr, NULL)
               == 1)
        return true;
    EVP_CIPHER_CTX_free(out->evp);
    return err_set(err, &ERR_INTERNAL, "", "the secret of the coupons is not usable");
}

static void cipher_close(Cipher *cipher)
{
    EVP_CIPHER_CTX_free(cipher->evp);
}

static uint64_t cipher_round(const Cipher *cipher, int length, int round, uint64_t half)
{
    unsigned char in[16] = { (unsigned char)length, (unsigned char)round }, out[32];
    uint64_t      value  = 0;
    int           count  = 0;
    memcpy(in + 8, &half, sizeof half);
    if (EVP_EncryptUpdate(cipher->evp, out, &count, in, sizeof in) != 1) UNREACHABLE();
    memcpy(&value, out, sizeof value);
    return value;
}

static uint64_t low_bits(uint64_t value, int bits)
{
    return value & ((1ULL << bits) - 1);
}

/* A number of 5 × length bits as another one, each as exactly one. */
static uint64_t scramble(const Cipher *cipher, uint64_t number, int length)
{
    int      bits = BITS_PER_SIGN * length, left = bits / 2, right = bits - left;
    uint64_t a = number >> right, b = low_bits(number, right);
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t c = low_bits(a + cipher_round(cipher, length, i, b), i % 2 ? right : left);
        a          = b;
        b          = c;
    }
    return a << right | b;
}

static uint64_t unscramble(const Cipher *cipher, uint64_t number, int length)
{
    int      bits = BITS_PER_SIGN * length, left = bits / 2, right = bits - left;
    uint64_t a = number >> right, b = low_bits(number, right);
    for (int i = ROUNDS - 1; i >= 0; i--) {
        uint64_t c = b;
        b          = a;
        a          = low_bits(c - cipher_round(cipher, length, i, b), i % 2 ? right : left);
    }
    return a << right | b;
}

/* The merchant's secret; made when `make`. Without one (no coupons yet) any will do. */
static bool secret_get(Ctx *ctx, bool make, Cipher *out, Error *err)
{
    char             bytes[SECRET_BYTES] = { 0 };
    CouponKeyFindRow row                 = { STR_NONE };
    CouponKeyFindIn  in                  = { ctx->who.merchant };
    CouponKeyPutIn   put                 = { ctx->who.merchant, { bytes, SECRET_BYTES } };
    bool             found               = false;
    if (!q_coupon_key_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found && make) {
        env_random(ctx->env, bytes, sizeof bytes);
        if (!q_coupon_key_put_exec(ctx->tx, &put, NULL, err)) return false;
        if (!q_coupon_key_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    }
    return cipher_open(found ? row.secret : put.secret, out, err);
}

/* The code of coupon `number` of a batch, to `out`; how many bytes. */
static size_t code_write(const Cipher *cipher, int64_t batch, Str prefix, int64_t length, int64_t number,
                         char *out)
{
    if (length == 0) {
        memcpy(out, prefix.ptr, prefix.len);
        return prefix.len;
    }
    uint64_t plain = (uint64_t)batch << NUMBER_BITS | (uint64_t)number;
    return coupon_code_write(prefix, scramble(cipher, plain, (int)length), (int)length, out);
}

/* ---- coupons: finding one ---- */

typedef struct {
    CouponCode    code;
    CouponFindRow row;
    bool          found;
} Coupon;

/* What a code stands for. The same is done whether there is such a coupon or not. */
static bool coupon_get(Ctx *ctx, Str typed, Id customer, Coupon *out, Error *err)
{
    Cipher cipher;
    *out = (Coupon){ .code = coupon_code_read(typed) };
    if (!secret_get(ctx, false, &cipher, err)) return false;
    int      length = out->code.length ? out->code.length : COUPON_LENGTH_MAX;
    uint64_t plain  = unscramble(&cipher, out->code.number, length);
    cipher_close(&cipher);
    CouponFindIn in = { ctx->who.merchant,
                        coupon_code_text(&out->code),
                        coupon_code_prefix(&out->code),
                        out->code.length ? length : -1,
                        (int64_t)(plain >> NUMBER_BITS),
                        (int64_t)low_bits(plain, NUMBER_BITS),
                        customer };
    return q_coupon_find_one(ctx->tx, ctx->arena, &in, &out->row, &out->found, err);
}

static const char *coupon_state(const Coupon *coupon, int64_t now_ms)
{
    const CouponFindRow *row = &coupon->row;
    if (row->blocked) return "blocked";
    if (row->uses >= row->max_uses) return "used";
    if (now_ms < row->from_ms) return "not_yet";
    if (now_ms >= row->until_ms) return "over";
    bool live = str_eq(row->state, STR("published")) && now_ms >= row->promotion_from_ms
                && now_ms < row->promotion_until_ms;
    return live ? "good" : "promotion_not_live";
}

/* Refuses a coupon that is not good for this customer now. */
static bool coupon_is_good(Ctx *ctx, const Coupon *coupon, Id customer, const char *field, Error *err)
{
    const char *state = coupon->found ? coupon_state(coupon, ctx->now_ms) : "";
    if (!coupon->found) return err_set(err, &ERR_COUPON_UNKNOWN, field, "there is no such coupon");
    if (strcmp(state, "used") == 0) return err_set(err, &ERR_COUPON_USED, field, "it was used already");
    if (strcmp(state, "good") != 0) return err_set(err, &ERR_COUPON_NOT_NOW, field, "it is %s", state);
    if (coupon->row.customer_uses == NO_LIMIT) return true;
    if (id_is_none(customer))
        return err_set(err, &ERR_COUPON_CUSTOMER, field, "it is limited per customer: say who buys");
    return coupon->row.used < coupon->row.customer_uses
           || err_set(err, &ERR_COUPON_USED, field, "this customer has used as many as allowed");
}

bool campaigns_coupons(Ctx *ctx, const TextList *codes, Id customer, CartCoupon *out, Error *err)
{
    char    field[32];
    Coupon *all = arena_array(ctx->arena, Coupon, codes->count);
    if (!all) return err_memory(err);
    for (size_t i = 0; i < codes->count; i++) {
        (void)snprintf(field, sizeof field, "coupons[%zu]", i);
        if (!coupon_get(ctx, codes->items[i], customer, &all[i], err)
            || !coupon_is_good(ctx, &all[i], customer, field, err))
            return false;
        for (size_t j = 0; j < i; j++)
            if (all[j].row.batch == all[i].row.batch && all[j].row.number == all[i].row.number)
                return err_set(err, &ERR_FIELD_INVALID, field, "is there twice");
        out[i] = (CartCoupon){ codes->items[i], all[i].row.promotion };
    }
    return true;
}

/* ---- budgets ---- */

static int64_t less(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t left_of(int64_t most, int64_t so_far)
{
    if (most == NO_LIMIT) return NO_LIMIT;
    return most > so_far ? most - so_far : 0;
}

bool campaigns_allowances(Ctx *ctx, Id customer, Allowance **out, size_t *count, Error *err)
{
    BudgetLeftRow *rows = NULL;
    BudgetLeftIn   in   = { ctx->who.merchant, customer };
    if (!q_budget_left_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, Allowance, *count);
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < *count; i++) {
        const BudgetLeftRow *row  = &rows[i];
        int64_t              uses = left_of(row->max_uses, row->uses);
        if (row->customer_uses != NO_LIMIT)
            uses = id_is_none(customer) ? 0 : less(uses, left_of(row->customer_uses, row->used));
        (*out)[i] = (Allowance){ row->promotion, limit_shown(uses),
                                 limit_shown(left_of(row->max_amount, row->amount)) };
    }
    return true;
}

bool campaigns_offers(Ctx *ctx, Id customer, TextList *out, Error *err)
{
    OffersOfRow *rows = NULL;
    OffersOfIn   in   = { ctx->who.merchant, customer, ctx->now_ms };
    *out              = (TextList){ NULL, 0 };
    if (id_is_none(customer)) return true;
    if (!q_offers_of_all(ctx->tx, ctx->arena, &in, &rows, &out->count, err)) return false;
    out->items = arena_array(ctx->arena, Str, out->count);
    if (!out->items) return err_memory(err);
    for (size_t i = 0; i < out->count; i++) out->items[i] = rows[i].promotion;
    return true;
}

/* ---- the sale ---- */

typedef struct {
    Ctx   *ctx;
    Id     order, customer;
    Error *err;
} Sale;

/* Takes a use out of the budget, if there is one; *counted says what was counted. */
static bool use_budget(const Sale *sale, const PromotionUse *use, const char *field, int64_t *counted)
{
    Ctx          *ctx   = sale->ctx;
    BudgetUseRow  row   = { 0 };
    BudgetFindRow there = { 0 };
    bool          found = false, exists = false;
    int64_t       changed = 0;
    BudgetUseIn   in      = { ctx->who.merchant, use->promotion, use->amount };
    BudgetFindIn  find    = { ctx->who.merchant, use->promotion };
    *counted              = 0;
    if (!q_budget_use_one(ctx->tx, ctx->arena, &in, &row, &found, sale->err)) return false;
    if (!found) {
        if (!q_budget_find_one(ctx->tx, ctx->arena, &find, &there, &exists, sale->err)) return false;
        return !exists
               || err_set(sale->err, &ERR_BUDGET_SPENT, field, "\"%.*s\" is used up",
                          STR_FMT(use->promotion));
    }
    *counted = 1;
    if (row.customer_uses == NO_LIMIT) return true;
    if (id_is_none(sale->customer))
        return err_set(sale->err, &ERR_BUDGET_SPENT, field, "\"%.*s\" is limited per customer: say who buys",
                       STR_FMT(use->promotion));
    PromotionCustomerUseIn one = { ctx->who.merchant, use->promotion, sale->customer, row.customer_uses };
    if (!q_promotion_customer_use_exec(ctx->tx, &one, &changed, sale->err)) return false;
    *counted = 3;
    return changed == 1
           || err_set(sale->err, &ERR_BUDGET_SPENT, field,
                      "this customer has used \"%.*s\" as often as allowed", STR_FMT(use->promotion));
}

static bool use_coupon(const Sale *sale, const Coupon *coupon, const char *field)
{
    Ctx                 *ctx     = sale->ctx;
    const CouponFindRow *row     = &coupon->row;
    int64_t              changed = 0;
    CouponUseIn          in      = { ctx->who.merchant, row->batch, row->number, row->max_uses };
    CouponCustomerUseIn  one     = { ctx->who.merchant, row->batch, sale->customer, row->customer_uses };
    if (!q_coupon_use_exec(ctx->tx, &in, &changed, sale->err)) return false;
    if (changed != 1) return err_set(sale->err, &ERR_COUPON_USED, field, "the coupon was used meanwhile");
    if (row->customer_uses == NO_LIMIT) return true;
    if (!q_coupon_customer_use_exec(ctx->tx, &one, &changed, sale->err)) return false;
    return changed == 1
           || err_set(sale->err, &ERR_COUPON_USED, field,
                      "this customer has used as many coupons as allowed");
}

static bool use_one(const Sale *sale, const PromotionUse *use, size_t index)
{
    Ctx    *ctx     = sale->ctx;
    Coupon  coupon  = { .found = false };
    int64_t changed = 0, counted = 0;
    char    field[32];
    (void)snprintf(field, sizeof field, "promotions[%zu]", index);
    if (use->coupon.ptr) {
        if (!coupon_get(ctx, use->coupon, sale->customer, &coupon, sale->err)) return false;
        if (coupon.found && !str_eq(coupon.row.promotion, use->promotion)) coupon.found = false;
        if (!coupon.found)
            return err_set(sale->err, &ERR_COUPON_UNKNOWN, field, "the coupon is not one of it");
    }
    PromotionUsePutIn put = { ctx->who.merchant, sale->order,
                              use->promotion,    use->version,
                              use->times,        use->amount,
                              sale->customer,    coupon.row.batch,
                              coupon.row.number, coupon.found && coupon.row.customer_uses != NO_LIMIT,
                              ctx->now_ms };
    if (!q_promotion_use_put_exec(ctx->tx, &put, &changed, sale->err)) return false;
    if (changed == 0) return true; /* this order has it already */
    if (coupon.found && !coupon_is_good(ctx, &coupon, sale->customer, field, sale->err)) return false;
    if (!use_budget(sale, use, field, &counted)) return false;
    if (coupon.found && !use_coupon(sale, &coupon, field)) return false;
    PromotionUseCountedIn mark = { ctx->who.merchant, sale->order, use->promotion, counted };
    return counted == 0 || q_promotion_use_counted_exec(ctx->tx, &mark, NULL, sale->err);
}

bool campaigns_use(Ctx *ctx, Id order, Id customer, const PromotionUse *uses, size_t count, Error *err)
{
    Sale    sale = { ctx, order, customer, err };
    size_t *by   = arena_array(ctx->arena, size_t, count);
    if (!by) return err_memory(err);
    for (size_t i = 0; i < count; i++) {
        size_t at = i;
        for (; at > 0 && str_cmp(uses[by[at - 1]].promotion, uses[i].promotion) > 0; at--)
            by[at] = by[at - 1];
        by[at] = i;
    }
    for (size_t i = 0; i < count; i++)
        if (!use_one(&sale, &uses[by[i]], by[i])) return false;
    return true;
}

static bool give_back(Ctx *ctx, Id order, const PromotionUsesRow *use, Error *err)
{
    int64_t                     m = ctx->who.merchant, changed = 0;
    PromotionUseUndoIn          undo    = { m, order, use->promotion, ctx->now_ms };
    BudgetGiveBackIn            budget  = { m, use->promotion, use->amount };
    PromotionCustomerGiveBackIn one     = { m, use->promotion, use->customer };
    CouponGiveBackIn            coupon  = { m, use->batch, use->coupon };
    CouponCustomerGiveBackIn    coupons = { m, use->batch, use->customer };
    if (!q_promotion_use_undo_exec(ctx->tx, &undo, &changed, err)) return false;
    if (changed == 0) return true; /* somebody else did */
    if (use->counted & 1 && !q_budget_give_back_exec(ctx->tx, &budget, NULL, err)) return false;
    if (use->counted & 2 && !q_promotion_customer_give_back_exec(ctx->tx, &one, NULL, err)) return false;
    if (use->batch == 0) return true;
    return q_coupon_give_back_exec(ctx->tx, &coupon, NULL, err)
           && (!use->coupon_limit || q_coupon_customer_give_back_exec(ctx->tx, &coupons, NULL, err));
}

bool campaigns_unuse(Ctx *ctx, Id order, Error *err)
{
    PromotionUsesRow *rows  = NULL;
    size_t            count = 0;
    PromotionUsesIn   in    = { ctx->who.merchant, order };
    if (!q_promotion_uses_all(ctx->tx, ctx->arena, &in, &rows, &count, err)) return false;
    for (size_t i = 0; i < count; i++)
        if (rows[i].undone_at_ms == 0 && !give_back(ctx, order, &rows[i], err)) return false;
    return true;
}

bool campaigns_used(Ctx *ctx, Id order, PromotionUse **out, size_t *count, Error *err)
{
    Cipher            cipher;
    PromotionUsesRow *rows = NULL;
    PromotionUsesIn   in   = { ctx->who.merchant, order };
    char              code[CODE_ROOM + COUPON_TEXT_MAX];
    if (!q_promotion_uses_all(ctx->tx, ctx->arena, &in, &rows, count, err)) return false;
    *out = arena_array(ctx->arena, PromotionUse, *count);
    if (!*out) return err_memory(err);
    if (!secret_get(ctx, false, &cipher, err)) return false;
    bool ok = true;
    for (size_t i = 0; i < *count; i++) {
        const PromotionUsesRow *row = &rows[i];
        (*out)[i] = (PromotionUse){ row->promotion, row->version, STR_NONE, row->times, row->amount };
        if (row->batch == 0) continue;
        size_t len       = code_write(&cipher, row->batch, row->prefix, row->length, row->coupon, code);
        (*out)[i].coupon = str_dup(ctx->arena, (Str){ code, len });
        ok               = ok && (*out)[i].coupon.ptr;
    }
    cipher_close(&cipher);
    return ok || err_memory(err);
}

/* ---- what people set ---- */

/* What a promotion says newest. Errors: NOT_FOUND. */
static bool rule_get(Ctx *ctx, Str code, Promotion *out, Error *err)
{
    CampaignPromotionRow row   = { STR_NONE };
    bool                 found = false;
    CampaignPromotionIn  in    = { ctx->who.merchant, code };
    if (!q_campaign_promotion_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "code", "no such promotion");
    *out = (Promotion){ .code = STR_NONE };
    return json_read_stored(ctx->arena, &Promotion_def, row.body, out, err);
}

static bool tell(Ctx *ctx, const char *action, Str code, Str detail, Error *err)
{
    if (!detail.ptr) return err_memory(err);
    return audit_append(ctx, str_from(action), audit_subject(STR("promotion"), code), detail, err);
}

bool campaigns_put_budget(Ctx *ctx, const BudgetInput *budget, Error *err)
{
    Promotion   rule;
    int64_t     changed = 0;
    BudgetPutIn in = { ctx->who.merchant, budget->code, limit_of(budget->uses), limit_of(budget->amount),
                       limit_of(budget->customer_uses) };
    if (!rule_get(ctx, budget->code, &rule, err)) return false;
    Str detail = str_format(ctx->arena, "%.*s uses %lld amount %lld per customer %lld",
                            STR_FMT(budget->code), (long long)budget->uses, (long long)budget->amount,
                            (long long)budget->customer_uses);
    if (!q_budget_put_exec(ctx->tx, &in, &changed, err)) return false;
    if (changed == 0)
        return err_set(err, &ERR_FIELD_INVALID, "uses", "more was used already: pause the promotion");
    return tell(ctx, "budget.put", budget->code, detail, err);
}

bool campaigns_budget(Ctx *ctx, Str code, Budget *out, Error *err)
{
    BudgetFindRow row = { NO_LIMIT, NO_LIMIT, NO_LIMIT, 0, 0 };
    Promotion     rule;
    bool          found = false;
    BudgetFindIn  in    = { ctx->who.merchant, code };
    if (!rule_get(ctx, code, &rule, err)) return false;
    if (!q_budget_find_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) row = (BudgetFindRow){ NO_LIMIT, NO_LIMIT, NO_LIMIT, 0, 0 };
    *out = (Budget){ code,
                     limit_shown(row.max_uses),
                     limit_shown(row.max_amount),
                     limit_shown(row.customer_uses),
                     row.uses,
                     row.amount };
    return true;
}

/* The prefix, length and number of the coupons that are asked for. */
static bool batch_form(Ctx *ctx, const CouponsInput *ask, CouponBatchPutIn *in, Error *err)
{
    CouponBatchTotalRow total = { 0 };
    bool                found = false;
    CouponCode          code  = coupon_code_read(ask->coupon.ptr ? ask->coupon : ask->prefix);
    bool                made  = ask->count != OPT_NONE;
    if (made == (ask->coupon.ptr != NULL))
        return err_set(err, &ERR_FIELD_INVALID, "count", "either coupon or count");
    if (!made && (ask->prefix.ptr || ask->length != OPT_NONE))
        return err_set(err, &ERR_FIELD_INVALID, "prefix", "prefix and length belong to count");
    if (!made && code.text_len < 3)
        return err_set(err, &ERR_FIELD_INVALID, "coupon", "takes letters, digits, - _ .");
    if (made && ask->prefix.ptr && (code.text_len == 0 || memchr(code.text, '-', code.text_len)))
        return err_set(err, &ERR_FIELD_INVALID, "prefix", "takes letters, digits, _ and .");
    in->prefix  = str_dup(ctx->arena, coupon_code_text(&code));
    in->length  = made ? opt_or(ask->length, COUPON_LENGTH_MAX) : 0;
    in->coupons = made ? ask->count : 1;
    if (!in->prefix.ptr) return err_memory(err);
    if (!made) return true;
    CouponBatchTotalIn of = { ctx->who.merchant, in->prefix, in->length };
    if (!q_coupon_batch_total_one(ctx->tx, ctx->arena, &of, &total, &found, err)) return false;
    int room = BITS_PER_SIGN * (int)in->length - GUESS_BITS;
    if (total.coupons + in->coupons > 1LL << room)
        return err_set(err, &ERR_COUPON_GUESSABLE, "length",
                       "one guess in a thousand million would be right");
    return in->id < 1LL << (BITS_PER_SIGN * (int)in->length - NUMBER_BITS)
           || err_set(err, &ERR_COUPON_GUESSABLE, "length", "there are too many batches for so short codes");
}

bool campaigns_make_coupons(Ctx *ctx, const CouponsInput *ask, int64_t *batch, Error *err)
{
    Promotion          rule;
    Cipher             cipher;
    Coupon             there;
    CouponBatchLastRow last  = { 0 };
    bool               found = false;
    CouponBatchLastIn  of    = { ctx->who.merchant };
    if (!rule_get(ctx, ask->code, &rule, err)) return false;
    if (!rule.coupon) return err_set(err, &ERR_CAMPAIGN_NO_COUPONS, "code", "it holds without a coupon");
    if (!period_check(ask->from, ask->until, "until", err)) return false;
    if (!q_coupon_batch_last_one(ctx->tx, ctx->arena, &of, &last, &found, err)) return false;
    *batch              = last.id + 1;
    CouponBatchPutIn in = { .merchant      = ctx->who.merchant,
                            .id            = *batch,
                            .promotion     = ask->code,
                            .max_uses      = opt_or(ask->max_uses, 1),
                            .customer_uses = limit_of(ask->customer_uses),
                            .from_ms       = period_from(ask->from),
                            .until_ms      = period_until(ask->until),
                            .now_ms        = ctx->now_ms };
    if (!batch_form(ctx, ask, &in, err)) return false;
    if (in.length == 0) {
        if (!coupon_get(ctx, in.prefix, (Id){ { 0 } }, &there, err)) return false;
        if (there.found)
            return err_set(err, &ERR_COUPON_TAKEN, "coupon", "there is a coupon with this code");
    }
    if (!secret_get(ctx, true, &cipher, err)) return false;
    cipher_close(&cipher);
    Str detail = str_format(ctx->arena, "%.*s batch %lld of %lld", STR_FMT(ask->code), (long long)*batch,
                            (long long)in.coupons);
    return q_coupon_batch_put_exec(ctx->tx, &in, NULL, err)
           && tell(ctx, "coupons.make", ask->code, detail, err);
}

typedef struct {
    Buf          *buf;
    const Cipher *cipher;
    int64_t       batch, length, next, behind;
    Str           prefix;
} Codes;

static void put_code(Codes *codes, int64_t uses, bool blocked)
{
    char   code[CODE_ROOM + COUPON_TEXT_MAX];
    size_t len = code_write(codes->cipher, codes->batch, codes->prefix, codes->length, codes->next++, code);
    buf_add(codes->buf, (Str){ code, len });
    buf_byte(codes->buf, ',');
    buf_i64(codes->buf, uses);
    buf_add(codes->buf, blocked ? STR(",1\n") : STR(",0\n"));
}

static bool each_coupon(void *arg, const void *any)
{
    Codes               *codes = arg;
    const CouponRowsRow *row   = any;
    while (codes->next < row->number) put_code(codes, 0, false);
    put_code(codes, row->uses, row->blocked);
    return true;
}

bool campaigns_codes(Ctx *ctx, const CouponCodesAsk *ask, Str *csv, Error *err)
{
    enum { PAGE = 50000, LINE = 16 };
    CouponBatchFindRow row = { 0 };
    Cipher             cipher;
    bool               found = false;
    CouponBatchFindIn  of    = { ctx->who.merchant, ask->code, ask->batch };
    if (!q_coupon_batch_find_one(ctx->tx, ctx->arena, &of, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_NOT_FOUND, "batch", "this promotion has no such batch of coupons");
    int64_t first  = opt_or(ask->first, 0);
    int64_t behind = less(first + opt_or(ask->limit, PAGE), row.coupons);
    size_t  room   = behind > first ? (size_t)(behind - first) * (row.prefix.len + LINE + COUPON_LENGTH_MAX)
                                    : 0;
    Buf     buf    = buf_make(ctx->arena, room + 64);
    if (!secret_get(ctx, false, &cipher, err)) return false;
    Codes        codes = { &buf, &cipher, row.id, row.length, first, behind, row.prefix };
    CouponRowsIn in    = { ctx->who.merchant, row.id, first, behind };
    buf_add(&buf, STR("code,uses,blocked\n"));
    bool ok = q_coupon_rows_each(ctx->tx, &in, each_coupon, &codes, err);
    while (ok && codes.next < behind && !buf.failed) put_code(&codes, 0, false);
    cipher_close(&cipher);
    *csv = buf_str(&buf);
    return ok && (!buf.failed || err_memory(err));
}

bool campaigns_coupon(Ctx *ctx, Str typed, CouponState *out, Error *err)
{
    Coupon coupon;
    if (!coupon_get(ctx, typed, (Id){ { 0 } }, &coupon, err)) return false;
    if (!coupon.found) return err_set(err, &ERR_NOT_FOUND, "coupon", "there is no such coupon");
    *out = (CouponState){ str_dup(ctx->arena, coupon_code_text(&coupon.code)),
                          coupon.row.promotion,
                          str_from(coupon_state(&coupon, ctx->now_ms)),
                          coupon.row.uses,
                          coupon.row.max_uses,
                          period_from_shown(coupon.row.from_ms),
                          period_until_shown(coupon.row.until_ms) };
    return out->coupon.ptr || err_memory(err);
}

bool campaigns_block(Ctx *ctx, Str typed, Error *err)
{
    Coupon coupon;
    if (!coupon_get(ctx, typed, (Id){ { 0 } }, &coupon, err)) return false;
    if (!coupon.found) return err_set(err, &ERR_NOT_FOUND, "coupon", "there is no such coupon");
    CouponBlockIn in     = { ctx->who.merchant, coupon.row.batch, coupon.row.number };
    Str           detail = str_format(ctx->arena, "batch %lld number %lld", (long long)coupon.row.batch,
                                      (long long)coupon.row.number);
    return q_coupon_block_exec(ctx->tx, &in, NULL, err)
           && tell(ctx, "coupon.block", coupon.row.promotion, detail, err);
}

static bool offer_one(Ctx *ctx, const OffersInput *ask, size_t i, Error *err)
{
    CampaignCustomerRow row   = { 0 };
    CampaignCustomerIn  in    = { ctx->who.merchant, { { 0 } } };
    bool                found = false;
    char                field[32];
    (void)snprintf(field, sizeof field, "customers[%zu]", i);
    if (!id_parse(ask->customers.items[i], &in.id))
        return err_set(err, &ERR_FIELD_INVALID, field, "must be the UUID of a customer");
    if (!q_campaign_customer_one(ctx->tx, ctx->arena, &in, &row, &found, err)) return false;
    if (!found) return err_set(err, &ERR_CAMPAIGN_CUSTOMER, field, "there is no such customer");
    OfferPutIn put = { ctx->who.merchant,        in.id,      ask->code, period_from(ask->from),
                       period_until(ask->until), ctx->now_ms };
    return q_offer_put_exec(ctx->tx, &put, NULL, err);
}

bool campaigns_offer(Ctx *ctx, const OffersInput *ask, Error *err)
{
    Promotion rule;
    if (!rule_get(ctx, ask->code, &rule, err)) return false;
    if (!rule.personal) return err_set(err, &ERR_OFFER_NOT_PERSONAL, "code", "it holds for everybody");
    if (!period_check(ask->from, ask->until, "until", err)) return false;
    for (size_t i = 0; i < ask->customers.count; i++)
        if (!offer_one(ctx, ask, i, err)) return false;
    Str detail = str_format(ctx->arena, "%.*s to %zu", STR_FMT(ask->code), ask->customers.count);
    return tell(ctx, "offers.give", ask->code, detail, err);
}

bool campaigns_take_offer(Ctx *ctx, Str code, Id customer, int64_t *count, Error *err)
{
    OfferDropIn in     = { ctx->who.merchant, customer, code };
    Str         detail = str_format(ctx->arena, "%.*s from %.*s", STR_FMT(code),
                                    STR_FMT(id_text(ctx->arena, customer)));
    return q_offer_drop_exec(ctx->tx, &in, count, err)
           && (*count == 0 || tell(ctx, "offers.take_away", code, detail, err));
}
