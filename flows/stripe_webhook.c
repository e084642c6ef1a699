/* stripe_webhook.c — events of Stripe: whether it signed them, and which of our keys they are about. See
 * stripe.h. */
#include "flows/stripe.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

enum { TOLERANCE_S = 300, MAC_BYTES = 32 };

/* --- the signature: t=TIME,v1=HEX[,v1=HEX …] --- */

static bool hex_bytes(Str text, unsigned char out[MAC_BYTES])
{
    if (text.len != 2 * (size_t)MAC_BYTES) return false;
    for (size_t i = 0; i < text.len; i++) {
        char c     = text.ptr[i];
        int  digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) return false;
        out[i / 2] = (unsigned char)(i % 2 ? out[i / 2] | digit : digit << 4);
    }
    return true;
}

static bool is_signed(Str header, const unsigned char mac[MAC_BYTES])
{
    bool found = false;
    for (size_t from = 0; from < header.len;) {
        size_t        end  = str_index(header, ',', from);
        Str           item = str_slice(header, from, end);
        unsigned char told[MAC_BYTES];
        if (str_starts(item, STR("v1=")) && hex_bytes(str_slice(item, 3, item.len), told))
            found = CRYPTO_memcmp(told, mac, MAC_BYTES) == 0 || found;
        from = end + 1;
    }
    return found;
}

static Str time_of(Str header)
{
    for (size_t from = 0; from < header.len;) {
        size_t end  = str_index(header, ',', from);
        Str    item = str_slice(header, from, end);
        if (str_starts(item, STR("t="))) return str_slice(item, 2, item.len);
        from = end + 1;
    }
    return STR_NONE;
}

bool stripe_signed(const PaymentService *at, Arena *arena, const WebhookCall *call, Error *err)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int  len  = 0;
    int64_t       made = 0;
    Str           time = time_of(call->signature);
    if (!at->webhook_secret.len || !str_to_i64(time, &made))
        return err_set(err, &ERR_WEBHOOK_SIGNATURE, "Stripe-Signature",
                       "is not there, or no secret to check it by");
    if (made < call->now_ms / 1000 - TOLERANCE_S || made > call->now_ms / 1000 + TOLERANCE_S)
        return err_set(err, &ERR_WEBHOOK_SIGNATURE, "signature", "was made too long ago");
    Str whole = str_join(arena, (Str[]){ time, STR("."), call->body }, 3);
    if (!whole.ptr) return err_memory(err);
    if (!HMAC(EVP_sha256(), at->webhook_secret.ptr, (int)at->webhook_secret.len,
              (const unsigned char *)whole.ptr, whole.len, mac, &len)
        || len != MAC_BYTES)
        return err_set(err, &ERR_INTERNAL, "", "no HMAC");
    return is_signed(call->signature, mac)
        || err_set(err, &ERR_WEBHOOK_SIGNATURE, "signature", "is another");
}

/* --- the event --- */

static void add(WebhookNews *news, WebhookItem item)
{
    if (news->count < WEBHOOK_ITEMS_MAX) news->items[news->count++] = item;
}

/* The captures that its metadata names: "c" and a key in hex. */
static void add_captures(WebhookNews *news, json_t *metadata)
{
    const char *name;
    json_t     *value;
    json_object_foreach(metadata, name, value)
    {
        char text[ID_TEXT_LEN + 1];
        Id   key;
        if (strlen(name) != 1 + 2 * (size_t)ID_BYTES || name[0] != 'c') continue;
        (void)snprintf(text, sizeof text, "%.8s-%.4s-%.4s-%.4s-%.12s", name + 1, name + 9, name + 13,
                       name + 17, name + 21);
        if (id_parse(str_from(text), &key))
            add(news, (WebhookItem){ .about = key, .event = STR("capture") });
    }
}

static Str event_of(Str type)
{
    static const struct {
        const char *stripe, *ours;
    } events[] = { { "payment_intent.succeeded", "charge" },
                   { "payment_intent.amount_capturable_updated", "charge" },
                   { "payment_intent.payment_failed", "charge_failed" },
                   { "payment_intent.canceled", "cancel" },
                   { "charge.dispute.created", "dispute" },
                   { "charge.dispute.funds_withdrawn", "dispute_taken" },
                   { "charge.dispute.funds_reinstated", "dispute_returned" },
                   { "charge.dispute.closed", "dispute_closed" },
                   { "refund.created", "refund" },
                   { "refund.failed", "refund_failed" } };
    for (size_t i = 0; i < COUNT(events); i++)
        if (str_eq(type, str_from(events[i].stripe))) return str_from(events[i].ours);
    return STR("other");
}

static Str kept(Arena *arena, const json_t *json, const char *path)
{
    Str text = service_text(json, path);
    return text.len ? str_dup(arena, text) : STR("");
}

bool stripe_hear(const PaymentService *at, Arena *arena, const WebhookCall *call, WebhookNews *out,
                 Error *err)
{
    out->count = 0;
    if (!stripe_signed(at, arena, call, err)) return false;
    json_t       *event  = json_loadb(call->body.ptr, call->body.len, 0, NULL);
    const json_t *object = service_at(event, "data.object");
    Str           key    = service_text(object, "metadata.onetill_key");
    WebhookItem   item   = { .event     = event_of(service_text(event, "type")),
                             .reference = kept(arena, object, "id"),
                             .amount    = service_number(object, "amount"),
                             .reason    = kept(arena, object, "reason") };
    bool          mine   = at->account.len == 0 || service_is(event, "account", at->account);
    if (!item.reason.len) item.reason = kept(arena, object, "last_payment_error.code");
    if (mine && service_is(object, "object", STR("dispute"))) {
        item.of = kept(arena, object, "payment_intent");
        add(out, item);
    } else if (mine && id_parse(key, &item.about)) {
        add(out, item);
    }
    if (mine) add_captures(out, (json_t *)service_at(object, "metadata"));
    json_decref(event);
    return true;
}
