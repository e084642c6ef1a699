/* rma.c — who may do what with goods that come back, and what moves. See rma.h. */
#include "core/rma.h"

static const RmaEvent rows[] = {
#define RMA_EVENT(kind, event, who, piece, from, to, meaning)                                       \
    { kind, event, who, piece, from, to, meaning },
#include "core/rma.def"
#undef RMA_EVENT
};

static const struct {
    const char *kind;
    Machine     machine;
} machines[] = { { "mail", MACHINE_RMA_MAIL },
                 { "repair", MACHINE_RMA_REPAIR },
                 { "swap", MACHINE_RMA_SWAP },
                 { "advance", MACHINE_RMA_ADVANCE },
                 { "claim", MACHINE_RMA_CLAIM } };

const RmaEvent *rma_events(size_t *count)
{
    *count = COUNT(rows);
    return rows;
}

const RmaEvent *rma_event(Str kind, Str event)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (str_eq(kind, str_from(rows[i].kind)) && str_eq(event, str_from(rows[i].event)))
            return &rows[i];
    return NULL;
}

bool rma_machine(Str kind, Machine *out)
{
    for (size_t i = 0; i < COUNT(machines); i++)
        if (str_eq(kind, str_from(machines[i].kind))) {
            *out = machines[i].machine;
            return true;
        }
    return false;
}
