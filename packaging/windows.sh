#!/bin/sh
# Builds the library for Windows 7 and later on Debian: windows.sh x86_64|i686 OUTPUT
#
# OUTPUT gets bin/nativeflow.dll, lib/libnativeflow.dll.a (import library of gcc and clang), lib/nativeflow.def (what
# Microsoft's makes nativeflow.lib from: lib /def:nativeflow.def /machine:x64) and include/.
set -eu
arch=$1
output=$2
cd "$(dirname "$0")/.."

# The target without a number in its name asks Windows 10 for random bytes by a DLL that older ones, and wine 8, do not have.
# Nobody ships its standard library built, so it is built here, from the sources of Debian's own compiler, whose package
# has them.
target=$arch-win7-windows-gnu
name=$(echo "$target" | tr - _)
tools=$arch-w64-mingw32
export NATIVEFLOW_C_LIBRARY=1 RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=target/cross
export "CC_$name=$tools-gcc" "AR_$name=$tools-ar"
export "CARGO_TARGET_$(echo "$name" | tr '[:lower:]' '[:upper:]')_LINKER=$tools-gcc"
${CARGO:-cargo} rustc --quiet --release --lib --crate-type cdylib -Zbuild-std --target "$target"

built=target/cross/$target/release
mkdir -p "$output/bin" "$output/lib" "$output/include"
cp "$built/nativeflow.dll" "$output/bin"
cp "$built/libnativeflow.dll.a" "$output/lib"
cp include/nativeflow.h include/nativeflow.hpp "$output/include"
{
    echo 'LIBRARY nativeflow.dll'
    echo EXPORTS
    sed 's/^/    /' abi/nativeflow.symbols
} >"$output/lib/nativeflow.def"
