/* nexo_crypto.h — how messages to a terminal of Adyen in the shop's own network are protected: AES-256-CBC
 * and HMAC-SHA256 with keys that PBKDF2 makes of a passphrase, as Adyen publishes it. */
#ifndef FLOWS_NEXO_CRYPTO_H
#define FLOWS_NEXO_CRYPTO_H

#include "sys/env.h"

#include <jansson.h>

typedef struct {
    Str     passphrase, identifier;
    int64_t version;
} NexoKey;

/* {"SaleToPOI…":{"MessageHeader":…,"NexoBlob":…,"SecurityTrailer":…}} of a message; `header` is repeated
 * in the clear, `name` is SaleToPOIRequest. STR_NONE: no memory, or the cipher failed. */
Str nexo_protect(Arena *arena, Env *env, const NexoKey *key, const char *name, Str header, Str message);

/* The message of a protected one, or STR_NONE: another key, or it was changed on the way. */
Str nexo_open(Arena *arena, const NexoKey *key, const json_t *secured);

#endif
