/* adyen_webhook.c — notifications of Adyen: whether it signed them, and what they say of our keys. See
 * adyen.h. Signed is what matters: references, account, amount, event and success. */
#include "flows/adyen.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

enum { KEY_BYTES_MAX = 64, MAC_BYTES = 32 };

static size_t key_bytes(Str hex, unsigned char out[KEY_BYTES_MAX])
{
    if (hex.len % 2 || hex.len > 2 * (size_t)KEY_BYTES_MAX) return 0;
    for (size_t i = 0; i < hex.len; i++) {
        char c     = hex.ptr[i];
        int  digit = c >= '0' && c <= '9' ? c - '0'
                   : c >= 'a' && c <= 'f' ? c - 'a' + 10
                   : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                          : -1;
        if (digit < 0) return 0;
        out[i / 2] = (unsigned char)(i % 2 ? out[i / 2] | digit : digit << 4);
    }
    return hex.len / 2;
}

static bool is_signed(Arena *arena, const PaymentService *at, const json_t *item)
{
    unsigned char key[KEY_BYTES_MAX], mac[EVP_MAX_MD_SIZE], coded[(MAC_BYTES + 2) / 3 * 4 + 1];
    unsigned int  len     = 0;
    size_t        size    = key_bytes(at->webhook_secret, key);
    Str           value   = str_format(arena, "%lld", (long long)service_number(item, "amount.value"));
    Str           told    = service_text(item, "additionalData.hmacSignature");
    Str           parts[] = { service_text(item, "pspReference"),
                              STR(":"),
                              service_text(item, "originalReference"),
                              STR(":"),
                              service_text(item, "merchantAccountCode"),
                              STR(":"),
                              service_text(item, "merchantReference"),
                              STR(":"),
                              value,
                              STR(":"),
                              service_text(item, "amount.currency"),
                              STR(":"),
                              service_text(item, "eventCode"),
                              STR(":"),
                              service_text(item, "success") };
    Str           whole   = str_join(arena, parts, COUNT(parts));
    if (!size || !whole.ptr || told.len != sizeof coded - 1) return false;
    if (!HMAC(EVP_sha256(), key, (int)size, (const unsigned char *)whole.ptr, whole.len, mac, &len)
        || len != MAC_BYTES)
        return false;
    (void)EVP_EncodeBlock(coded, mac, MAC_BYTES);
    return CRYPTO_memcmp(coded, told.ptr, told.len) == 0;
}

/* Our word for an event; the second, when it did not succeed. */
static Str event_of(Str code, bool success)
{
    static const struct {
        const char *adyen, *yes, *no;
    } events[] = { { "AUTHORISATION", "charge", "charge_failed" },
                   { "CAPTURE", "capture", "capture_failed" },
                   { "CAPTURE_FAILED", "capture_failed", "other" },
                   { "REFUND", "refund", "refund_failed" },
                   { "REFUND_FAILED", "refund_failed", "other" },
                   { "REFUNDED_REVERSED", "refund_failed", "other" },
                   { "CANCELLATION", "cancel", "cancel_failed" },
                   { "TECHNICAL_CANCEL", "cancel", "cancel_failed" },
                   { "CANCEL_OR_REFUND", "cancel", "cancel_failed" },
                   { "REQUEST_FOR_INFORMATION", "dispute", "other" },
                   { "NOTIFICATION_OF_CHARGEBACK", "dispute", "other" },
                   { "CHARGEBACK", "dispute_taken", "other" },
                   { "CHARGEBACK_REVERSED", "dispute_returned", "other" } };
    for (size_t i = 0; i < COUNT(events); i++)
        if (str_eq(code, str_from(events[i].adyen)))
            return str_from(success ? events[i].yes : events[i].no);
    return STR("other");
}

static Str kept(Arena *arena, const json_t *json, const char *path)
{
    Str text = service_text(json, path);
    return text.len ? str_dup(arena, text) : STR("");
}

static bool hear_item(const PaymentService *at, Arena *arena, const json_t *item, WebhookNews *out,
                      Error *err)
{
    if (!service_is(item, "merchantAccountCode", at->account) || !is_signed(arena, at, item))
        return err_set(err, &ERR_WEBHOOK_SIGNATURE, "notificationItems",
                       "the HMAC is another, or the account");
    WebhookItem news = { .event     = event_of(service_text(item, "eventCode"),
                                               service_is(item, "success", STR("true"))),
                         .reference = kept(arena, item, "pspReference"),
                         .reason    = kept(arena, item, "reason"),
                         .of        = kept(arena, item, "originalReference"),
                         .amount    = service_number(item, "amount.value") };
    if (!id_parse(service_text(item, "merchantReference"), &news.about)) news.about = (Id){ { 0 } };
    if (out->count < WEBHOOK_ITEMS_MAX) out->items[out->count++] = news;
    return true;
}

bool adyen_hear(const PaymentService *at, Arena *arena, const WebhookCall *call, WebhookNews *out,
                Error *err)
{
    json_t       *whole = json_loadb(call->body.ptr, call->body.len, 0, NULL);
    const json_t *items = service_at(whole, "notificationItems");
    size_t        count = json_array_size(items);
    bool          ok    = count > 0 && count <= WEBHOOK_ITEMS_MAX;
    out->count          = 0;
    if (!ok) (void)err_set(err, &ERR_WEBHOOK_SIGNATURE, "notificationItems", "is no notification");
    for (size_t i = 0; ok && i < count; i++)
        ok = hear_item(at, arena, service_at(json_array_get(items, i), "NotificationRequestItem"), out,
                       err);
    json_decref(whole);
    return ok;
}
