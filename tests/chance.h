/* chance.h — numbers by chance that are the same in every run: Marsaglia's xorshift (Journal of Statistical
 * Software 8:14, 2003). A test that replays a case sets chance_state to its seed, which is not 0. */
#ifndef TESTS_CHANCE_H
#define TESTS_CHANCE_H

#include <stdint.h>

static uint64_t chance_state = 88172645463325252ULL;

/* 0 to limit - 1. */
static inline int64_t below(int64_t limit)
{
    chance_state ^= chance_state << 13;
    chance_state ^= chance_state >> 7;
    chance_state ^= chance_state << 17;
    return (int64_t)(chance_state % (uint64_t)limit);
}

#endif
