#!/bin/sh
# Prints what the tests have run: one file for each kind in the folder given, one line for each item.
set -eu
cd "$1"
for kind in scenarios 'C programs' 'header variants' 'network faults' hosts; do
    [ -s "$kind" ] || { echo "no test has run any $kind" >&2; exit 1; }
    printf '%5d  %s\n' "$(sort -u "$kind" | wc -l)" "$kind"
done
# How it was found out: tests/suite/residue.
cat residue-table
