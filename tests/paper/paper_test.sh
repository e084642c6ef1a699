#!/usr/bin/env bash
# paper_test.sh — receipts as those get them who print, read and scan them: bytes for a receipt printer are taken apart by
# another decoder (npos), the PDF is read by poppler and zbar, the page by curl, mails are taken by a real mail server
# (exim). Usage: paper_test.sh BUILD_FOLDER; KEEP_PAPER=FOLDER keeps what was made, to look at it.
set -uo pipefail
cd "$(dirname "$0")/../.."
build=$PWD/$1 onetill=$PWD/$1/onetill here=$PWD/tests/paper
tools/npm.sh
folder=$(mktemp -d /tmp/onetill-paper-XXXXXX)
passed=0 failed=0 server='' exim='' url=''
export ONETILL_DB=sqlite:$folder/shop.db ONETILL_URL='' ONETILL_KEY=''
finish() {
    [ -z "$exim" ] || { kill "$exim"; wait "$exim"; } 2>/dev/null
    [ -z "$server" ] || kill -KILL "$server" 2>/dev/null
    [ -z "${KEEP_PAPER:-}" ] || cp -r "$folder/." "$KEEP_PAPER"
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
        head -c 1500 <<<"  $text"
    fi
}

# A mail server of its own on free ports; it ends with the test.
mail_server() {
    [ -x /usr/sbin/exim4 ] || return 1
    chmod 755 "$folder"
    mkdir -m 777 "$folder/mail"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost \
        -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' -keyout "$folder/mail/key.pem" -out "$folder/mail/cert.pem" \
        2>/dev/null
    chmod 644 "$folder/mail/key.pem"
    for _ in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 20000))
        sed "s#FOLDER#$folder/mail#; s#TLSPORT#$((port + 1))#; s#PORT#$port#" "$here/exim.conf" >"$folder/mail/exim.conf"
        /usr/sbin/exim4 -bdf -C "$folder/mail/exim.conf" >"$folder/mail/said" 2>&1 &
        exim=$!
        for _ in $(seq 40); do
            (exec 3<>"/dev/tcp/127.0.0.1/$((port + 1))") 2>/dev/null && return 0
            kill -0 "$exim" 2>/dev/null || break
            sleep 0.05
        done
        kill "$exim" 2>/dev/null
        exim=''
    done
    return 1
}

# serve OPTION…: the server, anew.
serve() {
    [ -z "$server" ] || { kill "$server"; wait "$server" 2>/dev/null; }
    exec {out}< <(exec "$onetill" serve --port 0 --log off --public-url https://shop.example "$@" 2>>"$folder/log")
    server=$!
    read -r -t 20 line <&"$out"
    url=${line##* }
}

# get PATH and put METHOD PATH BODY: with the manager's key.
get() { curl -s -H "Authorization: Bearer $key" "$url/v1$1"; }
put() {
    curl -s -X "$1" -H "Authorization: Bearer $key" -H "Idempotency-Key: $RANDOM-$RANDOM-$RANDOM" \
        -H 'Content-Type: application/json' "$url/v1$2" -d "$3"
}
escpos() { node "$here/escpos.mjs" "$folder/$1.escpos" "$folder/$1.html" >"$folder/$1.json"; }
decoded() { jq -r "$2" "$folder/$1.json"; }

"$onetill" demo --keys "$folder/keys" >/dev/null
key=$(awk '$1 == "manager" { print $2 }' "$folder/keys")
mailing=()
if mail_server; then
    ONETILL_SECRET_SMTP_CA=$(cat "$folder/mail/cert.pem")
    export ONETILL_SECRET_SMTP_PASSWORD=s3cret ONETILL_SECRET_SMTP_CA
    mailing=(--mail "smtp://localhost:$port" --mail-from receipts@shop.example --mail-user shop)
fi
serve "${mailing[@]}"

i=0 lines='' moves='' prices=''
for name in 'Ärmelschal – 5 €' 'Łódź teapot' 'Жук' 'Ωμέγα' '東京バナナ' 'شاي بالنعناع' 'Plain tea, the large tin for the whole family'; do
    i=$((i + 1))
    put PUT "/items/T$i" "{\"name\":\"$name\"}" >>"$folder/items"
    lines+=",{\"sku\":\"T$i\",\"quantity\":$i}"
    prices+=",{\"sku\":\"T$i\",\"amount\":1250}"
    moves+=",{\"sku\":\"T$i\",\"from_state\":\"vendor\",\"to_state\":\"floor\",\"to_location\":\"LON\",\"quantity\":50}"
done
put PUT /price-lists/retail/prices "{\"prices\":[${prices:1}]}" >"$folder/said"
put POST /stock/moves "{\"cause\":\"receipt\",\"lines\":[${moves:1}]}" >>"$folder/said"
look='"logo":"'$(cat "$here/logo.b64")'","optin":"Tell me about offers by e-mail.","standard":true'
check "a template with a logo is put" 'Thank you' put PUT /receipt-templates/LON/en \
    "{$look,\"header\":\"# {merchant}\\n{location}\\n{address}\",\"footer\":\"Thank you!\\nCome again\"}"
put POST /orders "{\"location\":\"LON\",\"channel\":\"pos\",\"lines\":[${lines:1}],
    \"tenders\":[{\"kind\":\"cash\",\"tendered\":50000}]}" >"$folder/order"
id=$(jq -r .id "$folder/order") number=$(jq -r .receipt_number "$folder/order")
[ "$id" != null ] || { cat "$folder/said" "$folder/order"; exit 1; }
get "/orders/$id/receipt.txt" >"$folder/receipt.txt"
check "a sale has a receipt" 'TOTAL GBP +350\.00' cat "$folder/receipt.txt"
link=$(grep -oE 'https://shop.example/r/[A-Za-z0-9_-]+' "$folder/receipt.txt")
token=${link##*/}

# --- receipt printers ---
for columns in 48 32; do
    get "/orders/$id/receipt.escpos?drawer=true&columns=$columns" >"$folder/$columns.escpos"
    escpos $columns
    check "another decoder knows each command, on paper of $columns columns" '^0 1 1$' \
        decoded $columns '"\(.unknown | length) \(.cuts) \(.drawer)"'
    check "no line is wider" "^$columns\$" decoded $columns '[.lines[] | (.text | length) * (if .big then 2 else 1 end)] | max'
    check "the QR code is the link" "^$link\$" decoded $columns '.qr[]'
    check "the bar code is the number" "^$number\$" decoded $columns '.barcodes[]'
    check "the sum is big" '^TOTAL GBP +350.00$' decoded $columns '.lines[] | select(.big and .bold).text'
    check "letters are in the pages that have them" '^16 18 17 14$' decoded $columns '[.pages[] | tostring] | join(" ")'
    for name in 'Ärmelschal – 5 €' 'Łódź teapot' 'Жук' 'Ωμέγα'; do
        check "$name is printed" "^$name" decoded $columns '.lines[].text'
    done
    check "what no page has is a picture, beside the logo" "^3 true\$" decoded $columns \
        "\"\(.pictures | length) \([.pictures[1:][] | .width == $columns * 12 and .black > 300] | all)\""
done
get "/orders/$id/receipt.escpos?language=ar" >"$folder/ar.escpos"
escpos ar
check "in Arabic all is drawn" '^0 true$' decoded ar \
    '"\([.lines[] | select(.text | test("[A-Za-z0-9]"))] | length) \(.pictures | length > 15)"'
put PUT /receipt-templates/LON/en '{"no_pictures":true,"pages":["1252"]}' >/dev/null
get "/orders/$id/receipt.escpos" >"$folder/plain.escpos"
escpos plain
check "a printer without pictures gets question marks" '^\?{10} +62.50$' decoded plain '.lines[].text'
check "also for letters of pages that it has not" '^\?ód\? teapot +25.00$' decoded plain '.lines[].text'
put PUT /receipt-templates/LON/en "{$look}" >/dev/null

# --- PDF and page ---
get "/orders/$id/receipt.pdf" >"$folder/receipt.pdf"
get "/orders/$id/receipt.pdf?language=ar" >"$folder/ar.pdf"
pdftoppm -q -r 200 -png "$folder/receipt.pdf" "$folder/pdf"
zbarimg -q --nodbus --raw "$folder/pdf-1.png" >"$folder/scanned"
check "a scanner reads the number on the PDF" "^$number\$" cat "$folder/scanned"
check "and the link" "^$link\$" cat "$folder/scanned"
check "a person reads names of any script" '東京バナナ' pdftotext "$folder/receipt.pdf" -
check "it is as wide as the paper" 'Page size: +226\.' pdfinfo "$folder/receipt.pdf"
page() { curl -s "$url/r/$token$1" "${@:2}"; }
page '' >"$folder/page.html"
page '?language=ar' >"$folder/page-ar.html"
check "the page behind the link is for anybody" "$number" cat "$folder/page.html"
check "it loads nothing from elsewhere" "default-src 'none'; style-src 'sha256-" page '' -D - -o /dev/null
check "its PDF is one" '200 application/pdf' page /receipt.pdf -o /dev/null -w '%{http_code} %{content_type}'
check "in Arabic it runs from the right" '<html lang="ar" dir="rtl">' cat "$folder/page-ar.html"
check "a link that somebody made up leads nowhere" '404' curl -s -o /dev/null -w '%{http_code}' "$url/r/${token%?????}AAAAA"
check "the till finds the sale by the code" "$id" env "ONETILL_URL=$url" "ONETILL_KEY=$key" "$onetill" receipt find --token "$link"
get "/orders/$id/receipt.escpos?kind=gift&lines=1,2" >"$folder/gift.escpos"
escpos gift
gift=$(decoded gift '.qr[]')
check "the code of a gift says which goods" '"lines":\["1","2"\]' get "/receipts?token=${gift##*/}"
check "no price is on its receipt" '^0$' decoded gift '[.lines[].text | select(test("12.50|350"))] | length'
back=$(put POST /returns "{\"order\":\"$id\",\"location\":\"LON\",\"lines\":[{\"line\":1,\"quantity\":1}]}" | jq -r .id)
check "a return has a receipt" 'REFUNDED GBP +12\.50' get "/returns/$back/receipt.txt"

# --- e-mail ---
mail() { put POST "/$1/receipt-mails" "$2" | jq -r .id; }
settled() {
    for _ in $(seq 80); do
        get "/receipt-mails/$1" | grep -qE "$2" && break
        sleep 0.1
    done
    get "/receipt-mails/$1"
}
queued() { cat "$folder"/mail/input/*-H; }
if [ ${#mailing[@]} -gt 0 ]; then
    ada=$(mail "orders/$id" '{"address":"ada@example.org","language":"fr"}')
    out=$(mail "orders/$id" '{"address":"bob@elsewhere.example"}')
    no=$(mail "orders/$id" '{"address":"nobody@example.org"}')
    full=$(mail "returns/$back" '{"address":"full@example.org"}')
    check "a mail is sent, encrypted, by who knows the password" '"state":"sent"' settled "$ada" 'sent|failed'
    check "also to other places" '"state":"sent"' settled "$out" 'sent|failed'
    check "one that the server refuses has failed, and says why" '"state":"failed".*no such mailbox' settled "$no" 'sent|failed'
    check "one that it cannot take now waits, and says why" '"state":"waiting".*mailbox is full' settled "$full" 'mailbox'
    check "what failed is found" "$no" get '/receipt-mails?state=failed'
    check "the failure is told" 'receipt.mail_failed' get /events?limit=200
    check "the mail has its id" "Message-ID: <$ada@shop.example>" queued
    check "its subject is in the customer's language" 'Subject: (Votre ticket|=\?UTF-8)' queued
    check "the server knows who sent it" 'P=esmtpsa .*A=plain:shop' cat "$folder/mail/mainlog"
    name=$(grep -l "$ada" "$folder"/mail/input/*-H | head -n 1)
    sed 1d "${name%-H}-D" >"$folder/body"
    sed -n '/application\/pdf/,$p' "$folder/body" | sed -n '/^\r*$/,/^--/p' | grep -v -- '^--' | tr -d '\r\n' |
        base64 -d >"$folder/mailed.pdf" 2>/dev/null
    check "the receipt is in it as PDF" "$number" pdftotext "$folder/mailed.pdf" -
    check "and as text" '=C3=84rmelschal' cat "$folder/body"
    serve --mail "smtps://localhost:$((port + 1))" --mail-from receipts@shop.example
    check "the form of the page sends it, too" 'on its way to eve@example.org' page '' -d 'email=Eve%40example.org&optin=1&always=1'
    check "a server that is encrypted at once takes it" '"state":"sent"' \
        settled "$(get /receipt-mails | jq -r '.items[0].id')" 'sent|failed'
    unset ONETILL_SECRET_SMTP_CA
    serve --mail "smtps://localhost:$((port + 1))" --mail-from receipts@shop.example
    late=$(mail "returns/$back" '{"address":"ada@example.org"}')
    check "one whose certificate nobody knows gets nothing" '"state":"waiting".*certificate' settled "$late" 'certificate'
else
    echo "# no exim here: mails are not tried"
fi
echo "paper_test: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
