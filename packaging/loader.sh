#!/bin/sh
# Runs after `make install`. As root, updates the loader's list of libraries. If the loader does not search LIBDIR, prints how to
# link programs.
#
#     packaging/loader.sh LIBDIR
set -eu
[ "$(id -u)" != 0 ] || ldconfig 2>/dev/null || true
if ! ldconfig -p 2>/dev/null | grep -qF " $1/libnativeflow.so.0"; then
    echo "The loader does not search $1. Compile programs with:"
    echo "    export PKG_CONFIG_PATH=$1/pkgconfig"
    echo "    cc program.c \$(pkg-config --cflags --libs nativeflow) -Wl,-rpath,$1"
fi
