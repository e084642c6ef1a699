/* api_undef.h — takes back the row macros after each reading of an api.def. */
#include "base/form_undef.h"
#undef ROUTE
#undef ERR
#undef PERM
#undef EVENT
#undef SETTING
