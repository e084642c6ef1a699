/* golden_test.c — runs the golden cases of this folder: each a basket, rules, and what they must cost, worked
 * out by hand. README.md says how they are written. Usage: golden_test [--plain] [FILE…] */
#include "core/cart.h"
#include "core/promo_check.h"
#include "sys/json_read.h"
#include "sys/json_write.h"
#include "tests/kit.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 64 << 20, FILES_MAX = 100, PATH_BYTES = 320, DIFF_BYTES = 600, FIELDS_MAX = 1000,
       CASES_LEAST = 400, NAMES_MAX = 10000 };

static Arena   arena;
static char    difference[DIFF_BYTES];
static bool    plain;
static size_t  case_count;
static json_t *names; /* of all cases so far, as members */

/* Promotions of a case, as a body: what the decoder reads. */
typedef struct {
    struct {
        Promotion *items;
        size_t     count;
    } promotions;
} Rules;

static const FieldDef  rules_fields[] = { { "promotions", F_LIST, REQUIRED, 0, 100000,
                                            offsetof(Rules, promotions), NULL, &Promotion_def, "Rules.",
                                            10 } };
static const StructDef rules_def      = { "Rules", "Promotions.", rules_fields, 1, sizeof(Rules) };

/* Says what is wrong, if nothing was said before; false. */
static bool differs(const char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool differs(const char *path, const char *format, ...)
{
    if (difference[0]) return false;
    int     at = snprintf(difference, sizeof difference, "%s: ", path);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(difference + at, sizeof difference - (size_t)at, format, args);
    va_end(args);
    return false;
}

/* --- which fields occur in some case --- */

static const FieldDef *seen[FIELDS_MAX];
static size_t          seen_count;

static void see(const FieldDef *field)
{
    for (size_t i = 0; i < seen_count; i++)
        if (seen[i] == field) return;
    if (seen_count < FIELDS_MAX) seen[seen_count++] = field;
}

static const FieldDef *field_of(const StructDef *def, const char *name)
{
    for (size_t i = 0; i < def->field_count; i++)
        if (strcmp(def->fields[i].name, name) == 0) return &def->fields[i];
    return NULL;
}

/* Recursion as deep as the tables. */
static void see_all(const StructDef *def, const json_t *object)
{
    const char *name;
    json_t     *value, *entry;
    size_t      i;
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        const FieldDef *field = field_of(def, name);
        if (!field || json_is_null(value)) continue;
        see(field);
        if (field->type == F_OBJECT) see_all(field->element, value);
        if (field->type == F_LIST) json_array_foreach(value, i, entry) see_all(field->element, entry);
    }
}

static size_t unseen_fields(const StructDef *def)
{
    size_t count = 0;
    for (size_t i = 0; i < def->field_count; i++) {
        const FieldDef *field = &def->fields[i];
        bool            found = false;
        for (size_t k = 0; k < seen_count && !found; k++) found = seen[k] == field;
        if (!found) printf("  in no case: %s.%s\n", def->name, field->name);
        if (!found) count++;
        if (field->element) count += unseen_fields(field->element);
    }
    return count;
}

/* --- the case, written out --- */

static bool only_members(const json_t *object, const char *path, const char *const *allowed)
{
    const char *name;
    json_t     *value;
    if (!json_is_object(object)) return differs(path, "must be an object");
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        size_t i = 0;
        while (allowed[i] && strcmp(allowed[i], name) != 0) i++;
        if (!allowed[i]) return differs(path, "must not have a member \"%s\"", name);
    }
    return true;
}

/* Gives the line what an item is like, where the line does not say it itself. */
static void take_from(json_t *line, const json_t *item)
{
    json_object_update_missing(line, (json_t *)(uintptr_t)item);
}

/* "3 tea" or "0.482 ham@199" as an object; NULL when it is neither. */
static json_t *line_of_text(const char *text)
{
    const char *space = strchr(text, ' ');
    const char *at    = strrchr(text, '@');
    if (!space || space == text || (at && at < space)) return NULL;
    size_t  qty_len = (size_t)(space - text);
    size_t  sku_len = at ? (size_t)(at - space) - 1 : strlen(space + 1);
    json_t *line    = json_object();
    if (memchr(text, '.', qty_len)) json_object_set_new(line, "quantity", json_stringn(text, qty_len));
    else json_object_set_new(line, "quantity", json_integer(strtoll(text, NULL, 10)));
    json_object_set_new(line, "sku", json_stringn(space + 1, sku_len));
    if (at) json_object_set_new(line, "unit_price", json_integer(strtoll(at + 1, NULL, 10)));
    return line;
}

static bool line_written_out(const json_t *given, const json_t *line, json_t *lines)
{
    const json_t *items = json_object_get(given, "items");
    json_t *out = json_is_string(line) ? line_of_text(json_string_value(line)) : json_deep_copy(line);
    if (!json_is_object(out)) {
        json_decref(out);
        return differs("basket.lines", "a line is an object or \"QUANTITY SKU\"");
    }
    const char *sku = json_string_value(json_object_get(out, "sku"));
    if (sku && json_object_get(items, sku)) take_from(out, json_object_get(items, sku));
    if (json_object_get(items, "*")) take_from(out, json_object_get(items, "*"));
    json_array_append_new(lines, out);
    return true;
}

static json_t *basket_written_out(const json_t *given, const json_t *basket)
{
    json_t *out   = json_object();
    json_t *lines = json_array();
    json_t *line;
    size_t  i;
    json_object_update(out, json_object_get(given, "basket"));
    json_object_update(out, (json_t *)(uintptr_t)basket);
    json_array_foreach(json_object_get(out, "lines"), i, line)
    {
        if (!line_written_out(given, line, lines)) {
            json_decref(out);
            json_decref(lines);
            return NULL;
        }
    }
    if (json_object_get(out, "lines")) json_object_set(out, "lines", lines);
    json_decref(lines);
    return out;
}

static json_t *promotions_written_out(const json_t *given, const json_t *list)
{
    json_t *out = json_array();
    json_t *entry;
    size_t  i;
    json_array_foreach((json_t *)(uintptr_t)list, i, entry)
    {
        const char *code = json_string_value(entry);
        json_t     *rule = code ? json_object_get(json_object_get(given, "promotions"), code) : entry;
        if (!json_is_object(rule)) {
            (void)differs("promotions", "the file gives no promotion \"%s\"", code ? code : "?");
            json_decref(out);
            return NULL;
        }
        rule = json_deep_copy(rule);
        if (code) json_object_set_new(rule, "code", json_string(code));
        if (!json_object_get(rule, "name") && json_object_get(rule, "code"))
            json_object_set(rule, "name", json_object_get(rule, "code"));
        json_array_append_new(out, rule);
    }
    return out;
}

/* --- pricing --- */

static bool decode(const StructDef *def, const json_t *json, void *out, Error *err)
{
    Faults  faults  = { 0 };
    Decoder decoder = { .arena = &arena, .faults = &faults, .route_path = "" };
    char   *text    = json_dumps(json, JSON_COMPACT);
    bool    ok      = json_read(&decoder, def, str_from(text), out, err);
    free(text);
    if (ok && decoder.memory) return err_memory(err);
    if (!ok || faults.count == 0) return ok;
    return err_set(err, &ERR_FIELD_INVALID, faults.items[0].field, "%s", faults.items[0].detail);
}

/* What stands in for the error of the routes that save promotions. */
static const ErrDef ERR_REFUSED = { "promotion_invalid", 422, false, "The promotion contradicts itself." };

/* Each promotion as when it is saved; several of a case that expects an error as a set that goes live. */
static bool checked(const Rules *rules, bool as_set, Error *err)
{
    PromoFaults faults = { 0 };
    if (as_set) promo_check_set(rules->promotions.items, rules->promotions.count, NULL, &faults);
    for (size_t i = 0; !as_set && i < rules->promotions.count; i++)
        promo_check(&rules->promotions.items[i], NULL, &faults);
    for (size_t i = 0; i < faults.count; i++)
        if (!faults.items[i].warning)
            return err_set(err, &ERR_REFUSED, faults.items[i].field, "%s", faults.items[i].reason);
    return true;
}

static bool price_with(const CartInput *in, const Rules *rules, Priced *priced, Error *err)
{
    PromoSet *set = NULL;
    return promo_set_make(&arena, rules->promotions.items, rules->promotions.count, &set, err)
        && cart_price(&arena, set, in, true, priced, err);
}

/* The whole way of a basket: decoded, rules checked, priced, encoded. NULL when it is refused. */
static json_t *price(const json_t *basket, const json_t *promotions, bool as_set, Error *err)
{
    CartInput in     = { 0 };
    Rules     rules  = { 0 };
    Priced    priced = { 0 };
    json_t   *body   = json_pack("{s:O}", "promotions", promotions);
    bool      ok     = decode(&CartInput_def, basket, &in, err) && decode(&rules_def, body, &rules, err);
    json_decref(body);
    if (!ok || !checked(&rules, as_set, err) || !price_with(&in, &rules, &priced, err)) return NULL;
    Str     text   = json_write_text(&arena, &Priced_def, &priced);
    json_t *answer = text.ptr ? json_loadb(text.ptr, text.len, 0, NULL) : NULL;
    if (!answer) err_memory(err);
    return answer;
}

/* --- comparing --- */

static bool same(const StructDef *def, const json_t *want, const json_t *have, const char *path);

static bool same_leaf(const FieldDef *field, const json_t *want, const json_t *have, const char *path)
{
    char        number[32], shown[200];
    const char *text = json_string_value(have), *wanted = json_string_value(want);
    if (strcmp(field->name, "text") == 0 && text && wanted && strstr(text, wanted)) return true;
    if (field->type == F_QTY && json_is_integer(want)) {
        (void)snprintf(number, sizeof number, "%lld", (long long)json_integer_value(want));
        wanted = number;
    }
    if (text && wanted ? strcmp(text, wanted) == 0 : json_equal(want, have)) return true;
    char *a = json_dumps(want, JSON_ENCODE_ANY);
    char *b = have ? json_dumps(have, JSON_ENCODE_ANY) : NULL;
    (void)snprintf(shown, sizeof shown, "expected %.80s, got %.80s", a ? a : "?", b ? b : "nothing");
    free(a);
    free(b);
    return differs(path, "%s", shown);
}

/* Steps: each wanted one must be there, in their order, others may stand between. */
static bool same_steps(const FieldDef *field, const json_t *want, const json_t *have, const char *path)
{
    size_t at = 0;
    for (size_t i = 0; i < json_array_size(want); i++) {
        bool found = false;
        for (; at < json_array_size(have) && !found; at++) {
            found = same(field->element, json_array_get(want, i), json_array_get(have, at), path);
            if (!found) difference[0] = '\0';
        }
        if (found) continue;
        char *text = json_dumps(json_array_get(want, i), JSON_COMPACT);
        (void)differs(path, "no such step (in this order): %s", text);
        free(text);
        return false;
    }
    return true;
}

static bool same_list(const FieldDef *field, const json_t *want, const json_t *have, const char *path)
{
    char   inner[PATH_BYTES + 24];
    size_t wanted = json_array_size(want), got = json_array_size(have);
    if (strcmp(field->name, "steps") == 0) return same_steps(field, want, have, path);
    for (size_t i = 0; i < wanted && i < got; i++) {
        (void)snprintf(inner, sizeof inner, "%s[%zu]", path, i);
        if (!same(field->element, json_array_get(want, i), json_array_get(have, i), inner)) return false;
    }
    return wanted == got || differs(path, "expected %zu entries, got %zu", wanted, got);
}

/* Whether `have` is as far as `want` says. Recursion as deep as the tables. */
static bool same(const StructDef *def, const json_t *want, const json_t *have, const char *path)
{
    const char *name;
    json_t     *value;
    char        inner[PATH_BYTES];
    if (!json_is_object(want)) return differs(path, "the case is malformed: must be an object");
    json_object_foreach((json_t *)(uintptr_t)want, name, value)
    {
        const FieldDef *field = field_of(def, name);
        const json_t   *got   = json_object_get(have, name);
        (void)snprintf(inner, sizeof inner, *path ? "%s.%s" : "%s%s", path, name);
        if (!field) return differs(inner, "the case is malformed: %s has no such field", def->name);
        bool list   = field->type == F_LIST && json_is_array(value);
        bool object = field->type == F_OBJECT && json_is_object(value);
        bool ok     = json_is_null(value) ? !got || differs(inner, "expected nothing")
                    : list                ? same_list(field, value, got, inner)
                    : object && got       ? same(field->element, value, got, inner)
                                          : same_leaf(field, value, got, inner);
        if (!ok) return false;
    }
    return true;
}

/* --- what holds for every answer --- */

static int64_t number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static int64_t sum(const json_t *list, const char *name)
{
    int64_t total = 0;
    for (size_t i = 0; i < json_array_size(list); i++) total += number(json_array_get(list, i), name);
    return total;
}

/* Thousandths of "1.25". */
static int64_t milli(const json_t *qty)
{
    const char *text  = json_string_value(qty);
    char       *end   = NULL;
    int64_t     whole = text ? strtoll(text, &end, 10) * QTY_ONE : 0;
    int64_t     unit  = 100;
    for (const char *c = end && *end == '.' ? end + 1 : ""; *c; c++, unit /= 10) whole += (*c - '0') * unit;
    return whole;
}

static bool line_holds(const json_t *line, int64_t quantity, const char *path)
{
    const json_t *parts = json_object_get(line, "parts");
    int64_t       all   = 0;
    if (number(line, "total") != number(line, "net") + number(line, "tax"))
        return differs(path, "net and tax are not the total");
    if (number(line, "total") < 0 || number(line, "discount") < 0 || number(line, "net") < 0)
        return differs(path, "is below zero");
    if (number(line, "discount") > number(line, "gross")) return differs(path, "more than all is taken off");
    static const char *const added[] = { "discount", "net", "tax", "total" };
    for (size_t i = 0; i < COUNT(added) && quantity; i++)
        if (sum(parts, added[i]) != number(line, added[i]))
            return differs(path, "parts do not add up: %s", added[i]);
    for (size_t i = 0; i < json_array_size(parts); i++) {
        const json_t *part = json_array_get(parts, i);
        if (number(part, "total") != number(part, "net") + number(part, "tax"))
            return differs(path, "net and tax are not the total of part %zu", i);
        all += milli(json_object_get(part, "quantity"));
    }
    return all == quantity || differs(path, "parts are not as many as the line");
}

static bool answer_holds(const json_t *basket, const json_t *answer)
{
    const json_t *lines = json_object_get(answer, "lines"), *shipping = json_object_get(answer, "shipping");
    const json_t *given = json_object_get(basket, "lines");
    char          path[PATH_BYTES];
    if (json_array_size(lines) != json_array_size(given)) return differs("lines", "not as many as given");
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *qty = json_object_get(json_array_get(given, i), "quantity");
        (void)snprintf(path, sizeof path, "lines[%zu]", i);
        if (!line_holds(json_array_get(lines, i),
                        json_is_integer(qty) ? json_integer_value(qty) * QTY_ONE : milli(qty), path))
            return false;
    }
    if (shipping && !line_holds(shipping, milli(json_object_get(
            json_array_get(json_object_get(shipping, "parts"), 0), "quantity")), "shipping"))
        return false;
    static const char *const added[] = { "net", "tax", "total" };
    for (size_t i = 0; i < COUNT(added); i++)
        if (sum(lines, added[i]) + number(shipping, added[i]) != number(answer, added[i]))
            return differs(added[i], "lines and shipping do not add up to it");
    if (sum(lines, "gross") != number(answer, "subtotal")) return differs("subtotal", "not what lines cost");
    if (sum(lines, "discount") != number(answer, "discount")) return differs("discount", "not of the lines");
    if (sum(lines, "fees") != number(answer, "fees")) return differs("fees", "not those of the lines");
    if (number(answer, "net") + number(answer, "tax") != number(answer, "total"))
        return differs("total", "net and tax are not the total");
    if (number(answer, "cash_total") - number(answer, "total") != number(answer, "cash_rounding"))
        return differs("cash_rounding", "not the difference of the totals");
    int64_t off = number(answer, "discount") + number(shipping, "discount");
    return sum(json_object_get(answer, "uses"), "amount") <= off || differs("uses", "more than is taken off");
}

/* --- running --- */

static bool refused_as(const json_t *want, const Error *err)
{
    const char *code = json_string_value(json_object_get(want, "code"));
    const char *field = json_string_value(json_object_get(want, "field"));
    if (!code || strcmp(code, err->def->name) != 0)
        return differs("error.code", "expected %s, got %s (%s: %s)", code ? code : "none", err->def->name,
                       err->field, err->message);
    return !field || strcmp(field, err->field) == 0
        || differs("error.field", "expected %s, got %s", field, err->field);
}

static bool judge(const json_t *one, const json_t *basket, const json_t *promotions)
{
    const json_t *expect = json_object_get(one, "expect"), *error = json_object_get(one, "error");
    Error         err    = { 0 };
    json_t       *answer = price(basket, promotions, error != NULL, &err);
    if (!answer && error) return refused_as(error, &err);
    if (!answer) return differs(err.field, "refused: %s: %s", err.def ? err.def->name : "?", err.message);
    if (!error) see_all(&Priced_def, expect);
    bool fine = error ? differs("error", "was not refused")
                      : same(&Priced_def, expect, answer, "") && answer_holds(basket, answer);
    json_decref(answer);
    return fine;
}

static void print_plain(const char *name, const json_t *basket, const json_t *promotions)
{
    json_t *line = json_pack("{s:s, s:O, s:O}", "name", name, "basket", basket, "promotions", promotions);
    char   *text = json_dumps(line, JSON_COMPACT | JSON_PRESERVE_ORDER);
    printf("%s\n", text);
    free(text);
    json_decref(line);
}

static bool run_case(const json_t *given, const json_t *one)
{
    static const char *const members[] = { "name", "why", "source", "basket", "promotions", "expect", "error",
                                           NULL };
    if (!only_members(one, "case", members)) return false;
    const char *name = json_string_value(json_object_get(one, "name"));
    const char *why  = json_string_value(json_object_get(one, "why"));
    if (!name || !why || strlen(why) < 10) return differs("case", "needs a name and why");
    if (json_object_get(names, name)) return differs("name", "another case has it");
    json_object_set_new(names, name, json_true());
    if (!json_is_object(json_object_get(one, "expect")) == !json_is_object(json_object_get(one, "error")))
        return differs("case", "needs either expect or error");
    json_t *basket     = basket_written_out(given, json_object_get(one, "basket"));
    json_t *promotions = basket ? promotions_written_out(given, json_object_get(one, "promotions")) : NULL;
    bool    fine       = promotions != NULL;
    if (fine) see_all(&CartInput_def, basket);
    for (size_t i = 0; i < json_array_size(promotions); i++)
        see_all(&Promotion_def, json_array_get(promotions, i));
    if (fine && plain) print_plain(name, basket, promotions);
    else if (fine) fine = judge(one, basket, promotions);
    json_decref(basket);
    json_decref(promotions);
    return fine;
}

static void run_file(const char *path)
{
    static const char *const members[] = { "subject", "given", "cases", NULL };
    static const char *const givens[]  = { "basket", "items", "promotions", NULL };
    json_error_t             where;
    json_t                  *file  = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    const json_t            *given = json_object_get(file, "given"), *cases = json_object_get(file, "cases");
    difference[0]                  = '\0';
    if (!file) (void)differs(path, "line %d: %s", where.line, where.text);
    bool ok = file && only_members(file, path, members) && only_members(given, path, givens)
           && (json_array_size(cases) > 0 || differs(path, "has no cases"));
    if (!ok) check(false, path);
    if (!ok) printf("  %s\n", difference);
    for (size_t i = 0; ok && i < json_array_size(cases); i++) {
        const json_t *one  = json_array_get(cases, i);
        const char   *name = json_string_value(json_object_get(one, "name"));
        difference[0]      = '\0';
        arena_reset(&arena);
        bool fine = run_case(given, one);
        case_count++;
        if (!plain) check(fine, name ? name : path);
        if (!fine) printf("  %s: %s\n", path, difference);
    }
    json_decref(file);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void run_folder(const char *folder)
{
    static char    paths[FILES_MAX][PATH_BYTES];
    size_t         count = 0;
    DIR           *dir   = opendir(folder);
    struct dirent *entry;
    while (dir && (entry = readdir(dir)) && count < FILES_MAX) {
        size_t len = strlen(entry->d_name);
        if (len < 6 || len > 100 || strcmp(entry->d_name + len - 5, ".json") != 0) continue;
        (void)snprintf(paths[count++], PATH_BYTES, "%s/%s", folder, entry->d_name);
    }
    if (dir) (void)closedir(dir);
    qsort(paths, count, PATH_BYTES, by_name);
    for (size_t i = 0; i < count; i++) run_file(paths[i]);
}

int main(int argc, char **argv)
{
    void *bytes = malloc(ARENA_BYTES);
    int   first = 1;
    if (!bytes) return 1;
    arena_init(&arena, bytes, ARENA_BYTES);
    names = json_object();
    if (argc > 1 && strcmp(argv[1], "--plain") == 0) {
        plain = true;
        first = 2;
    }
    for (int i = first; i < argc; i++) run_file(argv[i]);
    if (first == argc) {
        run_folder("tests/golden");
        if (!plain) check(case_count >= CASES_LEAST, "there are at least 400 golden cases");
        size_t missing = plain ? 0 : unseen_fields(&CartInput_def) + unseen_fields(&Promotion_def)
                                       + unseen_fields(&Priced_def);
        if (!plain) check(missing == 0, "every field of baskets, promotions and answers is in some case");
    }
    json_decref(names);
    free(bytes);
    return plain ? 0 : check_finish("golden_test");
}
