/* fulfil.h — fulfilments with what follows from them for stock and money: what other flows call. Each
 * function works in ctx's transaction, and changes nothing when it fails. Several items are claimed in
 * the order of their ids. */
#ifndef FLOWS_FULFIL_H
#define FLOWS_FULFIL_H

#include "shop/fulfilment/fulfilment.h"
#include "shop/inventory/inventory.h"

/* On which terms a channel may have an item at a location: its safety stock, buffer and shares. */
bool fulfil_terms(Ctx *ctx, Str channel, Id item, Str location, AtpTerms *out, Error *err) MUST_USE;

/* Claims each line at new->location for the fulfilment, on the terms that new->channel has there for each
 * item (rules, shares, reach), and writes it; `terms`, when given, are for all lines instead. Errors:
 * STOCK_SHORT at lines[N].quantity, N being the index in new->lines; FIELD_INVALID. */
bool fulfil_make(Ctx *ctx, const NewFulfilment *new, const AtpTerms *terms, Error *err) MUST_USE;

/* The same of goods that are to come: they are waited for (availability_backorder), by new->promised_at_ms as
 * far as that is known. Errors: SOURCING_SHORT, more would wait than the policies allow. */
bool fulfil_make_later(Ctx *ctx, const NewFulfilment *new, Error *err) MUST_USE;

/* Goods that a fulfilment waited for are claimed for it now: when all are, it may be picked. */
bool fulfil_goods_came(Ctx *ctx, Id id, Error *err) MUST_USE;

/* Gives back every open claim of a fulfilment: its lines count what was open as dropped. */
bool fulfil_drop_open(Ctx *ctx, FulfilDoc *doc, Error *err) MUST_USE;

/* The order is paid: its fulfilments that wait may be picked. None is fine. */
bool fulfil_open_order(Ctx *ctx, Id order, Error *err) MUST_USE;

/* The order is given up before it was paid: its fulfilments are cancelled, their claims given back.
 * None is fine. */
bool fulfil_cancel_order(Ctx *ctx, Id order, Error *err) MUST_USE;

#endif
