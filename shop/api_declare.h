/* api_declare.h — included in a capability's header with API_DEF set: makes the C structs, handler
 * prototypes and names from the rows. May be included many times. */
#include "shop/api.h"

#define C_TEXT Str
#define C_INT int64_t
#define C_MONEY int64_t
#define C_RATE int64_t
#define C_QTY int64_t
#define C_TIME int64_t
#define C_BOOL bool
#define C_ID Id
#define C_JSON Str

#define STRUCT(S) \
    typedef struct S S; \
    struct S {
#define FIELD(S, name, TYPE, need, low, high, meaning) C_##TYPE name;
#define CHOICE(S, name, values, need, meaning) Str name;
#define LIST(S, name, Element, need, low, high, meaning) \
    struct { \
        Element *items; \
        size_t   count; \
    } name;
#define OBJECT(S, name, Other, need, meaning) Other *name;
#define END(S, meaning) \
    } \
    ; \
    extern const StructDef S##_def;
#define ROUTE(METHOD, path, handler, Request, Reply, PERMISSION, flags, status, cli, summary) \
    bool handler(Ctx *ctx, const Request *request, Reply *reply, Error *err) MUST_USE;
#define ERR(NAME, status, code, retry, sentence) extern const ErrDef ERR_##NAME;
#define PERM(NAME, code, meaning) extern const PermDef PERM_##NAME;
#define EVENT(NAME, code, meaning) extern const EventDef EVENT_##NAME;
#define SETTING(NAME, key, standard, low, high, meaning) extern const SettingDef SETTING_##NAME;
#include API_DEF
#include "shop/api_undef.h"
#undef API_DEF
