/* ops.h — the commands of model_test, by the files they are in. ops.c has the table. */
#ifndef TESTS_STOCK_OPS_H
#define TESTS_STOCK_OPS_H

#include "tests/stock/world.h"

typedef void OpRun(World *w, const int64_t *a);

OpRun op_sell, op_hold, op_commit, op_take, op_release, op_drop, op_use, op_expire, op_wait,
    op_receive, op_move, op_lose, op_ship, op_order, op_return, op_adjust, op_counted, op_tell,
    op_deliver, op_start, op_pick, op_call_off, op_pack, op_send, op_fail, op_restock,
    op_transfer, op_transfer_pick, op_transfer_ship, op_transfer_receive, op_transfer_resolve,
    op_transfer_cancel, op_purchase, op_purchase_receive, op_purchase_close;

#endif
