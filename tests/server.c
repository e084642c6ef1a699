/* server.c — the program itself as a process of the test's own. See server.h. */
#include "tests/server.h"

#include "sys/http_client.h"

#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARENA_BYTES = 2 << 20, REPLY_MAX = 1 << 20, TIME_MS = 30000 };

static void die(const char *why)
{
    fprintf(stderr, "server: %s\n", why);
    exit(1);
}

/* The program lies beside the test program; it ends with the test, however that ends. */
static void run_program(int out, const char *db, const char *psp)
{
    char    path[512], program[600];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    if (len < 0) _exit(127);
    path[len] = 0;
    (void)snprintf(program, sizeof program, "%s/onetill", dirname(path));
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)dup2(out, STDOUT_FILENO);
    if (psp)
        (void)execl(program, program, "serve", "--db", db, "--port", "0", "--log", "off",
                    "--webhooks-to-loopback",
                    "--psp", psp, (char *)NULL);
    else
        (void)execl(program, program, "serve", "--db", db, "--port", "0", "--log", "off",
                    "--webhooks-to-loopback",
                    (char *)NULL);
    _exit(127);
}

void server_start(Server *out, Str db_url, const char *psp)
{
    int  ends[2];
    char line[128], db[600];
    (void)snprintf(db, sizeof db, "%.*s", STR_FMT(db_url));
    if (pipe(ends) != 0) die("no pipe");
    out->pid = fork();
    if (out->pid < 0) die("no process");
    if (out->pid == 0) run_program(ends[1], db, psp);
    (void)close(ends[1]);
    FILE *lines = fdopen(ends[0], "r");
    if (!lines || !fgets(line, sizeof line, lines)) die("onetill serve does not start");
    const char *url = strstr(line, "http://");
    if (!url) die(line);
    Str text = str_trim(str_from(url));
    (void)snprintf(out->url, sizeof out->url, "%.*s", STR_FMT(text));
    (void)fclose(lines);
}

int server_stop(Server *server, int signal)
{
    int status = 0;
    (void)kill(server->pid, signal);
    (void)waitpid(server->pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

Client client_make(const Server *server, const char *api_key)
{
    Client client = { .server = server, .api_key = api_key };
    void  *bytes  = malloc(ARENA_BYTES);
    if (!bytes) die("no memory");
    arena_init(&client.arena, bytes, ARENA_BYTES);
    return client;
}

int client_call(Client *client, const char *method, const char *path, const char *key, const char *body,
                json_t **json)
{
    char       url[512], bearer[128];
    HttpAnswer answer;
    Error      err = { 0 };
    arena_reset(&client->arena);
    (void)snprintf(url, sizeof url, "%s%s", client->server->url, path);
    (void)snprintf(bearer, sizeof bearer, "Bearer %s", client->api_key);
    HttpCall call = { .method = str_from(method), .url = str_from(url), .connect_ms = TIME_MS,
                      .total_ms = TIME_MS, .reply_max = REPLY_MAX, .body = str_from(body) };
    int headers   = 0;
    call.headers[headers++] = (HttpClientHeader){ STR("Authorization"), str_from(bearer) };
    if (body) call.headers[headers++] = (HttpClientHeader){ STR("Content-Type"), STR("application/json") };
    if (key) call.headers[headers++] = (HttpClientHeader){ STR("Idempotency-Key"), str_from(key) };
    if (json) *json = NULL;
    if (!http_client_call(&client->arena, &call, &answer, &err)) return 0;
    if (json) *json = json_loadb(answer.body.ptr, answer.body.len, 0, NULL);
    return answer.status;
}
