/* till_slip.h — X and Z reports as core/slip.h prints them. */
#ifndef FLOWS_TILL_SLIP_H
#define FLOWS_TILL_SLIP_H

#include "core/slip.h"
#include "shop/locations/locations.h"
#include "shop/tills/tills.h"

/* What a report says of one currency; absent: that of its sales, or of its cash. What is not told before
 * the drawer is counted is not on it. The texts live in the arena, as those of the report. */
bool till_slip(Ctx *ctx, const ShiftReport *report, Str currency_or_none, SlipReport *out, Location *place,
               Error *err) MUST_USE;

#endif
