#!/bin/sh
# Makes target/nuget/Nativeflow.VERSION.nupkg: the assembly for .NET, and the native library for each supported system.
#
#     packaging/nuget.sh VERSION
#
# Needs the tools of build.sh and windows.sh, mcs, and nuget on Mono (on npm: nuget-exe). Publishes nothing.
set -eu
umask 022
cd "$(dirname "$0")/.."
version=${1:?version is missing}
# tests/tools.sh installs it here.
nuget=${NUGET:-target/nuget-exe/node_modules/nuget-exe/nuget-5.8.0.exe}
packaging/needs.sh "make nuget" "10 minutes on a new machine, otherwise 1" rust zig ld:aarch64-unknown-linux-gnu ld:i686-unknown-linux-gnu \
    std:x86_64-unknown-linux-gnu std:aarch64-unknown-linux-gnu std:i686-unknown-linux-gnu \
    mingw:x86_64 mingw:i686 std:x86_64-win7-windows-gnu std:i686-win7-windows-gnu mcs:mono-mcs mono:mono-runtime nuget
stage=target/nuget/stage
rm -rf target/nuget
mkdir -p "$stage/NOTICES"

take() { # directory in the nuspec, target of licenses.sh, library
    mkdir "$stage/$1"
    cp "$3" "$stage/$1"
    packaging/licenses.sh "$2" >"$stage/NOTICES/$1.txt"
}
linux() { # directory, target
    packaging/build.sh "$2"
    take "$1" "$2" "target/$2/$2/release/libnativeflow.so"
}
windows() { # directory, processor
    packaging/windows.sh "$2" "$PWD/target/nuget/$2-windows"
    take "$1" "$2-pc-windows-gnu" "target/nuget/$2-windows/bin/nativeflow.dll"
}
linux linux-x64 x86_64-unknown-linux-gnu
linux linux-arm64 aarch64-unknown-linux-gnu
linux linux-x86 i686-unknown-linux-gnu
windows win-x64 x86_64
windows win-x86 i686

packaging/step.sh "Making target/nuget/Nativeflow.$version.nupkg"
mcs -warn:4 -warnaserror -langversion:7.2 -target:library -doc:"$stage/Nativeflow.xml" -out:"$stage/Nativeflow.dll" \
    bindings/dotnet/Nativeflow.cs
cp LICENSE-APACHE LICENSE-MIT "$stage"
mono "$nuget" pack bindings/dotnet/Nativeflow.nuspec -BasePath "$stage" -Properties "version=$version" \
    -OutputDirectory target/nuget -Verbosity quiet -NonInteractive
