/* assert.h — in core.wasm a promise that is broken traps: the instance is of no more use. */
#ifndef WASM_ASSERT_H
#define WASM_ASSERT_H

#define assert(fact) ((fact) ? (void)0 : __builtin_trap())
#define static_assert _Static_assert

#endif
