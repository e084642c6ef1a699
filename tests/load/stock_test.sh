#!/usr/bin/env bash
# stock_test.sh — stock that the generator of ./bench makes past the engine is as true as if the engine had
# made it, is spread as told, and can be sold. Usage: stock_test.sh BUILD_FOLDER (ONETILL_TEST_DB: PostgreSQL)
set -euo pipefail
build=$(realpath "$1")
cd "$(dirname "$0")/../.."
work=$(mktemp -d "${TMPDIR:-/tmp}/onetill-stock-XXXXXX")
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/says.sh
. tests/says.sh

db=sqlite:$work/shop.db
if [ -n "${ONETILL_TEST_DB:-}" ]; then
    db=$ONETILL_TEST_DB
    psql -q "$db" -c 'DROP SCHEMA public CASCADE; CREATE SCHEMA public' 2>"$work/notices"
fi
ask() { if [ -n "${ONETILL_TEST_DB:-}" ]; then psql -qAt "$db" -c "$1"; else sqlite3 "$work/shop.db" "$1"; fi; }

seed() { "$build/bench-seed" "$db" 500 200 >"$work/key" 2>"$work/said"; }
clean() { "$build/onetill" verify --db "$db" >"$work/verify"; }
is() { [ "$(ask "$1")" = "$2" ]; }

says "500 items at 200 locations are made" seed
says "and verify finds nothing" clean
says "an item is at twenty locations in the mean" is "SELECT count(*) FROM stock_level" 10000
says "every hundredth is everywhere" is \
    "SELECT count(*) FROM (SELECT item FROM stock_level GROUP BY item HAVING count(*) = 200) AS x" 5
says "every location has its share" is \
    "SELECT count(DISTINCT location) FROM stock_level" 200
echo "stock_test.sh: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
