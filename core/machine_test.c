/* machine_test.c — every machine is whole: states are reached, events lead one way, and the wrong event is
 * refused in words. */
#include "core/machine.h"
#include "core/money.h"
#include "tests/kit.h"

#include <stdio.h>

static bool listed(const MachineRow *row, const char *state)
{
    return str_eq(str_from(row->state), str_from(state)) || str_eq(str_from(row->next), str_from(state));
}

/* Marks the rows whose state can be reached from the first one of their machine. */
static void reach(const MachineRow *rows, size_t count, bool *seen)
{
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < count; i++) {
            bool now = seen[i] || str_eq(str_from(rows[i].state), machine_first(rows[i].machine));
            for (size_t k = 0; k < count && !now; k++)
                now = seen[k] && rows[k].machine == rows[i].machine
                   && str_eq(str_from(rows[k].next), str_from(rows[i].state));
            more    = more || now != seen[i];
            seen[i] = now;
        }
    }
}

static void test_rows(void)
{
    size_t            count = 0;
    const MachineRow *rows  = machine_rows(&count);
    bool              once = true, together = true, all_reached = true, told = true;
    bool              seen[1000] = { false };
    check(count < COUNT(seen), "the test has room for all rows");
    reach(rows, count, seen);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = i + 1; k < count; k++)
            once = once && (rows[i].machine != rows[k].machine
                            || !str_eq(str_from(rows[i].state), str_from(rows[k].state))
                            || !str_eq(str_from(rows[i].event), str_from(rows[k].event)));
        together    = together && (i == 0 || rows[i].machine >= rows[i - 1].machine);
        all_reached = all_reached && seen[i];
        told        = told && rows[i].meaning[0] && listed(&rows[i], rows[i].next);
        Str next    = STR_NONE;
        check(machine_next(rows[i].machine, str_from(rows[i].state), str_from(rows[i].event), &next)
                  && str_eq(next, str_from(rows[i].next)),
              "a row leads where it says");
    }
    check(once, "an event leads from a state to one state only");
    check(together, "the rows of a machine stand together");
    check(all_reached, "every state can be reached");
    check(told, "every row says what it means");
    for (Machine m = 0; m < MACHINE_COUNT; m++) {
        bool ends = false;
        for (size_t i = 0; i < count; i++)
            ends = ends || (rows[i].machine == m && machine_ended(m, str_from(rows[i].next)));
        check(ends && machine_name(m)[0] && machine_meaning(m)[0], "a machine has a name and an end");
    }
}

static void test_refusals(void)
{
    Error err  = { 0 };
    Str   next = STR_NONE;
    check(machine_step(MACHINE_FULFILMENT_PICKUP, STR("open"), STR("start"), "id", &next, &err)
              && str_eq(next, STR("picking")),
          "a pick-up that is open can be begun");
    check(!machine_step(MACHINE_FULFILMENT_PICKUP, STR("open"), STR("hand_over"), "id", &next, &err)
              && err.def == &ERR_STATE_REFUSED && err.def->status == 409
              && str_eq(str_from(err.message), STR("it is open, so that hand_over is not possible")),
          "what is not picked cannot be handed over, and the refusal says why");
    check(!machine_next(MACHINE_FULFILMENT_SHIP, STR("shipped"), STR("stage"), &next),
          "another machine's event is none of this one");
    check(!machine_next(MACHINE_FULFILMENT_SHIP, STR(""), STR("ship"), &next)
              && !machine_next(MACHINE_FULFILMENT_SHIP, STR("packed"), STR_NONE, &next),
          "nothing leads nowhere");
    check(machine_knows(MACHINE_FULFILMENT_CURBSIDE, STR("arrived"))
              && !machine_knows(MACHINE_FULFILMENT_PICKUP, STR("arrived")),
          "a machine knows its own states");
    check(machine_ended(MACHINE_FULFILMENT_PICKUP, STR("no_show"))
              && !machine_ended(MACHINE_FULFILMENT_PICKUP, STR("staged")),
          "an end is an end");
}

int main(void)
{
    test_rows();
    test_refusals();
    return check_finish("machine");
}
