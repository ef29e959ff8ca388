#!/bin/sh
# Runs the tests whose names contain NAME, slow ones too. Called by `make check`. Fails if there is no such test.
#
#     tests/check.sh NAME
set -eu
cd "$(dirname "$0")/.."
mkdir -p target
said=target/check-output
{
    ${CARGO:-cargo} test --quiet --lib --test suite "$1" -- --include-ignored && echo ended well
} 2>&1 | tee $said
grep -q '^ended well$' $said
grep -q '^test result: ok. [1-9]' $said || { echo "no test has \"$1\" in its name" >&2; exit 1; }
