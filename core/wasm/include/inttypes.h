/* inttypes.h — what of it there is in core.wasm. */
#ifndef WASM_INTTYPES_H
#define WASM_INTTYPES_H

#include <stdint.h>

#define PRId64 "lld"
#define PRIu64 "llu"

#endif
