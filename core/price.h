/* price.h — the values that pricing takes and gives, as the rows of price.def say. */
#ifndef CORE_PRICE_H
#define CORE_PRICE_H

#include "core/tax.h"

#include "base/form_declare.h"
#include "core/price.def"
#include "base/form_undef.h"

#endif
