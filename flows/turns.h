/* turns.h — the lines of a document in the order of their items: whoever changes the stock of several items
 * in one transaction does so in this order, so that two never wait for each other. */
#ifndef FLOWS_TURNS_H
#define FLOWS_TURNS_H

#include "base/id.h"

#include <stddef.h>

typedef struct {
    Id     item;
    size_t line; /* index in the document */
} Turn;

/* By item; lines of one item stay in their order. */
void turns_sort(Turn *turns, size_t count);

#endif
