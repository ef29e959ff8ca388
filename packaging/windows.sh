#!/bin/sh
# Builds the library for Windows 7 and later.
#
#     packaging/windows.sh PROCESSOR OUTPUT [programs]
#
# PROCESSOR is x86_64 or i686. The files in OUTPUT are bin/nativeflow.dll, lib/libnativeflow.dll.a (the import library
# for gcc and clang), lib/nativeflow.def and include/. With `programs` also nativeflow-stub.exe and nativeflow-diagnose.exe. Microsoft's tools make nativeflow.lib from the .def file: lib
# /def:nativeflow.def /machine:x64
#
# Needs mingw-w64, and the source of Rust's standard library (see rust.sh), because no distribution contains a build for
# this target. The usual target x86_64-pc-windows-gnu gets random bytes from a DLL that Windows 7 and wine 8 do not
# have.
set -eu
processor=${1:?processor is missing} output=${2:?output directory is missing}
cd "$(dirname "$0")/.."
target=$processor-win7-windows-gnu
name=$(echo "$target" | tr - _)
tools=$processor-w64-mingw32
export CARGO_TARGET_DIR="$PWD/target/$target"
export "CC_$name=$tools-gcc" "AR_$name=$tools-ar"
export "CARGO_TARGET_$(echo "$name" | tr '[:lower:]' '[:upper:]')_LINKER=$tools-gcc"
packaging/needs.sh windows.sh '' rust "mingw:$processor" "std:$target"
. packaging/rust.sh

packaging/step.sh "Building nativeflow.dll for $processor: 2 minutes on a new machine"
# shellcheck disable=SC2086,SC2154 # $std is empty or one word
${CARGO:-cargo} build $std --release --target "$target"

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

[ "${3:-}" = programs ] || exit 0
packaging/step.sh "Building the programs for $processor: 2 minutes on a new machine"
# shellcheck disable=SC2086,SC2154 # $std is empty or one word
${CARGO:-cargo} rustc $std --release --target "$target" --package nativeflow-stub --bin nativeflow-stub -- -Clink-arg=-Wl,--no-insert-timestamp
cp "$built/nativeflow-stub.exe" "$output/bin"
"$tools-gcc" -std=c11 -O2 -s -Wl,--no-insert-timestamp -static -pthread -DNF_DLL -D__USE_MINGW_ANSI_STDIO=1 -Iinclude examples-c/diagnose.c \
    "$output/lib/libnativeflow.dll.a" -o "$output/bin/nativeflow-diagnose.exe"
