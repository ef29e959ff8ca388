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
rm -rf "$work"
mkdir -p "$work"

install() { # target of the Makefile, its variables
    ${MAKE:-make} --silent "$@" DESTDIR="$work/" PREFIX="$name"
}
case $target in
*-windows)
    packaging/windows.sh "$processor" "$work/$name"
    case $processor in i686) pointer_size=4 ;; *) pointer_size=8 ;; esac
    install install-texts CMAKE_CONFIG=packaging/nativeflowConfig-windows.cmake.in POINTER_SIZE=$pointer_size
    sed -i 's/^Cflags: /&-DNF_DLL /; /^Libs.private/d; /^# For a program/d; /^# The compiler/d; /^static_libs/d' "$work/$name/lib/pkgconfig/nativeflow.pc"
    licenses_of=$processor-pc-windows-gnu
    ;;
*)
    packaging/build.sh "$target"
    built=target/$target/$target/release
    install install-files LIBRARY="$built/libnativeflow" STATIC="$built/static/libnativeflow.a"
    licenses_of=$target
    ;;
esac

# Files that a user needs in addition. Only those that git knows, if there is git: programs may have been built in bindings.
doc=$work/$name/share/doc/nativeflow
mkdir -p "$doc"
cp packaging/README.archive.md "$work/$name/README.md"
cp CHANGELOG.md SECURITY.md LICENSE-APACHE LICENSE-MIT "$doc"
files=$(git ls-files bindings docs 'examples-c/*.[ch]')
[ -n "$files" ] || files=$(find bindings docs examples-c/*.[ch] -type f)
echo "$files" | tar -T - -cf - | tar -xf - -C "$doc"
# For developers of the library.
rm "$doc/docs/architecture.md"
# Links to the header change. Other links to files that the archive does not contain become plain text.
find "$doc" -name '*.md' | while read -r file; do
    sed -i 's,](\(\(\.\./\)*\)include/,](\1../../../include/,g' "$file"
    grep -o '](\.[^):#]*' "$file" | sed 's/^](//' | LC_ALL=C sort -u | while read -r target; do
        [ -e "$(dirname "$file")/$target" ] || sed -i "s,\[\([^]]*\)\]($target\(#[^)]*\)\{0\,1\}),\1,g" "$file"
    done
done
packaging/licenses.sh "$licenses_of" >"$doc/NOTICES"

cd "$work"
tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --format=ustar \
    -cf - "$name" | gzip -9n >"../$name.tar.gz"
cd ..
rm -rf "$work"
sha256sum "$name.tar.gz" >"$name.tar.gz.sha256"
