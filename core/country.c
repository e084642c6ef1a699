/* country.c — countries by name. See country.h. */
#include "core/country.h"

static const struct {
    const char *code, *name;
} countries[] = {
#define COUNTRY(code, name) { code, name },
#include "core/country.def"
#undef COUNTRY
};

Str country_code(Str name)
{
    for (size_t i = 0; i < COUNT(countries); i++) {
        Str code = str_from(countries[i].code);
        if (str_eq_nocase(name, code) || str_eq_nocase(name, str_from(countries[i].name))) return code;
    }
    return STR_NONE;
}
