/* api_none.h — row macros that make nothing; api_define.h replaces those it wants in each pass. */
#include "base/form_none.h"
#define ROUTE(METHOD, path, handler, Request, Reply, PERMISSION, flags, status, cli, summary)
#define ERR(NAME, status, code, retry, sentence)
#define PERM(NAME, code, meaning)
#define EVENT(NAME, code, meaning)
#define SETTING(NAME, key, standard, low, high, meaning)
