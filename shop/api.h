/* api.h — the tables in which a capability says what the world sees: routes, the fields of requests
 * and replies, permissions, errors, events, settings. An api.def holds the rows; it is included
 * through api_declare.h (in the header: C structs and prototypes) and through api_define.h (in one
 * .c file: the tables). Router, decoder, permission check, OpenAPI, TypeScript and CLI read these.
 *
 * Rows:
 *   STRUCT(Name)  …fields…  END(Name, "meaning")
 *   FIELD(Name, field, TYPE, REQUIRED|OPTIONAL, low, high, "meaning")
 *       TEXT (Str; low/high: bytes)       INT, MONEY, RATE (int64_t; low/high: value)
 *       QTY  (int64_t thousandths; wire: integer or decimal text; low/high: thousandths)
 *       TIME (int64_t UTC ms; wire: RFC 3339)    BOOL (bool)    ID (Id; wire: UUID)
 *       JSON (Str; replies only: the text of a JSON object, which becomes part of the reply as it is)
 *   CHOICE(Name, field, "one|other", REQUIRED|OPTIONAL, "meaning")          Str
 *   LIST(Name, field, Element, REQUIRED|OPTIONAL, low, high, "meaning")     {items, count}
 *   OBJECT(Name, field, Other, REQUIRED|OPTIONAL, "meaning")                pointer or NULL
 *   ROUTE(METHOD, "/path/{field}", handler, Request, Reply, PERMISSION, flags, status, "cli words",
 *         "summary")
 *   ERR(NAME, status, "code", retry, "sentence")   PERM(NAME, "code", "meaning")
 *   EVENT(NAME, "code", "meaning")   SETTING(NAME, "key", default, low, high, "meaning")
 * A request struct takes its fields from the path ({field}), then GET and DELETE from the query,
 * others from the body. An absent optional number is OPT_NONE, other types are NULL or zero. */
#ifndef SHOP_API_H
#define SHOP_API_H

#include "shop/ctx.h"

#define OPT_NONE INT64_MIN

typedef enum {
    F_TEXT, F_INT, F_MONEY, F_RATE, F_QTY, F_TIME, F_BOOL, F_ID, F_CHOICE, F_LIST, F_OBJECT,
    F_JSON
} FieldType;

typedef enum { OPTIONAL, REQUIRED } FieldNeed;

typedef struct StructDef StructDef;

typedef struct {
    const char      *name;
    FieldType        type;
    FieldNeed        need;
    int64_t          low, high;
    size_t           offset;
    const char      *choices; /* F_CHOICE: "a|b" */
    const StructDef *element; /* F_LIST, F_OBJECT */
    const char      *meaning;
} FieldDef;

struct StructDef {
    const char     *name;
    const char     *meaning;
    const FieldDef *fields;
    size_t          field_count;
    size_t          size;
};

/* What every LIST field looks like in memory. */
typedef struct {
    void  *items;
    size_t count;
} AnyList;

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
