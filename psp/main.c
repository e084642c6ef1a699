/* main.c — onetill-psp: services to develop and test against: one that charges cards, one that sells
 * labels of a carrier. Charges nobody, sends nothing; keeps its books in memory. Usage: onetill-psp
 * [--port N] [--pace SECONDS] (port 0: any free one; pace: parcels leave after so long, and arrive after
 * twice that); prints "listening on PORT". */
#include "psp/service.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 8 << 20, BODY_MAX = 64 * 1024, PORT_STANDARD = 8090 };

typedef struct {
    Service    *service;
    HttpServer *server;
    sigset_t    signals;
} Program;

/* Waits for a signal to end: what is held must be let go before the server waits for its requests. */
static void *wait_for_end(void *arg)
{
    Program *program = arg;
    int      number  = 0;
    (void)sigwait(&program->signals, &number);
    service_stop(program->service);
    http_server_stop(program->server);
    return NULL;
}

typedef struct {
    int64_t port, pace; /* pace: seconds */
} Args;

static bool parse_args(int argc, char **argv, Args *out)
{
    *out = (Args){ PORT_STANDARD, 0 };
    for (int i = 1; i < argc; i += 2) {
        bool     pace = strcmp(argv[i], "--pace") == 0;
        int64_t *to   = pace ? &out->pace : &out->port;
        if (i + 1 == argc || (!pace && strcmp(argv[i], "--port") != 0)) return false;
        if (!str_to_i64(str_from(argv[i + 1]), to) || *to < 0) return false;
    }
    return out->port <= 65535 && out->pace <= 86400;
}

static int run(Program *program, const Args *args)
{
    pthread_t   waiter;
    Error       err     = { 0 };
    HttpOptions options = { .host           = STR("127.0.0.1"),
                            .port           = (int)args->port,
                            .arena_bytes    = ARENA_BYTES,
                            .body_bytes_max = BODY_MAX,
                            .on_request     = service_on_request };
    if (!service_create(&program->service, &err)) goto failed;
    service_pace(program->service, args->pace * 1000);
    options.app = program->service;
    if (!http_server_start(&options, &program->server, &err)) goto failed;
    if (pthread_create(&waiter, NULL, wait_for_end, program) != 0) {
        (void)err_set(&err, &ERR_INTERNAL, "", "no thread could be started");
        goto failed;
    }
    printf("listening on %d\n", http_server_port(program->server));
    (void)fflush(stdout);
    http_server_run(program->server);
    pthread_join(waiter, NULL);
    /* The server and its connections end with the process. */
    service_destroy(program->service);
    return 0;
failed:
    fprintf(stderr, "onetill-psp: %s: %s\n", err.field, err.message);
    return 1;
}

int main(int argc, char **argv)
{
    static Program program; /* not on the stack: it must be there until the process has ended */
    Args           args;
    if (!parse_args(argc, argv, &args)) {
        fprintf(stderr, "usage: onetill-psp [--port N] [--pace SECONDS]\n");
        return 2;
    }
    sigemptyset(&program.signals);
    sigaddset(&program.signals, SIGINT);
    sigaddset(&program.signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &program.signals, NULL); /* in every thread; wait_for_end takes them */
    return run(&program, &args);
}
