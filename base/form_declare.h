/* form_declare.h — row macros that make the C structs and the names of their tables. Use: this, the .def
 * file, form_undef.h. May be included many times. */
#include "base/form.h"

#define STRUCT(S) \
    typedef struct S S; \
    struct S {
#define FIELD(S, name, TYPE, need, low, high, meaning) C_##TYPE name;
#define CHOICE(S, name, values, need, meaning) Str name;
#define TEXTS(S, name, need, low, high, meaning) TextList name;
#define LIST(S, name, Element, need, low, high, meaning) \
    struct { \
        Element *items; \
        size_t   count; \
    } name;
#define OBJECT(S, name, Other, need, meaning) Other *name;
#define END(S, meaning) \
    } \
    ; \
    extern const StructDef S##_def;
