/* form_none.h — row macros of structs that make nothing. */
#define STRUCT(S)
#define FIELD(S, name, TYPE, need, low, high, meaning)
#define CHOICE(S, name, values, need, meaning)
#define TEXTS(S, name, need, low, high, meaning)
#define LIST(S, name, Element, need, low, high, meaning)
#define OBJECT(S, name, Other, need, meaning)
#define END(S, meaning)
