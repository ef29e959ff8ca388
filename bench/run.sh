#!/bin/sh
# Compares nativeflow with libcurl, libxml2 and cJSON: process start to token, and one call. Builds everything, measures,
# prints tables.
#
#     bench/run.sh [--runs N] [--warm-ups N]
#
# Called by `make bench`.
set -eu
cd "$(dirname "$0")/.."
work=target/bench
release=$PWD/target/release
export CARGO="${CARGO:-cargo}"
# The paths above are those of a build with default settings.
unset CARGO_TARGET_DIR CARGO_BUILD_TARGET_DIR CARGO_BUILD_TARGET

report() {
    echo "bench: $*" >&2
}

# Prints the first argument that is not an installed command.
missing() {
    for command in "$@"; do
        command -v "$command" >/dev/null || { echo "$command"; return; }
    done
}

tool=$(missing cc make "$CARGO")
if [ -n "$tool" ]; then
    report "$tool is missing"
    exit 1
fi

# The two commands come with the headers. cJSON has no command.
packages="libcurl4-openssl-dev libxml2-dev libcjson-dev"
has_headers() {
    [ -z "$(missing curl-config xml2-config)" ] && echo '#include <cjson/cJSON.h>' | cc -E - >/dev/null 2>&1
}
if ! has_headers && [ "$(id -u)" = 0 ] && [ -z "$(missing apt-get)" ]; then
    report "installing $packages"
    # shellcheck disable=SC2086 # a list of packages
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $packages; } \
        >/dev/null || report "could not install $packages"
fi
if ! has_headers; then
    report "install libcurl, libxml2 and cJSON with their headers (on Debian: $packages)"
    exit 1
fi

make --silent library
# The same library without wiping of heap, stack and registers.
"$CARGO" rustc --quiet --release --lib --target-dir target/without-wiping -- --cfg 'test_without="allocator"' \
    --cfg 'test_without="register-clearing"' --cfg 'test_without="stack-wiping"'
mkdir -p "$work"

# MSAL Python, whose cached token is measured too.
msal=target/bench-msal
if [ ! -x "$msal/bin/python" ] && [ -z "$(missing python3)" ]; then
    report "installing MSAL Python"
    { python3 -m venv "$msal" && "$msal/bin/pip" install --quiet --disable-pip-version-check 'msal==1.39.*'; } \
        >/dev/null 2>&1 || { report "could not install MSAL Python: it is not measured" && rm -rf "$msal"; }
fi

# Compiles all programs with the same flags. Lazy binding is set, because compilers have different defaults.
compile() {
    source=$1 program=$2
    shift 2
    cc -std=c11 -O2 -Wall -Wextra -Wpedantic -Wshadow -Werror -Wl,-z,lazy "bench/c/$source.c" -o "$work/$program" "$@"
}
without_wiping=$PWD/target/without-wiping/release
ln -sf libnativeflow.so "$without_wiping/libnativeflow.so.0"
compile floor floor
compile with_nativeflow with_nativeflow -Iinclude "$release/libnativeflow.so" "-Wl,-rpath,$release"
compile calls_with_nativeflow calls_with_nativeflow -Iinclude "$release/libnativeflow.so" "-Wl,-rpath,$release"
compile cached_token cached_token -Iinclude "$release/libnativeflow.so" "-Wl,-rpath,$release" -pthread
compile calls_with_nativeflow calls_without_wiping -Iinclude "$without_wiping/libnativeflow.so" "-Wl,-rpath,$without_wiping"
with_libcurl() {
    # shellcheck disable=SC2046 # they print several arguments
    compile "$@" $(curl-config --cflags) $(xml2-config --cflags) $(curl-config --libs) $(xml2-config --libs)
}
with_libcurl with_libcurl with_libcurl
with_libcurl calls_with_libcurl calls_with_libcurl -lcjson
"$CARGO" build --quiet --release --package nativeflow-bench
ln -sf "$release/calls_with_rustls" "$work/calls_with_rustls"
[ ! -x "$msal/bin/python" ] || set -- --msal "$msal/bin/python" "$@"

echo "against $(curl-config --version) ($(curl-config --ssl-backends)) and libxml2 $(xml2-config --version)"
"$release/nativeflow-bench" "$@" "$work" "$release/libnativeflow.so"
