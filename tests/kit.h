/* kit.h — what tests of the engine share: a database of their own, a context, counting of checks.
 * ONETILL_TEST_DB names a PostgreSQL database (which is emptied); without it each test program has an
 * SQLite file of its own in a temporary folder. */
#ifndef TESTS_KIT_H
#define TESTS_KIT_H

#include "shop/ctx.h"

/* Counts a check and prints `ok NAME` or `not ok NAME`. */
void check(bool ok, const char *name);

/* The same, printing the error when there is one. */
void check_ok(bool ok, const Error *err, const char *name);

/* Whether the call was refused with this error. */
void check_refused(bool ok, const Error *err, const ErrDef *def, const char *name);

/* Prints the closing line `NAME: N passed, N failed`; the exit code of main. */
int check_finish(const char *name);

/* Opens the database with its schema; env has a clock that tests set (kit_now_ms). Merchant 1 exists,
 * with a role `manager` that may do everything. */
Db  *kit_open(Env *env);
void kit_close(Db *db);
extern int64_t kit_now_ms;

/* Whose context the steps below have; 1, unless a test makes more merchants. */
extern int64_t kit_merchant;

/* The address of the database that kit_open opens, for tests that start the program itself. */
Str kit_url(void);

/* Runs one function in a transaction that writes (commits when it returns true) or in one that reads,
 * with a context of kit_merchant and an arena that lives until the next call. */
typedef bool (*KitStep)(Ctx *ctx, void *arg, Error *err);
bool kit_write(Db *db, Env *env, KitStep step, void *arg, Error *err);
bool kit_read(Db *db, Env *env, KitStep step, void *arg, Error *err);

#endif
