/* machine.h — documents with states: which event moves which state where. Pure.
 * The machines are rows in core/machines.def: MACHINE(NAME, "name", "what it is about") and
 * MOVE(NAME, state, event, next, "what it means"). The state of a machine's first row is where it begins; a
 * state that is in no row as `state` is an end. docs/reference/states.md is made of the same rows. */
#ifndef CORE_MACHINE_H
#define CORE_MACHINE_H

#include "base/error.h"

typedef enum {
#define MACHINE(NAME, name, meaning) MACHINE_##NAME,
#define MOVE(NAME, state, event, next, meaning)
#include "core/machines.def"
#undef MACHINE
#undef MOVE
    MACHINE_COUNT
} Machine;

typedef struct {
    Machine     machine;
    const char *state, *event, *next, *meaning;
} MachineRow;

/* Where the event leads from that state; false when it leads nowhere. */
bool machine_next(Machine machine, Str state, Str event, Str *next) MUST_USE;

/* The same for a handler. Errors: STATE_REFUSED (409) at `field`, which names state and event. */
bool machine_step(Machine machine, Str state, Str event, const char *field, Str *next, Error *err) MUST_USE;

/* The state in which its documents begin. */
Str machine_first(Machine machine);

/* Whether the machine has that state at all, and whether nothing leads out of it. */
bool machine_knows(Machine machine, Str state);
bool machine_ended(Machine machine, Str state);

/* Its public name and what it is about. */
const char *machine_name(Machine machine);
const char *machine_meaning(Machine machine);

/* All rows, those of one machine together and in the order of machines.def. */
const MachineRow *machine_rows(size_t *count);

#endif
