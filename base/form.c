/* form.c — what holds for every described struct. See form.h. */
#include "base/form.h"

#include <string.h>

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

static bool copy_list(Arena *arena, const StructDef *def, const AnyList *from, AnyList *to)
{
    char *items = arena_alloc_array(arena, from->count, def->size);
    for (size_t i = 0; items && i < from->count; i++)
        if (!form_copy(arena, def, (const char *)from->items + i * def->size, items + i * def->size))
            return false;
    *to = (AnyList){ items, from->count };
    return items != NULL;
}

static bool copy_texts(Arena *arena, const TextList *from, TextList *to)
{
    Str *items = arena_array(arena, Str, from->count);
    for (size_t i = 0; items && i < from->count; i++) {
        items[i] = str_dup(arena, from->items[i]);
        if (!items[i].ptr) return false;
    }
    *to = (TextList){ items, from->count };
    return items != NULL;
}

static bool copy_field(Arena *arena, const FieldDef *field, const void *from, void *to)
{
    const void *object = NULL;
    switch (field->type) {
    case F_TEXT:
    case F_JSON:
    case F_CHOICE:
        if (!((const Str *)from)->ptr) return true;
        *(Str *)to = str_dup(arena, *(const Str *)from);
        return ((Str *)to)->ptr != NULL;
    case F_TEXTS: return copy_texts(arena, from, to);
    case F_LIST: return copy_list(arena, field->element, from, to);
    case F_OBJECT:
        memcpy(&object, from, sizeof object);
        if (!object) return true;
        void *copy = arena_alloc(arena, field->element->size);
        memcpy(to, &copy, sizeof copy);
        return copy && form_copy(arena, field->element, object, copy);
    case F_INT:
    case F_MONEY:
    case F_RATE:
    case F_QTY:
    case F_TIME:
    case F_BOOL:
    case F_ID: return true; /* copied with the struct */
    }
    UNREACHABLE();
}

bool form_copy(Arena *arena, const StructDef *def, const void *from, void *to)
{
    memcpy(to, from, def->size);
    for (size_t i = 0; i < def->field_count; i++) {
        size_t offset = def->fields[i].offset;
        if (!copy_field(arena, &def->fields[i], (const char *)from + offset, (char *)to + offset))
            return false;
    }
    return true;
}
