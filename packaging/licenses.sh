#!/bin/sh
# Prints the licenses of the crates that the library for TARGET holds, each with its texts.
#
#     packaging/licenses.sh [TARGET]
set -eu
cd "$(dirname "$0")/.."
target=${1:-}
registry=${CARGO_HOME:-$HOME/.cargo}/registry/src
${CARGO:-cargo} fetch --quiet --locked

echo "nativeflow holds these Rust crates, each under the license named:"
# shellcheck disable=SC2086 # nothing or two words
${CARGO:-cargo} tree --locked ${target:+--target $target} --edges normal,no-proc-macro --prefix none --format '{p}|{l}' |
    sed 's/ (\*)$//; /^nativeflow /d; s/ v\([0-9][^|]*\)/-\1/' | LC_ALL=C sort -u | while IFS='|' read -r crate license; do
    printf '\n\n%s: %s\n' "$crate" "$license"
    found=
    for text in "$registry"/*/"$crate"/LICEN[SC]E* "$registry"/*/"$crate"/COPYING* "$registry"/*/"$crate"/NOTICE*; do
        [ -f "$text" ] || continue
        found=yes
        printf '\n'
        cat "$text"
    done
    [ -n "$found" ] || printf '(It has no text beside the name.)\n'
done
