# postgres.sh — to be sourced: postgres_start starts a PostgreSQL 15 of its own in a temporary folder, on a
# Unix socket only, sets POSTGRES_URL, and stops it when the shell exits.
postgres_start() {
    local bin=/usr/lib/postgresql/15/bin
    POSTGRES_DIR=$(mktemp -d /tmp/onetill-pg-XXXXXX)
    as=()
    if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses to run as root
        chown postgres "$POSTGRES_DIR"
        as=(runuser -u postgres --)
    fi
    "${as[@]}" "$bin/initdb" -D "$POSTGRES_DIR/data" -U onetill --auth=trust --no-sync >/dev/null
    (cd "$POSTGRES_DIR" && "${as[@]}" "$bin/pg_ctl" -D "$POSTGRES_DIR/data" -w -l "$POSTGRES_DIR/log" \
        -o "-k $POSTGRES_DIR -c listen_addresses='' -c max_connections=100 -c fsync=off" start >/dev/null)
    trap postgres_stop EXIT
    "${as[@]}" "$bin/createdb" -h "$POSTGRES_DIR" -U onetill onetill
    POSTGRES_URL="postgres://onetill@/onetill?host=$POSTGRES_DIR"
}
postgres_stop() {
    (cd / && "${as[@]}" /usr/lib/postgresql/15/bin/pg_ctl -D "$POSTGRES_DIR/data" -m immediate stop >/dev/null 2>&1) || true
    rm -rf "$POSTGRES_DIR"
}
