#!/usr/bin/env bash
# sites.sh — gives the locations of a shop that bench-seed made what sourcing needs: where they lie, when they
# work, what a parcel costs from there; four zones by postal code, and a carrier. Usage: sites.sh URL LOCATIONS
# (KEY is the shop's key)
set -euo pipefail
url=$1 locations=$2

put() { # PATH BODY
    curl -sSf -o /dev/null -X PUT -H "Authorization: Bearer $KEY" -H "Idempotency-Key: sites-$1" \
        -H 'Content-Type: application/json' -d "$2" "$url/v1/$1"
}

for ((i = 1; i <= locations; i++)); do
    hours=$(for day in mon tue wed thu fri sat; do
        printf '{"day":"%s","from":%d,"until":%d},' "$day" $((480 + i % 4 * 30)) $((1080 + i % 5 * 30))
    done)
    put "sourcing/sites/$(printf 'L%03d' "$i")" "{\"latitude\":$((50000000 + i * 7919 % 8000 * 1000)),
        \"longitude\":$((-5000000 + i * 104729 % 6500 * 1000)),\"preparation\":$((30 + i % 4 * 30)),\"capacity\":60,
        \"parcel_cost\":$((80 + i % 7 * 10)),\"unit_cost\":$((5 + i % 3)),\"postal_code\":\"$((i % 10))000\",
        \"hours\":[${hours%,}]}"
done
for zone in 0 1 2 3; do
    put "shipping/zones/z$zone" "{\"name\":\"Zone $zone\",\"areas\":[$(for digit in 0 1 2 3 4 5 6 7 8 9; do
        [ $((digit % 4)) != $zone ] || printf '{"country":"GB","postal_prefix":"%d"},' $digit
    done | sed 's/,$//')]}"
done
put shipping/services/post "{\"name\":\"Post\",\"carrier\":\"Post\",\"method\":\"ship\",\"rates\":[$(for zone in 0 1 2 3; do
    printf '{"zone":"z%d","base":%d,"per_kg":%d,"transit_days":%d},' $zone $((300 + zone * 90)) $((40 + zone * 5)) $((1 + zone))
done | sed 's/,$//')]}"
