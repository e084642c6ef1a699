/* good.c — a capability as it should be. */
#include "shop/good/good.h"
#include "all_sql.h"
#include "core/money.h"
#include "shop/audit/audit.h"
#include "shop/common.h"

#include <string.h>

/* "gets(" in a text, a member called `time`, words that only look banned. */
int64_t good_time(const Clock *clock, Str text)
{
    const char quote = '"';
    return clock->time(clock) + my_rand(text) + str_starts(text, STR("system(\"x\") double TODO")) + quote;
}
