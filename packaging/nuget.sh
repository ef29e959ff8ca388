#!/bin/sh
# Makes target/nuget/Nativeflow.VERSION.nupkg: the assembly for .NET, and the library for each system that it runs on.
#
#     packaging/nuget.sh VERSION
#
# Needs what build.sh and windows.sh need, mcs, and nuget on Mono (on npm: nuget-exe). Publishes nothing.
set -eu
umask 022
cd "$(dirname "$0")/.."
version=${1:?which version?}
# Where the tests have it.
nuget=${NUGET:-target/nuget-exe/node_modules/nuget-exe/nuget-5.8.0.exe}
if [ ! -e "$nuget" ]; then
    echo "nuget.sh needs NuGet 5: npm install nuget-exe@5.8.0, and its nuget-5.8.0.exe in \$NUGET" >&2
    exit 1
fi
stage=target/nuget/stage
rm -rf target/nuget
mkdir -p "$stage/NOTICES"

take() { # folder of the nuspec, target that licenses.sh knows, library
    mkdir "$stage/$1"
    cp "$3" "$stage/$1"
    packaging/licenses.sh "$2" >"$stage/NOTICES/$1.txt"
}
linux() { # folder, target
    packaging/build.sh "$2"
    take "$1" "$2" "target/$2/$2/release/libnativeflow.so"
}
windows() { # folder, processor
    packaging/windows.sh "$2" "$PWD/target/nuget/$2-windows"
    take "$1" "$2-pc-windows-gnu" "target/nuget/$2-windows/bin/nativeflow.dll"
}
linux linux-x64 x86_64-unknown-linux-gnu
linux linux-arm64 aarch64-unknown-linux-gnu
linux linux-x86 i686-unknown-linux-gnu
windows win-x64 x86_64
windows win-x86 i686

mcs -warn:4 -warnaserror -langversion:7.2 -target:library -doc:"$stage/Nativeflow.xml" -out:"$stage/Nativeflow.dll" \
    bindings/dotnet/Nativeflow.cs
cp LICENSE-APACHE LICENSE-MIT "$stage"
mono "$nuget" pack bindings/dotnet/Nativeflow.nuspec -BasePath "$stage" -Properties "version=$version" \
    -OutputDirectory target/nuget -Verbosity quiet -NonInteractive
