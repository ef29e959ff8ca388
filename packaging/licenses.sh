#!/bin/sh
# Prints the licenses of third-party code in the library for TARGET, each with its texts. PACKAGE is nativeflow (the default),
# nativeflow-stub, or both.
#
#     packaging/licenses.sh [TARGET [PACKAGE...]]
set -eu
cd "$(dirname "$0")/.."
target=${1:-}
registry=${CARGO_HOME:-$HOME/.cargo}/registry/src
only=${target:+--target $target}
[ $# = 0 ] || shift
packages=${*:-nativeflow}
name=$(echo "$packages" | sed 's/ / and /')
contains=$([ "$name" = "$packages" ] && echo contains || echo contain)

cat <<END
$name $contains parts of Rust's standard library: Copyright (c) The Rust Project Contributors, MIT OR Apache-2.0. On Windows, also of the
mingw-w64 runtime: Copyright (c) the mingw-w64 project and others, public domain, Zope Public License 2.1 and BSD.

END
echo "$name $contains these Rust crates, each under the license named:"
# Downloads the crates, if they are not here yet.
# shellcheck disable=SC2046,SC2086 # lists of words
${CARGO:-cargo} tree --quiet --locked $only $(printf -- '--package %s ' $packages) --edges normal,no-proc-macro --prefix none --format '{p}|{l}' |
    sed 's/ (\*)$//; /^$/d; /^nativeflow[a-z-]* v/d; s/ v\([0-9][^|]*\)/-\1/' | LC_ALL=C sort -u | while IFS='|' read -r crate license; do
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
