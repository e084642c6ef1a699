/* simulator.h — the payment-service simulator as a process of the test's own, and other programs beside the
 * test. They end with the test, however it ends. */
#ifndef TESTS_SIMULATOR_H
#define TESTS_SIMULATOR_H

#include "base/str.h"

#include <sys/types.h>

typedef struct {
    pid_t pid;
    char  url[64]; /* "http://127.0.0.1:PORT" */
} Simulator;

/* Starts build/onetill-psp on a free port. Ends the test when it does not come up. */
void simulator_start(Simulator *out);
void simulator_stop(Simulator *simulator);

/* Sets what its next calls do: words of psp/behaviour.h as JSON texts, e.g. "\"garbage\",\"slow_50\"". */
bool simulator_script(const Simulator *simulator, const char *words);

/* What its book says of a key; state "" when it has never seen it. */
typedef struct {
    char    state[16];
    int64_t captured, refunded;
} SimulatorCharge;
bool simulator_look(const Simulator *simulator, const char *key, SimulatorCharge *out);

/* The sums over the whole book, in minor units of whatever currency. */
bool simulator_sums(const Simulator *simulator, int64_t *charges, int64_t *captured, int64_t *refunded);

/* How many labels its carrier has sold that were not given up. */
int64_t simulator_labels(const Simulator *simulator);

/* Says where the parcel of a label is: moving, delivered, failed; `key` as text. */
bool simulator_parcel(const Simulator *simulator, const char *key, const char *state, const char *reason);

/* It pays out what it took since the last time; `out` gets its settlement file. */
bool simulator_pay_out(const Simulator *simulator, char *out, size_t size);

#endif
