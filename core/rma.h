/* rma.h — goods that come back to be repaired, swapped, claimed from their vendor, or given back by
 * mail: who may do what, and what moves. Pure; the rows are in core/rma.def, the states in
 * core/machines.def. */
#ifndef CORE_RMA_H
#define CORE_RMA_H

#include "core/machine.h"

#define RMA_KINDS "mail|repair|swap|advance|claim"

typedef struct {
    const char *kind, *event, *who;
    const char *piece, *from, *to; /* what moves in the stock; empty: nothing */
    const char *meaning;
} RmaEvent;

/* NULL: nothing of that kind has such an event. */
const RmaEvent *rma_event(Str kind, Str event);
const RmaEvent *rma_events(size_t *count);

/* The machine of a kind; false: there is none. */
bool rma_machine(Str kind, Machine *out);

#endif
