/* reach.h — the structs that routes take or give but that stand in a table of core/, not in an api.def: the
 * descriptions of the API must show them too. */
#ifndef SHOP_REACH_H
#define SHOP_REACH_H

#include "shop/api.h"

enum { REACH_MAX = 256 };

/* Puts each of them into `out` once, in the order in which routes and fields lead there; how many. */
size_t reach_structs(const StructDef *out[REACH_MAX]);

#endif
