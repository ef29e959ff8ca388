#!/bin/sh
# Prints a line about a step that begins, unless make runs with --silent.
#
#     packaging/step.sh TEXT
set -eu
# The first word contains the options of one letter.
flags=${MAKEFLAGS:-}
case ${flags%% *} in
-* | *=*) ;;
*s*) exit 0 ;;
esac
echo "$1"
