/* access_log_test.c — lines of the log: whole, in order, written at the end, dropped when nobody reads. */
#include "http/access_log.h"
#include "tests/kit.h"

#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 4, EACH = 2000 };

static AccessLog *log_;

static LogEntry entry_of(int number, Arena *arena)
{
    return (LogEntry){ .at_ms      = 1764000000000 + number,
                       .micros     = 1234567,
                       .method     = STR("GET"),
                       .path       = "/v1/items/{sku}",
                       .status     = number % 2 ? 200 : 500,
                       .request_id = str_format(arena, "r-%d", number),
                       .replayed   = number == 3 };
}

static void test_line(void)
{
    int   ends[2];
    char  line[2000];
    char  memory[256];
    Arena arena;
    Error err = { 0 };
    arena_init(&arena, memory, sizeof memory);
    if (pipe(ends) != 0 || !access_log_open(ends[1], &log_, &err)) exit(1);
    LogEntry entry = entry_of(3, &arena);
    access_log_note(log_, 1, "info", "started");
    access_log_request(log_, &entry);
    access_log_close(log_);
    close(ends[1]);
    ssize_t len             = read(ends[0], line, sizeof line - 1);
    line[len > 0 ? len : 0] = '\0';
    check(strcmp(line, "{\"at_ms\":1,\"level\":\"info\",\"event\":\"started\"}\n"
                       "{\"at_ms\":1764000000003,\"level\":\"info\",\"method\":\"GET\","
                       "\"path\":\"/v1/items/{sku}\",\"status\":200,\"ms\":1234.567,"
                       "\"request_id\":\"r-3\",\"replayed\":true}\n") == 0,
          "a closed log has written its lines, each a JSON object");
    close(ends[0]);
}

static void *write_many(void *arg)
{
    char  memory[256];
    Arena arena;
    for (int i = 0; i < EACH; i++) {
        arena_init(&arena, memory, sizeof memory);
        LogEntry entry = entry_of(*(int *)arg * EACH + i, &arena);
        access_log_request(log_, &entry);
    }
    return NULL;
}

static void test_threads(void)
{
    FILE     *file = tmpfile();
    pthread_t threads[THREADS];
    int       numbers[THREADS];
    char      line[LOG_LINE_MAX + 1];
    Error     err  = { 0 };
    int       good = 0, lines = 0;
    if (!file || !access_log_open(fileno(file), &log_, &err)) exit(1);
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        if (pthread_create(&threads[i], NULL, write_many, &numbers[i]) != 0) exit(1);
    }
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    uint64_t dropped = access_log_dropped(log_);
    access_log_close(log_);
    rewind(file);
    for (; fgets(line, sizeof line, file); lines++) {
        json_t *json = json_loads(line, 0, NULL);
        good +=
            json_is_integer(json_object_get(json, "at_ms")) && json_is_real(json_object_get(json, "ms"));
        json_decref(json);
    }
    check(good == lines && (uint64_t)lines + dropped == THREADS * EACH,
          "lines of many threads are whole, and every one is there or counted as dropped");
    (void)fclose(file);
}

static void *close_it(void *arg)
{
    access_log_close(log_);
    return arg;
}

static void test_blocked(void)
{
    int   ends[2];
    char  memory[256];
    char  rest[65536];
    Arena arena;
    Error err = { 0 };
    if (pipe(ends) != 0 || !access_log_open(ends[1], &log_, &err)) exit(1);
    for (int i = 0; i < 20000; i++) {
        arena_init(&arena, memory, sizeof memory);
        LogEntry entry = entry_of(i, &arena);
        access_log_request(log_, &entry);
    }
    check(access_log_dropped(log_) > 0, "when nobody reads, lines are dropped and nobody waits");
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    pthread_t closer;
    if (pthread_create(&closer, NULL, close_it, NULL) != 0) exit(1);
    while (pthread_tryjoin_np(closer, NULL) != 0)
        if (read(ends[0], rest, sizeof rest) < 0) usleep(1000);
    check(true, "and the log can still be closed");
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    test_line();
    test_threads();
    test_blocked();
    return check_finish("access_log_test");
}
