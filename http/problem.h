/* problem.h — a refusal as the client sees it: RFC 9457 problem details. */
#ifndef HTTP_PROBLEM_H
#define HTTP_PROBLEM_H

#include "http/decode.h"

/* The body as a text in the arena, or a fixed one when the arena is full: never absent.
 * `faults` may be NULL. `settled` is false when we cannot say that nothing was changed. */
Str problem_body(Arena *arena, const Error *err, const Faults *faults, Str request_id,
                 bool settled);

#endif
