/* world.h — a shop of the engine's and the model beside it, and the commands that both are given. A
 * command is a row of numbers, so that a script of them can be made by chance, played again, cut shorter
 * and printed. What a number refers to (the third open claim …) is looked up when the command runs, so a
 * script stays meaningful whatever is cut out of it. */
#ifndef TESTS_STOCK_WORLD_H
#define TESTS_STOCK_WORLD_H

#include "shop/ctx.h"
#include "tests/stock/model.h"

/* For quantities: all that is there, or a thousandth more. */
enum { ALL = -1, MORE = -2 };

enum { ARGS = 6, OWNERS_MAX = 20000, SAFETY = 3000 };

typedef struct {
    int     op;
    int64_t a[ARGS];
} Command;

typedef struct {
    Db       *db;
    Env      *env;
    Model    *model;
    Id        items[ITEMS];
    Id        owners[OWNERS_MAX];
    OwnerKind kinds[OWNERS_MAX];
    int       owner_count;
    Id        orders[SALES_MAX];
    Outcome   want, got;
    bool      idle; /* the last command had nothing to do */
    int64_t   done, refused;
    char      why[400]; /* what is wrong; empty: nothing */
} World;

/* One kind of command. `args` says what its numbers are, a letter each: i item, p place, s state of
 * goods, c channel, q quantity in units, a the same or ALL or MORE, r whatever it is taken to refer to, t
 * minutes. */
typedef struct {
    const char *name, *args;
    int         weight;
    void (*run)(World *w, const int64_t *a); /* sets want and got; neither when there is nothing to do */
} Op;

extern const Op     op_all[];
extern const size_t op_count;

extern const char *const place_codes[PLACES], *const channel_codes[CHANNELS],
                                                  *const state_names[STATES], *const kind_names[KINDS],
                                                                                  *const item_skus[ITEMS];

/* A shop of its own (another merchant) in the database, with nothing in it but items and places. */
void world_start(World *w);

/* Runs one command on both and compares all views. False when they differ: w->why says how. */
bool world_step(World *w, const Command *command, int64_t step);

/* Whether `onetill verify` finds nothing. */
bool world_verify(World *w);

/* Runs a step on the engine; anything but "done" and "too little" is noted in w->why. */
/* Runs a route's handler, as the HTTP layer does, named by its words on the command line, with a request
 * as JSON. *reply (the route's reply struct) is there until the next call. Refusals that are no fault are
 * named in `refusals`, between blanks; *code gets the one. */
bool world_call(World *w, const char *route, const char *json, const char *refusals, void **reply,
                Str *code);

typedef bool (*WorldStep)(Ctx *ctx, void *arg, Error *err);
Outcome world_do(World *w, WorldStep step, void *arg);

void world_blame(World *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
