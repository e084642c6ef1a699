/* env.c — time and chance of the operating system. See env.h. */
#include "sys/env.h"

#include <assert.h>
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

static void real_random(Env *env, void *bytes, size_t count)
{
    (void)env;
    size_t done = 0;
    while (done < count) {
        ssize_t got = getrandom((char *)bytes + done, count - done, 0);
        if (got < 0) abort(); /* no random numbers: no keys, no ids, no service */
        done += (size_t)got;
    }
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
