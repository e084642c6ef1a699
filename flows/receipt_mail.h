/* receipt_mail.h — the jobs of receipts: keys, mails that wait, addresses that are old. */
#ifndef FLOWS_RECEIPT_MAIL_H
#define FLOWS_RECEIPT_MAIL_H

#include "store/db.h"
#include "sys/env.h"

/* A JobStep: makes keys for merchants that have none, sends what waits, forgets addresses. */
bool receipts_due(Db *db, Env *env, Arena *arena, int64_t now_ms, Error *err) MUST_USE;

#endif
