#!/usr/bin/env bash
# reference.sh — writes docs/reference from the tables of the program. Usage: reference.sh [BUILD_FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build-test}
ninja -C "$build" --quiet apigen
mkdir -p docs/reference
# shellcheck disable=SC2046 # paths without blanks
"$build/apigen" write docs/reference $(tools/sources.sh schemas)
