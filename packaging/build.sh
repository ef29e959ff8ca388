#!/bin/sh
# Builds both kinds of the library for a Linux that is older than this one, or another processor's: any with glibc 2.17 (of
# 2012) or newer.
#
#     packaging/build.sh TARGET
#
# TARGET is x86_64-unknown-linux-gnu, aarch64-unknown-linux-gnu or i686-unknown-linux-gnu. The libraries are then in
# target/TARGET/TARGET/release, libnativeflow.so and static/libnativeflow.a.
#
# Needs cargo-zigbuild and zig (both are on PyPI), which bring C compiler, linker and the symbols of an old glibc; the
# target's binutils; and a standard library for the target, or its source (see rust.sh).
set -eu
cd "$(dirname "$0")/.."
target=${1:?which target?}
glibc=2.17
# A folder of its own: other builds need not wait for this one.
export CARGO_TARGET_DIR="$PWD/target/$target"
libraries=$CARGO_TARGET_DIR/$target/release
# Where the tests have them.
PATH="$PWD/target/zigbuild/bin:$PATH"
if ! command -v cargo-zigbuild >/dev/null; then
    echo "build.sh needs cargo-zigbuild and zig: pip install cargo-zigbuild ziglang" >&2
    exit 1
fi
. packaging/rust.sh

# shellcheck disable=SC2086,SC2154 # $std is nothing or one word
cargo-zigbuild build --quiet $std --target "$target.$glibc" --release
ln -sf libnativeflow.so "$libraries/libnativeflow.so.0"

prefix=$(echo "$target" | sed 's/unknown-//')-
command -v "${prefix}ld" >/dev/null || prefix=
packaging/localise.sh "$libraries/libnativeflow.a" abi/nativeflow.symbols "$libraries/static/libnativeflow.a" "$prefix"
