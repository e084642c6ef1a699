/* price.c — the tables of the values that pricing takes and gives. See price.def. */
#include "core/price.h"

#include "base/form_table.h"
#include "core/price.def"
#include "base/form_undef.h"
