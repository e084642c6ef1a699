/* reach.c — the structs that routes reach outside of the api.defs. See reach.h. */
#include "shop/reach.h"

#include <assert.h>

typedef struct {
    const StructDef **items;
    size_t            count;
} Reached;

static bool is_defined(const StructDef *def)
{
    for (size_t c = 0; c < shop_count; c++)
        for (size_t i = 0; i < shop_all[c]->struct_count; i++)
            if (shop_all[c]->structs[i] == def) return true;
    return false;
}

static void note(Reached *reached, const StructDef *def)
{
    if (!def || is_defined(def)) return;
    for (size_t i = 0; i < reached->count; i++)
        if (reached->items[i] == def) return;
    assert(reached->count < REACH_MAX);
    reached->items[reached->count++] = def;
}

static void note_fields(Reached *reached, const StructDef *def)
{
    for (size_t i = 0; i < def->field_count; i++) note(reached, def->fields[i].element);
}

size_t reach_structs(const StructDef *out[REACH_MAX])
{
    Reached reached = { out, 0 };
    for (size_t c = 0; c < shop_count; c++) {
        for (size_t i = 0; i < shop_all[c]->route_count; i++) {
            note(&reached, shop_all[c]->routes[i].request);
            note(&reached, shop_all[c]->routes[i].reply);
        }
        for (size_t i = 0; i < shop_all[c]->struct_count; i++)
            note_fields(&reached, shop_all[c]->structs[i]);
    }
    for (size_t i = 0; i < reached.count; i++) note_fields(&reached, reached.items[i]);
    return reached.count;
}
