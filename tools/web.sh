#!/usr/bin/env bash
# web.sh — makes what browsers load: core.wasm and its TypeScript wrapper as JavaScript with types, in FOLDER/web.
# The tables come out of the program tsgen, which must have been built. Usage: web.sh BUILD_FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
tools/npm.sh
tools/wasm.sh "$build/web"
"$build/tsgen" >"$build/web/core.gen.ts.new"
if cmp -s "$build/web/core.gen.ts.new" "$build/web/core.gen.ts"; then rm "$build/web/core.gen.ts.new"
else mv "$build/web/core.gen.ts.new" "$build/web/core.gen.ts"; fi
if [ -e "$build/web/core.js" ] \
    && [ -z "$(find web/shared "$build/web/core.gen.ts" tools/web.sh -newer "$build/web/core.js" -type f -print -quit)" ]; then
    exit 0
fi
cp web/shared/*.ts "$build/web/"
echo '{ "type": "module" }' >"$build/web/package.json"
rm -f "$build/web/core.js"
node_modules/.bin/tsc --strict --noUncheckedIndexedAccess --exactOptionalPropertyTypes --noUnusedLocals \
    --noImplicitReturns --declaration --module nodenext --target es2022 --lib es2022,dom "$build"/web/core.ts
