/* tax_service_test.c — the adapter to a tax service against a real server on this machine that answers well,
 * badly, late or not at all. */
#include "flows/tax_service.h"

#include "tests/kit.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static Env   env;
static Db   *db;
static Arena arena;

/* --- a server of one connection at a time, which says what the test wants --- */

static struct {
    int         socket;
    char        url[64], heard[8192];
    const char *answer; /* {id} stands for the id of the question; NULL: hangs up without a word */
    int         status, wait_ms;
} server;

/* The id of the question, from its JSON. */
static void asked_id(char id[ID_TEXT_LEN + 1])
{
    const char *at = strstr(server.heard, "\"id\":\"");
    memset(id, 0, ID_TEXT_LEN + 1);
    if (at) memcpy(id, at + 6, ID_TEXT_LEN);
}

static void hear(int peer)
{
    size_t heard = 0;
    while (heard + 1 < sizeof server.heard) {
        ssize_t n = recv(peer, server.heard + heard, sizeof server.heard - 1 - heard, 0);
        if (n <= 0) break;
        heard += (size_t)n;
        server.heard[heard] = 0;
        const char *body = strstr(server.heard, "\r\n\r\n");
        if (body && strchr(body, '{') && server.heard[heard - 1] == '}') break;
    }
}

static void say(int peer)
{
    char        id[ID_TEXT_LEN + 1], body[4096], head[128];
    const char *hole = strstr(server.answer, "{id}");
    asked_id(id);
    int before = hole ? (int)(hole - server.answer) : 0;
    int len    = snprintf(body, sizeof body, "%.*s%s%s", before, server.answer, hole ? id : "",
                          hole ? hole + 4 : server.answer);
    int top = snprintf(head, sizeof head,
                       "HTTP/1.1 %d Answer\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
                       "Connection: close\r\n\r\n",
                       server.status, len);
    if (send(peer, head, (size_t)top, MSG_NOSIGNAL) < 0) return;
    (void)!send(peer, body, (size_t)len, MSG_NOSIGNAL);
}

static void *serve(void *arg)
{
    for (;;) {
        int peer = accept(server.socket, NULL, NULL);
        if (peer < 0) return NULL;
        hear(peer);
        if (server.wait_ms) (void)usleep((useconds_t)server.wait_ms * 1000);
        if (server.answer) say(peer);
        (void)close(peer);
    }
}

static pthread_t start_server(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t          length  = sizeof address;
    pthread_t          thread;
    server.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool up       = bind(server.socket, (struct sockaddr *)&address, length) == 0
           && listen(server.socket, 8) == 0
           && getsockname(server.socket, (struct sockaddr *)&address, &length) == 0
           && pthread_create(&thread, NULL, serve, NULL) == 0;
    check(up, "a server stands ready");
    (void)snprintf(server.url, sizeof server.url, "http://127.0.0.1:%d", ntohs(address.sin_port));
    return thread;
}

/* --- asking --- */

#define RATE(class, rate) "{\"tax_class\":\"" class "\",\"name\":\"Sales tax\",\"rate\":" rate "}"
#define RATES(first, second) "{\"id\":\"{id}\",\"rates\":[" first "," second "]}"
#define FOOD RATE("food", "1")
#define GOOD RATES(RATE("standard", "82500"), RATE("food", "0"))

static TaxAnswer ask(const TaxService *service)
{
    static Str  classes[] = { { "standard", 8 }, { "food", 4 } };
    TaxQuestion question  = { .id = env_new_id(&env), .zone = STR("US-TX-HOU"), .country = STR("US"),
                              .region = STR("TX"), .city = STR("Houston"), .postal_code = STR("77002"),
                              .currency = STR("USD"), .at = kit_now_ms, .classes = { classes, 2 } };
    TaxAnswer   answer;
    arena_reset(&arena);
    memset(server.heard, 0, sizeof server.heard);
    tax_service_ask(service, &env, &arena, &question, &answer);
    return answer;
}

static const struct {
    const char *name, *answer;
    int         status, wait_ms;
} unbelieved[] = {
    { "another question's answer is not believed",
      "{\"id\":\"01890000-0000-7000-8000-000000000001\",\"rates\":[" RATE("standard", "1") "," FOOD "]}",
      200, 0 },
    { "an answer without an id", "{\"rates\":[" RATE("standard", "1") "," FOOD "]}", 200, 0 },
    { "an answer that leaves out a class", RATES(FOOD, FOOD), 200, 0 },
    { "an answer about a class that nobody asked for",
      RATES(RATE("standard", "1") "," RATE("x", "1"), FOOD), 200, 0 },
    { "a rate above 100 %", RATES(RATE("standard", "1000001"), FOOD), 200, 0 },
    { "a rate below zero", RATES(RATE("standard", "-1"), FOOD), 200, 0 },
    { "a rate with a fraction", RATES(RATE("standard", "1.5"), FOOD), 200, 0 },
    { "a contradiction",
      RATES("{\"tax_class\":\"standard\",\"name\":\"T\",\"rate\":1,\"per_unit\":1}", FOOD), 200, 0 },
    { "no JSON", "<html>", 200, 0 },
    { "nothing", "", 200, 0 },
    { "an error of the service", GOOD, 500, 0 },
    { "a refusal of the service", GOOD, 401, 0 },
    { "an answer that comes too late", GOOD, 200, 700 },
    { "a connection that is closed without a word", NULL, 200, 0 },
};

static void check_answers(void)
{
    server.answer  = GOOD;
    server.status  = 200;
    TaxAnswer good = ask(tax_service_of(&env));
    check(good.source == TAX_FROM_SERVICE && good.count == 2 && good.rates[0].rate == 82500
              && str_eq(good.rates[1].tax_class, STR("food")),
          "an answer that fits is taken");
    check(strstr(server.heard, "POST /v1/rates ") && strstr(server.heard, "\"postal_code\":\"77002\"")
              && strstr(server.heard, "Authorization: Bearer sesame"),
          "the service is told where and what, and by whom");
    env.tax_timeout_ms = 250;
    for (size_t i = 0; i < COUNT(unbelieved); i++) {
        server.answer  = unbelieved[i].answer;
        server.status  = unbelieved[i].status;
        server.wait_ms = unbelieved[i].wait_ms;
        check(ask(tax_service_of(&env)).source == TAX_FROM_FALLBACK, unbelieved[i].name);
    }
    server.wait_ms = 0;
    env.tax_url    = STR("http://127.0.0.1:1");
    check(ask(tax_service_of(&env)).source == TAX_FROM_FALLBACK, "nobody there");
    env.tax_url = STR_NONE;
    check(ask(tax_service_of(&env)).source == TAX_FROM_TABLE, "without a service the tables hold");
}

int main(void)
{
    static uint8_t bytes[1 << 19];
    db = kit_open(&env);
    arena_init(&arena, bytes, sizeof bytes);
    pthread_t thread = start_server();
    env.tax_url      = str_from(server.url);
    env.tax_key      = STR("sesame");
    check_answers();
    (void)shutdown(server.socket, SHUT_RDWR);
    (void)pthread_join(thread, NULL);
    (void)close(server.socket);
    kit_close(db);
    return check_finish("tax service");
}
