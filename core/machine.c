/* machine.c — documents with states. See machine.h. */
#include "core/machine.h"

#include "core/money.h"

#include <assert.h>

static const struct {
    const char *name, *meaning;
} machines[] = {
#define MACHINE(NAME, name, meaning) { name, meaning },
#define MOVE(NAME, state, event, next, meaning)
#include "core/machines.def"
#undef MACHINE
#undef MOVE
};
static_assert(COUNT(machines) == MACHINE_COUNT, "every machine has a name");

static const MachineRow rows[] = {
#define MACHINE(NAME, name, meaning)
#define MOVE(NAME, state, event, next, meaning) { MACHINE_##NAME, #state, #event, #next, meaning },
#include "core/machines.def"
#undef MACHINE
#undef MOVE
};

bool machine_next(Machine machine, Str state, Str event, Str *next)
{
    assert(machine < MACHINE_COUNT);
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (rows[i].machine != machine || !str_eq(state, str_from(rows[i].state))) continue;
        if (!str_eq(event, str_from(rows[i].event))) continue;
        *next = str_from(rows[i].next);
        return true;
    }
    return false;
}

bool machine_step(Machine machine, Str state, Str event, const char *field, Str *next, Error *err)
{
    if (machine_next(machine, state, event, next)) return true;
    return err_set(err, &ERR_STATE_REFUSED, field, "it is %.*s, so that %.*s is not possible", STR_FMT(state),
                   STR_FMT(event));
}

Str machine_first(Machine machine)
{
    size_t i = 0;
    while (i < COUNT(rows) && rows[i].machine != machine) i++;
    assert(i < COUNT(rows));
    return str_from(rows[i].state);
}

bool machine_knows(Machine machine, Str state)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].machine == machine
            && (str_eq(state, str_from(rows[i].state)) || str_eq(state, str_from(rows[i].next))))
            return true;
    return false;
}

bool machine_ended(Machine machine, Str state)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].machine == machine && str_eq(state, str_from(rows[i].state))) return false;
    return true;
}

const char *machine_name(Machine machine)
{
    return machines[machine].name;
}

const char *machine_meaning(Machine machine)
{
    return machines[machine].meaning;
}

const MachineRow *machine_rows(size_t *count)
{
    *count = COUNT(rows);
    return rows;
}
