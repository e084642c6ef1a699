#!/usr/bin/env bash
# sources.sh — the files of the build, by kind, one a line, in a fixed order.
# Usage: sources.sh sources|queries|schemas|tests
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."
case "$1" in
sources) find base core sys store shop flows http jobs -name '*.c' ! -name '*_test.c' ! -name '*_fuzz.c' ;;
queries) find shop flows store -name 'queries.sql' ;;
schemas) find shop -name 'schema.sql' ;;
tests) find base core sys store shop flows http jobs cli tests -name '*_test.c' ! -path 'http/app_test.c' ;;
*) exit 2 ;;
esac | sort
