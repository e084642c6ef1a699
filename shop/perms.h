/* perms.h — the permissions of the program by number, their order over all capabilities; and sets of them. */
#ifndef SHOP_PERMS_H
#define SHOP_PERMS_H

#include "shop/api.h"

/* The number of a permission, or -1 when no capability has it. */
int perm_bit(const PermDef *perm);

/* The permission with that number, or NULL behind the last one. */
const PermDef *perm_at(int bit);

void perms_add(Perms *perms, int bit);

/* Whether all permissions of `some` are among those of `all`. */
bool perms_within(const Perms *some, const Perms *all);

#endif
