/* price.c — `onetill price explain`: why a basket costs, or an order cost, what it does; step by step. */
#include "cli/cli.h"
#include "flows/rules.h"
#include "shop/orders/orders.h"
#include "sys/json_read.h"
#include "sys/json_write.h"

#include <stdio.h>

enum { BASKET_MAX = 1 << 20 };

typedef struct {
    Id               order;
    Str              basket; /* JSON of a QuoteRequest, or none */
    Quote            quote;
    OrderExplanation told;
} Why;

static bool ask(Ctx *ctx, void *arg, Error *err)
{
    Why         *why     = arg;
    QuoteRequest request = { .location = STR_NONE };
    Faults       faults  = { .count = 0 };
    Decoder      decoder = { .arena = ctx->arena, .faults = &faults, .route_path = "" };
    if (!why->basket.ptr) return orders_explanation(ctx, &(ById){ why->order }, &why->told, err);
    if (!json_read(&decoder, &QuoteRequest_def, why->basket, &request, err)) return false;
    if (faults.count > 0)
        return err_set(err, &ERR_FIELD_INVALID, faults.items[0].field, "%s: %s", faults.items[0].field,
                       faults.items[0].detail);
    return quotes_create(ctx, &request, &why->quote, err);
}

static void show_step(Arena *arena, const PriceStep *step, Str currency)
{
    Str amount = money_text(arena, step->amount, currency);
    Str after  = step->after == OPT_NONE ? STR("") : money_text(arena, step->after, currency);
    Str code   = step->promotion.ptr ? str_format(arena, "%.*s v%lld", STR_FMT(step->promotion),
                                                  (long long)step->version)
                                     : STR("");
    printf("  %-13.*s %-16.*s %-44.*s %12.*s %12.*s\n", STR_FMT(step->what), STR_FMT(code),
           STR_FMT(step->text), STR_FMT(amount), STR_FMT(after));
}

/* Those of each line below its number, then those of the whole. */
static void show_steps(Arena *arena, const PriceStep *steps, size_t count, Str currency)
{
    int64_t line = -1;
    for (size_t i = 0; i < count; i++) {
        if (steps[i].line == OPT_NONE && line != OPT_NONE) printf("All together\n");
        else if (steps[i].line != line && steps[i].line != OPT_NONE)
            printf("Line %lld\n", (long long)steps[i].line + 1);
        line = steps[i].line;
        show_step(arena, &steps[i], currency);
    }
}

static void show(Arena *arena, const Why *why)
{
    const Quote            *quote = &why->quote;
    const OrderExplanation *told  = &why->told;
    if (!why->basket.ptr) {
        printf("%.*s\n", STR_FMT(told->receipt_number));
        show_steps(arena, told->steps.items, told->steps.count, told->currency);
        return;
    }
    show_steps(arena, quote->steps.items, quote->steps.count, quote->currency);
    for (size_t i = 0; i < quote->nearly.count; i++)
        printf("Nearly: %.*s\n", STR_FMT(quote->nearly.items[i].text));
    if (!quote->exact)
        printf("There may be a cheaper choice of promotions: this is the best that was found.\n");
    if (quote->needs_approval) printf("Another person must approve what is taken off by hand.\n");
}

static bool read_basket(Cli *cli, Str *out, Error *err)
{
    Str   name = cli_option(cli, "basket");
    char *text = arena_alloc(cli->arena, BASKET_MAX);
    if (!text) return err_memory(err);
    Str   path = str_format(cli->arena, "%.*s%c", STR_FMT(name), 0);
    FILE *file = str_eq(name, STR("-")) ? stdin : fopen(path.ptr, "rbe");
    if (!file) return err_set(err, &ERR_CONFIG, "", "%.*s cannot be read", STR_FMT(name));
    size_t size = fread(text, 1, BASKET_MAX, file);
    if (file != stdin) (void)fclose(file);
    if (size == BASKET_MAX) return err_set(err, &ERR_CONFIG, "", "the basket is too large");
    *out = (Str){ text, size };
    return true;
}

static int run(Cli *cli)
{
    Error     err     = { 0 };
    Db       *db      = NULL;
    Why       why     = { .basket = STR_NONE };
    DbOptions options = { .url = cli_database(cli), .readers = 1, .read_only = true };
    bool      basket  = cli_option(cli, "basket").ptr != NULL;
    bool      ok      = true;
    if (basket == (cli->word_count > 0))
        ok = err_set(&err, &ERR_CONFIG, "", "name an order, or a file with --basket");
    else if (basket) ok = read_basket(cli, &why.basket, &err);
    else if (!id_parse(cli->words[0], &why.order))
        ok = err_set(&err, &ERR_CONFIG, "", "an order is named by its id");
    ok = ok && db_open(&options, false, &db, &err);
    ok = ok && cli_step(cli, db, ask, &why, &err);
    if (db) db_close(db);
    if (!ok) return cli_fail(&err);
    if (!cli->json) {
        show(cli->arena, &why);
        return CLI_OK;
    }
    Str text = basket ? json_write_text(cli->arena, &Quote_def, &why.quote)
                      : json_write_text(cli->arena, &OrderExplanation_def, &why.told);
    printf("%.*s\n", STR_FMT(text));
    return CLI_OK;
}

const Command command_price_explain = {
    .words     = "price explain",
    .run       = run,
    .arguments = "[ORDER]",
    .most      = 1,
    .summary   = "Why an order cost, or a basket costs, what it does: each step and promotion.",
    .more = "Works on the database, also beside a running server; changes nothing. An order is explained\n"
            "with the rules of its time, a basket (the JSON of POST /v1/quotes) with those in force now.",
    .examples =
        "  onetill price explain 019aa3c1-0000-7000-8000-000000000000\n"
        "  echo '{\"location\":\"LON\",\"channel\":\"pos\",\"lines\":[{\"sku\":\"TEA\",\"quantity\":3}]}' "
        "|\n"
        "      onetill price explain --basket -\n",
    .options = { OPTION_DB,
                 OPTION_MERCHANT,
                 { "basket", "FILE", "a basket as JSON instead of an order; - for standard input" } },
};
