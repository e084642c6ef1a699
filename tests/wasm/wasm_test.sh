#!/usr/bin/env bash
# wasm_test.sh — every golden case, and some that the bytes need, natively and in core.wasm: are the answers the
# same, byte for byte? Usage: wasm_test.sh BUILD_FOLDER
set -euo pipefail
cd "$(dirname "$0")/../.."
tools/web.sh "$1"
folder=$(mktemp -d /tmp/onetill-wasm-XXXXXX)
trap 'rm -rf "$folder"' EXIT
cat tests/wasm/cases.jsonl >"$folder/plain"
"$1/golden_test" --plain >>"$folder/plain"
"$1/wasm-native" <"$folder/plain" >"$folder/cases"
echo "  core.wasm has $(stat -c %s "$1/web/core.wasm") bytes"
node tests/wasm/check.mjs "$PWD/$1/web" "$folder/cases"
