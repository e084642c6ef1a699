/* demo.c — `onetill demo`: a shop to try things with. Merchant 1 with roles, one API key per role, two
 * locations, two channels and British VAT. Twice is the same as once: keys that still work are kept. */
#include "cli/cli.h"
#include "shop/identity/identity.h"
#include "shop/locations/locations.h"
#include "shop/pricing/pricing.h"
#include "shop/tax/tax.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEYS_FILE_MAX = 4096 };

/* Each role and what it may do; an unknown code would silently allow nothing, so a test compares them. */
#define ROLE(name, perms) { name, perms },
static const struct {
    const char *name, *perms;
} roles[] = {
#include "cli/roles.def"
};
#undef ROLE

typedef struct {
    Str before; /* the keys file as it was */
    Str keys[COUNT(roles)];
} Demo;

/* The key of a role in the lines "role key" of the file, or none. */
static Str key_in(Str file, Str role)
{
    for (size_t at = 0; at < file.len;) {
        size_t end  = str_index(file, '\n', at);
        Str    line = str_slice(file, at, end);
        size_t gap  = str_index(line, ' ', 0);
        if (gap < line.len && str_eq(str_slice(line, 0, gap), role))
            return str_trim(str_slice(line, gap, line.len));
        at = end + 1;
    }
    return STR_NONE;
}

/* Keeps the key that the file has for the role when it still works, otherwise makes one. */
static bool put_key(Ctx *ctx, Str before, Str role, Str *key, Error *err)
{
    Principal who = { 0 };
    Error     old = { 0 };
    Id        id;
    *key = key_in(before, role);
    if (key->len && identity_authenticate(ctx, *key, &who, &old))
        if (who.merchant == ctx->who.merchant && str_eq(who.role, role)) return true;
    return identity_make_key(ctx, role, STR("demo"), &id, key, err);
}

static bool put_identity(Ctx *ctx, Demo *demo, Error *err)
{
    Merchant merchant = { STR("Demo Shop"), STR("GBP"), STR("1 High Street, London"), STR("GB123456789") };
    Merchant found;
    Error    none = { 0 };
    if (!identity_merchant(ctx, &found, &none)) {
        if (none.def != &ERR_NOT_FOUND) {
            *err = none;
            return false;
        }
        if (!identity_put_merchant(ctx, &merchant, err)) return false;
    }
    for (size_t i = 0; i < COUNT(roles); i++) {
        if (!identity_put_role(ctx, str_from(roles[i].name), str_from(roles[i].perms), err)) return false;
        if (!put_key(ctx, demo->before, str_from(roles[i].name), &demo->keys[i], err)) return false;
    }
    return true;
}

static bool put_places(Ctx *ctx, Error *err)
{
    Location london    = { .code = STR("LON"), .name = STR("London"), .kind = STR("store"),
                           .country = STR("GB"),
                           .time_zone = STR("Europe/London"), .address = STR("1 High Street, London"),
                           .tax_zone = STR("GB"), .active = true };
    Location warehouse = { .code = STR("DC1"), .name = STR("Warehouse"), .kind = STR("warehouse"),
                           .country = STR("GB"), .time_zone = STR("Europe/London"),
                           .address = STR("Unit 3, Milton Keynes"), .tax_zone = STR("GB"), .active = true };
    Channel  pos = { .code = STR("pos"), .name = STR("Counter"), .kind = STR("pos"), .currency = STR("GBP"),
                     .prices_include_tax = true, .cash_step = 0, .active = true };
    Channel  web = { .code = STR("web"), .name = STR("Web shop"), .kind = STR("web"), .currency = STR("GBP"),
                     .prices_include_tax = true, .cash_step = 0, .keeps_safety = true, .active = true };
    return locations_put(ctx, &london, err) && locations_put(ctx, &warehouse, err)
        && channels_put(ctx, &pos, err)
        && channels_put(ctx, &web, err) && channels_serve(ctx, STR("pos"), STR("LON"), 1, err)
        && channels_serve(ctx, STR("web"), STR("DC1"), 1, err)
            && channels_serve(ctx, STR("web"), STR("LON"), 2, err);
}

static bool put_money(Ctx *ctx, Error *err)
{
    TaxLoad   british = { .zone = STR("GB") };
    TaxLoaded loaded  = { 0 };
    if (!tax_load_builtin(ctx, &british, &loaded, err)) return false;
    PriceList list = { .code = STR("retail"), .name = STR("Retail"), .currency = STR("GBP"),
                       .channel = STR_NONE,
                       .priority = 0, .from = OPT_NONE, .until = OPT_NONE };
    return pricing_put_list(ctx, &list, err);
}

static bool put_all(Ctx *ctx, void *arg, Error *err)
{
    return put_identity(ctx, arg, err) && put_places(ctx, err) && put_money(ctx, err);
}

/* ---- the file of keys ---- */

static Str read_keys(Arena *arena, const char *path)
{
    char   text[KEYS_FILE_MAX];
    FILE  *in     = fopen(path, "r");
    size_t length = in ? fread(text, 1, sizeof text, in) : 0;
    if (in) (void)fclose(in);
    return str_dup(arena, (Str){ text, length });
}

static bool write_keys(const Demo *demo, const char *path, Error *err)
{
    int   file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *out  = file >= 0 ? fdopen(file, "w") : NULL;
    if (!out) {
        if (file >= 0) (void)close(file);
        return err_set(err, &ERR_DB_FAILED, "", "cannot write %.150s", path);
    }
    (void)fchmod(file, 0600);
    for (size_t i = 0; i < COUNT(roles); i++) (void)fprintf(out, "%s %.*s\n", roles[i].name,
                                                            STR_FMT(demo->keys[i]));
    return fclose(out) == 0 || err_set(err, &ERR_DB_FAILED, "", "cannot write %.150s", path);
}

static void print_keys(const Cli *cli, const Demo *demo)
{
    for (size_t i = 0; i < COUNT(roles); i++) {
        if (!cli->json) printf("  %-8s %.*s\n", roles[i].name, STR_FMT(demo->keys[i]));
        else printf("%s\"%s\":\"%.*s\"", i ? "," : "{\"keys\":{", roles[i].name, STR_FMT(demo->keys[i]));
    }
    if (cli->json) puts("}}");
}

static int run(Cli *cli)
{
    Error     err     = { 0 };
    Db       *db      = NULL;
    Demo      demo    = { 0 };
    DbOptions options = { .url = cli_database(cli) };
    Str       path    = cli_option(cli, "keys");
    path              = str_dup(cli->arena, path.ptr ? path : STR("data/keys.txt"));
    if (path.ptr) demo.before = read_keys(cli->arena, path.ptr);
    if (!path.ptr || !demo.before.ptr) (void)err_memory(&err);
    bool ok = !err.def && db_open(&options, true, &db, &err);
    ok      = ok && cli_step(cli, db, put_all, &demo, &err) && write_keys(&demo, path.ptr, &err);
    if (db) db_close(db);
    if (!ok) return cli_fail(&err);
    if (!cli->json) printf("The demo shop is ready. Keys by role (also in %s):\n", path.ptr);
    print_keys(cli, &demo);
    return CLI_OK;
}

const Command command_demo = {
    .words = "demo", .run = run, .arguments = "",
        .summary = "Make a demo shop: locations, channels, tax, a key per role.",
    .more     = "Not while the database is being served. Twice is the same as once.",
    .examples = "  onetill demo && onetill serve\n",
    .options  = { OPTION_DB, { "keys", "FILE", "where the keys are written; standard: data/keys.txt" } },
};
