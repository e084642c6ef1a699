#!/usr/bin/env bash
# reference.sh — writes docs/reference from the tables of the program. Usage: reference.sh [BUILD_FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build-test}
tools/build.sh "$build" "-Db_sanitize=address,undefined -Db_lundef=false" apigen
mkdir -p docs/reference
# shellcheck disable=SC2046 # paths without blanks
"$build/apigen" write docs/reference $(tools/sources.sh schemas)
