#!/bin/sh
# Builds the library for Windows 7 and later.
#
#     packaging/windows.sh PROCESSOR OUTPUT
#
# PROCESSOR is x86_64 or i686. OUTPUT gets bin/nativeflow.dll, lib/libnativeflow.dll.a (import library of gcc and clang),
# lib/nativeflow.def (what Microsoft's makes nativeflow.lib from: lib /def:nativeflow.def /machine:x64) and include/.
#
# Needs mingw-w64, and the source of Rust's standard library (see rust.sh): nobody ships it built for this target. The one
# without a number in its name asks Windows for random bytes by a DLL that the older ones, and wine 8, do not have.
set -eu
processor=${1:?x86_64 or i686?} output=${2:?into which folder?}
cd "$(dirname "$0")/.."
target=$processor-win7-windows-gnu
name=$(echo "$target" | tr - _)
tools=$processor-w64-mingw32
export CARGO_TARGET_DIR="$PWD/target/$target"
export "CC_$name=$tools-gcc" "AR_$name=$tools-ar"
export "CARGO_TARGET_$(echo "$name" | tr '[:lower:]' '[:upper:]')_LINKER=$tools-gcc"
if ! command -v "$tools-gcc" >/dev/null; then
    echo "windows.sh needs mingw-w64's $tools-gcc (on Debian: gcc-mingw-w64)" >&2
    exit 1
fi
. packaging/rust.sh

# shellcheck disable=SC2086,SC2154 # $std is nothing or one word
${CARGO:-cargo} build --quiet $std --release --target "$target"

built=$CARGO_TARGET_DIR/$target/release
mkdir -p "$output/bin" "$output/lib" "$output/include"
cp "$built/nativeflow.dll" "$output/bin"
cp "$built/libnativeflow.dll.a" "$output/lib"
cp include/nativeflow.h include/nativeflow.hpp "$output/include"
{
    echo 'LIBRARY nativeflow.dll'
    echo EXPORTS
    sed -n 's/^nf_/    &/p' abi/nativeflow.symbols
} >"$output/lib/nativeflow.def"
