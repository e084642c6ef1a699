#!/usr/bin/env bash
# build.sh — brings a build up to date, configuring again when files came or went.
# Usage: build.sh FOLDER "MESON OPTIONS" [TARGET…]
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1 options=$2
shift 2
files=$(for kind in sources commands queries migrations tests; do tools/sources.sh "$kind"; done)
if [ ! -e "$build/build.ninja" ]; then
    # shellcheck disable=SC2086 # options are words
    meson setup $options "$build" >/dev/null
elif [ "$files" != "$(cat "$build/files" 2>/dev/null)" ]; then
    meson setup --reconfigure "$build" >/dev/null
fi
echo "$files" >"$build/files"
ninja -C "$build" --quiet "$@"
