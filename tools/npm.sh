#!/usr/bin/env bash
# npm.sh — installs the npm packages that the checks use, pinned by package-lock.json. Quick when they are there.
set -euo pipefail
cd "$(dirname "$0")/.."
stamp=node_modules/.onetill-$(cat package.json package-lock.json | cksum | cut -d' ' -f1)
[ ! -e "$stamp" ] || exit 0
npm ci --silent --omit=optional
touch "$stamp"
