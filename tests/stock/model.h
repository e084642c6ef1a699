/* model.h — a slow and obvious model of the stock, against which model_test.c holds the engine: arrays,
 * no SQL, nothing of the engine's. Written from what the headers and pages promise. An item stands at a
 * place in states; what is promised of it (held, committed, backordered, on order) are states as well.
 * Each call changes the model wholly or, when it is refused, not at all. */
#ifndef TESTS_STOCK_MODEL_H
#define TESTS_STOCK_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ITEMS      = 3,
    PLACES     = 3,
    CHANNELS   = 2,
    CLAIMS_MAX = 20000,
    PAST_MAX   = 40000,
    SALES_MAX  = 20000,
    FACTS_MAX  = 20000
};

typedef enum {
    FLOOR,
    BACKROOM,
    PICKED,
    IN_TRANSIT,
    DAMAGED,
    QUARANTINE,
    HELD,
    COMMITTED,
    BACKORDERED,
    ON_ORDER,
    STATES,
    PHYSICAL = QUARANTINE + 1
} State;

typedef struct {
    int64_t qty[STATES];
    int64_t safety;
} Level;

typedef enum { CART, ORDER, FULFILMENT, TRANSFER, KINDS } OwnerKind;

typedef struct {
    int       owner, n; /* the number of its owner, and its own within */
    OwnerKind kind;
    int       item, place;
    State     state; /* HELD, COMMITTED or BACKORDERED */
    int64_t   qty, taken, released;
    int64_t   expires_ms;  /* 0: with its owner */
    bool      of_delivery; /* changed by that alone */
} ModelClaim;

/* How everything stood from a moment on. */
typedef struct {
    int64_t at_ms;
    Level   level[ITEMS][PLACES];
} Moment;

/* Goods of a paid order, of which some may have come back. */
typedef struct {
    int     order, line; /* the number of the order, the line from 1 on */
    int     item;
    int64_t qty, returned;
    bool    sent; /* not taken along: only what is gone can come back */
    int64_t gone;
} ModelSale;

typedef enum { OPEN, PICKING, PICKED_ALL, PACKED, SHIPPED, FAILED, RESTOCKED, CANCELLED } DeliveryState;

/* What one place sends to a customer of one line of an order. */
typedef struct {
    size_t        sale, claim;
    int64_t       picked;
    DeliveryState state;
} ModelDelivery;

typedef enum { TO_BE_PICKED, BEING_PICKED, UNDER_WAY, ARRIVED, GIVEN_UP } TransferState;

/* Some of one item goes from one place to another. */
typedef struct {
    int           item, from, to, owner;
    int64_t       qty, under_way;
    size_t        claim; /* from BEING_PICKED on */
    TransferState state;
} ModelTransfer;

/* What a count, or a movement of another system, changed afterwards for a time before. */
typedef struct {
    int     item, place;
    State   state;
    int64_t ref_ms, posted_ms, change;
    bool    is_count;
} ModelFact;

/* So much of one item is ordered from a vendor; `open` may still come. */
typedef struct {
    int     item, place, owner;
    int64_t open;
    bool    over; /* all came, or nothing more will */
} ModelPurchase;

typedef struct {
    int64_t       now_ms;
    Level         level[ITEMS][PLACES];
    ModelClaim    claims[CLAIMS_MAX];
    size_t        claim_count;
    ModelSale     sales[SALES_MAX];
    size_t        sale_count;
    int           order_count;
    ModelDelivery deliveries[SALES_MAX];
    size_t        delivery_count;
    ModelTransfer transfers[SALES_MAX];
    size_t        transfer_count;
    ModelPurchase purchases[SALES_MAX];
    size_t        purchase_count;
    ModelFact     facts[FACTS_MAX];
    size_t        fact_count;
    Moment        past[PAST_MAX];
    size_t        past_count;
} Model;

/* What a call comes to: done, or refused because there is too little; `available` is told when a channel
 * asked. */
typedef struct {
    bool    ok;
    int64_t available; /* -1: not told */
} Outcome;

/* What a channel may still promise. The second channel keeps the safety stock. */
int64_t model_available(const Model *m, int item, int place, int channel);

Outcome model_sell(Model *m, int item, int place, int channel, int64_t qty);
Outcome model_claim(Model *m, ModelClaim claim, int channel); /* state by kind: a cart's is held */
Outcome model_take(Model *m, size_t claim, State from, State to, int64_t qty);
Outcome model_release(Model *m, size_t claim, int64_t qty);
Outcome model_drop(Model *m, int owner);
Outcome model_use(Model *m, int owner);
Outcome model_expire(Model *m, int64_t *count);
/* A move; a place below zero is outside. `fact`: it has happened, whatever is claimed. */
typedef struct {
    int     item, from_place, to_place;
    State   from, to;
    int64_t qty;
    bool    fact;
} ModelMove;
Outcome model_move(Model *m, const ModelMove *move);

/* Sells so many of some items together, or none. */
Outcome model_order(Model *m, const int64_t qty[ITEMS], int place, int channel);

/* Part of a sale comes back. */
Outcome model_return(Model *m, size_t sale, int place, State state, int64_t qty);

/* The goods of the last sale do not go along: they are put back and claimed for a delivery. */
void model_deliver(Model *m, int place, int owner);

/* Steps of a delivery; refused out of their turn, or when the goods are not there. */
Outcome model_start(Model *m, size_t delivery);
Outcome model_pick(Model *m, size_t delivery, State from, int64_t qty);
Outcome model_call_off(Model *m, size_t delivery, State to);
Outcome model_pack(Model *m, size_t delivery);
Outcome model_ship(Model *m, size_t delivery);
Outcome model_fail(Model *m, size_t delivery);
Outcome model_restock(Model *m, size_t delivery, State to);

/* Steps of a transfer. What is sent comes out of the backroom first, and stands in transit where it goes to;
 * `bad` of what arrives is damaged. */
typedef enum { LOST, FOUND, SENT_BACK } Whereabouts;
void    model_transfer(Model *m, ModelTransfer transfer);
Outcome model_transfer_pick(Model *m, size_t transfer);
Outcome model_transfer_ship(Model *m, size_t transfer);
Outcome model_transfer_receive(Model *m, size_t transfer, State to, int64_t qty, int64_t bad);
Outcome model_transfer_resolve(Model *m, size_t transfer, Whereabouts what, int64_t qty);
Outcome model_transfer_cancel(Model *m, size_t transfer);

/* Ordered from a vendor; then some of it comes (`bad` of these are damaged; more than is open is taken, too),
 * or nothing more will. */
void    model_purchase(Model *m, ModelPurchase purchase);
Outcome model_purchase_receive(Model *m, size_t purchase, State to, int64_t qty, int64_t bad, bool last);
Outcome model_purchase_close(Model *m, size_t purchase);

/* Goods were counted at a past moment (that is over), or came and went then. Whatever happened since
 * stays. Of two counts of a place the one with the later time holds, and what a count has seen is not
 * moved again. */
typedef enum { FACT_DONE, FACT_SUPERSEDED, FACT_IMPOSSIBLE } FactEnd;
FactEnd model_fact(Model *m, ModelFact fact, int64_t counted);

int64_t model_open(const ModelClaim *claim);

/* Writes down how it stands; calls at one time replace each other. */
void model_remember(Model *m);

/* How it stood at a past moment. */
const Moment *model_at(const Model *m, int64_t at_ms);

/* What must hold of the model itself: nothing below zero, promises are the sums of the open claims. NULL,
 * or what is wrong. */
const char *model_check(const Model *m);

#endif
