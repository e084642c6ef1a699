#!/usr/bin/env bash
# tables_test.sh — rows that nobody uses, and reference pages that are not what the tables say.
# Usage: tables_test.sh BUILD_FOLDER
set -euo pipefail
cd "$(dirname "$0")/../.."
passed=0 failed=0
layers=()
for folder in base core sys store shop flows http jobs cli; do
    [ ! -d "$folder" ] || layers+=("$folder")
done
code=$(find "${layers[@]}" -name '*.c' ! -name '*_test.c' ! -name '*_fuzz.c' -exec cat {} +)

# Each NAME of the rows KIND(NAME, …) must stand in the code as KIND_NAME.
used() {
    local kind=$1 name
    for name in $(find "${layers[@]}" -name '*.def' -exec sed -nE "s/^$kind\(([A-Z0-9_]+),.*/\1/p" {} +); do
        if grep -qw "${kind}_$name" <<<"$code"; then
            passed=$((passed + 1))
        else
            echo "not ok ${kind}_$name is a row that no code uses"
            failed=$((failed + 1))
        fi
    done
}
used ERR
used EVENT
used SETTING

# shellcheck disable=SC2046 # paths without blanks
if "$1/apigen" check docs/reference $(tools/sources.sh schemas); then passed=$((passed + 1)); else failed=$((failed + 1)); fi
echo "tables_test: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
