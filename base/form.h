/* form.h — structs that describe themselves: what fields they have, of which type, within which limits.
 * A .def file holds the rows; it is included behind form_declare.h (in a header: the C structs) and behind
 * form_table.h (in one .c file: the tables). JSON, OpenAPI, TypeScript, the command line and the binary
 * form (core/wire.h) read the tables. A capability's api.def has more kinds of rows: see shop/api.h.
 *
 * Rows:
 *   STRUCT(Name)  …fields…  END(Name, "meaning")
 *   FIELD(Name, field, TYPE, REQUIRED|OPTIONAL, low, high, "meaning")
 *       TEXT (Str; low/high: bytes)       INT, MONEY, RATE (int64_t; low/high: value)
 *       QTY  (int64_t thousandths; wire: integer or decimal text; low/high: thousandths)
 *       TIME (int64_t UTC ms; wire: RFC 3339)    BOOL (bool)    ID (Id; wire: UUID)
 *       JSON (Str; replies only: the text of a JSON object, which becomes part of the reply as it is)
 *   CHOICE(Name, field, "one|other", REQUIRED|OPTIONAL, "meaning")          Str
 *   TEXTS(Name, field, REQUIRED|OPTIONAL, low, high, "meaning")             {items, count} of Str
 *       low/high: entries (0, 0: up to TEXTS_MAX); each has 1 to TEXTS_BYTES_MAX bytes
 *   LIST(Name, field, Element, REQUIRED|OPTIONAL, low, high, "meaning")     {items, count}
 *   OBJECT(Name, field, Other, REQUIRED|OPTIONAL, "meaning")                pointer or NULL
 * An absent optional number is OPT_NONE, other types are NULL or zero. */
#ifndef BASE_FORM_H
#define BASE_FORM_H

#include "base/id.h"

#define OPT_NONE INT64_MIN

/* An optional number, or `standard` when it is absent. */
static inline int64_t opt_or(int64_t value, int64_t standard)
{
    return value == OPT_NONE ? standard : value;
}

enum { TEXTS_MAX = 1000, TEXTS_BYTES_MAX = 200 };

typedef enum {
    F_TEXT, F_INT, F_MONEY, F_RATE, F_QTY, F_TIME, F_BOOL, F_ID, F_CHOICE, F_TEXTS, F_LIST, F_OBJECT,
    F_JSON
} FieldType;

typedef enum { OPTIONAL, REQUIRED } FieldNeed;

typedef struct StructDef StructDef;

typedef struct {
    const char      *name;
    FieldType        type;
    FieldNeed        need;
    int64_t          low, high;
    size_t           offset;
    const char      *choices; /* F_CHOICE: "a|b" */
    const StructDef *element; /* F_LIST, F_OBJECT */
    const char      *meaning;
    size_t           name_len; /* of `name` */
} FieldDef;

struct StructDef {
    const char     *name;
    const char     *meaning;
    const FieldDef *fields;
    size_t          field_count;
    size_t          size;
};

/* What every LIST field looks like in memory. */
typedef struct {
    void  *items;
    size_t count;
} AnyList;

/* What every TEXTS field looks like in memory. */
typedef struct {
    Str   *items;
    size_t count;
} TextList;

/* Whether the optional value at `at` is not there; lists and booleans always are. */
static inline bool form_is_absent(const FieldDef *field, const void *at)
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

/* Whether `text` is one of "a|b". */
bool form_has_choice(const char *choices, Str text);

/* Copies a struct with all its texts, lists and objects; false when the arena is full. Goes as deep as the
 * tables are nested. */
bool form_copy(Arena *arena, const StructDef *def, const void *from, void *to) MUST_USE;

#define C_TEXT Str
#define C_INT int64_t
#define C_MONEY int64_t
#define C_RATE int64_t
#define C_QTY int64_t
#define C_TIME int64_t
#define C_BOOL bool
#define C_ID Id
#define C_JSON Str

#endif
