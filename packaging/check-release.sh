#!/bin/sh
# Checks that a commit can be released: version, changelog, header and tag must agree. Prints each difference.
#
#     packaging/check-release.sh VERSION
set -eu
cd "$(dirname "$0")/.."
version=${1:?version is missing}
status=0
problem() {
    echo "check-release: $*" >&2
    status=1
}

case $version in
*[!0-9.]* | .* | *. | *..*) problem "$version does not have the form X.Y.Z" ;;
esac

# Compares the first version in a file. The sed pattern contains \(.*\) for the version.
expect_version() { # file, pattern
    found=$(sed -n "s/$2/\1/p" "$1" | head -1)
    [ "$found" = "$version" ] || problem "$1 has version ${found:-none}"
}
expect_version Cargo.toml '^version = "\(.*\)"'
expect_version stub/Cargo.toml '^version = "\(.*\)"'
expect_version bindings/node/package.json '^ *"version": "\(.*\)",'
locked=$(sed -n '/^name = "nativeflow"$/{n;s/^version = "\(.*\)"/\1/p;}' Cargo.lock)
[ "$locked" = "$version" ] || problem "Cargo.lock has version ${locked:-none}"

header=include/nativeflow.h
macro() {
    sed -n "s/^#define NF_VERSION_$1 \([0-9]*\)$/\1/p" $header
}
in_header=$(macro MAJOR).$(macro MINOR).$(macro PATCH)
[ "$in_header" = "$version" ] || problem "$header has version $in_header"
# No function in the header may be newer than the release.
newest=$(sed -n 's/^ \* Since \([0-9.]*[0-9]\)\.$/\1/p' $header | sort -V | tail -1)
[ "$(printf '%s\n%s\n' "$newest" "$version" | sort -V | tail -1)" = "$version" ] || problem "$header contains \"Since $newest\""

grep -q "^## \[$version\] - 20[0-9][0-9]-[01][0-9]-[0-3][0-9]$" CHANGELOG.md ||
    problem "CHANGELOG.md has no line \"## [$version] - YYYY-MM-DD\""
unreleased=$(sed -n '/^## \[Unreleased\]$/,/^## \[[0-9]/p' CHANGELOG.md | grep -c '^- ' || true)
[ "$unreleased" = 0 ] || problem "CHANGELOG.md has $unreleased entries under [Unreleased]"
# shellcheck disable=SC2013 # each line is a word
for function in $(grep '^nf_' abi/nativeflow.symbols); do
    grep -q "\`$function\`" CHANGELOG.md || problem "CHANGELOG.md does not mention $function"
done

[ -z "$(git status --porcelain)" ] || problem "there are uncommitted changes"
tagged=$(git rev-parse --quiet --verify "v$version^{commit}") || problem "there is no tag v$version"
[ -z "$tagged" ] || [ "$tagged" = "$(git rev-parse HEAD)" ] || problem "the tag v$version is at another commit"
[ "$(git cat-file -t "v$version" 2>/dev/null)" != commit ] || problem "the tag v$version is not annotated"

[ $status = 0 ] && echo "$version can be released"
exit $status
