#!/bin/sh
# Prints the items that the tests have run, and the tests that were omitted. The tests write the directory: one file for
# each kind, one line for each item.
set -eu
cd "$1"
count() {
    sort -u "$1" | wc -l
}
for kind in scenarios 'C programs' 'header variants' 'network faults' 'form parsers' hosts; do
    [ ! -s "$kind" ] || printf '%5d  %s\n' "$(count "$kind")" "$kind"
done
# Lines with counts of their own.
[ ! -s sessions ] || sort -u sessions
if [ "${NATIVEFLOW_TEST:-}" = all ]; then
    for kind in scenarios 'C programs' 'header variants' 'network faults' 'form parsers' hosts; do
        [ -s "$kind" ] || { echo "no test ran any $kind" >&2; exit 1; }
    done
    # Written by tests/suite/residue.
    cat residue-table
else
    tools=
    [ ! -s 'missing tools' ] || tools=", and tests that need $(sort -u 'missing tools' | paste -sd ';' | sed 's/;/; /g')"
    echo "Omitted: the slow tests$tools. 'make test-all' runs all tests; as root on Debian it first installs missing packages."
fi
