/* perms.c — the permissions of the program by number. See perms.h. */
#include "shop/perms.h"

int perm_bit(const PermDef *perm)
{
    int bit = 0;
    for (size_t c = 0; c < shop_count; c++)
        for (size_t i = 0; i < shop_all[c]->perm_count; i++, bit++)
            if (shop_all[c]->perms[i] == perm) return bit;
    return -1;
}

const PermDef *perm_at(int bit)
{
    if (bit < 0) return NULL;
    size_t left = (size_t)bit;
    for (size_t c = 0; c < shop_count; c++) {
        if (left < shop_all[c]->perm_count) return shop_all[c]->perms[left];
        left -= shop_all[c]->perm_count;
    }
    return NULL;
}

void perms_add(Perms *perms, int bit)
{
    perms->words[bit / 64] |= UINT64_C(1) << bit % 64;
}

bool perms_within(const Perms *some, const Perms *all)
{
    for (size_t i = 0; i < COUNT(some->words); i++)
        if (some->words[i] & ~all->words[i]) return false;
    return true;
}
