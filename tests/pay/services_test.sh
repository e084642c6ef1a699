#!/usr/bin/env bash
# services_test.sh — the adapters to payment services against small ones that are checked by the services' own
# libraries. Usage: services_test.sh BUILD_FOLDER; ONETILL_TEST_DB: on PostgreSQL.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1 passed=0 failed=0
tools/npm.sh
folder=$(mktemp -d /tmp/onetill-pay-XXXXXX)
coproc services { exec node tests/pay/services.mjs; }
trap 'kill "$services_PID" 2>/dev/null || true; rm -rf "$folder"' EXIT
read -r line <&"${services[0]}"
export PAY_SERVICES=http://127.0.0.1:${line##* } ONETILL_SECRET_STRIPE_KEY=sk_test_onetill \
    ONETILL_SECRET_STRIPE_HOOKS=whsec_onetill_tests ONETILL_SECRET_ADYEN_KEY=adyen_test_key \
    ONETILL_SECRET_ADYEN_HOOKS=44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056 \
    ONETILL_SECRET_ADYEN_TERMINALS="a passphrase for tests"

# The last line counts: "… N passed, N failed".
run() {
    local status=0 good bad
    "$@" >"$folder/log" 2>&1 || status=$?
    grep -E -A3 '^not ok' "$folder/log" || true
    read -r good bad < <(tail -n 1 "$folder/log" | sed -E 's/.* ([0-9]+) passed, ([0-9]+) failed/\1 \2/')
    if [ "$status" -ne 0 ] && ! [[ $bad =~ ^[1-9] ]]; then
        tail -n 30 "$folder/log"
        good=0 bad=1
    fi
    passed=$((passed + good)) failed=$((failed + bad))
}

run "$build/pay-stripe"
run "$build/pay-adyen"
run node tests/pay/check.mjs "$PAY_SERVICES" "$folder"
ln -s "$PWD/node_modules" "$folder/node_modules"
cp tests/pay/fields.ts "$folder"
if node_modules/.bin/tsc --strict --noEmit --skipLibCheck --module nodenext --target es2022 "$folder/requests.ts" "$folder/fields.ts"; then
    passed=$((passed + 1))
else
    echo "not ok what the adapters sent has the types of the libraries"
    failed=$((failed + 1))
fi
echo "services_test: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
