#!/usr/bin/env bash
# schema_test.sh — the migrations, applied from empty, give the tables that the schema.sql files say; on
# SQLite, or on the PostgreSQL that ONETILL_TEST_DB names. And a newer schema is refused untouched.
# Usage: schema_test.sh BUILD_FOLDER
set -uo pipefail
cd "$(dirname "$0")/../.."
onetill=$PWD/$1/onetill
folder=$(mktemp -d /tmp/onetill-schema-XXXXXX)
trap 'rm -rf "$folder"' EXIT
passed=0 failed=0

# is NAME COMMAND…: counts whether the command succeeds.
is() {
    local name=$1
    shift
    if "$@" >"$folder/said" 2>&1; then
        passed=$((passed + 1))
        echo "ok $name"
    else
        failed=$((failed + 1))
        echo "not ok $name"
        head -n 20 "$folder/said"
    fi
}

# The schema.sql files as SQLite takes them, as store/migrate.c makes them.
for_sqlite() {
    sed -e 's/--.*//' -e 's/\bBIGINT\b/INTEGER/g; s/\bBYTEA\b/BLOB/g' "$@" |
        awk '/CREATE TABLE/ { table = 1 } table && /;/ { sub(/;/, " STRICT, WITHOUT ROWID;"); table = 0 } { print }'
}
sqlite_tables() {
    sqlite3 "$1" "SELECT m.name, c.name, c.type, c.\"notnull\", c.pk
        FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name <> 'schema_version'
        ORDER BY m.name, c.name;
        SELECT m.name, i.name, i.\"unique\", i.partial, x.seqno, x.name
        FROM sqlite_master m, pragma_index_list(m.name) i, pragma_index_info(i.name) x
        WHERE m.type = 'table' AND m.name <> 'schema_version' ORDER BY m.name, i.name, x.seqno"
}
postgres_tables() {
    psql -qAt "$1" -c "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
        WHERE table_schema = '$2' AND table_name <> 'schema_version' ORDER BY 1, 2" \
        -c "SELECT tablename, indexname, replace(indexdef, '$2.', '') FROM pg_indexes
        WHERE schemaname = '$2' AND tablename <> 'schema_version' ORDER BY 1, 2" \
        -c "SELECT r.relname, pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid
        JOIN pg_namespace n ON n.oid = r.relnamespace
        WHERE n.nspname = '$2' AND r.relname <> 'schema_version' ORDER BY 1, 2"
}

mapfile -t schemas < <(tools/sources.sh schemas)
if [ -n "${ONETILL_TEST_DB:-}" ]; then
    db=$ONETILL_TEST_DB
    psql -q "$db" -c 'SET client_min_messages = error; DROP SCHEMA IF EXISTS public, joined CASCADE' \
        -c 'CREATE SCHEMA public' -c 'CREATE SCHEMA joined'
    "$onetill" demo --db "$db" --keys "$folder/keys" >/dev/null
    { echo 'SET search_path = joined;'; cat "${schemas[@]}"; } | psql -q "$db" >/dev/null
    postgres_tables "$db" public >"$folder/migrated"
    postgres_tables "$db" joined >"$folder/joined"
    psql -q "$db" -c 'DROP SCHEMA joined CASCADE' 2>/dev/null
    add_version() { psql -q "$db" -c "INSERT INTO schema_version VALUES (999, 'from the future')"; }
else
    db=sqlite:$folder/shop.db
    "$onetill" demo --db "$db" --keys "$folder/keys" >/dev/null
    for_sqlite "${schemas[@]}" | sqlite3 "$folder/joined.db"
    sqlite_tables "$folder/shop.db" >"$folder/migrated"
    sqlite_tables "$folder/joined.db" >"$folder/joined"
    add_version() { sqlite3 "$folder/shop.db" "INSERT INTO schema_version VALUES (999, 'from the future')"; }
fi
is "the migrations make tables" test -s "$folder/migrated"
is "they are those of the schema files" diff "$folder/joined" "$folder/migrated"
is "a version from the future is written" add_version
newer() { ! "$onetill" serve --db "$db" --port 0 >"$folder/serve" 2>&1 && grep 'newer' "$folder/serve"; }
is "a schema newer than the program is refused in words" newer
echo "schema_test: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
