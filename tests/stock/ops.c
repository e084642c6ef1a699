/* ops.c — the table of commands. See ops.h and world.h. */
#include "tests/stock/ops.h"

const Op op_all[] = {
    { "sell", "ipcq", 12, op_sell },
    { "hold", "ipcqtr", 10, op_hold },
    { "commit", "ipcqrr", 10, op_commit },
    { "take", "rrq", 8, op_take },
    { "ship", "ipq", 6, op_ship },
    { "release", "rq", 4, op_release },
    { "drop", "r", 4, op_drop },
    { "use", "r", 5, op_use },
    { "expire", "", 4, op_expire },
    { "wait", "t", 4, op_wait },
    { "receive", "ipsq", 8, op_receive },
    { "move", "ipspsq", 10, op_move },
    { "lose", "ipsq", 3, op_lose },
    { "expect", "ipqr", 3, op_expect },
};
const size_t op_count = COUNT(op_all);
