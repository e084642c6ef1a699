/* simulator.c — the payment-service simulator as a process of the test's own. See simulator.h. */
#include "tests/simulator.h"

#include "sys/http_client.h"

#include <jansson.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REPLY_MAX = 4 << 20, TIME_MS = 10000 };

static void die(const char *why)
{
    fprintf(stderr, "simulator: %s\n", why);
    exit(1);
}

/* The program lies beside the test program. */
static void run_program(int out)
{
    char    path[512], program[600];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    if (len < 0) _exit(127);
    path[len] = 0;
    (void)snprintf(program, sizeof program, "%s/onetill-psp", dirname(path));
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)dup2(out, STDOUT_FILENO);
    (void)execl(program, program, "--port", "0", (char *)NULL);
    _exit(127);
}

void simulator_start(Simulator *out)
{
    int     ends[2];
    int64_t port = 0;
    char    line[64];
    if (pipe(ends) != 0) die("no pipe");
    out->pid = fork();
    if (out->pid < 0) die("no process");
    if (out->pid == 0) run_program(ends[1]);
    (void)close(ends[1]);
    FILE *lines = fdopen(ends[0], "r");
    if (!lines || !fgets(line, sizeof line, lines)) die("onetill-psp does not start");
    Str said = str_trim(str_from(line)), before = STR("listening on ");
    if (!str_starts(said, before) || !str_to_i64(str_slice(said, before.len, said.len), &port))
        die("onetill-psp does not say where it listens");
    (void)fclose(lines);
    (void)snprintf(out->url, sizeof out->url, "http://127.0.0.1:%d", (int)port);
}

void simulator_stop(Simulator *simulator)
{
    int status = 0;
    (void)kill(simulator->pid, SIGTERM);
    (void)waitpid(simulator->pid, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) die("onetill-psp did not end well");
}

static json_t *call(const Simulator *simulator, Str method, const char *path, Str body, int *status)
{
    Arena      arena;
    Error      err = { 0 };
    char       url[160];
    HttpAnswer answer;
    json_t    *json  = NULL;
    void      *bytes = malloc(REPLY_MAX + 65536);
    if (!bytes) die("no memory");
    arena_init(&arena, bytes, REPLY_MAX + 65536);
    (void)snprintf(url, sizeof url, "%s%s", simulator->url, path);
    HttpCall what = { .method     = method,
                      .url        = str_from(url),
                      .body       = body,
                      .connect_ms = TIME_MS,
                      .total_ms   = TIME_MS,
                      .reply_max  = REPLY_MAX };
    *status       = 0;
    if (http_client_call(&arena, &what, &answer, &err)) {
        *status = answer.status;
        json    = json_loadb(answer.body.ptr, answer.body.len, 0, NULL);
    }
    free(bytes);
    return json;
}

bool simulator_script(const Simulator *simulator, const char *words)
{
    char body[1024];
    int  status = 0;
    (void)snprintf(body, sizeof body, "{\"next\":[%s]}", words);
    json_decref(call(simulator, STR("POST"), "/v1/behaviour", str_from(body), &status));
    return status == 200;
}

static int64_t number(const json_t *json, const char *name)
{
    return json_integer_value(json_object_get(json, name));
}

bool simulator_look(const Simulator *simulator, const char *key, SimulatorCharge *out)
{
    char    path[64];
    int     status = 0;
    int64_t next   = 0;
    *out           = (SimulatorCharge){ 0 };
    do { /* through the book: a call about the charge itself would use up a word of the script */
        (void)snprintf(path, sizeof path, "/v1/book?after=%lld", (long long)next);
        json_t *json = call(simulator, STR("GET"), path, STR_NONE, &status);
        json_t *list = json_object_get(json, "charges");
        next         = number(json, "next");
        for (size_t i = 0; i < json_array_size(list); i++) {
            const json_t *charge = json_array_get(list, i);
            if (strcmp(json_string_value(json_object_get(charge, "key")), key) != 0) continue;
            (void)snprintf(out->state, sizeof out->state, "%s",
                           json_string_value(json_object_get(charge, "state")));
            out->captured = number(charge, "captured");
            out->refunded = number(charge, "refunded");
        }
        json_decref(json);
    } while (status == 200 && next > 0);
    return status == 200;
}

bool simulator_sums(const Simulator *simulator, int64_t *charges, int64_t *captured, int64_t *refunded)
{
    char    path[64];
    int     status = 0;
    int64_t next   = 0;
    *charges = *captured = *refunded = 0;
    do {
        (void)snprintf(path, sizeof path, "/v1/book?after=%lld", (long long)next);
        json_t *json = call(simulator, STR("GET"), path, STR_NONE, &status);
        json_t *list = json_object_get(json, "charges");
        next         = number(json, "next");
        for (size_t i = 0; i < json_array_size(list); i++) {
            const json_t *charge = json_array_get(list, i);
            *captured += number(charge, "captured");
            *refunded += number(charge, "refunded");
        }
        *charges += (int64_t)json_array_size(list);
        json_decref(json);
    } while (status == 200 && next > 0);
    return status == 200;
}

int64_t simulator_labels(const Simulator *simulator)
{
    int     status = 0;
    int64_t sold   = 0;
    json_t *json   = call(simulator, STR("GET"), "/v1/labels", STR_NONE, &status);
    json_t *list   = json_object_get(json, "labels");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *state = json_string_value(json_object_get(json_array_get(list, i), "state"));
        sold += strcmp(state, "voided") != 0 && strcmp(state, "refused") != 0;
    }
    json_decref(json);
    return status == 200 ? sold : -1;
}

bool simulator_parcel(const Simulator *simulator, const char *key, const char *state, const char *reason)
{
    char path[96], body[160];
    int  status = 0;
    (void)snprintf(path, sizeof path, "/v1/labels/%s/state", key);
    (void)snprintf(body, sizeof body, "{\"state\":\"%s\",\"reason\":\"%s\"}", state, reason);
    json_decref(call(simulator, STR("POST"), path, str_from(body), &status));
    return status == 200;
}

bool simulator_pay_out(const Simulator *simulator, char *out, size_t size)
{
    Arena      arena;
    Error      err = { 0 };
    char       url[160];
    HttpAnswer answer;
    void      *bytes = malloc(REPLY_MAX + 65536);
    if (!bytes) die("no memory");
    arena_init(&arena, bytes, REPLY_MAX + 65536);
    (void)snprintf(url, sizeof url, "%s/v1/payouts", simulator->url);
    HttpCall what = { .method     = STR("POST"),
                      .url        = str_from(url),
                      .connect_ms = TIME_MS,
                      .total_ms   = TIME_MS,
                      .reply_max  = REPLY_MAX };
    bool ok = http_client_call(&arena, &what, &answer, &err) && answer.status == 200
           && answer.body.len < size;
    if (ok) (void)snprintf(out, size, "%.*s", STR_FMT(answer.body));
    free(bytes);
    return ok;
}
