/* form_table.h — row macros that make the table of each struct, `const StructDef <Name>_def`. Use: this, the
 * .def file, form_undef.h, in one .c file that has seen the declarations. Where nobody reads what the fields
 * mean (core.wasm), FORM_MEANING leaves it out. */
#ifndef FORM_MEANING
#define FORM_MEANING(text) text
#endif
#define FORM_TELL(name, meaning) FORM_MEANING(meaning), sizeof #name - 1
#define STRUCT(S) static const FieldDef S##_fields[] = {
#define FIELD(S, name, TYPE, need, low, high, meaning) \
    { #name, F_##TYPE, need, low, high, offsetof(S, name), NULL, NULL, FORM_TELL(name, meaning) },
#define CHOICE(S, name, values, need, meaning) \
    { #name, F_CHOICE, need, 0, 0, offsetof(S, name), values, NULL, FORM_TELL(name, meaning) },
#define TEXTS(S, name, need, low, high, meaning) \
    { #name, F_TEXTS, need, low, high, offsetof(S, name), NULL, NULL, FORM_TELL(name, meaning) },
#define LIST(S, name, Element, need, low, high, meaning) \
    { #name, F_LIST, need, low, high, offsetof(S, name), NULL, &Element##_def, FORM_TELL(name, meaning) },
#define OBJECT(S, name, Other, need, meaning) \
    { #name, F_OBJECT, need, 0, 0, offsetof(S, name), NULL, &Other##_def, FORM_TELL(name, meaning) },
#define END(S, meaning) \
    } \
    ; \
    const StructDef S##_def = { #S, FORM_MEANING(meaning), S##_fields, COUNT(S##_fields), sizeof(S) };
