/* layer.c — the core may not see the system, the store or the shop. */
#include "core/layer.h"
#include "base/str.h"
#include "store/db.h"
#include "shop/api.h"
#include <unistd.h>
/* #include "store/db.h" in a comment is nothing. */
