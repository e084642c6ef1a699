/* nexo_crypto.c — protected messages to terminals. See nexo_crypto.h. */
#include "flows/nexo_crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

enum { MAC_KEY = 32, CIPHER_KEY = 32, IV = 16, KEYS = MAC_KEY + CIPHER_KEY + IV, MAC = 32, ROUNDS = 4000 };

typedef struct {
    unsigned char bytes[KEYS]; /* of the MAC, of the cipher, and what the nonce is mixed with */
} Keys;

static bool derive(const NexoKey *key, Keys *out)
{
    static const unsigned char salt[] = "AdyenNexoV1Salt";
    return PKCS5_PBKDF2_HMAC(key->passphrase.ptr, (int)key->passphrase.len, salt, sizeof salt - 1, ROUNDS,
                             EVP_sha1(), KEYS, out->bytes)
        == 1;
}

static bool mac_of(const Keys *keys, Str message, unsigned char out[MAC])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned int  len = 0;
    if (!HMAC(EVP_sha256(), keys->bytes, MAC_KEY, (const unsigned char *)message.ptr, message.len, bytes,
              &len)
        || len != MAC)
        return false;
    memcpy(out, bytes, MAC);
    return true;
}

/* Both ways; padded as PKCS #7 says. */
static Str crypt_with(Arena *arena, const Keys *keys, const unsigned char nonce[IV], Str bytes,
                      bool encrypt)
{
    unsigned char   iv[IV];
    unsigned char  *out  = arena_alloc(arena, bytes.len + 2 * (size_t)IV);
    EVP_CIPHER_CTX *ctx  = EVP_CIPHER_CTX_new();
    int             some = 0, rest = 0;
    for (int i = 0; i < IV; i++) iv[i] = keys->bytes[MAC_KEY + CIPHER_KEY + i] ^ nonce[i];
    bool ok = out && ctx
           && EVP_CipherInit_ex(ctx, EVP_aes_256_cbc(), NULL, keys->bytes + MAC_KEY, iv, encrypt) == 1
           && EVP_CipherUpdate(ctx, out, &some, (const unsigned char *)bytes.ptr, (int)bytes.len) == 1
           && EVP_CipherFinal_ex(ctx, out + some, &rest) == 1;
    EVP_CIPHER_CTX_free(ctx);
    return ok ? (Str){ (const char *)out, (size_t)(some + rest) } : STR_NONE;
}

static Str to_base64(Arena *arena, Str bytes)
{
    unsigned char *text = arena_alloc(arena, (bytes.len + 2) / 3 * 4 + 1);
    if (!text || !bytes.ptr) return STR_NONE;
    return (Str){ (const char *)text,
                  (size_t)EVP_EncodeBlock(text, (const unsigned char *)bytes.ptr, (int)bytes.len) };
}

static Str from_base64(Arena *arena, Str text)
{
    unsigned char *bytes = arena_alloc(arena, text.len + 4);
    if (!bytes || !text.len || text.len % 4) return STR_NONE;
    int len = EVP_DecodeBlock(bytes, (const unsigned char *)text.ptr, (int)text.len);
    if (len < 0) return STR_NONE;
    for (size_t i = 1; i <= 2 && text.ptr[text.len - i] == '='; i++) len--;
    return (Str){ (const char *)bytes, (size_t)len };
}

Str nexo_protect(Arena *arena, Env *env, const NexoKey *key, const char *name, Str header, Str message)
{
    Keys          keys;
    unsigned char nonce[IV], mac[MAC];
    env_random(env, nonce, sizeof nonce);
    if (!derive(key, &keys) || !mac_of(&keys, message, mac)) return STR_NONE;
    Str blob       = to_base64(arena, crypt_with(arena, &keys, nonce, message, true));
    Str mac_text   = to_base64(arena, (Str){ (const char *)mac, MAC });
    Str nonce_text = to_base64(arena, (Str){ (const char *)nonce, IV });
    OPENSSL_cleanse(&keys, sizeof keys);
    if (!blob.ptr || !mac_text.ptr || !nonce_text.ptr) return STR_NONE;
    Buf out = buf_make(arena, blob.len + header.len + 512);
    buf_format(&out, "{\"%s\":{\"MessageHeader\":", name);
    buf_add(&out, header);
    buf_add(&out, STR(",\"NexoBlob\":\""));
    buf_add(&out, blob);
    buf_add(&out, STR("\",\"SecurityTrailer\":{"));
    buf_add(&out, STR("\"AdyenCryptoVersion\":1,\"KeyIdentifier\":"));
    buf_json_string(&out, key->identifier);
    buf_format(&out, ",\"KeyVersion\":%lld,\"Nonce\":\"%.*s\",\"Hmac\":\"%.*s\"}}}",
               (long long)key->version, STR_FMT(nonce_text), STR_FMT(mac_text));
    return out.failed ? STR_NONE : buf_str(&out);
}

static Str text_at(const json_t *json, const char *a, const char *b)
{
    json_t *at = json_object_get(json, a);
    return str_from(json_string_value(b ? json_object_get(at, b) : at));
}

Str nexo_open(Arena *arena, const NexoKey *key, const json_t *secured)
{
    Keys          keys;
    unsigned char mac[MAC];
    Str           blob  = from_base64(arena, text_at(secured, "NexoBlob", NULL));
    Str           nonce = from_base64(arena, text_at(secured, "SecurityTrailer", "Nonce"));
    Str           told  = from_base64(arena, text_at(secured, "SecurityTrailer", "Hmac"));
    if (!blob.ptr || nonce.len != IV || told.len != MAC || !derive(key, &keys)) return STR_NONE;
    Str  message = crypt_with(arena, &keys, (const unsigned char *)nonce.ptr, blob, false);
    bool ok      = message.ptr && mac_of(&keys, message, mac) && CRYPTO_memcmp(mac, told.ptr, MAC) == 0;
    OPENSSL_cleanse(&keys, sizeof keys);
    return ok ? message : STR_NONE;
}
