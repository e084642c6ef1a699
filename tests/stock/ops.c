/* ops.c — the table of commands. See ops.h and world.h. */
#include "tests/stock/ops.h"

const Op op_all[] = {
    { "sell", "ipca", 12, op_sell },
    { "hold", "ipcatr", 10, op_hold },
    { "commit", "ipcarr", 10, op_commit },
    { "take", "rra", 8, op_take },
    { "ship", "ipa", 6, op_ship },
    { "release", "ra", 4, op_release },
    { "drop", "r", 4, op_drop },
    { "use", "r", 5, op_use },
    { "expire", "rr", 8, op_expire },
    { "wait", "t", 2, op_wait },
    { "receive", "ipsq", 16, op_receive },
    { "move", "ipspsa", 10, op_move },
    { "lose", "ipsa", 3, op_lose },
    { "expect", "ipqr", 3, op_expect },
    { "order", "ipcqr", 8, op_order },
    { "return", "rprq", 6, op_return },
    { "adjust", "iprqr", 8, op_adjust },
    { "count", "iprqr", 5, op_counted },
    { "tell", "iprqr", 4, op_tell },
    { "deliver", "ipq", 8, op_deliver },
    { "start", "r", 2, op_start },
    { "pick", "rrq", 12, op_pick },
    { "call-off", "rr", 3, op_call_off },
    { "pack", "r", 6, op_pack },
    { "send", "r", 6, op_send },
    { "fail", "r", 3, op_fail },
    { "restock", "rr", 3, op_restock },
};
const size_t op_count = COUNT(op_all);
