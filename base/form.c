/* form.c — what holds for every described struct. See form.h. */
#include "base/form.h"

bool form_is_absent(const FieldDef *field, const void *at)
{
    switch (field->type) {
    case F_TEXT:
    case F_JSON:
    case F_CHOICE: return ((const Str *)at)->ptr == NULL;
    case F_INT:
    case F_MONEY:
    case F_RATE:
    case F_QTY:
    case F_TIME: return *(const int64_t *)at == OPT_NONE;
    case F_ID: return id_is_none(*(const Id *)at);
    case F_OBJECT: return *(const void *const *)at == NULL;
    case F_BOOL:
    case F_TEXTS:
    case F_LIST: return false;
    }
    UNREACHABLE();
}

bool form_has_choice(const char *choices, Str text)
{
    Str all = str_from(choices);
    for (size_t from = 0; from <= all.len;) {
        size_t end = str_index(all, '|', from);
        if (str_eq(str_slice(all, from, end), text)) return true;
        from = end + 1;
    }
    return false;
}
