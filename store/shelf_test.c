/* shelf_test.c — reference data in memory: found only by its key, at its version and in its time; bounded;
 * what a request has pinned stays; closed where it could show what is not so. */
#include "store/shelf.h"
#include "tests/kit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCRATCH = 1 << 20 };

static Env   env;
static Db   *db;
static Arena arena;

typedef struct {
    Str     text;
    int64_t number;
} Value;

static bool copy_value(Arena *to, const void *from, void *out)
{
    Value *copy = out;
    *copy       = *(const Value *)from;
    copy->text  = str_dup(to, copy->text);
    return copy->text.ptr != NULL;
}

static ShelfKey key_of(const char *one, const char *two)
{
    return (ShelfKey){ 1, 1, str_from(one), str_from(two) };
}

static void put(ShelfUse *use, ShelfKey key, const char *text, int64_t from_ms, int64_t until_ms)
{
    Value value = { str_from(text), 7 };
    shelf_put(use, &arena, &key, &value, sizeof value, copy_value, from_ms, until_ms);
}

static bool finds(ShelfUse *use, ShelfKey key, int64_t at_ms, const char *text)
{
    const Value *value = shelf_find(use, &arena, &key, at_ms);
    return value && value->number == 7 && str_eq(value->text, str_from(text));
}

static bool touch(Ctx *ctx, void *arg, Error *err)
{
    (void)arg, (void)err;
    db_touch(ctx->tx);
    return true;
}

static void touch_now(void)
{
    Error err = { 0 };
    check_ok(kit_write(db, &env, touch, NULL, &err), &err, "reference data is changed");
}

static void test_keys(Shelf *shelf)
{
    ShelfUse use;
    shelf_enter(&use, shelf, db, NULL);
    put(&use, key_of("TEA", "pos"), "tea", 10, 20);
    check(finds(&use, key_of("TEA", "pos"), 10, "tea"), "a value is found again");
    check(!finds(&use, key_of("TEA", "web"), 10, "tea"), "not by another second text");
    check(!finds(&use, key_of("TEAp", "os"), 10, "tea"), "the two texts are two things");
    check(!finds(&use, (ShelfKey){ 2, 1, STR("TEA"), STR("pos") }, 10, "tea"),
          "another kind is another thing");
    check(!finds(&use, (ShelfKey){ 1, 2, STR("TEA"), STR("pos") }, 10, "tea"), "not for another merchant");
    check(!finds(&use, key_of("TEA", "pos"), 9, "tea") && finds(&use, key_of("TEA", "pos"), 19, "tea")
              && !finds(&use, key_of("TEA", "pos"), 20, "tea"),
          "only from its beginning until before its end");
    shelf_leave(&use);
    check(!finds(&use, key_of("TEA", "pos"), 10, "tea"), "who has left finds nothing");
}

static void test_versions(Shelf *shelf)
{
    ShelfUse before, after;
    ShelfKey tea = key_of("TEA", "pos"), other = key_of("CAKE", "pos");
    shelf_enter(&before, shelf, db, NULL);
    put(&before, tea, "tea", 0, 99);
    touch_now();
    shelf_enter(&after, shelf, db, NULL);
    check(!finds(&after, tea, 1, "tea"), "nothing is found of the time before a change");
    put(&after, tea, "new tea", 0, 99);
    check(finds(&after, tea, 1, "new tea"), "what was read after it is");
    check(!shelf_torn(&before), "a request that has taken nothing has no two states");
    put(&before, other, "old cake", 0, 99);
    check(!finds(&after, other, 1, "old cake"), "who began before a change leaves nothing for later ones");
    shelf_leave(&before);
    shelf_leave(&after);
    shelf_enter(&before, shelf, db, NULL);
    check(finds(&before, tea, 1, "new tea") && !finds(&before, other, 1, "") && !shelf_torn(&before),
          "a gap alone is no harm");
    touch_now();
    check(shelf_torn(&before), "a gap filled behind a change is");
    shelf_leave(&before);
}

static bool write_stage(Ctx *ctx, void *arg, Error *err)
{
    Shelf   *shelf = arg;
    ShelfUse use;
    (void)err;
    shelf_enter(&use, shelf, ctx->db, ctx->tx);
    put(&use, key_of("W", ""), "w", 0, 99);
    check(finds(&use, key_of("W", ""), 1, "w"), "a transaction that writes uses it");
    shelf_leave(&use);
    db_touch(ctx->tx);
    shelf_enter(&use, shelf, ctx->db, ctx->tx);
    check(!use.shelf && !finds(&use, key_of("W", ""), 1, "w"), "not once it has changed reference data");
    return true;
}

static void test_pins(Shelf *shelf)
{
    ShelfUse use, other;
    ShelfKey key = key_of("PIN", "");
    shelf_enter(&use, shelf, db, NULL);
    put(&use, key, "first", 0, 99);
    const Value *kept = shelf_find(&use, &arena, &key, 1);
    shelf_enter(&other, shelf, db, NULL);
    put(&other, key, "second", 0, 99);
    check(finds(&other, key, 1, "second") && str_eq(kept->text, STR("first")),
          "what is pinned stays though another has taken its place");
    shelf_leave(&use);
    shelf_leave(&other);
}

static void test_bounds(void)
{
    enum { BYTES = 1 << 20, COUNT_OF = 20000 };
    static char text[SHELF_ENTRY + 1];
    Shelf      *shelf = shelf_create(BYTES);
    ShelfUse    use;
    uint64_t    most = 0;
    char        name[16];
    shelf_enter(&use, shelf, db, NULL);
    memset(text, 'x', 500);
    for (int i = 0; i < COUNT_OF; i++) {
        (void)snprintf(name, sizeof name, "K%d", i);
        put(&use, key_of(name, ""), text, 0, 99);
        if (shelf_bytes(shelf) > most) most = shelf_bytes(shelf);
    }
    check(most <= BYTES && most > BYTES / 2, "many values take no more memory than they may");
    check(finds(&use, key_of(name, ""), 1, text), "the last one is there");
    check(shelf_count(shelf) < COUNT_OF && shelf_count(shelf) > 500, "others made room for it");
    memset(text, 'x', sizeof text - 1);
    put(&use, key_of("BIG", ""), text, 0, 99);
    check(!finds(&use, key_of("BIG", ""), 1, text), "too large a value is not kept");
    shelf_leave(&use);
    shelf_destroy(shelf);
    shelf = shelf_create(SHELF_BYTES);
    shelf_enter(&use, shelf, db, NULL);
    for (int i = 0; i < SHELF_ENTRIES * 2; i++) {
        (void)snprintf(name, sizeof name, "%d", i);
        put(&use, key_of(name, ""), "", 0, 99);
    }
    check(shelf_count(shelf) <= SHELF_ENTRIES && shelf_count(shelf) > SHELF_ENTRIES / 2,
          "no more values than there are places");
    shelf_leave(&use);
    shelf_destroy(shelf);
}

static void test_full_arena(Shelf *shelf)
{
    static char small[64];
    Arena       tight;
    ShelfUse    use;
    ShelfKey    key   = key_of("TIGHT", "");
    Value       value = { STR("a text that is far too long for the little arena that there is for it"), 7 };
    shelf_enter(&use, shelf, db, NULL);
    arena_init(&tight, small, sizeof small);
    shelf_put(&use, &tight, &key, &value, sizeof value, copy_value, 0, 99);
    check(tight.used == 0 && !shelf_find(&use, &arena, &key, 1), "without room for scratch nothing is kept");
    shelf_leave(&use);
}

typedef struct {
    Shelf *shelf;
    int    number, wrong;
} Thread;

static void *hammer(void *arg)
{
    Thread  *me    = arg;
    void    *bytes = malloc(SCRATCH);
    Arena    mine;
    unsigned dice = (unsigned)me->number;
    char     name[16];
    if (!bytes) abort();
    arena_init(&mine, bytes, SCRATCH);
    for (int i = 0; i < 30000; i++) {
        ShelfUse use;
        arena_reset(&mine);
        shelf_enter(&use, me->shelf, db, NULL);
        for (int k = 0; k < 3; k++) {
            dice = dice * 1664525 + 1013904223;
            (void)snprintf(name, sizeof name, "H%u", dice >> 8 & 255);
            ShelfKey     key   = key_of(name, "");
            Value        fresh = { str_from(name), 7 };
            const Value *found = shelf_find(&use, &mine, &key, 1);
            if (found && !str_eq(found->text, fresh.text)) me->wrong++;
            if (!found || (dice & 15) == 0)
                shelf_put(&use, &mine, &key, &fresh, sizeof fresh, copy_value, 0, 99);
            if (found && !str_eq(found->text, fresh.text)) me->wrong++;
        }
        shelf_leave(&use);
    }
    free(bytes);
    return NULL;
}

static void test_threads(void)
{
    Shelf    *shelf = shelf_create(64 << 10); /* so small that entries are dropped all the time */
    pthread_t threads[4];
    Thread    of[4];
    Error     err   = { 0 };
    int       wrong = 0;
    for (int i = 0; i < 4; i++) {
        of[i] = (Thread){ shelf, i + 1, 0 };
        if (pthread_create(&threads[i], NULL, hammer, &of[i]) != 0) abort();
    }
    for (int i = 0; i < 50; i++)
        if (!kit_write(db, &env, touch, NULL, &err)) check_ok(false, &err, "a change");
    for (int i = 0; i < 4; i++) {
        (void)pthread_join(threads[i], NULL);
        wrong += of[i].wrong;
    }
    check(wrong == 0, "four threads that find, keep and drop never see another's value");
    shelf_destroy(shelf);
}

int main(void)
{
    Error err = { 0 };
    db        = kit_open(&env);
    void *bytes = malloc(SCRATCH * 64);
    if (!bytes) return 1;
    arena_init(&arena, bytes, SCRATCH * 64);
    Shelf   *shelf = shelf_create(SHELF_BYTES);
    ShelfUse use   = { 0 };
    check(!finds(&use, key_of("A", ""), 1, ""), "without a shelf nothing is found");
    if (db_engine(db) == DB_SQLITE) {
        test_keys(shelf);
        test_versions(shelf);
        check_ok(kit_write(db, &env, write_stage, shelf, &err), &err, "a write");
        test_pins(shelf);
        test_bounds();
        test_full_arena(shelf);
        test_threads();
    } else {
        shelf_enter(&use, shelf, db, NULL);
        put(&use, key_of("A", ""), "a", 0, 99);
        check(!finds(&use, key_of("A", ""), 1, "a"), "on PostgreSQL nothing is ever found");
    }
    shelf_destroy(shelf);
    free(bytes);
    kit_close(db);
    return check_finish("shelf");
}
