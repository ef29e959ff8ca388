#!/bin/sh
# Builds both libraries for an older Linux (glibc 2.17 of 2012, or newer), or for another processor.
#
#     packaging/build.sh TARGET
#
# TARGET is x86_64-unknown-linux-gnu, aarch64-unknown-linux-gnu or i686-unknown-linux-gnu. The output directory is
# target/TARGET/TARGET/release, with libnativeflow.so and static/libnativeflow.a.
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
if ! command -v cargo-zigbuild >/dev/null; then
    echo "build.sh needs cargo-zigbuild and zig: pip install cargo-zigbuild ziglang" >&2
    exit 1
fi
. packaging/rust.sh

# shellcheck disable=SC2086,SC2154 # $std is empty or one word
cargo-zigbuild build --quiet $std --target "$target.$glibc" --release
ln -sf libnativeflow.so "$libraries/libnativeflow.so.0"

prefix=$(echo "$target" | sed 's/unknown-//')-
command -v "${prefix}ld" >/dev/null || prefix=
packaging/localize.sh "$libraries/libnativeflow.a" abi/nativeflow.symbols "$libraries/static/libnativeflow.a" "$prefix"
