/* env.h — time, chance and the outside services of a process; tests give stepped and seeded ones. */
#ifndef SYS_ENV_H
#define SYS_ENV_H

#include "base/id.h"

#include <pthread.h>

typedef struct Env Env;
struct Env {
    int64_t (*now_ms)(Env *env);                              /* UTC */
    void (*random)(Env *env, void *bytes, size_t count);      /* cryptographic */
    pthread_mutex_t lock;                                     /* guards ids */
    IdMaker         ids;
    Str             psp_url; /* the payment service, "http://127.0.0.1:PORT", or none */
    int             psp_timeout_ms; /* how long one call of it may take; 0: 10,000 */
    Str             carrier_url; /* the service of a carrier that sells labels, or none */
    int             carrier_timeout_ms; /* the same for it */
    Str             tax_url; /* the tax service, or none: the shop's own tables */
    Str             tax_key; /* what it knows us by, or none */
    int             tax_timeout_ms; /* how long one question may take; 0: 1,500 */
    Str             public_url; /* where customers reach this server, "https://shop.example", or none */
    Str             mail_url; /* the mail server, "smtp://mail.example:587" or "smtps://…", or none */
    Str             mail_user; /* what it knows us by, or none; the password is the secret smtp_password */
    Str             mail_from; /* the address that mails come from */
    bool            webhooks_to_loopback; /* for development and tests: receivers on this machine */
};

/* The clock and the random source of the operating system. */
void    env_init_real(Env *env);
int64_t env_now_ms(Env *env);
Id      env_new_id(Env *env);
void    env_random(Env *env, void *bytes, size_t count);

#endif
