#!/bin/sh
# Makes target/dist/nativeflow-VERSION-SYSTEM-PROCESSOR.tar.gz, and a file with its SHA-256 next to it. The same sources and
# compilers produce the same bytes. Archives for Windows match only if they are built at the same path, because the linker
# sorts imports by the paths of their libraries. Called by `make dist`.
#
#     packaging/dist.sh VERSION SECONDS [TARGET]
#
# SECONDS (Unix time) is the date of all files in it. TARGET is a target of build.sh, x86_64-windows or i686-windows.
# The default is Linux on this processor.
set -eu
umask 022
cd "$(dirname "$0")/.."
version=$1
export SOURCE_DATE_EPOCH="$2"
target=${3:-$(uname -m)-unknown-linux-gnu}
processor=${target%%-*}
system=${target#"$processor-"}
system=${system#unknown-}
name=nativeflow-$version-${system%-gnu}-$processor
work=$PWD/target/dist/work-$name
case $target in
*-windows) tools="mingw:$processor std:$processor-win7-windows-gnu" ;;
*) tools="zig ld:$target std:$target" ;;
esac
# shellcheck disable=SC2086 # a list
packaging/needs.sh "make dist" "4 minutes on a new machine, otherwise 1" rust $tools
rm -rf "$work"
mkdir -p "$work"

install() { # target of the Makefile, its variables
    ${MAKE:-make} --silent "$@" DESTDIR="$work/" PREFIX="$name"
}
licenses() {
    packaging/licenses.sh "$licenses_of" nativeflow nativeflow-stub >"$work/NOTICES"
}
case $target in
*-windows)
    packaging/windows.sh "$processor" "$work/$name" programs
    licenses_of=$processor-pc-windows-gnu
    licenses
    case $processor in i686) pointer_size=4 ;; *) pointer_size=8 ;; esac
    install install-texts CMAKE_CONFIG=packaging/nativeflowConfig-windows.cmake.in POINTER_SIZE=$pointer_size NOTICES="$work/NOTICES"
    sed -i 's/^Cflags: /&-DNF_DLL /; /^Libs.private/d; /^# For a program/d; /^# The compiler/d; /^static_libs/d' "$work/$name/lib/pkgconfig/nativeflow.pc"
    ;;
*)
    packaging/build.sh "$target" programs
    built=target/$target/$target/release
    licenses_of=$target
    licenses
    install install-files LIBRARY="$built/libnativeflow" STATIC="$built/static/libnativeflow.a" STUB="$built/nativeflow-stub" \
        DIAGNOSE="$built/nativeflow-diagnose" NOTICES="$work/NOTICES"
    ;;
esac

# Files that a user needs in addition. Only those that git knows, if there is git: programs may have been built in bindings.
doc=$work/$name/share/doc/nativeflow
packaging/step.sh "Making target/dist/$name.tar.gz"
cp packaging/README.archive.md "$work/$name/README.md"
cp CHANGELOG.md SECURITY.md "$doc"
files=$(git ls-files bindings docs stub/README.md)
[ -n "$files" ] || files=$(find bindings docs stub/README.md -type f)
echo "$files" | tar -T - -cf - | tar -xf - -C "$doc"
# For developers of the library.
rm "$doc/docs/architecture.md"
# Links to the header change. Other links to files that the archive does not contain become plain text.
find "$doc" -name '*.md' | while read -r file; do
    sed -i 's,](\(\(\.\./\)*\)include/,](\1../../../include/,g; s,examples-c/,examples/,g' "$file"
    grep -o '](\.[^):#]*' "$file" | sed 's/^](//' | LC_ALL=C sort -u | while read -r target; do
        [ -e "$(dirname "$file")/$target" ] || sed -i "s,\[\([^]]*\)\]($target\(#[^)]*\)\{0\,1\}),\1,g" "$file"
    done
done
cd "$work"
tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --format=ustar \
    -cf - "$name" | gzip -9n >"../$name.tar.gz"
cd ..
rm -rf "$work"
sha256sum "$name.tar.gz" >"$name.tar.gz.sha256"
