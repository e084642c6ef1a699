/* fulfil_work.h — what the recipes of fulfilments share: goods on their way through a location, and what
 * follows when they cannot be delivered. See fulfil.h for what other flows call. */
#ifndef FLOWS_FULFIL_WORK_H
#define FLOWS_FULFIL_WORK_H

#include "flows/fulfil.h"

/* Part of a line that cannot be delivered as it was planned. */
typedef struct {
    FulfilLine *line;
    int64_t     qty;
} FulfilPart;

/* The line with that number. Errors: FIELD_INVALID at `line`. */
bool fulfil_line_at(FulfilDoc *doc, int64_t n, FulfilLine **out, Error *err) MUST_USE;

/* Where what was picked stands: at its location, or at the store that it was sent to. */
Str fulfil_place(const FulfilDoc *doc);

/* Moves all that is here (or, when `gone`, all that is gone) of every line, by item; `line` counts then what
 * to->gone and to->put_back say. */
typedef struct {
    Str  from_location, from_state, to_location, to_state, cause;
    bool of_gone;  /* what is gone comes back; else what is here */
    int  gone;     /* 1: counts as gone; -1: not any more */
    bool put_back; /* counts as back in the stock */
    bool unpicked; /* counts as never picked */
} FulfilMove;
bool fulfil_move(Ctx *ctx, FulfilDoc *doc, const FulfilMove *move, Error *err) MUST_USE;

/* Plans the parts from other places, makes their fulfilments, and tells the channel. What is nowhere is
 * dropped: it is told, and the money goes back. The parts are not claimed here any more. */
bool fulfil_resource(Ctx *ctx, FulfilDoc *doc, const FulfilPart *parts, size_t count, Str reason,
                     Error *err) MUST_USE;

/* The money of the parts goes back: to a card by itself, else it is owed. `reason` as in NewOwed. */
bool fulfil_pay_back(Ctx *ctx, const FulfilDoc *doc, const FulfilPart *parts, size_t count, Str reason,
                     Error *err) MUST_USE;

/* Goods of the fulfilment leave for the customer: the order must be one that may be delivered, and a
 * substitute that costs less than what was ordered is charged at its own price. Errors: ORDER_NOT_OPEN. */
bool fulfil_leaves(Ctx *ctx, const FulfilDoc *doc, Error *err) MUST_USE;

/* All of it leaves with its carrier: moves, packages, charges, state. */
bool fulfil_sent(Ctx *ctx, FulfilDoc *doc, Error *err) MUST_USE;

/* Letters, digits and what stands in path data of an SVG. Errors: FIELD_INVALID at `signature`. */
bool fulfil_signature_check(Str signature, Error *err) MUST_USE;

#endif
