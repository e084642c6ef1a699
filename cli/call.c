/* call.c — commands made of the route tables. See call.h.
 * Knows no route by name: the fields of the request struct become options, fields of the path and those
 * that a question must have are positional too, and everything is checked by the server. */
#include "cli/call.h"

#include "cli/args.h"
#include "cli/show.h"
#include "http/decode.h"
#include "http/router.h"
#include "shop/media.h"
#include "sys/http_client.h"

#include <ctype.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    CONNECT_MS     = 3000,
    TOTAL_MS       = 60000,
    REPLY_MAX      = 32 << 20,
    POST_REPLY_MAX = 2 << 20,
    INPUT_MAX      = 4 << 20
};

static const Option common_options[] = {
    { "json-body", "JSON", "the whole request as JSON, or - to read it from standard input" },
    { "json", NULL, "the answer as JSON, byte for byte" },
    { "server", "URL", "where it is; standard: $ONETILL_URL or http://127.0.0.1:8080" },
    { "key", "KEY", "the API key; better in $ONETILL_KEY, where other users do not see it" },
    { "idempotency-key", "TEXT", "names this write: repeated with the same name it is done once" },
    { "help", NULL, "this text" },
};

const char *call_method(const RouteDef *route)
{
    return method_name(route->method);
}

static const char *value_name(const FieldDef *field)
{
    switch (field->type) {
    case F_TEXT: return "TEXT";
    case F_INT: return "NUMBER";
    case F_MONEY: return "MINOR";
    case F_RATE: return "PPM";
    case F_QTY: return "QUANTITY";
    case F_TIME: return "TIME";
    case F_BOOL: return NULL;
    case F_ID: return "ID";
    case F_CHOICE: return field->choices;
    case F_TEXTS: return "TEXT,TEXT,…";
    case F_LIST:
    case F_JSON:
    case F_OBJECT: return "JSON";
    }
    UNREACHABLE();
}

bool call_options(Arena *arena, const RouteDef *route, Option **out, size_t *count, Error *err)
{
    size_t fields = route->request->field_count;
    *count        = 0;
    *out          = arena_array(arena, Option, fields + COUNT(common_options));
    if (!*out) return err_memory(err);
    for (size_t i = 0; i < fields; i++) {
        const FieldDef *field = &route->request->fields[i];
        Str             text  = str_format(arena, "%s%s", field->meaning,
                                           field->need == REQUIRED && field->type != F_BOOL
                                               ? " (required)" : "");
        if (!text.ptr) return err_memory(err);
        (*out)[(*count)++] = (Option){ field->name, value_name(field), text.ptr };
    }
    for (size_t i = 0; i < COUNT(common_options); i++) (*out)[(*count)++] = common_options[i];
    return true;
}

/* ---- the request ---- */

static void add_escaped(Buf *buf, Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~') buf_byte(buf, (char)c);
        else buf_format(buf, "%%%02X", c);
    }
}

/* "a,b" as a list of texts. */
static json_t *texts_value(Arena *arena, Str text, Error *err)
{
    TextList texts;
    json_t  *list = json_array();
    if (!args_texts(arena, text, &texts) || !list) {
        json_decref(list);
        err_memory(err);
        return NULL;
    }
    for (size_t i = 0; i < texts.count; i++)
        (void)json_array_append_new(list, json_stringn(texts.items[i].ptr, texts.items[i].len));
    return list;
}

/* One option as a JSON value of the field's type, or NULL. */
static json_t *field_value(Arena *arena, const FieldDef *field, Str text, Error *err)
{
    int64_t      number = 0;
    json_error_t why;
    json_t      *json = NULL;
    bool         plain = field->type == F_TEXTS && !str_starts(text, STR("["));
    if (plain) return texts_value(arena, text, err);
    switch (field->type) {
    case F_INT:
    case F_MONEY:
    case F_RATE:
        if (str_to_i64(text, &number)) return json_integer(number);
        err_set(err, &ERR_CONFIG, "", "--%s is a whole number%s", field->name,
                field->type == F_MONEY ? " of minor units: 1250 for 12.50" : field->type == F_RATE
                    ? " of millionths" : "");
        return NULL;
    case F_BOOL: return json_boolean(str_eq(text, STR("true")));
    case F_TEXTS:
    case F_LIST:
    case F_JSON:
    case F_OBJECT:
        json = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &why);
        if (!json) err_set(err, &ERR_CONFIG, "", "--%s is not JSON: %s", field->name, why.text);
        return json;
    case F_TEXT:
    case F_QTY:
    case F_TIME:
    case F_ID:
    case F_CHOICE:
        json = json_stringn(text.ptr, text.len);
        if (!json) err_memory(err);
        return json;
    }
    UNREACHABLE();
}

static Str read_input(Arena *arena, Error *err)
{
    char *text = arena_alloc(arena, INPUT_MAX);
    if (!text) {
        err_memory(err);
        return STR_NONE;
    }
    size_t length = fread(text, 1, INPUT_MAX, stdin);
    if (!feof(stdin)) {
        err_set(err, &ERR_CONFIG, "", "standard input is larger than %d bytes", INPUT_MAX);
        return STR_NONE;
    }
    return (Str){ text, length };
}

/* All that was given, as one object: --json-body, over it the options, over them the words. */
static json_t *gather(Cli *cli, const RouteDef *route, Error *err)
{
    json_error_t why;
    Str          whole = cli_option(cli, "json-body");
    if (str_eq(whole, STR("-"))) whole = read_input(cli->arena, err);
    if (err->def) return NULL;
    json_t *all = whole.ptr ? json_loadb(whole.ptr, whole.len, JSON_REJECT_DUPLICATES, &why) : json_object();
    if (!json_is_object(all)) {
        err_set(err, &ERR_CONFIG, "", "the body is not a JSON object%s%s", all ? "" : ": ", all
                ? "" : why.text);
        json_decref(all);
        return NULL;
    }
    size_t word = 0;
    for (size_t i = 0; i < route->request->field_count && !err->def; i++) {
        const FieldDef *field = &route->request->fields[i];
        Str             text  = cli_option(cli, field->name);
        bool            asked = route->method == GET && field->need == REQUIRED;
        if (!text.ptr && (asked || path_has_field(route->path, field->name)) && word < cli->word_count)
            text = cli->words[word++];
        if (text.ptr) (void)json_object_set_new(all, field->name, field_value(cli->arena, field, text, err));
    }
    if (!err->def && word < cli->word_count)
        err_set(err, &ERR_CONFIG, "", "\"%.*s\" is one word too many", STR_FMT(cli->words[word]));
    if (!err->def) return all;
    json_decref(all);
    return NULL;
}

/* A value as it stands in an address; none for those that cannot. */
static Str plain_text(Arena *arena, const json_t *value)
{
    if (json_is_string(value)) return str_dup(arena, str_from(json_string_value(value)));
    if (json_is_integer(value)) return str_format(arena, "%" PRId64, (int64_t)json_integer_value(value));
    if (json_is_boolean(value)) return json_is_true(value) ? STR("true") : STR("false");
    return STR_NONE;
}

/* The path with its fields, which are taken out of `all`. */
static bool add_path(Buf *buf, const RouteDef *route, json_t *all, Error *err)
{
    Str path = str_from(route->path);
    for (size_t at = 0; at < path.len;) {
        size_t open = str_index(path, '{', at);
        buf_add(buf, str_slice(path, at, open));
        if (open >= path.len) break;
        size_t close = str_index(path, '}', open);
        Str    name  = str_dup(buf->arena, str_slice(path, open + 1, close));
        if (!name.ptr) return err_memory(err);
        Str value = plain_text(buf->arena, json_object_get(all, name.ptr));
        if (!value.len) return err_set(err, &ERR_CONFIG, "", "--%s is missing", name.ptr);
        add_escaped(buf, value);
        (void)json_object_del(all, name.ptr);
        at = close + 1;
    }
    return true;
}

static bool add_query(Buf *buf, json_t *all, Error *err)
{
    const char *name;
    json_t     *value;
    char        mark = '?';
    json_object_foreach(all, name, value)
    {
        Str text = plain_text(buf->arena, value);
        if (!text.ptr) return err_set(err, &ERR_CONFIG, "", "%s cannot stand in an address", name);
        buf_byte(buf, mark);
        add_escaped(buf, str_from(name));
        buf_byte(buf, '=');
        add_escaped(buf, text);
        mark = '&';
    }
    return true;
}

static Str base_url(const Cli *cli)
{
    Str url = cli_option(cli, "server");
    if (!url.ptr) url = cli_variable("ONETILL_URL");
    if (!url.ptr) url = STR("http://127.0.0.1:8080");
    while (url.len && url.ptr[url.len - 1] == '/') url.len--;
    return url;
}

static bool add_headers(Cli *cli, const RouteDef *route, HttpCall *call, Error *err)
{
    Str    key   = cli_option(cli, "key");
    Str    name  = cli_option(cli, "idempotency-key");
    size_t count = 0;
    if (!key.ptr) key = cli_variable("ONETILL_KEY");
    if (key.ptr) {
        Str bearer = str_format(cli->arena, "Bearer %.*s", STR_FMT(key));
        if (!bearer.ptr) return err_memory(err);
        call->headers[count++] = (HttpClientHeader){ STR("Authorization"), bearer };
    }
    if (route->flags & WRITE) {
        if (!name.ptr) name = id_text(cli->arena, env_new_id(cli->env));
        if (!name.ptr) return err_memory(err);
        call->headers[count++] = (HttpClientHeader){ STR("Idempotency-Key"), name };
    }
    if (call->body.ptr) call->headers[count++] = (HttpClientHeader){ STR("Content-Type"),
                                                                     STR("application/json") };
    return true;
}

static bool build(Cli *cli, const RouteDef *route, HttpCall *call, Error *err)
{
    bool    by_query = route->method == GET || route->method == DELETE;
    json_t *all      = gather(cli, route, err);
    Buf     url      = buf_make(cli->arena, 256);
    if (!all) return false;
    buf_add(&url, base_url(cli));
    bool ok = add_path(&url, route, all, err);
    if (ok && by_query) ok = add_query(&url, all, err);
    if (ok && !by_query) {
        char *text = json_dumps(all, JSON_COMPACT);
        call->body = text ? str_dup(cli->arena, str_from(text)) : STR_NONE;
        free(text);
        ok = call->body.ptr != NULL || err_memory(err);
    }
    json_decref(all);
    *call = (HttpCall){ .method = str_from(call_method(route)), .url = buf_str(&url), .body = call->body,
                        .connect_ms = CONNECT_MS, .total_ms = TOTAL_MS, .reply_max = REPLY_MAX };
    return ok && (call->url.ptr != NULL || err_memory(err)) && add_headers(cli, route, call, err);
}

const RouteDef *call_route(const char *words)
{
    for (size_t c = 0; c < shop_count; c++)
        for (size_t i = 0; i < shop_all[c]->route_count; i++)
            if (strcmp(shop_all[c]->routes[i].cli, words) == 0) return &shop_all[c]->routes[i];
    return NULL;
}

bool call_post(Cli *cli, Arena *arena, const RouteDef *route, Str body, HttpAnswer *out, Error *err)
{
    Str      url  = str_format(arena, "%.*s%s", STR_FMT(base_url(cli)), route->path);
    HttpCall call = { .method = str_from(call_method(route)), .url = url, .body = body,
                      .connect_ms = CONNECT_MS, .total_ms = TOTAL_MS, .reply_max = POST_REPLY_MAX };
    if (!url.ptr) return err_memory(err);
    return add_headers(cli, route, &call, err) && http_client_call(arena, &call, out, err);
}

bool call_get(Cli *cli, Arena *arena, const RouteDef *route, Str value, Str query, HttpAnswer *out,
              Error *err)
{
    Str path = str_from(route->path);
    size_t from = str_index(path, '{', 0), to = str_index(path, '}', 0);
    Str behind = to < path.len ? str_slice(path, to + 1, path.len) : STR("");
    Str url = str_format(arena, "%.*s%.*s%.*s%.*s%.*s", STR_FMT(base_url(cli)), (int)from, path.ptr,
                         STR_FMT(value), STR_FMT(behind), STR_FMT(query));
    HttpCall call = { .method = STR("GET"), .url = url, .connect_ms = CONNECT_MS, .total_ms = TOTAL_MS,
                      .reply_max = POST_REPLY_MAX };
    if (!url.ptr) return err_memory(err);
    return add_headers(cli, route, &call, err) && http_client_call(arena, &call, out, err);
}

/* ---- the answer ---- */

/* An answer without end, as it comes. */
static bool print_part(void *arg, Str part)
{
    (void)arg;
    return fwrite(part.ptr, 1, part.len, stdout) == part.len && fflush(stdout) == 0;
}

/* A document: into a file as it is, for a terminal only what can do no harm there. */
static int print_file(const RouteDef *route, Str body)
{
    if (!isatty(STDOUT_FILENO))
        return fwrite(body.ptr, 1, body.len, stdout) == body.len ? CLI_OK : CLI_FAILED;
    if (route_media(route).is_text) {
        show_text(body);
        return CLI_OK;
    }
    (void)fprintf(stderr, "onetill: this is %s: send it to a file, as in onetill … > file\n",
                  route_media(route).type);
    return CLI_REFUSED;
}

static int no_answer(const Cli *cli, const RouteDef *route, const HttpCall *call, const Error *err)
{
    (void)fprintf(stderr, "onetill: no answer from %.*s: %s\n", STR_FMT(base_url(cli)), err->message);
    if (route->flags & WRITE) {
        const HttpClientHeader *name = call->headers;
        while (name->name.ptr && !str_eq(name->name, STR("Idempotency-Key"))) name++;
        (void)fprintf(stderr, "If it had arrived it may have been done. To make sure, repeat it with\n"
                              "  --idempotency-key %.*s\n", STR_FMT(name->value));
    }
    return CLI_UNREACHABLE;
}

int call_run(Cli *cli, const RouteDef *route)
{
    HttpCall   call   = { 0 };
    HttpAnswer answer = { 0 };
    Error      err    = { 0 };
    if (!build(cli, route, &call, &err)) return cli_fail(&err);
    if (route->flags & STREAM) call.on_part = print_part;
    if (!http_client_call(cli->arena, &call, &answer, &err)) return no_answer(cli, route, &call, &err);
    if (answer.truncated) (void)fputs("onetill: the answer is too long; only its beginning follows\n",
                                      stderr);
    bool good = answer.status >= 200 && answer.status < 300;
    if (good && route->flags & STREAM) return CLI_OK; /* shown as it came */
    if (cli->json) {
        (void)fwrite(answer.body.ptr, 1, answer.body.len, stdout);
        if (!answer.body.len || answer.body.ptr[answer.body.len - 1] != '\n') putchar('\n');
    } else if (!good) {
        show_problem(cli->arena, answer.status, answer.body);
    } else if (route->flags & TEXT_REPLY) {
        return print_file(route, answer.body);
    } else if (!show_reply(cli->arena, route->reply, answer.body)) {
        (void)fputs("onetill: the answer is not what this version of onetill knows; see it with --json\n",
                    stderr);
        return CLI_FAILED;
    }
    if (good) return CLI_OK;
    return answer.status >= 500 ? CLI_FAILED : CLI_REFUSED;
}
