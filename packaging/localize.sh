#!/bin/sh
# Makes a static library that contains only the code that the listed functions need, and exports only these functions.
# So a program can link it together with other libraries that contain a Rust runtime, whose allocators and panic
# handlers have the same names.
#
#     packaging/localize.sh LIBRARY.a LIST OUTPUT.a [PREFIX]
#
# PREFIX is the prefix of the binutils for another processor, such as aarch64-linux-gnu-.
set -eu
library=$1 list=$2 output=$3 prefix=${4:-}
# Up to date. -nt is not in POSIX, but dash, bash and busybox support it.
# shellcheck disable=SC3013
[ "$output" -nt "$library" ] && [ "$output" -nt "$list" ] && exit 0

mkdir -p "$(dirname "$output")"
work=$(mktemp -d "$(dirname "$output")/localize.XXXXXX")
trap 'rm -rf "$work"' EXIT
roots=$(sed '/^#/d; /^$/d; s/^/--undefined=/' "$list")
# shellcheck disable=SC2086 # a list of options
"${prefix}ld" -r --force-group-allocation --gc-sections $roots "$library" -o "$work/nativeflow.o"
# The two sections are input for link-time optimization by rustc, which is already done.
"${prefix}objcopy" --strip-debug --remove-section .llvmbc --remove-section .llvmcmd --wildcard --keep-global-symbol='nf_*' "$work/nativeflow.o"
"${prefix}ar" crsD "$work/library.a" "$work/nativeflow.o"
# An atomic rename, because another process may be linking with the old file.
mv -f "$work/library.a" "$output"
