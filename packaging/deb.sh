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

# The crates in the library have their own licenses, whose texts must be distributed.
(cd "$top" && ${CARGO:-cargo} tree --quiet --locked --edges normal,no-proc-macro --prefix none --format ' {p}: {l}') >debian/tree
{
    echo "Comment: The library contains these Rust crates, each under the license named:"
    sed 's/ (\*)$//; /^ nativeflow /d' debian/tree | LC_ALL=C sort -u
} >debian/crates
"$top/packaging/licenses.sh" >debian/NOTICES
sed '/^Upstream-Name:/r debian/crates' "$top/packaging/debian/copyright" >debian/copyright

mkdir -p $shared/usr/lib/"$multiarch" $dev/usr/share/doc/$dev/examples
mv all/usr/lib/"$multiarch"/libnativeflow.so.0* $shared/usr/lib/"$multiarch"
cp -R all/usr $dev
# A package is installed at a fixed path. With this prefix pkg-config omits the paths that are the compiler's defaults.
sed -i 's,^prefix=.*,prefix=/usr,' $dev/usr/lib/"$multiarch"/pkgconfig/nativeflow.pc
cp "$top"/examples-c/*.[ch] $dev/usr/share/doc/$dev/examples
for package in $shared $dev; do
    doc=$package/usr/share/doc/$package
    mkdir -p "$doc" "$package/DEBIAN"
    cp debian/copyright debian/NOTICES "$doc"
    cp debian/changelog "$doc/changelog.Debian"
    cp "$top/CHANGELOG.md" "$doc/changelog"
    find "$package" \( -name 'changelog*' -o -name NOTICES -o -name '*.3' \) -exec gzip -9n {} +
    chmod -R u=rwX,go=rX "$package"
done
chmod 644 $shared/usr/lib/"$multiarch"/*

# Fails if the library and the list differ.
dpkg-gensymbols -q -c4 -p$shared -P$shared -Idebian/$shared.symbols
dpkg-shlibdeps -Tdebian/$shared.substvars $shared/usr/lib/"$multiarch"/libnativeflow.so.0
# For tools that do not read that list.
echo "libnativeflow 0 $shared (>= $version)" >$shared/DEBIAN/shlibs
echo 'activate-noawait ldconfig' >$shared/DEBIAN/triggers
for package in $shared $dev; do
    dpkg-gencontrol -p"$package" -P"$package" -T"debian/$package.substvars"
    (cd "$package" && find usr -type f | LC_ALL=C sort | xargs md5sum >DEBIAN/md5sums)
    dpkg-deb --root-owner-group --build "$package" ..
done
cd .. && rm -r work
