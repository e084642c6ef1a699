/* app.h — between HTTP and the capabilities: finds the route, who asks and what they may do, decodes
 * the request, runs the handler in its transaction, keeps the idempotency key and answers.
 * Reads on SQLite run on the loop thread, except those of SLOW routes; on PostgreSQL on worker threads.
 * Replies of CACHED routes are kept while nothing they show has changed (SQLite). Writes go through
 * db_submit. A key that was looked up counts as valid for one second more (auth_cache.h). */
#ifndef HTTP_APP_H
#define HTTP_APP_H

#include "http/server.h"
#include "shop/ctx.h"

typedef struct App App;

typedef struct {
    Db  *db;
    Env *env;
    bool log;     /* JSON lines to standard error; see access_log.h */
    int  threads; /* workers for PostgreSQL reads, and as many for work after commits; 0: standard */
    void (*committed)(void *arg); /* called after each commit, from any thread; or NULL */
    void *committed_arg;
    struct RuleCache *rules; /* compiled promotions (flows/rules.h), the caller's; NULL: none are kept */
} AppOptions;

/* Errors: CONFIG (the tables contradict each other), MEMORY. */
bool app_create(const AppOptions *options, App **out, Error *err) MUST_USE;

/* After the server has stopped and before the database is closed. */
void app_destroy(App *app);

/* Somebody else has committed: those who listen to events are told. From any thread. */
void app_wake(App *app);

/* For /metrics; optional. */
void app_set_server(App *app, const HttpServer *server);

/* HttpOptions.on_request. */
void app_on_request(void *app, HttpExchange *exchange);

#endif
