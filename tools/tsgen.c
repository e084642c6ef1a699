/* tsgen.c — the structs of core.wasm as TypeScript: their types, and for each a table of its fields by which
 * web/shared/core.ts writes and reads bytes. Usage: tsgen > core.gen.ts */
#include "core/price_wire.h"
#include "http/typescript.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFS_MAX = 128, ARENA_BYTES = 4 << 20 };

typedef struct {
    const StructDef *items[DEFS_MAX];
    size_t           count;
} Defs;

/* Those that a struct is made of stand before it. As deep as the tables are. */
static void collect(Defs *defs, const StructDef *def)
{
    for (size_t i = 0; i < defs->count; i++)
        if (defs->items[i] == def) return;
    for (size_t i = 0; i < def->field_count; i++)
        if (def->fields[i].element) collect(defs, def->fields[i].element);
    if (defs->count == DEFS_MAX) exit(2);
    defs->items[defs->count++] = def;
}

static const char *type_name(FieldType type)
{
    switch (type) {
    case F_TEXT:
    case F_CHOICE: return "text";
    case F_INT:
    case F_MONEY:
    case F_RATE: return "number";
    case F_QTY: return "quantity";
    case F_TIME: return "time";
    case F_BOOL: return "flag";
    case F_ID: return "id";
    case F_TEXTS: return "texts";
    case F_LIST: return "list";
    case F_OBJECT: return "object";
    case F_JSON: return "json";
    }
    UNREACHABLE();
}

static void form(Buf *buf, const StructDef *def)
{
    buf_format(buf, "export const %s: Form<%s> = {\n  name: \"%s\",\n  fields: [\n", def->name, def->name,
               def->name);
    for (size_t i = 0; i < def->field_count; i++) {
        const FieldDef *field = &def->fields[i];
        buf_format(buf, "    { name: \"%s\", type: \"%s\"", field->name, type_name(field->type));
        if (field->element) buf_format(buf, ", form: %s", field->element->name);
        buf_add(buf, STR(" },\n"));
    }
    buf_add(buf, STR("  ],\n};\n\n"));
}

int main(void)
{
    static Defs defs;
    Arena       arena;
    void       *bytes = malloc(ARENA_BYTES);
    if (!bytes) return 2;
    arena_init(&arena, bytes, ARENA_BYTES);
    Buf buf = buf_make(&arena, 1 << 16);
    collect(&defs, &CartInput_def);
    collect(&defs, &Priced_def);
    collect(&defs, &RuleSet_def);
    collect(&defs, &Refusal_def);
    buf_add(&buf, STR("// core.gen.ts — made by tools/tsgen.c from core/price.def; do not edit.\n"
                      "import type { Form } from \"./form.js\";\n\n"));
    buf_format(&buf, "/** Of which structs this file was made; core.wasm must say the same. */\n"
                     "export const FORM = %" PRIu32 ";\n\n", price_wire_form());
    for (size_t i = 0; i < defs.count; i++) {
        typescript_struct(&buf, defs.items[i]);
        form(&buf, defs.items[i]);
    }
    Str    text = buf_str(&buf);
    size_t end  = text.len ? text.len - 1 : 0; /* no empty line at the end */
    bool   ok   = text.ptr && fwrite(text.ptr, 1, end, stdout) == end && fflush(stdout) == 0;
    free(bytes);
    return ok ? 0 : 2;
}
