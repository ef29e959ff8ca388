#!/bin/sh
# Makes Debian packages in DIRECTORY from the files that `make install` has installed into DIRECTORY/work/all. Called by
# `make deb`.
#
#     packaging/deb.sh DIRECTORY VERSION SECONDS
#
# SECONDS (Unix time) is the date of all files in them.
set -eu
umask 022
top=$PWD
cd "$1/work"
version=$2
export SOURCE_DATE_EPOCH="$3"
multiarch=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
shared=libnativeflow0 dev=libnativeflow-dev
programs="nativeflow-stub nativeflow-diagnose"

# Files that dpkg's tools read.
mkdir debian
cp "$top/packaging/debian/control" debian
cat >debian/changelog <<END
nativeflow ($version-1) unstable; urgency=medium

  * Version $version: see changelog.gz.

 -- $(sed -n 's/^Maintainer: //p' debian/control)  $(date -uRd "@$SOURCE_DATE_EPOCH")
END
# A program depends on the version that introduced the functions it uses. The manual pages contain this version.
{
    echo "libnativeflow.so.0 $shared #MINVER#"
    echo "* Build-Depends-Package: $dev"
    grep '^nf_' "$top/abi/nativeflow.symbols" | while read -r name; do
        echo " $name@Base $(sed -n 's/^Since \(.*\)\.$/\1/p' "all/usr/share/man/man3/$name.3")"
    done
} >debian/$shared.symbols

# The crates in the library and in the programs have their own licenses, whose texts must be distributed.
(cd "$top" && ${CARGO:-cargo} tree --quiet --locked --package nativeflow --package nativeflow-stub --edges normal,no-proc-macro --prefix none --format ' {p}: {l}') >debian/tree
{
    echo "Comment: The library and nativeflow-stub contain these Rust crates, each under the license named:"
    sed 's/ (\*)$//; /^$/d; /^ nativeflow[a-z-]* /d' debian/tree | LC_ALL=C sort -u
} >debian/crates
mv all/usr/share/doc/nativeflow/NOTICES debian
sed '/^Upstream-Name:/r debian/crates' "$top/packaging/debian/copyright" >debian/copyright

mkdir -p $shared/usr/lib/"$multiarch" $dev/usr/share/doc/$dev
mv all/usr/lib/"$multiarch"/libnativeflow.so.0* $shared/usr/lib/"$multiarch"
for program in $programs; do
    mkdir -p "$program/usr/bin" "$program/usr/share/man/man1"
    mv "all/usr/bin/$program" "$program/usr/bin"
    mv "all/usr/share/man/man1/$program.1" "$program/usr/share/man/man1"
    strip --strip-unneeded "$program/usr/bin/$program"
done
mv all/usr/share/doc/nativeflow/examples $dev/usr/share/doc/$dev
# The file `copyright` of each package replaces the licenses.
rm -r all/usr/share/doc/nativeflow
rmdir all/usr/bin all/usr/share/man/man1
cp -R all/usr $dev
# A package is installed at a fixed path. With this prefix pkg-config omits the paths that are the compiler's defaults.
sed -i 's,^prefix=.*,prefix=/usr,' $dev/usr/lib/"$multiarch"/pkgconfig/nativeflow.pc
for package in $shared $dev $programs; do
    doc=$package/usr/share/doc/$package
    mkdir -p "$doc" "$package/DEBIAN"
    cp debian/copyright debian/NOTICES "$doc"
    cp debian/changelog "$doc/changelog.Debian"
    cp "$top/CHANGELOG.md" "$doc/changelog"
    find "$package" \( -name 'changelog*' -o -name NOTICES -o -name '*.[13]' \) -exec gzip -9n {} +
    chmod -R u=rwX,go=rX "$package"
done
chmod 644 $shared/usr/lib/"$multiarch"/*

# Fails if the library and the list differ.
dpkg-gensymbols -q -c4 -p$shared -P$shared -Idebian/$shared.symbols
dpkg-shlibdeps -Tdebian/$shared.substvars $shared/usr/lib/"$multiarch"/libnativeflow.so.0
for program in $programs; do
    dpkg-shlibdeps -T"debian/$program.substvars" "$program/usr/bin/$program"
done
# For tools that do not read that list.
echo "libnativeflow 0 $shared (>= $version)" >$shared/DEBIAN/shlibs
echo 'activate-noawait ldconfig' >$shared/DEBIAN/triggers
for package in $shared $dev $programs; do
    dpkg-gencontrol -p"$package" -P"$package" -T"debian/$package.substvars"
    (cd "$package" && find usr -type f | LC_ALL=C sort | xargs md5sum >DEBIAN/md5sums)
    dpkg-deb --root-owner-group --build "$package" ..
done
cd .. && rm -r work
