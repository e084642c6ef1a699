#!/usr/bin/env bash
# fetch_sqlite.sh — puts SQLite's amalgamation, pinned by version and hash, into third_party/sqlite.
# It comes inside npm's better-sqlite3; nothing of that package is built or run.
set -euo pipefail
cd "$(dirname "$0")/.."
version=12.11.1
want="60d2f39a3726cd6b9021da6f4e868608d66fbb6528a9f513dc8ffcc640493422  sqlite3.c
9e69a1353a4288450b0d5239ede11fc7f1f4c8e5eb07491fc8317eacb5b7de7e  sqlite3.h"
dir=third_party/sqlite
right() { [ -d "$dir" ] && (cd "$dir" && echo "$want" | sha256sum --check --status 2>/dev/null); }
[ -e "$dir/.checked-$version" ] && exit 0
if ! right; then
    temp=$(mktemp -d)
    trap 'rm -rf "$temp"' EXIT
    (cd "$temp" && npm pack --silent "better-sqlite3@$version" >/dev/null)
    tar -xzf "$temp"/better-sqlite3-*.tgz -C "$temp"
    mkdir -p "$dir"
    cp "$temp"/package/deps/sqlite3/sqlite3.[ch] "$dir"/
    right || { echo "the SQLite source is not the pinned one" >&2; exit 1; }
fi
touch "$dir/.checked-$version"
