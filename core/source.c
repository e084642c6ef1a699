/* source.c — the tables of what sourcing answers. See source.h. */
#include "core/source.h"

#include "base/form_table.h"
#include "core/source.def"
#include "base/form_undef.h"
