#!/usr/bin/env bash
# docs_test.sh — what the pages promise is there: files that they link to, commands that they name, the ten
# files of the reading order. Usage: docs_test.sh BUILD_FOLDER
set -euo pipefail
build=$(realpath "$1")
cd "$(dirname "$0")/../.."
# shellcheck source=tests/says.sh
. tests/says.sh

# Each relative link of each page, without its #part.
while read -r page; do
    for target in $(grep -oE '\]\([^)#: ]+' "$page" | sed 's/^](//'); do
        says "$page links to $target, which is not there" test -e "$(dirname "$page")/$target"
    done
done < <(find . -name '*.md' ! -path './build*' ! -path './third_party/*' ! -path '*/node_modules/*' ! -path './tests/tidy/*')

# The words of every command: a line of the help is two blanks, the words, many blanks, a sentence.
"$build/onetill" help | sed -nE 's/^  ([a-z][a-z -]*[a-z]) .*/\1/p' | sed 's/  .*//' >"$build/words"

# Whether the words of a line begin with a command; behind it may stand what it takes.
is_command() {
    local words=$1
    [[ $words == help* ]] && return 0
    while [ -n "$words" ]; do
        grep -qxF "$words" "$build/words" && return 0
        [[ $words == *' '* ]] || return 1
        words=${words% *}
    done
    return 1
}

# What stands behind `onetill` in code: in lines of a block that begin with it, and between backquotes.
for page in README.md docs/OPERATING.md; do
    [ -e "$page" ] || continue
    while read -r words; do
        says "$page names \"onetill $words\", which is no command" is_command "$words"
    done < <({ awk '/^ *```/ { block = !block } block' "$page" | grep -oE '(^|&& |; |\| )onetill( [a-z][a-z-]*)+'
        grep -oE '`onetill( [a-z][a-z-]*)+' "$page"; } | sed -E 's/.*onetill //' | sort -u)
done

order=$(sed -n '/in this order/,/^## Where/p' README.md | grep -oE '^[0-9]+\. \[[^]]+' | sed 's/.*\[//')
says "the reading order has ten files" test "$(wc -l <<<"$order")" -eq 10
for file in $order; do says "the reading order names $file, which is not there" test -f "$file"; done
echo "docs: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
