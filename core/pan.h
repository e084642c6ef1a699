/* pan.h — finds payment card numbers in text, so that they can be refused at the door. */
#ifndef CORE_PAN_H
#define CORE_PAN_H

#include "base/str.h"

/* True when the text holds the number of a payment card: 13 to 19 digits in a card issuer's range, of that
 * brand's length, with a right Luhn digit; or a magnetic track. Between the digits there may be blanks,
 * dashes and dots of any script; the digits may be full-width or Arabic ones. Other numbers may stand
 * before and behind (an expiry, a security code): it is looked for at each group of digits that is written
 * apart. No card numbers are: UUIDs, IBANs with right check digits, '+' and 13 or 14 digits that begin
 * with 4 (telephones, e.g. German mobiles). With `goods_allowed` a GTIN of 13 or 14 digits and an SSCC of
 * 18 with a right check digit are none: one GTIN in ten that begins with 4 passes Luhn, too. Source of the
 * ranges: ISO/IEC 7812 as published by the brands. */
bool pan_found(Str text, bool goods_allowed);

#endif
