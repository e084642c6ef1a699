/* ctx.h — what a command carries with it: memory, transaction, time, chance, and who asks. */
#ifndef SHOP_CTX_H
#define SHOP_CTX_H

#include "store/shelf.h"
#include "sys/env.h"

/* A set of permissions: bit n is the n-th permission of the program (shop/perms.h). */
enum { PERMS_MAX = 192 };
typedef struct {
    uint64_t words[PERMS_MAX / 64];
} Perms;
#define PERMS_ALL ((Perms){ { UINT64_MAX, UINT64_MAX, UINT64_MAX } })

static inline bool perms_have(const Perms *perms, int bit)
{
    return perms->words[bit / 64] >> bit % 64 & 1;
}

typedef struct {
    int64_t merchant;
    Id      api_key;
    Str     role;
    Perms   perms;
} Principal;

/* What came with a route of the flag RAW. */
typedef struct {
    Str body, signature;
} RawRequest;

typedef struct Ctx Ctx;
struct Ctx {
    Arena    *arena;
    Tx       *tx;
    Db       *db;
    Env      *env;
    int64_t   now_ms;
    Principal who;
    Str       request_id;
    ShelfUse  shelf; /* reference data in memory; all zero: none is used */
    struct RuleCache *rules; /* compiled promotions (flows/rules.h); NULL: none are kept */
    Str       key; /* Idempotency-Key, or none */
    /* Set by a handler whose work is not done with its transaction (a card to be charged): called
     * after the commit, outside any transaction, with the same reply struct; it makes the reply. */
    bool (*after)(Ctx *ctx, void *reply, Error *err);
    Id    after_id;  /* the document that `after` goes on with */
    void *after_arg; /* what else it needs; in the arena */
    /* Set by the app when a request comes again whose `after` did not end: the handler only tells what
     * became of the document after_id. */
    bool resume;
    /* Set by the app for the asking stage: with the route flag ASKS where there is a tax service, else
     * when the handler says ask_first. The handler only asks a service outside, or counts a PIN, outside
     * any transaction, and leaves what it was told in the arena for its run. */
    bool asking;
    /* Set by a handler that cannot go on before its asking stage has run: it is undone, asked, and run
     * again; and by the app when that stage has run. */
    bool                  ask_first, asked;
    const RawRequest     *raw;  /* of a route with the flag RAW, or NULL */
    const struct TaxTold *told; /* by the tax service (flows/taxes.h), or NULL */
    /* Set by `after` (or when resumed): it is not settled yet; the answer is 202 and is not kept. */
    bool pending;
};

Id ctx_new_id(Ctx *ctx);

#endif
