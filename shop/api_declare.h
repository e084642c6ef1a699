/* api_declare.h — included in a capability's header with API_DEF set: makes the C structs, handler
 * prototypes and names from the rows. May be included many times. */
#include "shop/api.h"

#include "base/form_declare.h"
#define ROUTE(METHOD, path, handler, Request, Reply, PERMISSION, flags, status, cli, summary) \
    bool handler(Ctx *ctx, const Request *request, Reply *reply, Error *err) MUST_USE;
#define ERR(NAME, status, code, retry, sentence) extern const ErrDef ERR_##NAME;
#define PERM(NAME, code, meaning) extern const PermDef PERM_##NAME;
#define EVENT(NAME, code, meaning) extern const EventDef EVENT_##NAME;
#define SETTING(NAME, key, standard, low, high, meaning) extern const SettingDef SETTING_##NAME;
#include API_DEF
#include "shop/api_undef.h"
#undef API_DEF
