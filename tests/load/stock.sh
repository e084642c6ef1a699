# stock.sh — the figures of ./bench on stock at many locations, which sources it: `stock_sizes ITEMS` makes shops
# of 10,000 items and tenfold up to so many, measures each, and shows how the figures grow from one to the next.
# shellcheck shell=bash disable=SC2154 # value, work, build, seconds are ./bench's
STOCK_LOCATIONS=200

# stock_say NAME UNIT LIMIT: says NAME_size, beside LIMIT_size where that is a figure; kept for the table.
stock_say() {
    local limit=$3
    [ -z "${value[$3_$stock_size]:-}" ] || limit=$3_$stock_size
    stock_rows[$1]=1
    say "$1_$stock_size" "$2" "$limit"
}

stock_raw() { # NAME UNIT WORDS…: the raw limit by bench-raw
    raw "$1_$stock_size" "${@:3}"
    stock_say "$1" "$2" -
}

stock_read() { # NAME EACH SQL: the raw limit of a read
    local run
    value[$1_$stock_size]=$(for run in 1 2 3; do "$build/bench-raw-read" "$shop" "$3" "$2" "$seconds"; done | median)
    stock_say "$1" reads/s -
}

stock_load() { # NAME CONNECTIONS LIMIT: wrk, in the shape that is the end of the name
    SHAPE=${1#stock_} load "$1_$stock_size" "$2" "" stock.lua
    value[$1_p99_$stock_size]=${value[$1_${stock_size}_p99]}
    stock_say "$1" "$4" "$3"
    stock_say "$1_p99" ms -
}

# What a movement takes on disk: its row with all that finds it, beside the bare row.
stock_bytes() { # FILE
    value[stock_row_$stock_size]=$(sqlite3 "$1" "SELECT round(1.0 * payload / ncell, 1)
        FROM (SELECT sum(payload) AS payload, sum(ncell) AS ncell FROM dbstat WHERE name = 'stock_move')")
    value[stock_bytes_$stock_size]=$(sqlite3 "$1" "SELECT round(1.0 * sum(pgsize) / (SELECT count(*) FROM stock_move), 1)
        FROM dbstat WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name = 'stock_move')")
    stock_say stock_bytes bytes stock_row
}

stock_seed() { # FILE
    local begun
    begun=$(date +%s%N)
    echo "making a shop of $stock_size items at $STOCK_LOCATIONS locations…" >&2
    KEY=$("$build/bench-seed" "sqlite:$1" "$stock_size" $STOCK_LOCATIONS)
    export KEY ITEMS=$stock_size LOCATIONS=$STOCK_LOCATIONS
    value[stock_made_$stock_size]=$(awk -v n="$stock_size" -v ns=$(($(date +%s%N) - begun)) \
        'BEGIN { printf "%.0f", 20 * n / ns * 1e9 }')
    stock_say stock_made rows/s -
}

stock_figures() {
    local shop=$work/stock-$stock_size.db yesterday
    yesterday=$(($(date +%s%3N) - 86400000)) AS_OF=$(date -u -d yesterday +%FT%TZ)
    export AS_OF
    stock_seed "$shop"
    if want stock_bytes; then stock_bytes "$shop"; fi
    if want stock_loop_cold stock_cold stock_heat; then
        stock_raw stock_loop_cold sales/s loop "$shop" 256 $STOCK_LOCATIONS cold
    fi
    if want stock_loop_hot stock_hot stock_heat; then
        stock_raw stock_loop_hot sales/s loop "$shop" 256 $STOCK_LOCATIONS hot
    fi
    if want stock_loop_hold stock_hold; then
        stock_raw stock_loop_hold holds/s loop "$shop" 256 $STOCK_LOCATIONS hold
    fi
    if want stock_rows stock_show stock_available; then
        stock_read stock_rows 100 "SELECT location, floor, backroom, picked, in_transit, damaged, quarantine, held,
            committed, backordered, on_order, kept, safety FROM stock_level WHERE merchant = 1 AND item = ?1
            ORDER BY location"
    fi
    if want stock_many stock_fifty; then
        stock_read stock_many 1 "SELECT item, location, floor, backroom, held, committed, kept, safety
            FROM stock_level WHERE merchant = 1 AND item IN ($(printf '?,%.0s' {1..49})?)"
    fi
    if want stock_three stock_plan; then
        stock_read stock_three 100 "SELECT item, location, floor, backroom, held, committed, kept, safety
            FROM stock_level WHERE merchant = 1 AND item IN (?1, ?2, ?3)"
    fi
    if want stock_moves stock_as_of; then
        stock_read stock_moves 100 "SELECT place, state, sum(qty) FROM (
            SELECT to_location AS place, to_state AS state, qty FROM stock_move
            WHERE merchant = 1 AND item = ?1 AND at_ms <= $yesterday AND to_location <> ''
            UNION ALL SELECT from_location, from_state, -qty FROM stock_move
            WHERE merchant = 1 AND item = ?1 AND at_ms <= $yesterday AND from_location <> '') GROUP BY place, state"
    fi
    start_server "$build/onetill" serve --db "sqlite:$shop" --port 0 --log off
    if want stock_show; then stock_load stock_show 64 stock_rows reads/s; fi
    if want stock_available; then stock_load stock_available 64 stock_rows reads/s; fi
    if want stock_fifty; then stock_load stock_fifty 64 stock_many reads/s; fi
    if want stock_as_of; then stock_load stock_as_of 64 stock_moves reads/s; fi
    if want stock_plan; then
        tests/load/sites.sh "http://127.0.0.1:$port" $STOCK_LOCATIONS
        stock_load stock_plan 64 stock_three plans/s
    fi
    if want stock_hold; then stock_load stock_hold 256 stock_loop_hold holds/s; fi
    if want stock_cold stock_heat; then stock_load stock_cold 256 stock_loop_cold sales/s; fi
    if want stock_hot stock_heat; then stock_load stock_hot 256 stock_loop_hot sales/s; fi
    if want stock_heat; then
        value[stock_heat_$stock_size]=$(awk -v a="${value[stock_hot_$stock_size]}" \
            -v b="${value[stock_cold_$stock_size]}" 'BEGIN { printf "%.2f", a / b }')
        stock_say stock_heat times 0.5
    fi
    stop_server
    rm -f "$shop"*
}

# Each figure at each size, and the last beside the first.
stock_growth() { # SIZES…
    local name size
    printf '\n%-20s' figure
    printf '%12s' "$@" "last/first"
    echo
    for name in $(printf '%s\n' "${!stock_rows[@]}" | sort); do
        printf '%-20s' "$name"
        for size in "$@"; do printf '%12s' "${value[${name}_$size]}"; done
        awk -v a="${value[${name}_${*: -1}]}" -v b="${value[${name}_$1]}" 'BEGIN { printf "%12.2f\n", a / b }'
    done
}

stock_sizes() {
    local stock_size sizes=()
    declare -A stock_rows
    stop_server
    for stock_size in 10000 100000; do [ "$stock_size" -ge "$1" ] || sizes+=("$stock_size"); done
    sizes+=("$1")
    for stock_size in "${sizes[@]}"; do stock_figures; done
    [ ${#sizes[@]} -eq 1 ] || $json || stock_growth "${sizes[@]}"
}
