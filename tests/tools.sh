#!/bin/sh
# Sees to what the tests need beside Rust, cc and make. Called by `make test`.
set -eu

missing=
need() { # command, Debian package
    command -v "$1" >/dev/null || missing="$missing $2"
}
need cc gcc
need c++ g++
need nm binutils
need readelf binutils
need valgrind valgrind
need gcore gdb
need unshare util-linux
need mount mount
need script bsdutils
need ip iproute2
[ -e /etc/ssl/certs/ca-certificates.crt ] || missing="$missing ca-certificates"
[ -z "$missing" ] && exit 0

if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of packages
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null
else
    echo "the tests need these packages:$missing" >&2
    exit 1
fi
