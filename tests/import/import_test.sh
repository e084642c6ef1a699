#!/usr/bin/env bash
# import_test.sh — the real files are brought in whole: per invoice to the penny, per SKU to the piece, as awk
# works them out; again and after kills at any moment the end is the same.
# Usage: import_test.sh BUILD_FOLDER; with ONETILL_TEST_DB in that PostgreSQL database (which is emptied).
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/../.."
onetill=$PWD/$1/onetill
dated=data/demo/online-retail-dated.csv.gz
whole=data/demo/online-retail.csv.gz
folder=$(mktemp -d /tmp/onetill-import-XXXXXX)
trap 'rm -rf "$folder"' EXIT
passed=0 failed=0

check() { # NAME COMMAND…
    local name=$1
    shift
    if "$@" >"$folder/said" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not ok $name"
        head -n 12 "$folder/said"
    fi
}

# An empty database with the demo shop; its address is $url.
fresh() {
    if [ -n "${ONETILL_TEST_DB:-}" ]; then
        url=$ONETILL_TEST_DB
        psql -q "$url" -c 'DROP SCHEMA public CASCADE; CREATE SCHEMA public' 2>/dev/null
    else
        rm -f "$folder"/shop.db*
        url=sqlite:$folder/shop.db
    fi
    "$onetill" demo --db "$url" --keys "$folder/keys" >/dev/null
}

ask() { # FILE.sql
    if [ -n "${ONETILL_TEST_DB:-}" ]; then psql -qAt "$url" -f "$1"; else sqlite3 "$folder/shop.db" <"$1"; fi | sort
}

expect() { # FILE DELIMITER COMMA
    zcat "$1" | awk -v delimiter="$2" -v comma="$3" -f tests/import/expect.awk | sort
}

same_as() { # FILE.sql EXPECTED
    ask "$1" >"$folder/found"
    diff "$2" "$folder/found"
}

bring_in() { "$onetill" import --db "$url" --json "$@" >"$folder/json"; }
count_is() { # PATH VALUE
    [ "$(jq -r ".files[-1].imported.$1" "$folder/json")" = "$2" ]
}
verified() { "$onetill" verify --db "$url"; }

# Kills the import after ever longer times until one comes through.
killed() {
    local wait=5 kills=0
    while true; do
        timeout -s KILL "$((wait / 1000)).$(printf %03d $((wait % 1000)))" "$onetill" import --db "$url" "$@" >/dev/null 2>&1 && break
        kills=$((kills + 1))
        wait=$((wait + 30))
        [ "$kills" -lt 200 ] || return 1
    done
    [ "$kills" -ge 3 ]
}

expect "$dated" ';' 1 >"$folder/dated"
expect "$whole" , 0 >"$folder/whole"

fresh
check "the dated file comes in" bring_in "$dated"
check "with every line" count_is lines 10000
check "to the penny and the piece" same_as tests/import/found.sql "$folder/dated"
check "and the database is right" verified
ask tests/import/state.sql >"$folder/state"
check "a second time" bring_in "$dated"
check "nothing more comes in" count_is lines 0
check "every invoice is known" count_is skipped 512
check "and nothing is changed" same_as tests/import/state.sql "$folder/state"
fresh
check "killed again and again it comes in all the same" killed "$dated"
check "with the same end" same_as tests/import/state.sql "$folder/state"
check "that is right" verified

if [ -z "${ONETILL_TEST_DB:-}" ]; then
    check "the whole file comes in behind the dated one" bring_in "$whole"
    check "with the lines that were missing" count_is lines 40062
    check "also those of the invoice that ended half-way" count_is completed 1
    check "both together are the whole file" same_as tests/import/found.sql "$folder/whole"
    check "and the database is right" verified
    fresh
    check "the whole file comes in alone" bring_in "$whole"
    check "to the penny and the piece" same_as tests/import/found.sql "$folder/whole"
    check "the dated file behind it" bring_in "$dated"
    check "has nothing new" count_is lines 0
    fresh
    zcat "$dated" | sed '3s/;3,39;/;abc;/; 5s/;6;/;;/' >"$folder/bad.csv"
    bring_in "$folder/bad.csv" && status=0 || status=$?
    check "bad lines are told by the exit code" [ "$status" = 1 ]
    check "and by their numbers" [ "$(jq -c '[.files[0].bad[].line]' "$folder/json")" = '[3,5]' ]
    check "all others come in" count_is lines 9998
    "$onetill" import --dry-run --db "sqlite:$folder/none.db" "$dated" >"$folder/dry"
    check "a dry run writes nothing" [ ! -e "$folder/none.db" ]
    check "but tells the form" grep -q 'day/month/year' "$folder/dry"
fi
echo "import_test: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
