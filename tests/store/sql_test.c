/* sql_test.c — every statement of the program can be prepared on the engine at hand. */
#include "tests/kit.h"

int main(void)
{
    Env   env;
    Error err = { 0 };
    Db   *db  = kit_open(&env);
    check_ok(db_prepare_all(db, &err), &err, "every statement can be prepared");
    kit_close(db);
    return check_finish("sql");
}
