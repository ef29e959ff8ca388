#!/bin/sh
# Prints the licenses of third-party code in the library for TARGET, each with its texts.
#
#     packaging/licenses.sh [TARGET]
set -eu
cd "$(dirname "$0")/.."
target=${1:-}
registry=${CARGO_HOME:-$HOME/.cargo}/registry/src
only=${target:+--target $target}
# shellcheck disable=SC2086 # empty or two words
${CARGO:-cargo} fetch --quiet --locked $only

cat <<'END'
nativeflow contains parts of Rust's standard library: Copyright (c) The Rust Project Contributors, MIT OR Apache-2.0. On Windows, also of the
mingw-w64 runtime: Copyright (c) the mingw-w64 project and others, public domain, Zope Public License 2.1 and BSD.

END
echo "nativeflow contains these Rust crates, each under the license named:"
# shellcheck disable=SC2086 # empty or two words
${CARGO:-cargo} tree --quiet --locked $only --edges normal,no-proc-macro --prefix none --format '{p}|{l}' |
    sed 's/ (\*)$//; /^nativeflow /d; s/ v\([0-9][^|]*\)/-\1/' | LC_ALL=C sort -u | while IFS='|' read -r crate license; do
    printf '\n\n%s: %s\n' "$crate" "$license"
    found=
    for source in "$registry"/*/"$crate"; do break; done
    for text in "$source"/LICEN[SC]E* "$source"/COPYING* "$source"/NOTICE*; do
        [ -f "$text" ] || continue
        found=yes
        printf '\n'
        cat "$text"
    done
    [ -d "$source" ] || { echo "source of $crate is missing in $registry" >&2 && exit 1; }
    [ -n "$found" ] || printf '(Its package does not contain the license text.)\n'
done
