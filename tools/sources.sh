#!/usr/bin/env bash
# sources.sh — the files of the build, by kind, one a line, in a fixed order.
# Usage: sources.sh sources|commands|queries|schemas|migrations|tests
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."
layers=()
for folder in base core sys store shop flows http jobs cli tests; do
    [ ! -d "$folder" ] || layers+=("$folder")
done
case "$1" in
sources) find "${layers[@]}" -name '*.c' ! -name '*_test.c' ! -name '*_fuzz.c' ! -path 'tests/*' ! -path 'cli/*' \
    ! -path 'core/wasm/*' ;;
commands) find cli -name '*.c' ! -name '*_test.c' ! -name main.c ;;
queries) find "${layers[@]}" -name 'queries.sql' ;;
migrations) find store/migrations -name '*.sql' ;;
schemas) find shop -name 'schema.sql' ;;
tests) find "${layers[@]}" -name '*_test.c' ! -path 'http/app_test.c' ;;
*) exit 2 ;;
esac | sort
