#!/usr/bin/env bash
# openapi_test.sh — is the description of the API valid, and do its TypeScript types compile?
# Usage: openapi_test.sh BUILD_FOLDER
set -euo pipefail
cd "$(dirname "$0")/../.."
onetill=$PWD/$1/onetill
tools/npm.sh
folder=$(mktemp -d /tmp/onetill-openapi-XXXXXX)
trap 'rm -rf "$folder"' EXIT
"$onetill" openapi >"$folder/openapi.json"
"$onetill" types >"$folder/api.ts"
cp tests/openapi/use.ts "$folder"
status=0
node tests/openapi/check.mjs "$folder/openapi.json" >"$folder/log" || status=$?
sed '$d' "$folder/log"
read -r passed failed < <(tail -n 1 "$folder/log" | sed -E 's/.* ([0-9]+) passed, ([0-9]+) failed/\1 \2/')
if node_modules/.bin/tsc --strict --noEmit --exactOptionalPropertyTypes --noUnusedLocals --module nodenext \
    --target es2022 "$folder/use.ts" "$folder/api.ts"; then
    echo "ok the TypeScript types compile with --strict, and wrong calls do not"
    passed=$((passed + 1))
else
    echo "not ok the TypeScript types compile with --strict, and wrong calls do not"
    failed=$((failed + 1))
fi
echo "openapi_test: $passed passed, $failed failed"
[ "$status" -eq 0 ] && [ "$failed" -eq 0 ]
