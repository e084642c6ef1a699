/* fulfil_due.h — what happens to fulfilments by itself: reminders, no-shows, alerts. */
#ifndef FLOWS_FULFIL_DUE_H
#define FLOWS_FULFIL_DUE_H

#include "store/db.h"
#include "sys/env.h"

/* One round over all merchants; a JobStep. What nobody fetched in time goes back to the stock, who has
 * little time left is reminded, and a wait at a bay that is longer than the target is told. Each once. */
bool fulfil_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err) MUST_USE;

/* One round over the labels of all merchants about which the carrier's service is to be asked; a JobStep. */
bool labels_settle_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err) MUST_USE;

#endif
