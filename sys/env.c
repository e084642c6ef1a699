/* env.c — time and chance of the operating system. See env.h. */
#include "sys/env.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static int64_t real_now_ms(Env *env)
{
    (void)env;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum { RANDOM_KEPT = 256 /* the system gives so many bytes at once without a break */ };

static void system_random(uint8_t *bytes, size_t count)
{
    size_t done = 0;
    while (done < count) {
        ssize_t got = getrandom(bytes + done, count - done, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) abort(); /* no random numbers: no keys, no ids, no service */
        done += (size_t)got;
    }
}

/* Each thread fetches a store of bytes at once: a system call per id would be dear. What was given out is
 * wiped, so that no key can be found in memory later. */
static void real_random(Env *env, void *bytes, size_t count)
{
    static _Thread_local struct {
        uint8_t bytes[RANDOM_KEPT];
        size_t  left;
    } kept;
    (void)env;
    if (count > RANDOM_KEPT) {
        system_random(bytes, count);
        return;
    }
    if (count > kept.left) {
        system_random(kept.bytes, RANDOM_KEPT);
        kept.left = RANDOM_KEPT;
    }
    kept.left -= count;
    memcpy(bytes, kept.bytes + kept.left, count);
    memset(kept.bytes + kept.left, 0, count);
}

void env_init_real(Env *env)
{
    *env = (Env){ .now_ms = real_now_ms, .random = real_random };
    int made = pthread_mutex_init(&env->lock, NULL);
    assert(made == 0);
    (void)made;
}

int64_t env_now_ms(Env *env)
{
    return env->now_ms(env);
}

void env_random(Env *env, void *bytes, size_t count)
{
    env->random(env, bytes, count);
}

Id env_new_id(Env *env)
{
    uint64_t random = 0;
    env->random(env, &random, sizeof random);
    pthread_mutex_lock(&env->lock);
    Id id = id_make(&env->ids, env->now_ms(env), random);
    pthread_mutex_unlock(&env->lock);
    return id;
}
