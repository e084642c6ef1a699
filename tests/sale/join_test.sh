#!/usr/bin/env bash
# join_test.sh — joining by phone as a browser does it: the page and its headers, its form, what the till sees, the offer
# in the quote; and a page for people where something is wrong.
# Usage: join_test.sh BUILD_FOLDER
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
onetill=$PWD/$1/onetill
folder=$(mktemp -d /tmp/onetill-join-XXXXXX)
server=''
finish() {
    [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server"; }
    rm -rf "$folder"
}
trap finish EXIT
# shellcheck source=tests/says.sh
. tests/says.sh

"$onetill" demo --db "sqlite:$folder/shop.db" --keys "$folder/keys" >/dev/null
exec {out}< <(exec "$onetill" serve --db "sqlite:$folder/shop.db" --port 0 --log off --public-url https://shop.example)
server=$!
read -r -t 20 line <&"$out"
ONETILL_URL=${line##* }
ONETILL_KEY=$(awk '$1 == "manager" { print $2 }' "$folder/keys")
export ONETILL_URL ONETILL_KEY

shop() { "$onetill" "$@" --json; }
shop item put TEA --name Tea >/dev/null
shop price-list put list --name List --currency GBP >/dev/null
shop price set list --prices '[{"sku":"TEA","amount":500}]' >/dev/null
shop loyalty put --name 'Gift Club' --currency GBP --worth-amount 1 --worth-points 10 --terms 'I join.' \
    --join-offer welcome >/dev/null
shop promotion put welcome --name '10 % off' --phase order --percent 100000 --personal >/dev/null
shop promotion publish welcome >/dev/null

shop join new --location LON >"$folder/join"
path=$(jq -r .path "$folder/join")
says "the link leads to where phones reach the server" test "$(jq -r .link "$folder/join")" = "https://shop.example$path"
says "the till gets a QR code of it" grep -q '<svg' "$folder/join"

# page FILE CURL-WORDS…: the page with its headers; prints the status.
page() {
    local file=$1
    shift
    curl -sS -D "$folder/head" -o "$folder/$file" -w '%{http_code}' "$@"
}
says "the page is there without a key" test "$(page form "$ONETILL_URL$path")" = 200
says "it is HTML" grep -qi '^content-type: text/html; charset=utf-8' "$folder/head"
says "nothing may be loaded from elsewhere, and no script" \
    grep -qiE "^content-security-policy: default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]+'; .*form-action 'self'" "$folder/head"
says "nobody keeps it, and nobody learns the link" bash -c "grep -qi '^cache-control: no-store' '$folder/head' &&
    grep -qi '^referrer-policy: no-referrer' '$folder/head'"
says "each field has its label" bash -c "for id in \$(grep -oE 'id=\"(name|email|phone|birthday)\"' '$folder/form' | cut -d'\"' -f2); do
    grep -q \"<label for=\\\"\$id\\\"\" '$folder/form' || exit 1; done"
says "a form without consent comes back" test "$(page wrong -d 'name=Ann&email=ann@example.org' "$ONETILL_URL$path")" = 200
says "and says so" grep -q 'Without your consent' "$folder/wrong"
says "a form is taken" test "$(page taken -d 'name=Ann&email=ann@example.org&terms=1' "$ONETILL_URL$path")" = 200
says "the phone shows the card" grep -qE 'class="number">M[0-9A-Z]{15}<' "$folder/taken"
customer=$(shop join show "$(jq -r .id "$folder/join")" | jq -r .customer)
says "the till sees who has joined" test "${#customer}" = 36
says "the card is found at the till" test "$(shop member show "$(grep -oE 'M[0-9A-Z]{15}' "$folder/taken" | tail -1)" |
    jq -r .customer)" = "$customer"
says "the offer is in the basket" test "$(shop quote --location LON --channel pos --customer "$customer" \
    --lines '[{"sku":"TEA","quantity":2}]' | jq -r '.uses[0].promotion')" = welcome
says "a guessed link is a page that says so" test "$(page over "$ONETILL_URL/j/0000000000000000000000000a")" = 410
says "in words" grep -q 'Ask at the till' "$folder/over"
says "the card is drawn again" bash -c "curl -sS -H 'Authorization: Bearer $ONETILL_KEY' \
    '$ONETILL_URL/v1/customers/$customer/loyalty/qr.svg' | grep -q '<svg'"
echo "join_test.sh: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
