#!/usr/bin/env bash
# wasm.sh — compiles the pure core to WebAssembly (wasm32, no libc): FOLDER/core.wasm, when something changed.
# Usage: wasm.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
out=$1/core.wasm
sources=(base/arena.c base/error.c base/form.c base/id.c base/str.c core/cart*.c core/money.c core/price*.c
    core/promo*.c core/tax*.c core/wire.c core/wasm/*.c)
most=153600 # bytes: the register loads it over a shop's network
for i in "${!sources[@]}"; do
    case "${sources[i]}" in *_test.c | *_fuzz.c | *\**) unset "sources[i]" ;; esac
done
if [ -e "$out" ] && [ -z "$(find base core tools/wasm.sh -newer "$out" ! -name '*_test.c' -type f -print -quit)" ]; then
    exit 0
fi
mkdir -p "$1"
llvm=$(clang --target=wasm32 -print-resource-dir)
clang --target=wasm32 -std=c17 -Os -flto -Wall -Wextra -Werror -Wno-unused-parameter -ffreestanding -nostdlib \
    -fno-builtin-memcmp -fno-builtin-strlen -mbulk-memory -msign-ext -fvisibility=hidden '-DFORM_MEANING(text)=""' \
    -I . -isystem core/wasm/include \
    -Wl,--no-entry -Wl,--gc-sections -Wl,--strip-all -Wl,-O2 -Wl,--lto-O2 -Wl,-z,stack-size=524288 \
    -Wl,--stack-first -Wl,--initial-memory=2097152 -Wl,--max-memory=268435456 \
    "${sources[@]}" "$llvm/lib/wasi/libclang_rt.builtins-wasm32.a" -o "$out.new"
size=$(stat -c %s "$out.new")
[ "$size" -lt "$most" ] || { echo "core.wasm has $size bytes, more than $most" >&2; exit 1; }
mv "$out.new" "$out"
