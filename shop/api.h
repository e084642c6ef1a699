/* api.h — the tables in which a capability says what the world sees: routes, the fields of requests
 * and replies, permissions, errors, events, settings. An api.def holds the rows; it is included
 * through api_declare.h (in the header: C structs and prototypes) and through api_define.h (in one
 * .c file: the tables). Router, decoder, permission check, OpenAPI, TypeScript and CLI read these.
 *
 * Rows:
 *   STRUCT, FIELD, CHOICE, TEXTS, LIST, OBJECT, END: see base/form.h
 *   ROUTE(METHOD, "/path/{field}", handler, Request, Reply, PERMISSION, flags, status, "cli words",
 *         "summary")
 *   ERR(NAME, status, "code", retry, "sentence")   PERM(NAME, "code", "meaning")
 *   EVENT(NAME, "code", "meaning")   SETTING(NAME, "key", default, low, high, "meaning")
 * A request struct takes its fields from the path ({field}), then GET and DELETE from the query,
 * others from the body. */
#ifndef SHOP_API_H
#define SHOP_API_H

#include "base/form.h"
#include "shop/ctx.h"

typedef struct {
    const char *code, *meaning;
} PermDef;

typedef struct {
    const char *code, *meaning;
} EventDef;

typedef struct {
    const char *key;
    int64_t     standard, low, high;
    const char *meaning;
} SettingDef;

/* Route flags. */
enum {
    READ   = 1, /* changes nothing; runs on a reading connection */
    WRITE  = 2, /* one transaction with the idempotency key, the reply stored with it */
    PUBLIC = 4, /* no key needed */
    TEXT_REPLY = 8, /* the reply is the TEXT field `text` of the reply struct, as text/plain */
    CACHED     = 16, /* a READ whose reply depends on nothing but merchant, path, query and what routes
                      * without NO_TOUCH change: not on the time, not on who asks. Kept by reply_cache.h */
    STREAM     = 128, /* a READ answered with events without end (http/stream.h) from the cursor in the
                      * TEXT field `cursor` of the reply struct; text/event-stream */
    NO_TOUCH   = 32, /* a WRITE that changes nothing a CACHED reply shows (orders, stock, payments) */
    SLOW       = 64, /* a READ that may look at many rows: never on the loop thread, also on SQLite */
    RAW        = 512, /* a WRITE of somebody who signs what he sends: the body as it came and its
                       * signature are in ctx->raw; no Idempotency-Key: the same twice must be harmless */
    HTML_PAGE  = 1024, /* with TEXT_REPLY: `text` is a page for people, also when something went wrong; what
                        * a browser may do with it says http/page.h */
    ASKS       = 256, /* when there is a tax service, the handler is called beforehand with ctx->asking,
                       * outside any transaction and on a thread that may wait for it; see ctx.h */
};

typedef enum { GET, POST, PUT, PATCH, DELETE } Method;

typedef bool (*Handler)(Ctx *ctx, const void *request, void *reply, Error *err);

typedef struct {
    Method           method;
    const char      *path;
    Handler          handler;
    const StructDef *request, *reply;
    const PermDef   *perm;
    int              flags, status;
    const char      *cli, *summary;
} RouteDef;

typedef struct {
    const char              *name;
    const RouteDef          *routes;
    size_t                   route_count;
    const ErrDef *const     *errors;
    size_t                   error_count;
    const PermDef *const    *perms;
    size_t                   perm_count;
    const EventDef *const   *events;
    size_t                   event_count;
    const SettingDef *const *settings;
    size_t                   setting_count;
    const StructDef *const  *structs;
    size_t                   struct_count;
} Capability;

/* All capabilities, in start-up order (shop/shop.def). */
extern const Capability *const shop_all[];
extern const size_t            shop_count;

#endif
