#!/usr/bin/env bash
# load_test.sh — the programs of ./bench still fit the engine: the shop is made, the bare loop writes rows of
# today's tables, a basket is priced, the rule set of 100 promotions passes its check.
# Usage: load_test.sh BUILD_FOLDER
set -euo pipefail
build=$(realpath "$1")
cd "$(dirname "$0")/../.."
work=$(mktemp -d "${TMPDIR:-/tmp}/onetill-load-XXXXXX")
server=''
finish() {
    [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" || true; }
    rm -rf "$work"
}
trap finish EXIT
# shellcheck source=tests/says.sh
. tests/says.sh

is_number() { "$@" | grep -qE '^[0-9.]+$'; }
import() {
    tests/load/promotions.sh | "$build/onetill" promotion import --json-body - --json | grep -q '"published":100'
}

ONETILL_KEY=$("$build/bench-seed" "sqlite:$work/shop.db" 1000)
export ONETILL_KEY
cp "$work/shop.db" "$work/raw.db"
says "the bare loop writes what a sale writes" is_number "$build/bench-raw" loop "$work/raw.db" 16 1
says "members get points beside a bare loop that writes the same rows" bash -c "'$build/bench-loyalty' '$work/raw.db' 1 | grep -qE '^[0-9]+ [0-9]+ [0-9]+$'"
says "a drawer's day is summed up beside a bare walk over its rows" bash -c "'$build/bench-till' '$work/till.db' | grep -qE '^[0-9]+ [0-9]+ [0-9]+$'"
says "a settlement file is read beside bare inserts of its lines" bash -c "'$build/bench-settle' '$work/raw.db' 500 | grep -qE '^[0-9]+ [0-9]+$'"
says "a basket is priced without a server" is_number "$build/bench-price" 2 10
"$build/onetill" serve --db "sqlite:$work/shop.db" --port 0 --log off >"$work/out" &
server=$!
until grep -qs '[0-9]' "$work/out"; do
    kill -0 "$server" || exit 1
    sleep 0.05
done
ONETILL_URL=http://127.0.0.1:$(grep -oE '[0-9]+$' "$work/out")
export ONETILL_URL
says "the promotions of the bench are taken" import
echo "load_test.sh: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
