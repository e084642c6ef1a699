/* json_read.h — JSON text as a described struct (base/form.h): bodies of requests, and documents that are
 * stored as JSON. Finds all faults, not only the first. Unknown members are faults: nobody can set what a
 * table does not name. A JSON null counts as absent. */
#ifndef SYS_JSON_READ_H
#define SYS_JSON_READ_H

#include "base/error.h"
#include "base/form.h"

enum { FAULTS_MAX = 32, JSON_DEPTH_MAX = 32 };

typedef struct {
    char        field[96];   /* JSON path, "lines[2].sku" */
    const char *code;        /* public: "required", "too_long" … */
    char        detail[120]; /* for people; never repeats the value */
} Fault;

typedef struct {
    Fault  items[FAULTS_MAX];
    size_t count;
} Faults;

/* One step down: to a member, or to an entry of a list. */
typedef struct {
    const char *name; /* NULL: an entry */
    size_t      index;
} DecoderStep;

typedef struct {
    Arena      *arena;
    Faults     *faults;
    const char *route_path; /* what stands in it as {name} is no member of the outermost object; or "" */
    size_t      depth;      /* where we are in the text: */
    DecoderStep steps[JSON_DEPTH_MAX + 2];
    bool        memory;     /* the arena was full */
} Decoder;

/* Fills the struct (zeroed by the caller) with one JSON object. Faults of fields and a full arena are noted
 * in *d. Errors: JSON_SYNTAX, JSON_DEPTH. */
bool json_read(Decoder *d, const StructDef *def, Str text, void *object, Error *err) MUST_USE;

/* The same for a document that json_write made and that was stored. Errors: INTERNAL, MEMORY. */
bool json_read_stored(Arena *arena, const StructDef *def, Str text, void *object, Error *err) MUST_USE;

/* Notes a fault at the place where the decoder is; faults above FAULTS_MAX are dropped. */
void decoder_fault(Decoder *d, const char *code, const char *detail);

/* Goes down to member `name`; gives what decoder_leave needs to come back. */
size_t decoder_enter(Decoder *d, const char *name);
void   decoder_leave(Decoder *d, size_t before);

/* A member that is not there. */
void decoder_absent(Decoder *d, const FieldDef *field, void *at);

/* Whether the name stands in the path as {name}. */
bool path_has_field(const char *path, const char *name);

#endif
