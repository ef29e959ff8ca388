#!/bin/sh
# Sees to what the tests need beside Rust, cc and make. Called by `make test`.
set -eu

missing=
need() { # command, Debian package
    command -v "$1" >/dev/null || missing="$missing $2"
}
need cc gcc
need c++ g++
need clang++ clang
need nm binutils
need readelf binutils
need valgrind valgrind
need gcore gdb
need unshare util-linux
need mount mount
need script bsdutils
need ip iproute2
need iptables iptables
need strace strace
need openssl openssl
need pkg-config pkg-config
need cmake cmake
need squid squid
need tinyproxy tinyproxy
need microsocks microsocks
need danted dante-server
need nginx nginx-light
need haproxy haproxy
need dnsmasq dnsmasq-base
need man man-db
need mandoc mandoc
need gawk gawk
need mawk mawk
need busybox busybox
need dpkg-gensymbols dpkg-dev
need lintian lintian
need python3 python3
python3 -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
[ -e /etc/ssl/certs/ca-certificates.crt ] || missing="$missing ca-certificates"

if [ -n "$missing" ]; then
    if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
        echo "the tests need these packages:$missing" >&2
        exit 1
    fi
    # Debian starts a service with its installation, unless this says no (invoke-rc.d(8)). The tests run their own.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
        trap 'rm -f "$policy"' EXIT
    fi
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of packages
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null
fi

# The proxy that inspects TLS comes from PyPI, into an environment of its own.
inspector=target/mitmproxy
if [ ! -x "$inspector/bin/mitmdump" ]; then
    python3 -m venv "$inspector"
    "$inspector/bin/pip" install --quiet --disable-pip-version-check 'mitmproxy==11.*'
fi
