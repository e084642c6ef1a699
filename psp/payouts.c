/* payouts.c — what the simulator settles: POST /v1/payouts pays out all that was taken, given back and
 * charged back since the last time, less its fees, and answers the settlement file
 * (docs/RECONCILIATION.md, the plain form); GET /v1/payouts/N answers that of the N-th once more. */
#include "psp/service_inner.h"

#include "base/rfc3339.h"
#include "core/money.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FEE_PPM = 14000, FEE_FIXED = 20, DISPUTE_FEE = 1500, CURRENCIES_MAX = 40, LINE_BYTES = 400 };

struct Payouts {
    char  *files[PAYOUTS_MAX]; /* malloc'd */
    size_t count;
};

typedef struct {
    Buf     text;
    int64_t number;
    char    day[RFC3339_LEN + 1];
    char    currencies[CURRENCIES_MAX][4];
    int64_t sums[CURRENCIES_MAX];
    size_t  currency_count;
} Report;

Payouts *payouts_create(void)
{
    return calloc(1, sizeof(Payouts));
}

void payouts_destroy(Payouts *payouts)
{
    for (size_t i = 0; i < payouts->count; i++) free(payouts->files[i]);
    free(payouts);
}

static int64_t *sum_of(Report *to, const char *currency)
{
    for (size_t i = 0; i < to->currency_count; i++)
        if (strcmp(to->currencies[i], currency) == 0) return &to->sums[i];
    if (to->currency_count == CURRENCIES_MAX) return NULL;
    memcpy(to->currencies[to->currency_count], currency, 4);
    return &to->sums[to->currency_count++];
}

static void add_money(Report *to, int64_t minor, const char *currency)
{
    size_t mark = to->text.arena->used;
    Str    text = money_text(to->text.arena, minor, str_from(currency));
    char   copy[32];
    size_t len = text.len < sizeof copy ? text.len : sizeof copy;
    memcpy(copy, text.ptr ? text.ptr : "", text.ptr ? len : 0);
    to->text.arena->used = mark;
    buf_add(&to->text, (Str){ copy, text.ptr ? len : 0 });
}

typedef struct {
    const char   *type, *prefix, *refund_key, *text;
    int64_t       number, part; /* part: of a dispute */
    const Charge *charge;
    int64_t       amount, fee;
} Line;

static void add_line(Report *to, const Line *line)
{
    const char *currency = line->charge->currency;
    int64_t    *sum      = sum_of(to, currency);
    if (!sum) return;
    *sum += line->amount - line->fee;
    buf_format(&to->text, "%s_%012lld", line->prefix, (long long)line->number);
    if (line->part) buf_format(&to->text, "_%lld", (long long)line->part);
    buf_format(&to->text, ",%s,%s,%s,ch_%012lld,po_%lld_%s,", line->type, line->charge->key,
               line->refund_key, (long long)line->charge->number, (long long)to->number, currency);
    add_money(to, line->amount, currency);
    buf_format(&to->text, ",%s,", currency);
    add_money(to, line->fee, currency);
    buf_format(&to->text, ",%.10s,%s\n", to->day, line->text);
}

static int64_t fee_of(int64_t amount)
{
    return (amount * FEE_PPM + 500000) / 1000000 + FEE_FIXED;
}

static void add_charges(Report *to, const Book *book)
{
    for (Charge *c = book_first(book); c; c = c->next) {
        int64_t now = c->held || c->number == 0 ? 0 : c->captured; /* captures are lines of their own */
        if (c->state == CHARGE_PENDING) now = 0;
        int64_t more = now - c->paid_out;
        if (more > 0)
            add_line(to,
                     &(Line){ "charge", "ch", "", c->brand->brand, c->number, 0, c, more, fee_of(more) });
        if (more < 0) add_line(to, &(Line){ "charge", "rv", "", "reversed", c->number, 0, c, more, 0 });
        c->paid_out += more;
        more = c->disputed - c->taken_out;
        if (more > 0)
            add_line(to, &(Line){ "chargeback", "dp", "", "dispute", c->number, c->disputed, c, -more,
                                  DISPUTE_FEE });
        c->taken_out = c->disputed;
    }
}

static void add_parts(Report *to, const Book *book)
{
    for (Capture *c = book_first_capture(book); c; c = c->next) {
        if (!c->paid_out)
            add_line(to, &(Line){ "charge", "ca", "", "captured", c->number, 0, c->charge, c->amount,
                                  fee_of(c->amount) });
        c->paid_out = true;
    }
    for (Refund *r = book_first_refund(book); r; r = r->next) {
        bool gone = r->charge->state == CHARGE_REVERSED; /* its charge was taken back whole */
        if (!r->paid_out && !gone)
            add_line(to, &(Line){ "refund", "re", r->key, "", r->number, 0, r->charge, -r->amount, 0 });
        r->paid_out = true;
    }
}

static void add_payouts(Report *to)
{
    for (size_t i = 0; i < to->currency_count; i++) {
        const char *currency = to->currencies[i];
        buf_format(&to->text, "po_%lld_%s,payout,,,,po_%lld_%s,", (long long)to->number, currency,
                   (long long)to->number, currency);
        add_money(to, -to->sums[i], currency);
        buf_format(&to->text, ",%s,0,%.10s,\n", currency, to->day);
    }
}

static void send_file(HttpExchange *exchange, const char *file)
{
    HttpReply reply = { .status = 200, .content_type = STR("text/csv"), .body = str_from(file) };
    http_reply(exchange, &reply);
}

/* Makes the file of a payout; NULL: no memory. */
static char *make_file(Service *service)
{
    enum { ARENA_BYTES = 256 << 20 }; /* of address space */
    Report          to = { .number = (int64_t)service->payouts->count + 1 };
    struct timespec now;
    Arena           arena;
    void           *bytes = malloc(ARENA_BYTES);
    if (!bytes) return NULL;
    arena_init(&arena, bytes, ARENA_BYTES);
    (void)clock_gettime(CLOCK_REALTIME, &now);
    bool dated = rfc3339_format((int64_t)now.tv_sec * 1000, to.day);
    to.text = buf_make(&arena, 1 << 16);
    buf_add(&to.text, STR("id,type,key,refund_key,reference,payout,amount,currency,fee,date,text\n"));
    add_charges(&to, service->book);
    add_parts(&to, service->book);
    add_payouts(&to);
    char *file = to.text.failed || !dated ? NULL : strndup(to.text.ptr, to.text.len);
    free(bytes);
    return file;
}

static void post_payout(Service *service, HttpExchange *exchange)
{
    Payouts *all  = service->payouts;
    char    *file = NULL;
    pthread_mutex_lock(&service->lock);
    if (all->count < PAYOUTS_MAX) file = make_file(service);
    if (file) all->files[all->count++] = file;
    pthread_mutex_unlock(&service->lock);
    if (file) send_file(exchange, file);
    else service_send(exchange, service_refusal(500, "no_memory"));
}

bool payouts_on_request(Service *service, HttpExchange *exchange)
{
    const HttpRequest *request = http_request(exchange);
    Str                path = request->path, payouts = STR("/v1/payouts");
    int64_t            number = 0;
    const char        *file   = NULL;
    if (!str_starts(path, payouts)) return false;
    if (path.len == payouts.len && str_eq(request->method, STR("POST"))) {
        post_payout(service, exchange);
        return true;
    }
    bool asks = path.len > payouts.len && path.ptr[payouts.len] == '/'
             && str_eq(request->method, STR("GET"))
             && str_to_i64(str_slice(path, payouts.len + 1, path.len), &number) && number > 0;
    pthread_mutex_lock(&service->lock);
    if (asks && number <= (int64_t)service->payouts->count) file = service->payouts->files[number - 1];
    pthread_mutex_unlock(&service->lock);
    if (file) send_file(exchange, file); /* it is never changed */
    else service_send(exchange, service_refusal(404, "not_found"));
    return true;
}
