/* serve.c — `onetill serve`: the database, the jobs and HTTP in one process, and their orderly end. */
#include "cli/cli.h"
#include "flows/close_location.h"
#include "flows/fulfil_due.h"
#include "flows/gift.h"
#include "flows/goods.h"
#include "flows/loyalty.h"
#include "flows/rma.h"
#include "flows/settle.h"
#include "flows/availability.h"
#include "flows/pay.h"
#include "flows/receipt_mail.h"
#include "flows/rules.h"
#include "http/app.h"
#include "jobs/jobs.h"
#include "sys/mail.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PORT_STANDARD = 8080, PORT_MAX = 65535 };

typedef struct {
    Str  host, url;
    int  port;
    bool log;
} Plan;

/* Whether only this machine can reach the address. */
static bool is_loopback(Str host)
{
    struct in_addr v4;
    char           text[64];
    if (str_eq(host, STR("localhost")) || str_eq(host, STR("::1"))) return true;
    if (host.len >= sizeof text) return false;
    memcpy(text, host.ptr, host.len);
    text[host.len] = 0;
    return inet_pton(AF_INET, text, &v4) == 1 && (ntohl(v4.s_addr) >> 24) == 127;
}

/* The mail server: without one no receipt is sent by e-mail. */
static bool read_mail(Cli *cli, Error *err)
{
    Env *env       = cli->env;
    env->mail_url  = cli_option(cli, "mail");
    env->mail_user = cli_option(cli, "mail-user");
    env->mail_from = cli_option(cli, "mail-from");
    if (!env->mail_url.ptr) env->mail_url = cli_variable("ONETILL_MAIL");
    if (!env->mail_user.ptr) env->mail_user = cli_variable("ONETILL_MAIL_USER");
    if (!env->mail_from.ptr) env->mail_from = cli_variable("ONETILL_MAIL_FROM");
    if (!env->mail_url.len) return true;
    if (str_index(env->mail_from, '@', 0) == env->mail_from.len)
        return err_set(err, &ERR_CONFIG, "", "--mail needs --mail-from, the address that receipts come from");
    return mail_check_url(env->mail_url, err);
}

static bool read_plan(Cli *cli, Plan *plan, Error *err)
{
    int64_t port = PORT_STANDARD;
    Str     text = cli_option(cli, "port"), log = cli_option(cli, "log"), psp = cli_option(cli, "psp");
    plan->host   = cli_option(cli, "host");
    plan->url    = cli_database(cli);
    plan->log    = !str_eq(log, STR("off"));
    if (!plan->host.ptr) plan->host = STR("127.0.0.1");
    if (text.ptr && (!str_to_i64(text, &port) || port < 0 || port > PORT_MAX))
        return err_set(err, &ERR_CONFIG, "", "--port is a number from 0 (any free one) to 65535");
    if (log.ptr && plan->log && !str_eq(log, STR("on")))
        return err_set(err, &ERR_CONFIG, "", "--log is on or off");
    plan->port = (int)port;
    Str tax = cli_option(cli, "tax"), carrier = cli_option(cli, "carrier");
    if (!psp.ptr) psp = cli_variable("ONETILL_PSP");
    if (!tax.ptr) tax = cli_variable("ONETILL_TAX");
    if (!carrier.ptr) carrier = cli_variable("ONETILL_CARRIER");
    cli->env->carrier_url          = carrier;
    cli->env->tax_url              = tax;
    cli->env->tax_key              = cli_variable("ONETILL_TAX_KEY");
    cli->env->psp_url              = psp;
    cli->env->public_url           = cli_option(cli, "public-url");
    if (!cli->env->public_url.ptr) cli->env->public_url = cli_variable("ONETILL_PUBLIC_URL");
    cli->env->webhooks_to_loopback = cli_flag(cli, "webhooks-to-loopback");
    if (!read_mail(cli, err)) return false;
    if (is_loopback(plan->host) || cli_flag(cli, "insecure-network")) return true;
    return err_set(err, &ERR_CONFIG, "",
                   "%.*s can be reached by others and onetill does not encrypt: keys would travel in the "
                   "clear. Listen on 127.0.0.1 behind a TLS proxy, or say --insecure-network",
                   STR_FMT(plan->host));
}

/* The first signal ends in order, the second at once. */
static void *wait_for_signals(void *server)
{
    sigset_t set;
    int      signal = 0;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigwait(&set, &signal);
    http_server_stop(server);
    (void)sigwait(&set, &signal);
    _exit(128 + signal);
}

static void block_signals(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL); /* threads made later inherit it */
    (void)signal(SIGPIPE, SIG_IGN);
}

static void announce(const Cli *cli, const Plan *plan, int port)
{
    bool six = memchr(plan->host.ptr, ':', plan->host.len) != NULL;
    if (cli->json)
        printf("{\"url\":\"http://%s%.*s%s:%d\"}\n", six ? "[" : "", STR_FMT(plan->host), six ? "]" : "",
               port);
    else
        printf("onetill listens on http://%s%.*s%s:%d\n", six ? "[" : "", STR_FMT(plan->host), six
               ? "]" : "", port);
    (void)fflush(stdout);
}

static bool serve_http(Cli *cli, const Plan *plan, App *app, Error *err)
{
    HttpServer *server  = NULL;
    HttpOptions options = { .host = plan->host, .port = plan->port, .on_request = app_on_request,
                            .app = app };
    pthread_t   signals;
    if (!http_server_start(&options, &server, err)) return false;
    app_set_server(app, server);
    bool ok = pthread_create(&signals, NULL, wait_for_signals, server) == 0
           || err_set(err, &ERR_INTERNAL, "", "cannot make a thread");
    if (ok) {
        announce(cli, plan, http_server_port(server));
        http_server_run(server);
        (void)pthread_cancel(signals);
        (void)pthread_join(signals, NULL);
    }
    http_server_destroy(server);
    return ok;
}

/* SQLite's file stands in a folder that may not be there yet. */
static void make_folder(Str url)
{
    char path[1024];
    Str  file = str_starts(url, STR("sqlite:")) ? str_slice(url, 7, url.len) : url;
    if (file.len >= sizeof path || str_starts(url, STR("postgres"))) return;
    memcpy(path, file.ptr, file.len);
    path[file.len] = 0;
    char *slash    = strrchr(path, '/');
    if (!slash || slash == path) return;
    *slash = 0;
    (void)mkdir(path, 0700);
}

/* Jobs and HTTP wake each other: what is committed may be something to tell, what was told is to be sent. */
typedef struct {
    pthread_mutex_t lock;
    Jobs           *jobs; /* NULL: not there, or ending */
    App            *app;
} Ties;

static void on_committed(void *arg)
{
    Ties *ties = arg;
    pthread_mutex_lock(&ties->lock);
    if (ties->jobs) jobs_hurry(ties->jobs);
    pthread_mutex_unlock(&ties->lock);
}

static void on_told(void *arg)
{
    app_wake(((Ties *)arg)->app);
}

static bool start(const AppOptions *app, const JobsOptions *jobs, Ties *ties, Error *err)
{
    Jobs *made = NULL;
    if (!app_create(app, &ties->app, err) || !jobs_start(jobs, &made, err)) return false;
    pthread_mutex_lock(&ties->lock);
    ties->jobs = made;
    pthread_mutex_unlock(&ties->lock);
    return true;
}

static void stop(Ties *ties)
{
    pthread_mutex_lock(&ties->lock);
    Jobs *jobs = ties->jobs;
    ties->jobs = NULL;
    pthread_mutex_unlock(&ties->lock);
    if (jobs) jobs_stop(jobs);
    if (ties->app) app_destroy(ties->app);
}

static int run(Cli *cli)
{
    static const JobStep steps[] = { receipts_due,        pay_settle_due,    labels_settle_due, fulfil_due,
                                     goods_expire_due,    gift_expire_due,   availability_keep_due,
                                     locations_close_due, loyalty_due,       settle_due,
                                     rmas_pass_over_due };
    Plan                 plan    = { 0 };
    Error                err     = { 0 };
    Db                  *db      = NULL;
    Ties                 ties    = { .lock = PTHREAD_MUTEX_INITIALIZER };
    if (!read_plan(cli, &plan, &err)) return cli_fail(&err);
    block_signals();
    make_folder(plan.url);
    DbOptions  database = { .url = plan.url };
    bool       ok       = db_open(&database, true, &db, &err);
    RuleCache *rules    = rule_cache_create(RULES_BYTES); /* without it pricing is only slower */
    AppOptions options  = { .db = db, .env = cli->env, .log = plan.log, .rules = rules,
                            .committed = on_committed, .committed_arg = &ties };
    JobsOptions work    = { .db = db, .env = cli->env, .steps = steps, .step_count = COUNT(steps),
                            .quick = availability_feed_due, .told = on_told, .told_arg = &ties,
                            .log = plan.log };
    ok = ok && start(&options, &work, &ties, &err) && serve_http(cli, &plan, ties.app, &err);
    stop(&ties);
    rule_cache_destroy(rules);
    if (db) db_close(db);
    return ok ? CLI_OK : cli_fail(&err);
}

const Command command_serve = {
    .words = "serve", .run = run, .arguments = "", .summary = "Serve the shop over HTTP.",
    .more     = "Brings the schema up to date first. SIGTERM and Ctrl-C end in order: what was begun is\n"
                "answered and stored; a second one ends at once.",
    .examples = "  onetill serve\n"
                "  onetill serve --db postgres://shop@db.internal/shop --port 9000\n"
                "  onetill serve --psp http://127.0.0.1:8090 --log off\n",
    .options  = {
        OPTION_DB,
        { "host", "HOST", "the address to listen on; standard: 127.0.0.1" },
        { "port", "N", "standard: 8080; 0: any free one" },
        { "psp", "URL", "the payment service; standard: $ONETILL_PSP; without one cards are not taken" },
        { "tax", "URL", "the tax service; standard: $ONETILL_TAX; without one the shop's own rates hold" },
        { "carrier", "URL", "sells labels; standard: $ONETILL_CARRIER; without one they are typed in" },
        { "public-url", "URL", "where customers' phones reach this server; standard: $ONETILL_PUBLIC_URL" },
        { "mail", "URL", "sends receipts, smtp://HOST:PORT or smtps://…; standard: $ONETILL_MAIL" },
        { "mail-from", "ADDRESS", "where these come from; standard: $ONETILL_MAIL_FROM" },
        { "mail-user", "NAME", "whom the mail server knows; $ONETILL_MAIL_USER; secret: smtp_password" },
        { "log", "on|off", "one JSON line per request on standard error; standard: on" },
        { "webhooks-to-loopback", NULL, "for development: webhooks may be on this machine" },
        { "insecure-network", NULL, "listen where other machines can hear API keys" },
    },
};
