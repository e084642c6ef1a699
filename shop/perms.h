/* perms.h — the permissions of the program by number: their order over all capabilities. */
#ifndef SHOP_PERMS_H
#define SHOP_PERMS_H

#include "shop/api.h"

enum { PERMS_MAX = 64 }; /* Principal.perms has one bit for each */

/* The number of a permission, or -1 when no capability has it. */
int perm_bit(const PermDef *perm);

/* The permission with that number, or NULL behind the last one. */
const PermDef *perm_at(int bit);

#endif
