/* constant.c — the HTTP library answering a constant: the raw limit beside which reads are measured. */
#include "http/server.h"

#include <stdio.h>
#include <stdlib.h>

static void answer(void *app, HttpExchange *exchange)
{
    static char body[600];
    (void)app;
    if (!body[0])
        for (size_t i = 0; i < sizeof body; i++) body[i] = i % 10 ? 'x' : '"';
    HttpReply reply = { .status = 200, .content_type = STR("application/json"),
                        .body = { body, sizeof body } };
    http_reply(exchange, &reply);
}

int main(int argc, char **argv)
{
    HttpServer *server = NULL;
    Error       err    = { 0 };
    HttpOptions options = { .host = STR("127.0.0.1"), .port = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0,
                            .on_request = answer };
    if (!http_server_start(&options, &server, &err)) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    printf("listening on %d\n", http_server_port(server));
    fflush(stdout);
    http_server_run(server);
    return 0;
}
