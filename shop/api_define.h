/* api_define.h — included once per capability, in <name>_api.c, with API_DEF and CAPABILITY set:
 * makes the tables from the rows, and `const Capability <name>_capability`. */
#define API_GLUE_(a, b) a##b
#define API_GLUE(a, b) API_GLUE_(a, b)
#define API_TEXT_(a) #a
#define API_TEXT(a) API_TEXT_(a)

/* Pass 1: what others point to, and handlers with untyped parameters. */
#include "shop/api_none.h"
#undef ROUTE
#undef ERR
#undef PERM
#undef EVENT
#undef SETTING
#define ROUTE(METHOD, path, handler, Request, Reply, PERMISSION, flags, status, cli, summary) \
    static bool handler##_any(Ctx *ctx, const void *request, void *reply, Error *err) \
    { \
        return handler(ctx, request, reply, err); \
    }
#define ERR(NAME, status, code, retry, sentence) \
    const ErrDef ERR_##NAME = { code, status, retry, sentence };
#define PERM(NAME, code, meaning) const PermDef PERM_##NAME = { code, meaning };
#define EVENT(NAME, code, meaning) const EventDef EVENT_##NAME = { code, meaning };
#define SETTING(NAME, key, standard, low, high, meaning) \
    const SettingDef SETTING_##NAME = { key, standard, low, high, meaning };
#include API_DEF
#include "shop/api_undef.h"

/* Pass 2: the fields of each struct. */
#include "shop/api_none.h"
#include "base/form_undef.h"
#include "base/form_table.h"
#include API_DEF
#include "shop/api_undef.h"

/* Pass 3: the lists; each starts with one empty row so that none has length zero. */
#define API_LIST(Type, list) static const Type list[] = {
API_LIST(RouteDef, api_routes)
{ .path = NULL },
#include "shop/api_none.h"
#undef ROUTE
#define ROUTE(METHOD, path, handler, Request, Reply, PERMISSION, flags, status, cli, summary) \
    { METHOD,  path,  handler##_any, &Request##_def, &Reply##_def, &PERM_##PERMISSION, \
      flags, status, cli, summary },
#include API_DEF
#include "shop/api_undef.h"
};
API_LIST(ErrDef *const, api_errors)
NULL,
#include "shop/api_none.h"
#undef ERR
#define ERR(NAME, status, code, retry, sentence) &ERR_##NAME,
#include API_DEF
#include "shop/api_undef.h"
};
API_LIST(PermDef *const, api_perms)
NULL,
#include "shop/api_none.h"
#undef PERM
#define PERM(NAME, code, meaning) &PERM_##NAME,
#include API_DEF
#include "shop/api_undef.h"
};
API_LIST(EventDef *const, api_events)
NULL,
#include "shop/api_none.h"
#undef EVENT
#define EVENT(NAME, code, meaning) &EVENT_##NAME,
#include API_DEF
#include "shop/api_undef.h"
};
API_LIST(SettingDef *const, api_settings)
NULL,
#include "shop/api_none.h"
#undef SETTING
#define SETTING(NAME, key, standard, low, high, meaning) &SETTING_##NAME,
#include API_DEF
#include "shop/api_undef.h"
};
API_LIST(StructDef *const, api_structs)
NULL,
#include "shop/api_none.h"
#undef END
#define END(S, meaning) &S##_def,
#include API_DEF
#include "shop/api_undef.h"
};

extern const Capability API_GLUE(CAPABILITY, _capability);
const Capability        API_GLUE(CAPABILITY, _capability) = {
    .name          = API_TEXT(CAPABILITY),
    .routes        = api_routes + 1,
    .route_count   = COUNT(api_routes) - 1,
    .errors        = api_errors + 1,
    .error_count   = COUNT(api_errors) - 1,
    .perms         = api_perms + 1,
    .perm_count    = COUNT(api_perms) - 1,
    .events        = api_events + 1,
    .event_count   = COUNT(api_events) - 1,
    .settings      = api_settings + 1,
    .setting_count = COUNT(api_settings) - 1,
    .structs       = api_structs + 1,
    .struct_count  = COUNT(api_structs) - 1,
};
