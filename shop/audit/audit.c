/* audit.c — the hash chain. See audit.h. */
#include "shop/audit/audit.h"

#include "all_sql.h"

#include <openssl/sha.h>
#include <string.h>

static void hash_i64(SHA256_CTX *sha, int64_t value)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++) bytes[i] = (unsigned char)((uint64_t)value >> (56 - 8 * i));
    SHA256_Update(sha, bytes, sizeof bytes);
}

static void hash_text(SHA256_CTX *sha, Str text)
{
    hash_i64(sha, (int64_t)text.len);
    SHA256_Update(sha, text.ptr, text.len);
}

static void row_hash(Str before, const AuditPutIn *row, unsigned char out[SHA256_DIGEST_LENGTH])
{
    SHA256_CTX sha;
    SHA256_Init(&sha);
    if (before.len) SHA256_Update(&sha, before.ptr, before.len);
    hash_i64(&sha, row->merchant);
    hash_i64(&sha, row->stream);
    hash_i64(&sha, row->seq);
    hash_i64(&sha, row->at_ms);
    SHA256_Update(&sha, row->actor.bytes, ID_BYTES);
    SHA256_Update(&sha, row->subject.bytes, ID_BYTES);
    hash_text(&sha, row->action);
    hash_text(&sha, row->detail);
    SHA256_Final(out, &sha);
}

/* Every row names its actor; what no key did (set-up, jobs) is done by this one. */
static Id actor_of(const Ctx *ctx)
{
    Id nobody = { { [ID_BYTES - 1] = 1 } };
    return id_is_none(ctx->who.api_key) ? nobody : ctx->who.api_key;
}

bool audit_append(Ctx *ctx, Str action, Id subject, Str detail, Error *err)
{
    AuditHeadRow  head  = { 0 };
    bool          found = false;
    unsigned char hash[SHA256_DIGEST_LENGTH];
    AuditHeadIn   where = { ctx->who.merchant, tx_stream(ctx->tx) };
    if (!q_audit_head_one(ctx->tx, ctx->arena, &where, &head, &found, err)) return false;
    AuditPutIn in = { .merchant = where.merchant,
                      .stream   = where.stream,
                      .seq      = head.seq + 1,
                      .at_ms    = env_now_ms(ctx->env),
                      .actor    = actor_of(ctx),
                      .action   = action,
                      .subject  = subject,
                      .detail   = detail };
    row_hash(head.hash, &in, hash);
    in.hash = (Str){ (const char *)hash, sizeof hash };
    return q_audit_put_exec(ctx->tx, &in, NULL, err);
}

Id audit_subject(Str kind, Str code)
{
    SHA256_CTX    sha;
    unsigned char hash[SHA256_DIGEST_LENGTH];
    Id            id;
    SHA256_Init(&sha);
    SHA256_Update(&sha, kind.ptr, kind.len);
    SHA256_Update(&sha, "/", 1);
    SHA256_Update(&sha, code.ptr, code.len);
    SHA256_Final(hash, &sha);
    memcpy(id.bytes, hash, ID_BYTES);
    id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0F) | 0x80);
    id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3F) | 0x80);
    return id;
}

typedef struct {
    AuditCheck   *check;
    int64_t       merchant, stream, seq;
    unsigned char hash[SHA256_DIGEST_LENGTH];
} Walk;

static bool walk_row(void *arg, const void *any)
{
    Walk               *walk = arg;
    const AuditRowsRow *row  = any;
    if (row->stream != walk->stream) {
        walk->stream = row->stream;
        walk->seq    = 0;
    }
    unsigned char hash[SHA256_DIGEST_LENGTH];
    Str           before = walk->seq ? (Str){ (const char *)walk->hash, sizeof walk->hash } : STR_NONE;
    AuditPutIn    in     = { walk->merchant, row->stream,  row->seq,    row->at_ms, row->actor,
                             row->action,    row->subject, row->detail, row->hash };
    row_hash(before, &in, hash);
    bool fits = row->seq == walk->seq + 1 && row->hash.len == sizeof hash
             && memcmp(row->hash.ptr, hash, sizeof hash) == 0;
    if (!fits) {
        walk->check->whole      = false;
        walk->check->bad_stream = row->stream;
        walk->check->bad_seq    = row->seq;
        return false;
    }
    memcpy(walk->hash, hash, sizeof hash);
    walk->seq = row->seq;
    walk->check->rows++;
    return true;
}

bool audit_verify(Ctx *ctx, AuditCheck *out, Error *err)
{
    *out      = (AuditCheck){ .whole = true };
    Walk walk = { .check = out, .merchant = ctx->who.merchant, .stream = -1 };
    return q_audit_rows_each(ctx->tx, &(AuditRowsIn){ ctx->who.merchant }, walk_row, &walk, err);
}
