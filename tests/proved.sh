#!/bin/sh
# Prints what the tests have run, and what they have left out. The tests write it into the folder given: one file for each
# kind, one line for each item.
set -eu
cd "$1"
count() {
    sort -u "$1" | wc -l
}
for kind in scenarios 'C programs' 'header variants' 'network faults' hosts; do
    [ ! -s "$kind" ] || printf '%5d  %s\n' "$(count "$kind")" "$kind"
done
if [ "${NATIVEFLOW_TEST:-}" = all ]; then
    for kind in scenarios 'C programs' 'header variants' 'network faults' hosts; do
        [ -s "$kind" ] || { echo "no test has run any $kind" >&2; exit 1; }
    done
    # How it was found out: tests/suite/residue.
    cat residue-table
else
    tools=
    [ ! -s 'missing tools' ] || tools=", and those that need $(sort -u 'missing tools' | paste -sd ';' | sed 's/;/; /g')"
    echo "Left out: the slow tests$tools. 'make test-all' runs everything; as root on Debian it first installs what is missing."
fi
