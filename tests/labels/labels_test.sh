#!/usr/bin/env bash
# labels_test.sh — a parcel as a person in a warehouse sends it: the order is picked and packed, its label bought from
# the simulator's carrier and printed. Another program (poppler) draws the PDF, a scanner (zbar) reads it.
# Usage: labels_test.sh BUILD_FOLDER
set -uo pipefail
cd "$(dirname "$0")/../.."
build=$PWD/$1 onetill=$PWD/$1/onetill
folder=$(mktemp -d /tmp/onetill-labels-XXXXXX)
passed=0 failed=0 server='' psp=''
export ONETILL_DB=sqlite:$folder/shop.db ONETILL_URL='' ONETILL_KEY=''
finish() {
    for pid in $server $psp; do kill -KILL "$pid" 2>/dev/null; done
    rm -rf "$folder"
}
trap finish EXIT

# check NAME PATTERN COMMAND…: the command succeeds and prints the pattern.
check() {
    local name=$1 pattern=$2 text
    shift 2
    if text=$("$@" 2>&1 </dev/null) && grep -qE -- "$pattern" <<<"$text"; then
        passed=$((passed + 1))
        echo "ok $name"
    else
        failed=$((failed + 1))
        echo "not ok $name"
        head -n 8 <<<"  $text"
    fi
}

exec {out}< <(exec "$build/onetill-psp" --port 0)
psp=$!
read -r -t 20 line <&"$out"
"$onetill" demo --keys "$folder/keys" >/dev/null
services=http://127.0.0.1:${line##* }
exec {out}< <(exec "$onetill" serve --port 0 --log off --psp "$services" --carrier "$services" 2>"$folder/log")
server=$!
read -r -t 20 line <&"$out"
ONETILL_URL=${line##* }
ONETILL_KEY=$(awk '$1 == "manager" { print $2 }' "$folder/keys")

"$onetill" item put TEA --name 'Tea pot' >/dev/null
"$onetill" price set retail --prices '[{"sku":"TEA","amount":1250}]' >/dev/null
"$onetill" stock move --cause receipt --lines '[{"sku":"TEA","from_state":"vendor","to_state":"floor","to_location":"LON",
    "quantity":10}]' >/dev/null

"$onetill" order create --json --location LON --channel web --lines '[{"sku":"TEA","quantity":2,"delivery":"home"}]' \
    --deliveries '[{"label":"home","method":"ship","tax_zone":"GB","contact":{"name":"Łucja Müller 東京"},
        "address":{"street":"Hauptstraße 1","city":"München","postal_code":"80331","country":"DE"}}]' \
    --tenders '[{"kind":"card","token":"tok_visa"}]' >"$folder/order"
id=$(jq -r '.fulfilments[0].id' "$folder/order")
check "it is picked" 'picked' "$onetill" fulfilment pick "$id" --line 1 --quantity 2
check "and packed" 'packed' "$onetill" fulfilment pack "$id" --packages '[{"weight":850}]'
check "without a label none is printed" 'label_missing' bash -c "! '$onetill' fulfilment label-pdf $id 1"
check "a label is bought" 'labelled' "$onetill" fulfilment label-buy "$id" 1 --service express
tracking=$("$onetill" fulfilment labels "$id" --json | jq -r '.items[0].tracking')
receipt=$(jq -r '.receipt_number' "$folder/order")

"$onetill" fulfilment label-pdf "$id" 1 >"$folder/label.pdf"
pdftoppm -q -r 203 -png "$folder/label.pdf" "$folder/page"
check "a scanner reads the carrier's number" "^$tracking\$" zbarimg -q --nodbus --raw "$folder"/page-1.png
check "and which package of ours it is" "^$receipt/1/1\$" zbarimg -q --nodbus --raw "$folder"/page-1.png
check "it is 4 by 6 inches" 'Page size: +288 x 432 pts' pdfinfo "$folder/label.pdf"
check "a person reads who gets it, in any script" 'Łucja Müller 東京' pdftotext "$folder/label.pdf" -
check "and where that is" 'Hauptstraße 1' pdftotext "$folder/label.pdf" -
check "the same label is the same file" '^same$' bash -c \
    "'$onetill' fulfilment label-pdf $id 1 | cmp - '$folder/label.pdf' && echo same"
check "a label printer gets commands" '^\^XA\^CI28\^PW813' "$onetill" fulfilment label-zpl "$id" 1
check "with the number as bar code" "\^BCN,.*\^FD$tracking\^FS" "$onetill" fulfilment label-zpl "$id" 1
check "over HTTP it is a PDF" 'application/pdf' curl -s -o /dev/null -w '%{content_type}' \
    -H "Authorization: Bearer $ONETILL_KEY" "$ONETILL_URL/v1/fulfilments/$id/packages/1/label.pdf"
[ -z "${KEEP_LABEL:-}" ] || cp "$folder/page-1.png" "$KEEP_LABEL"
echo "labels_test: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
