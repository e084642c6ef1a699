/* http_client_test.c — where a call may lead. How calls behave is seen in flows/psp_test.c and
 * jobs/webhooks_test.c, with real servers. */
#include "sys/http_client.h"

#include "tests/kit.h"

#include <arpa/inet.h>
#include <string.h>

static bool may(const char *text, HttpReach reach)
{
    struct sockaddr_in  v4 = { .sin_family = AF_INET };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return http_client_may_reach((const struct sockaddr *)&v4, reach);
    check(inet_pton(AF_INET6, text, &v6.sin6_addr) == 1, text);
    return http_client_may_reach((const struct sockaddr *)&v6, reach);
}

static void test_addresses(void)
{
    static const char *const closed[] = {
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "100::1",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "4000::1",
    };
    static const char *const open[] = { "1.1.1.1",         "9.255.255.255", "11.0.0.1",
                                        "100.63.255.255",  "100.128.0.0",   "172.15.255.255",
                                        "172.32.0.0",      "192.167.1.1",   "223.255.255.255",
                                        "2606:4700::1111", "2a00:1450::1",  "::ffff:8.8.8.8" };
    for (size_t i = 0; i < COUNT(closed); i++) {
        check(!may(closed[i], REACH_PUBLIC), closed[i]);
        check(may(closed[i], REACH_ANY), "whoever may reach all may reach it");
    }
    for (size_t i = 0; i < COUNT(open); i++) check(may(open[i], REACH_PUBLIC), open[i]);
    check(may("127.0.0.1", REACH_PUBLIC_OR_LOOPBACK) && may("::1", REACH_PUBLIC_OR_LOOPBACK)
              && may("::ffff:127.0.0.1", REACH_PUBLIC_OR_LOOPBACK),
          "loopback can be allowed");
    check(!may("10.0.0.1", REACH_PUBLIC_OR_LOOPBACK), "and nothing else with it");
}

static void test_urls(void)
{
    static const char *const closed[] = {
        "",
        "example.com",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "http://",
        "http:///x",
        "http://localhost/",
        "http://LOCALHOST:8080/",
        "http://localhost./",
        "http://a.localhost/",
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://0/",
        "http://127.0.0.1./",
        "http://10.1.2.3/x",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1%25eth0]/",
        "http://[fc00::1]:80/",
        "http://user@example.com/",
        "http://user:secret@example.com/",
        "http://example.com@127.0.0.1/",
        "http://example.com/#x",
        "http://intranet/",
        "http://printer.local/",
        "http://db.internal/",
        "http://exam ple.com/",
        "http://example.com/\n",
        "http://example.com\\@127.0.0.1/",
        "http://\xC3\xA4.example/",
        "http://example.com:99999/",
        "javascript:alert(1)",
    };
    static const char *const open[] = { "http://example.com", "https://example.com/hooks?shop=1",
                                        "https://shop.example.com:8443/a/b", "https://1.1.1.1/",
                                        "https://[2606:4700::1111]/x" };
    Error                    err    = { 0 };
    for (size_t i = 0; i < COUNT(closed); i++)
        check_refused(http_client_check_url(str_from(closed[i]), REACH_PUBLIC, &err), &err,
                      &ERR_PEER_FORBIDDEN, closed[i][0] ? closed[i] : "an empty address");
    for (size_t i = 0; i < COUNT(open); i++)
        check_ok(http_client_check_url(str_from(open[i]), REACH_PUBLIC, &err), &err, open[i]);
    check(http_client_check_url(STR("http://localhost:80/"), REACH_PUBLIC_OR_LOOPBACK, &err)
              && http_client_check_url(STR("http://127.0.0.1:80/"), REACH_PUBLIC_OR_LOOPBACK, &err),
          "loopback can be allowed");
}

/* A name that leads to this machine is found out when it is called, not before. */
static void test_call(void)
{
    static uint8_t bytes[65536];
    Arena          arena;
    Error          err = { 0 };
    HttpAnswer     answer;
    HttpCall       call = { .method     = STR("GET"),
                            .url        = STR("http://127.0.0.1:1/"),
                            .connect_ms = 1000,
                            .total_ms   = 1000,
                            .reply_max  = 100,
                            .reach      = REACH_PUBLIC };
    arena_init(&arena, bytes, sizeof bytes);
    check_refused(http_client_call(&arena, &call, &answer, &err), &err, &ERR_PEER_FORBIDDEN,
                  "an address of this machine is not even connected to");
    call.url = STR("http://localhost:1/");
    check_refused(http_client_call(&arena, &call, &answer, &err), &err, &ERR_PEER_FORBIDDEN,
                  "nor a name that leads to one");
    call.reach = REACH_PUBLIC_OR_LOOPBACK;
    check_refused(http_client_call(&arena, &call, &answer, &err), &err, &ERR_PEER_UNREACHABLE,
                  "when it is allowed, nobody listening is another error");
    call.url = STR("file:///etc/hostname");
    check_refused(http_client_call(&arena, &call, &answer, &err), &err, &ERR_PEER_FORBIDDEN,
                  "files are not called");
}

int main(void)
{
    test_addresses();
    test_urls();
    test_call();
    return check_finish("http_client_test");
}
