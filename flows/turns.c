/* turns.c — lines in the order of their items. See turns.h. */
#include "flows/turns.h"

#include <stdlib.h>

static int by_item(const void *a, const void *b)
{
    const Turn *one = a, *two = b;
    int         way = id_cmp(one->item, two->item);
    return way ? way : (one->line > two->line) - (one->line < two->line);
}

void turns_sort(Turn *turns, size_t count)
{
    qsort(turns, count, sizeof *turns, by_item);
}
