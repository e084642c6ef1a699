/* country.h — from the name of a country, as people and programs write it, to its code. Pure. */
#ifndef CORE_COUNTRY_H
#define CORE_COUNTRY_H

#include "base/str.h"

/* The ISO 3166-1 alpha-2 code of an English name or of a code; none when there is no such country. */
Str country_code(Str name);

#endif
