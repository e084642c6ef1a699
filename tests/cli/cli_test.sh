#!/usr/bin/env bash
# cli_test.sh — the program as a person uses it: demo, serve, sell, look, back up while serving, put back.
# Usage: cli_test.sh BUILD_FOLDER
set -uo pipefail
cd "$(dirname "$0")/../.."
onetill=$PWD/$1/onetill
folder=$(mktemp -d /tmp/onetill-cli-XXXXXX)
passed=0 failed=0 server='' psp_pid=''
export ONETILL_DB=sqlite:$folder/shop.db ONETILL_URL='' ONETILL_KEY=''
finish() {
    [ -z "$server" ] || kill -KILL "$server" 2>/dev/null
    [ -z "$psp_pid" ] || kill -TERM "$psp_pid" 2>/dev/null
    rm -rf "$folder"
}
trap finish EXIT

# check NAME EXIT_CODE PATTERN COMMAND…: the exit code, and a pattern in what it prints (both streams).
check() {
    local name=$1 want=$2 pattern=$3 code=0 text
    shift 3
    text=$("$@" 2>&1 </dev/null) || code=$?
    if [ "$code" -eq "$want" ] && grep -qE -- "$pattern" <<<"$text"; then
        passed=$((passed + 1))
        echo "ok $name"
    else
        failed=$((failed + 1))
        echo "not ok $name"
        echo "  exit code $code, wanted $want; $text" | head -n 8
    fi
}

# serve WORDS…: starts a server on any free port; sets $ONETILL_URL and $server.
serve() {
    local line out
    exec {out}< <(exec "$onetill" serve --port 0 --log off "$@" 2>"$folder/log")
    server=$!
    read -r -t 20 line <&"$out"
    ONETILL_URL=${line##* }
}

end_server() {
    kill -TERM "$server"
    while kill -0 "$server" 2>/dev/null; do sleep 0.05; done
    server=
}

check "help names the commands" 0 'audit verify' "$onetill" help
check "a command has help with an example" 0 'Example' "$onetill" item put --help
check "a group of commands is listed" 2 'item show' "$onetill" item
check "a near miss is put right" 2 'perhaps: .*order list' "$onetill" ordr list
check "words in the wrong order are put right" 2 'perhaps: .*item show' "$onetill" show item
check "a wrong option is put right" 2 '--sku perhaps' "$onetill" item show --skuu X
check "no server is an exit code of its own" 3 'no answer' env ONETILL_URL=http://127.0.0.1:1 "$onetill" me
# The examples that are written down, as far as the server that is not there.
while read -r words; do
    # shellcheck disable=SC2086 # words are words
    line=$("$onetill" help $words | sed -n '/^Example:/{n;s/^ *onetill //;p}')
    check "the example of $words is one" 3 'no answer' env ONETILL_URL=http://127.0.0.1:1 bash -c "'$onetill' $line"
done < <(sed -n 's/^EXAMPLE("\([^"]*\)",.*/\1/p' cli/examples.def)
check "an address that others reach is refused" 2 'insecure-network' "$onetill" serve --host 0.0.0.0
check "a port that is none is refused" 2 'port' "$onetill" serve --port 70000

check "the demo shop is made" 0 'manager +ot_' "$onetill" demo --keys "$folder/keys"
before=$(cat "$folder/keys")
check "twice is the same as once" 0 'cashier +ot_' "$onetill" demo --keys "$folder/keys"
check "and the keys stay" 0 '^same$' bash -c "[ \"\$(cat '$folder/keys')\" = '$before' ] && echo same"
check "the keys are nobody else's" 0 '^600$' stat -c %a "$folder/keys"

exec {psp}< <(exec "$PWD/$1/onetill-psp" --port 0)
psp_pid=$!
read -r line <&"$psp"
psp_url=http://127.0.0.1:${line##* }
serve --psp "$psp_url"
ONETILL_KEY=$(awk '$1 == "manager" { print $2 }' "$folder/keys")
check "a second server on the same file is refused" 4 'is using this database' "$onetill" serve --port 0
check "who am I" 0 'role +manager' "$onetill" me
check "an item is made" 0 'Tea pot' "$onetill" item put TEA --name 'Tea pot'
check "with a barcode for a box of 12" 0 'Ham' "$onetill" item put HAM --name Ham --unit kg --quantity-step 0.005 \
    --barcodes '[{"gtin":"90012345678908"},{"gtin":"15010000000018","quantity":12},{"gtin":"2112345000008"}]'
check "a scanned weight is a quantity" 0 '"quantity":"?1\.75' "$onetill" scan --json '(01)90012345678908(3103)001750'
check "what a scanner sends is read" 0 '"lot":"L-7".*"expires":"2027-02-28"' "$onetill" scan --json \
    $']C1019001234567890810L-7\x1d17270228'
check "a box is as many units" 0 '"quantity":"?12"?' "$onetill" scan --json 15010000000018
check "how a scale prints is said" 0 '21IIIIIWWWWWC' "$onetill" scan-pattern put 21 --layout 21IIIIIWWWWWC
check "and read" 0 '"quantity":"?1\.75' "$onetill" scan --json 2112345017501
check "a code misread is refused" 1 'barcode_form' "$onetill" scan 2112345017502
check "its price is set" 0 '1' "$onetill" price set retail --prices '[{"sku":"TEA","amount":1250}]'
check "stock comes in, the request from standard input" 0 'TEA' bash -c "'$onetill' stock move --json-body - <<<'{\"cause\":\"receipt\",\"lines\":[{\"sku\":\"TEA\",\"from_state\":\"vendor\",\"to_state\":\"floor\",\"to_location\":\"LON\",\"quantity\":10}]}'"
printf 'SKU;Qty;Location\nTEA;12;LON\nHAM;1,25;LON\nNONE;1;LON\n' >"$folder/count.csv"
check "a counted file is brought in, but for what is no item" 1 'line 4, NONE: .*no item' "$onetill" stock load "$folder/count.csv"
check "and is what is there" 0 '"floor":"12"' "$onetill" stock show TEA --json
check "once" 0 'in already 1' "$onetill" stock load "$folder/count.csv"
printf 'sku,quantity\nTEA,-2\n' >"$folder/went.csv"
check "what went is brought in too" 0 '1 changed the stock' "$onetill" stock load --kind movement --location LON "$folder/went.csv"
check "an item is shown" 0 'name +Tea pot' "$onetill" item show TEA
check "as JSON too" 0 '^\{.*"sku":"TEA"' "$onetill" item show --sku TEA --json
check "one that is not there is refused" 1 'not_found' "$onetill" item show NONE
check "a refusal is JSON too" 1 '"code":"not_found"' "$onetill" item show NONE --json
check "all faults are told with their path" 1 'lines\[0\]\.sku' "$onetill" stock move --cause receipt --lines '[{}]'
check "a number that is none never leaves" 2 'whole number' "$onetill" item list --limit many
check "JSON that is none never leaves" 2 'not JSON' "$onetill" stock move --cause receipt --lines '[{'
check "a word too many is refused" 2 'too many' "$onetill" item show TEA POT

check "a drawer is set up" 0 'Front' "$onetill" drawer put LON 1 --name Front --active
check "with change in the safe" 0 '500\.00|50000' "$onetill" safe move --location LON --kind from_bank --currency GBP --amount 50000
check "and a policy" 0 'pay_out_over' "$onetill" till policy-put LON --pay-out-over 1000 --json
ONETILL_KEY=$(awk '$1 == "cashier" { print $2 }' "$folder/keys")
check "a cashier opens a shift" 0 '"state":"open"' "$onetill" shift open --json --idempotency-key open --location LON --drawer 1 --cashier Ann \
    --floats '[{"currency":"GBP","coins":[{"value":1000,"count":8},{"value":100,"count":20}]}]'
shift=$("$onetill" shift list --location LON --json | jq -r '.items[0].id')
pay_out=("$onetill" shift cash "$shift" --kind pay_out --currency GBP --amount 1250 --reason 'window cleaner')
check "a large expense is refused" 1 'approval_needed' "${pay_out[@]}"
subject=$("${pay_out[@]}" --json 2>&1 | jq -r .subject)
check "a supervisor approves it" 0 'pay_out' env ONETILL_KEY="$(awk '$1 == "supervisor" { print $2 }' "$folder/keys")" \
    "$onetill" approval give --idempotency-key yes --kind pay_out --subject "$subject" --amount 1250 --json
approval=$(ONETILL_KEY=$(awk '$1 == "supervisor" { print $2 }' "$folder/keys") \
    "$onetill" approval give --idempotency-key yes --kind pay_out --subject "$subject" --amount 1250 --json | jq -r .id)
check "then it is paid" 0 'approved_by' "${pay_out[@]}" --approval "$approval" --json
sell=("$onetill" order create --location LON --channel pos --lines '[{"sku":"TEA","quantity":2}]'
    --tenders '[{"kind":"cash","tendered":3000}]')
check "a cashier sells" 0 'total +25\.00 GBP' "${sell[@]}"
check "the same key sells once" 0 'LON-000002' "${sell[@]}" --idempotency-key once
check "and gives the same answer again" 0 'LON-000002' "${sell[@]}" --idempotency-key once
check "too much is refused" 1 'stock_short' "$onetill" order create --location LON --channel pos \
    --lines '[{"sku":"TEA","quantity":20}]' --tenders '[{"kind":"cash"}]'
check "the X report tells no cashier what should be there" 0 '"sales":2.*"cash":\[\{"currency":"GBP","opening":10000,"pay_in":0,"pay_out":1250,"dropped":0\}\]' \
    "$onetill" shift report "$shift" --json
check "the drawer is counted" 0 '"state":"counting"' "$onetill" shift count "$shift" --json --counts '[{"currency":"GBP","amount":13700}]'
check "and closed" 0 '"number":1.*"expected":13750,"counted":13700,"over":-50,"kept":10000' "$onetill" shift close "$shift" --json \
    --keep '[{"currency":"GBP","amount":10000}]'
check "the Z report is printed" 0 'Z REPORT 1' "$onetill" shift print "$shift"
check "a cashier may not change items" 1 'permission_missing' "$onetill" item put TEA --name x
check "no key is no entry" 1 'auth_required.*' env ONETILL_KEY= "$onetill" item list
id=$("$onetill" order list --json --limit 1 | jq -r '.items[0].id')
check "the receipt is printed" 0 'TOTAL GBP +25\.00' "$onetill" order print "$id"
check "an order is explained" 0 "2 x 12\.50" "$onetill" price explain "$id"
echo '{"location":"LON","channel":"pos","lines":[{"sku":"TEA","quantity":3}]}' >"$folder/basket"
check "a basket is explained" 0 "total .* 37\.50" "$onetill" price explain --basket "$folder/basket"
check "as JSON too" 0 "^\{.*\"total\":3750" "$onetill" price explain --basket "$folder/basket" --json
check "an order that is not there is refused" 1 "no such order" "$onetill" price explain 019aa3c1-0000-7000-8000-000000000000
check "nothing to explain is refused" 2 "name an order" "$onetill" price explain
check "a backup is made while serving" 0 'backup' "$onetill" backup "$folder/copy.db"
check "the audit trail is whole while serving" 0 'whole' "$onetill" audit verify
check "nothing is restored under a running server" 4 'is using this database' "$onetill" restore "$folder/copy.db" --force
# What a payment service settles, with its simulator.
check "a card is taken" 0 'total +12\.50 GBP' "$onetill" order create --location LON --channel pos \
    --lines '[{"sku":"TEA","quantity":1}]' --tenders '[{"kind":"card","token":"tok_visa"}]'
ONETILL_KEY=$(awk '$1 == "manager" { print $2 }' "$folder/keys")
curl -s -X POST "$psp_url/v1/payouts" >"$folder/payout.csv"
check "its settlement file is brought in" 0 '2 as the books say, 0 not' "$onetill" reconciliation load --service psp "$folder/payout.csv"
check "once" 0 'brought in before' "$onetill" reconciliation load --service psp "$folder/payout.csv"
printf 'type,amount,currency,reference,payout,text\ncharge,5.00,GBP,ch_x,P,nobody\ncharge,5.0x,GBP,ch_y,P,\n' >"$folder/odd.csv"
check "what differs is told" 0 'line 2 .*unknown_reference: The service took' "$onetill" reconciliation load --service psp "$folder/odd.csv"
check "as CSV too" 0 'unreadable_line,open' "$onetill" reconciliation export
odd=$("$onetill" reconciliation differences --cause unknown_reference --json | jq -r '.items[0].id')
check "it is settled by hand" 0 'booked_to +sales' "$onetill" reconciliation settle "$odd" --reason 'sold by telephone' --account sales
printf 'nothing,of,this\n' >"$folder/none.csv"
check "a file that is none is refused" 1 'failed\. .*header' "$onetill" reconciliation load --service psp "$folder/none.csv"
check "so is one without a service" 2 'say --service' "$onetill" reconciliation load "$folder/none.csv"
check "what is left of it is right" 0 'M14_settlements' "$onetill" verify
end_server
check "the server ended without a word" 0 '^$' cat "$folder/log"

check "a restore does not replace by accident" 1 'exists already' "$onetill" restore "$folder/copy.db"
check "unless told to" 0 'restored' "$onetill" restore "$folder/copy.db" --force
check "the restored trail is whole" 0 'whole' "$onetill" audit verify
serve
check "the restored shop serves its orders" 0 'LON-000002' "$onetill" order list
end_server
echo "cli_test.sh: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
