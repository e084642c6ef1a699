#!/usr/bin/env bash
# setup.sh — installs the Debian packages that are missing. Quick when nothing is.
set -euo pipefail
cd "$(dirname "$0")/.."
packages=(build-essential meson ninja-build pkg-config libjansson-dev libh2o-evloop-dev libhttp-parser-dev libpq-dev
    libcurl4-openssl-dev libssl-dev zlib1g-dev libcsv-dev postgresql-15 sqlite3 gawk curl jq wrk ca-certificates
    clang lld libclang-rt-14-dev-wasm32 libcairo2-dev libpango1.0-dev libzint-dev fonts-dejavu-core fonts-droid-fallback
    zbar-tools poppler-utils)
command -v npm >/dev/null || packages+=(nodejs npm)
# The mail server that tests send to; one that is there already is left alone.
[ -x /usr/sbin/sendmail ] || packages+=(exim4-daemon-light)
stamp=build/.setup-$(cksum <"$0" | cut -d' ' -f1)
if [ ! -e "$stamp" ]; then
    missing=()
    for package in "${packages[@]}"; do
        dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        echo "installing: ${missing[*]}"
        sudo=()
        [ "$(id -u)" = 0 ] || sudo=(sudo)
        # No package starts a service of its own: tests start what they need.
        policy=/usr/sbin/policy-rc.d
        if [ ! -e "$policy" ]; then
            printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee "$policy" >/dev/null
            "${sudo[@]}" chmod 755 "$policy"
            trap '"${sudo[@]}" rm -f "$policy"' EXIT
        fi
        "${sudo[@]}" apt-get update -qq
        "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    fi
    mkdir -p build
    touch "$stamp"
fi
[ ! -e tools/fetch_sqlite.sh ] || tools/fetch_sqlite.sh
