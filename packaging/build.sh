#!/bin/sh
# Builds both libraries for an older Linux (glibc 2.17 of 2012, or newer), or for another processor.
#
#     packaging/build.sh TARGET [programs]
#
# TARGET is x86_64-unknown-linux-gnu, aarch64-unknown-linux-gnu or i686-unknown-linux-gnu. The output directory is
# target/TARGET/TARGET/release, with libnativeflow.so and static/libnativeflow.a. With `programs` also nativeflow-stub and
# nativeflow-diagnose.
#
# Needs cargo-zigbuild and zig (both on PyPI), which contain a C compiler, a linker and the symbols of an old glibc.
# Also needs the target's binutils, and a standard library for the target or its source (see rust.sh).
set -eu
cd "$(dirname "$0")/.."
target=${1:?target is missing}
glibc=2.17
# Its own directory, so that it does not wait for other builds.
export CARGO_TARGET_DIR="$PWD/target/$target"
libraries=$CARGO_TARGET_DIR/$target/release
# tests/tools.sh installs both tools here.
PATH="$PWD/target/zigbuild/bin:$PATH"
packaging/needs.sh build.sh '' rust zig "ld:$target" "std:$target"
. packaging/rust.sh

packaging/step.sh "Building the library for $target: 2 minutes on a new machine"
# shellcheck disable=SC2086,SC2154 # $std is empty or one word
cargo-zigbuild build $std --target "$target.$glibc" --release
ln -sf libnativeflow.so "$libraries/libnativeflow.so.0"

prefix=$(echo "$target" | sed 's/unknown-//')-
command -v "${prefix}ld" >/dev/null || prefix=
packaging/localize.sh "$libraries/libnativeflow.a" abi/nativeflow.symbols "$libraries/static/libnativeflow.a" "$prefix"

[ "${2:-}" = programs ] || exit 0
packaging/step.sh "Building the programs for $target: 2 minutes on a new machine"
# shellcheck disable=SC2086,SC2154 # $std is empty or one word
cargo-zigbuild build $std --target "$target.$glibc" --release --package nativeflow-stub
# zig does not add the library that unwinds the stack.
zig=$(echo "$target" | sed 's/^i686/x86/; s/unknown-//')
cargo-zigbuild zig cc -- -target "$zig.$glibc" -std=c11 -O2 -s -Iinclude examples-c/diagnose.c "$libraries/static/libnativeflow.a" \
    -lunwind -lutil -lrt -lpthread -lm -ldl -lc -o "$libraries/nativeflow-diagnose"
