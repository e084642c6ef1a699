/* id.h — identities: UUID version 7 (RFC 9562), sixteen bytes, ordered by the time they were made. */
#ifndef BASE_ID_H
#define BASE_ID_H

#include "base/str.h"

enum { ID_BYTES = 16, ID_TEXT_LEN = 36 };

typedef struct {
    uint8_t bytes[ID_BYTES]; /* all zero: absent */
} Id;

bool id_eq(Id a, Id b);
bool id_is_none(Id id);
int  id_cmp(Id a, Id b);

/* Its bytes, as queries take an id that may be absent; they live as long as *id. */
Str id_bytes(const Id *id);

/* Writes the 36 characters 8-4-4-4-12 in lower case to `out` (no NUL). */
void id_format(Id id, char out[ID_TEXT_LEN]);
Str  id_text(Arena *arena, Id id);
bool id_parse(Str text, Id *out) MUST_USE;

/* Makes version 7 ids that only ever grow: `unix_ms`, then a counter within the same ms, then
 * 62 random bits. A clock that goes back does not make them go back. */
typedef struct {
    int64_t  last_ms;
    uint32_t counter; /* 12 bits */
} IdMaker;
Id id_make(IdMaker *maker, int64_t unix_ms, uint64_t random);

#endif
