/* hooks.c — the simulator's own webhooks. See hooks.h. Signed is "TIME.BODY", as Stripe does it. */
#include "psp/hooks.h"

#include "sys/http_client.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BODY_MAX = 512, TRIES = 5, AGAIN_MS = 500, CALL_MS = 3000, SPREAD_MS = 500, PENDING_MAX = 10000 };

typedef struct Hook Hook;
struct Hook {
    char    url[256], secret[100], body[BODY_MAX];
    int64_t due_ms;
    int     tries;
    Hook   *next; /* by due_ms */
};

struct Hooks {
    pthread_mutex_t lock;
    pthread_cond_t  wake;
    pthread_t       thread;
    HooksPlan       plan;
    Hook           *first;
    int64_t         count, pending;
    bool            stopping;
};

static int64_t clock_ms(clockid_t which)
{
    struct timespec now;
    (void)clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* With the lock held. */
static void insert(Hooks *hooks, Hook *hook)
{
    Hook **at = &hooks->first;
    while (*at && (*at)->due_ms <= hook->due_ms) at = &(*at)->next;
    hook->next = *at;
    *at        = hook;
    hooks->pending++;
    pthread_cond_signal(&hooks->wake);
}

static Hook *take(Hooks *hooks)
{
    pthread_mutex_lock(&hooks->lock);
    while (!hooks->stopping && (!hooks->first || hooks->first->due_ms > clock_ms(CLOCK_MONOTONIC))) {
        int64_t         due   = hooks->first ? hooks->first->due_ms : clock_ms(CLOCK_MONOTONIC) + 60000;
        struct timespec until = { .tv_sec = due / 1000, .tv_nsec = due % 1000 * 1000000 };
        pthread_cond_timedwait(&hooks->wake, &hooks->lock, &until);
    }
    Hook *hook = hooks->stopping ? NULL : hooks->first;
    if (hook) {
        hooks->first = hook->next;
        hooks->pending--;
    }
    pthread_mutex_unlock(&hooks->lock);
    return hook;
}

static bool sign(const Hook *hook, char *out, size_t size)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    char          text[BODY_MAX + 32];
    unsigned int  len  = 0;
    long long     time = (long long)(clock_ms(CLOCK_REALTIME) / 1000);
    int           all  = snprintf(text, sizeof text, "%lld.%s", time, hook->body);
    if (!HMAC(EVP_sha256(), hook->secret, (int)strlen(hook->secret), (unsigned char *)text, (size_t)all,
              mac, &len))
        return false;
    int at = snprintf(out, size, "t=%lld,v1=", time);
    for (unsigned int i = 0; i < len && (size_t)at + 3 < size; i++)
        at += snprintf(out + at, 3, "%02x", mac[i]);
    return true;
}

static bool send_one(const Hook *hook)
{
    Arena      arena;
    Error      err = { .def = NULL };
    HttpAnswer answer;
    char       bytes[8192], signature[120];
    arena_init(&arena, bytes, sizeof bytes);
    if (!sign(hook, signature, sizeof signature)) return false;
    HttpCall call = { .method     = STR("POST"),
                      .url        = str_from(hook->url),
                      .body       = str_from(hook->body),
                      .headers    = { { STR("Content-Type"), STR("application/json") },
                                      { STR("PSP-Signature"), str_from(signature) } },
                      .connect_ms = CALL_MS,
                      .total_ms   = CALL_MS,
                      .reply_max  = 1024 };
    return http_client_call(&arena, &call, &answer, &err) && answer.status >= 200 && answer.status < 300;
}

static void *serve(void *arg)
{
    Hooks *hooks = arg;
    for (Hook *hook = take(hooks); hook; hook = take(hooks)) {
        if (send_one(hook) || ++hook->tries == TRIES) {
            free(hook);
            continue;
        }
        hook->due_ms = clock_ms(CLOCK_MONOTONIC) + AGAIN_MS * hook->tries;
        pthread_mutex_lock(&hooks->lock);
        insert(hooks, hook);
        pthread_mutex_unlock(&hooks->lock);
    }
    return NULL;
}

bool hooks_create(Hooks **out, Error *err)
{
    pthread_condattr_t attr;
    Hooks             *hooks = calloc(1, sizeof *hooks);
    if (!hooks) return err_memory(err);
    pthread_mutex_init(&hooks->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&hooks->wake, &attr);
    pthread_condattr_destroy(&attr);
    if (pthread_create(&hooks->thread, NULL, serve, hooks) != 0) {
        free(hooks);
        return err_set(err, &ERR_INTERNAL, "", "no thread could be started");
    }
    *out = hooks;
    return true;
}

void hooks_plan(Hooks *hooks, const HooksPlan *plan)
{
    pthread_mutex_lock(&hooks->lock);
    hooks->plan = *plan;
    pthread_mutex_unlock(&hooks->lock);
}

void hooks_tell(Hooks *hooks, const char *event, const char *key, const char *reference, int64_t amount,
                const char *reason)
{
    pthread_mutex_lock(&hooks->lock);
    const HooksPlan *plan = &hooks->plan;
    for (int64_t i = 0; plan->url[0] && i < plan->times && hooks->pending < PENDING_MAX; i++) {
        Hook *hook = calloc(1, sizeof *hook);
        if (!hook) break;
        hooks->count++;
        (void)snprintf(hook->url, sizeof hook->url, "%s", plan->url);
        (void)snprintf(hook->secret, sizeof hook->secret, "%s", plan->secret);
        (void)snprintf(
            hook->body, sizeof hook->body,
            "{\"event\":\"%s\",\"key\":\"%s\",\"reference\":\"%s\",\"amount\":%lld,\"reason\":\"%s\"}",
            event, key, reference, (long long)amount, reason);
        hook->due_ms = clock_ms(CLOCK_MONOTONIC) + plan->late_ms
                     + (plan->shuffle ? hooks->count * 7919 % SPREAD_MS : 0);
        insert(hooks, hook);
    }
    pthread_mutex_unlock(&hooks->lock);
}

void hooks_destroy(Hooks *hooks)
{
    pthread_mutex_lock(&hooks->lock);
    hooks->stopping = true;
    pthread_cond_signal(&hooks->wake);
    pthread_mutex_unlock(&hooks->lock);
    pthread_join(hooks->thread, NULL);
    for (Hook *hook = hooks->first; hook;) {
        Hook *next = hook->next;
        free(hook);
        hook = next;
    }
    pthread_cond_destroy(&hooks->wake);
    pthread_mutex_destroy(&hooks->lock);
    free(hooks);
}
