#!/bin/sh
# Runs the tests whose names contain NAME, including slow ones. Called by `make check`. Fails if there is no such test.
#
#     tests/check.sh NAME
set -eu
cd "$(dirname "$0")/.."
mkdir -p target
output=target/check-output
{
    ${CARGO:-cargo} test --quiet --lib --test suite "$1" -- --include-ignored && echo all tests passed
} 2>&1 | tee $output
grep -q '^all tests passed$' $output
grep -q '^test result: ok. [1-9]' $output || { echo "no test name contains \"$1\"" >&2; exit 1; }
