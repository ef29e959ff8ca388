#!/bin/sh
# Makes of a static library one that holds what the functions on the list need, and shows those alone: so it goes into one
# program with other libraries that hold a Rust runtime, whose allocators and panic handlers have the same names.
#
#     packaging/localise.sh LIBRARY.a LIST OUTPUT.a [PREFIX]
#
# PREFIX is what the names of the binutils begin with, for another processor's objects.
set -eu
library=$1 list=$2 output=$3 prefix=${4:-}
# Done already. -nt is not in POSIX, but dash, bash and busybox have it.
# shellcheck disable=SC3013
[ "$output" -nt "$library" ] && [ "$output" -nt "$list" ] && exit 0

mkdir -p "$(dirname "$output")"
work=$(mktemp -d "$(dirname "$output")/localise.XXXXXX")
trap 'rm -rf "$work"' EXIT
roots=$(sed '/^#/d; /^$/d; s/^/--undefined=/' "$list")
# shellcheck disable=SC2086 # a list of options
"${prefix}ld" -r --force-group-allocation --gc-sections $roots "$library" -o "$work/nativeflow.o"
# The two sections are for link-time optimisation by rustc, of which nothing is left to do.
"${prefix}objcopy" --strip-debug --remove-section .llvmbc --remove-section .llvmcmd --wildcard --keep-global-symbol='nf_*' "$work/nativeflow.o"
"${prefix}ar" crsD "$work/library.a" "$work/nativeflow.o"
# At once, for somebody may be linking with it.
mv -f "$work/library.a" "$output"
