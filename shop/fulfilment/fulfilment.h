/* fulfilment.h — what one location does for one delivery of an order: picks, packs, sends or hands
 * over. Owns fulfilments with their lines and packages, where items stand in a location (bins), which
 * items substitute which, and what is owed to customers for what was not delivered. Owns no stock and
 * no money: flows/fulfil.h does what follows for these, and is what other flows call. Words: a delivery
 * is what the customer asked for (a label of the order), a fulfilment is one location's part of it; its
 * store is where it is handed over. Gone: with the carrier or the customer. Invariants: a state is
 * reached by core/machine.h only; of a line, what is neither picked, moved on, dropped nor substituted
 * is claimed by the claim (fulfilment, n) and nothing else is; picked >= gone, and picked - gone -
 * put_back stands in `picked` of the location (in transit, then of the store). */
#ifndef SHOP_FULFILMENT_H
#define SHOP_FULFILMENT_H

#include "core/machine.h"
#include "shop/common.h"

#define API_DEF "shop/fulfilment/api.def"
#include "shop/api_declare.h"

typedef struct {
    int64_t order_line; /* n of the line of the order */
    Id      item;       /* counted in stock */
    Str     sku, name;
    int64_t qty; /* thousandths, > 0 */
} NewFulfilmentLine;

/* A new one; absent texts are fine. Its line i has n = i + 1, as its claims must have. */
typedef struct {
    Id             id; /* made by the caller */
    Id             order;
    Str            delivery, method, location, channel;
    Str            store;          /* pickup, curbside, ship_to_store: where it is handed over; else none */
    Id             customer;       /* or none */
    bool           is_waiting;     /* for the payment: it starts `waiting`, else `open` */
    bool           is_later;       /* the goods are to come: `backordered` instead of `open` */
    bool           substitutes;    /* the customer takes substitutes */
    int64_t        promised_at_ms; /* 0: no time was told */
    int64_t        due_at_ms;      /* to be packed or staged by; 0: as promised, else now */
    int64_t        window_from_ms, window_until_ms; /* same_day; 0: none */
    const Contact *contact;                         /* or NULL */
    const Address *address;                         /* or NULL: it is fetched */
    Str            note;
    const NewFulfilmentLine *lines;
    size_t                   line_count;
} NewFulfilment;

/* A line as it stands; all quantities in thousandths. */
typedef struct {
    int64_t n, order_line, instead_of;
    Id      item;
    Str     sku, name;
    int64_t qty, picked, moved_on, dropped, substituted, gone, put_back;
} FulfilLine;

/* What still is to be picked, and what of it stands in `picked`. */
int64_t fulfil_line_open(const FulfilLine *line);
int64_t fulfil_line_here(const FulfilLine *line);

typedef struct {
    Id          id, order, customer;
    int64_t     number; /* 1, 2 … within the order */
    Str         delivery, method, location, store, channel, state;
    int64_t     state_at_ms, made_at_ms, promised_at_ms, due_at_ms, window_from_ms, window_until_ms;
    int64_t     expires_at_ms, remind_at_ms;
    bool        substitutes;
    Contact     contact;
    Address     address; /* street empty: none */
    Str         note, code, shelf, bay, car;
    int64_t     code_tries, arrived_at_ms, waited_ms, alert_at_ms;
    Str         handed_to, checked, signature, reason;
    FulfilLine *lines;
    size_t      line_count;
} FulfilDoc;

/* Writes a new one with its lines, audit row and event; claims are the caller's (flows/fulfil.h does
 * both). Pick-up methods get a code. Errors: FIELD_INVALID (method). */
bool fulfilments_put(Ctx *ctx, const NewFulfilment *new, Error *err) MUST_USE;

/* One with its lines; with `lock` nobody else changes it until the transaction ends. Errors: NOT_FOUND.
 * */
bool fulfilments_load(Ctx *ctx, Id id, bool lock, FulfilDoc *out, Error *err) MUST_USE;

/* The ids of an order's fulfilments by their number, also of those that are over. */
bool fulfilments_of(Ctx *ctx, Id order, Id **out, size_t *count, Error *err) MUST_USE;

/* The machine of a method. */
Machine fulfil_machine(Str method);

/* Takes the event: the state changes, with audit row and event. doc->… that go with it (shelf, bay,
 * car, times, reason, handed_to …) are written too. Errors: STATE_REFUSED. */
bool fulfilments_step(Ctx *ctx, FulfilDoc *doc, Str event, Error *err) MUST_USE;

/* Writes what goes with the state (tries, times …) while it is still `was`, without telling. Errors:
 * DB_BUSY. */
bool fulfilments_save(Ctx *ctx, const FulfilDoc *doc, Str was, Error *err) MUST_USE;

/* Writes a line's quantities as they stand in *line. */
bool fulfilments_line_put(Ctx *ctx, Id id, const FulfilLine *line, Error *err) MUST_USE;

/* Adds a line (a substitute) behind the last. */
bool fulfilments_line_add(Ctx *ctx, FulfilDoc *doc, const FulfilLine *line, Error *err) MUST_USE;

/* An event about a fulfilment that is no change of state, with an audit row; `more` is JSON members
 * (,"a":1) or none. */
bool fulfilments_tell(Ctx *ctx, const EventDef *event, Str action, const FulfilDoc *doc, Str more,
                      Error *err) MUST_USE;

/* Of an order's line: how much of it is in fulfilments and neither gone, dropped nor put back yet. */
bool fulfilments_undelivered(Ctx *ctx, Id order, int64_t order_line, int64_t *qty, Error *err) MUST_USE;

/* What of an order's line went to the customer as another item; *qty is 0 when nothing did, *mixed when
 * it was several items. */
bool fulfilments_substituted(Ctx *ctx, Id order, int64_t order_line, Id *item, Str *sku, int64_t *qty,
                             bool *mixed, Error *err) MUST_USE;

/* Packages: written whole when it is packed, then each gets its label; `undone` when it is unpacked. */
bool packages_put(Ctx *ctx, Id fulfilment, const Package *package, Error *err) MUST_USE;
bool packages_of(Ctx *ctx, Id fulfilment, Package **out, size_t *count, Error *err) MUST_USE;

/* All packages of the fulfilment that are in state `from` go to state `to`. */
bool packages_step(Ctx *ctx, Id fulfilment, Str from, Str to, Error *err) MUST_USE;

/* A carrier's label on a package that has none (then its state is labelled) or another. Errors:
 * NOT_FOUND. */
bool packages_label(Ctx *ctx, Id fulfilment, const PackageLabel *label, Error *err) MUST_USE;

/* One package's state alone; and a package whose label was given up: it is `packed` again. */
bool packages_set(Ctx *ctx, Id fulfilment, int64_t n, Str state, Error *err) MUST_USE;
bool packages_unlabel(Ctx *ctx, Id fulfilment, int64_t n, Error *err) MUST_USE;

/* A label that is bought from a carrier's service, by our own key. Its states are the machine `label`. */
typedef struct {
    Id      id, fulfilment; /* id: our key at the service */
    int64_t package;        /* its number */
    Str     state, service;
    int64_t weight;         /* grams; 0: not weighed */
    Str     carrier, tracking, label, reason;
    int64_t at_ms;
} BoughtLabel;

/* Keeps one that is asked for. */
bool labels_put(Ctx *ctx, const BoughtLabel *label, int64_t next_ask_ms, Error *err) MUST_USE;

/* One label. Errors: NOT_FOUND. */
bool labels_get(Ctx *ctx, Id id, BoughtLabel *out, Error *err) MUST_USE;

/* All labels of a fulfilment by package and time, also those that are over. */
bool labels_of(Ctx *ctx, Id fulfilment, BoughtLabel **out, size_t *count, Error *err) MUST_USE;

/* Takes the event and writes what the service told, with an audit row. Errors: STATE_REFUSED, DB_BUSY (it is
 * in another state by now). */
bool labels_step(Ctx *ctx, BoughtLabel *label, Str event, int64_t next_ask_ms, Error *err) MUST_USE;

/* Asks again then; 0: never. */
bool labels_ask_at(Ctx *ctx, Id id, int64_t at_ms, Error *err) MUST_USE;

/* Gives up what is asked for or bought for a package (0: for all) and has not moved; *any tells whether there
 * was something. The jobs tell the service. */
bool labels_give_up(Ctx *ctx, Id fulfilment, int64_t package, bool *any, Error *err) MUST_USE;

/* Labels of any merchant about which the service is to be asked by now. */
typedef struct {
    int64_t merchant;
    Id      id;
} LabelDue;
bool labels_due(Ctx *ctx, int64_t limit, LabelDue **out, size_t *count, Error *err) MUST_USE;

/* The order's whole fulfilment as it is shown. */
bool fulfilments_shown(Ctx *ctx, const FulfilDoc *doc, Fulfilment *out, Error *err) MUST_USE;

/* The ids of the items that may be given instead, the first choice first. */
bool substitutes_of(Ctx *ctx, Id item, Id **out, size_t *count, Error *err) MUST_USE;
bool substitutes_put(Ctx *ctx, Id item, const Id *instead, size_t count, Error *err) MUST_USE;

bool bins_put(Ctx *ctx, Str location, Id item, Str zone, Str bin, Error *err) MUST_USE;

typedef struct {
    Id      id, order, fulfilment;
    int64_t order_line, qty, amount;
    Str     currency, reason, note; /* reason: short, no_show, failed or cheaper */
} NewOwed;

/* Money that somebody must give back, with audit row and event. */
bool owed_put(Ctx *ctx, const NewOwed *owed, Error *err) MUST_USE;

/* Says that it was given back. Errors: NOT_FOUND, OWED_SETTLED. */
bool owed_close(Ctx *ctx, Id id, Str note, Owed *out, Error *err) MUST_USE;

/* How much of an order's line is not delivered and its money still owed. */
bool owed_open(Ctx *ctx, Id order, int64_t order_line, int64_t *qty, Error *err) MUST_USE;

typedef struct {
    int64_t merchant;
    Id      id;
} FulfilDue;

/* Fulfilments (of all merchants) with something due by now: staged ones to be reminded of or over,
 * customers who wait too long. `what` is remind, expire or alert. */
bool fulfilments_due(Ctx *ctx, Str what, int64_t limit, FulfilDue **out, size_t *count,
                     Error *err) MUST_USE;

#endif
