/* typescript.c — the tables as TypeScript types. See typescript.h. */
#include "http/typescript.h"

#include "http/router.h"
#include "shop/reach.h"

static void text(Buf *buf, const char *plain)
{
    buf_add(buf, str_from(plain));
}

static void choices(Buf *buf, const char *list)
{
    Str all = str_from(list);
    for (size_t from = 0; from <= all.len;) {
        size_t end = str_index(all, '|', from);
        if (from) text(buf, " | ");
        buf_json_string(buf, str_slice(all, from, end));
        from = end + 1;
    }
}

static void field_type(Buf *buf, const FieldDef *field)
{
    switch (field->type) {
    case F_TEXT:
    case F_TIME:
    case F_ID: text(buf, "string"); return;
    case F_INT:
    case F_MONEY:
    case F_RATE: text(buf, "number"); return;
    case F_QTY: text(buf, "string | number"); return;
    case F_BOOL: text(buf, "boolean"); return;
    case F_JSON: text(buf, "Record<string, unknown>"); return;
    case F_CHOICE: choices(buf, field->choices); return;
    case F_TEXTS: text(buf, "string[]"); return;
    case F_LIST:
        text(buf, field->element->name);
        text(buf, "[]");
        return;
    case F_OBJECT: text(buf, field->element->name); return;
    }
    UNREACHABLE();
}

static void comment(Buf *buf, const char *indent, const char *sentence)
{
    text(buf, indent);
    text(buf, "/** ");
    for (const char *p = sentence; *p; p++)
        if (!(p[0] == '*' && p[1] == '/')) buf_byte(buf, *p);
    text(buf, " */\n");
}

void typescript_struct(Buf *buf, const StructDef *def)
{
    comment(buf, "", def->meaning);
    text(buf, "export interface ");
    text(buf, def->name);
    text(buf, " {\n");
    for (size_t i = 0; i < def->field_count; i++) {
        const FieldDef *field = &def->fields[i];
        comment(buf, "  ", field->meaning);
        text(buf, "  ");
        text(buf, field->name);
        text(buf, field->need == REQUIRED ? ": " : "?: ");
        field_type(buf, field);
        text(buf, ";\n");
    }
    text(buf, "}\n\n");
}

static void route(Buf *buf, const RouteDef *def)
{
    comment(buf, "  ", def->summary);
    text(buf, "  \"");
    text(buf, method_name(def->method));
    buf_byte(buf, ' ');
    text(buf, def->path);
    text(buf, "\": { request: ");
    text(buf, def->request->name);
    text(buf, "; reply: ");
    text(buf, def->flags & (TEXT_REPLY | STREAM) ? "string" : def->reply->name);
    text(buf, def->flags & WRITE ? "; write: true };\n" : "; write: false };\n");
}

bool typescript_write(Arena *arena, Str *out)
{
    Buf buf = buf_make(arena, 1 << 16);
    text(&buf, "// Made by onetill from its tables; do not edit.\n\n");
    for (size_t c = 0; c < shop_count; c++)
        for (size_t i = 0; i < shop_all[c]->struct_count; i++)
            typescript_struct(&buf, shop_all[c]->structs[i]);
    const StructDef *shared[REACH_MAX];
    size_t           count = reach_structs(shared);
    for (size_t i = 0; i < count; i++) typescript_struct(&buf, shared[i]);
    text(&buf, "/** Fields of `request` go into {…} of the path, then query or body. */\n");
    text(&buf, "export interface Routes {\n");
    for (size_t c = 0; c < shop_count; c++)
        for (size_t i = 0; i < shop_all[c]->route_count; i++) route(&buf, &shop_all[c]->routes[i]);
    text(&buf, "}\n\nexport interface ProblemDetails {\n  type: string;\n  title: string;\n"
               "  status: number;\n  detail?: string;\n  instance?: string;\n  code: string;\n"
               "  field?: string;\n  errors?: { field: string; code: string; detail: string }[];\n"
               "  retry: boolean;\n  effect?: \"none\" | \"unknown\";\n}\n");
    *out = buf_str(&buf);
    return out->ptr != NULL;
}
