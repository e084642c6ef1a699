/* promotions_test.c — what is published never changes, every state takes every event as the table says,
 * large promotions need two people, and a rule set goes through a file unchanged. */
#include "shop/promotions/promotions.h"

#include "shop/perms.h"
#include "sys/json_read.h"
#include "tests/fixture.h"
#include "tests/kit.h"

#include <stdio.h>
#include <string.h>

static Env         env;
static Db         *db;
static Error       err;
static Id          person = { { 1, 1 } }; /* who acts */
static PromoFaults faults;

static const int64_t DAY = 86400000;

/* ---- steps ---- */

static bool put(Ctx *ctx, void *arg, Error *e)
{
    Promotion rule = { .code = STR_NONE };
    int64_t   version;
    faults           = (PromoFaults){ .count = 0 };
    ctx->who.api_key = person;
    if (!json_read_stored(ctx->arena, &Promotion_def, str_from(arg), &rule, e)) return false;
    return promotions_put(ctx, &rule, &version, &faults, e);
}

static bool put_ok(const char *json)
{
    return kit_write(db, &env, put, (void *)(uintptr_t)json, &err);
}

static const char    *code;
static int64_t        version_asked, version_done;
static PromotionEvent event;

static bool step_do(Ctx *ctx, void *arg, Error *e)
{
    (void)arg;
    faults           = (PromoFaults){ .count = 0 };
    ctx->who.api_key = person;
    return promotions_do(ctx, str_from(code), version_asked, event, &version_done, &faults, e);
}

static bool act(const char *of, PromotionEvent what)
{
    code          = of;
    event         = what;
    version_asked = OPT_NONE;
    return kit_write(db, &env, step_do, NULL, &err);
}

static char state_seen[16], name_seen[64];

static bool step_info(Ctx *ctx, void *arg, Error *e)
{
    PromotionInfo info = { .code = STR_NONE };
    (void)arg;
    if (!promotions_info(ctx, str_from(code), version_asked, &info, e)) return false;
    (void)snprintf(state_seen, sizeof state_seen, "%.*s", STR_FMT(info.state));
    (void)snprintf(name_seen, sizeof name_seen, "%.*s", STR_FMT(info.rule->name));
    return info.rule->version == info.version;
}

static bool is(const char *of, int64_t version, const char *state)
{
    code          = of;
    version_asked = version;
    return kit_read(db, &env, step_info, NULL, &err) && strcmp(state_seen, state) == 0;
}

static int64_t set_count, set_version;

static bool step_load(Ctx *ctx, void *arg, Error *e)
{
    PromotionSet set = { 0 };
    (void)arg;
    bool ok     = promotions_load(ctx, ctx->arena, ctx->now_ms, &set, e);
    set_count   = (int64_t)set.count;
    set_version = set.version;
    return ok;
}

static void load(void)
{
    check_ok(kit_read(db, &env, step_load, NULL, &err), &err, "the set is loaded");
}

/* ---- states ---- */

#define RULE(code, rest)                                                                                    \
    "{\"code\":\"" code "\",\"name\":\"N\",\"phase\":\"item\",\"percent\":100000" rest "}"
#define SOON ",\"from\":\"2025-11-25T00:00:00Z\""

/* Brings promotion `of` into a state. */
static bool bring(const char *of, const char *state)
{
    char json[200];
    bool scheduled = strcmp(state, "scheduled") == 0;
    (void)snprintf(json, sizeof json,
                   "{\"code\":\"%s\",\"name\":\"N\",\"phase\":\"item\",\"percent\":100000%s}", of,
                   scheduled ? SOON : "");
    if (!put_ok(json)) return false;
    if (strcmp(state, "draft") == 0) return true;
    if (!act(of, PROMOTION_PUBLISH)) return false;
    if (strcmp(state, "paused") == 0) return act(of, PROMOTION_PAUSE);
    return strcmp(state, "ended") != 0 || act(of, PROMOTION_END);
}

/* What each state makes of approve, publish, pause, resume, end, drop: '-' refused, 'g' gone, or the first
 * letter of the state it comes into. */
static const struct {
    const char *state, *next;
} table[] = {
    { "draft", "dl---g" },  { "scheduled", "--p-e-" }, { "live", "--p-e-" },
    { "paused", "---le-" }, { "ended", "------" },
};
static const PromotionEvent events[]      = { PROMOTION_APPROVE, PROMOTION_PUBLISH, PROMOTION_PAUSE,
                                              PROMOTION_RESUME,  PROMOTION_END,     PROMOTION_DROP };
static const char *const    event_names[] = { "approve", "publish", "pause", "resume", "end", "drop" };

static void test_states(void)
{
    char of[32], what[64];
    for (size_t s = 0; s < COUNT(table); s++)
        for (size_t e = 0; e < COUNT(events); e++) {
            (void)snprintf(of, sizeof of, "S%zuE%zu", s, e);
            (void)snprintf(what, sizeof what, "%s, then %s", table[s].state, event_names[e]);
            person.bytes[1] = 1;
            bool ready      = bring(of, table[s].state) && is(of, OPT_NONE, table[s].state);
            person.bytes[1] = 2; /* nobody approves what they wrote themselves */
            bool done       = act(of, events[e]);
            char want       = table[s].next[e];
            person.bytes[1] = 1;
            if (want == '-') check(ready && !done && err.def == &ERR_PROMOTION_STATE, what);
            else if (want == 'g')
                check(ready && done && !is(of, OPT_NONE, "") && err.def == &ERR_NOT_FOUND, what);
            else check(ready && done && (is(of, OPT_NONE, ""), state_seen[0] == want), what);
        }
    check(!act("NOBODY", PROMOTION_END) && err.def == &ERR_NOT_FOUND, "a promotion must be there");
}

static void test_time(void)
{
    check(bring("TIME", "scheduled"), "a promotion for tomorrow is published");
    kit_now_ms += 2 * DAY;
    check(is("TIME", OPT_NONE, "live"), "it goes live by itself");
    check_ok(put_ok(RULE("OVER", ",\"until\":\"2025-11-27T00:00:00Z\"")), &err, "a promotion with an end");
    check_ok(act("OVER", PROMOTION_PUBLISH), &err, "it is published");
    load();
    int64_t with = set_count;
    kit_now_ms += DAY;
    check(is("OVER", OPT_NONE, "ended"), "it ends by itself");
    load();
    check(set_count == with - 1, "and is in the set no more");
    check(!act("OVER", PROMOTION_PAUSE) && err.def == &ERR_PROMOTION_STATE, "what is over cannot be paused");
    check_ok(put_ok(RULE("LATE", ",\"until\":\"2025-11-27T00:00:00Z\"")), &err, "a draft may be over");
    check_refused(act("LATE", PROMOTION_PUBLISH), &err, &ERR_PROMOTION_INVALID, "but it is not published");
    check(strcmp(err.field, "until") == 0, "and the field is told");
}

/* ---- versions ---- */

static void test_versions(void)
{
    check_ok(put_ok(RULE("VER", "")), &err, "version 1 is written");
    check_ok(put_ok(RULE("VER", ",\"priority\":1")), &err, "and written anew before it was published");
    check(is("VER", 2, "draft") && !is("VER", 1, "draft") && err.def == &ERR_NOT_FOUND,
          "which is version 2");
    check_ok(put_ok(RULE("VER", ",\"priority\":1")), &err, "the same once more");
    check(is("VER", OPT_NONE, "draft") && is("VER", 2, "draft") && !is("VER", 3, "draft"),
          "changes nothing");
    load();
    int64_t before = set_version, count = set_count;
    check_ok(act("VER", PROMOTION_PUBLISH), &err, "it is published");
    load();
    check(set_version > before && set_count == count + 1, "the set grows, and so does its number");
    check_ok(put_ok(RULE("VER", ",\"priority\":2")), &err, "a new draft beside it");
    load();
    check(is("VER", 2, "live") && is("VER", 3, "draft"), "changes nothing of what is live");
    check_ok(act("VER", PROMOTION_PUBLISH), &err, "the draft is published");
    check(is("VER", 2, "ended") && is("VER", 3, "live"), "and takes its place");
    load();
    check(set_count == count + 1, "only one of them is in the set");
    check_ok(act("VER", PROMOTION_END), &err, "it is ended");
    check_ok(put_ok(RULE("VER", ",\"priority\":2")), &err, "the same may be written again");
    check_ok(act("VER", PROMOTION_PUBLISH), &err, "and published");
    check(is("VER", 3, "ended") && is("VER", 4, "live"), "as version 4");
    check_ok(put_ok(RULE("VER", ",\"priority\":3")), &err, "another draft");
    check_ok(act("VER", PROMOTION_DROP), &err, "is dropped");
    check(is("VER", 4, "live") && !is("VER", 5, "draft"), "what was published stays");
    check_ok(put_ok(RULE("VER", ",\"priority\":3")), &err, "the next draft");
    check(is("VER", 6, "draft"), "has a number that was never given");
    check_refused(put_ok(RULE("VER", ",\"priority\":4,\"version\":5")), &err, &ERR_PROMOTION_VERSION,
                  "who changes what they have not seen is refused");
    version_asked = 5;
    check_refused(kit_write(db, &env, step_do, NULL, &err), &err, &ERR_PROMOTION_VERSION,
                  "so is who publishes it");
}

/* ---- what is refused ---- */

static const struct {
    const char *json, *field;
} bad[] = {
    { "{\"code\":\"BAD\",\"name\":\"N\",\"phase\":\"item\"}", "percent" },
    { RULE("BAD", ",\"select\":{\"skus\":[\"TEA\",\"NO\"]}"), "select.skus[1]" },
    { RULE("BAD", ",\"select\":{\"except_skus\":[\"NO\"]}"), "select.except_skus[0]" },
    { RULE("BAD", ",\"select\":{\"categories\":[\"NO\"]}"), "select.categories[0]" },
    { RULE("BAD", ",\"select\":{\"brands\":[\"NO\"]}"), "select.brands[0]" },
    { RULE("BAD", ",\"needs\":[{\"quantity\":1,\"select\":{\"skus\":[\"NO\"]}}]"),
      "needs[0].select.skus[0]" },
    { RULE("BAD", ",\"channels\":[\"pos\",\"moon\"]"), "channels[1]" },
    { RULE("BAD", ",\"locations\":[\"moon\"]"), "locations[0]" },
    { "{\"code\":\"BAD\",\"name\":\"N\",\"phase\":\"tender\",\"percent\":1,\"tenders\":[\"shells\"]}",
      "tenders[0]" },
    { "{\"code\":\"BAD\",\"name\":\"N\",\"phase\":\"bundle\",\"percent\":1,\"parts\":[{\"quantity\":2,"
      "\"select\":{\"skus\":[\"NO\"]}}]}",
      "parts[0].select.skus[0]" },
};

static void test_bad(void)
{
    for (size_t i = 0; i < COUNT(bad); i++) {
        check_refused(put_ok(bad[i].json), &err, &ERR_PROMOTION_INVALID, bad[i].json);
        if (strcmp(err.field, bad[i].field) != 0) check(false, err.field);
    }
    check(put_ok(RULE("ONE", ",\"stacks\":\"set\",\"sets\":[\"s\"]")),
          "a promotion in a set of its own is written");
    check_refused(act("ONE", PROMOTION_PUBLISH), &err, &ERR_PROMOTION_INVALID, "but it is not published");
    check(put_ok(RULE("TWO", ",\"stacks\":\"set\",\"sets\":[\"s\"]")), "until another is written");
    check_ok(act("ONE", PROMOTION_PUBLISH), &err, "then it is");
    check(put_ok(RULE("TIE", ",\"stacks\":\"none\"")) && act("TIE", PROMOTION_PUBLISH) && faults.count > 0
              && faults.refused == 0,
          "a tie is told and nobody kept from it");
}

static void test_reach(void)
{
    check(put_ok(RULE("REACH", ",\"priority\":900,\"coupon\":true,\"personal\":true")),
          "a promotion for a few");
    check_ok(act("REACH", PROMOTION_PUBLISH), &err, "is published");
    check(faults.count == 2 && faults.items[0].warning && faults.items[1].warning
              && strcmp(faults.items[0].field, "coupon") == 0,
          "with a warning that nobody can have it yet");
    check(put_ok(RULE("GROUP",
                      ",\"priority\":901,\"customer_groups\":[\"staff\"],\"tiers_of_loyalty\":[\"gold\"]"))
              && act("GROUP", PROMOTION_PUBLISH) && faults.count == 2 && faults.refused == 0
              && strcmp(faults.items[0].field, "customer_groups[0]") == 0
              && strcmp(faults.items[1].field, "tiers_of_loyalty[0]") == 0,
          "a group and a tier that no customer has are warned of");
}

/* ---- guardrails and four eyes ---- */

static bool step_guard(Ctx *ctx, void *arg, Error *e)
{
    GuardrailSettings settings = { 0 };
    return json_read_stored(ctx->arena, &GuardrailSettings_def, str_from(arg), &settings, e)
           && promotions_put_guardrails(ctx, &settings, e);
}

static bool guard(const char *json)
{
    return kit_write(db, &env, step_guard, (void *)(uintptr_t)json, &err);
}

static bool step_guard_is(Ctx *ctx, void *arg, Error *e)
{
    GuardrailVersion now    = { 0 };
    Guardrails       limits = { 0 };
    return promotions_guardrails(ctx, &now, e) && now.version == *(int64_t *)arg
           && promotions_limits(ctx, (Id){ { 7 } }, &limits, e) && limits.max_line_rate == 600000
           && limits.customer_left == 5000;
}

static void test_guardrails(void)
{
    int64_t version = 1;
    check_ok(
        guard("{\"limits\":{\"max_line_rate\":600000},\"customer_amount\":5000,\"publish_rate\":300000}"),
        &err, "guardrails are set");
    check_ok(
        guard("{\"limits\":{\"max_line_rate\":600000},\"customer_amount\":5000,\"publish_rate\":300000}"),
        &err, "the same once more");
    check(kit_read(db, &env, step_guard_is, &version, &err), "is no new version, and they hold");
    check_refused(guard("{\"limits\":{\"customer_left\":1}}"), &err, &ERR_FIELD_INVALID,
                  "customer_left is worked out");
    check_refused(guard("{\"customer_days\":1}"), &err, &ERR_FIELD_INVALID, "days without an amount");
    person.bytes[1] = 1;
    check_ok(put_ok("{\"code\":\"BIG\",\"name\":\"N\",\"phase\":\"item\",\"percent\":400000}"), &err,
             "a large one");
    check_refused(act("BIG", PROMOTION_PUBLISH), &err, &ERR_PROMOTION_APPROVAL,
                  "is not published by one alone");
    check_refused(act("BIG", PROMOTION_APPROVE), &err, &ERR_PROMOTION_APPROVAL,
                  "nor approved by who wrote it");
    person.bytes[1] = 2;
    check_ok(act("BIG", PROMOTION_APPROVE), &err, "another approves it");
    person.bytes[1] = 1;
    check_ok(put_ok("{\"code\":\"BIG\",\"name\":\"N\",\"phase\":\"item\",\"percent\":500000}"), &err,
             "it is changed");
    check_refused(act("BIG", PROMOTION_PUBLISH), &err, &ERR_PROMOTION_APPROVAL, "then the approval is gone");
    person.bytes[1] = 2;
    check_ok(act("BIG", PROMOTION_APPROVE), &err, "it is approved again");
    check_ok(act("BIG", PROMOTION_PUBLISH), &err, "and published");
    person.bytes[1] = 1;
    check_ok(put_ok(RULE("SMALL", "")) && act("SMALL", PROMOTION_PUBLISH), &err,
             "a small one needs nobody else");
    check_ok(guard("{}"), &err, "guardrails are taken away");
}

/* ---- files ---- */

static char           file[200000];
static bool           dry, publish_too;
static RuleFileReport report;
static char           first_fault[96];

static bool step_export(Ctx *ctx, void *arg, Error *e)
{
    RuleText text = { STR_NONE };
    Nothing  none = {};
    (void)arg;
    if (!promotions_export(ctx, &none, &text, e)) return false;
    return snprintf(file, sizeof file, "%.*s", STR_FMT(text.text)) < (int)sizeof file;
}

static bool step_import(Ctx *ctx, void *arg, Error *e)
{
    RuleFile set = { 0 };
    if (!json_read_stored(ctx->arena, &RuleFile_def, str_from(arg), &set, e)) return false;
    set.dry_run    = dry;
    set.publish    = publish_too;
    first_fault[0] = 0;
    if (!promotions_take_over(ctx, &set, &report, e)) return false;
    if (report.faults.count)
        (void)snprintf(first_fault, sizeof first_fault, "%.*s", STR_FMT(report.faults.items[0].field));
    return true;
}

/* The same as somebody who may only write drafts. */
static bool step_import_as_clerk(Ctx *ctx, void *arg, Error *e)
{
    ctx->who.perms = (Perms){ 0 };
    perms_add(&ctx->who.perms, perm_bit(&PERM_PROMOTIONS_WRITE));
    return step_import(ctx, arg, e);
}

static bool import(const char *json)
{
    return kit_write(db, &env, step_import, (void *)(uintptr_t)json, &err);
}

#define FILE_OF(a, b) "{\"promotions\":[" a "," b "]}"

static void test_files(void)
{
    static char before[200000], guards[] = "{\"promotions\":[],\"guardrails\":{\"publish_rate\":1}}";
    check_ok(kit_read(db, &env, step_export, NULL, &err), &err, "the rule set is written to a file");
    memcpy(before, file, sizeof file);
    check_ok(import(file), &err, "which is taken over");
    check(report.added == 0 && report.changed == 0 && report.same > 5, "and changes nothing");
    check(kit_read(db, &env, step_export, NULL, &err) && strcmp(before, file) == 0,
          "so that it is the same again");
    const char *broken = FILE_OF(RULE("F1", ""),
                                 "{\"code\":\"F2\",\"name\":\"N\",\"phase\":\"order\",\"price\":1}");
    check_refused(import(broken), &err, &ERR_PROMOTION_INVALID, "a file with a fault is refused");
    check(strcmp(err.field, "promotions[1].price") == 0 && err.extra.len > 0, "with its place");
    check(!is("F1", OPT_NONE, "draft"), "and nothing of it is taken");
    dry = true;
    check_ok(import(broken), &err, "tried out, it is only told");
    check(strcmp(first_fault, "promotions[1].price") == 0 && report.added == 2, "with the fault");
    check_ok(import(FILE_OF(RULE("F1", ""), RULE("F2", ""))), &err, "a good file is tried out");
    check(report.added == 2 && report.dry_run && !is("F1", OPT_NONE, "draft"), "and nothing is done");
    dry = false;
    check_refused(import(FILE_OF(RULE("F1", ""), RULE("F1", ""))), &err, &ERR_PROMOTION_INVALID,
                  "a code twice");
    publish_too = true;
    check_ok(import(FILE_OF(RULE("F1", ",\"stacks\":\"set\",\"sets\":[\"f\"]"),
                            RULE("F2", ",\"stacks\":\"set\",\"sets\":[\"f\"]"))),
             &err, "two of a set are published at once");
    check(report.published == 2 && is("F1", OPT_NONE, "live") && is("F2", OPT_NONE, "live"),
          "both are live");
    check_refused(kit_write(db, &env, step_import_as_clerk, file, &err), &err, &ERR_PERMISSION_MISSING,
                  "who may not publish does not so by a file");
    publish_too = false;
    check_refused(kit_write(db, &env, step_import_as_clerk, guards, &err), &err, &ERR_PERMISSION_MISSING,
                  "nor change guardrails");
}

/* ---- the routes ---- */

static bool step_routes(Ctx *ctx, void *arg, Error *e)
{
    PromotionListAsk     ask      = { .state = STR("live"), .limit = 2 };
    PromotionList        list     = { .next_cursor = STR_NONE };
    PromotionVersionsAsk of       = { STR("VER"), STR_NONE, 2 };
    PromotionVersions    versions = { .next_cursor = STR_NONE };
    size_t               all      = 0;
    (void)arg;
    do {
        list = (PromotionList){ .next_cursor = STR_NONE };
        if (!promotions_list(ctx, &ask, &list, e)) return false;
        for (size_t i = 0; i < list.items.count; i++)
            if (!str_eq(list.items.items[i].state, STR("live"))) return false;
        all += list.items.count;
        ask.cursor = list.next_cursor;
    } while (list.next_cursor.ptr);
    if (!promotions_history(ctx, &of, &versions, e)) return false;
    bool newest = versions.items.count == 2 && versions.items.items[0].version == 6
                  && versions.next_cursor.ptr;
    of.cursor = versions.next_cursor;
    versions  = (PromotionVersions){ .next_cursor = STR_NONE };
    return newest && all > 4 && promotions_history(ctx, &of, &versions, e)
           && versions.items.items[0].version == 3;
}

int main(void)
{
    db = kit_open(&env);
    check_ok(kit_write(db, &env, fixture_shop, NULL, &err), &err, "a shop");
    test_states();
    test_time();
    test_versions();
    test_bad();
    test_reach();
    test_guardrails();
    test_files();
    check_ok(kit_read(db, &env, step_routes, NULL, &err), &err,
             "promotions and versions are listed page by page");
    kit_close(db);
    return check_finish("promotions");
}
