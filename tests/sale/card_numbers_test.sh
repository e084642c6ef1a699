#!/usr/bin/env bash
# card_numbers_test.sh — the number of a payment card, sent to the running program by every way in: in the address,
# headers, bodies, forms, webhooks, files and commands, and while it crashes. Afterwards no table, log or file has it.
# Usage: card_numbers_test.sh BUILD_FOLDER; with ONETILL_TEST_DB in that PostgreSQL database (which is emptied).
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
onetill=$PWD/$1/onetill
folder=$(mktemp -d /tmp/onetill-card-XXXXXX) outside=$(mktemp -d /tmp/onetill-card-XXXXXX)
server=''
finish() {
    [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null
    rm -rf "$folder" "$outside"
}
trap finish EXIT
# shellcheck source=tests/says.sh
. tests/says.sh
db=sqlite:$folder/shop.db
if [ -n "${ONETILL_TEST_DB:-}" ]; then
    db=$ONETILL_TEST_DB
    psql -q "$db" -c 'DROP SCHEMA public CASCADE; CREATE SCHEMA public' 2>/dev/null
fi
card=4111111111111111 spaced='4111 1111 1111 1111' dashed=4111-1111-1111-1111
hooks=whsec_onetill_tests
"$onetill" demo --db "$db" --keys "$outside/keys" >"$folder/demo.log" 2>&1
ONETILL_KEY=$(awk '$1 == "manager" { print $2 }' "$outside/keys")
export ONETILL_KEY ONETILL_SECRET_STRIPE_KEY=sk_test_onetill ONETILL_SECRET_STRIPE_HOOKS=$hooks
ulimit -c unlimited 2>/dev/null

start() {
    exec {out}< <(cd "$folder" && exec "$onetill" serve --db "$db" --port 0 2>>"$folder/server.log")
    server=$!
    read -r -t 20 line <&"$out"
    export ONETILL_URL=${line##* }
}
start

# The status of an answer; no answer may repeat the number.
ask() {
    local status
    status=$(curl -sS -o "$outside/answer" -w '%{http_code}' "$@")
    grep -qE '4111[ -]?1111[ -]?1111[ -]?1111' "$outside/answer" && status="$status, repeated"
    printf %s "$status"
}
key=0
api() { # METHOD PATH BODY CURL-WORDS…
    key=$((key + 1))
    ask -X "$1" -H "Authorization: Bearer $ONETILL_KEY" -H "Idempotency-Key: ${name:-k$key}" \
        -H "Content-Type: ${type:-application/json}" ${3:+--data-binary "$3"} "${@:4}" "$ONETILL_URL$2"
}
refuses() { says "$1" test "$(api "${@:3}")" = "$2"; }

refuses "the path" 422 GET "/v1/items/$card" ''
refuses "an unknown path" 404 GET "/v1/$card/$dashed" ''
refuses "the query" 422 GET '/v1/items?q=4111%201111%201111%201111' ''
refuses "an unknown word in the query" 400 GET "/v1/items?$card=$card" ''
refuses "a note" 422 POST /v1/customers "{\"name\":\"Ann\",\"note\":\"card $spaced 12/27 123\"}"
refuses "a name, as \\u" 422 POST /v1/customers '{"name":"\u0034111-1111-1111-1111"}'
refuses "a number" 422 POST /v1/customers "{\"name\":$card}"
refuses "an unknown field" 422 POST /v1/customers "{\"name\":\"Ann\",\"$card\":\"$card\"}"
refuses "broken JSON" 400 POST /v1/customers "{\"name\":\"$card\""
type=text/plain refuses "another type" 415 POST /v1/customers "name=$card"
name=$dashed refuses "a key of a write" 422 POST /v1/customers '{"name":"Ann"}'
refuses "headers that nobody keeps" 200 GET /v1/me '' -H "X-Request-Id: $card" -H "User-Agent: $card" -A "$spaced" \
    -H "Cookie: c=$card" -H "Referer: https://a/$card" -H "traceparent: 00-$card-1" -H "If-None-Match: \"$card\""
says "a key that is none" test "$(ask -H "Authorization: Bearer $card" "$ONETILL_URL/v1/me")" = 401
says "a method that is none" test "$(ask -X "CARD$card" "$ONETILL_URL/v1/me")" -ge 400
says "a stream's place" test "$(ask -m 1 -H "Authorization: Bearer $ONETILL_KEY" -H "Last-Event-ID: $card" \
    "$ONETILL_URL/v1/items?limit=1")" = 200

# What a service tells is believed when it is signed, and still not kept.
"$onetill" payment-service put stripe --kind stripe --secret stripe_key --webhook-secret stripe_hooks \
    --active >"$folder/put.log"
event="{\"id\":\"evt_$card\",\"object\":\"event\",\"type\":\"charge.dispute.created\",\"data\":{\"object\":{\"id\":\"$card\",\
\"object\":\"dispute\",\"amount\":100,\"currency\":\"gbp\",\"payment_intent\":\"pi_$card\",\"reason\":\"card $spaced\"}}}"
now=$(date +%s)
signature=$(printf %s "$now.$event" | openssl dgst -sha256 -hmac "$hooks" | sed 's/.* //')
says "a signed webhook" test "$(ask --data-binary "$event" -H 'Content-Type: application/json' \
    -H "Stripe-Signature: t=$now,v1=$signature" "$ONETILL_URL/v1/payment-services/stripe/webhook")" = 200
says "an unsigned one" test "$(ask --data-binary "$event" -H "Stripe-Signature: $card" \
    "$ONETILL_URL/v1/payment-services/stripe/webhook")" -ge 400

"$onetill" loyalty put --name Club --currency GBP --worth-amount 1 --worth-points 10 --terms 'I join.' >"$folder/put.log"
path=$("$onetill" join new --location LON --json | jq -r .path)
for field in name email phone birthday; do
    says "the form of who joins: $field" test "$(ask --data-urlencode "$field=$spaced" -d 'name=Ann&phone=123&terms=1' \
        "$ONETILL_URL$path")" = 200
    says "which says so" grep -q 'payment card' "$outside/answer"
done

fails() { says "$1" test "$("${@:2}" >"$outside/answer" 2>&1; echo $?)" -ne 0; }
fails "a command" "$onetill" customer add --name "$spaced"
fails "a command's word" "$onetill" item put "$card" --name Tea
fails "a command's JSON" "$onetill" customer add --json-body "{\"name\":\"Ann\",\"note\":\"$dashed\"}"
printf 'sku,quantity,location\n%s,1,LON\n' "$card" >"$outside/stock.csv"
fails "a file of stock" "$onetill" stock load "$outside/stock.csv"
{
    echo 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country'
    for row in "$card,A,Tea,1" "1,$card,Tea,1" "2,A,paid by $spaced,1" "3,A,Tea,$card"; do
        echo "$row,2010-12-01 08:26,2.55,17850,United Kingdom"
    done
    echo "4,A,Tea,1,$card,2.55,17850,United Kingdom"
    echo "5,A,Tea,1,2010-12-01 08:26,$card,17850,United Kingdom"
    echo "6,A,Tea,1,2010-12-01 08:26,2.55,$dashed,United Kingdom"
    echo "7,A,Tea,1,2010-12-01 08:26,2.55,17850,$card"
} >"$outside/sales.csv"
fails "a file of sales" "$onetill" import --db "$db" "$outside/sales.csv"
cp "$outside/answer" "$folder/import.log"

# A number that is none is kept: the search below would find it.
says "what is no card number is taken" test "$(api POST /v1/customers '{"name":"Ann","note":"ref 4111111111111112"}')" = 201

# It crashes with one in its memory.
says "nothing of its memory may be written" grep -qE '^Max core file size +0 +0' "/proc/$server/limits"
{
    printf 'POST /v1/customers HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n' "$ONETILL_KEY"
    printf 'Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"name":"%s","note":"' "$card"
} >"/dev/tcp/127.0.0.1/${ONETILL_URL##*:}" &
sleep 0.2
kill -ABRT "$server"
wait "$server" 2>/dev/null
start
says "it starts again" test "$(ask "$ONETILL_URL/readyz")" = 200
curl -sS "$ONETILL_URL/metrics" >"$folder/metrics"
kill "$server" && wait "$server"
server=''
if [ -n "${ONETILL_TEST_DB:-}" ]; then pg_dump "$db" >"$folder/dump.sql"; fi

# In plain, as bytes of a table that was dumped, without what stands between the digits.
found() { find "$folder" -type f -print0 | xargs -0 cat | tr -d ' .\-' | grep -acE "$1|$(printf %s "$1" | xxd -p)"; }
says "the search finds what was kept" test "$(found 4111111111111112)" -ge 1
says "no table, log or file has the number of a card" test "$(found "$card")" = 0
says "there is no image of the memory" test -z "$(find "$folder" "$outside" . -maxdepth 1 -name 'core*' -type f)"
says "the database is right" "$onetill" verify --db "$db" >"$outside/verify"
echo "card_numbers_test.sh: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
