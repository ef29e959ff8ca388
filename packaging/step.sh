#!/bin/sh
# Prints a line about a step that begins, unless make runs with --silent, or OUTPUT is newer than each SOURCE (file or directory).
#
#     packaging/step.sh TEXT [OUTPUT SOURCE...]
set -eu
# The first word contains the options of one letter.
flags=${MAKEFLAGS:-}
case ${flags%% *} in
-* | *=*) ;;
*s*) exit 0 ;;
esac
text=$1 output=${2:-}
if [ -n "$output" ]; then
    shift 2
    [ ! -e "$output" ] || [ -n "$(find "$@" -newer "$output" | head -1)" ] || exit 0
fi
echo "$text"
