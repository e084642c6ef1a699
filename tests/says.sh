# says.sh — counting for test scripts: `says` counts in passed and failed. To be sourced.
# shellcheck shell=bash
passed=0 failed=0

# says MESSAGE COMMAND…: counts whether the command succeeds.
says() {
    local message=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        echo "not ok $message"
        failed=$((failed + 1))
    fi
}
